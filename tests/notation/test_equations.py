import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typesetting import PDFLATEX, assert_amsmath_typesets, assert_katex_renders, has_katex

import matcalc as mc
from matcalc.errors import NotationError

LAYOUTS = ("numerator", "denominator")
CASES = [
    ("x.T @ A @ x", "x", "x[n] A[n,n]", 1),
    ("A @ x", "x", "A[m,n] x[n]", 1),
    ("t * a", "t", "t a[n]", 1),
    ("softmax(x)", "x", "x[n]", 1),
    ("norm(A @ x - b)", "x", "A[m,n] x[n] b[m]", 1),
    ("tr(A @ X @ B)", "X", "A[p,m] X[m,n] B[n,p]", 1),
    ("inv(A + t * B)", "t", "A[n,n] B[n,n] t", 1),
    ("W @ x + b", "W", "W[m,n] x[n] b[m]", 1),
    ("norm(X @ w - y)**2 / m", "w", "X[m,n] w[n] y[m]", 1),
    ("x.T @ x / (x.T @ A @ x)", "x", "A[n,n] x[n]", 1),
    ("sum(log(1 + exp(-y * (X @ w))))", "w", "X[m,n] w[n] y[m]", 1),
    ("h = tanh(W1 @ x); w2.T @ h", "x", "W1[m,n] x[n] w2[m]", 1),
    ("loss_a * x.T @ x_b / batch_size", "x", "x[batch_size] x_b[batch_size] loss_a", 1),
    ("-(x - mu).T @ inv(S) @ (x - mu) / 2", "S", "x[n] mu[n] S[n,n]:spd", 1),
    ("a.T @ X @ b * t**3", "t", "a[m] X[m,n] b[n] t", 1),
    ("concatenate(x, y)", "x", "x[n] y[m+1]", 1),
    ("kron(A + t * B, C)", "t", "A[q,m] B[q,m] C[n,p] t", 1),
    ("x.T @ A @ x", "x", "x[n] A[n,n]", 2),
    ("x.T @ A @ y", "x y", "x[m] A[m,n] y[n]", 2),
    ("t**3", "t", "t", 2),
    ("t * x.T @ x", "t x", "t x[n]", 2),
    ("tr(X.T @ A @ X)", "X", "X[m,n] A[m,m]", 2),
]


def derived(of: str, wrt: str, variables: str, order: int, layout: str) -> mc.Jacobian[Any]:
    names = wrt.split()
    by = names if len(names) > 1 else wrt
    return mc.derive(of, wrt=by, variables=variables, layout=layout, order=order)


def _jacobians() -> Iterator[mc.Jacobian[Any]]:
    for case in CASES:
        for layout in LAYOUTS:
            yield derived(*case, layout)


@pytest.mark.parametrize(
    ("of", "wrt", "variables", "order", "numerator", "denominator"),
    [
        ("x.T @ A @ x", "x", "x[n] A[n,n]", 1, r"\partial f}{\partial x^\top", None),
        ("x.T @ A @ x", "x", "x[n] A[n,n]", 1, None, r"\partial f}{\partial x"),
        ("A @ x", "x", "x[n] A[m,n]", 1, None, r"\partial f^\top}{\partial x"),
        ("tr(A @ X)", "X", "A[n,m] X[m,n]", 1, r"\partial f}{\partial X^\top", None),
        ("t * A", "t", "t A[m,n]", 1, r"\partial F}{\partial t", r"\partial F^\top}{\partial t"),
        (
            "x.T @ A @ x",
            "x",
            "x[n] A[n,n]",
            2,
            r"\partial^2 f}{\partial x \, \partial x^\top",
            None,
        ),
        (
            "x.T @ A @ x",
            "x",
            "x[n] A[n,n]",
            2,
            None,
            r"\partial^2 f}{\partial x \, \partial x^\top",
        ),
        (
            "x.T @ A @ y",
            "x y",
            "x[m] A[m,n] y[n]",
            2,
            r"\partial^2 f}{\partial x \, \partial y^\top",
            r"\partial^2 f}{\partial y \, \partial x^\top",
        ),
        (
            "t * x.T @ x",
            "t x",
            "t x[n]",
            2,
            r"\partial^2 f}{\partial t \, \partial x^\top",
            r"\partial^2 f}{\partial x \, \partial t",
        ),
        (
            "t * x.T @ x",
            "x t",
            "t x[n]",
            2,
            r"\partial^2 f}{\partial x^\top \, \partial t",
            r"\partial^2 f}{\partial t \, \partial x",
        ),
        ("t**3", "t", "t", 2, r"\partial^2 f}{\partial t^2", r"\partial^2 f}{\partial t^2"),
    ],
)
def test_the_fraction_says_which_layout_it_is_in(
    of: str, wrt: str, variables: str, order: int, numerator: str | None, denominator: str | None
) -> None:
    for layout, expected in zip(LAYOUTS, (numerator, denominator), strict=True):
        if expected is not None:
            shown = derived(of, wrt, variables, order, layout).equation("latex")
            assert shown.startswith(rf"\frac{{{expected}}} = "), shown


@pytest.mark.parametrize(
    ("of", "variables", "expected"),
    [
        ("A @ x", "A[m,n] x[n]", ["∂f/∂x =  Aᵀ", " n×m    n×m"]),
        (
            "norm(A @ x - b)**2 / m",
            "A[m,n] x[n] b[m]",
            ["∂f/∂x = 2  Aᵀ (A x − b) / m", " n×1      n×m    m×1"],
        ),
        ("x.T @ x * (a.T @ x)", "a[n] x[n]", None),
    ],
)
def test_shapes_stand_under_their_factors(
    of: str, variables: str, expected: list[str] | None
) -> None:
    J = derived(of, "x", variables, 1, "denominator")
    top, bottom = J.equation(shapes=True).splitlines()
    assert expected in (None, [top, bottom])
    assert re.sub(r"[ ]+", "", top) == re.sub(r"[ ]+", "", J.equation())
    assert not re.search("[\ue000-\uf8ff]", top + bottom)


def test_the_text_of_an_equation_is_ascii_and_its_right_side_can_be_read() -> None:
    for J in _jacobians():
        assert J.equation("text").isascii()
        assert J.equation("text", shapes=True).isascii()
        assert J.equation("text").endswith(f" = {J.text.rpartition('; ')[2]}")


def test_a_scalar_before_a_product_has_no_shape() -> None:
    J = derived("(x.T @ x) * A @ x", "x", "A[n,n] x[n]", 1, "numerator")
    shown = J.equation("latex", shapes=True)
    assert r"\left(x^\top x\right) \underbrace{A}_{n \times n}" in shown


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(NotationError, match="unicode, latex, text"):
        derived("A @ x", "x", "A[m,n] x[n]", 1, "numerator").equation("html")  # type: ignore[arg-type]


def _equations() -> list[str]:
    return [J.equation("latex", shapes=shapes) for J in _jacobians() for shapes in (False, True)]


def test_braces_are_balanced() -> None:
    for shown in _equations():
        assert shown.count("{") - shown.count(r"\{") == shown.count("}") - shown.count(r"\}"), shown
        assert shown.count(r"\left") == shown.count(r"\right"), shown
        assert shown.isascii(), shown


@pytest.mark.skipif(not has_katex(), reason="KaTeX is not installed: npm install katex")
def test_katex_renders_every_equation() -> None:
    assert_katex_renders(_equations())


@pytest.mark.skipif(not PDFLATEX, reason="pdflatex is not installed")
def test_amsmath_typesets_every_equation(tmp_path: Path) -> None:
    assert_amsmath_typesets(_equations(), tmp_path)

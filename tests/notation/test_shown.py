"""What Python and notebooks show of answers: a line, and parts in which no text is interpreted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import matcalc as mc
from matcalc.notation.pages import html
from matcalc.notation.parts import AlignedShapes, AnswerPart, Cell, Drawn, FormulaPart, Marked, Rows
from matcalc.notation.typed import typed_latex, typed_mathml

_HOSTILE = '<script>alert("&amp;")</script>&\u202e<img src=x onerror=a>'
_FORM: dict[str, Any] = {"wrt": "x", "variables": "x[n] A[n,n]"}
_CLAIM: dict[str, Any] = _FORM | {"of": "x.T @ A @ x", "layout": "denominator"}


def _square(x: Any) -> Any:
    return x**2


# What is asked, what the line says, and what the notebook sets as a formula.
_ANSWERS: dict[str, tuple[Callable[[], Any], str, str]] = {
    "derivative": (
        lambda: mc.derive("x.T @ A @ x", layout="denominator", **_FORM),
        "<∂f/∂x = (A + Aᵀ) x, denominator layout, n×1>",
        "(A+A⊤)x",
    ),
    "fit": (
        lambda: mc.fit("dz1[n1] = ? @ dz2[n2]", candidates="W2[n2,n1]"),
        "<fits: dz1 = W2.T @ dz2>",
        "dz1=W2⊤dz2",
    ),
    "fit, derived": (
        lambda: mc.fit("dz1[a] = ? @ dz2[b]", candidates="W[b,a]", because="z2 = W @ z1"),
        "<right: dz1 = W.T @ dz2>",
        "dz1=W⊤dz2",
    ),
    "fit, open": (lambda: mc.fit("y[m] = ? @ x[n]"), "<fits: ? is m×n>", "m×n"),
    "misfit": (
        lambda: mc.fit("y[m] = W[m,n] @ x[m]"),
        "<not_conformable: W[m,n]",
        "ym×1=Wm×n@xm×1",
    ),
    "check": (
        lambda: mc.check_formula("2 * A @ x", **_CLAIM),
        "<wrong_value, symmetric-part: 2 * A @ x; repaired: (A + A.T) @ x>",
        "(A+A⊤)x",
    ),
    "check, right": (
        lambda: mc.check_formula("(A + A.T) @ x", **_CLAIM),
        "<right: (A + A.T) @ x>",
        "A+A⊤",
    ),
    "chain": (lambda: mc.check_chain("dL/dz dz/da"), "<right: dL/dz dz/da>", "dLdz"),
    "sizes": (lambda: mc.check_sizes("2x1 2x3"), "<not_conformable: 2x1 2x3>", "A"),
    "identify": (
        lambda: mc.identify("x.T @ A @ x", formula="A @ x", **_FORM),
        "<∂f/∂x as n×1, wrong_value; right in denominator layout: (A + A.T) @ x>",
        "(A+A⊤)x",
    ),
    "convert": (
        lambda: mc.convert_formula("2 * x.T @ A", variables="x[n] A[n,n]"),
        "<2 * A.T @ x, denominator layout, n×1>",
        "2A⊤x",
    ),
    "arrays": (
        lambda: mc.check_jacobian(_square, np.diag([2.0, 5.0]), np.array([1.0, 2.0])),
        "<does not agree: largest error 2.5e-01 of 4 entries>",
        "at [1, 1]: 5, should be 4",
    ),
    "chain of variables": (
        lambda: mc.written_chain([mc.parse_variable(v) for v in ("L", "z[2]", "x[3]")], "mixed"),
        "(∂z/∂x)ᵀ · ∂L/∂z = ∂L/∂x\n  3×2       2×1     3×1",
        "∂L∂x",
    ),
}


@pytest.mark.parametrize("kind", _ANSWERS)
def test_an_answer_is_a_line_in_python_and_formulas_in_a_notebook(kind: str) -> None:
    asked, line, formula = _ANSWERS[kind]
    found = asked()
    assert repr(found).startswith(line)
    page = ElementTree.fromstring(f"<div>{found._repr_html_()}</div>")  # noqa: S314 - our own
    assert formula in "".join("".join(page.itertext()).split("\n"))
    assert page.iter("math") or kind == "arrays"


def test_no_text_in_an_answer_is_interpreted() -> None:
    items = (
        _HOSTILE,
        FormulaPart(_HOSTILE, _HOSTILE),
        AlignedShapes((Cell(_HOSTILE, _HOSTILE, _HOSTILE, _HOSTILE, _HOSTILE),)),
        Marked(_HOSTILE, 3, 9),
        Rows(((_HOSTILE, _HOSTILE), ("✓", f"∂{_HOSTILE}"))),
        Drawn((_HOSTILE,)),
    )
    shown = html([AnswerPart(_HOSTILE, items)])
    page = ElementTree.fromstring(shown)  # noqa: S314 - our own
    assert not {one.tag for one in page.iter()} & {"script", "img"}
    assert "\u202e" not in shown
    assert "".join(page.itertext()).count("alert") >= 12
    hidden = replace(mc.check_sizes("2x1 2x3"), claim=_HOSTILE)
    assert "\u202e" not in repr(hidden) + hidden._repr_html_()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A @ (B @ C)", r"A \left(B C\right)"),  # products as they were typed
        ("(A @ B) @ C", r"\left(A B\right) C"),
        ("(A - B).T @ (A - B)", r"\left(A - B\right)^\top \left(A - B\right)"),  # perhaps matrices
        ("W2.T @ d * g'(z1)", r"\left(W_{2}^\top d\right) \odot g'(z_{1})"),
        ("z = W @ x; dW = 2 * z", r"z = W x,\quad \mathit{dW} = 2 z"),
        ("norm(A @ x - b)", r"\lVert A x - b \rVert"),
        ("dz_dx", r"\frac{\partial z}{\partial x}"),
        ("dz2_dW2 = x", r"\frac{\partial z_{2}}{\partial W_{2}} = x"),
        ("inv(A, B) + norm()", ""),  # what is no formula is not set
        ("sum(X, axis=0)", ""),
        ("∂L/∂a3 · ?", ""),
        ("x" + " + x" * 500, ""),
    ],
)
def test_a_line_is_set_in_the_order_in_which_it_was_typed(text: str, shown: str) -> None:
    assert typed_latex(text) == shown
    assert bool(typed_mathml(text)) == bool(shown)
    if shown:
        ElementTree.fromstring(typed_mathml(text))  # noqa: S314 - our own


def test_rules_have_no_name_that_notebooks_look_for() -> None:
    assert not hasattr(mc.rules, "_repr_html_")


def test_a_long_formula_is_cut_in_the_line() -> None:
    formula = " + ".join(f"sin(x)**{k}" for k in range(2, 40))
    J = mc.derive(formula, wrt="x", variables="x", layout="numerator")
    assert len(repr(J)) < 300
    assert "…, numerator layout" in repr(J)

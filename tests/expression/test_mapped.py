"""Functions of whole arrays that are declared by their shapes alone: ``f(x[n])[m]``."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from finite_differences import central_differences

import matcalc as mc

_MIX = np.random.default_rng(3).normal(size=(3, 2))
SIZES = {"n": 5, "k": 2, "m": 3}
DECLARED = "W[k,n] x[n] y[m] t f(z[k])[m] L(y[m]) h(t)[k]"


def f(z: Any) -> Any:
    """A vector of a vector, with its derivatives beside it."""
    return np.sin(_MIX @ z)


def df(z: Any) -> Any:
    return np.cos(_MIX @ z)[:, None] * _MIX


def ddf(z: Any) -> Any:
    return np.einsum("i,ij,ik->ijk", -np.sin(_MIX @ z), _MIX, _MIX)


def number(y: Any) -> Any:
    return np.sum(y**3) + y[0] * y[1]


def gradient(y: Any) -> Any:
    return 3 * y**2 + np.array([y[1], y[0], 0.0])


def hessian(y: Any) -> Any:
    return 6 * np.diag(y) + np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 0]])


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "f": f,
    "df": df,
    "ddf": ddf,
    "L": number,
    "dL": gradient,
    "ddL": hessian,
    "h": lambda t: np.array([np.sin(t), t**2]),
    "dh": lambda t: np.array([np.cos(t), 2 * t]),
    "ddh": lambda t: np.array([-np.sin(t), 2.0]),
}
CASES = {
    ("norm(f(W @ x) - y)**2 / 2", "x"): lambda a: np.sum((f(a["W"] @ a["x"]) - a["y"]) ** 2) / 2,
    ("norm(f(W @ x) - y)**2 / 2", "W"): lambda a: np.sum((f(a["W"] @ a["x"]) - a["y"]) ** 2) / 2,
    ("f(W @ x)", "x"): lambda a: f(a["W"] @ a["x"]),
    ("L(f(W @ x))", "x"): lambda a: number(f(a["W"] @ a["x"])),
    ("L(y)", "y"): lambda a: number(a["y"]),
    ("y.T @ f(h(t))", "t"): lambda a: a["y"] @ f(FUNCTIONS["h"](a["t"])),
}


def _point() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    shapes = {"W": (2, 5), "x": (5,), "y": (3,), "t": ()}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def _computed(derivative: Any) -> Any:
    space: dict[str, Any] = {}
    source = str(derivative.numpy)
    exec(compile(source, "<emitted>", "exec"), space)  # noqa: S102 - our own source
    name = source.split("def ", 1)[1].split("(", 1)[0]
    code = space[name].__code__
    known = {**_point(), **SIZES, **FUNCTIONS}
    return space[name](*(known[one] for one in code.co_varnames[: code.co_argcount]))


@pytest.mark.parametrize(("formula", "wrt"), CASES)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_derivatives_have_the_numbers_of_the_functions_that_are_given(
    formula: str, wrt: str, layout: str
) -> None:
    point = _point()
    found = mc.derive(formula, wrt=wrt, variables=DECLARED, layout=layout)

    def moved(value: Any) -> Any:
        return CASES[formula, wrt]({**point, wrt: value})

    stored = np.asarray(central_differences(moved, point[wrt]))
    stored = stored.reshape(np.shape(moved(point[wrt])) + point[wrt].shape)
    of = len(np.shape(moved(point[wrt])))
    axes = [*range(of), *range(stored.ndim - 1, of - 1, -1)]
    expected = stored.transpose(axes if layout == "numerator" else axes[::-1])
    given = np.asarray(_computed(found)).reshape(expected.shape)
    np.testing.assert_allclose(given, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("formula", "wrt"), [one for one in CASES if one[0] != "f(W @ x)"])
def test_second_derivatives_take_the_second_derivatives_that_are_given(
    formula: str, wrt: str
) -> None:
    point = _point()
    found = mc.derive(formula, wrt=wrt, variables=DECLARED, layout="numerator", order=2)
    first = mc.derive(formula, wrt=wrt, variables=DECLARED, layout="denominator").compile()
    words = first.__signature__.parameters

    def slope(value: Any) -> Any:
        known = {**point, **FUNCTIONS, wrt: value}
        return first(**{word: known[word] for word in words})

    stored = np.asarray(central_differences(slope, point[wrt]))
    rank = point[wrt].ndim
    axes = [*range(rank - 1, -1, -1), *range(2 * rank - 1, rank - 1, -1)]
    expected = stored.reshape(point[wrt].shape * 2).transpose(axes)
    given = np.asarray(_computed(found)).reshape(expected.shape)
    np.testing.assert_allclose(given, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("formula", "wrt", "layout", "unicode", "latex"),
    [
        ("L(W @ x)", "x", "numerator", "∇L(W x)ᵀ W", r"\nabla L(W x)^\top W"),
        ("L(W @ x)", "W", "denominator", "∇L(W x) xᵀ", r"\nabla L(W x) x^\top"),
        ("f(W @ x)", "x", "numerator", "f′(W x) W", "f'(W x) W"),
        ("f(W @ x)", "x", "denominator", "Wᵀ f′(W x)ᵀ", r"W^\top f'(W x)^\top"),
    ],
)
def test_what_is_printed_is_read_again(
    formula: str, wrt: str, layout: str, unicode: str, latex: str
) -> None:
    declared = "W[m,n] x[n] f(z[m])[k] L(z[m])"
    found = mc.derive(formula, wrt=wrt, variables=declared, layout=layout)
    assert (found.unicode, found.latex) == (unicode, latex)
    again = [
        mc.derive(text, wrt=wrt, variables=declared, layout=layout).formula.node
        for text in (found.text, unicode, latex)
    ]
    assert again[0] is again[1] is again[2]


def test_a_hessian_of_a_number_is_symmetric_and_written_as_books_do() -> None:
    found = mc.derive(
        "L(A @ x)", wrt="x", variables="A[m,n] x[n] L(y[m])", layout="numerator", order=2
    )
    assert found.unicode == "Aᵀ ∇²L(A x) A"


def test_sizes_of_a_function_agree_with_the_formula() -> None:
    found = mc.derive("f(W @ x)", wrt="x", variables="W[k,n] x[n] f(z[p])[m]", layout="numerator")
    assert "the formula forces p = k" in found.notes


@pytest.mark.parametrize(
    ("formula", "declared", "must"),
    [
        ("f(x)", "x[n] f(x[n])[m] f(x[n])[k]", "as two different functions"),
        ("f(W)", "W[n,n] x[n] f(z[n])[m]", "f is declared for n×1; found n×n"),
        ("f(x.T)", "x[n] f(z[n])[m]", "f is declared for n×1; found 1×n"),
        ("f(x) + x", "x[n] f(z[n])[m]", "f(x) is m×1, x is n×1"),
        ("f(x, x)", "x[n] f(z[n])[m]", "takes one argument"),
        ("∇f(x)", "x[n] f(z[n])[m]", "write f'(x) or f'(x).T"),
        ("∇g(x)", "x[n] g(·)", "∇L(x)"),
    ],
)
def test_what_does_not_fit_is_refused(formula: str, declared: str, must: str) -> None:
    with pytest.raises(mc.MatcalcError) as caught:
        mc.derive(formula, wrt="x", variables=declared, layout="numerator")
    assert must in str(caught.value)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("W^T f'(Wx)^T (f(Wx) - y)", "right"),
        ("W^T f'(Wx) (f(Wx) - y)", "not_conformable"),
        ("f'(Wx)^T (f(Wx) - y)", "wrong_shape"),
        ("2 W^T f'(Wx)^T (f(Wx) - y)", "wrong_value"),
        ("(f(Wx) - y)^T f'(Wx) W", "wrong_layout"),
    ],
)
def test_claims_about_functions_by_their_shapes_are_judged(claim: str, verdict: str) -> None:
    found = mc.check_formula(
        claim,
        of="½‖f(W x) − y‖²",
        wrt="x",
        variables="W[k,n] x[n] y[m] f(z[k])[m]",
        layout="denominator",
    )
    assert found.verdict == verdict

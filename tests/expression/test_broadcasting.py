"""Axes of size 1, biases, and what is put together: by NumPy's numbers, said aloud."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.checking.formulas import check_derivative
from matcalc.errors import ShapeError
from matcalc.graph import add

RNG = np.random.default_rng(7)
POINT: dict[str, Any] = {
    "X": RNG.normal(size=(3, 4)),
    "W": RNG.normal(size=(4, 4)),
    "x": RNG.normal(size=3),
    "y": RNG.normal(size=4),
    "c": 0.7,
    "D": RNG.normal(size=(1, 4)),
}
# a formula, the same in NumPy, and what the answer says
FORMULAS = [
    ("X - mean(X, axis=1, keepdims=True)", lambda p: p["X"] - p["X"].mean(1, keepdims=True), ""),
    ("X / X.sum(axis=0, keepdims=True)", lambda p: p["X"] / p["X"].sum(0, keepdims=True), ""),
    ("X - mean(X, axis=1)[:, None]", lambda p: p["X"] - p["X"].mean(1)[:, None], ""),
    ("X + x", lambda p: p["X"] + p["x"][:, None], "every column"),
    ("X + y", lambda p: p["X"] + p["y"], "every row"),
    ("X @ W + y", lambda p: p["X"] @ p["W"] + p["y"], "every row"),
    ("y + X @ W", lambda p: p["X"] @ p["W"] + p["y"], "every row"),
    ("y - X", lambda p: p["y"] - p["X"], "counts for every row"),
    ("X / (1 + y**2)", lambda p: p["X"] / (1 + p["y"] ** 2), "counts for every row"),
    ("sum(X / y)", lambda p: np.sum(p["X"] / p["y"]), "divides every row"),
    ("np.multiply(X, 2) * y", lambda p: 2 * p["X"] * p["y"], "counts for every row"),
    ("y * (X @ W)", lambda p: p["y"] * (p["X"] @ p["W"]), "counts for every row"),
    ("np.array(W.T) * y", lambda p: p["W"].T * p["y"], "counts for every row"),
    ("(y / 2 * X).sum(axis=1)", lambda p: (p["y"] / 2 * p["X"]).sum(1), "counts for every row"),
    ("mse_loss(X, y)", lambda p: np.mean((p["X"] - p["y"]) ** 2), "counts for every row"),
    ("W + y", lambda p: p["W"] + p["y"], "for every column write y[:, None]"),
    ("x[:, None] * y[None, :]", lambda p: np.outer(p["x"], p["y"]), ""),
    ("D / (1 + y**2).T", lambda p: p["D"] / (1 + p["y"] ** 2), ""),
    ("y * D.T - D.T", lambda p: p["y"][:, None] * p["D"].T - p["D"].T, ""),
    ("concatenate(c, x)", lambda p: np.concatenate([[p["c"]], p["x"]]), ""),
    ("concatenate(1, x, 2)", lambda p: np.concatenate([[1], p["x"], [2]]), ""),
    ("kron(x.T, eye(2))", lambda p: np.kron(p["x"][None], np.eye(2)), ""),
    ("np.hstack([X, X])", lambda p: np.hstack([p["X"], p["X"]]), ""),
    ("np.vstack([x, x])", lambda p: np.vstack([p["x"], p["x"]]), ""),
    ("np.column_stack([x, x])", lambda p: np.column_stack([p["x"], p["x"]]), ""),
    ("np.block([[X, X], [X, X]])", lambda p: np.block([[p["X"], p["X"]], [p["X"], p["X"]]]), ""),
    ("x(1)^2 + x(3)", lambda p: p["x"][0] ** 2 + p["x"][2], "counted from 1"),
    ("X(2,:)*y", lambda p: p["X"][1] @ p["y"], "counted from 1"),
    ("x(2:end)'*x(1:2)", lambda p: p["x"][1:] @ p["x"][:2], "counted from 1"),
]
DECLARED = {"X": "X[3,4]", "W": "W[4,4]", "x": "x[3]", "y": "y[4]", "c": "c", "D": "D[1,4]"}


@pytest.mark.parametrize(("formula", "function", "said"), FORMULAS)
def test_what_is_broadcast_is_what_numpy_does(formula: str, function: Any, said: str) -> None:
    variables = " ".join(DECLARED.values())
    point = {name: POINT[name] for name in DECLARED if name in formula}
    np.testing.assert_allclose(mc.evaluate(formula, **point), function(POINT), rtol=1e-12)
    wrt = next(name for name in ("X", "W", "x", "D") if name in formula)
    J = mc.derive(formula, wrt=wrt, variables=variables, layout="numerator")
    assert said in "; ".join(J.notes)
    at, h = POINT[wrt], 1e-6
    step = RNG.normal(size=at.shape)
    moved = [np.asarray(function({**POINT, wrt: at + s * h * step})) for s in (1, -1)]
    expected = (moved[0] - moved[1]) / (2 * h)
    found = np.tensordot(J.to("numerator").evaluate(**point), step.T, axes=step.ndim)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


def test_a_bias_of_a_square_matrix_of_one_named_size_is_refused() -> None:
    with pytest.raises(mc.ShapeError, match=r"in every column.*in every row"):
        mc.derive("A + x", wrt="x", variables="A[n,n] x[n]", layout="numerator")


def test_one_jacobian_by_several_variables_has_their_columns_side_by_side() -> None:
    formula = "[sqrt(x**2 + y**2); atan2(y, x) - theta]"
    J = mc.derive(
        formula, wrt=["x", "y", "theta"], variables="x y theta", layout="numerator", stacked=True
    )
    assert J.shape == (2, 3)
    apart = mc.derive(formula, wrt=["x", "y", "theta"], variables="x y theta", layout="numerator")
    point = {"x": 0.3, "y": -1.1, "theta": 0.5}
    columns = [np.reshape(one.evaluate(**point), 2) for one in apart]
    np.testing.assert_allclose(J.evaluate(**point), np.stack(columns, axis=1))
    assert "eye" not in J.text
    np.testing.assert_allclose(mc.evaluate(J.text, **point), J.evaluate(**point))
    both = mc.derive(
        "A @ x + B @ u",
        wrt=("x", "u"),
        variables="A[n,n] x[n] B[n,m] u[m]",
        layout="numerator",
        stacked=True,
    )
    assert both.text == "[A, B]"
    with pytest.raises(mc.NotationError, match="A is a matrix"):
        mc.derive(
            "A @ x", wrt=["A", "x"], variables="A[n,n] x[n]", layout="numerator", stacked=True
        )


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize(
    "formula", ["x.T @ A @ y * th + sum(x**3) * th**2", "tanh(A @ y) * th", "norm(x) * (A @ y)"]
)
def test_a_second_derivative_by_several_variables_is_made_of_the_mixed_ones(
    formula: str, layout: str
) -> None:
    declared = "x[n] y[m] A[n,m] th"
    J = mc.derive(
        formula, wrt=["x", "y", "th"], variables=declared, layout=layout, order=2, stacked=True
    )
    rng = np.random.default_rng(2)
    sizes = {"x": (3,), "y": (2,), "A": (3, 2), "th": ()}
    point = {name: rng.normal(size=size) for name, size in sizes.items()}
    found = J.to("numerator").evaluate(**point)
    start = {"x": 0, "y": 3, "th": 5}
    for one, a in start.items():
        for two, b in start.items():
            block = mc.derive(
                formula, wrt=[one, two], variables=declared, layout="numerator", order=2
            ).evaluate(**point)
            p, q = point[one].size, point[two].size
            expected = np.reshape(block, (*found.shape[:-2], p, q))
            np.testing.assert_allclose(found[..., a : a + p, b : b + q], expected, atol=1e-12)
    assert check_derivative(J)
    for form in ("text", "unicode", "latex"):
        assert mc.read_back(J, form).holds


def test_a_derivative_by_several_variables_is_held_to_differences() -> None:
    J = mc.derive(
        "th * (A @ x)",
        wrt=["x", "th"],
        variables="A[m,n] x[n] th",
        layout="numerator",
        stacked=True,
    )
    assert check_derivative(J)
    assert not check_derivative(replace(J, held=add([J.node, J.node])))


@pytest.mark.parametrize(
    ("formula", "text"),
    [("c * x.T @ x", "2 * c * x"), ("x'Ax + c'x", "(A + A.T) @ x + c"), ("c^T x", "c")],
)
def test_c_k_and_t_are_numbers_where_nothing_transposes_them(formula: str, text: str) -> None:
    assert mc.derive(formula, wrt="x", layout="denominator").text == text


@pytest.mark.parametrize("size", ["n", "4"])
def test_a_vector_before_a_product_of_matrices_scales_none_of_them_in_silence(size: str) -> None:
    """Python reads ``s * W.T @ d`` as ``(s * W.T) @ d``, and books mean ``s * (W.T @ d)``."""
    declared = f"s[{size}] W[{size},{size}] d[{size}]"
    with pytest.raises(ShapeError, match=r"write s \* \(W.T @ d\)"):
        mc.derive("s * W.T @ d", wrt="d", variables=declared, layout="denominator")


@pytest.mark.parametrize(
    ("formula", "advice"),
    [("norm(X * b - y)**2", "X @ b"), ("sum((X * b)**2)", "X @ b")],
)
def test_a_star_that_may_be_a_product_of_matrices_is_refused(formula: str, advice: str) -> None:
    with pytest.raises(ShapeError, match=f"write {advice}"):
        mc.derive(formula, wrt="b", variables="X[m,n] b[n] y[m]", layout="denominator")

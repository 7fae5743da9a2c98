"""What is asked of a derivative without its dense array, against the dense array."""

import pickle
from typing import Any

import numpy as np
import pytest
from work import calls

import matcalc as mc
from matcalc.errors import ArrayError, LayoutError, ShapeError, UnboundError

_RNG = np.random.default_rng(0)
W, x, y = _RNG.normal(size=(4, 3)), _RNG.normal(size=3), _RNG.normal(size=4)
_LAYOUTS = ("numerator", "denominator")


def _derived(expression: str, wrt: str, layout: str, order: int = 1) -> mc.Jacobian[Any]:
    return mc.derive(expression, wrt=wrt, variables="W[m,n] x[n] y[m]", layout=layout, order=order)


@pytest.mark.parametrize("layout", _LAYOUTS)
@pytest.mark.parametrize("expression", ["softmax(W @ x) * y", "W @ tanh(x)", "sum(x) * y + W @ x"])
def test_products_norms_rows_and_columns_are_those_of_the_dense_matrix(
    expression: str, layout: str
) -> None:
    J = _derived(expression, "x", layout)
    point = {"W": W, "x": x, "y": y}
    dense = J.evaluate(**point)
    stored = dense if layout == "numerator" else dense.T
    v = np.array([1.0, -2.0, 0.5])
    bound = J.at(**point)
    for found, expected in (
        (J.gauss_newton(v, **point), stored.T @ stored @ v),
        (bound.gauss_newton(v), stored.T @ stored @ v),
        (J.frobenius(**point), np.linalg.norm(dense)),
        (bound.frobenius(), np.linalg.norm(dense)),
        (J.row(1, **point), dense[1]),
        (bound.row(-1), dense[-1]),
        (J.column(0, **point), dense[:, 0]),
        (bound.array, dense),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("layout", _LAYOUTS)
@pytest.mark.parametrize("wrt", ["x", "W"])
def test_the_diagonal_and_the_trace_of_a_hessian(wrt: str, layout: str) -> None:
    point = {"W": W[:3], "x": x, "y": y[:3]}  # square, so that a transpose would go unseen
    H = _derived("sum(softmax(W @ x) * y)", wrt, layout, order=2)
    dense = H.to("numerator").at(**point).array
    stored = H.at(**point).as_convention("jax")
    expected = np.einsum("ii->i" if wrt == "x" else "jiij->ij", stored)
    np.testing.assert_allclose(H.diagonal(**point), expected, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(H.trace(**point), expected.sum(), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(H.frobenius(**point), np.linalg.norm(dense), rtol=1e-10)
    step = 1e-4
    slopes = [
        (_value(wrt, point, k, step) - 2 * _value(wrt, point, k, 0) + _value(wrt, point, k, -step))
        / step**2
        for k in np.ndindex(point[wrt].shape)
    ]
    np.testing.assert_allclose(H.diagonal(**point).ravel(), slopes, atol=1e-6)


def _value(wrt: str, point: dict[str, Any], place: tuple[int, ...], step: float) -> float:
    moved = point[wrt].copy()
    moved[place] += step
    return float(mc.evaluate("sum(softmax(W @ x) * y)", **{**point, wrt: moved}))


def test_a_derivative_of_a_million_by_a_thousand_is_a_thousand_numbers() -> None:
    J = _derived("W @ x", "W", "numerator")
    big = J.at(W=np.zeros((1000, 1000)), x=np.arange(1000.0))
    assert big.stored == 1000
    assert big.shape == (1000, 1000, 1000)
    np.testing.assert_allclose(big.vjp(np.ones(1000))[7], np.arange(1000.0))
    assert big.frobenius() == pytest.approx(np.sqrt(1000) * np.linalg.norm(np.arange(1000.0)))


def test_factors_of_an_outer_product_and_of_a_sum_stay_factors() -> None:
    J = _derived("x * sum(x)", "x", "numerator")
    n = 500
    bound = J.at(x=np.ones(n))
    assert bound.stored <= 2 * n + 1
    np.testing.assert_allclose(bound.trace(), n * n + n)


def test_a_question_is_planned_once() -> None:
    J = _derived("softmax(W @ x)", "x", "numerator")
    first, second = (calls(lambda: J.frobenius(W=W, x=x)) for _ in range(2))
    assert second < 200 < first


def test_points_of_the_same_shapes_are_planned_once() -> None:
    J = _derived("softmax(W @ x)", "x", "numerator")
    first, second = (calls(lambda: J.at(W=W, x=x).jvp(x)) for _ in range(2))
    assert second < 200 < first
    other = J.at(W=2 * W, x=x)
    np.testing.assert_allclose(other.jvp(x), J.evaluate(W=2 * W, x=x) @ x, rtol=1e-12)


@pytest.mark.parametrize("layout", _LAYOUTS)
def test_numbers_at_a_point_are_nobody_elses_and_go_into_what_is_made_of_them(layout: str) -> None:
    J = _derived("W @ x * y", "x", layout)
    own = {"W": W.copy(), "x": x.copy(), "y": y.copy()}
    at, dense = J.at(**own), J.evaluate(**own)
    for array in own.values():
        array[...] = 7.0
    for found, expected in (
        (at.at(), dense),
        (at.T, dense.T),
        (at.T.T + at, 2 * dense),
        (-at / 2, dense / -2),
        (pickle.loads(pickle.dumps(at)), dense),  # noqa: S301
        (mc.chain(at, mc.identity("x[3] / b[3]"), layout=layout), dense),
    ):
        np.testing.assert_allclose(found.array, expected, rtol=1e-12)
        u = np.ones(len(y))
        np.testing.assert_allclose(found.vjp(u), found.to("numerator").array.T @ u, rtol=1e-12)
    np.testing.assert_allclose(at.evaluate(), dense, rtol=1e-12)
    assert at.allclose(J.at(W=W, x=x, y=y))
    assert not at.allclose(J.at(W=W, x=x, y=2 * y))
    with pytest.raises(ArrayError, match="no variable 'W'"):
        at.jvp(x, W=W)


def test_two_derivatives_of_one_node_have_their_own_diagonals() -> None:
    J = mc.derive("X.T", wrt="X", variables="X[n,n]", layout="numerator")
    H = mc.derive("sum(X**2) / 2", wrt="X", variables="X[n,n]", layout="numerator", order=2)
    assert J.node is H.node
    X = np.ones((3, 3))
    for _ in range(2):
        np.testing.assert_array_equal(J.diagonal(X=X), np.eye(3))
        np.testing.assert_array_equal(H.diagonal(X=X), np.ones((3, 3)))
        assert (J.trace(X=X), H.trace(X=X)) == (3.0, 9.0)


def test_products_of_a_derivative_by_a_number_are_told_apart() -> None:
    J = mc.derive("s**3", wrt="s", variables="s", layout="numerator")
    assert (J.jvp(1.0, s=2.0), J.gauss_newton(1.0, s=2.0)) == (12.0, 144.0)


def test_what_has_no_diagonal_or_no_rows_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"not of f\[m\] by x\[n\]"):
        _derived("W @ x", "x", "numerator").diagonal(W=W, x=x)
    with pytest.raises(LayoutError, match="no rows and columns"):
        _derived("W @ x", "W", "numerator").row(0, W=W, x=x)
    with pytest.raises(LayoutError, match="there are 4 rows, not 4"):
        _derived("W @ x", "x", "numerator").row(4, W=W, x=x)
    with pytest.raises(UnboundError, match="puts them in"):
        assert _derived("W @ x", "x", "numerator").stored

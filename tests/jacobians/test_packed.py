"""One flat vector of parameters, for optimisers."""

from typing import Any, Literal

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize

import matcalc as mc

RNG = np.random.default_rng(0)
_FIT = "sum((V @ tanh(W @ x + b) - y)**2) + sum(W**2)"
_SHAPES = "V[2,3] W[3,4] b[3] x[4] y[2]"
_GIVEN = {"V": RNG.normal(size=(2, 3)), "x": RNG.normal(size=4), "y": RNG.normal(size=2)}
_START = {"W": RNG.normal(size=(3, 4)), "b": RNG.normal(size=3)}


def _packed(layout: Literal["numerator", "denominator"] = "denominator") -> Any:
    whole = mc.value_and_grad(_FIT, wrt=["W", "b"], variables=_SHAPES, layout=layout)
    return whole.packed(_START, **_GIVEN)


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_the_gradient_is_that_of_the_value_by_the_vector(
    layout: Literal["numerator", "denominator"],
) -> None:
    packed = _packed(layout)
    assert packed.start.shape == (15,)
    slope = check_grad(lambda v: packed(v)[0], lambda v: packed(v)[1], packed.start)
    assert slope < 1e-5


def test_the_hessian_and_its_products_are_those_of_the_gradient() -> None:
    packed = _packed()
    hessian = packed.hess(packed.start)
    for k, direction in enumerate(np.eye(15)):
        step = 1e-6 * direction
        slope = (packed(packed.start + step)[1] - packed(packed.start - step)[1]) / 2e-6
        np.testing.assert_allclose(hessian[:, k], slope, rtol=1e-5, atol=1e-5)
        product = packed.hessp(packed.start, direction)
        np.testing.assert_allclose(product, hessian[:, k], rtol=1e-10, atol=1e-10)


def test_an_optimiser_finds_the_closed_form() -> None:
    ridge = mc.value_and_grad(
        "sum((X @ w - y)**2) + sum(w**2)", wrt="w", variables="X[m,n] w[n] y[m]",
        layout="denominator",
    )  # fmt: skip
    X, y = RNG.normal(size=(7, 3)), RNG.normal(size=7)
    packed = ridge.packed({"w": np.zeros(3)}, X=X, y=y)
    found = minimize(
        packed, packed.start, jac=True, hessp=packed.hessp, method="Newton-CG", tol=1e-12
    )
    expected = np.linalg.solve(X.T @ X + np.eye(3), X.T @ y)
    np.testing.assert_allclose(packed.unpack(found.x)["w"], expected, rtol=1e-6)


def test_packing_and_unpacking_are_inverse() -> None:
    packed = _packed()
    parts = packed.unpack(packed.start)
    np.testing.assert_array_equal(parts["W"], _START["W"])
    np.testing.assert_array_equal(packed.pack(parts), packed.start)
    with pytest.raises(mc.ShapeError, match=r"15 parameters, not \(14,\)"):
        packed(np.zeros(14))


def test_what_is_no_start_is_refused() -> None:
    whole = mc.value_and_grad(_FIT, wrt=["W", "b"], variables=_SHAPES, layout="denominator")
    with pytest.raises(mc.ArrayError, match="start has W; it needs W, b"):
        whole.packed({"W": _START["W"]}, **_GIVEN)
    alone = mc.derive("x**2", wrt="x", variables="x[n]", layout="denominator")
    with pytest.raises(mc.NotationError, match="value_and_grad"):
        mc.together(alone).packed({"x": np.ones(2)})

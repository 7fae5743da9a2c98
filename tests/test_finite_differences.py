import numpy as np
import pytest
from finite_differences import central_differences

W = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])
X = np.array([0.3, -0.7, 1.1])


def test_a_linear_map_is_its_own_derivative() -> None:
    np.testing.assert_allclose(central_differences(lambda x: W @ x, X), W, rtol=1e-8)


def test_axes_of_the_result_come_before_axes_of_the_variable() -> None:
    assert central_differences(lambda w: w @ X, W).shape == (2, 2, 3)
    assert central_differences(lambda w: float(np.sum(w)), W).shape == (2, 3)


def test_the_check_notices_a_derivative_that_is_scaled_by_a_thousandth() -> None:
    found = central_differences(np.exp, X)
    np.testing.assert_allclose(np.diag(np.exp(X)), found, rtol=1e-6, atol=1e-8)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(1.001 * np.diag(np.exp(X)), found, rtol=1e-6, atol=1e-8)


def test_the_check_notices_a_derivative_that_is_transposed() -> None:
    square = W[:, :2]
    found = central_differences(lambda x: square @ x, X[:2])
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(square.T, found, rtol=1e-6, atol=1e-8)

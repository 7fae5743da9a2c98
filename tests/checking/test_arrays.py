"""Checks of hand-written Jacobians and backward passes: what they accept, refuse and say."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from finite_differences import central_differences

import matcalc as mc
from matcalc.checking.arrays import Check, Entry

RNG = np.random.default_rng(0)
A = RNG.normal(size=(2, 3))
X = np.array([0.3, -0.7, 1.1])
W = RNG.normal(size=(2, 5))
M = RNG.normal(size=(5, 3))


def wave(x: np.ndarray) -> np.ndarray:
    return np.sin(A @ x)


def wave_jacobian(x: np.ndarray) -> np.ndarray:
    return np.cos(A @ x)[:, np.newaxis] * A


# 1. Jacobians


def test_a_right_jacobian_agrees() -> None:
    check = mc.check_jacobian(wave, wave_jacobian(X), at=X)
    assert check
    assert check.agrees
    assert check.entries == 6
    assert check.worst == ()
    assert check.note == ""
    assert check.error < 1e-12
    assert str(check).startswith("agrees: largest error ")
    assert str(check).endswith("of 6 entries (complex step)")


@pytest.mark.parametrize("layout", ["numerator", "denominator", "mixed", "jax", "vec-F", "vec-C"])
def test_an_array_is_read_in_its_layout(layout: str) -> None:
    stored = mc.jacobian("y[2] / x[3]", wave_jacobian(X), layout="numerator")
    name, _, order = layout.partition("-")
    array = stored.as_convention(name, order=order or None)
    assert mc.check_jacobian(wave, array, at=X, layout=layout)


def test_a_wrong_entry_is_shown_with_its_index_and_both_numbers() -> None:
    wrong = wave_jacobian(X)
    wrong[1, 2] += 0.5
    check = mc.check_jacobian(wave, wrong, at=X)
    assert not check
    [worst] = check.worst
    assert worst.index == (1, 2)
    assert worst.given == pytest.approx(worst.expected + 0.5)
    lines = str(check).splitlines()
    assert lines[0].startswith("does not agree: largest error ")
    assert lines[1] == f"  at [1, 2]: {worst.given:.6g}, should be {worst.expected:.6g}"
    assert len(lines) == 2


def test_the_worst_entries_come_first_and_are_at_most_five() -> None:
    wrong = wave_jacobian(X) + np.array([[0.1, 0.6, 0.2], [0.5, 0.3, 0.4]])
    check = mc.check_jacobian(wave, wrong, at=X)
    assert [one.index for one in check.worst] == [(0, 1), (1, 0), (1, 2), (1, 1), (0, 2)]


@pytest.mark.parametrize("factor", [1.001, 0.999, -1.0, 1 + 1e-5])
def test_a_scaled_jacobian_does_not_agree(factor: float) -> None:
    check = mc.check_jacobian(wave, factor * wave_jacobian(X), at=X)
    assert check.verdict == "wrong_value"
    assert check.note == ""


def test_a_transposed_jacobian_is_right_in_denominator_layout() -> None:
    check = mc.check_jacobian(wave, wave_jacobian(X).T, at=X)
    assert check.verdict == "wrong_layout"
    assert check.note == "your Jacobian is right in denominator layout"
    assert check.note in str(check)
    back = mc.check_jacobian(wave, wave_jacobian(X), at=X, layout="denominator")
    assert not back
    assert back.note == "your Jacobian is right in numerator layout"


def test_a_transposed_square_jacobian_is_noticed_too() -> None:
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    check = mc.check_jacobian(lambda x: square @ x, square.T, at=[1.0, 1.0])
    assert check.verdict == "wrong_layout"
    assert check.note == "your Jacobian is right in denominator layout"
    assert {one.index for one in check.worst} == {(0, 1), (1, 0)}
    symmetric = square + square.T
    assert mc.check_jacobian(lambda x: symmetric @ x, symmetric.T, at=[1.0, 1.0])


def test_a_wrong_jacobian_of_transposed_shape_has_no_note() -> None:
    check = mc.check_jacobian(wave, 1.1 * wave_jacobian(X).T, at=X)
    assert check.verdict == "wrong_shape"
    assert check.note == ""


def test_a_shape_of_no_layout_is_refused_and_both_shapes_named() -> None:
    with pytest.raises(mc.ShapeError) as refused:
        mc.check_jacobian(wave, np.zeros((3, 3)), at=X)
    assert str(refused.value) == (
        "the Jacobian has shape (3, 3); f maps (3,) to (2,), so numerator layout has (2, 3) and "
        "denominator layout (3, 2)"
    )


def matrix_function(w: np.ndarray) -> np.ndarray:
    return np.tanh(w @ M) ** 2


def test_higher_ranks_are_compared_in_every_layout() -> None:
    stored = central_differences(matrix_function, W)
    J = mc.jacobian("Y[2,3] / W[2,5]", stored, convention="jax", layout="numerator")
    tolerance = {"rtol": 1e-5}  # both sides are differences
    for layout in ("numerator", "denominator"):
        array = J.to(layout).array
        assert mc.check_jacobian(matrix_function, array, at=W, layout=layout, **tolerance)
        assert mc.check_jacobian(matrix_function, J.to(layout), at=W, **tolerance)
    turned = mc.check_jacobian(matrix_function, J.to("denominator").array, at=W, **tolerance)
    assert not turned
    assert turned.note == "your Jacobian is right in denominator layout"
    wrong = stored.copy()
    wrong[1, 2, 0, 4] += 1.0
    shown = mc.check_jacobian(matrix_function, wrong, at=W, layout="jax", **tolerance)
    assert shown.worst[0].index == (1, 2, 0, 4)


def test_a_gradient_may_be_a_vector_a_row_or_a_column() -> None:
    def loss(x: np.ndarray) -> float:
        return float(np.sum(x.real**2)) if np.isrealobj(x) else np.sum(x**2)

    for array, layout in (
        (2 * X, "numerator"),
        (2 * X, "denominator"),
        (2 * X[np.newaxis, :], "numerator"),
        (2 * X[:, np.newaxis], "denominator"),
    ):
        assert mc.check_jacobian(loss, array, at=X, layout=layout)
    column = mc.check_jacobian(loss, 2 * X[:, np.newaxis], at=X, layout="numerator")
    assert not column
    assert column.note == "your Jacobian is right in denominator layout"
    assert str(column).splitlines()[0] == "does not agree: it is written in another layout"


def test_a_jacobian_of_the_library_is_checked_whatever_its_layout() -> None:
    J = mc.rules.tanh(X)
    for layout in ("numerator", "denominator"):
        assert mc.check_jacobian(np.tanh, J.to(layout), at=X)
    assert not mc.check_jacobian(np.sinh, J, at=X)
    with pytest.raises(mc.ShapeError, match=r"has shape \(3, 3\), and should have \(2, 3\)"):
        mc.check_jacobian(wave, J, at=X)


def test_a_function_of_a_number() -> None:
    assert mc.check_jacobian(np.sin, np.cos(0.3), at=0.3)
    assert not mc.check_jacobian(np.sin, -np.cos(0.3), at=0.3)


def test_the_tolerance_is_relative_to_each_entry() -> None:
    def steep(x: np.ndarray) -> np.ndarray:
        return 1e6 * x

    assert mc.check_jacobian(steep, (1e6 + 0.1) * np.eye(3), at=X)
    assert not mc.check_jacobian(steep, (1e6 + 10.0) * np.eye(3), at=X)
    assert mc.check_jacobian(steep, (1e6 + 10.0) * np.eye(3), at=X, rtol=1e-4)
    beside = mc.check_jacobian(steep, 1e6 * np.eye(3) + 0.1 * np.eye(3, k=1), at=X, rtol=1e-4)
    assert beside.differs
    assert {one.index for one in beside.worst} == {(0, 1), (1, 2)}


@pytest.mark.parametrize("size", [1e-12, 1e-4, 1.0, 1e9])
def test_small_derivatives_are_not_let_through(size: float) -> None:
    def small(x: np.ndarray) -> np.ndarray:
        return size * np.sin(x)

    right = size * np.diag(np.cos(X))
    assert mc.check_jacobian(small, right, at=X)
    assert not mc.check_jacobian(small, 1.001 * right, at=X)
    assert not mc.check_jacobian(small, 0 * right, at=X)
    [check] = mc.check_vjp(small, lambda x, u: 1.001 * size * np.cos(x) * u, at=X)
    assert not check
    assert mc.check_vjp(small, lambda x, u: size * np.cos(x) * u, at=X)[0]


def test_what_differences_cannot_resolve_is_said_and_not_let_through() -> None:
    def far_up(x: np.ndarray) -> np.ndarray:
        return 1e9 + np.abs(x)

    check = mc.check_jacobian(far_up, np.diag(np.sign(X)), at=X)
    assert check.method == "central differences"
    assert check.verdict == "cannot_tell"
    assert check.untold == 6  # the zeros; 1 and -1 are resolved
    assert str(check).startswith("cannot tell at 6 of 9 entries (central differences); the others")
    assert "differences give 0 to within" in check.doubts[0].why
    assert mc.check_jacobian(far_up, -np.diag(np.sign(X)), at=X).differs


def test_a_constant_function_has_the_derivative_zero() -> None:
    assert mc.check_jacobian(lambda _: np.zeros(2), np.zeros((2, 3)), at=X)
    assert not mc.check_jacobian(lambda _: np.zeros(2), np.full((2, 3), 1e-3), at=X)


@pytest.mark.parametrize("layout", ["numertor", "vec"])
def test_an_unknown_layout_is_a_layout_error(layout: str) -> None:
    with pytest.raises(mc.LayoutError):
        mc.check_jacobian(wave, wave_jacobian(X), at=X, layout=layout)


def test_a_jacobian_that_is_not_finite_or_not_real_is_refused() -> None:
    wrong = wave_jacobian(X)
    wrong[0, 1] = np.nan
    with pytest.raises(mc.ArrayError, match=r"nan at \[0, 1\]"):
        mc.check_jacobian(wave, wrong, at=X)
    with pytest.raises(mc.ArrayError, match="complex"):
        mc.check_jacobian(wave, wave_jacobian(X) * 1j, at=X)


# 2. How the numbers are found

NOT_ANALYTIC: dict[str, tuple[Callable[..., Any], Callable[[np.ndarray], np.ndarray]]] = {
    "norm": (np.linalg.norm, lambda x: x / np.linalg.norm(x)),
    "abs": (np.abs, lambda x: np.diag(np.sign(x))),
    "vdot": (lambda x: np.vdot(x, x), lambda x: 2 * x),
    "real part": (lambda x: np.real(x) ** 2, lambda x: np.diag(2 * x)),
    "conjugate": (lambda x: np.sum(np.conj(x) * x), lambda x: 2 * x),
    "half of it": (lambda x: np.vdot(x, x) + np.sum(x**2), lambda x: 4 * x),
    "maximum": (lambda x: np.maximum(x, 0.1) ** 2, lambda x: np.diag(2 * x * (x > 0.1))),
}


@pytest.mark.parametrize("name", NOT_ANALYTIC)
def test_the_complex_step_is_not_trusted_where_it_is_not_valid(name: str) -> None:
    function, derivative = NOT_ANALYTIC[name]
    found, method = mc.numerical_jacobian(function, X)
    np.testing.assert_allclose(found, derivative(X), rtol=1e-9, atol=1e-9)
    if name != "maximum":  # which NumPy orders by real parts: there it is valid
        assert method == "central differences"
    check = mc.check_jacobian(function, derivative(X), at=X)
    assert check
    assert check.method == method
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zeros = np.zeros_like(derivative(X))
        assert not mc.check_jacobian(function, zeros, at=X)


def test_the_complex_step_alone_is_wrong_for_norms_which_is_why() -> None:
    found, method = mc.numerical_jacobian(np.linalg.norm, X, method="complex")
    assert method == "complex step"
    np.testing.assert_array_equal(found, 0.0)


def test_the_complex_step_is_used_where_it_is_valid_and_is_exact() -> None:
    found, method = mc.numerical_jacobian(np.exp, X)
    assert method == "complex step"
    np.testing.assert_allclose(found, np.diag(np.exp(X)), rtol=1e-15)
    central, method = mc.numerical_jacobian(np.exp, X, method="central")
    assert method == "central differences"
    np.testing.assert_allclose(central, np.diag(np.exp(X)), rtol=1e-10, atol=1e-12)


def test_a_function_that_refuses_complex_numbers_is_measured_by_differences() -> None:
    def refusing(x: np.ndarray) -> np.ndarray:
        if np.iscomplexobj(x):
            raise TypeError("real numbers only")
        return x**3

    found, method = mc.numerical_jacobian(refusing, X)
    assert method == "central differences"
    np.testing.assert_allclose(found, np.diag(3 * X**2), rtol=1e-9)


@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1.0, 1e4, 1e8])
def test_the_step_is_chosen_for_each_entry(scale: float) -> None:
    at = np.array([scale, 1.0, -scale])
    found, _ = mc.numerical_jacobian(lambda x: x**3, at, method="central")
    np.testing.assert_allclose(np.diag(found), 3 * at**2, rtol=1e-8, atol=1e-8)


def test_the_point_is_left_as_it_was() -> None:
    at = X.copy()
    mc.numerical_jacobian(lambda x: x**2, at)
    mc.check_jacobian(wave, wave_jacobian(X), at=at)
    np.testing.assert_array_equal(at, X)


def test_integer_points_are_read_as_real_ones() -> None:
    found, _ = mc.numerical_jacobian(lambda x: x**2, [1, 2, 3])
    np.testing.assert_allclose(found, np.diag([2.0, 4.0, 6.0]), rtol=1e-9)


@pytest.mark.parametrize("method", ["auto", "central"])
@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * np.nan,
        lambda x: np.where(x > 0, np.inf, x),
        lambda x: x + 1j,
        lambda _: np.array(["text"]),
    ],
)
def test_a_function_that_is_not_real_and_finite_is_refused(
    function: Callable[..., Any], method: str
) -> None:
    with pytest.raises(mc.ArrayError, match="not real and finite near the point"):
        mc.numerical_jacobian(function, X, method=method)


def test_a_function_that_raises_raises() -> None:
    def broken(x: np.ndarray) -> np.ndarray:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        mc.check_jacobian(broken, np.eye(3), at=X)


def test_an_unknown_method_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(mc.LayoutError, match="no method 'exact': there are auto, central"):
        mc.numerical_jacobian(np.sin, X, method="exact")


@pytest.mark.parametrize("at", [[np.inf, 1.0], [1j], ["x"]])
def test_a_point_that_is_not_real_and_finite_is_refused(at: Any) -> None:
    with pytest.raises(mc.ArrayError, match="the point"):
        mc.numerical_jacobian(np.sin, at)


# 3. Backward passes


def linear(w: np.ndarray, x: np.ndarray) -> np.ndarray:
    return w @ x


def linear_backward(w: np.ndarray, x: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.outer(u, x), w.T @ u


V = np.arange(5.0) - 1.5


def test_a_right_backward_pass_of_one_operand_agrees() -> None:
    [check] = mc.check_vjp(wave, lambda x, u: wave_jacobian(x).T @ u, at=X)
    assert check
    assert check.entries == 3
    assert str(check).startswith("agrees")


def test_a_right_backward_pass_of_several_operands_agrees() -> None:
    checks = mc.check_vjp(linear, linear_backward, at=(W, V))
    assert len(checks) == 2
    assert all(checks)
    assert [check.entries for check in checks] == [10, 5]


def test_lists_are_arrays_and_tuples_are_operands() -> None:
    [check] = mc.check_vjp(lambda x: x**2, lambda x, u: 2 * x * u, at=[1.0, 2.0])
    assert check
    one, two = mc.check_vjp(lambda x, y: x * y, lambda x, y, u: (u * y, u * x), at=([1.0], [2.0]))
    assert one
    assert two


def test_one_wrong_operand_of_several_is_told_from_the_others() -> None:
    def backward(w: np.ndarray, x: np.ndarray, u: np.ndarray) -> tuple[Any, Any]:
        right, other = linear_backward(w, x, u)
        other[3] += 1.0
        return right, other

    one, two = mc.check_vjp(linear, backward, at=(W, V))
    assert one
    assert not two
    assert {entry.index for entry in two.worst} == {(3,)}
    assert two.worst[0].given == pytest.approx(two.worst[0].expected + 1.0)


@pytest.mark.parametrize("factor", [1.001, -1.0, 2.0])
def test_a_scaled_backward_pass_does_not_agree(factor: float) -> None:
    [check] = mc.check_vjp(wave, lambda x, u: factor * wave_jacobian(x).T @ u, at=X)
    assert not check
    assert check.worst


@pytest.mark.parametrize("matrix", [W, W[:, :2]])
def test_a_transposed_gradient_is_noted(matrix: np.ndarray) -> None:
    x = V[: matrix.shape[1]]

    def backward(w: np.ndarray, x: np.ndarray, u: np.ndarray) -> tuple[Any, Any]:
        return np.outer(x, u), w.T @ u

    one, two = mc.check_vjp(linear, backward, at=(matrix, x))
    assert (one.verdict, two.verdict) == ("wrong_layout", "right")
    assert "its transpose is right" in one.note
    assert "other layout" in one.note
    assert str(matrix.shape) in one.note
    assert one.note in str(one)


def test_a_forward_product_in_a_backward_pass_is_noted() -> None:
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    [check] = mc.check_vjp(lambda x: square @ x, lambda _, u: square @ u, at=[1.0, 1.0])
    assert not check
    assert "multiplies by its transpose" in check.note


def test_a_backward_pass_that_does_not_fit_names_the_shape_that_arrives() -> None:
    with pytest.raises(mc.ShapeError, match=r"what arrives, of shape \(2,\)"):
        mc.check_vjp(wave, lambda x, u: wave_jacobian(x) @ u, at=X)


def test_a_gradient_of_the_wrong_shape_is_refused_and_both_shapes_named() -> None:
    with pytest.raises(mc.ShapeError) as refused:
        mc.check_vjp(wave, lambda *_: np.zeros(4), at=X)
    assert str(refused.value) == "operand 1 has shape (3,), its derivative (4,)"


@pytest.mark.parametrize("returned", [1, 3])
def test_another_number_of_gradients_than_operands_is_refused(returned: int) -> None:
    def backward(w: np.ndarray, x: np.ndarray, u: np.ndarray) -> tuple[Any, ...]:
        return (*linear_backward(w, x, u), x)[:returned]

    with pytest.raises(mc.ShapeError, match=f"2 operands, but the backward pass gives {returned}"):
        mc.check_vjp(linear, backward, at=(W, V))


def test_a_backward_pass_that_raises_raises() -> None:
    def backward(x: np.ndarray, u: np.ndarray) -> np.ndarray:
        raise KeyError("cache")

    with pytest.raises(KeyError, match="cache"):
        mc.check_vjp(wave, backward, at=X)


def test_gradients_that_are_not_finite_are_refused() -> None:
    with pytest.raises(mc.ArrayError, match="the derivative of operand 1 is not finite"):
        mc.check_vjp(wave, lambda *_: np.full(3, np.nan), at=X)
    with pytest.raises(mc.ArrayError, match="not real and finite near the point"):
        mc.check_vjp(lambda x: x * np.inf, lambda _, u: u, at=X)


def test_the_same_seed_gives_the_same_check() -> None:
    def wrong(x: np.ndarray, u: np.ndarray) -> np.ndarray:
        return 1.5 * wave_jacobian(x).T @ u

    first = mc.check_vjp(wave, wrong, at=X, seed=3)
    assert first == mc.check_vjp(wave, wrong, at=X, seed=3)
    assert first != mc.check_vjp(wave, wrong, at=X, seed=4)


def test_a_backward_pass_that_is_right_in_one_direction_is_caught_in_another() -> None:
    calls: list[int] = []

    def backward(x: np.ndarray, u: np.ndarray) -> np.ndarray:
        calls.append(1)
        return wave_jacobian(x).T @ u if len(calls) == 1 else np.zeros(3)

    [check] = mc.check_vjp(wave, backward, at=X, trials=4)
    assert not check
    assert len(calls) == 4


def test_batches_of_matrices_pass_too() -> None:
    def backward(w: np.ndarray, u: np.ndarray) -> np.ndarray:
        t = np.tanh(w @ M)
        return (u * 2 * t * (1 - t**2)) @ M.T

    [check] = mc.check_vjp(matrix_function, backward, at=W)
    assert check
    assert check.entries == W.size


def test_a_check_is_a_record() -> None:
    entry = Entry((0, 1), 2.0, 3.0)
    check = Check("wrong_value", 0.5, 4, (entry,), "complex step", "a note")
    assert str(check).splitlines() == [
        "does not agree: largest error 5.0e-01 of 4 entries",
        "  at [0, 1]: 2, should be 3",
        "a note",
    ]
    with pytest.raises(AttributeError):
        check.error = 0.0  # type: ignore[misc]


def test_one_operand_in_a_tuple_may_come_back_as_a_bare_array() -> None:
    [check] = mc.check_vjp(np.tanh, lambda x, u: u / np.cosh(x) ** 2, at=(W,))
    assert check
    assert check.entries == W.size


def test_a_wrong_small_entry_beside_a_large_one_is_found() -> None:
    check = mc.check_jacobian(lambda x: 1e7 * x[0] + x[1], [1e7, -1.0], at=[1.0, 2.0])
    assert check.differs
    [entry] = check.worst
    assert entry.index == (1,)
    assert str(entry) == "  at [1]: -1, should be 1"


def test_a_rounded_function_is_doubted_and_not_a_right_jacobian() -> None:
    def f(x: np.ndarray) -> np.ndarray:
        return x + np.log(1 - 1 / (1 + np.exp(-30 * x)))

    at = np.array([1.0])
    right = 1 - 30 / (1 + np.exp(-30 * at))
    check = mc.check_jacobian(f, np.diag(right), at=at)
    assert check.verdict == "cannot_tell"
    assert "rounded too much" in check.doubts[0].why

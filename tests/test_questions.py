"""The two questions that matcalc was made for, by numbers and by shapes."""

from itertools import chain

import numpy as np
import pytest
from finite_differences import central_differences

import matcalc as mc

RNG = np.random.default_rng(0)
LAYOUTS = ("numerator", "denominator")


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


class One:
    """``z2 = W2 a1 + b2``, ``a1 = tanh(z1)``, and some smooth J of z2: why W2 transposed?"""

    n1, n2 = 3, 5
    W2 = RNG.normal(size=(n2, n1))
    b2 = RNG.normal(size=n2)
    z1 = RNG.normal(size=n1)
    target = RNG.normal(size=n2)
    a1 = np.tanh(z1)
    z2 = W2 @ a1 + b2
    g_slope = 1 - a1**2  # g1'(z1)
    dz2 = z2 - target

    @classmethod
    def J_of_a1(cls, a1: np.ndarray) -> float:  # noqa: N802
        return float(0.5 * np.sum((cls.W2 @ a1 + cls.b2 - cls.target) ** 2))

    @classmethod
    def J_of_z1(cls, z1: np.ndarray) -> float:  # noqa: N802
        return cls.J_of_a1(np.tanh(z1))

    @classmethod
    def factors(cls) -> list[mc.Jacobian]:
        n1, n2 = cls.n1, cls.n2
        return [
            mc.jacobian(f"J / z2[{n2}]", cls.dz2, layout="denominator"),
            mc.jacobian(f"z2[{n2}] / a1[{n1}]", cls.W2, layout="numerator"),
            mc.diagonal(f"a1[{n1}] / z1[{n1}]", cls.g_slope),
        ]


def test_one_the_local_jacobian_is_w2_in_numerator_and_its_transpose_in_denominator_layout() -> (
    None
):
    _, dz2_da1, _ = One.factors()
    np.testing.assert_array_equal(dz2_da1.to("numerator").array, One.W2)
    np.testing.assert_array_equal(dz2_da1.to("denominator").array, One.W2.T)
    measured = central_differences(lambda a1: One.W2 @ a1 + One.b2, One.a1)
    np.testing.assert_allclose(dz2_da1.to("numerator").array, measured, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_the_chain_is_w2_transposed_times_dz2_times_the_slope(layout: str) -> None:
    dz1 = mc.chain(*One.factors(), layout=layout)
    np.testing.assert_allclose(dz1.array, One.W2.T @ One.dz2 * One.g_slope)
    measured = central_differences(One.J_of_z1, One.z1)
    np.testing.assert_allclose(dz1.array, measured, rtol=1e-6, atol=1e-8)


def test_one_entry_by_entry_the_sum_runs_over_the_other_index() -> None:
    backward = mc.chain(*One.factors()[:2], layout="denominator").array
    forward = One.W2 @ One.a1
    for j in range(One.n2):
        assert forward[j] == pytest.approx(sum(One.W2[j, i] * One.a1[i] for i in range(One.n1)))
    for i in range(One.n1):
        assert backward[i] == pytest.approx(sum(One.dz2[j] * One.W2[j, i] for j in range(One.n2)))
    measured = central_differences(One.J_of_a1, One.a1)
    np.testing.assert_allclose(backward, measured, rtol=1e-6, atol=1e-8)


def test_one_the_shapes_leave_no_other_choice() -> None:
    dz1 = mc.chain(*One.factors(), layout="denominator")
    assert str(dz1).splitlines() == [
        "denominator layout",
        "∂a1/∂z1 · ∂z2/∂a1 · ∂J/∂z2 = ∂J/∂z1",
        "  3×3       3×5      5×1      3×1",
    ]
    assert str(dz1.T).splitlines() == [
        "numerator layout",
        "∂J/∂z2 · ∂z2/∂a1 · ∂a1/∂z1 = ∂J/∂z1",
        " 1×5       5×3       3×3      1×3",
    ]
    with pytest.raises(mc.LayoutError, match=r"z2\[5\]/∂a1\[3\] is 5×3 in numerator layout"):
        mc.jacobian("z2[5] / a1[3]", One.W2.T, layout="numerator")


class Two:
    """Two inputs, three hidden ReLU units, two sigmoid outputs, ``L = ½ Σ (a3 - y)²``."""

    x = np.array([0.5, -1.5])
    y = np.array([1.0, 0.0])
    W2 = np.array([[0.4, -0.3], [0.7, 0.6], [-0.2, -0.9]])
    b2 = np.array([0.1, -0.2, 0.3])
    W3 = np.array([[0.5, -0.8, 0.3], [-0.6, 0.2, 0.9]])
    b3 = np.array([-0.1, 0.2])
    z2 = W2 @ x + b2
    a2 = relu(z2)
    z3 = W3 @ a2 + b3
    a3 = sigmoid(z3)
    delta3 = (a3 - y) * a3 * (1 - a3)

    @classmethod
    def loss(cls, W2: np.ndarray, W3: np.ndarray) -> float:
        a3 = sigmoid(W3 @ relu(W2 @ cls.x + cls.b2) + cls.b3)
        return float(0.5 * np.sum((a3 - cls.y) ** 2))

    @classmethod
    def outer(cls) -> list[mc.Jacobian]:
        """From the loss down to z3."""
        return [
            mc.jacobian("L / a3[2]", cls.a3 - cls.y, layout="denominator"),
            mc.diagonal("a3[2] / z3[2]", cls.a3 * (1 - cls.a3)),
        ]

    @classmethod
    def inner(cls) -> list[mc.Jacobian]:
        """From z3 down to W2."""
        return [
            mc.jacobian("z3[2] / a2[3]", cls.W3, layout="numerator"),
            mc.diagonal("a2[3] / z2[3]", cls.z2 > 0),
            mc.product("z2[3] / W2[3,2]", "j -> i, i j", cls.x),
        ]


def test_two_the_network_has_active_and_inactive_units() -> None:
    assert set(Two.z2 > 0) == {True, False}
    assert np.abs(Two.z2).min() > 0.1  # well away from the kink


def test_two_for_w3_it_is_correct_to_transpose_a2() -> None:
    dz3_dW3 = mc.product("z3[2] / W3[2,3]", "j -> i, i j", Two.a2)
    gradient = mc.chain(*Two.outer(), dz3_dW3, layout="denominator")
    assert gradient.shape == Two.W3.shape
    by_hand = Two.delta3[:, np.newaxis] @ Two.a2[np.newaxis, :]
    np.testing.assert_allclose(gradient.array, by_hand)
    measured = central_differences(lambda W3: Two.loss(Two.W2, W3), Two.W3)
    np.testing.assert_allclose(gradient.array, measured, rtol=1e-6, atol=1e-9)


def test_two_for_w2_the_gradient_is_an_outer_product_with_the_input() -> None:
    gradient = mc.chain(*Two.outer(), *Two.inner(), layout="denominator")
    by_hand = ((Two.W3.T @ Two.delta3) * (Two.z2 > 0))[:, np.newaxis] @ Two.x[np.newaxis, :]
    assert gradient.shape == by_hand.shape == Two.W2.shape
    np.testing.assert_allclose(gradient.array, by_hand)
    np.testing.assert_allclose(gradient.T.array, by_hand.T)
    measured = central_differences(lambda W2: Two.loss(W2, Two.W3), Two.W2)
    np.testing.assert_allclose(gradient.array, measured, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_a_gradient_step_with_the_denominator_array_lowers_the_loss(layout: str) -> None:
    gradient = mc.chain(*Two.outer(), *Two.inner(), layout=layout).to("denominator").array
    assert Two.loss(Two.W2 - 0.1 * gradient, Two.W3) < Two.loss(Two.W2, Two.W3)


def test_two_one_entry_of_w2_is_a_product_of_four_matrices() -> None:
    column = mc.jacobian("z2[3] / w", [0.0, Two.x[1], 0.0], layout="numerator")  # w is W2[1, 1]
    factors = [*Two.outer(), *Two.inner()[:2], column]
    entry = mc.chain(*factors, layout="denominator")
    lines = str(entry).splitlines()
    assert lines[1].startswith("∂z2/∂w · ∂a2/∂z2 · ∂z3/∂a2 · ∂a3/∂z3 · ∂L/∂a3")
    assert lines[2].split() == ["1×3", "3×3", "3×2", "2×2", "2×1", "1×1"]
    whole = mc.chain(*Two.outer(), *Two.inner(), layout="denominator").array
    np.testing.assert_allclose(entry.array, whole[1, 1])


def test_two_gradients_in_numerator_order_do_not_multiply() -> None:
    """2×1 · 2×3 · 3×1 · 1×2: the gradients of one layout in the order of the other."""
    dL_dz3 = mc.chain(*Two.outer(), layout="denominator")
    dz3_da2 = Two.inner()[0]
    assert dL_dz3.matrix_shape == (2, 1)
    with pytest.raises(mc.LayoutError) as mixed:
        dL_dz3 @ dz3_da2
    assert "∂L/∂z3 is in denominator layout and ∂z3/∂a2 in numerator layout" in str(mixed.value)
    with pytest.raises(mc.ChainError) as turned:
        dL_dz3 @ dz3_da2.to("denominator")
    assert str(turned.value) == (
        "∂L/∂z3 @ ∂z3/∂a2 is the wrong way round: denominator layout multiplies "
        "∂z3/∂a2 @ ∂L/∂z3, from the inside out"
    )
    right = dz3_da2.to("denominator") @ dL_dz3
    np.testing.assert_allclose(right.array, Two.W3.T @ Two.delta3)


def test_two_with_bare_arrays_the_wrong_product_does_not_fit_either() -> None:
    dL_dz3 = mc.chain(*Two.outer(), layout="denominator")
    with pytest.raises(mc.ShapeError, match=r"2×1 @ \(2, 3\) does not fit: in denominator layout"):
        dL_dz3 @ Two.W3
    with pytest.raises(mc.LayoutError, match=r"a3\[2\] is 1×2 in numerator layout.*\(2, 1\)"):
        mc.jacobian("L / a3[2]", (Two.a3 - Two.y)[:, np.newaxis], layout="numerator")


def test_two_the_whole_product_prints_in_its_order() -> None:
    gradient = mc.chain(*Two.outer(), *Two.inner(), layout="denominator")
    product = [line.split() for line in str(gradient).splitlines()[1:]]
    names, shapes = list(chain(*product[::2])), list(chain(*product[1::2]))
    assert [name for name in names if name not in ("·", "=")] == [
        "∂z2/∂W2",
        "∂a2/∂z2",
        "∂z3/∂a2",
        "∂a3/∂z3",
        "∂L/∂a3",
        "∂L/∂W2",
    ]
    assert shapes == ["3×2×3", "3×3", "3×2", "2×2", "2×1", "3×2"]

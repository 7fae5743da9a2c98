"""Values at the edges: nothing overflows that mathematics keeps finite, and nothing warns."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from operations.cases import CASES, NO_FIRST_ORDER, Case
from operations.oracles import value_of

import matcalc as mc
from matcalc.derivative import derivatives
from matcalc.graph import symbol
from matcalc.operations import RULES, find_rule
from matcalc.plan import evaluate

INF = float("inf")


def value(name: str, *operands: Any, **parameters: Any) -> np.ndarray:
    """What the node of a rule is worth."""
    arrays = [np.asarray(operand, dtype=float) for operand in operands]
    symbols = [symbol(f"x{k}", array.shape) for k, array in enumerate(arrays)]
    node = find_rule(name).build(*symbols, **parameters)
    return evaluate(node, {s.name: array for s, array in zip(symbols, arrays, strict=True)})


def by_numpy(name: str, *operands: Any) -> np.ndarray:
    """What the function of a rule gives, with the parameters of its example."""
    rule = find_rule(name)
    arrays = [np.asarray(operand, dtype=float) for operand in operands]
    return np.asarray(value_of(rule)(*arrays, *rule.parameters.values()))


def slope(name: str, *operands: Any, **named: Any) -> np.ndarray:
    """The local Jacobian in numerator layout."""
    return getattr(mc.rules, name)(*operands, **named).array


#: A function of one number, a point, its value there and its slope.
ENTRIES = [
    ("softplus", 800.0, 800.0, 1.0),
    ("softplus", -800.0, 0.0, 0.0),
    ("softplus", -40.0, np.exp(-40.0), np.exp(-40.0)),
    ("sigmoid", 800.0, 1.0, 0.0),
    ("sigmoid", -800.0, 0.0, 0.0),
    ("sigmoid", -40.0, np.exp(-40.0), np.exp(-40.0)),
    ("sigmoid", -700.0, np.exp(-700.0), np.exp(-700.0)),
    ("silu", -800.0, 0.0, 0.0),
    ("silu", 800.0, 800.0, 1.0),
    ("tanh", 800.0, 1.0, 0.0),
    ("tanh", -800.0, -1.0, 0.0),
    ("log1p", 1e-18, 1e-18, 1.0),
    ("log1p", -1e-18, -1e-18, 1.0),
    ("expm1", 1e-18, 1e-18, 1.0),
    ("expm1", -800.0, -1.0, 0.0),
    ("exp", -800.0, 0.0, 0.0),
    ("erf", 30.0, 1.0, 0.0),
    ("erf", -30.0, -1.0, 0.0),
    ("Phi", 40.0, 1.0, 0.0),
    ("Phi", -60.0, 0.0, 0.0),
    ("gelu", -60.0, 0.0, 0.0),
    ("gelu", 60.0, 60.0, 1.0),
    ("gelu_tanh", 60.0, 60.0, 1.0),
    ("gelu_tanh", -60.0, 0.0, 0.0),
    ("elu", 0.0, 0.0, 1.0),
    ("elu", 1e3, 1e3, 1.0),
    ("elu", -1e3, -1.0, 0.0),
    ("elu", -1e-18, -1e-18, 1.0),
    ("leaky_relu", 1e300, 1e300, 1.0),
    ("leaky_relu", -1e300, -1e298, 0.01),
    ("relu", 0.0, 0.0, 0.0),
    ("relu", -1e308, 0.0, 0.0),
    ("abs", 0.0, 0.0, 0.0),
    ("step", 0.0, 0.0, 0.0),
    ("clip", 1e17, 1.0, 0.0),
    ("clip", -1e300, -1.0, 0.0),
    ("clip", 0.5, 0.5, 1.0),
    ("hardtanh", 1e300, 1.0, 0.0),
    ("huber_entries", 1e300, 1e300, 1.0),
    ("huber_entries", -1e300, 1e300, -1.0),
    ("arctan", 1e300, np.pi / 2, 0.0),
    ("stumpff", 0.0, 1.0, -1 / 6),
    ("stumpff", 1e-300, 1.0, -1 / 6),
]


@pytest.mark.parametrize(("name", "at", "expected", "derivative"), ENTRIES)
def test_a_function_at_its_edges(name: str, at: float, expected: float, derivative: float) -> None:
    for found in (value(name, [at]), by_numpy(name, [at])):
        np.testing.assert_allclose(found, [expected], rtol=1e-14)
    np.testing.assert_allclose(slope(name, [at]), [[derivative]], rtol=1e-13, atol=0)


def test_the_tails_of_the_normal_distribution_keep_their_digits() -> None:
    special = pytest.importorskip("scipy.special")
    x = np.array([-30.0, -20.0, -8.0, -1.0, 0.0, 1.0, 8.0])
    for found in (value("Phi", x), by_numpy("Phi", x)):
        np.testing.assert_allclose(found, special.ndtr(x), rtol=1e-12)
    for found in (value("gelu", x), by_numpy("gelu", x)):
        np.testing.assert_allclose(found, x * special.ndtr(x), rtol=1e-12)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(slope("Phi", x), np.diag(density), rtol=1e-12)
    np.testing.assert_allclose(slope("gelu", x), np.diag(special.ndtr(x) + x * density), rtol=1e-11)


def test_logsumexp_of_far_apart_and_of_large_numbers() -> None:
    for found in (value("logsumexp", [1e4, -1e4]), by_numpy("logsumexp", [1e4, -1e4])):
        assert found == 1e4
    np.testing.assert_array_equal(slope("logsumexp", [1e4, -1e4]), [1.0, 0.0])
    assert value("logsumexp", [1e300, 1e300]) == 1e300
    np.testing.assert_array_equal(slope("logsumexp", [-1e300, -1e300]), [0.5, 0.5])


@pytest.mark.parametrize("top", [1e3, 1e300])
def test_softmax_of_large_numbers(top: float) -> None:
    for found in (value("softmax", [top, 0.0, -top]), by_numpy("softmax", [top, 0.0, -top])):
        np.testing.assert_array_equal(found, [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(slope("softmax", [top, 0.0, -top]), np.zeros((3, 3)))
    np.testing.assert_array_equal(value("log_softmax", [top, 0.0]), [0.0, -top])
    np.testing.assert_array_equal(slope("log_softmax", [top, 0.0]), [[0.0, 0.0], [-1.0, 1.0]])
    np.testing.assert_array_equal(value("softmax", [top, top]), [0.5, 0.5])


def test_entropies_of_logits_far_out() -> None:
    y, z = [0.0, 1.0, 1.0], [-800.0, 800.0, -800.0]
    assert value("binary_cross_entropy_logits", y, z) == 800.0
    assert by_numpy("binary_cross_entropy_logits", y, z) == 800.0
    named = {"wrt": "z"}
    np.testing.assert_array_equal(slope("binary_cross_entropy_logits", y, z, **named), [0, 0, -1])
    assert value("cross_entropy_logits", [0.0, 1.0], [1e4, -1e4]) == 2e4
    np.testing.assert_array_equal(
        slope("cross_entropy_logits", [0.0, 1.0], [1e4, -1e4], **named), [1.0, -1.0]
    )


@pytest.mark.parametrize("zero", [[0.0, 0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]]])
def test_the_norm_of_0_is_0_and_has_no_derivative_which_its_domain_says(zero: Any) -> None:
    assert value("norm", zero) == 0.0
    assert np.isnan(slope("norm", zero)).all()
    assert "at 0 there is no derivative" in find_rule("norm").domain
    assert value("squared_norm", zero) == 0.0
    np.testing.assert_array_equal(slope("squared_norm", zero), np.zeros(np.shape(zero)))
    np.testing.assert_array_equal(slope("norm1", zero), np.zeros(np.shape(zero)))


def test_maximum_and_minimum_do_not_cancel() -> None:
    assert value("maximum", [1e17], [1.0]) == 1e17
    assert value("minimum", [1e17], [1.0]) == 1.0
    assert slope("maximum", [1e17], [1.0], wrt="x") == 1.0
    assert slope("maximum", [1e17], [1.0], wrt="y") == 0.0
    assert slope("minimum", [1e17], [1.0], wrt="y") == 1.0


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_at_ties_each_has_half(name: str) -> None:
    for wrt in "xy":
        np.testing.assert_array_equal(slope(name, [2.0], [2.0], wrt=wrt), [[0.5]])


@pytest.mark.parametrize("name", ["max", "min"])
def test_equal_extreme_entries_share(name: str) -> None:
    np.testing.assert_array_equal(slope(name, [3.0, 3.0, 3.0]), [1 / 3, 1 / 3, 1 / 3])
    tied = slope(name, [[1.0, 1.0], [1.0, 5.0]], axis=0)
    assert tied.sum() == 2.0


def test_huber_far_out_has_slope_one() -> None:
    for found in (value("huber", [1e300, -1e300]), by_numpy("huber", [1e300, -1e300])):
        assert found == 2e300
    np.testing.assert_array_equal(slope("huber", [1e300, -1e300]), [1.0, -1.0])
    assert value("huber", [1e300], delta=Fraction(1, 2)) == 5e299


def test_hypot_does_not_overflow() -> None:
    np.testing.assert_allclose(value("hypot", [3e300], [4e300]), [5e300])
    np.testing.assert_allclose(slope("hypot", [3e300], [4e300], wrt="x"), [[0.6]])


SINGULAR = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 5.0]])


def test_the_determinant_of_a_singular_matrix_has_the_derivative_adj_transposed() -> None:
    assert np.linalg.matrix_rank(SINGULAR) == 2
    cofactors = np.array(
        [
            [(-1.0) ** (i + j) * np.linalg.det(np.delete(np.delete(SINGULAR, i, 0), j, 1))
             for j in range(3)]
            for i in range(3)
        ]
    )  # fmt: skip
    gradient = mc.rules.det(SINGULAR, layout="denominator").array
    np.testing.assert_allclose(gradient, cofactors, atol=1e-12)
    np.testing.assert_allclose(value("adj", SINGULAR), cofactors.T, atol=1e-12)
    assert np.abs(cofactors).max() > 1
    np.testing.assert_allclose(value("det", SINGULAR), 0.0, atol=1e-12)


@pytest.mark.parametrize("rank", [0, 1])
def test_the_determinant_of_rank_0_and_1_is_flat(rank: int) -> None:
    matrix = rank * np.outer([1.0, 2.0, 3.0], [1.0, 0.5, 2.0])
    np.testing.assert_allclose(slope("det", matrix), np.zeros((3, 3)), atol=1e-14)


def test_a_product_with_zeros_has_its_derivatives() -> None:
    np.testing.assert_array_equal(slope("prod", [2.0, 0.0, 5.0]), [0.0, 10.0, 0.0])
    np.testing.assert_array_equal(slope("prod", [0.0, 0.0, 5.0]), [0.0, 0.0, 0.0])
    x = symbol("x", (3,))
    node = find_rule("prod").build(x)
    first = derivatives(node, [x])[0]
    second = derivatives(first, [x])[0]
    expected = np.zeros((3, 3))
    expected[0, 1] = expected[1, 0] = 5.0
    found = evaluate(second, {"x": np.array([0.0, 0.0, 5.0])})
    np.testing.assert_array_equal(found, expected)


def test_the_rotation_by_nothing_is_the_identity_and_its_slope_the_cross_product() -> None:
    zero = np.zeros(3)
    for found in (value("rotation_axis_angle", zero), by_numpy("rotation_axis_angle", zero)):
        np.testing.assert_array_equal(found, np.eye(3))
    stored = mc.rules.rotation_axis_angle(zero).as_convention("jax")
    for k, axis in enumerate(np.eye(3)):
        np.testing.assert_allclose(stored[..., k] @ [1.0, 2.0, 3.0], np.cross(axis, [1, 2, 3]))


@pytest.mark.parametrize("length", [1e-200, 1e-9, 1e-3, 0.999999, 1.000001, 3.0, 40.0])
def test_rotations_are_rotations_at_every_length(length: float) -> None:
    v = length * np.array([2.0, -1.0, 2.0]) / 3
    R = value("rotation_axis_angle", v)
    np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-13)
    np.testing.assert_allclose(R @ v, v, atol=1e-13)
    J = mc.rules.rotation_axis_angle(v).as_convention("jax")
    tangent = np.einsum("ijk,lj->ilk", J, R)  # dR Rᵀ is skew
    np.testing.assert_allclose(tangent, -tangent.transpose(1, 0, 2), atol=1e-12)


def test_stumpff_functions_meet_where_series_and_closed_form_meet() -> None:
    for k in (1, 2, 3, 4):
        below, above = value("stumpff", [1 - 1e-12, 1 + 1e-12], k=k)
        np.testing.assert_allclose(below, above, rtol=1e-11)


@pytest.mark.parametrize("exponent", [2, 3, 1, 0])
def test_a_whole_power_at_0_has_its_derivative(exponent: int) -> None:
    expected = 1.0 if exponent == 1 else 0.0
    assert slope("power", [[0.0]], exponent=exponent).item() == expected


def test_the_logarithm_of_a_tiny_and_a_huge_determinant() -> None:
    for scale in (1e-200, 1e200):
        X = scale * np.array([[2.0, 1.0], [1.0, 3.0]])
        np.testing.assert_allclose(value("logdet", X), np.log(5.0) + 2 * np.log(scale))
        np.testing.assert_allclose(slope("logdet", X), np.linalg.inv(X).T.T, rtol=1e-12)


_ROUGH = {"group_norm": 2e-6}  # absolute: what is centred and small loses more
SINGLE = sorted({case.rule.name for case in CASES} - NO_FIRST_ORDER)


@pytest.mark.parametrize("name", SINGLE)
def test_single_precision_keeps_working(name: str) -> None:
    rule = RULES[name]
    case = Case(rule, rule.signatures[0])
    point = {key: np.asarray(a, dtype=np.float32) for key, a in case.point(0).items()}
    widened = {key: np.asarray(a, dtype=np.float64) for key, a in point.items()}
    for operand in case.operands:
        found = case.local(operand, point).array
        expected = case.local(operand, widened).array
        scale = float(np.abs(expected).max(initial=0.0))
        near = _ROUGH.get(name, 1e-6)
        np.testing.assert_allclose(found, expected, rtol=0, atol=3e-4 * scale + near)

"""Rules of one's own: checked when they are registered, and refused when they are wrong."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from finite_differences import central_differences

import matcalc as mc
from matcalc.checking.registration import POINTS, example_points, rule_error, unregister_rule
from matcalc.derivative import derivatives
from matcalc.graph import Apply, Node, einsum, symbol, zero
from matcalc.operations import RULES, algebra
from matcalc.operations.registry import OperandSpec, parse_signature, register
from matcalc.plan import evaluate

ENTRYWISE = "x[...] -> y[...]"


@pytest.fixture(autouse=True)
def _same_table() -> Iterator[None]:
    before = dict(RULES)
    yield
    RULES.clear()
    RULES.update(before)


def cube(x: np.ndarray) -> np.ndarray:
    return x**3


def pull_cube(y: Apply, operand: int, bar: Node) -> Node:
    return algebra.entrywise(bar, algebra.multiple(3, algebra.power(y.arguments[operand], 2)))


def scaled_pull(y: Apply, operand: int, bar: Node) -> Node:
    return algebra.multiple(Fraction(1001, 1000), pull_cube(y, operand, bar))


def registered(**changes: Any) -> mc.Rule:
    given: dict[str, Any] = {
        "name": "test_cube",
        "signature": ENTRYWISE,
        "function": cube,
        "pull": pull_cube,
        "formula": "dy = 3 x² ⊙ dx",
    }
    return mc.register_rule(**(given | changes))


def test_a_right_rule_is_accepted_found_and_used() -> None:
    rule = registered(domain="everywhere, really", source="school")
    assert mc.find_rule("test_cube") is rule
    assert (rule.domain, rule.source, rule.formula) == (
        "everywhere, really",
        "school",
        "dy = 3 x² ⊙ dx",
    )
    jacobian = mc.rules.test_cube([1.0, -2.0, 3.0])
    np.testing.assert_array_equal(jacobian.array, np.diag([3.0, 12.0, 27.0]))
    assert "test_cube" in dir(mc.rules)


def test_a_rule_of_ones_own_has_a_second_derivative() -> None:
    registered()
    x = symbol("x", (3,))
    node = mc.find_rule("test_cube").build(x)
    second = derivatives(derivatives(node, [x])[0], [x])[0]
    point = np.array([1.0, 2.0, -1.0])
    found = evaluate(second, {"x": point})
    np.testing.assert_array_equal(np.einsum("iii->i", found), 6 * point)
    assert np.count_nonzero(found) == 3


def test_a_rule_with_several_operands_is_accepted() -> None:
    def pull(y: Apply, operand: int, bar: Node) -> Node:
        A, x = y.arguments
        if operand == 0:
            return einsum("... i, j -> ... i j", bar, x)
        return einsum("... i, i j -> ... j", bar, A)

    registered(
        name="test_product",
        signature="A[m,n] x[n] -> y[m]",
        function=lambda A, x: A @ x,
        pull=pull,
        formula="dy = dA x + A dx",
    )
    A, x = np.arange(6.0).reshape(2, 3), np.array([1.0, -1.0, 2.0])
    found = mc.rules.test_product(A, x, wrt="A").as_convention("jax")
    np.testing.assert_allclose(found, central_differences(lambda A: A @ x, A), atol=1e-8)
    with pytest.raises(mc.ShapeError, match=r"test_product takes .*; found 2×3, \(2,\)"):
        mc.rules.test_product(A, x[:2], wrt="A")


def test_a_rule_scaled_by_a_thousandth_is_refused_and_removed() -> None:
    with pytest.raises(mc.NotDifferentiableError) as refused:
        registered(pull=scaled_pull)
    assert "test_cube disagrees with central differences" in str(refused.value)
    assert "largest relative error" in str(refused.value)
    assert "test_cube" not in RULES
    registered()  # the name is free again


def test_a_transposed_rule_is_refused_and_removed() -> None:
    def pull(y: Apply, operand: int, bar: Node) -> Node:
        return einsum("... k l, i k, l j -> ... i j", bar, y, y)

    with pytest.raises(mc.NotDifferentiableError, match="disagrees"):
        registered(
            name="test_inverse",
            signature="X[n,n]:invertible -> Y[n,n]",
            function=np.linalg.inv,
            pull=lambda y, operand, bar: algebra.negative(pull(y, operand, bar)),
        )
    assert "test_inverse" not in RULES

    def right(y: Apply, operand: int, bar: Node) -> Node:
        return algebra.negative(einsum("... k l, k i, j l -> ... i j", bar, y, y))

    registered(
        name="test_inverse",
        signature="X[n,n]:invertible -> Y[n,n]",
        function=np.linalg.inv,
        pull=right,
    )


def test_a_pull_of_the_wrong_shape_is_refused_and_removed() -> None:
    with pytest.raises(mc.MatcalcError):
        registered(pull=lambda *_: zero(()))
    assert "test_cube" not in RULES


def test_a_function_of_the_wrong_shape_is_refused_and_removed() -> None:
    with pytest.raises(mc.MatcalcError):
        registered(function=lambda x: np.sum(x**3))
    assert "test_cube" not in RULES


def test_a_pull_that_raises_is_refused_and_removed() -> None:
    def pull(y: Apply, operand: int, bar: Node) -> Node:
        raise RuntimeError("not written yet")

    with pytest.raises(RuntimeError, match="not written yet"):
        registered(pull=pull)
    assert "test_cube" not in RULES


def test_a_function_that_is_not_finite_in_its_domain_is_refused_and_removed() -> None:
    def pull_log(y: Apply, operand: int, bar: Node) -> Node:
        return algebra.entrywise(bar, algebra.reciprocal(y.arguments[0]))

    def log(x: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.log(x)

    with pytest.raises(mc.ArrayError, match="not real and finite"):
        registered(name="test_log", function=log, pull=pull_log)
    assert "test_log" not in RULES
    registered(name="test_log", function=log, pull=pull_log, signature="x[...]:positive -> y[...]")


def test_a_rule_may_decline_the_check() -> None:
    registered(pull=scaled_pull, check=False)
    np.testing.assert_allclose(mc.rules.test_cube([1.0]).array, [[3.003]])


def test_a_rule_of_ones_own_can_be_removed_and_others_cannot() -> None:
    registered()
    unregister_rule("test_cube")
    assert "test_cube" not in RULES
    with pytest.raises(mc.UnknownRuleError):
        unregister_rule("test_cube")
    with pytest.raises(mc.NotationError, match="sigmoid is a rule of matcalc's own"):
        unregister_rule("sigmoid")
    assert "sigmoid" in RULES


def test_a_taken_name_is_refused_and_its_holder_named() -> None:
    holder = RULES["sigmoid"]
    with pytest.raises(mc.NotationError) as refused:
        registered(name="sigmoid")
    assert str(refused.value) == f"the name sigmoid is taken by the rule {holder.formula!r}"
    assert RULES["sigmoid"] is holder
    with pytest.raises(mc.NotationError, match="taken"):
        register(holder)


def test_an_unknown_domain_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(mc.NotationError) as refused:
        registered(signature="x[...]:prime -> y[...]")
    for domain in ("'prime'", *POINTS):
        assert domain in str(refused.value)
    assert "test_cube" not in RULES


@pytest.mark.parametrize("signature", ["x[...]", "x[..., y -> z", "x[2 -> y", "3 -> y", ""])
def test_a_signature_that_cannot_be_read_is_refused(signature: str) -> None:
    with pytest.raises(mc.NotationError):
        registered(signature=signature)
    assert "test_cube" not in RULES


def test_a_signature_without_an_arrow_shows_one_that_has() -> None:
    with pytest.raises(mc.NotationError, match=r"has an arrow: 'X\[n,n\] -> y'; found 'x\[n\]'"):
        parse_signature("x[n]")


def test_a_signature_is_read_into_names_shapes_and_domains() -> None:
    read = parse_signature("A[m,2*n] x[...]:positive X[...,n,n]:small s -> y[m]")
    assert read.operands == (
        OperandSpec("A", ("m", parse_signature("x[2*n] -> y").operands[0].shape[0]), "real"),
        OperandSpec("x", ("...",), "positive"),
        OperandSpec("X", ("...", "n", "n"), "small"),
        OperandSpec("s", (), "real"),
    )
    assert read.result == OperandSpec("y", ("m",), "real")


def test_example_points_have_sizes_that_differ() -> None:
    points = example_points("A[m,k] B[k,n] W[4*m,n] x[...] -> y", np.random.default_rng(0))
    m, k = points["A"].shape
    n = points["B"].shape[1]
    assert len({m, k, n}) == 3
    assert points["B"].shape == (k, n)
    assert points["W"].shape == (4 * m, n)
    assert points["x"].ndim == 2


@pytest.mark.parametrize("domain", POINTS)
def test_points_lie_in_their_domain(domain: str) -> None:
    holds = {
        "real": lambda x: np.isfinite(x).all(),
        "positive": lambda x: (x > 0).all(),
        "above_one": lambda x: (x > 1).all(),
        "spd": lambda x: (np.linalg.eigvalsh(x) > 0).all() and np.allclose(x, x.T),
        "unit": lambda x: ((x > 0) & (x < 1)).all(),
        "nonzero": lambda x: (abs(x) > 0.1).all() and (x < 0).any() and (x > 0).any(),
        "whole": lambda x: (abs(x - np.floor(x) - 0.1) <= 0.1).all(),
        "half": lambda x: (abs(x - np.floor(x) - 0.6) <= 0.1).all(),
        "sign": lambda x: set(x.ravel()) == {-1.0, 1.0},
        "small": lambda x: abs(x).max() < 4,
        "simplex": lambda x: (x > 0).all() and np.allclose(x.sum(-1), 1),
        "invertible": lambda x: np.linalg.cond(x) < 1e3,
        "full_rank": lambda x: np.linalg.matrix_rank(x) == 5,
        "distinct": lambda x: np.diff(np.sort(x.ravel())).min() > 0.1,
    }
    shape = (5, 7) if domain == "full_rank" else (5, 5)
    assert holds[domain](POINTS[domain](shape, np.random.default_rng(0)))


def test_the_error_of_a_rule_is_measured_against_its_own_function() -> None:
    rng = np.random.default_rng(0)
    assert rule_error(RULES["tanh"], ENTRYWISE, rng) < 1e-9
    wrong = registered(pull=scaled_pull, check=False)
    assert rule_error(wrong, ENTRYWISE, rng) == pytest.approx(1e-3, rel=0.01)


def test_find_rule_lists_near_names() -> None:
    with pytest.raises(mc.UnknownRuleError) as unknown:
        mc.find_rule("sofmax")
    assert "no rule 'sofmax'; " in str(unknown.value)
    assert "; near: softmax" in str(unknown.value)
    assert f"lists all {len(RULES)}" in str(unknown.value)
    with pytest.raises(mc.UnknownRuleError) as far:
        mc.find_rule("q" * 1000)
    assert "near" not in str(far.value)
    assert len(str(far.value)) < 200
    assert isinstance(far.value, LookupError)

"""The checks of the rules are checked: each notices a rule that is scaled or transposed."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from operations.cases import (
    CASES,
    NO_FIRST_ORDER,
    PAIRS,
    Case,
    check_first,
    check_layouts,
    check_second,
    check_value,
    close,
    name_of,
)

from matcalc.graph import Node, einsum
from matcalc.operations import RULES, algebra
from matcalc.operations.registry import Pull, Rule, matched
from matcalc.plan import evaluate

SLIGHTLY = Fraction(1001, 1000)
CONSTANT = {"sign", "step", "max_share", "min_share", "det_sign", "sorting"}


def _differentiable() -> list[tuple[Case, str]]:
    """Every case whose derivative is not 0 everywhere."""
    return [
        (case, name)
        for case, name in PAIRS
        if case.rule.name not in NO_FIRST_ORDER | CONSTANT
        if case.rule.parameters.get("k") != 0 or case.rule.name != "matrix_power"
        if case.rule.parameters.get("exponent") != 0
    ]


def _with_first(case: Case, operand: str, first: Node) -> Case:
    """The same case with another first derivative."""
    changed = Case(case.rule, case.signature)
    changed.__dict__["first"] = case.first | {operand: first}
    return changed


@pytest.mark.parametrize(("case", "operand"), _differentiable(), ids=name_of)
def test_a_derivative_scaled_by_a_thousandth_is_noticed(case: Case, operand: str) -> None:
    right = case.first[operand]
    check_first(_with_first(case, operand, right), operand, 0)
    wrong = _with_first(case, operand, algebra.multiple(SLIGHTLY, right))
    with pytest.raises(AssertionError):
        check_first(wrong, operand, 0)


@pytest.mark.parametrize(("case", "operand"), _differentiable(), ids=name_of)
def test_a_transposed_derivative_is_noticed_unless_it_is_symmetric(
    case: Case, operand: str
) -> None:
    transposed = algebra.transpose(case.first[operand])
    array = evaluate(case.first[operand], case.point(0))
    symmetric = array.shape == array.T.shape and np.allclose(array, array.T, rtol=1e-9)
    if symmetric:
        check_first(_with_first(case, operand, transposed), operand, 0)
        return
    with pytest.raises(AssertionError):
        check_first(_with_first(case, operand, transposed), operand, 0)


def _case(name: str, signature: str) -> Case:
    return Case(RULES[name], signature)


def _patched(monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[Pull], Pull]) -> None:
    pull = RULES[name].pull
    assert pull is not None
    monkeypatch.setitem(RULES, name, replace(RULES[name], pull=change(pull)))


def scaled(pull: Pull) -> Pull:
    return lambda y, operand, bar: algebra.multiple(SLIGHTLY, pull(y, operand, bar))


def transposed(pull: Pull) -> Pull:
    return lambda y, operand, bar: algebra.swapped(pull(y, operand, bar))


PULLED = [
    (name, rule.signatures[0], operand)
    for name, rule in RULES.items()
    for operand in rule.operands
    if rule.pull and name in {case.rule.name for case, _ in _differentiable()}
]


@pytest.mark.parametrize(("name", "signature", "operand"), PULLED)
def test_every_pull_that_is_scaled_is_noticed(
    name: str, signature: str, operand: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _patched(monkeypatch, name, scaled)
    for check in (check_first, check_layouts):
        with pytest.raises(AssertionError):
            check(_case(name, signature), operand, 0)


@pytest.mark.parametrize("name", ["inv", "expm", "det", "logdet", "adj", "pinv"])
def test_a_pull_that_is_transposed_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _patched(monkeypatch, name, transposed)
    for check in (check_first, check_layouts):
        with pytest.raises(AssertionError):
            check(_case(name, RULES[name].signatures[0]), "X", 0)


def _pull_matmul(transpose: bool) -> Pull:
    patterns = ("... i k, j k -> ... i j", "i k, ... i j -> ... k j")
    wrong = ("... i k, k j -> ... i j", "k i, ... i j -> ... k j")

    def pull(y: object, operand: int, bar: Node) -> Node:
        one, two = y.arguments  # type: ignore[attr-defined]
        pattern = (wrong if transpose else patterns)[operand]
        return einsum(pattern, bar, two) if operand == 0 else einsum(pattern, one, bar)

    return pull


@pytest.mark.parametrize("operand", ["A", "B"])
def test_a_matrix_product_with_a_transposed_pull_is_noticed(
    operand: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = "A[n,n] B[n,n] -> C[n,n]"

    def build(a: Node, b: Node) -> Node:
        shape = matched("matmul", (signature,), [a.shape, b.shape])
        return algebra.apply("matmul", (a, b), shape)

    for transpose in (False, True):
        pull = _pull_matmul(transpose)
        rule: Rule = replace(RULES["matmul"], pull=pull, build=build, signatures=(signature,))
        monkeypatch.setitem(RULES, "matmul", rule)
        check_value(Case(rule, signature), 0)
        if transpose:
            with pytest.raises(AssertionError):
                check_first(Case(rule, signature), operand, 0)
        else:
            check_first(Case(rule, signature), operand, 0)


def test_a_second_derivative_that_is_scaled_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    signature = RULES["sin"].signatures[0]
    check_second(_case("sin", signature), "x", 0)
    _patched(monkeypatch, "cos", scaled)
    check_first(_case("sin", signature), "x", 0)
    with pytest.raises(AssertionError):
        check_second(_case("sin", signature), "x", 0)


def test_a_wrong_value_is_noticed() -> None:
    wrong = replace(RULES["sin"], function=lambda x: 1.001 * np.sin(x))
    for check in (check_value, lambda case, number: check_first(case, "x", number)):
        check(_case("sin", "x[...] -> y[...]"), 0)
        with pytest.raises(AssertionError):
            check(Case(wrong, "x[...] -> y[...]"), 0)


def test_arrays_of_other_shapes_are_not_close() -> None:
    with pytest.raises(AssertionError):
        close(np.zeros((2, 1)), np.zeros(2))


def test_the_cases_left_out_have_a_derivative_of_zero() -> None:
    left_out = set(map(str, CASES)) - {str(case) for case, _ in _differentiable()}
    for case in CASES:
        if str(case) in left_out and case.rule.name not in NO_FIRST_ORDER:
            for operand in case.operands:
                assert not evaluate(case.first[operand], case.point(0)).any()

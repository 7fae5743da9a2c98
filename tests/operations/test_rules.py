"""Every rule, every signature, every operand: value, derivatives of order 1 and 2, layouts."""

import os

import numpy as np
import pytest
from operations.cases import (
    CASES,
    NO_FIRST_ORDER,
    NO_SECOND_ORDER,
    PAIRS,
    WITHOUT_NUMBERS,
    Case,
    check_adjoint,
    check_first,
    check_layouts,
    check_second,
    check_value,
    name_of,
)

import matcalc as mc
from matcalc.derivative import derivatives
from matcalc.graph import apply, symbol
from matcalc.operations import RULES
from matcalc.plan import evaluate

POINTS = range(int(os.environ.get("MATCALC_POINTS", "3")))

DIFFERENTIABLE = [pair for pair in PAIRS if pair[0].rule.name not in NO_FIRST_ORDER]
TWICE = [pair for pair in DIFFERENTIABLE if pair[0].rule.name not in NO_SECOND_ORDER]

every_case = pytest.mark.parametrize("case", CASES, ids=name_of)
every_operand = pytest.mark.parametrize(("case", "operand"), DIFFERENTIABLE, ids=name_of)


@every_case
def test_the_value_is_that_of_the_numpy_function(case: Case) -> None:
    for number in POINTS:
        check_value(case, number)


@every_operand
def test_the_derivative_agrees_with_central_differences(case: Case, operand: str) -> None:
    for number in POINTS:
        check_first(case, operand, number)


@pytest.mark.parametrize(("case", "operand"), TWICE, ids=name_of)
def test_the_second_derivative_agrees_with_central_differences(case: Case, operand: str) -> None:
    for number in POINTS:
        check_second(case, operand, number)


@every_operand
def test_the_two_layouts_are_full_transposes_and_agree_with_central_differences(
    case: Case, operand: str
) -> None:
    check_layouts(case, operand, 0)


@every_operand
def test_jvp_and_vjp_are_adjoint(case: Case, operand: str) -> None:
    for number in POINTS:
        check_adjoint(case, operand, number)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.rule.name in NO_FIRST_ORDER | NO_SECOND_ORDER], ids=name_of
)
def test_a_derivative_that_is_not_known_is_a_typed_error(case: Case) -> None:
    variables = list(case.symbols.values())
    known = case.result
    if case.rule.name in NO_SECOND_ORDER:
        known = case.first[case.operands[0]]
    with pytest.raises(
        mc.NotDifferentiableError, match=r"(second|third) derivative .* is not known"
    ):
        derivatives(known, variables)


def test_the_third_derivative_of_a_product_of_entries_is_a_typed_error() -> None:
    x = symbol("x", (3,))
    second = derivatives(derivatives(RULES["prod"].build(x), [x])[0], [x])[0]
    with pytest.raises(mc.NotDifferentiableError, match="third derivative"):
        derivatives(second, [x])


@pytest.mark.parametrize("name", sorted(WITHOUT_NUMBERS))
def test_a_rule_without_numbers_says_so(name: str) -> None:
    x = symbol("x", (3,))
    with pytest.raises(mc.UnboundError, match="has no numbers"):
        evaluate(RULES[name].build(x), {"x": np.ones(3)}, {"m": 2})


CONSTANTS = {
    "window": (apply("window", (), (2, 5), (1,)), np.eye(5)[1:3]),
    "triangle": (apply("triangle", (), (2, 3), (1,)), [[1, 1, 0], [1, 1, 1]]),
    "levi_civita": (
        RULES["levi_civita"].build(size=3),
        np.linalg.det(np.eye(3)[np.moveaxis(np.indices((3, 3, 3)), 0, -1)]),
    ),
    "exchange": (apply("exchange", (), (3, 3)), np.eye(3)[::-1]),
    "one_hot": (apply("one_hot", (), (2, 3), ((2, 0),)), [[0, 0, 1], [1, 0, 0]]),
    "sliding": (
        apply("sliding", (), (2, 2, 3), (2, 1, 1)),
        [[[0, 0, 0], [1, 0, 0]], [[0, 1, 0], [0, 0, 1]]],
    ),
    "pi": (apply("pi", (), ()), np.pi),
    "eye": (RULES["eye"].build(n=3), np.eye(3)),
    "ones": (RULES["ones"].build(shape=(2, 3)), np.ones((2, 3))),
    "zeros": (RULES["zeros"].build(shape=(2, 3)), np.zeros((2, 3))),
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_has_its_value_and_no_derivative(name: str) -> None:
    node, expected = CONSTANTS[name]
    np.testing.assert_array_equal(evaluate(node), expected)
    x = symbol("x", (2,))
    np.testing.assert_array_equal(
        evaluate(derivatives(node, [x])[0]), np.zeros((*np.shape(expected), 2))
    )


def test_every_rule_has_a_case() -> None:
    tested = {case.rule.name for case in CASES}
    assert tested | WITHOUT_NUMBERS | set(CONSTANTS) == set(RULES)
    assert tested.isdisjoint(WITHOUT_NUMBERS | set(CONSTANTS))


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_the_result_has_the_shape_that_the_function_gives(case: Case) -> None:
    assert case.result.shape == case.function(*case.point(0).values()).shape


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_a_rule_says_its_formula_its_source_and_its_domain(rule: mc.Rule) -> None:
    assert rule.formula
    assert rule.source
    assert rule.domain
    assert rule.signatures


def test_sizes_of_one_case_differ() -> None:
    case = next(case for case in CASES if str(case) == "matmul-A[m,k] B[k,n] -> C[m,n]")
    assert [array.shape for array in case.point(0).values()] == [(3, 2), (2, 5)]
    assert not np.array_equal(case.point(0)["A"], case.point(1)["A"])

"""What rules say of their operations, held against their values."""

import numpy as np
import pytest
from operations.cases import CASES, Case, close

import matcalc as mc
from matcalc.operations import RULES
from matcalc.operations.registry import COMPUTED

OF_ONE = [case for case in CASES if len(case.operands) == 1]


@pytest.mark.parametrize("case", [c for c in OF_ONE if c.rule.facts.linear], ids=str)
def test_numbers_pass_through_what_is_linear(case: Case) -> None:
    (x,), (y,) = (case.point(k).values() for k in (0, 1))
    close(case.function(3 * x - y), 3 * case.function(x) - case.function(y))


@pytest.mark.parametrize("case", [c for c in OF_ONE if c.rule.facts.odd], ids=str)
def test_a_sign_passes_through_what_is_odd(case: Case) -> None:
    (x,) = case.point(0).values()
    close(case.function(-x), -case.function(x))


@pytest.mark.parametrize("case", [c for c in OF_ONE if c.rule.facts.of_symmetric], ids=str)
def test_of_a_matrix_its_symmetric_part_is_taken(case: Case) -> None:
    (x,) = case.point(0).values()
    off = np.triu(np.ones_like(x), 1)
    close(case.function(x + off - off.T), case.function(x))


@pytest.mark.parametrize(
    "case",
    [c for c in OF_ONE if c.rule.facts.positive or c.rule.facts.within_one],
    ids=str,
)
def test_values_are_above_zero_and_within_one_as_is_said(case: Case) -> None:
    (x,) = case.point(0).values()
    found = case.function(x)
    assert found.min() > 0 or not case.rule.facts.positive
    assert np.abs(found).max() <= 1 or not case.rule.facts.within_one


@pytest.mark.parametrize("case", [c for c in OF_ONE if c.rule.facts.keeps_symmetry], ids=str)
def test_what_keeps_symmetry_keeps_it(case: Case) -> None:
    (x,) = case.point(0).values()
    if x.ndim == 2 and x.shape[0] == x.shape[1]:
        found = case.function(x @ x.T)
        close(found, found.T)


@pytest.mark.parametrize("case", [c for c in OF_ONE if c.rule.facts.slope], ids=str)
def test_the_slope_that_books_write_is_the_slope(case: Case) -> None:
    (x,) = case.point(0).values()
    known = {"x": x.ravel(), "y": np.asarray(case.function(x)).ravel()}
    size = known["x"].size
    written = mc.derive(
        f"w.T @ ({case.rule.facts.slope} + 0 * x)", wrt="w", layout="denominator",
        variables=f"x[{size}] y[{size}] w[{size}]",
    )  # fmt: skip
    slope = mc.derive(
        f"sum({case.rule.name}(x))", wrt="x", layout="denominator", variables=f"x[{size}]"
    )
    used = {name: known[name] for name in written.formula.symbols if name != "w"}
    close(written.evaluate(**used, w=np.ones(size)), slope.evaluate(x=known["x"]))


def test_what_has_slopes_stacks_and_signs_is_known() -> None:
    facts = {rule.name: rule.facts for rule in RULES.values()}
    assert {name for name, one in facts.items() if one.sign} == {
        "matmul",
        "hadamard",
        "quotient",
        "power",
    }
    assert all(facts[name].along in COMPUTED for name in facts if facts[name].along)

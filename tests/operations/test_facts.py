"""What rules say of their operations, held against their values."""

import ast
from pathlib import Path

import numpy as np
import pytest
from operations.cases import CASES, Case, close

import matcalc as mc
import matcalc_cli
from matcalc.operations import RULES
from matcalc.operations.registry import COMPUTED

SPELLED = 80  # names of operations
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
        near = np.eye(len(x)) + x / (4 * np.abs(x).sum())  # where each of them is defined
        close(case.function(near.T), case.function(near).T)


@pytest.mark.parametrize("case", [c for c in CASES if c.rule.facts.symmetric], ids=str)
def test_matrices_that_are_said_to_be_symmetric_are(case: Case) -> None:
    found = np.asarray(case.function(*case.point(0).values()))
    if found.ndim == 2:
        close(found, found.T)


@pytest.mark.parametrize("case", [c for c in OF_ONE if c.rule.facts.mirrored], ids=str)
def test_one_less_what_is_mirrored_is_it_of_the_negative(case: Case) -> None:
    (x,) = case.point(0).values()
    close(1 - case.function(x), case.function(-x))


@pytest.mark.parametrize("case", [c for c in CASES if c.rule.facts.length], ids=str)
def test_a_length_is_the_root_of_a_sum_of_squares(case: Case) -> None:
    parts = case.point(0).values()
    close(case.function(*parts) ** 2, sum(np.sum(x**2) if len(parts) == 1 else x**2 for x in parts))


@pytest.mark.parametrize("case", [c for c in OF_ONE if all(c.rule.facts.fused)], ids=str)
def test_two_functions_are_the_one_that_is_said(case: Case) -> None:
    (x,) = case.point(0).values()
    inner, outer = case.rule.facts.fused
    if x.ndim == 2:
        of_values = {"sum": np.sum, "max": np.max, "norm": np.linalg.norm}[outer]
        assert inner == "svdvals"
        close(case.function(x), of_values(np.linalg.svd(x, compute_uv=False)))


@pytest.mark.parametrize("case", [c for c in OF_ONE if all(c.rule.facts.result_of)], ids=str)
def test_one_of_several_results_is_that_of_numpy(case: Case) -> None:
    (x,) = case.point(0).values()
    function, place = case.rule.facts.result_of
    x = x + x.T if case.rule.facts.of_symmetric else x
    close(case.function(x), getattr(np.linalg, function)(x)[int(place)])


def test_names_of_operations_are_spelled_in_few_places_but_their_rules() -> None:
    """What a room has to know of an operation is a field of its rule; this may only fall."""
    names = {*RULES, *COMPUTED}
    spelled = {
        node.value
        for root in (Path(mc.__file__).parent, Path(matcalc_cli.__file__).parent)
        for file in root.rglob("*.py")
        if "operations" not in file.relative_to(root).parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert len(names & spelled) <= SPELLED


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

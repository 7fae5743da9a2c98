"""What rules say of their operations, held against their values."""

import ast
import math
from pathlib import Path

import numpy as np
import pytest
from operations.cases import CASES, Case, close

import matcalc as mc
import matcalc_cli
from matcalc.operations import RULES
from matcalc.operations.arrays import numpy_function
from matcalc.operations.registry import COMPUTED

SPELLED = 56  # names of operations
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


@pytest.mark.parametrize("case", [c for c in OF_ONE if c.rule.facts.of_square], ids=str)
def test_of_a_square_it_is_what_computes_that(case: Case) -> None:
    (x,) = case.point(0).values()
    of_square = numpy_function(COMPUTED[case.rule.facts.of_square])
    close(case.function(x**2), of_square(x))


@pytest.mark.parametrize("case", [c for c in OF_ONE if c.rule.facts.spectral], ids=str)
def test_what_books_call_eigenvalues_and_singular_values_is_that(case: Case) -> None:
    (x,) = case.point(0).values()
    found = case.function(x)
    values = np.linalg.svd(x)[1]
    values = np.linalg.eigvalsh((x + x.T) / 2) if case.rule.facts.of_symmetric else values
    for said, place in case.rule.facts.spectral.items():
        assert said[0] == ("λ" if case.rule.facts.of_symmetric else "σ")
        close(found if place is None else found[place], getattr(np, said[2:])(values))


@pytest.mark.parametrize("case", [c for c in OF_ONE if c.rule.facts.log_of], ids=str)
def test_it_is_the_logarithm_of_what_is_said(case: Case) -> None:
    (x,) = case.point(0).values()
    close(np.exp(case.function(x)), np.vectorize(getattr(math, case.rule.facts.log_of))(x))


def test_a_sign_with_three_labels_makes_of_vectors_what_is_said() -> None:
    rules = [rule for rule in RULES.values() if all(rule.facts.of_vectors)]
    for rule in rules:
        sign = np.asarray(numpy_function(rule)((3, 3, 3), 3))
        of_one, of_two = (numpy_function(RULES[name]) for name in rule.facts.of_vectors)
        a, b = np.array([1.0, 2.0, -3.0]), np.array([0.5, -1.0, 4.0])
        close(of_one(a), np.einsum("ijk,j->ik", sign, a))
        close(of_two(a, b), np.einsum("ijk,j,k->i", sign, a, b))
    assert rules


def test_names_of_parameters_are_of_its_parameters() -> None:
    for rule in RULES.values():
        assert set(rule.facts.keywords.values()) <= set(rule.parameters)
        assert not set(rule.facts.keywords) & set(rule.parameters)
        assert not rule.facts.sized or len(rule.parameters) == 1


def test_names_of_operations_are_spelled_in_few_places_but_their_rules() -> None:
    """What a room has to know of an operation is a field of its rule; this may only fall."""
    spelled = {
        text
        for root in (Path(mc.__file__).parent, Path(matcalc_cli.__file__).parent)
        for file in root.rglob("*.py")
        if "operations" not in file.relative_to(root).parts
        for text in _texts(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert len(spelled & {*RULES, *COMPUTED}) <= SPELLED


def _texts(tree: ast.Module) -> set[str]:
    """The texts of a module, but for names of functions of NumPy: ``getattr(np, "trapezoid")``."""
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
    of_numpy = [one.args[1] for one in calls if ast.unparse(one).startswith("getattr(np, '")]
    texts = (one for one in ast.walk(tree) if isinstance(one, ast.Constant) and one not in of_numpy)
    return {one.value for one in texts if isinstance(one.value, str)}


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

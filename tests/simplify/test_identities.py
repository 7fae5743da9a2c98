"""Each line that formulas are rewritten by: true by value, found where it stands, not longer."""

import re
from weakref import WeakKeyDictionary

import numpy as np
import pytest

from matcalc import parse_variable
from matcalc.checking.random_points import random_points, small_sizes
from matcalc.expression import parse_declarations, read_formula
from matcalc.graph import Apply, Node, Product, Sum
from matcalc.operations import algebra
from matcalc.plan import evaluate
from matcalc.simplify import REWRITES, Rewrite, noted, simplified, stable
from matcalc.simplify.facts import IMPLIED, Known
from matcalc.simplify.lines import COMPUTED
from matcalc.simplify.rewriting import (
    rewritten_application,
    rewritten_product,
    rewritten_sum,
)
from matcalc.simplify.weights import weight
from matcalc.steps import counted

POINTS = 24
ORDERS = {"tall": (0, 2), "wide": (1,)}  # of sizes, for small_sizes
EACH = pytest.mark.parametrize("one", REWRITES, ids=lambda one: one.text)
LONGER = {  # a name for what stands written out, or terms that meet others
    "log(sigmoid(u)) -> u - softplus(u)",
    "exp(softplus(u)) -> 1 + exp(u)",
    "det(A @ B) -> det(A) * det(B)",
    "logdet(A @ B) -> logdet(A) + logdet(B)",
    "logdet(kron(A, C)) -> p * logdet(A) + n * logdet(C)",
    "inv(kron(A, C)) -> kron(inv(A), inv(C))",
}


def known(one: Rewrite) -> Known:
    return Known({name: frozenset([fact]) for name, fact in one.conditions.items()})


def rewritten(node: Node, facts: Known) -> Node:
    if isinstance(node, Apply):
        return rewritten_application(node, facts)
    if isinstance(node, Product):
        return rewritten_product(node, facts)
    assert isinstance(node, Sum)
    return rewritten_sum(node, facts)


def met(one: Rewrite) -> None:
    """Lines about an operation are read where it is met, which it is below a product first."""
    for side in one.sides:
        for node in (side, *side.operands):
            for below in (node, *node.operands):
                if isinstance(below, Apply):
                    rewritten_application(below)


@pytest.mark.parametrize("one", [*REWRITES, *COMPUTED], ids=lambda one: one.text)
def test_both_sides_are_equal_where_the_left_is_defined(
    one: Rewrite, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as it is written: not in the stable form, which has the lines, and by no plan from before
    monkeypatch.setattr("matcalc.plan.planning.for_numbers", list)
    monkeypatch.setattr("matcalc.plan.running._KNOWN", WeakKeyDictionary())
    rng = np.random.default_rng(0)
    declared = parse_declarations(one.declared)
    defined = 0
    for order in ORDERS.get(next(iter(one.conditions.values()), ""), (0, 1, 2)):
        sizes = small_sizes(one.sides, one.formula.variables.values(), declared, order=order)
        for values in random_points(one.formula, declared, sizes, rng, POINTS):
            with np.errstate(all="ignore"):
                left, right = (np.asarray(evaluate(side, values, sizes)) for side in one.sides)
            inside = np.isfinite(left)
            defined += int(np.count_nonzero(inside))
            np.testing.assert_allclose(right[inside], left[inside], rtol=1e-6, atol=1e-8)
    assert defined >= POINTS


@EACH
def test_the_left_becomes_the_right(one: Rewrite) -> None:
    met(one)
    with noted() as used:
        assert rewritten(one.sides[0], known(one)) is one.sides[1]
    assert used[0] == one.text


@pytest.mark.parametrize("one", COMPUTED, ids=lambda one: one.text)
def test_the_left_is_computed_as_the_right(one: Rewrite) -> None:
    left, right = one.sides
    assert stable([left])[left] is stable([right])[right]


SUMS = [one for one in REWRITES if isinstance(one.sides[0], Sum) and one.operations]


@pytest.mark.parametrize("one", SUMS, ids=lambda one: one.text)
@pytest.mark.parametrize("value", ["0", "t", "-t"])
@pytest.mark.parametrize("count", ["-1", "tr(eye(n))"])
def test_a_term_is_used_once(
    one: Rewrite, value: str, count: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a line's two terms are one term, and where a term is there twice, once with a size."""
    monkeypatch.setattr("matcalc.plan.planning.for_numbers", list)
    monkeypatch.setattr("matcalc.plan.running._KNOWN", WeakKeyDictionary())
    left = re.sub(r"\b[uv]\b", f"({value})", one.left)
    first = re.split(r" [+-] (?![^(]*\))", left)[0]
    for text in (f"5 + {count} * {first}", f"{left} + {count} * {first}"):
        node = read_formula(text, {"t": parse_variable("t")}).node
        found = simplified([node], {})[node]
        values = {"t": np.array(0.7)}
        wanted = evaluate(node, values, {"n": 3})
        np.testing.assert_allclose(evaluate(found, values, {"n": 3}), wanted, rtol=1e-9, atol=1e-12)


@EACH
@pytest.mark.parametrize("power", [2, 3, -1])
def test_a_power_of_the_left_is_rewritten_in_few_steps(one: Rewrite, power: int) -> None:
    met(one)
    left = one.sides[0]
    if not left.shape:
        with counted(20_000):
            simplified([algebra.power(left, power)], known(one).properties)


@EACH
def test_the_right_is_not_longer(one: Rewrite) -> None:
    left, right = one.sides
    assert weight(right, {}) <= weight(left, {}) or one.text in LONGER


@EACH
def test_what_must_be_known_must_be_known(one: Rewrite) -> None:
    met(one)
    if not IMPLIED.issuperset(one.conditions.values()):
        with noted() as used:
            rewritten(one.sides[0], Known({}))
        assert one.text not in used


def test_the_logarithm_of_a_number_is_computed_as_it_is() -> None:
    node = read_formula("log(2)", {}).node
    assert stable([node])[node] is node

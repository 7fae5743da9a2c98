"""A line and a sum, both multiplied out: where they differ in transposes or in order alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matcalc.claims.point import Worth
from matcalc.claims.stacked import equal
from matcalc.claims.tidying import multiplied_out
from matcalc.claims.tree import Tree, upright

_CLOSE = 1e-9
_ARRAYS = ("c", "r", "m", "t")

#: A product without its transposes and its number.
Product = tuple[str, ...]


def differs_in(line: Tree, right: Tree, worth: Worth) -> tuple[str, ...]:
    """The causes of a line that has the products of a sum, but for transposes or their order.

    ``(A + A.T) @ X @ B`` for ``A @ X @ B + A.T @ X @ B.T`` lacks a transpose.

    Args:
        line: The line.
        right: What it should be.
        worth: What parts are worth.

    Returns:
        Nothing where they differ in more, or where this is no sum.
    """
    one, two = (multiplied_out(each, worth.kind) for each in (line, right))
    if len(two) < 2:
        return ()
    before, after = (_counted(_product(term, worth) for term in side) for side in (one, two))
    expanded = ("wrong-expansion",) if len(one) > len(two) else ()
    if _are_equal(before, after):
        return ("transpose", *expanded)
    before, after = _unordered(before), _unordered(after)
    if _are_equal(before, after):
        return ("order", *expanded)
    if before.keys() != after.keys() or len(one) >= len(two):
        return ()
    due = [worth.of(term) for term in two]
    stand = all(any(equal(worth.of(term), each) for each in due) for term in one)
    return ("missing-term",) if stand else ("order", "missing-term")


def _counted(products: Iterable[tuple[float, Product]]) -> dict[Product, float]:
    """How often each product stands in a sum."""
    found: dict[Product, float] = {}
    for times, product in products:
        found[product] = found.get(product, 0.0) + times
    return found


def _unordered(counted: Mapping[Product, float]) -> dict[Product, float]:
    return _counted((times, tuple(sorted(product))) for product, times in counted.items())


def _product(term: Tree, worth: Worth) -> tuple[float, Product]:
    """The number before a product, and its factors; one entry by entry is one factor."""
    if term.kind == "number":
        return float(term.value), ()
    if term.kind == "negative":
        times, product = _product(term.args[0], worth)
        return -times, product
    if term.operator("/") and term.args[1].kind == "number":
        times, product = _product(term.args[0], worth)
        return times / float(term.args[1].value), product
    entrywise = term.operator("*") and all(worth.kind(arg) in _ARRAYS for arg in term.args)
    if entrywise or not term.operator("@", "*"):
        return 1.0, (str(upright(term)),)
    (one, first), (two, second) = (_product(arg, worth) for arg in term.args)
    return one * two, (*first, *second)


def _are_equal(one: Mapping[Product, float], two: Mapping[Product, float]) -> bool:
    return one.keys() == two.keys() and all(
        abs(one[key] - two[key]) <= _CLOSE * abs(two[key]) for key in two
    )

"""What may have gone wrong in a sum: signs, terms, parentheses that were lost."""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.claims.edits import Edit
from matcalc.claims.tree import Tree, called, chained, negative, number, op, row_of, same, turned

_LOST = ("wrong-expansion", "missing-term")


def of_sum(tree: Tree) -> Iterator[Edit]:
    """The edits of a sum or a difference."""
    sign, (one, two) = tree.value, tree.args
    yield Edit(op("-" if sign == "+" else "+", one, two), ("sign",))
    yield Edit(one, ("extra-term",))
    yield Edit(two if sign == "+" else negative(two), ("extra-term",))
    if sign == "-":
        yield Edit(op("-", two, one), ("sign", "order"))
        yield from _free_entries(tree)
    yield from _of_products(tree)
    yield from _collected(tree)
    if one.calls("inv") and two.calls("inv"):
        inside = op(sign, one.args[0], two.args[0])
        yield Edit(called("inv", inside), ("wrong-expansion", "inverse"))
    if same(turned(one), two) or same(one, turned(two)):  # A + A.T
        for each in (one, two):
            yield Edit(each, ("symmetric-part", "extra-term"))
            yield Edit(op("*", number("2"), each), ("symmetric-part", "extra-term"), 1.2)


def _of_products(tree: Tree) -> Iterator[Edit]:
    """Sums of products whose parentheses were lost: ``a @ b + c`` for ``a @ (b + c)``."""
    sign, (one, two) = tree.value, tree.args
    left, right = row_of(one), row_of(two)
    if len(left) == len(right) == 1:
        return
    for i in range(len(left)):  # the sum begins at the i-th factor, and ends before the j-th
        for j in range(1, len(right) + 1):
            inner = op(sign, chained(left[i:]), chained(right[:j]))
            if i or j < len(right):
                yield Edit(chained([*left[:i], inner, *right[j:]]), _LOST, 1.1)
        for j in range(i + 1, len(left)):
            inner = op(sign, chained(left[i:j]), two)
            yield Edit(chained([*left[:i], inner, *left[j:]]), _LOST, 1.1)
    yield from _with_number(sign, left, two)


def _with_number(sign: str, left: list[Tree], two: Tree) -> Iterator[Edit]:
    """The same behind a number: ``2 * A @ U - B`` for ``2 * (A - B) @ U``."""
    first = left[0]
    if first.operator("*") and first.args[0].is_literal:
        for j in range(1, len(left) + 1):
            inner = op(sign, chained([first.args[1], *left[1:j]]), two)
            yield Edit(chained([op("*", first.args[0], inner), *left[j:]]), _LOST, 1.1)


def _collected(tree: Tree) -> Iterator[Edit]:
    """The same of products entry by entry, of quotients and of a sign in front."""
    sign, (one, two) = tree.value, tree.args
    if one.operator("*"):
        a, b = one.args
        yield Edit(op("*", a, op(sign, b, two)), _LOST, 1.1)
    if two.operator("*", "/"):
        a, b = two.args
        yield Edit(op(two.value, op(sign, one, a), b), _LOST, 1.1)
    if one.kind == "negative":
        inside = op("-" if sign == "+" else "+", one.args[0], two)
        yield Edit(negative(inside), ("sign", *_LOST), 1.1)


def _free_entries(tree: Tree) -> Iterator[Edit]:
    """``G + G.T - diag(diag(G))``, the derivative by the free entries of a symmetric matrix."""
    _, two = tree.args
    if two.calls("diag") and two.args[0].calls("diag"):
        inside = two.args[0].args[0]
        yield Edit(inside, ("symmetric-variable",), 0.9)
        yield Edit(turned(inside), ("symmetric-variable",), 1.1)

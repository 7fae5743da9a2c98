"""How books write the slope of a function, and which slope is wrong in a line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from matcalc.claims.point import Worth
from matcalc.claims.question import Question
from matcalc.claims.stacked import is_either
from matcalc.claims.tree import (
    Change,
    Tree,
    chained,
    filled,
    row_of,
    trees,
    unplaced,
    walk,
    with_change,
)
from matcalc.expression.functions import acts_entrywise
from matcalc.operations import facts_of


def slope(call: Tree) -> Tree:
    """The slope of a function entry by entry, as it is written.

    >>> from matcalc.claims.tree import trees
    >>> [str(slope(trees(text)[-1].tree)) for text in ("tanh(z)", "g(z)")]
    ['1 - tanh(z)**2', "g'(z)"]
    """
    written = facts_of(call.value).slope
    if not written or call.primes:
        return call._replace(primes=call.primes + 1)
    return filled(_read(written), {"x": call.args[0], "y": call})


@lru_cache(maxsize=64)
def _read(written: str) -> Tree:
    return unplaced(trees(written)[-1].tree)


def is_entrywise(tree: Tree) -> bool:
    """Whether it is a function entry by entry of one argument."""
    return tree.kind == "call" and len(tree.args) == 1 and acts_entrywise(tree.value)


class WrongSlope(NamedTuple):
    """A slope, and what stood in its place.

    Attributes:
        call: The function with its argument: ``tanh(z)``.
        old: What stood there: ``1 - tanh(z)``.
        new: What stands there in a repair.
    """

    call: Tree
    old: Tree
    new: Tree


def wrong_slope(line: Tree, change: Change, question: Question, worth: Worth) -> WrongSlope | None:
    """The slope of a function of the question that a change puts right, if it is one.

    Args:
        line: The line.
        change: What is changed in it.
        question: What the line is held against.
        worth: What parts are worth.
    """
    known = [(call, worth.of(slope(call))) for call in _calls(question)]
    for old, new in _around(line, change) if known else ():
        if old.is_literal or old.calls("ones") or worth.of(old) is None:
            continue
        value = worth.of(new)
        for call, right in known:
            stood = (worth.of(part) for part in walk(old))
            if is_either(value, right) and not any(is_either(each, right) for each in stood):
                return WrongSlope(call, old, new)
    return None


def _calls(question: Question) -> list[Tree]:
    """The functions entry by entry that are differentiated."""
    parts = (part for line in question.lines for part in walk(line.tree))
    found = {str(part): part for part in parts if is_entrywise(part)}
    return list(found.values())


def _around(tree: Tree, change: Change) -> Iterator[tuple[Tree, Tree]]:
    """The parts that a change is in, the small ones first, as they are and as they become."""
    if tree is change.old:
        yield tree, change.new
        row, longer = row_of(tree, "*"), row_of(change.new, "*")
        for k in range(1, min(len(row), len(longer))):  # d * a becomes d * a * (1 - a)
            yield chained(row[k:], "*"), chained(longer[k:], "*")
        return
    for arg in tree.args:
        yield from _around(arg, change)
    new = with_change(tree, change)
    if new is not tree:
        yield from _runs(tree, change)
        yield tree, new


def _runs(tree: Tree, change: Change) -> Iterator[tuple[Tree, Tree]]:
    """Neighbours in a product entry by entry: ``a * (1 + a)`` of ``d * a * (1 + a)``."""
    row = row_of(tree, "*")
    for i, j in combinations(range(len(row) + 1), 2):
        if 1 < j - i < len(row):
            old = chained(row[i:j], "*")
            new = chained([with_change(each, change) for each in row[i:j]], "*")
            if str(old) != str(new):
                yield old, new

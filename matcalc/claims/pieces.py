"""Each piece once by value: a product in any order, transposed or not, by ``@`` and by ``*``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from matcalc.claims.arranging import each_once
from matcalc.claims.point import Worth
from matcalc.claims.pool import PoolPiece
from matcalc.claims.stacked import Stack, close, gathered, operated, prints, transposed
from matcalc.claims.tree import Change, Tree, TrueLine, op, same, turned

_PIECES = 5
_KEPT = 400  # ways of one set of pieces and one shape
_CAUSES = ("order", "transpose", "layout", "kind-of-product")


class _Way(NamedTuple):
    """A way to put pieces together."""

    tree: Tree
    turned: int
    exchanged: tuple[tuple[Tree, PoolPiece], ...] = ()

    @property
    def price(self) -> float:
        return 0.3 * self.turned + 1.5 * len(self.exchanged)


class _Ways(NamedTuple):
    """Ways of one kind and shape with their values."""

    values: Stack
    ways: list[_Way]


def row(tree: Tree, worth: Worth) -> list[Tree]:
    """The maximal parts of a product that fit in themselves, from left to right."""
    if tree.operator("@"):
        return [*row(tree.args[0], worth), *row(tree.args[1], worth)]
    if tree.operator("*") and worth.of(tree) is None:
        return [*row(tree.args[0], worth), *row(tree.args[1], worth)]
    return [tree]


def reordered(line: Tree, worth: Worth, pool: Sequence[PoolPiece]) -> Iterator[TrueLine]:
    """Lines of the same pieces, each once, that are worth the truth; one may be exchanged."""
    parts = row(line, worth)
    if not 2 <= len(parts) <= _PIECES or any(worth.of(part) is None for part in parts):
        return
    truth = worth.at.truth
    leaves = [_merged(1, _leaves(part, worth, pool)) for part in parts]
    for each in each_once(leaves, _joined, _merged)[-1]:
        for k, way in enumerate(each.ways if each.values.form == truth.form else ()):
            if close(each.values.data[k : k + 1], truth.data):
                yield TrueLine(way.tree, _changes(line, way), 1.0 + way.price)


def _changes(line: Tree, way: _Way) -> tuple[Change, ...]:
    """What was changed: the order, and the piece that was exchanged."""
    changes = [Change(line, way.tree, _CAUSES, 1.0)]
    changes += [
        Change(old, piece.tree, piece.exchanged(old), piece.price, True)
        for old, piece in way.exchanged
    ]
    return tuple(changes)


def _leaves(part: Tree, worth: Worth, pool: Sequence[PoolPiece]) -> Iterator[_Ways]:
    """A piece as it is and transposed, and slopes of its shape in its place."""
    value = worth.of(part)
    if value is None:
        return
    ways = [(value, _Way(part, 0))]
    if value.kind in "crm":
        ways.append((transposed(value), _Way(turned(part), 1)))
    if value.kind in "cr":
        for piece in pool:
            as_long = max(piece.value.shape) == max(value.shape)
            if piece.origin == "slope" and as_long and not same(piece.tree, part):
                ways.append((piece.value, _Way(piece.tree, 0, ((part, piece),))))
    for each, way in ways:
        yield _Ways(each, [way])


def _joined(
    left: int,
    right: int,
    ones: list[_Ways],
    twos: list[_Ways],
) -> Iterator[_Ways]:
    """Two sets of pieces in one product; entry by entry there is no order."""
    for one in ones:
        for two in twos:
            for sign in ("@", "*") if left < right else ("@",):
                yield from _products(sign, one, two)


def _products(sign: str, one: _Ways, two: _Ways) -> Iterator[_Ways]:
    pairs = [
        (i, j)
        for i, a in enumerate(one.ways)
        for j, b in enumerate(two.ways)
        if len(a.exchanged) + len(b.exchanged) < 2
    ][: 4 * _KEPT]
    if not pairs:
        return
    first, second = ([pair[k] for pair in pairs] for k in (0, 1))
    made = operated(sign, one.values.taken(first), two.values.taken(second))
    if made is None:
        return
    taken = [(one.ways[i], two.ways[j]) for i, j in pairs]
    ways = [
        _Way(op(sign, x.tree, y.tree), x.turned + y.turned, (*x.exchanged, *y.exchanged))
        for x, y in taken
    ]
    yield _Ways(made, ways)


def _merged(_: int, groups: Iterable[_Ways]) -> list[_Ways]:
    """Ways of one kind and shape together, of one value the cheapest."""
    found: list[_Ways] = []
    for values, ways in gathered(groups):
        marks = prints(values.data)
        seen: set[str] = set()
        kept: list[int] = []
        for k in sorted(range(len(ways)), key=lambda k: ways[k].price):
            mark = f"{marks[k]:.9e}"
            if mark not in seen and np.isfinite(marks[k]):
                seen.add(mark)
                kept.append(k)
        kept = kept[:_KEPT]
        if kept:
            found.append(_Ways(values.taken(kept), [ways[k] for k in kept]))
    return found

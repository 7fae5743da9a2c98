"""The search for repairs: what a line would be worth with one edit, or two, against the truth.

Upwards, the values that an edit below can reach are carried through every step, many at a time.
Downwards, the value that is needed is pulled through the inverse of a step; where two edits stand
on two sides of an operation, one product of fingerprints tells which pairs make the value that is
needed there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from matcalc.claims.edits import around
from matcalc.claims.mistakes import edits
from matcalc.claims.needed import POWERS, needed, ratios, scaled, times_power
from matcalc.claims.point import Worth
from matcalc.claims.pool import PoolPiece
from matcalc.claims.stacked import (
    CLOSE,
    Stack,
    candidates,
    close,
    gathered,
    joined,
    operated,
    prints,
    ratio,
    transposed,
)
from matcalc.claims.tree import (
    Change,
    Tree,
    TrueLine,
    called,
    chained,
    op,
    row_of,
    turned,
    with_change,
    words,
)

_SAME = 1e-10  # relative: what is no change
_DIGITS = 2e9  # by which values are told apart
_WORD = 0.03  # of a word that is exchanged
_KEPT = 3  # edits of one value
_GROUP = 1500  # edits of one part and shape
_PAIRS = 700  # on either side of an operation
_MOST = 60  # repairs


class ValueGroup(NamedTuple):
    """The values of one kind and shape that changes reach, one behind the other."""

    values: Stack
    changes: list[Change]


class Search:
    """Changes of one line at one point.

    Args:
        line: The line.
        worth: What its parts are worth.
        pool: Pieces that may be put in.
    """

    def __init__(self, line: Tree, worth: Worth, pool: Sequence[PoolPiece]) -> None:
        self.line = line
        self.worth = worth
        self.near = around(line, worth)
        self.pool = [(joined([each.value for each in pieces]), pieces) for pieces in _by_form(pool)]
        self.found: dict[int, list[ValueGroup]] = {}
        self.reached: dict[int, list[ValueGroup]] = {}

    def one(self) -> list[TrueLine]:
        """Lines with one change."""
        truth = self.worth.at.truth
        changes = [change for group in self.groups(self.line) for change in _equal(group, truth)]
        changes += self.numbers()
        return [TrueLine(with_change(self.line, one), (one,), one.price) for one in changes]

    def numbers(self) -> Iterator[Change]:
        """Numbers that a part lacks in front."""
        for tree, wanted in needed(self.line, self.worth):
            value = self.worth.of(tree)
            if value is None or value.form != wanted.form:
                continue
            for factor in ratios(value.data, wanted.data, self.worth.at.sizes):
                sign = str(factor) == "-1"
                causes = ("sign", "factor") if sign else ("factor", "chain-rule")
                yield Change(tree, scaled(factor, tree), causes, 0.9)
            yield from self.powers(tree, value, wanted)

    def powers(self, tree: Tree, value: Stack, needed: Stack) -> Iterator[Change]:
        """Powers of numbers of the pool that a part lacks, such as ``1 / norm(x)**3``."""
        factor = ratio(value.data, needed.data)
        for stack, pieces in self.pool if factor else ():
            if stack.kind != "s":
                continue
            for piece in pieces:
                number_of = float(piece.value.data.reshape(()))
                for power in POWERS if number_of > 0 and piece.origin != "size" else ():
                    if abs(number_of**power - factor) <= CLOSE * abs(factor):
                        new = times_power(tree, piece.tree, power)
                        yield Change(tree, new, piece.added("*"), piece.price + 0.5)

    def up(self, tree: Tree) -> list[ValueGroup]:
        """The values that a part may have after one change in it."""
        if id(tree) not in self.reached:
            self.reached[id(tree)] = self.merged(self.groups(tree), self.worth.of(tree))
        return self.reached[id(tree)]

    def groups(self, tree: Tree) -> list[ValueGroup]:
        """The same, as they are found."""
        if id(tree) not in self.found:
            groups = [*self.own(tree), *self.put_in(tree)]
            for k, arg in enumerate(tree.args if tree.kind != "tuple" else ()):
                if arg.kind not in ("text", "tuple"):
                    groups += self.lifted(tree, k, self.up(arg))
            self.found[id(tree)] = groups
        return self.found[id(tree)]

    def lifted(self, tree: Tree, k: int, groups: Iterable[ValueGroup]) -> Iterator[ValueGroup]:
        """What a step makes of the changes of one of its arguments."""
        args = [self.worth.raw(arg) for arg in tree.args]
        if any(arg is None for j, arg in enumerate(args) if j != k):
            return
        for group in groups:
            made = self.worth.made(tree, [*args[:k], group.values, *args[k + 1 :]])
            if isinstance(made, Stack) and made.many == len(group.changes):
                yield ValueGroup(made, group.changes)

    def own(self, tree: Tree) -> Iterator[ValueGroup]:
        """Edits of a part itself."""
        for edit in edits(tree, self.near):
            value = self.worth.of(edit.tree)
            if value is not None and value.many == 1:
                yield ValueGroup(value, [Change(tree, edit.tree, edit.causes, edit.price)])

    def put_in(self, tree: Tree) -> Iterator[ValueGroup]:
        """Pieces of the pool in place of a part, beside it, and as a term."""
        if tree.kind in ("text", "tuple") or self.near.is_size(tree):
            return
        value = self.worth.of(tree)
        exponent = self.near.is_exponent(tree)
        size = len(words(tree))
        word = 0.0 if tree.calls("ones") else _WORD  # what stands for ones is put in
        for stack, pieces in self.pool:
            if tree.kind == "number" and stack.kind != "s":
                continue
            prices = (each.price + word * (each.size + size) for each in pieces)
            yield ValueGroup(
                stack,
                [
                    Change(tree, each.tree, each.exchanged(tree), price, True)
                    for each, price in zip(pieces, prices, strict=True)
                ],
            )
            if value is None or exponent or tree.kind == "number":
                continue
            yield from self.beside(tree, value, stack, pieces)

    def beside(
        self, tree: Tree, value: Stack, stack: Stack, pieces: Sequence[PoolPiece]
    ) -> Iterator[ValueGroup]:
        """Pieces as a factor or as a term beside a part."""
        ways: list[tuple[str, bool]] = [("*", False), ("@", True), ("@", False), ("/", False)]
        if self.near.kind(tree) == stack.kind:
            ways += [("+", False), ("-", False)]
        for sign, first in ways:
            ones = sign == "*" and value.kind != "s" and pieces[0].origin == "ones"
            if ones or (sign == "/" and stack.kind != "s") or (sign == "@" and tree.calls("eye")):
                continue
            pair = (stack, value) if first else (value, stack)
            made = operated(sign, *pair)
            in_front = first or (sign == "*" and stack.kind == "s")
            in_front |= sign == "*" and tree.operator("-") and tree.args[0].is_literal  # p (1 - p)
            put = partial(_put_before if in_front else op, sign, tree)
            yield from _with_each(tree, pieces, made, put, sign)
        if stack.kind == "c":
            yield from self.columns(tree, value, stack, pieces)

    def columns(
        self, tree: Tree, value: Stack, stack: Stack, pieces: Sequence[PoolPiece]
    ) -> Iterator[ValueGroup]:
        """Columns entry by entry within a product, ``A @ (p * (B @ v))``, or as diagonals."""
        factors = row_of(tree)
        for k in range(1, len(factors) - 1):
            first, behind = chained(factors[:k]), chained(factors[k:])
            before, after = self.worth.of(first), self.worth.of(behind)
            if before and after and after.kind == "c":
                scaled_values = operated("*", after, stack)
                made = scaled_values and operated("@", before, scaled_values)
                put = partial(_put_within, first, behind)
                yield from _with_each(tree, pieces, made, put, "*")
        for side, diagonal in enumerate((stack.data, stack.data.swapaxes(1, 2))):
            if value.kind == "m" and stack.shape[0] == value.shape[side]:
                made, put = Stack("m", value.data * diagonal), partial(_with_diagonal, tree, side)
                yield from _with_each(tree, pieces, made, put, "@", 0.4)

    def merged(self, groups: Iterable[ValueGroup], original: Stack | None) -> list[ValueGroup]:
        """Groups of one kind and shape together; of one value only the cheapest changes."""
        found: list[ValueGroup] = []
        for values, changes in gathered(groups):
            kept = self.cheapest(values, changes, original)
            if kept:
                found.append(ValueGroup(values.taken(kept), [changes[k] for k in kept]))
        return found

    def cheapest(
        self, values: Stack, changes: Sequence[Change], original: Stack | None
    ) -> list[int]:
        """The places of the changes that are kept."""
        marks = prints(values.data)
        same = np.nan
        if original is not None and original.form == values.form:
            same = float(prints(original.data)[0])
        prices = np.fromiter((change.price for change in changes), float, len(changes))
        good = np.isfinite(marks) & ~(np.abs(marks - same) <= _SAME * (1 + np.abs(marks)))
        order = np.argsort(prices, kind="stable")
        order = order[good[order]]
        parts, exponents = np.frexp(marks[order])
        keys = np.round(parts * _DIGITS).astype(np.int64) * 4096 + exponents
        counts: dict[int, int] = {}
        kept: list[int] = []
        for k, one in zip(order.tolist(), keys.tolist(), strict=True):
            counts[one] = counts.get(one, 0) + 1
            if counts[one] <= _KEPT:
                kept.append(k)
                if len(kept) >= _GROUP:
                    break
        return kept

    def two(self) -> list[TrueLine]:
        """Lines with two changes: one in a part and one of the whole part, or on two sides."""
        found: list[TrueLine] = []
        for tree, wanted in needed(self.line, self.worth):
            found += islice(self.last_steps(tree, wanted), _MOST)
            found += self.pairs(tree, wanted)
            if len(found) > 4 * _MOST:
                break
        return found

    def last_steps(self, tree: Tree, needed: Stack) -> Iterator[TrueLine]:
        """One change in a part, and then a number, a transpose, a factor or a term beside it."""
        for group in self.up(tree):
            if group.values.form == needed.form:
                yield from self.beside_all(tree, group, needed)
            if group.values.kind != "s":
                for change in _equal(ValueGroup(transposed(group.values), group.changes), needed):
                    yield self.further(tree, change, turned, ("transpose", "layout"), 1.0)

    def further(
        self,
        tree: Tree,
        change: Change,
        wrap: Callable[[Tree], Tree],
        causes: tuple[str, ...],
        price: float,
    ) -> TrueLine:
        """A change in a part and then another of the whole part."""
        new = wrap(with_change(tree, change))
        last = Change(tree, new, causes, price)
        line = with_change(self.line, last)
        return TrueLine(line, (change, last), change.price + price)

    def beside_all(self, tree: Tree, group: ValueGroup, needed: Stack) -> Iterator[TrueLine]:
        """Changes that lack one piece of the pool, as a term or as a factor entry by entry."""
        for stack, pieces in self.pool:
            if stack.form != needed.form:
                continue
            values = group.values.taken(slice(_PAIRS))
            for sign in "+-*":
                if sign == "*" and pieces[0].origin == "ones":
                    continue
                for i, j in candidates(sign, values, stack, needed)[:20]:
                    piece, change = pieces[j], group.changes[i]
                    made = operated(sign, values.taken([i]), stack.taken([j]))
                    if made is not None and close(made.data, needed.data):
                        add = partial(_put_before, sign, piece.tree)
                        price = piece.price + 0.5
                        yield self.further(tree, change, add, piece.added(sign), price)

    def pairs(self, tree: Tree, needed: Stack) -> Iterator[TrueLine]:
        """Changes on both sides of an operation that make together what is needed there."""
        if not (tree.kind == "operator" and tree.value in "+-*/@" and len(tree.args) == 2):
            return
        count = 0
        for a in self.up(tree.args[0]):
            for b in self.up(tree.args[1]):
                for one, two in self.matching(tree.value, a, b, needed):
                    line = with_change(with_change(self.line, one), two)
                    yield TrueLine(line, (one, two), one.price + two.price + 0.5)
                    count += 1
                    if count > _MOST:
                        return

    def matching(
        self, sign: str, a: ValueGroup, b: ValueGroup, needed: Stack
    ) -> Iterator[tuple[Change, Change]]:
        """The pairs of two groups that make what is needed."""
        one, two = (group.values.taken(slice(_PAIRS)) for group in (a, b))
        first = operated(sign, one.taken([0]), two.taken([0]))
        if first is None or first.form != needed.form:
            return
        for i, j in candidates(sign, one, two, needed):
            made = operated(sign, one.taken([i]), two.taken([j]))
            if made is not None and close(made.data, needed.data):
                yield a.changes[i], b.changes[j]


def _with_each(
    tree: Tree,
    pieces: Sequence[PoolPiece],
    made: Stack | None,
    put: Callable[[Tree], Tree],
    sign: str,
    price: float = 0.3,
) -> Iterator[ValueGroup]:
    """A part with each of some pieces put beside it, where the values fit."""
    if made is not None:
        changes = [
            Change(tree, put(each.tree), each.added(sign), each.price + price) for each in pieces
        ]
        yield ValueGroup(made, changes)


def _put_before(sign: str, tree: Tree, piece: Tree) -> Tree:
    return op(sign, piece, tree)


def _put_within(first: Tree, behind: Tree, piece: Tree) -> Tree:
    return op("@", first, op("*", behind, piece))


def _with_diagonal(tree: Tree, side: int, piece: Tree) -> Tree:
    factors = [tree, called("diag", piece)]
    return op("@", *(factors if side else factors[::-1]))


def _equal(group: ValueGroup, truth: Stack) -> Iterator[Change]:
    """The changes whose value is the truth."""
    values = group.values
    if values.form != truth.form:
        return
    size = float(np.max(np.abs(truth.data))) or 1.0
    off = np.abs(values.data - truth.data).reshape(values.many, -1).max(axis=1)
    for k in np.flatnonzero(off <= CLOSE * size):
        yield group.changes[k]


def _by_form(pool: Iterable[PoolPiece]) -> Iterable[list[PoolPiece]]:
    found: dict[tuple[Any, ...], list[PoolPiece]] = {}
    for each in pool:
        found.setdefault((each.value.form, each.origin == "ones"), []).append(each)
    return found.values()

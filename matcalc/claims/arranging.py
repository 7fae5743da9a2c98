"""Arranging: every way to multiply some pieces, each once, transposed or not, so that it fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matcalc.claims.sizes_text import Given, Matrix
from matcalc.claims.tree import Tree, op, turned

_KEPT = (0, 60, 60, 60, 60, 24, 12, 8, 6)  # of each shape, by how many pieces there are
_NUMBER = (1, 1)
_TRANSPOSED, _SWAPPED, _ENTRYWISE, _OPENED = 1.0, 0.5, 0.75, 0.125


class Arrangement(NamedTuple):
    """Pieces put together in a way that fits.

    Attributes:
        shape: Rows and columns of the result.
        cost: How far it is from what was given.
        tree: How they are put together.
    """

    shape: Matrix
    cost: float
    tree: Tree


def arrangements(pieces: Sequence[Given]) -> dict[Matrix, list[Arrangement]]:
    """What the pieces can be put together to, each used once, the nearest first, by shape.

    A dynamic programme over the sets of pieces: a set is a piece, or the product of two sets that
    share none. ``A @ B @ C`` is found once, from the left.
    """
    count = len(pieces)
    table: list[dict[Matrix, list[Arrangement]]] = [{} for _ in range(1 << count)]
    for k, one in enumerate(pieces):
        table[1 << k] = _of_piece(one)
    for whole in range(1, 1 << count):
        if whole & (whole - 1):
            table[whole] = _of_set(whole, table, _KEPT[count])
    return table[-1]


def _of_piece(one: Given) -> dict[Matrix, list[Arrangement]]:
    """A piece as it stands and transposed; of a square one sizes see no difference."""
    rows, columns = one.shape
    found = {one.shape: [Arrangement(one.shape, 0.0, one.tree)]}
    if rows != columns:
        other = (columns, rows)
        found[other] = [Arrangement(other, _TRANSPOSED, turned(one.tree))]
    return found


def _of_set(
    whole: int, table: Sequence[dict[Matrix, list[Arrangement]]], kept: int
) -> dict[Matrix, list[Arrangement]]:
    """What a set of pieces can be put together to."""
    found: dict[Matrix, list[Arrangement]] = {}
    part = (whole - 1) & whole
    while part:
        rest = whole ^ part
        swaps = _SWAPPED * _inversions(part, rest)
        for shape, lefts in table[part].items():
            for other, rights in table[rest].items():
                if shape[1] == other[0]:
                    to = (shape[0], other[1])
                    found.setdefault(to, []).extend(_put(to, "@", lefts, rights, swaps, kept))
                if not part & whole & -whole:
                    continue  # entry by entry there is no order
                if shape == other and shape != _NUMBER:
                    ways = _put(shape, "*", lefts, rights, _ENTRYWISE, kept)
                    found.setdefault(shape, []).extend(ways)
                elif _NUMBER in (shape, other) and shape[1] != other[0]:
                    to = other if shape == _NUMBER else shape
                    ways = _put(to, "*", lefts, rights, _SWAPPED, kept)
                    found.setdefault(to, []).extend(ways)
        part = (part - 1) & whole
    return {shape: sorted(ways, key=far)[:kept] for shape, ways in found.items()}


def far(one: Arrangement) -> tuple[float, str]:
    """By which arrangements are ordered: how far from what was given, then by their text."""
    return one.cost, str(one.tree)


def _put(
    shape: Matrix,
    sign: str,
    lefts: Sequence[Arrangement],
    rights: Sequence[Arrangement],
    price: float,
    kept: int,
) -> Iterator[Arrangement]:
    """Products of two; what stands on the right is none itself, so that each is found once."""
    for i, left in enumerate(lefts):
        for right in rights[: kept // (i + 1) + 1]:
            if not right.tree.operator(sign):
                mixed = left.tree.kind == "operator" and not left.tree.operator(sign)
                opened = _OPENED * (mixed + (right.tree.kind == "operator"))
                tree = op(sign, left.tree, right.tree)
                yield Arrangement(shape, left.cost + right.cost + price + opened, tree)


def _inversions(left: int, right: int) -> int:
    """How many pairs of pieces stand the other way round than they were given."""
    count = 0
    while left:
        last = left & -left
        count += bin(right & (last - 1)).count("1")
        left ^= last
    return count

"""Arranging: every way to multiply some pieces, each once, transposed or not, so that it fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from matcalc.claims.sizes_text import Matrix
from matcalc.claims.tree import Tree, op, turned
from matcalc.errors import TooLargeError

_KEPT = (0, 60, 60, 60, 60, 24, 12, 8, 6)  # of each shape, by how many pieces there are
_NUMBER = (1, 1)
_TRANSPOSED, _SWAPPED, _ENTRYWISE, _OPENED = 1.0, 0.5, 0.75, 0.125


class Shaped(Protocol):
    """A piece: its rows and columns, and how it is written."""

    @property
    def shape(self) -> Matrix:
        """Rows and columns."""
        ...

    @property
    def tree(self) -> Tree:
        """It as it is written."""
        ...


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


ByShape = dict[Matrix, list[Arrangement]]


def arrangements(pieces: Sequence[Shaped]) -> ByShape:
    """What the pieces can be put together to, each used once, the nearest first, by shape.

    ``A @ B @ C`` is found once, from the left.
    """
    return arrangements_of_sets(pieces)[-1]


def arrangements_of_sets(pieces: Sequence[Shaped], *, values: bool = False) -> list[ByShape]:
    """The same for every set of the pieces, by its bits.

    Args:
        pieces: The pieces.
        values: Whether values will decide: then a square one is also looked at transposed.

    Raises:
        TooLargeError: There are too many pieces.
    """
    if len(pieces) >= len(_KEPT):
        raise TooLargeError(f"{len(pieces)} pieces: at most {len(_KEPT) - 1} are put in order")
    most = _KEPT[len(pieces)]
    return each_once(
        [_of_piece(one, values=values) for one in pieces],
        partial(_joined, most),
        partial(_nearest, most),
    )


def _of_piece(one: Shaped, *, values: bool) -> ByShape:
    """A piece as it stands and transposed; of a square one sizes see no difference."""
    rows, columns = one.shape
    found = {one.shape: [Arrangement(one.shape, 0.0, one.tree)]}
    if rows != columns or values:
        other = (columns, rows)
        found.setdefault(other, []).append(Arrangement(other, _TRANSPOSED, turned(one.tree)))
    return found


def _nearest(most: int, _: int, ways: Iterable[Arrangement]) -> ByShape:
    """The nearest of each shape."""
    found: ByShape = {}
    for way in ways:
        found.setdefault(way.shape, []).append(way)
    return {shape: sorted(alike, key=far)[:most] for shape, alike in found.items()}


def _joined(
    kept: int, part: int, rest: int, left: ByShape, right: ByShape
) -> Iterator[Arrangement]:
    """What two sets of pieces can be multiplied to."""
    swaps = _SWAPPED * _inversions(part, rest)
    first = (part | rest) & -(part | rest)
    for shape, lefts in left.items():
        for other, rights in right.items():
            if shape[1] == other[0]:
                yield from _put((shape[0], other[1]), "@", lefts, rights, swaps, kept)
            if not part & first:
                continue  # entry by entry there is no order
            if shape == other and shape != _NUMBER:
                yield from _put(shape, "*", lefts, rights, _ENTRYWISE, kept)
            elif _NUMBER in (shape, other) and shape[1] != other[0]:
                to = other if shape == _NUMBER else shape
                yield from _put(to, "*", lefts, rights, _SWAPPED, kept)


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


Way = TypeVar("Way")
Ways = TypeVar("Ways")


def each_once(
    pieces: Sequence[Ways],
    joined: Callable[[int, int, Ways, Ways], Iterable[Way]],
    kept: Callable[[int, Iterable[Way]], Ways],
) -> list[Ways]:
    """The ways to put sets of pieces together, by set: bit k stands for piece k.

    Args:
        pieces: The ways of each piece alone.
        joined: The products of two sets, of each set the bits and the ways.
        kept: Of what is found for as many pieces, what is kept.

    >>> def joined(a, b, left, right):
    ...     return [x + y for x in left for y in right]
    >>> each_once([["x"], ["y"]], joined, lambda count, ways: sorted(ways))[-1]
    ['xy', 'yx']
    """
    found = [kept(0, ())] * (1 << len(pieces))
    for whole in range(1, len(found)):
        if whole & (whole - 1):
            ways = (
                way
                for left, right in halves(whole)
                for way in joined(left, right, found[left], found[right])
            )
            found[whole] = kept(whole.bit_count(), ways)
        else:
            found[whole] = pieces[whole.bit_length() - 1]
    return found


def halves(whole: int) -> Iterator[tuple[int, int]]:
    """Every two sets that make up a set and share nothing, either first.

    >>> list(halves(0b11))
    [(2, 1), (1, 2)]
    """
    part = (whole - 1) & whole
    while part:
        yield part, whole ^ part
        part = (part - 1) & whole

"""Each piece once: what every set of pieces can be put together to, from what its parts can be.

A set is one piece, or the product of two sets that share none, so that every order is looked at
and none twice. What a way to put pieces together is, two modules say: by sizes
(:mod:`~matcalc.claims.arranging`) and by values (:mod:`~matcalc.claims.pieces`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

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

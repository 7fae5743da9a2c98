"""Lengths: how long a side of a rectangle is drawn, so that 1 and 1000 both can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log2

from matcalc.dimensions import Dimension
from matcalc.pictures.drawing import text_width

LEAST = 20.0  # pixels of a size of 1
_DOUBLING = 24.0  # pixels that a side grows by when its size doubles
_LARGEST = 20.0  # doublings; larger sizes are drawn alike
_NAMED = 1.4  # doublings that the first name stands for


def side_lengths(sides: Iterable[Sequence[Dimension]], room: float) -> dict[Dimension, float]:
    """The length of each dimension: the logarithm of a number, one of its own for each name.

    Args:
        sides: Dimensions whose sides are drawn one behind the other, along one direction each.
        room: How long each of these may be in all.

    >>> side_lengths([[1, 2, 4]], 600)
    {1: 20.0, 2: 44.0, 4: 68.0}
    >>> side_lengths([["n", "m"]], 600)
    {'n': 60.8, 'm': 53.6}
    """
    directions = [list(direction) for direction in sides]
    used = list(dict.fromkeys(one for direction in directions for one in direction))
    doublings = _doublings(used)
    unit = _DOUBLING
    for direction in directions:
        total = sum(doublings[one] for one in direction)
        free = max(room - LEAST * len(direction), 0)
        unit = min(unit, free / total) if total else unit
    return {one: round(LEAST + unit * doublings[one], 1) for one in used}


def _doublings(used: Sequence[Dimension]) -> dict[Dimension, float]:
    names = sorted(one for one in used if isinstance(one, str))
    found: dict[Dimension, float] = {}
    for one in used:
        if isinstance(one, int):
            found[one] = min(log2(one), _LARGEST)
        else:
            rank = names.index(one)
            needed = (min(text_width(one, "small"), 120) - LEAST) / _DOUBLING
            found[one] = max(_NAMED + 0.3 * rank, needed + 0.1 * rank)
    return found

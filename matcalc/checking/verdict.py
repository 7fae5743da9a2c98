"""Verdicts: what a claim is, held against the truth by value.

"Not found equal" is never "wrong". A claim is right if its numbers are those of the truth at every
point, wrong if they differ at one by more than rounding can explain, and where the numbers
have no digits left to decide with, the verdict says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from matcalc.arrays import Array

Verdict = Literal[
    "right", "wrong_layout", "not_conformable", "wrong_shape", "wrong_value", "cannot_tell"
]

#: What each verdict says of a claim.
VERDICTS: dict[Verdict, str] = {
    "right": "it is the derivative, in the layout that is asked for",
    "wrong_layout": "it is the derivative, in the other layout",
    "not_conformable": "a product or a sum in it does not fit",
    "wrong_shape": "it has another shape than the derivative",
    "wrong_value": "it has the shape of the derivative, and other numbers",
    "cannot_tell": "the numbers do not decide",
}

_AT_BEST: tuple[Verdict, ...] = (
    "right",
    "cannot_tell",
    "wrong_layout",
    "wrong_value",
    "not_conformable",
    "wrong_shape",
)


def at_best(found: Iterable[Verdict]) -> Verdict:
    """What something is at best that may be read in several ways, each with its verdict.

    >>> at_best(["wrong_shape", "wrong_value"])
    'wrong_value'
    """
    among = set(found)
    return next(one for one in _AT_BEST if one in among)


CLOSE = 1e-9  # the error of what agrees, relative to the largest entry
_BEYOND = 1e4  # how far beyond what rounding moves numbers a difference is one


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and why; true if it is "right".

    Attributes:
        verdict: One of :data:`VERDICTS`.
        reason: Why, in words; nothing where the claim is right.
        error: The largest error relative to the largest entry, where numbers were compared.
    """

    verdict: Verdict
    reason: str = ""
    error: float | None = None

    def __bool__(self) -> bool:
        return self.verdict == "right"


class Pair(NamedTuple):
    """The truth and a claim at one point.

    Attributes:
        right: The numbers of the truth.
        given: As many numbers of the claim.
        lost: How far rounding moves them, relative to the largest entry; asked for where they
            differ.
    """

    right: Array
    given: Array
    lost: Callable[[], float]


def relative_error(right: Array, given: Array) -> float:
    """The largest error of as many numbers, relative to the largest of the right ones.

    >>> relative_error(np.array([2.0, -4.0]), np.array([2.0, -3.0]))
    0.25
    """
    size = float(np.max(np.abs(right)))
    return float(np.max(np.abs(given.reshape(right.shape) - right))) / (size or 1.0)


def by_value(pairs: Iterable[Pair]) -> Judgement:
    """The verdict on a claim that has the shape of the truth.

    >>> one = np.array([1.0, 2.0])
    >>> by_value([Pair(one, one, lambda: 0.0)]).verdict
    'right'
    >>> by_value([Pair(one, -one, lambda: 1e-16)]).verdict
    'wrong_value'
    >>> by_value([Pair(one, one + 1e-5, lambda: 1e-6)]).verdict
    'cannot_tell'
    """
    agreeing = unsure = 0
    worst = 0.0
    for pair in pairs:
        error = relative_error(pair.right, pair.given)
        worst = max(worst, error)
        if error <= CLOSE:
            agreeing += 1
        elif error > _BEYOND * pair.lost():
            return Judgement("wrong_value", "the values differ", error)
        else:
            unsure += 1
    if not agreeing:
        return Judgement("cannot_tell", "rounding leaves too few digits to compare", worst)
    if unsure > agreeing:
        reason = f"rounding leaves too few digits at {unsure} of {agreeing + unsure} points"
        return Judgement("cannot_tell", reason, worst)
    return Judgement("right", error=worst)

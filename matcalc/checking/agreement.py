"""Numbers against numbers with an error of their own: they agree, differ, or cannot be told.

Every entry is held against its own error, never against the largest entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, isfinite, log10
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcalc.arrays import Array
from matcalc.checking.differences import COMPLEX, Mask, Slopes
from matcalc.checking.verdict import Verdict
from matcalc.notation.parts import AnswerPart, mood_of
from matcalc.notation.shown import Shown, told

_EPS = float(np.finfo(np.float64).eps)
_SURE = 1e-4  # relative error of a number that something is held against
_BEYOND = 3.0  # estimates of its error: what is further off differs
_WRITTEN = 16 * _EPS  # rounding of what is given, relative to the terms that it is made of
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that differs: where it is, what was given, what it should be.

    Attributes:
        index: Where it is.
        given: What was given.
        expected: What it should be.
        error: How far off ``expected`` may be.
    """

    index: tuple[int, ...]
    given: float
    expected: float
    error: float = 0.0

    def __str__(self) -> str:
        """Both numbers, that which was found with its certain digits alone."""
        digits = certain_digits(self.expected, self.error)
        given = f"{self.given:.6g}"
        expected = f"{self.expected:.{min(digits, 6)}g}" if digits else "0"
        if given == expected:
            given, expected = f"{self.given:.12g}", f"{self.expected:.{min(digits, 12)}g}"
        off = "" if digits else f" to within {self.error:.0e}"
        return f"  at {list(self.index)}: {given}, should be {expected}{off}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One entry of which the numbers say nothing: where it is, what was given, and why.

    Attributes:
        index: Where it is.
        given: What was given.
        why: Why it cannot be told.
    """

    index: tuple[int, ...]
    given: float
    why: str

    def __str__(self) -> str:
        """The entry in a line."""
        return f"  at {list(self.index)}: {self.given:.6g}; {self.why}"


@dataclass(frozen=True, slots=True, repr=False)
class Check(Shown):
    """What a check found. True if everything agrees, which a check that cannot tell is not.

    Attributes:
        verdict: One of :data:`~matcalc.checking.verdict.VERDICTS`; ``cannot_tell`` where no entry
            is wrong and at some the numbers that it is held against are lost in rounding, or there
            is a kink.
        error: The largest error of an entry, relative to it.
        entries: How many entries were compared.
        worst: The entries that are furthest off, at most five, the worst first.
        method: How the expected numbers were found: ``central differences`` or ``complex step``.
        note: What would have agreed, if something would.
        untold: How many entries cannot be told.
        doubts: These, at most five.

    >>> import matcalc as mc
    >>> check = mc.check_jacobian(lambda x: x**2, [[2.0, 0.0], [0.0, 4.0]], at=[1.0, 2.0])
    >>> check.verdict, bool(check)
    ('right', True)
    """

    verdict: Verdict
    error: float
    entries: int
    worst: tuple[Entry, ...]
    method: str
    note: str = ""
    untold: int = 0
    doubts: tuple[Doubt, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether every entry agrees."""
        return self.verdict == "right"

    @property
    def differs(self) -> bool:
        """Whether some entry is wrong."""
        return self.verdict not in ("right", "cannot_tell")

    def __bool__(self) -> bool:
        return self.agrees

    def _line(self) -> str:
        return self._title()

    def __str__(self) -> str:
        """What was found, the worst entries a line each."""
        return "\n".join([self._title(), *map(str, (*self.worst, *self.doubts)), *self._notes()])

    def _title(self) -> str:
        found = f"largest error {self.error:.1e} of {self.entries} entries"
        if self.agrees:
            return f"agrees: {found} ({self.method})"
        if self.differs:
            return f"does not agree: {found if self.worst else 'it is written in another layout'}"
        others = "" if self.untold == self.entries else "; the others agree"
        return f"cannot tell at {self.untold} of {self.entries} entries ({self.method}){others}"

    def _notes(self) -> Iterator[str]:
        if self.differs and self.untold:
            yield f"{self.untold} of {self.entries} entries cannot be told"
        if self.note:
            yield self.note


@told.register
def _check(found: Check) -> Iterator[AnswerPart]:
    """What was found, and the worst entries."""
    title, *lines = str(found).splitlines()
    yield AnswerPart(
        title[0].upper() + title[1:], tuple(line.strip() for line in lines), mood_of(found.verdict)
    )


def certain_digits(value: float, error: float) -> int:
    """How many digits of a number are certain, at most 15.

    >>> certain_digits(99.9976, 0.01), certain_digits(1.0, 2.0), certain_digits(0.5, 0.0)
    (3, 0, 15)
    """
    size = abs(value)
    if size <= 2 * error or not isfinite(error):
        return 0
    if error == 0:
        return 15
    return max(1, min(15, ceil(log10(size) - log10(2 * error)) - 1))


class Magnitudes(NamedTuple):
    """What an entry is small or large beside.

    Attributes:
        terms: The terms that it is made of, whose rounding it has; 0 where none is known.
        alike: What it could be, where it and all its terms are 0.
    """

    terms: Array
    alike: Array

    @property
    def any(self) -> Array:
        """The terms, or what they could be."""
        return np.where(self.terms > 0, self.terms, self.alike)


class Compared(NamedTuple):
    """For each entry whether it agrees, whether it differs, and how far off it is."""

    agree: Mask
    differ: Mask
    off: Array


def compared(
    given: Array, found: Slopes, sizes: Magnitudes, rtol: float, fuzz: float = 0.0
) -> Compared:
    """Hold entries against a derivative by numbers.

    Where differences give 0, only 0 agrees; but the complex step, which subtracts nothing, may
    confirm an entry that differences do not see.

    Args:
        given: The entries.
        found: What they should be, of the same shape.
        sizes: What an entry is small or large beside.
        rtol: The tolerance, relative to each entry.
        fuzz: What is as good as 0 in what is given, relative to its terms.
    """
    size, off, terms = np.abs(found.value), np.abs(given - found.value), sizes.terms
    with np.errstate(invalid="ignore"):
        near = (off <= rtol * size + found.error) & (found.error <= max(_SURE, rtol) * size)
        if found.method == COMPLEX:
            alike = (off <= rtol * size) | ((given == 0) & (size <= 4 * _WRITTEN * terms))
        else:
            alike = (size <= found.error) & (np.abs(given) <= fuzz * terms)
        unseen = alike & (found.error <= rtol * sizes.any)
        rounding = max(fuzz, _WRITTEN) * np.max(terms, initial=0.0)
        differ = ~(off <= rtol * size + _BEYOND * found.error + rounding)
    return Compared(near | unseen, differ & np.isfinite(found.error), off)


def checked(given: Array, found: Slopes, sizes: Magnitudes, rtol: float) -> Check:
    """A check of entries against a derivative by numbers; the arguments are as above."""
    agree, differ, off = compared(given, found, sizes, rtol)
    order = np.argsort(np.where(differ, off, 0.0), axis=None)[::-1][:_SHOWN]
    worst = [place for place in _places(order, off.shape) if differ[place]]
    untold = ~(agree | differ)
    size = np.abs(found.value)
    error = relative(off, np.where(size > 2 * found.error, size, np.maximum(size, sizes.any)))
    doubtful = list(_places(np.flatnonzero(untold)[:_SHOWN], untold.shape))
    return Check(
        "wrong_value" if worst else "cannot_tell" if doubtful else "right",
        float(np.max(error, initial=0.0, where=~untold)),
        off.size,
        tuple(
            Entry(one, float(given[one]), float(found.value[one]), float(found.error[one]))
            for one in worst
        ),
        found.method,
        "",
        int(np.count_nonzero(untold)),
        tuple(Doubt(one, float(given[one]), _why(found, one)) for one in doubtful),
    )


def row_sizes(found: Slopes, value: Array, x: Array) -> Magnitudes:
    """For each entry the largest that is resolved in its row, and the function by its point."""
    below = tuple(range(value.ndim, found.value.ndim))
    size = np.abs(found.value)
    row = np.max(np.where(size > 2 * found.error, size, 0.0), axis=below, initial=0.0)
    far = max(1.0, float(np.max(np.abs(x), initial=0.0)))
    alike = np.where(value == 0, 1.0, np.abs(value) / far)
    shape = value.shape + (1,) * len(below)
    return Magnitudes(*(np.broadcast_to(one.reshape(shape), size.shape) for one in (row, alike)))


def relative(off: Array, size: Array) -> Array:
    """Errors relative to sizes; 0 where there is none."""
    error: Array = np.where(off == 0, 0.0, np.inf)
    np.divide(off, size, out=error, where=size > 0)
    return error


def _places(flat: NDArray[Any], shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for k in flat:
        yield tuple(int(i) for i in np.unravel_index(k, shape))


def _why(found: Slopes, place: tuple[int, ...]) -> str:
    """Why an entry cannot be told."""
    if found.kink[place]:
        return "the function has a kink there: its slopes on the two sides differ"
    value, error = float(found.value[place]), float(found.error[place])
    if not isfinite(error):
        return "the function is too rough there, or rounded too much, for differences"
    digits = certain_digits(value, error)
    if digits:
        return f"differences give {value:.{digits}g}, and no further digit"
    return f"differences give 0 to within {error:.0e}, and no digit"

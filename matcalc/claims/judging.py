"""The verdict on a claim: by value at points, on both sides of every kink, never by form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from matcalc.checking.verdict import Pair, Verdict, by_value
from matcalc.claims.point import ClaimPoint, Worth, points
from matcalc.claims.question import Question
from matcalc.claims.tidying import terms
from matcalc.claims.tree import trees
from matcalc.diagnosis.side_by_side import POINTS, Meeting, is_partial, meetings
from matcalc.dimensions import Shape, times
from matcalc.errors import ArrayError, ShapeError, TooLargeError, UnboundError
from matcalc.expression.assumptions import ARRAYS
from matcalc.expression.conformity import conformity
from matcalc.expression.formula import Formula
from matcalc.graph import Factor, contract

_POINTS = 3


@dataclass(frozen=True)
class Judged:
    """The verdict on a claim, and how it was read.

    Attributes:
        verdict: The verdict.
        reason: Why, in words.
        flat: Whether it fits as NumPy's one-dimensional arrays alone.
        notes: How it was read, and what NumPy would broadcast.
        as_columns: Why it does not fit as columns, of one that fits as arrays alone.
        compared: At how many points.
        error: The largest error relative to the largest entry, where numbers were compared.
        points: A few points to look at further.
    """

    verdict: Verdict
    reason: str = ""
    flat: bool = False
    notes: tuple[str, ...] = ()
    as_columns: str = ""
    compared: int = 0
    error: float | None = None
    points: Sequence[ClaimPoint] = field(default=(), repr=False)


@np.errstate(all="ignore")  # values are looked at that are no numbers
def judged(question: Question, claim: str) -> Judged:
    """The verdict on a claim.

    Raises:
        NotationError: The claim cannot be read, or names something that is not known.
    """
    try:
        read = question.read(claim)
    except ShapeError as error:
        return _with_points(question, Judged("not_conformable", error.message))
    if read.forced:
        said = " and ".join(f"{name} = {size}" for name, size in read.forced.items())
        found = Judged("not_conformable", f"it fits only where {said}")
        return _with_points(question, found)
    on_paper = conformity(claim, read, question.variables)
    notes = [one for one in read.notes if one not in question.assumptions]
    if read.columns:
        notes += on_paper.misfits
    misfit = "" if read.columns else next(iter(on_paper.misfits), "")
    found = Judged(
        "right", flat=not read.columns, notes=tuple(dict.fromkeys(notes)), as_columns=misfit
    )
    try:
        reached = points(question, _POINTS, [read.node])
        found = replace(found, points=reached)
        if read.columns and on_paper.misfits and _repeats(question, claim, found.points[0]):
            reason = on_paper.misfits[0].partition(": write ")[0]  # written so, it would pass
            return replace(found, verdict="not_conformable", reason=reason)
        found = _compared(question, read, on_paper.shape, found)
    except (ArrayError, UnboundError, TooLargeError) as error:
        return replace(found, verdict="cannot_tell", reason=error.message)
    if found.verdict == "right" and on_paper.misfits and read.columns:
        return _beside_numbers(claim, on_paper.misfits, found)
    return found


def misstated(question: Question, stated: Shape | None) -> str:
    """Why the shape that an equation states on its left is not that of the derivative.

    Sizes of other names may be equal; what is seen is a shape that stands the other way round.
    """
    form = question.form
    if not stated or stated in (form.shape, form.matrix_shape) or stated != form.shape[::-1]:
        return ""
    return f"it is stated to be {times(stated)}, and the derivative is {form.title}"


def in_columns(found: Judged) -> Judged:
    """A wrong claim that fits as NumPy's arrays alone, its vectors taken as columns.

    One of another shape does not fit then, ``x @ y`` of two columns is no number, nor one that
    says more of its reading: that a vector divides every row.
    """
    if found.verdict != "wrong_shape" and not set(found.notes) - {ARRAYS}:
        return found
    return replace(found, verdict="not_conformable", reason=found.as_columns)


def _with_points(question: Question, found: Judged) -> Judged:
    try:
        return replace(found, points=points(question, _POINTS))
    except UnboundError:
        return found


def _compared(question: Question, read: Formula, paper: Shape, found: Judged) -> Judged:
    """The verdict on a claim that fits in itself."""
    axis = _kept_axis(question, read)
    if axis is not None:
        alone = contract([Factor(read.node, (0, 1))], (1 - axis,))
        same = _held(question, read._replace(node=alone), found)
        if same.verdict == "right":
            name = question.wrt.name
            said = f"keepdims=True leaves {times(read.node.shape)}, of as many axes as {name} has "
            said += f"where it is declared {name}[{','.join(map(str, read.node.shape))}]"
            return replace(same, notes=(*same.notes, said))
    other = question.in_other_layout()
    shape = read.node.shape
    fits = _has_shape(question, read, paper)
    same = _held(question, read, found) if fits else found
    if fits and same.verdict != "wrong_value":
        lies = read.columns and len(shape) == 1 and paper != question.form.matrix_shape
        return _lying(same, paper) if lies and same.verdict == "right" else same
    if shape and _has_shape(other, read, paper):
        turned = _held(other, read, found)
        if turned.verdict == "right":
            return replace(turned, verdict="wrong_layout", reason=_OTHER)
    if fits:
        return replace(found, verdict="wrong_value", reason=same.reason)
    title = times(paper) if shape else "a number"
    if title == question.form.title:
        title = f"an array with {len(shape)} axes, {title}"
    reason = f"it is {title}, and the derivative is {question.form.title}"
    return replace(found, verdict="wrong_shape", reason=reason)


def _kept_axis(question: Question, read: Formula) -> int | None:
    """The axis of length 1 that ``keepdims=True`` leaves of a gradient with one axis."""
    ones = [k for k, size in enumerate(read.node.shape) if size == 1]
    if "keepdims" not in read.text or len(read.node.shape) != 2 or len(ones) != 1:
        return None
    return ones[0] if question.form.shape == (read.node.shape[1 - ones[0]],) else None


def _has_shape(question: Question, read: Formula, paper: Shape) -> bool:
    """Whether a claim has the shape of the derivative; where gradients are rows, on paper."""
    if question.rows and read.columns and 0 < len(read.node.shape) < 3:
        return paper == question.form.matrix_shape
    return read.node.shape == question.form.shape


_PARTIAL = "it is no number at some points where the derivative is one; at others both are equal"
_NOWHERE = "it is no number at any point that was tried; the derivative is one there"
_OTHER = "it is the derivative in the other layout"


def _lying(found: Judged, paper: Shape) -> Judged:
    """A claim whose numbers are right, and that lies where the layout has it stand.

    Who writes a column may mean an array of one axis, which neither stands nor lies.
    """
    if paper[:1] == (1,):
        reason = "its numbers are right; it is a row where the layout has a column"
        return replace(found, verdict="wrong_layout", reason=reason)
    said = "it is a column where the layout has a row: right as an array of one axis"
    return replace(found, notes=(*found.notes, said))


def _held(question: Question, read: Formula, found: Judged) -> Judged:
    """The verdict by value: at one point, then at many, on both sides of every kink."""
    given = question.meant(read.node)
    for many in (1, POINTS):
        met = meetings(question.truth, given, question.formula, question.declared, many)
        decided = by_value(pairs(question, met))
        if decided.verdict == "wrong_value":
            break
    verdict, reason, error = decided.verdict, decided.reason, decided.error
    if verdict == "wrong_value" and not any(np.all(np.isfinite(one.given)) for one in met):
        reason = _NOWHERE
    found = replace(found, verdict=verdict, reason=reason, error=error, compared=len(met))
    if decided and is_partial(question.truth, given, question.formula, question.declared):
        return replace(found, notes=(*found.notes, _PARTIAL))
    return found


def pairs(question: Question, met: Sequence[Meeting]) -> Iterator[Pair]:
    """The truth in the layout of a question, and a claim, where they were evaluated."""
    for one in met:
        yield Pair(question.right(one.right, one.sizes), one.given, one.rounding)


def _repeats(question: Question, claim: str, at: ClaimPoint) -> bool:
    """Whether a vector is repeated to a matrix in a claim, and in nothing that it is about.

    A bias of the expression stands in its derivative too.
    """
    worth = Worth(at)
    *before, line = trees(claim)
    own = not before and worth.of(line.tree) is None
    return own and all(worth.of(each.tree) is not None for each in question.lines)


def _beside_numbers(claim: str, misfits: tuple[str, ...], found: Judged) -> Judged:
    """A sum of numbers and vectors: as a term of a derivative it does not fit on paper."""
    line = trees(claim)[-1].tree
    worth = Worth(found.points[0])
    values = [worth.of(term) for term in terms(line)]
    plain = [value for value in values if value is not None]
    if len({value.kind for value in plain}) > 1 and not any(term.is_spread for term in terms(line)):
        strict = [at._replace(strict=True) for at in found.points]
        return replace(found, verdict="not_conformable", reason=misfits[0], points=strict)
    return found

"""A formula beside a derivative: how it fits on paper, and by value at the same points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import prod
from typing import Any

import numpy as np

from matcalc.arrays import Array, arranged
from matcalc.checking.random_points import refuse_large, small_sizes
from matcalc.checking.verdict import CLOSE, Judgement, Pair, by_value, relative_error
from matcalc.diagnosis.side_by_side import NOT_FINITE, POINTS, Meeting, meetings
from matcalc.dimensions import Shape, times
from matcalc.errors import (
    ArrayError,
    MatcalcError,
    ShapeError,
    Suggestion,
    UnboundError,
)
from matcalc.expression import Declared, Formula, KnownNames, read_formula
from matcalc.expression.beside import Beside, beside
from matcalc.expression.conformity import Conformity, conformity
from matcalc.expression.lines import UndeclaredError
from matcalc.jacobians.jacobian import Jacobian
from matcalc.layout import CONVENTIONS, ArrayForm, written
from matcalc.variables import Variable

_LARGEST = 1_000_000  # entries of an array


def _read(
    given: Beside, variables: Mapping[str, Variable], shape: Shape, names: KnownNames
) -> tuple[Formula, Conformity]:
    """A formula, and how it fits on paper.

    Args:
        given: The formula.
        variables: The variables of the expression.
        shape: The sizes that it should have, in any order; what does not lead there is no advice.
        names: Sizes and functions of the expression.

    Raises:
        NotationError: It cannot be read.
        ShapeError: Its shapes do not fit, or fit for some sizes only.
    """
    try:
        found = read_formula(given.text, variables, names=names)
        for one, two in found.forced.items():
            raise ShapeError(
                f"{given.formula[:60]} needs {one} = {two}, which the derivative does not"
            )
        return found, conformity(given.text, found, variables)
    except MatcalcError as error:
        kept = [one for one in error.suggestions if _leads_to(shape, one, variables)]
        raise _explained(given.placed(error.changed(suggestions=kept))) from None


def _leads_to(shape: Shape, one: Suggestion, variables: Mapping[str, Variable]) -> bool:
    """Whether a formula that a suggestion mends has these sizes, in whatever order."""
    if one.mended is None:
        return True
    try:
        found = read_formula(one.mended, variables).node.shape
    except MatcalcError:  # another mistake
        return True
    return _sizes(found) == _sizes(shape)


def _sizes(shape: Shape) -> list[str]:
    """The sizes of a shape that are not 1, in order."""
    return sorted(str(size) for size in shape if size != 1)


def _explained(error: MatcalcError) -> MatcalcError:
    """An error of a formula; a name that nobody gave may be one that the expression lacks."""
    place = error.places[0] if error.places else None
    name = place.text[place.start : place.stop] if place else ""
    if not name or not isinstance(error, UndeclaredError):
        return error
    part = f"{error.stated}; if it is a part of the expression, name it there: '{name} = …; …'"
    return error.changed(message=part)


class Trial:
    """A formula and a derivative, evaluated at the same points.

    Attributes:
        formula: The formula, read; it knows the names that the expression gives to its parts.
        shape: The shape of the formula, rows and columns where it has such.
        misfits: What of it does not fit on paper, where vectors are columns and a sum is of terms
            of one shape; nothing where all does.
        meetings: Both at the points.
    """

    def __init__(
        self,
        J: Jacobian[Any],
        expression: str,
        formula: str,
        declared: Mapping[str, Declared],
        points: int = POINTS,
    ) -> None:
        read = J.formula
        if read is None:
            raise UnboundError("this is no derivative of a formula")
        self.J = J
        self.formula, on_paper = _read(
            beside(expression, formula), read.variables, (*J.of.shape, *J.wrt.shape), read.names
        )
        self.shape, self.misfits = on_paper
        nodes = J.node, self.formula.node
        sizes = small_sizes([read.node, *nodes], read.variables.values(), declared)
        shapes = [J.shape, *(one.shape for one in read.variables.values())]
        refuse_large(shapes, sizes, _LARGEST)
        self.meetings = meetings(*nodes, read, declared, points)
        if not np.all(np.isfinite(self.meetings[0].given)):
            raise ArrayError(NOT_FINITE)

    def judged(self, form: ArrayForm) -> Judgement:
        """What the formula is as a derivative in some layout or convention.

        Vectors are columns in all of them but that of NumPy's arrays.
        """
        misfit = self._misfit(form)
        return by_value(self._pairs(form)) if misfit is None else misfit

    def is_close(self, form: ArrayForm) -> bool:
        """Whether the formula would be right, as far as the points go."""
        return self._misfit(form) is None and all(
            relative_error(one.right, one.given) <= CLOSE for one in self._pairs(form)
        )

    def _misfit(self, form: ArrayForm) -> Judgement | None:
        """Why the formula cannot be compared by value."""
        if form.convention.name != "jax" and not self.formula.columns:
            return Judgement("not_conformable", "it does not fit as columns")
        if not self._has_shape(form):
            shown = times(self.shape) if self.shape else "that of a number"
            return Judgement("wrong_shape", f"the shape is {shown}")
        return None

    def _pairs(self, form: ArrayForm) -> Iterator[Pair]:
        for one in self.meetings:
            yield Pair(self._right(one, form.convention.name), one.given, one.rounding)

    def _has_shape(self, form: ArrayForm) -> bool:
        """Whether the formula has the shape that a convention asks for; a number has 1×1 too."""
        if form.matrix_shape is None or not self.formula.columns:
            return self.formula.node.shape == form.shape
        matrix = self.shape if len(self.shape) > 1 else (1, 1)
        return matrix == form.matrix_shape

    def _right(self, meeting: Meeting, convention: str) -> Array:
        """The derivative at a point, in a convention."""
        form = written(self.J.of, self.J.wrt, CONVENTIONS[convention])
        return arranged(meeting.right, form.at(meeting.sizes))

    def factors(self, convention: str) -> list[float] | None:
        """The number that the formula is of the derivative at each point, if it is one."""
        found: list[float] = []
        for one in self.meetings:
            right = self._right(one, convention)
            square = float(np.sum(right**2))
            if not square:  # a kink has made it zero here
                if np.any(one.given):
                    return None
                found.append(np.nan)
                continue
            factor = float(np.sum(one.given.reshape(right.shape) * right)) / square
            if not factor or relative_error(factor * right, one.given) > CLOSE:
                return None
            found.append(factor)
        return found

    def multiple(self, convention: str) -> str:
        """What the formula is of the derivative, in names of sizes: ``2``, ``m``, ``1/m``."""
        factors = self.factors(convention) or []
        by_sizes: dict[tuple[int, ...], list[float]] = {}
        for one, factor in zip(self.meetings, factors, strict=False):
            if np.isfinite(factor):
                by_sizes.setdefault(tuple(one.sizes.values()), []).append(factor)
        if not by_sizes or not all(np.allclose(f, f[0], rtol=1e-9) for f in by_sizes.values()):
            return ""
        numbers = [one[0] for one in by_sizes.values()]
        if np.allclose(numbers, numbers[0], rtol=1e-9):
            is_open = self.meetings[0].sizes and len(numbers) == 1
            return "" if is_open else f"{numbers[0]:g}"
        names = list(self.meetings[0].sizes)
        return _in_sizes(numbers, [dict(zip(names, s, strict=True)) for s in by_sizes])


def _in_sizes(factors: Sequence[float], sizes: Sequence[Mapping[str, int]]) -> str:
    """A number that depends on sizes, as a multiple of one of them, of two, or of an inverse."""
    one, two = factors
    names = [*((name,) for name in sizes[0]), *combinations(sizes[0], 2)]
    for chosen in names:
        first, second = (prod(known[name] for name in chosen) for known in sizes)
        text = "*".join(chosen)
        if np.isclose(one / first, two / second, rtol=1e-9):
            number = f"{one / first:g}"
            return text if number == "1" else f"{number}*{text}"
        if np.isclose(one * first, two * second, rtol=1e-9):
            return f"{one * first:g}/{text if len(chosen) == 1 else f'({text})'}"
    return ""

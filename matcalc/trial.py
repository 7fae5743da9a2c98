"""A formula beside a derivative at random points, where sizes of different names differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from matcalc import dimensions
from matcalc.arrays import Array, real_array
from matcalc.dimensions import Shape
from matcalc.errors import (
    ArrayError,
    MatcalcError,
    NotationError,
    ShapeError,
    TooLargeError,
    UnboundError,
)
from matcalc.expression import Declarations, Formula, parse_declarations, read_formula
from matcalc.expression.beside import Beside, beside
from matcalc.expression.terms import read_term
from matcalc.factors import jacobian
from matcalc.jacobians import Jacobian
from matcalc.layout import Written
from matcalc.plan import evaluate
from matcalc.random_points import random_points, small_sizes
from matcalc.variables import Variable

_POINTS = 5
_TRIES = 100
_LARGER = 3  # than the sizes that are tried first, where a number may depend on them
_LARGEST = 1_000_000  # entries of an array


def at_point(J: Jacobian[Any], at: Mapping[str, ArrayLike]) -> Jacobian[Any]:
    """A derivative in numerator layout as numbers.

    Raises:
        MatcalcError: Numbers are missing, or do not fit.
    """
    values = J.to("numerator").evaluate(**dict(at))
    rank = J.of.rank
    of = Variable(J.of.name, values.shape[:rank])
    wrt = Variable(J.wrt.name, values.shape[rank:][::-1])
    return jacobian(f"{of} / {wrt}", values, layout="numerator")


def relative_error(right: Array, given: Array) -> float:
    """The largest error of as many numbers, relative to the largest of the right ones."""
    size = float(np.max(np.abs(right)))
    return float(np.max(np.abs(given.reshape(right.shape) - right))) / (size or 1.0)


def _read(given: Beside, variables: Mapping[str, Variable]) -> tuple[Formula, Shape]:
    """A formula and its shape: rows and columns where it has such.

    Raises:
        NotationError: It cannot be read.
        ShapeError: Its shapes do not fit, or fit for some sizes only.
    """
    try:
        found = read_formula(given.text, variables)
        for one, two in found.forced.items():
            raise ShapeError(
                f"{given.formula[:60]} needs {one} = {two}, which the derivative does not"
            )
        if found.columns and len(found.node.shape) == 1:
            return found, read_term(given.text, variables).term.value.matrix
    except MatcalcError as error:
        raise _explained(given.placed(error)) from None
    return found, found.node.shape


def _explained(error: MatcalcError) -> MatcalcError:
    """An error of a formula; a name that nobody gave may be one that the expression lacks."""
    place = error.places[0] if error.places else None
    name = place.text[place.start : place.stop] if place else ""
    if not name or not error.message.startswith(f"{name} is not declared"):
        return error
    return NotationError(
        f"{error.message}; if it is a part of the expression, name it there: '{name} = …; …'",
        error.places,
    )


class Trial:
    """A formula and a derivative, evaluated at the same points.

    Attributes:
        formula: The formula, read; it knows the names that the expression gives to its parts.
        shape: The shape of the formula, rows and columns where it has such.
        stands: Whether a vector is known to be a row or a column.
    """

    def __init__(
        self,
        J: Jacobian[Any],
        expression: str,
        formula: str,
        variables: Declarations,
        larger: int = 0,
    ) -> None:
        self.given = J, expression, formula, variables
        read = J.formula
        if read is None:
            raise UnboundError("this is no derivative of a formula")
        self.J = J
        self.formula, self.shape = _read(beside(expression, formula), read.variables)
        self.stands = self.formula.columns
        declared = parse_declarations(variables)
        small = small_sizes(
            [read.node, J.node, self.formula.node], read.variables.values(), declared
        )
        self.sizes = {name: size + larger for name, size in small.items()}
        self._refuse_large(read.variables.values())
        rng = np.random.default_rng(0)
        self.points = self._points(random_points(read, declared, self.sizes, rng, _TRIES))

    def _refuse_large(self, variables: Iterable[Variable]) -> None:
        for shape in (self.J.shape, *(one.shape for one in variables)):
            entries = dimensions.evaluate(dimensions.product(shape), self.sizes)
            if entries > _LARGEST:
                raise TooLargeError(
                    f"{entries:,} numbers at every point; declare dimensions by name, W[m,n], and "
                    "small sizes are taken"
                )

    def _points(self, tried: Iterable[Mapping[str, Array]]) -> list[tuple[Jacobian[Any], Array]]:
        """The derivative and the formula, at points where both are finite.

        Raises:
            ArrayError: There are too few.
        """
        found: list[tuple[Jacobian[Any], Array]] = []
        for arrays in tried:
            try:
                with np.errstate(all="ignore"):
                    right = at_point(self.J, {**self.sizes, **arrays})
                    value = evaluate(self.formula.node, arrays, self.sizes)
                found.append((right, real_array(value, "the formula")))
            except ArrayError:
                continue
            if len(found) == _POINTS:
                return found
        raise ArrayError("not finite at random points; say what is known: x[n]:positive")

    def has_shape(self, form: Written) -> bool:
        """Whether the formula has the shape that a convention asks for; a number has 1×1 too."""
        if form.matrix_shape is None or not self.stands:
            return self.formula.node.shape == form.shape
        matrix = self.shape if len(self.shape) > 1 else (1, 1)
        return matrix == form.matrix_shape

    def error(self, convention: str) -> float:
        """The largest error over all points, of a formula that has the right shape."""
        return max(
            relative_error(right.as_convention(convention), value) for right, value in self.points
        )

    def factor(self, convention: str) -> float | None:
        """The number that the formula is of the derivative, if it is a multiple of it."""
        factors: list[float] = []
        for right, value in self.points:
            expected = right.as_convention(convention)
            square = float(np.sum(expected**2))
            factor = float(np.sum(value.reshape(expected.shape) * expected)) / (square or 1.0)
            if not factor or relative_error(factor * expected, value) > 1e-9:
                return None
            factors.append(factor)
        return factors[0] if np.allclose(factors, factors[0], rtol=1e-9) else None

    def multiple(self, convention: str) -> str:
        """The same as text, in the names of dimensions: ``2``, ``m``, ``1/m``; or nothing."""
        found = self.factor(convention)
        if found is None or not self.sizes:
            return "" if found is None else _number(found)
        try:
            larger = Trial(*self.given, _LARGER)
        except MatcalcError:  # no such sizes are possible
            return ""
        other = larger.factor(convention)
        return "" if other is None else _in_sizes((found, other), (self.sizes, larger.sizes))


def _in_sizes(factors: tuple[float, float], sizes: tuple[Mapping[str, int], ...]) -> str:
    """A number that depends on sizes, as a multiple of one of them, of two, or of an inverse."""
    one, two = factors
    if np.isclose(one, two, rtol=1e-9):
        return _number(one)
    names = [*((name,) for name in sizes[0]), *combinations(sizes[0], 2)]
    for chosen in names:
        first, second = (prod(known[name] for name in chosen) for known in sizes)
        text = "*".join(chosen)
        if np.isclose(one / first, two / second, rtol=1e-9):
            number = _number(one / first)
            return text if number == "1" else f"{number}*{text}"
        if np.isclose(one * first, two * second, rtol=1e-9):
            return f"{_number(one * first)}/{text if len(chosen) == 1 else f'({text})'}"
    return ""


def _number(value: float) -> str:
    return f"{value:g}"

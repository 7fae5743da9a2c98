"""A formula beside a derivative at random points, where sizes of different names differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from matcalc import dimensions
from matcalc.arrays import Array, real_array
from matcalc.errors import ArrayError, ShapeError, TooLargeError, UnboundError
from matcalc.expression import Declarations, parse_declarations, read_formula
from matcalc.expression.terms import read_term
from matcalc.factors import jacobian
from matcalc.jacobians import Jacobian
from matcalc.layout import Written
from matcalc.plan import evaluate
from matcalc.random_points import random_points, small_sizes
from matcalc.variables import Variable

_POINTS = 5
_TRIES = 100
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


class Trial:
    """A formula and a derivative, evaluated at the same points.

    Attributes:
        shape: The shape of the formula, rows and columns where it has such.
    """

    def __init__(self, J: Jacobian[Any], formula: str, variables: Declarations) -> None:
        read = J.formula
        if read is None:
            raise UnboundError("this is no derivative of a formula")
        self.J = J
        self.formula = read_formula(formula, read.variables)
        for one, two in self.formula.forced.items():
            raise ShapeError(f"{formula[:60]} needs {one} = {two}, which the derivative does not")
        self.stands = self.formula.columns  # whether a vector is known to be a row or a column
        self.shape = self.formula.node.shape
        if self.stands and len(self.shape) == 1:
            self.shape = read_term(formula, read.variables).term.value.matrix
        declared = parse_declarations(variables)
        self.sizes = small_sizes(
            [read.node, J.node, self.formula.node], read.variables.values(), declared
        )
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

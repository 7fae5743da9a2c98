"""What is asked of a derivative without its dense array: products, diagonals, norms, rows, factors.

Each is a network around that of the derivative: a diagonal repeats labels, a norm contracts it
with itself, a row is its product with a unit vector. Its plan is made once for arrays of the
same shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from matcalc import dimensions
from matcalc.arrays import Array
from matcalc.code.libraries import library_in
from matcalc.errors import LayoutError, ShapeError, UnboundError
from matcalc.graph import Data, Factor, Node, Symbol, contract, topological
from matcalc.jacobians.linear_map import applied, gauss_newton_product, matrix_product
from matcalc.jacobians.point import Point
from matcalc.jacobians.written import WrittenDerivative
from matcalc.layout import Tag
from matcalc.plan.running import Keep, evaluate_from
from matcalc.variables import ratio, second_derivative


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Asked(WrittenDerivative[Tag]):
    """A derivative, and all that it is asked for without its dense array.

    Arrays are given as :meth:`evaluate` takes them; of a derivative that holds its numbers, none.
    """

    def gauss_newton(self, v: ArrayLike, /, **arrays: Any) -> Array:
        """``Jᵀ J v``, as least squares need it: ``v`` and the result have the shape of ``wrt``.

        Neither ``J`` nor ``Jᵀ J`` is made. The same in every layout.

        Raises:
            ShapeError: ``v`` has another shape.
            UnboundError: A variable has no numbers.

        Source: Nocedal & Wright, Numerical Optimization (2nd edition, 2006), section 10.3.

        >>> import matcalc as mc
        >>> J = mc.derive("exp(x)", wrt="x", variables="x[n]", layout="numerator")
        >>> J.gauss_newton([1.0, 1.0], x=[0.0, 0.0])
        array([1., 1.])
        """
        return self._applied(gauss_newton_product, v, arrays)

    def _applied(
        self, product: Callable[..., Array], value: ArrayLike, arrays: Mapping[str, Any]
    ) -> Array:
        """A product with a value: checked once for arrays of these shapes."""

        def otherwise(keep: Keep | None) -> Array:
            return product(self._network, self._written, value, self._given(arrays, keep))

        known = self.held.network.bindings if isinstance(self.held, Point) else self._bindings
        return applied(known, product.__name__, value, self._numbers(arrays), otherwise)

    def diagonal(self, **arrays: Any) -> Array:
        """The entries by which each entry depends on itself, in the shape of ``wrt``.

        Raises:
            ShapeError: The two variables differ in shape.
            UnboundError: A variable has no numbers.

        >>> import matcalc as mc
        >>> H = mc.derive("sum(x**3)", wrt="x", variables="x[n]", layout="numerator", order=2)
        >>> H.diagonal(x=[1.0, 2.0])
        array([ 6., 12.])
        """
        labels, axes = self._square()
        return self._of_network("diagonal", [labels], axes, arrays)

    def trace(self, **arrays: Any) -> Array:
        """The sum of the diagonal: of a Hessian the Laplacian, of a velocity the divergence.

        Raises:
            ShapeError: The two variables differ in shape.
            UnboundError: A variable has no numbers.
        """
        labels, _ = self._square()
        return self._of_network("trace", [labels], (), arrays)

    def frobenius(self, **arrays: Any) -> Array:
        """The root of the sum of the squares of all entries.

        Raises:
            UnboundError: A variable has no numbers.

        >>> import matcalc as mc
        >>> print(mc.identity("z[4] / b[4]").frobenius())
        2.0
        """
        axes = tuple(range(len(self._network.shape)))
        squares = self._of_network("frobenius", [axes, axes], (), arrays)
        return squares**0.5

    def row(self, k: int, **arrays: Any) -> Array:
        """A row of the matrix as this layout writes it.

        Args:
            k: Which; negative ones count from the end.
            arrays: The numbers of a formula's variables.

        Raises:
            LayoutError: The derivative has no matrix form, or no such row.
            UnboundError: A variable has no numbers.

        >>> import matcalc as mc
        >>> J = mc.derive("A @ x", wrt="x", variables="A[m,n] x[n]", layout="numerator")
        >>> J.row(1, A=[[1.0, 2.0], [3.0, 4.0]])
        array([3., 4.])
        """
        return self._line(k, arrays, from_left=True)

    def column(self, k: int, **arrays: Any) -> Array:
        """A column of the matrix as this layout writes it, as :meth:`row`."""
        return self._line(k, arrays, from_left=False)

    def _line(self, k: int, arrays: Mapping[str, Any], *, from_left: bool) -> Array:
        given = self._given(arrays)
        side = 0 if from_left else 1
        if self.matrix_shape is None:
            raise LayoutError(
                f"{ratio(self.of, self.wrt)} is {dimensions.times(self.shape)}: above rank 2 there "
                "are no rows and columns; .vjp(u) and .jvp(v) of unit vectors give parts"
            )
        size = dimensions.evaluate(self.matrix_shape[side], given.sizes)
        if not -size <= k < size:
            raise LayoutError(f"there are {size} {'rows' if from_left else 'columns'}, not {k}")
        unit = np.zeros(size)
        unit[k] = 1.0
        return matrix_product(self._network, self._written, unit, from_left=from_left, given=given)

    def _square(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Labels by which each entry meets itself, and those of ``wrt``.

        A gradient that is differentiated again is stored as numerator layout writes it: its axes
        are those of its variable, reversed.
        """
        axes = tuple(range(self.wrt.rank))
        is_second = second_derivative(self.of, self.wrt) is not None
        above, shape = (axes[::-1], self.of.shape[::-1]) if is_second else (axes, self.of.shape)
        if shape != self.wrt.shape:
            raise ShapeError(
                f"a diagonal is of derivatives of a variable by one of its shape, not of "
                f"{self.of} by {self.wrt}"
            )
        return (*above, *axes), axes

    def _of_network(
        self,
        key: str,
        labels: Sequence[Sequence[int]],
        output: Sequence[int],
        arrays: Mapping[str, object],
    ) -> Array:
        """The entries multiplied with themselves, or alone, by labels."""
        given = self._given(arrays)
        node = self._network

        def made() -> Node:
            return contract([Factor(node, tuple(own)) for own in labels], tuple(output))

        known = key, *labels  # two derivatives of one node may be paired by other labels
        return evaluate_from(node, known, made, given.arrays, given.sizes, libraries=library_in)

    @property
    def stored(self) -> int:
        """How many numbers its factors hold.

        Raises:
            UnboundError: A factor is a symbol; :meth:`at` puts numbers in.
        """
        leaves = topological(self.node)
        if any(isinstance(leaf, Symbol) for leaf in leaves):
            raise UnboundError("a formula holds no numbers: J.at(x=…) puts them in")
        return sum(prod(map(int, leaf.shape)) for leaf in leaves if isinstance(leaf, Data))

"""Jacobian: a derivative that knows its variables, its layout and its structure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from numbers import Real
from typing import Any, Literal, NoReturn, TypeGuard, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcalc.arrays import Array, real_array
from matcalc.code.libraries import library_in
from matcalc.errors import ArrayError, ChainError, LayoutError, ShapeError
from matcalc.graph import Scale, add, scaled
from matcalc.jacobians.asked import Asked
from matcalc.jacobians.linear_map import Operator, directional, entries, matrix_product, pulled_back
from matcalc.jacobians.linking import Link, chain_order, compose, path_of
from matcalc.jacobians.point import at_point
from matcalc.layout import (
    ArrayForm,
    Denominator,
    Layout,
    Numerator,
    Order,
    Tag,
    find_convention,
    find_layout,
    written,
)
from matcalc.plan import evaluate
from matcalc.plan.running import MAX_BYTES
from matcalc.variables import ratio

_OTHER: dict[type[Layout], type[Layout]] = {Numerator: Denominator, Denominator: Numerator}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Jacobian(Asked[Tag]):
    """The derivative of one variable with respect to another, tagged with a layout.

    The entries are stored without a layout, axes of ``of`` and then of ``wrt``, as a network:
    diagonals, identities and outer products are never filled with zeros. The tag says how the
    derivative is written down: as an array, in a product, in print.

    Attributes:
        held: The entries: a graph, or numbers for the factors of one.
        path: The variables of the chain that it was composed along, the outermost first.
        tag: The layout, as a type: ``Numerator`` or ``Denominator``.
        formula: What it was derived from, if it was derived from a formula.

    Source: Wikipedia, Matrix calculus, section Layout conventions.

    >>> import matcalc as mc
    >>> J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="denominator")
    >>> J.text, J.shape, J.to("numerator").text
    ('(A + A.T) @ x', ('n',), 'x.T @ (A + A.T)')
    """

    __array_ufunc__ = None  # ndarray + J asks J, it does not fill an object array
    __array_priority__ = 1000

    @property
    def array(self) -> Array:
        """The entries as a new array in this layout, zeros written out.

        Raises:
            UnboundError: A factor is a symbol.
            TooLargeError: The array would be larger than 4 GiB; :meth:`dense` takes a limit.
        """
        return self.dense()

    def dense(self, max_bytes: int = MAX_BYTES) -> Array:
        """The entries as a new array in this layout, if no array made on the way is too large.

        Raises:
            UnboundError: A factor is a symbol.
            TooLargeError: An array would be larger than ``max_bytes``.
        """
        return self._arranged(self._written, max_bytes)

    def _arranged(self, form: ArrayForm, max_bytes: int = MAX_BYTES) -> Array:
        return entries(self._network, form, self._given({}), max_bytes)

    def at(self, /, **arrays: Any) -> Jacobian[Tag]:
        """The derivative at a point, as factors: numbers in the place of variables.

        What is zero, repeated or an outer product is not written out, so that ∂(W x)/∂W holds
        the numbers of x alone; :attr:`stored` counts them. It is applied, asked and composed
        without more arrays.

        Args:
            arrays: The variables by name, as :meth:`evaluate` takes them.

        Raises:
            UnboundError: A variable or a dimension has no numbers.
            ShapeError: An array has another shape than its variable.

        >>> import matcalc as mc
        >>> J = mc.derive("W @ x", wrt="W", variables="W[m,n] x[n]", layout="numerator")
        >>> one = J.at(W=[[0.0] * 3] * 2, x=[1.0, 2.0, 3.0])
        >>> one.shape, one.stored
        ((2, 3, 2), 3)
        """
        point = self._bindings.run(
            "factors",
            self._numbers(arrays),
            lambda keep: at_point(self._network, self.path, self._given(arrays, keep)),
        )
        return Jacobian(point, point.network.path, self.tag)

    @overload
    def to(self, layout: Literal["numerator"]) -> Jacobian[Numerator]: ...
    @overload
    def to(self, layout: Literal["denominator"]) -> Jacobian[Denominator]: ...
    @overload
    def to(self, layout: str) -> Jacobian[Any]: ...
    def to(self, layout: str) -> Jacobian[Any]:
        """The same derivative, written in another layout. No number is touched.

        Raises:
            LayoutError: No such layout.

        >>> import matcalc as mc
        >>> J = mc.jacobian("z[2] / x[3]", [[1, 2, 3], [4, 5, 6]], layout="numerator")
        >>> J.to("denominator").shape
        (3, 2)
        """
        return Jacobian(self.held, self.path, find_layout(layout), self.formula)

    @property
    def T(self) -> Jacobian[Any]:  # noqa: N802 - as NumPy spells it
        """The derivative in the other layout: tag and numbers together."""
        return Jacobian(self.held, self.path, _OTHER[self.tag], self.formula)

    def as_convention(self, convention: str, order: Order | None = None) -> Array:
        """The entries as a new array in any convention: ``mixed``, ``jax``, ``vec``.

        Args:
            convention: A name that ``matcalc layouts`` lists.
            order: For ``vec``: ``"F"`` stacks columns, ``"C"`` rows.

        Raises:
            LayoutError: No such convention, or vec without its order.
        """
        chosen = find_convention(convention, order)
        return self._arranged(written(self.of, self.wrt, chosen))

    def jvp(self, v: ArrayLike, /, **arrays: Any) -> Array:
        """The directional derivative: ``v`` has the shape of ``wrt``, the result that of ``of``.

        Never makes a dense Jacobian; of a second derivative it is the product of Hessian and
        vector. The same in every layout.

        Args:
            v: The direction.
            arrays: The numbers of a formula's variables, as :meth:`evaluate` takes them.

        Raises:
            ShapeError: ``v`` has another shape.
            ArrayError: ``v`` is not real and finite.
            UnboundError: A variable has no numbers.

        >>> import matcalc as mc
        >>> H = mc.derive("sum(x**3)", wrt="x", variables="x[n]", layout="numerator", order=2)
        >>> H.jvp([1.0, 0.0], x=[2.0, 5.0])
        array([12.,  0.])
        """
        return self._applied(directional, v, arrays)

    def vjp(self, u: ArrayLike, /, **arrays: Any) -> Array:
        """The pullback: ``u`` has the shape of ``of``, the result that of ``wrt``.

        Never makes a dense Jacobian. The same in every layout.

        Args:
            u: What is pulled back.
            arrays: The numbers of a formula's variables, as :meth:`evaluate` takes them.

        Raises:
            ShapeError: ``u`` has another shape.
            ArrayError: ``u`` is not real and finite.
            UnboundError: A variable has no numbers.
        """
        return self._applied(pulled_back, u, arrays)

    @overload
    def __matmul__(self, right: Jacobian[Tag]) -> Jacobian[Tag]: ...
    @overload
    def __matmul__(self, right: NDArray[Any]) -> Array: ...
    def __matmul__(self, right: Jacobian[Tag] | NDArray[Any]) -> Jacobian[Tag] | Array:
        """The chain rule in the order of the layout; or the written matrix times an array.

        Numerator layout multiplies from the outside in, ``dL_da @ da_dz``; denominator layout
        appends to the left, ``da_dz @ dL_da``, because (AB)ᵀ = BᵀAᵀ. With an array the product
        is that of the matrix as it is written in this layout.

        Raises:
            LayoutError: The two carry different tags, or the derivative has no matrix form.
            ChainError: They do not share the variable between them, or stand in the wrong order.
            ShapeError: The array does not fit.
        """
        if isinstance(right, Jacobian):
            return self._chained(right)
        return self._product(right, from_left=False)

    def __rmatmul__(self, left: NDArray[Any]) -> Array:
        """An array times the matrix as it is written in this layout."""
        return self._product(left, from_left=True)

    def _product(self, array: NDArray[Any], *, from_left: bool) -> Array:
        given = self._given({})
        return matrix_product(self._network, self._written, array, from_left=from_left, given=given)

    def _chained(self, right: Jacobian[Tag]) -> Jacobian[Tag]:
        this, that = (ratio(one.of, one.wrt) for one in (self, right))
        if self.tag is not right.tag:
            raise LayoutError(
                f"{this} is in {self.layout} layout and {that} in "
                f"{right.layout} layout, which multiply in opposite orders; "
                f'matcalc.chain(…, layout="{self.layout}") converts and orders them'
            )
        outer, inner = (self, right) if self.tag is Numerator else (right, self)
        if outer.wrt.name != inner.of.name and inner.wrt.name == outer.of.name:
            raise ChainError(
                f"{this} @ {that} is the wrong way round: {self.layout} layout "
                f"multiplies {that} @ {this}"
                + (", from the outside in" if self.tag is Numerator else ", from the inside out")
            )
        links = [Link(one.of, one.wrt) for one in (outer, inner)]
        if chain_order(links) != [0, 1]:
            raise ChainError(f"{this} and {that} do not link")
        node = compose([outer.node, inner.node], path_of(links))
        return Jacobian(node, (*outer.path, *inner.path[1:]), self.tag)

    def __add__(self, other: Jacobian[Tag]) -> Jacobian[Tag]:
        """The sum of two derivatives of the same variables in the same layout."""
        _refuse_arrays("+", other)
        if self.tag is not other.tag:
            raise LayoutError(f"a sum of {self.layout} and {other.layout} layout; convert one")
        if (self.of, self.wrt) != (other.of, other.wrt):
            raise ChainError(
                "a sum needs derivatives of the same variables: "
                f"<{self.headline}> and <{other.headline}>"
            )
        path = self.path if self.path == other.path else (self.of, self.wrt)
        return Jacobian(add([self.node, other.node]), path, self.tag)

    def __radd__(self, other: NDArray[Any]) -> NoReturn:
        _refuse("+", other)

    def __sub__(self, other: Jacobian[Tag]) -> Jacobian[Tag]:
        """The difference of two derivatives of the same variables in the same layout."""
        _refuse_arrays("-", other)
        return self + -other

    def __rsub__(self, other: NDArray[Any]) -> NoReturn:
        _refuse("-", other)

    def __mul__(self, other: float | Fraction) -> Jacobian[Tag]:
        """The derivative times a number."""
        if not _is_number(other):
            _refuse("*", other)
        return replace(self, held=scaled(self.node, Scale(_exact(other))))

    __rmul__ = __mul__

    def __truediv__(self, other: float | Fraction) -> Jacobian[Tag]:
        """The derivative divided by a number."""
        if not _is_number(other):
            _refuse("/", other)
        divisor = _exact(other)
        if not divisor:
            raise ArrayError("a derivative divided by zero")
        return replace(self, held=scaled(self.node, Scale(1 / divisor)))

    def __neg__(self) -> Jacobian[Tag]:
        return self * -1

    def __pos__(self) -> Jacobian[Tag]:
        return self

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("derivatives are not compared by ==; use J.allclose(K)")

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> NoReturn:
        raise TypeError("a derivative is neither true nor false; use J.allclose(K)")

    def allclose(
        self, other: Jacobian[Any] | ArrayLike, rtol: float = 1e-7, atol: float = 1e-10
    ) -> bool:
        """Whether two derivatives agree, whatever their layouts; or the array in this layout.

        Raises:
            ChainError: The other is a derivative of other variables.
            ShapeError: The other is an array of another shape.
        """
        if isinstance(other, Jacobian):
            if (self.of, self.wrt) != (other.of, other.wrt):
                raise ChainError(
                    f"derivatives of other variables: <{self.headline}> and <{other.headline}>"
                )
            if self.node is other.node:
                return True
            one, two = (
                real_array(evaluate(k.node, libraries=library_in), "J") for k in (self, other)
            )
            return bool(np.allclose(one, two, rtol, atol))
        array = real_array(other, "the array")
        if array.shape != self.shape:
            raise ShapeError(f"<{self.headline}> against an array of shape {array.shape}")
        return bool(np.allclose(real_array(self.array, "J"), array, rtol, atol))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("a Jacobian has no array inside to share: np.asarray(J) makes one")
        array = real_array(self.array, self.headline, finite=False)
        return array if dtype is None else array.astype(dtype)

    def as_operator(self, order: Order = "F") -> Operator:
        """The derivative as a linear operator on flat vectors, for SciPy's solvers.

        In numerator layout it maps vec(wrt) to vec(of); in denominator layout it is the
        transpose. It is applied through its structure: nothing dense is made.

        Args:
            order: How matrices are flattened: ``"F"`` stacks columns, ``"C"`` rows.

        >>> import matcalc as mc, numpy as np
        >>> from scipy.sparse.linalg import aslinearoperator
        >>> J = mc.diagonal("a[3] / z[3]", [1.0, 2.0, 3.0])
        >>> aslinearoperator(J.as_operator()).matvec(np.ones(3))
        array([1., 2., 3.])
        """
        return Operator(self.node, self._written, order)


def _is_number(value: object) -> TypeGuard[float | Fraction]:
    return isinstance(value, Real) or (isinstance(value, np.ndarray) and value.ndim == 0)


def _exact(value: float | Fraction) -> Fraction:
    """A number as the fraction that it is written as: 0.1 is 1/10."""
    if isinstance(value, (Fraction, int)):
        return Fraction(value)
    if not isfinite(value):
        raise ArrayError(f"a derivative is not multiplied by {value}")
    return Fraction(repr(float(value)))


def _refuse_arrays(operator: str, other: object) -> None:
    if not isinstance(other, Jacobian):
        _refuse(operator, other)


def _refuse(operator: str, other: object) -> NoReturn:
    if isinstance(other, Jacobian):
        raise TypeError(
            "two derivatives are multiplied by @, in the order of their layout, or by matcalc.chain"
        )
    raise TypeError(
        f"a Jacobian {operator} {type(other).__name__} has no meaning without a layout; "
        "read the array with matcalc.jacobian first, or write J.array"
    )

"""Tracing: what a function of plain NumPy computes, as a formula."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import prod
from typing import Any

import numpy as np

from matcalc import dimensions
from matcalc.errors import MatcalcError, NotationError, NotDifferentiableError, ShapeError
from matcalc.expression import Declarations, parse_declarations
from matcalc.expression.arithmetic import combined
from matcalc.expression.values import Value
from matcalc.graph import Node, number, symbol
from matcalc.operations import algebra, find_rule
from matcalc.symbolic.broadcasting import broadcast, spread
from matcalc.symbolic.expressions import Symbolic, value_of
from matcalc.symbolic.foreign import refusal
from matcalc.symbolic.indexing import indexed
from matcalc.symbolic.ufuncs import Condition

_ENTRIES = 1000  # of an array that is taken apart into its entries

_METHODS: Mapping[str, Callable[..., Any]] = {
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "max": np.max,
    "min": np.min,
    "var": np.var,
    "std": np.std,
    "dot": np.dot,
    "trace": np.trace,
    "diagonal": np.diagonal,
    "ravel": np.ravel,
    "flatten": np.ravel,
    "squeeze": np.squeeze,
    "swapaxes": np.swapaxes,
    "clip": np.clip,
    "copy": np.copy,
}


class _Size(Value):
    """A dimension that has a name, where NumPy has a whole number."""

    __slots__ = ()


class Tracer(Symbolic):
    """An array that stands for what a traced function is called with: NumPy's own reading.

    Vectors have one axis, ``.T`` leaves them as they are, and shapes are broadcast. What it
    cannot do raises an error that names the operation.
    """

    __slots__ = ()

    columns = False

    @classmethod
    def operated(cls, sign: str, one: Value, two: Value) -> Value:
        """The value of ``one sign two``, broadcast as NumPy does."""
        _refuse_rows(one, two)
        if sign == "@":
            return Value(algebra.matmul(one.node, two.node))
        return Value(combined(sign, *broadcast(sign, [one.node, two.node])))

    @classmethod
    def matched(cls, name: str, one: Value, two: Value) -> tuple[Node, Node, bool]:
        """The operands of a function entry by entry, broadcast; they are no rows."""
        _refuse_rows(one, two)
        first, second = spread(name, [one.node, two.node])
        return first, second, False

    @property
    def shape(self) -> tuple[Any, ...]:
        """The sizes: numbers, and for names values that arithmetic takes."""
        return tuple(map(self._whole, self.value.node.shape))

    @property
    def size(self) -> Any:
        """The number of entries."""
        return self._whole(dimensions.product(self.value.node.shape))

    def _whole(self, size: dimensions.Dimension) -> Any:
        if isinstance(size, int):
            return size
        return Tracer(_Size(algebra.size_of(size)), self.declared)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Real numbers."""
        return np.dtype(np.float64)

    @property
    def T(self) -> Symbolic:  # noqa: N802 - as NumPy spells it
        """The axes in reverse."""
        return Tracer(Value(algebra.transpose(self.value.node)), self.declared)

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        """The entries in another shape, as NumPy's method takes it."""
        whole = shape[0] if len(shape) == 1 else shape
        return self.__array_function__(np.reshape, (), (self, whole), {"order": order})

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order, as NumPy's method takes it."""
        order = (axes[0] if len(axes) == 1 else axes,) if axes else ()
        return self.__array_function__(np.transpose, (), (self, *order), {})

    def astype(self, dtype: Any, **_: Any) -> Tracer:
        """The same; of real numbers alone.

        Raises:
            NotDifferentiableError: The type is another than that of real numbers.
        """
        if np.dtype(dtype).kind != "f":
            raise NotDifferentiableError(f"astype({dtype}) cannot be traced: x stands for reals")
        return Tracer(Value(self.value.node), self.declared)

    def __getattr__(self, name: str) -> Any:
        """NumPy's methods; and its ufuncs, which it looks up on the entries of object arrays."""
        if name in _METHODS:
            return partial(_METHODS[name], self)
        if isinstance(getattr(np, name, None), np.ufunc):
            return partial(getattr(np, name), self)
        if hasattr(np.ndarray, name) and not name.startswith("__"):
            raise NotDifferentiableError(f"the method {name} of an array cannot be traced")
        raise AttributeError(f"a traced array has no attribute {name!r}")

    @property
    def __array__(self) -> Any:
        if not self.ndim:  # so that np.array([a, b]) keeps numbers that are traced whole
            raise AttributeError("__array__")
        return self._entries

    def _entries(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """An array of the entries, each of them traced."""
        del copy
        if dtype is not None and np.dtype(dtype) != object:
            self.refuse(f"an array of type {dtype}", "; leave the type out")
        shape = tuple(size if isinstance(size, int) else len(self) for size in self.shape)
        if prod(shape) > _ENTRIES:
            raise NotDifferentiableError(
                f"np.array of an array of shape {shape} would trace each entry on its own"
            )
        entries = np.empty(shape, dtype=object)
        for place in np.ndindex(shape):
            entries[place] = self[place]
        return entries

    def __getitem__(self, key: Any) -> Tracer:
        return Tracer(Value(indexed(self.value.node, key)), self.declared)

    def __setitem__(self, key: Any, value: Any) -> None:
        raise NotDifferentiableError(
            "x[…] = y changes an array in place, which cannot be traced; "
            "np.stack, np.concatenate and np.where make new ones"
        )

    def __len__(self) -> int:
        if not self.ndim:
            raise ShapeError("len(x) of a number")
        first = self.value.node.shape[0]
        if not isinstance(first, int):
            self.refuse(f"len(x) of {first} entries", "; declare a number: x[3]")
        return first

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self)))

    def compared(self, sign: str, other: object) -> Any:
        """A comparison entry by entry, for ``np.where`` and for products.

        Raises:
            UnboundError: It is ``==`` or ``!=``, of something else than sizes of one name.
        """
        if sign in ("==", "!="):
            if isinstance(other, Tracer) and other.value == self.value and self._is_size:
                return sign == "=="
            self.refuse(f"the comparison x {sign} y")
        one, two = value_of(self), value_of(other)
        if sign in ("<", ">="):
            one, two = two, one
        holds = find_rule("step").build(self.operated("-", one, two).node)
        if sign in ("<=", ">="):
            holds = algebra.minus(number(1), holds)
        return Tracer(Condition(holds), self.declared)

    @property
    def _is_size(self) -> bool:
        return isinstance(self.value, _Size)

    def __invert__(self) -> Tracer:
        return self._decided(1 - self)

    def __and__(self, other: Any) -> Tracer:
        return self._decided(self * other)

    def __or__(self, other: Any) -> Tracer:
        return self._decided(self + other - self * other)

    def _decided(self, found: Tracer) -> Tracer:
        if not isinstance(self.value, Condition):
            raise NotDifferentiableError("&, | and ~ are traced of comparisons alone")
        return Tracer(Condition(found.value.node), found.declared)

    def _in_place(self, sign: str, other: Any) -> Any:
        """``x += y``, which of a number makes another number, and changes an array."""
        if self.ndim:
            raise NotDifferentiableError(
                f"a {sign}= b changes an array in place, which cannot be traced; "
                f"write a = a {sign} b"
            )
        return self.binary(sign, self, other)

    def __iadd__(self, other: Any) -> Any:
        return self._in_place("+", other)

    def __isub__(self, other: Any) -> Any:
        return self._in_place("-", other)

    def __imul__(self, other: Any) -> Any:
        return self._in_place("*", other)

    def __itruediv__(self, other: Any) -> Any:
        return self._in_place("/", other)

    def __imatmul__(self, other: Any) -> Any:
        return self._in_place("@", other)

    def __ipow__(self, other: Any) -> Any:
        return self._in_place("**", other)


def _refuse_rows(*values: Value) -> None:
    if any(value.row for value in values):
        raise ShapeError("a row, made by mc.symbols, stands in a traced function; trace it too")


def trace(function: Callable[..., Any], variables: Declarations) -> Tracer:
    """The formula that a function of plain NumPy computes, as :func:`derive` takes it.

    The function is called once, with arrays that have shapes and no values. Numbers in it are
    exact; arrays that it holds stand in the formula as they are and are printed as ``c1``, ….

    Args:
        function: Takes arrays and gives an array: by name where its parameters have the names
            that are declared, else in the order in which they are declared.
        variables: The shapes of its arguments, ``"W[3,2] x[2]"``; vectors have one axis.

    Raises:
        NotDifferentiableError: A function of NumPy has no rule, or an array is changed in place.
        UnboundError: The function asks for values: ``if x > 0``, ``float(x)``.
        ShapeError: Shapes do not fit.
        NotationError: The variables cannot be read.

    >>> import matcalc as mc, numpy as np
    >>> def loss(W, x):
    ...     return np.sum(np.exp(W @ x))
    >>> traced = mc.trace(loss, "W[3,2] x[2]")
    >>> traced.text
    'sum(exp(W @ x))'
    >>> mc.derive(traced, wrt="x", layout="denominator").text
    'W.T @ exp(W @ x)'
    """
    if isinstance(function, Symbolic):
        raise NotationError("trace records a function; the sum of a diagonal is tr(X)")
    declared = parse_declarations(variables)
    given = {
        name: Tracer(Value(symbol(name, one.variable.shape)), declared)
        for name, one in declared.items()
    }
    result = _called(function, given)
    if result is None or isinstance(result, (str, Mapping)):
        raise NotDifferentiableError(f"the function gave {type(result).__name__}, not an array")
    value = value_of(result)
    _refuse_rows(value)
    return Tracer(Value(value.node), declared)


def _called(function: Callable[..., Any], given: Mapping[str, Tracer]) -> Any:
    """What a function gives; errors are of ours, where NumPy wrapped them or a library failed."""
    try:
        if set(given) <= _keywords(function):
            return function(**given)
        return function(*given.values())
    except Exception as error:
        ours = error if isinstance(error, MatcalcError) else _cause(error)
        said = refusal(error, is_ours=ours is not None) or ours
        if said is None:
            raise
        raise said from None


def _keywords(function: Callable[..., Any]) -> set[str]:
    """The parameters that can be given by name."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # a function of C
        return set()
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name for name, one in parameters.items() if one.kind in named}


def _cause(error: BaseException) -> MatcalcError | None:
    cause = error.__cause__ or error.__context__
    while cause is not None and not isinstance(cause, MatcalcError):
        cause = cause.__cause__ or cause.__context__
    return cause

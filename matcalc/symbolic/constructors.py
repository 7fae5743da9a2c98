"""What makes arrays of sizes in NumPy, for sizes that have names, and for arrays to be filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from matcalc.dimensions import Dimension
from matcalc.errors import NotationError, NotDifferentiableError, UnboundError
from matcalc.expression.values import Value, dimension_of
from matcalc.graph import Node
from matcalc.operations import algebra
from matcalc.operations.parts import window
from matcalc.symbolic.constants import node_of
from matcalc.symbolic.expressions import holds_formulas, unwrapped

Traced = Callable[[Value], Any]


def constructors(kind: type[Any], traced: Traced, fills: Callable[[], bool]) -> Mapping[str, Any]:
    """Meanings of NumPy's functions, by title.

    Args:
        kind: The class of what is traced.
        traced: Makes a traced array of a value.
        fills: Says whether arrays are written into, so that new ones must be traced.
    """
    return _Constructors(kind, traced, fills).by_title()


class _Constructors:
    """What NumPy's functions make, traced where a size or an entry is."""

    def __init__(self, kind: type[Any], traced: Traced, fills: Callable[[], bool]) -> None:
        self.kind = kind
        self.traced = traced
        self.fills = fills

    def by_title(self) -> Mapping[str, Any]:
        """The functions by title."""
        found = {
            "zeros": partial(self.filled, "zeros", 0),
            "empty": partial(self.filled, "zeros", 0),
            "ones": partial(self.filled, "ones", 1),
            "full": self.full,
            "eye": self.eye,
            "identity": lambda n, dtype=float: self.eye(n, dtype=dtype),
            "array": self.array,
            **dict.fromkeys(("asarray", "asanyarray", "ascontiguousarray"), self.as_array),
            "float64": self.number_type(),
        }
        return {f"numpy.{name}": meaning for name, meaning in found.items()}

    def filled(
        self, name: str, number: int, shape: Any, dtype: Any = float, order: str = "C", **rest: Any
    ) -> Any:
        """``np.zeros``, ``np.ones``."""
        if self.is_plain(shape) and not (self.fills() and _is_real(dtype)):
            return getattr(np, name)(shape, dtype, order, **rest)
        return self.traced(Value(algebra.constant(number, _shape(shape))))

    def full(self, shape: Any, fill_value: Any, dtype: Any = None, **rest: Any) -> Any:
        """``np.full``."""
        plain = self.is_plain(shape) and not isinstance(fill_value, self.kind)
        if plain and not (self.fills() and _is_real(dtype or type(fill_value))):
            return np.full(shape, fill_value, dtype, **rest)
        value = node_of(unwrapped(fill_value))
        return self.traced(Value(algebra.spread(value, _shape(shape))))

    def eye(self, N: Any, M: Any = None, k: int = 0, dtype: Any = float, **rest: Any) -> Any:
        """``np.eye``."""
        if self.is_plain((N, M)) and not (self.fills() and _is_real(dtype)):
            return np.eye(N, M, k, dtype, **rest)
        return self.traced(Value(_eye(_size(N), _size(N if M is None else M), k)))

    def array(self, given: Any, dtype: Any = None, **rest: Any) -> Any:
        """``np.array``: a copy."""
        if isinstance(given, self.kind):
            _check_type(dtype)
            return given.copy() if given.ndim else given
        if not holds_formulas(given) or isinstance(given, np.ndarray):
            return np.array(given, dtype, **rest)
        _check_type(dtype)
        return self.traced(Value(node_of(unwrapped(given))))

    def as_array(self, given: Any, dtype: Any = None, **rest: Any) -> Any:
        """``np.asarray``: the same, where it is an array."""
        if isinstance(given, self.kind):
            _check_type(dtype)
            return given
        if holds_formulas(given):
            return self.array(given, dtype)
        return np.asarray(given, dtype, **rest)

    def number_type(self) -> type[Any]:
        """``np.float64``, which may still be the ``dtype=`` of something."""
        kind, as_array = self.kind, self.as_array

        class Float64(np.float64):
            def __new__(cls, x: Any = 0.0) -> Any:
                return as_array(x) if isinstance(x, kind) else np.float64(x)

        return Float64

    def is_plain(self, shape: Any) -> bool:
        """Whether a shape is made of numbers alone."""
        listed = shape if isinstance(shape, (tuple, list)) else (shape,)
        return not any(isinstance(one, self.kind) for one in listed)


def _is_real(dtype: Any) -> bool:
    return dtype is None or np.dtype(dtype).kind == "f"


def _check_type(dtype: Any) -> None:
    if not _is_real(dtype):
        raise NotDifferentiableError(f"an array of type {np.dtype(dtype)} cannot be traced")


def _size(given: Any) -> Dimension:
    value = getattr(given, "value", None)
    if not isinstance(value, Value):
        return int(given)
    try:
        return dimension_of(value)
    except NotationError:
        raise UnboundError(
            "a whole number, for a size, asks for values, and a formula has none"
        ) from None


def _shape(given: Any) -> tuple[Dimension, ...]:
    return tuple(map(_size, given if isinstance(given, (tuple, list)) else (given,)))


def _eye(rows: Dimension, columns: Dimension, k: int) -> Node:
    if rows == columns and k == 0:
        return algebra.eye(rows)
    if isinstance(rows, int) and isinstance(columns, int):
        return node_of(np.eye(rows, columns, k))
    if k < 0:
        raise NotDifferentiableError(
            "np.eye below the diagonal is traced of sizes that are numbers"
        )
    return window(k, rows, columns)

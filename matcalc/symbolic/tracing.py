"""Tracing: what a function of plain NumPy computes, as a formula."""

# pyright: reportPrivateUsage=false
# A part of an array looks into the array: both are of this module.

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import prod
from typing import Any, NamedTuple, cast

import numpy as np

from matcalc import dimensions
from matcalc.errors import NotationError, NotDifferentiableError, ShapeError
from matcalc.expression import Declared
from matcalc.expression.arithmetic import combined
from matcalc.expression.values import Value, dimension_of, number_of
from matcalc.graph import Node, number
from matcalc.operations import algebra, find_rule
from matcalc.operations.indexing import Place
from matcalc.symbolic.array_methods import METHODS, VIEWS, flat_method, said, spread_method
from matcalc.symbolic.broadcasting import broadcast, spread, with_new_axes, without_axes
from matcalc.symbolic.expressions import Symbolic, value_of
from matcalc.symbolic.indexing import indexed, place_of
from matcalc.symbolic.selections import Selection
from matcalc.symbolic.torch_functions import MEANINGS
from matcalc.symbolic.ufuncs import EntryCondition
from matcalc.symbolic.written_parts import are_apart, fitted, scattered, whole_of

_ENTRIES = 1000  # of an array that is taken apart into its entries


class _Size(Value):
    """A dimension that has a name, where NumPy has a whole number."""

    __slots__ = ()


def _in_place(sign: str) -> Callable[[Any, Any], Any]:
    """``x += y``, which of a number makes another number, and changes an array."""

    def changed(self: Tracer, other: Any) -> Any:
        found = self.binary(sign, self, other)
        if not self.ndim or found is NotImplemented:
            return found
        if found.value.node.shape != self.value.node.shape:
            raise ShapeError(f"a {sign}= b: b does not fit into a")
        self[...] = found
        return self

    return changed


class Tracer(Symbolic):
    """An array that stands for what a traced function is called with: NumPy's own reading.

    Vectors have one axis, ``.T`` leaves them as they are, and shapes are broadcast. What it
    cannot do raises an error that names the operation.
    """

    __slots__ = ("_base", "_log", "_source", "_whole", "_writes")

    columns = False

    def __init__(self, value: Value, declared: Mapping[str, Declared]) -> None:
        self._whole: Value | None = None
        self._source: _Origin | None = None
        self._log: list[Place | None] = []  # where it was written into, one after the other
        super().__init__(value, declared)

    @property
    def value(self) -> Value:
        """What it stands for now, after what was written into it.

        Raises:
            NotDifferentiableError: It is a part of an array that changed after it was taken.
        """
        if self._source is not None:
            self._source.check()
        return self._now()

    @value.setter
    def value(self, value: Value) -> None:
        self._base, self._whole = value, value
        self._writes: dict[Place, Node] = {}

    @classmethod
    def operated(cls, sign: str, one: Value, two: Value) -> Value:
        """The value of ``one sign two``, broadcast as NumPy does."""
        refuse_rows(one, two)
        if sign == "@":
            return Value(algebra.matmul(one.node, two.node))
        return Value(combined(sign, *broadcast(sign, [one.node, two.node])))

    @classmethod
    def matched(cls, name: str, one: Value, two: Value) -> tuple[Node, Node, bool]:
        """The operands of a function entry by entry, broadcast; they are no rows."""
        refuse_rows(one, two)
        first, second = spread(name, [one.node, two.node])
        return first, second, False

    @property
    def shape(self) -> tuple[Any, ...]:
        """The sizes: numbers, and for names values that arithmetic takes."""
        return tuple(map(self._counted, self.value.node.shape))

    @property
    def size(self) -> Any:
        """The number of entries."""
        return self._counted(dimensions.product(self.value.node.shape))

    def _counted(self, size: dimensions.Dimension) -> Any:
        if isinstance(size, int):
            return size
        return type(self)(_Size(algebra.size_of(size)), self.declared)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Real numbers."""
        return np.dtype(np.float64)

    @property
    def T(self) -> Symbolic:  # noqa: N802 - as NumPy spells it
        """The axes in reverse."""
        return self._view(algebra.transpose(self.value.node))

    def _view(self, node: Node, place: Place | None = None) -> Tracer:
        """A part of this array, or the same in another order, which NumPy does not copy."""
        found = type(self)(Value(node), self.declared)
        if node.shape:
            found._source = _Origin(self, place, len(self._log))
        return found

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        """The entries in another shape, as NumPy's method takes it."""
        whole = shape[0] if len(shape) == 1 else shape
        return self.__array_function__(np.reshape, (), (self, whole), {"order": order})

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order, as NumPy's method takes it."""
        order = (axes[0] if len(axes) == 1 else axes,) if axes else ()
        return self.__array_function__(np.transpose, (), (self, *order), {})

    def __array_function__(
        self, function: Any, types: Any, args: Sequence[Any], named: Mapping[str, Any]
    ) -> Any:
        if function is np.fill_diagonal:
            return _fill_diagonal(*args, **named)
        found = super().__array_function__(function, types, args, named)
        if function in VIEWS and isinstance(found, Tracer) and args and args[0] is self:
            return self._view(found.value.node)
        return found

    def astype(self, dtype: Any, **_: Any) -> Tracer:
        """The same; of real numbers alone.

        Raises:
            NotDifferentiableError: The type is another than that of real numbers.
        """
        if np.dtype(dtype).kind != "f":
            raise NotDifferentiableError(f"astype({dtype}) cannot be traced: x stands for reals")
        return type(self)(Value(self.value.node), self.declared)

    def __getattr__(self, name: str) -> Any:
        """NumPy's methods; and its ufuncs, which it looks up on the entries of object arrays."""
        if name in ("var", "std"):
            return partial(spread_method, name, self)
        if name in ("flatten", "ravel"):
            return partial(flat_method, name, self)
        if name in METHODS:
            return partial(METHODS[name], self)
        if isinstance(getattr(np, name, None), np.ufunc):
            said("tensor", name)
            return partial(getattr(np, name), self)
        if hasattr(np.ndarray, name) and not name.startswith("__"):
            raise NotDifferentiableError(f"the method {name} of an array cannot be traced")
        plainly = name.rstrip("_")
        if plainly in MEANINGS and not name.startswith("_"):
            raise NotDifferentiableError(
                f"the method {name} is a tensor's, and the function does not name PyTorch: "
                f"write torch.{plainly}(x, …)"
            )
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

    def __getitem__(self, key: Any) -> Any:
        key = _plain_key(key)
        if isinstance(key, Tracer) and _is_mask(key, self):
            return Selection(self.copy(), self._mask(key, rows=False))
        place = _place(self, key)
        if place is None:
            node = indexed(self.value.node, key)
            return self._view(node) if _is_basic(key) else type(self)(Value(node), self.declared)
        return self._view(self._part(key, place), place)

    def _part(self, key: Any, place: Place) -> Node:
        """The entries at a place: what was written there, or what was there before."""
        if place in self._writes and self._source is None:
            singles = [k for k, (_, _, single) in enumerate(place) if single]
            return without_axes(self._writes[place], singles)
        if self._source is None and all(are_apart(place, other) for other in self._writes):
            return indexed(self._base.node, key)
        return indexed(self.value.node, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        """``x[…] = y``, of this array alone: a new one stands in its place from now on.

        Raises:
            NotDifferentiableError: The place depends on values, or it is an array in another
                order, which NumPy would write through to the first one.
        """
        key = _plain_key(key)
        if self._source is not None and self._source.place is None:
            raise NotDifferentiableError(
                "x.T[…] = y and the like write into another array, which is not traced; "
                "write into x itself, or into x.copy()"
            )
        if _is_mask(key, self):
            self._put(None, value_of(self._chosen(key, value)).node)
        else:
            place, node = _place(self, key), value_of(value).node
            if place is None:
                self._put(None, scattered(self.value.node, key, node))
            else:
                self._put(place, fitted(node, place))
        if self._source is not None:
            self._source = self._source.written(self.value.node)

    def _chosen(self, key: Any, value: Any) -> Any:
        """What stands here after ``x[key] = value``, of a mask."""
        mask = self._mask(key)
        if isinstance(value, Selection):
            return value.written_into(self, mask)
        if np.ndim(value) > self.ndim - np.ndim(key):
            raise NotDifferentiableError(
                "x[mask] = y of an array y is not traced: which entries of y are taken depends on "
                "values; y[mask] says so"
            )
        return np.where(mask, value, cast("Any", self))

    def _mask(self, key: Any, *, rows: bool = True) -> Any:
        """A mask of the whole array; of its first axes alone it is one of rows."""
        shape = self.value.node.shape
        found, axes = value_of(key).node, range(np.ndim(key), self.ndim)
        if found.shape != shape[: len(found.shape)] or (axes and not rows):
            sizes = f"{dimensions.times(found.shape)} of an array of {dimensions.times(shape)}"
            raise NotDifferentiableError(f"a mask of {sizes} cannot be traced here; use np.where")
        return type(self)(EntryCondition(with_new_axes(found, axes)), self.declared)

    def _put(self, place: Place | None, node: Node) -> None:
        """Write a whole array, or what stands at a place."""
        apart = place is not None and all(
            other == place or are_apart(place, other) for other in self._writes
        )
        if place is None:
            self.value = Value(node)
        else:
            if not apart:
                self.value = Value(self.value.node)
            self._writes[place] = node
            self._whole = None
        self._log.append(place)

    def __len__(self) -> int:
        if not self.ndim:
            raise ShapeError("len(x) of a number")
        first = self.value.node.shape[0]
        if not isinstance(first, int):
            self.refuse(f"len(x) of {first} entries", "; declare a number: x[3]")
        return first

    def __index__(self) -> int:
        found = number_of(self.value)
        if found is None or found.denominator != 1:
            self.refuse("a whole number, for a size or an index,", "; declare numbers: x[3]")
        return int(found)

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self)))

    def compared(self, sign: str, other: object) -> Any:
        """A comparison entry by entry, for ``np.where`` and for products.

        Raises:
            UnboundError: It is ``==`` or ``!=``, of a size and of another.
        """
        if self._is_size and sign in ("==", "!="):
            if isinstance(other, Tracer) and other.value == self.value:
                return sign == "=="
            self.refuse(f"the comparison x {sign} y")
        one, two = value_of(self), value_of(other)
        if sign in ("==", "!="):
            signs = find_rule("sign").build(self.operated("-", one, two).node)
            differs = algebra.power(signs, 2)
            holds = algebra.minus(number(1), differs) if sign == "==" else differs
            return type(self)(EntryCondition(holds), self.declared)
        if sign in ("<", ">="):
            one, two = two, one
        holds = find_rule("step").build(self.operated("-", one, two).node)
        if sign in ("<=", ">="):
            holds = algebra.minus(number(1), holds)
        return type(self)(EntryCondition(holds), self.declared)

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
        if not isinstance(self.value, EntryCondition):
            raise NotDifferentiableError("&, | and ~ are traced of comparisons alone")
        return type(self)(EntryCondition(found.value.node), found.declared)

    def _now(self) -> Value:
        """What it stands for, without the check that it is no part of what has changed."""
        if self._whole is None:
            self._whole = Value(whole_of(self._base.node, list(self._writes.items())))
        return self._whole

    __iadd__, __isub__, __imul__ = _in_place("+"), _in_place("-"), _in_place("*")
    __itruediv__, __imatmul__, __ipow__ = _in_place("/"), _in_place("@"), _in_place("**")


class _Origin(NamedTuple):
    """The array that another is a part of, without a copy.

    Attributes:
        array: The array.
        place: Where the part is; ``None`` for the whole in another order.
        seen: How often the array had been written into when the part was taken.
    """

    array: Tracer
    place: Place | None
    seen: int

    def check(self) -> None:
        """Refuse a part that NumPy would have changed since.

        Raises:
            NotDifferentiableError: The array was written into at this place.
        """
        for other in self.array._log[self.seen :]:
            if self.place is None or other is None or not are_apart(self.place, other):
                raise NotDifferentiableError(
                    "a part of an array is used after the array was written into there, which "
                    "is not traced; take it again, or copy it before: x[0].copy()"
                )
        if self.array._source is not None:
            self.array._source.check()

    def written(self, node: Node) -> _Origin:
        """The same after the part was written into: so is the array."""
        place = self.place
        if place is not None:
            singles = [k for k, (_, _, single) in enumerate(place) if single]
            whole = with_new_axes(node, singles) if singles else node
            self.array._put(place, whole)
            if self.array._source is not None:
                above = self.array._source
                self.array._source = above.written(self.array._now().node)
        return self._replace(seen=len(self.array._log))


def _plain_key(key: Any) -> Any:
    """A key with sizes in place of what stands for them: ``x[n - 1]``."""
    if isinstance(key, tuple):
        return tuple(map(_plain_key, key))
    if isinstance(key, slice):
        return slice(*(_plain_key(one) for one in (key.start, key.stop, key.step)))
    if isinstance(key, Tracer) and not key.ndim and not isinstance(key.value, EntryCondition):
        try:
            return dimension_of(key.value)
        except NotationError:
            found = number_of(key.value)
            return key if found is None or found.denominator != 1 else int(found)
    return key


def _place(array: Tracer, key: Any) -> Place | None:
    listed = key if isinstance(key, tuple) else (key,)
    if _is_mask(key, array) or any(one is None for one in listed):
        return None
    return place_of(array.value.node.shape, key)


def _is_basic(key: Any) -> bool:
    """Whether NumPy makes no copy of what a key picks."""
    listed = key if isinstance(key, tuple) else (key,)
    return all(one is None or one is Ellipsis or isinstance(one, (int, slice)) for one in listed)


def _fill_diagonal(a: Any, val: Any, *, wrap: bool = False) -> None:
    """``np.fill_diagonal(a, val)``, which writes into a square array."""
    if not isinstance(a, Tracer) or wrap or not dimensions.is_square(a.value.node.shape):
        raise NotDifferentiableError("np.fill_diagonal is traced of a square array")
    old: Any = np.diag(cast("Any", a))
    a[:] = a - np.diag(old) + np.diag(0 * old + val)


def _is_mask(key: Any, array: Tracer) -> bool:
    """Whether a key is a comparison of the whole array, or an array of truth values."""
    traced = isinstance(key, Tracer) and isinstance(key.value, EntryCondition)
    known = isinstance(key, np.ndarray) and key.dtype == bool and key.ndim == array.ndim
    return traced or (known and array.ndim > 1)  # along one axis it is a list of places


def refuse_rows(*values: Value) -> None:
    """Refuse rows, which NumPy does not have.

    Raises:
        ShapeError: There is one.
    """
    if any(value.row for value in values):
        raise ShapeError("a row, made by mc.symbols, stands in a traced function; trace it too")

"""An array: entries in a list, and how the axes step through it, so that parts of it are views."""

from __future__ import annotations

import array as packed
from functools import lru_cache
from itertools import chain
from math import prod

from numpy.scalars import bool_, dtype, float64, generic, int64, kind_of, wider


class ndarray:
    """Entries of one kind along some axes.

    The list may be shared: a slice, a transpose or a diagonal is the same list, stepped through
    in another way.
    """

    __array_priority__ = 0.0

    def __init__(self, entries, shape, kind, strides=None, offset=0, base=None):
        self.entries = entries
        self.shape = shape
        self.kind = kind
        self.steps = contiguous(shape) if strides is None else strides
        self.offset = offset
        self.base = base
        self.is_whole = strides is None
        self.is_writeable = True

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        return prod(self.shape)

    @property
    def dtype(self):
        return dtype(self.kind)

    @property
    def itemsize(self):
        return self.dtype.itemsize

    @property
    def nbytes(self):
        return self.size * self.itemsize

    @property
    def strides(self):
        return tuple(step * self.itemsize for step in self.steps)

    @property
    def T(self):
        return transpose(self)

    @property
    def mT(self):
        return transpose(self, (*range(self.ndim - 2), self.ndim - 1, self.ndim - 2))

    @property
    def real(self):
        return self

    @property
    def flat(self):
        return reshape(self, -1)

    @property
    def flags(self):
        return Flags(self.is_writeable, self.is_whole)

    @property
    def data(self):
        return memoryview(self.tobytes())

    def tobytes(self):
        code = {"f": "d", "i": "q", "b": "b"}[self.kind]
        return packed.array(code, listed(self)).tobytes()

    def setflags(self, write=True):
        self.is_writeable = write

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self):
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return (self[k] for k in range(self.shape[0]))

    def __bool__(self):
        if self.size != 1:
            raise ValueError("The truth value of an array with more than one element is ambiguous.")
        return bool(listed(self)[0])

    def item(self, *index):
        if index:
            return plain(self[index if len(index) > 1 else index[0]])
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return plain(listed(self)[0])

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __index__(self):
        if self.kind != "i" or self.shape:
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return int(self.item())

    def __format__(self, spec):
        return format(self.item() if not self.shape else str(self), spec)

    def __repr__(self):
        return f"array({self.tolist()})"

    def __str__(self):
        return str(self.tolist())

    __hash__ = None

    def tolist(self):
        entries = listed(self)
        if not self.shape:
            return plain(entries[0])
        nested = [plain(one) for one in entries]
        for size in self.shape[:0:-1]:
            nested = [nested[k : k + size] for k in range(0, len(nested), size)] if size else []
        return nested

    def copy(self, order="C"):
        del order
        return ndarray(list(listed(self)), self.shape, self.kind)

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.copy()

    def astype(self, kind, order="K", copy=True):
        del order
        wanted = dtype(kind).kind
        if wanted == self.kind and not copy:
            return self
        return ndarray(converted(listed(self), self.kind, wanted), self.shape, wanted)

    def fill(self, value):
        self[...] = value

    def __getitem__(self, index):
        from numpy.indexing import part_of

        return part_of(self, index)

    def __setitem__(self, index, value):
        from numpy.indexing import put

        if not self.is_writeable:
            raise ValueError("assignment destination is read-only")
        put(self, index, value)

    def __contains__(self, value):
        return value in listed(self)

    def transpose(self, *axes):
        if len(axes) == 1 and not isinstance(axes[0], int):
            axes = axes[0]
        return transpose(self, axes or None)

    def reshape(self, *shape, order="C"):
        if len(shape) == 1 and not isinstance(shape[0], (int, generic)):
            shape = shape[0]
        return reshape(self, shape, order)


class Flags:
    """Whether an array may be written to, and whether its list is its own, in order."""

    def __init__(self, writeable, whole):
        self.writeable = writeable
        self.c_contiguous = self.owndata = whole
        self.f_contiguous = False


def plain(value):
    """A number of Python's."""
    return value.item() if isinstance(value, generic) else value


@lru_cache(maxsize=4096)
def contiguous(shape):
    """The steps of an array whose list is its own, in order."""
    steps, step = [], 1
    for size in reversed(shape):
        steps.append(step)
        step *= size
    return tuple(reversed(steps))


@lru_cache(maxsize=8192)
def places(shape, steps, offset):
    """Where the entries of an array stand in its list, in order."""
    found = [offset]
    for size, step in zip(shape, steps, strict=True):
        found = [at + k * step for at in found for k in range(size)]
    return found


def listed(array):
    """The entries of an array in order: a list that may be its own, and is not to be changed."""
    if array.is_whole:
        return array.entries
    entries = array.entries
    return [entries[at] for at in places(array.shape, array.steps, array.offset)]


def view(array, shape, steps, offset):
    """The same list, stepped through in another way."""
    found = ndarray(array.entries, tuple(shape), array.kind, tuple(steps), offset, array)
    found.is_writeable = array.is_writeable
    return found


def converted(entries, kind, wanted):
    """Entries of another kind."""
    if kind == wanted:
        return list(entries)
    return list(map({"f": float, "i": int, "b": bool, "O": plain}[wanted], entries))


def scalar(value, kind):
    """An entry as NumPy gives it."""
    if kind == "f":
        return float64(value)
    return {"i": int64, "b": bool_}[kind](value) if kind in "ib" else value


def array(given, dtype=None, copy=True, order="C", ndmin=0):
    """A new array of what was given: numbers, arrays, lists of them."""
    found = asarray(given, dtype, copy=copy, order=order)
    while found.ndim < ndmin:
        found = found[None]
    return found


def asarray(given, dtype=None, order=None, copy=None):
    """The array itself, or one of what was given."""
    if type(given) is ndarray and dtype is None and not copy:
        return given
    del order
    wanted = _dtype_kind(dtype)
    if isinstance(given, ndarray):
        if copy or (wanted is not None and wanted != given.kind):
            return given.astype(wanted or given.kind)
        return given
    if isinstance(given, generic):
        found = ndarray([given.item()], (), given.kind)
    elif isinstance(given, (bool, int, float, complex, str)):
        found = ndarray([given], (), kind_of(given))
    elif isinstance(given, (list, tuple, range)):
        found = _nested(list(given))
    elif hasattr(given, "__array__"):
        found = given.__array__()
    elif hasattr(given, "__float__") and not hasattr(given, "__len__"):
        found = ndarray(
            [given if wanted is None else float(given)], (), "O" if wanted is None else "f"
        )
    else:
        found = ndarray([given], (), "O")
    return found.astype(wanted) if wanted is not None and wanted != found.kind else found


def _dtype_kind(given):
    return None if given is None else dtype(given).kind


def _nested(items):
    """An array of a list of numbers, of arrays, or of lists."""
    if not items:
        return ndarray([], (0,), "f")
    if all(type(one) is float for one in items):
        return ndarray(items, (len(items),), "f")
    parts = [asarray(one) for one in items]
    shapes = {part.shape for part in parts}
    if len(shapes) > 1:
        raise ValueError(
            "setting an array element with a sequence. The requested array has an "
            f"inhomogeneous shape: {sorted(shapes)}"
        )
    kind = wider(*(part.kind for part in parts))
    entries = list(chain.from_iterable(listed(part) for part in parts))
    if any(part.kind != kind for part in parts):
        entries = converted(entries, None, kind)
    return ndarray(entries, (len(items), *parts[0].shape), kind)


def transpose(given, axes=None):
    """The same entries with the axes in another order."""
    one = asarray(given)
    order = tuple(reversed(range(one.ndim))) if axes is None else axis_numbers(axes, one.ndim)
    if sorted(order) != list(range(one.ndim)):
        raise ValueError("axes don't match array")
    if order == tuple(range(one.ndim)):
        return one
    shape = tuple(one.shape[k] for k in order)
    return view(one, shape, (one.steps[k] for k in order), one.offset)


def axis_numbers(axes, rank):
    """Axes, counted from the front."""
    listed_axes = (axes,) if isinstance(axes, int) else tuple(axes)
    for axis in listed_axes:
        if not -rank <= axis < rank:
            raise ValueError(f"axis {axis} is out of bounds for array of dimension {rank}")
    return tuple(int(axis) % rank for axis in listed_axes)


def reshape(given, shape, order="C"):
    """The same entries in order, along other axes; where the list allows it the same list."""
    one = asarray(given)
    sizes = [int(k) for k in ((shape,) if isinstance(shape, (int, generic)) else shape)]
    if -1 in sizes:
        known = prod(k for k in sizes if k != -1)
        if not known or one.size % known:
            raise ValueError(f"cannot reshape array of size {one.size} into shape {tuple(sizes)}")
        sizes[sizes.index(-1)] = one.size // known
    if prod(sizes) != one.size:
        raise ValueError(f"cannot reshape array of size {one.size} into shape {tuple(sizes)}")
    if order == "F":
        return transpose(reshape(transpose(one), tuple(reversed(sizes))))
    new = tuple(sizes)
    if one.is_whole:
        found = ndarray(one.entries, new, one.kind, base=one)
        found.is_writeable = one.is_writeable
        return found
    return ndarray(listed(one), new, one.kind)


def broadcast_shapes(*shapes):
    """The shape that arrays of these shapes have together."""
    rank = max(map(len, shapes), default=0)
    found = [1] * rank
    for shape in shapes:
        for k, size in enumerate(shape, rank - len(shape)):
            if size != 1:
                if found[k] not in (1, size):
                    listed_shapes = " ".join(str(tuple(one)) for one in shapes)
                    raise ValueError(
                        f"operands could not be broadcast together with shapes {listed_shapes}"
                    )
                found[k] = size
    return tuple(found)


def broadcast_to(given, shape):
    """The array, repeated along axes of size 1 and new ones in front; a view."""
    one = asarray(given)
    wanted = (shape,) if isinstance(shape, int) else tuple(shape)
    if one.shape == wanted:
        return one
    if broadcast_shapes(one.shape, wanted) != wanted:
        raise ValueError(f"could not broadcast array from shape {one.shape} to shape {wanted}")
    new = len(wanted) - one.ndim
    kept = zip(one.shape, wanted[new:], one.steps, strict=True)
    steps = (0,) * new + tuple(step if size == w else 0 for size, w, step in kept)
    return view(one, wanted, steps, one.offset)

"""Arrays of given entries, arrays of other arrays, and what is chosen from them."""

from __future__ import annotations

import builtins
from itertools import pairwise
from itertools import product as tuples
from math import prod

from numpy.arrays import (
    array,
    asarray,
    axis_numbers,
    broadcast_shapes,
    broadcast_to,
    converted,
    listed,
    ndarray,
    plain,
    reshape,
    transpose,
)
from numpy.indexing import nonzero
from numpy.products import diagonal
from numpy.reductions import argsort, rows_along
from numpy.scalars import dtype as type_of
from numpy.scalars import generic, kind_of, wider
from numpy.ufuncs import made, maximum, minimum


def _shape(given):
    return (int(given),) if isinstance(given, (int, generic)) else tuple(int(k) for k in given)


def full(shape, fill_value, dtype=None, order="C"):
    del order
    sizes = _shape(shape)
    given = asarray(fill_value)
    kind = type_of(dtype).kind if dtype is not None else given.kind
    if not given.shape:
        entries = converted([plain(listed(given)[0])], given.kind, kind)
        return ndarray(entries * prod(sizes), sizes, kind)
    return broadcast_to(given.astype(kind), sizes).copy()


def zeros(shape, dtype=float, order="C"):
    return full(shape, 0, dtype, order)


def ones(shape, dtype=float, order="C"):
    return full(shape, 1, dtype, order)


empty = zeros


def _like(name, make):
    def like(a, dtype=None, shape=None):
        one = asarray(a)
        return make(one.shape if shape is None else shape, dtype or one.dtype)

    like.__name__ = name
    return like


zeros_like = empty_like = _like("zeros_like", zeros)
ones_like = _like("ones_like", ones)


def full_like(a, fill_value, dtype=None):
    one = asarray(a)
    return full(one.shape, fill_value, dtype or one.dtype)


def eye(N, M=None, k=0, dtype=float, order="C"):
    rows, columns = int(N), int(N if M is None else M)
    found = zeros((rows, columns), dtype, order)
    diagonal(found, k)[...] = 1
    return found


def identity(n, dtype=float):
    return eye(n, dtype=dtype)


def arange(start, stop=None, step=1, dtype=None):
    begin, end = (0, start) if stop is None else (start, stop)
    if builtins.all(isinstance(one, int) for one in (begin, end, step)):
        return asarray(range(begin, end, step), dtype or int)
    count = builtins.max(0, -int(-(end - begin) // step))
    return asarray([begin + k * step for k in range(count)], dtype or float)


def linspace(start, stop, num=50, endpoint=True):
    count = num - 1 if endpoint else num
    width = (stop - start) / count if count else 0.0
    values = [start + k * width for k in range(num)]
    if endpoint and num > 1:
        values[-1] = stop
    return asarray([float(one) for one in values], float)


def tri(N, M=None, k=0, dtype=float):
    columns = N if M is None else M
    return asarray([[j - i <= k for j in range(columns)] for i in range(N)], dtype)


def tril(m, k=0):
    one = asarray(m)
    return where(tri(*one.shape[-2:], k, bool), one, 0)


def triu(m, k=0):
    one = asarray(m)
    return where(tri(*one.shape[-2:], k - 1, bool), 0, one)


def triu_indices(n, k=0, m=None):
    return nonzero(~tri(n, m, k - 1, bool))


def tril_indices(n, k=0, m=None):
    return nonzero(tri(n, m, k, bool))


def diag(v, k=0):
    one = asarray(v)
    if one.ndim == 2:
        return diagonal(one, k)
    size = one.size + builtins.abs(k)
    found = zeros((size, size), one.dtype)
    diagonal(found, k)[...] = one
    return found


def diagflat(v, k=0):
    return diag(reshape(v, -1), k)


def indices(dimensions):
    sizes = _shape(dimensions)
    rank = len(sizes)
    return stack(
        [
            broadcast_to(reshape(arange(n), (n, *[1] * (rank - k - 1))), sizes)
            for k, n in enumerate(sizes)
        ]
    )


class _Open:
    """Ranges that are broadcast against each other: ``ogrid[:2, :3]``."""

    def __getitem__(self, index):
        rank = len(index)
        ranges = [arange(one.start or 0, one.stop, one.step or 1) for one in index]
        return tuple(
            reshape(one, (*[1] * k, one.size, *[1] * (rank - k - 1)))
            for k, one in enumerate(ranges)
        )


ogrid = _Open()


def ndindex(*shape):
    sizes = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    return tuples(*map(range, sizes))


def where(condition, x=None, y=None):
    """Entries of the one where the condition holds, and of the other where not."""
    if x is None:
        return nonzero(condition)
    arrays = [asarray(one) for one in (condition, x, y)]
    shape = broadcast_shapes(*(one.shape for one in arrays))
    kind = wider(arrays[1].kind, arrays[2].kind)
    hit, one, two = (listed(broadcast_to(each, shape)) for each in arrays)
    entries = [a if c else b for c, a, b in zip(hit, one, two, strict=True)]
    if arrays[1].kind != arrays[2].kind:
        entries = converted(entries, None, kind)
    return made(entries, shape, kind) if shape else asarray(made(entries, shape, kind))


def select(conditions, choices, default=0):
    found = asarray(default)
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        found = where(condition, choice, found)
    return found


def concatenate(arrays, axis=0, dtype=None):
    """Arrays one after the other along an axis."""
    parts = [asarray(one, dtype) for one in arrays]
    if axis is None:
        parts, axis = [reshape(one, -1) for one in parts], 0
    (axis,) = axis_numbers(axis, parts[0].ndim)
    first = parts[0].shape
    for one in parts:
        if one.ndim != len(first) or builtins.any(
            a != b for k, (a, b) in enumerate(zip(one.shape, first, strict=True)) if k != axis
        ):
            raise ValueError(
                "all the input array dimensions except for the concatenation axis match"
            )
    kind = wider(*(one.kind for one in parts))
    shape = (*first[:axis], builtins.sum(one.shape[axis] for one in parts), *first[axis + 1 :])
    found = zeros(shape, kind) if kind != "O" else full(shape, None, object)
    begin = 0
    for one in parts:
        end = begin + one.shape[axis]
        found[(*[slice(None)] * axis, slice(begin, end))] = one
        begin = end
    return found


def stack(arrays, axis=0):
    """Arrays side by side on a new axis."""
    parts = [asarray(one) for one in arrays]
    (axis,) = axis_numbers(axis, parts[0].ndim + 1)
    return concatenate([expand_dims(one, axis) for one in parts], axis)


def vstack(arrays):
    return concatenate([atleast_2d(one) for one in arrays])


def hstack(arrays):
    parts = [atleast_1d(one) for one in arrays]
    return concatenate(parts, 0 if parts[0].ndim == 1 else 1)


def column_stack(arrays):
    return concatenate([one if one.ndim > 1 else one[:, None] for one in map(asarray, arrays)], 1)


def block(rows):
    if not isinstance(rows, list):
        return asarray(rows)
    parts = [block(one) for one in rows]
    deep = 1 + builtins.max(_depth(one) for one in rows)
    rank = builtins.max(deep, *(one.ndim for one in parts))
    parts = [reshape(one, (*[1] * (rank - one.ndim), *one.shape)) for one in parts]
    return concatenate(parts, -deep)


def _depth(rows):
    return 1 + builtins.max(map(_depth, rows)) if isinstance(rows, list) else 0


def atleast_1d(a):
    one = asarray(a)
    return one if one.ndim else reshape(one, (1,))


def atleast_2d(a):
    one = asarray(a)
    return one if one.ndim > 1 else reshape(one, (1, one.size))


def expand_dims(a, axis):
    one = asarray(a)
    count = 1 if isinstance(axis, int) else len(axis)
    new = axis_numbers(axis, one.ndim + count)
    return one[tuple(None if k in new else slice(None) for k in range(one.ndim + count))]


def squeeze(a, axis=None):
    one = asarray(a)
    gone = range(one.ndim) if axis is None else axis_numbers(axis, one.ndim)
    index = tuple(0 if k in gone and n == 1 else slice(None) for k, n in enumerate(one.shape))
    found = one[index]
    return found if one.ndim else one


def ravel(a, order="C"):
    return reshape(a, -1, order)


def swapaxes(a, axis1, axis2):
    one = asarray(a)
    order = list(range(one.ndim))
    i, j = axis_numbers((axis1, axis2), one.ndim)
    order[i], order[j] = order[j], order[i]
    return transpose(one, order)


def moveaxis(a, source, destination):
    one = asarray(a)
    moved, new = axis_numbers(source, one.ndim), axis_numbers(destination, one.ndim)
    order = [k for k in range(one.ndim) if k not in moved]
    for to, axis in sorted(zip(new, moved, strict=True)):
        order.insert(to, axis)
    return transpose(one, order)


def split(a, parts, axis=0):
    one = asarray(a)
    (axis,) = axis_numbers(axis, one.ndim)
    size = one.shape[axis]
    if isinstance(parts, int):
        if size % parts:
            raise ValueError("array split does not result in an equal division")
        parts = range(size // parts, size, size // parts)
    ends = [0, *parts, size]
    return [one[(*[slice(None)] * axis, slice(i, j))] for i, j in pairwise(ends)]


def flip(a, axis=None):
    one = asarray(a)
    turned = range(one.ndim) if axis is None else axis_numbers(axis, one.ndim)
    return one[tuple(slice(None, None, -1 if k in turned else None) for k in range(one.ndim))]


def roll(a, shift, axis=None):
    one = asarray(a)
    if axis is None:
        return reshape(roll(reshape(one, -1), shift, 0), one.shape)
    return rows_along(one, lambda row: [row[(k - shift) % len(row)] for k in range(len(row))], axis)


def repeat(a, repeats, axis=None):
    return rows_along(a, lambda row: [one for one in row for _ in range(repeats)], axis)


def tile(a, reps):
    one = asarray(a)
    counts = _shape(reps)
    rank = builtins.max(one.ndim, len(counts))
    one = reshape(one, (*[1] * (rank - one.ndim), *one.shape))
    for axis, count in enumerate((*[1] * (rank - len(counts)), *counts)):
        one = concatenate([one] * count, axis)
    return one


def pad(a, width, mode="constant", constant_values=0.0):
    one = asarray(a)
    pairs = broadcast_to(asarray(width), (one.ndim, 2)).tolist()
    sizes = [n + before + behind for n, (before, behind) in zip(one.shape, pairs, strict=True)]
    if mode != "constant":
        raise NotImplementedError(f"pad with mode={mode!r}")
    found = full(sizes, constant_values, one.dtype)
    found[tuple(slice(b, b + n) for n, (b, _) in zip(one.shape, pairs, strict=True))] = one
    return found


def take(a, indices, axis=None):
    one = reshape(a, -1) if axis is None else asarray(a)
    (at,) = axis_numbers(axis or 0, one.ndim)
    chosen = list(indices) if isinstance(indices, range) else indices
    return one[(*[slice(None)] * at, chosen)]


def take_along_axis(a, indices, axis):
    one, chosen = asarray(a), asarray(indices)
    (axis,) = axis_numbers(axis, one.ndim)
    shape = broadcast_shapes(
        *(tuple(1 if k == axis else n for k, n in enumerate(each.shape)) for each in (one, chosen))
    )
    rank = one.ndim
    index = [reshape(arange(n), (*[1] * k, n, *[1] * (rank - k - 1))) for k, n in enumerate(shape)]
    index[axis] = chosen
    return one[tuple(index)]


def clip(a, a_min=None, a_max=None, out=None, **limits):
    found = asarray(a)
    low, high = limits.get("min", a_min), limits.get("max", a_max)
    if low is not None:
        found = maximum(found, low)
    if high is not None:
        found = minimum(found, high)
    if out is not None:
        out[...] = found
    return found


def round(a, decimals=0):
    one = asarray(a)
    if one.kind != "f":
        return one
    return made([builtins.round(x, decimals) for x in listed(one)], one.shape, "f")


def isclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    one, two = asarray(a), asarray(b)
    shape = broadcast_shapes(one.shape, two.shape)

    def near(x, y):
        if x != x or y != y:
            return equal_nan and x != x and y != y
        return x == y or builtins.abs(x - y) <= atol + rtol * builtins.abs(y) < float("inf")

    pairs = map(near, listed(broadcast_to(one, shape)), listed(broadcast_to(two, shape)))
    return made(list(pairs), shape, "b")


def allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    return bool(asarray(isclose(a, b, rtol, atol, equal_nan)).all())


def array_equal(a, b):
    one, two = asarray(a), asarray(b)
    return one.shape == two.shape and bool(asarray(one == two).all())


def flatnonzero(a):
    return nonzero(reshape(a, -1))[0]


def argwhere(a):
    return transpose(stack(nonzero(atleast_1d(a))))


def unique(a, return_index=False, return_inverse=False, return_counts=False):
    entries = listed(asarray(a))
    found = sorted(set(entries))
    values = ndarray(found, (len(found),), asarray(a).kind)
    more = []
    if return_index:
        more.append(asarray([entries.index(one) for one in found], int))
    if return_inverse:
        at = {one: k for k, one in enumerate(found)}
        more.append(reshape(asarray([at[one] for one in entries], int), asarray(a).shape))
    if return_counts:
        more.append(asarray([entries.count(one) for one in found], int))
    return (values, *more) if more else values


def unravel_index(index, shape):
    numbers = asarray(index)
    found = []
    for size in reversed(shape):
        found.append(numbers % size)
        numbers = numbers // size
    return tuple(reversed(found))


def result_type(*given):
    kinds = [
        type_of(one).kind
        if isinstance(one, (type_of, type, str))
        else one.kind
        if isinstance(one, (ndarray, generic))
        else kind_of(one)
        for one in given
    ]
    return type_of(wider(*kinds))


def issubdtype(given, kind):
    return issubclass(type_of(given).type, kind)


def fromiter(iterable, dtype, count=-1):
    del count
    return asarray(list(iterable), dtype)


def vectorize(function, otypes=None):
    """The function, entry by entry."""
    kind = type_of(otypes[0]).kind if otypes else None

    def mapped(*given):
        arrays = [asarray(one) for one in given]
        shape = broadcast_shapes(*(one.shape for one in arrays))
        lists = [listed(broadcast_to(one, shape)) for one in arrays]
        entries = list(map(function, *lists))
        return asarray(made(entries, shape, kind or kind_of(entries[0]) if entries else "f"))

    return mapped


def frexp(x):
    from math import frexp as apart

    one = asarray(x)
    pairs = [apart(entry) for entry in listed(one)]
    return tuple(made([pair[k] for pair in pairs], one.shape, "fi"[k]) for k in (0, 1))


def cov(m, rowvar=True, ddof=1):
    rows = asarray(m) if rowvar else transpose(m)
    centred = rows - rows.mean(1, keepdims=True)
    return centred @ centred.T / (rows.shape[1] - ddof)


def corrcoef(m, rowvar=True):
    spread = cov(m, rowvar)
    root = diagonal(spread) ** 0.5
    return spread / (root[:, None] * root)


def convolve(a, v, mode="full"):
    one, two = listed(asarray(a)), listed(asarray(v))
    if mode != "full":
        raise NotImplementedError(f"convolve with mode={mode!r}")
    found = [0.0] * (len(one) + len(two) - 1)
    for i, x in enumerate(one):
        for j, y in enumerate(two):
            found[i + j] += x * y
    return asarray(found)


def vander(x, N=None, increasing=False):
    one = asarray(x)
    powers = range(one.size if N is None else N)
    columns = [one**k for k in (powers if increasing else reversed(powers))]
    return stack(columns, 1)


def polyval(p, x):
    found = asarray(x) * 0
    for one in p:
        found = found * x + one
    return found


def _flatten(a, order="C"):
    return ravel(a, order).copy()


def _sort(a, axis=-1):
    a[...] = take_along_axis(a, argsort(a, axis), axis)


for _name, _function in {
    "take": take,
    "squeeze": squeeze,
    "ravel": ravel,
    "flatten": _flatten,
    "swapaxes": swapaxes,
    "clip": clip,
    "round": round,
    "repeat": repeat,
    "nonzero": nonzero,
    "sort": _sort,
}.items():
    setattr(ndarray, _name, _function)


def copy(a):
    return array(a)

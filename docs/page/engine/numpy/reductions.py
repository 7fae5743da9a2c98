"""Numbers of all entries, or of those along some axes: sums, extremes, means, orders."""

from __future__ import annotations

import builtins
import math
from itertools import accumulate
from operator import mul

from numpy.arrays import asarray, axis_numbers, listed, ndarray, reshape, transpose
from numpy.ufuncs import made, sqrt


def along(given, function, axis=None, keepdims=False, kind=""):
    """What a function makes of the entries along some axes; of all of them without any."""
    one = asarray(given)
    kind = kind or one.kind
    axes = range(one.ndim) if axis is None else axis_numbers(axis, one.ndim)
    kept = [k for k in range(one.ndim) if k not in axes]
    shape = tuple(one.shape[k] for k in kept)
    if not kept:
        found = [function(listed(one))]
    else:
        entries = listed(transpose(one, (*kept, *axes)))
        count = math.prod(one.shape[k] for k in axes)
        found = [function(entries[k * count : (k + 1) * count]) for k in range(math.prod(shape))]
    if keepdims:
        shape = tuple(1 if k in axes else size for k, size in enumerate(one.shape))
    return made(found, shape, kind)


def rows_along(given, function, axis=-1, kind=""):
    """What a function makes of each list of entries along an axis: a list of as many or others."""
    one = asarray(given)
    if axis is None:
        one, axis = reshape(one, -1), 0
    (axis,) = axis_numbers(int(axis), one.ndim)
    order = [*(k for k in range(one.ndim) if k != axis), axis]
    entries = listed(transpose(one, order))
    size = one.shape[axis]
    rows = [function(entries[k : k + size]) for k in range(0, len(entries), size)] if size else []
    count = len(rows[0]) if rows else 0
    shape = (*(one.shape[k] for k in order[:-1]), count)
    flat = ndarray([entry for row in rows for entry in row], shape, kind or one.kind)
    return transpose(flat, builtins.sorted(range(one.ndim), key=order.__getitem__))


def _method(function):
    """The function is a method of arrays too."""
    setattr(ndarray, function.__name__, function)
    return function


def _written(result, out):
    if out is None:
        return result
    out[...] = result
    return out


def _counted(one):
    """The kind of a sum: truth values are counted."""
    return "i" if one.kind == "b" else one.kind


@_method
def sum(a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    one = asarray(a, dtype)
    if where is not True:
        one = one * asarray(where)
    kind = _counted(one)
    start = float(initial) if kind == "f" else initial
    return _written(along(one, lambda row: builtins.sum(row, start), axis, keepdims, kind), out)


@_method
def prod(a, axis=None, dtype=None, out=None, keepdims=False, initial=1):
    one = asarray(a, dtype)
    kind = _counted(one)
    start = float(initial) if kind == "f" else initial
    return _written(along(one, lambda row: math.prod(row, start=start), axis, keepdims, kind), out)


def _extreme(name, choose):
    def extreme(a, axis=None, out=None, keepdims=False, initial=None, where=True):
        def chosen(row):
            numbers = row if initial is None else [*row, initial]
            if not numbers:
                raise ValueError(f"zero-size array to reduction operation {name} has no identity")
            undefined = [one for one in numbers if one != one]
            return undefined[0] if undefined else choose(numbers)

        del where
        return _written(along(a, chosen, axis, keepdims), out)

    extreme.__name__ = name
    return _method(extreme)


amax = max = _extreme("max", builtins.max)
amin = min = _extreme("min", builtins.min)


def _mean(row):
    return builtins.sum(row, 0.0) / len(row) if row else math.nan


@_method
def mean(a, axis=None, dtype=None, out=None, keepdims=False):
    del dtype
    return _written(along(a, _mean, axis, keepdims, "f"), out)


@_method
def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    def spread(row):
        middle = _mean(row)
        return builtins.sum((x - middle) ** 2 for x in row) / (len(row) - ddof)

    del dtype
    return _written(along(a, spread, axis, keepdims, "f"), out)


@_method
def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    return _written(sqrt(var(a, axis, dtype, None, ddof, keepdims)), out)


@_method
def ptp(a, axis=None):
    return max(a, axis) - min(a, axis)


@_method
def all(a, axis=None, out=None, keepdims=False):
    return _written(along(a, builtins.all, axis, keepdims, "b"), out)


@_method
def any(a, axis=None, out=None, keepdims=False):
    return _written(along(a, builtins.any, axis, keepdims, "b"), out)


def count_nonzero(a, axis=None, keepdims=False):
    return along(a, lambda row: builtins.sum(map(bool, row)), axis, keepdims, "i")


@_method
def argmax(a, axis=None, out=None, keepdims=False):
    del out
    return along(a, lambda row: row.index(builtins.max(row)), axis, keepdims, "i")


@_method
def argmin(a, axis=None, out=None, keepdims=False):
    del out
    return along(a, lambda row: row.index(builtins.min(row)), axis, keepdims, "i")


@_method
def cumsum(a, axis=None, dtype=None, out=None):
    one = asarray(a, dtype)
    return _written(rows_along(one, lambda row: list(accumulate(row)), axis, _counted(one)), out)


@_method
def cumprod(a, axis=None, dtype=None, out=None):
    one = asarray(a, dtype)
    found = rows_along(one, lambda row: list(accumulate(row, mul)), axis, _counted(one))
    return _written(found, out)


@_method
def argsort(a, axis=-1, kind=None, stable=None):
    del kind, stable
    return rows_along(
        a, lambda row: builtins.sorted(range(len(row)), key=row.__getitem__), axis, "i"
    )


def sort(a, axis=-1, kind=None, stable=None):
    """A sorted copy."""
    del kind, stable
    return rows_along(a, builtins.sorted, axis)


def median(a, axis=None, keepdims=False):
    def middle(row):
        ordered = builtins.sorted(row)
        half = len(row) // 2
        return float(ordered[half] if len(row) % 2 else (ordered[half - 1] + ordered[half]) / 2)

    return along(a, middle, axis, keepdims, "f")


def average(a, axis=None, weights=None):
    if weights is None:
        return mean(a, axis)
    return sum(asarray(a) * asarray(weights), axis) / sum(weights, axis)


def diff(a, n=1, axis=-1):
    one = asarray(a)
    for _ in range(n):
        one = rows_along(one, lambda row: [b - c for b, c in zip(row[1:], row, strict=False)], axis)
    return one

"""Sums of products: of matrices, of vectors, of arrays with labelled axes."""

from __future__ import annotations

from itertools import repeat
from math import prod
from operator import mul

from numpy.arrays import (
    asarray,
    axis_numbers,
    broadcast_shapes,
    broadcast_to,
    listed,
    ndarray,
    places,
    reshape,
    transpose,
    view,
)
from numpy.scalars import wider
from numpy.ufuncs import made, multiply


def _zero(kind):
    return 0.0 if kind == "f" else 0


def _kind(one, two):
    kind = wider(one.kind, two.kind)
    return "i" if kind == "b" else kind


def matmul(first, second):
    """``first @ second``: over the last axis of the one and the last but one of the other."""
    one, two = asarray(first), asarray(second)
    if not one.shape or not two.shape:
        raise ValueError("matmul: Input operand does not have enough dimensions")
    a = one if one.ndim > 1 else one[None]
    b = two if two.ndim > 1 else two[:, None]
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(
            f"matmul: Input operand 1 has a mismatch in its core dimension 0 "
            f"(size {b.shape[-2]} is different from {a.shape[-1]})"
        )
    stack = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    rows, inner, columns = a.shape[-2], a.shape[-1], b.shape[-1]
    left = listed(broadcast_to(a, (*stack, rows, inner)))
    right = listed(transposed(broadcast_to(b, (*stack, inner, columns))))
    kind = _kind(one, two)
    zero = _zero(kind)
    entries = []
    for k in range(prod(stack)):
        lines = [left[i : i + inner] for i in _starts(k * rows, rows, inner)]
        others = [right[j : j + inner] for j in _starts(k * columns, columns, inner)]
        entries += [sum(map(mul, line, other), zero) for line in lines for other in others]
    shape = (*stack, *([rows] if one.ndim > 1 else []), *([columns] if two.ndim > 1 else []))
    return made(entries, shape, kind)


def _starts(first, count, size):
    return range(first * size, (first + count) * size, size) if size else repeat(0, count)


def transposed(matrices):
    """The last two axes exchanged."""
    rank = matrices.ndim
    return transpose(matrices, (*range(rank - 2), rank - 1, rank - 2))


def dot(first, second, out=None):
    """The product over the last axis of the one and the last but one of the other."""
    del out
    one, two = asarray(first), asarray(second)
    if not one.shape or not two.shape:
        return multiply(one, two)
    return tensordot(one, two, ([one.ndim - 1], [max(two.ndim - 2, 0)]))


def tensordot(first, second, axes=2):
    """The sum of products over some axes of both."""
    one, two = asarray(first), asarray(second)
    if isinstance(axes, int):
        axes = range(one.ndim - axes, one.ndim), range(axes)
    left, right = (
        axis_numbers(each, array.ndim) for each, array in zip(axes, (one, two), strict=True)
    )
    if [one.shape[k] for k in left] != [two.shape[k] for k in right]:
        raise ValueError("shape-mismatch for sum")
    kept = [k for k in range(one.ndim) if k not in left]
    rest = [k for k in range(two.ndim) if k not in right]
    inner = prod(one.shape[k] for k in left)
    a = reshape(transpose(one, (*kept, *left)), (prod(one.shape[k] for k in kept), inner))
    b = reshape(transpose(two, (*right, *rest)), (inner, prod(two.shape[k] for k in rest)))
    shape = (*(one.shape[k] for k in kept), *(two.shape[k] for k in rest))
    product = matmul(a, b)
    return made(listed(product), shape, product.kind)


def inner(first, second):
    one, two = asarray(first), asarray(second)
    return tensordot(one, two, ([one.ndim - 1], [two.ndim - 1]))


def vdot(first, second):
    return dot(reshape(first, -1), reshape(second, -1))


def outer(first, second):
    return multiply.outer(reshape(first, -1), reshape(second, -1))


def cross(first, second):
    """The cross product of vectors of three entries, along the last axis."""
    one, two = asarray(first), asarray(second)
    a, b, c = (one[..., k] for k in range(3))
    x, y, z = (two[..., k] for k in range(3))
    from numpy.joining import stack

    return stack([b * z - c * y, c * x - a * z, a * y - b * x], -1)


def kron(first, second):
    """Each entry of the one times the other."""
    one, two = asarray(first), asarray(second)
    rank = max(one.ndim, two.ndim)
    a = reshape(one, (*[1] * (rank - one.ndim), *one.shape))
    b = reshape(two, (*[1] * (rank - two.ndim), *two.shape))
    apart = multiply.outer(a, b)
    order = [axis for k in range(rank) for axis in (k, rank + k)]
    return reshape(transpose(apart, order), [m * n for m, n in zip(a.shape, b.shape, strict=True)])


def multi_dot(arrays):
    product = asarray(arrays[0])
    for one in arrays[1:]:
        product = dot(product, one)
    return product


def einsum(subscripts, *operands, optimize=False, out=None):
    """The sum of products over labelled axes: two at a time, from the left."""
    del optimize
    arrays = [asarray(one) for one in operands]
    inputs, output = _labels(subscripts.replace(" ", ""), [one.ndim for one in arrays])
    label, value = inputs[0], arrays[0]
    for k in range(1, len(arrays)):
        later = {*output, *(one for each in inputs[k + 1 :] for one in each)}
        both = dict.fromkeys((*label, *inputs[k]))
        kept = tuple(one for one in both if one in later)
        value = _contracted((label, inputs[k]), (value, arrays[k]), kept)
        label = kept
    value = asarray(value)
    if set(label) == set(output):
        value = _turned(label, value, output)
    elif label != output:
        value = _contracted((label,), (value,), output)
    if out is not None:
        out[...] = value
    return value if asarray(value).ndim else asarray(value)[()]


def _labels(subscripts, ranks):
    """The labels of operands and of the result; for dots there are numbers, from the last axis."""
    left, arrow, right = subscripts.partition("->")
    found = [_spelled(one, rank) for one, rank in zip(left.split(","), ranks, strict=True)]
    numbered = sorted({one for each in found for one in each if isinstance(one, int)})
    if arrow:
        return found, tuple(
            one
            for letter in right.replace("...", ".")
            for one in (numbered if letter == "." else letter)
        )
    letters = left.replace(",", "").replace(".", "")
    return found, (*numbered, *sorted(one for one in set(letters) if letters.count(one) == 1))


def _spelled(text, rank):
    if "..." not in text:
        if len(text) != rank:
            raise ValueError(f"einstein sum subscripts {text!r} do not fit {rank} axes")
        return tuple(text)
    before, _, behind = text.partition("...")
    count = rank - len(before) - len(behind)
    return (*before, *range(-count, 0), *behind)


def _turned(label, one, output):
    """An array with an axis for each label, the diagonal where one repeats; a view."""
    shape, steps = dict(zip(label, one.shape, strict=True)), dict.fromkeys(output, 0)
    for axis, step in zip(label, one.steps, strict=True):
        steps[axis] += step
    return view(one, tuple(shape[axis] for axis in output), steps.values(), one.offset)


def _contracted(labels, arrays, output):
    """The sum of products of one or two arrays over the labels that the result does not have."""
    sizes = {}
    for label, one in zip(labels, arrays, strict=True):
        for axis, size in zip(label, one.shape, strict=True):
            if sizes.setdefault(axis, size) != size and 1 not in (size, sizes[axis]):
                raise ValueError(f"operands could not be broadcast together: {axis} is {size}")
            sizes[axis] = max(size, sizes[axis])
    summed = tuple(one for one in sizes if one not in output)
    kept, gone = (tuple(sizes[one] for one in each) for each in (output, summed))
    starts, walks = [], []
    for label, one in zip(labels, arrays, strict=True):
        steps = dict.fromkeys((*output, *summed), 0)
        for axis, size, step in zip(label, one.shape, one.steps, strict=True):
            steps[axis] += step if size == sizes[axis] else 0
        starts.append(places(kept, tuple(steps[each] for each in output), one.offset))
        walks.append(places(gone, tuple(steps[each] for each in summed), 0))
    kind = wider(*(one.kind for one in arrays))
    kind = "i" if kind == "b" and summed else kind
    return made(_sums([one.entries for one in arrays], starts, walks, kind), kept, kind)


def _sums(entries, starts, walks, kind):
    zero = _zero(kind)
    if len(entries) == 1:
        (one,), (begin,), (walk,) = entries, starts, walks
        if len(walk) == 1:
            return [one[at] for at in begin]
        return [sum([one[at + step] for step in walk], zero) for at in begin]
    one, two = entries
    pairs = zip(*starts, strict=True)
    if len(walks[0]) == 1:
        return [one[a] * two[b] for a, b in pairs]
    return [
        sum([one[a + i] * two[b + j] for i, j in zip(*walks, strict=True)], zero) for a, b in pairs
    ]


def trace(a, offset=0, axis1=0, axis2=1):
    return diagonal(a, offset, axis1, axis2).sum(-1)


def diagonal(a, offset=0, axis1=0, axis2=1):
    """The diagonal of two axes as the last axis; a view."""
    one = asarray(a)
    first, second = axis_numbers((axis1, axis2), one.ndim)
    m, n = one.shape[first], one.shape[second]
    size = max(0, min(m, n - offset) if offset >= 0 else min(m + offset, n))
    begin = (
        (offset * one.steps[second] if offset >= 0 else -offset * one.steps[first]) if size else 0
    )
    kept = [k for k in range(one.ndim) if k not in (first, second)]
    shape = (*(one.shape[k] for k in kept), size)
    steps = (*(one.steps[k] for k in kept), one.steps[first] + one.steps[second])
    return view(one, shape, steps, one.offset + begin)


for _function in (dot, trace, diagonal):
    setattr(ndarray, _function.__name__, _function)

"""Steps as NumPy functions: each is made once, and then called with the arrays of its operands.

NumPy's einsum silently broadcasts a labelled axis of size 1. The graph has checked every
labelled size before anything here is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from itertools import islice
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcalc import dimensions
from matcalc.errors import NotDifferentiableError, ShapeError
from matcalc.operations import find_rule
from matcalc.plan.functions import norm, numpy_function
from matcalc.plan.plan import Plan
from matcalc.plan.roots import Full, Hypot, Root
from matcalc.plan.step import Aligned, Matrices, Spread, Step

Array = NDArray[np.floating[Any]]
Function = Callable[..., Array]
Shapes = Sequence[tuple[int, ...]]

_LEAST = 1e-290  # a smaller sum of squares has lost digits


def function_of(step: Step, plan: Plan) -> Function:
    """The NumPy function of a step, called with the arrays of its operands."""
    return _MAKERS[step.op](step, [plan.steps[at].shape for at in step.operands])


def _constant(step: Step, _: Shapes) -> Function:
    array = np.asarray(step.value)
    return lambda: array


def _eye(step: Step, _: Shapes) -> Function:
    array = np.eye(step.shape[0], step.shape[1], step.value)
    return lambda: array


def _reshape(step: Step, _: Shapes) -> Function:
    return lambda x: x.reshape(step.shape)


def _transpose(step: Step, _: Shapes) -> Function:
    return lambda x: x.transpose(step.value)


def _diagonal(step: Step, _: Shapes) -> Function:
    labels: tuple[int, ...] = step.value
    return lambda x: diagonal_view(x, labels)


def _sum(step: Step, _: Shapes) -> Function:
    return lambda x: x.sum(step.value)


def _power(step: Step, _: Shapes) -> Function:
    exponent: Fraction = step.value
    if exponent == Fraction(1, 2):
        return np.sqrt
    if exponent == 2:
        return np.square
    if exponent.denominator > 1:
        real = float(exponent)
        return lambda x: np.asarray(x**real)
    whole = abs(int(exponent))
    if exponent > 0:
        return lambda x: np.asarray(x**whole)
    return lambda x: np.asarray(1.0 / x**whole)


def _scale(step: Step, _: Shapes) -> Function:
    number = step.value
    if number == -1:
        return np.negative
    return lambda x: x * number


def _entrywise(step: Step, shapes: Shapes) -> Function:
    ufunc = np.multiply if step.op == "multiply" else np.divide
    one, two = (_view(way, shape) for way, shape in zip(step.value, shapes, strict=True))
    if one is None and two is None:
        return ufunc
    if one is None and two is not None:
        return lambda a, b: ufunc(a, two(b))
    if two is None and one is not None:
        return lambda a, b: ufunc(one(a), b)
    return lambda a, b: ufunc(one(a), two(b))  # type: ignore[misc]


def _view(way: Aligned, shape: tuple[int, ...]) -> Callable[[Array], Array] | None:
    """A view with the axes of a product, of size 1 where the array has none; none if it is so."""
    order, kept = way
    moved = list(order) != list(range(len(shape)))
    new = tuple(slice(None) if has else None for has in kept)
    while new and new[0] is None:  # NumPy broadcasts leading axes itself
        new = new[1:]
    if all(new):
        return (lambda x: x.transpose(order)) if moved else None
    return (lambda x: x.transpose(order)[new]) if moved else (lambda x: x[new])


def _contract(step: Step, shapes: Shapes) -> Function:
    way: Matrices = step.value
    (a_shape, b_shape), shape = shapes, step.shape
    rows, summed = way.rows, way.summed
    columns = way.columns
    if not (rows or columns):
        return _dot(way, a_shape, b_shape)
    one = _matrix(way.one, a_shape, [way.stack, rows, summed], keep=bool(way.stack))
    two = _matrix(way.two, b_shape, [way.stack, summed, columns], keep=bool(way.stack))
    plain = one is None and two is None
    fits = rows < 2 and columns < 2 and (not way.stack or (rows == columns == 1))
    if plain and fits:
        return np.matmul
    first, second = one or _same, two or _same
    if fits:
        return lambda a, b: first(a) @ second(b)
    return lambda a, b: (first(a) @ second(b)).reshape(shape)


def _same(x: Array) -> Array:
    return x


def _matrix(
    order: Sequence[int], shape: tuple[int, ...], counts: Sequence[int], *, keep: bool
) -> Callable[[Array], Array] | None:
    """An array as a matrix, or with an axis for each of a stack before that; none if it is one.

    Args:
        order: Its axes: stack, first, second.
        shape: Its shape.
        counts: How many axes are of the stack, of the first and of the second.
        keep: Whether a matrix has two axes where one would do.
    """
    stack, first, _ = counts
    ordered = [shape[axis] for axis in order]
    groups = [ordered[stack : stack + first], ordered[stack + first :]]
    target = (*ordered[:stack], *(prod(group) for group in groups if group or keep))
    moved = list(order) != list(range(len(shape)))
    if target == tuple(ordered):
        return (lambda x: x.transpose(order)) if moved else None
    if moved:
        return lambda x: x.transpose(order).reshape(target)
    return lambda x: x.reshape(target)


def _dot(way: Matrices, a_shape: tuple[int, ...], b_shape: tuple[int, ...]) -> Function:
    """Sums of products of two arrays of the same axes: over all of them, or of each of a stack."""
    if len(way.one) == 1:
        return np.dot
    if not way.stack:
        one = _matrix(way.one, a_shape, [0, 0, way.summed], keep=False) or _same
        two = _matrix(way.two, b_shape, [0, way.summed, 0], keep=False) or _same
        return lambda a, b: np.asarray(np.dot(one(a), two(b)))
    whole = way.subscripts
    return lambda a, b: np.asarray(np.einsum(whole, a, b))


def _apply(step: Step, shapes: Shapes) -> Function:
    operation, parameters = step.value
    function = numpy_function(find_rule(operation))
    given = () if shapes else (step.shape,)

    def apply(*arrays: Array) -> Array:
        try:
            result = np.asarray(function(*given, *arrays, *parameters))
        except np.linalg.LinAlgError as error:
            raise NotDifferentiableError(f"{operation} has no value here: {error}") from None
        if result.shape != step.shape:
            shown = dimensions.times(step.shape)
            raise ShapeError(f"{operation} gave {result.shape}, its rule promises {shown}")
        return result

    return apply


def _add(step: Step, shapes: Shapes) -> Function:
    ways: Sequence[tuple[int, Spread | None]] = step.value
    signs = [np.add if sign > 0 else np.subtract for sign, _ in ways]
    spreads = [spread for _, spread in ways]
    plain = len(ways) - sum(spread is not None for spread in spreads)
    begins = plain > 1 and ways[0][0] > 0 and np.broadcast_shapes(*shapes[:2]) == step.shape
    if begins and len(ways) == 2:
        return signs[1]

    def add(*arrays: Array) -> Array:
        kind = np.result_type(*arrays)
        total = np.asarray(signs[1](*arrays[:2]), kind) if begins else np.zeros(step.shape, kind)
        rest = zip(signs, spreads, arrays, strict=True)
        for sign, spread, array in islice(rest, 2 if begins else 0, None):
            if spread is None:
                sign(total, array, total)
            else:
                target = _target(total, spread)
                sign(target, _repeated(array, spread), target)
        return total

    return add


def _spread(step: Step, _: Shapes) -> Function:
    spread: Spread = step.value

    def write(x: Array) -> Array:
        result = np.zeros(step.shape, x.dtype)
        _target(result, spread)[...] = _repeated(x, spread)
        return result

    return write


def _target(array: Array, spread: Spread) -> Array:
    """The entries of an array that a smaller one is written to, as a view."""
    return diagonal_view(array.reshape(spread.sizes), spread.labels)


def _repeated(array: Array, spread: Spread) -> Array:
    distinct = dict.fromkeys(spread.labels)
    return array[tuple(slice(None) if k in spread.core else None for k in distinct)]


def diagonal_view(array: Array, labels: Sequence[int]) -> Array:
    """A view with one axis for each distinct label: where a label repeats, the diagonal."""
    distinct = list(dict.fromkeys(labels))
    if len(distinct) == len(labels):
        return array
    strides = [0] * len(distinct)
    shape = [0] * len(distinct)
    for label, size, stride in zip(labels, array.shape, array.strides, strict=True):
        strides[distinct.index(label)] += stride
        shape[distinct.index(label)] = size
    return np.lib.stride_tricks.as_strided(array, shape, strides)


def _slice(step: Step, _: Shapes) -> Function:
    index = step.part
    return lambda x: x[index]


def _place(step: Step, _: Shapes) -> Function:
    index = step.part

    def place(x: Array) -> Array:
        result = np.zeros(step.shape, x.dtype)
        result[index] = x
        return result

    return place


def _root(step: Step, shapes: Shapes) -> Function:
    power, root = step.value
    inside = _power(step._replace(value=power / 2), shapes)
    outside = _power(step._replace(value=power), shapes)

    def take(squares: Array, *arrays: Array) -> Array:
        if np.all((squares >= _LEAST) & (squares < np.inf)):
            return inside(squares)
        return outside(np.broadcast_to(_root_of(root, (squares, *arrays)), squares.shape))

    return take


def _root_of(root: Root, arrays: Sequence[Array]) -> Array:
    if isinstance(root, Hypot):
        return np.asarray(reduce(np.hypot, (_root_of(part, arrays) for part in root.parts)))
    if isinstance(root, Full):
        return np.full((1,) * root.rank, root.number)
    within = root.within
    array = np.abs(arrays[within]) if isinstance(within, int) else _root_of(within, arrays)
    if root.summed:
        array = _norm_over(np.broadcast_to(array, root.shape), root.summed)
    index = tuple(slice(None) if kept else None for kept in root.kept)
    return np.asarray(root.number * array.transpose(root.order)[index])


def _norm_over(array: Array, axes: tuple[int, ...]) -> Array:
    moved = np.moveaxis(array, axes, range(len(axes)))
    flatter = moved.reshape(-1, int(np.prod(moved.shape[len(axes) :], dtype=int)))
    found = np.array([norm(column) for column in flatter.T], dtype=array.dtype)
    return found.reshape(moved.shape[len(axes) :])


_MAKERS: dict[str, Callable[[Step, Shapes], Function]] = {
    "constant": _constant,
    "number": _constant,
    "eye": _eye,
    "reshape": _reshape,
    "transpose": _transpose,
    "diagonal": _diagonal,
    "sum": _sum,
    "power": _power,
    "root": _root,
    "multiply": _entrywise,
    "divide": _entrywise,
    "contract": _contract,
    "scale": _scale,
    "apply": _apply,
    "add": _add,
    "spread": _spread,
    "slice": _slice,
    "place": _place,
}

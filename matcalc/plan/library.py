"""Steps as functions of arrays: each is made once, and then called with those of its operands.

What all libraries of arrays share is :class:`Library`: nothing is written in place, and no number
is looked at, so that results can be differentiated, traced by ``jax.jit`` and computed lazily,
chunk by chunk. :class:`NumPy` writes in place. Its einsum silently broadcasts a labelled axis of
size 1: the graph has checked every labelled size before anything here is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from itertools import islice
from math import prod
from operator import mul, truediv
from string import ascii_letters
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from matcalc import dimensions
from matcalc.errors import NotDifferentiableError, ShapeError
from matcalc.operations import find_rule
from matcalc.operations.arrays import numpy_function, windows
from matcalc.plan.roots import Full, Hypot, Root
from matcalc.plan.step import Aligned, Matrices, Spread, Step

Array = NDArray[np.floating[Any]]
Function = Callable[..., Any]
Places = Callable[[Array, Array], tuple[Array, Array]]
Shapes = Sequence[tuple[int, ...]]

_LEAST = 1e-290  # a smaller sum of squares has lost digits
_MODULES = {"jax": "jax.numpy", "dask": "dask.array"}


@dataclass(frozen=True)
class Library:
    """A library of arrays, with the type and place of arrays in it: what each step is there.

    A method of the name of what a step does makes its function, from the step and the shapes of
    its operands.

    Attributes:
        name: ``numpy``, ``torch``, ``jax``, ``cupy`` or ``dask``.
        dtype: The type of the arrays, in the words of the library.
        device: Where they are, if it matters.
        keeps: Whether what depends on no array is computed once, and kept: an array that is made
            while JAX traces must not outlive the trace.
    """

    name: str
    dtype: Any = None
    device: Any = None
    keeps: ClassVar[bool] = False

    @property
    def in_chunks(self) -> bool:
        """Whether arrays are made chunk by chunk: their whole size is no limit of any memory."""
        return self.name == "dask"

    @property
    def module(self) -> Any:
        """The functions of the library."""
        return import_module(_MODULES.get(self.name, self.name))

    def function(self, step: Step, shapes: Shapes) -> Function:
        """What a step does, called with the arrays of its operands, which have these shapes."""
        made: Function = getattr(self, step.op)(step, shapes)
        return made

    def array(self, value: Any) -> Any:
        """A value as an array of this library, of this type, at this place."""
        return self.module.asarray(value, dtype=self.dtype)

    def finished(self, value: Any, dtype: Any, *, fresh: bool) -> Any:
        """A result of a type; a copy where it may be somebody's array that could be changed."""
        raise NotImplementedError

    def apply(self, step: Step, shapes: Shapes) -> Function:
        """An operation."""
        raise NotImplementedError

    def transposed(self, x: Any, order: Sequence[int]) -> Any:
        """An array with its axes in another order."""
        return x.permute(order) if self.name == "torch" else x.transpose(order)

    def constant(self, step: Step, _: Shapes) -> Function:
        """An array, or a number, of the graph's own."""
        return lambda: self.array(step.value)

    number = constant

    def eye(self, step: Step, _: Shapes) -> Function:
        """Ones on a diagonal."""
        array = np.eye(step.shape[0], step.shape[1], step.value)
        return lambda: self.array(array)

    def reshape(self, step: Step, _: Shapes) -> Function:
        """An array in another shape."""
        return lambda x: x.reshape(step.shape)

    def transpose(self, step: Step, _: Shapes) -> Function:
        """An array with its axes in another order."""
        return lambda x: self.transposed(x, step.value)

    def diagonal(self, step: Step, _: Shapes) -> Function:
        """Axes of one label meet one after the other."""
        labels, xp = step.value, self.module

        def take(x: Any) -> Any:
            left = list(labels)
            for label in dict.fromkeys(labels):
                while left.count(label) > 1:
                    one = left.index(label)
                    two = left.index(label, one + 1)
                    x = xp.diagonal(x, 0, one, two)  # the new axis is the last
                    del left[two], left[one]
                    left.append(label)
            order = [left.index(label) for label in dict.fromkeys(labels)]
            return self.transposed(x, order)

        return take

    def sum(self, step: Step, _: Shapes) -> Function:
        """A sum over axes."""
        return lambda x: x.sum(step.value)

    def power(self, step: Step, _: Shapes) -> Function:
        """A constant power, entry by entry."""
        exponent, xp = step.value, self.module
        if exponent.denominator == 2 and exponent > 0:
            whole = exponent.numerator
            return (lambda x: xp.sqrt(x) ** whole) if whole > 1 else xp.sqrt
        real = int(exponent) if exponent.denominator == 1 else float(exponent)
        return (lambda x: 1.0 / x**-real) if real < 0 else (lambda x: x**real)

    def scale(self, step: Step, _: Shapes) -> Function:
        """An array times a number."""
        number = step.value
        return (lambda x: -x) if number == -1 else (lambda x: x * number)

    def multiply(self, step: Step, shapes: Shapes) -> Function:
        """A product or a quotient, entry by entry."""
        op = mul if step.op == "multiply" else truediv
        one, two = (self._view(way, shape) for way, shape in zip(step.value, shapes, strict=True))
        if one is None and two is None:
            return op
        if one is None and two is not None:
            return lambda a, b: op(a, two(b))
        if two is None and one is not None:
            return lambda a, b: op(one(a), b)
        return lambda a, b: op(one(a), two(b))  # type: ignore[misc]

    divide = multiply

    def _view(self, way: Aligned, shape: tuple[int, ...]) -> Function | None:
        """A view with the axes of a product, of size 1 where the array has none; none if so."""
        order, kept = way
        moved = list(order) != list(range(len(shape)))
        new = tuple(slice(None) if has else None for has in kept)
        while new and new[0] is None:  # leading axes are broadcast anyway
            new = new[1:]
        if all(new):
            return (lambda x: self.transposed(x, order)) if moved else None
        return (lambda x: self.transposed(x, order)[new]) if moved else (lambda x: x[new])

    def contract(self, step: Step, shapes: Shapes) -> Function:  # noqa: ARG002
        """A product of two, summed over axes."""
        subscripts, xp = step.value.subscripts, self.module
        return lambda a, b: xp.einsum(subscripts, a, b)

    def root(self, step: Step, shapes: Shapes) -> Function:
        """A power of the root of a sum of squares, which are not formed."""
        power, root = step.value
        outside, xp = self.power(step._replace(value=power), shapes), self.module

        def take(squares: Any, *arrays: Any) -> Any:
            return outside(xp.broadcast_to(self._root_of(root, (squares, *arrays)), step.shape))

        return take

    def _root_of(self, root: Root, arrays: Sequence[Any]) -> Any:
        """The root of a sum of squares, the largest taken out first."""
        xp = self.module
        if isinstance(root, Hypot):
            return reduce(xp.hypot, (self._root_of(part, arrays) for part in root.parts))
        if isinstance(root, Full):
            return self.array(np.full((1,) * root.rank, root.number))
        within = root.within
        array = xp.abs(arrays[within]) if isinstance(within, int) else self._root_of(within, arrays)
        if root.summed:
            array = _norm_over(xp.broadcast_to(array, root.shape), root.summed, xp)
        index = tuple(slice(None) if kept else None for kept in root.kept)
        turned = self.transposed(array, root.order) if root.order else array
        return root.number * turned[index]

    def add(self, step: Step, shapes: Shapes) -> Function:  # noqa: ARG002
        """A sum of what has its shape, or is spread to it."""
        ways: Sequence[tuple[int, Spread | None]] = step.value

        def add(*arrays: Any) -> Any:
            total: Any = None
            for (sign, spread), array in zip(ways, arrays, strict=True):
                term = array if spread is None else self._written(array, spread, step.shape)
                if total is None:
                    total = term if sign > 0 else -term
                else:
                    total = total + term if sign > 0 else total - term
            return self.module.broadcast_to(total, step.shape)

        return add

    def spread(self, step: Step, _: Shapes) -> Function:
        """An array along diagonals of a larger one, and repeated along its other axes."""
        return lambda x: self._written(x, step.value, step.shape)

    def _written(self, x: Any, spread: Spread, shape: Sequence[int]) -> Any:
        """An array in a larger one: where labels that repeat are equal, else zero."""
        labels, sizes = spread.labels, spread.sizes
        first = [k for k, label in enumerate(labels) if labels.index(label) == k]
        index = tuple(
            slice(None) if k in first and label in spread.core else None
            for k, label in enumerate(labels)
        )
        found, xp = x[index] if index else x, self.module
        on = _equal(labels, sizes)
        if on is not None:
            place = {"device": self.device} if self.name == "torch" else {}
            found = xp.where(xp.asarray(on, **place), found, self.array(0.0))
        return xp.broadcast_to(found, sizes).reshape(tuple(shape))

    def slice(self, step: Step, _: Shapes) -> Function:
        """A part along an axis."""
        index = step.part
        return lambda x: x[index]

    def place(self, step: Step, _: Shapes) -> Function:
        """An array with zeros around it along an axis."""
        axis, start, stop = step.value

        def place(x: Any) -> Any:
            around = [
                self.array(np.zeros((*step.shape[:axis], size, *step.shape[axis + 1 :])))
                for size in (start, step.shape[axis] - stop)
            ]
            parts = [one for one in (around[0], x, around[1]) if one.shape[axis]]
            return self.module.concatenate(parts, axis)

        return place

    def windows(self, step: Step, shapes: Shapes) -> Function:
        """An axis seen along two: entries at places, with a zero behind them."""
        axis, start, (count, one), (width, two), by = step.value
        size, xp = shapes[0][axis], self.module
        places = (start + one * np.arange(count)[:, None] + two * np.arange(width)).ravel()
        there = (places % by == 0) & (places >= 0) & (places < by * size)
        index = xp.asarray(np.where(there, places // by, size))
        zero = np.zeros((*shapes[0][:axis], 1, *shapes[0][axis + 1 :]))

        def windows(x: Any) -> Any:
            line = xp.concatenate([x, self.array(zero)], axis).swapaxes(axis, -1)
            return line[..., index].reshape((*line.shape[:-1], count, width)).swapaxes(axis, -2)

        return windows


def checked(result: Any, operation: str, shape: tuple[int, ...]) -> Any:
    """What an operation gave.

    Raises:
        ShapeError: It has another shape than its rule promises.
    """
    if tuple(result.shape) != shape:
        shown = dimensions.times(shape)
        raise ShapeError(f"{operation} gave {result.shape}, its rule promises {shown}")
    return result


def _norm_over(array: Any, axes: tuple[int, ...], xp: Any) -> Any:
    top = xp.amax(array, axes) if hasattr(xp, "amax") else array.max(axes)
    index = tuple(None if axis in axes else slice(None) for axis in range(array.ndim))
    usable = (top > 0) & (top < np.inf)
    scale = xp.where(usable, top, xp.ones_like(top))
    return scale * xp.sqrt(((array / scale[index]) ** 2).sum(axes))


def _equal(labels: Sequence[int], sizes: Sequence[int]) -> Any:
    """Where all axes of one label have one index, as a mask that broadcasts; none repeats: none."""
    places = np.ogrid[tuple(slice(0, size) for size in sizes)] if sizes else []
    masks = [
        places[labels.index(label)] == places[k]
        for k, label in enumerate(labels)
        if labels.index(label) < k
    ]
    return reduce(np.logical_and, masks) if masks else None


class NumPy(Library):
    """NumPy: sums and what is spread are written in place, products of two by BLAS."""

    keeps = True

    def array(self, value: Any) -> Array:
        """A value as an array: the one that it is."""
        return np.asarray(value)

    def finished(self, value: Any, dtype: Any, *, fresh: bool) -> Array:
        """A result of a type, its axes as they lie; a copy where the array may be somebody's."""
        return np.asarray(value, dtype) if fresh else np.array(value, dtype)

    def diagonal(self, step: Step, _: Shapes) -> Function:
        """Axes of one label as one."""
        return _diagonal(step.value) or _same

    def contract(self, step: Step, shapes: Shapes) -> Function:
        """A product of matrices, or of stacks of them."""
        way: Matrices = step.value
        (a_shape, b_shape), shape = shapes, step.shape
        rows, summed, columns = way.rows, way.summed, way.columns
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

    def root(self, step: Step, shapes: Shapes) -> Function:
        """A power of a sum of squares, or of the root of those that are beyond floats."""
        inside = self.power(step._replace(value=step.value[0] / 2), shapes)
        outside = super().root(step, shapes)

        def take(squares: Array, *arrays: Array) -> Any:
            if np.all((squares >= _LEAST) & (squares < np.inf)):
                return inside(squares)
            return outside(squares, *arrays)

        return take

    def apply(self, step: Step, shapes: Shapes) -> Function:
        """An operation."""
        operation, parameters = step.value
        function = numpy_function(find_rule(operation))
        given = () if shapes else (step.shape,)

        def apply(*arrays: Array) -> Any:
            try:
                result = np.asarray(function(*given, *arrays, *parameters))
            except np.linalg.LinAlgError as error:
                raise NotDifferentiableError(f"{operation} has no value here: {error}") from None
            return checked(result, operation, step.shape)

        return apply

    def add(self, step: Step, shapes: Shapes) -> Function:
        """A sum: what is spread is added to the entries where it stands."""
        ways: Sequence[tuple[int, Spread | None]] = step.value
        signs = [np.add if sign > 0 else np.subtract for sign, _ in ways]
        places = [spread and _places(spread, step.shape) for _, spread in ways]
        plain = places.count(None)
        begins = plain > 1 and ways[0][0] > 0 and np.broadcast_shapes(*shapes[:2]) == step.shape
        if begins and len(ways) == 2:
            return signs[1]

        def add(*arrays: Array) -> Array:
            kind = np.result_type(*arrays)
            total = (
                np.asarray(signs[1](*arrays[:2]), kind) if begins else np.zeros(step.shape, kind)
            )
            rest = zip(signs, places, arrays, strict=True)
            for sign, places_of, array in islice(rest, 2 if begins else 0, None):
                target, part = places_of(total, array) if places_of else (total, array)
                sign(target, part, target)
            return total

        return add

    def spread(self, step: Step, _: Shapes) -> Function:
        """An array written into zeros."""
        places = _places(step.value, step.shape)

        def write(x: Array) -> Array:
            result = np.zeros(step.shape, x.dtype)
            target, part = places(result, x)
            target[...] = part
            return result

        return write

    def place(self, step: Step, _: Shapes) -> Function:
        """An array written into a slice of zeros."""
        index = step.part

        def place(x: Array) -> Array:
            result = np.zeros(step.shape, x.dtype)
            result[index] = x
            return result

        return place

    def windows(self, step: Step, shapes: Shapes) -> Function:  # noqa: ARG002
        """An axis seen along two, as a view: of zeros around it, where it does not reach."""
        value = step.value
        return lambda x: windows(x, *value)


NUMPY = NumPy("numpy")


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


def _places(spread: Spread, shape: tuple[int, ...]) -> Places:
    """The entries of an array that a smaller one is written to, a view, and what is written."""
    index = tuple(slice(None) if k in spread.core else None for k in dict.fromkeys(spread.labels))
    diagonal = _diagonal(spread.labels) or _same
    apart, repeated = spread.sizes != shape, None in index

    def places(whole: Array, part: Array) -> tuple[Array, Array]:
        target = diagonal(whole.reshape(spread.sizes) if apart else whole)
        return target, part[index] if repeated else part

    return places


def _diagonal(labels: Sequence[int]) -> Function | None:
    """A view with one axis for each distinct label: where one repeats, the diagonal; none if so."""
    distinct = list(dict.fromkeys(labels))
    if len(distinct) == len(labels):
        return None
    axes = "".join(ascii_letters[distinct.index(label)] for label in labels)
    subscripts = f"{axes}->{ascii_letters[: len(distinct)]}"
    return lambda x: np.einsum(subscripts, x)

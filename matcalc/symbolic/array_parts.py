"""NumPy's functions that put arrays together, take them apart, or give them other shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import NotDifferentiableError
from matcalc.expression.values import Value, dimension_of
from matcalc.graph import Node, transposed
from matcalc.operations import algebra, find_rule, parts, products, sequences
from matcalc.symbolic.broadcasting import (
    broadcast,
    broadcast_to,
    reshaped,
    with_new_axes,
    without_axes,
)
from matcalc.symbolic.constants import node_of
from matcalc.symbolic.indexing import indexed

Axis = int | Sequence[int] | None
Meaning = TypeVar("Meaning", bound=Callable[..., Any])

#: What each function of NumPy means; operands are whatever :func:`node_of` takes.
FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {}


def by_rule(name: str, *operands: Any, **parameters: Any) -> Node:
    """What a rule makes of operands, whatever :func:`node_of` takes."""
    return find_rule(name).build(*map(node_of, operands), **parameters)


def means(*functions: Callable[..., Any]) -> Callable[[Meaning], Meaning]:
    """Put the decorated function into the table."""

    def decorate(meaning: Meaning) -> Meaning:
        for function in functions:
            FUNCTIONS[function] = meaning
        return meaning

    return decorate


def size_of(value: Any) -> Dimension:
    """A size as Python has it, a number or a traced size."""
    return dimension_of(value) if isinstance(value, Value) else int(value)


def shape_of(given: Any) -> tuple[Dimension, ...]:
    """A shape: one size or a tuple of them."""
    listed = (
        given if isinstance(given, (tuple, list)) and not isinstance(given, Value) else (given,)
    )
    return tuple(map(size_of, listed))


def axes_in(x: Node, axis: Axis) -> tuple[int, ...]:
    """The axes of a reduction, from the front; all where none is given."""
    return algebra.axes_from_front(axis, len(x.shape))


@means(np.transpose, np.permute_dims if hasattr(np, "permute_dims") else np.transpose)
def _transpose(a: Any, axes: Sequence[int] | None = None) -> Node:
    x = node_of(a)
    return algebra.transpose(x) if axes is None else transposed(x, axes_in(x, axes))


@means(np.ravel)
def ravel(a: Any, order: str = "C") -> Node:
    """All entries one after the other."""
    return reshaped(node_of(a), (-1,), order)


@means(np.squeeze)
def _squeeze(a: Any, axis: Axis = None) -> Node:
    x = node_of(a)
    ones = [k for k, size in enumerate(x.shape) if size == 1]
    return without_axes(x, ones if axis is None else axes_in(x, axis))


@means(np.broadcast_to)
def _broadcast_to(array: Any, shape: Any) -> Node:
    x, wanted = node_of(array), shape_of(shape)
    (spread, _) = broadcast("np.broadcast_to", [x, algebra.constant(1, wanted)])
    return broadcast_to(spread, wanted)


def _atleast(rank: int) -> Callable[..., Node]:
    def meaning(*arys: Any) -> Node:
        if len(arys) != 1:
            raise NotDifferentiableError(f"np.atleast_{rank}d is traced of one array at a time")
        x = node_of(arys[0])
        return with_new_axes(x, range(rank - len(x.shape))) if len(x.shape) < rank else x

    return meaning


@means(np.split, np.array_split)
def _split(ary: Any, indices_or_sections: Any, axis: int = 0) -> tuple[Node, ...]:
    x = node_of(ary)
    along = algebra.axis_from_front(axis, len(x.shape))
    size = x.shape[along]
    if isinstance(indices_or_sections, (int, np.integer)):
        count = int(indices_or_sections)
        length = dimensions.quotient(size, count)
        edges = [dimensions.product([k, length]) if k else 0 for k in range(count)]
    else:
        edges = [0, *map(size_of, indices_or_sections)]
    stops = [*edges[1:], size]
    return tuple(
        parts.slice_rule(x, along, start, stop) for start, stop in zip(edges, stops, strict=True)
    )


@means(np.pad)
def _pad(array: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Node:
    if mode != "constant" or constant_values != 0:
        raise NotDifferentiableError("np.pad is traced with zeros: mode='constant'")
    width = np.asarray(pad_width).tolist()
    found = (
        tuple(tuple(k) if isinstance(k, list) else k for k in width)
        if isinstance(width, list)
        else width
    )
    return sequences.pad(node_of(array), found)


@means(np.roll)
def _roll(a: Any, shift: int, axis: int | None = None) -> Node:
    x = node_of(a)
    if axis is None and len(x.shape) > 1:
        return reshaped(sequences.roll(ravel(a), shift), x.shape)
    return sequences.roll(x, shift, axis)


@means(np.tile)
def _tile(A: Any, reps: Any) -> Node:
    x = node_of(A)
    counts = shape_of(reps)
    if len(counts) > len(x.shape):
        x = with_new_axes(x, range(len(counts) - len(x.shape)))
    return sequences.tile(x, counts)


@means(np.repeat)
def _repeat(a: Any, repeats: Any, axis: int | None = None) -> Node:
    if isinstance(repeats, (list, tuple, np.ndarray)):
        raise NotDifferentiableError("np.repeat is traced of one number of repeats")
    return sequences.repeat(flat_if_none(a, axis), size_of(repeats), axis)


@means(np.take)
def _take(a: Any, indices: Any, axis: int | None = None) -> Node:
    x = flat_if_none(a, axis)
    along = algebra.axis_from_front(axis or 0, len(x.shape))
    chosen = indices if isinstance(indices, int) else np.asarray(indices)
    return indexed(x, (*(slice(None),) * along, chosen))


def flat_if_none(a: Any, axis: int | None) -> Node:
    """All entries one after the other where no axis is given."""
    return ravel(a) if axis is None else node_of(a)


@means(np.take_along_axis)
def _take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Node:
    x, chosen = flat_if_none(arr, axis), np.asarray(indices)
    places: list[Any] = list(np.indices(chosen.shape, sparse=True))
    places[algebra.axis_from_front(axis or 0, len(x.shape))] = chosen
    return indexed(x, tuple(places))


@means(np.meshgrid)
def _meshgrid(*xi: Any, indexing: str = "xy") -> tuple[Node, ...]:
    vectors = list(map(node_of, xi))
    order = [1, 0, *range(2, len(xi))] if indexing == "xy" and len(xi) > 1 else range(len(xi))
    shape = tuple(vectors[k].shape[0] for k in order)
    places = [list(order).index(k) for k in range(len(xi))]
    return tuple(
        broadcast_to(with_new_axes(x, [k for k in range(len(xi)) if k != place]), shape)
        for x, place in zip(vectors, places, strict=True)
    )


@means(np.moveaxis)
def _moveaxis(a: Any, source: int, destination: int) -> Node:
    x = node_of(a)
    order = list(algebra.axes_of(x))
    order.insert(destination % len(order), order.pop(source))
    return transposed(x, order)


@means(np.swapaxes)
def _swapaxes(a: Any, axis1: int, axis2: int) -> Node:
    order = list(algebra.axes_of(node_of(a)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transposed(node_of(a), order)


@means(np.hstack)
def _hstack(tup: Sequence[Any]) -> Node:
    nodes = list(map(_atleast(1), tup))
    return parts.concatenate(*nodes, axis=min(1, len(nodes[0].shape) - 1))


@means(np.column_stack)
def _column_stack(tup: Sequence[Any]) -> Node:
    nodes = [with_new_axes(x, [1]) if len(x.shape) == 1 else x for x in map(node_of, tup)]
    return parts.concatenate(*nodes, axis=1)


@means(np.block)
def _block(arrays: Sequence[Any]) -> Node:
    rows = [row if isinstance(row, (list, tuple)) else [row] for row in arrays]
    if any(len(node_of(one).shape) != 2 for row in rows for one in row):
        raise NotDifferentiableError("np.block is traced of matrices")
    lines = [Value(parts.concatenate(*map(node_of, row), axis=1)) for row in rows]
    return parts.concatenate(*map(node_of, lines), axis=0)


_OTHERS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.atleast_1d: _atleast(1),
    np.atleast_2d: _atleast(2),
    np.reshape: lambda a, shape, order="C": reshaped(node_of(a), shape_of(shape), order),
    np.expand_dims: lambda a, axis: with_new_axes(
        node_of(a), [axis] if isinstance(axis, int) else axis
    ),
    np.concatenate: lambda arrays, axis=0: parts.concatenate(*map(node_of, arrays), axis=axis),
    np.stack: lambda arrays, axis=0: parts.stack(*map(node_of, arrays), axis=axis),
    np.vstack: lambda tup: parts.concatenate(*map(_atleast(2), tup)),
    np.append: lambda arr, values, axis=None: parts.concatenate(
        flat_if_none(arr, axis), flat_if_none(values, axis), axis=axis or 0
    ),
    np.hsplit: lambda ary, indices_or_sections: _split(
        ary, indices_or_sections, len(node_of(ary).shape[:2]) - 1
    ),
    np.vsplit: lambda ary, indices_or_sections: _split(ary, indices_or_sections, 0),
    np.flipud: lambda m: sequences.flip(node_of(m), 0),
    np.fliplr: lambda m: sequences.flip(node_of(m), 1),
    np.diagonal: lambda a: products.diag(algebra.square("diagonal", node_of(a))),
    np.diagflat: lambda v: products.diag(ravel(v)),
    np.full_like: lambda a, fill_value: broadcast_to(node_of(fill_value), node_of(a).shape),
    np.copy: lambda a: node_of(a),  # noqa: PLW0108 - NumPy calls it a
    **{
        like: lambda a, value=value: algebra.constant(value, node_of(a).shape)
        for like, value in ((np.zeros_like, 0), (np.empty_like, 0), (np.ones_like, 1))
    },
}
FUNCTIONS.update(_OTHERS)

"""NumPy's functions on nodes: what each of them means, for those that can be derived.

Axes, shapes and broadcasting are NumPy's own. A parameter that is not listed here, ``where`` or
``dtype``, is refused by whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import NotDifferentiableError
from matcalc.expression.values import Value, dimension_of
from matcalc.graph import Node, number, transposed
from matcalc.operations import algebra, find_rule, parts
from matcalc.symbolic.broadcasting import (
    broadcast,
    broadcast_to,
    reshaped,
    with_new_axes,
    without_axes,
)
from matcalc.symbolic.constants import exact, node_of
from matcalc.symbolic.ufuncs import Condition

Axis = int | Sequence[int] | None

#: What each function of NumPy means; operands are whatever :func:`node_of` takes.
FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {}


class Slogdet(NamedTuple):
    """The sign of a determinant, and the logarithm of its absolute value."""

    sign: Node
    logabsdet: Node


def _rule(name: str, *operands: Any, **parameters: Any) -> Node:
    return find_rule(name).build(*map(node_of, operands), **parameters)


def _means(*functions: Callable[..., Any]) -> Callable[[Any], Any]:
    """Put the decorated function into the table."""

    def decorate(meaning: Any) -> Any:
        for function in functions:
            FUNCTIONS[function] = meaning
        return meaning

    return decorate


def _by_rule(function: Callable[..., Any], name: str) -> None:
    """Put a function into the table that takes arrays alone, as its rule does."""

    def of_one(a: Any) -> Node:
        return _rule(name, a)

    def of_two(a: Any, b: Any) -> Node:
        return _rule(name, a, b)

    FUNCTIONS[function] = of_one if len(find_rule(name).operands) == 1 else of_two


for _function, _name in (
    (np.linalg.inv, "inv"),
    (np.linalg.pinv, "pinv"),
    (np.linalg.det, "det"),
    (np.linalg.solve, "solve"),
    (np.trace, "trace"),
    (np.kron, "kron"),
    (np.cross, "cross"),
):
    _by_rule(_function, _name)


def size_of(value: Any) -> Dimension:
    """A size as Python has it, a number or a traced size."""
    return dimension_of(value) if isinstance(value, Value) else int(value)


def shape_of(given: Any) -> tuple[Dimension, ...]:
    """A shape: one size or a tuple of them."""
    listed = (
        given if isinstance(given, (tuple, list)) and not isinstance(given, Value) else (given,)
    )
    return tuple(map(size_of, listed))


def _axes(x: Node, axis: Axis) -> tuple[int, ...]:
    rank = len(x.shape)
    listed = range(rank) if axis is None else (axis,) if isinstance(axis, int) else axis
    return tuple(algebra.axis_from_front(k, rank) for k in listed)


def _kept(result: Node, axes: tuple[int, ...], *, keepdims: bool) -> Node:
    return with_new_axes(result, axes) if keepdims else result


@_means(np.sum)
def _sum(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Node:
    x = node_of(a)
    return _kept(algebra.summed(x, _axes(x, axis)), _axes(x, axis), keepdims=keepdims)


@_means(np.mean)
def _mean(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Node:
    x = node_of(a)
    return _kept(algebra.mean(x, _axes(x, axis)), _axes(x, axis), keepdims=keepdims)


@_means(np.var)
def _variance(a: Any, axis: Axis = None, *, ddof: int = 0, keepdims: bool = False) -> Node:
    x = node_of(a)
    axes = _axes(x, axis)
    centred = algebra.minus(x, broadcast_to(_mean(a, axis, keepdims=True), x.shape))
    squares = algebra.summed(algebra.power(centred, 2), axes)
    count = algebra.size_of(dimensions.product(x.shape[k] for k in axes))
    freedom = algebra.reciprocal(algebra.minus(count, number(ddof)))
    return _kept(algebra.times(squares, freedom), axes, keepdims=keepdims)


@_means(np.std)
def _deviation(a: Any, axis: Axis = None, *, ddof: int = 0, keepdims: bool = False) -> Node:
    return algebra.sqrt(_variance(a, axis, ddof=ddof, keepdims=keepdims))


def _reduction(function: Callable[..., Any], name: str) -> None:
    def reduced(a: Any, axis: int | None = None, *, keepdims: bool = False) -> Node:
        x = node_of(a)
        return _kept(_rule(name, a, axis=axis), _axes(x, axis), keepdims=keepdims)

    FUNCTIONS[function] = reduced


for _function, _name in (
    (np.prod, "prod"),
    (np.max, "max"),
    (np.amax, "max"),
    (np.min, "min"),
    (np.amin, "min"),
):
    _reduction(_function, _name)


@_means(np.linalg.norm)
def _norm(x: Any, ord: Any = None, axis: Axis = None, *, keepdims: bool = False) -> Node:  # noqa: A002
    node = node_of(x)
    axes = _axes(node, axis)
    if ord == 1 and len(axes) == 1:
        total = algebra.summed(_rule("abs", x), axes)
    elif ord is None or ord == (2 if len(axes) == 1 else "fro"):
        total = algebra.sqrt(algebra.summed(algebra.power(node, 2), axes))
    else:
        kind = "vectors" if len(axes) == 1 else "matrices"
        raise NotDifferentiableError(f"np.linalg.norm of {kind} with ord={ord!r} cannot be traced")
    return _kept(total, axes, keepdims=keepdims)


@_means(np.linalg.slogdet)
def _slogdet(a: Any) -> Slogdet:
    return Slogdet(_rule("sign", Value(_rule("det", a))), _rule("logdet", a))


@_means(np.linalg.matrix_power)
def _matrix_power(a: Any, n: int) -> Node:
    return _rule("matrix_power", a, k=n)


@_means(np.dot)
def _dot(a: Any, b: Any) -> Node:
    one, two = node_of(a), node_of(b)
    if not (one.shape and two.shape):
        return algebra.times(one, two)
    if len(two.shape) > 2:
        raise NotDifferentiableError("np.dot of more than two axes is not traced; write @")
    return algebra.matmul(one, two)


@_means(np.inner)
def _inner(a: Any, b: Any) -> Node:
    return _rule("inner", a, b) if node_of(a).shape else _dot(a, b)


@_means(np.vdot)
def _vdot(a: Any, b: Any) -> Node:
    return _rule("inner", *(Value(reshaped(node_of(x), (-1,))) for x in (a, b)))


@_means(np.outer)
def _outer(a: Any, b: Any) -> Node:
    return _rule("outer", *(Value(reshaped(node_of(x), (-1,))) for x in (a, b)))


@_means(np.einsum)
def _einsum(subscripts: str, *operands: Any, optimize: Any = None) -> Node:
    del optimize
    return _rule("einsum", *operands, subscripts=subscripts)


@_means(np.transpose, np.permute_dims if hasattr(np, "permute_dims") else np.transpose)
def _transpose(a: Any, axes: Sequence[int] | None = None) -> Node:
    x = node_of(a)
    return algebra.transpose(x) if axes is None else transposed(x, _axes(x, axes))


@_means(np.swapaxes)
def _swapaxes(a: Any, axis1: int, axis2: int) -> Node:
    order = list(algebra.axes_of(node_of(a)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transposed(node_of(a), order)


@_means(np.reshape)
def _reshape(a: Any, shape: Any, order: str = "C") -> Node:
    return reshaped(node_of(a), shape_of(shape), order)


@_means(np.ravel)
def _ravel(a: Any, order: str = "C") -> Node:
    return reshaped(node_of(a), (-1,), order)


@_means(np.expand_dims)
def _expand_dims(a: Any, axis: int | Sequence[int]) -> Node:
    return with_new_axes(node_of(a), (axis,) if isinstance(axis, int) else axis)


@_means(np.squeeze)
def _squeeze(a: Any, axis: Axis = None) -> Node:
    x = node_of(a)
    ones = [k for k, size in enumerate(x.shape) if size == 1]
    return without_axes(x, ones if axis is None else _axes(x, axis))


@_means(np.broadcast_to)
def _broadcast_to(array: Any, shape: Any) -> Node:
    x, wanted = node_of(array), shape_of(shape)
    (spread, _) = broadcast("np.broadcast_to", [x, algebra.constant(1, wanted)])
    return broadcast_to(spread, wanted)


@_means(np.concatenate)
def _concatenate(arrays: Sequence[Any], axis: int = 0) -> Node:
    return parts.concatenate(*map(node_of, arrays), axis=axis)


@_means(np.stack)
def _stack(arrays: Sequence[Any], axis: int = 0) -> Node:
    return parts.stack(*map(node_of, arrays), axis=axis)


@_means(np.hstack)
def _hstack(tup: Sequence[Any]) -> Node:
    nodes = [x if x.shape else with_new_axes(x, [0]) for x in map(node_of, tup)]
    return parts.concatenate(*nodes, axis=min(1, len(nodes[0].shape) - 1))


@_means(np.vstack)
def _vstack(tup: Sequence[Any]) -> Node:
    nodes = map(node_of, tup)
    return parts.concatenate(
        *(x if len(x.shape) > 1 else with_new_axes(x, range(2 - len(x.shape))) for x in nodes)
    )


@_means(np.diag)
def _diag(v: Any) -> Node:
    return _rule("diag", v)


@_means(np.diagonal)
def _diagonal(a: Any) -> Node:
    return _rule("diag", Value(algebra.square("diagonal", node_of(a))))


@_means(np.tril)
def _tril(m: Any, k: int = 0) -> Node:
    return _rule("tril", m, k=k)


@_means(np.triu)
def _triu(m: Any, k: int = 0) -> Node:
    return _rule("triu", m, k=k)


@_means(np.where)
def _where(condition: Any, x: Any, y: Any) -> Node:
    """``c x + (1 - c) y``, where c is 1 or 0: where both are finite, that is the same."""
    given = isinstance(condition, np.ndarray) and condition.dtype == bool
    if not (given or isinstance(condition, Condition)):
        raise NotDifferentiableError("np.where is traced of a comparison: np.where(x > 0, a, b)")
    chosen, one, two = broadcast("np.where", [node_of(k) for k in (condition, x, y)])
    other = algebra.minus(number(1), chosen)
    return algebra.plus(algebra.times(chosen, one), algebra.times(other, two))


@_means(np.clip)
def _clip(a: Any, a_min: Any = None, a_max: Any = None) -> Node:
    if isinstance(a_min, Value) or isinstance(a_max, Value) or None in (a_min, a_max):
        raise NotDifferentiableError("np.clip is traced between two numbers; else np.maximum is")
    return _rule("clip", a, low=exact(a_min), high=exact(a_max))


def _filled(value: int) -> Callable[[Any], Node]:
    return lambda a: algebra.constant(value, node_of(a).shape)


FUNCTIONS[np.zeros_like] = _filled(0)
FUNCTIONS[np.ones_like] = _filled(1)


@_means(np.full_like)
def _full_like(a: Any, fill_value: Any) -> Node:
    return broadcast_to(node_of(fill_value), node_of(a).shape)


@_means(np.copy)
def _copy(a: Any) -> Node:
    return node_of(a)

"""NumPy's functions on nodes: what each of them means, for those that can be derived.

Axes, shapes and broadcasting are NumPy's own. A parameter that is not listed here, ``where`` or
``dtype``, is refused by whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from inspect import Signature, signature
from typing import Any, NamedTuple, TypeVar

import numpy as np

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import NotDifferentiableError
from matcalc.expression.values import Value, dimension_of
from matcalc.graph import Node, number, transposed
from matcalc.operations import (
    NORMS,
    Rule,
    algebra,
    elementwise,
    find_rule,
    parts,
    products,
    sequences,
    spectra,
    statistics,
    windows,
)
from matcalc.symbolic.broadcasting import (
    broadcast,
    broadcast_to,
    reshaped,
    with_new_axes,
    without_axes,
)
from matcalc.symbolic.constants import exact, node_of
from matcalc.symbolic.indexing import indexed
from matcalc.symbolic.ufuncs import Condition, larger, smaller

Axis = int | Sequence[int] | None
Meaning = TypeVar("Meaning", bound=Callable[..., Any])

#: What each function of NumPy means; operands are whatever :func:`node_of` takes.
FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {}


class Eigh(NamedTuple):
    """Eigenvalues of a symmetric matrix, rising, and eigenvectors as columns."""

    eigenvalues: Node
    eigenvectors: Node


class Slogdet(NamedTuple):
    """The sign of a determinant, and the logarithm of its absolute value."""

    sign: Node
    logabsdet: Node


def by_rule(name: str, *operands: Any, **parameters: Any) -> Node:
    """What a rule makes of operands, whatever :func:`node_of` takes."""
    return find_rule(name).build(*map(node_of, operands), **parameters)


def _means(*functions: Callable[..., Any]) -> Callable[[Meaning], Meaning]:
    """Put the decorated function into the table."""

    def decorate(meaning: Meaning) -> Meaning:
        for function in functions:
            FUNCTIONS[function] = meaning
        return meaning

    return decorate


def _means_its_rule(*functions: Callable[..., Any]) -> None:
    """Put functions into the table that are the rule of their name, arguments in its order."""
    for function in functions:
        FUNCTIONS[function] = _of_rule(find_rule(function.__name__), signature(function))


def _of_rule(rule: Rule, given: Signature) -> Callable[..., Node]:
    count = len(rule.operands)
    known = list(given.parameters.values())[: count + len(rule.parameters)]

    def meaning(*args: Any, **named: Any) -> Node:
        values = bound.bind(*args, **named)
        values.apply_defaults()
        operands, parameters = values.args[:count], values.args[count:]
        named = dict(zip(rule.parameters, map(_plain, parameters), strict=True))
        return rule.build(*map(node_of, operands), **named)

    bound = Signature(known)
    meaning.__signature__ = bound  # type: ignore[attr-defined]
    return meaning


def _plain(given: Any) -> Any:
    """A parameter that a node can keep: lists as tuples."""
    return tuple(map(_plain, given)) if isinstance(given, (list, tuple)) else given


_means_its_rule(
    *(np.linalg.inv, np.linalg.pinv, np.linalg.det, np.linalg.solve, np.linalg.cholesky),
    *(np.linalg.eigvalsh, np.linalg.matrix_power, np.trace, np.kron, np.cross, np.diag),
    *(np.tril, np.triu, np.diff, np.flip, np.tensordot, np.median, np.convolve, np.polyval),
)


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
    return algebra.axes_from_front(axis, len(x.shape))


def _kept(result: Node, axes: tuple[int, ...], *, keepdims: bool) -> Node:
    return with_new_axes(result, axes) if keepdims else result


@_means(np.sum, np.nansum)  # of finite numbers these are one
def _sum(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Node:
    x = node_of(a)
    return _kept(algebra.summed(x, _axes(x, axis)), _axes(x, axis), keepdims=keepdims)


@_means(np.mean, np.nanmean)
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


def _reduction(*functions: Callable[..., Any]) -> None:
    """Functions that are the rule of the name of the first, along any axes."""
    reduce = find_rule(functions[0].__name__).build

    def reduced(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Node:
        x = node_of(a)
        axes = _axes(x, axis)
        one = x if len(axes) == 1 or axis is None else _gathered(x, axes)
        along = None if axis is None else axes[0] if one is x else -1
        return _kept(reduce(one, axis=along), axes, keepdims=keepdims)

    FUNCTIONS.update(dict.fromkeys(functions, reduced))


def _gathered(x: Node, axes: Sequence[int]) -> Node:
    """Several axes as one, the last."""
    others = [k for k in range(len(x.shape)) if k not in axes]
    together = dimensions.product(x.shape[k] for k in axes)
    shape = [x.shape[k] for k in others]
    return reshaped(transposed(x, [*others, *axes]), (*shape, together))


_reduction(np.prod)
_reduction(np.max, np.amax)
_reduction(np.min, np.amin)


@_means(np.linalg.norm)
def _norm(x: Any, ord: Any = None, axis: Axis = None, *, keepdims: bool = False) -> Node:  # noqa: A002
    node = node_of(x)
    axes = _axes(node, axis)
    if ord == 1 and len(axes) == 1:
        total = algebra.summed(elementwise.of("abs", node), axes)
    elif ord is None or ord == (2 if len(axes) == 1 else "fro"):
        total = algebra.sqrt(algebra.summed(algebra.power(node, 2), axes))
    elif ord == np.inf and len(axes) == 1:
        total = FUNCTIONS[np.max](Value(elementwise.of("abs", node)), axes[0])
    elif ord in (1, np.inf) and len(node.shape) == 2:
        lines = algebra.summed(elementwise.of("abs", node), [0 if ord == 1 else 1])
        total = FUNCTIONS[np.max](Value(lines))
    elif ord in (2, "nuc") and len(node.shape) == len(axes) == 2:
        total = by_rule(NORMS[str(ord)], x)
    else:
        kind = "vectors" if len(axes) == 1 else "matrices"
        raise NotDifferentiableError(f"np.linalg.norm of {kind} with ord={ord!r} cannot be traced")
    return _kept(total, axes, keepdims=keepdims)


@_means(np.linalg.slogdet)
def _slogdet(a: Any) -> Slogdet:
    return Slogdet(elementwise.of("sign", FUNCTIONS[np.linalg.det](a)), by_rule("logdet", a))


@_means(np.linalg.eigh)
def _eigh(a: Any) -> Eigh:
    return Eigh(FUNCTIONS[np.linalg.eigvalsh](a), spectra.eigenvectors(node_of(a)))


@_means(np.linalg.svd)
def _svd(a: Any, *, compute_uv: bool = True, full_matrices: bool = True) -> Node:
    del full_matrices
    if compute_uv:
        raise NotDifferentiableError(
            "np.linalg.svd is traced of the values alone: compute_uv=False; pinv, "
            "np.linalg.norm(A, 'nuc') and sqrtm need no singular vectors"
        )
    return spectra.svdvals(node_of(a))


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
    one = node_of(a)
    return products.inner(one, node_of(b)) if one.shape else _dot(a, b)


@_means(np.vdot)
def _vdot(a: Any, b: Any) -> Node:
    return products.inner(_ravel(a), _ravel(b))


@_means(np.outer)
def _outer(a: Any, b: Any) -> Node:
    return products.outer(_ravel(a), _ravel(b))


@_means(np.einsum)
def _einsum(subscripts: str, *operands: Any, optimize: Any = None) -> Node:
    del optimize
    nodes = [node_of(one) for one in operands]
    spelled = products.subscripts_of(subscripts, [len(one.shape) for one in nodes])
    return products.einsum_rule(*nodes, subscripts=spelled)


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


@_means(np.diagonal)
def _diagonal(a: Any) -> Node:
    return products.diag(algebra.square("diagonal", node_of(a)))


@_means(np.diagflat)
def _diagflat(v: Any) -> Node:
    return products.diag(_ravel(v))


@_means(np.ptp)
def _ptp(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Node:
    ends = (FUNCTIONS[one](a, axis, keepdims=keepdims) for one in (np.max, np.min))
    return algebra.minus(*ends)


@_means(np.where)
def _where(condition: Any, x: Any, y: Any) -> Node:
    """``c x + (1 - c) y``, where c is 1 or 0: where both are finite, that is the same."""
    given = isinstance(condition, np.ndarray) and condition.dtype == bool
    if not (given or isinstance(condition, Condition)):
        raise NotDifferentiableError("np.where is traced of a comparison: np.where(x > 0, a, b)")
    chosen, one, two = broadcast("np.where", [node_of(k) for k in (condition, x, y)])
    other = algebra.minus(number(1), chosen)
    return algebra.plus(algebra.times(chosen, one), algebra.times(other, two))


@_means(np.select)
def _select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Node:
    found = node_of(default)
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        found = _where(condition, choice, Value(found))
    return found


@_means(np.clip)
def _clip(a: Any, a_min: Any = None, a_max: Any = None, **new: Any) -> Node:
    low, high = new.get("min", a_min), new.get("max", a_max)
    if all(isinstance(edge, (int, float, np.number)) for edge in (low, high)):
        return elementwise.clip(node_of(a), exact(low), exact(high))
    x = node_of(a)
    if low is not None:
        x = larger(*broadcast("np.clip", [x, node_of(low)]))
    if high is not None:
        x = smaller(*broadcast("np.clip", [x, node_of(high)]))
    return x


@_means(np.column_stack)
def _column_stack(tup: Sequence[Any]) -> Node:
    nodes = [with_new_axes(x, [1]) if len(x.shape) == 1 else x for x in map(node_of, tup)]
    return parts.concatenate(*nodes, axis=1)


@_means(np.atleast_1d)
def _atleast_1d(*arys: Any) -> Node:
    return _atleast(1, *arys)


@_means(np.atleast_2d)
def _atleast_2d(*arys: Any) -> Node:
    return _atleast(2, *arys)


def _atleast(rank: int, *arrays: Any) -> Node:
    if len(arrays) != 1:
        raise NotDifferentiableError(f"np.atleast_{rank}d is traced of one array at a time")
    x = node_of(arrays[0])
    return with_new_axes(x, range(rank - len(x.shape))) if len(x.shape) < rank else x


@_means(np.split, np.array_split)
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


@_means(np.hsplit)
def _hsplit(ary: Any, indices_or_sections: Any) -> tuple[Node, ...]:
    return _split(ary, indices_or_sections, len(node_of(ary).shape[:2]) - 1)


@_means(np.vsplit)
def _vsplit(ary: Any, indices_or_sections: Any) -> tuple[Node, ...]:
    return _split(ary, indices_or_sections, 0)


@_means(np.pad)
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


@_means(np.cumsum)
def _cumsum(a: Any, axis: int | None = None) -> Node:
    return sequences.cumsum(_flat_if_none(a, axis), axis)


@_means(np.cumprod)
def _cumprod(a: Any, axis: int | None = None) -> Node:
    if axis is not None and len(node_of(a).shape) > 1:
        raise NotDifferentiableError("np.cumprod is traced of vectors")
    return by_rule("cumprod", Value(_ravel(a)))


@_means(getattr(np, "trapezoid", None) or getattr(np, "trapz"))  # noqa: B009 - before NumPy 2
def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0) -> Node:
    if x is None:
        return statistics.trapezoid(node_of(y), exact(dx))
    lengths, heights = sequences.diff(node_of(x)), node_of(y)
    right = parts.slice_rule(heights, 0, 1, heights.shape[0])
    left = parts.slice_rule(heights, 0, 0, lengths.shape[0])
    twice = products.inner(lengths, algebra.plus(left, right))
    return algebra.times(twice, number(Fraction(1, 2)))


@_means(np.gradient)
def _gradient(f: Any, *varargs: Any, axis: int | None = None) -> Node:
    x = node_of(f)
    if len(varargs) > 1 or (axis is None and len(x.shape) != 1):
        raise NotDifferentiableError("np.gradient is traced along one axis: axis=0")
    along = algebra.axis_from_front(-1 if axis is None else axis, len(x.shape))
    steps = sequences.diff(x, 1, along)
    count = steps.shape[along]
    ends = dimensions.difference(count, 1)
    rows = [parts.slice_rule(steps, along, 0, 1), parts.slice_rule(steps, along, ends, count)]
    if ends != 0:
        before = parts.slice_rule(steps, along, 0, ends)
        both = algebra.plus(before, parts.slice_rule(steps, along, 1, count))
        rows.insert(1, algebra.times(both, number(Fraction(1, 2))))
    whole = parts.concatenate(*rows, axis=along)
    return algebra.times(whole, algebra.reciprocal(node_of(varargs[0]))) if varargs else whole


@_means(np.roll)
def _roll(a: Any, shift: int, axis: int | None = None) -> Node:
    x = node_of(a)
    if axis is None and len(x.shape) > 1:
        return reshaped(sequences.roll(_ravel(a), shift), x.shape)
    return sequences.roll(x, shift, axis)


@_means(np.flipud)
def _flipud(m: Any) -> Node:
    return sequences.flip(node_of(m), 0)


@_means(np.fliplr)
def _fliplr(m: Any) -> Node:
    return sequences.flip(node_of(m), 1)


@_means(np.tile)
def _tile(A: Any, reps: Any) -> Node:
    x = node_of(A)
    counts = shape_of(reps)
    if len(counts) > len(x.shape):
        x = with_new_axes(x, range(len(counts) - len(x.shape)))
    return sequences.tile(x, counts)


@_means(np.repeat)
def _repeat(a: Any, repeats: Any, axis: int | None = None) -> Node:
    if isinstance(repeats, (list, tuple, np.ndarray)):
        raise NotDifferentiableError("np.repeat is traced of one number of repeats")
    return sequences.repeat(_flat_if_none(a, axis), size_of(repeats), axis)


@_means(np.take)
def _take(a: Any, indices: Any, axis: int | None = None) -> Node:
    x = _flat_if_none(a, axis)
    along = algebra.axis_from_front(axis or 0, len(x.shape))
    chosen = indices if isinstance(indices, int) else np.asarray(indices)
    return indexed(x, (*(slice(None),) * along, chosen))


def _flat_if_none(a: Any, axis: int | None) -> Node:
    """All entries one after the other where no axis is given."""
    return _ravel(a) if axis is None else node_of(a)


@_means(np.take_along_axis)
def _take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Node:
    x, chosen = _flat_if_none(arr, axis), np.asarray(indices)
    places: list[Any] = list(np.indices(chosen.shape, sparse=True))
    places[algebra.axis_from_front(axis or 0, len(x.shape))] = chosen
    return indexed(x, tuple(places))


@_means(np.append)
def _append(arr: Any, values: Any, axis: int | None = None) -> Node:
    if axis is None:
        return parts.concatenate(_ravel(arr), reshaped(node_of(values), (-1,)))
    return parts.concatenate(node_of(arr), node_of(values), axis=axis)


@_means(np.average)
def _average(a: Any, axis: Axis = None, weights: Any = None) -> Node:
    if weights is None:
        return algebra.mean(node_of(a), _axes(node_of(a), axis))
    x, w = node_of(a), node_of(weights)
    if w.shape != x.shape:
        along = _axes(x, axis)
        if len(along) != 1 or len(w.shape) != 1:
            raise NotDifferentiableError("np.average: weights of the whole or along one axis")
        w = with_new_axes(w, [k for k in range(len(x.shape)) if k not in along])
        (w, _) = broadcast("np.average", [w, x])
    axes = _axes(x, axis)
    total = algebra.summed(algebra.times(x, w), axes)
    return algebra.times(total, algebra.reciprocal(algebra.summed(w, axes)))


@_means(np.meshgrid)
def _meshgrid(*xi: Any, indexing: str = "xy") -> tuple[Node, ...]:
    vectors = list(map(node_of, xi))
    order = [1, 0, *range(2, len(xi))] if indexing == "xy" and len(xi) > 1 else range(len(xi))
    shape = tuple(vectors[k].shape[0] for k in order)
    places = [list(order).index(k) for k in range(len(xi))]
    return tuple(
        broadcast_to(with_new_axes(x, [k for k in range(len(xi)) if k != place]), shape)
        for x, place in zip(vectors, places, strict=True)
    )


@_means(np.moveaxis)
def _moveaxis(a: Any, source: int, destination: int) -> Node:
    x = node_of(a)
    order = list(algebra.axes_of(x))
    order.insert(destination % len(order), order.pop(source))
    return transposed(x, order)


@_means(np.cov)
def _cov(m: Any, y: Any = None, rowvar: bool = True, *, ddof: int = 1) -> Node:
    if y is None and len(node_of(m).shape) == 1:
        return _variance(m, ddof=ddof)
    return statistics.cov(_in_rows(m, y, rowvar=rowvar), ddof)


@_means(np.corrcoef)
def _corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Node:
    return statistics.corrcoef(_in_rows(x, y, rowvar=rowvar))


def _in_rows(x: Any, y: Any, *, rowvar: bool) -> Node:
    """Variables as rows, those of ``y`` below those of ``x``."""

    def in_rows(node: Node) -> Node:
        if len(node.shape) == 1:
            return with_new_axes(node, [0])
        return node if rowvar else algebra.transpose(node)

    rows = [in_rows(node_of(one)) for one in (x, y) if one is not None]
    return rows[0] if len(rows) == 1 else parts.concatenate(*rows, axis=0)


@_means(np.sort)
def _sort(a: Any, axis: int = -1) -> Node:
    if axis not in (-1, 0) or len(node_of(a).shape) != 1:
        raise NotDifferentiableError("np.sort is traced of vectors")
    return sequences.sort(node_of(a))


@_means(np.vander)
def _vander(x: Any, N: int | None = None, increasing: bool = False) -> Node:
    (size,) = node_of(x).shape
    return windows.vander(node_of(x), size if N is None else N, int(increasing))


@_means(np.linalg.multi_dot)
def _multi_dot(arrays: Sequence[Any]) -> Node:
    first, *rest = map(node_of, arrays)
    for one in rest:
        first = algebra.matmul(first, one)
    return first


@_means(np.block)
def _block(arrays: Sequence[Any]) -> Node:
    rows = [row if isinstance(row, (list, tuple)) else [row] for row in arrays]
    lines = [parts.concatenate(*map(_two_axes, row), axis=1) for row in rows]
    return parts.concatenate(*lines, axis=0)


def _two_axes(x: Any) -> Node:
    node = node_of(x)
    if len(node.shape) != 2:
        raise NotDifferentiableError("np.block is traced of matrices")
    return node


def _filled(value: int) -> Callable[[Any], Node]:
    return lambda a: algebra.constant(value, node_of(a).shape)


FUNCTIONS[np.zeros_like] = _filled(0)
FUNCTIONS[np.empty_like] = _filled(0)
FUNCTIONS[np.ones_like] = _filled(1)


@_means(np.full_like)
def _full_like(a: Any, fill_value: Any) -> Node:
    return broadcast_to(node_of(fill_value), node_of(a).shape)


@_means(np.copy)
def _copy(a: Any) -> Node:
    return node_of(a)

"""NumPy's functions on nodes: what each of them means, for those that can be derived.

Axes, shapes and broadcasting are NumPy's own. A parameter that is not listed here, ``where`` or
``dtype``, is refused by whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from inspect import Signature, signature
from typing import Any, NamedTuple

import numpy as np

from matcalc import dimensions
from matcalc.errors import NotDifferentiableError
from matcalc.expression.values import Value
from matcalc.graph import Node, number, transposed
from matcalc.operations import (
    NORMS,
    Rule,
    algebra,
    elementwise,
    find_rule,
    parts,
    products,
    reductions,
    sequences,
    spectra,
    statistics,
    windows,
)
from matcalc.symbolic.array_parts import (
    FUNCTIONS,
    Axis,
    axes_in,
    by_rule,
    flat_if_none,
    means,
    ravel,
)
from matcalc.symbolic.broadcasting import (
    broadcast,
    broadcast_to,
    reshaped,
    with_new_axes,
)
from matcalc.symbolic.constants import exact, node_of
from matcalc.symbolic.ufuncs import EntryCondition, larger, smaller

__all__ = ["FUNCTIONS", "by_rule"]


class Eigh(NamedTuple):
    """Eigenvalues of a symmetric matrix, rising, and eigenvectors as columns."""

    eigenvalues: Node
    eigenvectors: Node


class Slogdet(NamedTuple):
    """The sign of a determinant, and the logarithm of its absolute value."""

    sign: Node
    logabsdet: Node


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


def _of_vectors(usual: int | None, function: Callable[..., Any], *same: Any) -> None:
    """Put functions into the table that are the rule of the name of one, which takes vectors."""

    def meaning(a: Any, axis: int | None = usual) -> Node:
        x = flat_if_none(a, axis)
        if axis not in (None, 0, -1) or len(x.shape) != 1:
            raise NotDifferentiableError(f"np.{function.__name__} is traced of vectors")
        return by_rule(function.__name__, Value(x))

    FUNCTIONS.update(dict.fromkeys((function, *same), meaning))


_of_vectors(None, np.cumprod, np.multiply.accumulate)
_of_vectors(-1, np.sort)


def _kept(result: Node, axes: tuple[int, ...], *, keepdims: bool) -> Node:
    return with_new_axes(result, axes) if keepdims else result


@means(np.sum, np.add.reduce, np.nansum)  # of finite numbers these are one
def _sum(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Node:
    x = node_of(a)
    return _kept(algebra.summed(x, axes_in(x, axis)), axes_in(x, axis), keepdims=keepdims)


@means(np.mean, np.nanmean)
def _mean(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Node:
    x = node_of(a)
    return _kept(algebra.mean(x, axes_in(x, axis)), axes_in(x, axis), keepdims=keepdims)


@means(np.var)
def _variance(a: Any, axis: Axis = None, *, ddof: int = 0, keepdims: bool = False) -> Node:
    x = node_of(a)
    axes = axes_in(x, axis)
    centred = algebra.minus(x, broadcast_to(_mean(a, axis, keepdims=True), x.shape))
    squares = algebra.summed(algebra.power(centred, 2), axes)
    count = algebra.size_of(dimensions.product(x.shape[k] for k in axes))
    freedom = algebra.reciprocal(algebra.minus(count, number(ddof)))
    return _kept(algebra.times(squares, freedom), axes, keepdims=keepdims)


def _reduction(*functions: Callable[..., Any], build: Callable[..., Node] | None = None) -> None:
    """Functions that are the rule of the name of the first, or what is built, along any axes."""
    reduce = build or find_rule(functions[0].__name__).build

    def reduced(a: Any, axis: Axis = None, *, keepdims: bool = False) -> Node:
        x = node_of(a)
        axes = axes_in(x, axis)
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


_reduction(np.prod, np.multiply.reduce)
_reduction(np.max, np.amax, np.maximum.reduce)
_reduction(np.min, np.amin, np.minimum.reduce)
_reduction(np.logaddexp.reduce, build=reductions.logsumexp)


@means(np.linalg.norm)
def _norm(x: Any, ord: Any = None, axis: Axis = None, *, keepdims: bool = False) -> Node:  # noqa: A002
    node = node_of(x)
    axes = axes_in(node, axis)
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


@means(np.linalg.svd)
def _svd(a: Any, *, compute_uv: bool = True, full_matrices: bool = True) -> Node:
    del full_matrices
    if compute_uv:
        raise NotDifferentiableError(
            "np.linalg.svd is traced of the values alone: compute_uv=False; pinv, "
            "np.linalg.norm(A, 'nuc') and sqrtm need no singular vectors"
        )
    return spectra.svdvals(node_of(a))


@means(np.dot)
def _dot(a: Any, b: Any) -> Node:
    one, two = node_of(a), node_of(b)
    if not (one.shape and two.shape):
        return algebra.times(one, two)
    if len(two.shape) > 2:
        raise NotDifferentiableError("np.dot of more than two axes is not traced; write @")
    return algebra.matmul(one, two)


@means(np.einsum)
def _einsum(subscripts: str, *operands: Any, optimize: Any = None) -> Node:
    del optimize
    nodes = [node_of(one) for one in operands]
    spelled = products.subscripts_of(subscripts, [len(one.shape) for one in nodes])
    return products.einsum_rule(*nodes, subscripts=spelled)


@means(np.where)
def _where(condition: Any, x: Any, y: Any) -> Node:
    """``c x + (1 - c) y``, where c is 1 or 0: where both are finite, that is the same."""
    given = isinstance(condition, np.ndarray) and condition.dtype == bool
    if not (given or isinstance(condition, EntryCondition)):
        raise NotDifferentiableError("np.where is traced of a comparison: np.where(x > 0, a, b)")
    chosen, one, two = broadcast("np.where", [node_of(k) for k in (condition, x, y)])
    other = algebra.minus(number(1), chosen)
    return algebra.plus(algebra.times(chosen, one), algebra.times(other, two))


@means(np.clip)
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


@means(getattr(np, "trapezoid", None) or getattr(np, "trapz"))  # noqa: B009 - before NumPy 2
def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0) -> Node:
    if x is None:
        return statistics.trapezoid(node_of(y), exact(dx))
    lengths, heights = sequences.diff(node_of(x)), node_of(y)
    right = parts.slice_rule(heights, 0, 1, heights.shape[0])
    left = parts.slice_rule(heights, 0, 0, lengths.shape[0])
    twice = products.inner(lengths, algebra.plus(left, right))
    return algebra.times(twice, number(Fraction(1, 2)))


@means(np.gradient)
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


@means(np.average)
def _average(a: Any, axis: Axis = None, weights: Any = None) -> Node:
    if weights is None:
        return algebra.mean(node_of(a), axes_in(node_of(a), axis))
    x, w = node_of(a), node_of(weights)
    if w.shape != x.shape:
        along = axes_in(x, axis)
        if len(along) != 1 or len(w.shape) != 1:
            raise NotDifferentiableError("np.average: weights of the whole or along one axis")
        w = with_new_axes(w, [k for k in range(len(x.shape)) if k not in along])
        (w, _) = broadcast("np.average", [w, x])
    axes = axes_in(x, axis)
    total = algebra.summed(algebra.times(x, w), axes)
    return algebra.times(total, algebra.reciprocal(algebra.summed(w, axes)))


def _in_rows(x: Any, y: Any, *, rowvar: bool) -> Node:
    """Variables as rows, those of ``y`` below those of ``x``."""

    def in_rows(node: Node) -> Node:
        if len(node.shape) == 1:
            return with_new_axes(node, [0])
        return node if rowvar else algebra.transpose(node)

    rows = [in_rows(node_of(one)) for one in (x, y) if one is not None]
    return rows[0] if len(rows) == 1 else parts.concatenate(*rows, axis=0)


@means(np.cov)
def _cov(m: Any, y: Any = None, rowvar: bool = True, *, ddof: int = 1) -> Node:
    if y is None and len(node_of(m).shape) == 1:
        return _variance(m, ddof=ddof)
    return statistics.cov(_in_rows(m, y, rowvar=rowvar), ddof)


@means(np.select)
def _select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Node:
    found = node_of(default)
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        found = _where(condition, choice, Value(found))
    return found


FUNCTIONS.update(
    {
        np.std: lambda a, axis=None, *, ddof=0, keepdims=False: algebra.sqrt(
            _variance(a, axis, ddof=ddof, keepdims=keepdims)
        ),
        np.ptp: lambda a, axis=None, *, keepdims=False: algebra.minus(
            *(FUNCTIONS[one](a, axis, keepdims=keepdims) for one in (np.max, np.min))
        ),
        np.inner: lambda a, b: (
            products.inner(*map(node_of, (a, b))) if node_of(a).shape else _dot(a, b)
        ),
        np.vdot: lambda a, b: products.inner(ravel(a), ravel(b)),
        np.outer: lambda a, b: products.outer(ravel(a), ravel(b)),
        **dict.fromkeys(
            (np.cumsum, np.add.accumulate),
            lambda a, axis=None: sequences.cumsum(flat_if_none(a, axis), axis),
        ),
        np.corrcoef: lambda x, y=None, rowvar=True: statistics.corrcoef(
            _in_rows(x, y, rowvar=rowvar)
        ),
        np.vander: lambda x, N=None, increasing=False: windows.vander(
            node_of(x), node_of(x).shape[0] if N is None else N, int(increasing)
        ),
        np.linalg.slogdet: lambda a: Slogdet(
            elementwise.of("sign", FUNCTIONS[np.linalg.det](a)), by_rule("logdet", a)
        ),
        np.linalg.eigh: lambda a: Eigh(
            FUNCTIONS[np.linalg.eigvalsh](a), spectra.eigenvectors(node_of(a))
        ),
        np.linalg.multi_dot: lambda arrays: reduce(algebra.matmul, map(node_of, arrays)),
    }
)

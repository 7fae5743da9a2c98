"""Derivatives applied to arrays: through their structure, nothing dense is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from matcalc import dimensions
from matcalc.arrays import Array, any_array, bind, bound_sizes
from matcalc.code.libraries import library_in
from matcalc.errors import LayoutError, ShapeError
from matcalc.graph import Factor, Node, contract, symbol
from matcalc.layout import ArrayForm, Order
from matcalc.plan.running import MAX_BYTES, Bindings, Keep, evaluate_from
from matcalc.variables import Variable, ratio


class Given(NamedTuple):
    """The numbers of a formula's variables, the sizes of its dimensions, who keeps what is run."""

    arrays: Mapping[str, Array] = {}
    sizes: Mapping[str, int] = {}
    keep: Keep | None = None


NOTHING = Given()
_ARRAY = "(an array)"


def entries(
    node: Node, form: ArrayForm, given: Given = NOTHING, max_bytes: int = MAX_BYTES
) -> Array:
    """A derivative as a new array in a written form: stored are axes of ``of``, then of ``wrt``.

    Raises:
        TooLargeError: An array would be larger than ``max_bytes``.
    """
    plain, order = all(len(axes) == 1 for axes in form.form), order_of(form)
    array = evaluate_from(
        node, order, lambda: node, given.arrays, given.sizes, max_bytes,
        order=order, libraries=library_in, keep=given.keep if plain else None,
    )  # fmt: skip
    if plain:
        return array
    left = iter(array.shape)
    return array.reshape([prod(next(left) for _ in axes) for axes in form.form])


def order_of(form: ArrayForm) -> tuple[int, ...]:
    """The stored axes in the order in which a form writes them."""
    return tuple(form.stored.index(axis) for axes in form.form for axis in axes)


def directional(node: Node, form: ArrayForm, v: ArrayLike, given: Given = NOTHING) -> Array:
    """The Jacobian-vector product: ``v`` has the shape of ``wrt``, the result that of ``of``.

    Raises:
        ShapeError: ``v`` has another shape.
        ArrayError: ``v`` is not real and finite.
    """
    rank = form.of.rank
    axes = tuple(range(len(node.shape)))
    return _contracted(node, _of_shape(form.wrt, v), axes[rank:], axes[:rank], given)


def pulled_back(node: Node, form: ArrayForm, u: ArrayLike, given: Given = NOTHING) -> Array:
    """The vector-Jacobian product: ``u`` has the shape of ``of``, the result that of ``wrt``.

    Raises:
        ShapeError: ``u`` has another shape.
        ArrayError: ``u`` is not real and finite.
    """
    rank = form.of.rank
    axes = tuple(range(len(node.shape)))
    return _contracted(node, _of_shape(form.of, u), axes[:rank], axes[rank:], given)


def applied(
    bindings: Bindings,
    asked: str,
    v: Any,
    arrays: Mapping[str, Any],
    otherwise: Callable[[Keep | None], Array],
) -> Array:
    """A product with an array: by what was run for arrays of these shapes, if it is finite."""
    v = np.asarray(v) if type(v) is float else v
    if type(v) is not np.ndarray or v.dtype.kind != "f" or not np.isfinite(v).all():
        return otherwise(None)
    return bindings.run(asked, {_ARRAY: v, **arrays}, otherwise)


def gauss_newton_product(
    node: Node, form: ArrayForm, v: ArrayLike, given: Given = NOTHING
) -> Array:
    """The product of ``JᵀJ`` and ``v``, both of the shape of ``wrt``.

    Raises:
        ShapeError: ``v`` has another shape.
        ArrayError: ``v`` is not real and finite.
    """
    rank = form.of.rank
    axes = tuple(range(len(node.shape)))
    below = tuple(range(len(axes), len(axes) + form.wrt.rank))
    outer = Factor(node, (*axes[:rank], *below))
    return _contracted(node, _of_shape(form.wrt, v), axes[rank:], below, given, outer)


def _of_shape(variable: Variable, value: ArrayLike) -> Array:
    array: Array = any_array(value, "the vector")
    if array.ndim > variable.rank:
        found = f"{array.shape}; J @ V takes several columns"
        bind(variable.shape, array.shape, {}, str(variable), found)
    bound_sizes(((str(variable), variable.shape),), (tuple(array.shape),))
    return array


def _contracted(
    node: Node,
    array: Array,
    labels: Sequence[Any],
    output: Sequence[Any],
    given: Given,
    *others: Factor,
) -> Array:
    """The product with an array and others, the axes of the node labelled by their numbers."""
    axes = tuple(range(len(node.shape)))

    def product() -> Node:
        shape = [
            node.shape[label] if label in axes else size
            for label, size in zip(labels, array.shape, strict=True)
        ]
        operand = symbol(_ARRAY, tuple(shape))
        factors = [Factor(node, axes), Factor(operand, tuple(labels)), *others]
        return contract(factors, output)

    key = tuple(labels), tuple(output), tuple(array.shape), *(other.labels for other in others)
    arrays = {**given.arrays, _ARRAY: array}
    return evaluate_from(
        node, key, product, arrays, given.sizes, libraries=library_in, keep=given.keep
    )


def matrix_product(
    node: Node, form: ArrayForm, value: ArrayLike, *, from_left: bool, given: Given = NOTHING
) -> Array:
    """The matrix of a derivative, as its layout writes it, times an array of one or two axes.

    Raises:
        LayoutError: The derivative has more than two axes.
        ShapeError: The array does not fit.
    """
    title = ratio(form.of, form.wrt)
    if form.matrix_form is None or form.matrix_shape is None:
        raise LayoutError(
            f"{title} is {dimensions.times(form.shape)} in {form.convention.title}: above rank 2 "
            "there is no matrix product; use .jvp(v) or .vjp(u)"
        )
    array: Array = any_array(value, "the array")
    if array.ndim not in (1, 2):
        raise ShapeError(f"a matrix times an array of {array.ndim} axes; use .jvp or .vjp")
    axis = array.ndim - 1 if from_left else 0
    side = 0 if from_left else 1
    length = form.matrix_shape[side]
    known = dimensions.evaluate(length, given.sizes) if given.sizes else length
    if array.shape[axis] != known:
        shown = dimensions.times(form.matrix_shape)
        both = (str(array.shape), shown) if from_left else (shown, str(array.shape))
        raise ShapeError(
            f"{both[0]} @ {both[1]} does not fit: in {form.convention.title} {title} is {shown}"
        )
    position = {name: k for k, name in enumerate(form.stored)}
    met, left = (
        tuple(position[name] for name in form.matrix_form[one]) for one in (side, 1 - side)
    )
    if not met:  # a row or a column of a scalar's own: one entry to multiply with
        array = array[(slice(None),) * axis + (0,)]
    others = ("others",) * (array.ndim - len(met))
    labels = (*others, *met) if from_left else (*met, *others)
    output = (*others, *left) if from_left else (*left, *others)
    result = _contracted(node, array, labels, output, given)
    return result if left else result[..., None] if from_left else result[None]


class Operator:
    """A derivative as a matrix that is only ever applied: what ``aslinearoperator`` takes.

    Attributes:
        shape: Rows and columns: ``(of.size, wrt.size)`` in numerator layout, else reversed.
        dtype: The type of the entries.
    """

    def __init__(self, node: Node, form: ArrayForm, order: Order) -> None:
        of, wrt = (dimensions.evaluate(v.size, {}) for v in (form.of, form.wrt))
        self._node, self._form = node, form
        self._order: Order = order
        self._forward = form.convention.name == "numerator"
        self.shape = (of, wrt) if self._forward else (wrt, of)
        self.dtype = np.dtype(np.float64)

    def matvec(self, v: ArrayLike) -> Array:
        """The matrix times a flat vector."""
        return self._flat(v, self._forward)

    def rmatvec(self, u: ArrayLike) -> Array:
        """The transpose times a flat vector."""
        return self._flat(u, not self._forward)

    def _flat(self, value: ArrayLike, forward: bool) -> Array:
        variable = self._form.wrt if forward else self._form.of
        sizes = [dimensions.evaluate(dimension, {}) for dimension in variable.shape]
        array = np.asarray(value, dtype=float).reshape(sizes, order=self._order)
        apply = directional if forward else pulled_back
        return apply(self._node, self._form, array).reshape(-1, order=self._order)

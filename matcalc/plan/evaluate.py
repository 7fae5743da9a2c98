"""Numbers from a graph: contractions in a cheap order, structure written out once, at the end.

NumPy's einsum silently broadcasts a labelled axis of size 1. The graph has checked every
labelled size before anything here is called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, TypeGuard
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from matcalc import dimensions
from matcalc.arrays import Claimed, bind_all
from matcalc.errors import NotDifferentiableError, ShapeError, TooLargeError, UnboundError
from matcalc.graph import (
    Apply,
    Data,
    Factor,
    Node,
    Product,
    Scale,
    Symbol,
    distribute,
    flat,
    is_large_structured_sum,
    multiplied_out,
    multiplied_within,
    topological,
)
from matcalc.operations import find_rule
from matcalc.plan.contraction import Operand, contract_arrays
from matcalc.plan.functions import numpy_function
from matcalc.plan.roots import in_range, root_of_squares
from matcalc.plan.windows import Window, place, resolve_windows
from matcalc.simplify import stable

Array = NDArray[np.floating[Any]]

_NOT_WRITTEN: Array = np.zeros(0)  # the value of a window: it slices what stands beside it

_STABLE: WeakKeyDictionary[Node, Node | None] = WeakKeyDictionary()

MAX_BYTES = 4 * 2**30
_CONTRACTED = 200  # factors and labels: longer products are contracted part by part


def evaluate(
    root: Node,
    arrays: Mapping[str, Array] | None = None,
    sizes: Mapping[str, int] | None = None,
    max_bytes: int = MAX_BYTES,
    rounding: Callable[[Array], Array] | None = None,
) -> Array:
    """The numbers of a node, deltas and broadcasts written out, in the type of the arrays.

    Args:
        root: What to evaluate.
        arrays: For each symbol of the graph its numbers.
        sizes: For each named dimension its size; those of ``arrays`` are taken from them.
        max_bytes: The largest array that may be made on the way or at the end.
        rounding: Applied to the result of every step, to see what rounding does to the numbers.

    Raises:
        UnboundError: A symbol has no array, or a dimension no size.
        TooLargeError: An array would be larger than ``max_bytes``.

    >>> from matcalc.graph import einsum, symbol
    >>> evaluate(einsum("i -> i i", symbol("s", (2,))), {"s": np.array([1.0, 2.0])})
    array([[1., 0.],
           [0., 2.]])
    """
    work = _Evaluation(dict(arrays or {}), dict(sizes or {}), max_bytes)
    leaves = [node for node in topological(root) if isinstance(node, Symbol | Data)]
    work.bind([node for node in leaves if isinstance(node, Symbol)])
    dtype = work.type_of(leaves)
    root = _for_numbers(root)
    root = distribute(root, partial(is_large_structured_sum, sizes=work.sizes))
    nodes = topological(root)
    inlined = work.inlined(nodes)
    alone = _written_alone(nodes, inlined) | {root}
    with np.errstate(all="ignore"):  # what is undefined is nan, what is too large inf
        for node in nodes:
            if node in alone and node not in work.values:
                value = work.value(node, inlined)
                kept = rounding is None or value is _NOT_WRITTEN or isinstance(node, Data)
                work.values[node] = value if kept or rounding is None else rounding(value)
        result = work.dense(root)
    return np.array(result, dtype) if result is work.values[root] else np.asarray(result, dtype)


def _written_alone(nodes: Sequence[Node], inlined: set[Node]) -> set[Node]:
    """The nodes that something uses as an array of its own."""
    return {
        operand
        for node in nodes
        for operand, factor in zip(
            node.operands, getattr(node, "factors", node.operands), strict=True
        )
        if not (operand in inlined and isinstance(factor, Factor) and factor.is_product)
    }


def _for_numbers(root: Node) -> Node:
    """A node as it is computed; what becomes of it is found once."""
    if root not in _STABLE:
        found = stable([root])[root]
        _STABLE[root] = None if found is root else found  # else it would keep itself
    return _STABLE[root] or root


class _Evaluation:
    """The values of the nodes under one root: of a product without its deltas and broadcasts."""

    def __init__(self, arrays: dict[str, Array], sizes: dict[str, int], max_bytes: int) -> None:
        self.arrays = arrays
        self.sizes = sizes
        self.max_bytes = max_bytes
        self.values: dict[Node, Array] = {}

    def inlined(self, nodes: Sequence[Node]) -> set[Node]:
        """Products that are contracted as a part of others, not on their own.

        Those that one product alone uses; and those that are larger than what they are made of,
        such as outer products.
        """
        uses = Counter(operand for node in nodes for operand in node.operands)
        products = {node for node in uses if isinstance(node, Product)}
        growing = set(filter(self.grows, products))
        once = {node for node in products if uses[node] == 1}
        return multiplied_within(nodes, once | growing, _CONTRACTED, preferred=growing)

    def grows(self, node: Node) -> bool:
        """Whether a product has more entries than its factors together."""
        shapes = [dimensions.substitute(one.shape, self.sizes) for one in (node, *node.operands)]
        whole, *below = (dimensions.product(shape) for shape in shapes)
        return isinstance(whole, int) and whole > sum(k for k in below if isinstance(k, int))

    def value(self, node: Node, inlined: set[Node]) -> Array:
        if isinstance(node, Data):
            return np.asarray(node.array)
        if isinstance(node, Product):
            return self.contracted(node, inlined)
        if isinstance(node, Apply):
            return _NOT_WRITTEN if node.operation == "window" else self.applied(node)
        return self.added(node)

    def applied(self, node: Apply) -> Array:
        """The result of an operation, on arrays written out."""
        function = numpy_function(find_rule(node.operation))
        arguments: list[Any] = [self.dense(argument) for argument in node.arguments]
        if not arguments:
            arguments = [self.allowed(node.shape, np.dtype(np.float64))]
        parameters = node.parameters
        if node.operation in ("window", "lower"):
            parameters = (self.dimension(node),)
        try:
            result = np.asarray(function(*arguments, *parameters))
        except np.linalg.LinAlgError as error:
            raise NotDifferentiableError(f"{node.operation} has no value here: {error}") from None
        if result.shape != self.allowed(node.shape, result.dtype):
            shown = dimensions.times(node.shape)
            raise ShapeError(f"{node.operation} gave {result.shape}, its rule promises {shown}")
        return result

    def bind(self, symbols: Sequence[Symbol]) -> None:
        """Give symbols their arrays; these give named dimensions their sizes."""
        for node in symbols:
            if node.name not in self.arrays:
                raise UnboundError(f"{node.name} has no numbers: it is a symbol")
            self.values[node] = self.arrays[node.name]
        shapes = ((node, self.values[node].shape) for node in symbols)
        bind_all((Claimed(k.name, k.shape, shape, str(shape)) for k, shape in shapes), self.sizes)

    def type_of(self, leaves: Sequence[Symbol | Data]) -> np.dtype[Any]:
        """The type of a result: that of the arrays in it; of a constant, of all that are given."""
        used = [k.array if isinstance(k, Data) else self.arrays[k.name] for k in leaves]
        given = [np.asarray(array).dtype for array in used or self.arrays.values()]
        return np.result_type(*(given or [np.dtype(np.float64)]))

    def added(self, node: Node) -> Array:
        dtype = np.result_type(*(self.values[term] for term in node.operands))
        result = np.zeros(self.allowed(node.shape, dtype), dtype)
        for term in node.operands:
            self.into(result, term)
        return result

    def dense(self, node: Node) -> Array:
        """The value of a node written out, as an array that may be a node's own."""
        value = self.values[node]
        if value is _NOT_WRITTEN and isinstance(node, Apply):
            return self.applied(node)
        if not isinstance(node, Product) or node.core == node.output:
            return value
        result = np.zeros(self.allowed(node.shape, value.dtype), value.dtype)
        self.into(result, node)
        return result

    def into(self, result: Array, term: Node) -> None:
        """Add the value of a term to an array, a delta along its diagonal only."""
        if not isinstance(term, Product):
            result += self.dense(term)
            return
        value = self.values[term]
        labels = flat(term.output)
        split = result.reshape([dimensions.evaluate(term.sizes[k], self.sizes) for k in labels])
        index = tuple(slice(None) if k in term.core else None for k in dict.fromkeys(labels))
        diagonal = _diagonal(split, labels)
        diagonal += value[index]

    def contracted(self, node: Product, inlined: set[Node]) -> Array:
        """A product over its core: without deltas, broadcasts and regroupings of the output."""
        factors, sizes = multiplied_out(node, inlined)
        scale = self.scale(node.scale)
        if not factors:
            return np.asarray(scale)
        operands: list[Operand] = []
        windows: list[Window] = []
        for factor in factors:
            labels = flat(factor.labels)
            if _is_window(factor.node) and len(labels) == 2:  # else an axis is taken apart
                windows.append(self.window(factor.node, labels))
                continue
            shape = [dimensions.evaluate(sizes[label], self.sizes) for label in labels]
            array, exponent = self.powered(factor)
            operands.append(Operand(array.reshape(shape), labels, exponent))
        self.allowed(tuple(node.sizes[k] for k in node.core), np.dtype(np.float64))
        sliced, output, placed = resolve_windows(operands, windows, node.core)
        result = place(contract_arrays(sliced, output), placed)
        return result if scale == 1 else result * result.dtype.type(scale)

    def powered(self, factor: Factor) -> tuple[Array, Fraction]:
        """The array of a factor and its power; of a root, where squares are out of range, of it."""
        array = self.dense(factor.node)
        if factor.exponent.denominator != 2 or in_range(array):
            return array, factor.exponent
        root = root_of_squares(factor.node, self.dense, self.scale)
        if root is None:
            return array, factor.exponent
        return np.broadcast_to(root, array.shape), 2 * factor.exponent

    def window(self, node: Apply, labels: tuple[Any, ...]) -> Window:
        length, size = (dimensions.evaluate(k, self.sizes) for k in node.shape)
        start = self.dimension(node)
        if start < 0 or length < 1 or start + length > size:
            raise ShapeError(
                f"a slice {start}:{start + length} of an axis of {size}: it ends before"
            )
        return Window(start, length, size, *labels)

    def dimension(self, node: Apply) -> int:
        """The parameter of an operation that takes a dimension: where a window starts."""
        (size,) = node.parameters
        return dimensions.evaluate(size, self.sizes) if size else 0

    def scale(self, scale: Scale) -> float:
        try:
            return float(scale.evaluate(self.sizes))
        except OverflowError:
            raise TooLargeError("a coefficient is beyond the range of float64") from None

    def allowed(self, shape: Sequence[Any], dtype: np.dtype[Any]) -> tuple[int, ...]:
        """The shape in numbers, if an array of it may be made."""
        sizes = tuple(dimensions.evaluate(dimension, self.sizes) for dimension in shape)
        size = int(dimensions.product(sizes)) * dtype.itemsize
        if size > self.max_bytes:
            shown = dimensions.times(sizes)
            raise TooLargeError(
                f"a dense array of {shown} takes {size:.3g} bytes, over the limit of "
                f"{self.max_bytes:.3g}; jvp and vjp need no dense array"
            )
        return sizes


def _is_window(node: Node) -> TypeGuard[Apply]:
    return isinstance(node, Apply) and node.operation == "window"


def _diagonal(array: Array, labels: Sequence[int]) -> Array:
    """A view with one axis for each distinct label: where a label repeats, the diagonal."""
    distinct = list(dict.fromkeys(labels))
    strides = [0] * len(distinct)
    shape = [0] * len(distinct)
    for label, size, stride in zip(labels, array.shape, array.strides, strict=True):
        strides[distinct.index(label)] += stride
        shape[distinct.index(label)] = size
    return np.lib.stride_tricks.as_strided(array, shape, strides)

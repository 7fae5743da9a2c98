"""Numbers from a graph: contractions in a cheap order, structure written out once, at the end.

NumPy's einsum silently broadcasts a labelled axis of size 1. The graph has checked every
labelled size before anything here is called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import opt_einsum
from numpy.typing import NDArray

from matcalc import dimensions
from matcalc.errors import ShapeError, TooLargeError, UnboundError
from matcalc.graph import Data, Factor, Node, Product, Scale, Symbol, topological
from matcalc.plan.distribute import distribute

Array = NDArray[np.floating[Any]]

MAX_BYTES = 4 * 2**30


def evaluate(
    root: Node,
    arrays: Mapping[str, Array] | None = None,
    sizes: Mapping[str, int] | None = None,
    max_bytes: int = MAX_BYTES,
) -> Array:
    """The numbers of a node, deltas and broadcasts written out.

    Args:
        root: What to evaluate.
        arrays: For each symbol of the graph its numbers.
        sizes: For each named dimension its size; those of ``arrays`` are taken from them.
        max_bytes: The largest array that may be made on the way or at the end.

    Raises:
        UnboundError: A symbol has no array, or a dimension no size.
        TooLargeError: An array would be larger than ``max_bytes``.

    >>> from matcalc.graph import einsum, symbol
    >>> evaluate(einsum("i -> i i", symbol("s", (2,))), {"s": np.array([1.0, 2.0])})
    array([[1., 0.],
           [0., 2.]])
    """
    work = _Evaluation(dict(arrays or {}), dict(sizes or {}), max_bytes)
    root = distribute(root)
    nodes = topological(root)
    inlined = _used_once(root, nodes)
    for node in nodes:
        if node not in inlined:
            work.values[node] = work.value(node, inlined)
    return work.dense(root)


def _used_once(root: Node, nodes: Sequence[Node]) -> set[Node]:
    """Products that one other product alone uses: they are contracted as a part of it."""
    uses = Counter(operand for node in nodes for operand in node.operands)
    return {
        factor.node
        for node in nodes
        if isinstance(node, Product)
        for factor in node.factors
        if factor.exponent == 1 and uses[factor.node] == 1 and factor.node is not root
        if isinstance(factor.node, Product) and not factor.node.is_structured
    }


class _Evaluation:
    """The values of the nodes under one root: of a product without its deltas and broadcasts."""

    def __init__(self, arrays: dict[str, Array], sizes: dict[str, int], max_bytes: int) -> None:
        self.arrays = arrays
        self.sizes = sizes
        self.max_bytes = max_bytes
        self.values: dict[Node, Array] = {}

    def value(self, node: Node, inlined: set[Node]) -> Array:
        if isinstance(node, Data):
            return np.asarray(node.array)
        if isinstance(node, Symbol):
            return self.bound(node)
        if isinstance(node, Product):
            return self.contracted(node, inlined)
        return self.added(node)

    def bound(self, node: Symbol) -> Array:
        """The array of a symbol; it gives named dimensions their sizes."""
        if node.name not in self.arrays:
            raise UnboundError(f"{node.name} has no numbers: it is a symbol")
        array = self.arrays[node.name]
        if array.ndim != len(node.shape):
            raise ShapeError(f"{node.name} has {len(node.shape)} axes, the array {array.ndim}")
        for dimension, size in zip(node.shape, array.shape, strict=True):
            if isinstance(dimension, str) and dimension.isidentifier():
                self.sizes.setdefault(dimension, size)
            if dimensions.evaluate(dimension, self.sizes) != size:
                wanted = dimensions.times(node.shape)
                raise ShapeError(f"{node.name} is {wanted}, the array is {array.shape}")
        return array

    def added(self, node: Node) -> Array:
        dtype = np.result_type(*(self.values[term] for term in node.operands))
        result = np.zeros(self.allowed(node.shape, dtype), dtype)
        for term in node.operands:
            self.into(result, term)
        return result

    def dense(self, node: Node) -> Array:
        """The value of a node written out."""
        value = self.values[node]
        if not (isinstance(node, Product) and node.is_structured):
            return np.array(value)
        result = np.zeros(self.allowed(node.shape, value.dtype), value.dtype)
        self.into(result, node)
        return result

    def into(self, result: Array, term: Node) -> None:
        """Add the value of a term to an array, a delta along its diagonal only."""
        value = self.values[term]
        if not isinstance(term, Product):
            result += value
            return
        labels = list(dict.fromkeys(term.output))
        kept = set(_core_labels(term))
        index = tuple(slice(None) if label in kept else np.newaxis for label in labels)
        diagonal = _diagonal(result, term.output)
        diagonal += value[index]

    def contracted(self, node: Product, inlined: set[Node]) -> Array:
        """A product over its distinct output labels, those of broadcasts left out."""
        factors, output = _flattened(node, inlined)
        scale = self.scale(node.scale)
        if not factors:
            return np.asarray(scale)
        operands: list[Any] = []
        for factor in factors:
            operands += [_power(self.dense_factor(factor.node), factor.exponent), factor.labels]
        self.allowed(tuple(node.sizes[k] for k in _core_labels(node)), operands[0].dtype)
        result = np.asarray(opt_einsum.contract(*operands, output))
        return result if scale == 1 else result * result.dtype.type(scale)

    def dense_factor(self, node: Node) -> Array:
        structured = isinstance(node, Product) and node.is_structured
        return self.dense(node) if structured else self.values[node]

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


def _diagonal(array: Array, labels: Sequence[int]) -> Array:
    """A view with one axis for each distinct label: where a label repeats, the diagonal."""
    distinct = list(dict.fromkeys(labels))
    strides = [0] * len(distinct)
    shape = [0] * len(distinct)
    for label, size, stride in zip(labels, array.shape, array.strides, strict=True):
        strides[distinct.index(label)] += stride
        shape[distinct.index(label)] = size
    return np.lib.stride_tricks.as_strided(array, shape, strides)


def _core_labels(node: Product) -> tuple[int, ...]:
    used = {label for factor in node.factors for label in factor.labels}
    return tuple(label for label in dict.fromkeys(node.output) if label in used)


def _flattened(node: Product, inlined: set[Node]) -> tuple[list[Factor], tuple[Any, ...]]:
    """The factors of a product with those of inlined products in their place."""
    factors: list[Factor] = []
    waiting = [(node, {label: label for label in range(len(node.sizes))})]
    fresh = len(node.sizes)
    while waiting:
        product, renamed = waiting.pop()
        for factor in product.factors:
            labels = tuple(renamed[label] for label in factor.labels)
            inner = factor.node
            if inner not in inlined or not isinstance(inner, Product):
                factors.append(factor._replace(labels=labels))
                continue
            inside = dict(zip(inner.output, labels, strict=True))
            for label in range(len(inner.sizes)):
                if label not in inside:
                    inside[label] = fresh
                    fresh += 1
            waiting.append((inner, inside))
    return factors, _core_labels(node)


def _power(array: Array, exponent: Fraction) -> Array:
    if exponent == 1:
        return array
    if exponent.denominator == 1:
        return array ** int(exponent) if exponent > 0 else 1.0 / array ** -int(exponent)
    return np.asarray(array ** float(exponent))

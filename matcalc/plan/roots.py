"""Roots of sums of squares whose squares are beyond the range of floats."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcalc.graph import Factor, Node, Product, Scale, Sum, flat
from matcalc.plan.functions import norm

Array = NDArray[np.floating[Any]]
Value = Callable[[Node], Array]
Number = Callable[[Scale], float]

_LEAST = 1e-290  # a smaller sum of squares has lost digits


def in_range(squares: Array) -> bool:
    """Whether a sum of squares has neither over- nor underflowed."""
    return bool(np.all((squares >= _LEAST) & (squares < np.inf)))


def root_of_squares(node: Node, value: Value, number: Number) -> Array | None:
    """The root of a sum of squares, the largest number taken out first.

    Args:
        node: What the root is taken of.
        value: The array of a node under it.
        number: The number of a coefficient.

    Returns:
        The root, of the shape of the node; ``None`` where it is no sum of squares.

    Source: Higham, Accuracy and Stability of Numerical Algorithms (2nd edition, 2002), chapter 27.
    """
    if isinstance(node, Sum):
        roots = [root_of_squares(term, value, number) for term in node.terms]
        known = [root for root in roots if root is not None]
        if len(known) < len(roots):
            return None
        return np.asarray(reduce(np.hypot, known))
    if not isinstance(node, Product) or node.scale.number <= 0:
        return None
    if len(set(flat(node.output))) < len(node.output) or node.output != flat(node.output):
        return None
    scale = np.sqrt(number(node.scale))
    if not node.factors:
        return np.full((1,) * len(node.output), scale)
    (factor, *others) = node.factors
    root = None if others else _root(factor, node, value, number)
    return root if root is None else np.asarray(scale * root)


def _root(factor: Factor, node: Product, value: Value, number: Number) -> Array | None:
    """The root of a factor, summed over the labels that the product lacks, on the axes it has."""
    labels = factor.labels
    if len(set(flat(labels))) < len(labels) or labels != flat(labels):
        return None
    if factor.exponent == 2:
        array = np.abs(value(factor.node))
    else:
        inner = root_of_squares(factor.node, value, number) if factor.exponent == 1 else None
        if inner is None:
            return None
        array = inner
    position = {label: axis for axis, label in enumerate(labels)}
    kept = [label for label in node.output if label in position]
    summed = tuple(axis for label, axis in position.items() if label not in node.output)
    if summed:
        array = _norm_over(np.broadcast_to(array, value(factor.node).shape), summed)
    order = [label for label in labels if label in kept]
    array = array.transpose([order.index(label) for label in kept])
    return array[tuple(slice(None) if k in kept else None for k in node.output)]


def _norm_over(array: Array, axes: tuple[int, ...]) -> Array:
    moved = np.moveaxis(array, axes, range(len(axes)))
    flatter = moved.reshape(-1, int(np.prod(moved.shape[len(axes) :], dtype=int)))
    found = np.array([norm(column) for column in flatter.T], dtype=array.dtype)
    return found.reshape(moved.shape[len(axes) :])

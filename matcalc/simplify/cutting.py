"""Parts of arrays that are put together from others: a window of a stack is what was stacked.

In the graph a stack is a sum of terms that windows put in their places.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.graph import Apply, Factor, Group, Node, Product, Sum, add, apply, contract, flat
from matcalc.operations import RULES, facts_of, is_elementwise
from matcalc.operations.parts import picked, window

_DEEP = 30  # operations entry by entry around what is cut


def edges(node: Node, axis: int, depth: int = 0) -> set[tuple[Dimension, Dimension]]:
    """Where windows that put parts in place along an axis begin, and how long they are."""
    if depth > _DEEP:
        return set()
    if isinstance(node, Apply) and axis == 1 and (picking := facts_of(node.operation).picking):
        return picking.edges(node)
    found: set[tuple[Dimension, Dimension]] = set()
    for below, place in _below(node, axis):
        found |= edges(below, place, depth + 1)
    return found


def _below(node: Node, axis: int) -> Iterator[tuple[Any, int]]:
    """The operands that have an axis of a node, and which of their axes it is."""
    if isinstance(node, Sum):
        yield from ((term, axis) for term in node.terms)
    elif isinstance(node, Product) and type(node.output[axis]) is not Group:
        for factor in node.factors:
            yield from (
                (factor.node, place)
                for place, label in enumerate(factor.labels)
                if label == node.output[axis]
            )
    elif isinstance(node, Apply) and _is_entrywise(node):
        yield from ((one, axis) for one in node.arguments if one.shape == node.shape)


def _is_entrywise(node: Apply) -> bool:
    """Whether a node acts on entries alone, those of operands of its shape and numbers."""
    if node.operation not in RULES or not is_elementwise(node.operation):
        return False
    return all(one.shape in ((), node.shape) for one in node.arguments)


def part_of(node: Node, axis: int, start: Dimension, stop: Dimension, depth: int = 0) -> Node:
    """The part of a node from ``start`` to ``stop`` along an axis."""
    if (start, stop) == (0, node.shape[axis]):
        return node
    found = _apart(node, axis, (start, stop), depth + 1) if depth <= _DEEP else None
    if found is not None:
        return found
    length = dimensions.difference(stop, start)
    return picked(node, axis, window(start, length, node.shape[axis]))


def _apart(node: Node, axis: int, ends: tuple[Dimension, Dimension], depth: int) -> Node | None:
    """The same of what a node is made of; nothing where that is none of its kind."""
    start, stop = ends
    if isinstance(node, Sum):
        return add([part_of(term, axis, start, stop, depth) for term in node.terms])
    if isinstance(node, Product):
        return _of_product(node, axis, ends, depth)
    if isinstance(node, Apply) and axis == 1 and (picking := facts_of(node.operation).picking):
        return picking.columns(node, start, stop)
    if isinstance(node, Apply) and _is_entrywise(node):
        parts = [
            part_of(one, axis, start, stop, depth) if one.shape == node.shape else one
            for one in node.arguments
        ]
        length = dimensions.difference(stop, start)
        shape = (*node.shape[:axis], length, *node.shape[axis + 1 :])
        return apply(node.operation, parts, shape, node.parameters)
    return None


def _of_product(
    node: Product, axis: int, ends: tuple[Dimension, Dimension], depth: int
) -> Node | None:
    """A part of a product: of its factors that have the axis; of a delta a window beside it."""
    start, stop = ends
    label, size = node.output[axis], node.shape[axis]
    grouped = (one for axes in (node.output, *(f.labels for f in node.factors)) for one in axes)
    if any(type(one) is Group and label in flat((one,)) for one in grouped) or type(label) is Group:
        return None
    length = dimensions.difference(stop, start)
    factors = [_factor(one, label, ends, depth) for one in node.factors]
    output: list[Any] = list(node.output)
    for place, one in enumerate(node.output):  # the other axes of a delta keep their length
        if one == label and place != axis:
            output[place] = ("whole", place)
            factors.append(Factor(window(start, length, size), (label, output[place])))
    sizes: dict[Any, Dimension] = {**dict(enumerate(node.sizes)), label: length}
    return contract(factors, output, sizes, node.scale)


def _factor(factor: Factor, label: Any, ends: tuple[Dimension, Dimension], depth: int) -> Factor:
    part = factor.node
    for place, one in enumerate(factor.labels):
        if one == label:
            part = part_of(part, place, *ends, depth)
    return factor._replace(node=part)

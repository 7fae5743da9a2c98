"""Arrays that are put together from parts, as tables: ``[∂f/∂x, ∂f/∂y; ∂g/∂x, ∂g/∂y]``.

A stack of functions is, in the graph, a sum of terms that windows put in their places. Here its
axes are cut where windows begin and end, and each part is written on its own: no window is left.
"""

from __future__ import annotations

from functools import cmp_to_key
from itertools import pairwise

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.graph import Factor, Node, Sum, add, apply, contract, substituted, topological
from matcalc.operations import algebra
from matcalc.simplify import simplified
from matcalc.simplify.cutting import edges, part_of

TABLE = "listed"  # the operation of a table, which is written alone and never computed
_PARTS = 64  # of a table
_CUTS = 12  # of an axis


def tabled(root: Node, *, shorter: bool = False) -> Node:
    """A vector or a matrix that windows put together as a table of its parts; else as it is.

    Args:
        root: What to write.
        shorter: Whether each part is brought into a shorter form, which code must not be.

    >>> from matcalc.graph import symbol
    >>> from matcalc.operations.parts import stack
    >>> table = tabled(stack(symbol("f", ()), symbol("g", ())))
    >>> [part.name for part in table.arguments], table.parameters
    (['f', 'g'], ((1, 1), (False, False)))
    """
    if len(root.shape) not in (1, 2) or (len(root.shape) == 2 and 1 in root.shape):
        return root
    cuts = [_ordered(size, edges(root, axis)) for axis, size in enumerate(root.shape)]
    if any(len(one) > _CUTS for one in cuts) or all(len(one) < 3 for one in cuts):
        return root
    if any(_is_what_is_left(*ends) for one in cuts for ends in pairwise(one)):
        return root
    rows = [part_of(root, 0, start, stop) for start, stop in pairwise(cuts[0])]
    columns = [*pairwise(cuts[1])] if len(cuts) == 2 else [None]
    if len(rows) * len(columns) > _PARTS:
        return root
    parts = [part_of(row, 1, *ends) if ends else row for row in rows for ends in columns]
    lies = tuple(len(one.shape) == 2 and one.shape[0] == 1 != one.shape[1] for one in parts)
    counts = (len(columns),) * len(rows)
    alone = [_without_ones(one) for one in parts]
    became = simplified(alone, {}) if shorter else dict(zip(alone, alone, strict=True))
    return apply(TABLE, [became[one] for one in alone], root.shape, (counts, lies))


def tabled_within(root: Node) -> Node:
    """A node with each array inside that windows put together as a table."""
    for node in reversed(topological(root)):
        if node is root or not isinstance(node, Sum) or len(node.shape) not in (1, 2):
            continue
        if any(_is_put_together(node, axis) for axis in range(len(node.shape))):
            table = tabled(node)
            if table is not node:
                return tabled_within(substituted(root, {node: table}))
    return root


def _is_put_together(node: Sum, axis: int) -> bool:
    """Whether the terms stand one after the other along an axis."""
    found = [edges(term, axis) for term in node.terms]
    places = set[tuple[Dimension, Dimension]]().union(*found)
    whole = dimensions.total([length for _, length in places]) if places else 0
    return all(found) and whole == node.shape[axis]


def _without_ones(part: Node) -> Node:
    """A part without the axes of one entry, term by term."""
    if isinstance(part, Sum):
        return add([_without_ones(term) for term in part.terms])
    labels = algebra.axes_of(part)
    kept = [k for k, size in zip(labels, part.shape, strict=True) if size != 1]
    return contract([Factor(part, labels)], kept)


def _is_what_is_left(start: Dimension, stop: Dimension) -> bool:
    """Whether a part is as long as what others leave, n − 2: no size that the language writes."""
    return any(
        coefficient < 0 for coefficient, _ in dimensions.terms(dimensions.difference(stop, start))
    )


def _ordered(size: Dimension, edges: set[tuple[Dimension, Dimension]]) -> list[Dimension]:
    """Where an axis is cut, in order; its ends alone where the order depends on sizes."""
    points: set[Dimension] = set()
    for start, length in edges:
        points |= {start, dimensions.total([start, length])}
    try:
        return [0, *sorted(points - {0, size}, key=cmp_to_key(_before)), size]
    except ValueError:
        return [0, size]


def _before(one: Dimension, two: Dimension) -> int:
    """The order of two places.

    Raises:
        ValueError: It depends on sizes.
    """
    if dimensions.is_at_most(one, two):
        return -1
    if dimensions.is_at_most(two, one):
        return 1
    raise ValueError

"""NumPy's rules for the shapes of arrays, on nodes: broadcasting, reshaping, axes of length 1."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import ShapeError
from matcalc.graph import Factor, Group, Node, contract
from matcalc.operations import algebra


def broadcast_shape(name: str, shapes: Sequence[Shape]) -> Shape:
    """The shape that NumPy broadcasts shapes to; names of sizes must be equal.

    Raises:
        ShapeError: Two sizes differ, and neither is 1.

    >>> broadcast_shape("+", [("m", 1), ("n",), ()])
    ('m', 'n')
    """
    whole: list[Dimension] = []
    for sizes in zip_longest(*(shape[::-1] for shape in shapes), fillvalue=1):
        longer = list(dict.fromkeys(size for size in sizes if size != 1))
        if len(longer) > 1:
            found = " and ".join(f"({', '.join(map(str, shape))})" for shape in shapes)
            raise ShapeError(
                f"{name} of arrays of shapes {found} does not fit: {longer[0]} against {longer[1]}",
                clashes=[(longer[0], longer[1])],
            )
        whole.append(longer[0] if longer else 1)
    return tuple(reversed(whole))


def broadcast_to(node: Node, shape: Shape) -> Node:
    """A node repeated along new axes in front, and along its axes of length 1."""
    if node.shape == shape:
        return node
    front = len(shape) - len(node.shape)
    labels = [
        front + k if size == shape[front + k] else ("one", k) for k, size in enumerate(node.shape)
    ]
    output = range(len(shape))
    sizes = dict(zip(output, shape, strict=True))
    return contract([Factor(node, tuple(labels))], tuple(output), sizes)


def broadcast(name: str, nodes: Sequence[Node]) -> list[Node]:
    """Nodes of one shape; scalars, which go with every shape, stay as they are.

    Raises:
        ShapeError: They do not fit.
    """
    shape = broadcast_shape(name, [node.shape for node in nodes])
    return [broadcast_to(node, shape) if node.shape else node for node in nodes]


def spread(name: str, nodes: Sequence[Node]) -> list[Node]:
    """Nodes of one shape, scalars repeated in every entry too.

    Raises:
        ShapeError: They do not fit.
    """
    shape = broadcast_shape(name, [node.shape for node in nodes])
    return [broadcast_to(node, shape) for node in nodes]


def reshaped(node: Node, shape: Sequence[Dimension], order: str = "C") -> Node:
    """The entries in another shape, rows first (order C) or columns first (order F).

    One size may be -1: what is left.

    Raises:
        ShapeError: The number of entries would be another.
    """
    size = dimensions.product(node.shape)
    known = dimensions.product(one for one in shape if one != -1)
    if any(isinstance(one, int) and one < -1 for one in shape) or list(shape).count(-1) > 1:
        raise ShapeError(f"a shape has at most one -1, and no other negative size: {shape}")
    whole = tuple(dimensions.quotient(size, known) if one == -1 else one for one in shape)
    if dimensions.product(whole) != size:
        found, wanted = (f"({', '.join(map(str, one))})" for one in (node.shape, whole))
        raise ShapeError(f"an array of shape {found} has no shape {wanted}")
    if not (whole and node.shape):  # one entry
        alone = without_axes(node, range(len(node.shape)))
        return with_new_axes(alone, range(len(whole)))
    axes, output = algebra.axes_of(node), tuple(("new", k) for k in range(len(whole)))
    turn = -1 if order == "F" else 1
    entries = contract([Factor(node, axes)], [Group(axes[::turn])])
    sizes = dict(zip(output, whole, strict=True))
    return contract([Factor(entries, (Group(output[::turn]),))], output, sizes)


def with_new_axes(node: Node, axes: Sequence[int]) -> Node:
    """A node with axes of length 1 at these places of the result."""
    rank = len(node.shape) + len(axes)
    new = {algebra.axis_from_front(axis, rank) for axis in axes}
    labels = [k for k in range(rank) if k not in new]
    return contract([Factor(node, tuple(labels))], tuple(range(rank)), dict.fromkeys(new, 1))


def without_axes(node: Node, axes: Sequence[int]) -> Node:
    """A node without these axes, which have length 1."""
    gone = {algebra.axis_from_front(axis, len(node.shape)) for axis in axes}
    if any(node.shape[k] != 1 for k in gone):
        raise ShapeError(f"squeeze takes away axes of length 1: {node.shape} along {sorted(gone)}")
    labels = algebra.axes_of(node)
    return contract([Factor(node, labels)], [k for k in labels if k not in gone])

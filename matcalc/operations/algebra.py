"""Arithmetic on nodes: entry by entry, sums, matrix products."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import NotationError, ShapeError
from matcalc.graph import (
    ONE,
    Factor,
    Node,
    Product,
    Scale,
    add,
    apply,
    contract,
    einsum,
    scaled,
)

Number = int | Fraction


def axes_of(node: Node) -> tuple[int, ...]:
    """The axes of a node by number: labels for products entry by entry."""
    return tuple(range(len(node.shape)))


def constant(value: Number, shape: Shape = ()) -> Node:
    """One number in every entry."""
    axes = range(len(shape))
    sizes = dict(zip(axes, shape, strict=True))
    return contract([], tuple(axes), sizes, Scale(Fraction(value)))


def eye(size: Dimension) -> Node:
    """The identity matrix."""
    return contract([], "ii", {"i": size})


def size_of(dimension: Dimension) -> Node:
    """A dimension as a number."""
    return contract([], (), scale=ONE.times_size(dimension))


def pi() -> Node:
    """The number π."""
    return apply("pi", (), ())


def times(*nodes: Node) -> Node:
    """A product entry by entry, of nodes of one shape and of scalars.

    Raises:
        ShapeError: Two shapes differ, and neither is that of a scalar.
    """
    shape = common_shape("*", nodes)
    axes = tuple(range(len(shape)))
    factors = [Factor(node, axes if node.shape else ()) for node in nodes]
    return contract(factors, axes, dict(zip(axes, shape, strict=True)))


def common_shape(name: str, nodes: Sequence[Node]) -> Shape:
    """The one shape of nodes, scalars left out.

    Raises:
        ShapeError: There are two.
    """
    shapes = list(dict.fromkeys(node.shape for node in nodes if node.shape))
    if len(shapes) > 1:
        one, two = dimensions.times(shapes[0]), dimensions.times(shapes[1])
        raise ShapeError(
            f"{name} works entry by entry: {one} and {two} do not match",
            clashes=dimensions.clashes(shapes[0], shapes[1]),
        )
    return shapes[0] if shapes else ()


def spread(node: Node, shape: Shape) -> Node:
    """A scalar in every entry of a shape; a node of that shape as it is."""
    if node.shape == shape:
        return node
    axes = tuple(range(len(shape)))
    return contract([Factor(node, ())], axes, dict(zip(axes, shape, strict=True)))


def power(node: Node, exponent: Number) -> Node:
    """A constant power, entry by entry.

    Raises:
        NotationError: It is a root of a negative number: arithmetic is real.
    """
    axes = axes_of(node)
    if Fraction(exponent).denominator > 1 and isinstance(node, Product) and not node.factors:
        number = node.scale.number
        if number < 0 and not node.scale.powers:
            raise NotationError(f"({number})**({exponent}) is not a real number")
    if exponent == 0:
        return constant(1, node.shape)
    return contract([Factor(node, axes, Fraction(exponent))], axes)


def sqrt(node: Node) -> Node:
    """The square root, entry by entry."""
    return power(node, Fraction(1, 2))


def reciprocal(node: Node) -> Node:
    """One over a node, entry by entry."""
    return power(node, -1)


def multiple(value: Number, node: Node) -> Node:
    """A number times a node."""
    return scaled(node, Scale(Fraction(value)))


def negative(node: Node) -> Node:
    """Minus a node."""
    return multiple(-1, node)


def plus(*nodes: Node) -> Node:
    """A sum of nodes of one shape and of scalars, which are added to every entry.

    Raises:
        ShapeError: Two shapes differ, and neither is that of a scalar.
    """
    shape = common_shape("+", nodes)
    return add([spread(node, shape) for node in nodes])


def minus(one: Node, two: Node) -> Node:
    """A difference of nodes of one shape or scalars."""
    return plus(one, negative(two))


def summed(node: Node, axes: Sequence[int] | None = None) -> Node:
    """The sum over some axes, or over all."""
    labels = axes_of(node)
    dropped = labels if axes is None else axes
    return contract([Factor(node, labels)], [k for k in labels if k not in dropped])


def mean(node: Node, axes: Sequence[int] | None = None) -> Node:
    """The mean over some axes, or over all."""
    dropped = axes_of(node) if axes is None else axes
    count = dimensions.product(node.shape[k] for k in dropped)
    return scaled(summed(node, axes), ONE.times_size(count, -1))


def along(node: Node, like: Node, axis: int) -> Node:
    """A node that lacks one axis of another, repeated along that axis."""
    labels = axes_of(like)
    kept = tuple(k for k in labels if k != axis)
    return contract([Factor(node, kept)], labels, dict(zip(labels, like.shape, strict=True)))


def entrywise(bar: Node, *factors: Node) -> Node:
    """What is pulled back, times factors of the shape of its last axes."""
    axes = tuple(range(len(bar.shape)))
    nodes = [
        Factor(factor, axes[len(axes) - len(factor.shape) :] if factor.shape else ())
        for factor in factors
    ]
    return contract([Factor(bar, axes), *nodes], axes)


def matmul(one: Node, two: Node) -> Node:
    """A matrix product as NumPy's ``@``: vectors, matrices, stacks of matrices of one height.

    Raises:
        ShapeError: The inner sizes, or the stacks, do not match.
    """
    a, b = one.shape, two.shape
    if not a or not b:
        raise ShapeError("@ takes no scalars; use *")
    inner = a[-1], b[-2:][0]
    stacks = a[:-2], b[:-2]
    if inner[0] != inner[1] or (stacks[0] and stacks[1] and stacks[0] != stacks[1]):
        shown = f"{dimensions.times(a)} @ {dimensions.times(b)}"
        clashes = dimensions.clashes(inner[:1], inner[1:]) + dimensions.clashes(*stacks)
        raise ShapeError(f"{shown} does not fit: {inner[0]} against {inner[1]}", clashes=clashes)
    stack = tuple(("stack", k) for k in range(max(len(stacks[0]), len(stacks[1]))))
    left = (*(stack if stacks[0] else ()), *(("row",) if len(a) > 1 else ()), "inner")
    right = (*(stack if stacks[1] else ()), "inner", *(("column",) if len(b) > 1 else ()))
    rows, columns = left[:-1][-1:] if len(a) > 1 else (), right[-1:] if len(b) > 1 else ()
    return contract([Factor(one, left), Factor(two, right)], (*stack, *rows, *columns))


def transpose(node: Node) -> Node:
    """A node with its axes in reverse."""
    axes = axes_of(node)
    return contract([Factor(node, axes)], axes[::-1])


def swapped(node: Node) -> Node:
    """A node with its last two axes exchanged."""
    return einsum("... i j -> ... j i", node)


def dot(one: Node, two: Node) -> Node:
    """The sum of the products of all entries."""
    axes = axes_of(one)
    return contract([Factor(one, axes), Factor(two, axes)], ())


def squared_norm(node: Node) -> Node:
    """The sum of the squares of all entries."""
    return summed(power(node, 2))


def outer(one: Node, two: Node) -> Node:
    """The outer product of two vectors."""
    return einsum("i, j -> i j", one, two)


def square(name: str, x: Node) -> Node:
    """A node that must be a square matrix.

    Raises:
        ShapeError: It is none.
    """
    if len(x.shape) != 2 or x.shape[0] != x.shape[1]:
        raise ShapeError(
            f"{name} takes a square matrix; found {dimensions.times(x.shape)}",
            clashes=[x.shape] if len(x.shape) == 2 else (),
        )
    return x


def axis_from_front(axis: int, rank: int) -> int:
    """An axis counted from the front, of an array of so many axes.

    Raises:
        ShapeError: There is no such axis.
    """
    if not -rank <= axis < rank:
        raise ShapeError(f"axis {axis} of an array of {rank} axes")
    return axis % rank


def axes_from_front(axis: int | Sequence[int] | None, rank: int) -> tuple[int, ...]:
    """Axes counted from the front; all where none is named.

    Raises:
        ShapeError: There is no such axis, or one is named twice.
    """
    listed = range(rank) if axis is None else (axis,) if isinstance(axis, int) else axis
    found = tuple(axis_from_front(k, rank) for k in listed)
    if len(set(found)) < len(found):
        raise ShapeError(f"axis {axis} of an array of {rank} axes")
    return found

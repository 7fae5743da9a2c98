"""Roots of sums of squares whose squares are beyond the range of floats."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

from matcalc.graph import Factor, Node, Product, Scale, Sum, are_plain
from matcalc.plan.step import Sizes

Place = Callable[[Node], int]
Number = Callable[[Scale], float]


class Hypot(NamedTuple):
    """The root of a sum of squares of parts."""

    parts: tuple[Root, ...]


class Full(NamedTuple):
    """A number, with as many axes of length 1."""

    number: float
    rank: int


class Norm(NamedTuple):
    """A number times the norm over some axes of an array, or of the root that an array has.

    Attributes:
        number: The number.
        within: The place of the array; or its root, which is broadcast to ``shape``.
        shape: The shape of the array.
        summed: The axes over which the norm is taken.
        order: The others, in the order of the result.
        kept: For each axis of the result whether the array has it.
    """

    number: float
    within: int | Root
    shape: Sizes
    summed: Sizes
    order: Sizes
    kept: tuple[bool, ...]


Root = Hypot | Full | Norm
Shape = Callable[[Node], Sizes]


def root_of_squares(node: Node, place: Place, shape: Shape, number: Number) -> Root | None:
    """The root of a sum of squares, as norms, which take the largest number out first.

    Args:
        node: What the root is taken of.
        place: Where the array of a node under it is.
        shape: The shape of a node.
        number: The number of a coefficient.

    Returns:
        The root; ``None`` where it is no sum of squares.

    Source: Higham, Accuracy and Stability of Numerical Algorithms (2nd edition, 2002), chapter 27.
    """
    if isinstance(node, Sum):
        roots = [root_of_squares(term, place, shape, number) for term in node.terms]
        known = tuple(root for root in roots if root is not None)
        return Hypot(known) if len(known) == len(roots) else None
    if not isinstance(node, Product) or node.scale.number <= 0 or not are_plain(node.output):
        return None
    if not node.factors:
        return Full(sqrt(number(node.scale)), len(node.output))
    (factor, *others) = node.factors
    within = None if others else _within(factor, place, shape, number)
    if within is None:
        return None
    axes = {label: axis for axis, label in enumerate(factor.labels)}
    remaining = [label for label in factor.labels if label in node.output]
    return Norm(
        sqrt(number(node.scale)),
        within,
        shape(factor.node),
        tuple(axis for label, axis in axes.items() if label not in node.output),
        tuple(remaining.index(label) for label in node.output if label in axes),
        tuple(label in axes for label in node.output),
    )


def _within(factor: Factor, place: Place, shape: Shape, number: Number) -> int | Root | None:
    """What a norm is taken of: the array that stands squared, or the root of a sum of squares."""
    if not are_plain(factor.labels):
        return None
    if factor.exponent == 2:
        return place(factor.node)
    if factor.exponent == 1:
        return root_of_squares(factor.node, place, shape, number)
    return None

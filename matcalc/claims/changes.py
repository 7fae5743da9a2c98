"""A change of a line, and a line that changes made right."""

from __future__ import annotations

from typing import NamedTuple

from matcalc.claims.tree import Tree


class Change(NamedTuple):
    """One part of a line and what stands there instead.

    Attributes:
        old: The part, by its place in the tree.
        new: What stands there.
        causes: The mistakes that this undoes.
        price: How much of an edit it is.
        is_exchange: Whether another piece took the place of a part.
    """

    old: Tree
    new: Tree
    causes: tuple[str, ...]
    price: float
    is_exchange: bool = False


class Found(NamedTuple):
    """A line that is worth the truth.

    Attributes:
        tree: The line.
        changes: What was changed.
        price: The prices together.
    """

    tree: Tree
    changes: tuple[Change, ...]
    price: float


def with_change(tree: Tree, change: Change) -> Tree:
    """A line with a part changed."""
    if tree is change.old:
        return change.new
    args = tuple(with_change(arg, change) for arg in tree.args)
    if all(new is old for new, old in zip(args, tree.args, strict=True)):
        return tree
    return tree._replace(args=args)

"""All edits of one part of a line, each named by the mistake that it undoes."""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.claims.calls import of_call
from matcalc.claims.edits import Around, Edit, everywhere
from matcalc.claims.products import of_entries, of_matrices, of_power
from matcalc.claims.sums import of_sum
from matcalc.claims.tree import Tree


def edits(tree: Tree, near: Around) -> Iterator[Edit]:
    """What may stand in place of a part.

    Args:
        tree: The part.
        near: What is known of the line.
    """
    if tree.kind in ("text", "tuple") or near.is_size(tree):
        return
    yield from everywhere(tree, near)
    if tree.kind == "call":
        yield from of_call(tree)
    elif tree.operator("+", "-"):
        yield from of_sum(tree)
    elif tree.operator("@"):
        yield from of_matrices(tree, near)
    elif tree.operator("*", "/"):
        yield from of_entries(tree, near)
    elif tree.operator("**"):
        yield from of_power(tree, near)

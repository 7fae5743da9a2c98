"""Derivatives with respect to a matrix whose entries are not independent.

Several answers go by the name of the derivative with respect to a symmetric matrix, and differ:
the total derivative over the free entries, in which each entry off the diagonal counts twice,
as a matrix or as the vector of free entries; the gradient in the space of symmetric matrices; and
that over independent entries, as if it were any matrix.

Source: Petersen & Pedersen, The Matrix Cookbook (2012), section 2.8; Magnus & Neudecker, Matrix
Differential Calculus (3rd edition, 2019), section 3.8; Srinivasan & Panda, What is the gradient
of a scalar function of a symmetric matrix? (arXiv:1911.06491).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from matcalc import dimensions
from matcalc.errors import NotationError, ShapeError, Suggestion
from matcalc.graph import Node, Scale, add, einsum, scaled, transposed
from matcalc.near import near
from matcalc.operations.half_vec import free_entries, vech
from matcalc.variables import Variable


class Structure(NamedTuple):
    """What is known of the entries of a variable, and what that makes of a derivative.

    Attributes:
        project: From the derivative with respect to independent entries, which are the last two
            axes, to the one meant; where the free entries are a vector, those of their matrix.
        property: What the variable is declared to be by it.
        note: What the answer is, in a sentence.
        is_vector: Whether the free entries are a vector, and not a matrix.
    """

    project: Callable[[Node], Node]
    property: str
    note: str
    is_vector: bool = False

    def name_of(self, variable: Variable) -> str:
        """What stands below the line by name: ``S``, or ``vech(S)``."""
        return f"vech({variable.name})" if self.is_vector else variable.name

    def below(self, variable: Variable) -> Variable:
        """What stands below the line, for a square matrix."""
        shape = (free_entries(variable.shape[0]),) if self.is_vector else variable.shape
        return Variable(self.name_of(variable), shape)


def _symmetric(node: Node) -> Node:
    turned = einsum("... i j -> ... j i", node)
    return add([node, turned, scaled(_diagonal(node), Scale(Fraction(-1)))])


def _symmetrised(node: Node) -> Node:
    both = add([node, einsum("... i j -> ... j i", node)])
    return scaled(both, Scale(Fraction(1, 2)))


def _diagonal(node: Node) -> Node:
    return einsum("... i i -> ... i i", node)


STRUCTURES = {
    "symmetric": Structure(
        _symmetric,
        "symmetric",
        "the total derivative over the free entries of the symmetric {name}: "
        "an entry off the diagonal stands for two (Cookbook, section 2.8)",
    ),
    "symmetrised": Structure(
        _symmetrised,
        "symmetric",
        "the gradient in the space of symmetric matrices {name}: (G + G.T) / 2",
    ),
    "vech": Structure(
        _symmetric,
        "symmetric",
        "the derivative over the free entries of the symmetric {name}, on and below its diagonal, "
        "column by column: an entry off the diagonal stands for two",
        is_vector=True,
    ),
    "diagonal": Structure(
        _diagonal, "diagonal", "the derivative over the diagonal entries of {name}, the others 0"
    ),
}


def structured(node: Node, structure: Structure | None, axes: Sequence[int]) -> Node:
    """A derivative for a structure, from that with respect to independent entries.

    Args:
        node: The derivative.
        structure: What is known of the variable; ``None``: nothing.
        axes: For each time that it was differentiated by, the first of the two axes; in order.
    """
    if structure is None:
        return node
    for axis in axes:
        node = _at(node, axis, structure.project)
    for axis in reversed(axes) if structure.is_vector else ():
        node = _at(node, axis, vech)
    return node


def _at(node: Node, axis: int, change: Callable[[Node], Node]) -> Node:
    """A node with two neighbouring axes changed, which are the last for what changes them."""
    others = [k for k in range(len(node.shape)) if k not in (axis, axis + 1)]
    changed = change(transposed(node, [*others, axis, axis + 1]))
    moved = range(len(others), len(changed.shape))
    return transposed(changed, [*range(axis), *moved, *range(axis, len(others))])


def find_structure(name: str, variable: Variable) -> Structure:
    """The structure of a name, for a variable.

    Raises:
        NotationError: There is no such structure.
        ShapeError: The variable is not a square matrix.
    """
    if name not in STRUCTURES:
        found = near(name, STRUCTURES)
        hint = "" if found else f"; there are {', '.join(STRUCTURES)}"
        suggestions = [Suggestion("near", one) for one in found]
        raise NotationError(f"no structure {name[:40]!r}{hint}", (), suggestions)
    if variable.rank != 2 or variable.shape[0] != variable.shape[1]:
        shown = dimensions.times(variable.shape) if variable.shape else "a scalar"
        raise ShapeError(f"{name} needs a square matrix; {variable.name} is {shown}")
    return STRUCTURES[name]

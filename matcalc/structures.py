"""Derivatives with respect to a matrix whose entries are not independent.

Three answers go by the name of the derivative with respect to a symmetric matrix, and differ:
the total derivative over the free entries, in which each entry off the diagonal counts twice;
the gradient in the space of symmetric matrices; and the independent entries, as if it were any
matrix.

Source: Petersen & Pedersen, The Matrix Cookbook (2012), section 2.8; Srinivasan & Panda, What is
the gradient of a scalar function of a symmetric matrix? (arXiv:1911.06491).
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from fractions import Fraction
from typing import NamedTuple

from matcalc import dimensions
from matcalc.errors import NotationError, ShapeError
from matcalc.graph import Node, Scale, add, einsum, scaled
from matcalc.variables import Variable


class Structure(NamedTuple):
    """What is known of the entries of a variable, and what that makes of a derivative.

    Attributes:
        project: From the derivative with respect to independent entries to the one meant.
        property: What the variable is declared to be by it.
        note: What the answer is, in a sentence.
    """

    project: Callable[[Node], Node]
    property: str
    note: str


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
    "diagonal": Structure(
        _diagonal, "diagonal", "the derivative over the diagonal entries of {name}, the others 0"
    ),
}


def structured(node: Node, name: str | None) -> Node:
    """A derivative for a structure that :func:`find_structure` found."""
    return STRUCTURES[name].project(node) if name else node


def find_structure(name: str, variable: Variable) -> Structure:
    """The structure of a name, for a variable.

    Raises:
        NotationError: There is no such structure.
        ShapeError: The variable is not a square matrix.
    """
    if name not in STRUCTURES:
        near = get_close_matches(name, STRUCTURES, n=1)
        hint = f"; near: {near[0]}" if near else f"; there are {', '.join(STRUCTURES)}"
        raise NotationError(f"no structure {name[:40]!r}{hint}")
    if variable.rank != 2 or variable.shape[0] != variable.shape[1]:
        shown = dimensions.times(variable.shape) if variable.shape else "a scalar"
        raise ShapeError(f"{name} needs a square matrix; {variable.name} is {shown}")
    return STRUCTURES[name]

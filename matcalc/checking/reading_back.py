"""The seatbelt: a formula is read back as it is printed, and evaluated beside what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from matcalc import dimensions
from matcalc.arrays import Array
from matcalc.checking.random_points import random_points, refuse_large, small_sizes
from matcalc.checking.stand_ins import with_stand_ins
from matcalc.errors import MatcalcError
from matcalc.expression import (
    Declarations,
    Declared,
    Formula,
    KnownNames,
    also_known,
    parse_declarations,
    read_formula,
)
from matcalc.graph import Node, Symbol, topological, transposed
from matcalc.inputs.reading import read_line
from matcalc.jacobians.written import WrittenDerivative
from matcalc.layout import written
from matcalc.plan import evaluate
from matcalc.variables import Variable

_OF_BOOKS = {"unicode": "math", "latex": "latex"}
_POINTS = 2
_TRIES = 12
_NODES = 1500  # operations; what is longer is not read back
_ENTRIES = 20_000  # of a variable or of the derivative
_BYTES = 2**24  # of any array on the way
_CLOSE = 1e-6
_TINY = 1e-9
_STEADY = 1e-10  # how far a point is moved, to see whether its last digits decide


class ReadBack(NamedTuple):
    """Whether a formula means what it was made from.

    Attributes:
        holds: Whether it does; ``None`` where that could not be found out.
        reason: Why not, or why that is not known.

    >>> import matcalc as mc
    >>> J = mc.derive("A @ x", wrt="x", variables="A[m,n] x[n]", layout="denominator")
    >>> mc.read_back(J, "unicode").holds
    True
    """

    holds: bool | None
    reason: str = ""


def read_back(
    derivative: WrittenDerivative[Any], form: str = "text", variables: Declarations = ()
) -> ReadBack:
    """Read a written derivative as if somebody had typed it, and hold its numbers to the graph's.

    At two points of small sizes that all differ, in the domain of what is declared. A function
    that has a name alone is taken as a sine with a phase of its own.

    Args:
        derivative: What was derived, in its layout.
        form: ``"text"``, ``"einsum"``, ``"unicode"`` or ``"latex"``.
        variables: Declarations, for what is known of values beside that by which it was
            simplified: ``"S[n,n]:spd"``.

    Raises:
        UnboundError: The derivative holds arrays, which have no names.

    >>> import matcalc as mc
    >>> J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="denominator")
    >>> mc.read_back(J)
    ReadBack(holds=True, reason='')
    """
    nodes = topological(derivative.node)
    if len(nodes) > _NODES:
        return ReadBack(None, f"over {_NODES} operations")
    known = {derivative.wrt.name: derivative.wrt}
    if derivative.formula:  # a size may stand in what is written that no variable in it has
        known = dict(derivative.formula.variables)
    leaves = (node for node in nodes if isinstance(node, Symbol))
    known |= {one.name: Variable(one.name, one.shape) for one in leaves}
    try:
        names = derivative.formula.names if derivative.formula else KnownNames()
        read = read_formula(_in_language(derivative, form, known, names), known, names=names)
    except MatcalcError as error:
        return ReadBack(False, f"it cannot be read: {error.message}")
    if read.forced or read.node.shape != derivative.shape:
        found = dimensions.times(read.node.shape)
        return ReadBack(False, f"it is {found}, and not {dimensions.times(derivative.shape)}")
    shown = written(derivative.of, derivative.wrt, derivative.layout)
    order = [shown.stored.index(axis) for (axis,) in shown.form]
    right = transposed(derivative.node, order)
    if right is read.node:
        return ReadBack(True)
    declared = parse_declarations(variables)
    for name, properties in derivative.formula.properties if derivative.formula else ():
        declared = also_known(declared, Variable(name, ()), properties)
    return _compared(with_stand_ins(right), with_stand_ins(read.node), read, declared)


def _in_language(
    derivative: WrittenDerivative[Any], form: str, known: Mapping[str, Variable], names: KnownNames
) -> str:
    """What is printed, in the language; that of books is read as somebody pasted it."""
    shown: str = getattr(derivative, form)
    if form not in _OF_BOOKS:
        return shown
    return read_line(
        shown, known, _OF_BOOKS[form], names.functions, names.sizes, derivative.shape
    ).text


def held_text(derivative: WrittenDerivative[Any], variables: Declarations = ()) -> str:
    """The formula as text; as einsum, which says the same, where the text does not hold."""
    holds = read_back(derivative, variables=variables).holds
    return derivative.einsum if holds is False else derivative.text


def _compared(
    right: Node, given: Node, read: Formula, declared: Mapping[str, Declared]
) -> ReadBack:
    """Two nodes by value, at points where those that are right are finite and steady."""
    found = 0
    try:
        sizes = small_sizes([right, given], read.variables.values(), declared)
        shapes = [right.shape, *(one.shape for one in read.variables.values())]
        refuse_large(shapes, sizes, _ENTRIES)
        for drawn in random_points(read, declared, sizes, np.random.default_rng(0), _TRIES):
            arrays = {name: _as_known(array, read.symbols[name]) for name, array in drawn.items()}
            one, two = (evaluate(node, arrays, sizes, _BYTES) for node in (right, given))
            if not (np.isfinite(one).all() and np.isfinite(two).all()):
                continue
            if _differ(one, two, _CLOSE):
                both = ((right, one), (given, two))
                if all(_is_steady(node, value, arrays, sizes) for node, value in both):
                    return ReadBack(False, "its numbers are others")
                continue
            found += 1
            if found == _POINTS:
                return ReadBack(True)
    except MatcalcError as error:
        return ReadBack(None, error.message)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # of NumPy, SciPy
        return ReadBack(None, f"it has no value at a random point: {error}")
    return ReadBack(None, "not finite at random points; say what is known: x[n]:positive")


def _differ(one: Array, two: Array, tolerance: float) -> bool:
    """Whether two arrays differ, relative to the largest entry of both."""
    scale = max(float(np.max(np.abs(array), initial=0.0)) for array in (one, two))
    return float(np.max(np.abs(one - two), initial=0.0)) > tolerance * scale


def _is_steady(
    node: Node, value: Array, arrays: Mapping[str, Array], sizes: Mapping[str, int]
) -> bool:
    """Whether the last digits of a point decide nothing, and the value is not what is left of 1."""
    if 0 < float(np.max(np.abs(value), initial=0.0)) < _TINY:
        return False
    moved = {name: array * (1 + _STEADY) for name, array in arrays.items()}
    return not _differ(value, evaluate(node, moved, sizes, _BYTES), 1e-7)


def _as_known(array: Array, leaf: Node) -> Array:
    """An array of what the graph knows of a variable."""
    return (array + array.T) / 2 if leaf.symmetric else array

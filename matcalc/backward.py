"""The line of a backward pass that a line of the forward pass makes, and which formulas equal it.

``dz2`` is short for the derivative of a number by z2, in denominator layout: it has the shape of
z2. With ``z2 = W2 @ z1`` it is ``dz1 = W2.T @ dz2``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matcalc.derivative import derivatives
from matcalc.errors import NotationError, Place
from matcalc.expression import parse, read_formula
from matcalc.expression.equation import Equation, stated_in
from matcalc.graph import Node
from matcalc.notation import text, unicode, write
from matcalc.operations import algebra
from matcalc.simplify import simplified
from matcalc.variables import Mention, Variable, resolve

_PREFIXES = ("dL_d", "d")


@dataclass(frozen=True, slots=True)
class Backward:
    """What a forward pass says of an equation of its backward pass.

    Attributes:
        forward: The line of the forward pass.
        of: What it computes.
        wrt: What the equation differentiates by.
        text: The right side of the equation, derived, in the input language.
        unicode: The same as books print it.
        right: The solutions that are equal to it.
        wrong: The solutions that fit by dimensions and are not.
    """

    forward: str
    of: str
    wrt: str
    text: str
    unicode: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


def backward(
    equation: Equation,
    variables: Mapping[str, Variable],
    forward: str,
    solutions: Mapping[str, str],
) -> Backward:
    """Derive the right side of an equation, and hold solutions against it.

    Args:
        equation: Its left side is a derivative by name: ``dz1``.
        variables: The variables that it names.
        forward: Assignments, apart by ``;``; shapes may stand in them.
        solutions: The right side of each solution, by the solution.

    Raises:
        NotationError: Something cannot be read, or the names do not say what is differentiated.
        ShapeError: Shapes do not fit.
        NotDifferentiableError: An operation has no derivative.
    """
    stated = stated_in(forward)
    of = parse(stated.text)[-1].name
    if not of:
        place = Place(forward, 0, len(forward))
        raise NotationError("a line of the forward pass has a name: z2 = W2 @ z1", [place])
    wrt, gradient = _wrt(equation), _gradient(of, variables)
    known = _with(variables, [*stated.mentions, *_moved(wrt, variables, equation)])
    formula = read_formula(f"{stated.text}; sum({gradient} * {of})", known)
    if wrt not in formula.symbols:
        raise NotationError(f"{wrt} is a variable of the forward pass, not a line of it")
    (derived,) = derivatives(formula.node, [formula.symbols[wrt]])
    derived = simplified([derived], {})[derived]
    agrees = {
        solution: _are_equal(derived, read_formula(side, formula.variables).node)
        for solution, side in solutions.items()
    }
    written = write(derived, tuple(formula.symbols))
    return Backward(
        " ".join(stated.text.split()),
        of,
        wrt,
        text(written),
        unicode(written),
        tuple(one for one, equal in agrees.items() if equal),
        tuple(one for one, equal in agrees.items() if not equal),
    )


def _variable_of(name: str) -> str:
    """What a derivative by name is by: ``z1`` of ``dz1`` and of ``dL_dz1``."""
    return next((name.removeprefix(p) for p in _PREFIXES if name.startswith(p)), "")


def _wrt(equation: Equation) -> str:
    step = equation.left[-1]
    wrt = _variable_of(step.value) if step.kind == "name" else ""
    if not wrt:
        raise NotationError(
            "the left side names the derivative: dz1 = … is that of a number by z1", [step.place]
        )
    return wrt


def _gradient(of: str, variables: Mapping[str, Variable]) -> str:
    found = [f"{prefix}{of}" for prefix in _PREFIXES if f"{prefix}{of}" in variables]
    if not found:
        raise NotationError(
            f"the derivative by {of} is missing in the equation: name it d{of}, "
            f"or give {of} the name that belongs to it"
        )
    return found[0]


def _moved(wrt: str, variables: Mapping[str, Variable], equation: Equation) -> list[Mention]:
    """The variable that is differentiated by, of the shape of the derivative."""
    step = equation.left[-1]
    return [] if wrt in variables else [Mention(wrt, variables[step.value].shape, step.place)]


def _with(variables: Mapping[str, Variable], mentions: list[Mention]) -> dict[str, Variable]:
    nowhere = Place("", 0, 0)
    known = [Mention(one.name, one.shape, nowhere) for one in variables.values()]
    return resolve([*known, *mentions]).variables


def _are_equal(one: Node, two: Node) -> bool:
    """Whether two formulas are the same, as far as simplification sees."""
    difference = algebra.minus(one, two) if one.shape == two.shape else None
    if difference is None:
        return False
    short = simplified([difference], {})[difference]
    return short is algebra.constant(0, short.shape)

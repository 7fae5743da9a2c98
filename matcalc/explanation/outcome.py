"""The last part of an explanation: the formula, its code, and a check by numbers."""

from __future__ import annotations

from typing import Any

from matcalc.derivative_check import check_derivative
from matcalc.errors import MatcalcError
from matcalc.explanation.computation import Computation
from matcalc.explanation.model import Code, Equation, Item, Notation, Section
from matcalc.explanation.showing import Showing
from matcalc.expression import Declarations
from matcalc.jacobians import Jacobian

_POINTS = 5


def result(
    c: Computation, show: Showing, jacobian: Jacobian[Any], declared: Declarations, *, full: bool
) -> Section:
    """The derivative in its layout, as a formula and as code, and whether it is right."""
    items: list[Item] = [_equation(c, show, jacobian)]
    if len(jacobian.shape) > 2:
        items.append(
            f"It has {len(jacobian.shape)} axes, one for each of "
            f"{c.of} and of {c.wrt}: there is no matrix form, so it is written entry by entry."
        )
    if full:
        items += ["In NumPy:", Code(jacobian.numpy)]
    return Section("The result", (*items, checked(jacobian, declared)))


def _equation(c: Computation, show: Showing, jacobian: Jacobian[Any]) -> Equation:
    *lets, formula = jacobian.text.split("; ")
    uses = tuple((name, meaning) for name, _, meaning in (let.partition(" = ") for let in lets))
    title = show.form(c.of.name, c.wrt.name).title
    return Equation(
        show.ratio(c.of.name, c.wrt.name),
        Notation(jacobian.unicode.split("; ")[-1], jacobian.latex.split(r",\quad ")[-1]),
        formula,
        uses,
        c.of.name,
        c.wrt.name,
        False,
        c.layout,
        jacobian.shape,
        "a number" if title == "1" else title,
    )


def checked(jacobian: Jacobian[Any], declared: Declarations) -> str:
    """What central differences say, in a sentence."""
    try:
        found = check_derivative(jacobian, variables=declared, points=_POINTS)
    except MatcalcError as error:
        return f"Not checked by numbers: {error.message}."
    agrees = "agrees" if found else "DOES NOT AGREE"
    return (
        f"Check: it {agrees} with central differences at {_POINTS} random points; "
        f"the largest error is {found.error:.1e}."
    )

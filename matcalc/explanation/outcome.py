"""The last part of an explanation: the formula, its code, and a check by numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matcalc.checking.formulas import check_derivative
from matcalc.checking.reading_back import read_back
from matcalc.errors import MatcalcError
from matcalc.explanation.computation import ForwardPass
from matcalc.explanation.equations import Showing, shape_title
from matcalc.explanation.model import Code, Equation, Item, Notation, RightSide, Section, Table
from matcalc.expression import Declarations
from matcalc.jacobians.jacobian import Jacobian
from matcalc.notation import WrittenFormula, latex_derivative, latex_name
from matcalc.notation.names import unicode_name
from matcalc.notation.printers.legend import meanings
from matcalc.notation.printers.unicode import unicode_formulas
from matcalc.variables import Variable

_POINTS = 5


def result(
    c: ForwardPass,
    show: Showing,
    jacobian: Jacobian[Any],
    declared: Declarations,
    lines: Sequence[str] | None,
) -> Section:
    """The derivative in its layout, as a formula and as code, and whether it is right.

    Args:
        c: What was computed.
        show: How it is shown.
        jacobian: The derivative.
        declared: The variables.
        lines: The identities by which it became as short as it is; ``None`` to say nothing more
            than the formula.
    """
    equation = _equation(c, show, jacobian)
    items: list[Item] = [equation]
    if len(jacobian.shape) > 2:
        items.append(
            f"It has {len(jacobian.shape)} axes, one for each of "
            f"{c.of} and of {c.wrt}: there is no matrix form, so it is written entry by entry."
        )
    signs = [one for one in meanings([equation.right.shown]) if one not in show.signs]
    if lines is not None:
        if signs:
            items.append(f"Here {'; '.join(signs)}.")
        items += _identities(lines)
        items += ["In NumPy:", Code(jacobian.numpy)]
    said, agrees = checked(jacobian, declared)
    return Section("The result", (*items, said), agrees)


def _identities(lines: Sequence[str]) -> list[Item]:
    """The identities that were used, as ``matcalc rules --rewrites`` lists them."""
    if not lines:
        return []
    said = "this identity" if len(lines) == 1 else "these identities"
    return [f"On the way {said} made it shorter:", Table(tuple((line,) for line in lines))]


def _equation(c: ForwardPass, show: Showing, jacobian: Jacobian[Any]) -> Equation:
    title = show.form(c.of.name, c.wrt.name).title
    return Equation(
        show.ratio(c.of.name, c.wrt.name),
        *_apart(jacobian.tree()),
        of=c.of.name,
        wrt=c.wrt.name,
        layout=c.layout,
        shape=jacobian.shape,
        title="a number" if title == "1" else title,
    )


def _apart(found: WrittenFormula) -> tuple[RightSide, tuple[tuple[str, WrittenFormula], ...]]:
    """A formula without the meanings of the names in it, and these."""
    whole = WrittenFormula((), found.phrase)
    return RightSide(whole, whole), tuple(
        (name, WrittenFormula((), one)) for name, one in found.lets
    )


def checked(jacobian: Jacobian[Any], declared: Declarations) -> tuple[str, bool | None]:
    """What reading back and central differences say; and whether they agree, if they say it."""
    written = read_back(jacobian, variables=declared)
    if written.holds is False:
        return f"The formula DOES NOT AGREE with what it was made from: {written.reason}.", False
    try:
        found = check_derivative(jacobian, variables=declared, points=_POINTS)
    except MatcalcError as error:
        return f"Not checked by numbers: {error.message}.", None
    if found.verdict == "cannot_tell":
        return f"Not checked by numbers, which cannot tell: {found.note}.", None
    agrees = "agrees" if found else "DOES NOT AGREE"
    said = (
        f"Check: it {agrees} with central differences at {_POINTS} random points; "
        f"the largest error is {found.error:.1e}."
    )
    return said, bool(found)


def gradient_first(
    first: Jacobian[Any],
    gradient: Variable,
    declared: Declarations,
) -> Section:
    """What the second derivative is the derivative of: the gradient, under a name."""
    of, wrt = unicode_name(first.of.name), unicode_name(first.wrt.name)
    name = unicode_name(gradient.name)
    *named, _ = unicode_formulas(first.tree())
    fraction = latex_derivative(first.of, first.wrt)
    equation = Equation(
        Notation(
            f"{name} = ∂{of}/∂{wrt}",
            f"{latex_name(gradient.name)} = {fraction}",
        ),
        *_apart(first.tree()),
        of=gradient.name,
        layout="entries",
        shape=gradient.shape,
        title=shape_title(gradient),
        note=f"where {'; '.join(named)}" if named else "",
    )
    said, agrees = checked(first, declared)
    return Section(
        "The gradient first",
        (
            f"The second derivative is the derivative of the first. That of {of} by {wrt}, with "
            f"the shape of {wrt}, is called {name}; without order 2 it is explained itself:",
            equation,
            said,
            f"What follows differentiates {name} like any other formula.",
        ),
        agrees,
    )


def second_result(last: Section, first: Jacobian[Any], gradient: Variable) -> Section:
    """The result, with the name that it has as a second derivative."""
    of, wrt = unicode_name(first.of.name), unicode_name(first.wrt.name)
    said = f"∂{unicode_name(gradient.name)}/∂{wrt} is ∂²{of}/∂{wrt}²."
    if gradient.rank:
        said += " A second derivative is symmetric, so in both layouts it is the same matrix."
    return last._replace(items=(*last.items, said))

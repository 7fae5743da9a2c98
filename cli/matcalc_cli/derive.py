"""``matcalc derive``: from an expression to its derivative, as a formula and as code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from matcalc.errors import MatcalcError
from matcalc_cli.arguments import Json
from matcalc_cli.failures import UsageError
from matcalc_cli.formula_lines import formula_lines, joined_sources
from matcalc_cli.given_formula import GivenFormula, given_formula
from matcalc_cli.output import RED, heading, listed, paint, width, write, write_json

if TYPE_CHECKING:  # they load NumPy, which --help does without
    from matcalc.check import Check
    from matcalc.expression import Formula
    from matcalc.jacobians import Jacobian

Expression = Annotated[
    str | None,
    typer.Argument(
        metavar="EXPRESSION",
        help="What is differentiated, as NumPy writes it: 'x.T @ A @ x'. - reads stdin.",
        show_default=False,
    ),
]
Wrt = Annotated[
    list[str],
    typer.Option(
        "--wrt",
        metavar="NAME",
        help="The variable to differentiate by, or a name that --let gives. Several: W,b.",
        show_default=False,
    ),
]
Vars = Annotated[
    list[str] | None,
    typer.Option(
        "--vars",
        metavar="VARIABLES",
        help="The variables with their shapes: 'x[n] A[n,n]'; a name alone is a scalar.",
        show_default=False,
    ),
]
Let = Annotated[
    list[str] | None,
    typer.Option(
        "--let",
        metavar="ASSIGNMENT",
        help="A name for a part, used after it: 'z = W @ x'. May be repeated.",
        show_default=False,
    ),
]
File = Annotated[
    str | None,
    typer.Option(
        "--file",
        metavar="FILE",
        help="Assignments, a line each; without EXPRESSION the last line is it.",
        show_default=False,
    ),
]
LayoutOption = Annotated[Literal["numerator", "denominator", "both"], typer.Option("--layout")]
Order = Annotated[
    int, typer.Option("--order", min=1, max=2, help="2 for the second derivative.")
]
Form = Literal["text", "unicode", "latex", "numpy", "einsum"]
FormatOption = Annotated[
    Form | None,
    typer.Option("--format", help="Print this alone, for a pipe.", show_default=False),
]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Compare with central differences at random points.")
]

_FORMS: tuple[Form, ...] = ("text", "unicode", "latex", "einsum", "numpy")
_POINTS = 20
_COMMENT = {"latex": "%"}


def derive(
    expression: Expression = None,
    *,
    wrt: Wrt,
    variables: Vars = None,
    let: Let = None,
    file: File = None,
    layout: LayoutOption = "both",
    order: Order = 1,
    form: FormatOption = None,
    check: CheckOption = False,
    as_json: Json = False,
) -> None:
    """Differentiate an expression: the formula in each layout, its shape, and NumPy code.

    Vectors are columns: x.T @ y is a number, x @ y.T an outer product; * works entry by entry.
    """
    if form and as_json:
        raise UsageError("--json prints every format; leave out --format")
    given = given_formula(expression, let or (), file)
    layouts = ("numerator", "denominator") if layout == "both" else (layout,)
    asked = _Asked(given, _names(wrt), variables or [], layouts, order)
    derived = _derived(asked)
    checked = _checked(asked, derived) if check else ()
    if as_json:
        write_json(_document(asked, derived, checked))
    elif form:
        write(_printed(derived, form))
        write(_check_lines(checked, sys.stderr), sys.stderr)
    else:
        write([*_lines(derived), *_check_lines(checked, sys.stdout)])
    if not all(checked):
        raise typer.Exit(1)


class _Asked(NamedTuple):
    """What the command line asks for."""

    formula: GivenFormula
    names: tuple[str, ...]
    variables: Sequence[str]
    layouts: tuple[str, ...]
    order: int

    @property
    def wrt(self) -> list[tuple[str, ...]]:
        """The variables of each derivative, in the order of differentiation."""
        if self.order == 1:
            return [(name,) for name in dict.fromkeys(self.names)]
        return [self.names if len(self.names) > 1 else self.names * 2]

    def derive(self, names: Sequence[str], layout: str) -> Jacobian[Any]:
        """A derivative: with respect to one name, or of second order to two."""
        import matcalc  # noqa: PLC0415 - NumPy, which --help does without

        return matcalc.derive(
            self.formula.text,
            wrt=names[0] if len(names) == 1 else names,
            variables=self.variables,
            layout=layout,
            order=len(names),
        )


class _Derived(NamedTuple):
    """A derivative in the layouts that were asked for."""

    wrt: tuple[str, ...]
    title: str
    jacobians: tuple[Jacobian[Any], ...]


class _Answer(NamedTuple):
    """What was read, and its derivatives."""

    formula: Formula
    of: Variable
    derivatives: tuple[_Derived, ...]


"""``matcalc derive``: from an expression to its derivative, as a formula and as code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TextIO

import typer

from matcalc.errors import MatcalcError
from matcalc.layout import written
from matcalc.variables import Variable
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
Order = Annotated[int, typer.Option("--order", min=1, max=2, help="2 for the second derivative.")]
Form = Literal["text", "unicode", "latex", "numpy", "einsum"]
FormatOption = Annotated[
    Form | None,
    typer.Option("--format", help="Print this alone, for a pipe.", show_default=False),
]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Compare with central differences at random points.")
]

_FORMS: tuple[Form, ...] = ("text", "unicode", "latex", "einsum", "numpy")
_POINTS = 20  # of a check
#: What signs mean that not every book has.
_SIGNS = {
    "⊙": "⊙ multiplies entry by entry",
    "⊘": "⊘ divides entry by entry",
    "σ(": "σ(z) is 1 / (1 + exp(−z))",
    "step(": "step(z) is 1 where z > 0, else 0",
    "δ[": "δ[i,j] is 1 where i = j, else 0",
}
_READ_AS_ARRAYS = "vectors are read as NumPy's one-dimensional arrays: as columns they do not fit"


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
    layouts = ("numerator", "denominator") if layout == "both" else (layout,)
    formula = given_formula(expression, let or (), file)
    asked = _Asked(formula, _names(wrt), variables or (), layouts, order)
    try:
        answer = _answer(asked)
        checks = _checks(asked, answer) if check else []
    except MatcalcError as error:
        raise formula.placed(error) from None
    if as_json:
        write_json(_document(answer, checks))
    elif form:
        write(_printed(answer, form))
        write(_found(checks, sys.stderr), sys.stderr)
    else:
        write([*_lines(answer), *_found(checks, sys.stdout)])
    if not all(checks):
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

        found = matcalc.derive(
            self.formula.text,
            wrt=names[0] if len(names) == 1 else names,
            variables=self.variables,
            layout=layout,
            order=min(len(names), 2),
        )
        return found[0] if isinstance(found, list) else found


class _Derived(NamedTuple):
    """A derivative in the layouts that were asked for."""

    wrt: tuple[str, ...]
    jacobians: tuple[Jacobian[Any], ...]

    @property
    def of(self) -> str:
        """The name of what was differentiated; a second derivative is one of ``∂f/∂x``."""
        return self.jacobians[0].of.name.removeprefix("∂").partition("/")[0]

    @property
    def title(self) -> str:
        """``∂f/∂W₂``, ``∂²f/∂x²``, ``∂²f/∂x∂y``."""
        from matcalc.notation.names import unicode_name  # noqa: PLC0415

        of, *wrt = map(unicode_name, (self.of, *self.wrt))
        if len(wrt) == 1:
            return f"∂{of}/∂{wrt[0]}"
        return f"∂²{of}/∂{wrt[0]}" + ("²" if wrt[0] == wrt[1] else f"∂{wrt[1]}")


class _Answer(NamedTuple):
    """What was read, and its derivatives."""

    formula: Formula
    derivatives: tuple[_Derived, ...]

    @property
    def of(self) -> Variable:
        """What was differentiated."""
        return Variable(self.derivatives[0].of, self.formula.node.shape)


def _names(given: Sequence[str]) -> tuple[str, ...]:
    """The names of ``--wrt``, apart by commas or not.

    Raises:
        UsageError: There is none.
    """
    names = tuple(name.strip() for text in given for name in text.split(",") if name.strip())
    if not names:
        raise UsageError("--wrt needs the name of a variable")
    return names


def _answer(asked: _Asked) -> _Answer:
    from matcalc.expression import parse_declarations, read_formula  # noqa: PLC0415

    declared = parse_declarations(asked.variables)
    variables = {name: one.variable for name, one in declared.items()}
    formula = read_formula(asked.formula.text, variables)
    derivatives = [
        _Derived(wrt, tuple(asked.derive(wrt, layout) for layout in asked.layouts))
        for wrt in asked.wrt
    ]
    return _Answer(formula, tuple(derivatives))


def _checks(asked: _Asked, answer: _Answer) -> list[Check]:
    """Each derivative against differences; of second order also the first that it is made from."""
    from matcalc.derivative_check import check_derivative  # noqa: PLC0415

    jacobians = [one for derived in answer.derivatives for one in derived.jacobians]
    if asked.order == 2:
        jacobians.insert(0, asked.derive(asked.wrt[0][:1], "numerator"))
    return [check_derivative(one, variables=asked.variables, points=_POINTS) for one in jacobians]


def _lines(answer: _Answer) -> list[str]:
    """What a person reads: what was derived, its derivative in each layout, code."""
    given = _stated(answer)
    lines = [line for part in given for line in formula_lines(part, width(), "")]
    lines += _wrapped(f"note: {note}" for note in _notes(answer.formula))
    shown = ""
    for derived in answer.derivatives:
        for where, jacobian in _by_layout(derived):
            *lets, formula = jacobian.unicode.split("; ")
            formula = "; ".join([*(let for let in lets if let not in given), formula])
            lines += ["", heading(f"{derived.title} {where}"), ""]
            lines += formula_lines(formula, width())
            shown += formula
    signs = [meaning for sign, meaning in _SIGNS.items() if sign in shown]
    legend = ["", *_wrapped([f"Here {listed(signs)}."])] if signs else []
    return [*lines, *legend, "", *_code(answer)]


def _stated(answer: _Answer) -> list[str]:
    """What was differentiated, as it was read: the intermediate results, then the whole."""
    from matcalc.notation import write  # noqa: PLC0415
    from matcalc.notation.names import unicode_name  # noqa: PLC0415
    from matcalc.notation.unicode import unicode  # noqa: PLC0415

    formula, of = answer.formula, answer.of
    named = {node: name for name, node in formula.named.items()}
    *lets, whole = unicode(write(formula.node, tuple(formula.symbols), named)).split("; ")
    return [*lets, f"{of._replace(name=unicode_name(of.name))} = {whole}"]


def _notes(formula: Formula) -> list[str]:
    """What a reader should know of how the formula was read."""
    return [*formula.notes, *([] if formula.columns else [_READ_AS_ARRAYS])]


def _wrapped(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in wrap(text, width(), break_long_words=False)]


def _by_layout(derived: _Derived) -> list[tuple[str, Jacobian[Any]]]:
    """Each layout with its shape; one for both where they agree."""
    first, *others = derived.jacobians
    if others and (_shape(others[0]), others[0].unicode) == (_shape(first), first.unicode):
        return [(f"in both layouts, {_shape(first)}", first)]
    return [(f"in {one.layout} layout, {_shape(one)}", one) for one in derived.jacobians]


def _shape(jacobian: Jacobian[Any]) -> str:
    title = written(jacobian.of, jacobian.wrt, jacobian.layout).title
    return "a number" if title == "1" else title


def _code(answer: _Answer) -> list[str]:
    """NumPy source, in one layout: the array of the other is its transpose."""
    last = [derived.jacobians[-1] for derived in answer.derivatives]
    both = all(len(_by_layout(derived)) < len(derived.jacobians) for derived in answer.derivatives)
    title = f"NumPy, {'both layouts' if both else f'{last[0].layout} layout'}"
    if not both and len(answer.derivatives[0].jacobians) > 1:
        title += "; the array of numerator layout is its transpose, .T"
    source = joined_sources([one.numpy for one in last])
    return [*map(heading, _wrapped([f"{title}:"])), "", *source.splitlines()]


def _found(checks: Sequence[Check], stream: TextIO) -> list[str]:
    """What the checks found, in one line if they agree."""
    if not checks:
        return []
    error = max(one.error for one in checks)
    agrees = "agrees" if all(checks) else "DOES NOT AGREE"
    found = f"with central differences at {_POINTS} points, largest error {error:.1e}"
    lines = _wrapped([f"check: {agrees} {found}", *(one.note for one in checks if one.note)])
    return ["", *(lines if all(checks) else [paint(line, RED, stream) for line in lines])]


def _printed(answer: _Answer, form: Form) -> list[str]:
    """One format alone; where there are several formulas, a comment before each says which."""
    if form == "numpy":
        sources = [one.numpy for derived in answer.derivatives for one in derived.jacobians[-1:]]
        return joined_sources(sources).splitlines()
    formulas = [
        (f"{derived.title} in {one.layout} layout", getattr(one, form))
        for derived in answer.derivatives
        for one in derived.jacobians
    ]
    if len(formulas) == 1:
        return [formulas[0][1]]
    sign = "%" if form == "latex" else "#"
    return [line for title, formula in formulas for line in (f"{sign} {title}", formula)]


def _document(answer: _Answer, checks: Sequence[Check]) -> dict[str, object]:
    formula = answer.formula
    document: dict[str, object] = {
        "of": answer.of.name,
        "of_shape": answer.of.shape,
        "variables": {name: one.shape for name, one in formula.variables.items()},
        "forced": formula.forced,
        "notes": _notes(formula),
        "derivatives": [
            {
                "wrt": derived.wrt,
                "layouts": {one.layout: _of_layout(one) for one in derived.jacobians},
            }
            for derived in answer.derivatives
        ],
    }
    if checks:
        error = max(one.error for one in checks)
        document["check"] = {
            "agrees": all(checks),
            "error": error if isfinite(error) else None,
            "points": _POINTS,
            "method": checks[0].method,
            "notes": [one.note for one in checks if one.note],
        }
    return document


def _of_layout(jacobian: Jacobian[Any]) -> dict[str, object]:
    shapes = {"shape": jacobian.shape, "matrix_shape": jacobian.matrix_shape}
    return shapes | {form: getattr(jacobian, form) for form in _FORMS}

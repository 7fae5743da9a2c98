"""``matcalc derive``: from an expression to its derivative, as a formula and as code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from matcalc_cli.arguments import Json, Notation, argument, option, variables_option
from matcalc_cli.asked import Request
from matcalc_cli.derivative_lines import (
    FORMS,
    DerivativeAnswer,
    Form,
    answer_lines,
    check_lines,
    document,
    note_lines,
    one_format,
    wrong_lines,
)
from matcalc_cli.examples import command_line
from matcalc_cli.explanation_lines import (
    PAGES,
    Level,
    Page,
    explanation_document,
    explanation_lines,
)
from matcalc_cli.failures import UsageError
from matcalc_cli.files import Svg, save
from matcalc_cli.given_formula import given_formula
from matcalc_cli.meant import derivative_asked, is_formula
from matcalc_cli.output import RED, paint, write, write_json, write_page

Expression = Annotated[
    str | None,
    argument(
        "EXPRESSION",
        "What is differentiated, as NumPy, LaTeX, MATLAB or a book writes it: 'x.T @ A @ x'. "
        "- reads stdin.",
    ),
]
Wrt = Annotated[
    list[str] | None,
    option(
        "--wrt",
        "NAME",
        "The variable to differentiate by, or a name that --let gives. Several: W,b. An "
        "EXPRESSION that is a derivative says it itself: 'd/dx (x.T @ A @ x)'.",
    ),
]
Vars = Annotated[
    list[str] | None,
    variables_option("The variables with their shapes: 'x[n] A[n,n]'; a name alone is a scalar."),
]
Let = Annotated[
    list[str] | None,
    option(
        "--let", "ASSIGNMENT", "A name for a part, used after it: 'z = W @ x'. May be repeated."
    ),
]
File = Annotated[
    str | None,
    option("--file", "FILE", "Assignments, a line each; without EXPRESSION the last line is it."),
]
LayoutOption = Annotated[
    Literal["numerator", "denominator", "both"] | None,
    typer.Option(
        "--layout",
        help="How the derivative is written down; both, or with --steps denominator, if not given.",
    ),
]
Order = Annotated[int, typer.Option("--order", min=1, max=2, help="2 for the second derivative.")]
StructureOption = Annotated[
    Literal["symmetric", "symmetrised", "vech", "diagonal"] | None,
    typer.Option(
        "--structure",
        help="What is known of the entries of the variable, a square matrix; what it means for "
        "the derivative is said in a note.",
    ),
]
FormatOption = Annotated[
    Literal[Form, Page] | None,
    typer.Option(
        "--format", help="Print this alone, for a pipe; markdown, html and latex also with --steps."
    ),
]
Stacked = Annotated[
    bool,
    typer.Option(
        "--stacked",
        help="Take the numbers and vectors of --wrt x,y,theta as one vector: one Jacobian by all.",
    ),
]
Steps = Annotated[
    bool, typer.Option("--steps", help="Explain the derivation, every step with its shapes.")
]
LevelOption = Annotated[
    Level | None, typer.Option("--level", help="How much --steps says; full by default.")
]
PlanOption = Annotated[
    bool,
    typer.Option(
        "--plan", help="Print how the numbers are computed: steps, shapes, multiplications."
    ),
]
Sizes = Annotated[
    str | None,
    option(
        "--sizes",
        "SIZES",
        "The sizes of dimensions for --plan: 'n=1000 m=20'; 100 where not given.",
    ),
]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Compare with central differences at random points.")
]


def derive(
    expression: Expression = None,
    *,
    wrt: Wrt = None,
    variables: Vars = None,
    let: Let = None,
    file: File = None,
    layout: LayoutOption = None,
    order: Order = 1,
    structure: StructureOption = None,
    stacked: Stacked = False,
    form: FormatOption = None,
    check: CheckOption = False,
    svg: Svg = None,
    steps: Steps = False,
    level: LevelOption = None,
    plan: PlanOption = False,
    sizes: Sizes = None,
    notation: Notation = None,
    as_json: Json = False,
) -> None:
    """Differentiate an expression: the formula in each layout, its shape, and NumPy code.

    Vectors are columns: x.T @ y is a number, x @ y.T an outer product; * works entry by entry.
    """
    _check_alone(form, svg, as_json=as_json)
    # one explanation is enough by itself: in denominator layout a gradient is like its variable
    chosen = layout or ("denominator" if steps or plan else "both")
    layouts = ("numerator", "denominator") if chosen == "both" else (chosen,)
    given = given_formula(expression, let or (), file)
    names = names_of(wrt) if wrt is not None else ()
    asked = Request(given, names, variables or (), layouts, order, structure, notation, stacked)
    asked = _by_something(asked)
    if stacked and (steps or structure):
        raise UsageError(
            "--steps and --structure are of one variable: leave out --stacked, or give "
            "one vector, --let 'x = z[0:n]'"
        )
    if level and not steps and not (plan or sizes):
        raise UsageError("--level belongs to --steps")
    if plan or sizes:
        alone = plan and not (steps or check or svg or form)
        _plan(asked, sizes or "", alone=alone, as_json=as_json)
    elif steps:
        alone = not (check or svg or structure)
        _explain(asked, level or "full", form, alone=alone, as_json=as_json)
    else:
        _answer_with(asked, form, check=check, svg=svg, as_json=as_json)


def _by_something(asked: Request) -> Request:
    """What is asked, and by what: by a variable that --wrt or the formula itself says.

    Raises:
        UsageError: Neither does.
    """
    found = asked.by_itself()
    if not found.names:
        last = asked.formula.parts[-1].text
        from matcalc.inputs.entrance import unasked  # noqa: PLC0415 - --help does without

        if advice := unasked(last):
            raise UsageError(advice)
        asked_so = f"matcalc {derivative_asked(last)}"
        example = asked_so if is_formula(last) else command_line("derive")
        raise UsageError(f"by which variable? --wrt says it. For example: {example}")
    return found


def _check_alone(form: str | None, svg: str | None, *, as_json: bool) -> None:
    """Refuse two that both write to stdout alone."""
    if svg == "-" and (form or as_json):
        raise UsageError("--svg - writes to stdout alone; leave out --format and --json")
    if form and as_json:
        raise UsageError("--json is a format of its own; leave out --format")


def _answer_with(
    asked: Request, form: str | None, *, check: bool, svg: str | None, as_json: bool
) -> None:
    """Print the derivatives."""
    one: Form | None = next((known for known in FORMS if known == form), None)
    if form and one is None:
        raise UsageError(f"--format {form} belongs to --steps")
    with asked.formula.placing():
        answer = _answer(asked)
        checks = asked.checks(answer) if check else []
        picture = "" if svg is None else answer.picture
    if svg is not None:
        save(svg, picture.encode())
    if svg == "-":
        write(check_lines(checks, sys.stderr)[1:], sys.stderr)
    elif as_json:
        write_json(document(answer, checks))
    elif one:
        write(one_format(answer, one))
        write(note_lines(answer), sys.stderr)
        write(check_lines(checks, sys.stderr)[1:], sys.stderr)
    else:
        write([*answer_lines(answer), *check_lines(checks, sys.stdout)])
    wrong = wrong_lines(answer)
    write([paint(line, RED, sys.stderr) for line in wrong], sys.stderr)
    if wrong or any(one.differs for one in checks):
        raise typer.Exit(1)


def _explain(asked: Request, level: Level, form: str | None, *, alone: bool, as_json: bool) -> None:
    """Print the derivation, step by step."""
    if not alone:
        raise UsageError(
            "--steps explains a derivative and checks it: leave out --structure, --check and --svg"
        )
    if asked.order == 2 and len(asked.names) > 1:
        raise UsageError("--steps explains the second derivative by one variable at a time")
    if form and form not in ("text", *PAGES):
        raise UsageError(
            f"--steps has no format {form}: it is text, markdown, html, latex or --json"
        )
    with asked.formula.placing():
        found = asked.explained(level)
    if as_json:
        write_json(explanation_document(found))
    else:
        (write_page if form in PAGES else write)(explanation_lines(found, form))
    if any(one.agrees is False for one in found):
        raise typer.Exit(1)


def _plan(asked: Request, sizes: str, *, alone: bool, as_json: bool) -> None:
    """Print how the derivatives are computed, and nothing else."""
    if not alone:
        raise UsageError(
            "--sizes belongs to --plan, which stands without --steps, --check, --svg and --format"
        )
    from matcalc_cli.plan_lines import plan_document, planned  # noqa: PLC0415

    with asked.formula.placing():
        found = asked.derive(asked.order)
        plans, said = planned([one for each in found for one in each.jacobians], sizes)
    write(said, sys.stderr)
    if as_json:
        write_json({"plans": [plan_document(plan, title) for title, plan in plans]})
    else:
        write([line for title, plan in plans for line in ("", title, str(plan))][1:])


def names_of(given: Sequence[str]) -> tuple[str, ...]:
    """The names of ``--wrt``, apart by commas or not.

    Raises:
        UsageError: There is none.
    """
    names = tuple(name.strip() for text in given for name in text.split(",") if name.strip())
    if not names:
        raise UsageError("--wrt needs the name of a variable")
    return names


def _answer(asked: Request) -> DerivativeAnswer:
    """The answer; where nothing was declared, with a note of how to."""
    answer = asked.answer()
    if asked.variables:
        return answer
    formula = answer.formula
    taken = " ".join(map(str, formula.variables.values()))
    hint = f"to declare other shapes: --vars '{taken}'"
    return answer._replace(formula=formula._replace(notes=(*formula.notes, hint)))

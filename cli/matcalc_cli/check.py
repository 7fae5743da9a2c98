"""``matcalc check``: what is wrong with somebody's own formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from matcalc.claims.answer import Checked
from matcalc_cli.arguments import Json, Notation, argument, option, variables_option
from matcalc_cli.derive import Order
from matcalc_cli.failures import UsageError
from matcalc_cli.output import BOLD, document, paint, width, write, write_json, write_page

if TYPE_CHECKING:  # it loads NumPy, which sizes and chains do without
    from matcalc.claims.several import JudgedLine

Claim = Annotated[
    list[str] | None,
    argument(
        "CLAIM...",
        "A formula, with --of and --wrt; an equation or several, 'dW = dz @ x.T', with "
        "--because, or whole, '∂(xᵀAx)/∂x = 2Ax'; sizes, '2x1 · 2x3'; or a chain, '∂L/∂a ∂a/∂z'. "
        "- reads stdin.",
    ),
]
Of = Annotated[
    str | None,
    option("--of", "EXPRESSION", "What is differentiated: 'x.T @ A @ x'."),
]
Wrt = Annotated[str | None, option("--wrt", "NAME", "What it is differentiated by.")]
Because = Annotated[
    str | None,
    option(
        "--because",
        "LINES",
        "The forward pass that an equation is from: 'z2 = W2 @ x; a2 = relu(z2)'.",
    ),
]
Vars = Annotated[
    list[str] | None,
    variables_option("The variables with their shapes: 'x[n] A[n,n]'; they may stand in CLAIM."),
]
LayoutOption = Annotated[
    Literal["numerator", "denominator"] | None,
    typer.Option(
        "--layout",
        help="How the derivative is written; denominator, gradients as columns, if not given.",
    ),
]
Wanted = Annotated[
    str | None,
    option("--wanted", "SHAPE", "Of sizes: what is to come out, 3x2."),
]
Short = Annotated[bool, typer.Option("--short", help="Verdict, place and repair, a line each.")]
Hint = Annotated[
    int | None,
    typer.Option(
        "--hint",
        min=1,
        max=4,
        help="Help in steps: 1 verdict and what is right, 2 place, 3 cause, 4 repair and why.",
    ),
]
Explain = Annotated[
    str | None,
    option(
        "--explain",
        "NAME",
        "What a mistake is, by its name or its family: transpose, 'chain rule'.",
    ),
]
Form = Annotated[
    Literal["markdown", "html", "svg"] | None,
    typer.Option("--format", help="Print this alone, for a pipe."),
]


def check(
    claim: Claim = None,
    *,
    of: Of = None,
    wrt: Wrt = None,
    because: Because = None,
    variables: Vars = None,
    layout: LayoutOption = None,
    notation: Notation = None,
    order: Order = 1,
    wanted: Wanted = None,
    short: Short = False,
    hint: Hint = None,
    explain: Explain = None,
    form: Form = None,
    as_json: Json = False,
) -> None:
    """What is wrong with my formula: where, why, and what would be right.

    Exit code 0: it is right; 1: it is not, or that cannot be told. Vectors are columns.
    """
    if sum((short, form is not None, as_json)) > 1:
        raise UsageError("--short, --format and --json are three ways to answer; choose one")
    if explain is not None:
        _explain(explain, as_json=as_json)
        return
    asked = _AskedClaim(of, wrt, because, variables, layout, wanted, notation, order)
    asked.refuse_what_does_not_go_together()
    lines = _given(claim or [])
    if because is not None:
        lines = _apart(lines)
    printed = _Printed(hint or 4, short, form, as_json)
    if because is not None and len(lines) > 1:
        right = _several(lines, asked, printed)
    else:
        joint = "; " if of is not None else " "
        found = asked.answer(joint.join(lines))
        printed.write(found)
        right = bool(found)
    if not right:
        raise typer.Exit(1)


class _Printed(NamedTuple):
    """How an answer is printed."""

    hint: int
    short: bool
    form: str | None
    as_json: bool

    def write(self, found: Checked) -> None:
        """Write an answer."""
        from matcalc.claims.telling import hinted  # noqa: PLC0415 - --help does without

        found = hinted(found, self.hint)
        if self.as_json:
            write_json(answered(found))
        elif self.form is not None:
            write_page(_page(found, self.form).splitlines())
        else:
            from matcalc_cli.told_lines import short_lines, told_lines  # noqa: PLC0415

            write(short_lines(found) if self.short else told_lines(found))


class _AskedClaim(NamedTuple):
    """What a claim is held against."""

    of: str | None
    wrt: str | None
    because: str | None
    variables: list[str] | None
    layout: str | None
    wanted: str | None
    notation: str | None
    order: int

    def refuse_what_does_not_go_together(self) -> None:
        """Refuse options of two kinds of claims."""
        if self.because is not None and (self.of is not None or self.wrt is not None):
            raise UsageError("a formula is checked with --of and --wrt, an equation with --because")
        if (self.of is None) != (self.wrt is None):
            raise UsageError("--of EXPRESSION and --wrt NAME go together")
        if self.order != 1 and self.of is None:
            raise UsageError("--order 2 is of an expression; give --of and --wrt")
        if self.wanted is not None and (self.of is not None or self.because is not None):
            raise UsageError("--wanted is for sizes alone, without --of and --because")

    def answer(self, text: str) -> Checked:
        """The answer to one claim, whatever it is."""
        if self.of is None and self.because is None:
            return _by_look(text, self)
        from matcalc import check_formula  # noqa: PLC0415 - NumPy, which --help does without

        return check_formula(
            text,
            of=self.of,
            wrt=self.wrt,
            because=self.because,
            variables=self.variables,
            layout=self.layout,
            notation=self.notation,
            order=self.order,
        )


def _by_look(text: str, asked: _AskedClaim) -> Checked:
    """The answer to sizes alone, a chain of fractions, or an equation that says all by itself."""
    from matcalc import check_chain, check_sizes  # noqa: PLC0415 - --help does without
    from matcalc.claims.fraction_text import is_chain  # noqa: PLC0415
    from matcalc.claims.sizes_text import is_sizes  # noqa: PLC0415

    if asked.wanted is not None or is_sizes(text):
        return check_sizes(text, wanted=asked.wanted)
    if is_chain(text):
        return check_chain(text, layout=asked.layout, variables=asked.variables)
    from matcalc import check_formula  # noqa: PLC0415 - NumPy, which sizes and chains do without
    from matcalc.claims.whole import whole_equation  # noqa: PLC0415

    if whole_equation(text, asked.variables, asked.notation):
        return check_formula(
            text, variables=asked.variables, layout=asked.layout, notation=asked.notation
        )
    hint = "--because 'z = W @ x'" if "=" in text else "--of 'x.T @ A @ x' --wrt x"
    raise UsageError(
        f"what is it the derivative of? add {hint} (an equation goes with --because, a formula "
        "with --of and --wrt); sizes alone are written 2x1 · 2x3"
    )


def _given(claims: Sequence[str]) -> list[str]:
    """The claims, each of one line or more; from stdin for ``-``."""
    if not claims:
        raise UsageError("what is to be checked? give a formula, an equation, sizes or a chain")
    if list(claims) == ["-"]:
        from matcalc_cli.given_formula import given_formula  # noqa: PLC0415 - few runs read stdin

        return [part.text for part in given_formula("-", (), None).parts]
    lines = [line.strip() for claim in claims for line in claim.splitlines()]
    if not any(lines):
        raise UsageError("the claim is empty")
    return [line for line in lines if line]


def _apart(lines: Sequence[str]) -> list[str]:
    """Lines of which several stand on one, ``da = W.T @ dz; dW = …``, or by commas, each alone."""
    from matcalc.inputs.equations import equations_apart  # noqa: PLC0415 - it takes a while

    found = [part.strip() for line in lines for part in equations_apart(line)]
    found = [part for part in found if part]
    return found if all("=" in part for part in found) else list(lines)


def _explain(name: str, *, as_json: bool) -> None:
    """What is known of a mistake."""
    from matcalc.claims.families import CAUSES, find_family  # noqa: PLC0415 - few runs explain
    from matcalc_cli.told_lines import family_lines  # noqa: PLC0415

    family = find_family(name)
    if as_json:
        causes = [{"name": one, "says": CAUSES[one]} for one in family.causes]
        lessons = [one._asdict() for one in family.lessons]
        write_json(family._asdict() | {"causes": causes, "lessons": lessons})
    else:
        write(family_lines(family, name))


def _several(lines: Sequence[str], asked: _AskedClaim, printed: _Printed) -> bool:
    """Several lines of a backward pass, each given the ones before; whether all are right."""
    from matcalc.claims.several import check_lines, summary  # noqa: PLC0415 - it loads NumPy

    if printed.form == "svg":
        raise UsageError("--format svg draws one line; check it alone")
    found = check_lines(
        lines,
        because=asked.because or "",
        variables=asked.variables,
        layout=asked.layout,
        notation=asked.notation,
    )
    said = summary(found)
    if printed.as_json:
        write_json({"summary": said, "lines": [_of_line(one, printed.hint) for one in found]})
    else:
        write([paint(said, BOLD)] if printed.form is None else [])
        for one in found:
            _write_line(one, printed)
    return all(one.found is None or bool(one.found) for one in found)


def _write_line(one: JudgedLine, printed: _Printed) -> None:
    """One of several lines: all that is said of a wrong one, a line of a right one."""
    if one.found is None:
        return
    if printed.form is None:
        title = f"line {one.number}: {one.text}"
        write(["", *(paint(line, BOLD) for line in wrap(title, width())), ""])
    printed._replace(short=printed.short or bool(one.found)).write(one.found)


def _of_line(one: JudgedLine, hint: int) -> dict[str, object]:
    from matcalc.claims.telling import hinted  # noqa: PLC0415

    start: dict[str, object] = {"line": one.number, "text": one.text, "uses": one.uses}
    return start | (answered(hinted(one.found, hint)) if one.found is not None else {})


def _page(found: Checked, form: str) -> str:
    """The answer for a file."""
    if form == "svg":
        from matcalc.claims.picture import claim_svg  # noqa: PLC0415 - most runs draw nothing

        return claim_svg(found)
    from matcalc.notation.pages import html, markdown  # noqa: PLC0415 - most runs print text
    from matcalc.notation.shown import told  # noqa: PLC0415

    return markdown(told(found)) if form == "markdown" else html(told(found))


def answered(found: Checked) -> dict[str, object]:
    """The answer as JSON has it."""
    causes = [document(one, "name family start end says") for one in found.causes]
    plain = asdict(replace(found, causes=()))
    return {**plain, "causes": causes, "answer_note": found.answer_note}

"""``matcalc convert``: from one layout or convention to another, as code or done to a file."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from matcalc.errors import LayoutError
from matcalc.layout import CONVENTIONS, ArrayForm, find_convention, written
from matcalc_cli.arguments import (
    AskedDerivative,
    Json,
    Notation,
    argument,
    option,
    read_as,
    read_derivative,
    variables_option,
)
from matcalc_cli.failures import UsageError
from matcalc_cli.output import assumption, heading, write, write_json
from matcalc_cli.rearranging import einops_code, numpy_code

_NAMES = (*CONVENTIONS, "vec")


def _complete(incomplete: str) -> list[str]:
    return [name for name in _NAMES if name.startswith(incomplete)]


Derivative = Annotated[
    str | None,
    argument("[DERIVATIVE]", "What by what: 'z[3] / W[3,2]', or z=3/W=3,2 without quotes."),
]
File = Annotated[str | None, argument("FILE", "The array, as .npy; - reads stdin.")]
From = Annotated[
    str | None,
    option(
        "--from",
        "NAME",
        f"How the array is written: {', '.join(_NAMES)}.",
        autocompletion=_complete,
    ),
]
To = Annotated[
    str | None,
    option("--to", "NAME", "How to write it.", autocompletion=_complete),
]
Order = Annotated[
    Literal["F", "C"] | None, typer.Option(help="Of vec: F stacks columns, C stacks rows.")
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Where to write it; - is stdout."),
]
Formula = Annotated[
    str | None,
    option("--formula", "FORMULA", "Convert this formula instead: 'W.T @ (d * s)', with --vars."),
]
Vars = Annotated[list[str] | None, variables_option("The variables of the formula: 'W[m,n] d[m]'.")]
Steps = Annotated[bool, typer.Option("--steps", help="Of a formula: show each step.")]


def convert(
    derivative: Derivative = None,
    file: File = None,
    *,
    source: From = None,
    target: To = None,
    order: Order = None,
    output: Output = None,
    formula: Formula = None,
    variables: Vars = None,
    steps: Steps = False,
    notation: Notation = None,
    as_json: Json = False,
) -> None:
    """Bring an array or a formula from one layout or convention to another.

    Without FILE, print what to do to an array J, as NumPy and as einops code. A formula goes from
    numerator to denominator layout, or back: there it is the same, a transpose.
    """
    if formula is not None:
        if derivative is not None or order is not None or output is not None:
            raise UsageError("--formula takes --vars, --from, --to and --steps, no derivative")
        from matcalc_cli.formula_conversion import convert_formula  # noqa: PLC0415 - of no array

        convert_formula(
            formula, variables or (), source, target, notation, steps=steps, as_json=as_json
        )
        return
    if variables or steps:
        raise UsageError("--vars and --steps belong to --formula")
    if derivative is None:
        raise UsageError("what is converted? give DERIVATIVE, or --formula with --vars")
    if "/" not in derivative:
        raise UsageError(
            f"{derivative[:60]} is no derivative like 'z[3] / W[3,2]'; a formula is given with "
            "--formula and --vars"
        )
    if source is None or target is None:
        raise UsageError(f"Missing option '{'--from' if source is None else '--to'}'.")
    asked = read_derivative(derivative)
    before, after = _forms(asked, source, target, order)
    _check_files(file, output, as_json)
    document = _document(asked, before, after)
    if file is not None:
        document |= _done(derivative, file, before, after, output)
    if as_json:
        write_json(document)
    elif file is None:
        write(_lines(asked, before, after))


def _forms(
    asked: AskedDerivative, source: str, target: str, order: str | None
) -> tuple[ArrayForm, ArrayForm]:
    if order is not None and "vec" not in (source, target):
        raise UsageError("--order belongs to vec alone; here neither --from nor --to is vec")
    before, after = (
        _form(asked, option, name, order) for option, name in (("--from", source), ("--to", target))
    )
    return before, after


def _form(asked: AskedDerivative, option: str, name: str, order: str | None) -> ArrayForm:
    try:
        convention = find_convention(name, order if name == "vec" else None)
    except LayoutError as error:
        hint = " with --order F or --order C" if name == "vec" else ""
        raise UsageError(f"{option}: {error.message}{hint}") from None
    return written(asked.of, asked.wrt, convention)


def _check_files(file: str | None, output: str | None, as_json: bool) -> None:
    if file is None and output is not None:
        raise UsageError(f"-o {output} needs the array to convert: DERIVATIVE FILE -o {output}")
    if file is not None and output is None and not as_json:
        raise UsageError("where should the result go? -o out.npy, -o - for stdout, or --json")
    if output == "-" and as_json:
        raise UsageError("-o - and --json both write to stdout; choose one")
    if output == "-" and sys.stdout.isatty():
        raise UsageError("-o - writes bytes, which a terminal can't show; give -o out.npy")


def _done(
    derivative: str, file: str, before: ArrayForm, after: ArrayForm, output: str | None
) -> dict[str, object]:
    """Convert the array of a file; without a place for it, return it for the JSON document."""
    from matcalc_cli import arrays  # noqa: PLC0415 - NumPy, which printing code does without

    result = arrays.converted(derivative, arrays.read(file), before, after)
    if output is None:
        return {"array": result.astype(float).tolist()}
    arrays.save(output, result)
    return {}


def _document(asked: AskedDerivative, before: ArrayForm, after: ArrayForm) -> dict[str, object]:
    return {
        "of": asked.of.name,
        "wrt": asked.wrt.name,
        "assumed": asked.assumed,
        "from": before.convention.name,
        "to": after.convention.name,
        "shape_from": before.shape,
        "shape_to": after.shape,
        "numpy": numpy_code(before, after),
        "einops": einops_code(before, after),
    }


def _lines(asked: AskedDerivative, before: ArrayForm, after: ArrayForm) -> list[str]:
    lines = [
        heading(asked.title),
        *read_as(asked.of, asked.wrt),
        *assumption(asked.assumed),
        f"from {before.convention.title}, {before.title}",
        f"to {after.convention.title}, {after.title}",
        "",
    ]
    if before.form != after.form:
        return [*lines, f"  {numpy_code(before, after)}", f"  {einops_code(before, after)}"]
    return [*lines, *_nothing_to_do(before, after)]


def _nothing_to_do(before: ArrayForm, after: ArrayForm) -> list[str]:
    """Why the array stays as it is, and what becomes of it where it is written as a matrix."""
    if len(before.form) != 1 or before.title == after.title:
        return ["Nothing to do: both order the axes alike."]
    lines = [f"Nothing to do: the array has one axis, ({before.shape[0]},), and stays as it is."]
    if before.matrix_shape and after.matrix_shape:
        lines.append(f"Written as a matrix it is {after.title} instead of {before.title}.")
    elif after.matrix_shape:
        lines.append(f"Written as a matrix it is {after.title}.")
    return lines

"""``matcalc convert``: from one layout or convention to another, as code or done to a file."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from matcalc.errors import LayoutError
from matcalc.layout import CONVENTIONS, Written, find_convention, written
from matcalc_cli.arguments import Asked, Derivative, Json, read_derivative
from matcalc_cli.failures import UsageError
from matcalc_cli.output import assumption, heading, write, write_json
from matcalc_cli.rearranging import einops_code, numpy_code

_NAMES = (*CONVENTIONS, "vec")


def _complete(incomplete: str) -> list[str]:
    return [name for name in _NAMES if name.startswith(incomplete)]


File = Annotated[
    str | None,
    typer.Argument(metavar="FILE", help="The array, as .npy; - reads stdin.", show_default=False),
]
From = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="NAME",
        help=f"How the array is written: {', '.join(_NAMES)}.",
        autocompletion=_complete,
        show_default=False,
    ),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="NAME",
        help="How to write it.",
        autocompletion=_complete,
        show_default=False,
    ),
]
Order = Annotated[
    Literal["F", "C"] | None,
    typer.Option(help="Of vec: F stacks columns, C stacks rows.", show_default=False),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Where to write it; - is stdout.", show_default=False
    ),
]


def convert(
    derivative: Derivative,
    file: File = None,
    *,
    source: From,
    target: To,
    order: Order = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Bring an array from one layout or convention to another.

    Without FILE, print what to do to an array J, as NumPy and as einops code.
    """
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


def _forms(asked: Asked, source: str, target: str, order: str | None) -> tuple[Written, Written]:
    if order is not None and "vec" not in (source, target):
        raise UsageError("--order belongs to vec alone; here neither --from nor --to is vec")
    before, after = (
        _form(asked, option, name, order) for option, name in (("--from", source), ("--to", target))
    )
    return before, after


def _form(asked: Asked, option: str, name: str, order: str | None) -> Written:
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
    derivative: str, file: str, before: Written, after: Written, output: str | None
) -> dict[str, object]:
    """Convert the array of a file; without a place for it, return it for the JSON document."""
    from matcalc_cli import arrays  # noqa: PLC0415 - NumPy, which printing code does without

    result = arrays.converted(derivative, arrays.read(file), before, after)
    if output is None:
        return {"array": result.astype(float).tolist()}
    arrays.save(output, result)
    return {}


def _document(asked: Asked, before: Written, after: Written) -> dict[str, object]:
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


def _lines(asked: Asked, before: Written, after: Written) -> list[str]:
    lines = [
        heading(asked.title),
        *assumption(asked.assumed),
        f"from {before.convention.title}, {before.title}",
        f"to {after.convention.title}, {after.title}",
        "",
    ]
    if before.form != after.form:
        return [*lines, f"  {numpy_code(before, after)}", f"  {einops_code(before, after)}"]
    lines.append("Nothing to do: both order the axes alike.")
    if before.matrix_shape != after.matrix_shape and before.matrix_shape and after.matrix_shape:
        lines.append(f"As a matrix it turns from {before.title} to {after.title}: J.T")
    return lines

"""``matcalc identify``: which layout or convention a shape, an array or a formula is in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from matcalc.dimensions import parse as parse_dimension
from matcalc.errors import MatcalcError, NotationError
from matcalc_cli.arguments import Json, Notation, argument, option, read_as
from matcalc_cli.derive import Let, Order, Vars, names_of
from matcalc_cli.failures import UsageError
from matcalc_cli.given_formula import given_formula
from matcalc_cli.output import document, write
from matcalc_cli.told_lines import show

if TYPE_CHECKING:  # it loads NumPy, which --help does without
    from matcalc.diagnosis.identification import Identification, Reading

Derivative = Annotated[
    str,
    argument("DERIVATIVE", "What by what, 'z[m] / x[n]'; or an expression, with --wrt and --vars."),
]
ShapeOption = Annotated[str | None, option("--shape", "SHAPE", "A shape: 3x2, or 'm,n'.")]
FormulaOption = Annotated[str | None, option("--formula", "FORMULA", "A formula: 'W.T'.")]
ArrayOption = Annotated[str | None, option("--array", "FILE", "An array, as .npy; - reads stdin.")]
Wrt = Annotated[
    str | None,
    option("--wrt", "NAME", "What the expression is differentiated by."),
]
At = Annotated[
    list[str] | None,
    option(
        "--at", "NAME=FILE", "The point of --array: x=x.npy, or a number, c=0.5. For each variable."
    ),
]

_SOME = 20  # sizes of a shape


def identify(
    derivative: Derivative,
    *,
    shape: ShapeOption = None,
    formula: FormulaOption = None,
    array: ArrayOption = None,
    wrt: Wrt = None,
    variables: Vars = None,
    let: Let = None,
    order: Order = 1,
    at: At = None,
    notation: Notation = None,
    as_json: Json = False,
) -> None:
    """Which layout or convention a shape, a formula or an array of a derivative is in.

    A shape may be that of several. A formula is decided by value at random points, an array by
    value at the point that --at gives.
    """
    if sum(one is not None for one in (shape, formula, array)) != 1:
        raise UsageError("what is to be identified? give one of --shape, --formula and --array")
    if wrt is None:
        _refuse_expression(variables, let, order, decided=formula is not None or bool(at))
    if at and array is None:
        raise UsageError("--at is the point of --array")
    import matcalc  # noqa: PLC0415
    from matcalc_cli import arrays  # noqa: PLC0415 - NumPy, which --help does without

    expression = given_formula(derivative, let or (), None)
    with expression.placing():
        found = matcalc.identify(
            expression.text,
            shape=None if shape is None else _sizes(shape),
            formula=formula,
            array=None if array is None else arrays.read(array),
            wrt=wrt if wrt is None or "," not in wrt else names_of([wrt]),
            variables=variables,
            at=dict(map(_point, at)) if at else None,
            order=order,
            notation=notation,
        )
    write([] if as_json else read_as(found.of, found.wrt))
    show(found, _document, as_json=as_json)
    if not found:
        raise typer.Exit(1)


def _refuse_expression(
    variables: Sequence[str] | None, let: Sequence[str] | None, order: int, *, decided: bool
) -> None:
    """Refuse what belongs to an expression, where there is none."""
    if variables:
        raise UsageError("what is the expression differentiated by? give --wrt NAME")
    if decided:
        raise UsageError("a formula or a point needs an expression, with --wrt and --vars")
    if let or order != 1:
        raise UsageError("--let and --order belong to an expression, with --wrt and --vars")


def _sizes(text: str) -> tuple[int | str, ...]:
    """A shape as people write it: ``3x2``, ``3×2``, ``(3, 2)``, ``m,n``; of a number ``()``.

    Raises:
        UsageError: It cannot be read.
    """
    body = text.strip().removeprefix("(").removesuffix(")").strip().removesuffix(",")
    parts = [part.strip() for part in re.split(r"[×,]|(?<=[0-9])x(?=[0-9])", body)] if body else []
    try:
        if len(parts) > _SOME:
            raise NotationError("")
        return tuple(parse_dimension(part) for part in parts)
    except MatcalcError:
        raise UsageError(f"--shape is written 3x2, or 'm,n', not {text[:60]!r}") from None


def _point(text: str) -> tuple[str, Any]:
    from matcalc_cli import arrays  # noqa: PLC0415 - NumPy, which --help does without

    name, equals, value = text.partition("=")
    if not (equals and name.strip() and value):
        raise UsageError(f"--at is written NAME=FILE.npy or NAME=NUMBER, not {text[:60]!r}")
    return name.strip(), arrays.number_or_array(value.strip())


def _document(found: Identification) -> dict[str, object]:
    names = """of of_shape wrt wrt_shape given by_value verdict agrees conventions hints notes
    assumptions right_when right"""
    return document(
        found,
        names,
        of=found.of.name,
        of_shape=found.of.shape,
        wrt=found.wrt.name,
        wrt_shape=found.wrt.shape,
        agrees=found.agreeing,
        conventions={one.convention: _of_reading(one) for one in found.readings},
        right_when=[one._asdict() for one in found.right_when],
        right=found.right and document(found.right, "layout text factor multiple"),
    )


def _of_reading(one: Reading) -> dict[str, object]:
    sources = [document(usage, "name source") for usage in one.sources]
    return document(one, "shape reason sizes error verdict sources", sources=sources)

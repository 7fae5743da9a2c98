"""``matcalc fit``: which factor an equation has room for, by its dimensions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from matcalc.claims.fitted import Fit, Unknown
from matcalc.claims.fitting import fit as fitted
from matcalc_cli.arguments import Json, argument, option
from matcalc_cli.failures import UsageError
from matcalc_cli.output import document
from matcalc_cli.told_lines import show

if TYPE_CHECKING:  # they load NumPy, which what fits by dimensions does without
    from matcalc.claims.backward_line import Backward

Equation = Annotated[
    str,
    argument(
        "EQUATION",
        "With ? for each unknown, and shapes: 'dz1[n1] = ? @ dz2[n2]'; without it is checked.",
    ),
]
From = Annotated[
    list[str] | None,
    option("--from", "VARIABLES", "What ? may be, as it is or transposed: 'W2[n2,n1] W1[n1,n0]'."),
]
Because = Annotated[
    str | None,
    option(
        "--because", "ASSIGNMENT", "The forward pass, to decide by its derivative: 'z2 = W2 @ z1'."
    ),
]
LayoutOption = Annotated[
    Literal["numerator", "denominator"] | None,
    typer.Option(
        "--layout",
        help="numerator: gradients, dz1[n1], are rows; if not given they are as they are written.",
    ),
]
Once = Annotated[
    bool, typer.Option("--once", help="Put each of --from in once: ? may be a product of several.")
]


def fit(
    equation: Equation,
    *,
    candidates: From = None,
    because: Because = None,
    layout: LayoutOption = None,
    once: Once = False,
    as_json: Json = False,
) -> None:
    """What ? must be for an equation to fit: its shape, and the variables that have it.

    Vectors are columns. dz1 is short for the derivative of a number by z1.
    """
    if once and not candidates:
        raise UsageError("--once puts each of --from in; give --from 'd3[2] W3[2,3]'")
    found = fitted(equation, candidates=candidates or (), because=because, layout=layout, once=once)
    show(found, _document, as_json=as_json)
    if not found:
        raise typer.Exit(1)


def _document(found: Fit) -> dict[str, object]:
    names = "equation variables assumed assumptions unknowns solutions verdict misfit derived"
    return document(
        found,
        names,
        variables={name: one.shape for name, one in found.variables.items()},
        unknowns=[_described(unknown) for unknown in found.unknowns],
        derived=found.backward and _of_backward(found.backward),
    )


def _of_backward(found: Backward) -> dict[str, object]:
    names = "forward text layout assumed assumptions right wrong undecided verdicts"
    verdicts = {
        solution: document(one, "verdict reason error")
        for solution, one in found.judgements.items()
    }
    return document(found, names, verdicts=verdicts)


def _described(unknown: Unknown) -> dict[str, object]:
    candidates = [document(one, "text shape fits reason") for one in unknown.candidates]
    return document(unknown, "name shapes candidates", candidates=candidates)

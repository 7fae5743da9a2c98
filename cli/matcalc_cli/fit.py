"""``matcalc fit``: which factor an equation has room for, by its dimensions alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from matcalc.claims.fitting import Fit, Unknown
from matcalc.claims.fitting import fit as fitted
from matcalc.dimensions import Shape, names, times
from matcalc.notation.names import listed
from matcalc.notation.printers.line_breaks import formula_lines
from matcalc.notation.printers.spelling import placed, two_lines
from matcalc_cli.arguments import Json, argument, option
from matcalc_cli.failures import UsageError
from matcalc_cli.forward_guess import Forward, guessed_forward
from matcalc_cli.output import (
    assumption,
    document,
    heading,
    paragraph,
    show,
    table,
    width,
    wrapped,
)

if TYPE_CHECKING:  # they load NumPy, which what fits by dimensions does without
    from matcalc.checking.verdict import Judgement
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

_LISTED = 4  # in a sentence

# An unknown, a name, or a function of one letter of a name, which has its shape: g'(z).
_LEAF = re.compile(
    r"(?P<call>(?<![\w?])[^\W\d]'*\((?=[^\W\d]\w*\)))?"
    r"(?P<name>\?[0-9]*|(?<![\w?])[^\W\d]\w*(?![\w('\"]))(?(call)\))(?P<transposes>(?:\.T)*)"
)


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
    show(found, _lines, _document, as_json=as_json)
    if not found:
        raise typer.Exit(1)


def _lines(found: Fit) -> list[str]:
    lines = [*_equation(found), *assumption(found.assumed)]
    for unknown in found.unknowns:
        lines += ["", heading(_summary(unknown)), *_candidates(unknown)]
    lines += _any_size(found)
    lines += _solutions(found) if found.unknowns else _complete(found)
    if found.backward is None:
        return [*lines, *_reason(found), *_what_decides(found)]
    return [*lines, *_derived(found)]


def _equation(found: Fit) -> list[str]:
    """The equation with the shape of each part under it, where that fits on a line."""
    shapes = {name: variable.shape for name, variable in found.variables.items()}
    shapes |= {unknown.name: unknown.shapes[0] for unknown in found.unknowns}

    def over_its_shape(leaf: re.Match[str]) -> str:
        if leaf["name"] not in shapes:
            return leaf[0]
        turned = leaf["transposes"].count("T") % 2 == 1
        return placed(leaf[0], _shown(shapes[leaf["name"]], turned=turned))

    lines = two_lines(f"  {_LEAF.sub(over_its_shape, found.equation)}").split("\n")
    fits = max(map(len, lines)) <= width()
    return lines if fits else formula_lines(found.equation, width())


def _shown(shape: Shape, *, turned: bool = False) -> str:
    """Rows and columns; a vector is a column."""
    if not shape or len(shape) > 2:
        return times(shape) if shape else "1"
    matrix = (*shape, 1)[:2]
    return times(matrix[::-1] if turned else matrix)


def _summary(unknown: Unknown) -> str:
    first, *others = map(_shown, unknown.shapes)
    also = f" (or {' or '.join(others)}, where * takes a number)" if others else ""
    shape = f"{unknown.name} is {first}{also}"
    if not unknown.candidates:
        return shape
    fitting = unknown.fitting
    if not fitting:
        return f"{shape}: none of these fits"
    if len(fitting) == 1:
        return f"{shape}: only {fitting[0]} fits"
    return f"{shape}: {listed(fitting) if len(fitting) <= _LISTED else len(fitting)} fit"


def _candidates(unknown: Unknown) -> list[str]:
    rows = [(one.text, _shown(one.shape), one.reason or "fits") for one in unknown.candidates]
    return ["", *table(rows)] if rows else []


def _any_size(found: Fit) -> list[str]:
    """The names in shapes that no variable has: these sizes are open."""
    sizes = [size for one in found.variables.values() for size in one.shape]
    known = frozenset[str]().union(*map(names, sizes))
    shown = [size for one in found.unknowns for size in one.shapes[0] if isinstance(size, str)]
    free = [size for size in dict.fromkeys(shown) if not names(size) <= known]
    return ["", f"{listed(free)} may be any size, the same in all of these."] if free else []


def _solutions(found: Fit) -> list[str]:
    lines = [line for one in found.solutions for line in formula_lines(one, width())]
    return ["", *lines] if lines else []


def _complete(found: Fit) -> list[str]:
    """Of an equation without an unknown, whether it fits; what it is, its forward pass says."""
    if found.backward is not None:
        return []
    lines = paragraph(found.misfit or "It fits.")
    if found.misfit and found.assumed:
        shaped = " and ".join(f"{name}[m,n]" for name in found.assumed)
        lines += paragraph(f"A matrix or a vector is written with its shape: {shaped}.")
    return lines


def _reason(found: Fit) -> list[str]:
    """Why the transpose, where it is the one that fits."""
    if len(found.unknowns) != 1 or len(found.unknowns[0].fitting) != 1:
        return []
    name, transpose, _ = found.unknowns[0].fitting[0].partition(".T")
    shape = found.variables[name].shape
    if not transpose or len(shape) != 2 or 1 in shape:
        return []
    many, few = shape
    return paragraph(
        f"{name} makes {many} numbers out of {few}. Here {few} are made out of {many}: rows and "
        f"columns change places, and that is what .T does."
    )


def _what_decides(found: Fit) -> list[str]:
    """What to do where dimensions leave a choice, and how to prove what they find."""
    if not found.solutions:
        return []
    said = (
        "Dimensions cannot decide between these; the derivative can."
        if len(found.solutions) > 1
        else "Dimensions find a factor; the derivative proves it."
    )
    forward = guessed_forward(found)
    if forward is None:
        lines = paragraph(f"{said} Add the line of the forward pass, in your names, for example")
        return [*lines, "", "  --because 'z = W @ x'"]
    lines = paragraph(f"{said} Add the line of the forward pass, for example")
    lines += ["", f"  --because '{forward.of} = {forward.product}'"]
    if forward.activated:
        lines += _activated(forward)
    shapes = " ".join(map(str, forward.variables))
    command = f"matcalc derive '{forward.product}' --wrt {forward.wrt} --vars '{shapes}'"
    return [*lines, "", "or look at its derivative in both layouts:", "", f"  {command}"]


def _activated(forward: Forward) -> list[str]:
    """What dimensions do not see: a factor that works entry by entry."""
    return [
        *paragraph(
            f"If a function of each entry lies between, * g'({forward.wrt}) is missing above: that "
            "changes no dimension. Then it is"
        ),
        "",
        f"  --because '{forward.of} = {forward.activated}'",
    ]


def _derived(found: Fit) -> list[str]:
    """What the forward pass makes of the equation, and which solutions that leaves."""
    backward = found.backward
    if backward is None:
        return []
    left = backward.left
    lines = [
        *paragraph(
            f"From {backward.forward}, where {left} is short for the derivative of a number by "
            f"{backward.wrt}{_like(backward, found.variables[left].shape)}:"
        ),
        "",
        *formula_lines(f"{left} = {backward.unicode}", width()),
        "",
    ]
    notes = [f"read as {listed(backward.assumed)}"] if backward.assumed else []
    for note in (*notes, *backward.assumptions):
        lines += [*paragraph(f"note: {note}")[1:], ""]
    first = sorted(backward.judgements.items(), key=lambda one: not one[1])
    lines += [line for solution, judged in first for line in _judged(solution, judged)]
    if not found.unknowns and not found:
        lines += paragraph("Where the mistake is, and a repair: matcalc check.")
    return lines


def _judged(solution: str, judged: Judgement) -> list[str]:
    """What a solution is, and why; that the values of a wrong one differ goes without saying."""
    if judged and not judged.reason:
        return [f"right: {solution}"]
    if judged.verdict == "wrong_value":
        return [f"wrong: {solution}, though it fits"]
    if judged.verdict == "wrong_layout":
        return [f"right in the other layout: {solution}"]
    said = {"right": "right", "cannot_tell": "cannot tell"}.get(judged.verdict, "wrong")
    return wrapped(f"{said}: {solution}: {judged.reason}")


def _like(backward: Backward, shape: Shape) -> str:
    """The shape of a gradient in words: that of what it is by."""
    name = backward.wrt
    if not shape:
        return ""
    if backward.layout == "numerator":
        return ", a row" if shape[:1] == (1,) else f", of the shape of {name} transposed"
    return ", a column like it" if len(shape) == 1 else f", of the shape of {name}"


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

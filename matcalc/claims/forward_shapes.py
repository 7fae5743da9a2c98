"""The shapes of a forward pass: those that are declared, and those in which it fits."""

from __future__ import annotations

import re
from collections.abc import Mapping

from matcalc.dimensions import Shape
from matcalc.errors import NotationError, ShapeError
from matcalc.expression import Declarations, Declared, by_convention, parse, parse_declarations
from matcalc.expression.biases import biases
from matcalc.variables import Variable

_FITS = "the shape in which the forward pass fits"


def declared_shapes(variables: Declarations | None) -> dict[str, Shape]:
    """The shapes of what is declared."""
    declared = parse_declarations(variables or ())
    return {name: each.variable.shape for name, each in declared.items()}


def undeclared(
    text: str,
    shapes: Mapping[str, Variable],
    ranks: Mapping[str, int],
    claim: str,
    error: NotationError,
) -> tuple[dict[str, Declared], list[str]]:
    """The variables that nobody declared, and what is said of them.

    Args:
        text: The lines.
        shapes: What is declared.
        ranks: The axes of names, where sums over letters say them.
        claim: The claim, whose names are no sizes.
        error: Why it cannot be read without.

    Raises:
        NotationError: They may have several shapes, or none fits.
    """
    ways = [one.text for one in error.suggestions if one.kind == "declare"]
    if len(ways) == 1 and (shapes or not ranks):
        more = parse_declarations(_kept(_lettered(ways[0], claim), text, claim))
        return more, [f"{one.variable}: {_FITS}" for one in more.values()]
    if shapes:
        raise error
    try:
        convention = by_convention(text, said=ranks)
    except ShapeError:
        raise error from None
    more = parse_declarations(_lettered(" ".join(map(str, convention.variables)), claim))
    return more, [_lettered(one, claim) for one in convention.assumptions]


def _lettered(text: str, claim: str) -> str:
    """Shapes that nobody declared, their sizes called otherwise than a name of the claim."""
    letters = set(re.findall(r"(?<=[\[,])[a-z](?=[\],])", text))
    claimed = set(re.findall(r"(?<![^\W_])[a-z](?![^\W_])", claim))
    free = (one for one in "mnpqrskl" if one not in letters | claimed)
    for letter in sorted(letters & claimed):
        text = re.sub(rf"(?<=[\[,]){letter}(?=[\],])", next(free, letter), text)
    return text


def _kept(declared: str, text: str, claim: str) -> str:
    """Declarations, their biases of two axes where the claim keeps one: ``keepdims=True``."""
    if not re.search(r"keep_?dims?\s*=\s*(True|1)", claim):
        return declared
    for name, bias in biases(parse(text)).items():
        axes = r"\1,1" if bias.units_are_rows else r"1,\1"
        declared = re.sub(rf"(?<!\S){name}\[(\w+)\]", f"{name}[{axes}]", declared)
    return declared

r"""Eigenvalues and singular values as books write them: ``λ_max(A)``, ``\kappa(A)``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcalc.inputs.names import Names
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.tree import LineNode
from matcalc.notation.names import greek_letter, greek_word
from matcalc.operations import RULES

_NAME = re.compile(r"([^\W\d_]+)(?:_?([0-9]+|[a-z]+))?")
#: The function here, and which of its values is meant.
_MEANT: dict[tuple[str, ...], tuple[str, int | None]] = {
    ("κ", ""): ("cond", None),
} | {
    tuple(said.split("_")): (rule.name, place)
    for rule in RULES.values()
    for said, place in rule.facts.spectral.items()
}
_INSTEAD = {
    "λ": "eigvalsh({0}) are the eigenvalues of a symmetric matrix, the largest eigvalsh({0})[-1]",
    "ρ": "the spectral radius of a symmetric matrix is max(abs(eigvalsh({0})))",
    "σ": "svdvals({0}) are the singular values, the largest is spectral_norm({0})",
}


def is_spectral(name: str, inside: Sequence[LineToken], names: Names) -> bool:
    """Whether a name before a bracket is a function of the spectrum of what is in it.

    ``λ_max`` and ``σ_min`` say it; ``λ``, ``ρ``, ``κ`` and ``σ_1`` are one of a matrix alone.

    Args:
        name: The name, with what stands below it.
        inside: What the bracket holds.
        names: What is declared.
    """
    letter, which = _parted(name)
    declared = names.known(name) or name in names.functions
    if letter not in ("λ", "σ", "κ", "ρ") or declared or not inside:
        return False
    if (letter, which) in _MEANT and which:
        return True
    of_matrix = len(inside) == 1 and inside[0].kind == "name"
    of_matrix = of_matrix and names.kind(names.known(inside[0].text) or inside[0].text).is_matrix
    return of_matrix and (bool(which) or letter != "σ")


def spectral(name: str, arguments: Sequence[LineNode], start: int, stop: int) -> LineNode | None:
    """What is meant by a function of the spectrum; nothing where that is not said."""
    found = _MEANT.get(_parted(name))
    if found is None or len(arguments) != 1:
        return None
    function, place = found
    call = LineNode("call", tuple(arguments), (function, 0, ""), start, stop)
    if place is None:
        return call
    number = LineNode("number", (), str(abs(place)), start, stop)
    if place < 0:
        number = LineNode("negative", (number,), None, start, stop)
    return LineNode("entry", (call, number), "#", start, stop)


def spectral_instead(name: str, shown: str) -> str:
    """What to write for a function of the spectrum that is none here.

    >>> spectral_instead("rho", "A")
    'ρ(A): the spectral radius of a symmetric matrix is max(abs(eigvalsh(A))); a product is ρ * A'
    """
    letter, which = _parted(name)
    index = f"_{which}" if which else ""
    product = f"a product is {letter}{index} * {shown}"
    other = f"of each entry it is sigmoid({shown})" if letter == "σ" else product
    return f"{letter}{index}({shown}): {_INSTEAD[letter].format(shown)}; {other}"


def _parted(name: str) -> tuple[str, str]:
    """The Greek letter of a name, and what stands below it."""
    match = _NAME.fullmatch(name)
    if match is None:
        return "", ""
    letter = match[1] if greek_word(match[1]) else greek_letter(match[1])
    return letter, match[2] or ""

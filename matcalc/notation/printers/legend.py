"""What signs mean that not every book has."""

from __future__ import annotations

import re

#: Meanings, by a pattern that finds the sign.
_SIGNS = {
    "⊙ ": "⊙ multiplies entry by entry",
    r"⊙\S": "x⊙² is a power entry by entry",
    "⊘": "⊘ divides entry by entry",
    r"σ\(": "σ(z) is 1 / (1 + exp(−z))",
    r"step\(": "step(z) is 1 where z > 0, else 0",
    r"δ\[": "δ[i,j] is 1 where i = j, else 0",
    r"\b1[₀-ₜ_]": "1ₙ is a column of ones",
}


def meanings(shown: str) -> list[str]:
    """The meaning of each special sign in a formula in Unicode.

    >>> meanings("x ⊙ y")
    ['⊙ multiplies entry by entry']
    """
    return [meaning for sign, meaning in _SIGNS.items() if re.search(sign, shown)]

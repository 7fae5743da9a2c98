"""Mathematics in the letters that every terminal has: what Unicode writes, spelled.

A sign of one letter is put in another's place where there is one, so that columns stay as they
are; what binds to the sign before it (a power, an index) says so, as in plain text: ``x^T``.
"""

from __future__ import annotations

import re
import unicodedata

from matcalc.notation.names import greek_word
from matcalc.scripts import LOWERED, RAISED, on_the_line

_SIGNS = {
    "∂": "d", "∇": "grad ", "×": "x", "·": "*", "⋅": "*", "⊙": ".*", "⊘": "./", "⊗": "(x)",
    "−": "-", "–": "-", "—": "-", "‖": "||", "√": "sqrt", "∞": "inf", "≠": "!=", "≤": "<=",
    "≥": ">=", "≈": "~", "≡": "==", "→": "->", "←": "<-", "↦": "|->", "⇒": "=>", "′": "'",
    "″": "''", "∈": "in", "…": "...", "½": "1/2", "¼": "1/4", "¾": "3/4", "Σ": "sum ", "Π": "prod ",
    "∑": "sum ", "∏": "prod ", "∫": "integral ", "✗": "X", "✓": "ok", "“": '"', "”": '"',
    "‘": "'", "’": "'", "⟨": "<", "⟩": ">", "⊤": "T", "±": "+-", "∘": "o", "°": " degrees",
    "─": "-", "│": "|", "└": "`", "├": "|", "\u00a0": " ",
}  # fmt: skip
_HIGH, _LOW = "".join(RAISED), "".join(LOWERED)
_RUN = re.compile(
    rf"(?P<power>⊙?[{_HIGH}]+)(?P<close>(?=\w))?"
    rf"|(?P<sum>[Σ∑](?P<over>[{_LOW}]+) ?)"
    rf"|(?P<after>.?)(?P<index>[{_LOW}]+)"
)


def plain(text: str) -> str:
    """A text of mathematics in the letters of ASCII; nothing in it becomes a question mark.

    >>> plain("∂f/∂W₁ = ((1 − a₁⊙²) ⊙ (W₂ᵀ z₃)) xᵀ"), plain("Σⱼ σ² A⁻¹[i,j] 1ₙ")
    ('df/dW1 = ((1 - a1.^2) .* (W2^T z3)) x^T', 'sum_j sigma^2 A^-1[i,j] 1_n')
    """
    return text if text.isascii() else "".join(map(_letter, _RUN.sub(_run, text)))


def _run(match: re.Match[str]) -> str:
    if match["power"]:
        dot = "." if match["power"].startswith("⊙") else ""
        exponent = on_the_line(match["power"].lstrip("⊙"))
        return f"{dot}^{exponent}{' ' if match['close'] is not None else ''}"
    if match["sum"]:
        return f"sum_{on_the_line(match['over'])} "
    index = on_the_line(match["index"])
    apart = match["after"].isdigit() or not index.isdigit()
    return f"{match['after']}{'_' if apart else ''}{index}"


def _letter(one: str) -> str:
    """One character; what is no sign of ours is taken apart, and else named."""
    if one.isascii():
        return one
    known = _SIGNS.get(one) or greek_word(one)
    if known:
        return known
    parts = unicodedata.normalize("NFKD", one)
    bare = "".join(part for part in parts if part.isascii())
    return bare or f"<{unicodedata.name(one, f'U+{ord(one):04X}').lower()}>"

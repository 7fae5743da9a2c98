"""What stands above and below the line, in Unicode: ``x²``, ``W₂``, ``xᵀ``; the one alphabet."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: What stands above or below the line, as it is on the line.
RAISED = dict(
    zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀⁿⁱᵏᵐˡᵗʲˣʸᶻᵃᵇᶜᵖʳˢᵘᵛʷᐟ", "0123456789+-()Tnikmltjxyzabcprsuvw/", strict=True)
)
LOWERED = dict(
    zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵧᵦ", "0123456789+-()aehijklmnoprstuvxγβ", strict=True)
)
DIGITS = "".join(one for one, digit in {**RAISED, **LOWERED}.items() if digit.isdecimal())

_LINE = str.maketrans(RAISED | LOWERED)
_ABOVE, _BELOW = (
    str.maketrans({plain: sign for sign, plain in signs.items()}) for signs in (RAISED, LOWERED)
)
_AROUND = re.compile(r"[\\^_{}()\[\]\s]")  # the parts of a name


def on_the_line(text: str) -> str:
    """A text with all that stands above or below the line on it.

    >>> on_the_line("W₂x⁻¹")
    'W2x-1'
    """
    return text.translate(_LINE)


def superscript(text: str) -> str:
    """A text above the line; what has no sign there stays.

    >>> superscript("12"), subscript("i+1")
    ('¹²', 'ᵢ₊₁')
    """
    return text.translate(_ABOVE)


def subscript(text: str) -> str:
    """A text below the line; what has no sign there stays."""
    return text.translate(_BELOW)


def depths(text: str, opening: str = "([{", closing: str = ")]}") -> Iterator[tuple[int, str]]:
    """The characters of a text, each with how deep in brackets it is; brackets are in themselves.

    >>> "".join(sign for depth, sign in depths("f(a) + [b]") if not depth)
    'f + '
    """
    depth = 0
    for sign in text:
        depth += sign in opening
        yield depth, sign
        depth -= sign in closing


def plain_name(name: str) -> str:
    r"""One spelling of a name with the mark of a layer, in whatever notation it was typed.

    >>> [plain_name(one) for one in ("a^{[2]}", "a_2", "a²", "a[2]", r"\lambda")]
    ['a2', 'a2', 'a2', 'a2', 'lambda']
    """
    return _AROUND.sub("", on_the_line(name))

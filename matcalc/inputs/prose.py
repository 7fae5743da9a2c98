r"""Words around a formula: ``the gradient of …``, ``… s.t. …``, ``…, A \in \mathbb{R}^{m×n}``."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from matcalc.errors import Place
from matcalc.inputs.reader import RefusedError
from matcalc.inputs.scanning import LineToken, scan

_BEFORE = re.compile(
    r"\s*(?:(?:find|compute|calculate|what|is|the|a|of|for|w\.?r\.?t\.?|differentiate|derivative|"
    r"gradient|jacobian|hessian)\b[\s:.]*)+",
    re.IGNORECASE,
)
_ASKS = re.compile(r"differentiate|derivative|gradient|jacobian|hessian", re.IGNORECASE)
_BEHIND = re.compile(
    r"\b(?:where|such that|subject to|s\.\s?t\.|with respect to|w\.r\.t\.|assuming|given that)"
    r"(?![A-Za-z(])"
)
_EXPECTED = re.compile(
    r"(?:𝔼|\\(?:mathbb|mathcal|mathrm|operatorname)\s*\{?E\}?)(?:_(?:\w|\{[^{}]*\}))?"
    r"\s*(?:\\left|\\[bB]igg?l?)?\s*[\[({|]|(?<![\w.])E\[(?![\d:])"
)
_NORMAL = re.compile(
    r"(?:𝒩|\\(?:mathcal|mathscr)\s*\{?N\}?|(?<![\w.])N)\s*(?:\\left)?\("
    r"[^()|;]{1,40}(?:;|\||\\mid)[^|;]{1,80},"
)
_LISTED = ("where", "with", "for")  # before declarations
_WORDS = ("\\text{", "\\mathrm{", "\\textrm{", "\\operatorname{")
_SPACES = ("\\quad", "\\qquad", "\\,", "\\;", "\\:", "\\!", "\\\\")


def refuse_prose(line: str, declared: Collection[str]) -> None:
    """Refuse words before and behind a formula, with the formula alone.

    Raises:
        NotationError: There are some.
    """
    before = _BEFORE.match(line)
    if before and _ASKS.search(before[0]) and not _is_name(before[0], declared):
        rest = line[before.end() :].strip()
        if rest[:1] not in ("", "=", "_", "*", "/"):
            place = Place(line, before.start(), before.end())
            raise RefusedError(
                f"a formula stands without words: write it alone, and --wrt says by what it is "
                f"differentiated: {rest}",
                [place],
            )
    mean = _EXPECTED.search(line)
    if mean and "E" not in declared:
        raise RefusedError(
            "an expectation is over a distribution, of which nothing is said here: write what is "
            "in its brackets alone; its derivative is the expectation of that one's derivative",
            [Place(line, mean.start(), mean.end())],
        )
    density = _NORMAL.search(line)
    if density and "N" not in declared:
        raise RefusedError(
            "the density of a normal distribution is written out: its logarithm is "
            "-(x - m)ᵀ S⁻¹ (x - m) / 2 - log det(S) / 2, less n log(2 π) / 2",
            [Place(line, density.start(), density.end())],
        )
    behind = _BEHIND.search(line)
    if behind and behind[0] not in declared:
        formula = _stripped(line[: behind.start()])
        alone = f": {formula}" if formula else ""
        raise RefusedError(
            f"what stands behind {behind[0]!r} is no part of the formula: it is declared "
            f"apart, A[n,n]:symmetric, or left out; write the formula alone{alone}",
            [Place(line, behind.start(), len(line))],
        )


def _stripped(text: str) -> str:
    """A text without what stands between it and the words behind it."""
    while True:
        bare = text.rstrip(" \t\n,;.~")
        for end in (*_SPACES, *_WORDS):
            bare = bare.removesuffix(end)
        if bare == text:
            return text.lstrip()
        text = bare


def _is_name(words: str, declared: Collection[str]) -> bool:
    """Whether one word stands there that is declared."""
    return words.strip() in declared


def members(line: str) -> tuple[str, str]:
    r"""A formula, and the declarations behind it; nothing where there are none.

    >>> members(r"\|Ax\|^2, A \in \mathbb{R}^{m \times n}, x, y \in \mathbb{R}^n")
    ('\\|Ax\\|^2', 'A[m,n] x[n] y[n]')
    """
    if "∈" not in line and "\\in" not in line:
        return line, ""
    tokens = scan(line, [])
    found: list[str] = []
    start = stop = 0
    for k, token in enumerate(tokens):
        if token.text != "in" or token.kind != "sign":
            continue
        names = _before(line, tokens, k, stop)
        shape, end = _space(tokens, k + 1)
        if not names or (found and names[0] != stop + 1) or tokens[end].text not in (",", ".", ""):
            return line, ""
        found += [f"{tokens[one].text}{shape}" for one in names]
        start, stop = start or names[0], end
    start -= tokens[start - 1].text in _LISTED
    formula = _stripped(line[: tokens[start].start])
    whole = bool(found) and bool(formula) and tokens[stop].kind == "end"
    return (formula, " ".join(found)) if whole else (line, "")


def _before(line: str, tokens: Sequence[LineToken], k: int, stop: int) -> list[int]:
    """The places of the names before an ``∈``, apart by commas."""
    found: list[int] = []
    while k > stop and tokens[k - 1].kind == "name":
        k -= 1
        found.insert(0, k)
        if tokens[k - 1].text != ",":
            break
        k -= 1
    first = found[0] if found else 0
    between = line[tokens[first - 1].stop : tokens[first].start] if first else ""
    apart = tokens[first - 1].text in (",", *_LISTED) or first == stop + 1
    return found if apart or "quad" in between or "text" in between else found[1:]


def _space(tokens: Sequence[LineToken], k: int) -> tuple[str, int]:
    """The shape that a space of numbers says, ``[m,n]``, and the token behind it."""
    if tokens[k].text not in ("R", "ℝ"):
        return "", k
    if tokens[k + 1].text != "^":
        return "", k + 1
    inside = [tokens[k + 2]]
    end = k + 3
    if inside[0].kind == "open":
        end = next((j for j in range(k + 3, len(tokens)) if tokens[j].kind == "close"), k + 3)
        inside, end = list(tokens[k + 3 : end]), end + 1
    texts = ["," if one.text in ("×", "x") else one.text for one in inside]
    sizes = "".join(texts)
    return (f"[{sizes}]", end) if all(map(str.isalnum, sizes.split(","))) else ("", k)

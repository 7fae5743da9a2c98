"""Sums that do not say over what, ``∑ yᵢ log pᵢ``: over the one letter that stands below names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matcalc.inputs.letters import LETTERS
from matcalc.inputs.names import Names
from matcalc.inputs.nested import opening, outside
from matcalc.inputs.scanning import Token, below

_BELOW = re.compile(r"[^\W\d_]_([ijkl])")


def with_letters(tokens: Sequence[Token], names: Names) -> list[Token]:
    r"""The tokens, a letter below each sum that has none, where one alone can be meant.

    It is the one that stands below names of the term behind the sum, and not on the left of an
    equation. A capital sigma is a sum where nobody declared it, a name or a bracket stands behind
    it, and nothing that it may be multiplied with before it: in ``xᵢᵀ Σ xᵢ`` it is a matrix.

    >>> from matcalc.inputs.scanning import scan
    >>> found = with_letters(scan("Σ yᵢ log pᵢ", []), Names({}))
    >>> [token.text for token in found[:5]]
    ['sum', '_', '{', 'i', '}']
    """
    letters = _letters_of_sums(tokens, names)
    found: list[Token] = []
    for k, token in enumerate(tokens):
        letter = letters.get(k, "")
        if not letter:
            found.append(token)
            continue
        names.unsaid |= {letter}
        names.say(f"the sum goes over {letter}, the one letter that stands below")
        found += below(token._replace(kind="sign", text="sum"), letter, token.stop, token.stop)
    return found


def _letters_of_sums(tokens: Sequence[Token], names: Names) -> dict[int, str]:
    """The letters that sums go over which do not say them, by where the sums stand.

    Capital sigmas are sums all together, or none is.
    """
    left = next((k for k, token in enumerate(tokens) if token.text == "="), 0)
    given = set(_letters(tokens[:left]))
    bare = [k for k in range(len(tokens) - 1) if _is_bare(tokens[k], tokens[k + 1], names)]
    found = {k: letter for k in bare if (letter := _letter_behind(tokens, k)) not in given}
    sigmas = [k for k in bare if tokens[k].text == "Σ"]
    if not any(_begins(tokens, k, names) for k in sigmas) or not all(map(found.get, sigmas)):
        found = {k: letter for k, letter in found.items() if k not in sigmas}
    return found


def _letter_behind(tokens: Sequence[Token], k: int) -> str:
    """The one letter in the term behind a sum, up to what divides; else empty.

    Where another sum stands in the term it may be that one's.
    """
    behind = tokens[k + 1 : _end_of_term(tokens, k + 1)]
    letters = set(_letters(behind))
    return letters.pop() if len(letters) == 1 and not any(map(_is_sum, behind)) else ""


def _is_bare(token: Token, after: Token, names: Names) -> bool:
    """Whether a token may be a sum without a letter below."""
    if token.kind == "sign":
        return token.text == "sum" and after.text not in ("_", "^")
    if token.kind != "name" or names.known(token.text):
        return False
    is_sigma = token.text == "Σ" and token.stop - token.start == 1  # no command of LaTeX
    word = after.kind in ("name", "word")
    return (word or after.kind == "open") if is_sigma else (word and token.text == "sum")


def _begins(tokens: Sequence[Token], k: int, names: Names) -> bool:
    """Whether nothing but a number or a function stands before a token."""
    if not k or tokens[k - 1].kind in ("open", "number", "fraction", "word"):
        return True
    before = tokens[k - 1]
    if before.kind == "sign":
        return before.text in ("+", "-", "=", "*", "/", ";", ",")
    if before.kind == "close":
        start = opening(tokens, k - 1)
        return all(_is_of_number(one) for one in tokens[start + 1 : k - 1])
    return names.is_function(before.text) or (k > 1 and tokens[k - 2].text == "/")


def _is_of_number(token: Token) -> bool:
    is_size = token.kind == "name" and token.text in ("m", "n", "N", "frac")
    return is_size or token.kind in ("number", "open", "close") or token.text in ("/", "-")


def _end_of_term(tokens: Sequence[Token], k: int) -> int:
    """Behind the term that starts at a token."""
    ends = (
        at
        for at, token in outside(tokens, k)
        if token.kind == "close" or (token.kind == "sign" and token.text in "+-/=;,")
    )
    return next(ends, len(tokens))


def _is_sum(token: Token) -> bool:
    return token.text in ("sum", "Σ") or token.text.startswith(("sum_", "Σ_"))


def _letters(tokens: Sequence[Token]) -> Iterator[str]:
    """The letters that stand below names."""
    for k, token in enumerate(tokens):
        if token.kind != "name":
            continue
        whole = _BELOW.fullmatch(token.text)
        sign, *inside = [*(one.text for one in tokens[k + 1 : k + 4]), "", ""][:3]
        if whole:
            yield whole[1]
        elif sign == "_":
            yield from (one for one in inside[inside[0] == "{" :][:1] if one in LETTERS)

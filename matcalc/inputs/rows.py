"""Sums that leave something unsaid: the letter of ``∑ yᵢ log pᵢ``, the rows x of ``Σᵢ f(wᵀxᵢ)``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matcalc.inputs.letters import LETTERS
from matcalc.inputs.names import Names
from matcalc.inputs.nested import behind_transpose, opening, outside, past_brackets
from matcalc.inputs.scanning import LineToken, below

_BELOW = re.compile(r"[^\W\d_]_([ijkl])")
_BARS = ("|", "||")
_PAIR = 2  # letters below an entry of a matrix


class _Name(NamedTuple):
    """A name or a sum, with the letters below it.

    Attributes:
        text: The name.
        below: The letters.
        start: Which token it is.
        stop: The first token behind the letters.
    """

    text: str
    below: str
    start: int
    stop: int


def ranks_in_sums(tokens: Sequence[LineToken]) -> dict[str, int]:
    r"""The axes of names in a line with sums over letters, where its signs say them.

    What is a vector for each letter is a matrix: it is transposed, stands behind a transpose or a
    matrix, or within a norm or a bracket that is transposed; so is what has two letters below. A
    term without letters is a vector there, μ of ``Σᵢ ‖xᵢ - μ‖²``, beside an index a number, b of
    ``wᵀxᵢ + b``. An index may stand above, ``x^{(i)}``.

    >>> from matcalc.inputs.scanning import scan
    >>> ranks_in_sums(scan(r"\sum_i \|x_i - \mu\|^2 + \sum_i (x_i^T w + b)^2", []))
    {'mu': 1, 'b': 0, 'x': 2}
    """
    names = list(_names(tokens))
    given = names[:1] if names and tokens[names[0].stop].text == "=" else []  # p_i = σ(wᵀx_i)
    summed = {letter for one in names if one.text == "sum" for letter in one.below}
    summed |= {letter for one in given for letter in one.below}
    indexed = [one for one in names if one.below and summed.issuperset(one.below)]
    indexed = [one for one in indexed if one.text != "sum" and one not in given]
    if not indexed:
        return {}
    behind = {behind_transpose(tokens, one.stop) for one in names}
    behind |= {one.stop for one in names if not one.below and one.text.isupper()} - {0}
    rows = [
        one.text
        for one in indexed
        if len(one.below) == _PAIR or one.start in behind or behind_transpose(tokens, one.stop)
    ]
    terms = [one for one in names if not one.below and _is_term(tokens, one)]
    vectors = [one.text for one in indexed if len(one.below) == 1]
    for start, stop in _vectors(tokens):
        own = [one.text for one in indexed if start < one.start < stop]
        rows += own
        vectors += [one.text for one in terms if own and start < one.start < stop]
    other = {one.text for one in names if one.below or not _is_term(tokens, one)}
    beside = [_bracket(tokens, one.start) for one in indexed]
    numbers = [
        one.text for one in terms if one.text not in other and _bracket(tokens, one.start) in beside
    ]
    lower = {
        one: rank for rank, some in enumerate((numbers, vectors)) for one in some if one.islower()
    }
    return lower | dict.fromkeys(rows, 2)


def _is_term(tokens: Sequence[LineToken], name: _Name) -> bool:
    """Whether a name is a term on its own, beside another one."""
    before = tokens[name.start - 1] if name.start else tokens[-1]
    after = tokens[name.stop]
    signs = [one.text in ("+", "-") and one.kind == "sign" for one in (before, after)]
    ends = before.kind in ("open", "end") or before.text in _BARS
    closes = after.kind in ("close", "end") or after.text in _BARS
    return any(signs) and (signs[0] or ends) and (signs[1] or closes)


def _bracket(tokens: Sequence[LineToken], k: int) -> int:
    """Where the bracket around a token opens, or its statement starts."""
    start = opening(tokens, k)
    signs = [at for at, one in outside(tokens[:k], start + 1) if one.kind == "sign"]
    return max((at for at in signs if tokens[at].text in (";", "=", ":=")), default=start)


def _names(tokens: Sequence[LineToken]) -> Iterator[_Name]:
    """The names of a line that are no letters below or above others."""
    k = 0
    while k < len(tokens) - 1:
        token, sign = tokens[k], tokens[k + 1]
        if behind_transpose(tokens, k):
            k = behind_transpose(tokens, k)
            continue
        if token.kind != "name" and token.text != "sum":
            k += 1
            continue
        stop, below = k + 1, ""
        above = [one.text for one in tokens[k + 1 : k + 4]] == ["^", "{", "("]  # x^{(i)}
        if sign.kind == "sign" and (sign.text == "_" or above):
            stop = past_brackets(tokens, k + 2)
            inside = [one.text for one in tokens[k + 2 : stop] if one.text not in "{},()"]
            below = "".join(inside[: inside.index("=")] if "=" in inside else inside)
        if below.isalpha() or not below:
            yield _Name("sum" if token.text == "Σ" and below else token.text, below, k, stop)
        k = stop


def _vectors(tokens: Sequence[LineToken]) -> Iterator[tuple[int, int]]:
    """The tokens around what is a vector: a norm, a bracket that is transposed."""
    bars = [k for k, token in enumerate(tokens) if token.text == "||"]
    yield from zip(bars[::2], bars[1::2], strict=False)
    for k, token in enumerate(tokens[:-1]):
        if token.kind == "close" and behind_transpose(tokens, k + 1):
            yield opening(tokens, k), k


def with_letters(tokens: Sequence[LineToken], names: Names) -> list[LineToken]:
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
    found: list[LineToken] = []
    for k, token in enumerate(tokens):
        letter = letters.get(k, "")
        if not letter:
            found.append(token)
            continue
        names.unsaid |= {letter}
        names.say(f"the sum goes over {letter}, the one letter that stands below")
        found += below(token._replace(kind="sign", text="sum"), letter, token.stop, token.stop)
    return found


def _letters_of_sums(tokens: Sequence[LineToken], names: Names) -> dict[int, str]:
    """The letters that sums go over which do not say them, by where the sums stand.

    Capital sigmas are sums all together, or none is.
    """
    left = next((k for k, token in enumerate(tokens) if token.text == "="), 0)
    given = set(_letters_below(tokens[:left]))
    bare = [k for k in range(len(tokens) - 1) if _is_bare(tokens[k], tokens[k + 1], names)]
    found = {k: letter for k in bare if (letter := _letter_behind(tokens, k)) not in given}
    sigmas = [k for k in bare if tokens[k].text == "Σ"]
    if not any(_begins(tokens, k, names) for k in sigmas) or not all(map(found.get, sigmas)):
        found = {k: letter for k, letter in found.items() if k not in sigmas}
    return found


def _letter_behind(tokens: Sequence[LineToken], k: int) -> str:
    """The one letter in the term behind a sum, up to what divides; else empty.

    Where another sum stands in the term it may be that one's.
    """
    behind = tokens[k + 1 : _end_of_term(tokens, k + 1)]
    letters = set(_letters_below(behind))
    return letters.pop() if len(letters) == 1 and not any(map(_is_sum, behind)) else ""


def _is_bare(token: LineToken, after: LineToken, names: Names) -> bool:
    """Whether a token may be a sum without a letter below."""
    if token.kind == "sign":
        return token.text == "sum" and after.text not in ("_", "^")
    if token.kind != "name" or names.known(token.text):
        return False
    is_sigma = token.text == "Σ" and token.stop - token.start == 1  # no command of LaTeX
    word = after.kind in ("name", "word")
    return (word or after.kind == "open") if is_sigma else (word and token.text == "sum")


def _begins(tokens: Sequence[LineToken], k: int, names: Names) -> bool:
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


def _is_of_number(token: LineToken) -> bool:
    is_size = token.kind == "name" and token.text in ("m", "n", "N", "frac")
    return is_size or token.kind in ("number", "open", "close") or token.text in ("/", "-")


def _end_of_term(tokens: Sequence[LineToken], k: int) -> int:
    """Behind the term that starts at a token."""
    ends = (
        at
        for at, token in outside(tokens, k)
        if token.kind == "close" or (token.kind == "sign" and token.text in "+-/=;,")
    )
    return next(ends, len(tokens))


def _is_sum(token: LineToken) -> bool:
    return token.text in ("sum", "Σ") or token.text.startswith(("sum_", "Σ_"))


def _letters_below(tokens: Sequence[LineToken]) -> Iterator[str]:
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

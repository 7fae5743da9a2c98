"""Sums over vectors of which nothing is declared: in ``Σᵢ f(wᵀxᵢ)`` x is a matrix of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matcalc.inputs.nested import behind_transpose, opening, outside, past_brackets
from matcalc.inputs.scanning import Token

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


def ranks_in_sums(tokens: Sequence[Token]) -> dict[str, int]:
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


def _is_term(tokens: Sequence[Token], name: _Name) -> bool:
    """Whether a name is a term on its own, beside another one."""
    before = tokens[name.start - 1] if name.start else tokens[-1]
    after = tokens[name.stop]
    signs = [one.text in ("+", "-") and one.kind == "sign" for one in (before, after)]
    ends = before.kind in ("open", "end") or before.text in _BARS
    closes = after.kind in ("close", "end") or after.text in _BARS
    return any(signs) and (signs[0] or ends) and (signs[1] or closes)


def _bracket(tokens: Sequence[Token], k: int) -> int:
    """Where the bracket around a token opens, or its statement starts."""
    start = opening(tokens, k)
    signs = [at for at, one in outside(tokens[:k], start + 1) if one.kind == "sign"]
    return max((at for at in signs if tokens[at].text in (";", "=", ":=")), default=start)


def _names(tokens: Sequence[Token]) -> Iterator[_Name]:
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


def _vectors(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The tokens around what is a vector: a norm, a bracket that is transposed."""
    bars = [k for k, token in enumerate(tokens) if token.text == "||"]
    yield from zip(bars[::2], bars[1::2], strict=False)
    for k, token in enumerate(tokens[:-1]):
        if token.kind == "close" and behind_transpose(tokens, k + 1):
            yield opening(tokens, k), k

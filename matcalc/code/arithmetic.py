"""Sums, products, quotients and powers: the same source in every library of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matcalc.code.spelling import ATOM, POWER, PRODUCT, SUM, Spelled, number, within
from matcalc.code.terms import Term

Terms = Sequence[Term]
Pieces = Sequence[Spelled]


def plus(terms: Terms, pieces: Pieces, _: object = None) -> Spelled:
    """A sum; what is negative is subtracted."""
    text = ""
    for term, piece in zip(terms, pieces, strict=True):
        minus = piece.text.startswith("-") and term.op in ("negative", "number")
        if text and minus:
            text += f" - {piece.text[1:]}"
        else:
            text += f" + {piece.text}" if text else piece.text
    return Spelled(text, SUM)


def _negative(terms: Terms, pieces: Pieces, _: object) -> Spelled:
    if terms[0].op in ("times", "over", "scale_rows", "scale_columns"):  # minus its first factor
        return Spelled(f"-{pieces[0].text}", PRODUCT)
    return Spelled(f"-{within(pieces[0], POWER)}", PRODUCT)


def _power(_: Terms, pieces: Pieces, value: Any) -> Spelled:
    return Spelled(f"{within(pieces[0], ATOM)}**{within(number(value), ATOM)}", POWER)


def _times(terms: Terms, pieces: Pieces, _: object) -> Spelled:
    *first, last = pieces
    texts = [within(piece, POWER) for piece in first]
    texts.append(last.text if terms[-1].op == "over" else within(last, POWER))
    return Spelled(" * ".join(texts), PRODUCT)


def _over(terms: Terms, pieces: Pieces, _: object) -> Spelled:
    above, below = pieces
    first = above.text if terms[0].op == "times" else within(above, POWER)
    return Spelled(f"{first} / {within(below, POWER)}", PRODUCT)


def _matmul(terms: Terms, pieces: Pieces, _: object) -> Spelled:
    left, right = pieces
    first = left.text if terms[0].op == "matmul" else within(left, POWER)
    return Spelled(f"{first} @ {within(right, POWER)}", PRODUCT)


def _scale_rows(_: Terms, pieces: Pieces, __: object) -> Spelled:
    vector, matrix = pieces
    return Spelled(f"{within(vector, ATOM)}[:, None] * {within(matrix, POWER)}", PRODUCT)


def _scale_columns(_: Terms, pieces: Pieces, __: object) -> Spelled:
    matrix, vector = pieces
    return Spelled(f"{within(matrix, POWER)} * {within(vector, POWER)}", PRODUCT)


#: From the operands of a term, these spelled already, and what else it knows.
ARITHMETIC: Mapping[str, Callable[[Terms, Pieces, Any], Spelled]] = {
    "plus": plus,
    "negative": _negative,
    "power": _power,
    "times": _times,
    "over": _over,
    "matmul": _matmul,
    "scale_rows": _scale_rows,
    "scale_columns": _scale_columns,
}

"""A number beside a vector or a matrix, written with ones: λ 1ₙ + 2 w.

A number that is written out stays alone beside a function entry by entry, 1 − tanh²(x), as
everybody writes.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.notation import phrases, tree
from matcalc.notation.tree import Phrase

_KINDS = ("column", "row", "matrix")


def with_ones(phrase: Phrase, terms: Sequence[Phrase], *, linear: bool) -> Phrase:
    """A sum, the numbers in it times ones of its shape where it needs them.

    Args:
        phrase: The sum.
        terms: Its terms.
        linear: Whether it is multiplied with numbers and matrices alone, not entry by entry.
    """
    numbers = [term for term in terms if term.kind == "scalar"]
    arrays = [term for term in terms if term.kind != "scalar"]
    if not numbers or not arrays or phrase.kind not in _KINDS:
        return phrases.plus(terms)
    literal = all(phrases.unsigned(one).op == "number" for one in numbers)
    if literal and not (linear and all(map(_is_linear, arrays))):
        return phrases.plus(terms)
    number = phrases.plus(numbers)
    negative = number.op == "negative"
    ones = _multiple(phrases.unsigned(number), _ones(phrase))
    spread = phrases.negative(ones) if negative else ones
    place = terms.index(numbers[0])
    before = [term for term in terms[:place] if term.kind != "scalar"]
    after = [term for term in terms[place:] if term.kind != "scalar"]
    return phrases.plus([*before, spread, *after])


def _multiple(number: Phrase, ones: Phrase) -> Phrase:
    """A number times ones, what divides it below a line under both."""
    if number.op == "number" and number.value == 1:
        return ones
    if number.op == "over":
        return phrases.over(_multiple(number.args[0], ones), number.args[1])
    factors = number.args if number.op == "times" else (number,)
    return phrases.times([*factors, ones])


def _is_linear(term: Phrase) -> bool:
    """Whether a term is numbers times one name, or a matrix product."""
    body = phrases.unsigned(term)
    if body.op == "over":
        body = body.args[0]
    if body.op == "times":
        arrays = [one for one in body.args if one.kind != "scalar"]
        body = arrays[0] if len(arrays) == 1 else body
    return body.op in ("name", "derivative", "matmul", "transpose")


def _ones(phrase: Phrase) -> Phrase:
    """Ones of the shape of a phrase."""
    if phrase.kind == "matrix":
        return tree.ones(*phrase.shape)
    ones = tree.ones(phrase.shape[0])
    return phrases.transpose(ones) if phrase.kind == "row" else ones

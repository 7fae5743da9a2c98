"""The forms that books prefer to those of programs: products with ones, and a single quotient.

A number beside a vector or a matrix is written with ones: λ 1ₙ + 2 w. One that is written out stays
alone beside a function entry by entry, 1 − tanh²(x), as everybody writes.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.notation import phrases, tree
from matcalc.notation.tree import Phrase, operands_first

_KINDS = ("column", "row", "matrix")


def in_book_form(root: Phrase) -> Phrase:
    """A phrase as books write it; iterative.

    A number beside an array is written with ones, and sums of rows or columns are products with
    ones; what is below a line inside a product, or above another line, comes below one line.
    """
    done: dict[int, Phrase] = {}
    linear = _linear_places(root)
    for phrase in operands_first(root):
        args = tuple(done[id(arg)] for arg in phrase.args)
        same = all(new is old for new, old in zip(args, phrase.args, strict=True))
        if phrase.is_call("sum") and phrase.shape:
            done[id(phrase)] = _product_with_ones(phrase, args[0])
        elif phrase.op == "plus":
            done[id(phrase)] = _with_ones(phrase, args, linear=id(phrase) in linear)
        elif phrase.op in ("times", "over"):
            done[id(phrase)] = _one_quotient(phrase, args)
        elif same:
            done[id(phrase)] = phrase
        elif phrase.op == "transpose":
            done[id(phrase)] = phrases.transpose(args[0])
        elif phrase.op == "matmul":
            done[id(phrase)] = phrases.matmul(args)
        else:
            done[id(phrase)] = phrase._replace(args=args)
    return done[id(root)]


def _linear_places(root: Phrase) -> set[int]:
    """The parts of a phrase that are multiplied with numbers and matrices alone."""
    found: set[int] = set()
    waiting = [root]
    while waiting:
        phrase = waiting.pop()
        found.add(id(phrase))
        arrays = [arg for arg in phrase.args if arg.kind != "scalar"]
        divides = phrase.op == "over" and phrase.args[1].kind != "scalar"
        scaled = phrase.op in ("times", "over") and len(arrays) == 1 and not divides
        if phrase.op in ("negative", "transpose", "matmul") or scaled:
            waiting += arrays
    return found


def _product_with_ones(phrase: Phrase, matrix: Phrase) -> Phrase:
    """The sums of rows, X 1, or of columns, Xᵀ 1."""
    if phrase.parameter("axis") == 1:
        return phrases.matmul([matrix, tree.ones(matrix.shape[1])])
    return phrases.matmul([phrases.transpose(matrix), tree.ones(matrix.shape[0])])


def _one_quotient(phrase: Phrase, args: Sequence[Phrase]) -> Phrase:
    """A product or a quotient with all arrays that divide below one line, all scalars below one."""
    factors = args if phrase.op == "times" else args[:1]
    above: list[Phrase] = []
    below = [*args[1:]] if phrase.op == "over" else []
    waiting = [*factors][::-1]
    while waiting:
        factor = waiting.pop()
        if factor.op == "over":
            waiting.append(factor.args[0])
            below.append(factor.args[1])
        elif factor.op == "times":
            waiting += factor.args[::-1]
        else:
            above.append(factor)
    result = phrases.times(above)
    for one in ([b for b in below if b.shape], [b for b in below if not b.shape]):
        result = phrases.over(result, phrases.times(one)) if one else result
    return result


def _with_ones(phrase: Phrase, terms: Sequence[Phrase], *, linear: bool) -> Phrase:
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

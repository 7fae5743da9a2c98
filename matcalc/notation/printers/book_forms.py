"""The forms that books prefer to those of programs: products with ones, and a single quotient."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.notation import phrases, tree
from matcalc.notation.printers.numbers_beside import with_ones
from matcalc.notation.tree import Phrase, operands_first


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
            done[id(phrase)] = with_ones(phrase, args, linear=id(phrase) in linear)
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

"""Means, variances and standard deviations by their names: ``sum(x) / n`` is ``mean(x)``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from fractions import Fraction

from matcalc.notation import phrases, tree
from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.tree import Phrase

_WHOLE = (None,)
_ALONG = (None, 0, 1)
_HALF = Fraction(1, 2)


def with_means(written: WrittenFormula, *, along: bool = True) -> WrittenFormula:
    """A formula in which sums over as many entries as divide them are means; iterative.

    Where a variance is written, ``norm(x - mean(x))**2`` is so many times it.

    Args:
        written: The formula; one in which a variable has such a name stays as it is.
        along: Whether sums of rows or columns are means too.

    >>> x, n = tree.name("x", ("n",)), phrases.size("n")
    >>> with_means(WrittenFormula((), phrases.over(tree.call("sum", [x], ()), n))).phrase.value
    'mean'
    """
    if not written.names.isdisjoint(("mean", "var", "std")):
        return written
    axes = _ALONG if along else _WHOLE
    found = written.changed(lambda root: tree.changed(root, lambda one: _named(one, axes)))
    if not found.functions.isdisjoint(("var", "std")):
        return found.changed(lambda root: tree.changed(root, _over_variance))
    return found


def _named(phrase: Phrase, axes: Container[object]) -> Phrase:
    """A quotient with its means; a root of a variance."""
    if phrase.op == "over":
        return _averaged(phrase, axes)
    is_root = phrase.is_call("sqrt")
    if (is_root or phrase.op == "power") and phrase.args[0].is_call("var"):
        exponent = 2 * (_HALF if is_root else phrase.value)
        if exponent.denominator == 1 and exponent % 2:
            return phrases.power(tree.call("std", phrase.args[0].args, ()), exponent)
    return phrase


def _averaged(quotient: Phrase, axes: Container[object]) -> Phrase:
    """A quotient without the sizes below its lines that sums above them are over."""
    above = quotient
    below: list[Phrase] = []
    while above.op == "over":
        below.append(above.args[1])
        above = above.args[0]
    sizes: Counter[Phrase] = Counter()
    for size, power in (pair for one in below for pair in _sizes(one)):
        sizes[size] += int(power)
    parts = [_mean(one, sizes, axes) for one in _factors(above)]
    if all(new is old for new, old in zip(parts, _factors(above), strict=True)):
        return quotient
    result = phrases.matmul(parts) if above.op == "matmul" else phrases.times(parts)
    for one in reversed(below):
        own = dict(_sizes(one))
        rest = [part for part in _factors(one) if _base(part)[0] not in own]
        rest += [
            phrases.power(size, Fraction(left)) for size in own if (left := sizes.pop(size, 0))
        ]
        result = phrases.over(result, phrases.times(rest)) if rest else result
    return result


def _factors(phrase: Phrase) -> tuple[Phrase, ...]:
    """The factors of a product; of a number that is a matrix product that alone."""
    is_product = phrase.op == "times" or (phrase.op == "matmul" and phrase.kind != "scalar")
    return phrase.args if is_product else (phrase,)


def _base(factor: Phrase) -> tuple[Phrase, Fraction]:
    """A factor as a power."""
    return (factor.args[0], factor.value) if factor.op == "power" else (factor, Fraction(1))


def _sizes(below: Phrase) -> list[tuple[Phrase, Fraction]]:
    """The names below a line, with their exponents if these are whole."""
    found = map(_base, _factors(below))
    return [(base, k) for base, k in found if base.op == "name" and k.denominator == 1]


def _mean(factor: Phrase, sizes: Counter[Phrase], axes: Container[object]) -> Phrase:
    """A sum as a mean where the sizes that it is over divide it; these are taken away."""
    if factor.op == "transpose":
        (arg,) = factor.args
        found = _mean(arg, sizes, axes)
        return factor if found is arg else phrases.transpose(found)
    axis = factor.parameter("axis")
    if phrases.is_squared_length(factor):
        summed = phrases.power(factor.args[1], Fraction(2))
    elif factor.is_call("sum") and axis in axes:
        summed = factor.args[0]
    else:
        return factor
    over = Counter(map(phrases.size, summed.shape if axis is None else [summed.shape[axis == 1]]))
    is_square = axis is None and summed.op == "power" and summed.value == 2
    centred = _centred(summed.args[0]) if is_square else None
    if not over or not over <= sizes or (centred is None and factor.op == "matmul"):
        return factor
    sizes.subtract(over)
    if centred is not None:
        return tree.call("var", [centred], ())
    return tree.call("mean", [summed], factor.shape, factor.parameters)


def _centred(difference: Phrase) -> Phrase | None:
    """The x of x − mean(x)."""
    if difference.op != "plus":
        return None
    x, *rest = difference.args
    means = [one for one in rest if one.op == "negative" and one.args[0].is_call("mean")]
    own = len(rest) == len(means) == 1 and means[0].args[0].args == (x,)
    return x if own and not means[0].args[0].parameters else None


def _over_variance(phrase: Phrase) -> Phrase:
    """What is divided by ‖x − mean(x)‖² divided by the size and by var(x)."""
    if phrase.op != "over" or not phrases.is_squared_length(phrase.args[1]):
        return phrase
    above, below = phrase.args
    x = _centred(below.args[1])
    if x is None:
        return phrase
    quotient = phrases.over(above, tree.call("var", [x], ()))
    return _averaged(phrases.over(quotient, phrases.size(x.shape[0])), _WHOLE)

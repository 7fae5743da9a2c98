"""Means, variances, deviations and norms by their names: ``sum(x) / n`` is ``mean(x)``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from fractions import Fraction
from math import prod

from matcalc.dimensions import Shape
from matcalc.notation import phrases, tree
from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.tree import Phrase

_WHOLE = (None,)
_ALONG = (None, 0, 1)
_HALF = Fraction(1, 2)


def with_means(written: WrittenFormula, *, along: bool = True) -> WrittenFormula:
    """A formula in which sums over as many entries as divide them are means; iterative.

    What is zᵀ z of a sum is the square of its norm.

    Where a variance is written, ``norm(x - mean(x))**2`` is so many times it.

    Args:
        written: The formula; one in which a variable has such a name stays as it is.
        along: Whether sums of rows or columns are means too.

    >>> x, n = tree.name("x", ("n",)), phrases.size("n")
    >>> with_means(WrittenFormula((), phrases.over(tree.call("sum", [x], ()), n))).phrase.value
    'mean'
    """
    found = written
    if written.names.isdisjoint(("mean", "var", "std")):
        axes = _ALONG if along else _WHOLE
        found = written.changed(lambda root: tree.changed(root, lambda one: _named(one, axes)))
        if not found.functions.isdisjoint(("var", "std")):
            found = found.changed(lambda root: tree.changed(root, _over_variance))
    return found.changed(lambda root: tree.changed(root, _with_length))


def _with_length(phrase: Phrase) -> Phrase:
    """zᵀ z of a sum as ‖z‖²."""
    if not phrases.is_squared_length(phrase):
        return phrase
    return phrases.power(tree.call("norm", phrase.args[1:], ()), Fraction(2))


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
    sizes = _Divisors(below)
    parts = [_mean(one, sizes, axes) for one in _factors(above)]
    if all(new is old for new, old in zip(parts, _factors(above), strict=True)):
        return quotient
    result = phrases.matmul(parts) if above.op == "matmul" else phrases.times(parts)
    for one in reversed(below):
        rest = [part for part in _factors(one) if not _divisor(part)]
        rest += sizes.left(one)
        result = phrases.over(result, phrases.times(rest)) if rest else result
    return result


def _factors(phrase: Phrase) -> tuple[Phrase, ...]:
    """The factors of a product; of a number that is a matrix product that alone."""
    is_product = phrase.op == "times" or (phrase.op == "matmul" and phrase.kind != "scalar")
    return phrase.args if is_product else (phrase,)


def _divisor(factor: Phrase) -> tuple[Phrase, int] | None:
    """A name or a whole number that divides, and how often it does."""
    base, power = (factor.args[0], factor.value) if factor.op == "power" else (factor, 1)
    whole = base.op == "name" or (base.op == "number" and base.value.denominator == 1)
    return (base, int(power)) if whole and power.denominator == 1 else None


class _Divisors:
    """What divides a product and may be sizes: names, and a whole number."""

    def __init__(self, below: Iterable[Phrase]) -> None:
        self.names: Counter[Phrase] = Counter()
        self.number = 1
        for base, power in filter(None, (_divisor(f) for one in below for f in _factors(one))):
            if base.op == "name":
                self.names[base] += power
            else:
                self.number *= int(base.value) ** power

    def take(self, shape: Shape, *, exactly: bool) -> bool:
        """Take the sizes of a shape away, if they divide.

        Args:
            shape: The shape.
            exactly: Whether a number is to be all of the number that divides.
        """
        names = Counter(phrases.size(one) for one in shape if not isinstance(one, int))
        number = prod(one for one in shape if isinstance(one, int))
        divides = self.number == number if exactly else self.number % number == 0
        if not names <= self.names or not (divides or number == 1) or (not names and number == 1):
            return False
        self.names.subtract(names)
        self.number //= number
        return True

    def left(self, below: Phrase) -> list[Phrase]:
        """What still divides of what is below a line; it is told once."""
        found = []
        for base, _ in filter(None, map(_divisor, _factors(below))):
            if base.op == "number":
                found.append(tree.numeral(self.number))
                self.number = 1
            elif often := self.names.pop(base, 0):
                found.append(phrases.power(base, Fraction(often)))
        return [one for one in found if one.value != 1]


def _mean(factor: Phrase, sizes: _Divisors, axes: Container[object]) -> Phrase:
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
    over = summed.shape if axis is None else summed.shape[axis == 1 :][:1]
    is_square = axis is None and summed.op == "power" and summed.value == 2
    centred = _centred(summed.args[0]) if is_square else None
    if centred is None and factor.op == "matmul":
        return factor
    if not sizes.take(over, exactly=centred is None):
        return factor
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

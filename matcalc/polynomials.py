"""Polynomials in names, with whole numbers or fractions: their arithmetic, their canonical text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product as cartesian
from math import lcm, prod

from matcalc.errors import ShapeError, TooLargeError

Monomial = tuple[tuple[str, int], ...]  # (("m", 1), ("n", 2)) is m*n**2, names in order
Number = int | Fraction  # a whole number is an int
Polynomial = Mapping[Monomial, Number]

TERMS = 64  # at most
_LARGEST = 10**4000  # of a product: as text it must stay below what Python prints
_POWER = 99  # of one name


def multiplied(a: Polynomial, b: Polynomial) -> Polynomial:
    """The product.

    Raises:
        TooLargeError: It has too many terms.

    >>> multiplied({(("n", 1),): 2}, {(("n", 1),): 1, (): 1})
    {(('n', 2),): 2, (('n', 1),): 2}
    """
    result: dict[Monomial, Number] = {}
    for one, c in a.items():
        for two, d in b.items():
            powers = dict(one)
            for name, power in two:
                powers[name] = powers.get(name, 0) + power
            key = tuple(sorted(powers.items()))
            result[key] = as_number(result.get(key, 0) + c * d)
        if len(result) > TERMS:
            raise TooLargeError(f"a dimension of over {TERMS} terms")
    return {monomial: c for monomial, c in result.items() if c}


def added(a: Polynomial, b: Polynomial) -> Polynomial:
    """The sum.

    >>> added({(("n", 1),): 2, (): 1}, {(): -1})
    {(('n', 1),): 2}
    """
    result = dict(a)
    for monomial, c in b.items():
        result[monomial] = as_number(result.get(monomial, 0) + c)
    return {monomial: c for monomial, c in result.items() if c}


def as_number(number: Number) -> Number:
    """A number, as an ``int`` where it is whole."""
    return number if isinstance(number, int) or number.denominator != 1 else number.numerator


def spelled(value: Polynomial) -> int | str:
    """Canonical text: higher degree first, then names in order; a plain number is an int.

    Raises:
        ShapeError: It is a fraction.
    """
    if all(monomial == () for monomial in value):
        number = _bounded(value.get((), 0))
        if not isinstance(number, int):
            raise ShapeError(f"a dimension is a whole number, not {number}")
        return number
    if len(value) > TERMS:
        raise TooLargeError(f"a dimension of over {TERMS} terms")
    ordered = sorted(value.items(), key=lambda item: (-sum(p for _, p in item[0]), item[0]))
    text = "".join(_spell(coefficient, monomial) for monomial, coefficient in ordered)
    return text.removeprefix("+")


def _bounded(number: Number) -> Number:
    if max(abs(number.numerator), number.denominator) >= _LARGEST:
        raise TooLargeError("a dimension of over 4000 digits")
    return number


def _spell(coefficient: Number, monomial: Monomial) -> str:
    sign = "+" if _bounded(coefficient) > 0 else "-"
    if any(power > _POWER for _, power in monomial):
        raise TooLargeError(f"a dimension of a power of over {_POWER}")
    parts = [name if power == 1 else f"{name}**{power}" for name, power in monomial]
    if abs(coefficient.numerator) != 1 or not parts:
        parts.insert(0, str(abs(coefficient.numerator)))
    below = f"/{coefficient.denominator}" if coefficient.denominator != 1 else ""
    return sign + "*".join(parts) + below


def is_no_new_fraction(value: Polynomial, of: Polynomial) -> bool:
    """Whether a quotient is whole where what was divided is: its denominators are no others."""
    return _denominator(of) % _denominator(value) == 0 or _is_whole(value)


def _denominator(value: Polynomial) -> int:
    return lcm(*(coefficient.denominator for coefficient in value.values()))


def _is_whole(value: Polynomial) -> bool:
    """Whether a polynomial is a whole number at all whole numbers: n²/2 + n/2 is, n/2 is not.

    It is if it is one at 0, 1, … up to its degree, for each name: all its differences are whole.
    """
    degrees: dict[str, int] = {}
    for powers in value:
        degrees |= {name: max(power, degrees.get(name, 0)) for name, power in powers}
    if prod(degree + 1 for degree in degrees.values()) > TERMS:
        return False
    return all(
        Fraction(at_numbers(value, dict(zip(degrees, point, strict=True)))).denominator == 1
        for point in cartesian(*(range(degree + 1) for degree in degrees.values()))
    )


def at_numbers(value: Polynomial, sizes: Mapping[str, int]) -> Number:
    """The number that a polynomial is at given numbers."""
    return as_number(
        sum(
            coefficient * prod(sizes[name] ** power for name, power in powers)
            for powers, coefficient in value.items()
        )
    )


def leading_term(value: Polynomial, ordered: Sequence[str]) -> tuple[Monomial, Number]:
    """The term of the highest power of the first name, of those the second, and so on."""
    return max(value.items(), key=lambda term: [dict(term[0]).get(name, 0) for name in ordered])


def divided_term(
    whole: tuple[Monomial, Number], part: tuple[Monomial, Number]
) -> Polynomial | None:
    """A term divided by another; nothing where a name is left below."""
    left = dict(whole[0])
    for name, power in part[0]:
        left[name] = left.get(name, 0) - power
    if any(power < 0 for power in left.values()):
        return None
    ratio = as_number(Fraction(whole[1]) / part[1])
    return {tuple(sorted((name, power) for name, power in left.items() if power)): ratio}

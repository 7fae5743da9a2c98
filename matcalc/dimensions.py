"""Dimensions: sizes of axes, as numbers, names, or sums and products of these.

A dimension is an ``int`` or a ``str``. The string is a polynomial in canonical text
(``"n"``, ``"4*h"``, ``"m*n+1"``), so that equal dimensions are equal strings and a shape is a
plain tuple that prints, hashes and travels as JSON. Its coefficients may be fractions: a symmetric
matrix has ``"n**2/2+n/2"`` free entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm, prod

from matcalc.errors import NotationError, Place, ShapeError, UnboundError
from matcalc.polynomials import (
    TERMS,
    Monomial,
    Number,
    Polynomial,
    added,
    as_number,
    at_numbers,
    divided_term,
    is_no_new_fraction,
    leading_term,
    multiplied,
    spelled,
)
from matcalc.scripts import superscript

Dimension = int | str
Shape = tuple[Dimension, ...]


_DIGITS = 100  # of one literal, and of one power of literals
# Greek letters, except those that look like Latin ones.
GREEK = "ΓΔΘΛΞΠΣΦΨΩαβγδεζηθικλμξπρστυφχψω"
NAME = rf"[A-Za-z_{GREEK}][A-Za-z0-9_{GREEK}]*"
_TOKEN = re.compile(rf"\s*(?:(?P<number>[0-9]+)|(?P<name>{NAME})|(?P<operator>\*\*|[*/+-]))")


def parse(text: str, place: Place | None = None) -> Dimension:
    """The dimension that ``text`` means, in canonical form.

    Args:
        text: Numbers and names, with ``+ - * **``: ``"3"``, ``"n"``, ``"4*h"``, ``"10**6"``; and
            ``/`` before a number: ``"n**2/2+n/2"``.
        place: Where the text stands in what the user wrote, for the caret.

    Raises:
        NotationError: The text is not a dimension, or is zero, negative or absurdly long.

    >>> parse("3"), parse("h * 4"), parse("n + m*n"), parse("n/2 + n*n/2")
    (3, '4*h', 'm*n+n', 'n**2/2+n/2')
    """
    place = place or Place(text, 0, len(text))
    try:
        value = spelled(_read(text, place))
    except ShapeError as error:
        raise NotationError(error.message, [place]) from None
    if isinstance(value, int) and value < 1:
        raise NotationError(f"a dimension is at least 1, not {value}", [place])
    return value


def _read(text: str, place: Place) -> Polynomial:
    """The polynomial that ``text`` spells: a sum of signed products of powers."""
    total: Polynomial = {}
    for sign, term in _terms(text, place):
        value: Polynomial = {(): sign}
        for base, power in term:
            if not base.isdigit():
                value = multiplied(value, {((base, power),): 1})
                continue
            if len(base) * abs(power) > _DIGITS:
                raise NotationError(f"a number of over {_DIGITS} digits is no dimension", [place])
            if power < 0 and not int(base):
                raise NotationError("no dimension is divided by zero", [place])
            value = multiplied(value, {(): as_number(Fraction(int(base)) ** power)})
        total = added(total, value)
    if len(total) > TERMS:
        raise NotationError(f"a dimension of over {TERMS} terms", [place])
    return total


def _terms(text: str, place: Place) -> list[tuple[int, list[tuple[str, int]]]]:
    """Signed products: ``"2*n**2 - 1"`` is ``[(1, [("2", 1), ("n", 2)]), (-1, [("1", 1)])]``."""
    terms: list[tuple[int, list[tuple[str, int]]]] = [(1, [])]
    wants_operand, raising, sign = True, False, 1
    for kind, token in _tokens(text, place):
        product = terms[-1][1]
        if wants_operand:
            if kind == "operator" and token == "-" and not product and not raising:
                terms[-1] = (-terms[-1][0], product)
                continue
            if kind == "operator" or (raising and kind != "number") or (raising and len(token) > 3):
                break
            if sign < 0 and kind != "number":
                break
            if raising:
                product[-1] = (product[-1][0], product[-1][1] * int(token))
            else:
                product.append((token, sign))
            wants_operand, raising = False, False
        elif kind != "operator" or (token == "**" and abs(product[-1][1]) != 1):
            break
        else:
            wants_operand, raising = True, token == "**"
            sign = -1 if token == "/" else 1
            if token in "+-":
                terms.append((1 if token == "+" else -1, []))
    else:
        if not wants_operand:
            return terms
    raise NotationError(
        "a dimension is a number or a name, or sums and products of them: 3, n, 4*h, n/2", [place]
    )


def _tokens(text: str, place: Place) -> Iterable[tuple[str, str]]:
    end = 0
    text = text.rstrip()
    while end < len(text):
        match = _TOKEN.match(text, end)
        if match is None or match.lastgroup is None:
            raise NotationError(
                "a dimension is a number or a name, or sums and products of them: 3, n, 4*h, n/2",
                [place],
            )
        yield match.lastgroup, match[match.lastgroup]
        end = match.end()


@lru_cache(maxsize=4096)
def _polynomial(dimension: Dimension) -> Polynomial:
    if isinstance(dimension, int):
        return {(): dimension} if dimension else {}
    return _read(dimension, Place(dimension, 0, len(dimension)))


def product(dimensions: Iterable[Dimension]) -> Dimension:
    """The product of dimensions; of none, 1.

    >>> product([3, 2]), product(["n", "m"]), product([])
    (6, 'm*n', 1)
    """
    sizes = tuple(dimensions)
    if all(isinstance(size, int) for size in sizes):
        return spelled({(): prod(size for size in sizes if isinstance(size, int))})
    value: Polynomial = {(): 1}
    for size in sizes:
        value = multiplied(value, _polynomial(size))
    return spelled(value)


def quotient(whole: Dimension, part: Dimension) -> Dimension:
    """The dimension that ``part`` must be multiplied with to give ``whole``.

    Raises:
        ShapeError: There is none.

    >>> quotient(6, 2), quotient("4*h*n", "n")
    (3, '4*h')
    >>> quotient("3*k+3", 3), quotient("k*n+n**2", "k+n"), quotient("k**2-1", "k+1")
    ('k+1', 'n', 'k-1')
    >>> quotient("2*n**2+2*n", 4)
    'n**2/2+n/2'

    Source: Cox, Little & O'Shea, Ideals, Varieties, and Algorithms (4th edition, 2015), chapter 2.
    """
    rest, divisor = _polynomial(whole), _polynomial(part)
    found: Polynomial = {}
    ordered = sorted(names(whole) | names(part))
    for _ in range(TERMS if divisor else 0):  # terms of the quotient, the leading one first
        if not rest:
            break
        term = divided_term(leading_term(rest, ordered), leading_term(divisor, ordered))
        if term is None:
            break
        found = added(found, term)
        rest = added(rest, multiplied(multiplied(divisor, term), {(): -1}))
    if rest or not divisor or not is_no_new_fraction(found, _polynomial(whole)):
        raise ShapeError(f"{whole} is not {part} times another dimension")
    return spelled(found)


def total(dimensions: Iterable[Dimension]) -> Dimension:
    """The sum of dimensions.

    >>> total([3, 2]), total(["n", 1, "n"])
    (5, '2*n+1')
    """
    return combination((1, size) for size in dimensions)


def difference(whole: Dimension, part: Dimension) -> Dimension:
    """One dimension less another.

    >>> difference(5, 2), difference("2*n", "n"), difference("n", 1)
    (3, 'n', 'n-1')
    """
    return combination([(1, whole), (-1, part)]) if part else whole


def is_at_most(one: Dimension, two: Dimension) -> bool:
    """Whether one dimension is no larger than another, whatever their names stand for.

    >>> is_at_most(0, "n"), is_at_most("n", "m+n"), is_at_most("n-1", 3)
    (True, True, False)
    """
    apart = _polynomial(difference(two, one)) if one != two else {}
    return all(number >= 0 for number in apart.values())


def combination(terms: Iterable[tuple[Number, Dimension]]) -> Dimension:
    """The sum of dimensions times numbers.

    Raises:
        ShapeError: It is a fraction.

    >>> combination([(Fraction(1, 2), "n**2"), (Fraction(1, 2), "n")])
    'n**2/2+n/2'
    """
    value: Polynomial = {}
    for number, size in terms:
        value = added(value, multiplied({(): number}, _polynomial(size)))
    return spelled(value)


def monomial(dimension: Dimension) -> tuple[Number, Monomial]:
    """A dimension as a number times powers of names; a sum counts as a name.

    >>> monomial("4*m*n**2"), monomial("m+1")
    ((4, (('m', 1), ('n', 2))), (1, (('m+1', 1),)))
    """
    if isinstance(dimension, int):
        return dimension, ()
    value = _polynomial(dimension)
    if len(value) > 1:
        return 1, ((dimension, 1),)
    ((powers, coefficient),) = value.items()
    return coefficient, powers


def terms(dimension: Dimension) -> list[tuple[Number, Monomial]]:
    """A dimension as a sum of numbers times powers of names, in the order of its text.

    >>> terms("n**2-1")
    [(1, (('n', 2),)), (-1, ())]
    """
    return [(coefficient, monomial) for monomial, coefficient in _polynomial(dimension).items()]


def names(dimension: Dimension) -> frozenset[str]:
    """The names that a dimension is made of."""
    if isinstance(dimension, int):
        return frozenset()
    return frozenset(name for monomial in _polynomial(dimension) for name, _ in monomial)


def evaluate(dimension: Dimension, sizes: Mapping[str, int]) -> int:
    """The number that a dimension is at given sizes.

    Raises:
        UnboundError: A name of the dimension has no size.
        ShapeError: It is a fraction at these sizes.

    >>> evaluate("4*h+1", {"h": 2}), evaluate("n**2/2+n/2", {"n": 3})
    (9, 6)
    """
    if isinstance(dimension, int):
        return dimension
    if dimension in sizes:
        return sizes[dimension]
    missing = sorted(name for name in names(dimension) if name not in sizes)
    if missing:
        raise UnboundError(f"the dimension {missing[0]} has no size here")
    value = at_numbers(_polynomial(dimension), sizes)
    if not isinstance(value, int):
        found = ", ".join(f"{name} = {sizes[name]}" for name in sorted(names(dimension)))
        raise ShapeError(f"{pretty(dimension)} is no whole number at {found}")
    return value


def substitute(shape: Shape, sizes: Mapping[str, Dimension]) -> Shape:
    """The shape with known names replaced by their dimensions; other names stay.

    >>> substitute(("m", "m*n", 2), {"m": 3}), substitute(("m*n",), {"m": "n+1"})
    ((3, '3*n', 2), ('n**2+n',))
    """
    return tuple(_substituted(dimension, sizes) for dimension in shape)


def _substituted(dimension: Dimension, sizes: Mapping[str, Dimension]) -> Dimension:
    if isinstance(dimension, int) or sizes.keys().isdisjoint(names(dimension)):
        return dimension
    result: Polynomial = {}
    for monomial, coefficient in _polynomial(dimension).items():
        term: Polynomial = {(): coefficient}
        for name, power in monomial:
            known = sizes.get(name)
            alone: Polynomial = {((name, power),): 1}
            term = multiplied(term, alone if known is None else _raised(known, power))
        result = added(result, term)
    return spelled(result)


def _raised(dimension: Dimension, power: int) -> Polynomial:
    """A power of a dimension."""
    value = _polynomial(dimension)
    if len(value) == 1:
        ((factors, number),) = value.items()
        return {tuple((name, of_name * power) for name, of_name in factors): number**power}
    result: Polynomial = {(): 1}
    for _ in range(power):
        result = multiplied(result, value)
    return result


def clashes(one: Shape, two: Shape) -> tuple[tuple[Dimension, Dimension], ...]:
    """The sizes that would have to be equal for two shapes to be; none where the ranks differ.

    >>> clashes(("m", 3), ("n", 3)), clashes(("m",), ("m", "n"))
    ((('m', 'n'),), ())
    """
    if len(one) != len(two):
        return ()
    return tuple((a, b) for a, b in zip(one, two, strict=True) if a != b)


def solutions(one: Dimension, two: Dimension) -> list[tuple[str, Dimension]]:
    """What a name has to be for two dimensions to be equal, of each name that this settles.

    >>> solutions("k", "n"), solutions("2*m", 6), solutions("m*n", "n*p")
    ([('k', 'n'), ('n', 'k')], [('m', 3)], [('m', 'p'), ('p', 'm')])
    """
    negated = {powers: -number for powers, number in _polynomial(two).items()}
    whole = added(_polynomial(one), negated)
    shared = [dict(powers) for powers in whole]
    common = {name: min(one.get(name, 0) for one in shared) for name in (shared or [{}])[0]}
    reduced = {
        tuple((name, p - common.get(name, 0)) for name, p in powers if p > common.get(name, 0)): c
        for powers, c in whole.items()
    }
    found: list[tuple[str, Dimension]] = []
    for powers, number in reduced.items():
        if len(powers) == 1 and powers[0][1] == 1:
            rest = {other: -c for other, c in reduced.items() if other != powers}
            name = powers[0][0]
            value = _isolated(name, number, rest)
            if value and (name in (one, two) or min(value.values()) > 0):
                found.append((name, spelled(value)))
    return sorted(found, key=lambda solution: solution[0])


def _isolated(name: str, number: Number, rest: Polynomial) -> Polynomial:
    """What a name is if ``number * name = rest``; nothing where that is no dimension."""
    found = {powers: as_number(Fraction(c) / number) for powers, c in rest.items()}
    is_known = not any(name in dict(powers) for powers in rest)
    return found if is_known and is_no_new_fraction(found, rest) else {}


def linear_in(dimension: Dimension, name: str) -> tuple[Dimension, Dimension, int] | None:
    """``factor, rest, below`` of ``below * dimension = factor * name + rest``.

    ``None`` where a higher power of the name stands in the dimension.

    >>> linear_in("4*h", "h"), linear_in("m*n+n", "m"), linear_in("m/2+n**2/2", "m")
    ((4, 0, 1), ('n', 'n', 1), (1, 'n**2', 2))
    >>> linear_in("n**2/2+n/2", "n")
    """
    whole, below = over_common_denominator(dimension)
    factor: dict[Monomial, Number] = {}
    rest: dict[Monomial, Number] = {}
    for powers, number in _polynomial(whole).items():
        others = tuple(one for one in powers if one[0] != name)
        if dict(powers).get(name, 0) > 1:
            return None
        (rest if others == powers else factor)[others] = number
    return spelled(factor), spelled(rest), below


def pretty(dimension: Dimension) -> str:
    """A dimension as a person writes it.

    >>> pretty("4*h"), pretty("m*n**2"), pretty(3), pretty("n**2/2+n/2")
    ('4·h', 'm·n²', '3', '(n²+n)/2')
    """
    above, below = over_common_denominator(dimension)
    text = re.sub(r"\*\*([0-9]+)", lambda m: superscript(m[1]), str(above))
    text = text.replace("*", "·")
    if below == 1:
        return text
    return f"({text})/{below}" if re.search("[+-]", text) else f"{text}/{below}"


def over_common_denominator(dimension: Dimension) -> tuple[Dimension, int]:
    """A dimension as one with whole coefficients, divided by a number.

    >>> over_common_denominator("n**2/2+n/2"), over_common_denominator("n")
    (('n**2+n', 2), ('n', 1))
    """
    if isinstance(dimension, int) or "/" not in dimension:
        return dimension, 1
    value = _polynomial(dimension)
    below = lcm(*(number.denominator for number in value.values()))
    return spelled(multiplied(value, {(): below})), below


def is_square(shape: Shape) -> bool:
    """Whether it is that of a matrix with as many rows as columns."""
    return len(shape) == 2 and shape[0] == shape[1]


def tupled(shape: Sequence[Dimension]) -> str:
    """A shape as Python writes it.

    >>> tupled((3,)), tupled(("m", 2))
    ('(3,)', '(m, 2)')
    """
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def times(shape: Shape) -> str:
    """A shape as books write it: ``3×2``; a rank-0 shape is ``()``.

    >>> times((3, "n")), times(())
    ('3×n', '()')
    """
    if not shape:
        return "()"
    if len(shape) == 1:
        return f"({pretty(shape[0])},)"
    return "×".join(
        f"({text})" if "+" in text and not text.startswith("(") else text
        for text in map(pretty, shape)
    )

"""Numbers that people would write for one: small fractions, sizes, powers of a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import gcd

from matcalc.arrays import Array
from matcalc.claims.stacked import ratio
from matcalc.claims.tree import Tree, negative, number, op

_TIMES = (1, 2, 4, 3, 6)
POWERS = (-3.0, -2.0, -1.5, -0.5, 0.5, 1.5, 2.0, 3.0)


def simple(factor: float, sizes: Mapping[str, int]) -> list[Tree]:
    """The numbers that people would write for one: ``2``, ``2/3``, ``n``, ``1/n``."""
    size = abs(factor)
    found: list[Tree] = []
    if abs(size - 1) < 1e-9:
        return [negative(number("1"))] if factor < 0 else []
    for below in (1, 2, 3, 4, 5, 6):
        above = round(size * below)
        if 0 < above < 13 and abs(size * below - above) < 1e-8 * below and gcd(above, below) == 1:
            whole = number(str(above))
            found.append(whole if below == 1 else op("/", whole, number(str(below))))
    found += _of_sizes(size, sizes)
    return [negative(each) for each in found] if factor < 0 else found


def _of_sizes(factor: float, sizes: Mapping[str, int]) -> Iterator[Tree]:
    """The same in lengths: ``n``, ``2 * n``, ``4 / n``, ``1 / (m * n)``."""
    lengths = [(Tree("name", name), float(length)) for name, length in sizes.items()]
    lengths += [(op("*", one, two), a * b) for (one, a), (two, b) in combinations(lengths, 2)]
    for symbol, length in lengths:
        for times in _TIMES:
            if abs(factor - times * length) < 1e-8 * factor:
                yield symbol if times == 1 else op("*", number(str(times)), symbol)
            if abs(factor * length - times) < 1e-8 * times:
                yield op("/", number(str(times)), symbol)


def ratios(value: Array, needed: Array, sizes: Mapping[str, int]) -> list[Tree]:
    """The simple numbers that a value is to be multiplied with."""
    factor = ratio(value, needed)
    return simple(factor, sizes) if factor else []


def scaled(factor: Tree, tree: Tree) -> Tree:
    """A number times a line, as people write it."""
    if factor.kind == "negative":
        inside = factor.args[0]
        return negative(tree) if inside.value == "1" else negative(scaled(inside, tree))
    if factor.operator("/") and factor.args[0].value == "1":
        return op("/", tree, factor.args[1])
    return op("*", factor, tree)


def times_power(tree: Tree, base: Tree, power: float) -> Tree:
    """A part times, or divided by, a power of a number."""
    if base.operator("**") and base.args[1].kind == "number":
        base, power = base.args[0], power * float(base.args[1].value)
    size = number(f"{abs(power):g}")
    new = base if size.value == "1" else op("**", base, size)
    return op("/", tree, new) if power < 0 else op("*", new, tree)

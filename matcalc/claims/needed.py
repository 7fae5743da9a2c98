"""What the parts of a line must be worth for it to be right, and the numbers that make them so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import combinations
from math import gcd

import numpy as np

from matcalc.arrays import Array
from matcalc.claims.point import Worth
from matcalc.claims.stacked import Stack, close, operated, ratio, transposed
from matcalc.claims.tree import Tree, negative, number, op

_BACK = {"+": "-", "-": "+", "*": "/", "/": "*"}  # what takes an operation back


def needed(line: Tree, worth: Worth) -> Iterator[tuple[Tree, Stack]]:
    """Parts of which it is known what they must be worth for the line to be right."""
    waiting: list[tuple[Tree, Stack]] = [(line, worth.at.truth)]
    while waiting:
        tree, value = waiting.pop(0)
        yield tree, value
        for arg, wanted in _pushed(tree, value, worth):
            if np.all(np.isfinite(wanted.data)):
                waiting.append((arg, wanted))


def _pushed(tree: Tree, needed: Stack, worth: Worth) -> Iterator[tuple[Tree, Stack]]:
    """What the arguments of a step must be worth, each with the others as they are."""
    if tree.kind == "transpose":
        yield tree.args[0], transposed(needed)
    elif tree.kind == "negative":
        yield tree.args[0], needed._replace(data=-needed.data)
    elif tree.kind == "operator":
        one, two = tree.args
        a, b = worth.of(one), worth.of(two)
        if b is not None:
            yield from _wanted(tree, b, needed, left=True)
        if a is not None:
            yield from _wanted(tree, a, needed, left=False)
    elif tree.calls("diag") and needed.is_square:
        inside = np.diagonal(needed.data, axis1=1, axis2=2)[:, :, None]
        if np.allclose(inside * np.eye(needed.shape[0]), needed.data):
            yield tree.args[0], Stack("c", inside)
    elif tree.calls("inv") and needed.is_square:
        with suppress(np.linalg.LinAlgError):
            yield tree.args[0], Stack("m", np.linalg.inv(needed.data))


def _wanted(tree: Tree, known: Stack, needed: Stack, *, left: bool) -> Iterator[tuple[Tree, Stack]]:
    """What an argument must be worth beside the other, if that does make what is needed."""
    value = _beside(tree.value, known, needed, left=left)
    if value is None:
        return
    pair = (value, known) if left else (known, value)
    made = operated(tree.value, *pair)
    if made is not None and made.shape == needed.shape and close(made.data, needed.data):
        yield tree.args[0 if left else 1], value


def _beside(sign: str, known: Stack, needed: Stack, *, left: bool) -> Stack | None:
    """What must stand left, or right, of a value for an operation to give what is needed."""
    if sign == "@":
        fits = known.kind in "cmr" and needed.kind in "crms"
        return _solved(needed, known, left=left) if fits else None
    if sign not in _BACK:
        return None
    if not left and sign in "-/":
        return operated(sign, known, needed)
    return operated(_BACK[sign], needed, known)


def _solved(needed: Stack, known: Stack, *, left: bool) -> Stack | None:
    """The other factor of a product, by the pseudo-inverse."""
    if not np.all(np.isfinite(known.data)):
        return None
    one, two = needed.data[0], np.linalg.pinv(known.data[0])
    if not left:
        one, two = two, one
    if one.shape[1] != two.shape[0]:
        return None
    data = one @ two
    rows, columns = data.shape
    kind = "c" if columns == 1 else "r" if rows == 1 else "m"
    return Stack(kind, data[None])


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

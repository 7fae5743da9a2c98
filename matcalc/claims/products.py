"""What may have gone wrong in a product: transposes, order, its kind, factors too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from matcalc.claims.edits import Around, Edit
from matcalc.claims.tidying import factors
from matcalc.claims.tree import (
    Tree,
    called,
    chained,
    negative,
    number,
    op,
    replaced,
    row_of,
    same,
    turned,
    walk,
)

_ALL = 4  # factors, of which every order is looked at
_LONG = 9  # factors, of which some are
_TO_NUMBER = 0.6  # of a product of two columns that was to be a number
_BOTH = 1.6  # of both factors turned
_NORM = ("norm-not-squared", "factor")
_GROUPED = ("wrong-expansion", "order")
_RULE = ("scalar-rule", "inverse")


def of_matrices(tree: Tree, near: Around) -> Iterator[Edit]:
    """The edits of a matrix product."""
    one, two = tree.args
    swap = ("order", "layout", "transpose")
    yield Edit(op("@", two, one), swap)
    yield Edit(op("@", turned(two), one), swap, 1.4)
    yield Edit(op("@", two, turned(one)), swap, 1.4)
    yield Edit(op("@", turned(two), turned(one)), ("layout", "order", "transpose"), 1.3)
    is_outer = near.kind(one) == "c" and near.kind(two) == "r"
    causes = ("kind-of-product", "order") if is_outer else ("transpose", "layout")
    yield Edit(op("@", turned(one), turned(two)), causes, _TO_NUMBER if is_outer else _BOTH)
    yield Edit(op("*", one, turned(two) if is_outer else two), ("kind-of-product", "diagonal"))
    yield from _dropped(tree, near)
    yield from _inverses(tree, near)
    yield from _between(tree)
    yield from _rotated(tree)
    if two.operator("*"):  # W.T @ (d * s) for (W.T @ d) * s
        first, last = two.args
        yield Edit(op("*", op("@", one, first), last), _GROUPED)
        yield Edit(op("*", op("@", one, last), first), _GROUPED, 1.1)


def of_entries(tree: Tree, near: Around) -> Iterator[Edit]:
    """The edits of a product or a quotient entry by entry, or by a number."""
    sign, (one, two) = tree.value, tree.args
    if "s" not in (near.kind(one), near.kind(two)):
        yield from _as_matrices(one, two)
        if sign == "*":
            yield from _as_diagonals(one, two, near)
    other = "/" if sign == "*" else "*"
    yield Edit(op(other, one, two), ("factor", "inverse"), 1.1)
    if sign == "/":
        yield from _quotients(one, two, near)
        return
    yield from _dropped(tree, near)
    yield from _expanded(tree)
    row = row_of(one)
    for k in range(1, len(row)):  # (W.T @ d) * s for W.T @ (d * s)
        yield Edit(op("@", chained(row[:k]), op("*", chained(row[k:]), two)), _GROUPED)
    yield from _as_of_tanh(one, two)
    if one.kind == "number":
        yield from _halves(one, two, near)


def _as_matrices(one: Tree, two: Tree) -> Iterator[Edit]:
    yield Edit(op("@", one, two), ("kind-of-product",))
    yield Edit(op("@", two, one), ("kind-of-product", "order"), 1.3)
    yield Edit(op("@", one, turned(two)), ("kind-of-product", "transpose"), 1.3)
    yield Edit(op("@", turned(one), two), ("kind-of-product", "transpose"), 1.3)


def _as_of_tanh(one: Tree, two: Tree) -> Iterator[Edit]:
    """The slope of tanh for that of a sigmoid: ``d * (1 - a**2)`` for ``d * a * (1 - a)``."""
    before, last = one.args if one.operator("*") else (None, one)
    if two.operator("-") and same(two.args[0], number("1")) and same(two.args[1], last):
        slope = op("-", two.args[0], op("**", last, number("2")))
        yield Edit(op("*", before, slope) if before else slope, ("chain-rule", "wrong-point"))


def _as_diagonals(one: Tree, two: Tree, near: Around) -> Iterator[Edit]:
    """A vector beside a matrix: a diagonal matrix on either side of it."""
    causes = ("diagonal", "kind-of-product")
    for vector, matrix in ((one, two), (two, one)):
        if near.kind(vector) in ("c", "r") and near.kind(matrix) == "m":
            column = vector if near.kind(vector) == "c" else turned(vector)
            yield Edit(op("@", called("diag", column), matrix), causes, 1.1)
            yield Edit(op("@", matrix, called("diag", column)), causes, 1.2)


def _quotients(one: Tree, two: Tree, near: Around) -> Iterator[Edit]:
    is_length = any(part.calls("norm", "sqrt") for part in factors(two))
    yield Edit(one, _NORM if is_length else _NORM[::-1])
    if near.kind(two) == "s":
        yield Edit(op("/", one, op("**", two, number("2"))), _NORM)
        yield Edit(op("/", one, called("sqrt", two)), _NORM, 1.2)
    if near.kind(two) == "m":
        inverse = called("inv", two)
        yield Edit(op("@", one, inverse), _RULE)
        yield Edit(op("@", inverse, one), _RULE)
        if one.kind == "number" and float(one.value) == 1:
            yield Edit(inverse, _RULE, 0.9)


def _dropped(tree: Tree, near: Around) -> Iterator[Edit]:
    """One factor left out: it may stand there twice."""
    one, two = tree.args
    others = near.factors(tree)
    for kept, gone in ((one, two), (two, one)):
        again = sum(_alike(gone, each) for each in others) > 1
        if again:
            yield Edit(kept, ("duplicated-factor", "chain-rule"))
        elif near.kind(gone) == "s":
            yield Edit(kept, ("factor", "duplicated-factor"), 1.3)
        else:
            yield Edit(kept, ("chain-rule", "factor"), 1.3)


def _alike(one: Tree, two: Tree) -> bool:
    """Whether two factors are of the same letters: ``v`` and ``diag(v)``, ``A`` and ``A.T``."""
    plain = [each.args[0] if each.calls("diag") else each for each in (one, two)]
    plain = [each.args[0] if each.kind == "transpose" else each for each in plain]
    return same(plain[0], plain[1])


def _inverses(tree: Tree, near: Around) -> Iterator[Edit]:
    """Inverses of products, taken factor by factor."""
    row = row_of(tree)
    if not all(each.calls("inv") for each in row):
        return
    inside = [each.args[0] for each in row]
    causes = ("wrong-expansion", "not-invertible", "inverse")
    values = [near.worth.of(each) for each in inside]
    if any(value and not value.is_square for value in values):
        causes = ("not-invertible", "wrong-expansion", "inverse")
    for order in (inside, inside[::-1]):
        yield Edit(called("inv", chained(order)), causes)


def _between(tree: Tree) -> Iterator[Edit]:
    """A square for what stands on both sides of another factor: ``X**2 @ C`` for ``X @ C @ X``."""
    *before, one, two = row_of(tree)
    for square, other in ((one, two), (two, one)):
        is_power = square.operator("**") and square.args[1].value == "2"
        if not is_power and not (square.operator("@") and same(*square.args)):
            continue
        base = square.args[0]
        for left in (base, turned(base)):
            for right in (base, turned(base)):
                yield Edit(chained([*before, left, other, right]), ("scalar-rule", "order"))


def _rotated(tree: Tree) -> Iterator[Edit]:
    """The factors of a row of three or more in another order."""
    row = row_of(tree)
    if not 3 <= len(row) <= _LONG:
        return
    for order in _orders(len(row)):
        yield Edit(chained([row[k] for k in order]), ("order", "layout"), 1.1)
    back = [turned(each) for each in reversed(row)]
    yield Edit(chained(back), ("layout", "transpose", "order"), 1.3)


def _orders(count: int) -> Iterator[Sequence[int]]:
    """Other orders of some factors: all of a few; of many turned, reversed and two swapped."""
    plain = list(range(count))
    if count <= _ALL:
        yield from (order for order in permutations(plain) if list(order) != plain)
        return
    yield [*plain[1:], plain[0]]
    yield [plain[-1], *plain[:-1]]
    yield plain[::-1]
    for i in range(count):
        for j in range(i + 1, count):
            order = list(plain)
            order[i], order[j] = order[j], order[i]
            yield order


def _expanded(tree: Tree) -> Iterator[Edit]:
    """``(a + b) * c`` for ``a + b * c``: parentheses that do not belong there."""
    sign, (one, two) = tree.value, tree.args
    if one.operator("+", "-"):
        a, b = one.args
        yield Edit(op(one.value, a, op(sign, b, two)), ("wrong-expansion",), 1.2)
    if two.operator("+", "-"):
        a, b = two.args
        yield Edit(op(two.value, op(sign, one, a), b), ("wrong-expansion",), 1.2)


def _halves(factor: Tree, product: Tree, near: Around) -> Iterator[Edit]:
    """``2 * A @ x`` for ``(A + A.T) @ x``: twice a matrix for its sum with its transpose."""
    value = float(factor.value)
    if value % 2:
        return
    seen: list[Tree] = []
    for part in walk(product):
        matrix = near.worth.of(part)
        if not matrix or not matrix.is_square or any(same(part, each) for each in seen):
            continue
        seen.append(part)
        new = replaced(product, part, op("+", part, turned(part)))
        if value != 2:
            new = op("*", number(f"{value / 2:g}"), new)
        yield Edit(new, ("symmetric-part",), 1.1)
        if product.operator("@"):
            other = replaced(product, part, turned(part))
            yield Edit(op("+", product, other), ("symmetric-part", "missing-term"), 1.2)


def of_power(tree: Tree, near: Around) -> Iterator[Edit]:
    """The edits of a power: of a matrix by matrix products, of a number by other exponents."""
    base, exponent = tree.args
    kind = near.kind(base)
    yield Edit(base, _NORM if kind == "s" else ("factor",))
    if kind == "m":
        yield from _of_matrix(base, exponent)
    for sign in "+-":
        more = op(sign, exponent, number("1"))
        yield Edit(op("**", base, more), ("factor", "scalar-rule"), 1.2)
    yield Edit(op("**", base, negative(exponent)), ("inverse", "factor"), 1.2)


def _of_matrix(base: Tree, exponent: Tree) -> Iterator[Edit]:
    rule = ("scalar-rule", "kind-of-product")
    inverse = called("inv", base)
    if exponent.value == "2":
        yield Edit(op("@", base, base), rule, 0.9)
        yield Edit(op("@", base, turned(base)), rule, 1.2)
        yield Edit(op("@", turned(base), base), rule, 1.2)
    yield Edit(called("matrix_power", base, exponent), rule, 0.9)
    if exponent.kind == "negative":
        yield Edit(inverse, _RULE, 0.9)
        yield Edit(op("@", inverse, inverse), _RULE, 1.1)
    yield Edit(inverse, _RULE, 1.2)

"""Edits of a line that no table says: of rows, of letters, of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice, permutations, product
from typing import NamedTuple

from matcalc.claims.point import Worth
from matcalc.claims.slopes import is_entrywise, slope
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

_OF_SIZE = 0.8  # 1/n of a mean, beside a number that stands there
_POINTS = 6  # parts that recur, of which the point of a slope is looked at
_ALL = 4  # factors, of which every order is looked at
_LONG = 9  # factors, of which some are
_LOST = ("wrong-expansion", "missing-term")
_AXES = (2, 4)  # of a result whose letters are put in another order, at least and at most
_MOVED = 0.1  # for each letter more than two that changes its place
_APART = 0.2  # where they are no neighbours: rather a factor is turned
_LETTERS = ("transpose", "layout", "index-convention")


class Edit(NamedTuple):
    """Something else for a part of a line.

    Attributes:
        tree: What stands there instead.
        causes: The mistakes that it undoes, the likeliest first.
        price: How much of an edit it is.
    """

    tree: Tree
    causes: tuple[str, ...]
    price: float = 1.0


class Around(NamedTuple):
    """What an edit may know of a line: what its parts are worth, and where they stand.

    Attributes:
        worth: What parts are worth; shapes decide which edits are looked at.
        line: The line.
        parents: For the identity of a part what takes it, and as which argument.
    """

    worth: Worth
    line: Tree
    parents: Mapping[int, tuple[Tree, int]]

    def kind(self, tree: Tree) -> str:
        """The kind of a part: s, c, r, m, t, or nothing where it does not fit."""
        return self.worth.kind(tree)

    def is_size(self, tree: Tree) -> bool:
        """Whether it says a size: n of ``eye(n)``."""
        parent = self.parents.get(id(tree))
        while parent is not None and parent[0].kind == "tuple":
            parent = self.parents.get(id(parent[0]))
        return parent is not None and parent[0].calls("eye", "ones", "zeros")

    def is_exponent(self, tree: Tree) -> bool:
        """Whether it is the exponent of a power."""
        parent, k = self.parents.get(id(tree), (None, 0))
        return parent is not None and parent.operator("**") and k == 1

    def is_second_column(self, tree: Tree) -> bool:
        """Whether it is the second of two columns, whose outer product is due: ``x @ y.T``."""
        parent, k = self.parents.get(id(tree), (tree, 0))
        return k == 1 and parent.operator("@") and {*map(self.kind, parent.args)} == {"c"}

    def factors(self, tree: Tree) -> list[Tree]:
        """The factors of the product of any kind that a part belongs to."""
        top = tree
        while True:
            parent, _ = self.parents.get(id(top), (None, 0))
            if parent is None or not parent.operator("@", "*", "/"):
                break
            top = parent
        return row_of(top, "@", "*", "/")


def around(line: Tree, worth: Worth) -> Around:
    """What an edit may know of a line."""
    parents = {id(arg): (each, k) for each in walk(line) for k, arg in enumerate(each.args)}
    return Around(worth, line, parents)


def of_whole(tree: Tree, near: Around) -> Iterator[Edit]:
    """A part transposed, with the other sign, or as another number."""
    yield from _transposes(tree, near)
    if tree.kind == "number":
        yield from _numbers(tree, near.worth.at.sizes)
    elif not near.is_exponent(tree):
        yield Edit(negative(tree), ("sign",))


def _transposes(tree: Tree, near: Around) -> Iterator[Edit]:
    if near.kind(tree) == "s" or tree.kind == "number":
        return
    causes = ("transpose", "layout")
    if tree is near.line and tree.kind != "transpose":
        causes = causes[::-1]
    if near.is_second_column(tree):
        causes = ("kind-of-product", "transpose")
    yield Edit(turned(tree), causes, 1.0 if tree.kind in ("name", "transpose") else 1.3)


def _numbers(tree: Tree, sizes: Iterable[str]) -> Iterator[Edit]:
    """Other numbers than one that is written."""
    for size in sizes:
        yield Edit(op("/", tree, Tree("name", size)), ("factor",), _OF_SIZE)
        yield Edit(op("*", tree, Tree("name", size)), ("factor",), 1.2)
    value = float(tree.value)
    others = {"1", "2", "3", "4", "0.5"}
    if value not in (1, 2):
        others |= {f"{value / 2:g}", f"{value * 2:g}"}
    for each in sorted(others - {tree.value}):
        yield Edit(number(each), ("factor",), 1.1)
    yield Edit(negative(tree), ("sign",), 1.1)


def entrywise(tree: Tree, near: Around) -> Iterator[Edit]:
    """Functions entry by entry: one put around, wherever the part stands, one left out, a slope."""
    functions = near.worth.at.functions
    if near.kind(tree) in (*"crm",) and tree.kind != "number":
        for name in functions:
            if name not in ("step", "sign"):  # 1 - tanh(z)**2 for 1 - z**2
                yield Edit(called(name, tree), ("wrong-point", "chain-rule"), 1.2)
    for part in _recurring(tree):  # 1 - z**2 for 1 - a**2
        for name in functions if near.kind(part) else ():
            new = replaced(tree, part, called(name, part))
            yield Edit(new, ("wrong-point", "chain-rule"), 1.1)
    if is_entrywise(tree) or (tree.primes and len(tree.args) == 1):
        yield Edit(tree.args[0], ("wrong-point", "chain-rule"))
        yield Edit(slope(tree), ("chain-rule", "scalar-rule"))


def _recurring(tree: Tree) -> list[Tree]:
    """The first parts of a tree that stand in it twice, each once."""
    if tree.kind not in ("operator", "call"):
        return []
    seen: dict[str, list[Tree]] = {}
    for part in islice(walk(tree), 1, None):
        if part.kind not in ("number", "text", "tuple"):
            seen.setdefault(str(part), []).append(part)
    return [parts[0] for parts in list(seen.values())[:_POINTS] if len(parts) > 1]


def of_factors(tree: Tree, near: Around) -> Iterator[Edit]:
    """A product with one factor left out, which may stand there twice, or in another order."""
    one, two = tree.args
    others = near.factors(tree)
    for kept, gone in ((one, two), (two, one)):
        if sum(_alike(gone, each) for each in others) > 1:
            yield Edit(kept, ("duplicated-factor", "chain-rule"))
        elif near.kind(gone) == "s":
            yield Edit(kept, ("factor", "duplicated-factor"), 1.3)
        else:
            yield Edit(kept, ("chain-rule", "factor"), 1.3)
    yield from _of_row(row_of(tree), near)
    if tree.value == "*" and one.kind == "number" and not float(one.value) % 2:
        yield from _halves(float(one.value), two, near)


def _alike(one: Tree, two: Tree) -> bool:
    """Whether two factors are of the same letters: ``v`` and ``diag(v)``, ``A`` and ``A.T``."""
    plain = [each.args[0] if each.calls("diag") else each for each in (one, two)]
    plain = [each.args[0] if each.kind == "transpose" else each for each in plain]
    return same(plain[0], plain[1])


def _of_row(row: Sequence[Tree], near: Around) -> Iterator[Edit]:
    """The factors of a row of matrices in another order, under one inverse, about one another."""
    if 3 <= len(row) <= _LONG:
        for order in _orders(len(row)):
            yield Edit(chained([row[k] for k in order]), ("order", "layout"), 1.1)
        back = [turned(each) for each in reversed(row)]
        yield Edit(chained(back), ("layout", "transpose", "order"), 1.3)
    if len(row) > 1 and all(each.calls("inv") for each in row):
        inside = [each.args[0] for each in row]
        values = [near.worth.of(each) for each in inside]
        causes = ("wrong-expansion", "not-invertible", "inverse")
        if any(value and not value.is_square for value in values):
            causes = ("not-invertible", "wrong-expansion", "inverse")
        for factors in (inside, inside[::-1]):
            yield Edit(called("inv", chained(factors)), causes)
    for square, other in (row[-2:], row[-2:][::-1]) if len(row) > 1 else ():
        if square.operator("**") and square.args[1].value == "2":  # X @ C @ X for X**2 @ C
            both = (square.args[0], turned(square.args[0]))
            for left, right in product(both, both):
                factors = [*row[:-2], left, other, right]
                yield Edit(chained(factors), ("scalar-rule", "order"))


def _orders(count: int) -> Iterator[Sequence[int]]:
    """Other orders of some factors: all of a few; of many turned, reversed and two swapped."""
    plain = list(range(count))
    if count <= _ALL:
        yield from (order for order in permutations(plain) if list(order) != plain)
        return
    yield [*plain[1:], plain[0]]
    yield [plain[-1], *plain[:-1]]
    yield plain[::-1]
    for i, j in combinations(plain, 2):
        order = list(plain)
        order[i], order[j] = order[j], order[i]
        yield order


def _halves(value: float, whole: Tree, near: Around) -> Iterator[Edit]:
    """``2 * A @ x`` for ``(A + A.T) @ x``: twice a matrix for its sum with its transpose."""
    seen: list[Tree] = []
    for part in walk(whole):
        matrix = near.worth.of(part)
        if not matrix or not matrix.is_square or any(same(part, each) for each in seen):
            continue
        seen.append(part)
        new = replaced(whole, part, op("+", part, turned(part)))
        if value != 2:
            new = op("*", number(f"{value / 2:g}"), new)
        yield Edit(new, ("symmetric-part",), 1.1)
        if whole.operator("@"):
            other = replaced(whole, part, turned(part))
            yield Edit(op("+", whole, other), ("symmetric-part", "missing-term"), 1.2)


def of_terms(tree: Tree) -> Iterator[Edit]:
    """Sums of products whose parentheses were lost: ``a @ b + c`` for ``a @ (b + c)``."""
    sign, (one, two) = tree.value, tree.args
    left, right = row_of(one), row_of(two)
    first = left[0]
    for i in range(len(left)):  # the sum begins at the i-th factor, and ends before the j-th
        for j in range(1, len(right) + 1):
            inner = op(sign, chained(left[i:]), chained(right[:j]))
            if i or j < len(right):
                yield Edit(chained([*left[:i], inner, *right[j:]]), _LOST, 1.1)
        for j in range(i + 1, len(left)):
            inner = op(sign, chained(left[i:j]), two)
            yield Edit(chained([*left[:i], inner, *left[j:]]), _LOST, 1.1)
    if first.operator("*") and first.args[0].is_literal:  # 2 * A @ U - B for 2 * (A - B) @ U
        for j in range(1, len(left) + 1):
            inner = op(sign, chained([first.args[1], *left[1:j]]), two)
            yield Edit(chained([op("*", first.args[0], inner), *left[j:]]), _LOST, 1.1)


def of_einsum(tree: Tree) -> Iterator[Edit]:
    """Letters of an einsum, or its operands, that changed places."""
    text = tree.args[0].value.replace(" ", "")
    if text.count("->") != 1 or "." in text:
        return
    inside, out = text.split("->")
    parts = inside.split(",")
    if _AXES[0] <= len(out) <= _AXES[1]:
        for order in _others(out):
            yield Edit(_with_letters(tree, parts, order), _LETTERS, 1.0 + _price(out, order))
    for i, j in combinations(range(1, len(tree.args)), 2):
        args = list(tree.args)
        args[i], args[j] = args[j], args[i]
        yield Edit(tree._replace(args=tuple(args)), ("order", "layout"), 0.9)
    for k, part in enumerate(parts):
        for order in _others(part) if len(part) < _AXES[1] else ():
            new = [*parts[:k], order, *parts[k + 1 :]]
            yield Edit(_with_letters(tree, new, out), ("transpose", "index-convention"))


def _price(out: str, order: str) -> float:
    """What another order of a result's letters costs: least where it is turned round."""
    moved = [k for k, (a, b) in enumerate(zip(out, order, strict=True)) if a != b]
    is_turned = order == out[::-1] or moved[-1] - moved[0] == 1
    return _MOVED * (len(moved) - 2) + (0.0 if is_turned else _APART)


def _others(letters: str) -> list[str]:
    """Letters in other orders."""
    found = {"".join(order) for order in permutations(letters)}
    return sorted(found - {letters})


def _with_letters(tree: Tree, parts: Sequence[str], out: str) -> Tree:
    first = tree.args[0]._replace(value=f"{','.join(parts)}->{out}")
    return tree._replace(args=(first, *tree.args[1:]))

"""What may have gone wrong at one place of a line: every edit undoes a mistake that people make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from matcalc.claims.point import Worth
from matcalc.claims.slopes import is_entrywise, slope
from matcalc.claims.stacked import Stack
from matcalc.claims.tree import (
    Tree,
    called,
    negative,
    number,
    op,
    replaced,
    same,
    turned,
    walk,
)

_OF_SIZE = 0.8  # 1/n of a mean, beside a number that stands there
_POINTS = 6  # parts that recur, of which the point of a slope is looked at


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
        found: list[Tree] = []
        waiting = [top]
        while waiting:
            each = waiting.pop()
            if each.operator("@", "*", "/"):
                waiting += each.args
            else:
                found.append(each)
        return found


def around(line: Tree, worth: Worth) -> Around:
    """What an edit may know of a line."""
    parents = {id(arg): (each, k) for each in walk(line) for k, arg in enumerate(each.args)}
    return Around(worth, line, parents)


def everywhere(tree: Tree, near: Around) -> Iterator[Edit]:
    """The edits that any part may have: transposes, signs, functions around it, other points."""
    value = near.worth.of(tree)
    yield from _transposes(tree, value, near)
    if tree.kind == "number":
        yield from _numbers(tree, near.worth.at.sizes)
    elif not near.is_exponent(tree):
        yield Edit(tree.args[0] if tree.kind == "negative" else negative(tree), ("sign",))
    if value is not None:
        yield from _wraps(tree, value)
        yield from _applied(tree, value, near)
    yield from _points(tree, near)


def _transposes(tree: Tree, value: Stack | None, near: Around) -> Iterator[Edit]:
    if (value and value.kind == "s") or tree.kind == "number":
        return
    if tree.kind == "transpose":
        (inside,) = tree.args
        yield Edit(inside, ("transpose", "layout"))
        if inside.operator("@"):
            one, two = inside.args
            yield Edit(op("@", turned(one), turned(two)), ("order", "transpose"), 1.5)
    else:
        causes = ("layout", "transpose") if tree is near.line else ("transpose", "layout")
        if near.is_second_column(tree):
            causes = ("kind-of-product", "transpose")
        yield Edit(turned(tree), causes, 1.0 if tree.kind == "name" else 1.3)


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


def _wraps(tree: Tree, value: Stack) -> Iterator[Edit]:
    """Functions around it that were left out."""
    if tree.kind == "number":
        return
    if value.kind == "s":
        yield Edit(op("**", tree, number("2")), ("norm-not-squared", "factor"))
        yield Edit(called("sqrt", tree), ("norm-not-squared", "factor"), 1.4)
        yield Edit(op("**", tree, number("3")), ("norm-not-squared", "factor"), 1.2)
        return
    if value.kind not in "crm":
        return
    yield Edit(op("**", tree, number("2")), ("factor", "wrong-point"), 1.4)
    for name in ("sum", "mean"):
        yield Edit(called(name, tree), ("missing-sum",), 1.2)
    if value.kind in "cr":
        inside = tree if value.kind == "c" else turned(tree)
        yield Edit(called("diag", inside), ("diagonal", "kind-of-product"))
        return
    for axis in "01":
        summed = Tree("call", "sum", (tree, number(axis)), 0, ("axis",))
        yield Edit(summed, ("missing-sum",), 1.2)
        yield Edit(turned(summed), ("missing-sum",), 1.6)
    if value.is_square:
        yield Edit(called("inv", tree), ("inverse",))
        yield Edit(called("diag", tree), ("diagonal", "missing-sum"), 1.2)
        yield Edit(called("tr", tree), ("missing-sum", "kind-of-product"), 1.6)
        yield from _symmetric(tree)


def _applied(tree: Tree, value: Stack, near: Around) -> Iterator[Edit]:
    """A function of the forward pass around it: ``1 - tanh(z)**2`` for ``1 - z**2``."""
    if value.kind in "crm" and tree.kind != "number":
        for name in near.worth.at.functions:
            if name not in ("step", "sign"):
                yield Edit(called(name, tree), ("wrong-point", "chain-rule"), 1.2)


def _symmetric(tree: Tree) -> Iterator[Edit]:
    """A matrix for its sum with its transpose, and what free entries of a symmetric one add."""
    both = op("+", tree, turned(tree))
    diagonal = called("diag", called("diag", tree))
    yield Edit(both, ("symmetric-part", "missing-term"))
    yield Edit(op("/", both, number("2")), ("symmetric-part",), 1.3)
    yield Edit(op("-", both, diagonal), ("symmetric-variable",), 1.3)
    yield Edit(diagonal, ("symmetric-variable",), 1.6)


def _points(tree: Tree, near: Around) -> Iterator[Edit]:
    """The same function of another argument wherever it stands: 1 - z**2 for 1 - a**2."""
    if tree.kind not in ("operator", "call"):
        return
    seen: list[Tree] = []
    for part in walk(tree):
        plain = part.kind in ("number", "text", "tuple")
        if part is tree or plain or any(same(part, each) for each in seen):
            continue
        seen.append(part)
        if len(seen) > _POINTS:
            return
        if sum(same(part, each) for each in walk(tree)) < 2:
            continue
        if is_entrywise(part):
            yield Edit(replaced(tree, part, part.args[0]), ("wrong-point",), 1.1)
        for name in near.worth.at.functions if near.kind(part) else ():
            new = replaced(tree, part, called(name, part))
            yield Edit(new, ("wrong-point", "chain-rule"), 1.1)


def of_function(tree: Tree) -> Iterator[Edit]:
    """A function entry by entry: left out, or its slope for it."""
    if is_entrywise(tree) or (tree.primes and len(tree.args) == 1):
        yield Edit(tree.args[0], ("wrong-point", "chain-rule"))
        yield Edit(slope(tree), ("chain-rule", "scalar-rule"))
        if tree.primes:
            yield Edit(tree._replace(primes=tree.primes - 1), ("chain-rule",))

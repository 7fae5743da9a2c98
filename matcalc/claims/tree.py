"""A line that somebody wrote as a tree, whether it fits or not; changed, and written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial, reduce
from typing import NamedTuple

from matcalc.errors import Place, TooLargeError
from matcalc.expression.parser import PostfixStep, parse
from matcalc.expression.terms import spelled
from matcalc.operations import ALIASES, RULES, facts_of
from matcalc.operations.facts import NONE, Facts

_STEPS = 600  # of a line that is judged
_NOWHERE = Place("", 0, 0)


class Tree(NamedTuple):
    """A step of a line with what it takes.

    Attributes:
        kind: As of :class:`~matcalc.expression.postfix.PostfixStep`.
        value: The name, the sign, the digits.
        args: What it takes.
        primes: Of a call, how often it is differentiated.
        keywords: Of a call, the names of its last arguments.
        place: Where it was written; nowhere for what a repair wrote.
    """

    kind: str
    value: str
    args: tuple[Tree, ...] = ()
    primes: int = 0
    keywords: tuple[str, ...] = ()
    place: Place = _NOWHERE

    @property
    def is_written(self) -> bool:
        """Whether it stands in the line."""
        return self.place.stop > self.place.start

    @property
    def is_grouped(self) -> bool:
        """Whether it stands in parentheses in the line."""
        return self.is_written and self.place.text[self.place.start] == "("

    def operator(self, *signs: str) -> bool:
        """Whether it is one of these operations."""
        return self.kind == "operator" and self.value in signs

    def calls(self, *names: str) -> bool:
        """Whether it is a call of one of these functions, not of their derivatives."""
        return self.kind == "call" and self.value in names and not self.primes

    @property
    def facts(self) -> Facts:
        """What is known of the function of a call, not of its derivatives."""
        is_call = self.kind == "call" and not self.primes
        return facts_of(ALIASES.get(self.value, self.value)) if is_call else NONE

    @property
    def is_literal(self) -> bool:
        """Whether it is a number that is written out."""
        inside = self.args[0] if self.kind == "negative" else self
        return inside.kind == "number"

    @property
    def is_spread(self) -> bool:
        """Whether books write it beside a vector though it is a number: 1, or a mean of entries."""
        if self.kind == "negative" or self.operator("*", "/"):
            return any(arg.is_spread and not arg.is_literal for arg in self.args) or self.is_literal
        rule = RULES.get(self.value) if self.kind == "call" else None
        return self.is_literal or (rule is not None and rule.reduces)

    @property
    def step(self) -> PostfixStep:
        """It without what it takes."""
        return PostfixStep(
            self.kind, self.value, len(self.args), self.place, self.primes, self.keywords
        )

    @property
    def is_entrywise(self) -> bool:
        """Whether it is said to come first before ``@``: not a number times something."""
        return self.operator("*", "/") and not _leads_with_number(self)

    @property
    def text(self) -> str:
        """The line in the input language."""
        return spelled(self)

    def __str__(self) -> str:
        return self.text


def _leads_with_number(tree: Tree) -> bool:
    """Whether it is a number times something: ``2 * A`` needs no parentheses before ``@``."""
    first = tree.args[0]
    first = first.args[0] if first.kind == "negative" or first.operator("/") else first
    return first.kind == "number"


class Assigned(NamedTuple):
    """A line with the name that it gives; the last one may give none."""

    name: str
    tree: Tree


def trees(text: str) -> tuple[Assigned, ...]:
    """The lines of a formula as trees.

    Raises:
        NotationError: It cannot be read.
        TooLargeError: It is too long to be looked through.

    >>> [str(one.tree) for one in trees("z = W @ x; 2 * (z.T @ z)")]
    ['W @ x', '2 * (z.T @ z)']
    """
    found: list[Assigned] = []
    for one in parse(text):
        if len(one.steps) > _STEPS:
            raise TooLargeError(f"over {_STEPS} names, numbers and signs; take parts of it")
        found.append(Assigned(one.name, _tree(one.steps)))
    return tuple(found)


def _tree(steps: Sequence[PostfixStep]) -> Tree:
    waiting: list[Tree] = []
    for step in steps:
        kept = len(waiting) - step.takes
        args = tuple(waiting[kept:])
        waiting[kept:] = [Tree(step.kind, step.value, args, step.primes, step.keywords, step.place)]
    return waiting[0]


def walk(tree: Tree) -> Iterator[Tree]:
    """All parts of a tree, the whole first."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += reversed(one.args)


def unplaced(tree: Tree) -> Tree:
    """A tree as one that stands nowhere in the claim."""
    return tree._replace(args=tuple(map(unplaced, tree.args)), place=_NOWHERE)


def words(tree: Tree) -> list[str]:
    """The words of a line without its parentheses."""
    found: list[str] = []
    for part in walk(tree):
        if part.kind == "transpose":
            found += [".", "T"]
        elif part.kind != "tuple":
            found.append(part.value)
            found += [","] * (len(part.args) - 1 if part.kind == "call" else 0)
            found += ["'"] * part.primes
    return found


def names(tree: Tree) -> set[str]:
    """The names that stand in it."""
    return {one.value for one in walk(tree) if one.kind == "name"}


def same(one: Tree, two: Tree) -> bool:
    """Whether two trees are written alike, wherever they stand."""
    return (
        one.kind == two.kind
        and one.value == two.value
        and one.primes == two.primes
        and one.keywords == two.keywords
        and len(one.args) == len(two.args)
        and all(map(same, one.args, two.args))
    )


def op(sign: str, one: Tree, two: Tree) -> Tree:
    """An operation of two."""
    return Tree("operator", sign, (one, two))


def number(text: str) -> Tree:
    """A number that is written out."""
    return Tree("number", text)


def negative(tree: Tree) -> Tree:
    """It with the other sign."""
    return tree.args[0] if tree.kind == "negative" else Tree("negative", "-", (tree,))


def turned(tree: Tree) -> Tree:
    """Its transpose; a transpose that is written goes."""
    return tree.args[0] if tree.kind == "transpose" else Tree("transpose", ".T", (tree,))


def bare(tree: Tree) -> Tree:
    """It without the signs and transposes around it."""
    while tree.kind in ("transpose", "negative"):
        tree = tree.args[0]
    return tree


def upright(tree: Tree) -> Tree:
    """It without its transposes."""
    while tree.kind == "transpose":
        tree = tree.args[0]
    return tree._replace(args=tuple(map(upright, tree.args)))


def called(name: str, *args: Tree, primes: int = 0) -> Tree:
    """A call of a function."""
    return Tree("call", name, args, primes)


def row_of(tree: Tree, *signs: str) -> list[Tree]:
    """The factors of a product from left to right, of ``@`` where nothing is said."""
    if not tree.operator(*signs or "@"):
        return [tree]
    return [*row_of(tree.args[0], *signs), *row_of(tree.args[1], *signs)]


def chained(factors: Sequence[Tree], sign: str = "@") -> Tree:
    """A product of some factors."""
    return reduce(partial(op, sign), factors)


def spelled_out(tree: Tree, meant: Mapping[str, Tree], which: Collection[str]) -> Tree:
    """A tree in which some names are what they mean, and so are the names in that."""
    if tree.kind == "name" and tree.value in which:
        return spelled_out(unplaced(meant[tree.value]), meant, meant.keys() - {tree.value})
    args = tuple(spelled_out(arg, meant, which) for arg in tree.args)
    return tree if all(map(_is, args, tree.args)) else tree._replace(args=args)


def filled(tree: Tree, given: Mapping[str, Tree]) -> Tree:
    """A tree with a part for each of its names."""
    if tree.kind == "name":
        return given[tree.value]
    args = [filled(arg, given) for arg in tree.args]
    if tree.kind in ("negative", "transpose"):
        return (negative if tree.kind == "negative" else turned)(*args)
    return tree._replace(args=tuple(args))


def replaced(tree: Tree, old: Tree, new: Tree) -> Tree:
    """A tree with everything that is written like another replaced."""
    if same(tree, old):
        return new
    args = tuple(replaced(arg, old, new) for arg in tree.args)
    return tree if all(map(_is, args, tree.args)) else tree._replace(args=args)


def _is(one: Tree, two: Tree) -> bool:
    return one is two


class Change(NamedTuple):
    """One part of a line and what stands there instead.

    Attributes:
        old: The part, by its place in the tree.
        new: What stands there.
        causes: The mistakes that this undoes.
        price: How much of an edit it is.
        is_exchange: Whether another piece took the place of a part.
    """

    old: Tree
    new: Tree
    causes: tuple[str, ...]
    price: float
    is_exchange: bool = False


class TrueLine(NamedTuple):
    """A line that is worth the truth.

    Attributes:
        tree: The line.
        changes: What was changed.
        price: The prices together.
    """

    tree: Tree
    changes: tuple[Change, ...]
    price: float


def with_change(tree: Tree, change: Change) -> Tree:
    """A line with a part changed."""
    if tree is change.old:
        return change.new
    args = tuple(with_change(arg, change) for arg in tree.args)
    if all(new is old for new, old in zip(args, tree.args, strict=True)):
        return tree
    return tree._replace(args=args)

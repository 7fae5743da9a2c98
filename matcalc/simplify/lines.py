"""The lines of :mod:`matcalc.simplify.identities`, read once, and found by operation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextvars import Context
from functools import cache, cached_property
from typing import Any

from matcalc.dimensions import Shape
from matcalc.expression import Formula, parse_declarations, read_formula
from matcalc.graph import Apply, Factor, Node, Product, Scale, flat, rebuilt, split, topological
from matcalc.operations import RULES, find_rule
from matcalc.simplify.facts import IMPLIED, Known
from matcalc.simplify.identities import COMPUTING, SECTIONS, SOFTMAX, IdentitySection
from matcalc.simplify.patterns import Lift, Match, multiplied, variables_of

_INSIDE = 4  # steps down from the left side of a line to the last operation in it
_CHOICES = 4096  # of lines that are kept, by what factors are
_OF_ROWS = frozenset(["simplex", "onehot"])  # what is said of what lies along the last axis
_WORD = re.compile(r"[A-Za-z_]\w*")


class Rewrite:
    """A line: wherever the left side stands, the right side may.

    Attributes:
        text: The line.
        left: The left side, in the input language.
        right: The right side.
        conditions: What must be known of variables, by name.
        variables: The variables as they are declared.
        section: The subject of the line.
    """

    def __init__(self, text: str, declarations: str, section: str = "") -> None:
        self.text = text
        self.section = section
        formula, _, stated = text.partition(" | ")
        self.left, self.right = formula.split(" -> ")
        self.conditions = dict(one.split() for one in stated.split(", ") if one)
        words = set(_WORD.findall(self.left))
        self.variables = {
            name: one.variable
            for name, one in parse_declarations(declarations).items()
            if name in words
        }
        rules = (RULES.get(word) for word in words)
        self.operations = frozenset(one.name for one in rules if one and one.pull)

    def __repr__(self) -> str:
        return f"<rewrite {self.text}>"

    @property
    def declared(self) -> str:
        """The variables with what the line demands of them: ``Q[m,n]:orthogonal``."""
        stated = self.conditions.items()
        facts = {name: f":{fact}" for name, fact in stated if fact not in IMPLIED}
        return " ".join(f"{one}{facts.get(name, '')}" for name, one in self.variables.items())

    @cached_property
    def formula(self) -> Formula:
        """The left side, read; that is no step of whoever asks."""
        return Context().run(read_formula, self.left, self.variables)

    @cached_property
    def sides(self) -> tuple[Node, Node]:
        """Both sides as nodes."""
        names = self.formula.names
        right = Context().run(read_formula, self.right, self.variables, names=names)
        return _flattened(self.formula.node), right.node

    @cached_property
    def lifted(self) -> bool:
        """Whether numbers and vectors stand for arrays of any shape."""
        ranks = [len(self.sides[0].shape), *(one.rank for one in self.variables.values())]
        return max(ranks) < 2

    @cached_property
    def has_vectors(self) -> bool:
        """Whether it is about what lies along one axis, or along all."""
        return any(one.rank for one in self.variables.values())

    @cached_property
    def parts(self) -> tuple[Factor, ...]:
        """The factors, or terms, of the left side, the most telling first."""
        left = self.sides[0]
        if isinstance(left, Product):
            listed = left.factors
        else:
            listed = tuple(Factor(term, ()) for term in left.operands)
        return tuple(sorted(listed, key=_telling, reverse=True))

    @cached_property
    def term(self) -> tuple[Scale, Node]:
        """The first of the terms of the left side, as a coefficient times the rest."""
        return split(self.parts[0].node)

    @cached_property
    def shared(self) -> tuple[int, ...]:
        """The arguments of the first factor of the left side that are factors of it too."""
        (first, *others) = (part.node for part in self.parts)
        below = first.arguments if isinstance(first, Apply) else ()
        return tuple(k for k, one in enumerate(below) if one in others)

    @cached_property
    def heads(self) -> tuple[tuple[str, int], ...]:
        """What the factors of the left side are that are no variables, and how many of each."""
        found = Counter(head(part.node) for part in self.parts)
        return tuple((name, count) for name, count in found.items() if name != "Symbol")

    @cached_property
    def divides(self) -> bool:
        """Whether a factor of the left side stands below the line."""
        return any(part.exponent < 0 for part in self.parts)

    @cached_property
    def demands(self) -> frozenset[str]:
        """What must be declared of some variable: all but what a node may tell by itself."""
        return frozenset(self.conditions.values()).difference(IMPLIED, ["positive"])

    @cached_property
    def within(self) -> frozenset[str]:
        """The operations inside of the left side."""
        return operations_within(self.sides[0])

    @cached_property
    def output(self) -> tuple[Any, ...]:
        """The labels of the left side."""
        left = self.sides[0]
        return left.output if isinstance(left, Product) else ()

    @cached_property
    def summed(self) -> frozenset[Any]:
        """The labels that the left side sums."""
        found = (label for part in self.parts for label in flat(part.labels))
        return frozenset(found).difference(flat(self.output))

    def lifts(self, pattern: Node, node: Node) -> Iterator[Match]:
        """The ways in which a node may be larger than a pattern."""
        if not self.lifted:
            yield Match(None, {}, {})
        elif not self.has_vectors:
            yield Match(Lift(node.shape, ()), {}, {})
        else:
            for shape, along in _axes_along(pattern, node):
                yield Match(Lift(shape, along), {}, {})

    def holds(self, match: Match, known: Known) -> bool:
        """Whether what the line demands of its variables is known."""
        if not _OF_ROWS.isdisjoint(self.conditions.values()) and not match.is_along_rows:
            return False
        return all(known.holds(match.nodes[name], fact) for name, fact in self.conditions.items())


def operations_within(root: Node) -> frozenset[str]:
    """The operations that a node is made of, a few steps down."""
    level = set(root.operands)
    found: set[str] = set()
    for _ in range(_INSIDE):
        found.update(node.operation for node in level if isinstance(node, Apply))
        level = {below for node in level for below in node.operands}
    return frozenset(found)


def _flattened(root: Node) -> Node:
    """A node with all products within products opened."""
    done: dict[Node, Node] = {}
    for node in topological(root):
        done[node] = multiplied(rebuilt(node, done))
    return done[root]


def _telling(part: Factor) -> tuple[bool, int]:
    """Operations before all others; what has more variables first."""
    core = split(part.node)[1]
    return head(core) in RULES, len(variables_of(part.node))


def head(node: Node) -> str:
    """What a node is: the name of an operation, or a kind of node."""
    return node.operation if isinstance(node, Apply) else type(node).__name__


def heads_of_term(core: Node) -> list[str]:
    """What a term without its coefficient is, and what its factors are."""
    return [head(core), *map(head, core.operands if isinstance(core, Product) else ())]


def _axes_along(pattern: Node, node: Node) -> Iterator[tuple[Shape, tuple[int, ...]]]:
    """The shape of an array, and the axes of it that a pattern's vector is along."""
    if isinstance(node, Apply) and "axis" in find_rule(node.operation).parameters:
        (shape, *_), (axis,) = [one.shape for one in node.arguments], node.parameters
        yield shape, tuple(range(len(shape))) if axis is None else (axis,)
    elif isinstance(node, Apply) and isinstance(pattern, Apply) and not pattern.shape:
        yield from _axes_along(pattern.arguments[0], node.arguments[0])
    elif pattern.shape:
        axes = range(len(node.shape))
        yield from ((node.shape, (axis,)) for axis in axes)
        if len(axes) > 1:
            yield node.shape, tuple(axes)
    elif isinstance(node, Product):
        for factor in node.factors:
            along = tuple(k for k, label in enumerate(factor.labels) if label not in node.output)
            if along:
                yield factor.node.shape, along


class LineTable:
    """The lines, by what a node is that they may apply to; read when such a node is met."""

    def __init__(self, rewrites: Sequence[Rewrite]) -> None:
        self.waiting = list(rewrites)
        self.met: set[str] = set()
        self.operations = frozenset(name for one in rewrites for name in one.operations)
        self.order = {one: position for position, one in enumerate(rewrites)}
        self.applications: dict[str, list[Rewrite]] = {}
        self.products: dict[str, list[Rewrite]] = {}
        self.sums: dict[str, list[Rewrite]] = {}
        self.chosen: dict[tuple[Any, ...], list[Rewrite]] = {}  # for factors that were met

    def meet(self, operation: str = "") -> None:
        """Read the lines about an operation, or those that are about none."""
        if operation in self.met or (operation and operation not in self.operations):
            return
        self.met.add(operation)
        for one in self.waiting:
            if operation in one.operations or not (operation or one.operations):
                self.put(one)
        self.waiting = [one for one in self.waiting if one not in self.placed]

    @property
    def placed(self) -> set[Rewrite]:
        """The lines that were read."""
        tables = (self.applications, self.products, self.sums)
        return {one for table in tables for found in table.values() for one in found}

    def put(self, one: Rewrite) -> None:
        """Put a line where what its left side is will be looked for."""
        left = one.sides[0]
        if isinstance(left, Apply):
            table, name = self.applications, left.operation
        elif isinstance(left, Product):
            table, name = self.products, head(one.parts[0].node)
        else:
            table, name = self.sums, heads_of_term(one.term[1])[-1]
        found = table.setdefault(name, [])
        found.append(one)
        found.sort(key=self.order.__getitem__)
        self.chosen.clear()

    def of_factors(self, nodes: Iterable[Node], facts: frozenset[str]) -> list[Rewrite]:
        """The lines that may hold of factors, by what these are and by what was declared."""
        heads = tuple([head(node) for node in nodes])
        if (heads, facts) not in self.chosen:
            if len(self.chosen) >= _CHOICES:
                self.chosen.clear()
            counts = Counter(heads)
            self.chosen[heads, facts] = [
                one
                for name in dict.fromkeys((*heads, "Symbol"))
                for one in self.products.get(name, ())
                if one.demands <= facts and all(counts[k] >= count for k, count in one.heads)
            ]
        return self.chosen[heads, facts]


def _read(sections: Iterable[IdentitySection]) -> tuple[Rewrite, ...]:
    return tuple(
        Rewrite(line, section.variables, section.title)
        for section in sections
        for line in section.lines
    )


REWRITES = _read(SECTIONS)
"""Every line, in the order in which they are tried."""
TABLE = LineTable(REWRITES)
"""Those that formulas are rewritten by."""
COMPUTED = _read([COMPUTING])
"""The lines for computing."""


@cache
def computing() -> LineTable:
    """The lines for computing, all read."""
    table = LineTable([*COMPUTED, *_read([SOFTMAX])])
    for operation in table.operations:
        table.meet(operation)
    return table

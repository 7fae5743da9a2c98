"""What applies the lines of :mod:`matcalc.simplify.identities`: read once, found by operation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context, ContextVar
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, NamedTuple

from matcalc.dimensions import Shape
from matcalc.expression import Formula, parse_declarations, read_formula
from matcalc.graph import (
    Apply,
    Factor,
    Node,
    Product,
    Scale,
    Sum,
    Symbol,
    add,
    apply,
    contract,
    flat,
    rebuilt,
    scaled,
    split,
    topological,
)
from matcalc.operations import RULES, find_rule
from matcalc.simplify.expansion import opened
from matcalc.simplify.facts import IMPLIED, NOTHING, Known
from matcalc.simplify.identities import COMPUTING, SECTIONS, Section
from matcalc.simplify.patterns import (
    Lift,
    Make,
    Match,
    Places,
    built,
    is_same,
    matches,
    multiplied,
    placings,
    variables_of,
)
from matcalc.steps import spend

Key = tuple[Node, tuple[Any, ...]]
Powers = dict[Key, Fraction]

_DEPTH = 24  # times that what a rule made is rewritten again
_ONCE = Fraction(1)
_INSIDE = 4  # steps down from the left side of a line to the last operation in it
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
    def heads(self) -> tuple[tuple[str, int], ...]:
        """What the factors of the left side are that are no variables, and how many of each."""
        found = Counter(head(part.node) for part in self.parts)
        return tuple((name, count) for name, count in found.items() if name != "Symbol")

    @cached_property
    def demands(self) -> frozenset[str]:
        """What must be declared of some variable: all but what a node may tell by itself."""
        return frozenset(self.conditions.values()).difference(IMPLIED, ["positive"])

    @cached_property
    def within(self) -> frozenset[str]:
        """The operations inside of the left side."""
        return _operations_within(self.sides[0])

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


def _operations_within(root: Node) -> frozenset[str]:
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


def _heads_of_term(core: Node) -> tuple[str, ...]:
    """What a term without its coefficient is, and what its factors are."""
    inside = (head(factor.node) for factor in core.factors) if isinstance(core, Product) else ()
    return (head(core), *inside)


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


class Table:
    """The lines, by what a node is that they may apply to; read when such a node is met."""

    def __init__(self, rewrites: Sequence[Rewrite]) -> None:
        self.waiting = list(rewrites)
        self.met: set[str] = set()
        self.operations = frozenset(name for one in rewrites for name in one.operations)
        self.order = {one: position for position, one in enumerate(rewrites)}
        self.applications: dict[str, list[Rewrite]] = {}
        self.products: dict[str, list[Rewrite]] = {}
        self.sums: dict[str, list[Rewrite]] = {}

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
            table, name = self.sums, _heads_of_term(split(one.parts[0].node)[1])[-1]
        found = table.setdefault(name, [])
        found.append(one)
        found.sort(key=self.order.__getitem__)


def _read(sections: Iterable[Section]) -> tuple[Rewrite, ...]:
    return tuple(
        Rewrite(line, section.variables, section.title)
        for section in sections
        for line in section.lines
    )


REWRITES = _read(SECTIONS)
"""Every line, in the order in which they are tried."""
_TABLE = Table(REWRITES)
COMPUTED = _read([COMPUTING])
"""The lines for computing."""
_USED: ContextVar[list[str] | None] = ContextVar("used", default=None)


@contextmanager
def noted() -> Generator[list[str]]:
    """The lines that are used inside, in order."""
    found: list[str] = []
    token = _USED.set(found)
    try:
        yield found
    finally:
        _USED.reset(token)


def note(lines: Iterable[str]) -> None:
    """Say that lines were used, to whoever asked."""
    found = _USED.get()
    if found is not None:
        found += [line for line in lines if line not in found]


@cache
def computing() -> Table:
    """The lines for computing, all read."""
    table = Table(COMPUTED)
    for operation in table.operations:
        table.meet(operation)
    return table


def rewritten_application(
    node: Apply, known: Known = NOTHING, depth: int = 0, table: Table = _TABLE
) -> Node:
    """An operation by the first line that it has the form of, if there is one."""
    table.meet(node.operation)
    lines = table.applications.get(node.operation, ()) if depth < _DEPTH else ()
    within = _operations_within(node) if lines else frozenset[str]()
    for one in lines:
        if not one.within <= within or not known.may_hold(one.demands):
            continue
        left, right = one.sides
        for lift in one.lifts(left, node):
            for match in matches(left, node, lift):
                if one.holds(match, known):
                    note((one.text,))
                    return built(right, match, _maker(known, depth + 1))
    return node


def _maker(known: Known, depth: int) -> Make:
    """What makes operations, and rewrites them again."""

    def make(name: str, below: Sequence[Node], shape: Shape, parameters: tuple[Any, ...]) -> Node:
        return rewritten_application(apply(name, below, shape, parameters), known, depth)

    return make


def rewritten_sum(node: Sum, known: Known = NOTHING, table: Table = _TABLE) -> Node:
    """A sum with terms by the first line that they have the form of, if there is one."""
    table.meet()
    terms = node.terms
    for term in terms:
        scale, core = split(term)
        heads = () if scale.powers else _heads_of_term(core)
        lines = [one for name in heads for one in table.sums.get(name, ())]
        beside = _others(terms, term) if lines else []
        for one in lines:
            found = _in_sum(one, (scale.number, core), beside, known)
            if found is not None:
                return found
    return node


def _in_sum(
    one: Rewrite, term: tuple[Fraction, Node], beside: Sequence[Node], known: Known
) -> Node | None:
    """A sum in which a term has the form of the first of a line, and others that of the others."""
    number, core = term
    first, *others = [part.node for part in one.parts]
    own, pattern = split(first)
    for lift in one.lifts(pattern, core):
        for match in matches(pattern, core, lift):
            if own.powers or not one.holds(match, known):
                continue
            ratio = Scale(number / own.number)
            wanted = (scaled(built(part, match), ratio) for part in others)
            rest = _without(wanted, beside)
            if rest is None:
                continue
            note((one.text,))
            right = built(one.sides[1], match, _maker(known, 1))
            return add([*rest, scaled(right, ratio)])
    return None


def _without(wanted: Iterable[Node], terms: Sequence[Node]) -> list[Node] | None:
    """Terms without those that are wanted, each of which is another; ``None`` if one is not there.

    Terms are equal but for what is known of their symmetry.
    """
    rest = list(terms)
    for one in wanted:
        found = next((term for term in rest if is_same(term, one)), None)
        if found is None:
            return None
        rest = _others(rest, found)
    return rest


def _others(terms: Iterable[Node], one: Node) -> list[Node]:
    return [term for term in terms if term is not one]


class Found(NamedTuple):
    """Factors that a line replaces.

    Attributes:
        gone: The factors, with the exponents that are taken from theirs.
        labels: The labels that are summed in the line.
        factor: What stands for them.
    """

    gone: dict[Key, Fraction]
    labels: tuple[Any, ...]
    factor: Factor


def rewritten_factors(
    powers: Powers, kept: Container[Any], known: Known = NOTHING, table: Table = _TABLE
) -> Found | None:
    """The first factors that a line replaces.

    Args:
        powers: Factors by node and labels, with exponents.
        kept: Labels that are not summed.
        known: What was declared of variables.
        table: The lines.
    """
    spend(len(powers))
    table.meet()
    heads = Counter(head(node) for node, _ in powers)
    held = Counter(k for _, labels in powers for k in dict.fromkeys(flat(labels)) if k not in kept)
    for name in (*heads, "Symbol") if "Symbol" not in heads else heads:
        for one in table.products.get(name, ()):
            if all(heads[k] >= count for k, count in one.heads) and known.may_hold(one.demands):
                sums = {k for k, count in held.items() if count <= len(one.parts)}
                found = _Search(one, powers, kept, sums, known).found()
                if found is not None:
                    return found
    return None


class _Search:
    """One line, and the factors of a product that may have its form.

    Attributes:
        sums: The labels that are summed within as many factors as the line has.
    """

    def __init__(
        self, one: Rewrite, powers: Powers, kept: Container[Any], sums: set[Any], known: Known
    ) -> None:
        self.one = one
        self.powers = powers
        self.kept = kept
        self.sums = sums
        self.known = known
        self.output, self.summed = one.output, one.summed

    def found(self) -> Found | None:
        """The first factors that have the form of the line."""
        first, *others = self.one.parts
        for key in self.powers:
            if not self.may_be(first, key) or not self.is_complete(others):
                continue
            for lift in self.one.lifts(first.node, key[0]):
                for match, places, keys in self.further(lift, {}, (), key):
                    found = self.result(match, places, keys)
                    if found is not None:
                        return found
        return None

    def further(
        self, match: Match, places: Places, keys: tuple[Key, ...], first: Key
    ) -> Iterator[tuple[Match, Places, tuple[Key, ...]]]:
        """Every way in which more factors have the form of those of the line."""
        if len(keys) == len(self.one.parts):
            yield match, places, keys
            return
        part = self.one.parts[len(keys)]
        for key in self.powers if keys else (first,):
            if key in keys or not (keys == () or self.may_be(part, key)):
                continue
            for found, placed in placings(part, Factor(*key), match, places):
                yield from self.further(found, placed, (*keys, key), first)

    def is_complete(self, parts: Sequence[Factor]) -> bool:
        """Whether each of some factors of the line may be somewhere."""
        return all(any(self.may_be(part, key) for key in self.powers) for part in parts)

    def may_be(self, part: Factor, key: Key) -> bool:
        """Whether a factor can have the form of that of the line, at a glance."""
        pattern, (node, labels) = part.node, key
        if isinstance(pattern, Symbol):
            fact = self.one.conditions.get(pattern.name)
            if fact is not None and not self.known.holds(node, fact):
                return False
        elif head(pattern) != head(node):
            return False
        summed = self.summed and not self.summed.isdisjoint(part.labels)
        if summed and self.sums.isdisjoint(flat(labels)):
            return False
        return self.counts(part, key) is not None

    def counts(self, part: Factor, key: Key) -> Fraction | None:
        """How often a factor holds that of the line; of a line that sums, once."""
        power = self.powers[key]
        if self.summed:
            return _ONCE if power == part.exponent else None
        ratio = power / part.exponent
        if len(self.one.parts) == 1:
            whole = ratio.denominator == 1 and (ratio > 0 or part.exponent > 0)
            return ratio if whole else None
        return ratio if ratio >= 1 and ratio.denominator == 1 else None

    def result(self, match: Match, places: Places, keys: tuple[Key, ...]) -> Found | None:
        """What stands for some factors, if nothing else has the labels that are summed."""
        labels = tuple(label for k in self.summed for label in places[k])
        free = {label for k, found in places.items() if k not in self.summed for label in found}
        held = {k for key in self.powers if key not in keys for k in flat(key[1])}
        if len(set(labels)) < len(labels) or not (free | held).isdisjoint(labels):
            return None
        if any(label in self.kept for label in labels) or not self.one.holds(match, self.known):
            return None
        axes = match.joined(self.output, places)
        if axes is None:
            return None
        pairs = list(zip(self.one.parts, keys, strict=True))
        count = min((self.counts(part, key) or Fraction(1) for part, key in pairs), key=abs)
        note((self.one.text,))
        right = built(self.one.sides[1], match, _maker(self.known, 1))
        gone = {key: part.exponent * count for part, key in pairs}
        return Found(gone, labels, Factor(right, axes, count))


def rewritten_product(node: Product, known: Known = NOTHING, table: Table = _TABLE) -> Node:
    """A product with all that lines put for its factors, the products within it opened."""
    result: Node = node
    for _ in range(_DEPTH):
        again = _once(result, known, table) if isinstance(result, Product) else None
        if again is None:
            break
        result = again
    return result


def _once(node: Product, known: Known, table: Table) -> Node | None:
    """A product with what the first line puts for its factors; ``None`` if none does."""
    factors, sizes = opened(node)
    powers: Powers = {}
    for factor in factors:
        key = factor.node, factor.labels
        powers[key] = powers.get(key, Fraction(0)) + factor.exponent
    found = rewritten_factors(powers, set(flat(node.output)), known, table)
    if found is None:
        return None
    for key, power in found.gone.items():
        powers[key] -= power
    rest = [Factor(*key, power) for key, power in powers.items() if power]
    kept = {label: size for label, size in sizes.items() if label not in found.labels}
    return contract([*rest, found.factor], node.output, kept, node.scale)

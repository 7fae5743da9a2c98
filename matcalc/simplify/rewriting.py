"""What applies the lines of :mod:`matcalc.simplify.identities` to operations, sums and products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.dimensions import Shape
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
    scaled,
    split,
)
from matcalc.simplify.expansion import Key, Powers, opened
from matcalc.simplify.facts import NOTHING, Known
from matcalc.simplify.lines import TABLE, LineTable, Rewrite, head, heads_of_term, operations_within
from matcalc.simplify.patterns import (
    Make,
    Match,
    Places,
    built,
    is_same,
    matches,
    may_match,
    placings,
)
from matcalc.steps import spend

_DEPTH = 24  # times that what a rule made is rewritten again
_ONCE = Fraction(1)
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


def rewritten_application(
    node: Apply, known: Known = NOTHING, depth: int = 0, table: LineTable = TABLE
) -> Node:
    """An operation by the first line that it has the form of, if there is one."""
    table.meet(node.operation)
    lines = table.applications.get(node.operation, ()) if depth < _DEPTH else ()
    within = operations_within(node) if lines else frozenset[str]()
    for one in lines:
        if not one.within <= within or not one.demands <= known.facts:
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


def rewritten_sum(node: Sum, known: Known = NOTHING, table: LineTable = TABLE) -> Node:
    """A sum with terms by the first line that they have the form of, if there is one."""
    table.meet()
    for term in node.terms:
        scale, core = split(term)
        for name in () if scale.powers else heads_of_term(core):
            for one in table.sums.get(name, ()):
                found = _in_sum(one, term, node, known)
                if found is not None:
                    return found
    return node


def _in_sum(one: Rewrite, term: Node, node: Sum, known: Known) -> Node | None:
    """A sum in which a term has the form of the first of a line, and others that of the others."""
    (number, _), core = split(term)
    own, pattern = one.term
    if not may_match(pattern, core, lifted=one.lifted):
        return None
    for lift in one.lifts(pattern, core):
        for match in matches(pattern, core, lift):
            if own.powers or not one.holds(match, known):
                continue
            ratio = Scale(number / own.number)
            wanted = (scaled(built(part.node, match), ratio) for part in one.parts[1:])
            rest = _without(wanted, _others(node.terms, term))
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
    powers: Powers, kept: Container[Any], known: Known = NOTHING, table: LineTable = TABLE
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
    lines = table.of_factors((node for node, _ in powers), known.facts)
    if all(power.numerator > 0 for power in powers.values()):
        lines = [one for one in lines if not one.divides]
    if not lines:
        return None
    held = Counter(k for _, labels in powers for k in dict.fromkeys(flat(labels)) if k not in kept)
    for one in lines:
        sums = {k for k, count in held.items() if count <= len(one.parts)}
        found = (
            _LineSearch(one, powers, kept, sums, known).found() if sums or not one.summed else None
        )
        if found is not None:
            return found
    return None


class _LineSearch:
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
            if not may_match(first.node, key[0], lifted=self.one.lifted):
                continue
            if not self.may_be(first, key) or not self.is_complete(key[0], others):
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

    def is_complete(self, first: Node, others: Sequence[Factor]) -> bool:
        """Whether each of the other factors of the line may be somewhere."""
        below = [first.operands[k] for k in self.one.shared]
        return all(any(is_same(one, node) for node, _ in self.powers) for one in below) and all(
            any(self.may_be(part, key) for key in self.powers) for part in others
        )

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
        ratio = _ONCE if power == part.exponent else power / part.exponent
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


def rewritten_product(node: Product, known: Known = NOTHING, table: LineTable = TABLE) -> Node:
    """A product with all that lines put for its factors, the products within it opened."""
    result: Node = node
    for _ in range(_DEPTH):
        again = _once(result, known, table) if isinstance(result, Product) else None
        if again is None:
            break
        result = again
    return result


def _once(node: Product, known: Known, table: LineTable) -> Node | None:
    """A product with what the first line puts for its factors; ``None`` if none does."""
    factors, sizes = opened(node)
    powers = Powers.of(factors)
    found = rewritten_factors(powers, set(flat(node.output)), known, table)
    if found is None:
        return None
    for key, power in found.gone.items():
        powers.take(key, -power)
    kept = {label: size for label, size in sizes.items() if label not in found.labels}
    return contract([*powers.factors, found.factor], node.output, kept, node.scale)

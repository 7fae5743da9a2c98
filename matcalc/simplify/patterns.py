"""Matching: what the variables of a formula stand for where another formula has its form.

A pattern is a node of the input language. Its numbers stand for arrays of any shape, entry by
entry; its vectors for arrays that are taken along one axis, or along all. Where a pattern has
matrices, axes and labels are matched one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.graph import (
    Apply,
    Factor,
    Group,
    Node,
    Product,
    Scale,
    Sum,
    Symbol,
    add,
    apply,
    contract,
    flat,
    symbol_names,
    transposed,
)
from matcalc.operations import algebra, find_rule
from matcalc.simplify.expansion import opened

Labels = tuple[Any, ...]
Places = dict[Any, Labels]  # by the labels of a pattern
Make = Callable[..., Node]
_BATCH = "batch"  # the label of all axes that a pattern does not have


class Lift(NamedTuple):
    """How arrays are larger than those of a pattern.

    Attributes:
        shape: That of an array which the pattern has as a vector, or as a number.
        along: The axes that the pattern has.
    """

    shape: Shape
    along: tuple[int, ...]

    @property
    def around(self) -> tuple[int, ...]:
        """The axes that the pattern does not have."""
        return tuple(k for k in range(len(self.shape)) if k not in self.along)

    @property
    def size(self) -> Dimension:
        """How many entries the pattern's vector has."""
        return dimensions.product(self.shape[k] for k in self.along)

    def shape_of(self, rank: int) -> Shape:
        """The shape of what is a number, or a vector, in the pattern."""
        return self.shape if rank else tuple(self.shape[k] for k in self.around)

    @property
    def axis(self) -> int | None:
        """The axis as operations have it: ``None`` for all."""
        return self.along[0] if self.around else None


class Match(NamedTuple):
    """What a pattern stands for.

    Attributes:
        lift: How arrays are larger than the pattern's; ``None`` for matrices.
        nodes: What each variable is.
        sizes: What each dimension is.
    """

    lift: Lift | None
    nodes: Mapping[str, Node]
    sizes: Mapping[str, Dimension]

    @property
    def is_along_rows(self) -> bool:
        """Whether a vector of the pattern lies along the last axis alone."""
        return self.lift is None or self.lift.along == (len(self.lift.shape) - 1,)

    def with_node(self, pattern: Symbol, node: Node) -> Match | None:
        """The match with one more variable; ``None`` if that is something else already."""
        known = self.nodes.get(pattern.name)
        if known is not None:
            return self if is_same(known, node) else None
        found = self.with_shape(pattern.shape, node.shape)
        return found and found._replace(nodes={**found.nodes, pattern.name: node})

    def with_shape(self, shape: Shape, found: Shape) -> Match | None:
        """The match with the sizes of one more shape."""
        if self.lift:
            return self if found == self.lift.shape_of(len(shape)) else None
        if len(shape) != len(found):
            return None
        sizes = dict(self.sizes)
        for name, size in zip(shape, found, strict=True):
            known = sizes.setdefault(name, size) if isinstance(name, str) else name
            if known != size:
                return None
        return self._replace(sizes=sizes)

    def split(self, labels: Labels, found: Labels) -> Places | None:
        """What each label of a pattern's axes is, and all others together."""
        if self.lift is None:
            return _paired(labels, found)
        if Group in map(type, found) or len(found) != len(self.lift.shape_of(len(labels))):
            return None
        if not labels:
            return {_BATCH: found}
        around = tuple(found[k] for k in self.lift.around)
        return {labels[0]: tuple(found[k] for k in self.lift.along), _BATCH: around}

    def joined(self, labels: Labels, places: Places) -> Labels | None:
        """The labels of an array, from what each label of its pattern is."""
        if any(label not in places for label in labels):
            return None
        if self.lift is None:
            return tuple(label for one in labels for label in places[one])
        if not labels:
            return places[_BATCH]
        order = [*self.lift.along, *self.lift.around]
        found = dict(zip(order, (*places[labels[0]], *places[_BATCH]), strict=True))
        return tuple(found[k] for k in sorted(found))

    def placed(self, labels: Labels) -> Labels:
        """The labels of an array that is built."""
        if self.lift is None:
            return labels
        if labels:
            return tuple(
                (labels[0], k) if k in self.lift.along else k for k in range(len(self.lift.shape))
            )
        return self.lift.around

    def label_sizes(self, pattern: Product) -> dict[Any, Dimension]:
        """The sizes of the labels of an array that is built."""
        if self.lift is None:
            return dict(enumerate(self.shape(pattern.sizes)))
        sizes: dict[Any, Dimension] = {k: self.lift.shape[k] for k in self.lift.around}
        for label in range(len(pattern.sizes)):
            sizes |= {(label, k): self.lift.shape[k] for k in self.lift.along}
        return sizes

    def shape(self, shape: Shape) -> Shape:
        """The shape of what has one in a pattern."""
        if self.lift:
            return self.lift.shape_of(len(shape))
        return dimensions.substitute(shape, self.sizes)

    def scale(self, scale: Scale) -> Scale:
        """A coefficient with the sizes that its dimensions are."""
        found = Scale(scale.number)
        for name, power in scale.powers:
            found = found.times_size(self.lift.size if self.lift else self.sizes[name], power)
        return found


def _paired(labels: Labels, found: Labels) -> Places | None:
    """Label by label, where axes hold equally many."""
    if _lengths(labels) != _lengths(found):
        return None
    pairs: Places = {}
    for one, two in zip(flat(labels), flat(found), strict=True):
        if pairs.setdefault(one, (two,)) != (two,):
            return None
    return pairs


def _lengths(labels: Labels) -> list[int]:
    return [len(axis) if type(axis) is Group else 1 for axis in labels]


def is_same(one: Node, two: Node) -> bool:
    """Whether two nodes are equal but for what is known of their symmetry."""
    return one is two or (one.symmetric != two.symmetric and _plain(one) == _plain(two))


def _plain(node: Node) -> tuple[Any, ...]:
    kind = type(node)
    return kind, node.shape, *(getattr(node, name) for name in kind.__slots__)


@lru_cache(maxsize=1024)
def variables_of(pattern: Node) -> frozenset[str]:
    """The names of the variables of a pattern."""
    return frozenset(symbol_names(pattern))


def may_match(pattern: Node, node: Node, *, lifted: bool) -> bool:
    """Whether a node can have the form of a pattern, at a glance.

    Args:
        pattern: A pattern, of which no variable is known yet.
        node: The node.
        lifted: Whether numbers and vectors of the pattern stand for arrays of any shape.
    """
    if isinstance(pattern, Symbol) or type(pattern) is not type(node):
        return isinstance(pattern, Symbol)
    if isinstance(pattern, Apply) and isinstance(node, Apply):
        first = zip(pattern.arguments[:1], node.arguments[:1], strict=True)
        return pattern.operation == node.operation and all(
            may_match(one, two, lifted=lifted) for one, two in first
        )
    if not lifted and isinstance(node, Product) and any(f.is_product for f in node.factors):
        return True  # it is multiplied out
    operations, powers = _demands(pattern)
    if operations and not operations <= _operations(node):
        return False
    if isinstance(node, Product):
        exponents = [factor.exponent for factor in node.factors]
        return all(k in exponents for k in powers) and bool(pattern.operands or not exponents)
    return len(node.operands) >= len(pattern.operands)


@lru_cache(maxsize=1024)
def _demands(pattern: Node) -> tuple[frozenset[str], tuple[Fraction, ...]]:
    """The operations and the powers that what has the form of a product or a sum has too."""
    factors = pattern.factors if isinstance(pattern, Product) else ()
    return _operations(pattern), tuple(f.exponent for f in factors if f.exponent != 1)


def _operations(node: Node) -> frozenset[str]:
    return frozenset(one.operation for one in node.operands if isinstance(one, Apply))


def matches(pattern: Node, node: Node, match: Match) -> Iterator[Match]:
    """Every way in which a node has the form of a pattern."""
    if isinstance(pattern, Symbol):
        found = match.with_node(pattern, node)
        return iter(() if found is None else (found,))
    names = variables_of(pattern)
    if names and names <= match.nodes.keys():
        same = type(node) is not Symbol and is_same(built(pattern, match), node)
        return iter((match,) if same else ())
    if isinstance(pattern, Product):
        return _products(pattern, node, match)
    if isinstance(pattern, Apply):
        return _applications(pattern, node, match)
    return _sums(pattern, node, match)


def _applications(pattern: Apply, node: Node, match: Match) -> Iterator[Match]:
    if not isinstance(node, Apply) or node.operation != pattern.operation:
        return
    if node.parameters != _parameters(pattern, match):
        return
    yield from _each(pattern.arguments, node.arguments, match)


def _parameters(pattern: Apply, match: Match) -> tuple[Any, ...]:
    """The parameters of an operation: an axis is that which the pattern's vector is along."""
    if match.lift and "axis" in find_rule(pattern.operation).parameters:
        return (match.lift.axis,)
    return pattern.parameters


def _each(patterns: Sequence[Node], nodes: Sequence[Node], match: Match) -> Iterator[Match]:
    if not patterns:
        yield match
        return
    for found in matches(patterns[0], nodes[0], match):
        yield from _each(patterns[1:], nodes[1:], found)


def _sums(pattern: Node, node: Node, match: Match) -> Iterator[Match]:
    """Terms in any order; a variable takes all that no other term takes."""
    if isinstance(node, Sum) and len(node.terms) >= len(pattern.operands):
        ordered = sorted(pattern.operands, key=lambda term: isinstance(term, Symbol))
        yield from _terms(ordered, node.terms, match)


def _terms(patterns: Sequence[Node], terms: Sequence[Node], match: Match) -> Iterator[Match]:
    first, *others = patterns
    if isinstance(first, Symbol) and not others:
        yield from matches(first, add(terms), match)
        return
    if not others and len(terms) > 1:
        return
    for position, term in enumerate(terms):
        for found in matches(first, term, match):
            rest = [*terms[:position], *terms[position + 1 :]]
            if others:
                yield from _terms(others, rest, found)
            else:
                yield found


def _products(pattern: Product, node: Node, match: Match) -> Iterator[Match]:
    """Factors in any order; a variable that is in no other place takes all that is left."""
    if match.lift is None:
        node = multiplied(node)
    if not isinstance(node, Product):
        return
    labels = match.split(pattern.output, node.output)
    if labels is None or not _may_hold(pattern, node, match):
        return
    if not pattern.factors:
        if _is_scaled(pattern, node, match):
            yield match
        return
    taking = [factor for factor in pattern.factors if _takes_rest(factor, pattern, match)]
    if not taking and len(pattern.factors) != len(node.factors):
        return
    for rest in taking or (None,):
        factors = [factor for factor in pattern.factors if factor is not rest]
        for found, placed, left in _factors(factors, node.factors, match, labels):
            if _is_whole(pattern, node, placed, rest):
                yield from _with_rest(_Rest(rest, pattern, node), placed, left, found)


def _may_hold(pattern: Product, node: Product, match: Match) -> bool:
    """Whether a product of no factors faces one of none, and a transposed matrix another."""
    if not pattern.factors:
        return not node.factors and not node.sums
    alone = len(pattern.factors) == 1 and isinstance(pattern.factors[0].node, Symbol)
    return match.lift is not None or not alone or _is_turned(node)


def _is_turned(node: Product) -> bool:
    """Whether a product is a transposed matrix, perhaps times numbers."""
    matrices = [factor for factor in node.factors if factor.labels]
    if len(node.output) != 2 or len(matrices) != 1 or matrices[0].is_symmetric:
        return False
    return matrices[0].labels == node.output[::-1] != node.output


@lru_cache(maxsize=1024)  # by several lines, for several of their factors
def multiplied(node: Node) -> Node:
    """A product with the products within it opened."""
    if not isinstance(node, Product) or not any(factor.is_product for factor in node.factors):
        return node
    factors, sizes = opened(node)
    return contract(factors, node.output, sizes, node.scale)


def _takes_rest(factor: Factor, pattern: Product, match: Match) -> bool:
    """Whether a factor is a variable whose axes other factors, or the result, say."""
    node, others = factor.node, [one for one in pattern.factors if one is not factor]
    if not isinstance(node, Symbol) or factor.exponent != 1 or node.name in match.nodes:
        return False
    if any(node.name in variables_of(one.node) for one in others):
        return False
    return {k for one in others for k in flat(one.labels)}.union(flat(pattern.output)).issuperset(
        factor.labels
    )


def _factors(
    patterns: Sequence[Factor], factors: Sequence[Factor], match: Match, labels: Places
) -> Iterator[tuple[Match, Places, list[Factor]]]:
    """What some factors are, with the factors that are left."""
    if not patterns:
        yield match, labels, list(factors)
        return
    first, *others = patterns
    for position, factor in enumerate(factors):
        if factor.exponent != first.exponent:
            continue
        rest = [*factors[:position], *factors[position + 1 :]]
        for found, placed in placings(first, factor, match, labels):
            yield from _factors(others, rest, found, placed)


def placings(
    pattern: Factor, factor: Factor, match: Match, labels: Places
) -> Iterator[tuple[Match, Places]]:
    """Every way in which one factor has the form of another, with the labels that are known.

    A matrix that is a variable may stand there transposed.
    """
    known = match.nodes.get(pattern.node.name) if isinstance(pattern.node, Symbol) else None
    if known is not None and not is_same(known, factor.node):
        return
    free = isinstance(pattern.node, Symbol) and known is None
    pair = len(factor.labels) == 2 and match.lift is None
    for turn in (False, True) if pair and (free or factor.is_symmetric) else (False,):
        split = match.split(pattern.labels, factor.labels[::-1] if turn else factor.labels)
        if split is None or any(labels.get(k, one) != one for k, one in split.items()):
            continue
        node = factor.node
        if turn and not factor.is_symmetric:
            node = transposed(node, (1, 0))
        for found in matches(pattern.node, node, match):
            yield found, {**labels, **split}


def _is_scaled(pattern: Product, node: Product, match: Match) -> bool:
    """Whether a product has the coefficient of a pattern, and no delta that it lacks."""
    repeated = len(set(flat(node.output))) - len(flat(node.output))
    if repeated != len(set(flat(pattern.output))) - len(flat(pattern.output)):
        return False
    return match.scale(pattern.scale) == node.scale


def _is_whole(pattern: Product, node: Product, labels: Places, rest: Factor | None) -> bool:
    """Whether a pattern's labels are apart, and those summed that it sums.

    Labels on the axes of a variable that takes what is left may be one: it is diagonal then.
    """
    shown = {*flat(pattern.output), _BATCH}
    free = rest.labels if rest else ()
    apart = [label for k, found in labels.items() if k not in free for label in found]
    within = {label for k in free for label in labels[k]}
    if len(set(apart)) < len(apart) or not within.isdisjoint(apart):
        return False
    open_ones = {label for k in labels if k in shown for label in labels[k]}
    return open_ones == set(flat(node.output))


class _Rest(NamedTuple):
    """A variable that takes what is left of a product, if there is one."""

    factor: Factor | None
    pattern: Product
    node: Product


def _with_rest(
    rest: _Rest, labels: Places, left: Sequence[Factor], match: Match
) -> Iterator[Match]:
    """The match with a variable that is the product of all factors that are left."""
    node, pattern = rest.node, rest.pattern
    if rest.factor is None:
        if not left and _is_scaled(pattern, node, match):
            yield match
        return
    axes = match.joined(rest.factor.labels, labels)
    scale = node.scale.times(pattern.scale.power(-1))
    if axes is None or (scale.number < 0 and pattern.scale.number < 0) or pattern.scale.powers:
        return
    used = {label for factor in left for label in flat(factor.labels)}
    outside = {label for found in labels.values() for label in found}.difference(axes)
    if not used.isdisjoint(outside) or (match.lift is None and not used.issuperset(axes)):
        return
    sizes = {label: node.sizes[label] for label in used.union(axes)}
    yield from matches(rest.factor.node, contract(left, axes, sizes, scale), match)


def built(pattern: Node, match: Match, make: Make = apply) -> Node:
    """A pattern with what its variables stand for.

    Args:
        pattern: The pattern.
        match: What they are.
        make: What makes operations.
    """
    if isinstance(pattern, Symbol):
        return match.nodes[pattern.name]
    if match.lift and isinstance(pattern, Apply) and not variables_of(pattern):
        return algebra.spread(pattern, match.shape(pattern.shape))  # a number: it is taken once
    below = [built(operand, match, make) for operand in pattern.operands]
    if isinstance(pattern, Sum):
        return add(below)
    if isinstance(pattern, Product):
        factors = [
            Factor(node, match.placed(factor.labels), factor.exponent)
            for node, factor in zip(below, pattern.factors, strict=True)
        ]
        sizes = match.label_sizes(pattern)
        return contract(factors, match.placed(pattern.output), sizes, match.scale(pattern.scale))
    assert isinstance(pattern, Apply)  # noqa: S101 - nothing else is read from a line
    shape = match.shape(pattern.shape)
    return make(pattern.operation, below, shape, _parameters(pattern, match))

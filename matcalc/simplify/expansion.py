"""Products over sums as sums of products, so that like terms meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple, TypeGuard

from matcalc.graph import ONE, Factor, Group, Node, Product, Sum, add, contract, split, topological

TERMS = 48  # of a node that is multiplied out
_FACTORS = 24

Key = tuple[Node, tuple[Any, ...]]
Reduce = Callable[[Node], Node]
OpensSum = Callable[[Node], bool]


class Reach(NamedTuple):
    """How far multiplying out goes.

    Attributes:
        depth: Sums and products inside one another; what is deeper is taken as it is.
        terms: Of what is multiplied out.
    """

    depth: int
    terms: int


REACH, NEAR = Reach(40, TERMS), Reach(12, 12)  # NEAR: what is done again at every step of a sweep


def sums_within(node: Node, depth: int) -> list[Node]:
    """The sums that a node is made of, through so many sums and products alone."""
    found: dict[Node, None] = {}
    seen = {node}
    level = [node]
    for _ in range(depth):
        found |= dict.fromkeys(one for one in level if isinstance(one, Sum))
        level = [part for one in level for part in _parts(one) if part not in seen]
        seen.update(level)
    return list(found)


def depth_of_sum(node: Node, chosen: OpensSum, known: dict[Node, float]) -> float:
    """How many sums and products inside one another are above the nearest sum that is chosen.

    Args:
        node: Where to begin.
        chosen: Which sums count.
        known: What is known of nodes; it grows.
    """
    for one in topological(node, known=known):
        below = min((known[part] for part in _parts(one)), default=inf)
        known[one] = 0 if isinstance(one, Sum) and chosen(one) else 1 + below
    return known[node]


def _parts(node: Node) -> list[Node]:
    """The terms of a sum; the factors of a product that have no power."""
    if isinstance(node, Product):
        return [factor.node for factor in node.factors if factor.exponent == 1]
    return list(node.operands) if isinstance(node, Sum) else []


def expanded(node: Node, reduce: Reduce, opens_sum: OpensSum) -> Node | None:
    """A node as a sum of products; ``None`` where these are too many, or nothing was expanded.

    Args:
        node: A product or a sum.
        reduce: What shortens one product.
        opens_sum: Which sums are multiplied out: :func:`divides`, :func:`holds_delta`,
            :func:`anything`.
    """
    done: list[Node] = []
    waiting = [node]
    steps = 0
    while waiting:
        term = waiting.pop()
        if isinstance(term, Sum):
            waiting += reversed(term.terms)
            continue
        pieces = _distributed(term, opens_sum) if isinstance(term, Product) else None
        if pieces is None:
            done.append(_flat(term) if opens_sum is anything else term)
        else:
            steps += 1
            waiting += [reduce(piece) for piece in reversed(pieces)]
        if len(done) + len(waiting) > TERMS or steps > 4 * TERMS:
            return None
    result = add(done)
    return None if result is node else result


def with_open_terms(node: Node, reduce: Reduce) -> Node:
    """A sum with the sums opened that are terms of it with their axes in another order.

    Args:
        node: The sum.
        reduce: What shortens one product.
    """
    if not node.operands:  # an array of numbers
        return node
    terms: list[Node] = []
    for term in node.operands:
        pieces = _distributed(term, anything) if _is_turned_sum(term) else None
        terms += [term] if pieces is None else map(reduce, pieces)
    return add(terms)


def _is_turned_sum(term: Node) -> TypeGuard[Product]:
    """Whether a term is one factor alone, with its axes in another order."""
    return (
        isinstance(term, Product)
        and len(term.factors) == 1
        and term.factors[0].labels != term.output
    )


def _flat(node: Node) -> Node:
    """A product with the products within it opened, so that equal ones meet."""
    if not isinstance(node, Product):
        return node
    factors, sizes = opened(node)
    return contract(factors, node.output, sizes, node.scale)


def _distributed(node: Product, opens_sum: OpensSum) -> list[Node] | None:
    """A product over one of its sums, term by term."""
    factors, sizes = opened(node)
    if len(factors) > _FACTORS:
        return None
    sums = [f for f in factors if isinstance(f.node, Sum) and f.exponent == 1]
    chosen = min((f for f in sums if opens_sum(f.node)), key=_order, default=None)
    if chosen is None:
        return None
    others = list(factors)
    others.remove(chosen)
    return [
        contract([*others, Factor(term, chosen.labels)], node.output, sizes, node.scale)
        for term in chosen.node.operands
    ]


def opened(node: Product, *, scalars: bool = True) -> tuple[list[Factor], dict[Any, Any]]:
    """The factors of a product, those of the products within it in their place.

    Args:
        node: The product.
        scalars: Whether sums that are scalars, such as traces, are opened too.
    """
    sizes = dict(enumerate(node.sizes))
    if not any(isinstance(below, Product) for below in node.operands):
        return list(node.factors), sizes
    factors: list[Factor] = []
    waiting = list(reversed(node.factors))
    while waiting:
        factor = waiting.pop()
        inner = factor.node
        if len(factors) + len(waiting) > _FACTORS or not isinstance(inner, Product):
            factors.append(factor)
            continue
        if not opens(inner, factor):
            factors.append(factor)
            continue
        if inner.sums and not (scalars or factor.labels):
            factors += _scalar_parts(inner)
            continue
        inside = dict(zip(inner.output, factor.labels, strict=True))
        for label, size in enumerate(inner.sizes):
            if label not in inside:
                inside[label] = len(sizes)
                sizes[inside[label]] = size
        waiting += [
            Factor(f.node, tuple(inside[k] for k in f.labels), f.exponent)
            for f in reversed(inner.factors)
        ]
    return factors, sizes


class Powers(dict[Key, Fraction]):
    """The factors of a product by node and labels, with their exponents; none is zero."""

    @classmethod
    def of(cls, factors: Iterable[Factor]) -> Powers:
        """Factors, the exponents of equal ones together."""
        found = cls()
        for node, labels, exponent in factors:
            found.take((node, labels), exponent)
        return found

    def take(self, key: Key, exponent: Fraction) -> None:
        """Multiply with one more power; what cancels is gone."""
        known = self.get(key)
        power = exponent if known is None else known + exponent
        if power:
            self[key] = power
        elif known is not None:
            del self[key]

    @property
    def factors(self) -> list[Factor]:
        """The factors."""
        return [Factor(*key, exponent) for key, exponent in self.items()]


def _scalar_parts(inner: Product) -> list[Factor]:
    """A sum that is a scalar, without the scalars that it is multiplied with, and these."""
    outside = [factor for factor in inner.factors if not factor.labels]
    summed = [factor for factor in inner.factors if factor.labels]
    return [Factor(contract(summed, (), dict(enumerate(inner.sizes))), ()), *outside]


def opens(inner: Product, factor: Factor) -> bool:
    """Whether the factors of a product can stand in its place."""
    axes = [axis for f in (factor, *inner.factors) for axis in f.labels]
    return (
        factor.exponent == 1
        and inner.scale == ONE
        and bool(inner.factors)
        and (len(inner.factors) > 1 or len(inner.core) == len(inner.output))
        and Group not in map(type, [*axes, *inner.output])
    )


def _order(factor: Factor) -> tuple[bool, int, bytes]:
    """Sums with quotients first, then the shorter ones."""
    return not divides(factor.node), len(factor.node.operands), factor.node.digest


def divides(node: Node) -> bool:
    """Whether a term of a sum is a quotient."""
    return any(factor.exponent < 0 for factor in _factors(node))


def holds_delta(node: Node) -> bool:
    """Whether a term of a sum is a diagonal matrix, or an identity."""
    terms = (term for term in node.operands if isinstance(term, Product))
    return any(len(set(term.output)) < len(term.output) for term in terms)


def is_difference(node: Node) -> bool:
    """Whether terms of a sum that are no mere numbers have opposite signs."""
    signs = set()
    for term in node.operands:
        scale, core = split(term)
        if not isinstance(core, Product) or core.factors:
            signs.add(scale.number > 0)
    return len(signs) > 1


def anything(node: Node) -> bool:
    """Every sum."""
    return isinstance(node, Sum)


def _factors(node: Node) -> Iterator[Factor]:
    for term in node.operands:
        if isinstance(term, Product):
            yield from opened(term)[0]

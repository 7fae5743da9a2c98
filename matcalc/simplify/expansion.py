"""Products over sums as sums of products, so that like terms meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.graph import ONE, Apply, Factor, Group, Node, Product, Sum, add, contract, flat

_TERMS = 48
_FACTORS = 24
_DEPTH = 40

Reduce = Callable[[Node], Node]
OpensSum = Callable[[Node], bool]


def may_shorten(node: Node) -> bool:
    """Whether two terms could meet, or a factor cancel, if a node were multiplied out.

    Only which factors a term has counts here, and which axes of the result are on them, not how
    they are summed; beside a scalar product not even the axes: (aᵀx) b is (b aᵀ) x too. Of too
    many terms no attempt is made: :func:`expanded` would give up on them.
    """
    axes = tuple(range(len(node.shape)))
    found = _monomials(node, (None,) * len(axes) if _has_scalar_product(node) else axes)
    if found is None:
        return False
    distinct = {frozenset(one.by_class().items()) for one in found}
    return len(distinct) < len(found) or any(_cancels(one.powers) for one in found)


def _has_scalar_product(node: Node) -> bool:
    """Whether a term of a sum is multiplied with a number that is a product itself."""
    terms = node.terms if isinstance(node, Sum) else ()
    scalars = (f.node for t in terms if isinstance(t, Product) for f in t.factors if not f.labels)
    return any(isinstance(scalar, Product) for scalar in scalars)


def sums_within(node: Node) -> list[Node]:
    """The sums that a node is made of, through sums and products alone."""
    found: dict[Node, None] = {}
    seen: set[Node] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if isinstance(one, Sum):
            found[one] = None
            waiting += one.terms
        elif isinstance(one, Product):
            waiting += (factor.node for factor in one.factors if factor.exponent == 1)
    return list(found)


Axes = tuple[Any, ...]  # of the result; None for a label that is summed
Powers = dict[tuple[Node, Axes, bool], Fraction]  # factors on axes, above and below the line


class _Monomial(NamedTuple):
    """A term of a node that is multiplied out.

    Attributes:
        powers: Its factors.
        joined: Axes of the result that a delta joins.
    """

    powers: Powers
    joined: tuple[Axes, ...] = ()

    def times(self, other: _Monomial) -> _Monomial:
        """The product of two terms."""
        result = dict(self.powers)
        for key, power in other.powers.items():
            result[key] = result[key] + power if key in result else power
        return _Monomial(result, self.joined + other.joined)

    def by_class(self) -> Powers:
        """The factors, with one axis for all that are joined."""
        if not self.joined:
            return self.powers
        first: dict[Any, Any] = {}
        for joined in self.joined:
            together = {first.get(axis, axis) for axis in joined}
            chosen = min(together, key=str)
            first |= {
                axis: chosen for axis in {*first, *joined} if first.get(axis, axis) in together
            }
        result: Powers = {}
        for (node, axes, positive), power in self.powers.items():
            key = node, tuple(first.get(axis, axis) for axis in axes), positive
            result[key] = result[key] + power if key in result else power
        return result


def _monomials(node: Node, axes: Axes, depth: int = 0) -> list[_Monomial] | None:
    """The terms that a node on some axes has when it is multiplied out; ``None`` if many."""
    if depth > _DEPTH:
        return None
    if isinstance(node, Sum):
        listed = [_monomials(term, axes, depth + 1) for term in node.terms]
        found = [one for inner in listed for one in inner or ()]
        return None if None in listed or len(found) > _TERMS else found
    if not isinstance(node, Product):
        return [_alone(node, axes, Fraction(1))]
    inside, joined = _placed(node, axes)
    terms = [_Monomial({}, joined)]
    for factor in node.factors:
        below = tuple([inside.get(label) for label in flat(factor.labels)])
        whole = factor.exponent != 1 or len(below) != len(factor.labels)
        one = [_alone(factor.node, below, factor.exponent)]
        inner = one if whole else _monomials(factor.node, below, depth + 1)
        if inner is None or len(terms) * len(inner) > _TERMS:
            return None
        terms = [first.times(second) for first in terms for second in inner]
    return terms


def _alone(node: Node, axes: Axes, exponent: Fraction) -> _Monomial:
    axes = tuple(sorted(axes, key=str)) if node.symmetric else axes
    return _Monomial({(node, axes, exponent > 0): exponent})


def _placed(node: Product, axes: Axes) -> tuple[dict[Any, Any], tuple[Axes, ...]]:
    """The axis of the result that each label of a product is on, and axes that one label joins."""
    places: dict[Any, list[Any]] = {}
    for label, axis in zip(node.output, axes, strict=True):
        for k, part in enumerate(flat((label,))):
            grouped = type(label) is Group and axis is not None
            places.setdefault(part, []).append((axis, k) if grouped else axis)
    known = {label: [axis for axis in found if axis is not None] for label, found in places.items()}
    joined = tuple(tuple(found) for found in known.values() if len(found) > 1)
    return {label: found[0] for label, found in known.items() if found}, joined


def _cancels(powers: Powers) -> bool:
    """Whether a factor stands above and below the line, or beside its inverse."""
    above = {node for node, _, positive in powers if positive}
    below = {node for node, _, positive in powers if not positive}
    inverted = {n.arguments[0] for n in above if isinstance(n, Apply) and n.operation == "inv"}
    parts = {part for node in below for part in node.operands}
    return not above.isdisjoint(below | inverted | parts)


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
        if len(done) + len(waiting) > _TERMS or steps > 4 * _TERMS:
            return None
    result = add(done)
    return None if result is node else result


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
        scalars: Whether products that are scalars, such as traces, are opened too.
    """
    sizes = dict(enumerate(node.sizes))
    factors: list[Factor] = []
    waiting = list(reversed(node.factors))
    while waiting:
        factor = waiting.pop()
        inner = factor.node
        if len(factors) + len(waiting) > _FACTORS or not isinstance(inner, Product):
            factors.append(factor)
            continue
        if not opens(inner, factor) or not (scalars or factor.labels):
            factors.append(factor)
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


def opens(inner: Product, factor: Factor) -> bool:
    """Whether the factors of a product can stand in its place."""
    axes = [axis for f in (factor, *inner.factors) for axis in f.labels]
    return (
        factor.exponent == 1
        and inner.scale == ONE
        and bool(inner.factors)
        and len(inner.core) == len(inner.output)
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


def anything(node: Node) -> bool:
    """Every sum."""
    return isinstance(node, Sum)


def _factors(node: Node) -> Iterator[Factor]:
    for term in node.operands:
        if isinstance(term, Product):
            yield from opened(term)[0]

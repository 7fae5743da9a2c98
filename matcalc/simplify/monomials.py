"""The terms that a node would have, were it multiplied out: whether any two could meet."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any, NamedTuple

from matcalc.graph import Factor, Group, Node, Product, Sum, flat, is_apply, topological
from matcalc.simplify.expansion import REACH, Reach
from matcalc.steps import spend

Axes = tuple[Any, ...]  # of the result; None for a label that is summed
Powers = dict[tuple[Node, Axes, bool], Fraction]  # factors on axes, above and below the line


Counts = dict[Node, list[int]]
"""How many terms a node has, multiplied out to each depth from 0 on; the last holds for all that
are deeper, or is too many."""


def may_shorten(node: Node, counts: Counts, reach: Reach = REACH) -> bool:
    """Whether two terms could meet, or a factor cancel, if a node were multiplied out.

    Only which factors a term has counts here, and which axes of the result are on them, not how
    they are summed; beside a scalar product not even the axes: (aᵀx) b is (b aᵀ) x too. Of too
    many terms no attempt is made: :func:`expanded` would give up on them.

    Args:
        node: A sum or a product.
        counts: What is known of the nodes under it, for the same reach; it grows.
        reach: How far sums are multiplied out.
    """
    if _count(node, counts, reach)[-1] > reach.terms:
        return False
    axes = tuple(range(len(node.shape)))
    found = _Monomials(reach).of(node, (None,) * len(axes) if _has_scalar_product(node) else axes)
    if found is None:
        return False
    if any(_cancels(one.powers) for one in found):
        return True
    return len(found) > 1 and len({one.look for one in found}) < len(found)


def _count(node: Node, counts: Counts, reach: Reach) -> list[int]:
    """The terms of a node at each depth, those of what is under it counted once."""
    for one in topological(node, known=counts):
        counts[one] = _counted(one, counts, reach)
    return counts[node]


def _counted(node: Node, counts: Counts, reach: Reach) -> list[int]:
    """The terms of a node at each depth, from those of its operands."""
    if isinstance(node, Sum):
        below = [counts[term] for term in node.terms]
    elif isinstance(node, Product):
        below = [counts[f.node] for f in node.factors if f.exponent == 1 and not _is_grouped(f)]
    else:
        return [1]
    together = sum if isinstance(node, Sum) else prod
    found = [together(1 for _ in below)]
    most = min(reach.depth, max(map(len, below), default=0))
    for depth in range(most):
        if found[-1] > reach.terms:
            break
        found.append(together(one[min(depth, len(one) - 1)] for one in below))
    while len(found) > 1 and found[-1] == found[-2]:
        found.pop()
    return found


def _is_grouped(factor: Factor) -> bool:
    return Group in map(type, factor.labels)


def _has_scalar_product(node: Node) -> bool:
    """Whether a term of a sum is multiplied with a number that is a product itself."""
    terms = node.terms if isinstance(node, Sum) else ()
    scalars = (f.node for t in terms if isinstance(t, Product) for f in t.factors if not f.labels)
    return any(isinstance(scalar, Product) for scalar in scalars)


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

    @property
    def look(self) -> frozenset[Any]:
        """What is equal for terms that could meet; fractions are slow to hash."""
        powers = self.by_class().items()
        return frozenset((key, power.as_integer_ratio()) for key, power in powers)

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


class _Monomials:
    """The terms of nodes on some axes, each node once however often it is used."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.known: dict[tuple[Node, Axes], list[_Monomial] | None] = {}

    def of(self, node: Node, axes: Axes, depth: int = 0) -> list[_Monomial] | None:
        """The terms that a node has when it is multiplied out; ``None`` if many."""
        if depth > self.reach.depth or not isinstance(node, (Sum, Product)):
            return [_alone(node, axes, Fraction(1))]
        if (node, axes) not in self.known:
            spend(1)
            found = self.of_sum if isinstance(node, Sum) else self.of_product
            self.known[node, axes] = found(node, axes, depth + 1)
        return self.known[node, axes]

    def of_sum(self, node: Any, axes: Axes, depth: int) -> list[_Monomial] | None:
        """The terms of a sum."""
        found: list[_Monomial] = []
        for term in node.terms:
            inner = self.of(term, axes, depth)
            if inner is None or len(found) + len(inner) > self.reach.terms:
                return None
            found += inner
        return found

    def of_product(self, node: Any, axes: Axes, depth: int) -> list[_Monomial] | None:
        """The terms of a product: each of a factor times each of the others."""
        inside, joined = _placed(node, axes)
        terms = [_Monomial({}, joined)]
        for factor in node.factors:
            below = tuple([inside.get(label) for label in flat(factor.labels)])
            whole = factor.exponent != 1 or _is_grouped(factor)
            one = [_alone(factor.node, below, Fraction(factor.exponent))]
            inner = one if whole else self.of(factor.node, below, depth)
            if inner is None or len(terms) * len(inner) > self.reach.terms:
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
    inverted = {n.arguments[0] for n in above if is_apply(n, "inv")}
    parts = {part for node in below for part in node.operands}
    return not above.isdisjoint(below | inverted | parts)

"""Quotients and logarithms of sums of exponentials, divided by the largest one first."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.graph import ONE, Factor, Node, Product, Sum, add, apply, contract, is_apply, split
from matcalc.operations import algebra
from matcalc.operations.elementwise import softplus
from matcalc.simplify.expansion import Key, Powers


def without_overflow(powers: Powers) -> bool:
    """Rewrite quotients of exponentials so that none overflows; say whether any was there.

    Args:
        powers: Factors by node and labels, with exponents; changed in place.
    """
    found = _grown_sigmoids(powers)
    for key, exponent in list(powers.items()):
        if exponent <= -1 and exponent.denominator == 1:
            found |= _cancelled(powers, key) if isinstance(key[0], Sum) else _moved(powers, key)
    return found


def _grown_sigmoids(powers: Powers) -> bool:
    """e^a σ(-2a) is 1 / (e^-a + e^a); with another number above one in place of 2 likewise."""
    found = False
    for (node, labels), exponent in list(powers.items()):
        if not is_apply(node, "sigmoid") or exponent < 1:
            continue
        scale, core = split(node.operands[0])
        for (grown, own), above in list(powers.items()):
            if not is_apply(grown, "exp") or own != labels or above < 1:
                continue
            (a,) = grown.operands
            given, other = split(a)
            ratio = -scale.number / given.number
            if other is not core or given.powers != scale.powers or ratio <= 1:
                continue
            rest = apply("exp", (algebra.multiple(ratio - 1, a),), a.shape)
            below = add([apply("exp", (algebra.negative(a),), a.shape), rest])
            powers.take((node, labels), Fraction(-1))
            powers.take((grown, labels), Fraction(-1))
            powers.take((below, labels), Fraction(-1))
            found = True
            break
    return found


def _cancelled(powers: Powers, below: Key) -> bool:
    """e^a / (e^a + e^b) is 1 / (1 + e^(b-a)), and e^a / (1 + e^2a) is 1 / (e^-a + e^a)."""
    found = False
    for u in filter(None, map(_raised, below[0].operands)):
        while powers.get(below, 0) <= -1 and _is_divided(powers, below, u):
            found = True
    return found


def _is_divided(powers: Powers, below: Key, u: Node) -> bool:
    """Divide a sum below the line once by what stands above of e^u; say whether there was any."""
    node, labels = below
    wanted, core = split(u)
    for above, exponent in list(powers.items()):
        grown, own = above
        if own != labels or exponent < 1 or exponent.denominator > 1 or not is_apply(grown, "exp"):
            continue
        given, other = split(grown.operands[0])
        if other is not core or given.powers != wanted.powers:
            continue
        if (given.number > 0) != (wanted.number > 0):
            continue
        count = min(exponent, max(Fraction(int(wanted.number / given.number)), Fraction(1)))
        taken = min(count, wanted.number / given.number)
        a = algebra.multiple(taken, grown.operands[0])
        divided = add([_divided(term, a) for term in node.operands])
        powers.take(above, -count)
        if count > taken:
            rest = algebra.multiple(count - taken, grown.operands[0])
            powers.take((apply("exp", (rest,), rest.shape), labels), Fraction(1))
        powers.take(below, Fraction(1))
        powers.take((divided, labels), Fraction(-1))
        return True
    return False


def _raised(term: Node) -> Node | None:
    """The u of a term with e^u, its power included."""
    grown = _grown(term)
    return grown and algebra.multiple(_exponent(term, grown), grown.operands[0])


def holds_exponentials(node: Node) -> bool:
    """Whether a node is a sum with exponentials among its terms."""
    return isinstance(node, Sum) and any(_grown(term) is not None for term in node.terms)


def _grown(term: Node) -> Node | None:
    """The factor exp(u) of a term, entry by entry."""
    if is_apply(term, "exp"):
        return term
    if not isinstance(term, Product) or term.sums or term.is_structured:
        return None
    axes = tuple(range(len(term.shape)))
    return next((f.node for f in _entrywise(term, axes) if is_apply(f.node, "exp")), None)


def _entrywise(term: Product, axes: tuple[int, ...]) -> list[Factor]:
    return [f for f in term.factors if f.labels == axes == term.output and f.exponent >= 1]


def _exponent(term: Node, grown: Node) -> Fraction:
    """The power in which an exponential stands in a term, entry by entry."""
    factors = term.factors if isinstance(term, Product) else ()
    return next((f.exponent for f in factors if f.node is grown), Fraction(1))


def _divided(term: Node, a: Node) -> Node:
    """A term over e^a."""
    own = _grown(term)
    if own is None:
        return algebra.times(term, apply("exp", (algebra.negative(a),), a.shape))
    count = _exponent(term, own)
    rest = algebra.times(term, algebra.power(own, -count))
    b = algebra.multiple(count, own.operands[0])
    if b is a:
        return rest
    return algebra.times(rest, apply("exp", (algebra.minus(b, a),), a.shape))


def logarithm_of_sum(node: Node) -> Node | None:
    """The logarithm of a sum of exponentials, which does not overflow; ``None`` of another node."""
    if isinstance(node, Sum):
        return _folded(node)
    found = weighted(node)
    if found is None:
        return None
    return algebra.plus(found.top, apply("log", (found.lowered,), node.shape))


def _folded(node: Sum) -> Node | None:
    """log(e^a + e^b) is a + softplus(b - a)."""
    known = [_logarithm_of_term(term) for term in node.terms]
    if None in known or all(_grown(term) is None for term in node.terms):
        return None
    (first, *others) = [one for one in known if one is not None]
    for other in others:
        further = softplus(algebra.minus(other, first))
        first = algebra.plus(first, further)
    return first


def _logarithm_of_term(term: Node) -> Node | None:
    """The logarithm of a positive number, or of one times an exponential."""
    grown = _grown(term)
    count = Fraction(0) if grown is None else _exponent(term, grown)
    rest = term if grown is None else algebra.times(term, algebra.power(grown, -count))
    if not isinstance(rest, Product) or rest.factors or rest.scale.number <= 0:
        return None
    if len(set(rest.output)) < len(rest.output):
        return None
    number = apply("log", (contract([], (), scale=rest.scale),), ())
    spread = algebra.spread(number, term.shape) if rest.scale != ONE else None
    raised = None if grown is None else algebra.multiple(count, grown.operands[0])
    parts = [one for one in (spread, raised) if one]
    return algebra.plus(*parts) if parts else algebra.constant(0, term.shape)


class Weighted(NamedTuple):
    """A sum over one axis, or all, of a product with exp(x)."""

    node: Product
    factor: Factor
    x: Node
    axis: int | None

    @property
    def top(self) -> Node:
        """The largest entry of x, where the sum is taken."""
        return apply("max", (self.x,), self.node.shape, (self.axis,))

    @property
    def grown(self) -> Node:
        """exp(x - max x)."""
        axes = algebra.axes_of(self.x)
        sizes = dict(zip(axes, self.x.shape, strict=True))
        top = contract([Factor(self.top, _without(axes, self.axis))], axes, sizes)
        return apply("exp", (algebra.minus(self.x, top),), self.x.shape)

    @property
    def lowered(self) -> Node:
        """The sum of the product with exp(x - max x)."""
        others = list(self.node.factors)
        others.remove(self.factor)
        factors = [*others, self.factor._replace(node=self.grown)]
        return contract(factors, self.node.output, dict(enumerate(self.node.sizes)))


def _without(labels: tuple[Any, ...], axis: int | None) -> tuple[Any, ...]:
    return () if axis is None else labels[:axis] + labels[axis + 1 :]


def weighted(node: Node) -> Weighted | None:
    """A product with exp(x), summed over one axis of x or all; ``None`` of another node."""
    if not isinstance(node, Product) or not node.sums:
        return None
    for factor in node.factors:
        if not is_apply(factor.node, "exp") or factor.exponent != 1:
            continue
        labels = factor.labels
        summed = [k for k, label in enumerate(labels) if label not in node.output]
        kept = tuple(label for label in labels if label in node.output)
        whole = len(summed) == len(labels)
        distinct = len(set(labels)) == len(labels) and kept == node.output
        if distinct and (whole or len(summed) == 1):
            return Weighted(node, factor, factor.node.operands[0], None if whole else summed[0])
    return None


def _moved(powers: Powers, below: Key) -> bool:
    """In y e^x / sum(y e^x) x - max x in place of x, above and below the line."""
    found = weighted(below[0])
    if found is None:
        return False
    lowered = {below: found.lowered}
    for key, exponent in powers.items():
        inner = weighted(key[0]) if exponent > 0 else None
        if key[0] is found.factor.node and below[1] == _without(key[1], found.axis):
            lowered[key] = found.grown
        elif inner and inner.x is found.x and inner.axis == found.axis and key[1] == below[1]:
            lowered[key] = inner.lowered
    if sum(powers[key] for key in lowered):  # e^max would be left
        return False
    for key, node in lowered.items():
        powers.take((node, key[1]), powers.pop(key))
    return True

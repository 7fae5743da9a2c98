"""Roots of sums of squares, and quotients by them, whose squares over- and underflow.

x / (xᵀx) is (x / ‖x‖) / ‖x‖: what stands over a length is divided by it at once, and no square is
left. A length is a norm, or the hypotenuse of several.

Source: Higham, Accuracy and Stability of Numerical Algorithms (2nd edition, 2002), chapter 27.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from math import isqrt

from matcalc.graph import (
    ONE,
    Apply,
    Factor,
    Node,
    Product,
    Scale,
    Sum,
    apply,
    are_plain,
    contract,
    is_apply,
)
from matcalc.operations import algebra, computed, elementwise, facts_of
from matcalc.simplify.expansion import opened
from matcalc.simplify.ones import is_one

_HALF = Fraction(1, 2)
_DEPTH = 5  # of sums within products
_TERMS = 8  # of a sum: hypotenuses of more stand too deep in one another


def length(node: Node) -> Node | None:
    """The root of a sum of squares; ``None`` of another node.

    >>> from matcalc.graph import symbol
    >>> length(algebra.squared_norm(symbol("x", ("n",)))).operation
    'norm'
    """
    found = leg(node)
    if found is None or _is_positive(found):
        return found
    if isinstance(found, Product) and found.scale.number > 0:
        return found if all(map(_is_positive, found.operands)) else elementwise.of("abs", found)
    return elementwise.of("abs", found)


def _is_positive(node: Node) -> bool:
    """Whether a node is a length, an absolute value or a number above zero."""
    if isinstance(node, Product):
        return not node.factors and node.scale.number > 0
    return is_apply(node, "abs") or _is_length(node)


def _is_length(node: Node) -> bool:
    return isinstance(node, Apply) and facts_of(node.operation).length


def leg(node: Node, depth: int = 0) -> Node | None:
    """What gives a sum of squares when it is squared, of either sign."""
    if depth > _DEPTH:
        return None
    if isinstance(node, Sum):
        if len(node.terms) > _TERMS:
            return None
        legs = [leg(term, depth + 1) for term in node.terms]
        known = [one for one in legs if one is not None]
        if len(known) < len(legs):
            return None
        return reduce(elementwise.hypot, known)
    return _leg_of_product(node, depth) if isinstance(node, Product) else None


def _leg_of_product(node: Product, depth: int) -> Node | None:
    """Of a product of even powers, summed over some labels."""
    whole, sizes = opened(node)
    factors = [half for one in whole if (half := _halved(one, depth)) is not None]
    if node.scale.number <= 0 or len(factors) < len(whole):
        return None
    if not all(map(are_plain, [node.output, *(one.labels for one in factors)])):
        return None
    used = {label for factor in factors for label in factor.labels}
    summed = [label for label in sizes if label not in node.output]
    if not used.issuperset(summed):
        return None
    kept = [label for label in node.output if label in used]
    found = _summed(contract(factors, [*kept, *summed]), len(kept), len(summed))
    if found is None:
        return None
    spread = {label: sizes[label] for label in node.output}
    scale = [] if node.scale == ONE else [Factor(_root_of_number(node.scale), ())]
    return contract([*scale, Factor(found, tuple(kept))], node.output, spread)


def _root_of_number(scale: Scale) -> Node:
    """The root of a coefficient: of 1/n as one over that of n."""
    number = contract([], (), scale=scale)
    if scale.powers and all(exponent < 0 for _, exponent in scale.powers):
        return algebra.power(algebra.reciprocal(number), -_HALF)
    roots = [isqrt(part) for part in scale.number.as_integer_ratio()]
    if not scale.powers and Fraction(*roots) ** 2 == scale.number:
        return algebra.constant(Fraction(*roots))
    return algebra.sqrt(number)


def _halved(factor: Factor, depth: int) -> Factor | None:
    """What gives a factor when it is squared."""
    half = factor.exponent * _HALF
    if half.denominator == 1:
        return factor._replace(exponent=half)
    root = leg(factor.node, depth + 1) if factor.exponent.denominator == 1 else None
    return None if root is None else factor._replace(node=root)


def _summed(squared: Node, kept: int, summed: int) -> Node | None:
    """The norm over the last axes."""
    if not summed:
        return squared
    if not kept:
        return apply("norm", (squared,), ())
    return computed.norm_along(squared, axis=kept) if summed == 1 else None


def over_lengths(node: Product) -> Node | None:
    """A product without the squares of lengths; ``None`` where there is nothing to change."""
    whole, sizes = opened(node)
    factors = [part for factor in whole for part in _parts(factor)]
    changed = False
    for factor in tuple(factors):
        above, below = factor.exponent.as_integer_ratio()
        if below > 2 or (below == 1 and above > 0) or factor not in factors:
            continue
        rooted = _rooted(factor)
        if rooted is None:
            continue
        within = _below(factor.node)
        others = [one for one in factors if one is not factor]
        divided, left = _divided(others, rooted, within)
        if left != -rooted.exponent or factor.exponent.denominator > 1:
            rest = [rooted._replace(exponent=Fraction(-left))] if left else []
            factors, changed = [*divided, *rest], True
    return contract(factors, node.output, sizes, node.scale) if changed else None


def _parts(factor: Factor) -> list[Factor]:
    """A whole power of a product of scalars as the powers of these."""
    inner = factor.node
    if factor.exponent.denominator > 1 or not isinstance(inner, Product) or inner.scale != ONE:
        return [factor]
    if inner.sums or factor.labels or len(inner.factors) < 2:
        return [factor]
    return [one._replace(exponent=one.exponent * factor.exponent) for one in inner.factors]


def _rooted(factor: Factor) -> Factor | None:
    """A power of a sum of squares as a power of its root, and a length as it is."""
    if not are_plain(factor.labels):
        return None
    if _is_length(factor.node):
        return factor if factor.exponent <= -1 and factor.exponent.denominator == 1 else None
    root = length(factor.node)
    if root is None:
        return None
    return factor._replace(node=root, exponent=2 * factor.exponent)


def _below(node: Node) -> set[Node]:
    """What a sum of squares is made of."""
    found: set[Node] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += one.operands if isinstance(one, Sum | Product) or _is_length(one) else ()
    return found


def _divided(
    others: Sequence[Factor], rooted: Factor, within: set[Node]
) -> tuple[list[Factor], int]:
    """Factors over a length, and how often it is left below the line.

    What the length is made of is divided first, then others, where a square would be left.
    """
    left = int(-rooted.exponent)
    divided = list(others)
    for made_of_it in (True, False):
        for factor in tuple(divided):
            most = left if made_of_it else left - 1
            pairs = min(most, int(factor.exponent)) if _fits_over(factor, rooted) else 0
            if pairs < 1 or (made_of_it and not _is_made_of(factor.node, within)):
                continue
            left -= pairs
            rest = factor.exponent - pairs
            divided.remove(factor)
            divided += [_quotient(factor, rooted, pairs)]
            divided += [factor._replace(exponent=rest)] if rest else []
    return divided, left


def _fits_over(factor: Factor, rooted: Factor) -> bool:
    return (
        factor.exponent >= 1
        and are_plain(factor.labels)
        and set(rooted.labels) <= set(factor.labels)
    )


def _is_made_of(node: Node, within: set[Node]) -> bool:
    """Whether a length is made of a node, or of a term of a sum without deltas."""
    if node in within or not isinstance(node, Sum):
        return node in within
    if any(isinstance(term, Product) and term.is_structured for term in node.terms):
        return False
    return any(not within.isdisjoint([term, *term.operands]) for term in node.terms)


def _quotient(factor: Factor, rooted: Factor, exponent: int) -> Factor:
    """A factor over a length, which has its last axes."""
    front = [label for label in factor.labels if label not in rooted.labels]
    order = (*front, *rooted.labels)
    turned = contract([factor._replace(exponent=Fraction(1))], order)
    node = computed.ratio(turned, rooted.node)
    return Factor(node, order, Fraction(exponent))


def logarithm_of_squares(node: Node) -> Node | None:
    """The logarithm of a sum of squares by that of its root; beside one it keeps small ones."""
    if isinstance(node, Sum):
        others = [term for term in node.terms if not is_one(term)]
        if len(others) == len(node.terms) - 1:
            rest = leg(algebra.plus(*others))
            return rest and computed.log1p_square(rest)
    root = length(node) if node.operands else None  # not of a number: log(2) is that
    return root and algebra.multiple(2, apply("log", (root,), node.shape))


def quotients_first(node: Product) -> Node | None:
    """x² / y² as (x / y)²; ``None`` where there is no such quotient."""
    factors = list(node.factors)
    squares = [factor for factor in factors if abs(factor.exponent.numerator) > 1]
    for above in squares:
        for below in squares:
            count = min(above.exponent, -below.exponent)
            if count < 2 or above.labels != below.labels or not are_plain(above.labels):
                continue
            ratio = computed.ratio(above.node, below.node)
            factors.remove(above)
            factors.remove(below)
            factors.append(Factor(ratio, above.labels, count))
            for one, rest in ((above, above.exponent - count), (below, below.exponent + count)):
                factors += [one._replace(exponent=rest)] if rest else []
            sizes = dict(enumerate(node.sizes))
            return contract(factors, node.output, sizes, node.scale)
    return None

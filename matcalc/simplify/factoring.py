"""What all terms of a sum share, pulled out: coefficients, scalars, factors entry by entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from math import gcd, lcm
from typing import Any, NamedTuple

from matcalc.graph import (
    ONE,
    Factor,
    Group,
    Node,
    Product,
    Scale,
    Sum,
    Symbol,
    add,
    contract,
    flat,
    scaled,
    split,
)
from matcalc.simplify.expansion import Key, Powers, opened
from matcalc.simplify.rewriting import rewritten_sum
from matcalc.simplify.symmetry import is_symmetric, turned, with_symmetry
from matcalc.steps import spend

_PULLED = 32  # times that something is pulled out of one sum: what it would still hold stays


def factored(node: Node, left: int = _PULLED) -> Node:
    """A sum with its common factors outside; anything else as it is.

    Args:
        node: The sum.
        left: How often something may still be pulled out.
    """
    if isinstance(node, Sum):
        node = rewritten_sum(node)
    if not isinstance(node, Sum) or not left:
        return node
    spend(len(node.terms))
    terms = [_term(term) for term in node.terms]
    shared: dict[Key, Fraction] = terms[0].entrywise
    for term in terms[1:]:
        shared = {
            key: min(power, term.entrywise[key], key=abs)
            for key, power in shared.items()
            if key in term.entrywise and power * term.entrywise[key] > 0
        }
    shared = {key: power for key, power in shared.items() if not _is_left(key, shared, terms)}
    scale = _content([term.scale for term in terms], with_sign=bool(shared))
    if not shared and scale == ONE:
        return _with_end_outside(node, terms, left - 1)
    if _is_plain(terms, shared):
        return node
    common = _common_end(terms) if len(shared) == 1 and len(node.shape) == 2 else None
    if common:
        return _around(common, node, left - 1)  # (diag(p) - p pᵀ) W, not diag(p) (W - 1 pᵀ W)
    divided = [term.without(shared, scale) for term in terms]
    rest = with_symmetry(factored(_together(divided), left - 1))
    axes = tuple(range(len(node.shape)))
    sizes = dict(zip(axes, node.shape, strict=True))
    outside = [Factor(*key, power) for key, power in shared.items()]
    return contract([*outside, Factor(rest, axes)], axes, sizes, scale)


def _is_plain(terms: Sequence[_SumTerm], shared: Mapping[Key, Fraction]) -> bool:
    """Whether terms share one name, and one of two, both positive, is that: c + 2 c x."""
    if len(terms) != 2 or len(shared) != 1 or any(term.scale.number < 0 for term in terms):
        return False
    (((name, _), power),) = shared.items()
    alone = [len(term.factors) == 1 for term in terms]
    return isinstance(name, Symbol) and bool(name.shape) and power == 1 and any(alone)


def _is_left(key: Key, shared: Mapping[Key, Fraction], terms: Sequence[_SumTerm]) -> bool:
    """Whether a sum is all that a term without what is shared is: c² - k c, c for x - mean(x)."""
    square = {**shared, key: shared[key] + 1}
    return isinstance(key[0], Sum) and any(
        len(term.factors) == len(square) and term.entrywise == square for term in terms
    )


def _together(terms: Sequence[Node]) -> Node:
    """Their sum, sums among them opened where terms of one meet those of another."""
    apart: list[Node] = []
    for term in terms:
        scale, core = split(term)
        apart += [scaled(one, scale) for one in core.operands] if isinstance(core, Sum) else [term]
    met = add(apart)
    fewer = len(met.operands) if isinstance(met, Sum) else 1
    return met if fewer < len(apart) else add(terms)


def _common_end(terms: Sequence[_SumTerm]) -> dict[_SumTerm, _End] | None:
    """The matrix that all terms end, or begin, with, the entries of a diagonal before it in one."""
    scaled_ = [(term, end) for term in terms for end in term.scaled_ends()]
    for term, end in scaled_:
        others = {
            other: found
            for other in terms
            if other is not term
            for found in other.ends
            if found.look == end.look
        }
        if len(others) == len(terms) - 1:
            return {one: end if one is term else others[one] for one in terms}
    return None


def _with_end_outside(node: Sum, terms: Sequence[_SumTerm], left: int) -> Node:
    """A x + B x as (A + B) x: terms that end, or begin, with the same matrix or vector.

    Of a symmetric matrix only those that leave it looking so: A x xᵀ + x xᵀ A + x xᵀ stays.
    """
    groups: dict[Any, dict[_SumTerm, _End]] = {}
    for term in terms:
        for end in term.ends:
            groups.setdefault(end.look, {}).setdefault(term, end)
    shared = [group for group in groups.values() if len(group) > 1]
    if shared and is_symmetric(node):
        shared = [group for group in shared if _is_even(group)]
    if not shared:
        return node
    best = max(shared, key=len)
    rest = [term.node for term in terms if term not in best]
    together = _around(best, node, left)
    return factored(add([together, *rest]), left) if rest else together


def _is_even(terms: Iterable[_SumTerm]) -> bool:
    """Whether the transposes of all terms are among them, or of none."""
    nodes = {turned(term.node, (0, 1)) for term in terms}
    twins = {turned(term.node) for term in terms}
    return twins == nodes or twins.isdisjoint(nodes)


def _around(group: Mapping[_SumTerm, _End], node: Node, left: int) -> Node:
    """The factor that terms share at one end, times the sum of what they are without it."""
    first = next(iter(group.values()))
    inside = add([term.without_end(end) for term, end in group.items()])
    rest = with_symmetry(factored(inside, left))
    sign = Scale(Fraction(1))
    if isinstance(rest, Sum) and all(split(term)[0].number < 0 for term in rest.terms):
        sign = Scale(Fraction(-1))  # -(A + B) x, not (-A - B) x
        rest = with_symmetry(add([scaled(term, sign) for term in rest.terms]))
    axes = tuple(range(len(node.shape)))
    kept = ("inner",) if first.axis is None else ("inner", first.axis)
    end = Factor(first.node, kept if first.inner == 0 else kept[::-1])
    front = tuple(axis for axis in axes if axis != first.axis)
    return contract([Factor(rest, (*front, "inner")), end], axes, scale=sign)


class _End(NamedTuple):
    """A factor that is summed with the rest of its term over one label.

    Attributes:
        node: The factor.
        inner: Which of its axes is summed.
        axis: The axis of the result that its other axis is, if it has one.
        factor: The factor with its labels.
    """

    node: Node
    inner: int
    axis: int | None
    factor: Factor

    @property
    def look(self) -> tuple[Any, ...]:
        """What is equal for ends that can be shared: either axis of a symmetric one is summed."""
        return self.node, self.axis, None if self.node.symmetric else self.inner


class _SumTerm:
    """A term of a sum: a coefficient, factors, the labels of its axes."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.scale, core = split(node)
        axes = tuple(range(len(node.shape)))
        if isinstance(node, Product):
            self.factors, self.sizes = opened(node, scalars=False)
            self.output = node.output
        else:
            self.factors = [Factor(core, axes)]
            self.sizes = dict(zip(axes, node.shape, strict=True))
            self.output = axes

    @cached_property
    def entrywise(self) -> Powers:
        """The factors that multiply entry by entry, by the axes that they are on."""
        if len(set(self.output)) < len(self.output):
            axis_of: dict[Any, int] = {}
        else:
            axis_of = {label: axis for axis, label in enumerate(self.output)}
        return Powers.of(
            factor._replace(labels=tuple(axis_of[label] for label in factor.labels))
            for factor in self.factors
            if all(label in axis_of for label in factor.labels)
        )

    @cached_property
    def ends(self) -> list[_End]:
        """The factors that are summed with the rest over one label that nothing else has."""
        if len(set(self.output)) < len(self.output) or Group in map(type, self.output):
            return []
        counts = Counter(label for f in self.factors for label in flat(f.labels))
        found: list[_End] = []
        for factor in self.factors:
            if factor.exponent != 1 or not 1 <= len(factor.labels) <= 2:
                continue
            if len(factor.labels) == 1 and len(self.output) == 2:
                continue  # what is left would have three axes
            for inner, label in enumerate(factor.labels):
                rest = factor.labels[1 - inner] if len(factor.labels) == 2 else None
                summed = label not in self.output and counts[label] == 2
                alone = rest is None or (rest in self.output and counts[rest] == 1)
                if summed and alone and label != rest:
                    axis = None if rest is None else self.output.index(rest)
                    found.append(_End(factor.node, inner, axis, factor))
        return found

    def scaled_ends(self) -> list[_End]:
        """The matrix of ``p_i W_ij``, which is that of ``diag(p) W``."""
        matrices = [factor for factor in self.factors if len(factor.labels) == 2]
        if len(matrices) != 1 or len(set(self.output)) != 2 or Group in map(type, self.output):
            return []
        (matrix,) = matrices
        beside = {k for f in self.factors if f is not matrix for k in f.labels}
        if matrix.exponent != 1 or set(matrix.labels) != set(self.output) or len(beside) != 1:
            return []
        (label,) = beside
        if label not in self.output:
            return []
        axis = 1 - self.output.index(label)
        return [_End(matrix.node, matrix.labels.index(label), axis, matrix)]

    def without_end(self, end: _End) -> Node:
        """The term without such a factor; the label that was summed becomes its last axis."""
        others = list(self.factors)
        others.remove(end.factor)
        kept = [label for axis, label in enumerate(self.output) if axis != end.axis]
        output = [*kept, end.factor.labels[end.inner]]
        gone = set(self.output).difference(kept)  # an axis of what is outside, not summed here
        sizes = {label: size for label, size in self.sizes.items() if label not in gone}
        return contract(others, output, sizes, self.scale)

    def without(self, shared: dict[Key, Fraction], scale: Scale) -> Node:
        """The term divided by what is shared."""
        factors = list(self.factors)
        for (node, axes), power in shared.items():
            factors.append(Factor(node, tuple(self.output[axis] for axis in axes), -power))
        rest = self.scale.times(scale.power(-1))
        return contract(factors, self.output, self.sizes, rest)


_term = lru_cache(maxsize=1024)(_SumTerm)  # a sum is looked at again after each step


def _content(scales: list[Scale], *, with_sign: bool) -> Scale:
    """The coefficient that all share: 2 of 2a - 4b, 1/n of a/n + b/n.

    A sign alone is shared only ``with_sign``: -a - b stays as it is.
    """
    if all(scale is ONE for scale in scales):
        return ONE
    numbers = [scale.number for scale in scales]
    above = gcd(*(number.numerator for number in numbers))
    below = lcm(*(number.denominator for number in numbers))
    same = {abs(number) for number in numbers}
    size = Fraction(above, below) if below == 1 or len(same) == 1 else Fraction(1)
    powers = dict(scales[0].powers)
    for scale in scales[1:]:
        others = dict(scale.powers)
        powers = {
            name: min(power, others[name], key=abs)
            for name, power in powers.items()
            if name in others and power * others[name] > 0
        }
    counts = with_sign or size != 1 or bool(powers)
    negative = counts and all(number < 0 for number in numbers)
    return Scale(-size if negative else size, tuple(sorted(powers.items())))

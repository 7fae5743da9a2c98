"""What all terms of a sum share, pulled out: coefficients, scalars, factors entry by entry."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Any

from matcalc.graph import ONE, Factor, Node, Product, Scale, Sum, add, contract, split
from matcalc.simplify.expansion import opened
from matcalc.simplify.symmetry import with_symmetry

Key = tuple[Node, tuple[Any, ...]]


def factored(node: Node) -> Node:
    """A sum with its common factors outside; anything else as it is."""
    if not isinstance(node, Sum):
        return node
    terms = [_Term(term) for term in node.terms]
    shared = terms[0].entrywise()
    for term in terms[1:]:
        powers = term.entrywise()
        shared = {
            key: min(power, powers[key], key=abs)
            for key, power in shared.items()
            if key in powers and power * powers[key] > 0
        }
    scale = _content([term.scale for term in terms])
    if not shared and scale == ONE:
        return node
    rest = with_symmetry(add([term.without(shared, scale) for term in terms]))
    axes = tuple(range(len(node.shape)))
    sizes = dict(zip(axes, node.shape, strict=True))
    outside = [Factor(*key, power) for key, power in shared.items()]
    return contract([*outside, Factor(rest, axes)], axes, sizes, scale)


class _Term:
    """A term of a sum: a coefficient, factors, the labels of its axes."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.scale, core = split(node)
        axes = tuple(range(len(node.shape)))
        if isinstance(node, Product):
            self.factors, self.sizes = opened(node)
            self.output = node.output
        else:
            self.factors = [Factor(core, axes)]
            self.sizes = dict(zip(axes, node.shape, strict=True))
            self.output = axes

    def entrywise(self) -> dict[Key, Fraction]:
        """The factors that multiply entry by entry, by the axes that they are on."""
        if len(set(self.output)) < len(self.output):
            axis_of: dict[Any, int] = {}
        else:
            axis_of = {label: axis for axis, label in enumerate(self.output)}
        found: dict[Key, Fraction] = {}
        for factor in self.factors:
            if all(label in axis_of for label in factor.labels):
                key = factor.node, tuple(axis_of[label] for label in factor.labels)
                found[key] = found.get(key, Fraction(0)) + factor.exponent
        return found

    def without(self, shared: dict[Key, Fraction], scale: Scale) -> Node:
        """The term divided by what is shared."""
        factors = list(self.factors)
        for (node, axes), power in shared.items():
            factors.append(Factor(node, tuple(self.output[axis] for axis in axes), -power))
        rest = self.scale.times(_inverse(scale))
        return contract(factors, self.output, self.sizes, rest)


def _inverse(scale: Scale) -> Scale:
    powers = tuple((name, -power) for name, power in scale.powers)
    return Scale(1 / scale.number, powers)


def _content(scales: list[Scale]) -> Scale:
    """The coefficient that all share: 2 of 2a - 4b, 1/n of a/n + b/n; never a sign alone."""
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
    negative = all(number < 0 for number in numbers) and (size != 1 or bool(powers))
    return Scale(-size if negative else size, tuple(sorted(powers.items())))

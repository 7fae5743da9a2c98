"""Names for quotients that recur: x̂ = (x − mean(x)) / σ, and σ, in a derivative of a layer norm.

A derivative of a centred array over its deviation σ holds the array twice over σ². That is the
quotient twice, as books write it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.graph import Factor, Node, Product, Sum, contract, split, topological
from matcalc.simplify.expansion import opened

_ROOT = Fraction(1, 2)


class Quotient(NamedTuple):
    """A sum over a root.

    Attributes:
        above: The sum.
        root: The root.
        whole: The quotient.
    """

    above: Node
    root: Node
    whole: Node


def recurring_quotients(root: Node) -> list[Quotient]:
    """The quotients that stand in a product twice or more, as a sum so often over powers of a root.

    Args:
        root: What is written.
    """
    rooted: dict[Node, Node] = {}
    found: dict[tuple[Any, ...], None] = {}
    for node in topological(root):
        if isinstance(node, Product):
            factors, _ = opened(node)
            below = [f for f in factors if f.exponent < 0 and f.node.operands]
            rooted |= {split(f.node)[1]: f.node for f in below if f.exponent.denominator == 2}
            above = [f for f in factors if f.exponent == 1 and isinstance(f.node, Sum)]
            found |= dict.fromkeys(_repeated(above, below))
    return [_quotient(one, rooted[core], axes) for one, core, axes in found if core in rooted]


def _repeated(
    above: Sequence[Factor], below: Sequence[Factor]
) -> Iterator[tuple[Node, Node, tuple[int, ...]]]:
    """Sums that are there as often as their quotients are, what divides them, and on which axes."""
    for divisor in below:
        pairs = Counter(
            (f.node, tuple(map(f.labels.index, divisor.labels)))
            for f in above
            if f.labels and set(divisor.labels) <= set(f.labels)
        )
        for (node, axes), often in pairs.items():
            if 1 < often <= -divisor.exponent / _ROOT:
                yield node, split(divisor.node)[1], axes


def _quotient(above: Node, below: Node, axes: tuple[int, ...]) -> Quotient:
    sizes = dict(enumerate(above.shape))
    own = tuple(sizes)
    root = contract([Factor(below, axes, _ROOT)], axes, {axis: sizes[axis] for axis in axes})
    whole = contract([Factor(above, own), Factor(below, axes, -_ROOT)], own, sizes)
    return Quotient(above, root, whole)

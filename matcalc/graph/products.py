"""Building products: labels, structure that is absorbed, a canonical order of factors."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from matcalc.dimensions import Dimension, Shape
from matcalc.errors import NotationError, ShapeError
from matcalc.graph.canonical import canonical_order
from matcalc.graph.nodes import ONE, Factor, Node, Product, Scale, consed_product

Label = Hashable
_NO_SIZES: Mapping[Any, Dimension] = {}


def contract(
    factors: Iterable[Factor],
    output: Sequence[Label],
    sizes: Mapping[Any, Dimension] = _NO_SIZES,
    scale: Scale = ONE,
) -> Node:
    """The product of factors that share labels, summed over each label that the output lacks.

    Structure is absorbed (transposes, deltas, broadcasts, coefficients, factors that hold one
    leaf or none); products of several factors stay shared, as they are.

    Args:
        factors: Nodes with a label on each axis.
        output: The labels of the result; one may repeat (a delta) or be new (a broadcast).
        sizes: The sizes of new labels.
        scale: What to multiply the product with.

    Raises:
        ShapeError: Axes of different sizes carry one label, or a factor has too few labels.

    >>> from matcalc.graph import Factor, symbol
    >>> x = symbol("x", (3,))
    >>> contract([Factor(x, "i")], "ii").shape
    (3, 3)
    """
    gathered = _Gathered(scale)
    for factor in factors:
        gathered.take(factor)
    for label in output:
        if label not in gathered.sizes:
            if label not in sizes:
                raise ShapeError(f"the new label {label} has no size")
            gathered.sizes[label] = sizes[label]
    return gathered.product(output)


class _Gathered:
    """What a product is made of, while it is built: labels merge as deltas are absorbed."""

    def __init__(self, scale: Scale) -> None:
        self.sizes: dict[Any, Dimension] = {}
        self.scale = scale
        self.powers: dict[tuple[Node, tuple[Any, ...]], Fraction] = {}
        self.merged: dict[Any, Any] = {}
        self.fresh = 0

    def take(self, factor: Factor) -> None:
        """Add a factor, its structure absorbed."""
        node, labels, exponent = factor
        self.check(node, labels)
        if isinstance(node, Product) and _is_absorbed(node, exponent):
            self.absorb(node, labels, exponent)
        else:
            key = node, tuple(labels)
            self.powers[key] = self.powers.get(key, Fraction(0)) + exponent

    def check(self, node: Node, labels: Sequence[Any]) -> None:
        if len(labels) != len(node.shape):
            raise ShapeError(f"{len(labels)} labels for an array of {len(node.shape)} axes")
        for label, size in zip(labels, node.shape, strict=True):
            known = self.sizes.setdefault(label, size)
            if known != size:
                raise ShapeError(f"axes of sizes {known} and {size} share one label, {label}")

    def absorb(self, node: Product, labels: Sequence[Any], exponent: Fraction) -> None:
        """Put a node's own factors in its place, its output renamed to ``labels``."""
        self.fresh += 1
        inside: dict[int, Any] = {}
        for number, label in zip(node.output, labels, strict=True):
            if number in inside:
                self.merge(inside[number], label)
            else:
                inside[number] = label
        for number, size in enumerate(node.sizes):
            if number not in inside:
                inside[number] = ("inside", self.fresh, number)
                self.sizes[inside[number]] = size
        for factor in node.factors:
            key = factor.node, tuple(inside[number] for number in factor.labels)
            power = factor.exponent * exponent
            self.powers[key] = self.powers.get(key, Fraction(0)) + power
        self.scale = self.scale.times(node.scale)

    def merge(self, one: Any, two: Any) -> None:
        one, two = self.find(one), self.find(two)
        if one != two:
            self.merged[two] = one

    def find(self, label: Any) -> Any:
        while label in self.merged:
            label = self.merged[label]
        return label

    def product(self, output: Sequence[Label]) -> Node:
        """The node of everything gathered."""
        find = self.find
        shape = tuple(self.sizes[label] for label in output)
        if self.scale.number == 0:
            return zero(shape)
        output = tuple(map(find, output))
        powers: dict[tuple[Node, tuple[Any, ...]], Fraction] = {}
        for (node, labels), exponent in self.powers.items():
            key = node, tuple(map(find, labels))
            powers[key] = powers.get(key, Fraction(0)) + exponent
        factors = [Factor(node, labels, power) for (node, labels), power in powers.items() if power]
        used = {label for factor in factors for label in factor.labels}.union(output)
        for label in dict.fromkeys(map(find, self.sizes)):
            if label not in used:
                self.scale = self.scale.times_size(self.sizes[label])
        return product_of(factors, output, self.sizes, self.scale)


def _is_absorbed(node: Product, exponent: Fraction) -> bool:
    if len(node.factors) > 1:
        return False
    if exponent == 1:
        return True
    plain = not node.is_structured and len(node.sizes) == len(node.output)
    whole = exponent.denominator == 1 or all(f.exponent == 1 for f in node.factors)
    return plain and whole and node.scale == ONE and bool(node.factors)


def product_of(
    factors: Sequence[Factor],
    output: Sequence[Any],
    sizes: Mapping[Any, Dimension],
    scale: Scale = ONE,
) -> Node:
    """The node of factors that are absorbed and merged already: its labels numbered canonically.

    Deltas, broadcasts and a coefficient around several factors become a node of their own.
    """
    used = {label for factor in factors for label in factor.labels}
    plain = len(set(output)) == len(output) and used.issuperset(output) and scale == ONE
    if len(factors) == 1 and plain and factors[0][1:] == (tuple(output), Fraction(1)):
        return factors[0].node
    if len(factors) > 1 and not plain:
        inner = tuple(label for label in dict.fromkeys(output) if label in used)
        factors = [Factor(product_of(factors, inner, sizes), inner)]
    outside = {
        label: (str(sizes[label]), tuple(k for k, seen in enumerate(output) if seen == label))
        for label in used.union(output)
    }
    coloured = [((f.node.digest, f.exponent), f.labels) for f in factors]
    ordered = [factors[k] for k in canonical_order(coloured, outside)]
    numbers: dict[Any, int] = {}
    for label in (*output, *(label for factor in ordered for label in factor.labels)):
        numbers.setdefault(label, len(numbers))
    return consed_product(
        tuple(Factor(f.node, tuple(numbers[k] for k in f.labels), f.exponent) for f in ordered),
        tuple(numbers[label] for label in output),
        tuple(sizes[label] for label in numbers),
        scale,
    )


def number(value: int | Fraction) -> Node:
    """A number: a product of no factors."""
    return contract([], (), scale=Scale(Fraction(value)))


def zero(shape: Shape) -> Node:
    """An array of zeros, as structure."""
    return consed_product((), tuple(range(len(shape))), shape, Scale(Fraction(0)))


def is_zero(node: Node) -> bool:
    """Whether a node is zero by its structure."""
    return isinstance(node, Product) and node.scale.number == 0


def scaled(node: Node, scale: Scale) -> Node:
    """A node times a coefficient."""
    labels = tuple(range(len(node.shape)))
    return contract([Factor(node, labels)], labels, scale=scale)


def transposed(node: Node, order: Sequence[int]) -> Node:
    """A node with its axes in another order."""
    return contract([Factor(node, tuple(range(len(node.shape))))], tuple(order))


@lru_cache(maxsize=1024)
def parse_pattern(pattern: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """``"i k, k j -> i j"`` as the labels of each factor and those of the output.

    Raises:
        NotationError: There is not exactly one arrow.
    """
    left, arrow, right = pattern.partition("->")
    if not arrow or "->" in right:
        raise NotationError(f"a pattern has one arrow: 'j -> i, i j'; found {pattern!r}")
    factors = tuple(tuple(part.split()) for part in left.split(",")) if left.strip() else ()
    return factors, tuple(right.replace(",", " ").split())


def einsum(
    pattern: str,
    *nodes: Node,
    sizes: Mapping[str, Dimension] = _NO_SIZES,
    scale: Scale = ONE,
) -> Node:
    """A product by a pattern of named labels; an output label may repeat or be new.

    Args:
        pattern: Labels apart by spaces, factors by commas; ``...`` stands for all axes of its
            node that the pattern does not name.
        nodes: The factors.
        sizes: The sizes of new labels.
        scale: What to multiply the product with.

    Raises:
        NotationError: The pattern does not name as many factors as there are nodes.
        ShapeError: Sizes disagree.

    >>> from matcalc.graph import symbol
    >>> einsum("-> i i", sizes={"i": 3}).shape, einsum("i -> i i", symbol("s", (2,))).shape
    ((3, 3), (2, 2))
    """
    factors, output = parse_pattern(pattern)
    if len(factors) != len(nodes):
        raise NotationError(f"{pattern!r} names {len(factors)} factors; {len(nodes)} were given")
    rest: tuple[Label, ...] = ()
    labelled = []
    for names, node in zip(factors, nodes, strict=True):
        extra = len(node.shape) - (len(names) - 1)
        if "..." in names:
            rest = tuple(("rest", k) for k in range(extra))
        labelled.append(Factor(node, _expanded(names, rest)))
    return contract(labelled, _expanded(output, rest), sizes, scale)


def _expanded(names: Sequence[str], rest: tuple[Label, ...]) -> tuple[Label, ...]:
    return tuple(label for name in names for label in (rest if name == "..." else (name,)))

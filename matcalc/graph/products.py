"""Building products: labels, structure that is absorbed, a canonical order of factors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from matcalc.dimensions import Dimension, Shape
from matcalc.errors import NotationError
from matcalc.graph.canonical import ColouredFactor as Coloured
from matcalc.graph.canonical import canonical_order, in_order
from matcalc.graph.gathering import Gathered
from matcalc.graph.nodes import ONE, Factor, Group, Node, Product, Scale, Sum, consed_product, flat

Label = Hashable
_NO_SIZES: Mapping[Any, Dimension] = {}


def contract(
    factors: Iterable[Factor],
    output: Sequence[Label],
    sizes: Mapping[Any, Dimension] = _NO_SIZES,
    scale: Scale = ONE,
) -> Node:
    """The product of factors that share labels, summed over each label that the output lacks.

    Structure is absorbed: transposes, deltas, broadcasts, regroupings and coefficients of nodes
    that hold one factor or none and sum over nothing. Products of several stay shared.

    Args:
        factors: Nodes with a label, or a :class:`Group` of labels, on each axis.
        output: The labels of the result; one may repeat (a delta) or be new (a broadcast).
        sizes: The labels of the product with their sizes: of new ones and of those inside groups
            they are needed. A label that stands nowhere else is summed over, so it counts: what
            is removed from ``factors`` takes no label along.
        scale: What to multiply the product with.

    Raises:
        ShapeError: Axes of different sizes carry one label, or a factor has too few labels.

    >>> from matcalc.graph import Factor, symbol
    >>> x = symbol("x", (3,))
    >>> contract([Factor(x, "i")], "ii").shape
    (3, 3)
    """
    gathered = Gathered(sizes, scale)
    for factor in factors:
        gathered.take(factor)
    kept, axes = gathered.settle(output)
    result = product_of(kept, axes, gathered.sizes, gathered.scale)
    return zero(result.shape) if gathered.scale.number == 0 else result


def product_of(
    factors: Sequence[Factor],
    output: Sequence[Any],
    sizes: Mapping[Any, Dimension],
    scale: Scale = ONE,
) -> Node:
    """The node of factors that are absorbed and merged already: its labels numbered canonically.

    Deltas, broadcasts, regroupings and a coefficient around several factors, or around a sum,
    become a node of their own.
    """
    output, labels = tuple(output), flat(output)
    used = {label for factor in factors for label in flat(factor.labels)}
    distinct = output == labels and len(set(labels)) == len(labels)
    plain = distinct and used.issuperset(labels) and scale == ONE
    if len(factors) == 1 and plain and is_itself(factors[0], output):
        return factors[0].node
    if (len(factors) > 1 or used.difference(labels)) and not plain:
        inner = tuple(label for label in dict.fromkeys(labels) if label in used)
        factors = [Factor(product_of(factors, inner, sizes), inner)]
    ordered = _ordered(factors, labels, sizes)
    numbers: dict[Any, int] = {}
    for axes in (labels, *(flat(factor.labels) for factor in ordered)):
        for label in axes:
            numbers.setdefault(label, len(numbers))
    return consed_product(
        tuple([Factor(f.node, _numbered(f.labels, numbers), f.exponent) for f in ordered]),
        _numbered(output, numbers),
        tuple([sizes[label] for label in numbers]),
        scale,
    )


def _ordered(
    factors: Sequence[Factor], output: Sequence[Any], sizes: Mapping[Any, Dimension]
) -> list[Factor]:
    """Factors in canonical order, whatever their labels are called."""
    distinct = len({factor.node for factor in factors}) == len(factors)
    if distinct and not any(factor.is_symmetric for factor in factors):
        return sorted(factors, key=lambda factor: factor.node.digest)
    outside = {
        label: (str(sizes[label]), tuple(k for k, seen in enumerate(output) if seen == label))
        for label in dict.fromkeys([*output, *(k for f in factors for k in flat(f.labels))])
    }
    coloured = [Coloured(_colour(f), flat(f.labels), f.is_symmetric) for f in factors]
    order, colours = canonical_order(coloured, outside)
    return [_turned(factors[k], coloured[k], colours) for k in order]


def is_itself(factor: Factor, output: tuple[Any, ...]) -> bool:
    """Whether a product is its one factor: axis by axis, or as a symmetric matrix turned."""
    same = factor.labels == output or (factor.is_symmetric and factor.labels == output[::-1])
    return same and factor.exponent == 1


def _turned(factor: Factor, coloured: Coloured, colours: Mapping[Any, int] | None) -> Factor:
    """A symmetric factor with its axes in canonical order; any other as it is."""
    if colours is None or not coloured.symmetric:
        return factor
    return factor._replace(labels=tuple(in_order(coloured, colours)))


def _colour(factor: Factor) -> tuple[Any, ...]:
    """What a factor is, its labels aside; whole numbers are compared faster than fractions."""
    return factor.node.digest, factor.exponent.as_integer_ratio(), _grouping(factor.labels)


def _grouping(axes: Sequence[Any]) -> tuple[int, ...]:
    """How many labels each axis has, where one has several."""
    if Group not in map(type, axes):
        return ()
    return tuple(len(axis) if type(axis) is Group else 1 for axis in axes)


def _numbered(axes: Sequence[Any], numbers: Mapping[Any, int]) -> tuple[Any, ...]:
    if Group not in map(type, axes):
        return tuple([numbers[axis] for axis in axes])
    return tuple(
        Group(numbers[label] for label in axis) if type(axis) is Group else numbers[axis]
        for axis in axes
    )


def multiplied_out(node: Product, inlined: Container[Node]) -> tuple[list[Factor], list[Dimension]]:
    """The factors of a product, those of the products in ``inlined`` in their place.

    Returns:
        Factors, and the size of each of their labels, which are numbers; the output of the
        product keeps its own.
    """
    factors: list[Factor] = []
    sizes = list(node.sizes)
    waiting = [(node, dict(enumerate(range(len(sizes)))))]
    while waiting:
        product, renamed = waiting.pop()
        for factor in product.factors:
            labels = _numbered(factor.labels, renamed)
            inner = factor.node
            if not (factor.is_product and inner in inlined and isinstance(inner, Product)):
                factors.append(factor._replace(labels=labels))
                continue
            inside = dict(zip(inner.output, labels, strict=True))
            for label, size in enumerate(inner.sizes):
                if label not in inside:
                    inside[label] = len(sizes)
                    sizes.append(size)
            waiting.append((inner, inside))
    return factors, sizes


def multiplied_within(
    nodes: Iterable[Node],
    inlined: Container[Node],
    most: int,
    preferred: Container[Node] = (),
) -> set[Node]:
    """Those products of ``inlined`` that can be multiplied out with no product growing too long.

    Where all would be too long, the longest stay as they are: a chain of any length becomes
    products of bounded length, one inside the other.

    Args:
        nodes: A graph, operands first.
        inlined: Which products may be multiplied out where they are factors.
        most: How many factors and labels a product may have.
        preferred: Which of them stay as they are only where nothing else helps.
    """
    lengths: dict[Node, int] = {}
    found: set[Node] = set()
    apart: set[Node] = set()
    for node in nodes:
        if not isinstance(node, Product):
            continue
        inside = Counter(f.node for f in node.factors if f.is_product and f.node in inlined)
        length = len(node.factors) + len(node.sizes)
        length += sum(lengths[inner] * count for inner, count in inside.items())
        for inner in sorted(inside, key=lambda k: (k in preferred, -lengths[k], k.digest)):
            if length > most:
                length -= lengths[inner] * inside.pop(inner)
                apart.add(inner)
        lengths[node] = length - len(node.shape)
        found.update(inside)
    return found - apart


def number(value: int | Fraction) -> Node:
    """A number: a product of no factors."""
    return contract([], (), scale=Scale(Fraction(value)))


def zero(shape: Shape) -> Node:
    """An array of zeros, as structure."""
    return consed_product((), tuple(range(len(shape))), shape, Scale(Fraction(0)))


def is_zero(node: Node) -> bool:
    """Whether a node is zero by its structure."""
    return isinstance(node, Product) and node.scale.number == 0


def has_zeros(node: Node) -> bool:
    """Whether some entries are zero by structure, whatever its symbols are: off a diagonal.

    >>> from matcalc.graph import symbol
    >>> has_zeros(einsum("i -> i i", symbol("x", ("n",))))
    True
    """
    if isinstance(node, Sum):
        patterns = {term.output if isinstance(term, Product) else () for term in node.terms}
        return len(patterns) == 1 and all(map(has_zeros, node.terms))
    if not isinstance(node, Product) or node.scale.number == 0:
        return isinstance(node, Product)
    repeated = Counter(flat(node.output))
    if any(count > 1 and node.sizes[label] != 1 for label, count in repeated.items()):
        return True
    factors = () if node.sums else node.factors
    return any(factor.exponent > 0 and has_zeros(factor.node) for factor in factors)


def scaled(node: Node, scale: Scale) -> Node:
    """A node times a coefficient."""
    labels = tuple(range(len(node.shape)))
    return contract([Factor(node, labels)], labels, scale=scale)


def transposed(node: Node, order: Sequence[int]) -> Node:
    """A node with its axes in another order."""
    return contract([Factor(node, tuple(range(len(node.shape))))], tuple(order))


_AXIS = re.compile(r"\(([^()]*)\)|([^\s()]+)")


@lru_cache(maxsize=1024)
def parse_pattern(pattern: str) -> tuple[tuple[tuple[Any, ...], ...], tuple[Any, ...]]:
    """``"i k, k j -> (i j)"`` as the axes of each factor and those of the output.

    Raises:
        NotationError: There is not exactly one arrow.
    """
    left, arrow, right = pattern.partition("->")
    if not arrow or "->" in right:
        raise NotationError(f"a pattern has one arrow: 'j -> i, i j'; found {pattern!r}")
    factors = tuple(map(_axes, left.split(","))) if left.strip() else ()
    return factors, _axes(right.replace(",", " "))


def _axes(text: str) -> tuple[Any, ...]:
    return tuple(
        Group(match[1].split()) if match[2] is None else match[2] for match in _AXIS.finditer(text)
    )


def einsum(
    pattern: str,
    *nodes: Node,
    sizes: Mapping[str, Dimension] = _NO_SIZES,
    scale: Scale = ONE,
) -> Node:
    """A product by a pattern of named labels; an output label may repeat or be new.

    Args:
        pattern: Labels apart by spaces, factors by commas; ``(i j)`` is several labels on one
            axis, ``...`` stands for all axes of its node that the pattern does not name.
        nodes: The factors.
        sizes: The sizes of new labels and of those inside groups.
        scale: What to multiply the product with.

    Raises:
        NotationError: The pattern does not name as many factors as there are nodes.
        ShapeError: Sizes disagree.

    >>> from matcalc.graph import symbol
    >>> einsum("-> i i", sizes={"i": 3}).shape, einsum("i j -> (j i)", symbol("X", (2, 3))).shape
    ((3, 3), (6,))
    """
    factors, output = parse_pattern(pattern)
    if len(factors) != len(nodes):
        raise NotationError(f"{pattern!r} names {len(factors)} factors; {len(nodes)} were given")
    rest: tuple[Label, ...] = ()
    labelled: list[Factor] = []
    for names, node in zip(factors, nodes, strict=True):
        if "..." in names:
            rest = tuple(("rest", k) for k in range(len(node.shape) - len(names) + 1))
        labelled.append(Factor(node, _expanded(names, rest)))
    return contract(labelled, _expanded(output, rest), sizes, scale)


def _expanded(names: Sequence[Any], rest: tuple[Label, ...]) -> tuple[Any, ...]:
    return tuple(label for name in names for label in (rest if name == "..." else (name,)))

"""Building sums: like terms collected, shared structure kept outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from matcalc.errors import ShapeError
from matcalc.graph.nodes import ONE, Factor, Node, Product, Scale, Sum, consed_sum
from matcalc.graph.products import contract, product_of, scaled, zero

_FLAT_TERMS = 8  # a nested sum of more terms stays a node: flattening all would be quadratic


def add(terms: Sequence[Node]) -> Node:
    """The sum of nodes of one shape: like terms collected, what their structure shares kept out.

    Raises:
        ShapeError: The shapes differ, or there are no terms.

    >>> from fractions import Fraction
    >>> from matcalc.graph import Scale, scaled, symbol
    >>> x = symbol("x", (3,))
    >>> add([x, x]) is scaled(x, Scale(Fraction(2)))
    True
    """
    shapes = dict.fromkeys(term.shape for term in terms)
    if len(shapes) != 1:
        raise ShapeError(f"a sum needs terms of one shape, not of {len(shapes)}: {list(shapes)}")
    collected = _collected(terms)
    if not collected:
        return zero(terms[0].shape)
    if len(collected) == 1:
        return collected[0]
    return _hoisted(collected) or consed_sum(collected)


def _collected(terms: Iterable[Node]) -> list[Node]:
    """Terms with those that differ in their coefficient alone put together."""
    sums: dict[tuple[Node, tuple[tuple[str, int], ...]], Fraction] = {}
    for term in terms:
        small = isinstance(term, Sum) and len(term.terms) <= _FLAT_TERMS
        for part in term.operands if small else (term,):
            scale, core = split(part)
            key = core, scale.powers
            sums[key] = sums.get(key, Fraction(0)) + scale.number
    return [
        scaled(core, Scale(value, powers)) if value != 1 or powers else core
        for (core, powers), value in sums.items()
        if value
    ]


def split(node: Node) -> tuple[Scale, Node]:
    """A node as a coefficient times the rest."""
    if not isinstance(node, Product) or node.scale == ONE or node.scale.number == 0:
        return (node.scale if isinstance(node, Product) else ONE), node
    return node.scale, product_of(node.factors, node.output, dict(enumerate(node.sizes)))


def _hoisted(terms: Sequence[Node]) -> Node | None:
    """Deltas and broadcasts that all terms share, around a smaller sum: diag(a) + diag(b)."""
    if not all(isinstance(term, Product) for term in terms):
        return None
    products = [term for term in terms if isinstance(term, Product)]
    used = [{label for f in p.factors for label in f.labels} for p in products]
    groups: dict[Any, int] = {}  # what the terms say of an axis -> the first such axis
    axes = range(len(products[0].output))
    for axis in axes:
        groups.setdefault(tuple(p.output[axis] for p in products), axis)
    new = [
        all(p.output[axis] not in seen for p, seen in zip(products, used, strict=True))
        for axis in axes
    ]
    representative = [groups[tuple(p.output[axis] for p in products)] for axis in axes]
    kept = [axis for axis in axes if representative[axis] == axis and not new[axis]]
    if len(kept) == len(axes):
        return None
    cores = [
        product_of(p.factors, [p.output[axis] for axis in kept], dict(enumerate(p.sizes)), p.scale)
        for p in products
    ]
    sizes = {axis: products[0].shape[axis] for axis in axes}
    return contract([Factor(add(cores), tuple(kept))], representative, sizes)

"""Building sums: like terms collected, shared structure kept outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from matcalc.dimensions import clashes
from matcalc.errors import ShapeError
from matcalc.graph.nodes import (
    ONE,
    Factor,
    Group,
    Node,
    Product,
    Scale,
    Sum,
    are_plain,
    consed_sum,
    flat,
)
from matcalc.graph.products import contract, is_itself, product_of, scaled, zero

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
        one, two = (*shapes, (), ())[:2]
        raise ShapeError(
            f"a sum needs terms of one shape, not of {len(shapes)}: {list(shapes)}",
            clashes=clashes(one, two),
        )
    if len(terms) == 1:
        return terms[0]
    collected = _collected(terms)
    if not collected:
        return zero(terms[0].shape)
    if len(collected) == 1:
        return collected[0]
    return _hoisted(collected) or consed_sum(collected)


def _collected(terms: Iterable[Node]) -> list[Node]:
    """Terms with those that differ in their coefficient alone put together."""
    found: dict[tuple[Node, tuple[tuple[str, int], ...]], tuple[Fraction, Node]] = {}
    for term in terms:
        small = isinstance(term, Sum) and len(term.terms) <= _FLAT_TERMS
        for part in term.operands if small else (term,):
            (number, powers), core = split(part)
            known = found.get((core, powers))
            if known is None:
                found[core, powers] = number, part
            else:
                value = known[0] + number
                found[core, powers] = value, scaled(core, Scale(value, powers))
    return [node for value, node in found.values() if value]


def split(node: Node) -> tuple[Scale, Node]:
    """A node as a coefficient times the rest."""
    if not isinstance(node, Product):
        return ONE, node
    if node.scale is ONE or node.scale.number == 0:
        return node.scale, node
    if len(node.factors) == 1 and are_plain(node.output) and is_itself(*node.factors, node.output):
        return node.scale, node.factors[0].node
    return node.scale, product_of(node.factors, node.output, dict(enumerate(node.sizes)))


def _hoisted(terms: Sequence[Node]) -> Node | None:
    """Deltas and broadcasts that all terms share, around a smaller sum: diag(a) + diag(b)."""
    products = [term for term in terms if isinstance(term, Product)]
    if len(products) < len(terms) or any(map(_overlaps, products)):
        return None
    axes = range(len(products[0].output))
    said = [tuple(p.output[axis] for p in products) for axis in axes]  # by the terms, of each axis
    first = {key: axis for axis, key in reversed(list(enumerate(said)))}
    new = [  # in each term a broadcast, and no delta with an axis that another term has apart
        all(
            p.used.isdisjoint(flat([p.output[axis]]))
            and p.output.count(p.output[axis]) == said.count(said[axis])
            for p in products
        )
        for axis in axes
    ]
    kept = [axis for axis in axes if first[said[axis]] == axis and not new[axis]]
    if len(kept) == len(axes):
        return None
    cores = [
        product_of(p.factors, [p.output[axis] for axis in kept], dict(enumerate(p.sizes)), p.scale)
        for p in products
    ]
    output = [first[key] for key in said]
    sizes = {axis: products[0].shape[axis] for axis in output}
    return contract([Factor(add(cores), tuple(kept))], output, sizes)


def _overlaps(product: Product) -> bool:
    """Whether a label of a group stands on another axis too: a delta between parts of axes."""
    groups = {axis for axis in product.output if type(axis) is Group}
    if not groups:
        return False
    distinct = flat(dict.fromkeys(product.output))
    return len(set(distinct)) < len(distinct)

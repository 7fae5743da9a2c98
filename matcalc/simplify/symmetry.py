"""Which matrices equal their transposes: declared, or by what they are made of."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

from matcalc.graph import (
    Apply,
    Group,
    Node,
    Product,
    Sum,
    add,
    as_symmetric,
    contract,
    transposed,
)
from matcalc.operations import facts_of, find_rule, parse_signature
from matcalc.simplify.expansion import opened


def with_symmetry(node: Node) -> Node:
    """A node that knows that it is symmetric, if it is."""
    if node.symmetric or len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        return node
    if isinstance(node, Apply):
        keeps = _keeps(node) and is_symmetric(node.arguments[0])
        return as_symmetric(node) if keeps or facts_of(node.operation).symmetric else node
    several = isinstance(node, Sum) or (isinstance(node, Product) and len(node.factors) > 1)
    return as_symmetric(node) if several and is_symmetric(node) else node


@lru_cache(maxsize=2048)  # what is simplified once more is asked once more
def is_symmetric(node: Node) -> bool:
    """Whether a matrix is known to equal its transpose."""
    if node.symmetric:
        return True
    if len(node.shape) != 2 or node.shape[0] != node.shape[1] or _has_one_side(node):
        return False
    return turned(node) is turned(node, (0, 1))


def _has_one_side(node: Node) -> bool:
    """Whether what stands on one axis has no twins that could be on the other."""
    terms = node.terms if isinstance(node, Sum) else (node,)
    more: Counter[Any] = Counter()  # how often something stands on rows more than on columns
    for term in terms:
        if not isinstance(term, Product) or Group in map(type, term.output):
            return False
        rows, columns = _sides(term)
        more.update(rows)
        more.subtract(columns)
    return any(more.values())


@lru_cache(maxsize=2048)
def _sides(term: Product) -> list[list[tuple[Node, int]]]:
    """What stands on the rows of a matrix, and on its columns: factors, and which of their axes.

    Of a symmetric one any axis is as good.
    """
    places = [
        (label, (factor.node, 0 if factor.is_symmetric else axis))
        for factor in opened(term)[0]
        for axis, label in enumerate(factor.labels)
    ]
    return [[place for label, place in places if label == one] for one in term.output]


@lru_cache(maxsize=2048)  # terms of one sum are terms of the next
def turned(node: Node, order: tuple[int, int] = (1, 0)) -> Node:
    """A matrix with its axes in an order, the products within it opened."""
    if isinstance(node, Sum):
        return add([turned(term, order) for term in node.terms])
    if not isinstance(node, Product) or Group in map(type, node.output):
        return transposed(node, order)
    factors, sizes = opened(node)
    if order == (0, 1) and factors == list(node.factors) and not node.symmetric:
        return node
    return contract(factors, [node.output[axis] for axis in order], sizes, node.scale)


def _keeps(node: Apply) -> bool:
    """Whether an operation makes symmetric matrices of symmetric ones."""
    if len(node.arguments) != 1:
        return False
    rule = find_rule(node.operation)
    if rule.facts.keeps_symmetry:
        return True
    signature = parse_signature(rule.signatures[0])
    return signature.result.shape == ("...",) and not node.parameters

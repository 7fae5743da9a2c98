"""Logarithms of what is known by its logarithm: determinants, exponentials, probabilities.

det(A) under- and overflows where log|det A| is an ordinary number; exp, softmax, σ and Φ come as
near to 0 as their logarithms go far from it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from matcalc.graph import (
    ONE,
    Factor,
    Node,
    Product,
    Scale,
    apply,
    are_plain,
    contract,
    is_apply,
)
from matcalc.operations import algebra, elementwise
from matcalc.simplify.rewriting import rewritten_application

_DEPTH = 40


class Logarithm(NamedTuple):
    """The logarithm of the absolute value of a node.

    Attributes:
        node: The logarithm.
        sign: The sign of the node itself; ``None`` where it is known to be positive.
    """

    node: Node
    sign: Node | None = None


def logarithm(node: Node, depth: int = 0) -> Logarithm | None:
    """The logarithm of the absolute value of a node, if a better one is known than ``log(node)``.

    >>> from matcalc.graph import apply, symbol
    >>> A = symbol("A", ("n", "n"))
    >>> logarithm(apply("det", (A,), ())).node.operation
    'logdet'
    """
    if depth > _DEPTH:
        return None
    if isinstance(node, Product) and not node.sums:
        return _of_product(node, depth)
    found = _by_line(node)
    if found is not None:
        return Logarithm(found)
    if is_apply(node, "abs"):
        inside = logarithm(node.operands[0], depth + 1)
        return inside and Logarithm(inside.node)
    found = _by_line(elementwise.of("abs", node))
    return None if found is None else Logarithm(found, elementwise.of("sign", node))


def _by_line(node: Node) -> Node | None:
    """What a line has for the logarithm of a node."""
    plain = apply("log", (node,), node.shape)
    found = rewritten_application(plain)
    return None if found is plain else found


def _of_product(node: Product, depth: int) -> Logarithm | None:
    """The sum of the logarithms of the factors; those that have none of their own together."""
    labels, sizes = node.output, dict(enumerate(node.sizes))
    if not are_plain(labels) or not node.scale.number:
        return None
    found = {factor: logarithm(factor.node, depth + 1) for factor in node.factors}
    terms = [
        algebra.multiple(f.exponent, contract([Factor(one.node, f.labels)], labels, sizes))
        for f, one in found.items()
        if one
    ]
    if not terms:
        return None
    signs = [
        Factor(one.sign, f.labels)
        for f, one in found.items()
        if one and one.sign and f.exponent % 2 == 1
    ]
    others = [factor for factor, one in found.items() if one is None]
    scale = node.scale
    if signs or not others:
        scale = Scale(abs(scale.number), scale.powers)
    rest = contract(others, labels, sizes, scale)
    if signs and others:
        signs.append(Factor(elementwise.of("sign", rest), labels))
        rest = elementwise.of("abs", rest)
    if others or scale != ONE:
        terms.append(_log(rest))
    negative = node.scale.number < 0 and scale.number > 0
    sign = contract(signs, labels, sizes, Scale(Fraction(-1 if negative else 1)))
    return Logarithm(algebra.plus(*terms), sign if signs or negative else None)


def _log(node: Node) -> Node:
    """The logarithm of a node; of a number in every entry it is taken once."""
    if isinstance(node, Product) and not node.factors and node.output:
        one = contract([], (), scale=node.scale)
        return algebra.spread(elementwise.of("log", one), node.shape)
    return elementwise.of("log", node)

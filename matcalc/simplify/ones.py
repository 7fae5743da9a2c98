"""Sums of one and something else: 1 + exp(u), 1 - σ(u)."""

from __future__ import annotations

from fractions import Fraction

from matcalc.graph import Node, Product, Scale, Sum, flat, scaled

_ONE = Fraction(1)


def is_one(node: Node) -> bool:
    """Whether every entry is one."""
    if not isinstance(node, Product) or node.factors or node.sums:
        return False
    return node.scale == (_ONE, ()) and len(set(flat(node.output))) == len(flat(node.output))


def one_and(node: Node, sign: int) -> Node | None:
    """The u of 1 + u, or of 1 - u for a negative sign."""
    if not isinstance(node, Sum) or len(node.terms) != 2:
        return None
    one, other = sorted(node.terms, key=is_one, reverse=True)
    if not is_one(one):
        return None
    return other if sign > 0 else scaled(other, Scale(-_ONE))

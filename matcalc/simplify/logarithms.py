"""Logarithms of what is known by its logarithm: determinants, exponentials, probabilities.

det(A) under- and overflows where log|det A| is an ordinary number; exp, softmax, σ and Φ come as
near to 0 as their logarithms go far from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from matcalc.graph import (
    ONE,
    Apply,
    Factor,
    Node,
    Product,
    Scale,
    Sum,
    apply,
    are_plain,
    contract,
    is_apply,
)
from matcalc.operations import algebra, elementwise
from matcalc.simplify.exponentials import weighted
from matcalc.simplify.ones import one_and

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
    if isinstance(node, Sum):
        return _of_complement(node)
    if isinstance(node, Product):
        return _of_sum(node) if node.sums else _of_product(node, depth)
    if is_apply(node, "abs"):
        found = logarithm(node.operands[0], depth + 1)
        return found and Logarithm(found.node)
    rule = _OF.get(node.operation) if isinstance(node, Apply) else None
    return rule(node) if rule and isinstance(node, Apply) else None


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


def _of_sum(node: Product) -> Logarithm | None:
    """Of a sum of exponentials, over all axes or over one."""
    found = weighted(node)
    if found is None or len(node.factors) > 1 or node.scale != ONE:
        return None
    return Logarithm(apply("logsumexp", (found.x,), node.shape, (found.axis,)))


def _of_complement(node: Sum) -> Logarithm | None:
    """Of 1 + exp(u), 1 - σ(u) and 1 - Φ(u)."""
    added, taken = one_and(node, 1), one_and(node, -1)
    if added is not None and is_apply(added, "exp"):
        return Logarithm(elementwise.of("softplus", added.operands[0]))
    if taken is not None and is_apply(taken, "sigmoid"):
        return Logarithm(algebra.negative(elementwise.of("softplus", taken.operands[0])))
    if taken is not None and is_apply(taken, "Phi"):
        return Logarithm(elementwise.of("log_ndtr", algebra.negative(taken.operands[0])))
    return None


def _of_sigmoid(node: Apply) -> Logarithm:
    """As u - softplus(u), whose slope is 1 - σ(u); it is computed as -softplus(-u)."""
    (u,) = node.arguments
    return Logarithm(algebra.minus(u, elementwise.of("softplus", u)))


def _of_softmax(node: Apply) -> Logarithm:
    return Logarithm(apply("log_softmax", node.arguments, node.shape, node.parameters))


def _of_det(node: Apply) -> Logarithm:
    return Logarithm(*(apply(name, node.arguments, ()) for name in ("logdet", "det_sign")))


def _of_power(node: Apply) -> Logarithm:
    x, y = node.arguments
    return Logarithm(algebra.times(y, elementwise.of("log", x)))


_OF: Mapping[str, Callable[[Apply], Logarithm]] = {
    "exp": lambda node: Logarithm(node.arguments[0]),
    "sigmoid": _of_sigmoid,
    "softmax": _of_softmax,
    "Phi": lambda node: Logarithm(elementwise.of("log_ndtr", node.arguments[0])),
    "det": _of_det,
    "power_of": _of_power,
}

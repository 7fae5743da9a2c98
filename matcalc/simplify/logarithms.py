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
    Group,
    Node,
    Product,
    Scale,
    Sum,
    apply,
    contract,
    is_apply,
)
from matcalc.operations import algebra
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
    if Group in map(type, labels) or len(set(labels)) < len(labels) or not node.scale.number:
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
        signs.append(Factor(apply("sign", (rest,), rest.shape), labels))
        rest = apply("abs", (rest,), rest.shape)
    if others or scale != ONE:
        terms.append(_log(rest))
    negative = node.scale.number < 0 and scale.number > 0
    sign = contract(signs, labels, sizes, Scale(Fraction(-1 if negative else 1)))
    return Logarithm(algebra.plus(*terms), sign if signs or negative else None)


def _log(node: Node) -> Node:
    """The logarithm of a node; of a number in every entry it is taken once."""
    if isinstance(node, Product) and not node.factors and node.output:
        one = contract([], (), scale=node.scale)
        return algebra.spread(apply("log", (one,), ()), node.shape)
    return apply("log", (node,), node.shape)


def _of_sum(node: Product) -> Logarithm | None:
    """Of a sum of exponentials, over all axes or over one."""
    (factor, *others) = node.factors
    if others or factor.exponent != 1 or not is_apply(factor.node, "exp") or node.scale != ONE:
        return None
    summed = [k for k, label in enumerate(factor.labels) if label not in node.output]
    kept = tuple(label for label in factor.labels if label in node.output)
    whole = not kept
    distinct = len(set(factor.labels)) == len(factor.labels) and kept == node.output
    if not distinct or not (whole or len(summed) == 1):
        return None
    return Logarithm(
        apply("logsumexp", factor.node.operands, node.shape, (None if whole else summed[0],))
    )


def _of_complement(node: Sum) -> Logarithm | None:
    """Of 1 + exp(u), 1 - σ(u) and 1 - Φ(u)."""
    added, taken = one_and(node, 1), one_and(node, -1)
    if added is not None and is_apply(added, "exp"):
        return Logarithm(_same("softplus", added.operands[0]))
    if taken is not None and is_apply(taken, "sigmoid"):
        return Logarithm(algebra.negative(_same("softplus", taken.operands[0])))
    if taken is not None and is_apply(taken, "Phi"):
        return Logarithm(_same("log_ndtr", algebra.negative(taken.operands[0])))
    return None


def _same(operation: str, u: Node) -> Node:
    return apply(operation, (u,), u.shape)


def _of_sigmoid(node: Apply) -> Logarithm:
    """As u - softplus(u), whose slope is 1 - σ(u); it is computed as -softplus(-u)."""
    (u,) = node.arguments
    return Logarithm(algebra.minus(u, _same("softplus", u)))


def _of_softmax(node: Apply) -> Logarithm:
    return Logarithm(apply("log_softmax", node.arguments, node.shape, node.parameters))


def _of_det(node: Apply) -> Logarithm:
    return Logarithm(*(apply(name, node.arguments, ()) for name in ("logdet", "det_sign")))


def _of_power(node: Apply) -> Logarithm:
    x, y = node.arguments
    return Logarithm(algebra.times(y, _same("log", x)))


_OF: Mapping[str, Callable[[Apply], Logarithm]] = {
    "exp": lambda node: Logarithm(node.arguments[0]),
    "sigmoid": _of_sigmoid,
    "softmax": _of_softmax,
    "Phi": lambda node: Logarithm(_same("log_ndtr", node.arguments[0])),
    "det": _of_det,
    "power_of": _of_power,
}

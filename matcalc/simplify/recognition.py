"""Functions that are written out, by their names: σ, softmax, tanh, softplus, an inverse."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from matcalc.graph import (
    Apply,
    Factor,
    Node,
    Product,
    apply,
    contract,
    flat,
    is_apply,
    scaled,
    split,
)
from matcalc.operations import algebra, is_elementwise
from matcalc.operations.linalg import SLOPES
from matcalc.simplify.facts import NOTHING, Known
from matcalc.simplify.logarithms import logarithm
from matcalc.simplify.rewriting import rewritten_application


def recognised_application(node: Apply, known: Known = NOTHING) -> Node:
    """A function of a function in a shorter form, if there is one."""
    other = rewritten_application(node, known)
    if other is not node:
        return other
    if len(node.arguments) == 1 and is_elementwise(node.operation):
        number = _in_every_entry(node.arguments[0])
        if number is not None:
            one = apply(node.operation, (number,), (), node.parameters)
            return algebra.spread(one, node.shape)
    rule = _APPLICATIONS.get(node.operation)
    again = rule(node) if rule else node
    changed = again is not node and isinstance(again, Apply)
    return rewritten_application(again, known) if changed and isinstance(again, Apply) else again


def _in_every_entry(node: Node) -> Node | None:
    """The scalar that an array has in every entry, if it has one."""
    if not isinstance(node, Product) or not node.output or node.core or node.sums:
        return None
    repeated = len(set(flat(node.output))) < len(flat(node.output))
    return None if repeated else contract(node.factors, (), scale=node.scale)


def _logarithm(node: Apply) -> Node:
    """log(1 + e^u) is softplus, of a determinant logdet: the logarithm that is known."""
    found = logarithm(node.arguments[0])
    return node if found is None else found.node


def _inverse_of(node: Apply) -> Node:
    """The inverse of a diagonal matrix."""
    (argument,) = node.arguments
    diagonal = isinstance(argument, Product) and argument.output == (0, 0) and argument.factors
    if not diagonal or not isinstance(argument, Product):
        return node
    entries = contract(argument.factors, (0,), dict(enumerate(argument.sizes)), argument.scale)
    return contract([Factor(entries, (0,), Fraction(-1))], (0, 0))


def _frechet(node: Apply) -> Node:
    """L(X, c I) is c f'(X), and of the exponential L(X, c X) is c X exp(X)."""
    x, e = node.arguments
    if not len(x.shape) == len(e.shape) == 2:
        return node
    scale, core = split(e)
    slope = SLOPES[node.operation]
    if core is algebra.eye(x.shape[0]):
        return scaled(slope(x), scale)
    grown = slope(x)
    multiple = _multiple(x, e) if is_apply(grown, "expm") else None
    return node if multiple is None else algebra.times(multiple, algebra.matmul(x, grown))


def _multiple(x: Node, e: Node) -> Node | None:
    """The scalar that ``x`` is multiplied with to give ``e``, if there is one."""
    if e is x:
        return algebra.constant(1)
    if not isinstance(x, Product):
        x = contract([Factor(x, (0, 1), Fraction(1))], (0, 1))
    above, below = _with_scalars(e), _with_scalars(x)
    if above is None or below is None or above[1:] != below[1:]:
        return None
    return algebra.times(above[0], algebra.reciprocal(below[0]))


def _with_scalars(node: Node) -> tuple[Node, Node, tuple[Any, ...]] | None:
    """A matrix as a scalar, another matrix, and the labels of its axes."""
    scale, core = split(node)
    number = scaled(algebra.constant(1), scale)
    if not isinstance(core, Product):
        return number, core, (0, 1)
    if core.output != (0, 1):
        return None
    scalars = [factor for factor in core.factors if not factor.labels]
    others = [factor for factor in core.factors if factor.labels]
    if len(others) != 1 or others[0].exponent != 1:
        return None
    return contract([Factor(number, ()), *scalars], ()), others[0].node, others[0].labels


_APPLICATIONS = {"log": _logarithm, "inv": _inverse_of, **dict.fromkeys(SLOPES, _frechet)}

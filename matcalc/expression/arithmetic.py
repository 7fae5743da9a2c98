"""Arithmetic on parts of a formula: what an operator means where vectors are columns and rows."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.errors import NotationError, ShapeError
from matcalc.expression.values import Value, entrywise, multiplied, number_of
from matcalc.graph import Node
from matcalc.operations import algebra, find_rule

_POWER = 64  # the largest constant exponent, up or down


def operated(sign: str, one: Value, two: Value) -> Value:
    """The value of ``one sign two``.

    Args:
        sign: ``@``, ``*``, ``/``, ``+``, ``-`` or ``**``.
        one: The left operand.
        two: The right operand.

    Raises:
        NotationError: A division by zero, or an exponent that is absurdly large.
        ShapeError: The two do not fit.
    """
    if sign == "@":
        return multiplied(one, two)
    if sign in "+-" and _is_bias(one, two):
        spread = algebra.spread_rows(two.node, one.node.shape)
        return Value(combined(sign, one.node, spread))
    row = entrywise(sign, one, two)
    return Value(combined(sign, one.node, two.node), row)


def combined(sign: str, one: Node, two: Node) -> Node:
    """The node of an operation entry by entry, on nodes of one shape and scalars.

    Raises:
        NotationError: A division by zero, or an exponent that is absurdly large.
        ShapeError: The shapes differ.
    """
    return _SIGNS[sign](one, two)


def _is_bias(one: Value, two: Value) -> bool:
    """Whether a vector is added to the rows of a matrix.

    Raises:
        ShapeError: It would be, if its size were another.
    """
    a, b = one.node.shape, two.node.shape
    if len(a) != 2 or len(b) != 1 or two.row or a[0] in (a[1], b[0]):
        return False
    if a[1] != b[0]:
        raise ShapeError(f"a bias over {a[1]} columns", clashes=[(a[1], b[0])])
    return True


def _power(base: Node, exponent: Node) -> Node:
    constant = number_of(Value(exponent))
    if constant is None:
        return find_rule("pow").build(base, exponent)
    if abs(constant) > _POWER or constant.denominator > _POWER:
        raise NotationError(f"a constant exponent lies between -{_POWER} and {_POWER}")
    if number_of(Value(base)) == 0 and constant < 0:
        raise NotationError("a division by zero")
    return algebra.power(base, constant)


def _divided(one: Node, two: Node) -> Node:
    if number_of(Value(two)) == 0:
        raise NotationError("a division by zero")
    return algebra.times(one, algebra.reciprocal(two))


_SIGNS: dict[str, Callable[[Node, Node], Node]] = {
    "+": algebra.plus,
    "-": algebra.minus,
    "*": algebra.times,
    "/": _divided,
    "**": _power,
}

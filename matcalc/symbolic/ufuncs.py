"""NumPy's functions entry by entry, its ufuncs, on nodes; and those of SciPy that have a rule."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from matcalc.errors import Place
from matcalc.expression.functions import call
from matcalc.expression.parser import PostfixStep
from matcalc.expression.values import Value, number_of
from matcalc.graph import Node
from matcalc.operations import RULES, algebra, is_elementwise
from matcalc.operations.elementwise import maximum, minimum, of, relu

Unary = Callable[[Node], Node]


class EntryCondition(Value):
    """A comparison entry by entry: 1 where it holds, else 0."""

    __slots__ = ()


def _rules(count: int) -> dict[str, Callable[..., Node]]:
    """The rules entry by entry of so many operands, by all their names: those of ufuncs too."""
    plain = [one for one in RULES.values() if is_elementwise(one.name) and not one.parameters]
    return {
        name: rule.build
        for rule in plain
        for name in (rule.name, *rule.facts.aliases)
        if len(rule.operands) == count
    }


def _defined(name: str) -> Callable[..., Node]:
    """A function that is defined by others, on nodes."""

    def build(*operands: Node) -> Node:
        step = PostfixStep("call", name, len(operands), Place("", 0, 0))
        return call(step, list(map(Value, operands))).node

    return build


#: Of one operand, by the names of ufuncs.
UNARY: dict[str, Unary] = {
    **_rules(1),
    "fabs": partial(of, "abs"),
    "square": lambda x: algebra.power(x, 2),
    "reciprocal": algebra.reciprocal,
    "negative": algebra.negative,
    "positive": lambda x: x,
    **{
        name: _defined(name)
        for name in (
            *("log2", "log10", "exp2", "exp10", "entr", "log_expit"),
            *("deg2rad", "rad2deg", "radians", "degrees"),
        )
    },
}


def larger(one: Node, two: Node) -> Node:
    """The larger of two; against zero, or a number alone, it is relu."""
    for x, other in ((one, two), (two, one)):
        if not other.shape and number_of(Value(other)):
            return algebra.plus(other, relu(algebra.minus(x, other)))
    for x, other in ((one, two), (two, one)):
        if other is algebra.constant(0, other.shape):
            return relu(x)
    return maximum(*_alike(one, two))


def smaller(one: Node, two: Node) -> Node:
    """The smaller of two; against a number it is what relu leaves."""
    for x, other in ((one, two), (two, one)):
        if not other.shape and number_of(Value(other)) is not None:
            return algebra.minus(other, relu(algebra.minus(other, x)))
    return minimum(*_alike(one, two))


def _alike(one: Node, two: Node) -> tuple[Node, Node]:
    shape = one.shape or two.shape
    return algebra.spread(one, shape), algebra.spread(two, shape)


#: Of two operands of one shape, by the names of ufuncs.
BINARY: dict[str, Callable[[Node, Node], Node]] = {
    **_rules(2),
    **{
        name: _defined(name)
        for name in (
            *("logaddexp", "logaddexp2", "xlogy", "xlog1py"),
            *("rel_entr", "betaln", "heaviside"),
        )
    },
    "kl_div": lambda one, two: algebra.plus(
        _defined("rel_entr")(one, two), algebra.minus(two, one)
    ),
    **{one.__name__: larger for one in (np.maximum, np.fmax)},
    np.fmin.__name__: minimum,  # of finite numbers it is one with minimum
}

#: Those that an operator of Python calls.
OPERATORS: dict[np.ufunc, str] = {
    np.add: "+",
    np.subtract: "-",
    np.multiply: "*",
    np.divide: "/",
    np.matmul: "@",
    np.power: "**",
    np.float_power: "**",
}

#: Those of conditions.
DECISIONS: dict[str, Callable[..., Any]] = {
    "logical_and": operator.and_,
    "logical_or": operator.or_,
    "logical_not": operator.invert,
}

#: Those that compare.
COMPARISONS = {
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "not_equal": operator.ne,
}

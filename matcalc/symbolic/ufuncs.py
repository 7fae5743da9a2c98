"""NumPy's functions entry by entry, its ufuncs, on nodes; and those of SciPy that have a rule."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

from matcalc.errors import Place
from matcalc.expression.functions import call
from matcalc.expression.parser import Step
from matcalc.expression.values import Value, number_of
from matcalc.graph import Node, number
from matcalc.operations import RULES, algebra, find_rule, is_elementwise
from matcalc.operations.elementwise import of

Unary = Callable[[Node], Node]


class Condition(Value):
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


def _logarithm(base: int) -> Unary:
    return lambda x: algebra.times(of("log", x), algebra.reciprocal(of("log", number(base))))


def _defined(name: str) -> Callable[..., Node]:
    """A function that is defined by others, on nodes."""

    def build(*operands: Node) -> Node:
        step = Step("call", name, len(operands), Place("", 0, 0))
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
    "log2": _logarithm(2),
    "log10": _logarithm(10),
    "exp2": lambda x: of("exp", algebra.times(x, of("log", number(2)))),
    **{name: _defined(name) for name in ("entr", "exp10", "deg2rad", "rad2deg", "log_expit")},
    "radians": _defined("deg2rad"),
    "degrees": _defined("rad2deg"),
}


def larger(one: Node, two: Node) -> Node:
    """The larger of two; against zero, or a number alone, it is relu."""
    for x, other in ((one, two), (two, one)):
        if not other.shape and number_of(Value(other)):
            return algebra.plus(other, of("relu", algebra.minus(x, other)))
    for x, other in ((one, two), (two, one)):
        if other is algebra.constant(0, other.shape):
            return of("relu", x)
    return find_rule("maximum").build(*_alike(one, two))


def smaller(one: Node, two: Node) -> Node:
    """The smaller of two; against a number it is what relu leaves."""
    for x, other in ((one, two), (two, one)):
        if not other.shape and number_of(Value(other)) is not None:
            return algebra.minus(other, of("relu", algebra.minus(other, x)))
    return find_rule("minimum").build(*_alike(one, two))


def _alike(one: Node, two: Node) -> tuple[Node, Node]:
    shape = one.shape or two.shape
    return algebra.spread(one, shape), algebra.spread(two, shape)


def _divergence(one: Node, two: Node) -> Node:
    """``x log(x / y) - x + y``."""
    return algebra.plus(_defined("rel_entr")(one, two), algebra.minus(two, one))


def _jump(one: Node, two: Node) -> Node:
    """1 right of zero, 0 left of it, and ``two`` at zero."""
    there = algebra.minus(number(1), algebra.power(of("sign", one), 2))
    return algebra.plus(of("step", one), algebra.times(there, two))


def _log_of_sum(one: Node, two: Node) -> Node:
    """``log(exp(a) + exp(b))``."""
    return algebra.plus(one, of("softplus", algebra.minus(two, one)))


#: Of two operands of one shape, by the names of ufuncs.
BINARY: dict[str, Callable[[Node, Node], Node]] = {
    **_rules(2),
    "maximum": larger,
    "logaddexp": _log_of_sum,
    "logaddexp2": _defined("logaddexp2"),
    "xlogy": _defined("xlogy"),
    "xlog1py": _defined("xlog1py"),
    "rel_entr": _defined("rel_entr"),
    "kl_div": _divergence,
    "heaviside": _jump,
    "betaln": _defined("betaln"),
    "fmax": larger,
    "fmin": find_rule("minimum").build,  # of finite numbers these are one
}

#: Those that an operator of Python calls.
OPERATORS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "matmul": "@",
    "power": "**",
    "float_power": "**",
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

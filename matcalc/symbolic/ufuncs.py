"""NumPy's functions entry by entry, its ufuncs, on nodes; and those of SciPy that have a rule."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from matcalc.errors import Place
from matcalc.expression.functions import call
from matcalc.expression.parser import Step
from matcalc.expression.values import Value, number_of
from matcalc.graph import Node, number
from matcalc.operations import algebra, find_rule

Unary = Callable[[Node], Node]


class Condition(Value):
    """A comparison entry by entry: 1 where it holds, else 0."""

    __slots__ = ()


_BY_RULE = (
    "exp log log1p expm1 sin cos tan arcsin arccos arctan sinh cosh tanh sqrt sign cbrt "
    "arcsinh arccosh arctanh absolute=abs fabs=abs erf erfc erfcx erfinv ndtri logit "
    "expit=sigmoid ndtr=Phi log_ndtr gammaln=lgamma loggamma=lgamma digamma psi=digamma"
)


def _built(name: str) -> Unary:
    return lambda x: find_rule(name).build(x)


def _logarithm(base: int) -> Unary:
    return lambda x: algebra.times(
        _built("log")(x), algebra.reciprocal(_built("log")(number(base)))
    )


def _defined(name: str) -> Callable[..., Node]:
    """A function that is defined by others, on nodes."""

    def build(*operands: Node) -> Node:
        step = Step("call", name, len(operands), Place("", 0, 0))
        return call(step, list(map(Value, operands))).node

    return build


#: Of one operand, by the names of ufuncs.
UNARY: dict[str, Unary] = {
    **{word.partition("=")[0]: _built(word.rpartition("=")[2]) for word in _BY_RULE.split()},
    "square": lambda x: algebra.power(x, 2),
    "reciprocal": algebra.reciprocal,
    "negative": algebra.negative,
    "positive": lambda x: x,
    "log2": _logarithm(2),
    "log10": _logarithm(10),
    "exp2": lambda x: _built("exp")(algebra.times(x, _built("log")(number(2)))),
    **{name: _defined(name) for name in ("entr", "exp10", "deg2rad", "rad2deg", "log_expit")},
    "radians": _defined("deg2rad"),
    "degrees": _defined("rad2deg"),
}


def larger(one: Node, two: Node) -> Node:
    """The larger of two; against zero, or a number alone, it is relu."""
    for x, other in ((one, two), (two, one)):
        if not other.shape and number_of(Value(other)):
            return algebra.plus(other, find_rule("relu").build(algebra.minus(x, other)))
    for x, other in ((one, two), (two, one)):
        if other is algebra.constant(0, other.shape):
            return find_rule("relu").build(x)
    return find_rule("maximum").build(*_alike(one, two))


def smaller(one: Node, two: Node) -> Node:
    """The smaller of two; against a number it is what relu leaves."""
    for x, other in ((one, two), (two, one)):
        if not other.shape and number_of(Value(other)) is not None:
            return algebra.minus(other, find_rule("relu").build(algebra.minus(other, x)))
    return find_rule("minimum").build(*_alike(one, two))


def _alike(one: Node, two: Node) -> tuple[Node, Node]:
    shape = one.shape or two.shape
    return algebra.spread(one, shape), algebra.spread(two, shape)


def _divergence(one: Node, two: Node) -> Node:
    """``x log(x / y) - x + y``."""
    return algebra.plus(_defined("rel_entr")(one, two), algebra.minus(two, one))


def _jump(one: Node, two: Node) -> Node:
    """1 right of zero, 0 left of it, and ``two`` at zero."""
    there = algebra.minus(number(1), algebra.power(_built("sign")(one), 2))
    return algebra.plus(_built("step")(one), algebra.times(there, two))


def _log_of_sum(one: Node, two: Node) -> Node:
    """``log(exp(a) + exp(b))``."""
    return algebra.plus(one, find_rule("softplus").build(algebra.minus(two, one)))


#: Of two operands of one shape, by the names of ufuncs.
BINARY: dict[str, Callable[[Node, Node], Node]] = {
    "maximum": larger,
    "minimum": find_rule("minimum").build,
    "hypot": find_rule("hypot").build,
    "arctan2": find_rule("atan2").build,
    "logaddexp": _log_of_sum,
    "logaddexp2": _defined("logaddexp2"),
    "xlogy": _defined("xlogy"),
    "xlog1py": _defined("xlog1py"),
    "rel_entr": _defined("rel_entr"),
    "kl_div": _divergence,
    "heaviside": _jump,
    "betaln": _defined("betaln"),
    "fmax": larger,
    "fmin": find_rule("minimum").build,
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

"""Rules as functions of symbolic values, and what is made of sizes alone: ``mc.eye("n")``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import Place
from matcalc.expression.definitions import definitions, is_defined
from matcalc.expression.functions import call
from matcalc.expression.parser import PostfixStep
from matcalc.expression.values import Value
from matcalc.near import near
from matcalc.operations import RULES, algebra, find_rule, sequences
from matcalc.symbolic.constants import exact
from matcalc.symbolic.expressions import Symbolic, family, value_of

_NOWHERE = Place("", 0, 0)


class Function:
    """A rule as a function of symbolic values, of numbers and of arrays.

    Attributes:
        rule: Its record: formula, source, domain.
    """

    def __init__(self, name: str) -> None:
        self.rule = find_rule("trace" if name == "tr" else name)
        self.__name__ = name
        self.__doc__ = (
            f"{', '.join(self.rule.signatures)}\n\n"
            f"{self.rule.formula}. Domain: {self.rule.domain}. Source: {self.rule.source}."
        )

    def __repr__(self) -> str:
        return f"<function {self.__name__} of formulas: {self.rule.formula}>"

    def __call__(self, *operands: Any, **parameters: Any) -> Symbolic:
        """The formula ``name(operands, parameters)``.

        Args:
            operands: Formulas, numbers and arrays; then parameters by place.
            parameters: Those of the rule: ``axis=0``.

        Raises:
            NotationError: It takes other arguments.
            ShapeError: The operands do not fit it.

        >>> import matcalc as mc
        >>> x = mc.symbols("x[n]")
        >>> mc.softmax(x), mc.sum(mc.exp(x))
        (<softmax(x), n×1>, <sum(exp(x)), a scalar>)
        """
        count = len(operands) if self.rule.facts.many else len(self.rule.operands)
        texts = sum(isinstance(one, str) for one in operands[:count])
        values = [
            _operand(one) if k < count + texts else _parameter(one)
            for k, one in enumerate(operands)
        ]
        named = {key: _parameter(value) for key, value in parameters.items()}
        return _formula(self.rule.name, values, named, operands)


def _formula(
    name: str, values: Sequence[Any], named: Mapping[str, Any], given: Iterable[object]
) -> Symbolic:
    """A call of the language, of values, as a formula of the kind of what was given."""
    kind, declared = family(given)
    step = PostfixStep("call", name, len(values) + len(named), _NOWHERE, 0, tuple(named))
    found = call(step, [*values, *named.values()])
    return kind(found if kind.columns else Value(found.node), declared)


def _operand(given: Any) -> Any:
    """An operand as a value; the subscripts of an einsum as they are."""
    return given if isinstance(given, str) else value_of(given)


def _parameter(given: Any) -> Any:
    """A parameter: numbers exact, names of dimensions as sizes."""
    return exact(given) if isinstance(given, float) else given


class Defined:
    """A function that is defined by others, of symbolic values, of numbers and of arrays."""

    def __init__(self, name: str) -> None:
        self.__name__ = name
        self.__doc__ = "\n".join(one.text for one in definitions()[name])

    def __repr__(self) -> str:
        return f"<function {self.__name__} of formulas: {self.__doc__}>"

    def __call__(self, *operands: Any, **parameters: Any) -> Symbolic:
        """The formula ``name(operands, parameters)``.

        Raises:
            NotationError: It takes other arguments.
            ShapeError: The operands do not fit it.

        >>> import matcalc as mc
        >>> mc.logsigmoid(mc.symbols("x[n]"))
        <-softplus(-x), n×1>
        """
        named = {key: value_of(one) for key, one in parameters.items()}
        given = (*operands, *parameters.values())
        return _formula(self.__name__, list(map(value_of, operands)), named, given)


def _size(given: Any) -> Any:
    return dimensions.parse(given) if isinstance(given, str) else given


def eye(size: Dimension) -> Symbolic:
    """The identity matrix of a size, a number or a name.

    >>> eye("n")
    <eye(n), n×n>
    """
    return Symbolic(Value(algebra.eye(_size(size))), {})


def exchange(size: Dimension) -> Symbolic:
    """The identity matrix with its columns in reverse, of a size, a number or a name.

    >>> exchange("n")
    <exchange(n), n×n>
    """
    return Symbolic(Value(sequences.exchange(_size(size))), {})


def one_hot(indices: Sequence[int], size: Dimension) -> Symbolic:
    """A row for each index, with a one at its place.

    >>> one_hot((2, 0), 3)
    <one_hot((2, 0), 3), 2×3>
    """
    return Symbolic(Value(sequences.one_hot(tuple(indices), _size(size))), {})


def ones(*shape: Dimension) -> Symbolic:
    """Ones.

    >>> ones("n", 2)
    <ones((n, 2)), n×2>
    """
    return Symbolic(Value(algebra.constant(1, tuple(map(_size, shape)))), {})


def zeros(*shape: Dimension) -> Symbolic:
    """Zeros.

    >>> zeros(3)
    <zeros(3), 3×1>
    """
    return Symbolic(Value(algebra.constant(0, tuple(map(_size, shape)))), {})


def pi() -> Symbolic:
    """The number π.

    >>> 2 * pi()
    <2 * pi(), a scalar>
    """
    return Symbolic(Value(algebra.pi()), {})


_MADE: dict[str, Function] = {}
_OF_SIZES = {one.__name__: one for one in (eye, exchange, one_hot, ones, zeros, pi)}


def function_names() -> set[str]:
    """The functions that formulas may call; ``trace`` records one of Python, ``tr`` is the rule."""
    written = {name for name, rule in RULES.items() if not rule.facts.building_block}
    return (written | set(_OF_SIZES) | {"tr"}) - {"trace"}


def named(name: str, others: Iterable[str] = ()) -> Any:
    """The function of a rule, or one that is defined by others.

    Args:
        name: Its name.
        others: Names that may have been meant, beside those of functions.

    Raises:
        AttributeError: There is none; near names are listed.

    >>> named("exp") is named("exp"), named("mish")
    (True, <function mish of formulas: mish(x) = x * tanh(softplus(x))>)
    """
    if name in _OF_SIZES:
        return _OF_SIZES[name]
    if name == "tr" or name in RULES:
        made = Function(name)
        if name not in _MADE or _MADE[name].rule is not made.rule:  # a user may take one back
            _MADE[name] = made
        return _MADE[name]
    if is_defined(name):
        return Defined(name)
    found = near(name, [*sorted(function_names()), *others])
    hint = f"; near: {', '.join(found)}" if found else ""
    raise AttributeError(f"module 'matcalc' has no attribute {name!r}{hint}")

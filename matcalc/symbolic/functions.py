"""Rules as functions of symbolic values."""

from __future__ import annotations

from typing import Any

from matcalc.errors import Place
from matcalc.expression.definitions import definitions
from matcalc.expression.functions import call
from matcalc.expression.parser import Step
from matcalc.expression.values import Value
from matcalc.operations import find_rule
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
        kind, declared = family(operands)
        count = len(operands) if self.rule.facts.many else len(self.rule.operands)
        texts = sum(isinstance(one, str) for one in operands[:count])
        values = [
            _operand(one) if k < count + texts else _parameter(one)
            for k, one in enumerate(operands)
        ]
        named = {key: _parameter(value) for key, value in parameters.items()}
        step = Step("call", self.rule.name, len(values) + len(named), _NOWHERE, 0, tuple(named))
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
        kind, declared = family((*operands, *parameters.values()))
        values = [value_of(one) for one in (*operands, *parameters.values())]
        found = call(
            Step("call", self.__name__, len(values), _NOWHERE, 0, tuple(parameters)), values
        )
        return kind(found if kind.columns else Value(found.node), declared)

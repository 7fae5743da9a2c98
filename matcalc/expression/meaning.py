"""What one step of a formula means where its operands are known: nothing is assumed or bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from matcalc.errors import MatcalcError, ShapeError
from matcalc.expression.evaluation import evaluated
from matcalc.expression.formula import NO_FUNCTIONS, Functions
from matcalc.expression.mapped import applied
from matcalc.expression.misfits import WrittenOperand, misfit
from matcalc.expression.parser import PostfixStep
from matcalc.expression.values import Value


class KnownMeanings(NamedTuple):
    """What is known beside the functions of the language.

    Attributes:
        name: What a name means.
        functions: The functions that were declared.
    """

    name: Callable[[PostfixStep], Value]
    functions: Functions = NO_FUNCTIONS


def meaning(step: PostfixStep, operands: Sequence[Any], known: KnownMeanings) -> Any:
    """The value of a step; text and tuples are as they are.

    Args:
        step: The step.
        operands: What the steps that it takes mean.
        known: What its name means, or the function that it calls.

    Raises:
        NotationError: It takes other operands.
        ShapeError: The operands do not fit.
    """
    try:
        return evaluated(step, operands, known.name, partial(applied, functions=known.functions))
    except MatcalcError as error:
        raise error if error.places else error.changed(places=[step.place]) from None


def known_misfit(step: PostfixStep, one: WrittenOperand, two: WrittenOperand) -> ShapeError:
    """The error of two known operands that do not fit, with carets under both."""
    return ShapeError(misfit(step.value, one, two), [one.place, two.place])

"""What one step of a formula means where its operands are known: nothing is assumed or bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.errors import MatcalcError, NotationError, ShapeError
from matcalc.expression.arithmetic import operated
from matcalc.expression.blocks import listed, subscripted
from matcalc.expression.formula import NO_FUNCTIONS, Functions
from matcalc.expression.mapped import applied
from matcalc.expression.misfits import Operand, misfit
from matcalc.expression.parser import Step
from matcalc.expression.values import Value, transposed
from matcalc.graph import number
from matcalc.operations import algebra


class Known(NamedTuple):
    """What is known beside the functions of the language.

    Attributes:
        name: What a name means.
        functions: The functions that were declared.
    """

    name: Callable[[Step], Value]
    functions: Functions = NO_FUNCTIONS


def meaning(step: Step, operands: Sequence[Any], known: Known) -> Any:
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
        return _meaning(step, operands, known)
    except MatcalcError as error:
        raise error if error.places else error.changed(places=[step.place]) from None


def _meaning(step: Step, operands: Sequence[Any], known: Known) -> Any:
    if step.kind == "name":
        return known.name(step)
    if step.kind == "number":
        return Value(number(Fraction(step.value)))
    if step.kind in ("text", "tuple"):
        return tuple(operands) if step.kind == "tuple" else step.value
    if step.kind == "call":
        return applied(step, list(operands), known.functions)
    return _operated(step, list(operands))


def _operated(step: Step, operands: list[Any]) -> Value:
    """The value of a sign or of brackets."""
    if step.kind == "subscript":
        return subscripted(step.value, *_array(operands))
    if not all(isinstance(one, Value) for one in operands):
        raise NotationError("this is not a value: text and tuples belong in functions")
    if step.kind == "listed":
        return listed([int(count) for count in step.value.split(",")], operands)
    return _signed(step, operands)


def _array(operands: Sequence[Any]) -> tuple[Value, Sequence[Any]]:
    """What stands before brackets, and what stands in them."""
    array, *keys = operands
    if not isinstance(array, Value):
        raise NotationError("text and tuples have no entries")
    return array, keys


def _signed(step: Step, operands: list[Value]) -> Value:
    if step.kind == "transpose":
        return transposed(operands[0])
    if step.kind == "negative":
        return Value(algebra.negative(operands[0].node), operands[0].row)
    return operated(step.value, operands[0], operands[1])


def known_misfit(step: Step, one: Operand, two: Operand) -> ShapeError:
    """The error of two known operands that do not fit, with carets under both."""
    return ShapeError(misfit(step.value, one, two), [one.place, two.place])

"""What one step of a formula means: signs, brackets and numbers, whatever names and calls are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from matcalc.errors import NotationError
from matcalc.expression.arithmetic import operated
from matcalc.expression.blocks import listed, subscripted
from matcalc.expression.postfix import PostfixStep
from matcalc.expression.values import Value, transposed
from matcalc.graph import number
from matcalc.operations import algebra

NO_VALUE = "this is not a value: text and tuples belong in functions"


def evaluated(
    step: PostfixStep,
    operands: Sequence[Any],
    name: Callable[[PostfixStep], Any],
    call: Callable[[PostfixStep, list[Any]], Any],
) -> Any:
    """The value of a step; text and tuples are as they are.

    Args:
        step: The step.
        operands: What the steps that it takes mean.
        name: What a name means.
        call: What a function means.

    Raises:
        NotationError: It takes other operands.
        ShapeError: The operands do not fit.
    """
    if step.kind == "name":
        return name(step)
    if step.kind == "number":
        return Value(number(Fraction(step.value)))
    if step.kind in ("text", "tuple"):
        return tuple(operands) if step.kind == "tuple" else step.value
    if step.kind == "call":
        return call(step, list(operands))
    if step.kind == "subscript" and isinstance(operands[0], Value):
        return subscripted(step.value, operands[0], operands[1:])
    return signed(step, operands)


def signed(step: PostfixStep, operands: Sequence[Any]) -> Value:
    """The value of a sign, or of a list in brackets.

    Raises:
        NotationError: An operand is no value, or it divides by zero.
        ShapeError: The operands do not fit.
    """
    if not all(isinstance(one, Value) for one in operands):
        no_entries = step.kind == "subscript"
        raise NotationError("text and tuples have no entries" if no_entries else NO_VALUE)
    if step.kind == "listed":
        return listed([int(count) for count in step.value.split(",")], operands)
    if step.kind == "transpose":
        return transposed(operands[0])
    if step.kind == "negative":
        return Value(algebra.negative(operands[0].node), operands[0].row)
    return operated(step.value, *operands)

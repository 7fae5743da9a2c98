"""Functions of whole arrays that are declared by their shapes: ``f(x[n])[m]``.

``f'(z)`` has the axes of f and then those of z: the Jacobian of a vector, m×n; of a number the
gradient, a column. Their sizes are made to agree with those of the formula, as those of variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Shape
from matcalc.errors import NotationError, ShapeError
from matcalc.expression.formula import Functions, Mapped
from matcalc.expression.functions import call
from matcalc.expression.parser import PostfixStep
from matcalc.expression.values import Value
from matcalc.operations import declared
from matcalc.operations.algebra import constant


def _holder(name: str) -> str:
    """What holds the sizes of a function; no variable is called so."""
    return f"{name}(·)"


def held(functions: Functions) -> dict[str, Shape]:
    """The sizes in the declarations of functions: of what each takes, then of what it returns.

    >>> held({"f": Mapped(("n",), ("m",)), "g": None})
    {'f(·)': ('n', 'm')}
    """
    return {
        _holder(name): shapes.operand + shapes.result
        for name, shapes in functions.items()
        if shapes
    }


def with_sizes(functions: Functions, shapes: Mapping[str, Shape]) -> Functions:
    """Functions with the sizes that a formula forces."""
    found: dict[str, Mapped | None] = {}
    for name, one in functions.items():
        whole, rank = shapes.get(_holder(name), ()), len(one.operand) if one else 0
        found[name] = one and Mapped(whole[:rank], whole[rank:])
    return found


def first_uses(lines: Mapping[str, int], functions: Functions) -> dict[str, int]:
    """The first line in which the sizes of each function count: where it is called."""
    return {_holder(name): lines[name] for name in functions if name in lines}


def applied(step: PostfixStep, operands: list[Any], functions: Functions) -> Value:
    """The value of a function that was declared, or of one of the language.

    Raises:
        NotationError: It takes other arguments.
        ShapeError: The arguments do not fit it.
    """
    shapes = functions.get(step.value)
    return call(step, operands) if shapes is None else _mapped(step, operands, shapes)


def _mapped(step: PostfixStep, operands: list[Any], shapes: Mapped) -> Value:
    """``f(z)``, or a derivative of it."""
    if len(operands) != 1 or step.keywords or not isinstance(operands[0], Value):
        raise NotationError(f"{step.value} is a function of one argument")
    node, wanted = operands[0].node, shapes.operand
    if node.shape != wanted or operands[0].row:
        taken = Value(constant(0, wanted)).title
        message = f"{step.value} is declared for {taken}; found {operands[0].title}"
        unequal = () if operands[0].row else dimensions.clashes(node.shape, wanted)
        raise ShapeError(message, clashes=unequal)
    return Value(declared.mapped(node, step.value, shapes.result, step.primes))

"""The sizes that a Kronecker product and what it multiplies are made of, in pairs.

``(A ⊗ B) vec(X)`` fits where the columns of A and B together are the entries of X. Where nothing is
declared, the columns of A are those of X, and the columns of B its rows, as in ``B X Aᵀ``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matcalc.dimensions import Dimension
from matcalc.expression.lines import StepLine
from matcalc.expression.values import Value


def pairs_in(
    line: StepLine, lines: Sequence[StepLine], values: Sequence[Any]
) -> list[tuple[Dimension, Dimension]]:
    """The sizes that are equal where a line fits; none where no axis is made of two."""
    operands = [lines[k] for k in line.operands]
    if len(operands) == 1 and line.step.kind == "call":  # it is square
        ends = [(operands[0], 0, operands[0], 1)]
    elif line.step.value == "@":
        ends = [(operands[0], 1, operands[1], 0)]
    elif line.step.value in ("+", "-") and len(operands) == 2:
        ends = [(operands[0], axis, operands[1], axis) for axis in (0, 1)]
    else:
        return []
    return [
        pair
        for one, axis, two, other in ends
        for pair in zip(
            _made_of(one, axis, lines, values), _made_of(two, other, lines, values), strict=False
        )
    ]


def _made_of(
    line: StepLine, axis: int, lines: Sequence[StepLine], values: Sequence[Any]
) -> Sequence[Dimension]:
    """The sizes that an axis is made of, where it is made of two; the slower one first."""
    step = line.step
    if step.kind == "transpose":
        return _made_of(lines[line.operands[0]], 1 - axis, lines, values)
    if step.value == "@":
        return _made_of(lines[line.operands[axis]], axis, lines, values)
    found = [values[k] for k in line.operands]
    shapes = [one.matrix for one in found if isinstance(one, Value) and len(one.matrix) == 2]
    if step.kind != "call" or len(shapes) != len(found):
        return []
    if step.value == "vec" and axis == 0:
        return shapes[0][::-1]
    return [shape[axis] for shape in shapes] if step.value == "kron" else []

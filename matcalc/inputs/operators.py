r"""What is differentiated by what, in the sign of a derivative: ``d/dx (xᵀAx)``, ``∇_W f``."""

from __future__ import annotations

import re

from matcalc.errors import MatcalcError
from matcalc.expression import Declarations, parse_declarations
from matcalc.inputs.reading import read_line
from matcalc.inputs.tree import Left

_STARTS = re.compile(r"\s*(?:\\(?:[dt]?frac|partial|nabla)(?![A-Za-z])|[∂∇d]|grad)")


def operator_of(
    line: str, variables: Declarations | None = None, notation: str | None = None
) -> Left | None:
    r"""What a line differentiates that is the derivative of a formula; nothing for other lines.

    Args:
        line: What was typed.
        variables: What is declared.
        notation: The notation, where the signs of the line are not to say it.

    >>> line = r"\frac{\partial}{\partial x} x^T A x"
    >>> found = operator_of(line)
    >>> found.wrt, line[slice(*found.inside)].strip()
    ('x', 'x^T A x')
    >>> operator_of("dW"), operator_of("x^T A x")
    (None, None)
    """
    if not _STARTS.match(line):
        return None
    declared = parse_declarations(variables if variables is not None else ())
    shapes = {name: one.variable for name, one in declared.items()}
    try:
        left = read_line(f"{line} = 0", shapes, notation).left
    except MatcalcError:
        return None
    if left is None or not left.wrt or not left.of or left.of.isidentifier():
        return None
    return left

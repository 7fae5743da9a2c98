"""Equations that say themselves of what they are: ``∂(xᵀAx)/∂x = (A + Aᵀ)x``."""

from __future__ import annotations

import re
from typing import NamedTuple

from matcalc.errors import MatcalcError
from matcalc.expression import Declarations, parse_declarations
from matcalc.inputs.reading import read_line

_ENTRY = re.compile(
    r"\s*(?:\\[dt]?frac\s*\{)?\s*(?:\\partial|∂|d)\s*(?P<name>[^\W\d_])_\{?[ijkl]+\}?\s*[/}]"
)


class Whole(NamedTuple):
    """An equation whose left side is the derivative of a formula.

    Attributes:
        of: What is differentiated, in the language.
        wrt: What it is differentiated by.
        right: The claim, its left side blank, so that all stands where it was typed.
    """

    of: str
    wrt: str
    right: str

    @property
    def said(self) -> str:
        """How the left side was read."""
        return f"the left side is the derivative of {self.of} by {self.wrt}"


def with_name(of: str, claim: str) -> str:
    """What is differentiated, with the name that the left side of a claim gives to its entries.

    >>> with_name("softmax(z)", "∂p_i/∂z_j = p_i(δ_ij - p_j)"), with_name("sum(z)", "dz = 1")
    ('p = softmax(z)', 'sum(z)')
    """
    entry = _ENTRY.match(claim)
    return f"{entry['name']} = {of}" if entry and "=" not in of else of


def whole_equation(
    claim: str, variables: Declarations | None = None, notation: str | None = None
) -> Whole | None:
    """An equation that says of which formula it gives the derivative; nothing for other claims.

    >>> whole_equation("∂(xᵀAx)/∂x = 2Ax").said
    'the left side is the derivative of x.T @ A @ x by x'
    >>> whole_equation("dW = dz @ x.T")
    """
    before, equals, _ = claim.partition("=")
    if not equals:
        return None
    declared = parse_declarations(variables if variables is not None else ())
    shapes = {name: one.variable for name, one in declared.items()}
    try:
        left = read_line(f"{before.rstrip(' :')} = 0", shapes, notation).left
    except MatcalcError:
        return None
    if left is None or not left.wrt or not left.of or left.of.isidentifier():
        return None
    width = len(before) + 1
    return Whole(left.of, left.wrt, " " * width + claim[width:].lstrip("="))

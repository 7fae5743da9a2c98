"""Equations that say themselves of what they are: ``∂(xᵀAx)/∂x = (A + Aᵀ)x``."""

from __future__ import annotations

import re
from typing import NamedTuple

from matcalc.errors import NotationError
from matcalc.expression import Declarations
from matcalc.inputs.entrance import GIVEN, operator_of, unasked
from matcalc.inputs.letters import LETTERS

_ENTRY = re.compile(
    r"\s*(?:\\[dt]?frac\s*\{)?\s*(?:\\partial|∂|d)\s*(?P<name>[^\W\d_])_\{?[ijkl]+\}?\s*[/}]"
)


class Whole(NamedTuple):
    """An equation whose left side is the derivative of a formula.

    Attributes:
        of: What is differentiated, in the language.
        typed: The same as it was typed.
        wrt: What it is differentiated by.
        right: The claim, its left side blank, so that all stands where it was typed.
    """

    of: str
    typed: str
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

    Raises:
        NotationError: It is of differentials or a second derivative, or claims nothing.

    >>> whole_equation("∂(xᵀAx)/∂x = 2Ax").said
    'the left side is the derivative of x.T @ A @ x by x'
    >>> whole_equation("dW = dz @ x.T")
    """
    given = GIVEN.search(claim)
    claim, behind = (claim[: given.start()], given[0]) if given else (claim, "")
    before, equals, _ = claim.partition("=")
    asked = before.rstrip(" :") + behind
    left = operator_of(asked, variables, notation)
    if left is None or not equals:
        advice = unasked(claim)
        if left is not None:
            advice = f"nothing is claimed: matcalc derive {asked!r} gives it"
        if advice:
            raise NotationError(advice)
        return None
    width = len(before) + 1
    typed = asked[slice(*left.inside)].strip()
    right = " " * width + claim[width:].lstrip("=")
    whole, _, below = left.wrt.rpartition("_")
    if not left.each or not whole or not set(below) <= LETTERS:
        return Whole(left.of, typed, left.wrt, right)
    above = "".join(letter for letter, _ in left.each)  # ∂(Ax)_i/∂x_j
    name = next(one for one in "fghuvpq" if not re.search(rf"(?<![^\W_]){one}(?!\w)", claim))
    entry = f"∂{name}_{above}/∂{whole}_{below} ".ljust(width - 1)
    return Whole(left.of, f"{name} = {typed}", whole, f"{entry}={right[width:]}")

"""How tightly a piece of Python binds, so that parentheses stand where they must."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

SUM, PRODUCT, POWER, ATOM = range(1, 5)


class Spelled(NamedTuple):
    """A piece of source.

    Attributes:
        text: The source.
        binds: How tightly it binds: ``SUM``, ``PRODUCT``, ``POWER`` or ``ATOM``.
    """

    text: str
    binds: int = ATOM


def within(piece: Spelled, least: int) -> str:
    """A piece, in parentheses if it binds less tightly than it must."""
    return piece.text if piece.binds >= least else f"({piece.text})"


def number(value: Fraction) -> Spelled:
    """A number: 2, 0.5, and 1 / 3 where no decimal is exact."""
    if value.denominator == 1:
        return Spelled(str(value.numerator), ATOM if value >= 0 else SUM)
    decimal = repr(float(value))
    if Fraction(decimal) == value or value.denominator > 1000:
        return Spelled(decimal, ATOM if value >= 0 else SUM)
    return Spelled(f"{value.numerator} / {value.denominator}", PRODUCT)

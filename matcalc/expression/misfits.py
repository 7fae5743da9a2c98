"""What to say where two operands do not fit: their shapes, as they were written, and advice."""

from __future__ import annotations

from typing import NamedTuple

from matcalc.dimensions import pretty
from matcalc.errors import Place, printable
from matcalc.expression.values import Value

_SHOWN = 40  # characters of an operand
_SIGNS = frozenset("+-*/@ ")


class Operand(NamedTuple):
    """An operand, its value and where it was written."""

    value: Value
    place: Place

    @property
    def text(self) -> str:
        """What was written, on one line and not too long."""
        return excerpt(self.place)

    @property
    def inner(self) -> str:
        """What was written, as an operand of ``@``: in parentheses where it needs them."""
        return self.text if is_atom(self.text) else f"({self.text})"

    @property
    def said(self) -> str:
        """What was written and its shape."""
        return f"{self.text} is {self.value.title}"


def is_atom(text: str) -> bool:
    """Whether nothing in it binds less tightly than a transpose.

    >>> is_atom("f(a + b).T"), is_atom("f(a) + g(b)"), is_atom("(a + b)")
    (True, False, True)
    """
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth == 0 and character in _SIGNS:
            return False
    return True


def excerpt(place: Place) -> str:
    """What was written at a place, on one line and not too long; what is cut is closed again."""
    text = printable(" ".join(place.text[place.start : place.stop].split()))
    if len(text) <= _SHOWN:
        return text
    kept = text[:_SHOWN]
    return kept + "…" + ")" * (kept.count("(") - kept.count(")"))


def misfit(sign: str, one: Operand, two: Operand, better: str = "") -> str:
    """Why two operands of ``@``, ``*``, ``+`` … do not fit, and what would.

    Args:
        sign: The operator.
        one: Its left operand.
        two: Its right operand.
        better: What fits instead, where that is known.
    """
    shapes = one.value.node.shape, two.value.node.shape
    said = ", ".join(dict.fromkeys([one.said, two.said]))
    whole = Place(one.place.text, one.place.start, two.place.stop)
    if sign == "@" and not all(shapes):
        return f"{excerpt(whole)}: {said}; a product with a scalar is written *"
    against, advice = "", ""
    if sign == "@" and max(map(len, shapes)) <= 2:
        left, right = one.value.matrix[1], two.value.matrix[0]
        against = f": {pretty(left)} against {pretty(right)}"
        advice = _about_product(one, two)
    elif sign != "@":
        advice = _about_entries(sign, one, two)
    return f"{excerpt(whole)} does not fit: {said}{against}{better or advice}"


def _about_product(one: Operand, two: Operand) -> str:
    ranks = len(one.value.node.shape), len(two.value.node.shape)
    (m, k), (p, q) = one.value.matrix, two.value.matrix
    if ranks[0] == 1 and not one.value.row and m == p:
        return f"; write {one.inner}.T @ {two.inner}"
    if ranks[1] == 1 and two.value.row and k == q:
        plain = two.text.removesuffix(".T")
        return (
            f"; a transpose is never ignored: write {one.inner} @ {plain}"
            if (plain != two.text)
            else ""
        )
    return ""


def _about_entries(sign: str, one: Operand, two: Operand) -> str:
    ranks = len(one.value.node.shape), len(two.value.node.shape)
    if sign == "*" and sorted(ranks) == [1, 2]:
        matrix, vector = (one, two) if ranks[0] == 2 else (two, one)
        plain = vector.text.removesuffix(".T")
        return (
            f"; to scale columns write {matrix.inner} @ diag({plain}), "
            f"to scale rows diag({plain}) @ {matrix.inner}"
        )
    if one.value.row != two.value.row and ranks == (1, 1):
        return ": one is a row, the other a column"
    return ""

"""Two operands that do not fit: what was written, and the shapes of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matcalc.dimensions import pretty
from matcalc.errors import Place, printable
from matcalc.expression.values import Value
from matcalc.scripts import depths

_SHOWN = 40  # characters of an operand
_SIGNS = "+-*/@ "


class WrittenOperand(NamedTuple):
    """An operand, its value and where it was written."""

    value: Value
    place: Place

    @property
    def text(self) -> str:
        """What was written, on one line."""
        return written(self.place)

    @property
    def atom(self) -> str:
        """What was written, as an operand of anything: in parentheses where it needs them."""
        return self.text if is_atom(self.text) else f"({self.text})"

    @property
    def transposed(self) -> str:
        """What was written, transposed."""
        return transposed(self.text)

    @property
    def column(self) -> str:
        """What was written, as an operand; of a vector, the column."""
        return self.transposed if self.value.row else self.atom

    @property
    def said(self) -> str:
        """What was written and its shape."""
        return f"{excerpt(self.place)} is {self.value.title}"


def is_atom(text: str, signs: str = _SIGNS) -> bool:
    """Whether no sign stands in it outside parentheses, so that it is an operand of any other.

    >>> is_atom("f(a + b).T"), is_atom("f(a) + g(b)"), is_atom("(a + b)")
    (True, False, True)
    """
    return not any(depth == 0 and sign in signs for depth, sign in depths(text, "(", ")"))


def transposed(text: str) -> str:
    """The transpose of what was written; a transpose that was written goes.

    >>> transposed("a - b"), transposed("x.T")
    ('(a - b).T', 'x')
    """
    if not is_atom(text):
        return f"({text}).T"
    return text.removesuffix(".T") if text.endswith(".T") else f"{text}.T"


def filled(name: str, shape: Sequence[object]) -> str:
    """An array of equal numbers: ``ones(n)``, ``zeros((m, n))``."""
    sizes = ", ".join(map(str, shape))
    return f"{name}({sizes})" if len(shape) == 1 else f"{name}(({sizes}))"


def written(place: Place) -> str:
    """What was written at a place, on one line."""
    return printable(" ".join(place.text[place.start : place.stop].split()))


def excerpt(place: Place) -> str:
    """What was written at a place, on one line and not too long; what is cut is closed again."""
    text = written(place)
    if len(text) <= _SHOWN:
        return text
    kept = text[:_SHOWN]
    return kept + "…" + ")" * (kept.count("(") - kept.count(")"))


def misfit(sign: str, one: WrittenOperand, two: WrittenOperand) -> str:
    """Why two operands of ``@``, ``*``, ``+`` … do not fit.

    Args:
        sign: The operator.
        one: Its left operand.
        two: Its right operand.
    """
    shapes = one.value.node.shape, two.value.node.shape
    said = ", ".join(dict.fromkeys([one.said, two.said]))
    what = excerpt(Place(one.place.text, one.place.start, two.place.stop))
    if sign == "@" and not all(shapes):
        numbers = "" if any(shapes) else "; a vector is declared x[n], a matrix A[m,n]"
        return f"{what}: {said}; @ is a product of matrices and vectors{numbers}"
    ranks = tuple(map(len, shapes))
    if sign == "@" and max(ranks) <= 2:
        left, right = one.value.matrix[1], two.value.matrix[0]
        against = f": {pretty(left)} against {pretty(right)}"
        dropped = ranks[1] == 1 and two.value.row and two.text.endswith(".T")
        return f"{what} does not fit: {said}{against}" + (
            "; a transpose is never ignored" if dropped else ""
        )
    if sign != "@" and ranks == (1, 1) and one.value.row != two.value.row:
        return f"{what} does not fit: {said}: one is a row, the other a column"
    return f"{what} does not fit: {said}"

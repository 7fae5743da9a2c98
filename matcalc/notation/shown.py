"""What Python and a notebook show of an answer: a line, and formulas, tables and sentences."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import singledispatch

from matcalc.errors import printable
from matcalc.notation.pages import html
from matcalc.notation.parts import AnswerPart


class Shown(ABC):
    """An answer that Python shows as a line, and a notebook by its parts."""

    __slots__ = ()

    @abstractmethod
    def _line(self) -> str:
        """What it is, in a line."""

    def __repr__(self) -> str:
        return f"<{printable(self._line())}>"

    def _repr_html_(self) -> str:
        return html(told(self))


@singledispatch
def told(answer: Shown) -> Iterable[AnswerPart]:
    """The parts of an answer, in the order in which they are read.

    Raises:
        TypeError: No room tells of answers of this kind.
    """
    raise TypeError(f"{type(answer).__name__} is told by no room")

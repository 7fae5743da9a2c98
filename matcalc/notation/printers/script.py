"""What Unicode and LaTeX write differently: signs, and what stands above or below a line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

from matcalc.dimensions import Dimension, Shape
from matcalc.notation.parameters import Parameter
from matcalc.notation.printers.spelling import Piece, Spelled
from matcalc.notation.tree import Phrase


class Script(ABC):
    """A way to write mathematics on a line.

    Attributes:
        minus: The sign.
        dot: Between numbers, with its spaces as those that follow.
        entrywise: Between arrays that are multiplied entry by entry.
        quotient: Between arrays that are divided entry by entry.
        kronecker: Between the factors of a Kronecker product.
        delta: The sign of an entry of the identity.
        nabla: The sign of a gradient.
    """

    minus: ClassVar[str]
    dot: ClassVar[str]
    entrywise: ClassVar[str]
    quotient: ClassVar[str]
    kronecker: ClassVar[str]
    delta: ClassVar[str]
    nabla: ClassVar[str]

    @staticmethod
    @abstractmethod
    def sign(name: str) -> str:
        """The sign of a function, an array or a number; nothing where it has only its name."""

    @staticmethod
    @abstractmethod
    def named(name: str) -> str:
        """A name."""

    @staticmethod
    @abstractmethod
    def plain(name: str) -> str:
        """A name letter by letter."""

    @abstractmethod
    def fraction(self, above: str, below: str) -> Spelled:
        """A fraction of numbers."""

    @abstractmethod
    def group(self, text: str) -> str:
        """Parentheses around a piece of a formula."""

    @abstractmethod
    def arguments(self, text: str) -> str:
        """Parentheses around the arguments of a function."""

    @abstractmethod
    def bars(self, text: str, *, double: bool = False) -> str:
        """Bars around a piece: an absolute value or a norm."""

    @abstractmethod
    def function_name(self, function: str) -> str:
        """The name of a function that has no sign of its own."""

    @abstractmethod
    def primes(self, number: int) -> str:
        """The marks of a derivative."""

    @abstractmethod
    def option(self, parameter: Parameter) -> str:
        """A parameter of a call: ``axis=0``."""

    @abstractmethod
    def ratio(self, above: str, below: str, *, number: bool = False) -> Spelled:
        """A derivative by what stands above and below the line, and whether it is a number."""

    @abstractmethod
    def marked(self, base: str, mark: str) -> str:
        """A base with a mark above: ``T``, ``-1``, ``-T`` or ``+``."""

    @abstractmethod
    def raised(self, base: str, exponent: str, *, entrywise: bool) -> str:
        """A power; the exponent is spelled."""

    @abstractmethod
    def sized(self, symbol: str, shape: Shape) -> str:
        """A constant array with its shape."""

    @abstractmethod
    def exponent(self, value: Fraction) -> str:
        """A number as an exponent."""

    @abstractmethod
    def indexed(self, base: Piece, letters: Sequence[str]) -> str:
        """An entry of an array."""

    @abstractmethod
    def summation(self, letters: Sequence[str]) -> str:
        """The sign of a sum over letters, and a space."""

    @abstractmethod
    def mapping(self, letters: str) -> str:
        """The head of a function of indices, and a space."""

    @abstractmethod
    def over_shape(self, factor: str, shape: Shape) -> str:
        """A factor with its shape under it."""

    @abstractmethod
    def rows(self, base: str, start: str, stop: str) -> str:
        """Rows of a matrix, as Python counts."""

    @abstractmethod
    def table(self, rows: Sequence[Sequence[str]]) -> str:
        """Parts in rows and columns."""

    @abstractmethod
    def taken(self, base: str, places: Sequence[Dimension | None]) -> str:
        """A row, a column or an entry, as Python counts."""

    @abstractmethod
    def over(self, phrase: Phrase, args: Sequence[Piece]) -> Spelled:
        """A quotient, entry by entry if an array is below the line."""

    @abstractmethod
    def root(self, radicand: Piece) -> Spelled:
        """A square root."""

"""How the parts of a formula are written: in Unicode, where no other way says otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from matcalc.dimensions import Dimension, Shape
from matcalc.notation.names import lowered, spelled_shape, spelled_size, unicode_name
from matcalc.notation.parameters import Parameter, named, spelled
from matcalc.notation.printers.spelling import (
    POWER,
    PRODUCT,
    QUOTIENT,
    SCALED,
    SUM,
    Spelled,
    SpelledPhrase,
    in_brackets,
    parenthesised,
    placed,
    within,
)
from matcalc.notation.tree import Phrase
from matcalc.operations import facts_of
from matcalc.scripts import superscript

_ABOVE = frozenset("ᵀ⁰¹²³⁴⁵⁶⁷⁸⁹")  # of an exponent they would seem to be marks of the whole power


class Script:
    """A way to write mathematics on a line.

    Attributes:
        minus: The sign.
        dot: Between numbers, with its spaces as those that follow.
        entrywise: Between arrays that are multiplied entry by entry.
        quotient: Between arrays that are divided entry by entry.
        kronecker: Between the factors of a Kronecker product.
        delta: The sign of an entry of the identity.
        nabla: The sign of a gradient.
        marks: What stands above a base.
    """

    minus = "−"
    dot = " · "
    entrywise = " ⊙ "
    quotient = " ⊘ "
    kronecker = " ⊗ "
    delta = "δ"
    nabla = "∇"
    marks: ClassVar = {"T": "ᵀ", "-1": "⁻¹", "-T": "⁻ᵀ", "+": "⁺"}

    @staticmethod
    def sign(name: str) -> str:
        """The sign of a function, an array or a number; nothing where it has only its name."""
        return facts_of(name).unicode

    @staticmethod
    def named(name: str) -> str:
        """A name as it is read, Greek letters as letters."""
        return unicode_name(name)

    @staticmethod
    def plain(name: str) -> str:
        """A name letter by letter."""
        return name

    def fraction(self, above: str, below: str) -> Spelled:
        """A fraction of numbers."""
        return f"{above}/{below}", QUOTIENT

    def group(self, text: str) -> str:
        """Parentheses around a piece of a formula."""
        return parenthesised(text)

    def within(self, piece: SpelledPhrase, least: int) -> str:
        """A piece, in parentheses if it binds less tightly than it must."""
        return within(piece, least, self.group)

    def arguments(self, text: str) -> str:
        """Parentheses around the arguments of a function."""
        return self.group(text)

    def bars(self, text: str, *, double: bool = False) -> str:
        """Bars around a piece: an absolute value or a norm."""
        return f"‖{text}‖" if double else f"|{text}|"

    def function_name(self, function: str) -> str:
        """The name of a function that has no sign of its own."""
        return function

    def primes(self, number: int) -> str:
        """The marks of a derivative."""
        return "‴" * (number // 3) + ("", "′", "″")[number % 3]

    def option(self, parameter: Parameter) -> str:
        """A parameter of a call: ``axis=0``."""
        return named(parameter.name, spelled(parameter.value))

    def ratio(self, above: str, below: str, *, number: bool = False) -> Spelled:
        """A derivative by what stands above and below the line, and whether it is a number."""
        return f"∂{above}/∂{below}", SUM if number else POWER

    def marked(self, base: str, mark: str) -> str:
        """A base with a mark above: ``T``, ``-1``, ``-T`` or ``+``."""
        return f"{base}{self.marks[mark]}"

    def raised(self, base: str, exponent: str, *, entrywise: bool) -> str:
        """A power; the exponent is spelled."""
        sign = "⊙" if entrywise else ""
        if re.fullmatch("-?[0-9]+", exponent):
            return base + sign + superscript(exponent)
        alone = exponent.isalnum() and not set(exponent) & _ABOVE
        shown = exponent if alone else f"({exponent})"
        return f"{base}{sign}^{shown}"

    def sized(self, symbol: str, shape: Shape) -> str:
        """A constant array with its shape."""
        return symbol + lowered(shape)

    def indexed(self, base: SpelledPhrase, letters: Sequence[str]) -> str:
        """An entry of an array."""
        return f"{self.within(base, POWER)}[{','.join(letters)}]"

    def summation(self, letters: Sequence[str]) -> str:
        """The sign of a sum over letters, and a space."""
        shown = lowered(("*".join(letters),))
        return f"Σ{shown} " if shown.isalnum() else f"Σ_{','.join(letters)} "

    def mapping(self, letters: str) -> str:
        """The head of a function of indices, and a space."""
        return f"{letters} ↦ "

    def over_shape(self, factor: str, shape: Shape) -> str:
        """A factor with its shape under it."""
        return placed(factor, spelled_shape(shape))

    def rows(self, base: str, start: str, stop: str) -> str:
        """Rows of a matrix, as Python counts."""
        return f"{base}[{spelled_size(start)}:{spelled_size(stop)}]"

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        """Parts in rows and columns."""
        return in_brackets(rows)

    def taken(self, base: str, places: Sequence[Dimension | None]) -> str:
        """A row, a column or an entry, as Python counts."""
        shown = (":" if one is None else spelled_size(str(one)) for one in places)
        return f"{base}[{','.join(shown)}]"

    def over(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A quotient, entry by entry if an array is below the line."""
        del phrase
        above, below = args
        right = self.within(below, SCALED if below.phrase.is_call("sqrt") else POWER)
        if below.phrase.kind == "scalar":
            return f"{self.within(above, PRODUCT)} / {right}", QUOTIENT
        return self.within(above, SCALED) + self.quotient + right, QUOTIENT

    def root(self, radicand: SpelledPhrase) -> Spelled:
        """A square root."""
        if radicand.phrase.op in ("name", "number") or len(radicand.text) == 1:
            return f"√{radicand.text}", SCALED
        return f"√{self.group(radicand.text)}", POWER

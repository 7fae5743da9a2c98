"""Formulas in Unicode: what a person reads in a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from matcalc.dimensions import Dimension, Shape
from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.names import lowered, spelled_shape, spelled_size, unicode_name
from matcalc.notation.parameters import Parameter, named, spelled
from matcalc.notation.printers.mathematics import Forms, Mathematics, as_in_books
from matcalc.notation.printers.spelling import (
    POWER,
    PRODUCT,
    QUOTIENT,
    SCALED,
    SUM,
    Piece,
    Spelled,
    in_brackets,
    parenthesised,
    placed,
)
from matcalc.notation.tree import Phrase
from matcalc.operations import facts_of
from matcalc.scripts import superscript

_ABOVE = frozenset("ᵀ⁰¹²³⁴⁵⁶⁷⁸⁹")  # of an exponent they would seem to be marks of the whole power


def unicode(written: WrittenFormula, forms: Forms = as_in_books) -> str:
    """A formula in Unicode; names for what recurs come first.

    ``⊙``, ``⊘`` and ``x⊙²`` are products, quotients and powers entry by entry, ``Iₙ`` is the
    identity and ``1ₙ`` a column of ones, ``√`` is of the one name or number behind it,
    ``I₅[1:3]`` are rows 1 and 2 of an identity matrix as Python counts, and
    ``(i,j) ↦ Σₖ A[i,k] B[k,j]`` is the array with these entries.

    >>> import matcalc as mc
    >>> from matcalc.expression import read_formula
    >>> from matcalc.notation import write
    >>> x, A = mc.parse_variable("x[n]"), mc.parse_variable("A[n,n]")
    >>> unicode(write(read_formula("2 * (A + A.T) @ x - tr(A) * x", {"x": x, "A": A}).node))
    '2 (A + Aᵀ) x − tr(A) x'
    """
    return "; ".join(unicode_formulas(written, forms))


def unicode_formulas(written: WrittenFormula, forms: Forms = as_in_books) -> list[str]:
    """A name for each part that recurs and its meaning, then the formula.

    Args:
        written: The formula.
        forms: What is done to it before it is spelled.
    """
    return _Unicode(written, forms).formulas()


class Signs(Mathematics):
    """The signs and words that Unicode has, wherever they are set."""

    minus = "−"
    dot = " · "
    entrywise = " ⊙ "
    quotient = " ⊘ "
    kronecker = " ⊗ "
    delta = "δ"
    nabla = "∇"

    @staticmethod
    def sign(name: str) -> str:
        """The sign of a function, where it has one."""
        return facts_of(name).unicode

    @staticmethod
    def named(name: str) -> str:
        """A name as it is read, Greek letters as letters."""
        return unicode_name(name)

    @staticmethod
    def plain(name: str) -> str:
        """A word as it is."""
        return name

    def function_name(self, function: str) -> str:
        """The name of a function as it is."""
        return function

    def option(self, parameter: Parameter) -> str:
        """A parameter by its name."""
        return named(parameter.name, spelled(parameter.value))

    def exponent(self, value: Fraction) -> str:
        """An exponent on the line."""
        return str(value)

    def mapping(self, letters: str) -> str:
        """The letters that an array is a function of."""
        return f"{letters} ↦ "

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        """Rows of entries in brackets."""
        return in_brackets(rows)


class _Unicode(Signs):
    marks = {"T": "ᵀ", "-1": "⁻¹", "-T": "⁻ᵀ", "+": "⁺"}  # noqa: RUF012

    def fraction(self, above: str, below: str) -> Spelled:
        return f"{above}/{below}", QUOTIENT

    def group(self, text: str) -> str:
        return parenthesised(text)

    def arguments(self, text: str) -> str:
        return parenthesised(text)

    def bars(self, text: str, *, double: bool = False) -> str:
        return f"‖{text}‖" if double else f"|{text}|"

    def primes(self, number: int) -> str:
        return "‴" * (number // 3) + ("", "′", "″")[number % 3]

    def ratio(self, above: str, below: str, *, number: bool = False) -> Spelled:
        return f"∂{above}/∂{below}", SUM if number else POWER

    def marked(self, base: str, mark: str) -> str:
        return base + self.marks[mark]

    def raised(self, base: str, exponent: str, *, entrywise: bool) -> str:
        sign = "⊙" if entrywise else ""
        if re.fullmatch("-?[0-9]+", exponent):
            return base + sign + superscript(exponent)
        alone = exponent.isalnum() and not set(exponent) & _ABOVE
        shown = exponent if alone else f"({exponent})"
        return f"{base}{sign}^{shown}"

    def sized(self, symbol: str, shape: Shape) -> str:
        return symbol + lowered(shape)

    def indexed(self, base: Piece, letters: Sequence[str]) -> str:
        return f"{self.within(base, POWER)}[{','.join(letters)}]"

    def summation(self, letters: Sequence[str]) -> str:
        shown = lowered(("*".join(letters),))
        return f"Σ{shown} " if shown.isalnum() else f"Σ_{','.join(letters)} "

    def over_shape(self, factor: str, shape: Shape) -> str:
        return placed(factor, spelled_shape(shape))

    def rows(self, base: str, start: str, stop: str) -> str:
        return f"{base}[{spelled_size(start)}:{spelled_size(stop)}]"

    def taken(self, base: str, places: Sequence[Dimension | None]) -> str:
        return f"{base}[{','.join(map(_place, places))}]"

    def over(self, phrase: Phrase, args: Sequence[Piece]) -> Spelled:
        del phrase
        above, below = args
        right = self.within(below, SCALED if _is_root(below) else POWER)
        if below.phrase.kind == "scalar":
            return f"{self.within(above, PRODUCT)} / {right}", QUOTIENT
        return self.within(above, SCALED) + self.quotient + right, QUOTIENT

    def root(self, radicand: Piece) -> Spelled:
        if radicand.phrase.op in ("name", "number") or len(radicand.text) == 1:
            return f"√{radicand.text}", SCALED
        return f"√{self.group(radicand.text)}", POWER


def _place(place: Dimension | None) -> str:
    return ":" if place is None else spelled_size(str(place))


def _is_root(piece: Piece) -> bool:
    return piece.phrase.is_call("sqrt")

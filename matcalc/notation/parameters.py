"""The parameters of a call as typed values: ``axis=0``, ``"all"``, a size, a shape.

They are values as long as a formula is a tree; :func:`spelled` makes texts of them once, where
it is printed.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from matcalc.dimensions import Dimension, Shape


class Word(str):
    """A text among parameters: it is written in quotes, where a size is not."""

    __slots__ = ()


Value = Dimension | Shape | Fraction | Word


class Parameter(NamedTuple):
    """A parameter of a call.

    Attributes:
        name: Its name; empty for one that is told by its place.
        value: A size, a shape, a number or a word.
    """

    name: str
    value: Value

    @property
    def is_word(self) -> bool:
        """Whether it is a word without a name: those stand before the operands."""
        return not self.name and isinstance(self.value, Word)


def place(value: Value) -> Parameter:
    """A parameter that is told by its place."""
    return Parameter("", value)


class Subscripts(NamedTuple):
    """What an einsum does: a letter for each axis of its operands and of its result."""

    terms: tuple[str, ...]
    output: str

    def __str__(self) -> str:
        return f"{','.join(self.terms)}->{self.output}"


def spelled(value: Value) -> str:
    """A value in the input language.

    >>> spelled(("m", 3)), spelled(Word("all")), spelled("2*n"), spelled(Fraction(1, 2))
    ('(m, 3)', '"all"', '2*n', '1/2')
    """
    if isinstance(value, Word):
        return f'"{value}"'
    if isinstance(value, tuple):
        return f"({', '.join(map(spelled, value))}{',' * (len(value) == 1)})"
    return str(value)


def named(name: str, value: str) -> str:
    """A parameter whose value is spelled, after its name if it has one."""
    return f"{name}={value}" if name else value

"""An answer as parts: what a terminal, a page and a notebook show, each in its way."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Mood = Literal["plain", "right", "wrong", "unsure"]
_MOODS: dict[str, Mood] = {"right": "right", "wrong_layout": "unsure", "cannot_tell": "unsure"}


def mood_of(verdict: str) -> Mood:
    """Whether a verdict is good news.

    >>> mood_of("right"), mood_of("cannot_tell"), mood_of("wrong_shape")
    ('right', 'unsure', 'wrong')
    """
    return _MOODS.get(verdict, "wrong")


class Cell(NamedTuple):
    """A factor over its shape.

    Attributes:
        sign: What stands before it.
        above: The factor.
        below: Its shape.
        clash: What does not fit between it and the one before.
        within: What does not fit inside it.
    """

    sign: str
    above: str
    below: str
    clash: str = ""
    within: str = ""


class AlignedShapes(NamedTuple):
    """A line, a shape under each factor."""

    cells: tuple[Cell, ...]


class Marked(NamedTuple):
    """A place in what was typed."""

    text: str
    start: int
    end: int


class FormulaPart(NamedTuple):
    """A formula, and what is said of it."""

    text: str
    note: str = ""


class Rows(NamedTuple):
    """A table.

    Attributes:
        rows: The cells of each row.
        formulas: Whether the first cell of a row is a formula, or a sign and a formula.
    """

    rows: tuple[tuple[str, ...], ...]
    formulas: bool = True


class Drawn(NamedTuple):
    """A drawing in letters."""

    lines: tuple[str, ...]


Item: TypeAlias = str | AlignedShapes | Marked | FormulaPart | Rows | Drawn


class AnswerPart(NamedTuple):
    """A part of an answer.

    Attributes:
        title: What it is about.
        items: What it says.
        mood: Whether it is good news.
    """

    title: str
    items: tuple[Item, ...]
    mood: Mood = "plain"

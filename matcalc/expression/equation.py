"""Equations, some with unknowns: ``dz1[n1] = ? @ dz2[n2]``, shapes stated where a name stands.

The text is read as an ordinary formula of the same length, in which brackets are blank and a
``?`` is a letter that is free, so that every place is a place of what was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Shape
from matcalc.errors import MatcalcError, NotationError, Place
from matcalc.expression.parser import PostfixStep, parse
from matcalc.expression.tokens import LENGTH
from matcalc.scripts import depths
from matcalc.variables import Mention, parse_mention

STEPS = 500  # names, numbers and signs of an equation
UNKNOWNS = 8

_BRACKETED = re.compile(rf"{dimensions.NAME}\[[^\[\]]*\]")
_MARK = re.compile(r"\?[0-9]{0,3}")
_LETTERS = "_ξζωχABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Stated(NamedTuple):
    """A formula without the shapes that were stated in it, and these."""

    text: str
    mentions: tuple[Mention, ...]


class ReadEquation(NamedTuple):
    """An equation, read.

    Attributes:
        written: What was written.
        stated: The same without shapes, as long.
        left: The steps of the left side.
        right: The steps of the right side.
        middle: Where the ``=`` stands.
        marks: Each ``?`` with its name, in order.
    """

    written: str
    stated: Stated
    left: tuple[PostfixStep, ...]
    right: tuple[PostfixStep, ...]
    middle: int
    marks: tuple[tuple[str, Place], ...]

    @property
    def unknowns(self) -> tuple[str, ...]:
        """The names of the unknowns: ``?``, or ``?1`` and ``?2``."""
        return tuple(dict.fromkeys(name for name, _ in self.marks))

    def filled(self, names: Mapping[str, str]) -> str:
        """The equation without shapes, with something for each unknown."""
        return f"{self.side(names, left=True)} = {self.side(names, left=False)}"

    def side(self, names: Mapping[str, str], *, left: bool) -> str:
        """One side of the equation without shapes, with something for each unknown."""
        start, stop = (0, self.middle) if left else (self.middle + 1, len(self.written))
        text = ""
        for name, place in self.marks:
            if start <= place.start < stop:
                text += _unstated(self.written[start : place.start]) + names[name]
                start = place.stop
        return " ".join((text + _unstated(self.written[start:stop])).split())


def _unstated(text: str) -> str:
    """A part of an equation without the shapes that stand in it."""

    def plain(found: re.Match[str]) -> str:
        name, _, inside = found[0].partition("[")
        return found[0] if _takes_entries(name, inside[:-1], None) else name

    return _BRACKETED.sub(plain, text)


def _takes_entries(name: str, inside: str, declared: Mapping[str, Shape | None] | None) -> bool:
    """Whether brackets take entries and state no shape: ``W[0,:]``, and ``x[0]`` of ``x[n]``."""
    items = [one.strip() for one in inside.split(",")]
    if any(":" in one or one in ("None", "newaxis", "...") for one in items):
        return True
    numbers = all(one.removeprefix("-").isdecimal() for one in items)
    if declared is None or not numbers:
        return False
    if any(int(one) < 1 for one in items):  # a size is 1 at least
        return True
    shape = declared.get(name, ())
    return shape is None or (len(items) <= len(shape) and tuple(map(int, items)) != shape)


def stated_in(text: str, declared: Mapping[str, Shape | None] | None = None) -> Stated:
    """Take the shapes out of a formula: ``"W[m,n] @ x[n]"``.

    Args:
        text: The formula.
        declared: The shapes of names: numbers behind one of these that are another shape are those
            of entries. So are all behind a name whose shape is None: it is not known yet.

    Raises:
        NotationError: A shape cannot be read.

    >>> stated_in("W[m,n] @ x[n]").text
    'W      @ x   '
    >>> stated_in("W[0,:] * x[1]", {"x": ("n",)}).text
    'W[0,:] * x[1]'
    """
    if len(text) > LENGTH:
        raise NotationError(f"a formula is at most {LENGTH} characters long, not {len(text)}")
    mentions: list[Mention] = []
    blank = text
    for found in _BRACKETED.finditer(text):
        name, _, inside = found[0].partition("[")
        if _takes_entries(name, inside[:-1], declared):
            continue
        mention = parse_mention(found[0], text, found.start())
        mentions.append(mention)
        rest = " " * (found.end() - found.start() - len(mention.name))
        blank = f"{blank[: found.start()]}{mention.name}{rest}{blank[found.end() :]}"
    return Stated(blank, tuple(mentions))


def parse_equation(text: str, names: Iterable[str] = ()) -> ReadEquation:
    """Read an equation.

    Args:
        text: The equation.
        names: What else has a name.

    Raises:
        NotationError: It cannot be read.

    >>> equation = parse_equation("dz1[n1] = ? @ dz2[n2]")
    >>> equation.unknowns, equation.filled({"?": "W2.T"})
    (('?',), 'dz1 = W2.T @ dz2')
    """
    stated = stated_in(text)
    marks = _marks(text)
    used = {*stated.text, *"".join(names)}
    letter = next((one for one in _LETTERS if one not in used), None)
    if letter is None:
        raise NotationError("an equation that uses every letter has none left for ?")
    plain = stated.text.replace("?", letter)
    middle = _middle(plain, text)
    called = {place.start: name for name, place in marks}
    sides = plain[:middle], " " * (middle + 1) + plain[middle + 1 :]
    try:
        left, right = _steps(sides[0], text, called), _steps(sides[1], text, called)
    except MatcalcError as error:
        message = error.stated.replace(repr(letter), "'?'")
        meant = [one._replace(text=one.text.replace(letter, "?")) for one in error.suggestions]
        changed = error.changed(message=message, suggestions=meant)
        raise changed.moved(lambda one: _of_whole(one, text)) from None
    return ReadEquation(text, stated, left, right, middle, marks)


def _marks(text: str) -> tuple[tuple[str, Place], ...]:
    """Each ``?`` with a name: its own, or the next number that is free where there are several."""
    found = [(mark[0], Place(text, mark.start(), mark.end())) for mark in _MARK.finditer(text)]
    own = {name for name, _ in found if name != "?"}
    free = iter([f"?{k}" for k in range(1, len(found) + len(own) + 1) if f"?{k}" not in own])
    if len(found) > 1:
        found = [(name if name != "?" else next(free), place) for name, place in found]
    if len({name for name, _ in found}) > UNKNOWNS:
        raise NotationError(f"an equation has at most {UNKNOWNS} unknowns", [found[UNKNOWNS][1]])
    return tuple(found)


def _middle(plain: str, text: str) -> int:
    """Where the ``=`` between the sides stands: outside parentheses."""
    for k, (depth, sign) in enumerate(depths(plain, "(", ")")):
        if sign == "=" and depth <= 0:
            return k
    end = Place(text, len(text), len(text) + 1)
    raise NotationError("an equation has two sides: dz1[n1] = ? @ dz2[n2]", [end])


def _steps(plain: str, text: str, called: Mapping[int, str]) -> tuple[PostfixStep, ...]:
    """The steps of a side, their places those of the whole text, unknowns with their names."""
    first, *others = parse(plain)
    steps = first.steps
    if others or first.name:
        place = _of_whole([first, *others][-1].place, text)
        raise NotationError("an equation has one = and no ;", [place])
    if len(steps) > STEPS:
        raise NotationError(
            f"over {STEPS} names, numbers and signs", [_of_whole(steps[-1].place, text)]
        )
    return tuple(
        step._replace(
            value=called[step.bare.start]
            if step.kind == "name" and step.bare.start in called
            else step.value,
            place=_of_whole(step.place, text),
        )
        for step in steps
    )


def _of_whole(place: Place, text: str) -> Place:
    return Place(text, min(place.start, len(text)), min(place.stop, len(text) + 1))

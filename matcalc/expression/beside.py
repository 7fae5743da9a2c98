"""A formula beside an expression: it knows the names that the expression gives to its parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from matcalc.errors import MatcalcError, NotationError, Place
from matcalc.expression.parser import Assignment, parse


class Beside(NamedTuple):
    """A formula with the assignments in front of it that it needs.

    Attributes:
        lead: The assignments, as text.
        formula: The formula as it was written.
    """

    lead: str
    formula: str

    @property
    def text(self) -> str:
        """Both as one formula."""
        return self.lead + self.formula

    def placed(self, error: MatcalcError) -> MatcalcError:
        """An error of the whole, where it can be as one of the formula alone."""
        return error.moved(self._own)

    def _own(self, place: Place) -> Place:
        start = place.start - len(self.lead)
        if place.text != self.text or start < 0:
            return place
        return Place(self.formula, start, place.stop - len(self.lead))


def beside(expression: str, formula: str) -> Beside:
    """A formula that may use what an expression names; a name of its own goes before.

    Raises:
        NotationError: One of them cannot be read, or a name that the formula gives is another
            one's where the expression says what the formula needs.

    >>> beside("p = sigmoid(X @ w); sum(y * log(p))", "(p - y).T @ X").text
    'p = sigmoid(X @ w); (p - y).T @ X'
    """
    own = parse(formula)
    given = {one.name: one.place for one in own if one.name}
    needed = _names(own) - given.keys()
    found: list[Assignment] = []
    for one in reversed(parse(expression)):
        if one.name and one.name in needed:
            found.append(one)
            needed |= _names([one])
    taken = _names(found) & given.keys()
    if taken:
        name = min(taken)
        raise NotationError(
            f"the expression gives {name} another meaning, which the formula needs; "
            "take another name",
            [given[name]],
        )
    return Beside("".join(f"{_written(one.place)}; " for one in reversed(found)), formula)


def _names(assignments: Iterable[Assignment]) -> set[str]:
    """The names that formulas use."""
    return {step.value for one in assignments for step in one.steps if step.kind == "name"}


def _written(place: Place) -> str:
    return place.text[place.start : place.stop]

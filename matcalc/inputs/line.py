"""A line that was read: its text in the language, and where each part of that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from matcalc.errors import MatcalcError, Place
from matcalc.inputs.kinds import Kind, kind_of
from matcalc.inputs.names import Names
from matcalc.inputs.pieces import Places
from matcalc.inputs.tree import Left
from matcalc.variables import Variable


class Line(NamedTuple):
    """A line, read.

    Attributes:
        written: What was typed.
        text: The same in the language of matcalc; an equation has a name on its left side.
        notation: Which notation it was taken to be in: ``matcalc`` where it is in the language.
        said: What was assumed, and what has another name now.
        places: Where the characters of the text come from.
        left: The left side of an equation.
        kind: What the formula gives, where a line of another notation gave it a name.
        ranks: The axes of what is not declared, where its sums over letters say them.
    """

    written: str
    text: str
    notation: str
    said: tuple[str, ...] = ()
    places: Places | None = None
    left: Left | None = None
    kind: Kind | None = None
    ranks: Mapping[str, int] = MappingProxyType({})

    def typed(self, place: Place) -> Place:
        """A place of the text, as a place of what was typed."""
        if self.places is None or place.text != self.text:
            return place
        start, stop = self.places.span(place.start, place.stop)
        if place.start >= len(self.text):
            start = stop = len(self.written)
        return Place(self.written, start, max(stop, start + 1))

    def named(self, name: str, variables: Mapping[str, Variable]) -> str:
        """A name as the text has it, in whatever notation it was typed: ``λ``, ``W^{(2)}``.

        >>> Line("λ x", "lam * x", "math").named("λ", {"lam": Variable("lam", ())})
        'lam'
        """
        if name in variables or self.notation == "matcalc":
            return name
        names = Names({one: kind_of(variable.shape) for one, variable in variables.items()})
        return names.spelled(name)

    def error(self, error: MatcalcError) -> MatcalcError:
        """An error of the text, with its places in what was typed.

        Suggestions keep their words: what they would put in place is in the language.
        """
        if self.places is None:
            return error
        kept = [
            one._replace(place=None, text=one.mended or one.text)
            if one.kind == "write" and one.place is not None and one.place.text == self.text
            else one._replace(place=None)
            for one in error.suggestions
        ]
        places = [self.typed(place) for place in error.places]
        return error.changed(places=places, suggestions=kept)

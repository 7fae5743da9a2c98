"""A reading that was tried: what it came to, or where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from matcalc.dimensions import Dimension
from matcalc.errors import MatcalcError, Place
from matcalc.expression.lines import StepLine
from matcalc.variables import Variable

Variables = Mapping[str, Variable]

_NONE: Mapping[str, Any] = MappingProxyType({})


class Attempt(NamedTuple):
    """A reading in columns, done or stopped.

    Attributes:
        error: Why it stopped, if it did.
        lines: The lines of the formula; none where it cannot be parsed.
        values: What the lines before the one that failed mean.
        variables: The variables, with the sizes that the formula forces.
        forced: What dimensions had to be.
        notes: Where something was assumed.
        known: The names of variables, of dimensions and of parts.
    """

    error: MatcalcError | None
    lines: Sequence[StepLine] = ()
    values: Sequence[Any] = ()
    variables: Variables = _NONE
    forced: Mapping[str, Dimension] = _NONE
    notes: Sequence[Place] = ()
    known: Sequence[str] = ()

    @property
    def failed(self) -> StepLine | None:
        """The line that failed."""
        stopped = self.error is not None and len(self.values) < len(self.lines)
        return self.lines[len(self.values)] if stopped else None

    def holds_at(self, spans: Iterable[range]) -> bool:
        """Whether nothing failed and nothing was assumed where these spans are."""
        failing = [] if self.error is None else list(self.error.places)
        if self.error is not None and not failing:
            return False
        if self.failed is not None:
            failing.append(self.failed.step.place)
        doubtful = [*failing, *self.notes]
        return not any(_meets(place, span) for span in spans for place in doubtful)

    def without_notes_at(self, spans: Sequence[range]) -> Attempt:
        """It, where what is assumed at these spans is no reason to doubt it."""
        kept = [place for place in self.notes if not any(_meets(place, span) for span in spans)]
        return self._replace(notes=kept)

    def forces_only(self, forced: Mapping[str, Dimension], fresh: Iterable[str] = ()) -> bool:
        """Whether no dimension had to be anything but what it had to be before, or is new."""
        new = set(fresh)
        return all(name in new or forced.get(name) == size for name, size in self.forced.items())


Try = Callable[[str, Variables], Attempt]


def _meets(place: Place, span: range) -> bool:
    stop = max(place.stop, place.start + 1)
    return place.start < max(span.stop, span.start + 1) and span.start < stop

"""``I`` beside a square matrix: the identity, of a size that the matrix says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count

from matcalc.errors import NotationError, Place, Suggestion
from matcalc.expression.parser import Assignment, Step

NAME = "I"


def sized(
    assignments: Sequence[Assignment], taken: Collection[str]
) -> tuple[tuple[Assignment, ...], dict[str, Place]]:
    """Write each ``I`` as ``eye`` of a size of its own, unless it is a name of something else.

    Returns:
        The assignments, and the name of each size with the place of the ``I``.
    """
    used = {*taken, *(one.name for one in assignments)}
    if NAME in used:
        return tuple(assignments), {}
    used |= {step.value for one in assignments for step in one.steps}
    free = (f"n_{NAME}{k or ''}" for k in count())
    places: dict[str, Place] = {}

    def spelled(step: Step) -> list[Step]:
        if step.kind != "name" or step.value != NAME:
            return [step]
        name = next(one for one in free if one not in used)
        places[name] = step.place
        return [step._replace(value=name), Step("call", "eye", 1, step.place)]

    found = tuple(
        one._replace(steps=tuple(new for step in one.steps for new in spelled(step)))
        for one in assignments
    )
    return found, places


def refused(place: Place, size: object) -> NotationError:
    """The error of an ``I`` that no square matrix stands beside."""
    return NotationError(
        f"{NAME} is not declared: it is the identity beside a square matrix alone, in a sum or a "
        "matrix product; with a size it is eye(n)",
        [place],
        [Suggestion("write", f"eye({size})", place, "for an identity")],
    )

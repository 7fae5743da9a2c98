"""Postfix order: the steps of a formula, each behind those that it takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from matcalc.errors import Place


class PostfixStep(NamedTuple):
    """One step of a formula in postfix order.

    Attributes:
        kind: ``number``, ``name``, ``operator``, ``negative``, ``transpose``, ``call``, ``text``,
            ``tuple``, ``listed`` or ``subscript``.
        value: The number's digits, the name, the sign; how many parts stand in each row of
            brackets, ``2,2``; what stands behind an array, ``#:,#``.
        takes: How many results of earlier steps it takes.
        place: Where it stands; of an operation, all of it, with the parentheses around it.
        primes: Of a call, how often it is differentiated: ``g'(z)``.
        keywords: Of a call, the names of its last arguments.
    """

    kind: str
    value: str
    takes: int
    place: Place
    primes: int = 0
    keywords: tuple[str, ...] = ()

    @property
    def bare(self) -> Place:
        """Of a name or a number, where it stands without the parentheses around it."""
        text, start, stop = self.place
        inside = _AROUND.search(text, start, stop)
        return Place(text, *inside.span("inside")) if inside else self.place


Part = TypeVar("Part")


def folded(steps: Iterable[PostfixStep], made: Callable[[PostfixStep, list[Part]], Part]) -> Part:
    """What steps in postfix order come to, each made of what those came to that it takes.

    >>> from matcalc.expression.parser import parse
    >>> folded(parse("a + b * c")[0].steps, lambda step, of: "".join([step.value, *of]))
    '+a*bc'
    """
    waiting: list[Part] = []
    for step in steps:
        kept = len(waiting) - step.takes
        waiting[kept:] = [made(step, waiting[kept:])]
    return waiting[-1]


_AROUND = re.compile(r"[(\s]*(?P<inside>[^\s()]+)")

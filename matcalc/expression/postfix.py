"""Postfix order: steps that are done, and what waits until its operands are there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from matcalc.errors import Place
from matcalc.expression.tokens import Token


class Step(NamedTuple):
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


def folded(steps: Iterable[Step], made: Callable[[Step, list[Part]], Part]) -> Part:
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


class Waiting(NamedTuple):
    """Something open on the stack: an operator, a sign, a parenthesis or a call."""

    kind: str
    text: str
    place: Place
    precedence: int
    primes: int = 0


class Stack:
    """The shunting-yard algorithm: operators wait on a stack until their operands are there."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.done: list[Step] = []
        self.starts: list[int] = []  # where each operand on the stack of results starts
        self.waiting: list[Waiting] = []

    def waits(self, kind: str) -> bool:
        """Whether what waits last is of a kind."""
        return bool(self.waiting) and self.waiting[-1].kind == kind

    def unwind(self, precedence: int, *, right: bool) -> None:
        """Reduce what waits and binds tighter, or as tight where that is read from the left."""
        while self.waiting and self.waiting[-1].kind in ("operator", "sign"):
            top = self.waiting[-1]
            if top.precedence < precedence or (right and top.precedence == precedence):
                return
            self.waiting.pop()
            if top.kind == "operator":
                self.reduce(Step("operator", top.text, 2, top.place))
            elif top.text == "-":
                self.reduce(Step("negative", "-", 1, top.place))

    def push(self, step: Step) -> None:
        """A step that takes nothing."""
        self.done.append(step)
        self.starts.append(step.place.start)

    def reduce(self, step: Step) -> None:
        """An operation on the last results; its place is widened to hold its operands."""
        kept = len(self.starts) - step.takes
        first = min([step.place.start, *self.starts[kept:]])
        del self.starts[kept:]
        last = max(step.place.stop, self.done[-1].place.stop if step.takes else 0)
        self.done.append(step._replace(place=Place(step.place.text, first, last)))
        self.starts.append(first)

"""The tree of a line: what the grammar finds, whatever notation it was typed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

OVER = frozenset(["/", "./", "⊘", "frac"])  # the signs of a quotient


class LineNode(NamedTuple):
    """A part of a line.

    Attributes:
        op: ``number name sum chain product negative transpose inverse power call bars norm inner
            total index identity filled listed text keyword``.
        args: The parts that it is made of.
        value: Its name, its number, its signs.
        start: Where it starts in the line.
        stop: Where it ends.
    """

    op: str
    args: tuple[LineNode, ...] = ()
    value: Any = None
    start: int = 0
    stop: int = 0

    def parts(self) -> Iterator[LineNode]:
        """It, and all that is in it."""
        waiting: list[LineNode] = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting += one.args[::-1]

    def uses(self, letters: Sequence[str]) -> bool:
        """Whether one of some letters stands below something in it."""
        wanted = {*letters}
        return any(one.op == "index" and not wanted.isdisjoint(one.value) for one in self.parts())

    def renamed(self, names: Mapping[str, str]) -> LineNode:
        """The same call, its named arguments by other names."""
        changed = (
            one._replace(value=names[one.value])
            if one.op == "keyword" and one.value in names
            else one
            for one in self.args
        )
        return self._replace(args=tuple(changed)) if names else self


class Left(NamedTuple):
    """The left side of an equation.

    Attributes:
        name: What the right side is called in the language: ``dW2``, ``z2``.
        of: What is differentiated, in the language; nothing where that is not said.
        wrt: What it is differentiated by; nothing where the left side is no derivative.
        entry: The place of the entry that is meant, counted from 0; of all of it nothing.
        letters: Those of the places, where the right side gives each entry: ``ij`` of ``dA_ij``;
            of ``∂p_i/∂z_j`` in the order of the layout.
        each: How many values a letter has, where what has it below says so.
        start: Where it starts in the line.
        stop: Where it ends.
        inside: Where what is differentiated starts in the line, and where it ends.
    """

    name: str
    of: str = ""
    wrt: str = ""
    entry: tuple[int, ...] = ()
    letters: str = ""
    each: tuple[tuple[str, Any], ...] = ()
    start: int = 0
    stop: int = 0
    inside: tuple[int, int] = (0, 0)

"""Text in the language that knows which part of a line each of its characters comes from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matcalc.inputs.kinds import Kind

SUM, PRODUCT, SIGN, POWER, ATOM = 1, 2, 3, 4, 5


class Piece(NamedTuple):
    """Some characters of the text, and the span of the line that they come from."""

    text: str
    start: int
    stop: int


class Written(NamedTuple):
    """A part of a line, in the language.

    Attributes:
        pieces: Its text.
        binds: How tightly it binds: ``SUM PRODUCT SIGN POWER ATOM``.
        kind: What it is.
    """

    pieces: tuple[Piece, ...]
    binds: int
    kind: Kind

    @property
    def text(self) -> str:
        """The text alone."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def start(self) -> int:
        """Where it starts in the line."""
        return min(piece.start for piece in self.pieces)

    @property
    def stop(self) -> int:
        """Where it ends in the line."""
        return max(piece.stop for piece in self.pieces)

    def reaching(self, start: int, stop: int) -> Written:
        """The same from and to somewhere in the line: a sign at either end, ``-`` and ``^T``."""
        first, *rest = self.pieces
        pieces = [first._replace(start=min(first.start, start)), *rest]
        pieces[-1] = pieces[-1]._replace(stop=max(pieces[-1].stop, stop))
        return self._replace(pieces=tuple(pieces))

    def within(self, least: int) -> tuple[Piece, ...]:
        """Its pieces, in parentheses where it binds less tightly than it must."""
        if self.binds >= least:
            return self.pieces
        start, stop = self.start, self.stop
        return (Piece("(", start, start + 1), *self.pieces, Piece(")", max(start, stop - 1), stop))


def joined(parts: Iterable[Written | str | tuple[Piece, ...]], binds: int, kind: Kind) -> Written:
    """Parts and signs between them, as one; a sign belongs to what stands around it."""
    listed = [part for part in parts if part != ""]
    pieces: list[Piece] = []
    for k, part in enumerate(listed):
        if not isinstance(part, str):
            pieces += part.pieces if isinstance(part, Written) else part
            continue
        start = pieces[-1].stop if pieces else _first(listed[k + 1 :])
        stop = max(start, _first(listed[k + 1 :], start))
        pieces.append(Piece(part, start, stop))
    return Written(tuple(pieces), binds, kind)


def added(signs: Sequence[int], terms: Sequence[Written], kind: Kind) -> Written:
    """Terms with their signs: 1, or -1."""
    parts: list[str | tuple[Piece, ...]] = []
    for k, (sign, term) in enumerate(zip(signs, terms, strict=True)):
        between = " + " if sign > 0 else " - "
        parts.append(between if k else between.strip(" +"))
        parts.append(term.within(PRODUCT if k or sign < 0 else SUM))
    return joined(parts, SUM, kind)


def commas(parts: Iterable[Written]) -> list[Written | str]:
    """Parts with commas between them."""
    return [one for part in parts for one in (", ", part)][1:]


def _first(parts: Sequence[Written | str | tuple[Piece, ...]], default: int = 0) -> int:
    """Where the first part that comes from the line starts."""
    for part in parts:
        if isinstance(part, Written):
            return part.pieces[0].start
        if not isinstance(part, str):
            return part[0].start
    return default


class Places(NamedTuple):
    """Where the characters of a text come from.

    Attributes:
        starts: Where each piece starts in the text.
        pieces: The pieces.
    """

    starts: tuple[int, ...]
    pieces: tuple[Piece, ...]

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """The span of the line that a span of the text comes from."""
        if not self.pieces:
            return 0, 0
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, max(start, stop - 1)) - 1)
        touched = self.pieces[first : last + 1]
        return min(one.start for one in touched), max(one.stop for one in touched)


def places(pieces: Sequence[Piece]) -> Places:
    """The places of the characters of a text that is made of pieces."""
    starts: list[int] = []
    position = 0
    for piece in pieces:
        starts.append(position)
        position += len(piece.text)
    return Places(tuple(starts), tuple(pieces))

"""A formula as it is given on the command line: assignments, a file or stdin, an expression."""

from __future__ import annotations

import sys
from bisect import bisect
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from matcalc.errors import MatcalcError, Place
from matcalc_cli.failures import UsageError

_BYTES = 1_000_000  # of a file; a formula is shorter
_APART = "; "


class GivenPart(NamedTuple):
    """An assignment or the expression, and where it was written, if that needs saying."""

    text: str
    where: str = ""


class GivenFormula(NamedTuple):
    """All parts of a formula, in their order."""

    parts: tuple[GivenPart, ...]

    @property
    def text(self) -> str:
        """The parts as one formula."""
        return _APART.join(part.text for part in self.parts)

    @contextmanager
    def placing(self) -> Generator[None]:
        """Errors of the whole formula, raised within, as those of the parts that they are about."""
        try:
            yield
        except MatcalcError as error:
            raise self.placed(error) from None

    def placed(self, error: MatcalcError) -> MatcalcError:
        """An error of the whole formula as one of the parts that it is about."""
        whole = self.text
        found: list[str] = []

        def move(place: Place) -> Place:
            if place.text != whole:
                return place
            part, moved = self._part_of(place)
            found.append(part.where)
            return moved

        moved = error.moved(move)
        where = next(filter(None, found), "")
        return moved.changed(message=f"{where}: {moved.stated}") if where else moved

    def _part_of(self, place: Place) -> tuple[GivenPart, Place]:
        """The part that a place of the whole starts in, and the place within it."""
        lengths = [len(part.text) + len(_APART) for part in self.parts]
        starts = [sum(lengths[:k]) for k in range(len(lengths))]
        position = bisect(starts, place.start) - 1
        part, start = self.parts[position], starts[position]
        first = min(place.start - start, len(part.text))
        stop = max(first + 1, min(place.stop - start, len(part.text)))
        return part, Place(part.text, first, stop)


def given_formula(expression: str | None, lets: Sequence[str], file: str | None) -> GivenFormula:
    """The formula that the command line gives: assignments, then a file, then an expression.

    Args:
        expression: The expression; ``-`` for stdin, ``None`` if the file holds it.
        lets: Assignments.
        file: The name of a file; ``-`` for stdin.

    Raises:
        UsageError: There is no expression, or a file cannot be read.
    """
    if expression is None and file is None:
        raise UsageError("what is differentiated? give EXPRESSION, - for stdin, or --file FILE")
    if expression == "-" == file:
        raise UsageError("stdin can be read once: - is the expression or the file")
    parts = [GivenPart(let.strip()) for let in lets]
    if file is not None:
        parts += _lines(_read_file(file), "stdin" if file == "-" else file)
    if expression == "-":
        parts += _lines(_read(sys.stdin.buffer, "stdin"), "stdin")
    elif expression is not None:
        parts.append(GivenPart(expression.strip()))
    return GivenFormula(tuple(parts))


def _read_file(name: str) -> str:
    if name == "-":
        return _read(sys.stdin.buffer, "stdin")
    try:
        with Path(name).open("rb") as stream:
            return _read(stream, name)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror or error}") from None
    except ValueError as error:  # a null character in a name
        raise UsageError(f"cannot read this file: {error}") from None


def _read(stream: BinaryIO, name: str) -> str:
    content = stream.read(_BYTES + 1)
    if len(content) > _BYTES:
        raise UsageError(f"{name} is too long for a formula: over {_BYTES:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not text in UTF-8: byte {error.start}") from None


def _lines(text: str, name: str) -> Iterator[GivenPart]:
    """The formulas of a file: one a line, longer ones inside parentheses; ``#`` starts a comment.

    Raises:
        UsageError: There is none.
    """
    waiting: GivenPart | None = None
    found = False
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        found = True
        if waiting is not None:
            waiting = waiting._replace(text=f"{waiting.text} {content}")
        else:
            waiting = GivenPart(content, f"{name}, line {number}")
        if waiting.text.count("(") <= waiting.text.count(")"):
            yield waiting
            waiting = None
    if waiting is not None:
        yield waiting
    if not found:
        raise UsageError(f"{name} holds no formula")

"""What every command prints with: lines and tables that fit the terminal, colour, JSON."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, TextIOWrapper
from shutil import get_terminal_size
from typing import TextIO

BOLD, RED, GREEN, YELLOW = "1", "1;31", "1;32", "1;33"
_PLAIN = {"∂": "d", "×": "x", "·": "*", "ᵀ": "T", "′": "'", "…": "~", "²": "2", "³": "3"}


def make_printable() -> None:
    """Let a terminal or pipe that has no ∂, × or λ show d, x and lambda, rather than fail."""
    codecs.register_error("matcalc", _plainly)
    if sys.stdout is None:  # closed by who called
        sys.stdout = TextIOWrapper(BytesIO(), "utf-8")
    if sys.stderr is None:
        sys.stderr = TextIOWrapper(BytesIO(), "utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="matcalc")


def is_lost() -> bool:
    """Whether something was written to a stdout that is closed."""
    return sys.__stdout__ is None and sys.stdout.buffer.tell() > 0


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from matcalc.notation.names import greek_word  # noqa: PLC0415 - few terminals need it

    character = error.object[error.start]
    return _PLAIN.get(character) or greek_word(character) or "?", error.start + 1


def write(lines: Iterable[str], stream: TextIO | None = None) -> None:
    """Write lines, to stdout unless told otherwise."""
    (stream or sys.stdout).write("".join(f"{line}\n" for line in lines))


def write_json(document: Mapping[str, object]) -> None:
    """Write one JSON document on one line."""
    from json import dumps  # noqa: PLC0415 - most runs print text, and starting up is counted

    encoding = sys.stdout.encoding.lower().replace("-", "")
    write([dumps(document, ensure_ascii=encoding != "utf8")])


def width() -> int:
    """The number of columns to fill: those of the terminal, at most 100; 80 in a pipe."""
    return max(40, min(get_terminal_size().columns, 100))


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """The text in colour, if the stream is a terminal that wants it."""
    shown_on = sys.stdout if stream is None else stream
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    if plain or not text or not shown_on.isatty():
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"


def heading(text: str) -> str:
    """A heading, bold where there is colour."""
    return paint(text, BOLD)


def table(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows as lines with aligned columns; where they are too wide, the last cell goes below."""
    columns = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if len(indent) + sum(columns) + 2 * (len(columns) - 1) <= width():
        return [_aligned(row, columns, indent) for row in rows]
    lines: list[str] = []
    for row in rows:
        lines += [_aligned(row[:-1], columns[:-1], indent), f"{indent}  {row[-1]}".rstrip()]
    return lines


def _aligned(row: Sequence[str], columns: Sequence[int], indent: str) -> str:
    cells = (cell.ljust(size) for cell, size in zip(row, columns, strict=True))
    return f"{indent}{'  '.join(cells)}".rstrip()


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def assumption(scalars: Sequence[str]) -> list[str]:
    """A line that says which variables were given no shape."""
    if not scalars:
        return []
    return [f"{listed(scalars)} taken as {'scalars' if len(scalars) > 1 else 'a scalar'}"]

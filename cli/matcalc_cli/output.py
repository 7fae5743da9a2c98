"""What every command prints with: lines and tables that fit the terminal, colour, JSON."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, TextIOWrapper
from shutil import get_terminal_size
from textwrap import wrap
from typing import TextIO

from matcalc.errors import listed, printable

BOLD, RED, GREEN, YELLOW = "1", "1;31", "1;32", "1;33"
_SIGNS = "∂ᵀ⊙−σ₂δ↦Σ"  # what has these has the signs of mathematics
_colour = "auto"


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
    return _plain(error.object[error.start : error.end]), error.end


def _plain(text: str) -> str:
    from matcalc.notation.printers.plain import plain  # noqa: PLC0415 - few terminals need it

    return plain(text)


def shows_signs(stream: TextIO | None = None) -> bool:
    """Whether a stream, stdout unless told otherwise, has the signs of mathematics."""
    try:
        _SIGNS.encode((stream or sys.stdout).encoding)
    except UnicodeEncodeError:
        return False
    return True


def written(text: str, stream: TextIO | None = None) -> str:
    """A text as a stream shows it: with its signs spelled where it has not all of them."""
    return text if text.isascii() or shows_signs(stream) else _plain(text)


def write(lines: Iterable[str], stream: TextIO | None = None) -> None:
    """Write lines, to stdout unless told otherwise."""
    (stream or sys.stdout).write("".join(f"{written(line, stream)}\n" for line in lines))


def write_page(lines: Iterable[str]) -> None:
    """Write what is for a file: in UTF-8, but for a terminal of other letters."""
    if sys.stdout.isatty():
        write(lines)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())


def write_json(document: Mapping[str, object]) -> None:
    """Write one JSON document on one line."""
    from json import dumps  # noqa: PLC0415 - most runs print text, and starting up is counted

    encoding = sys.stdout.encoding.lower().replace("-", "")
    write([dumps(document, ensure_ascii=encoding != "utf8")])


def width() -> int:
    """The number of columns to fill: those of the terminal, at most 100; 80 in a pipe."""
    return max(40, min(get_terminal_size().columns, 100))


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """The text in colour, if the stream wants it."""
    shown_on = sys.stdout if stream is None else stream
    if not text or not _is_coloured(shown_on):
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"


def set_colour(when: str) -> None:
    """Choose when there is colour: ``auto``, ``always`` or ``never``."""
    global _colour  # noqa: PLW0603 - a process has one command line
    _colour = when


def _is_coloured(stream: TextIO) -> bool:
    """What --color says; else what the environment does; else whether it is a terminal."""
    if _colour != "auto":
        return _colour == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") != "0":
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def heading(text: str) -> str:
    """A heading, bold where there is colour."""
    return paint(text, BOLD)


def table(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows as lines with aligned columns; where they are too wide, the last cell goes below."""
    rows = [[written(cell) for cell in row] for row in rows]
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


def shell_lines(words: Sequence[str], room: int) -> list[str]:
    r"""A command line, each word quoted as it needs, broken between words where the room ends.

    >>> shell_lines(["matcalc", "fit", "y = ? @ x"], 20)
    ['matcalc fit \\', "    'y = ? @ x'"]
    """
    from shlex import quote  # noqa: PLC0415 - few runs show a command

    lines = [words[0]]
    for word in map(quote, words[1:]):
        if len(lines[-1]) + len(word) + 3 > room:
            lines[-1] += " \\"
            lines.append(f"    {word}")
        else:
            lines[-1] += f" {word}"
    return lines


def wrapped(text: str, first: str = "", others: str = "") -> list[str]:
    """Lines of a text that fit the terminal, broken at spaces alone."""
    return wrap(
        printable(text),
        width(),
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]


def paragraph(text: str) -> list[str]:
    """A text below an empty line."""
    return ["", *wrapped(text)]


def document(record: object, names: str, **told: object) -> dict[str, object]:
    """A record as JSON has it: its attributes of some names, in this order, or what is told."""
    return {name: told[name] if name in told else getattr(record, name) for name in names.split()}


def assumption(scalars: Sequence[str]) -> list[str]:
    """A line that says which variables were given no shape."""
    if not scalars:
        return []
    return [f"{listed(scalars)} taken as {'scalars' if len(scalars) > 1 else 'a scalar'}"]

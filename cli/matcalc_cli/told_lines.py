"""An answer as lines for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TypeVar

from matcalc.claims.answer import Checked
from matcalc.claims.families import CAUSES, Family
from matcalc.claims.telling import TITLES
from matcalc.errors import printable
from matcalc.notation.parts import (
    AlignedShapes,
    AnswerPart,
    Cell,
    Drawn,
    FormulaPart,
    Item,
    Marked,
    Rows,
)
from matcalc.notation.printers.line_breaks import formula_lines
from matcalc.notation.shown import Shown, told
from matcalc_cli.output import (
    BOLD,
    GREEN,
    RED,
    YELLOW,
    paint,
    shell_lines,
    width,
    wrapped,
    write,
    write_json,
)

Answer = TypeVar("Answer", bound=Shown)

_COLOURS = {"plain": BOLD, "right": GREEN, "wrong": RED, "unsure": YELLOW}


def show(
    found: Answer, described: Callable[[Answer], Mapping[str, object]], *, as_json: bool
) -> None:
    """Write an answer, as lines or as one JSON document."""
    if as_json:
        write_json(described(found))
    else:
        write(told_lines(found))


def told_lines(found: Shown) -> Iterator[str]:
    """All that is said of an answer."""
    for k, part in enumerate(told(found)):
        if k:
            yield ""
        yield from _part(part)


def _part(part: AnswerPart) -> Iterator[str]:
    """A part; sentences under no title stand at the margin."""
    if part.title:
        title, *rest = wrapped(part.title, "", "  ")
        yield paint(title, _COLOURS[part.mood])
        yield from rest
    before: Item | None = None
    for k, item in enumerate(part.items):
        alike = (
            isinstance(item, FormulaPart) and isinstance(before, FormulaPart) and not before.note
        )
        alike |= isinstance(item, str) and isinstance(before, str)
        yield from [""] if not alike and (k or part.title) else []
        yield from _item(item, "  " if part.title else "")
        before = item


def _item(item: Item, indent: str) -> Iterator[str]:
    if isinstance(item, AlignedShapes):
        yield from aligned_lines(item, width())
    elif isinstance(item, Marked):
        yield from marked_lines(item, width())
    elif isinstance(item, FormulaPart):
        lines = formula_lines(printable(item.text), width())
        if item.note and len(lines[-1]) + 6 + len(item.note) <= width():
            lines[-1] += f"      {item.note}"
        elif item.note:
            lines += wrapped(item.note, "    ", "    ")
        yield from lines
    elif isinstance(item, Rows):
        yield from _rows(item.rows)
    elif isinstance(item, Drawn):
        yield from (f"  {line}".rstrip() for line in item.lines)
    else:
        yield from wrapped(item, indent, indent)


def _rows(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with aligned columns; where they are too wide, what follows a formula goes below."""
    columns = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if 2 + sum(columns) + 3 * (len(columns) - 1) <= width():
        return [
            ("  " + "   ".join(c.ljust(n) for c, n in zip(row, columns, strict=True))).rstrip()
            for row in rows
        ]
    lines: list[str] = []
    for first, *others in rows:
        if len(first) == 1:  # a sign and a formula
            text, *more = others
            shown = formula_lines(f"{first} {text}", width())
            lines += [*shown, *(f"      {one}" for one in more if one)]
        else:
            lines += formula_lines(first, width())
            lines += wrapped("   ".join(filter(None, others)), "      ", "      ")
    return lines


def aligned_lines(item: AlignedShapes, room: int) -> Iterator[str]:
    """A line with a shape under each factor, and under the signs what does not fit."""
    row: list[Cell] = []
    used = 2
    for cell in item.cells:
        size = len(cell.sign) + 2 + max(len(cell.above), len(cell.below))
        if row and used + size > room:
            yield from _row(row)
            yield ""
            row, used = [], 2
        row.append(cell)
        used += size
    yield from _row(row)


def _row(cells: Sequence[Cell]) -> Iterator[str]:
    above = below = "  "
    marks: list[tuple[int, str]] = []
    for cell in cells:
        between = f" {cell.sign} " if above.strip() and cell.sign else cell.sign + " "
        between = between if cell.sign else " " * bool(above.strip())
        if cell.clash:
            marks.append((len(above) + len(between) // 2, f"✗ {cell.clash}"))
        size = max(len(cell.above), len(cell.below))
        if cell.within:
            marks.append((len(above) + len(between) + size // 2, f"✗ {cell.within}"))
        above += between + printable(cell.above).center(size)
        below += " " * len(between) + cell.below.center(size)
    yield above.rstrip()
    if below.strip():
        yield below.rstrip()
    yield from (paint(line, RED) for line in _mark_lines(marks))


def _mark_lines(marks: Sequence[tuple[int, str]]) -> list[str]:
    """Marks centred under their places, on as few lines as they need."""
    lines: list[str] = []
    for middle, text in marks:
        start = max(2, middle - len(text) // 2)
        for k, line in enumerate(lines):
            if len(line) + 2 <= start:
                lines[k] = line.ljust(start) + text
                break
        else:
            lines.append(" " * start + text)
    return lines


def marked_lines(item: Marked, room: int) -> Iterator[str]:
    """What was typed, with carets under a place; long lines go on below, nothing is left out."""
    text = printable(item.text.replace("\n", " "))
    start, end = max(0, item.start), max(item.start + 1, item.end)
    at = 0
    for line in wrap(text, room - 2, drop_whitespace=False, break_on_hyphens=False) or [""]:
        yield f"  {line}".rstrip()
        first, last = max(start, at) - at, min(end, at + len(line)) - at
        if first < last:
            carets = "".join(
                "^" if line[k] != " " or first < k < last - 1 else " " for k in range(first, last)
            )
            yield paint(f"  {' ' * first}{carets}".rstrip(), RED)
        at += len(line)
    if start >= len(text):
        yield paint(f"  {' ' * min(start, room - 3)}^", RED)


def short_lines(found: Checked) -> Iterator[str]:
    """The verdict, the place with its cause, and the repair: a line each."""
    title = TITLES[found.verdict].lower()
    yield from wrapped(f"{title}: {found.reason}" if found.reason else title, "", "  ")
    for cause in found.causes[:1]:
        place = " ".join(found.claim[cause.start : cause.end].split())
        first, last = cause.start + 1, cause.end
        where = f"characters {first} to {last}" if first < last else f"character {first}"
        at = f"at {place} ({where})"
        says = cause.says or CAUSES.get(cause.name, "")
        yield from wrapped(f"{cause.name or 'look'} {at}" + (f": {says}" if says else ""), "", "  ")
    if found.repair:
        word = "the derivative" if found.sure == "rewrite" else "repaired"
        yield from formula_lines(f"{word}: {found.repair}", width(), "")


def family_lines(family: Family, name: str) -> Iterator[str]:
    """What is known of a family of mistakes."""
    yield paint(family.title, BOLD)
    for cause in family.causes:
        sign = "→" if cause == name else " "
        yield from wrapped(f"{sign} {cause}: {CAUSES[cause]}", "  ", "      ")
    for title, text in _sections(family):
        yield from ("", paint(title, BOLD), "")
        yield from wrapped(text, "  ", "  ")
    yield from ("", paint("An example", BOLD), "", *example_lines(family))
    yield from ("", paint("Read on", BOLD), "")
    yield from (f"  {lesson.label}" for lesson in family.lessons)


def _sections(family: Family) -> Iterator[tuple[str, str]]:
    yield "What it looks like", family.looks
    yield "Why it happens", family.why
    yield "How to see it", family.see
    yield "How to mend it", family.mend


def example_lines(family: Family) -> list[str]:
    """The command of an example, broken where the terminal ends."""
    words = ["matcalc", "check", *family.example]
    return [f"  {line}" for line in shell_lines(words, width() - 2)]

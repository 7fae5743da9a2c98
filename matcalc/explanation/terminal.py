"""An explanation as lines for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap

from matcalc.explanation.model import Chain, Code, Equation, Item, Section, Table
from matcalc.notation.chains import column_lines
from matcalc.notation.printers.line_breaks import formula_lines
from matcalc.notation.printers.plain import plain

_LEFT = 24  # the widest left side that others are aligned with

Line = tuple[str, bool]  # a line, and whether it is a heading


Spelled = Callable[[str], str]


def text_lines(
    title: str, sections: Sequence[Section], width: int, *, ascii_only: bool = False
) -> Iterator[Line]:
    """All lines, each with whether it is a heading; signs are spelled before they are aligned."""
    spelled: Spelled = plain if ascii_only else str
    yield from ((line, True) for line in _wrapped(spelled(title), width, "", ""))
    for number, section in enumerate(sections, 1):
        yield "", False
        yield f"{number}. {spelled(section.title)}", True
        for group in _groups(section.items):
            yield "", False
            yield from ((line, False) for line in _lines(group, width, spelled))


def _groups(items: Sequence[Item]) -> list[list[Item]]:
    """Items, equations that follow one another together."""
    groups: list[list[Item]] = []
    for item in items:
        if groups and isinstance(item, Equation) and isinstance(groups[-1][-1], Equation):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _lines(group: Sequence[Item], width: int, spelled: Spelled) -> list[str]:
    equations = [item for item in group if isinstance(item, Equation)]
    if equations:
        return _equations(equations, width, spelled)
    (item,) = group
    if isinstance(item, Chain):
        columns = [(spelled(above), spelled(below)) for above, below in item.columns]
        return [f"  {line}" for line in column_lines(columns, width - 2)]
    if isinstance(item, Table):
        rows = tuple(tuple(map(spelled, row)) for row in item.rows)
        return _table(item._replace(rows=rows), width)
    if isinstance(item, Code):
        return [f"  {line}".rstrip() for line in spelled(item.source.rstrip()).splitlines()]
    return _wrapped(spelled(str(item)), width, "  ", "  ")


def _equations(equations: Sequence[Equation], width: int, spelled: Spelled) -> list[str]:
    """Equations under one another, their signs aligned, the shape at the right."""
    names = [spelled(one.left.unicode) for one in equations]
    left = max((len(one) for one in names if len(one) <= _LEFT), default=0)
    lines: list[str] = []
    for one, name in zip(equations, names, strict=True):
        start = ("" if one.again else name).ljust(left)
        found = formula_lines(f"{start} = {spelled(one.right.unicode)}", width, "  ")
        room = width - len(found[-1]) - 2
        shape = spelled(one.title)
        if shape and len(shape) <= room:
            found[-1] = found[-1] + " " * (room - len(shape) + 2) + shape
        elif shape:
            found.append(shape.rjust(width))
        lines += found
        if one.note:
            indent = " " * min(left + 5, 20)
            lines += _wrapped(spelled(one.note), width, indent, indent)
    return lines


def _table(item: Table, width: int) -> list[str]:
    """Rows with aligned columns; where they are too wide, the last cells go below."""
    count = max(map(len, item.rows))
    columns = [max(len(row[k]) for row in item.rows if k < len(row)) for k in range(count)]
    if 2 + sum(columns) + 2 * (count - 1) <= width:
        return [_row(row, columns) for row in item.rows]
    lines: list[str] = []
    for first, *rest in item.rows[item.head :]:
        lines += _wrapped(f"{first}: {rest[0]}", width, "  ", "      ")
        for cell in rest[1:]:
            lines += _wrapped(cell, width, "      ", "      ")
    return lines


def _row(row: Sequence[str], columns: Sequence[int]) -> str:
    cells = (cell.ljust(size) for cell, size in zip(row, columns, strict=False))
    return f"  {'  '.join(cells)}".rstrip()


def _wrapped(text: str, width: int, first: str, others: str) -> list[str]:
    return wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )

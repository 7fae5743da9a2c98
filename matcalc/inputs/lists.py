"""Lists of parts in brackets: columns, rows, matrices by their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from matcalc.inputs import kinds
from matcalc.inputs.kinds import Kind
from matcalc.inputs.pieces import ATOM, PRODUCT, Written, commas, joined
from matcalc.inputs.speller import Speller
from matcalc.inputs.tree import LineNode


def listed(writer: Speller, node: LineNode) -> Written:
    """A vector of entries; of equal numbers, ones."""
    node = _apart(writer, node)
    numbers = {one.value for one in node.args if one.op == "number"}
    rows = node.value
    flat = rows == "(" or len(rows) == 1 or all(count == 1 for count in rows)
    if flat and len(numbers) == 1 and all(one.op == "number" for one in node.args):
        (digits,) = numbers
        count = len(node.args)
        ones = f"zeros({count})" if float(_value(digits)) == 0 else f"ones({count})"
        text = ones if digits in ("0", "1") else f"{digits} * {ones}"
        lies = rows != "(" and len(rows) == 1
        text = f"{text}.T" if lies and digits in ("0", "1") else text
        kind = Kind(1, (count,), row=lies)
        return writer.atom(node, text, kind, ATOM if digits in ("0", "1") else PRODUCT)
    parts: list[Written | str] = ["["]
    counts = [1] * len(node.args) if rows == "(" else list(rows)
    entries = iter(node.args)
    if rows != "(" and rows == (len(node.args),) and all(map(_is_row, node.args)):
        return _nested(writer, node)
    written: list[Written] = []
    for k, count in enumerate(counts):
        parts.append("; " if k else "")
        for j in range(count):
            entry = next(entries)
            below = count == 1 and len(counts) > 1
            may_be_row = below or is_row(writer, entry, alone=count == 1)
            if writer.line[node.start] == "[" and may_be_row:
                refuse_spaced(writer, entry)
            written.append(writer.write(entry))
            parts += [", " if j else "", written[-1]]
    parts.append("]")
    return joined(parts, ATOM, _kind_of_list(counts, written))


def _apart(writer: Speller, node: LineNode) -> LineNode:
    """A list with the declared arrays apart in each row that has no comma, ``[A B; B' C]``."""
    if node.value == "(" or writer.names.open:
        return node
    entries = iter(node.args)
    rows = [
        beside(writer, next(entries)) if count == 1 else [next(entries) for _ in range(count)]
        for count in node.value
    ]
    parts = tuple(part for row in rows for part in row)
    return node._replace(args=parts, value=tuple(map(len, rows)))


def beside(writer: Speller, node: LineNode) -> Sequence[LineNode]:
    """The arrays that white space holds apart; the part itself where it is anything else."""
    apart = node.op == "product" and all(node.value)
    bases = [one.args[0] if one.op == "transpose" else one for one in node.args]
    names = all(one.op == "name" and writer.names.kind(one.value).rank for one in bases)
    return node.args if apart and names else (node,)


def _nested(writer: Speller, node: LineNode) -> Written:
    """``[[a, b], [c, d]]``: a row in each inner bracket."""
    rows = [[writer.write(part) for part in row.args] for row in node.args]
    parts: list[Written | str] = []
    for row in rows:
        parts += [", [" if parts else "[[", *commas(row), "]"]
    numbers = all(len(row) == 1 and row[0].kind.is_number for row in rows)
    kind = Kind(1, (len(rows),)) if numbers else kinds.MATRIX
    return joined([*parts, "]"], ATOM, kind)


def refuse_spaced(writer: Speller, node: LineNode) -> None:
    """Refuse a row of which white space alone says what its parts are.

    Raises:
        NotationError: It is such a row.
    """
    if any(_is_spaced(writer, one) for one in _open(node)):
        raise writer.fail(
            node,
            f"{writer.shown(node)} may be one part or several: parts of a row stand apart by "
            "commas, [a, b; c, d]",
        )


def _is_spaced(writer: Speller, node: LineNode) -> bool:
    """Whether white space, or a sign on one side of it, stands between parts."""
    typed = writer.line[node.start : node.stop]
    spaced = node.op == "product" and any(node.value)
    return spaced or (node.op == "sum" and bool(re.search(r"\S\s+[-+]\S", typed)))


def is_row(writer: Speller, node: LineNode, *, alone: bool = True) -> bool:
    """Whether what stands side by side in square brackets may be a row, as of MATLAB.

    Beside a comma, 2 x[0] is a product, and 2 3 is none.
    """
    if alone and writer.notation == "matlab":
        return True
    parts = {"number", "entry"} if alone else {"number"}
    return any(
        one.op == "product" and any({a.op, b.op} <= parts for a, b in pairwise(one.args))
        for one in _open(node)
    )


def _open(node: LineNode) -> Iterator[LineNode]:
    """A part, and what is in it without brackets."""
    yield node
    if node.op in ("sum", "chain", "product", "negative"):
        for one in node.args:
            yield from _open(one)


def _is_row(node: LineNode) -> bool:
    """Whether a part of a list is a list of one row."""
    of_several = node.op == "listed" and node.value != "(" and len(node.value) == 1
    return of_several or (node.op == "group" and node.value == "[")


def _kind_of_list(counts: Sequence[int], parts: Sequence[Written]) -> Kind:
    """What parts in rows make: a vector where all stand in one column, or lie in one row."""
    known = [one.kind for one in parts]
    if all(count == 1 for count in counts) and all(k.is_number or k.is_column for k in known):
        return Kind(1, (len(counts) if all(k.is_number for k in known) else None,))
    if len(counts) == 1 and all(k.is_number or k.is_row for k in known):
        return Kind(1, (len(parts) if all(k.is_number for k in known) else None,), row=True)
    return kinds.MATRIX


def _value(digits: str) -> float:
    above, _, below = digits.partition("/")
    return float(above) / float(below or 1)

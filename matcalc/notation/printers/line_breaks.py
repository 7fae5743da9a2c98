"""Formulas that fit the terminal: names on lines of their own, long lines broken at operators."""

from __future__ import annotations

_SIGNS = frozenset("=+-−*/@⊙⊘⊗·↦")
_SUMS = frozenset("+-−")


def formula_lines(formula: str, width: int, indent: str = "  ") -> list[str]:
    r"""The lines of a formula; a part that does not fit goes on further to the right.

    >>> print(*formula_lines("t = a + b; t (c − d) ⊙ e", 80), sep="\n")
      t = a + b
      t (c − d) ⊙ e
    >>> print(*formula_lines("f(x) (c − d) + e f + g", 20), sep="\n")
      f(x) (c − d) + e f
        + g
    """
    found: list[str] = []
    for part in _apart(formula, "; "):
        rows = _table(part)
        found += _aligned(rows, indent) if rows else _broken(part, width, indent, indent + "  ")
    return found


def _apart(text: str, sign: str) -> list[str]:
    """Text at a sign outside brackets."""
    parts, depth, start = [""], 0, 0
    while start < len(text):
        if depth == 0 and text.startswith(sign, start):
            parts.append("")
            start += len(sign)
            continue
        depth += (text[start] in "([{") - (text[start] in ")]}")
        parts[-1] += text[start]
        start += 1
    return parts


def _table(text: str) -> list[list[str]]:
    """The rows of a table of several; nothing of any other formula."""
    if text[:1] != "[" or text[-1:] != "]" or "]" in _apart(text[1:-1], "]")[1:]:
        return []
    rows = _apart(text[1:-1], ", ")
    nested = all(row[:1] == "[" and row[-1:] == "]" for row in rows)
    return [_apart(row[1:-1], ", ") for row in rows] if nested and len(rows) > 1 else []


def _aligned(rows: list[list[str]], indent: str) -> list[str]:
    """A table, its columns under each other."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    shown = [
        ",  ".join(part.ljust(width) for part, width in zip(row, widths, strict=True))
        for row in rows
    ]
    last = len(shown) - 1
    return [
        f"{indent}{' ' if k else '['}[ {row} ]{']' if k == last else ','}"
        for k, row in enumerate(shown)
    ]


def _broken(text: str, width: int, first: str, others: str) -> list[str]:
    lines: list[str] = []
    indent = first
    while len(indent) + len(text) > width:
        at = _place(text, width - len(indent))
        if at is None:
            break
        lines.append(indent + text[:at])
        text = text[at + 1 :]
        indent = others
    return [*lines, indent + text]


def _place(text: str, room: int) -> int | None:
    """The space to break a line at: where few parentheses are open, before a sign, far right."""
    spaces = _spaces(text)
    fitting = [space for space in spaces if space[-1] <= room] or spaces[:1]
    far = [space for space in fitting if space[-1] > room // 2] or fitting
    return min(far, key=lambda space: (space[0], space[1], -space[2]))[-1] if far else None


def _spaces(text: str) -> list[tuple[int, int, int]]:
    """Each space that a line may end at: parentheses open, whether no sum is there, and where."""
    found: list[tuple[int, int, int]] = []
    depth = 0
    quoted = False
    for k, character in enumerate(text):
        quoted ^= character == '"'
        depth += (character in "([") - (character in ")]")
        if character == " " and not quoted and text[k - 1] not in _SIGNS:
            found.append((depth, int(text[k + 1 : k + 2] not in _SUMS), k))
    return found

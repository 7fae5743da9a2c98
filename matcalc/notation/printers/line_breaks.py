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
    return [
        line for part in formula.split("; ") for line in _broken(part, width, indent, indent + "  ")
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

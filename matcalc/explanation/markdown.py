"""An explanation in Markdown with LaTeX, as GitHub and notebooks show it; and its LaTeX alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcalc.explanation.model import Chain, Code, Equation, Item, Section, Table
from matcalc.notation.printers.plain import plain

_SPECIAL = re.compile(r"([\\`*_\[\]<>|$])")


def markdown(title: str, sections: Sequence[Section]) -> str:
    """The whole as Markdown."""
    parts = [f"# {_prose(title)}"]
    for number, section in enumerate(sections, 1):
        parts.append(f"## {number}. {_prose(section.title)}")
        parts += [_item(item) for item in section.items]
    return "\n\n".join(parts) + "\n"


def _item(item: Item) -> str:
    if isinstance(item, Equation):
        return _equation(item)
    if isinstance(item, Chain):
        return _display(item.latex)
    if isinstance(item, Table):
        return _table(item)
    if isinstance(item, Code):
        return f"```python\n{item.source.rstrip()}\n```"
    return _prose(item)


def _equation(one: Equation) -> str:
    note = f"\n\n{_prose(one.note)}" if one.note else ""
    title = rf" \qquad {_shape(one.title)}" if one.title else ""
    return _display(f"{one.left.latex} = {one.right.latex}{title}") + note


def _shape(title: str) -> str:
    if "×" not in title:
        return rf"\text{{{title}}}"
    sizes = title.replace("_", r"\_").replace("*", r" \cdot ").split("×")
    return "(" + r" \times ".join(sizes) + ")"


def _display(formula: str) -> str:
    """A formula on its own; in a fence, where no sign of Markdown can hurt it."""
    plain = formula.replace(r"\operatorname{", r"\mathrm{")  # which GitHub does not allow
    return f"```math\n{plain}\n```"


def _table(item: Table) -> str:
    rows = [[_prose(cell) for cell in row] for row in item.rows]
    head, body = (rows[0], rows[1:]) if item.head else ([""] * len(rows[0]), rows)
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _prose(text: str) -> str:
    """Text with the signs of Markdown as they are."""
    return _SPECIAL.sub(r"\\\1", text)


def latex_page(title: str, sections: Sequence[Section]) -> str:
    """Every formula as a display, for amsmath; titles and notes are comments."""
    lines = [f"% {plain(title)}"]
    for number, section in enumerate(sections, 1):
        lines += ["", f"% {number}. {plain(section.title)}"]
        for item in section.items:
            if isinstance(item, Equation):
                lines += [f"% {plain(item.note)}"] if item.note else []
                lines.append(rf"\[ {item.left.latex} = {item.right.latex} \]")
            elif isinstance(item, Chain):
                lines.append(rf"\[ {item.latex} \]")
    return "\n".join(lines) + "\n"

"""The formulas of an explanation in LaTeX, for a paper that has its own words."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.explanation.model import Chain, Equation, Section
from matcalc.notation.printers.plain import plain


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

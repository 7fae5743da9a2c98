"""A derivation, step by step, as ``matcalc derive --steps`` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from matcalc_cli.output import heading, shows_signs, width

if TYPE_CHECKING:  # they load NumPy, which --help does without
    from matcalc.explanation import Explanation

Page = Literal["markdown", "html", "latex"]
Level = Literal["short", "full"]
PAGES: tuple[Page, ...] = ("markdown", "html", "latex")


def explanation_lines(found: Sequence[Explanation], page: str | None) -> list[str]:
    """Lines for a person, or a page for a file."""
    if page in PAGES:
        return [line for one in found for line in getattr(one, page).splitlines()]
    lines: list[str] = []
    for one in found:
        lines += [""] * bool(lines)
        lines += [
            heading(line) if bold else line
            for line, bold in one.lines(width(), ascii_only=not shows_signs())
        ]
    return lines


def explanation_document(found: Sequence[Explanation]) -> dict[str, object]:
    """The explanations as JSON has them."""
    return {"explanations": [one.to_json() for one in found]}

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


def explained(
    formula: str,
    names: Sequence[str],
    variables: Sequence[str],
    layout: str,
    level: Level,
    order: int = 1,
    notation: str | None = None,
) -> list[Explanation]:
    """An explanation for each name."""
    from matcalc.explanation import explain  # noqa: PLC0415 - most runs explain nothing

    return [
        explain(
            formula,
            wrt=name,
            variables=variables,
            layout=layout,
            level=level,
            order=order,
            notation=notation,
        )
        for name in dict.fromkeys(names)
    ]


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

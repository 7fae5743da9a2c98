"""A derivation, step by step, as ``matcalc derive --steps`` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from matcalc_cli.output import heading, width

if TYPE_CHECKING:  # they load NumPy, which --help does without
    from matcalc.explanation import Explanation

Page = Literal["markdown", "html"]
Level = Literal["short", "full"]
PAGES: tuple[Page, ...] = ("markdown", "html")


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
    if page == "markdown":
        return [line for one in found for line in one.markdown.splitlines()]
    if page == "html":
        return [line for one in found for line in one.html.splitlines()]
    lines: list[str] = []
    for one in found:
        lines += [""] * bool(lines)
        lines += [heading(line) if bold else line for line, bold in one.lines(width())]
    return lines


def explanation_document(found: Sequence[Explanation]) -> dict[str, object]:
    """The explanations as JSON has them."""
    return {"explanations": [one.to_json() for one in found]}

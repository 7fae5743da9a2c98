"""``matcalc convert --formula``: a formula from one layout to the other, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matcalc.diagnosis.transposition import ConvertedFormula
from matcalc.diagnosis.transposition import convert_formula as converted
from matcalc.errors import LayoutError
from matcalc.layout import OTHER, find_layout
from matcalc_cli.failures import UsageError
from matcalc_cli.output import document
from matcalc_cli.told_lines import show


def convert_formula(
    formula: str,
    variables: Sequence[str],
    source: str | None,
    target: str | None,
    notation: str | None = None,
    *,
    steps: bool,
    as_json: bool,
) -> None:
    """Print a formula in the other layout.

    Args:
        formula: The formula.
        variables: The declarations of its variables.
        source: The layout it is in; where it is not said, what is not the target.
        target: The layout to bring it to.
        notation: That of the formula.
        steps: Whether to print the lines between.
        as_json: Whether to print one JSON document.
    """
    before = _layout("--from", source or OTHER.get(target or "", "numerator"))
    after = _layout("--to", target or OTHER[before])
    found = converted(formula, variables=variables, source=before, target=after, notation=notation)
    show(found if steps or as_json else replace(found, steps=()), _document, as_json=as_json)


def _layout(option: str, name: str) -> str:
    try:
        return find_layout(name).name
    except LayoutError as error:
        raise UsageError(f"{option}: {error.message}") from None


def _document(found: ConvertedFormula) -> dict[str, object]:
    steps = [document(step, "text rule") for step in found.steps]
    layouts = {"from": found.source, "to": found.target}
    names = "formula from to text shape_from shape_to notes assumptions steps"
    return document(found, names, **layouts, steps=steps)

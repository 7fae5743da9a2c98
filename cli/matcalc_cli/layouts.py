"""``matcalc layouts``: what each convention makes of a derivative, and who uses it."""

from __future__ import annotations

from matcalc.diagnosis.sources import USAGES, Usage
from matcalc.dimensions import Shape, times
from matcalc.layout import TABLE, LayoutRow
from matcalc_cli.arguments import Json
from matcalc_cli.output import heading, paragraph, table, wrapped, write, write_json

_RULES = {
    "numerator": "numerator layout: the axes of y, then the axes of x reversed",
    "denominator": "denominator layout: the axes of x, then the axes of y reversed",
    "mixed": "mixed: the axes of y, then the axes of x; a gradient is a column",
    "jax": "jax: the axes of y, then the axes of x; a vector stays one-dimensional",
    "vec": "vec: y and x flattened, by columns (vec-F) or by rows (vec-C)",
}
_COMPOSE = (
    "Vectors are columns. Numerator and denominator are layouts, which compose: a chain is "
    "multiplied from the outside in in the one, and by appending to the left in the other. "
    "The others are conventions, to read in and write out."
)
_WHO = (
    "Who uses which: y is a vector of m, x one of n, Y is m×n and X is p×q. A source is under "
    "the convention that fits it best, with what shows it."
)


def layouts(as_json: Json = False) -> None:
    """The layouts and conventions, and who uses which."""
    if as_json:
        rows = [cell._asdict() for cell in TABLE]
        write_json({"table": rows, "usages": [usage._asdict() for usage in USAGES]})
        return
    lines = [heading("The shape of ∂y/∂x"), "", *_shapes(), "", *wrapped(_COMPOSE)]
    lines += paragraph(_WHO)
    for name, rule in _RULES.items():
        lines += ["", heading(rule)]
        for usage in USAGES:
            if usage.convention == name:
                lines += ["", *_described(usage)]
    write(lines)


def _shapes() -> list[str]:
    """The table of every scalar, vector and matrix by every other."""
    rows = [("y", "x", *LayoutRow._fields[2:])]
    rows += [(_kind(cell.of), _kind(cell.wrt), *cell[2:]) for cell in TABLE]
    return table(rows)


def _kind(shape: Shape) -> str:
    """What a variable of a shape is called: ``scalar``, ``n``, ``p×q``."""
    if not shape:
        return "scalar"
    return f"vector {shape[0]}" if len(shape) == 1 else f"matrix {times(shape)}"


def _described(usage: Usage) -> list[str]:
    """A book or library: its name, what in it shows the convention, and where."""
    name = f"  {usage.name}" + (" (library)" if usage.kind == "library" else "")
    texts = (usage.evidence, usage.source, usage.url)
    return [name, *(line for text in texts for line in wrapped(text, "    ", "    "))]

"""An explanation as a fragment of HTML: styled by itself, without scripts, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from matcalc.explanation.model import Chain, Code, Equation, Item, Section, Table
from matcalc.notation.pages import COLOURS
from matcalc.notation.printers.mathml import elements, mathml

_STYLE = f"""
.matcalc-steps {{{COLOURS}}}
.matcalc-steps h2 {{ font-size: 1.3rem; }}
.matcalc-steps h3 {{ font-size: 1.05rem; margin: 1.6rem 0 .4rem; }}
.matcalc-steps p {{ margin: .5rem 0; }}
.matcalc-steps .formula, .matcalc-steps .chain, .matcalc-steps td.sign {{
  font-family: "STIX Two Math", "Cambria Math", "DejaVu Serif", serif;
}}
.matcalc-steps math {{ math-style: normal; }}
.matcalc-steps .equations {{ display: grid; grid-template-columns: max-content 1fr max-content;
  gap: .35rem .6rem; margin: .6rem 0 .6rem 1rem; align-items: baseline; }}
.matcalc-steps .shape {{ color: var(--quiet); font-size: .9rem; white-space: nowrap; }}
.matcalc-steps .note {{ grid-column: 2 / -1; color: var(--quiet); font-size: .9rem; }}
.matcalc-steps .chain {{ display: flex; flex-wrap: wrap; gap: .2rem .6rem;
  margin: .6rem 0 .6rem 1rem; align-items: baseline; }}
.matcalc-steps .chain span {{ display: inline-flex; flex-direction: column; align-items: center; }}
.matcalc-steps .chain small {{ color: var(--quiet); border-top: 1px solid var(--line); }}
.matcalc-steps .chain small:empty {{ border: 0; }}
.matcalc-steps table {{ border-collapse: collapse; margin: .5rem 0 .5rem 1rem; }}
.matcalc-steps.matcalc-steps :is(th, td) {{ text-align: left; vertical-align: top;
  padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); }}
.matcalc-steps table {{ display: block; max-width: 100%; overflow-x: auto; }}
.matcalc-steps .shapes td:not(:last-child) {{ white-space: nowrap; }}
.matcalc-steps pre {{ background: var(--soft); border: 1px solid var(--line); border-radius: 6px;
  padding: .7rem 1rem; overflow-x: auto; }}
"""


def html(title: str, sections: Sequence[Section]) -> str:
    """The whole as one ``<section>`` with its own style."""
    parts = [f"<style>{_STYLE}</style>", f"<h2>{escape(title)}</h2>"]
    for number, section in enumerate(sections, 1):
        parts.append(f"<h3>{number}. {escape(section.title)}</h3>")
        parts += _items(section.items)
    return '<section class="matcalc-steps">\n' + "\n".join(parts) + "\n</section>\n"


def _items(items: Sequence[Item]) -> list[str]:
    """Items in order; equations that follow one another share a grid."""
    found: list[str] = []
    waiting: list[str] = []
    for item in items:
        if isinstance(item, Equation):
            waiting.append(_equation(item))
            continue
        found += _grid(waiting)
        waiting = []
        found.append(_item(item))
    return [*found, *_grid(waiting)]


def _grid(equations: Sequence[str]) -> list[str]:
    return ['<div class="equations">', *equations, "</div>"] if equations else []


def _equation(one: Equation) -> str:
    left = "" if one.again else f"<math>{elements(one.left.unicode)}</math>"
    right = f"<math><mo>=</mo>{mathml(one.right.shown)}</math>"
    cells = (
        f'<span class="formula">{left}</span>'
        f'<span class="formula">{right}</span>'
        f'<span class="shape">{escape(one.title)}</span>'
    )
    return cells + (f'<span class="note">{escape(one.note)}</span>' if one.note else "")


def _item(item: Item) -> str:
    if isinstance(item, Chain):
        cells = (
            f"<span><math>{elements(above)}</math><small>{escape(below)}</small></span>"
            for above, below in item.columns
        )
        return f'<div class="chain">{"".join(cells)}</div>'
    if isinstance(item, Table):
        return _table(item)
    if isinstance(item, Code):
        return f"<pre><code>{escape(item.source.rstrip())}</code></pre>"
    return f"<p>{escape(str(item))}</p>"


def _table(item: Table) -> str:
    rows: list[str] = []
    for number, row in enumerate(item.rows):
        tag = "th" if item.head and not number else "td"
        sign = ' class="sign"'
        signs = [
            sign * (tag == "td" and not (item.head and k == len(row) - 1)) for k in range(len(row))
        ]
        cells = "".join(
            f"<{tag}{sign}>{escape(cell)}</{tag}>" for sign, cell in zip(signs, row, strict=True)
        )
        rows.append(f"<tr>{cells}</tr>")
    shapes = "" if item.head else ' class="shapes"'
    return f"<table{shapes}>{''.join(rows)}</table>"

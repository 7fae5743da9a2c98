"""Parts of an answer as Markdown, and as a fragment of HTML in the colours that are around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from html import escape

from matcalc.errors import printable
from matcalc.notation.names import unicode_name
from matcalc.notation.parts import AlignedShapes, AnswerPart, Drawn, FormulaPart, Item, Marked, Rows
from matcalc.notation.printers.mathml import elements
from matcalc.notation.typed import typed_factor, typed_mathml

_SPECIAL = re.compile(r"([\\`*_\[\]<>|$])")
COLOURS = """
  --quiet: color-mix(in srgb, currentColor 70%, transparent);
  --line: color-mix(in srgb, currentColor 25%, transparent);
  --soft: color-mix(in srgb, currentColor 6%, transparent);
  color: inherit; max-width: 48rem; line-height: 1.5; font-family: system-ui, sans-serif;
"""
"""How a fragment looks anywhere: its colours are made of that of the text around it."""

_STYLE = f"""
.matcalc-answer {{{COLOURS}}}
.matcalc-answer h3 {{ font-size: 1.05rem; margin: 1rem 0 .4rem; }}
.matcalc-answer h3.right {{ color: color-mix(in srgb, currentColor 45%, #1a9e4b); }}
.matcalc-answer .wrong {{ color: color-mix(in srgb, currentColor 45%, #e5342b); }}
.matcalc-answer h3.unsure {{ color: color-mix(in srgb, currentColor 45%, #d68a00); }}
.matcalc-answer p, .matcalc-answer .formula {{ margin: .4rem 0; }}
.matcalc-answer .formula {{ margin-left: 1rem; overflow-x: auto; }}
.matcalc-answer math {{ math-style: normal;
  font-family: "STIX Two Math", "Cambria Math", "DejaVu Serif", serif; }}
section.matcalc-answer pre {{ white-space: pre; background: var(--soft);
  border: 1px solid var(--line); border-radius: 6px; padding: .6rem 1rem; overflow-x: auto; }}
.matcalc-answer mark {{ background: none; color: inherit;
  text-decoration: underline wavy #e5342b; }}
.matcalc-answer .line {{ display: flex; flex-wrap: wrap; gap: .2rem .5rem;
  margin: .6rem 0 .6rem 1rem; align-items: baseline; }}
.matcalc-answer .line > span {{ display: inline-flex; flex-direction: column;
  align-items: center; }}
.matcalc-answer small {{ color: var(--quiet); }}
.matcalc-answer small.wrong {{ font-weight: bold; }}
.matcalc-answer table {{ border-collapse: collapse; margin: .5rem 0 .5rem 1rem;
  display: block; max-width: 100%; overflow-x: auto; }}
.matcalc-answer.matcalc-answer td {{ padding: .2rem .8rem .2rem 0; text-align: left;
  border-bottom: 1px solid var(--line); }}
"""


def markdown(parts: Iterable[AnswerPart]) -> str:
    """The answer as Markdown."""
    return "\n\n".join(line for part in parts for line in _markdown_part(part)) + "\n"


def _markdown_part(part: AnswerPart) -> Iterator[str]:
    if part.title:
        yield f"### {_prose(part.title)}"
    for item in part.items:
        yield from _markdown_item(item)


def _markdown_item(item: Item) -> Iterator[str]:
    if isinstance(item, AlignedShapes):
        head = [f"{one.sign} {one.above}".strip() for one in item.cells]
        rows = [head, ["---"] * len(head), [one.below for one in item.cells]]
        marks = [one.clash or one.within for one in item.cells]
        if any(marks):
            rows.append([f"✗ {mark}" if mark else "" for mark in marks])
        yield "\n".join(_row(row, code=k == 0) for k, row in enumerate(rows))
    elif isinstance(item, Marked):
        before, place, after = _split(item)
        yield _code(before) + f" **{_code(place)}** " + _code(after)
    elif isinstance(item, Drawn):
        yield "\n".join(["```text", *item.lines, "```"])
    elif isinstance(item, FormulaPart):
        yield f"{_code(item.text)}{' · ' if item.note else ''}{_prose(item.note)}"
    elif isinstance(item, Rows):
        rows = [[""] * len(item.rows[0]), ["---"] * len(item.rows[0]), *map(list, item.rows)]
        yield "\n".join(_row(row, code=k > 1) for k, row in enumerate(rows))
    else:
        yield _prose(item)


def _row(cells: list[str], *, code: bool) -> str:
    """A row of a table; what has a letter is code where the row holds formulas."""
    shown = [
        _code(cell).replace("|", r"\|") if code and any(c.isalpha() for c in cell) else cell
        for cell in cells
    ]
    return f"| {' | '.join(shown)} |"


def _code(text: str) -> str:
    """A text as code, whatever signs are in it."""
    bare = printable(text.strip())
    if not bare:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", bare)), default=0))
    pad = " " if bare[0] == "`" or bare[-1] == "`" else ""
    return f"{fence}{pad}{bare}{pad}{fence}"


def _prose(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", printable(text))


def _split(item: Marked) -> tuple[str, str, str]:
    """What stands before a place, in it, and after it."""
    return item.text[: item.start], item.text[item.start : item.end], item.text[item.end :]


def html(parts: Iterable[AnswerPart]) -> str:
    """The answer as one ``<section>`` with its own style, without scripts; formulas as MathML."""
    lines = [f"<style>{_STYLE}</style>"]
    for part in parts:
        lines += [f'<h3 class="{part.mood}">{_text(part.title)}</h3>'] if part.title else []
        lines += [_html_item(item) for item in part.items]
    return '<section class="matcalc-answer">\n' + "\n".join(lines) + "\n</section>\n"


def _html_item(item: Item) -> str:
    if isinstance(item, AlignedShapes):
        return f'<div class="line">{"".join(_html_cells(item))}</div>'
    if isinstance(item, Marked):
        before, place, after = map(_text, _split(item))
        return f"<pre>{before}<mark>{place}</mark>{after}</pre>"
    if isinstance(item, Drawn):
        return f"<pre>{chr(10).join(map(_text, item.lines))}</pre>"
    if isinstance(item, FormulaPart):
        note = f" <small>{_text(item.note)}</small>" if item.note else ""
        return f'<div class="formula">{_math(item.text)}{note}</div>'
    if isinstance(item, Rows):
        shown = _html_row if item.formulas else partial(map, _text)
        rows = ("".join(f"<td>{cell}</td>" for cell in shown(row)) for row in item.rows)
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    return f"<p>{_text(item)}</p>"


def _html_row(row: Sequence[str]) -> list[str]:
    """The cells of a row: the first is a formula, or a sign before one."""
    at = 1 if len(row[0]) == 1 and len(row) > 1 else 0
    return [_math(cell) if k == at else _text(cell) for k, cell in enumerate(row)]


def _html_cells(item: AlignedShapes) -> Iterator[str]:
    for one in item.cells:
        if one.sign:
            clash = f'<small class="wrong">✗ {_text(one.clash)}</small>' if one.clash else ""
            yield f"<span>{_text(one.sign)}{clash}</span>"
        within = f'<small class="wrong">✗ {_text(one.within)}</small>' if one.within else ""
        below = f"<small>{_text(one.below)}</small>{within}"
        above = typed_factor(one.above, _formula) or _math(one.above)
        yield f"<span><span>{above}</span>{below}</span>"


def _math(text: str) -> str:
    """A formula or a derivative; as code, what is neither."""
    if "∂" in text and not typed_mathml(text):
        return _as_typed(elements(unicode_name(printable(text))), text)
    return _formula(text) or f"<code>{_text(text)}</code>"


def _formula(text: str) -> str:
    """A formula; nothing for what is none."""
    shown = typed_mathml(text)
    return shown and _as_typed(shown, text)


def _as_typed(shown: str, text: str) -> str:
    """A formula that says, where no MathML is, how it was typed."""
    return f'<math alttext="{_text(text)}">{shown}</math>'


def _text(text: str) -> str:
    return escape(printable(text))

"""An answer to a claim as Markdown, and as a fragment of HTML in light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from matcalc.claims.answer import Checked
from matcalc.claims.telling import Aligned, Drawn, Formula, Item, Marked, Part, Rows, told
from matcalc.errors import printable

_SPECIAL = re.compile(r"([\\`*_\[\]<>|$])")
_STYLE = """
.matcalc-claim {
  --ink: #1b1f24; --quiet: #57606a; --line: #d0d7de; --soft: #f6f8fa;
  --right: #1c7039; --wrong: #b3261e; --unsure: #8a5a00;
  color: var(--ink); max-width: 48rem; line-height: 1.5; font-family: system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  .matcalc-claim {
    --ink: #e6edf3; --quiet: #9198a1; --line: #3d444d; --soft: #151b23;
    --right: #6fd08c; --wrong: #ff9a8f; --unsure: #e3b341;
  }
}
.matcalc-claim h3 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
.matcalc-claim h3.right { color: var(--right); }
.matcalc-claim h3.wrong { color: var(--wrong); }
.matcalc-claim h3.unsure { color: var(--unsure); }
.matcalc-claim p { margin: .4rem 0; }
.matcalc-claim code, .matcalc-claim pre { font-family: ui-monospace, monospace; }
.matcalc-claim pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px;
  padding: .6rem 1rem; overflow-x: auto; }
.matcalc-claim mark { background: none; color: var(--wrong); text-decoration: underline wavy; }
.matcalc-claim .line { display: flex; flex-wrap: wrap; gap: .2rem .5rem;
  margin: .6rem 0 .6rem 1rem; }
.matcalc-claim .line span { display: inline-flex; flex-direction: column; align-items: center;
  font-family: ui-monospace, monospace; }
.matcalc-claim small { color: var(--quiet); }
.matcalc-claim small.wrong { color: var(--wrong); font-weight: bold; }
.matcalc-claim table { border-collapse: collapse; margin: .5rem 0 .5rem 1rem; }
.matcalc-claim td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); }
"""


def markdown(found: Checked) -> str:
    """The answer as Markdown."""
    return "\n\n".join(line for part in told(found) for line in _markdown_part(part)) + "\n"


def _markdown_part(part: Part) -> Iterator[str]:
    yield f"### {_prose(part.title)}"
    for item in part.items:
        yield from _markdown_item(item)


def _markdown_item(item: Item) -> Iterator[str]:
    if isinstance(item, Aligned):
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
    elif isinstance(item, Formula):
        yield f"{_code(item.text)}{' · ' if item.note else ''}{_prose(item.note)}"
    elif isinstance(item, Rows):
        rows = [[""] * len(item.rows[0]), ["---"] * len(item.rows[0]), *map(list, item.rows)]
        yield "\n".join(_row(row, code=k > 1) for k, row in enumerate(rows))
    else:
        yield _prose(item)


def _row(cells: list[str], *, code: bool) -> str:
    """A row of a table; what has a letter is code where the row holds formulas."""
    shown = [_in_table(cell) if code and any(c.isalpha() for c in cell) else cell for cell in cells]
    return f"| {' | '.join(shown)} |"


def _in_table(cell: str) -> str:
    return _code(cell).replace("|", r"\|")


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


def html(found: Checked) -> str:
    """The answer as one ``<section>`` with its own style, without scripts."""
    lines = [f"<style>{_STYLE}</style>"]
    for part in told(found):
        lines.append(f'<h3 class="{part.mood}">{_text(part.title)}</h3>')
        lines += [_html_item(item) for item in part.items]
    return '<section class="matcalc-claim">\n' + "\n".join(lines) + "\n</section>\n"


def _html_item(item: Item) -> str:
    if isinstance(item, Aligned):
        return f'<div class="line">{"".join(_html_cells(item))}</div>'
    if isinstance(item, Marked):
        before, place, after = map(_text, _split(item))
        return f"<pre>{before}<mark>{place}</mark>{after}</pre>"
    if isinstance(item, Drawn):
        return f"<pre>{_text_lines(item)}</pre>"
    if isinstance(item, Formula):
        note = f" <small>{_text(item.note)}</small>" if item.note else ""
        return f"<p><code>{_text(item.text)}</code>{note}</p>"
    if isinstance(item, Rows):
        rows = ("".join(f"<td>{_text(cell)}</td>" for cell in row) for row in item.rows)
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    return f"<p>{_text(item)}</p>"


def _html_cells(item: Aligned) -> Iterator[str]:
    for one in item.cells:
        if one.sign:
            clash = f'<small class="wrong">✗ {_text(one.clash)}</small>' if one.clash else ""
            yield f"<span>{_text(one.sign)}{clash}</span>"
        within = f'<small class="wrong">✗ {_text(one.within)}</small>' if one.within else ""
        yield f"<span>{_text(one.above)}<small>{_text(one.below)}</small>{within}</span>"


def _text_lines(item: Drawn) -> str:
    return "\n".join(map(_text, item.lines))


def _text(text: str) -> str:
    return escape(printable(text))

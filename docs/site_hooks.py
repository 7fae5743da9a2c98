"""What the site of the documentation has beyond MkDocs: mkdocs.yml names this file.

The menu is that of docs/index.md. The pages are written for GitHub too; where MkDocs reads or shows
them otherwise, that is evened out here. The sheet and the lessons come to print as well. Formulas
are typeset by the KaTeX of docs/page, and the first page has its field, where that page is built.
"""

import json
import logging
import re
from html import unescape
from pathlib import Path
from typing import Any

import generate_handouts
from generate_sheet import pdf

SHEET = "sheet.pdf"
HANDOUTS = {"lessons.pdf": "handouts", "slides.pdf": "slides"}
KATEX = "page/built/katex/katex.min"
WIDEST = 84  # matcalc breaks what it prints at 80: a longer line is data, or was not printed by it
FIELD = """
<form class="ask" action="page/index.html">
<input name="q" aria-label="A formula, or a line of your own to check"
placeholder="x'Ax     or     dW = dz x^T" autocapitalize="off" autocomplete="off"
autocorrect="off" spellcheck="false" required>
<input type="submit" class="md-button md-button--primary" value="Derive or check">
</form>
"""

_FIELD_HERE = "<!-- the field -->"
_ENTRY = re.compile(
    r"^ *(?:-|(?P<number>\d+)\.) \[(?P<title>[^\]]*)\]\((?P<page>[^)#:]+\.md)\)", re.MULTILINE
)
_SECTION = re.compile(r"^##+ (?P<title>.+)$", re.MULTILINE)
_SESSION = re.compile(r"^( *)```python\n(?= *>>>)", re.MULTILINE)
_HIDDEN = re.compile(r"^<!---.*?--->\n", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^ *\|.*$", re.MULTILINE)
_CODE = re.compile(r"`[^`]*`")
_IDENTITY = re.compile(r"mc-[0-9]{4}")
_FORMULA = re.compile(r"\$(?:<code>[^<]*</code>|[^<$\s][^<$]*)\$")
_NO_FORMULA = re.compile(r"(<pre.*?</pre>|(?<!\$)<code>.*?</code>)", re.DOTALL)
_BLOCK = re.compile(r"<pre><span></span><code>(?P<code>.*?)</code></pre>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SHAPE = re.compile(r"\d+(?:×\d+)+")
_TYPED = re.compile(r"(\$|>>>|\.\.\.) ")
_IN_COLUMNS = re.compile(r"\S {2,}\S|^\s*[\^~✗]")
_FLAG = re.compile(r"(?<=[\s>])--[a-z][a-z-]*(?=[\s<])")

log = logging.getLogger("mkdocs.hooks")


def on_config(config: Any) -> Any:
    """Take the menu from the map of the documentation, and KaTeX from the page."""
    docs = Path(config.docs_dir)
    config.nav = navigation((docs / "index.md").read_text(encoding="utf-8"))
    if (docs / f"{KATEX}.js").exists():
        config.extra_css.insert(0, f"{KATEX}.css")
        config.extra_javascript.insert(0, f"{KATEX}.js")
    else:
        log.info("No field and no typeset formulas: python docs/page/build.py builds the page")
    return config


def navigation(index: str) -> list[Any]:
    r"""The menu: the first page, and under each heading the pages that its list links to.

    Numbers of a list are shown in the menu.

    >>> navigation("# Map\n\n## How to\n\n- [Draw](how-to/pictures.md): as [SVG](svg.md).")
    ['index.md', {'How to': ['how-to/pictures.md']}]
    >>> navigation("## Lessons\n\n1. [Shapes](a.md) Two tables.")
    ['index.md', {'Lessons': [{'1. Shapes': 'a.md'}]}]
    """
    _, *parts = _SECTION.split(index)
    listed = zip(parts[::2], parts[1::2], strict=True)
    found = {
        title: [_entry(*one.groups()) for one in _ENTRY.finditer(text)] for title, text in listed
    }
    return ["index.md", *({title: pages} for title, pages in found.items() if pages)]


def _entry(number: str | None, title: str, page: str) -> str | dict[str, str]:
    """An entry of the menu; MkDocs takes the title of the page where none is given."""
    return page if number is None else {f"{number}. {title}": page}


def on_files(files: Any, config: Any) -> Any:
    """Add what is to print: the sheet, the lessons, their slides."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - tests read this file without MkDocs

    files.append(File.generated(config, SHEET, content=pdf()))
    for name, form in HANDOUTS.items():
        files.append(File.generated(config, name, content=generate_handouts.pdf(form)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Leave out what tests alone read, colour prompts, mend tables, offer the sheet to print."""
    markdown = _SESSION.sub(r"\1```pycon\n", _HIDDEN.sub("", markdown))
    markdown = markdown.replace("<details>", '<details markdown="1">')  # what unfolds is Markdown
    markdown = _ROW.sub(_with_bars, markdown)
    if f"{KATEX}.js" in config.extra_javascript:
        markdown = markdown.replace(_FIELD_HERE, FIELD)
    if page.file.src_uri.startswith("lessons/"):
        page.meta["search"] = {"boost": 2}
    if page.file.src_uri == "sheet.md":
        title, rest = markdown.split("\n", 1)
        return f"{title}\n\n[The sheet to print, one page A4 (PDF)]({SHEET})\n{rest}"
    return markdown


def _with_bars(row: re.Match[str]) -> str:
    """A row of a table, with no backslash before a bar in code, where MkDocs shows it."""
    return _CODE.sub(lambda code: code[0].replace(r"\|", "|"), row[0])


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Mark formulas, fit code; keep two hundred numbers of identities out of the contents."""
    for section in [one for top in page.toc for one in top.children]:
        section.children = [one for one in section.children if not _IDENTITY.match(one.id)]
    parts = _NO_FORMULA.split(html)
    parts[::2] = [_FORMULA.sub(r'<span class="formula">\g<0></span>', part) for part in parts[::2]]
    return _BLOCK.sub(_fitted, "".join(parts))


def _fitted(block: re.Match[str]) -> str:
    """A block of code that says how wide it is, and whose options are not broken."""
    width = columns(unescape(_TAG.sub("", block["code"])))
    code = _FLAG.sub(r'<span class="whole">\g<0></span>', block["code"])
    return f'<pre style="--columns: {width}"><span></span><code>{code}</code></pre>'


def columns(code: str) -> int:
    r"""How many characters must stand in a line, for site.css to fit the letters to them.

    A line that is longer is broken: it was typed, or is prose or data. One in columns is not, nor
    are its neighbours, for places say what belongs to what.

    >>> columns("A @ x\n2×3   3×1")
    9
    >>> columns(f"$ {'long ' * 40}")
    56
    """
    lines = [line for line in code.splitlines() if not _TYPED.match(line)]
    around = zip(["", *lines], [*lines, ""], strict=True)
    placed = [line for pair in around if any(map(_IN_COLUMNS.search, pair)) for line in pair]
    fixed = [len(line) for line in placed if len(line) <= WIDEST]
    return max([min(56, max(map(len, code.splitlines()))), *fixed])


def on_post_build(config: Any) -> None:
    """Have shapes found as people type them: 2x1 for 2×1."""
    path = Path(config.site_dir, "search", "search_index.json")
    index = json.loads(path.read_text(encoding="utf-8"))
    for entry in index["docs"]:
        shapes = " ".join(dict.fromkeys(_SHAPE.findall(entry["text"]))).replace("×", "x")
        entry["text"] += f"<p>{shapes}</p>" if shapes else ""
    path.write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8")

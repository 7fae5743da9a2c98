"""What the site of the documentation has beyond MkDocs: mkdocs.yml names this file.

The menu is that of docs/index.md. The pages are written for GitHub too; where MkDocs reads or shows
them otherwise, that is evened out here. The sheet comes as a page to print as well.
"""

import re
from pathlib import Path
from typing import Any

from generate_sheet import pdf

SHEET = "sheet.pdf"
_ENTRY = re.compile(r"^ *(?:-|\d+\.) \[[^\]]*\]\((?P<page>[^)#:]+\.md)\)", re.MULTILINE)
_SECTION = re.compile(r"^##+ (?P<title>.+)$", re.MULTILINE)
_SESSION = re.compile(r"^( *)```python\n(?= *>>>)", re.MULTILINE)
_HIDDEN = re.compile(r"^<!---.*?--->\n", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^ *\|.*$", re.MULTILINE)
_CODE = re.compile(r"`[^`]*`")
_IDENTITY = re.compile(r"mc-[0-9]{4}")


def on_config(config: Any) -> Any:
    """Take the menu from the map of the documentation."""
    index = Path(config.docs_dir, "index.md").read_text(encoding="utf-8")
    config.nav = navigation(index)
    return config


def navigation(index: str) -> list[Any]:
    r"""The menu: the first page, and under each heading the pages that its list links to.

    >>> navigation("# Map\n\n## How to\n\n- [Draw](how-to/pictures.md): as [SVG](svg.md).")
    ['index.md', {'How to': ['how-to/pictures.md']}]
    """
    _, *parts = _SECTION.split(index)
    listed = zip(parts[::2], parts[1::2], strict=True)
    found = {title: [entry["page"] for entry in _ENTRY.finditer(text)] for title, text in listed}
    return ["index.md", *({title: pages} for title, pages in found.items() if pages)]


def on_files(files: Any, config: Any) -> Any:
    """Add the sheet to print."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - tests read this file without MkDocs

    files.append(File.generated(config, SHEET, content=pdf()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Leave out what tests alone read, colour prompts, mend tables, offer the sheet to print."""
    markdown = _SESSION.sub(r"\1```pycon\n", _HIDDEN.sub("", markdown))
    markdown = markdown.replace("<details>", '<details markdown="1">')  # what unfolds is Markdown
    markdown = _ROW.sub(_with_bars, markdown)
    if page.file.src_uri == "sheet.md":
        title, rest = markdown.split("\n", 1)
        return f"{title}\n\n[The sheet to print, one page A4 (PDF)]({SHEET})\n{rest}"
    return markdown


def _with_bars(row: re.Match[str]) -> str:
    """A row of a table, with no backslash before a bar in code, where MkDocs shows it."""
    return _CODE.sub(lambda code: code[0].replace(r"\|", "|"), row[0])


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Keep two hundred numbers of identities out of the contents of their page."""
    for section in [one for top in page.toc for one in top.children]:
        section.children = [one for one in section.children if not _IDENTITY.match(one.id)]
    return html

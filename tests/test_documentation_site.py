"""What a strict build of the site cannot see: that it can be searched, and reads as on GitHub."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

markdown_it = pytest.importorskip("markdown_it", reason="it reads the pages as GitHub does")
for library in ("mkdocs", "material", "typst"):
    pytest.importorskip(library, reason="pip install '.[docs]'")

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(DOCS) for path in DOCS.rglob("*.md") if "node_modules" not in path.parts
)
ARTICLE = re.compile(r"<article.*?>(.*)</article>", re.DOTALL)
FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^>]*>")
TO_PRINT = "Thesheettoprint,onepageA4(PDF)"  # a link, on the site alone
COUNTED = frozenset({"li", "ul", "ol", "table", "td", "em", "strong", "code", "pre", "h2", "h3"})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_and_every_identity_is_found_by_search(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"] for entry in index["docs"]}
    titles = {entry["title"] for entry in index["docs"]}
    assert {path.with_suffix(".html").as_posix() for path in PAGES} <= found | {"index.html"}
    assert {title(path) for path in PAGES if path.parent.name == "lessons"} <= titles
    assert {f"identities.html#{one}" for one in identities()} <= found


def title(path: Path) -> str:
    return (DOCS / path).read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def identities() -> list[str]:
    return re.findall(r"^### (mc-\d+)", (DOCS / "identities.md").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_page_reads_as_on_github(site: Path, path: Path) -> None:
    github = markdown_it.MarkdownIt("commonmark").enable("table")
    there = Reader.read(github.render((DOCS / path).read_text(encoding="utf-8")))
    article = ARTICLE.search((site / path.with_suffix(".html")).read_text(encoding="utf-8"))
    assert article is not None
    here = Reader.read(article[1])
    assert here.text.replace(TO_PRINT, "") == there.text
    assert here.counts == there.counts


class Reader(HTMLParser):
    """The text of a page without its spaces, and how many there are of some elements."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.counts, self.skips = "", Counter[str](), False

    @classmethod
    def read(cls, html: str) -> "Reader":
        reader = cls()
        reader.feed(html)
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skips |= ("class", "headerlink") in attrs
        self.counts.update({tag} & COUNTED)

    def handle_endtag(self, tag: str) -> None:
        self.skips &= tag != "a"

    def handle_data(self, data: str) -> None:
        if not self.skips:
            self.text += "".join(data.split())


def test_no_page_fetches_anything_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not FETCHED.findall(page.read_text(encoding="utf-8")), page


def test_the_sheet_is_there_to_print_and_no_generator_is(site: Path) -> None:
    assert (site / "sheet.pdf").read_bytes().startswith(b"%PDF")
    assert 'href="sheet.pdf"' in (site / "sheet.html").read_text(encoding="utf-8")
    assert not [path for path in site.rglob("*") if path.suffix in {".py", ".toml", ".typ"}]


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("2x1 2x3", "lessons/03-dimensions-that-do-not-work-out.html"),
        ("why transpose W", "lessons/02-why-w-transposed.html"),
        ("hadamard", "index.html#lessons"),
        ("install", "index.html#install"),
    ],
)
def test_what_a_reader_types_is_found(site: Path, typed: str, place: str) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    said = [one["title"] + " " + one["text"] for one in index["docs"] if place in one["location"]]
    words = " ".join(said).casefold()
    assert all(word in words for word in typed.casefold().split())

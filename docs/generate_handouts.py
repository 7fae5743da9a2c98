"""Sets the lessons to print, and slides for one lecture hour: ``pip install '.[docs]'``, for Typst.

``python docs/generate_handouts.py lessons.pdf`` sets all lessons, with the solutions at the end of
each; ``--slides slides.pdf`` sets what the lessons mark with ``<!--- slide --->``: a slide for each
heading that has such blocks. Both are made of the lessons alone.
"""

import argparse
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lesson_blocks import Block, blocks

FOLDER = Path(__file__).parent
TEMPLATE = FOLDER / "lessons.typ"
TITLE = "Matrix derivatives: lessons"
_WAYS = re.compile(r"^(?:Back|Next): \[.*$", re.MULTILINE)  # from page to page, on the site


def lessons() -> list[dict[str, Any]]:
    """Each lesson: its number, its blocks, its slides."""
    found = []
    for path in sorted(FOLDER.glob("lessons/*.md")):
        read = blocks(_WAYS.sub("", path.read_text(encoding="utf-8")))
        found.append({"number": int(path.name[:2]), "blocks": read, "slides": slides(read)})
    return found


def slides(lesson: list[Block]) -> list[dict[str, Any]]:
    r"""The slides of a lesson: the marked blocks under each heading, with the heading as title.

    >>> slides(blocks("# Why?\n\nSo.\n\n<!--- slide --->\nBut."))[0]["blocks"][0]["pieces"]
    [{'kind': 'text', 'text': 'But.'}]
    """
    found: list[dict[str, Any]] = []
    for block in lesson:
        if block["kind"] == "heading":
            found.append({"title": block["pieces"], "blocks": []})
        elif block["slide"]:
            found[-1]["blocks"].append(block)
    return [one for one in found if one["blocks"]]


def pdf(form: str) -> bytes:
    """The lessons as ``handouts``, or as ``slides``.

    Raises:
        RuntimeError: A slide is longer than a page.
    """
    import typst as typesetter  # noqa: PLC0415 - only who prints needs it

    given = [one for one in lessons() if form == "handouts" or one["slides"]]
    found: bytes = typesetter.compile(
        TEMPLATE,
        format="pdf",
        ignore_system_fonts=True,  # the same pages everywhere: Typst brings its fonts
        sys_inputs={"lessons": json.dumps({"form": form, "title": TITLE, "lessons": given})},
        timestamp=datetime(2000, 1, 1, tzinfo=UTC),
    )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The lessons to print, or slides of them.")
    parser.add_argument("file", type=Path, help="the PDF to write")
    parser.add_argument("--slides", action="store_true", help="slides in place of handouts")
    chosen = parser.parse_args()
    chosen.file.write_bytes(pdf("slides" if chosen.slides else "handouts"))

"""The map of the documentation for programs is that of its index, and its links are there."""

from __future__ import annotations

import re

import generate_llms


def test_the_map_is_that_of_the_index() -> None:
    assert generate_llms.PAGE.read_text(encoding="utf-8") == generate_llms.page()


def test_every_link_of_the_index_is_there_once() -> None:
    link = re.compile(r"\]\(([^)#]+\.md)[^)]*\)")
    index = (generate_llms.DOCS / "index.md").read_text(encoding="utf-8")
    found = link.findall(generate_llms.page())
    assert found == [one for one in link.findall(index) if one in found]
    assert len(found) > 20
    assert all((generate_llms.DOCS / one).is_file() for one in found)

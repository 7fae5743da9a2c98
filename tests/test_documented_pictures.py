"""docs/pictures is what docs/generate_pictures.py writes, and documents show all of it."""

from pathlib import Path

import generate_pictures as generator

DOCS = Path(__file__).parent.parent / "docs"


def test_the_pictures_are_up_to_date() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in generator.FOLDER.iterdir()}
    assert committed == generator.pictures(), "run python docs/generate_pictures.py"


def test_every_picture_is_shown_with_a_text_for_who_does_not_see_it() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))
    for name in generator.pictures():
        before, shown, _ = pages.partition(f"](../pictures/{name})")
        assert shown, name
        assert len(before.rpartition("![")[2]) > 20

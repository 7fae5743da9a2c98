"""docs/reference/rewrites.md is what docs/generate_rewrites.py writes."""

import generate_rewrites as generator


def test_the_page_is_up_to_date() -> None:
    committed = generator.PAGE.read_text(encoding="utf-8")
    assert committed == generator.page(), "run python docs/generate_rewrites.py"

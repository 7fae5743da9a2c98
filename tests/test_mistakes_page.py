"""docs/reference/mistakes.md is what docs/generate_mistakes.py writes."""

import generate_mistakes as generator
from matcalc.claims.answer import FAMILIES, FAMILY
from matcalc.claims.families import BY_NAME, CAUSES


def test_the_page_is_up_to_date() -> None:
    committed = generator.PAGE.read_text(encoding="utf-8")
    assert committed == generator.page(), "run python docs/generate_mistakes.py"


def test_every_family_and_every_mistake_is_explained() -> None:
    assert list(BY_NAME) == list(FAMILIES)
    assert list(CAUSES) == list(FAMILY)

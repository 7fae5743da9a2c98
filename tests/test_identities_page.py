"""docs/identities.md is what docs/generate_identities.py writes, and every identity holds."""

import pytest

import generate_identities as generator

pytest.importorskip("scipy", reason="the matrix exponential needs it")


def test_the_page_is_up_to_date_but_for_rounding() -> None:
    committed = generator.PAGE.read_text(encoding="utf-8")
    fresh = generator.page()
    assert generator.ERROR.sub("~", committed) == generator.ERROR.sub("~", fresh), (
        "run python docs/generate_identities.py"
    )
    for page in (committed, fresh):
        exponents = [generator.exponent(text) for text in generator.ERROR.findall(page)]
        assert len(exponents) >= 120
        assert max(exponents) <= -6


def test_every_identity_has_an_id_of_its_own() -> None:
    identities = [one for rows in generator.groups().values() for one in rows]
    assert len({one.id for one in identities}) == len(identities)
    asked = [one._replace(id="", wikipedia="", cookbook=0) for one in identities]
    assert len(set(asked)) == len(asked)

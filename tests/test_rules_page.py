"""docs/reference/rules.md is what docs/generate_rules.py writes."""

import pytest

import generate_rules as generator
from matcalc.operations import RULES

pytest.importorskip("scipy", reason="the check of expm needs it")


def test_the_page_is_up_to_date_but_for_rounding() -> None:
    committed = generator.PAGE.read_text(encoding="utf-8")
    fresh = generator.page()
    assert generator.ERROR.sub("~", committed) == generator.ERROR.sub("~", fresh), (
        "run python docs/generate_rules.py"
    )
    for page in (committed, fresh):
        errors = [float(text) for text in generator.ERROR.findall(page)]
        assert len(errors) > 90
        assert max(errors) < 1e-6


def test_every_rule_has_a_section() -> None:
    lines = generator.PAGE.read_text(encoding="utf-8").splitlines()
    for name in RULES:
        assert lines.count(f"### {name}") == 1

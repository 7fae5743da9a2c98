"""docs/reference/rules.md is what docs/generate_rules.py writes."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from matcalc.operations import RULES

pytest.importorskip("scipy", reason="the check of expm needs it")
DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = spec_from_file_location("generate_rules", DOCS / "generate_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date_but_for_rounding(generator: ModuleType) -> None:
    committed = generator.PAGE.read_text(encoding="utf-8")
    fresh = generator.page()
    assert generator.ERROR.sub("~", committed) == generator.ERROR.sub("~", fresh), (
        "run python docs/generate_rules.py"
    )
    for page in (committed, fresh):
        errors = [float(text) for text in generator.ERROR.findall(page)]
        assert len(errors) > 90
        assert max(errors) < 1e-6


def test_every_rule_has_a_section(generator: ModuleType) -> None:
    lines = generator.PAGE.read_text(encoding="utf-8").splitlines()
    for name in RULES:
        assert lines.count(f"### {name}") == 1

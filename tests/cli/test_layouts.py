from __future__ import annotations

from typing import Any

import pytest

from matcalc.diagnosis.sources import USAGES, Usage
from matcalc.layout import TABLE


def test_every_cell_of_the_table_is_shown(matcalc: Any) -> None:
    lines = matcalc("layouts").out.splitlines()
    for cell in TABLE:
        assert any(all(f" {shape}" in line for shape in cell[2:]) for line in lines), cell


@pytest.mark.parametrize("usage", USAGES, ids=lambda usage: usage.name)
def test_each_book_and_library_is_named_with_its_source(usage: Usage, matcalc: Any) -> None:
    text = " ".join(matcalc("layouts").out.split())
    assert f"{usage.name}" in text
    for part in (usage.evidence, usage.source, usage.url):
        assert " ".join(part.split()) in text


def test_nothing_but_an_address_is_wider_than_80(matcalc: Any) -> None:
    lines = matcalc("layouts").out.splitlines()
    assert max(len(line) for line in lines if "https://" not in line) <= 80


def test_each_convention_has_a_heading(matcalc: Any) -> None:
    lines = matcalc("layouts").out.splitlines()
    for name in {usage.convention for usage in USAGES}:
        assert sum(line.startswith(name) and ":" in line for line in lines) == 1, name


def test_json_holds_the_table_and_the_usages(matcalc: Any) -> None:
    document = matcalc("layouts", "--json").json
    assert document["table"][5] == {
        "of": ["m"],
        "wrt": ["p", "q"],
        "numerator": "m×q×p",
        "denominator": "p×q×m",
        "mixed": "m×p×q",
        "jax": "(m, p, q)",
        "vec": "m×p·q",
    }
    assert [usage["name"] for usage in document["usages"]] == [usage.name for usage in USAGES]
    assert set(document["usages"][0]) == set(Usage._fields)

"""Recorded, numerically verified derivatives: tables, textbooks, papers, layers, questions."""

import json
from pathlib import Path
from typing import Any

import pytest

ORACLE = Path(__file__).resolve().parents[2] / "shared" / "oracle"
LAYOUTS = ("numerator", "denominator")


def records() -> list[dict[str, Any]]:
    path = ORACLE / "open.jsonl"
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [record for record in map(json.loads, lines) if not record.get("structure")]


RECORDS = records()


@pytest.mark.skipif(not RECORDS, reason="the oracle lies beside the project in CI alone")
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_shape_numbers_code_and_text_agree_with_the_record(
    record: dict[str, Any], layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ORACLE)
    import derive_open  # noqa: PLC0415 - it lies beside the project

    for expression in filter(None, (record["expression"], record.get("columns"))):
        found, _, shown = derive_open.complaints(record, layout, expression)
        assert not found, f"∂({expression})/∂{record['wrt']} = {shown}: {found}"


@pytest.mark.skipif(not RECORDS, reason="the oracle lies beside the project in CI alone")
def test_the_records_have_both_orders_and_every_rank() -> None:
    assert {record["order"] for record in RECORDS} == {1, 2}
    ranks = {len(record["expected"]["numerator"]["shape"]) for record in RECORDS}
    assert ranks >= {0, 1, 2, 3, 4}
    assert len(RECORDS) > 350


@pytest.mark.skipif(not RECORDS, reason="the oracle lies beside the project in CI alone")
def test_the_comparison_notices_the_other_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ORACLE)
    import derive_open  # noqa: PLC0415 - it lies beside the project

    record = next(one for one in RECORDS if one["expression"] == "A @ x" and one["wrt"] == "x")
    one, two = (record["expected"][layout] for layout in LAYOUTS)
    wrong = record | {"expected": {"numerator": two, "denominator": one}}
    assert derive_open.complaints(wrong, "numerator", "A @ x")[0]

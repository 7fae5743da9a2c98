"""Every formula of the explanations of recorded derivatives, by numbers."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from explanation_checks import complaints

from matcalc.explanation import explain

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracle"


def records() -> list[dict[str, Any]]:
    path = ORACLE / "open.jsonl"
    if not path.exists():
        return []
    found = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        one
        for one in found
        if one["order"] == 1
        and not one.get("structure")
        and len(one["expected"]["numerator"]["shape"]) <= 2
    ]


ALL = records()
RECORDS = ALL if os.environ.get("MATCALC_ALL_RECORDS") else ALL[::10]  # all: minutes


@pytest.mark.skipif(not ALL, reason="the oracle lies beside the project in CI alone")
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_every_formula_of_an_explanation_is_true(
    record: dict[str, Any], layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ORACLE)
    import derive_open  # noqa: PLC0415 - it lies beside the project
    import verify  # noqa: PLC0415

    variables = derive_open.notation(record)
    expression = record.get("columns", record["expression"])
    steps = explain(expression, wrt=record["wrt"], variables=variables, layout=layout)
    found = complaints(steps, verify.point(record, 0), record["dims"])
    assert not found, "\n".join(found)


@pytest.mark.skipif(not ALL, reason="the oracle lies beside the project in CI alone")
def test_there_are_many_records() -> None:
    assert len(ALL) > 200

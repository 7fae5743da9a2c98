"""What ``derive`` prints can be given to ``identify`` and ``convert``, with the same variables."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import matcalc as mc

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracle"
EVERY = 1 if os.environ.get("MATCALC_ALL_RECORDS") else 25  # all: some minutes
LAYOUTS = ("numerator", "denominator")
_KNOWN = ("symmetric", "spd", "diagonal", "invertible", "positive", "simplex")


def _records() -> list[dict[str, Any]]:
    path = ORACLE / "open.jsonl"
    if not path.exists():
        return []
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [record for record in found if not record.get("structure")][::EVERY]


def _declarations(variables: dict[str, Any]) -> str:
    """The variables of a record, with what it says of their values."""
    words: list[str] = []
    for name, given in variables.items():
        said = given if isinstance(given, dict) else {"shape": given}
        known = [one for one in _KNOWN if said.get(one)]
        shape = f"[{','.join(map(str, said['shape']))}]" if said["shape"] else ""
        words.append(f"{name}{shape}{':' + ','.join(known) if known else ''}")
    return " ".join(words)


@pytest.mark.parametrize("record", _records(), ids=lambda one: one["id"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_derivative_of_the_oracle_is_right_in_its_layout_and_can_be_converted(
    record: dict[str, Any], layout: str
) -> None:
    expression = record.get("columns") or record["expression"]
    variables = _declarations(record["variables"])
    asked = {"wrt": record["wrt"], "variables": variables, "order": record["order"]}
    text = mc.derive(expression, layout=layout, **asked).text
    found = mc.identify(expression, formula=text, **asked)
    assert {one.convention: one.verdict for one in found.readings}[layout] == "right"
    (other,) = {*LAYOUTS} - {layout}
    converted = mc.convert_formula(text, variables=variables, source=layout, target=other)
    again = mc.identify(expression, formula=converted.text, **asked)
    assert {one.convention: one.verdict for one in again.readings}[other] == "right"


@pytest.mark.parametrize(
    ("expression", "wrt", "variables"),
    [
        ("p = softmax(W @ x); sum(y * log(p))", "W", "W[m,n] x[n] y[m]"),  # its name, p
        ("sum(log(exp(A @ x) + c))", "x", "A[m,n] x[n] c:positive"),
        ("a = g(z); sum(g'(a) * a)", "z", "z[n]"),
        ("mean((X @ w - y)**2)", "w", "X[m,n] w[n] y[m]"),  # 2/m
        ("z = W @ x; sum(sigmoid(z)**2)", "z", "W[m,n] x[n]"),
        ("sum(softmax(A @ x)**3) + sum(tanh(softmax(A @ x)))", "x", "A[m,n] x[n]"),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_names_parts_dimensions_and_functions_are_those_of_the_expression(
    expression: str, wrt: str, variables: str, layout: str, matcalc: Any
) -> None:
    asked = ("--wrt", wrt, "--vars", variables)
    text = matcalc("derive", expression, *asked, "--layout", layout, "--format", "text").out.strip()
    found = matcalc("identify", expression, *asked, "--formula", text, "--json")
    assert layout in found.json["agrees"]
    (other,) = {*LAYOUTS} - {layout}
    steps = ("--from", layout, "--to", other, "--json")
    converted = matcalc("convert", "--formula", text, "--vars", variables, *steps)
    again = matcalc("identify", expression, *asked, "--formula", converted.json["text"], "--json")
    assert other in again.json["agrees"]

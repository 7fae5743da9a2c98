"""Verdicts are by value: right formulas in any spelling are right, wrong ones never are."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.checking.verdict import VERDICTS, Pair, by_value
from matcalc.diagnosis.side_by_side import meetings
from matcalc.expression import parse_declarations, read_formula

CLAIMS = Path(__file__).resolve().parents[3] / "shared" / "claims"
EVERY = 1 if os.environ.get("MATCALC_ALL_RECORDS") else 60  # all: some minutes


def _claims(name: str) -> list[dict[str, Any]]:
    path = CLAIMS / name
    if not path.exists():
        return []
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return found[::EVERY]


def _declared(record: dict[str, Any]) -> str:
    """The variables, with what the record's points are known to be."""
    text: str = record["variables"]
    for name, drawn in record["draw"].items():
        sums_to_one = isinstance(drawn, dict) and (drawn.get("onehot") or drawn.get("simplex"))
        if sums_to_one and len(drawn["shape"]) == 1 and ":simplex" not in text:
            text = re.sub(rf"(?<!\w){name}\[\w+\]", r"\g<0>:simplex", text)
    return text


def _verdict(record: dict[str, Any]) -> str:
    try:
        found = mc.identify(
            record["of"],
            wrt=record["wrt"],
            variables=_declared(record),
            formula=record["claim"],
        )
    except mc.ShapeError:
        return "not_conformable"
    verdicts = {one.convention: one.verdict for one in found.readings}
    return verdicts[record["layout"]] or ""


@pytest.mark.parametrize("record", _claims("open_right.jsonl"), ids=lambda one: one["id"])
def test_a_right_formula_is_never_called_wrong(record: dict[str, Any]) -> None:
    allowed = {"right"} if record["reading"] == "columns" else {"right", "not_conformable"}
    assert _verdict(record) in allowed


@pytest.mark.parametrize("record", _claims("open_wrong.jsonl"), ids=lambda one: one["id"])
def test_a_wrong_formula_is_never_called_right(record: dict[str, Any]) -> None:
    assert _verdict(record) not in ("right", "cannot_tell")


_REWRITTEN = [
    ("tanh(z)", "z", "1 / cosh(z)**2", "1 - tanh(z)**2"),
    ("sigmoid(z)", "z", "exp(-z) / (1 + exp(-z))**2", "sigmoid(z) * sigmoid(-z)"),
    ("log(1 + exp(z))", "z", "1 / (1 + exp(-z))", "(1 + tanh(z/2)) / 2"),
    ("cos(z)**2", "z", "-sin(2*z)", "-2 * sin(z) * cos(z)"),
    ("u * exp(z)", "z", "exp(z + log(u))", "u / exp(-z)"),
    ("relu(z)", "z", "step(z)", "(1 + sign(z)) / 2"),
    ("abs(z - 3)", "z", "2 * step(z - 3) - 1", "(z - 3) / abs(z - 3)"),
    ("maximum(z, u)", "z", "step(z - u)", "(1 + sign(z - u)) / 2"),
    ("u * g(2*z)", "z", "2 * u * g'(2*z)", "u * g'(2*z) + g'(2*z) * u"),
]
_OTHER = ["{} * 2", "-({})", "({}) * z", "{} + z / 10**6", "{} + step(z - 4)"]


@pytest.mark.parametrize(("line", "wrt", "one", "two"), _REWRITTEN, ids=str)
def test_fit_takes_every_spelling_and_no_neighbour(line: str, wrt: str, one: str, two: str) -> None:
    def right(formula: str) -> tuple[str, ...]:
        found = mc.fit(
            f"d{wrt}[n] = ? * ({formula})", candidates="dw[n] z[n] u[n]", because=f"w = {line}"
        )
        assert found.backward is not None
        return found.backward.right

    assert right(one) == (f"dz = dw * ({one})",)
    assert right(two) == (f"dz = dw * ({two})",)
    for other in _OTHER:
        assert right(other.format(f"({one})")) == ()


@pytest.mark.parametrize(
    ("expression", "wrt", "variables", "formula"),
    [
        ("logdet(A @ B)", "A", "A[n,n]:invertible B[n,n]:invertible", "inv(A.T)"),
        ("logdet(A @ B)", "A", "A[n,n]:invertible B[n,n]:invertible", "(B @ inv(A @ B)).T"),
        ("sum(u * (A @ x))", "x", "A[m,n] x[n] u[m]", "A.T @ diag(u) @ ones(m)"),
        ("tr(A.T @ X @ B)", "X", "A[m,k] X[m,n] B[n,k]", "(B @ A.T).T"),
        ("norm(X @ w - y)**2", "w", "X[m,n] w[n] y[m]", "2 * X.T @ X @ w - 2 * X.T @ y"),
        ("tr(inv(X.T @ C @ X))", "X", "C[p,p]:spd X[p,q]", "-2*C@X@inv(X.T@C@X)@inv(X.T@C@X)"),
    ],
)
def test_identify_takes_every_spelling(
    expression: str, wrt: str, variables: str, formula: str
) -> None:
    def verdict(text: str) -> str | None:
        found = mc.identify(expression, wrt=wrt, variables=variables, formula=text)
        return {one.convention: one.verdict for one in found.readings}["denominator"]

    assert verdict(formula) == "right"
    assert verdict(f"-({formula})") == "wrong_value"
    assert verdict(f"({formula}) * 1.000001") == "wrong_value"


def _judged(right: str, given: str, variables: str) -> str:
    declared = parse_declarations(variables)
    known = {name: one.variable for name, one in declared.items()}
    one, two = (read_formula(text, known) for text in (right, given))
    met = meetings(one.node, two.node, one, declared)
    return by_value(Pair(m.right, m.given, m.rounding) for m in met).verdict


@pytest.mark.parametrize(
    ("right", "given", "variables", "verdict"),
    [
        ("x", "(x**2)**0.5", "x[n]", "wrong_value"),
        ("x", "(x**2)**0.5", "x[n]:positive", "right"),
        ("x * 1", "x + step(x - 50)", "x[n]", "wrong_value"),
        ("A @ x", "A.T @ x", "A[n,n] x[n]", "wrong_value"),
        ("A @ x", "A.T @ x", "A[n,n]:symmetric x[n]", "right"),
        ("exp(x)", "log(1 + exp(x) / 10**18) * 10**18", "x[n]", "cannot_tell"),
        ("g(x)", "g'(x)", "x[n]", "wrong_value"),
        ("g'(x)**2 * x", "x * g'(x) * g'(x)", "x[n]", "right"),
        ("g(x)", "f(x)", "x[n]", "wrong_value"),
        ("sum(x) / n", "mean(x)", "x[n]", "right"),
        ("sum(x) / 3", "mean(x)", "x[n]", "wrong_value"),
    ],
)
def test_points_keep_what_is_declared_and_see_what_lies_far_off(
    right: str, given: str, variables: str, verdict: str
) -> None:
    try:
        found = _judged(right, given, variables)
    except mc.ArrayError:  # not finite anywhere
        found = "cannot_tell"
    assert found == verdict


def test_points_have_several_sizes_that_all_differ() -> None:
    declared = parse_declarations("A[m,n] x[n]")
    formula = read_formula("A @ x", {name: one.variable for name, one in declared.items()})
    met = meetings(formula.node, formula.node, formula, declared)
    sizes = {tuple(one.sizes.items()) for one in met}
    assert len(sizes) == 2
    assert all(len(dict(one)) == len({size for _, size in one}) for one in sizes)


def test_both_sides_of_every_kink_are_met() -> None:
    declared = parse_declarations("x[2] y[2]")
    formula = read_formula(
        "maximum(x, y) + abs(x - 20)", {name: one.variable for name, one in declared.items()}
    )
    met = meetings(formula.node, formula.node, formula, declared)
    for kink in (lambda x, y: x - y, lambda x, _: x - 20):
        sides = np.array([np.sign(kink(one.arrays["x"], one.arrays["y"])) for one in met])
        assert (sides > 0).any(axis=0).all()
        assert (sides < 0).any(axis=0).all()


def test_the_words_are_those_of_the_design() -> None:
    assert list(VERDICTS) == [
        "right",
        "wrong_layout",
        "not_conformable",
        "wrong_shape",
        "wrong_value",
        "cannot_tell",
    ]

"""What is printed in Unicode and in LaTeX is read back, and means the same, in each layout."""

import json
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest

import matcalc as mc
from matcalc.checking.reading_back import read_back
from matcalc.inputs.entrance import entered
from matcalc.operations import RULES, facts_of

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracle"
EVERY = int(os.environ.get("MATCALC_LAW_EVERY", "16"))  # record is tried; all of them with 1
KNOWN = ("symmetric", "spd", "positive", "invertible", "diagonal", "simplex")


def records() -> list[dict[str, Any]]:
    path = ORACLE / "open.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = [record for record in map(json.loads, lines) if not record.get("structure")]
    return found[::EVERY]


def declared(record: dict[str, Any]) -> str:
    words = []
    for name, stated in record["variables"].items():
        known = stated if isinstance(stated, dict) else {"shape": stated}
        sizes = f"[{','.join(map(str, known['shape']))}]" if known["shape"] else ""
        properties = ",".join(one for one in KNOWN if known.get(one))
        words.append(name + sizes + (f":{properties}" if properties else ""))
    return " ".join(words)


@pytest.mark.parametrize("record", records(), ids=lambda record: record["id"])
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_what_is_printed_of_a_record_is_read_back(record: dict[str, Any], layout: str) -> None:
    variables = declared(record)
    try:
        J = mc.derive(
            record.get("columns") or record["expression"],
            wrt=record["wrt"],
            variables=variables,
            layout=layout,
            order=record["order"],
        )
    except mc.MatcalcError:
        pytest.skip("it has no derivative here")
    assert not isinstance(J, list)
    for form in ("unicode", "latex"):
        found = read_back(J, form, variables)
        assert found.holds is not False, f"{getattr(J, form)}: {found.reason}"


PRINTED = [
    ("tanh(W @ x + b)", "x", "W[m,n] x[n] b[m]", 1),
    ("inv(X)", "X", "X[n,n]:invertible", 1),
    ("logdet(X.T @ X)", "X", "X[m,n]", 1),
    ("sum(x**3) / norm(x)", "x", "x[n]", 2),
    ("softmax(W @ x)", "x", "W[m,n] x[n]", 1),
    ("A @ X @ B", "X", "A[k,m] X[m,n] B[n,p]", 1),
    ("g(W @ x)", "x", "W[m,n] x[n]", 1),
    ("kron(A, X)", "X", "A[m,n] X[p,q]", 1),
    ("concatenate(x, W @ x)", "x", "W[m,n] x[n]", 1),
    ("sum(relu(W @ x) * sigmoid(W @ x))", "W", "W[m,n] x[n]", 1),
    ("expm(A)", "A", "A[n,n]", 1),
    *((f"{name}(A)", "A", "A[n,n]:spd", 2) for name in ("expm", "sqrtm", "logm")),
    ("pinv(A)", "A", "A[m,n]", 2),
    ("block_diag(A, B) @ x", "A", "A[m,n] B[p,q] x[n+q]", 1),
    ("block_diag(A, B)", "B", "A[m,n] B[p,q]", 1),
    ("x**y", "x", "x[n]:positive y[n]", 2),
    ("sum(f(W @ x)**2)", "x", "f(x[n])[m] W[n,k] x[k]", 2),
    ("exp(L(W @ x))", "W", "L(x[n]) W[n,k] x[k]", 2),
    ("lgamma(x)", "x", "x[n]:positive", 2),
    ("sum(Phi(x) * y)", "x", "x[n] y[n]", 1),
    ("(x - mean(x)) / norm(x)", "x", "x[N]", 1),
    ("h = W @ x; norm(tanh(h)) + sum(softmax(h)**2)", "x", "W[m,n] x[n]", 1),
    ("th = norm(w); sin(th) / th * w", "w", "w[n]", 1),
    ("rate_of = A @ x; sum(tanh(rate_of)**2) * rate_of", "x", "A[n,n] x[n]", 2),
    ("softmax * softmax(x)", "x", "x[n] softmax", 1),
    ("norm * norm(x) * x", "x", "x[n] norm", 2),
]


@pytest.mark.parametrize(("expression", "wrt", "variables", "order"), PRINTED)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_what_is_printed_is_read_back(
    expression: str, wrt: str, variables: str, order: int, layout: str
) -> None:
    J = mc.derive(expression, wrt=wrt, variables=variables, layout=layout, order=order)
    assert not isinstance(J, list)
    for form in ("unicode", "latex"):
        found = read_back(J, form, variables)
        assert found.holds, f"{getattr(J, form)}: {found.reason}"


#: Names that are those of functions, of signs, or have several letters and numbers.
_NAMES = """bias1 bias_1 max1 sum_2 rate_mean B3n A_inv w_hat x_true beta_2 alpha0 log2 det_1 W_ih
e1 T1 d_x I2 pi_k norm_1 lambda loss Theta X_12 sigma_y"""
NAMES = _NAMES.split()
CASES = int(os.environ.get("MATCALC_LAW_CASES", "7"))
RENAMED = [
    "a.T @ B @ a / norm(a)",
    "sum(a**3) * a",
    "tanh(B @ a) * a",
    "inv(B) @ a",
    "a**2 @ a.T",
    "minimum(a, B @ a)",
    "(a - mean(a)) / std(a)",
]


@pytest.mark.parametrize("seed", range(CASES))
def test_what_is_printed_is_read_back_whatever_the_names(seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 - nothing secret
    names = dict(zip("aB", chosen.sample(NAMES, 2), strict=True))
    typed = re.sub(r"\b[aB]\b", lambda found: names[found[0]], RENAMED[seed % len(RENAMED)])
    variables = f"{names['a']}[n] {names['B']}[n,n]:invertible"
    wrt = names["B"] if names["B"] in typed and chosen.random() < 0.4 else names["a"]
    J = mc.derive(
        typed, wrt=wrt, variables=variables, layout=chosen.choice(["numerator", "denominator"])
    )
    for form in ("text", "unicode", "latex"):
        found = read_back(J, form, variables)
        assert found.holds is not False, f"{typed}: {getattr(J, form)}: {found.reason}"


@pytest.mark.parametrize(
    "name", [one.name for one in RULES.values() if facts_of(one.name).power_behind_name]
)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_a_power_behind_a_name_is_of_each_entry_of_a_square_matrix(name: str, layout: str) -> None:
    J = mc.derive(f"sum({name}(B)**3 + B)", wrt="B", variables="B[n,n]", layout=layout)
    assert f"{name}²(B)" in J.unicode
    for form in ("unicode", "latex"):
        found = read_back(J, form, "B[n,n]")
        assert found.holds, f"{getattr(J, form)}: {found.reason}"


def test_a_power_behind_the_result_is_of_the_matrix() -> None:
    for typed, meant in {"tanh²(B)": "tanh(B)**2", "tanh(B)²": "tanh(B) @ tanh(B)"}.items():
        assert entered(typed, "B[n,n]").text == meant
    assert entered("expm²(B)", "B[n,n]").text == "expm(B) @ expm(B)"


def test_a_wrong_reading_is_noticed() -> None:
    J = mc.derive("A @ x", wrt="x", variables="A[n,n] x[n]", layout="denominator")
    turned = J.to("numerator")
    assert read_back(J, "unicode").holds
    assert J.unicode != turned.unicode

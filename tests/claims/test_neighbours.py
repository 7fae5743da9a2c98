"""No neighbour of a true formula is called right; what is broken twice or thrice is mended."""

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from columns import evaluated
from neighbours import differs, neighbours, points, sampled
from unusual import unusual

import matcalc as mc
from matcalc.claims.judging import judged
from matcalc.claims.question import of_expression

CASES = int(os.environ.get("MATCALC_LAW_CASES", "4"))  # of each formula

TRUTHS = [  # expression, variable, shapes, the derivative in denominator layout
    ("x.T @ A @ x", "x", "x[n] A[n,n]", "A @ x + A.T @ x"),
    ("sum(relu(A @ x))", "x", "x[n] A[m,n]", "A.T @ step(A @ x)"),
    ("sum(abs(A @ x - b))", "x", "x[n] A[m,n] b[m]", "A.T @ sign(A @ x - b)"),
    ("sum(relu(A @ x)**2) / 2", "x", "x[n] A[m,n]", "A.T @ (step(A @ x) * (A @ x))"),
    ("norm(A @ x - b)**2", "x", "x[n] A[m,n] b[m]", "2 * A.T @ (A @ x - b)"),
    ("sum(tanh(A @ x))", "A", "x[n] A[m,n]", "(1 - tanh(A @ x)**2) @ x.T"),
    ("tr(A @ X @ B)", "X", "A[m,n] X[n,k] B[k,m]", "A.T @ B.T"),
    ("norm(X)**2 / 2 + sum(abs(X))", "X", "X[n,k]", "X + sign(X)"),
    ("c.T @ softmax(A @ x)", "x", "x[n] A[m,n] c[m]",
     "A.T @ (softmax(A @ x) * c - softmax(A @ x) * (softmax(A @ x).T @ c))"),
    ("log(det(X))", "X", "X[n,n]", "inv(X).T"),
    ("det(X)", "X", "X[n,n]", "det(X) * inv(X).T"),
    ("sum(sigmoid(A @ x) * c)", "x", "x[n] A[m,n] c[m]",
     "A.T @ (sigmoid(A @ x) * (1 - sigmoid(A @ x)) * c)"),
    ("norm(x) + x.T @ c", "x", "x[n] c[n]", "x / norm(x) + c"),
    ("x.T @ relu(x) + c.T @ abs(x)", "x", "x[n] c[n]", "2 * relu(x) + c * sign(x)"),
]  # fmt: skip


def _shapes(variables: str) -> dict[str, list[str]]:
    return {name: sizes.split(",") for name, sizes in re.findall(r"(\w+)\[([\w,]+)\]", variables)}


@pytest.mark.parametrize(("of", "wrt", "variables", "true"), TRUTHS)
def test_no_neighbour_that_differs_is_called_right(
    of: str, wrt: str, variables: str, true: str
) -> None:
    question = of_expression(of, wrt, variables, "denominator")
    assert judged(question, true).verdict == "right"
    shapes = _shapes(variables)
    called_right = []
    for text in sampled(neighbours(true, sorted(shapes)), CASES, seed=len(of)):
        try:
            verdict = judged(question, text).verdict
        except mc.MatcalcError:
            continue
        if verdict == "right" and differs(true, text, shapes):
            called_right.append(text)
    assert not called_right


@pytest.mark.parametrize(("of", "wrt", "variables", "true"), TRUTHS)
def test_a_true_formula_in_any_form_is_called_right(
    of: str, wrt: str, variables: str, true: str
) -> None:
    question = of_expression(of, wrt, variables, "denominator")
    shapes = _shapes(variables)
    point = next(points(shapes))
    for seed in range(CASES):
        text = unusual(true, *point, seed + len(of))
        assert not differs(true, text, shapes), text
        assert judged(question, text).verdict == "right", text


CLAIMS = Path(__file__).resolve().parents[3] / "shared" / "claims"


@pytest.mark.skipif(not CLAIMS.is_dir(), reason="the claims lie beside the project in CI alone")
def test_no_neighbour_of_a_recorded_formula_is_called_right() -> None:
    """Of formulas in any form; with all (MATCALC_LAW_CASES=1000) it takes half an hour."""
    lines = (CLAIMS / "open_right.jsonl").read_text(encoding="utf-8").splitlines()
    called_right = []
    for line in lines[5 :: max(1, 160 // CASES)]:
        record = json.loads(line)
        of, variables, true = record["of"], record["variables"], record["claim"]
        if ":" in variables or "log(softmax" in of or record["reading"] != "columns":
            continue  # the points below are any numbers
        question = of_expression(of, record["wrt"], variables, record["layout"])
        shapes = {name: _shapes(variables).get(name, []) for name in question.formula.variables}
        for text in sampled(neighbours(true, sorted(shapes)), CASES, seed=len(of)):
            with suppress(mc.MatcalcError, NameError):  # of functions that columns.py lacks
                right = judged(question, text).verdict == "right"
                if right and differs(true, text, shapes):
                    called_right.append((record["id"], text))
    assert not called_right


def _broken(true: str, names: list[str], times: int, seed: int) -> str:
    text = true
    for k in range(times):
        text = sampled(neighbours(text, names), 1, seed + 7 * k)[0]
    return text


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize(("of", "wrt", "variables", "true"), TRUTHS[:: max(1, 12 // CASES)])
def test_what_is_broken_twice_and_thrice_is_mended(
    of: str, wrt: str, variables: str, true: str, times: int
) -> None:
    shapes = _shapes(variables)
    for seed in range(max(1, CASES // 4)):
        claim = _broken(true, sorted(shapes), times, seed)
        about = {"of": of, "wrt": wrt, "variables": variables, "layout": "denominator"}
        try:
            found = mc.check_formula(claim, **about)
        except mc.MatcalcError:
            continue
        if found.verdict == "right":
            assert not differs(true, claim, shapes), claim
        elif found.verdict != "cannot_tell":
            assert found.repair is not None, claim
            assert differs(true, claim, shapes) or found.verdict == "wrong_layout", claim
            for repair in found.repairs or (found.repair,):
                assert not differs(true, repair, shapes), (claim, repair)


def test_sizes_are_odd_and_even() -> None:
    about = {"of": "det(X)", "wrt": "X", "variables": "X[n,n]", "layout": "denominator"}
    assert mc.check_formula("det(X) * inv(X).T", **about).verdict == "right"
    assert mc.check_formula("det(-X) * inv(X).T", **about).verdict == "wrong_value"


UNUSUAL = [
    ("2 * A.T @ (A @ x - b)", "2 * (A.T @ A @ x - A.T @ b)"),
    ("2 * A.T @ (A @ x - b)", "((A @ x - b).T @ A).T * 2"),
    ("2 * A.T @ (A @ x - b)", "-2 * A.T @ (b - A @ x)"),
    ("2 * A.T @ (A @ x - b)", "A.T @ diag(A @ x - b) @ ones(m) + (x.T @ A.T @ A - b.T @ A).T"),
    ("2 * A.T @ (A @ x - b)", "(A.T @ (A @ x - b)) / 0.5"),
    ("2 * A.T @ (A @ x - b)", "2 * eye(n) @ A.T @ (A @ x) - A.T @ b - (b.T @ A).T"),
]


@pytest.mark.parametrize(("true", "unusual"), UNUSUAL)
def test_a_true_formula_in_an_unusual_form_stays_right(true: str, unusual: str) -> None:
    shapes = _shapes("x[n] A[m,n] b[m]")
    assert not differs(true, unusual, shapes)
    about = {"of": "norm(A @ x - b)**2", "wrt": "x", "variables": "x[n] A[m,n] b[m]"}
    assert mc.check_formula(unusual, **about, layout="denominator").verdict == "right"


def test_the_evaluation_itself_tells_a_wrong_formula() -> None:
    shapes = _shapes("x[n] A[m,n]")
    arrays, sizes = next(points(shapes))
    np.testing.assert_allclose(evaluated("A @ x", arrays, sizes)[:, 0], arrays["A"] @ arrays["x"])
    assert evaluated("A.T @ x", arrays, sizes) is None
    assert differs("A @ x", "1.001 * A @ x", shapes)
    assert not differs("A @ x", "(x.T @ A.T).T", shapes)


@pytest.mark.parametrize(
    "claim",
    [
        "step(norm(a - p)**2 - norm(a - abs(q))**2 + 5) * 2 * (q - p)",
        "sign(relu(norm(a - p)**2 - norm(a - abs(q))**2 + 5)) * 2 * (q - p)",
        "2 / (1 + sign(norm(a - p)**2 - norm(a - q)**2 + 5)) * 2 * (q - p)",
        "2 / step(norm(a - p)**2 - norm(a - q)**2 + 5) * (q - p)",
    ],
)
def test_beyond_a_kink_a_claim_is_held_to_numbers_below_zero_and_to_be_a_number(
    claim: str,
) -> None:
    of = "relu(norm(a - p)**2 - norm(a - q)**2 + 5)"
    question = of_expression(of, "a", "a[n] p[n] q[n]", "denominator")
    assert judged(question, claim).verdict == "wrong_value"


@pytest.mark.parametrize("inside", ["X @ (2 * w) - y", "X @ w - y / 2", "X @ w - 2 * y"])
def test_kinks_are_met_on_their_sides_together(inside: str) -> None:
    """Both differ only where |r| is above 1 and a sign is another one, in one entry."""
    of = "sum(0.5 * (X @ w - y)**2 - 0.5 * relu(abs(X @ w - y) - 1)**2)"
    question = of_expression(of, "w", "X[m,n] w[n] y[m]", "denominator")
    claim = "X.T @ (X @ w - y - sign({}) * relu(abs(X @ w - y) - 1))"
    assert judged(question, claim.format("X @ w - y")).verdict == "right"
    assert judged(question, claim.format(inside)).verdict == "wrong_value"


@pytest.mark.parametrize("claim", ["log(-X**2)", "sqrt(-1 - X**2)", "X / relu(-abs(X))"])
def test_what_is_a_number_nowhere_is_wrong(claim: str) -> None:
    question = of_expression("norm(X)**2 / 2", "X", "X[m,n]", "denominator")
    found = judged(question, claim)
    assert found.verdict == "wrong_value"
    assert found.reason.startswith("it is no number at any point")


def test_what_is_a_number_on_a_part_alone_is_right_there_and_that_is_said() -> None:
    question = of_expression("logdet(F)**2 / 2", "F", "F[n,n]:invertible", "denominator")
    whole, part = (judged(question, f"{one} * inv(F).T") for one in ("logdet(F)", "log(det(F))"))
    assert (whole.verdict, whole.notes, part.verdict) == ("right", (), "right")
    assert part.notes[0].startswith("it is no number at some points where the derivative is one")


@pytest.mark.parametrize(
    "claim", ["sum(abs(y)) * softmax(z) - y", "n * mean(relu(y)) * softmax(z) - y"]
)
def test_who_writes_a_sum_of_targets_does_not_take_it_to_be_1(claim: str) -> None:
    about = {"of": "-(y.T @ log(softmax(z)))", "wrt": "z", "variables": "y[n] z[n]"}
    assert mc.check_formula(claim, **about).verdict == "wrong_value"
    assert mc.check_formula("softmax(z) - y", **about).verdict == "right"


@pytest.mark.parametrize("variables", [None, "y[n] z[n]", ["y[n]", "z[n]"], ["y[n] z[n]"]])
@pytest.mark.parametrize(
    "loss",
    [
        *("-(y * log_softmax(z)).sum()", "-np.sum(y * np.log(softmax(z)))", "−yᵀ log softmax(z)"),
        *(r"-\sum_i y_i \log p_i, p = \mathrm{softmax}(z)", "-sum(y .* log(softmax(z)))"),
    ],
)
def test_a_target_is_known_in_every_notation_declared_or_not(loss: str, variables: Any) -> None:
    of = "p = softmax(z); " + loss.partition(", p =")[0]
    found = mc.check_formula("softmax(z) - y", of=of, wrt="z", variables=variables)
    assert found.verdict == "right", loss
    assert any("y is taken as a target" in said for said in found.assumptions)
    asked = {"of": of, "wrt": "z", "variables": variables}
    assert mc.check_formula("sum(y) * softmax(z) - y", **asked).verdict == "right"
    assert mc.check_formula("y - softmax(z)", **asked).verdict == "wrong_value"


@pytest.mark.parametrize("softmax", ["softmax(X @ W)", "softmax(X @ W, axis=1)"])
def test_the_rows_of_targets_sum_to_1_as_a_target_does(softmax: str) -> None:
    about = {"of": f"-sum(Y * log({softmax}))", "wrt": "W", "variables": "X[m,n] W[n,k] Y[m,k]"}
    found = mc.check_formula(f"X.T @ ({softmax} - Y)", **about)
    assert found.verdict == "right"
    assert any("Y is taken as a target: each of its rows" in one for one in found.assumptions)
    assert mc.check_formula(f"X.T @ (Y - {softmax})", **about).verdict == "wrong_value"
    of_columns = {**about, "of": "-sum(Y * log(softmax(X @ W, axis=0)))"}
    claim = "X.T @ (softmax(X @ W, axis=0) - Y)"
    assert mc.check_formula(claim, **of_columns).verdict == "wrong_value"


@pytest.mark.parametrize(
    ("claim", "of", "wrt", "variables", "when"),
    [
        ("relu(s)", "t * s", "t", "t s", ("every entry of s is positive",)),
        ("relu(sin(s))", "t * sin(s)", "t", "t s", ()),
        ("inv(X)", "det(X)", "X", "X[n,n]", ()),
        ("inv(B) @ X", "sum(X * (B @ X)) - tr(X.T @ B.T @ X) / 2", "X", "X[n,m] B[n,n]", ()),
        ("2 * A @ x", "x.T @ A @ x", "x", "A[n,n] x[n]", ("A is symmetric",)),
        ("A @ B @ x", "x.T @ A @ B.T @ c", "x", "A[n,n] B[m,n] x[n] c[m]", ()),
        ("step(norm(a - 2 * p)**2 - norm(a - q)**2 + 5) * 2 * (q - p)",
         "relu(norm(a - p)**2 - norm(a - q)**2 + 5)", "a", "a[n] p[n] q[n]", ()),
        ("abs(C) @ x", "x.T @ C @ x / 2", "x", "C[n,n]:symmetric x[n]", ()),
    ],
)  # fmt: skip
def test_a_condition_is_said_that_makes_a_claim_right(
    claim: str, of: str, wrt: str, variables: str, when: tuple[str, ...]
) -> None:
    found = mc.check_formula(claim, of=of, wrt=wrt, variables=variables)
    assert found.verdict != "right"
    assert found.right_when == when


@pytest.mark.parametrize(
    ("claim", "of", "known"),
    [
        ("step(z) * (softmax(relu(z)) * sum(y) - y)", "-y.T @ log(softmax(relu(z)))", "simplex"),
        ("step(z) * (softmax(relu(z)) * norm(y)**2 - y)", "-y.T @ log(softmax(relu(z)))", "onehot"),
        ("y**2 * step(z)", "y.T @ relu(z)", "binary"),
        ("P @ P @ P @ step(P @ z)", "sum(relu(P @ z))", "projector"),
        ("P.T @ P @ step(P.T @ P @ z)", "sum(relu(z))", "orthogonal"),
    ],
)
def test_what_is_declared_stays_so_beyond_kinks(claim: str, of: str, known: str) -> None:
    variables = f"y[n] P[n,n]:{known} z[n]" if "P" in claim else f"y[n]:{known} z[n]"
    question = of_expression(of, "z", variables, "denominator")
    assert judged(question, claim).verdict == "right"


def test_who_writes_einsum_multiplies_entry_by_entry() -> None:
    about = {"of": 'einsum("bij,bj->bi", A, X)', "wrt": "X", "variables": "A[q,m,n] X[q,n]"}
    claim = 'einsum("bc,bij->bijc", -(-eye(q) * ones((q, q))), A)'
    assert mc.check_formula(claim, **about, layout="numerator").verdict == "right"


def test_what_only_overflows_far_away_is_not_called_wrong() -> None:
    of = "sum(relu(A @ x - b)) + sum(softplus(x))"
    question = of_expression(of, "x", "A[m,n] x[n] b[m]", "denominator")
    claim = "A.T @ step(A @ x - b) + exp(x) / (1 + exp(x))"
    assert judged(question, claim).verdict == "right"


@pytest.mark.parametrize(
    ("of", "wrt", "variables", "claim"),
    [
        ("det(X)", "X", "X[n,n]:invertible", "abs(det(X)) * inv(X).T"),
        ("det(X)", "X", "X[n,n]:invertible", "norm(det(X)) * inv(X).T"),
        ("det(kron(A, X))", "A", "A[m,m]:invertible X[n,n]:invertible",
         "n * sqrt(det(kron(A, X))**2) * inv(A).T"),
        ("tr(D @ X)", "X", "X[n,n] D[n,n]:diagonal", "abs(D)"),
        ("x.T @ D @ x", "x", "x[n] D[n,n]:diagonal", "2 * relu(D) @ x"),
        ("logdet(F)**2", "F", "F[n,n]:invertible", "2 * norm(logdet(F)) * inv(F).T"),
        ("x * log(det(S))", "x", "x S[n,n]:spd", "relu(log(det(S)))"),
        ("x * log(sum(p))", "x", "x p[n]:positive", "relu(log(sum(p)))"),
    ],
)  # fmt: skip
def test_what_is_declared_leaves_both_signs_and_small_numbers(
    of: str, wrt: str, variables: str, claim: str
) -> None:
    question = of_expression(of, wrt, variables, "denominator")
    assert judged(question, claim).verdict == "wrong_value"


@pytest.mark.parametrize(
    "claim",
    [
        "eye(n) / eye(n)",
        "A / A * eye(n) / eye(n)",
        "diag(x) / diag(x)",
        "eye(n) * (1 / eye(n))",
        "diag(x) * (2 * eye(n) + diag(x))**-1 * (2 + x)",
        "kron(eye(n), ones((1, 1))) / kron(eye(n), ones((1, 1)))",
        "eye(n) + 0 / zeros((n, n))",
        "eye(n) / (x @ x.T - x @ x.T)",
    ],
)
def test_what_is_zero_off_its_diagonal_divides_nothing(claim: str) -> None:
    question = of_expression("x", "x", "x[n] A[n,n]", "denominator")
    with pytest.raises(mc.NotationError, match="a division by zero"):
        judged(question, claim)


def test_what_is_divided_by_may_have_a_diagonal_and_more() -> None:
    question = of_expression("x", "x", "x[n] A[n,n]", "denominator")
    for claim in (
        "eye(n) / ones((n, n))",
        "eye(n) / (1 + eye(n)) * 2",
        "eye(n) / (ones((n, n)) @ eye(n))",
    ):
        assert judged(question, claim).verdict == "right", claim

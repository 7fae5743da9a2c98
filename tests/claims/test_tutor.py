"""What a tutor would say of a wrong line: which mistake, where it stands, in which words."""

import time

import pytest

import matcalc as mc
from matcalc.claims.telling import hinted

LAYERS = {
    "because": "Z1 = X @ W1; A1 = relu(Z1); Z2 = A1 @ W2",
    "variables": "X[N,d] W1[d,h] W2[h,k]",
}
TANH = {"because": "a1 = tanh(z1); z2 = W2 @ a1", "variables": "W2[3,2] z1[2]"}
RELU = {"because": "a1 = relu(z1); z2 = W2 @ a1", "variables": "W2[3,2] z1[2]"}
SIGMOID = {"because": "a1 = sigmoid(z1); z2 = W2 @ a1", "variables": "W2[3,2] z1[2]"}
SOFTMAX = {"because": "s = softmax(z)", "variables": "z[n]"}
CELL = {"because": "h = tanh(Wx @ x + b)", "variables": "Wx[m,n] x[n] b[m]"}
BATCH = {"because": "Z = X @ W + ones(N) @ b.T", "variables": "X[N,d] W[d,h] b[h]"}
ATTENTION = {
    "because": "S = Q @ K.T; P = softmax(S, axis=1); O = P @ V",
    "variables": "Q[N,d] K[N,d] V[N,e]",
}
SQUARES = {"because": "a = sigmoid(z); L = (a - y).T @ (a - y) / 2", "variables": "z[n] y[n]"}


def _of(of: str, wrt: str, variables: str) -> dict[str, str]:
    return {"of": of, "wrt": wrt, "variables": variables}


TOLD = [  # the line, what it is about, the first cause, the place that is marked, what is said
    ("dW1 = X.T @ (dZ2 @ W2)", LAYERS, "transpose", "W2", "what belongs here is W2.T"),
    (
        "dz1 = (W2.T @ dz2) * (1 - tanh(z1))",
        TANH,
        "chain-rule",
        "tanh(z1)",
        "the slope of tanh at z1 is 1 - tanh(z1)**2, not 1 - tanh(z1)",
    ),
    (
        "dz1 = (W2.T @ dz2) * (1 - z1**2)",
        TANH,
        "wrong-point",
        "z1",
        "the slope of tanh at z1 is 1 - a1**2, not 1 - z1**2",
    ),
    ("dz1 = (W2.T @ dz2) * step(-z1)", RELU, "sign", "-z1", "the slope of relu at z1 is step(z1)"),
    ("dz1 = (W2.T @ dz2) * relu(z1)", RELU, "chain-rule", "relu(z1)", "is step(z1), not relu(z1)"),
    (
        "dz1 = (W2.T @ dz2) * a1 * (1 + a1)",
        SIGMOID,
        "sign",
        "a1",
        "is a1 * (1 - a1), not a1 * (1 + a1)",
    ),
    (
        "dz1 = (W2 @ dz2) * sigmoid(z1)",
        SIGMOID,
        "chain-rule",
        "sigmoid(z1)",
        "the slope of sigmoid",
    ),
    (
        "dz = (diag(s) - s @ s) @ ds",
        SOFTMAX,
        "kind-of-product",
        "s",
        "the outer product belongs here",
    ),
    (
        "dS = dP * P * (1 - P)",
        ATTENTION,
        "diagonal",
        "dP * P * (1 - P)",
        "does not act entry by entry",
    ),
    (
        "dx = Wx.T @ dh * (1 - h**2)",
        CELL,
        "wrong-expansion",
        "Wx.T @ dh * (1 - h**2)",
        "parentheses",
    ),
    (
        "db = sum(dZ, axis=1)",
        BATCH,
        "missing-sum",
        "sum(dZ, axis=1)",
        "sum(dZ, axis=0) for sum(dZ, axis=1)",
    ),
    ("dz = a - y", SQUARES, "chain-rule", "a - y", "this is the derivative by a: from there"),
    (
        "-inv(A) @ inv(A)",
        _of("x.T @ inv(A) @ y", "A", "A[n,n] x[n] y[n]"),
        "inverse",
        "-inv(A) @ inv(A)",
        "stands between two",
    ),
    (
        "inv(A) @ A.T",
        _of("logdet(A @ A.T)", "A", "A[m,n]"),
        "not-invertible",
        "inv(A) @ A.T",
        "2 * pinv(A).T",
    ),
    (
        "kron(A, B)",
        _of("A @ X @ B", "X", "A[m,n] X[n,k] B[k,p]"),
        "vec-order",
        "kron(A, B)",
        "kron(B.T, A)",
    ),
    ("A @ B", _of("tr(A @ X @ B)", "X", "A[m,n] X[n,k] B[k,m]"), "transpose", "A @ B", "A.T @ B.T"),
    (
        "A.T @ X @ B.T",
        _of("tr(X.T @ A @ X @ B)", "X", "A[n,n] X[n,k] B[k,k]"),
        "missing-term",
        "A.T @ X @ B.T",
        "a term is missing: A @ X @ B",
    ),
    (
        "1 / norm(x) - x @ x.T / norm(x)**3",
        _of("x / norm(x)", "x", "x[n]"),
        "broadcast",
        "1",
        "eye(n)",
    ),
    ("w * sign(w)", _of("sum(abs(w))", "w", "w[n]"), "chain-rule", "w", "the factor w is too many"),
]


@pytest.mark.parametrize(("claim", "about", "cause", "place", "said"), TOLD)
def test_the_mistake_is_named_at_its_place_in_words_of_the_case(
    claim: str, about: dict[str, str], cause: str, place: str, said: str
) -> None:
    found = mc.check_formula(claim, **about)
    first = found.causes[0]
    assert (first.name, claim[first.start : first.end]) == (cause, place)
    assert said in first.says
    assert found.repair is not None
    assert mc.check_formula(found.repair, **about).verdict == "right"


WRITTEN = [  # the line, what it is about, the first repair: as people write it
    ("inv(X)", _of("log(det(X))", "X", "X[n,n]"), "inv(X).T"),
    ("x / norm(x)**2", _of("norm(x)", "x", "x[n]"), "x / norm(x)"),
    ("x.T @ A @ 2", _of("x.T @ A @ x", "x", "x[n] A[n,n]"), "(A + A.T) @ x"),
    ("2 * X.T @ (y - X @ w)", _of("norm(y - X @ w)**2", "w", "X[m,n] w[n] y[m]"),
     "-2 * X.T @ (y - X @ w)"),
    ("X.T @ (X @ w - y)", _of("norm(X @ w - y)**2 / m", "w", "X[m,n] w[n] y[m]"),
     "2 / m * X.T @ (X @ w - y)"),
    ("dz = (a - y)", SQUARES, "dz = (a - y) * a * (1 - a)"),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "about", "repair"), WRITTEN)
def test_a_repair_is_written_as_people_write_it(
    claim: str, about: dict[str, str], repair: str
) -> None:
    assert mc.check_formula(claim, **about).repair == repair


def test_a_step_on_the_way_is_named_once_behind_a_kink() -> None:
    found = mc.check_formula("dz1 = (W2.T @ dz2) * step(-z1)", **RELU)
    assert [one.says for one in found.products] == ["∂L/∂a1", "∂L/∂z1"]


def test_an_inverse_of_an_inverse_and_a_trace_of_a_number_are_no_repairs() -> None:
    claims = [
        ("inv(A) @ b", _of("b.T @ A @ x", "x", "A[n,n] b[n] x[n]")),
        ("F * tr(F.T + F)", _of("tr(F.T @ F - eye(d))**2", "F", "F[d,d]")),
    ]
    for claim, about in claims:
        found = mc.check_formula(claim, **about)
        assert not any("inv(inv" in one or "tr(sum" in one for one in found.repairs)


@pytest.mark.parametrize(("claim", "about"), [(each[0], each[1]) for each in TOLD])
def test_a_hint_tells_no_more_than_its_step(claim: str, about: dict[str, str]) -> None:
    found = mc.check_formula(claim, **about)
    first = found.causes[0]
    one, two, three = (hinted(found, k) for k in (1, 2, 3))
    assert (one.causes, one.misfits) == ((), ())
    assert [(each.name, each.says) for each in two.causes] == [("", "")]
    assert two.answer_note == found.verdict
    assert (two.causes[0].start, two.causes[0].end) == (first.start, first.end)
    assert [each.name for each in three.causes] == [each.name for each in found.causes]
    for hint in (one, two, three):
        said = f"{hint.reason} {hint.notes} {[each.says for each in hint.causes]}"
        assert hint.verdict == found.verdict
        assert str(found.repair).rpartition(" = ")[2] not in said
        assert (hint.repair, hint.repairs, hint.truth, hint.why) == (None, (), "", ())
        assert not hint.missing
        assert not any(each.says not in ("", "off") for each in hint.terms)


def test_a_mark_of_a_layer_is_read_where_the_forward_pass_has_that_layer() -> None:
    found = mc.check_formula("delta[1] = W2.T @ delta[2] * sigmoid(z1)", **SIGMOID)
    assert found.repair == "delta1 = W2.T @ delta2 * sigmoid(z1) * (1 - a1)"
    assert "the slope of sigmoid at z1" in found.causes[0].says


def test_a_size_that_grows_is_no_array_of_a_terabyte() -> None:
    claim = 'einsum("ps,rq->rsqp", eye(sum(n**2)**2), A)'
    found = mc.check_formula(claim, **_of("X.T @ A", "X", "A[m,p] X[m,n]"))
    assert found.verdict in ("wrong_shape", "not_conformable", "cannot_tell")


@pytest.mark.parametrize(
    "claim",
    ["kron(eye(n**3), eye(n**3)) @ x", "ones((n**3, n**3, n**3, n**3))", "kron(X, kron(X, X))"],
)
def test_what_grows_beyond_all_sizes_is_not_tried(claim: str) -> None:
    started = time.process_time()
    found = mc.check_formula(claim, **_of("norm(X @ x)**2 / 2", "x", "X[n,n] x[n]"))
    assert found.verdict in ("wrong_shape", "not_conformable", "cannot_tell")
    assert time.process_time() - started < 20


def test_a_repair_writes_keywords_as_they_are_typed() -> None:
    about = {"because": "P = softmax(S, axis=1)", "variables": "S[n,m]"}
    claim = "dS = 2 * P * (dP - sum(P * dP, axis=1, keepdims=True))"
    found = mc.check_formula(claim, **about)
    assert found.verdict == "wrong_value"
    assert "keepdims=True" in (found.repair or "")
    assert mc.check_formula(found.repair or "", **about).verdict == "right"


@pytest.mark.parametrize(
    ("claim", "because", "variables"),
    [
        ("dQ = dS @ K", "S = Q @ K.T / sqrt(d)", "Q[n,d] K[n,d]"),
        ("dK = dS @ Q", "S = Q @ K.T / sqrt(d)", "Q[n,d] K[n,d]"),
        ("dx = W.T @ dz", "z = c * (W @ x)", "W[m,n] x[n] c"),
        ("dW = dz @ x.T", "z = W @ x / 2", "W[m,n] x[n]"),
        ("dw = X.T @ (y - X @ w)", "L = norm(X @ w - y)**2 / n", "X[n,p] w[p] y[n]"),
    ],
)
def test_of_repairs_that_differ_in_where_a_number_stands_one_is_shown(
    claim: str, because: str, variables: str
) -> None:
    found = mc.check_formula(claim, because=because, variables=variables)
    assert len(found.repairs) == 1
    assert found.sure == "only"
    again = mc.check_formula(found.repairs[0], because=because, variables=variables)
    assert again.verdict == "right"

"""The law of renderings, sampled: what people write is read as what it means, or refused."""

from __future__ import annotations

import pytest

from tests.renderings import NOTATIONS, cases, outcome

#: Formulas of all kinds, with the shapes of their variables.
_FORMULAS = [
    ("0.5 * norm(A @ x - b)**2", "A[m,n] x[n] b[m]"),
    ("x @ S @ x - 2 * b @ x", "S[n,n] x[n] b[n]"),
    ("(x - mu) @ inv(S) @ (x - mu)", "x[n] mu[n] S[n,n]"),
    ("-0.5 * x @ inv(S) @ x - 0.5 * logdet(S)", "x[n] S[n,n]"),
    ("tr(A @ X.T @ B @ X)", "A[n,n] B[m,m] X[m,n]"),
    ("tr(inv(X.T @ C @ X) @ A)", "X[p,q] C[p,p] A[q,q]"),
    ("logdet(X.T @ X)", "X[p,q]"),
    ("P @ H.T @ inv(H @ P @ H.T + t * R)", "H[m,n] P[n,n] R[m,m] t"),
    ("sum(log(1 + exp(-y * (X @ w))))", "X[m,n] y[m] w[n]"),
    ("-(y @ log(sigmoid(X @ w)) + (1 - y) @ log(1 - sigmoid(X @ w)))", "X[m,n] y[m] w[n]"),
    ("W @ tanh(V @ x + b)", "W[m,p] V[p,n] x[n] b[p]"),
    ("sum((A @ diag(B @ v)) * C)", "A[p,m] B[m,n] v[n] C[p,m]"),
    ("(w @ A @ w) / (w @ B @ w)", "A[n,n] B[n,n] w[n]"),
    ("x / sqrt(x @ x + eps)", "x[n] eps"),
    ("norm(A @ x - b)**2 + lam * norm1(x)", "A[m,n] x[n] b[m] lam"),
    ("alpha * (c @ x) * exp(b @ x)", "alpha b[n] c[n] x[n]"),
    ("softmax(K @ q / sqrt(d)) @ V", "K[m,d] q[d] V[m,p]"),
    ("logsumexp(A @ x) - y @ (A @ x)", "A[m,n] x[n] y[m]"),
    ("norm(X @ W + outer(ones(p), b) - Y)**2 / p", "X[p,m] W[m,n] b[n] Y[p,n]"),
    ("logdet(eye(m) + H @ Q @ H.T)", "H[m,n] Q[n,n]"),
    ("0.5 * sum((sigmoid(B @ relu(A @ x)) - y)**2)", "A[m,n] B[q,m] x[n] y[q]"),
    ("sum(A.T @ A * B) * sin(t)**2", "A[m,n] B[n,n] t"),
]  # fmt: skip
_DIMS = {"q": 1, "p": 2, "m": 3, "n": 4, "d": 5}
_LEAST = 0.9


def _records() -> list[dict[str, object]]:
    found = []
    for k, (formula, variables) in enumerate(_FORMULAS):
        names = [one for one in "qpmnd" if one in variables]
        order = {"p": 9} if "X[p,q]" in variables else {}  # XᵀX has an inverse
        dims = {one: order.get(one, _DIMS[one]) for one in names}
        found.append(
            {"id": f"formula {k}", "expression": formula, "variables": variables, "dims": dims}
        )
    return found


@pytest.mark.parametrize("notation", NOTATIONS)
def test_what_people_write_is_read_as_what_it_means_or_refused(notation: str) -> None:
    found = [(case, *outcome(case)) for case in cases(_records(), [notation], 2)]
    wrong = [(case.typed, said) for case, kind, said in found if kind in ("SILENT", "CRASH")]
    assert not wrong
    read = sum(kind == "same" for _, kind, _ in found)
    assert read >= _LEAST * len(found), [
        (case.typed, said) for case, kind, said in found if kind == "refused"
    ]


def test_every_formula_is_written_in_every_notation_of_mathematics() -> None:
    for notation in ("latex", "unicode", "plain"):
        written = {case.means for case in cases(_records(), [notation], 6)}
        assert len(written) >= len(_FORMULAS) - 2, notation

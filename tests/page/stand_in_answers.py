"""Answers of matcalc that need numbers, to be the same with NumPy and with its stand-in."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

import matcalc as mc

_DERIVED = (
    ("x.T @ A @ x", "x", "x[n] A[n,n]"),
    ("tr(A @ X @ B)", "X", "A[p,m] X[m,n] B[n,p]"),
    ("logdet(X)", "X", "X[n,n]:spd"),
    ("sum(log(softmax(W @ x)) * y)", "W", "W[m,n] x[n] y[m]"),
    ("norm(A @ x - b)**2", "x", "A[m,n] x[n] b[m]"),
    ("inv(X) @ a", "X", "X[n,n]:invertible a[n]"),
    ("sigmoid(W @ tanh(V @ x))", "x", "W[k,m] V[m,n] x[n]"),
    ("det(X)", "X", "X[n,n]:invertible"),
    ("kron(x, y)", "x", "x[m] y[n]"),
    ("pinv(A) @ b", "A", "A[m,n] b[m]"),
    ("eigvalsh(X)[0]", "X", "X[n,n]:symmetric"),
    ("sum(svdvals(X))", "X", "X[m,n]"),
    ("logsumexp(x) + max(x)", "x", "x[n]"),
    ("cumsum(x**2)", "x", "x[n]"),
    ("concatenate(x[0:1] * s, exp(x) / y)", "x", "x[n] y[n] s"),
    ("concatenate(x, relu(A @ x))", "x", "x[n] A[m,n]"),
    ("expm(X)", "X", "X[n,n]"),
    ("sinm(X) @ cosm(X)", "X", "X[n,n]"),
)
_CLAIMED = (
    ("2 * A @ x", {"of": "x.T @ A @ x", "wrt": "x", "variables": "x[n] A[n,n]"}),
    ("(A + A.T) @ x", {"of": "x.T @ A @ x", "wrt": "x", "variables": "x[n] A[n,n]"}),
    ("B @ A", {"of": "tr(A @ X @ B)", "wrt": "X", "variables": "A[p,m] X[m,n] B[n,p]"}),
    ("A @ B", {"of": "tr(A @ X @ B)", "wrt": "X", "variables": "A[n,m] X[m,n] B[n,n]"}),
    ("inv(X)", {"of": "logdet(X)", "wrt": "X", "variables": "X[n,n]:invertible"}),
    (
        "A.T @ (A @ x - b)",
        {"of": "norm(A @ x - b)**2", "wrt": "x", "variables": "A[m,n] x[n] b[m]"},
    ),
    ("x / norm(x)**2", {"of": "norm(x)", "wrt": "x", "variables": "x[n]"}),
    ("W.T @ step(z)", {"of": "sum(relu(W @ x))", "wrt": "x", "variables": "W[m,n] x[n] z[m]"}),
    ("dW = x @ d.T", {"because": "z = W @ x", "variables": "W[m,n] x[n]"}),
    (
        "dW2[3,2] = d3[2] @ W3[2,3] @ r[3] @ x[2].T",
        {"because": "z2 = W2 @ x; a2 = relu(z2); z3 = W3 @ a2"},
    ),
)


def answers() -> dict[str, Any]:
    """Numbers of derivatives at points that follow no order, and verdicts on claims."""
    found: dict[str, Any] = {}
    for formula, wrt, variables in _DERIVED:
        for layout in ("numerator", "denominator"):
            found[f"{formula}, {layout}"] = _numbers(formula, wrt, variables, layout)
    for claim, question in _CLAIMED:
        try:
            answer = mc.check_formula(claim, **question)
        except mc.MatcalcError as error:
            found[claim] = str(error)
            continue
        causes = [one.name for one in answer.causes]
        found[claim] = [answer.verdict, causes, answer.repair, [str(one) for one in answer.repairs]]
    return found


def _numbers(formula: str, wrt: str, variables: str, layout: str) -> Any:
    derived = mc.derive(formula, wrt=wrt, variables=variables, layout=layout)
    sizes = {"m": 3, "n": 2, "k": 5, "p": 4}
    given = {}
    for k, declared in enumerate(variables.split()):
        variable = mc.parse_variable(declared.partition(":")[0])
        shape = [sizes[size] for size in variable.shape]
        given[variable.name] = _point(shape, k, "spd" in variables or "symmetric" in variables)
    return derived.evaluate(**given).tolist()


def _point(shape: list[int], start: int, symmetric: bool) -> Any:
    np = import_module("numpy")
    count = int(np.prod(shape))
    entries = np.array([((7 * k * k + 3 * start) % 11) / 11 + 0.1 for k in range(count)])
    array = entries.reshape(shape)
    square = len(shape) == 2 and shape[0] == shape[1]
    return array + array.T + 3 * np.eye(shape[0]) if symmetric and square else array


def _refusal() -> str:
    try:
        import_module("numpy").bessel(1.0)
    except NotImplementedError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    json.dump({"answers": answers(), "missing": _refusal()}, sys.stdout)

"""Names that the user gave to sums come back where a longer sum holds them."""

import pytest

import matcalc as mc

LAYERS = "W1[k,n] x[n] b1[k] W2[p,k] b2[p] y[p]"
CASES = [
    ("z = A @ x + b; squared_norm(z - y)", "A", "A[m,n] x[n] b[m] y[m]", "2 * (z - y) @ x.T"),
    ("z = A @ x + b; squared_norm(y - z)", "A", "A[m,n] x[n] b[m] y[m]", "-2 * (y - z) @ x.T"),
    (
        "Z = X @ W.T + b; D = Z - Y; sum(D**2) / 2",
        "W",
        "W[p,n] X[m,n] b[p] Y[m,p]",
        "D.T @ X",
    ),
    (
        "z1 = W1 @ x + b1; a1 = tanh(z1); z2 = W2 @ a1 + b2; squared_norm(z2 - y)",
        "W1",
        LAYERS,
        "2 * ((1 - a1**2) * (W2.T @ (z2 - y))) @ x.T",
    ),
    ("u = x + y; v = u + z; squared_norm(v)", "x", "x[n] y[n] z[n]", "2 * v"),
    ("u = x + y; sum(exp(x + y + z))", "x", "x[n] y[n] z[n]", "exp(z + u)"),
    (
        "z1 = y - X @ w; z2 = X @ w - y; sum(t * relu(z1) + relu(z2))",
        "w",
        "X[m,n] w[n] y[m] t",
        "X.T @ (step(z2) - t * step(z1))",
    ),
    ("u = x + y; sum(exp(x - y))", "x", "x[n] y[n]", "exp(x - y)"),
]


@pytest.mark.parametrize(("formula", "wrt", "variables", "expected"), CASES)
def test_a_named_sum_has_its_name_within_a_longer_one(
    formula: str, wrt: str, variables: str, expected: str
) -> None:
    found = mc.derive(formula, wrt=wrt, variables=variables, layout="denominator")
    *lets, answer = found.text.split("; ")
    assert answer == expected
    assert all(let in formula for let in (one.partition(" = ")[0] for one in lets))


def test_the_code_computes_a_named_sum_once() -> None:
    source = mc.derive(
        "z = A @ x + b; squared_norm(z - y)",
        wrt="A",
        variables="A[m,n] x[n] b[m] y[m]",
        layout="denominator",
    ).numpy
    assert source.endswith("    z = A @ x + b\n    return np.outer(2 * (z - y), x)\n")

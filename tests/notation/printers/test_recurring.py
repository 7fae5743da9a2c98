"""What recurs in a formula that is longer than a line has a name, in Unicode and in LaTeX."""

import pytest

import matcalc as mc
from matcalc.checking.reading_back import read_back

GRU = "sum(D * ((1 - sigmoid(Z @ x)) * tanh(C @ (h * sigmoid(R @ h))) + sigmoid(Z @ x) * h))"
LONG = [
    (
        "sum(D * ((x - mean(x)) / sqrt(var(x) + eps) * g + b))",
        "x",
        "x[n] D[n] g[n] b[n] eps",
        "t₁ = √(var(x) + eps); t₂ = (x − mean(x) 1ₙ) / t₁; "
        "(D ⊙ g − mean(D ⊙ g ⊙ t₂) t₂ − (gᵀ D) 1ₙ / n) / t₁",
    ),
    (
        "sum(D * layer_norm(X, g, b, eps=1))",
        "X",
        "X[B,n] g[n] b[n] D[B,n]",
        "t₁ = X − X 1ₙ 1ₙᵀ / n; t₂ = √(1 + t₁⊙² 1ₙ / n); t₃ = diag(1 ⊘ t₂) t₁; "
        "diag(1 ⊘ t₂) (D diag(g) − D g 1ₙᵀ / n − diag((D ⊙ t₃) g) t₃ / n)",
    ),
    (
        "s = sqrt(mean((X - mean(X, axis=0))**2, axis=0) + eps); "
        "sum(D * ((X - mean(X, axis=0)) / s))",
        "X",
        "X[B,n] D[B,n] eps",
        None,
    ),
    (
        "sum(D * ((X - mean(X, axis=0)) / std(X, axis=0)))",
        "X",
        "X[m,n] D[m,n]",
        "t₁ = X − 1ₘ 1ₘᵀ X / m; t₂ = √((t₁⊙²)ᵀ 1ₘ / m); t₃ = t₁ diag(1 ⊘ t₂); "
        "(D − 1ₘ 1ₘᵀ D / m − t₃ diag((D ⊙ t₃)ᵀ 1ₘ) / m) diag(1 ⊘ t₂)",
    ),
    (
        GRU,
        "h",
        "Z[m,n] C[m,m] R[m,m] x[n] h[m] D[m]",
        "t₁ = Cᵀ (D ⊙ (1 − σ(Z x)) ⊙ (1 − tanh²(C (h ⊙ σ(R h))))); "
        "D ⊙ σ(Z x) + σ(R h) ⊙ t₁ + Rᵀ (h ⊙ σ(R h) ⊙ (1 − σ(R h)) ⊙ t₁)",
    ),
    (
        "t1 * sum(D * softmax(W @ x) / (1 + softmax(W @ x) * softmax(W @ x)))",
        "x",
        "t1 W[m,n] x[n] D[m]",
        None,
    ),
    ("p = softmax(W @ x); sum(tanh(A @ p) * p * sigmoid(A @ p))", "x", "W[m,n] x[n] A[m,m]", None),
]


@pytest.mark.parametrize(("expression", "wrt", "variables", "printed"), LONG)
def test_what_recurs_in_a_long_formula_has_a_name(
    expression: str, wrt: str, variables: str, printed: str | None
) -> None:
    derivative = mc.derive(expression, wrt=wrt, variables=variables, layout="denominator")
    assert printed is None or derivative.unicode == printed
    for one in (derivative, derivative.to("numerator")):
        assert one.unicode.count(";") > expression.count(";")
        assert one.text.count(";") == expression.count(";")  # one expression, for programs
        for form in ("unicode", "latex"):
            found = read_back(one, form, variables)
            assert found.holds, f"{getattr(one, form)}: {found.reason}"


def test_what_fits_a_line_is_written_out() -> None:
    derivative = mc.derive(
        "sum((A @ x - b)**4)", wrt="x", variables="A[m,n] x[n] b[m]", layout="denominator"
    )
    assert ";" not in derivative.unicode

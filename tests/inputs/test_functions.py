"""Functions that nobody declared: of a spectrum, with a letter below, of one name in brackets."""

import numpy as np
import pytest

import matcalc as mc

W = np.array([[0.2, -1.0, 3.0], [2.0, -0.5, 1.0], [4.0, 0.7, -2.0], [1.0, 2.0, 0.5]])
S = W.T @ W
UNDECLARED = [
    (r"\lambda_{\max}(S)", np.linalg.eigvalsh(S)[-1]),
    ("λ_max(S)", np.linalg.eigvalsh(S)[-1]),
    ("lambda_min(S)", np.linalg.eigvalsh(S)[0]),
    (r"\lambda_{\max}(W^T W)", np.linalg.eigvalsh(S)[-1]),
    (r"\sigma_{\max}(W)", np.linalg.norm(W, 2)),
    (r"\sigma_{\min}(W^T W)", np.linalg.svd(S)[1][-1]),
    (r"\kappa(S)", np.linalg.cond(S)),
    ("κ(S)", np.linalg.cond(S)),
    (r"x^{T}(S)x", 19.7025),
]


@pytest.mark.parametrize(("typed", "value"), UNDECLARED)
def test_functions_of_the_spectrum_are_no_factors(typed: str, value: float) -> None:
    name = "W" if "W" in typed else "S"
    point = {"W": W, "S": S, "x": np.array([1.0, 0.0, 0.5])}
    for variables in (None, "W[4,3] S[3,3] x[3]"):
        found = mc.derive(typed, wrt=name, variables=variables, layout="denominator")
        assert found.formula is not None
        used = {one: point[one] for one in found.formula.variables}
        np.testing.assert_allclose(mc.evaluate(found.formula.text, **used), value, rtol=1e-9)


@pytest.mark.parametrize(
    ("typed", "must"),
    [
        (r"\rho(A)", "max(abs(eigvalsh(A)))"),
        ("ρ(A)", "max(abs(eigvalsh(A)))"),
        ("λ_1(A)", "eigvalsh(A)[-1]"),
        (r"\lambda_i(A)", "eigvalsh(A)[-1]"),
        (r"\lambda(A)", "λ * A"),
        (r"\sigma_1(A)", "spectral_norm(A)"),
        (r"\lambda\|A\|^2 + \sum_i (h_A(x_i) - y_i)^2", "h_A"),
    ],
)
def test_what_may_be_another_function_is_refused_with_what_works(typed: str, must: str) -> None:
    for variables in (None, "A[n,n] x[n] y[n]"):
        with pytest.raises(mc.MatcalcError) as caught:
            mc.derive(typed, wrt="A", variables=variables, layout="numerator")
        assert must in str(caught.value)


def test_a_name_of_one_name_is_a_function_that_nobody_knows() -> None:
    for typed, must in ((r"\sum_i f_i(x)", r"f\(x\[n\]\)\[m\]"), (r"\lambda R(x)", r"R\(·\)")):
        with pytest.raises(mc.MatcalcError, match=must):
            mc.derive(typed, wrt="x", layout="numerator")


@pytest.mark.parametrize(
    "typed",
    [
        "λ‖θ‖² + Σ_i (h_θ(x_i) - y_i)²",
        r"\lambda\|\theta\|^2 + \|h_\theta(x) - y\|^2",
        "sum(theta**2) + sum(h_theta(x))",
        r"\|\theta\|^2 + \sum_i (h_\theta(x^{(i)}) - y^{(i)})^2",
    ],
)
def test_what_stands_below_a_function_is_not_taken_as_constant(typed: str) -> None:
    name = "θ" if "θ" in typed else "theta"
    shapes = f"{name}[n] x[n] y[n] λ" if name == "θ" else f"{name}[n] x[n] y[n] lambda"
    for variables in (None, shapes, f"{shapes} h(·)", f"{shapes} h_{name}(·)"):
        with pytest.raises(mc.MatcalcError, match=f"depends on {name}"):
            mc.derive(typed, wrt=name, variables=variables, layout="numerator")


def test_a_function_of_a_name_is_no_product_in_any_notation() -> None:
    for typed in (r"\sum_i \rho(r_i)", "Σ_i ρ(r_i)", "sum(ρ(r))", r"\sum_i \boldsymbol{\rho}(r_i)"):
        found = mc.derive(typed, wrt="r", layout="denominator")
        assert found.unicode == "ρ′(r)"


def test_functions_with_several_numbers_below_are_several() -> None:
    for typed in (r"f_{1}(x) + f_{2}(x)", "f_1(x) + f_2(x)", r"f^{(1)}(x) + f^{(2)}(x)"):
        found = mc.derive(typed, wrt="x", layout="denominator")
        assert "f₁′(x)" in found.unicode
        assert "f₂′(x)" in found.unicode
    found = mc.derive("σ_1(V x) + σ_2(W x)", wrt="x", layout="numerator")
    assert found.unicode == "diag(σ₁′(V x)) V + diag(σ₂′(W x)) W"


def test_the_transpose_of_a_function_may_stand_before_what_it_is_of() -> None:
    for variables in (None, "f(x[n])[m] x[n] y[m]"):
        found = mc.derive("f^T(x) y", wrt="y", variables=variables, layout="denominator")
        assert found.unicode == "f(x)"

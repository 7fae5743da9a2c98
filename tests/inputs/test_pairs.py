"""Sums over pairs of letters, ``Σ_{i<j}``, ``Σ_{j≠i}``, and letters that are compared."""

import numpy as np
import pytest

import matcalc as mc

x = np.array([0.5, -1.5, 2.0, 0.7])
A = np.arange(16.0).reshape(4, 4) - 6
PAIRS = [(i, j) for i in range(4) for j in range(4)]
ABOVE = sum(x[i] * x[j] for i, j in PAIRS if i < j)
OFF = sum(A[i, j] * x[i] * x[j] for i, j in PAIRS if i != j)
SUMS = {
    r"\sum_{i<j} x_i x_j": ABOVE,
    r"\sum_{1 \le i < j \le n} x_i x_j": ABOVE,
    "Σ_i Σ_{j<i} x_i x_j": ABOVE,
    "Σ_i Σ_{j>i} x_i x_j": ABOVE,
    r"\sum_{i=1}^n \sum_{j=1}^{i-1} x_i x_j": ABOVE,
    r"\sum_{i=1}^n \sum_{j=i+1}^{n} x_i x_j": ABOVE,
    r"\sum_{i=1}^n \sum_{j=1}^{i} x_i x_j": ABOVE + x @ x,
    r"\sum_{i=1}^n \sum_{j=i}^{n} x_i x_j": ABOVE + x @ x,
    "Σ_{i≤j} x_i x_j": ABOVE + x @ x,
    r"\sum_{i \ge j} x_i x_j": ABOVE + x @ x,
    r"\sum_{i \neq j} A_{ij} x_i x_j": OFF,
    r"\sum_i \sum_{j \ne i} A_{ij} x_i x_j": OFF,
    "Σ_i Σ_{j≠i} A_ij x_i x_j": OFF,
    "Σ_i Σ_j 1[i≠j] A_ij x_i x_j": OFF,
    "Σ_ij A_ij [i = j]": np.trace(A),
    r"\sum_{i,j} \delta_{ij} x_i x_j": x @ x,
    r"\sum_{i<j} (x_i - x_j)^2": sum((x[i] - x[j]) ** 2 for i, j in PAIRS if i < j),
    r"\sum_{j \ne i} A_{ij} x_j": A @ x - np.diag(A) * x,  # of each i
    r"\sum_{j=1, j \ne i}^n A_{ij} x_j": A @ x - np.diag(A) * x,
}


@pytest.mark.parametrize("typed", SUMS)
def test_a_sum_over_pairs_goes_over_those(typed: str) -> None:
    found = mc.derive(
        typed, wrt="x" if "x" in typed else "A", variables="x[n] A[n,n]", layout="numerator"
    )
    assert found.formula is not None
    used = {name: {"x": x, "A": A}[name] for name in found.formula.variables}
    np.testing.assert_allclose(mc.evaluate(found.formula.text, **used), SUMS[typed])


@pytest.mark.parametrize(
    ("typed", "must"),
    [
        (r"\sum_{j \ne i} x_j", "Σ_i Σ_{j≠i}"),
        ("Σ_{j<i} x_j", "Σ_i Σ_{j<i}"),
        (r"\sum_{j=1, j \ne i}^n x_j", "none goes over i"),
        (r"\sum_{j \ne y_i} x_j", "sum((1 - Y)"),
        (r"\sum_{i=2}^{n} x_i", "goes over all entries"),
        (r"\sum_{i=1}^{j+2} x_i", "goes"),
    ],
)
def test_a_sum_over_another_part_is_refused_with_what_works(typed: str, must: str) -> None:
    for variables in (None, "x[n] y[m]"):
        with pytest.raises(mc.MatcalcError) as caught:
            mc.derive(typed, wrt="x", variables=variables, layout="numerator")
        assert must in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "Σ_i Σ_{j≠i} 1/(x_i - x_j)^2", "Σ_{i<j} log|x_i - x_j|", "Σ_{i≠j} (x_i - x_j)^{-2}",
        r"\sum_{i<j} \frac{x_i}{\|A_i - A_j\|}", "Σ_{i<j} ‖A_i - A_j‖", "Σ_{i>j} 1/(2x_i - 2x_j)",
    ],
)  # fmt: skip
def test_what_a_sum_leaves_out_is_not_infinite(line: str) -> None:
    with pytest.raises(mc.NotationError, match=r"leaves out by a factor of 0.*add δ_"):
        mc.derive(line, wrt="x", variables="x[n] A[n,k]", layout="denominator")


#: Sums, and what each has of a pair of entries.
FINITE = {
    "Σ_{i≠j} 1/(x_i - x_j + δ_ij)^2": lambda a, b: 2 / (a - b) ** 2,
    "Σ_{i<j} log|x_i - x_j + δ_ij|": lambda a, b: np.log(abs(a - b)),
    "Σ_{i<j} x_i/x_j": lambda a, b: a / b,
    "Σ_{i<j} sqrt((x_i - x_j)^2 + δ_ij)": lambda a, b: abs(a - b),
    "Σ_{i<j} 1/(1 + (x_i - x_j)^2)": lambda a, b: 1 / (1 + (a - b) ** 2),
}


@pytest.mark.parametrize("line", FINITE)
def test_what_is_advised_there_has_the_derivative_of_what_was_meant(line: str) -> None:
    def value(at: np.ndarray) -> float:
        return sum(FINITE[line](at[i], at[j]) for i, j in PAIRS if i < j)

    found = mc.derive(line, wrt="x", variables="x[n]", layout="denominator").evaluate(x=x)
    slopes = [(value(x + 1e-6 * one) - value(x - 1e-6 * one)) / 2e-6 for one in np.eye(4)]
    np.testing.assert_allclose(found, slopes, rtol=1e-6)

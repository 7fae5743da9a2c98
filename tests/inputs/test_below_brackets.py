"""What stands below a bracket, ``(Ax)_i``, ``(A⁻¹)_{ij}``, ``A_{12}``: entries."""

import numpy as np
import pytest

import matcalc as mc

x = np.array([0.5, -1.5, 2.0])
A = np.array([[0.2, -1.0, 3.0], [2.0, -0.5, 1.0], [4.0, 0.7, -2.0]])
W = np.array([[1.0, -2.0, 3.0], [0.4, 0.5, -0.6]])
z = np.exp(x) / np.exp(x).sum()
POINT = {"x": x, "A": A, "W": W}
MEANT = {
    "softmax(x)_i": z,
    "log softmax(x)_i": np.log(z),
    "(Wx)_i": W @ x,
    "[Wx]_i": W @ x,
    "(Wx)_1": W[0] @ x,
    "(Wx)_{2}": W[1] @ x,
    r"(A^{-1})_{ij}": np.linalg.inv(A),
    r"(A^{-1})_{12}": np.linalg.inv(A)[0, 1],
    r"(W^T W)_{1,3}": (W.T @ W)[0, 2],
    r"\sum_i (Wx)_i^2": (W @ x) @ (W @ x),
    "Σ_i (Wx)_i²": (W @ x) @ (W @ x),
    r"-\sum_i x_i \log \mathrm{softmax}(x)_i": -x @ np.log(z),
    r"\sum_{ij} (W^T W)_{ij} A_{ij}": ((W.T @ W) * A).sum(),
    r"A_{12}": A[0, 1],
    "A_31 x_2": A[2, 0] * x[1],
}


@pytest.mark.parametrize("typed", MEANT)
def test_what_stands_below_a_bracket_says_which_entry(typed: str) -> None:
    for variables in ("x[n] A[n,n] W[m,n]", "x[3] A[3,3] W[2,3]"):
        by = "x" if "x" in typed.replace("max", "") else "A" if "A" in typed else "W"
        found = mc.derive(typed, wrt=by, variables=variables, layout="numerator")
        assert found.formula is not None
        used = {name: POINT[name] for name in found.formula.variables}
        np.testing.assert_allclose(mc.evaluate(found.formula.text, **used), MEANT[typed])


def test_nothing_has_to_be_declared_for_it() -> None:
    for typed in ("softmax(x)_i", r"\sum_i (Wx)_i^2", r"-\sum_i x_i \log \mathrm{softmax}(x)_i"):
        found = mc.derive(typed, wrt="x", layout="denominator")
        assert found.formula is not None
        used = {name: POINT[name] for name in found.formula.variables}
        np.testing.assert_allclose(mc.evaluate(found.formula.text, **used), MEANT[typed])


@pytest.mark.parametrize(
    ("typed", "must"), [("A_{112}", "from 0"), ("A_{10}", "from 0"), ("(Wx)_θ", "_")]
)
def test_what_says_no_entry_is_refused(typed: str, must: str) -> None:
    with pytest.raises(mc.MatcalcError) as caught:
        mc.derive(typed, wrt="A", variables="x[n] A[n,n] W[m,n]", layout="numerator")
    assert must in str(caught.value)

"""Lines in which ``*`` is the product of matrices: SymPy's, and those that fit in no other way."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc as mc

_SHAPES = "A[m,n] S[m,m] X[n,n] Y[n,n] x[n] y[m] b[m] c"
_SIZES = {"n": 3, "m": 4}

#: What is typed, its notation, and the same in the language.
_PRODUCTS = {
    "Trace(X*Inverse(Y)*X)": ("SymPy", "tr(X @ inv(Y) @ X)"),
    "log(Determinant(X))": ("SymPy", "log(det(X))"),
    "y.T*A*X.I*x": ("SymPy", "y.T @ A @ inv(X) @ x"),
    "(X + c*Identity(n))**-1*x": ("SymPy", "inv(X + c * eye(n)) @ x"),
    "Trace(X**2*HadamardProduct(X, Y))": ("SymPy", "tr(X @ X @ (X * Y))"),
    "Trace(KroneckerProduct(X, S))": ("SymPy", "tr(kron(X, S))"),
    "MatMul(A, MatAdd(X, Y), x)": ("SymPy", "A @ (X + Y) @ x"),
    "(A*x - b).T*S*(A*x - b)": ("SymPy", "(A @ x - b).T @ S @ (A @ x - b)"),
    "(A*x - b).T*(A*x - b)": ("SymPy", "(A @ x - b).T @ (A @ x - b)"),
    "y.T*A*x": ("SymPy", "y.T @ A @ x"),
    "tanh(S*max(0, A*x + b) + y)": ("MATLAB", "tanh(S @ maximum(0, A @ x + b) + y)"),
    "norm(A*x - b)": ("MATLAB", "norm(A @ x - b)"),
    "S * tanh(A*x) / c": ("MATLAB", "S @ tanh(A @ x) / c"),
    "sum(y * log b)": ("mathematics", "sum(y * log(b))"),
    "S * tanh y": ("mathematics", "S @ tanh(y)"),
    "2 (x - c) * x * (1 - x)": ("mathematics", "2 * (x - c) * x * (1 - x)"),
    "x * log(2*pi) * c": ("mathematics", "x * log(2 * pi()) * c"),
    "2 (A*x - y) * y": ("MATLAB", "2 * (A @ x - y) * y"),
}


@pytest.mark.parametrize("typed", _PRODUCTS)
def test_a_star_is_the_product_that_fits(typed: str) -> None:
    notation, means = _PRODUCTS[typed]
    wrt = next(one for one in "Xyx" if one in means.replace("exp", ""))
    got, want = (
        mc.derive(one, wrt=wrt, variables=_SHAPES, layout="denominator") for one in (typed, means)
    )
    rng = np.random.default_rng(2)
    shapes = {one.split("[")[0]: one[2:-1].split(",") for one in _SHAPES.split() if "[" in one}
    arrays = {k: rng.uniform(0.5, 2, [_SIZES[size] for size in v]) for k, v in shapes.items()}
    arrays["c"] = np.array(1.5)
    np.testing.assert_allclose(got.evaluate(**arrays), want.evaluate(**arrays), rtol=1e-9)
    assert f"read as {notation}" in got.notes[0]


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("A * x", "write A @ x"),  # NumPy scales columns
        ("X*x + y", "does not fit"),
        ("X*x - x", "write X @ x"),
        ("x.T * x", "write x.T @ x"),
        ("x * y.T", "write x @ y.T"),
        ("A * (x.T * y)", "does not fit"),
        ("A.T * S", r"write A.T @ S"),
        ("(y - A*x) * b", "A @ x"),
        ("X * log Y", "may be the matrix product, X @ log"),
    ],
)
def test_a_star_is_refused_where_entries_may_be_meant(typed: str, advice: str) -> None:
    with pytest.raises(mc.MatcalcError, match=advice):
        mc.derive(typed, wrt="x", variables=_SHAPES, layout="denominator")


@pytest.mark.parametrize("typed", ["sum(Y * log P)", "Y * exp P"])
def test_a_function_without_brackets_makes_no_line_matlab(typed: str) -> None:
    with pytest.raises(mc.NotationError, match="entry by entry, Y \\* "):
        mc.derive(typed, wrt="P", layout="denominator")

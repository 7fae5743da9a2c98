"""Kinds of lines as people type them, beside what they mean: both have the same value."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

import matcalc as mc
from matcalc.inputs.entrance import entered

_SHAPES = "A[n,n] x[n] y[n] z[n] a b X[m,n] w[m] r[3]"
_OF_ROWS = "A[m,k] X[m,n] Z[k,n]"

_SIZES = {"n": 3, "m": 4, "k": 2}

#: What is typed, and the same in the language.
_LINES = {
    "∑xᵢ²": "sum(x**2)",
    "x'1 - a": "sum(x) - a",
    "x^T A 1": "sum(A.T @ x)",
    r"(1^T x)(y^T \mathbf{1})": "sum(x) * sum(y)",
    "sum(x_i * log(y_i))": "sum(x * log(y))",
    "xᵢ ∑ yⱼ²": "x * sum(y**2)",
    r"\mathbb{I}(z > 0) \odot x": "step(z) * x",
    "xᵗAx": "x.T @ A @ x",
    r"x^{\mathsf{H}} A x": "x.T @ A @ x",
    r"x^\ast A x": "x.T @ A @ x",
    "log Γ(a)": "lgamma(a)",
    r"\sum_i \log \Gamma(x_i)": "sum(lgamma(x))",
    "drop(t(x) %*% A %*% x)": "x.T @ A @ x",
    "Dot(x, A @ x)": "x.T @ A @ x",
    "sum(abs(A), dim=0)": "sum(abs(A), axis=0)",
    "mean(sum(A, dim=1, keepdim=True))": "sum(A) / n",
    "norm(sin(A), axis=1)": "sqrt(sum(sin(A)**2, axis=1))",
    "var(A, dim=0)": "var(A, axis=0, ddof=1)",
    'einsum("ij,jk", A, A)': "A @ A",
    "f: x ↦ xᵀ A x": "x.T @ A @ x",
    "x ∈ ℝⁿ ↦ xᵀ A x": "x.T @ A @ x",
    r"f: \mathbb{R}^n \to \mathbb{R}, \quad f(x) = x^T A x": "x.T @ A @ x",
    r"P^{+} = A x": "A @ x",
    r"x^* = A x": "A @ x",
    r"\|x\|_A^2": "x.T @ A @ x",
    r"‖x − y‖²_A": "(x - y).T @ A @ (x - y)",
    r"2\|x\|_{A^{-1}}^2": "2 * x.T @ inv(A) @ x",
    r"\|x\|_a": "sum(abs(x)**a)**(1 / a)",
    r"\|(A^T A)^{-1/2} x\|^2": "x.T @ inv(A.T @ A) @ x",
    r"[x]_\times r": "cross(x, r)",
    "[x]ₓ r": "cross(x, r)",
    "log(1 + eˣ)": "log(1 + exp(x))",
    "a¹ᐟ² x": "sqrt(a) * x",
    "y.x + a": "y.T @ x + a",
    r"\sum_{i<j} A_{ij} x_i x_j": "sum(triu(A, 1) * (x @ x.T))",
    r"\sum_{i \neq j} x_i x_j^2": "sum(x) * sum(x**2) - sum(x**3)",
    "xTAx + yTx": "x.T @ A @ x + y.T @ x",
    "r_1r_2 x": "r[0] * r[1] * x",
    "((A @ x - y)**2).sum() / A.size": "sum((A @ x - y)**2) / n**2",
    "1./(1+exp(-A*x))": "sigmoid(A @ x)",
    "(x - X.mean(axis=0)) / 2": "(x - mean(X, axis=0)) / 2",
    r"\begin{cases} x^2 & x > 0 \\ 0 & \text{otherwise} \end{cases}": "step(x) * x**2",
    r"\begin{cases} a x & \text{if } x \ge y \\ x^2, & x < y \end{cases}": (
        "(1 - step(y - x)) * (a * x) + step(y - x) * x**2"
    ),
    r"\sum_{i,j} A_{ij}\|X_i - Z_j\|^2": "sum(A * sum((X[:, None] - Z[None, :])**2, axis=2))",
    "(X - X.mean(axis=0)) / X.std(axis=0)": (
        "(X - ones(m) @ mean(X, axis=0).T) / (ones(m) @ std(X, axis=0).T)"
    ),
    r"\hat{\mathbf{y}} = \mathbf{A}\mathbf{x}": "A @ x",
    r"\[ x^T A x \,. \]": "x.T @ A @ x",
    r"\(A x\),": "A @ x",
    r"{\rm tr}(x x^T A).": "tr(x @ x.T @ A)",
    "1ᵀ · (A x)": "sum(A @ x)",
    "2*vector(1)'*(A*x)": "2 * sum(A @ x)",
    "A*X' + vector(1)*w'": "A @ X.T + ones(n) @ w.T",
    r"A X^T + \mathbf{1} w^T": "A @ X.T + ones(n) @ w.T",
    "log(sigmoid(y' (x - z)))": "log(sigmoid(y.T @ (x - z)))",
    "a (A + bA) x": "a * (A + b * A) @ x",
    "Ae^x": "A @ exp(x)",
    "sum_i log((A x)_i)": "sum(log(A @ x))",
    r"\sum_{i=1}^n x_i^2 + \sum_{i=1}^m w_i": "sum(x**2) + sum(w)",
    "A (A x - y)_+": "A @ relu(A @ x - y)",
    "sum_i (A max(0, A x))_i": "sum(A @ relu(A @ x))",
    "inv(A + a*I(n)) * x + A'*x": "inv(A + a * eye(n)) @ x + A.T @ x",
    "x @ A @ x + y.dot(x)": "x.T @ A @ x + y.T @ x",
    "np.sum(x[:, None] * y)": "sum(x) * sum(y)",
    "solve(A)": "inv(A)",
    'norm(A * A, "F")': "norm(A * A)",
    "x + rep(1, n)": "x + ones(n)",
    "expm::expm(A) %*% diag(n)": "expm(A)",
    "diagm(x) * A * y": "diag(x) @ A @ y",
    "logabsdet(A'*A)[1]": "logdet(A.T @ A)",
    "np.linalg.slogdet(A).logabsdet": "logdet(A)",
    "norm(A*A*transpose(A))": "norm(A @ A @ A.T)",
    "sum(A.^2, 'all') * x": "sum(A**2) * x",
    "la.norm(x)": "norm(x)",
    "Log[Det[A]] + Tr[Inverse[A]]": "log(det(A)) + tr(inv(A))",
    "Tr[A³ − 2A²] x": "tr(A @ A @ A - 2 * A @ A) * x",
    "norm([A X']*[x; w])": "norm(A @ x + X.T @ w)",
    "sum([A A; X X]*[x; y])": "sum(A @ (x + y)) + sum(X @ (x + y))",
    "[x' w']*[y; w]": "x.T @ y + w.T @ w",
    "sum(sum((X - repmat(mean(X,1), m, 1)).^2)) * x": "sum((X - mean(X, axis=0))**2) * x",
    "x @ np.outer(x, y) @ y": "x.T @ x * (y.T @ y)",
}


def _same(one: mc.Jacobian, two: mc.Jacobian, shapes: str) -> bool:
    points = np.random.default_rng(3)
    drawn = {
        one.name: points.uniform(0.3, 1.0, [_SIZES.get(str(size), size) for size in one.shape])
        for one in map(mc.parse_variable, shapes.split())
    }
    return np.allclose(one.evaluate(**drawn), two.evaluate(**drawn))


@pytest.mark.parametrize("line", _LINES)
def test_a_line_means_what_it_says(line: str) -> None:
    shapes = _OF_ROWS if "Z" in line else _SHAPES
    by = "X" if line.startswith(("(X", r"\sum_{i,j}")) else "a" if "(a)" in line else "x"
    found, meant = (
        mc.derive(text, wrt=by, variables=shapes, layout="denominator")
        for text in (line, _LINES[line])
    )
    assert _same(found, meant, shapes)


@pytest.mark.parametrize(
    ("line", "shapes"),
    [
        ("t(x) %*% A %*% x", "x[n] A[n,n]"),
        ("crossprod(y - t(X) %*% b)", "y[m] X[n,m] b[n]"),
        ("(x − μ)ᵀ Σ⁻¹ (x − μ)", "x[n] μ[n] Σ[n,n]"),
        ("‖x − μ‖²", "x[n] μ[n]"),
        ("sum((x - mu)**2)", "x[n] mu"),
        ("σ(wᵀx + b)", "w[n] x[n] b"),
        ("(w^T x - y)^2", "w[n] x[n] y"),
        ("(wᵀx + b − y)² / 2", "w[n] x[n] b y"),
        ("tanh(W x + b)", "W[m,n] x[n] b[m]"),
        ("norm(x) + x", "x[n]"),
        ("γᵗ x", "γ t x[n]"),
        (r"\|x - x^*\|^2", "x[n] x_star[n]"),
        ("xᵀβ", "x[n] β[n]"),
        ("1ᵀx - x'1", "x[n]"),
        (r"\mathbf{1}^T \log(1 + Xw)", "X[m,n] w[n]"),
        (r"x^\top\beta", "x[n] beta[n]"),
        ("x'θ", "x[n] θ[n]"),
        ("b^T X^T X c", "b[m] X[n,m] c[m]"),
        ("sum((X*theta - y).^2)", "X[m,n] theta[n] y[m]"),
        ("e^{tA} x", "t A[n,n] x[n]"),
        (r"\sum_{i=1}^n \log(1+\exp(-y_i w^Tx_i))", "y[m] x[m,n] w[n]"),
        (r"\sum_i \max(0, 1 - y_i (w^\top x_i + b))", "y[m] x[m,n] w[n] b"),
        ("∑ᵢ (yᵢ − xᵢᵀβ)²", "y[m] x[m,n] β[n]"),
        (r"\sum_{i,j} (X_{ij} - u_i^Tv_j)^2", "X[m,n] u[m,p] v[n,p]"),
        ("sum_i sum_j a_ij x_i x_j", "a[n,n] x[n]"),
        (r"\sum_i \|x_i - \mu\|^2", "x[m,n] mu[n]"),
        (r"\sum_i (x_i-\mu)^T S (x_i-\mu)", "x[m,n] mu[n] S[n,n]"),
        ("Σᵢ |xᵢ − a|", "x[n] a"),
        ("Σᵢ aᵢ xᵢ", "a[n] x[n]"),
    ],
)
def test_what_names_are_where_nothing_is_declared(line: str, shapes: str) -> None:
    found = entered(line)
    found.formula()
    assert " ".join(map(str, found.shapes.values())) == shapes


@pytest.mark.parametrize(
    "line",
    ["derivative of {}", "the gradient of {}", "{} where A is symmetric", "min_x {}",
     r"{} \quad \text{{s.t.}} \quad Ax = y", "{} subject to x > 0", r"\min_x {}"],
)  # fmt: skip
@pytest.mark.parametrize("formula", ["x^T A x", "x' A x", "y^T A^-1 x"])
def test_words_around_a_formula_are_refused_with_the_formula(line: str, formula: str) -> None:
    with pytest.raises(mc.NotationError) as caught:
        entered(line.format(formula), _SHAPES)
    assert caught.value.args[0].splitlines()[0].endswith(f": {formula}")


@pytest.mark.parametrize(
    ("left", "name"),
    [("f'(x)", "dx"), ("∇f(x)", "dx"), (r"\nabla f(\mathbf{x})", "dx"), (r"\nabla f", "grad_f")],
)
def test_left_sides_that_say_a_derivative(left: str, name: str) -> None:
    assert entered(f"{left} = A x", _SHAPES).text == f"{name} = A @ x"


def test_a_function_of_r_is_one_beside_a_variable_of_its_name() -> None:
    typed = entered("t(y) %*% A %*% x + t", "t x[n] y[n] A[n,n]")
    assert typed.text == "y.T @ A @ x + t"


def test_a_prime_apart_from_a_bracket_is_a_transpose_where_nothing_is_declared() -> None:
    assert entered("a' (X^3)' X^3 b").text == "a.T @ matrix_power(X, 3).T @ matrix_power(X, 3) @ b"
    assert entered("sum(x' (a - b))").text == "sum(x.T @ (a - b))"
    assert entered("sum(g' (a - b))").text == "sum(g' (a - b))"


@pytest.mark.parametrize("ones", ["vector(1)'*({})", "a*vector(1)*({})", "A*vector(1)*({})"])
def test_ones_within_ones_are_written_once(ones: str) -> None:
    line = "x"
    for _ in range(40):
        line = ones.format(line)
    with contextlib.suppress(mc.MatcalcError):
        entered(f"x'*{line}", _SHAPES)

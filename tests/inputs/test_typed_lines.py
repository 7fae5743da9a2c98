"""Kinds of lines as people type them, beside what they mean: both have the same value."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc as mc
from matcalc.inputs.entrance import entered

_SHAPES = "A[n,n] x[n] y[n] z[n] a b X[m,n] w[m] omega[3] r[3]"

#: What is typed, and the same in the language.
_LINES = {
    "∑xᵢ²": "sum(x**2)",
    "sum(x_i * log(y_i))": "sum(x * log(y))",
    "xᵢ ∑ yⱼ²": "x * sum(y**2)",
    r"\mathbb{I}(z > 0) \odot x": "step(z) * x",
    "xᵗAx": "x.T @ A @ x",
    r"x^{\mathsf{H}} A x": "x.T @ A @ x",
    r"x^\ast A x": "x.T @ A @ x",
    "log Γ(a)": "lgamma(a)",
    r"\sum_i \log \Gamma(x_i)": "sum(lgamma(x))",
    "drop(t(x) %*% A %*% x)": "x.T @ A @ x",
    "f: x ↦ xᵀ A x": "x.T @ A @ x",
    "x ∈ ℝⁿ ↦ xᵀ A x": "x.T @ A @ x",
    r"f: \mathbb{R}^n \to \mathbb{R}, \quad f(x) = x^T A x": "x.T @ A @ x",
    r"P^{+} = A x": "A @ x",
    r"x^* = A x": "A @ x",
    r"\hat{\mathbf{y}} = \mathbf{A}\mathbf{x}": "A @ x",
}


def _same(one: mc.Jacobian, two: mc.Jacobian) -> bool:
    points = np.random.default_rng(3)
    drawn = {
        one.name: points.uniform(0.3, 1.0, [{"n": 3, "m": 4}.get(str(k), k) for k in one.shape])
        for one in map(mc.parse_variable, _SHAPES.split())
    }
    return np.allclose(one.evaluate(**drawn), two.evaluate(**drawn))


@pytest.mark.parametrize("line", _LINES)
def test_a_line_means_what_it_says(line: str) -> None:
    by = "a" if "(a)" in line else "x"
    found, meant = (
        mc.derive(text, wrt=by, variables=_SHAPES, layout="denominator")
        for text in (line, _LINES[line])
    )
    assert _same(found, meant)


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
        ("tanh(W x + b)", "W[m,n] x[n] b[m]"),
        ("norm(x) + x", "x[n]"),
        ("γᵗ x", "γ t x[n]"),
        (r"\|x - x^*\|^2", "x[n] x_star[n]"),
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

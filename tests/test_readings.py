"""The tables of readings: nothing is guessed in silence. A test for each row, of several inputs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matcalc as mc

_SHAPES = "A[n,n] B[n,n] S[n,n]:spd W[m,n] X[k,m] x[n] y[n] b[m] v[n] lam t:positive"


def derived(expression: str, wrt: str, variables: str = _SHAPES) -> Any:
    return mc.derive(expression, wrt=wrt, variables=variables, layout="denominator")


def refusal(expression: str, wrt: str, variables: str = _SHAPES) -> str:
    with pytest.raises(mc.MatcalcError) as error:
        derived(expression, wrt, variables)
    return str(error.value)


def same(one: Any, two: Any) -> bool:
    """Whether two derivatives have the same numbers at a point."""
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {"n": 3, "m": 2, "k": 4}
    for name, variable in one.formula.variables.items():
        shape = [size if isinstance(size, int) else arrays[size] for size in variable.shape]
        arrays[name] = rng.uniform(0.5, 1.5, size=shape)
    for name in ("A", "B", "S"):
        if name in arrays:
            arrays[name] = arrays[name] + 3 * np.eye(3)
    used = one.formula.variables.keys() | {"n", "m", "k"}
    given = {name: arrays[name] for name in used}
    return bool(np.allclose(one.evaluate(**given), two.evaluate(**given), rtol=1e-9))


# an undeclared name where others are declared


@pytest.mark.parametrize(
    ("expression", "wrt", "name"),
    [
        ("sum((a3 - y)**2)", "y", "a3"),
        ("norm(z1 - b)**2", "W", "z1"),
        ("alpha * x.T @ x", "x", "alpha"),
        ("x.T @ M @ x", "x", "M"),
        ("sum(softmax(u))", "x", "u"),
        ("c + x.T @ x", "x", "c"),
        ("x.T @ x / N2", "x", "N2"),
        ("x**p", "x", "p"),
    ],
)
def test_an_undeclared_name_is_refused_and_the_error_shows_how_to_declare_it(
    expression: str, wrt: str, name: str
) -> None:
    said = refusal(expression, wrt)
    assert f"{name} is not declared" in said
    assert "declare" in said.split("is not declared")[1]


def test_a_name_that_a_shape_names_is_a_size() -> None:
    found = derived("sum(x) / n", "x")
    assert found.text == "ones(n) / n"
    assert not found.notes
    stated = derived("tr(kron(A, eye(p))) / p", "A")
    assert stated.text == "eye(n)"
    assert stated.assumptions == ("p is not declared: taken as a dimension, a whole number",)


@pytest.mark.parametrize(
    ("expression", "wrt"),
    [("z = z + x; sum(z)", "x"), ("z = W @ q; q = x; sum(z)", "x"), ("k = k * x; sum(k)", "x")],
)
def test_a_name_means_nothing_before_its_assignment(expression: str, wrt: str) -> None:
    assert "has no meaning before" in refusal(expression, wrt, "W[m,n] x[n]")


def test_a_transpose_with_a_power_sign_is_spelled() -> None:
    assert "a transpose is written x.T" in refusal("x**T @ A @ x", "x")


def test_names_of_sizes_alone_become_equal_one_after_the_other() -> None:
    found = derived("tr((eye(p) + eye(q) + A) @ A)", "A")
    assert found.formula.forced == {"p": "n", "q": "n"}


# a line with no declarations


@pytest.mark.parametrize(
    ("expression", "wrt", "shapes"),
    [
        ("x.T @ A @ x", "x", "x[n] A[n,n]"),
        ("x @ A @ x", "x", "x[n] A[n,n]"),
        ("sum((X @ w - y)**2)", "w", "X[m,n] w[n] y[m]"),
        ("z = W2 @ a1; sum(tanh(z))", "W2", "W2[m,n] a1[n]"),
        ("logdet(A + lam*I)", "lam", "A[n,n] lam"),
        ("σ * x.T @ x", "x", "σ x[n]"),
        ("tr(A @ B @ C)", "B", "A[m,n] B[n,p] C[p,m]"),
        ("x**2", "x", "x[n]"),
    ],
)
@pytest.mark.parametrize("nothing", [None, "", ()])
def test_where_nothing_is_declared_the_names_say_it_and_that_is_said(
    expression: str, wrt: str, shapes: str, nothing: Any
) -> None:
    found = derived(expression, wrt, nothing)
    right = derived(expression, wrt, shapes)
    assert (found.text, found.shape) == (right.text, right.shape)
    said = [one.split(" is not declared")[0] for one in found.assumptions if "taken as a " in one]
    assert said == shapes.split()


@pytest.mark.parametrize(
    ("expression", "shapes", "said"),
    [
        ("sum(x) / n", "x[m] n", "n is not declared: m, n and N are taken as numbers"),
        ("N * x", "N x[n]", "N is not declared: m, n and N are taken as numbers"),
        ("m * sum(x) / N", "m x[n] N", "m is not declared: m, n and N are taken as numbers"),
        ("m.T @ x", "m[n] x[n]", "m[n] is not declared: what is transposed"),
        ("w = a; sum(w * x) + C / 2 * norm(w)**2", "a[n] x[n] C", "C is not declared: what is "),
        ("Q @ K.T / sqrt(d) @ x", "Q[m,n] K[p,n] d x[p]", "d is not declared: it fits as a number"),
        ("sum((y - a * x - b)**2) + x.T @ A @ y", "y[n] a[n] x[n] b[n] A[n,n]", ""),
        ("p = x.T @ a + b; (p - y)**2 / 2", "x[n] a[n] b y", "y is not declared: what is added"),
        ("log(det(A)) - d + tr(A) + x.T @ x", "A[m,m] d x[n]", "d is not declared: what is added"),
        ("theta - x.T @ y", "theta x[n] y[n]", "theta is not declared: a Greek name"),
        ("(mu - nu).T @ A @ (mu - nu) + x.T @ x", "mu[m] nu[m] A[m,m] x[n]", "mu[m] is not "),
        ("norm(mu - nu)**2 * x", "mu[m] nu[m] x[n]", "mu[m] is not declared: what is transposed"),
    ],
)
def test_where_nothing_is_declared_what_is_a_number_is_said(
    expression: str, shapes: str, said: str
) -> None:
    found = derived(expression, "x", "")
    variables = [str(one) for one in found.formula.variables.values()]
    right = derived(expression, "x", shapes)
    assert [one for one in variables if "[" not in one] == [
        s for s in shapes.split() if "[" not in s
    ]
    assert len(found.shape) == len(right.shape)
    assert not said or any(one.startswith(said) for one in found.assumptions)


@pytest.mark.parametrize(
    ("typed", "wrt", "meant", "by", "shapes"),
    [
        (
            r"\frac{1}{2m} \sum_{i=1}^m (\theta^T x^{(i)} - y^{(i)})^2",
            "theta",
            "sum((x @ theta - y)**2) / (2 * m)",
            "theta",
            "m x[q,n] theta[n] y[q]",
        ),
        (
            r"p = softmax(W x + b); -\sum_i y_i \log p_i",
            "W",
            "-sum(y * log(softmax(W @ x + b)))",
            "W",
            "W[m,n] x[n] b[m] y[m]",
        ),
        (r"(μ₁ - μ₂)ᵀ S⁻¹ (μ₁ - μ₂)", "S", "(a - b).T @ inv(S) @ (a - b)", "S", "a[n] b[n] S[n,n]"),
        (r"\mu_1^T S \mu_2", "S", "a.T @ S @ b", "S", "a[n] S[n,n] b[n]"),
        (r"\|\theta - \theta_0\|^2", r"\theta", "squared_norm(a - b)", "a", "a[n] b[n]"),
        (
            r"y^T (K + \sigma^2 I)^{-1} y",
            "y",
            "y @ inv(K + s**2 * eye(n)) @ y",
            "y",
            "y[n] K[n,n] s",
        ),
        (r"y^T (K + s I)^{-1} y", "y", "y @ inv(K + s * eye(n)) @ y", "y", "y[n] K[n,n] s"),
        (r"\sum_i (y_i - a x_i - b)^2", "a", "sum((y - a * x - b)**2)", "a", "y[n] a x[n] b"),
        (r"-\frac{N}{2} \log|Σ|", "Σ", "-N / 2 * log(det(S))", "S", "N S[n,n]"),
        (r"\|t - \Phi w\|^2", "w", "norm(t - P @ w)**2", "w", "t[m] P[m,n] w[n]"),
        (r"w^T \Phi^T t", "t", "w @ P.T @ t", "t", "w[n] P[m,n] t[m]"),
        ("MSE = 1/n ||y - Xw||^2", "w", "norm(y - X @ w)**2 / k", "w", "k y[m] X[m,n] w[n]"),
        (
            r"\log p(y|X) = -\frac12 y^T K^{-1} y - \frac12 \log|K|",
            "K",
            "-y @ inv(K) @ y / 2 - log(det(K)) / 2",
            "K",
            "y[n] K[n,n]",
        ),
        (
            "z = W x + b, L = ||z - y||^2",
            "W",
            "squared_norm(W @ x + b - y)",
            "W",
            "W[m,n] x[n] b[m] y[m]",
        ),
    ],
)
def test_what_is_typed_with_nothing_declared_is_what_is_meant(
    typed: str, wrt: str, meant: str, by: str, shapes: str
) -> None:
    read = mc.derive(typed, wrt=wrt, layout="denominator")
    right = mc.derive(meant, wrt=by, variables=shapes, layout="denominator")
    assert read.formula is not None
    assert right.formula is not None
    sizes, rng = {"m": 3, "n": 2, "q": 4}, np.random.default_rng(5)
    variables = right.formula.variables
    shaped = [[sizes[str(size)] for size in one.shape] for one in variables.values()]
    arrays = [rng.uniform(1, 2, one) for one in shaped]
    arrays = [one + 3 * np.eye(2) if one.shape == (2, 2) else one for one in arrays]
    values = [
        one.evaluate(**dict(zip(names, arrays, strict=True)))
        for one, names in ((read, read.formula.variables), (right, variables))
    ]
    assert np.allclose(*values)


def test_rows_of_a_matrix_beside_its_capital_are_asked_for() -> None:
    line = r"\sum_{i,j} (r_{ij} - p_i^T q_j)^2 + \lambda \|P\|^2"
    assert "write P_i, or declare both" in refusal(line, "P", "")
    assert derived(line.replace("p_i", "P_i"), "P", "").shape


@pytest.mark.parametrize(("line", "says"), [("AX = B", "wrt is 'X'"), ("AX = XB", "wrt is 'X'")])
def test_an_equation_to_be_solved_is_not_differentiated(line: str, says: str) -> None:
    assert says in refusal(line, "X", "")


@pytest.mark.parametrize("expression", ["W * x", "A @ x.T", "A @ x + x.T"])
def test_where_nothing_is_declared_and_nothing_fits_the_reading_is_said(expression: str) -> None:
    assert "capitals are taken as matrices" in refusal(expression, "x", "")


def test_the_command_says_how_to_declare() -> None:
    command = [sys.executable, "-m", "matcalc_cli", "derive", "W @ x", "--wrt", "x", "--json"]
    document = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert document["assumptions"] == [
        "W[m,n] is not declared: a capital is taken as a matrix",
        "x[n] is not declared: a lower-case name is taken as a vector",
    ]
    assert document["notes"][-1] == "to declare other shapes: --vars 'W[m,n] x[n]'"


# I


@pytest.mark.parametrize(
    ("expression", "written", "wrt"),
    [
        ("logdet(A + lam*I)", "logdet(A + lam*eye(n))", "lam"),
        ("tr((I - A) @ S @ (I - A).T)", "tr((eye(n) - A) @ S @ (eye(n) - A).T)", "A"),
        ("logdet(W @ W.T + t**2*I)", "logdet(W @ W.T + t**2*eye(m))", "W"),
        ("b.T @ solve(W @ W.T + I, b)", "b.T @ solve(W @ W.T + eye(m), b)", "W"),
        ("tr(inv(-I/2 + A))", "tr(inv(-eye(n)/2 + A))", "A"),
        ("M = 2*I - A; tr(M @ M)", "M = 2*eye(n) - A; tr(M @ M)", "A"),
        ("x @ (A + I) @ x", "x @ (A + eye(n)) @ x", "x"),
        ("tr((I + lam*I + A) @ A)", "tr((eye(n) + lam*eye(n) + A) @ A)", "A"),
        ("tr(A @ I @ A)", "tr(A @ eye(n) @ A)", "A"),
    ],
)
def test_i_beside_a_square_matrix_is_the_identity_and_said(
    expression: str, written: str, wrt: str
) -> None:
    found, right = derived(expression, wrt), derived(written, wrt)
    assert same(found, right)
    assert (found.text, found.shape) == (right.text, right.shape)
    assert [one for one in found.assumptions if one.startswith("I is taken as the identity")]
    assert found.formula.text.replace(" ", "") == written.replace(" ", "")


@pytest.mark.parametrize(
    "expression",
    [
        "sum(I)",
        "I @ x",
        "x.T @ I @ x",
        "x + I",
        "W + I",
        "I * A",
        "kron(I, A)",
        "tr(I)",
        "solve(I, x)",
        "lam * I",
        "A @ x + I",
        "R = lam * I; tr(A)",
    ],
)
def test_i_anywhere_else_is_an_error(expression: str) -> None:
    said = refusal(expression, "x")
    assert "I is not declared" in said
    assert "eye(" in said


def test_i_that_is_declared_is_a_variable() -> None:
    assert not derived("sum(I * x)", "x", "I x[n]").assumptions
    assert not derived("I = x.T @ x; I**2", "x").assumptions


# an unknown function


@pytest.mark.parametrize(
    "expression",
    [
        "Tr(A)",
        "E(x)",
        "Ln(det(A))",
        "tr(qr(A))",
        "sum(lu(A))",
        "Re(x)",
        "Sp(A)",
        "sum(F(x))",
        "sum(fg(x))",
        "sum(act(x))",
        "sum(act'(x))",
        "sum(Spur(A))",
    ],
)
def test_an_unknown_function_is_refused(expression: str) -> None:
    name = re.findall(r"(\w+)'?\(", expression)[-1 if "det" not in expression else 0]
    said = refusal(expression, "x")
    assert any(words in said for words in (f"no rule '{name}'", "written", "one result"))


@pytest.mark.parametrize("name", ["f", "g", "g1", "h_2", "φ", "σ2", "Γ"])
def test_a_function_of_one_letter_is_entry_by_entry_and_said(name: str) -> None:
    found = derived(f"sum({name}(A @ x))", "x")
    assert f"{name}'(A @ x)" in found.text
    assert "entry by entry" in found.assumptions[0]
    slope = derived(f"sum({name}'(x))", "x")
    assert slope.assumptions == found.assumptions


@pytest.mark.parametrize("name", ["act", "g", "Phi_2", "softer"])
@pytest.mark.parametrize("dot", [".", "·"])
def test_a_function_that_is_declared_is_entry_by_entry_and_nothing_is_assumed(
    name: str, dot: str
) -> None:
    shapes = f"W[m,n] x[n] {name}({dot})"
    found = derived(f"sum({name}(W @ x))", "x", shapes)
    assert found.text == f"W.T @ {name}'(W @ x)"
    assert not found.notes
    claim = {"wrt": "x", "variables": shapes, "formula": found.text}
    assert "denominator" in mc.identify(f"sum({name}(W @ x))", **claim).agreeing
    turned = mc.convert_formula(found.text, variables=shapes)
    assert turned.text == f"{name}'(W @ x).T @ W"
    steps = mc.explain(f"sum({name}(W @ x))", wrt="x", variables=shapes, layout="denominator")
    assert f"{name}(z1)" in steps.program


@pytest.mark.parametrize("declared", ["f(x[n],y[n])[m]", "f(x,y)", "f()", "tanh(·)", "(·)"])
def test_other_functions_cannot_be_declared(declared: str) -> None:
    with pytest.raises(mc.NotationError, match="function"):
        derived("sum(f(x))", "x", f"x[n] {declared}")


def test_what_is_printed_of_sizes_alone_is_read_again() -> None:
    found = derived("tr(kron(A, eye(batch))) + lam * size", "A", "A[n,n] lam y[size]")
    assert found.text == "batch * eye(n)"
    assert mc.read_back(found).holds
    assert mc.read_back(derived("lam * size", "lam", "lam y[size]")).holds


@pytest.mark.parametrize("expression", ["x(1 - x)", "lam(x)", "A(x)", "n(x)", "z = x; sum(z(x))"])
def test_a_variable_is_no_function(expression: str) -> None:
    assert "is no function: a product is written" in refusal(expression, "x")


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "exp", "softplus", "gelu"])
def test_the_prime_of_a_known_function_is_its_derivative(name: str) -> None:
    found = derived(f"sum(y * {name}'(x))", "y")
    assert same(found, derived(f"sum({name}(x)) + 0 * sum(y)", "x"))
    second = derived(f"sum(y * {name}''(x))", "y")
    assert same(second, derived(f"sum({name}'(x)) + 0 * sum(y)", "x"))
    assert not found.notes


def test_there_is_no_prime_of_what_is_not_entry_by_entry() -> None:
    assert "of a function entry by entry, and softmax is none" in refusal("softmax'(x)", "x")


# functions and powers of a square matrix


@pytest.mark.parametrize(
    ("expression", "better"),
    [
        ("x.T @ A**-1 @ x", "the inverse is inv(A)"),
        ("x.T @ (A.T @ A + lam*eye(n))**-1 @ x", "the inverse is inv(A.T @ A + lam*eye(n))"),
        ("sum(A**2)", "the matrix product is A @ A"),
        ("sum((A + B)**2)", "the matrix product is (A + B) @ (A + B)"),
        ("sum(A**3)", "the power of a matrix is matrix_power(A, 3)"),
        ("sum(A**-2)", "the power of a matrix is matrix_power(inv(A), 2)"),
        ("sum(pow(A, 2))", "the matrix product is A @ A"),
        ("sum(sqrt(S))", "the matrix square root"),
        ("sum(S**0.5)", "the matrix square root"),
        ("sum(exp(A))", "the matrix exponential is expm(A)"),
        ("sum(log(S))", "the matrix logarithm"),
        ("sum(abs(A))", "the determinant is det(A), the norm norm(A)"),
        ("sum(cos(A))", "the matrix cosine"),
        ("sum(1/A)", "the inverse is inv(A)"),
        ("sum(B/A)", "the inverse is inv(A)"),
    ],
)
def test_functions_of_a_square_matrix_are_entry_by_entry_and_said(
    expression: str, better: str
) -> None:
    found = derived(expression, "S" if "S" in expression else "A")
    (said,) = [one for one in found.assumptions if "entry by entry" in one]
    assert better in said


@pytest.mark.parametrize(
    "expression",
    ["sum(W**2)", "sum(exp(W))", "sum(x**2)", "norm(A)**2", "sum(tanh(A))", "sum(1/x)", "sum(A/2)"],
)
def test_what_has_no_meaning_for_matrices_is_not_said(expression: str) -> None:
    assert not derived(expression, expression[4] if expression[4] in "AWx" else "A").assumptions


# max, min, cross_entropy


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("sum(max(x, 0))", "sum(relu(x))"),
        ("sum(max(0, A @ x))", "sum(relu(A @ x))"),
        ("sum(max(1 - x, 0))", "sum(relu(1 - x))"),
        ("max(0, x.T @ x - lam)", "relu(x.T @ x - lam)"),
        ("sum(min(x, y))", "sum(minimum(x, y))"),
        ("min(1, x.T @ y)", "minimum(1, x.T @ y)"),
        ("sum(max(x, 1))", "sum(maximum(x, 1))"),
    ],
)
def test_max_of_two_is_the_larger_one_and_said(expression: str, written: str) -> None:
    found = derived(expression, "x")
    assert same(found, derived(written, "x"))
    name = "maximum" if "max" in expression else "minimum"
    (said,) = [one for one in found.assumptions if name in one]
    assert "axis=0" in said


@pytest.mark.parametrize("expression", ["sum(max(A, axis=0))", "max(A)", "sum(min(A, axis=1))"])
def test_max_of_one_is_along_an_axis(expression: str) -> None:
    assert not derived(expression, "A").assumptions


@pytest.mark.parametrize(
    "expression",
    [
        "cross_entropy(logits, target)",
        "cross_entropy(z, y)",
        "cross_entropy(softmax(z), y)",
        "cross_entropy_logits(z, y)",
        "binary_cross_entropy_logits(logits, labels)",
        "cross_entropy(p, y_true)",
    ],
)
def test_a_loss_in_the_order_of_other_libraries_is_refused(expression: str) -> None:
    names = dict.fromkeys(re.findall(r"\b[a-z]\w*\b(?!\()", expression))
    said = refusal(expression, next(iter(names)), " ".join(f"{name}[n]" for name in names))
    assert "takes targets first" in said
    assert "_logits(" in said


@pytest.mark.parametrize(
    ("expression", "better"),
    [
        ("cross_entropy(softmax(z), y)", "cross_entropy_logits(y, z)"),
        ("cross_entropy(sigmoid(z), y)", "cross_entropy(y, sigmoid(z))"),
        ("cross_entropy(y_hat, y)", "cross_entropy(y, y_hat), or"),
        ("cross_entropy(logits, y)", "write cross_entropy_logits(y, logits)"),
        ("cross_entropy_logits(z, y)", "write cross_entropy_logits(y, z)"),
    ],
)
def test_a_loss_that_is_turned_round_keeps_what_it_takes(expression: str, better: str) -> None:
    names = dict.fromkeys(re.findall(r"\b[a-z]\w*\b(?!\()", expression))
    said = refusal(expression, next(iter(names)), " ".join(f"{name}[n]" for name in names))
    assert better in said
    assert "logits(y, softmax" not in said


def test_logits_in_the_place_of_probabilities_are_said() -> None:
    (said,) = derived("cross_entropy(y, logits)", "y", "y[n] logits[n]").assumptions
    assert "logits as probabilities" in said
    assert not derived("cross_entropy_logits(y, logits)", "y", "y[n] logits[n]").assumptions


def test_a_loss_of_targets_and_probabilities_is_read_so() -> None:
    assert not derived("cross_entropy(y, p)", "p", "y[n] p[n]").assumptions
    (said,) = derived("cross_entropy(q, p)", "p", "q[n] p[n]").assumptions
    assert "takes q as targets and p as probabilities" in said


# products


@pytest.mark.parametrize(
    ("expression", "product"),
    [
        ("tr(A.T*A)", "A.T @ A"),
        ("trace(A*B)", "A @ B"),
        ("logdet(S*A)", "S @ A"),
        ("tr((A + B)*A)", "(A + B) @ A"),
        ("sum(A*B @ x)", "A @ B"),
    ],
)
def test_a_product_entry_by_entry_of_square_matrices_is_said(expression: str, product: str) -> None:
    (said,) = derived(expression, "A").assumptions
    assert f"entry by entry; the matrix product is {product}" in said


@pytest.mark.parametrize("expression", ["sum(W*W)", "sum(x*y)", "sum(lam*A)", "sum(2*A)"])
def test_a_product_that_cannot_be_one_of_matrices_is_not_said(expression: str) -> None:
    assert not derived(expression, "x" if "x" in expression else expression[-2]).assumptions


@pytest.mark.parametrize("expression", ["A * x", "x * A", "W * b", "A * W.T"])
def test_a_product_entry_by_entry_that_does_not_fit_is_refused(expression: str) -> None:
    assert "does not fit" in refusal(expression, "x")


# numbers beside arrays


@pytest.mark.parametrize("expression", ["1 - x**2", "sum(1 - W)", "2 + A @ x", "x - 1/2", "A + 1"])
def test_a_literal_number_beside_an_array_is_for_every_entry(expression: str) -> None:
    wrt = next(name for name in "WxA" if name in expression)
    assert not derived(expression, wrt).assumptions


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("x - lam", "x - lam * ones(n)"),
        ("lam + A @ x", "lam * ones(n) + A @ x"),
        ("A @ x + x.T @ y", "A @ x + (x.T @ y) * ones(n)"),
        ("(x.T + lam) @ y", "(x.T + lam * ones(n).T) @ y"),
        ("sum((W - lam)**2)", "sum((W - lam * ones((m, n)))**2)"),
        ("x - sum(x) / n", "x - sum(x) / n * ones(n)"),
        ("x + 1/n", "x + 1/n * ones(n)"),
    ],
)
def test_a_scalar_term_beside_an_array_is_for_every_entry_and_said(
    expression: str, written: str
) -> None:
    wrt = "W" if "W" in expression else "x"
    found = derived(expression, wrt)
    assert same(found, derived(written, wrt))
    (said,) = [one for one in found.assumptions if "for every entry" in one]
    assert "ones(" in said


def test_a_number_beside_a_square_matrix_tells_of_the_identity() -> None:
    (said,) = derived("tr(inv(A + lam))", "A").assumptions
    assert "on the diagonal alone it is lam * eye(n)" in said


@pytest.mark.parametrize("expression", ["x @ A @ x", "x @ x", "W @ x @ b", "x @ A"])
def test_a_line_that_fits_as_arrays_of_one_axis_alone_is_said(expression: str) -> None:
    (said,) = derived(expression, "x").assumptions
    assert "one-dimensional arrays" in said


# assumptions as data


def test_assumptions_are_among_the_notes() -> None:
    found = derived("x @ A @ u + sum(max(x, 0))", "x", "x[n] A[n,n] u[p]")
    assert found.formula.forced
    assert set(found.assumptions) < set(found.notes)
    assert [one for one in found.notes if one not in found.assumptions] == [
        "the formula forces p = n"
    ]


# dimensions, rows


@pytest.mark.parametrize(
    ("expression", "shape"),
    [
        ('rearrange("(a b) -> a b", x, a=3)', "x[3*k+3]"),
        ('rearrange("(i j) -> i j", x, j=k+1)', "x[k**2-1]"),
        ('rearrange("(i j) -> i j", x, j=k+n)', "x[k*n+n*n]"),
    ],
)
def test_a_sum_of_sizes_is_a_multiple_of_what_divides_it(expression: str, shape: str) -> None:
    assert derived(f"sum({expression}**2)", "x", shape).text == "2 * x"


@pytest.mark.parametrize("power", ["pow(x.T, 2)", "pow(x.T, lam)", "pow(x.T, y.T)"])
def test_a_power_of_a_row_is_a_row(power: str) -> None:
    assert derived(f"{power} @ y", "x").shape == ("n",)
    assert "does not fit" in refusal(f"A @ {power}", "x")


def test_a_power_of_a_row_by_a_column_is_refused() -> None:
    assert "pow takes a column" in refusal("pow(x.T, y) @ y", "x")


@pytest.mark.parametrize(
    ("formula", "declared", "written"),
    [
        ("W + b", "W[p,m] b[p,1]", lambda W, b: W + b),
        ("b - W", "W[p,m] b[1,m]", lambda W, b: b - W),
        ("W / b", "W[3,4] b[3,1]", lambda W, b: W / b),
        ("W * b", "W[3,4] b[1,4]", lambda W, b: W * b),
    ],
)
def test_a_matrix_of_one_column_or_row_counts_for_all_and_that_is_said(
    formula: str, declared: str, written: Callable[..., Any]
) -> None:
    rng = np.random.default_rng(0)
    shape = (3, 1) if declared.endswith("1]") else (1, 4)
    given = {"W": rng.normal(size=(3, 4)), "b": 2 + rng.random(shape)}
    np.testing.assert_allclose(mc.evaluate(formula, **given), written(**given), rtol=1e-13)
    d = mc.derive(f"sum(({formula})**2)", wrt="b", variables=declared, layout="denominator")
    assert any("counts for every" in note for note in d.notes)
    found = mc.evaluate(d.text, **given)
    np.testing.assert_allclose(found, d.evaluate(**given), rtol=1e-12)


def test_the_norm_of_frobenius_is_read_by_its_name() -> None:
    named, plain = (
        mc.derive(f"{text}**2", wrt="A", variables="A[m,n]", layout="denominator").text
        for text in ("norm(A, 'fro')", "norm(A)")
    )
    assert named == plain == "2 * A"

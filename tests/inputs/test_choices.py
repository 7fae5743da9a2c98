"""Comparisons, open ends, MATLAB's places, sums that leave letters: what they are read as."""

from typing import Any

import numpy as np
import pytest

import matcalc as mc

DECLARED = "x[n] y[n] A[n,n] B[n,n] W[m,n] z[n]"
POINT: dict[str, Any] = {
    "x": np.array([0.5, -1.5, 2.0]),
    "y": np.array([1.0, -2.0, 0.3]),
    "A": np.array([[0.2, -1.0, 3.0], [2.0, -0.5, 1.0], [4.0, 0.7, -2.0]]),
    "B": np.array([[1.0, 2.0, -3.0], [0.5, 0.1, 0.9], [-1.0, 3.0, 2.0]]),
    "W": np.array([[1.0, -2.0, 3.0], [0.4, 0.5, -0.6]]),
    "z": np.array([0.0, 1.0, 2.0]),
}
x, y, A, B, W, z = POINT.values()
MEANT: dict[str, Any] = {
    "where(x > 0, x, 0)": np.where(x > 0, x, 0),
    "np.where(x > y, x**2, y)": np.where(x > y, x**2, y),
    "torch.where(x < 0, 0.1 * x, x)": np.where(x < 0, 0.1 * x, x),
    "(x > 0) * x": np.where(x > 0, x, 0),
    "where(z >= 1, x**2, 3*x)": np.where(z >= 1, x**2, 3 * x),
    "where(z <= 1, x**2, 3*x)": np.where(z <= 1, x**2, 3 * x),
    "where(1 <= z, x**2, 3*x)": np.where(z >= 1, x**2, 3 * x),
    "(z >= 1) * x": (z >= 1) * x,
    "(z <= 0) * x": (z <= 0) * x,
    "(z == 1) * x": (z == 1) * x,
    "where(z == y, x, 0)": np.where(z == y, x, 0),
    "where(z != 1, x, 3)": np.where(z != 1, x, 3),
    "(z ~= 1) .* x": (z != 1) * x,
    "where(~(z > 0), x**2, 0)": np.where(z > 0, 0, x**2),
    "where(!(z >= 1), x**2, y)": np.where(z >= 1, y, x**2),
    "~(x > 0) * x": np.where(x > 0, 0, x),
    "clip(x, None, 1)": np.minimum(x, 1),
    "np.clip(x, 0, None)": np.maximum(x, 0),
    "torch.clamp(x, min=-1)": np.maximum(x, -1),
    "clamp(x, max=1)": np.minimum(x, 1),
    "np.clip(x, a_min=-1, a_max=1)": np.clip(x, -1, 1),
    "x*clip(y, 0, None)": x * np.maximum(y, 0),
    "A*clip(A, None, 1)": A * np.minimum(A, 1),
    "x*clip(y, min=0)": x * np.maximum(y, 0),
    "diag(A, 1)": np.diag(A, 1),
    "np.diag(A, k=-1)": np.diag(A, -1),
    "A(3)": A[2, 0],
    "A(:)": A.ravel(order="F"),
    "x(end)": x[-1],
    "W(2, end)": W[1, -1],
    "B \\ x": np.linalg.solve(B, x),
    "x(end-1)": x[-2],
    "x(2:end-1)": x[1:-1],
    "x(end-1:end)": x[-2:],
    "W(:, 1:end-1)": W[:, :-1],
    "x[[0, 2]]": x[[0, 2]],
    "W[[1, 0], :]": W[[1, 0], :],
    r"\sum_j A_{ij} x_j": A @ x,
    r"\sum_{i\le j} A_{ij} x_i": x @ np.triu(A) @ np.ones(3),
    r"\sum_{i=1}^{n}\sum_{j=1}^{i} A_{ij} x_j": np.ones(3) @ np.tril(A) @ x,
    r"\sum_{i=1}^{n}\sum_{j=i} A_{ij} x_j": np.ones(3) @ np.triu(A) @ x,
    "sum_i x_i A_ij": x @ A,
    r"\sum_i x_i A_{ij} y_j": (x @ A) * y,
    r"\sum_k A_{ik} B_{kj}": A @ B,
    r"\sum_{i,j} A_ij x_i y_j": x @ A @ y,
    r"\sum_{i=0}^{n-1} x_i^2": x @ x,
    r"\frac{e^{x_i}}{\sum_{j=1}^n e^{x_j}}": np.exp(x) / np.exp(x).sum(),
    "x_i / sum_j x_j": x / x.sum(),
    "x_i y_j": np.outer(x, y),
    r"\sum_i \max(0, 1 - y_i x_i)": np.maximum(0, 1 - y * x).sum(),
    r"\sum_{i=1}^n (y^{(i)} - x^{(i)})^2": ((y - x) ** 2).sum(),
    "left( Ax – y right)^T left( Ax – y right)": ((A @ x - y) ** 2).sum(),
    "x⊤Ax": x @ A @ x,
    "1ᵀ(Ax)": (A @ x).sum(),
    "1'x": x.sum(),
    "sum(x) / (|sum(x)||sum(y)|)": x.sum() / abs(x.sum() * y.sum()),
    "rowSums(A * B) + x": (A * B).sum(axis=1) + x,
    "colMeans(A) %*% x": A.mean(axis=0) @ x,
    "A^2 %*% x": A**2 @ x,
    "plogis(A %*% x)": 1 / (1 + np.exp(-(A @ x))),
    "dot(x, A, y)": x @ A @ y,
    "np.linalg.slogdet(A)[1]": np.log(abs(np.linalg.det(A))),
    'F.l1_loss(x, y, reduction="mean")': abs(x - y).mean(),
    r"\sum_i\sum_j y_i y_j x_i x_j A_i^T A_j": (x * y) @ A @ A.T @ (x * y),
    "sum(A %x% B)": np.kron(A, B).sum(),
    "mean(abs2, A*x .- y)": ((A @ x - y) ** 2).mean(),
    "sum(x.^2) + sum(A*x)": x @ x + (A @ x).sum(),
}


@pytest.mark.parametrize("typed", MEANT)
def test_a_line_has_the_value_that_it_means(typed: str) -> None:
    wrt = next(name for name in "xAW" if name in typed.replace("clamp", "").replace("max", ""))
    found = mc.derive(typed, wrt=wrt, variables=DECLARED, layout="numerator")
    assert found.formula is not None
    value = mc.evaluate(found.formula.text, **POINT)
    np.testing.assert_allclose(value, MEANT[typed])


@pytest.mark.parametrize(
    ("typed", "must"),
    [
        (r"sum(A*B) + \sum_i y_i x_i", "may be the matrix product"),
        ("sum(x.^2) + [1 2 3]*x", "apart by commas"),
        ("[1 -2 3]*x", "an operator is missing"),
        ("x'*[1 2 3]'", "apart by commas"),
        ("sum(x.^2) + [x(1) x(2)]*y", "apart by commas"),
        ("[x(1) x(2)]", "an operator is missing"),
        ("sum(x.^2) + [x'*y x'*x]*y", "apart by commas"),
        ("x.^2 + [1, 2 3]*x", "apart by commas"),
        ("x.^2 + x([1 3])", "one place for each axis"),
        ("x([1, 3])", "is no function"),
        ("x.^2 + (A*x)(2)", "may be a place"),
        ("(A x)(1:2)", "may be a place"),
        ("x.^2 + exp(x)(2)", "may be a place"),
        (r"\sum_{i=1}^n i x_i", "letter of a sum"),
        (r"\sum_i x_i / i", "letter of a sum"),
        (r"\sum_i x_i^i", "letter of a sum"),
        ("(i) ↦ i x[i]", "letter of a sum"),
        (r"\sum_{k=1}^{k} x_k", "k is the letter of one"),
        ("sum(relu(~x))", "before a comparison alone"),
        ("sum(where(~x > 0, x, 0))", "before a comparison alone"),
        ("A~x", "'~' is not expected"),
        ("x & y", "(x > 0) * (y > 0)"),
        (r"\min_x x^T A x", "over all x"),
        ("x[[0, -1]]", "counted from the front"),
        (r"\sum_{i=2}^{n} x_i^2", "goes over all entries"),
        (r"\sum_{i=1}^{n-1} x_i^2", "goes over all entries"),
        (r"\sum_{i=1}^{2} x_i^2", "the sum goes to 2"),
        (r"\sum_{i=0}^{7} x_i^2", "the sum goes to 8"),
        ("where(x, y, x)", "of a comparison"),
        ("diag(x, 1)", "behind a matrix"),
        ("X[:,None]*y", "X is not declared"),
        (r"\frac{\partial}{\partial x} x^T A x", "write the formula alone"),
        (r"\frac{d}{dx} x^T A x", "write the formula alone"),
        (r"\nabla_x \left(x^T A x\right)", "write the formula alone"),
        ("∂/∂x xᵀAx", "write the formula alone"),
        ("d/dx x^T A x", "write the formula alone"),
        ("A_ij x_j", "write Σ_j before"),
        ("x_i (1 - x_i)", "i stands in several factors"),
        ("|x.T @ y||x.T @ y||x.T @ x|", "two bars or one sign"),
        ("F.mse_loss(x, y, reduction='none')", "a mean or a sum"),
        (r"\sum_i (h_\theta(A_i) - y_i)^2", "h_theta depends on theta"),
    ],
)
def test_what_would_mean_something_else_is_refused(typed: str, must: str) -> None:
    with pytest.raises(mc.MatcalcError) as caught:
        mc.derive(typed, wrt="x", variables=DECLARED, layout="numerator")
    assert must in str(caught.value)


def test_the_derivative_of_an_entry_of_vec_is_printed_and_coded_as_it_is_evaluated() -> None:
    found = mc.derive("vec(A)[2]", wrt="A", variables="A[3,2]", layout="denominator")
    expected = np.array([[0.0, 0], [0, 0], [1, 0]])
    point = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(found.evaluate(A=point), expected)
    np.testing.assert_array_equal(found.compile()(A=point), expected)
    np.testing.assert_array_equal(mc.evaluate(found.text), expected)


def test_a_loss_that_is_a_sum_is_as_many_means_as_it_has_terms() -> None:
    for typed in ("F.mse_loss(A, B, reduction='sum')", "F.cross_entropy(A, B, reduction='sum')"):
        found = mc.derive(typed, wrt="A", variables=DECLARED, layout="denominator")
        scores = np.exp(A) / np.exp(A).sum(axis=1, keepdims=True)
        entropy = B.sum(axis=1, keepdims=True) * scores - B
        meant = entropy if "entropy" in typed else 2 * (A - B)
        np.testing.assert_allclose(found.evaluate(A=A, B=B), meant)


def test_a_count_is_the_name_of_a_size() -> None:
    counts = ("len(x)", "x.shape[0]", "W.shape[-1]", "nrow(A)", "length(x)", "size(W, 2)")
    for count in counts:
        sign = "sum(x.^2)" if "size" in count else "sum(x**2)"
        found = mc.derive(f"{sign} / {count}", wrt="x", variables=DECLARED, layout="denominator")
        assert found.formula is not None
        assert found.formula.text.endswith("/ n"), count


@pytest.mark.parametrize("count", ["W.shape[-3]", "W.size(-5)", "size(W, 0)", "size(W, 3)"])
def test_a_count_of_an_axis_that_is_not_there_is_refused(count: str) -> None:
    with pytest.raises(mc.NotationError, match="write the size by its name"):
        mc.derive(f"sum(x.^2) / {count}", wrt="x", variables=DECLARED, layout="denominator")


def test_letters_of_greek_are_no_functions_of_their_names() -> None:
    for typed in (r"\psi(x)", r"\phi(x)", r"\beta(x)"):
        found = mc.derive(typed, wrt="x", variables="x[n]", layout="denominator")
        assert any("taken as a function" in one for one in found.assumptions)
    found = mc.derive(r"\gamma(x - y)", wrt="x", variables=None, layout="denominator")
    assert found.text == "gamma * eye(n)"


def test_a_transposed_greek_name_is_no_number() -> None:
    for typed in (r"\sigma(\theta^T x)", "σ(θ'x)"):
        found = mc.derive(typed, wrt="x", variables=None, layout="denominator")
        assert found.shape == ("n",)


@pytest.mark.parametrize("typed", ["inv(1 - A)", "logdet(A @ A.T + 1)", "yᵀ(A + 1)⁻¹y"])
def test_a_literal_in_a_function_of_matrices_is_said(typed: str) -> None:
    found = mc.derive(typed, wrt="A", variables=DECLARED, layout="denominator")
    assert any("on the diagonal alone it is eye(n)" in one for one in found.assumptions)

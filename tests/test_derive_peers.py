"""Derivatives on which other tools fail: against differences, with the shape that is right."""

from typing import Any

import numpy as np
import pytest
from derivative_checks import check, measured

import matcalc as mc

Array = np.ndarray

SIZES = {"m": 2, "n": 3, "k": 4, "p": 5}


def soft(x: Array) -> Array:
    return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)


#: What is written, its variables, wrt, and the same in NumPy.
PEERS: dict[str, tuple[str, str, str, Any]] = {
    "the logarithm of a determinant": (
        "log(det(X))",
        "X[n,n]",
        "X",
        lambda X: np.log(np.linalg.det(X)),
    ),
    "a trace and a constant": (
        "tr(X.T @ X) + 1",
        "X[m,n]",
        "X",
        lambda X: np.trace(X.T @ X) + 1,
    ),
    "an exponential of a trace": ("exp(tr(X))", "X[n,n]", "X", lambda X: np.exp(np.trace(X))),
    "a softmax written out": (
        "exp(x) / sum(exp(x))",
        "x[n]",
        "x",
        lambda x: np.exp(x) / np.exp(x).sum(),
    ),
    "a quotient of traces": (
        "tr(A @ X) / tr(B @ X)",
        "A[n,m] B[n,m] X[m,n]",
        "X",
        lambda X, A, B: np.trace(A @ X) / np.trace(B @ X),
    ),
    "a trace of a product entry by entry": (
        "tr(A * X)",
        "A[n,n] X[n,n]",
        "X",
        lambda X, A: np.trace(A * X),
    ),
    "a layer and its inputs": (
        "1/2 * norm(tanh(W @ x) - y)**2",
        "W[m,n] x[n] y[m]",
        "x",
        lambda x, W, y: np.sum((np.tanh(W @ x) - y) ** 2) / 2,
    ),
    "a layer and its weights": (
        "1/2 * norm(tanh(W @ x) - y)**2",
        "W[m,n] x[n] y[m]",
        "W",
        lambda W, x, y: np.sum((np.tanh(W @ x) - y) ** 2) / 2,
    ),
    "a diagonal matrix": ("diag(x)", "x[n]", "x", np.diag),
    "a trace of a Kronecker product": (
        "tr(kron(A, X))",
        "A[m,m] X[n,n]",
        "X",
        lambda X, A: np.trace(np.kron(A, X)),
    ),
    "a squared distance": (
        "norm(A @ x - b)**2",
        "A[m,n] x[n] b[m]",
        "x",
        lambda x, A, b: np.sum((A @ x - b) ** 2),
    ),
    "a distance": (
        "norm(A @ x - b)",
        "A[m,n] x[n] b[m]",
        "x",
        lambda x, A, b: np.sqrt(np.sum((A @ x - b) ** 2)),
    ),
    "a squared quadratic form": (
        "(x.T @ A @ x)**2",
        "x[n] A[n,n]",
        "x",
        lambda x, A: (x @ A @ x) ** 2,
    ),
    "a trace of a fifth power": (
        "tr(X @ X @ X @ X @ X)",
        "X[n,n]",
        "X",
        lambda X: np.trace(np.linalg.matrix_power(X, 5)),
    ),
    "a trace of a fifth power, as a function": (
        "tr(matrix_power(X, 5))",
        "X[n,n]",
        "X",
        lambda X: np.trace(np.linalg.matrix_power(X, 5)),
    ),
    "a quotient of inner products": (
        "x.T @ x / (y.T @ y)",
        "x[m] y[n]",
        "y",
        lambda y, x: x @ x / (y @ y),
    ),
    "cross entropies of a batch": (
        "-sum(Y * log_softmax(X @ W, axis=1))",
        "X[m,n] W[n,p] Y[m,p]",
        "W",
        lambda W, X, Y: -np.sum(Y * np.log(soft(X @ W))),
    ),
    "the cross entropy of a softmax": (
        "cross_entropy(y, softmax(z))",
        "y[n] z[n]",
        "z",
        lambda z, y: -np.sum(y * np.log(soft(z))),
    ),
    "a power of a matrix": (
        "matrix_power(X, 3)",
        "X[n,n]",
        "X",
        lambda X: np.linalg.matrix_power(X, 3),
    ),
    "a negative power of a matrix": (
        "tr(matrix_power(X, -2))",
        "X[n,n]",
        "X",
        lambda X: np.trace(np.linalg.matrix_power(X, -2)),
    ),
    "a pseudo-inverse of a wide matrix": ("pinv(X)", "X[m,n]", "X", np.linalg.pinv),
    "a pseudo-inverse of a tall matrix": ("pinv(X)", "X[n,m]", "X", np.linalg.pinv),
    "the weights of a batch": (
        "sum((X @ W + b - Y)**2)",
        "X[m,n] W[n,p] b[p] Y[m,p]",
        "W",
        lambda W, X, b, Y: np.sum((X @ W + b - Y) ** 2),
    ),
    "the bias of a batch": (
        "sum((X @ W + b - Y)**2)",
        "X[m,n] W[n,p] b[p] Y[m,p]",
        "b",
        lambda b, X, W, Y: np.sum((X @ W + b - Y) ** 2),
    ),
}


def point(variables: str) -> dict[str, Array]:
    rng = np.random.default_rng(3)
    declared = {one.name: one.shape for one in map(mc.parse_variable, variables.split())}
    found = {}
    for name, shape in declared.items():
        sizes = tuple(SIZES[size] for size in shape)
        found[name] = rng.uniform(0.5, 1.5, sizes) * rng.choice([1.0, -1.0], sizes)
        if len(sizes) == 2 and sizes[0] == sizes[1]:
            found[name] = 0.3 * found[name] + np.eye(sizes[0])
    return found


@pytest.mark.parametrize("name", PEERS)
def test_a_derivative_that_others_miss_agrees_with_differences(name: str) -> None:
    expression, variables, wrt, function = PEERS[name]
    arrays = point(variables)
    others = {key: array for key, array in arrays.items() if key != wrt}
    expected = measured(lambda x: function(x, **others), arrays[wrt])
    assert expected is not None
    check(expression, variables, wrt, SIZES | arrays, expected)


@pytest.mark.parametrize(
    ("expression", "variables", "wrt", "expected"),
    [
        ("tr(A * X)", "A[n,n] X[n,n]", "X", ("n", "n")),
        ("tr(X.T @ X) + 1", "X[m,n]", "X", ("m", "n")),
        ("tr(A @ X) / tr(B @ X)", "A[n,m] B[n,m] X[m,n]", "X", ("m", "n")),
        ("diag(x)", "x[n]", "x", ("n", "n", "n")),
        ("W @ x", "W[m,n] x[n]", "W", ("m", "n", "m")),
        ("a * x", "a x[n]", "a", ("n",)),
        ("exp(tr(X))", "X[n,n]", "X", ("n", "n")),
    ],
)
def test_a_derivative_has_the_shape_of_its_layout(
    expression: str, variables: str, wrt: str, expected: tuple[Any, ...]
) -> None:
    d = mc.derive(expression, wrt=wrt, variables=variables, layout="denominator")
    assert d.shape == expected
    assert d.to("numerator").shape == expected[::-1]


@pytest.mark.parametrize("variables", ["W[2,3] B[2,3] x[3]", "W[m,n] B[m,n] x[n]"])
@pytest.mark.parametrize("expression", ["W @ B", "W @ W", "W @ W @ x", "W.T @ B.T"])
def test_products_that_do_not_fit_are_never_outer_products(expression: str, variables: str) -> None:
    with pytest.raises(mc.ShapeError, match="does not fit"):
        mc.derive(expression, wrt="W", variables=variables, layout="denominator")


def test_the_derivative_of_a_softmax_written_out_has_its_outer_product() -> None:
    d = mc.derive("exp(x) / sum(exp(x))", wrt="x", variables="x[n]", layout="numerator")
    x = np.array([0.1, 0.5, -0.3])
    p = soft(x)
    np.testing.assert_allclose(d.evaluate(x=x), np.diag(p) - np.outer(p, p), atol=1e-14)


def test_the_derivative_of_a_trace_of_a_power_is_one_term() -> None:
    for expression in ("tr(X @ X @ X @ X @ X)", "tr(matrix_power(X, 5))"):
        d = mc.derive(expression, wrt="X", variables="X[n,n]", layout="denominator")
        assert "+" not in d.text


def test_a_norm_has_no_derivative_at_zero_and_says_so_in_numbers() -> None:
    d = mc.derive("norm(A @ x - b)", wrt="x", variables="A[m,n] x[n] b[m]", layout="denominator")
    assert np.isnan(d.evaluate(A=np.eye(2), x=[1.0, 2.0], b=[1.0, 2.0])).all()

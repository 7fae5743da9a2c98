import math

import pytest

import matcalc as mc

# expression, declarations, wrt, order, what a book writes (denominator layout)
CLOSED_FORMS = [
    ("tr(matrix_power(X, 5))", "X[n,n]", "X", 1, "5 * matrix_power(X, 4).T"),
    ("log(det(X))", "X[n,n]", "X", 1, "inv(X).T"),
    ("log(det(X))", "X[n,n]:symmetric", "X", 1, "inv(X)"),
    ("logdet(X.T @ X)", "X[m,n]", "X", 1, "2 * pinv(X).T"),
    ("logdet(diag(x))", "x[n]", "x", 1, "1 / x"),
    ("x.T @ S @ x", "x[n] S[n,n]:symmetric", "x", 1, "2 * S @ x"),
    ("squared_norm(Q @ x - y)", "x[n] y[m] Q[m,n]:orthogonal", "x", 2, "2 * eye(n)"),
    ("squared_norm(Q.T @ Q)", "Q[m,n]:orthogonal", "Q", 1, "4 * Q"),
    ("tr(inv(Q) @ X)", "Q[n,n]:orthogonal X[n,n]", "X", 1, "Q"),
    ("inv(Q @ A @ Q.T) @ x", "Q[n,n]:orthogonal A[n,n] x[n]", "x", 1, "Q @ inv(A).T @ Q.T"),
    ("logdet(Q @ diag(d) @ Q.T)", "Q[n,n]:orthogonal d[n]:positive", "d", 1, "1 / d"),
    ("x.T @ A @ x", "x[n] A[n,n]", "x", 1, "(A + A.T) @ x"),
    ("tr(X.T @ A @ X)", "X[n,m] A[n,n]", "X", 1, "(A + A.T) @ X"),
    ("exp(x) / sum(exp(x))", "x[n]", "x", 1, "diag(softmax(x)) - softmax(x) @ softmax(x).T"),
    ("exp(a) / (exp(a) + exp(b))", "a b", "a", 1, "sigmoid(a - b) * (1 - sigmoid(a - b))"),
    ("sum(log(exp(a) + exp(b)))", "a[n] b[n]", "b", 1, "sigmoid(b - a)"),
    (
        "mean((x - mean(x))**3) / std(x)**3",  # skewness: a variance is not multiplied out
        "x[n]",
        "x",
        1,
        "3 * ((x - mean(x))**2 - mean((x - mean(x))**3) * (x - mean(x)) / var(x) - var(x))"
        " / std(x)**3 / n",
    ),
    ("-(y.T @ log(softmax(z)))", "z[n] y[n]:simplex", "z", 1, "softmax(z) - y"),
    (
        "-sum(Y * log_softmax(Z, axis=1))",
        "Z[B,m] Y[B,m]:simplex",
        "Z",
        1,
        "softmax(Z, axis=1) - Y",
    ),
    (
        "-sum(Y * log(softmax(X @ W, axis=1))) / B",
        "X[B,n] W[n,m] Y[B,m]:onehot",
        "W",
        1,
        "X.T @ (softmax(X @ W, axis=1) - Y) / B",
    ),
    (
        "-sum(Y * log_softmax(Z, axis=0))",  # the columns of Y need not sum to one
        "Z[B,m] Y[B,m]:simplex",
        "Z",
        1,
        "softmax(Z, axis=0) @ diag(sum(Y, axis=0)) - Y",
    ),
    ("sum((M * (X - A))**2)", "M[m,n]:binary X[m,n] A[m,n]", "X", 1, "2 * M * (X - A)"),
    ("squared_norm(P @ x)", "P[n,n]:projector x[n]", "x", 1, "2 * P @ x"),
    ("x.T @ (y @ y.T) @ x", "y[n]:onehot x[n]", "x", 1, "2 * x * y"),
    ("tr(kron(A, B) @ kron(C, D))", "A[m,n] B[p,q] C[n,m] D[q,p]", "A", 1, "tr(B @ D) * C.T"),
    (
        "softmax(W @ x)",
        "W[m,n] x[n]",
        "x",
        1,
        "W.T @ (diag(softmax(W @ x)) - softmax(W @ x) @ softmax(W @ x).T)",
    ),
    ("sum(maximum(0, x))", "x[n]", "x", 1, "step(x)"),
    ("sum(minimum(x, 0)**2)", "x[n]", "x", 1, "-2 * relu(-x)"),
    (
        "maximum(0, norm(a - p) + s - norm(a - q))",
        "a[n] p[n] q[n] s",
        "s",
        1,
        "step(norm(a - p) + s - norm(a - q))",
    ),
    (
        "c * (squared_norm(a - p) - squared_norm(a - q))",
        "a[n] p[n] q[n] c",
        "a",
        1,
        "2 * c * (q - p)",
    ),
    ("sum(stack(x, x**2) @ c)", "x[n] c[n]", "x", 1, "2 * x * c + c"),
    (
        "1.2345678901234567 * 1.3456789012345678 * t",
        "t",
        "t",
        1,
        "1.66133196188081184031398766651426",
    ),
    ("1 / (1 + exp(-t))", "t", "t", 1, "sigmoid(t) * (1 - sigmoid(t))"),
    ("sum(log(1 + exp(x)))", "x[n]", "x", 1, "sigmoid(x)"),
    ("log(sum(exp(x)))", "x[n]", "x", 1, "softmax(x)"),
    ("sum(log(cosh(x)))", "x[n]", "x", 1, "tanh(x)"),
    ("sum(relu(x)**2)", "x[n]", "x", 1, "2 * relu(x)"),
    ("tr(expm(X))", "X[n,n]", "X", 1, "expm(X.T)"),
    ("expm(t * A)", "t A[n,n]", "t", 1, "expm(t * A).T @ A.T"),
    ("norm(A @ x - b)", "A[m,n] x[n] b[m]", "x", 1, "A.T @ (A @ x - b) / norm(A @ x - b)"),
    ("tr(tr(A) * A)", "A[n,n]", "A", 1, "2 * tr(A) * eye(n)"),
    ("mean((x - mean(x) * ones(n))**2)", "x[n]", "x", 1, "2 * (x - mean(x)) / n"),
    ("sum((X @ w - y)**2) / m", "X[m,n] y[m] w[n]", "w", 2, "2 * X.T @ X / m"),
]


@pytest.mark.parametrize(
    ("expression", "variables", "wrt", "order", "expected"),
    CLOSED_FORMS,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_answer_is_what_a_book_writes(
    expression: str, variables: str, wrt: str, order: int, expected: str
) -> None:
    found = mc.derive(expression, wrt=wrt, variables=variables, layout="denominator", order=order)
    assert found.text == expected


def test_the_hessian_of_a_squared_form_has_no_term_twice() -> None:
    found = mc.derive(
        "(x.T @ A @ x)**2", wrt="x", variables="x[n] A[n,n]", layout="denominator", order=2
    )
    assert found.text.count("(A + A.T)") == 3
    assert found.text.count(" + ") == 4


def test_entries_of_a_symmetric_variable_are_independent_until_the_derivative_is_taken() -> None:
    free = mc.derive("tr(A @ S)", wrt="S", variables="S[n,n] A[n,n]", layout="denominator")
    declared = mc.derive(
        "tr(A @ S)", wrt="S", variables="S[n,n]:symmetric A[n,n]", layout="denominator"
    )
    assert free.text == declared.text == "A.T"


def test_the_three_derivatives_for_a_symmetric_matrix_differ() -> None:
    found = {
        structure: mc.derive(
            "tr(A @ X)",
            wrt="X",
            variables="X[n,n] A[n,n]",
            layout="denominator",
            structure=structure,
        ).text
        for structure in ("symmetric", "symmetrised", "diagonal", None)
    }
    assert found == {
        "symmetric": "A + A.T - diag(diag(A))",
        "symmetrised": "(A + A.T) / 2",
        "diagonal": "diag(diag(A))",
        None: "A.T",
    }


def test_names_of_intermediate_results_come_back() -> None:
    found = mc.derive(
        "z = W @ x; s = sigmoid(z); sum((s - y)**2)",
        wrt="W",
        variables="W[m,n] x[n] y[m]",
        layout="denominator",
    )
    *lets, formula = found.text.split("; ")
    assert lets == ["z = W @ x", "s = sigmoid(z)"]
    assert "W" not in formula


@pytest.mark.parametrize("x", [720.0, 900.0])
def test_an_exponential_times_a_sigmoid_that_falls_faster_does_not_overflow(x: float) -> None:
    assert mc.evaluate("exp(x) * sigmoid(-2 * x)", x=x) == pytest.approx(0.0, abs=1e-300)
    assert mc.evaluate("exp(x) * sigmoid(-1.5 * x)", x=x) == pytest.approx(math.exp(-x / 2))

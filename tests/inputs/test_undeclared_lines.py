"""Lines of which nothing is declared, against what they mean, with its shapes."""

import pytest

import matcalc as mc
from matcalc.errors import MatcalcError, NotationError


def read(line: str, wrt: str, variables: str | None = None) -> str:
    return mc.derive(line, wrt=wrt, variables=variables, layout="denominator").text


SAID_SIZES = [
    ("log(det(eye(n) + A*A'))", "A", "log(det(eye(n) + A @ A.T))", "A[n,m]"),
    (
        "torch.logdet(L @ L.T + eps * torch.eye(n))",
        "L",
        "logdet(L @ L.T + eps * eye(n))",
        "L[n,m] eps",
    ),
    ("ones(n) @ A @ x", "x", "ones(n) @ A @ x", "A[n,m] x[m]"),
    ("tr(inv(A @ A.T + eye(m)))", "A", "tr(inv(A @ A.T + eye(m)))", "A[m,n]"),
    ("tr(inv(A.T @ A + eye(m)))", "A", "tr(inv(A.T @ A + eye(m)))", "A[n,m]"),
    (
        "tr(inv(A @ A.T + eye(n)) @ B) + tr(A.T @ A + eye(p))",
        "A",
        "tr(inv(A @ A.T + eye(n)) @ B) + tr(A.T @ A + eye(p))",
        "A[n,p] B[n,n]",
    ),
]
ENTRIES = [
    ("1/n sum_i (y_i - yhat_i)^2", "yhat", "sum((y - yhat)**2) / n", "y[m] yhat[m] n"),
    ("-sum_i y_true_i log(y_pred_i)", "y_pred", "-sum(p * log(y_pred))", "p[n] y_pred[n]"),
    ("sum_ij W_ij xs_i xs_j", "xs", "xs.T @ W @ xs", "W[n,n] xs[n]"),
]
KRONECKER = [
    ("(A ⊗ B) vec(X)", "X", "kron(A, B) @ vec(X)", "A[m,n] B[p,q] X[q,n]"),
    ("(B ⊗ A) vec(X)", "X", "kron(B, A) @ vec(X)", "A[m,n] B[p,q] X[n,q]"),
    ("(I_p ⊗ A) vec(X)", "X", "kron(eye(p), A) @ vec(X)", "A[m,n] X[n,p]"),
    ("(A ⊗ B)^T vec(X)", "X", "kron(A, B).T @ vec(X)", "A[m,n] B[p,q] X[p,m]"),
    ("vec(X)^T (A ⊗ B) vec(X)", "X", "vec(X).T @ kron(A, B) @ vec(X)", "X[m,n] A[n,n] B[m,m]"),
    ("tr((A ⊗ B)(C ⊗ D))", "A", "tr(B @ D) * tr(A @ C)", "A[m,n] C[n,m] B[p,q] D[q,p]"),
    ("kron(B', A)*X(:)", "X", "kron(B.T, A) @ vec(X)", "A[p,q] B[m,n] X[q,m]"),
    ("X(:)'*Y(:)", "X", "vec(X).T @ vec(Y)", "X[m,n] Y[m,n]"),
    ("norm(vec(X) - vec(Y))^2", "X", "norm(vec(X) - vec(Y))**2", "X[m,n] Y[m,n]"),
    ("sum(A(:, 1).^2)", "A", "sum(A[:, 0]**2)", "A[m,n]"),
    ("(A + λ I_n) x", "λ", "(A + λ * eye(n)) @ x", "A[n,n] λ x[n]"),
]
PRODUCTS = [
    ("(A*x - b).T*(A*x - b)", "x", "norm(A @ x - b)**2", "A[m,n] x[n] b[m]"),
    ("tanh(W*x + b)", "x", "tanh(W @ x + b)", "W[m,n] x[n] b[m]"),
    (r"\frac{1}{n} 11^T x", "x", "ones((n, n)) @ x / n", "x[n]"),
    (r"x - \frac1n 11^T x", "x", "x - ones((n, n)) @ x / n", "x[n]"),
]
PAIRS = [
    ("Σ_{i<j} x_i x_j", "x", "Σ_{i<j} x_i x_j", "x[n]"),
    ("Σ_{i≠j} (x_i - x_j)^2", "x", "Σ_{i≠j} (x_i - x_j)^2", "x[n]"),
    ("Σ_{i<j} A_ij x_i x_j", "x", "Σ_{i<j} A_ij x_i x_j", "x[n] A[n,n]"),
    ("Σ_{i<j} n x_i x_j", "x", "Σ_{i<j} n x_i x_j", "x[m] n"),
]
LOST = [
    (f"L = -sum_{{i}} y_{{i}} log {mark}{{y}}_{{i}}", f"y_{name}", f"-sum(y * log(y_{name}))", "")
    for mark, name in (("hat", "hat"), ("bar", "bar"), ("tilde", "tilde"), ("overline", "bar"))
]
STYLED = [
    ("||vec{x} - vec{y}||^2", "x", "norm(x - y)**2", "x[n] y[n]"),
    ("||dot{x} - A x||^2", "x", "norm(v - A @ x)**2", "v[m] A[m,n] x[n]"),
]
PADDED = [
    ("np.pad(x, (1, 2))", "pad(x, width=(1, 2))"),
    ("np.pad(x, [1, 2], 'constant')", "pad(x, width=(1, 2))"),
    ("jnp.pad(x, pad_width=1, mode='constant', constant_values=0)", "pad(x, width=1)"),
    ("F.pad(x, (1, 1))", "pad(x, width=1)"),
    ("F.pad(x, (1, 2), 'constant', 0)", "pad(x, width=(1, 2))"),
    ("np.pad(X, ((1, 2), (3, 4)))", "pad(X, width=((1, 2), (3, 4)))"),
    ("F.pad(X, (1, 2))", "pad(X, width=((0, 0), (1, 2)))"),
    ("F.pad(X, (1, 2, 3, 4))", "pad(X, width=((3, 4), (1, 2)))"),
    ("np.tile(X, (2, 3))", "tile(X, reps=(2, 3))"),
]


def renamed(text: str, means: str) -> str:
    """A formula with the short names of what it means: a name is no part of the meaning."""
    for short, long in (("p", "y_true"), ("v", "x_dot")):
        if f"{short}[" in means:
            text = text.replace(long, short)
    return text


@pytest.mark.parametrize(
    ("line", "wrt", "means", "shapes"),
    [*SAID_SIZES, *ENTRIES, *KRONECKER, *PRODUCTS, *PAIRS, *LOST, *STYLED],
)
def test_a_line_is_read_as_what_it_means(line: str, wrt: str, means: str, shapes: str) -> None:
    shapes = shapes or f"y[n] {wrt}[n]"
    assert renamed(read(line, wrt), shapes) == read(means, wrt, shapes)


@pytest.mark.parametrize(("line", "means"), PADDED)
@pytest.mark.parametrize("declared", [True, False])
def test_what_is_put_around_an_array_is_read_as_its_library_has_it(
    line: str, means: str, declared: bool
) -> None:
    wrt = "X" if "X" in line else "x"
    shapes = "X[m,n]" if wrt == "X" else "x[n]"
    assert read(line, wrt, shapes if declared else None) == read(means, wrt, shapes)


@pytest.mark.parametrize(
    "line",
    [
        "np.pad(x, 1, mode='edge')",
        "np.pad(x, 1, 'reflect')",
        "F.pad(x, (1, 1), value=1)",
        "np.pad(x, 1, constant_values=-1)",
    ],
)
def test_what_is_not_padded_with_zeros_is_refused_with_what_is(line: str) -> None:
    with pytest.raises(NotationError, match="zeros alone"):
        read(line, "x")


@pytest.mark.parametrize("line", ["norm(A*x)", "x*A", "np.sum(A*x)"])
def test_a_star_is_no_product_of_matrices_where_it_is_none_of_what_is_declared(line: str) -> None:
    with pytest.raises(MatcalcError, match="does not fit"):
        read(line, "x")

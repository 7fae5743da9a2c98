"""Stacked matrices: Kronecker products with the order of vec, diagonals, matrices of vectors."""

import pytest

import matcalc as mc
from matcalc.checking.formulas import check_derivative


@pytest.mark.parametrize(
    ("formula", "variables", "expected"),
    [
        ('vec(A @ rearrange("(l k) -> k l", x, k=2) @ B)', "x[6] A[5,2] B[3,4]", "kron(B.T, A)"),
        ('vec(rearrange("(l k) -> k l", x, k=2) @ B)', "x[6] B[3,4]", "kron(B.T, eye(2))"),
        ('vec(A @ rearrange("(l k) -> k l", x, k=2))', "x[6] A[5,2]", "kron(eye(3), A)"),
        ('vec(A * rearrange("(l k) -> k l", x, k=2))', "x[6] A[2,3]", "diag(vec(A))"),
        (
            'vec(A @ rearrange("(k l) -> k l", x, k=2) @ B, order="C")',
            "x[6] A[5,2] B[3,4]",
            "kron(A, B.T)",
        ),
        (
            "kron(A, B) @ kron(C, D) @ x",
            "x[12] A[5,2] B[3,2] C[2,3] D[2,4]",
            "kron(A @ C, B @ D)",
        ),
        ("kron(A, kron(B, C)) @ x", "x[24] A[5,2] B[2,3] C[3,4]", "kron(A, kron(B, C))"),
        (
            "kron(diag(a), B) @ x * c / sum(a)",
            "x[6] a[3] B[5,2] c",
            "c * kron(diag(a), B) / sum(a)",
        ),
    ],
)
def test_what_is_stacked_is_a_kronecker_product(
    formula: str, variables: str, expected: str
) -> None:
    wrt = variables.partition("[")[0]
    found = mc.derive(formula, wrt=wrt, variables=variables, layout="numerator")
    assert found.text == expected
    assert check_derivative(found, variables=variables)


def test_a_stacked_vector_is_a_matrix_in_a_product() -> None:
    found = mc.derive(
        "c.T @ vec(A @ X @ B)",
        wrt="X",
        variables="X[p,q] A[m,p] B[q,n] c[m*n]",
        layout="numerator",
    )
    assert found.unicode == 'B rearrange("(i j) -> i j", c, i=n, j=m) A'
    assert check_derivative(found)


def test_a_number_beside_an_identity_is_a_matrix_of_ones() -> None:
    found = mc.derive("z - mean(z)", wrt="z", variables="z[n]", layout="numerator")
    assert found.text == "eye(n) - ones((n, n)) / n"
    assert found.numpy.endswith("return np.eye(n, dtype=z.dtype) - 1 / n\n")
    assert check_derivative(found)

"""Mistakes that random expressions found, each in its smallest form."""

import numpy as np
import pytest
from derivative_checks import check, measured

import matcalc as mc

SIZES = {"m": 2, "n": 3, "p": 5, "q": 7}

FOUND = {
    "a product entry by entry between two inverses is no trace": (
        "logdet(8 * eye(n) - sin(inv(X)))",
        "X[n,n]",
        "X",
    ),
    "columns and rows that alternate are numbers times an outer product": (
        "cosh(tanh(matrix_power(outer(a, y), 3)))",
        "a[n] y[n]",
        "a",
    ),
    "a vector has a largest entry": ("max(x * y)", "x[n] y[n]", "x"),
    "a size that is a sum is written in parentheses": (
        "mean(concatenate(y, A @ x))**2",
        "A[q,n] x[n] y[p]",
        "A",
    ),
    "every axis of a pattern has its own letter": (
        "norm1(kron(X + a, eye(m)))",
        "X[p,m] a",
        "X",
    ),
    "the diagonal of a matrix lies when it is transposed": (
        "y.T @ (A @ diag(x) - diag(B))",
        "y[p] A[p,n] x[n] B[n,n]",
        "y",
    ),
    "the diagonal of a matrix is no diagonal matrix": ("-outer(y, diag(B))", "y[m] B[n,n]", "y"),
    "an axis that was put together has a smallest entry": ("min(vec(X))", "X[m,n]", "X"),
    "a window may start at a size that has a name": (
        "max(concatenate(2 * y, y - x))",
        "x[p] y[p]",
        "y",
    ),
    "the diagonal of an argument is copied": ("tr(outer(x, diag(B)))", "x[m] B[m,m]", "x"),
    "what is the same in every row is written into zeros as a matrix": (
        "norm1(concatenate(X, -outer(y, z), axis=0))",
        "X[n,p] y[n] z[p]",
        "y",
    ),
    "numbers that are whole are added to others that are not": (
        'det(2 * eye(n) - sum(clip(einsum("ij,k->ijk", eye(n), x), low=-1, high=0.5), axis=2))',
        "x[p]",
        "x",
    ),
    "two cross products share an index": ("s * cross(a, cross(b, c))", "a[3] b[3] c[3] s", "b"),
    "a cross product with itself": ("norm(cross(a, b))", "a[3] b[3]", "a"),
    "three matrices of cross products": ("skew(w) @ skew(w) @ skew(w) @ c", "w[3] c[3]", "w"),
    "a matrix between two cross products": (
        "a.T @ skew(b) @ A @ skew(c) @ a",
        "a[3] b[3] c[3] A[3,3]",
        "b",
    ),
    "two cross products share two indices": ("tr(skew(a) @ skew(b) @ A)", "a[3] b[3] A[3,3]", "a"),
    "an axis of a matrix of a cross product is summed over": (
        "sum(skew(a), axis=1) * b",
        "a[3] b[3]",
        "a",
    ),
    "Rodrigues' formula": (
        "t = norm(w); (eye(3) + sin(t)/t*skew(w) + (1-cos(t))/t**2*skew(w) @ skew(w)) @ b",
        "w[3] b[3]",
        "w",
    ),
    "a number that is no matrix product is added to every entry": (
        "a.T @ sum(H, axis=(0, 1)) * sum(H)",
        "H[m,n,p] a[p]",
        "H",
    ),
    "a new axis of size 1": ('squared_norm(rearrange("i j -> i () j", A))', "A[m,n]", "A"),
    "an axis of size 1 is left out": ('c.T @ rearrange("i () -> i", B)', "B[m,1] c[m]", "B"),
    "a matrix in a power of its diagonal": ("y.T @ diag(B)**3", "y[n] B[n,n]", "B"),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_derivative_that_was_wrong_agrees_with_differences(name: str) -> None:
    expression, variables, wrt = FOUND[name]
    rng = np.random.default_rng(5)
    arrays = {}
    for variable in map(mc.parse_variable, variables.split()):
        shape = [SIZES.get(str(size), size) for size in variable.shape]
        arrays[variable.name] = np.array(rng.uniform(0.3, 1.3, shape))
        if len(shape) == 2 and shape[0] == shape[1]:
            arrays[variable.name] += 2 * np.eye(shape[0])
    expected = measured(
        lambda x: mc.evaluate(expression, **SIZES, **(arrays | {wrt: x})), arrays[wrt]
    )
    assert expected is not None
    check(expression, variables, wrt, SIZES | arrays, expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("z = 2 * w; z.T @ y", "y"),
        ("z = w * y; sum(z)", "ones(n)"),
        ("z = w + y; sum(z + w)", "ones(n)"),
        ("z = w.T; z @ y", "y"),
        ("z = a * w; z.T @ z", "z = a * w; 2 * z"),
    ],
)
def test_an_intermediate_result_that_is_absorbed_elsewhere_is_still_a_variable(
    expression: str, expected: str
) -> None:
    d = mc.derive(expression, wrt="z", variables="w[n] y[n] a", layout="denominator")
    assert d.text == expected

"""A Hessian of a product or a quotient of numbers looks symmetric: what is x aᵀ has an a xᵀ."""

import pytest

import matcalc as mc
from matcalc.checking.formulas import check_derivative
from matcalc.simplify.symmetry import is_symmetric

NUMBERS = [
    ("x.T @ A @ x / (x.T @ x)", "x[n] A[n,n]:symmetric"),
    ("x.T @ A @ x / (x.T @ x)", "x[n] A[n,n]"),
    ("x.T @ A @ x / norm(x)", "x[n] A[n,n]:symmetric"),
    ("x.T @ A @ x / (x.T @ B @ x)", "x[n] A[n,n]:symmetric B[n,n]:spd"),
    ("a.T @ x / norm(x)", "x[n] a[n]"),
    ("a.T @ x / (b.T @ x)", "x[n] a[n] b[n]"),
    ("norm(x) * (a.T @ x)", "x[n] a[n]"),
    ("exp(-x.T @ x / 2) * (a.T @ x)", "x[n] a[n]"),
    ("log(x.T @ A @ x) * (a.T @ x)", "x[n] a[n] A[n,n]:symmetric"),
]


@pytest.mark.parametrize(("expression", "variables"), NUMBERS)
def test_a_hessian_of_a_product_of_numbers_looks_symmetric(expression: str, variables: str) -> None:
    hessian = mc.derive(expression, wrt="x", variables=variables, layout="denominator", order=2)
    assert is_symmetric(hessian.node), hessian.text
    assert check_derivative(hessian, variables=variables, points=5)


def test_it_is_printed_as_books_do() -> None:
    hessian = mc.derive(
        "a.T @ x / norm(x)", wrt="x", variables="x[n] a[n]", layout="denominator", order=2
    )
    assert hessian.unicode == "(3 (aᵀ x) x xᵀ / (xᵀ x) − a xᵀ − (aᵀ x) Iₙ − x aᵀ) / ‖x‖³"


def test_a_matrix_whose_rule_says_so_is_symmetric() -> None:
    found = mc.derive("x.T @ exchange(n) @ x", wrt="x", variables="x[n]", layout="denominator")
    assert found.text == "2 * exchange(n) @ x"

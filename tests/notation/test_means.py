"""Means, variances and standard deviations are printed by their names, and read back."""

import pytest

import matcalc as mc
from matcalc.checking.reading_back import read_back

PRINTED = [
    ("mean((x - mean(x))**2)", "x[n]", "x", "2 * (x - mean(x)) / n"),
    ("sum((x - mean(x))**3)", "x[n]", "x", "3 * ((x - mean(x))**2 - var(x))"),
    ("std(x)", "x[n]", "x", "(x - mean(x)) / std(x) / n"),
    ("sum((x - mean(x)) * (y - mean(y))) / n", "x[n] y[n]", "x", "(y - mean(y)) / n"),
    ("y.T @ x - mean(x) * mean(y)", "x[n] y[n]", "x", "y - mean(y) / n"),
    ("t * mean(exp(X))", "X[m,n] t", "t", "mean(exp(X))"),
    ("squared_norm(X - mean(X, axis=0))", "X[n,p]", "X", "2 * (X - ones(n) @ mean(X, axis=0).T)"),
    ("t * sum(X) / n", "X[m,n] t", "t", "sum(X) / n"),  # n is one of its two sizes
    ("t * sum(x) / m", "x[n] t m", "t", "sum(x) / m"),
    ("t * norm(x - mean(x))", "x[n] t", "t", "norm(x - mean(x))"),  # nothing divides
    ("var(x)", "x[5]", "x", "2 * (x - mean(x)) / 5"),
    ("std(x)", "x[7]", "x", "(x - mean(x)) / std(x) / 7"),
    ("t * mean(X)", "X[3,5] t", "t", "mean(X)"),
    ("t * sum(X) / 10", "X[2,3] t", "t", "sum(X) / 10"),
    ("t * var(x) / 2", "x[5] t", "t", "var(x) / 2"),
    ("t * sum(x)", "x[1] t", "t", "sum(x)"),
    (
        "sum(d * (x - mean(x)) / std(x))",
        "x[n] d[n]",
        "x",
        "(d - (d.T @ (x - mean(x))) * (x - mean(x)) / var(x) / n - mean(d)) / std(x)",
    ),
]


@pytest.mark.parametrize(("expression", "variables", "wrt", "printed"), PRINTED)
def test_a_sum_over_as_many_as_divide_it_is_a_mean(
    expression: str, variables: str, wrt: str, printed: str
) -> None:
    assert mc.derive(expression, wrt=wrt, variables=variables, layout="denominator").text == printed


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize(("expression", "variables", "wrt"), [case[:3] for case in PRINTED])
def test_what_is_printed_means_the_same(
    expression: str, variables: str, wrt: str, layout: str
) -> None:
    derivative = mc.derive(expression, wrt=wrt, variables=variables, layout=layout)
    for form in ("text", "unicode", "latex"):
        found = read_back(derivative, form, variables)
        assert found.holds, f"{getattr(derivative, form)}: {found.reason}"


@pytest.mark.parametrize("taken", ["mean", "var", "std"])
def test_a_variable_may_have_the_name(taken: str) -> None:
    variables = f"x[n] {taken}"
    derivative = mc.derive(f"{taken} * std(x)", wrt="x", variables=variables, layout="denominator")
    for form in ("text", "unicode", "latex"):
        assert read_back(derivative, form, variables).holds

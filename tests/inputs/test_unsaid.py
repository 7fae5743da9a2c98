"""Sums that do not say over what: over the one letter that stands below names, and said."""

import pytest

from matcalc.errors import MatcalcError
from matcalc.inputs.reading import read_line
from matcalc.variables import parse_variable

DECLARED = {name[0]: parse_variable(name) for name in ("y[n]", "p[n]", "z[n]")}
SAID = "the sum goes over i, the one letter that stands below"


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("∑ yᵢ log pᵢ", "sum(y * log(p))"),
        (r"-\sum y_i \log p_i", "-sum(y * log(p))"),
        ("sum y_i log p_i", "sum(y * log(p))"),
        ("Σ y_i log p_i", "sum(y * log(p))"),
        ("Σ(y_i - p_i)^2", "sum((y - p)**2)"),
        ("log Σ exp(z_i)", "log(sum(exp(z)))"),
        ("∑ y_i^2 / ∑ p_i", "sum(y**2 / sum(p))"),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_the_one_letter_below_is_summed_over(line: str, read: str, declared: bool) -> None:
    found = read_line(line, DECLARED if declared else {})
    assert found.text == read
    assert SAID in found.said


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("½ Σ (yᵢ − wᵀxᵢ)²", "1/2 * sum((y - x @ w)**2)"),
        ("1/n Σ (y_i - w^T x_i)^2", "1 / n * sum((y - x @ w)**2)"),
        (
            "(1/n) Σ (y_i - w^T x_i)^2 + λ Σ w_j^2",
            "1 / n * sum((y - x @ w)**2) + λ * sum(w**2)",
        ),
    ],
)
def test_vectors_of_which_nothing_is_declared_are_rows(line: str, read: str) -> None:
    assert read_line(line, {}).text == read


@pytest.mark.parametrize("line", ["x_iᵀ Σ x_i", r"x^T \Sigma x_i", "A Σ B", "xᵀ Σ⁻¹ x_i"])
def test_a_capital_sigma_beside_a_factor_is_a_matrix(line: str) -> None:
    found = read_line(line, {})
    assert "sum(" not in found.text
    assert SAID not in found.said


@pytest.mark.parametrize("line", [r"\sum x_i A_{ij} x_j", "Σ x_i + x_iᵀ Σ x_j"])
def test_where_more_than_one_letter_may_be_meant_none_is_supplied(line: str) -> None:
    try:
        found = read_line(line, {})
    except MatcalcError:
        return
    assert SAID not in found.said

"""Sums over a part of what a letter counts, and means: none is read as one of all."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc as mc

_SETS = ["S", r"\mathcal{B}", "D_k", "N(i)", "Ω"]


@pytest.mark.parametrize("over", _SETS)
@pytest.mark.parametrize("declared", [None, "x[n]", "x[n] k[n]"])
def test_a_sum_over_a_set_is_none_over_all(over: str, declared: str | None) -> None:
    with pytest.raises(mc.NotationError, match="is not said: declare s"):
        mc.derive(rf"\sum_{{i \in {over}}} x_i^2", wrt="x", variables=declared, layout="numerator")


def test_a_set_is_said_in_words_and_of_a_product_by_powers() -> None:
    with pytest.raises(mc.NotationError, match=r"a sum with a letter .* sum s_i times"):
        mc.derive("sum_{i in S} x_i^2", wrt="x", variables="x[n]", layout="numerator")
    for typed in (r"\prod_{i \in S} x_i", "∏_{i∈S} x_i"):
        with pytest.raises(mc.NotationError, match=r"a product with a letter .* power s_i"):
            mc.derive(typed, wrt="x", variables="x[n]", layout="numerator")


@pytest.mark.parametrize("over", ["n", "[n]", r"\{1, \dots, n\}"])
def test_a_sum_over_a_range_is_over_all(over: str) -> None:
    found = mc.derive(
        rf"\sum_{{i \in {over}}} x_i^2", wrt="x", variables="x[n]", layout="numerator"
    )
    np.testing.assert_allclose(np.ravel(found.evaluate(x=[1.0, 3.0])), [2, 6])


@pytest.mark.parametrize("declared", ["x[n] k", "x[n] w[k]", "x[n] A[k,n]"])
def test_a_sum_to_another_declared_size_is_none_over_all(declared: str) -> None:
    with pytest.raises(mc.NotationError, match="goes to k, and i to n"):
        mc.derive(r"\sum_{i=1}^k x_i", wrt="x", variables=declared, layout="numerator")


@pytest.mark.parametrize("sign", ["𝔼", r"\mathbb{E}", r"\mathbb E", r"\operatorname{E}", "E"])
@pytest.mark.parametrize("below", ["", "_z", r"_{z \sim p}"])
def test_a_mean_over_a_distribution_is_no_matrix(sign: str, below: str) -> None:
    if sign == "E" and below:
        return
    with pytest.raises(mc.NotationError, match="an expectation is over a distribution"):
        mc.derive(f"{sign}{below}[x^T A x]", wrt="x", layout="numerator")
    with pytest.raises(mc.NotationError, match="an expectation is over a distribution"):
        mc.derive(f"{sign}{below}[x^T A x]", wrt="x", variables="x[n] A[n,n]", layout="numerator")


@pytest.mark.parametrize("sign", ["N", "𝒩", r"\mathcal{N}", r"\mathcal N"])
@pytest.mark.parametrize("inside", ["x; mu, Sigma", r"x \mid \mu, \Sigma", "x | μ, Σ", "x;0,S"])
def test_a_normal_density_says_what_it_is(sign: str, inside: str) -> None:
    with pytest.raises(mc.NotationError, match="its logarithm is"):
        mc.derive(f"log {sign}({inside})", wrt="x", layout="numerator")


@pytest.mark.parametrize("line", ["(I − 11ᵀ/n) x", "(11ᵀ/n + I) x"])
def test_an_identity_beside_a_matrix_of_known_size_has_it(line: str) -> None:
    found = mc.derive(line, wrt="x", layout="numerator")
    sign = 1 if "+" in line else -1
    np.testing.assert_allclose(found.evaluate(x=np.ones(3)), np.eye(3) + sign / 3)


@pytest.mark.parametrize("letter", ["i", "k"])
def test_what_is_said_of_a_set_works(letter: str) -> None:
    of_set = rf"\sum_{{{letter} \in S}} x_{letter}^2"
    with pytest.raises(
        mc.NotationError, match=f"sum s_{letter} times that over all {letter}, Σ_{letter}"
    ):
        mc.derive(of_set, wrt="x", variables="x[n]", layout="numerator")
    found = mc.derive(
        f"Σ_{letter} s_{letter} x_{letter}^2", wrt="x", variables="s[n] x[n]", layout="numerator"
    )
    np.testing.assert_allclose(np.ravel(found.evaluate(s=[1.0, 0.0], x=[2.0, 3.0])), [4, 0])

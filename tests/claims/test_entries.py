"""Equations of entries: ``∂p_i/∂z_j = p_i (δ_ij − p_j)``, the same in both layouts."""

import pytest

import matcalc as mc

SOFTMAX = ("p = softmax(z)", "z[n]")
LAYER = ("z = W x + b", "W[m,n] x[n] b[m]")
SQUARE = ("z = W x + b", "W[n,n] x[n] b[n]")
SIGMOID = ("a = sigmoid(z)", "z[n]")
FREE = ("a = g(z)", "z[n]")
LOSS = ("z = W x; a = sigmoid(z); L = sum((a - y)^2)/2", "W[m,n] x[n] y[m]")

RIGHT = [
    ("∂p_i/∂z_j = p_i(δ_ij − p_j)", SOFTMAX),
    (r"\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} - p_j)", SOFTMAX),
    (r"\frac{\partial p_i}{\partial z_j} = p_i(\mathbb{1}_{i=j} - p_j)", SOFTMAX),
    ("∂p_j/∂z_i = p_j([i = j] − p_i)", SOFTMAX),
    ("dp_i/dz_j = p_i (delta_ij - p_j)", SOFTMAX),
    ("∂a_i/∂z_j = δ_ij a_i (1 − a_i)", SIGMOID),
    ("∂a_i/∂z_j = 1[i=j] g'(z_j)", FREE),
    (r"\frac{\partial a_i}{\partial z_j} = \mathbb{1}\{i=j\} g'(z_i)", FREE),
    ("∂z_i/∂x_j = W_ij", LAYER),
    ("∂z_j/∂x_i = W_ji", LAYER),
    ("∂z_i/∂b_j = δ_ij", LAYER),
    ("∂z_i/∂W_jk = δ_ij x_k", LAYER),
    ("∂z_k/∂W_ij = δ_ki x_j", LAYER),
    ("∂L/∂W_ij = (a_i − y_i) a_i (1 − a_i) x_j", LOSS),
    ("∂L/∂x_j = Σ_i W_ij (a_i − y_i) a_i (1 − a_i)", LOSS),
    ("∂z_i/∂x_j = W_ij", SQUARE),
]
WRONG = [
    ("∂p_i/∂z_j = p_j(δ_ij − p_j)", SOFTMAX),
    ("∂p_i/∂z_j = −p_i p_j", SOFTMAX),
    ("∂a_i/∂z_j = a_i (1 − a_i)", SIGMOID),
    ("∂z_i/∂x_j = W_ji", SQUARE),
    ("∂z_i/∂W_jk = δ_ik x_j", SQUARE),
    ("∂z_i/∂b_j = 0", LAYER),
    ("∂L/∂W_ij = (a_i − y_i) a_j (1 − a_j) x_i", (LOSS[0], "W[n,n] x[n] y[n]")),
]


@pytest.mark.parametrize(("claim", "of"), RIGHT)
def test_right_entries_are_right_in_both_layouts(claim: str, of: tuple[str, str]) -> None:
    layouts = ("denominator",) if of is LOSS else ("numerator", "denominator")
    for layout in layouts:
        found = mc.check_formula(claim, because=of[0], variables=of[1], layout=layout)
        assert found.verdict == "right", (layout, found.claim, found.reason)


@pytest.mark.parametrize(("claim", "of"), WRONG)
def test_wrong_entries_are_wrong_in_both_layouts(claim: str, of: tuple[str, str]) -> None:
    for layout in ("numerator", "denominator"):
        found = mc.check_formula(claim, because=of[0], variables=of[1], layout=layout)
        assert found.verdict == "wrong_value", (layout, found.claim)


def test_the_left_side_names_what_is_differentiated() -> None:
    for of in ("softmax(z)", "p = softmax(z)", r"\mathrm{softmax}(z)"):
        for claim in ("∂p_i/∂z_j = p_i(δ_ij − p_j)", "∂p_j/∂z_k = p_j(δ_jk − p_k)"):
            assert mc.check_formula(claim, of=of, wrt="z", variables="z[n]").verdict == "right"
    assert mc.check_formula(RIGHT[0][0], of="softmax(z)", wrt="z").verdict == "right"
    assert mc.check_formula(RIGHT[0][0], because="p = softmax(z)").verdict == "right"


@pytest.mark.parametrize("claim", ["∂a_i/∂z_i = a_i (1 − a_i)", "∂a_i/∂z = a_i (1 − a_i)"])
def test_a_part_of_a_jacobian_is_refused_with_what_works(claim: str) -> None:
    with pytest.raises(mc.MatcalcError, match="∂p_i/∂z_j"):
        mc.check_formula(claim, because="a = sigmoid(z)", variables="z[n]")


def test_without_a_left_side_a_letter_in_two_factors_is_refused() -> None:
    with pytest.raises(mc.MatcalcError, match=r"several factors.*∂p_i/∂z_j"):
        mc.check_formula("p_i(δ_ij − p_j)", of="p = softmax(z)", wrt="z", variables="z[n]")

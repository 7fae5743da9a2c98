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


LOGISTIC = "p_i = σ(w^T x_i + b); L = -Σ_i (y_i log p_i + (1-y_i) log(1-p_i))"


@pytest.mark.parametrize(
    ("claim", "because"),
    [
        ("dw = x^T (p - y)", LOGISTIC),
        ("dw = X^T (p - y)", LOGISTIC),
        ("∂L/∂w = Σ_i (p_i - y_i) x_i", LOGISTIC),
        ("∂L/∂b = Σ_i (p_i - y_i)", LOGISTIC),
        ("∂L/∂μ = -2 Σ_i (x_i - μ)", "L = Σ_i ‖x_i - μ‖²"),
        (r"\frac{\partial L}{\partial \mu} = 2 \sum_i (\mu - x_i)", r"L = \sum_i \|x_i - \mu\|^2"),
        ("∂p_i/∂z_j = p_i (δ_ij - p_j)", r"p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}"),
        ("dx = W^T dz", "z_i = Σ_j W_ij x_j + b_i"),
        ("dW = Σ_i dz_i x_i^T", "z_i = W x_i + b; L = Σ_i ‖z_i‖²"),
    ],
)
def test_sums_say_what_is_a_matrix_of_rows_in_a_forward_pass_too(claim: str, because: str) -> None:
    found = mc.check_formula(claim, because=because)
    assert found.verdict == "right", (found.reason, found.assumptions)


def test_a_forward_pass_by_entries_is_the_same_where_shapes_are_declared() -> None:
    variables = "w[n] x[m,n] y[m] b"
    for claim in ("dw = x^T (p - y)", "∂L/∂w = Σ_i (p_i - y_i) x_i"):
        found = mc.check_formula(claim, because=LOGISTIC, variables=variables)
        assert found.verdict == "right"
    found = mc.check_formula("dμ = 2 Σ_i (x_i - μ)", because="L = Σ_i ‖x_i - μ‖²")
    assert found.verdict == "wrong_value"


def test_a_letter_that_nothing_has_below_it_is_a_part_of_the_name() -> None:
    assert mc.check_formula("dx = W^T dz_i", because="z_i = W x + b").verdict == "right"
    with pytest.raises(mc.MatcalcError, match="i"):
        mc.check_formula("dx = W^T dz", because="z_i = W_ij x_j", variables="W[m,n] x[n]")


@pytest.mark.parametrize(
    ("claim", "variables", "verdict"),
    [
        ("∂(Ax)_i/∂x_j = A_ij", "x[n] A[m,n]", "right"),
        (r"\frac{\partial (Ax)_i}{\partial x_j} = A_{ij}", "x[n] A[m,n]", "right"),
        ("∂(Ax)_i/∂x_j = A_ij", None, "right"),
        ("∂(Ax)_i/∂x_j = A_ji", "x[n] A[n,n]", "wrong_value"),
        ("∂softmax(z)_i/∂z_j = softmax(z)_i (δ_ij - softmax(z)_j)", "z[n]", "right"),
        ("∂softmax(z)_i/∂z_j = softmax(z)_j (δ_ij - softmax(z)_j)", "z[n]", "wrong_value"),
    ],
)
def test_the_left_side_may_have_entries_of_a_formula(
    claim: str, variables: str | None, verdict: str
) -> None:
    assert mc.check_formula(claim, variables=variables).verdict == verdict
    assert mc.check_formula(claim, variables=variables, layout="numerator").verdict == verdict


MEAN = ("h_i = w^T x_i; J = 1/(2m) Σ_i (h_i − y_i)^2", None)


@pytest.mark.parametrize("above", ["1/m", "(1/m)", r"\frac{1}{m}"])
def test_a_fraction_before_a_sum_for_each_entry_multiplies_it(above: str) -> None:
    claim = f"∂J/∂w_j = {above} Σ_i (h_i − y_i) x_ij"
    assert mc.check_formula(claim, because=MEAN[0]).verdict == "right"
    doubled = mc.check_formula(claim.replace("1", "2"), because=MEAN[0])
    assert doubled.verdict == "wrong_value"


@pytest.mark.parametrize("softmax", ["p_k = exp(z_k)/Σ_j exp(z_j)", "p = exp(z) / sum(exp(z))"])
def test_beside_a_softmax_that_is_written_out_targets_sum_to_1_too(softmax: str) -> None:
    because = f"{softmax}; L = -Σ_k y_k log p_k"
    found = mc.check_formula("∂L/∂z_k = p_k − y_k", because=because)
    assert found.verdict == "right", found.reason
    assert any("its entries sum to 1" in one for one in found.assumptions)
    assert mc.check_formula("∂L/∂z_k = y_k − p_k", because=because).verdict == "wrong_value"

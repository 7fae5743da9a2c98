"""A claim of names of the forward pass: a Jacobian on the way, and what is not declared."""

import pytest

import matcalc as mc


@pytest.mark.parametrize(
    ("claim", "because", "layout", "verdict"),
    [
        ("∂z/∂x = W^T", "z = W x + b", "denominator", "right"),
        ("∂z/∂x = W", "z = W x + b", "denominator", "wrong_layout"),
        ("∂z/∂x = W", "z = W x + b", "numerator", "right"),
        ("∂z/∂x = W^T", "z = W x + b; L = sum(tanh(z))", "denominator", "right"),
        ("∂a/∂z = diag(1 - a^2)", "z = W x + b; a = tanh(z); L = sum(a)", "denominator", "right"),
        (
            r"\frac{\partial p}{\partial z} = diag(p) - p p^T",
            "p = softmax(z)",
            "numerator",
            "right",
        ),
        ("∂q/∂x = (A + A^T) x", "q = x^T A x; L = log(q)", "denominator", "right"),
        ("∂L/∂x = (A + A^T) x / q", "q = x^T A x; L = log(q)", "denominator", "right"),
        ("∂E/∂x = (A + A^T) x dq", "q = x^T A x", "denominator", "right"),
    ],
)
def test_a_fraction_of_two_names_on_the_way_is_their_jacobian(
    claim: str, because: str, layout: str | None, verdict: str
) -> None:
    assert mc.check_formula(claim, because=because, layout=layout).verdict == verdict


def test_what_is_not_declared_may_be_a_target() -> None:
    because = "p = softmax(z); L = -sum(y * log(p))"
    found = mc.check_formula("dz = p - y", because=because)
    assert found.verdict == "right"
    assert any("its entries sum to 1" in one for one in found.assumptions)
    assert mc.check_formula("dz = y - p", because=because).verdict == "wrong_value"


@pytest.mark.parametrize(
    ("line", "axis"),
    [("Z = W X + b", 1), ("Z = W_1 A_prev + b", 1), ("Z = X W + b", 0), ("Z = H @ W.T + b", 0)],
)
@pytest.mark.parametrize("kept", [", keepdims=True", ""])
@pytest.mark.parametrize("variables", [None, "W[k,n] X[n,m]"])
def test_a_bias_is_a_vector_with_an_entry_for_each_unit_of_its_weights(
    line: str, axis: int, kept: str, variables: str | None
) -> None:
    if variables and (line != "Z = W X + b" or kept):
        return
    for summed in (0, 1):
        claim = f"db = np.sum(dZ, axis={summed}{kept})"
        found = mc.check_formula(claim, because=line, variables=variables)
        assert (found.verdict == "right") == (summed == axis), found.reason
    network = f"{line.replace('Z', 'H0')}; L = sum(tanh(H0))"
    assert mc.check_formula(f"db = sum(dH0, axis={axis})", because=network).verdict == "right"


def test_two_layers_of_which_nothing_is_declared_are_read_by_their_names() -> None:
    because = "H = relu(X @ W1 + b1); Z = H @ W2 + b2"
    for claim in (
        "dW1 = X.T @ ((dZ @ W2.T) * (H > 0))",
        "db1 = np.sum((dZ @ W2.T) * (H > 0), axis=0)",
        "dW2 = H.T @ dZ",
        "db2 = dZ.sum(axis=0)",
    ):
        assert mc.check_formula(claim, because=because).verdict == "right"


@pytest.mark.parametrize(
    ("line", "axis"),
    [("W_hh H + W_xh X + b", 1), ("b + W_hh H + W_xh X", 1), ("H W_hh + X W_xh + b", 0)],
)
def test_a_bias_beside_several_products_has_an_entry_for_each_unit(line: str, axis: int) -> None:
    for summed in (0, 1):
        found = mc.check_formula(f"db = sum(dZ, axis={summed})", because=f"Z = {line}")
        assert (found.verdict == "right") == (summed == axis), found.reason


def test_a_capital_that_scales_a_sum_over_rows_is_a_number() -> None:
    found = mc.check_formula("dw = w - C Σ_i y_i x_i", because="L = w^T w / 2 - C Σ_i y_i w^T x_i")
    assert found.verdict == "right", found.reason


@pytest.mark.parametrize("count", ["m", "n", "N"])
def test_a_count_in_a_claim_is_no_size_of_what_nobody_declared(count: str) -> None:
    found = mc.check_formula(f"dW = (1/{count}) dZ X^T", because="Z = W X + b")
    assert f"{count} is not declared: m, n and N are taken as numbers" in found.assumptions
    assert count not in f"{found.shape} {found.claimed_shape}"
    assert found.verdict == "wrong_value"
    assert f"the mean over {count}" in found.causes[0].says
    declared = mc.check_formula(
        f"dW = Z X^T / {count}", because=f"Z = W X; J = norm(Z)**2 / (2*{count})"
    )
    assert declared.verdict == "right"


def test_what_is_declared_beside_the_forward_pass_is_known_in_the_claim() -> None:
    variables = "W[m,n] X[n,q] rate"
    found = mc.check_formula("dW = rate * dZ @ X.T", because="Z = W X", variables=variables)
    assert (found.verdict, found.repair) == ("wrong_value", "dW = dZ @ X.T")


_BATCH = "xhat[N,D] gamma[D] beta[D]"


@pytest.mark.parametrize("forward", ["xhat * gamma + beta", "gamma * xhat + beta"])
@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("dgamma = np.sum(dout * xhat, axis=0)", "right"),
        ("dxhat = dout * gamma", "right"),
        ("dxhat = gamma * dout", "right"),
        ("dxhat = dout * beta", "wrong_value"),
        ("dbeta = dout", "wrong_shape"),
        ("dgamma = dout * xhat", "wrong_shape"),
    ],
)
def test_a_vector_that_scales_the_columns_as_numpy_has_it_does_so_in_the_claim_too(
    forward: str, claim: str, verdict: str
) -> None:
    found = mc.check_formula(claim, because=f"out = {forward}", variables=_BATCH)
    assert found.verdict == verdict
    assert any("gamma[None, :], 1×D, counts for every row" in one for one in found.assumptions)


@pytest.mark.parametrize(
    ("claim", "forward", "verdict"),
    [
        ("dy = sum(dZ, axis=0)", "x[:, None] + y", "right"),
        ("dy = sum(dZ, axis=1)", "x[:, None] + y", "wrong_value"),
        ("dx = sum(dZ * y, axis=1)", "x[:, None] * y", "right"),
        ("dx = dZ @ y", "y * x[:, None]", "right"),
        ("dx = dZ.T @ y", "x[:, None] * y", "wrong_value"),
        ("dx = sum(Z * dZ, axis=1)", "exp(x[:, None] - y)", "right"),
    ],
)
def test_beside_a_column_a_vector_of_the_forward_pass_is_a_row(
    claim: str, forward: str, verdict: str
) -> None:
    found = mc.check_formula(claim, because=f"Z = {forward}", variables="x[n] y[n]")
    assert found.verdict == verdict, found.reason


def test_without_a_forward_pass_that_says_so_a_matrix_times_a_vector_is_a_mistake() -> None:
    found = mc.check_formula("dh = W.T * dz", because="z = W @ h", variables="W[m,n] h[n]")
    assert found.verdict == "not_conformable"


DISSOLVED = [
    ("z = W @ a + b; L = sum((z - y)**2) / 2", "W[k,m] a[m] b[k] y[k]"),
    ("z = W @ a + b; q = z + y; L = q.T @ q / 2", "W[k,m] a[m] b[k] y[k]"),
    ("z = 2 * x; L = norm(3 * z)**2", "x[n]"),
    ("z = x + y; w = z - y; p = w * z; L = sum(sigmoid(p) + z)", "x[n] y[n]"),
    ("z = A @ B; w = z @ C; L = sum(w * w) + tr(C @ z)", "A[n,m] B[m,n] C[n,n]"),
    ("z = -x; w = exp(z) - z; L = sum(w / (w + z))", "x[n]"),
]


@pytest.mark.parametrize(("because", "variables"), DISSOLVED)
def test_a_result_that_its_line_takes_in_is_not_taken_as_constant(
    because: str, variables: str
) -> None:
    """The gradient by each name is the derivative of all that comes after by it."""
    *lines, last = because.split("; ")
    for name in (line.partition(" = ")[0] for line in lines):
        found = mc.derive(
            f"{'; '.join(lines)}; {last.partition(' = ')[2]}",
            wrt=name,
            variables=variables,
            layout="denominator",
        )
        claim = f"d{name} = {found.text.rpartition('; ')[2]}"
        assert mc.check_formula(claim, because=because, variables=variables).verdict == "right"
        zero = f"d{name} = 0 * {name}"
        assert mc.check_formula(zero, because=because, variables=variables).verdict != "right"


LAYERS = "z^1 = W^1 x + b^1; a^1 = σ(z^1); z^2 = W^2 a^1 + b^2; L = ½‖z^2 − y‖²"


@pytest.mark.parametrize(
    ("claim", "because"),
    [
        ("dW^2 = dz^2 (a^1)^T", LAYERS),
        ("dW2 = dz2 a1^T", LAYERS),
        ("δ^2 = z^2 − y", LAYERS),
        ("δ¹ = (W²)ᵀ δ² ⊙ σ′(z¹)", LAYERS.translate(str.maketrans("12", "¹²")).replace("^", "")),
        ("dz^2 = 2 (z^2 - y)", "z^2 = W^2 x; L = ‖z^2 - y‖^2"),
        ("dx = 2 x", "x = 2 u; z^2 = x^2; L = sum(z^2)"),
    ],
)
def test_a_number_above_a_name_that_a_line_gives_is_a_layer(claim: str, because: str) -> None:
    assert mc.check_formula(claim, because=because).verdict == "right"


def test_a_number_above_is_a_power_where_no_line_gives_it() -> None:
    found = mc.check_formula("dx = 2 x", because="z = x^2; L = sum(z)", variables="x[n]")
    assert found.verdict == "right"
    said = mc.check_formula("dW^2 = dz^2 (a^1)^T", because=LAYERS).assumptions
    assert any("layers, no powers" in one for one in said)


@pytest.mark.parametrize(
    "sums", ["sum(P * dP, axis=1, keepdims=True)", "(P * dP).sum(axis=1)[:, None]"]
)
def test_an_axis_that_is_kept_on_purpose_is_repeated(sums: str) -> None:
    about = {"because": "P = softmax(S, axis=1)", "variables": "S[n,m]"}
    assert mc.check_formula(f"dS = P * (dP - {sums})", **about).verdict == "right"
    alone = mc.check_formula("dS = P * (dP - sum(P * dP, axis=1))", **about)
    assert alone.verdict == "not_conformable"


@pytest.mark.parametrize(("because", "axis"), [("Z = X @ W + b", 0), ("Z = W.T @ X.T + b", 1)])
def test_the_gradient_of_a_bias_may_keep_the_axis_that_is_summed(because: str, axis: int) -> None:
    about = {"because": because, "variables": "X[n,d] W[d,k] b[k]"}
    kept = mc.check_formula(f"db = np.sum(dZ, axis={axis}, keepdims=True)", **about)
    assert kept.verdict == "right"
    assert any("keepdims=True leaves" in one for one in kept.notes)
    twice = mc.check_formula(f"db = np.sum(2 * dZ, axis={axis}, keepdims=True)", **about)
    assert twice.verdict == "wrong_shape"


@pytest.mark.parametrize(
    "name",
    [
        "grad",
        "gradient",
        "g",
        "grad_w",
        "w_grad",
        "w.grad",
        "dLdw",
        "dJ_dw",
        "grads['w']",
        'grad["dw"]',
        "nabla_w",
        "∇L",
        "J_grad",
    ],
)
def test_the_gradient_has_whatever_name_it_is_given(name: str) -> None:
    loss = "L = np.sum(np.log(1 + np.exp(X @ w)) - y * (X @ w))"
    about = {"because": loss, "variables": "X[n,d] w[d] y[n]"}
    right = mc.check_formula(f"{name} = X.T @ (sigmoid(X @ w) - y)", **about)
    assert right.verdict == "right"
    wrong = mc.check_formula(f"{name} = X.T @ (sigmoid(X @ w) + y)", **about)
    assert wrong.verdict == "wrong_value"


def test_a_gradient_by_what_may_be_two_variables_is_refused() -> None:
    about = {"because": "L = sum((X @ w - y)**2)", "variables": "X[n,n] w[n] y[n]"}
    with pytest.raises(mc.NotationError, match="grad is none of dL, dX, dw, dy"):
        mc.check_formula("grad = 2 * X.T @ (X @ w - y)", **about)


@pytest.mark.parametrize("claim", ["dW = dz x", "dW = x dz"])
def test_two_columns_side_by_side_are_judged_in_a_claim(claim: str) -> None:
    found = mc.check_formula(claim, because="z = W x + b")
    assert found.verdict == "not_conformable"
    assert found.repair == "dW = dz @ x.T"


def test_equations_of_a_forward_pass_stand_with_commas_between_them_too() -> None:
    because = "A1 = tanh(Z1), Z2 = np.sum(W2 @ A1, axis=1, keepdims=True)"
    shapes = "W2[k,n] Z1[n,m]"
    for claim, verdict in (
        ("dA1 = W2.T @ dZ2 @ ones(m).T", "right"),
        ("dA1 = W2.T", "wrong_shape"),
    ):
        found = mc.check_formula(claim, because=because, variables=shapes)
        assert found.verdict == verdict


def test_a_name_with_letters_below_is_no_gradient_by_these() -> None:
    for claim, verdict in (("dA_prev = W^T dZ", "right"), ("dA_prev = W dZ", "not_conformable")):
        found = mc.check_formula(claim, because="Z = W A_prev + b")
        assert found.verdict == verdict

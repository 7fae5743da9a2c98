"""Claims, right and wrong: the verdict, a cause, and a repair that is equal to the derivative."""

import json
from pathlib import Path

import numpy as np
import pytest

import matcalc as mc
from matcalc.checking.verdict import VERDICTS
from matcalc.claims.answer import FAMILY
from matcalc.claims.telling import cells

BACK = "z2 = W2 @ x; a2 = relu(z2); z3 = W3 @ a2"
SHAPES = "x[d] W2[h,d] W3[c,h]"
LOSS = f"{BACK}; a3 = sigmoid(z3); L = sum((a3 - y)**2) / 2"

LINES = [  # claim, verdict, causes of which one is among the first two, repair
    ("dW2 = ((W3.T @ dz3) * step(z2)) @ x.T", "right", (), None),
    ("dW2 = diag(step(z2)) @ W3.T @ dz3 @ x.T", "right", (), None),
    ("dz2 = (W3 @ dz3) * step(z2)", "not_conformable", ("transpose",), "W3.T @ dz3 * step(z2)"),
    ("dW2 = W3.T @ dz3 @ x.T", "wrong_value", ("chain-rule",), "(W3.T @ dz3 * step(z2)) @ x.T"),
    ("dW2 = x @ dz2.T", "wrong_layout", ("layout", "order"), "dz2 @ x.T"),
    ("dW3 = dz3 @ a2", "not_conformable", ("transpose", "kind-of-product"), "dz3 @ a2.T"),
    ("dW2 = dz2 @ a2.T", "wrong_shape", ("wrong-variable",), "dz2 @ x.T"),
    ("dz2 = -W3.T @ dz3 * step(z2)", "wrong_value", ("sign",), "W3.T @ dz3 * step(z2)"),
    ("dz2 = W3.T @ dz3 * step(a2)", "right", (), None),  # relu keeps signs
    ("dz2 = W3.T @ dz3 * a2", "wrong_value", ("chain-rule", "wrong-variable"), None),
]
FORMULAS = [  # expression, wrt, variables, claim, verdict, causes, repair
    ("x.T @ A @ x", "x", "x[n] A[n,n]", "2 * A @ x", "wrong_value", "symmetric-part",
     "(A + A.T) @ x"),
    ("x.T @ A @ x", "x", "x[n] A[n,n]:symmetric", "2 * A @ x", "right", "", None),
    ("norm(A @ x - b)**2", "x", "A[m,n] x[n] b[m]", "A.T @ (A @ x - b)", "wrong_value", "factor",
     "2 * A.T @ (A @ x - b)"),
    ("norm(x)", "x", "x[n]", "2 * x", "wrong_value", "norm-not-squared", "x / norm(x)"),
    ("tr(A @ X)", "X", "A[m,n] X[n,m]", "A", "wrong_layout", "layout", "A.T"),
    ("logdet(A @ X)", "X", "A[n,n]:invertible X[n,n]:invertible", "inv(X)", "wrong_layout",
     "layout", "inv(X).T"),
    ("tanh(A @ x)", "x", "A[m,n] x[n]", "A.T * (1 - tanh(A @ x)**2)", "not_conformable",
     "kind-of-product", "A.T @ diag(1 - tanh(A @ x)**2)"),
    ("sum(c * (x - mean(x)))", "x", "x[n] c[n]", "c", "wrong_value", "missing-term",
     "c - mean(c) * ones(n)"),
    ("w.T @ A @ w - lam * (sum(w) - 1)", "w", "w[n] A[n,n]:symmetric lam", "2 * A @ w - lam",
     "not_conformable", "broadcast", "2 * A @ w - lam * ones(n)"),
    ("sum(exp(x))", "x", "x[n]", "exp(x)", "right", "", None),
    ("x.T @ a", "x", "x[n] a[n]", "a.T", "wrong_layout", "layout", "a"),
    ("-(y.T @ log(softmax(W @ x)))", "x", "W[m,n] x[n] y[m]", "W.T @ (softmax(W @ x) - y)",
     "right", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "verdict", "causes", "repair"), LINES)
def test_lines_of_a_backward_pass(
    claim: str, verdict: str, causes: tuple[str, ...], repair: str | None
) -> None:
    found = mc.check_formula(claim, because=BACK, variables=SHAPES)
    assert found.verdict == verdict, found.reason
    assert bool(found) == (verdict == "right")
    if causes:
        assert {one.name for one in found.causes[:2]} & set(causes)
        assert found.repair is not None
        again = mc.check_formula(found.repair, because=BACK, variables=SHAPES)
        assert again.verdict == "right"
    if repair is not None:
        assert (found.repair or "").partition(" = ")[2] == repair


@pytest.mark.parametrize(
    ("of", "wrt", "variables", "claim", "verdict", "cause", "repair"), FORMULAS
)
def test_formulas(
    of: str, wrt: str, variables: str, claim: str, verdict: str, cause: str, repair: str | None
) -> None:
    about = {"of": of, "wrt": wrt, "variables": variables, "layout": "denominator"}
    found = mc.check_formula(claim, **about)
    assert found.verdict == verdict, found.reason
    if cause:
        assert cause in [one.name for one in found.causes[:3]]
    if repair is None:
        return
    assert found.repair is not None
    truth = mc.derive(of, wrt=wrt, variables=variables, layout="denominator")
    values = _values(variables)
    right = np.asarray(truth.evaluate(**values))
    assert np.allclose(mc.evaluate(found.repair, n=4, m=3, **values), right)
    assert np.allclose(mc.evaluate(repair, n=4, m=3, **values), right)


def _values(variables: str) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    sizes = {"n": 4, "m": 3}
    found = {}
    for word in variables.split():
        name, _, shape = word.partition(":")[0].rstrip("]").partition("[")
        axes = tuple(sizes[size] for size in shape.split(",") if size)
        array = rng.uniform(0.5, 1.5, size=axes)
        if "symmetric" in word:
            array = array + array.T
        if "invertible" in word:
            array = array + 3 * np.eye(4)
        found[name] = array
    return found


BLOCKS = "logdet([A,b;b.T,c])"
BRACKETS = [  # claim, expression, wrt, variables, verdict
    ("2*x[0]", "x[0]**2", "x", "x[n]", "wrong_shape"),
    ("[2*x[0]; zeros(n-1)]", "x[0]**2", "x", "x[n]", "right"),
    ("A[0,:]", "A[0,:] @ x", "x", "A[m,n] x[n]", "right"),
    ("A[0,:].T", "A[0,:] @ x", "x", "A[m,n] x[n]", "wrong_layout"),
    ("[x[1]; x[0]]", "x[0]*x[1]", "x", "x[2]", "right"),
    ("2*x[::-1]", "sum(x*x[::-1])", "x", "x[n]", "right"),
    ("x[::-1]", "sum(x*x[::-1])", "x", "x[n]", "wrong_value"),
    ("x / norm(x)", "norm([x; y])", "x", "x[n] y[m]", "wrong_value"),
    ("inv([A,b;b.T,c])", BLOCKS, "A", "A[n,n] b[n] c", "wrong_shape"),
    ("inv(A).T", BLOCKS, "A", "A[n,n] b[n] c", "wrong_value"),
    ("inv([A,b;b.T,c])[:n,:n].T", BLOCKS, "A", "A[n,n] b[n] c", "right"),
    ("2*(x-y)", "sum((x[:,None]-y[None,:])**2)", "x", "x[n] y[n]", "wrong_value"),
    ("y[:,None]", "x.T@y", "x", "x[n] y[n]", "wrong_shape"),
]


@pytest.mark.parametrize(("claim", "of", "wrt", "variables", "verdict"), BRACKETS)
def test_entries_slices_and_blocks(
    claim: str, of: str, wrt: str, variables: str, verdict: str
) -> None:
    about = {"of": of, "wrt": wrt, "variables": variables, "layout": "denominator"}
    found = mc.check_formula(claim, **about)
    assert found.verdict == verdict, found.reason
    assert "#" not in f"{found.read} {found.repair} {found.causes}"
    if found.repair:
        assert mc.check_formula(found.repair, **about)


BINARY = "p = sigmoid(z); L = -sum(y*log(p) + (1-y)*log(1-p))"
SENTENCES = [  # what a factor too many or missing is, and where the chain ends
    ("dz = -y/p", "chain-rule", "this is a term of the derivative by p"),
    ("dz = -y/p + (1-y)/(1-p)", "chain-rule", "this is the derivative by p"),
    ("dz = (p - y) * p * (1-p)", "duplicated-factor", "the factors p and 1 - p are too many"),
    ("dz = 2 * (p - y)", "factor", "2 is too many"),
]


@pytest.mark.parametrize(("claim", "cause", "said"), SENTENCES)
def test_what_is_said_of_a_factor_is_true(claim: str, cause: str, said: str) -> None:
    found = mc.check_formula(claim, because=BINARY, variables="y[n] z[n]")
    first = found.causes[0]
    assert (first.name, said in first.says) == (cause, True)


@pytest.mark.parametrize(
    ("claim", "terms"),
    [
        ("-2 P H^T + 2 K H P H'", ["-2 P H^T", "2 K H P H'"]),
        (r"2 KHPHᵀ + \frac{4}{2} K R^{\top}", ["2 KHPHᵀ", r"\frac{4}{2} K R^{\top}"]),
    ],
)
def test_terms_are_as_they_were_typed(claim: str, terms: list[str]) -> None:
    of = "tr((I - K @ H) @ P @ (I - K @ H).T + K @ R @ K.T)"
    variables = "K[n,m] H[m,n] P[n,n]:symmetric R[m,m]:symmetric"
    found = mc.check_formula(claim, of=of, wrt="K", variables=variables)
    assert [claim[one.start : one.end] for one in found.terms] == terms


def test_a_sum_of_all_where_one_axis_is_due_is_a_missing_sum() -> None:
    about = {"because": "Y = X @ W + B", "variables": "X[n,d] W[d,k] B[k]"}
    assert mc.check_formula("dB = sum(dY)", **about).causes[0].name == "missing-sum"


def test_an_exponent_is_said_as_one() -> None:
    claim = "(X / norm(X)**2)"
    first = mc.check_formula(claim, of="norm(X)", wrt="X", variables="X[m,n]").causes[0]
    assert (first.says, claim[first.start : first.end]) == ("the exponent is 1, not 2", "2")


def test_a_divisor_that_is_missing_is_said_as_one() -> None:
    about = {"because": "S = Q @ K.T / sqrt(d)", "variables": "Q[n,d] K[m,d]"}
    assert mc.check_formula("dQ = dS @ K", **about).causes[0].says.endswith(": 1 / sqrt(d)")


def test_a_factor_that_stands_twice_is_marked_itself() -> None:
    claim = "2 * A.T @ A.T @ (A @ x - b)"
    about = {"of": "squared_norm(A @ x - b)", "wrt": "x", "variables": "A[n,n] x[n] b[n]"}
    first = mc.check_formula(claim, **about).causes[0]
    assert first.says == "A.T stands there twice: once is enough"
    assert claim[first.start : first.end] == "A.T"


TWO_LAYERS = "z1 = W @ x; a1 = relu(z1); z2 = V @ a1; a2 = tanh(z2)"
DELTAS = [  # by the first z that comes of the left side
    ("dW = delta @ x.T", "z1"),
    ("dW = δ xᵀ", "z1"),
    ("dx = W.T @ delta", "z1"),
    ("dz1 = V.T @ delta * step(z1)", "z2"),
    ("dV = delta @ a1.T", "z2"),
]


@pytest.mark.parametrize(("claim", "by"), DELTAS)
def test_a_delta_without_a_number_is_by_the_next_layer(claim: str, by: str) -> None:
    found = mc.check_formula(claim, because=TWO_LAYERS, variables="W[4,3] x[3] V[2,4]")
    assert found, found.reason
    assert f"delta is taken as the gradient by {by}: d{by}" in found.assumptions


def test_a_delta_of_no_layer_is_asked_for() -> None:
    with pytest.raises(mc.NotationError, match="delta is not declared"):
        mc.check_formula("dz2 = delta * (1 - a2**2)", because=TWO_LAYERS, variables="V[2,4]")


ENTRIES = [
    ("dx_i = sum_j A_ji dy_j", "right"),
    ("∂L/∂x_i = sum_j A_ji dy_j", "right"),
    ("dA_ij = dy_i x_j", "right"),
    ("dx_i = 2 sum_j A_ji dy_j", "wrong_value"),
    ("dx_j = sum_j A_ji dy_j", "write the whole of it, dx = …"),
    ("dA_ij = dy_i", "write the whole of it, dA = …"),
    ("dA_ii = dy_i x_i", "i stands in several factors of dy_i x_i"),
    ("dx_i = 2 * x", "write the whole of it, dx = …"),
    ("dA_ji = dy_j x_i", "right"),
    ("dL_dA_ji = x_i dy_j", "right"),
    ("dA_ji = dy_i x_j", "wrong_layout"),
    ("dx_1 = dy_1", "write dx[0], which counts from 0"),
]


@pytest.mark.parametrize(("claim", "said"), ENTRIES)
def test_an_equation_of_each_entry(claim: str, said: str) -> None:
    about = {"because": "y = A x", "variables": "A[m,n] x[n]"}
    if " " in said:
        with pytest.raises(mc.NotationError) as refused:
            mc.check_formula(claim, **about)
        assert said in str(refused.value)
    else:
        assert mc.check_formula(claim, **about).verdict == said


@pytest.mark.parametrize("of", ["||Xθ - y||²", "||X θ - y||^2", r"\|X\theta - y\|^2"])
def test_a_greek_letter_behind_a_matrix_is_a_vector(of: str) -> None:
    found = mc.check_formula("2 Xᵀ(X θ - y)", of=of, wrt="θ")
    assert found, found.reason
    assert any("behind @, or in a norm is no number" in one for one in found.assumptions)
    with pytest.raises(mc.NotationError, match=r"declare (θ|theta)\[n\]"):
        mc.check_formula("2 Xᵀ(X θ - y)", of=of, wrt="θ", variables="X[m,n] y[m]")


@pytest.mark.parametrize("wrong", ["1", "2", "a"])
def test_no_repair_is_a_power_of_a_sign(wrong: str) -> None:
    found = mc.check_formula(wrong, of="abs(a)", wrt="a", variables="a")
    assert found.repair == "sign(a)"
    assert not [one for one in found.repairs if "**" in one or "/ sign" in one]


@pytest.mark.parametrize("place", ["5", "-9", "6:9", "11"])
def test_places_beyond_small_sizes_are_reached(place: str) -> None:
    about = {"of": f"sum(x) * sum(x[{place}])", "wrt": "x", "variables": "x[n]"}
    found = mc.check_formula(f"sum(x[{place}]) * ones(n)", **about)
    assert found.verdict == "wrong_value"
    assert found.repair is not None
    assert mc.check_formula(found.repair, **about)


def test_brackets_of_a_line_take_entries_or_state_a_shape() -> None:
    variables = "W[m,n] x[n]"
    found = mc.check_formula("dx[n] = W[0,:] * x[0]", because="z = W[0,:] @ x", variables=variables)
    assert found.verdict == "wrong_value"
    assert found.repair == "dx = W[0, :]"
    assert [cell.above for cell in cells(found)] == ["dx", "W[0,:]", "x[0]"]


SEEDS = [
    ("dz1 = W2 @ dz2 * g'(z1)", "a1 = g(z1); z2 = W2 @ a1", "z1[n1] W2[n2,n1]"),
    (r"dz^{[1]} = W^{[2]} dz^{[2]} * g^{[1]'}(z^{[1]})", "a1 = g(z1); z2 = W2 @ a1",
     "z1[n1] W2[n2,n1]"),
    ("dz₁ = W₂ dz₂ ⊙ g′(z₁)", "a1 = g(z1); z2 = W2 @ a1", "z1[n1] W2[n2,n1]"),
    ("dW2 = (a3 - y) * a3 * (1 - a3) @ W3 @ ones(3) @ x.T", LOSS, "x[2] W2[3,2] W3[2,3] y[2]"),
    (r"\frac{\partial L}{\partial W^{(2)}} = (a^{(3)} - y) \odot a^{(3)} \odot (1 - a^{(3)}) "
     r"W^{(3)} (1,1,1)^T x^T", LOSS, "x[2] W2[3,2] W3[2,3] y[2]"),
    ("∂L/∂W₂ = ((a₃ − y) ⊙ a₃ ⊙ (1 − a₃)) W₃ (1,1,1)ᵀ xᵀ", LOSS, "x[2] W2[3,2] W3[2,3] y[2]"),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "because", "variables"), SEEDS)
def test_both_seed_questions_in_three_spellings(claim: str, because: str, variables: str) -> None:
    found = mc.check_formula(claim, because=because, variables=variables)
    assert found.verdict == "not_conformable"
    assert found.misfits
    assert {one.name for one in found.causes} & {"transpose", "layout", "order"}
    assert found.repair is not None
    assert mc.check_formula(found.repair, because=because, variables=variables)
    place = found.causes[0]
    assert 0 <= place.start < place.end <= len(claim)
    assert found.why


LAYERS = [  # the same line in other letters, right and wrong
    ("dz² = W³ᵀ dz³ ⊙ relu′(z²)", "z² = W² x; a² = relu(z²); z³ = W³ a²", "right"),
    (r"\delta^{(2)} = W^{(3)} \delta^{(3)} \odot a^{(2)}", BACK, "not_conformable"),
    (r"\delta_2 = W_3^T \delta_3 \odot \mathrm{step}(z_2)", BACK, "right"),
    (r"\mathrm{d}z_2 = W_3 \mathrm{d}z_3", BACK, "not_conformable"),
]


@pytest.mark.parametrize(("claim", "because", "verdict"), LAYERS)
def test_marks_of_layers_are_names(claim: str, because: str, verdict: str) -> None:
    found = mc.check_formula(claim, because=because, variables=SHAPES)
    assert found.verdict == verdict, found.reason
    if verdict != "right":
        assert found.causes[0].name in ("transpose", "chain-rule")


WRONG_RULES = [  # no small edit tells the mistake: the wrong rule, run forward, does
    ("2 * A * norm(A @ x - b)", "norm(A @ x - b)**2", "x", "x[n] A[m,n] b[m]", "scalar-rule"),
    ("kron(A, eye(n))", "tr(kron(A, X))", "X", "A[m,m] X[n,n]", "trace-not-removed"),
    ("-1 / softmax(z)", "-sum(log(softmax(z)))", "z", "z[n]", "chain-rule"),
    ("(A + A.T) @ X @ B", "tr(X.T @ A @ X @ B)", "X", "X[m,n] A[m,m] B[n,n]", "transpose"),
    ("2 * X.T - A - A.T", "norm(X.T - A)**2", "X", "A[m,n] X[n,m]", "transpose"),
    ("(a.T @ b) * x", "(a.T @ x) * (b.T @ x)", "x", "a[n] b[n] x[n]", "order"),
    ("outer(x, x)", "x.T @ inv(S) @ x", "S", "x[n] S[n,n]:symmetric", "scalar-rule"),
]


@pytest.mark.parametrize(("claim", "of", "wrt", "variables", "cause"), WRONG_RULES)
def test_what_a_wrong_rule_makes_is_named_by_it(
    claim: str, of: str, wrt: str, variables: str, cause: str
) -> None:
    found = mc.check_formula(claim, of=of, wrt=wrt, variables=variables)
    assert found.verdict != "right"
    assert cause in [one.name for one in found.causes[:2]]


def test_letters_that_stand_in_their_order_are_not_in_another() -> None:
    batch = {"because": "Z = X @ W + b", "variables": "X[p,m] W[m,n] b[n]"}
    for claim, cause in [("db = dZ", "missing-sum"), ("dW = X.T * dZ", "kind-of-product")]:
        found = [one.name for one in mc.check_formula(claim, **batch).causes]
        assert found[0] == cause
        assert "order" not in found


def test_two_mistakes_are_told_apart() -> None:
    back = "z2 = W2 @ x; a2 = tanh(z2); z3 = W3 @ a2"
    found = mc.check_formula("dz2 = W3 @ dz3 * a2", because=back, variables=SHAPES)
    assert found.repair == "dz2 = W3.T @ dz3 * (1 - a2**2)"
    assert "transpose" in [one.name for one in found.causes]


def test_who_declares_every_name_gets_a_repair_in_them() -> None:
    claim, shapes = "dW2 = (W3.T @ dz3 * ones(h)) @ x.T", f"{SHAPES} dz3[c]"
    found = mc.check_formula(claim, because=BACK, variables=shapes)
    assert found.repair == "dW2 = (W3.T @ dz3 * step(W2 @ x)) @ x.T"
    assert "dW2 = (W3.T @ dz3 * step(z2)) @ x.T" in found.repairs
    assert "ones-for-derivative" in [one.name for one in found.causes[:2]]


def test_two_vectors_beside_an_at_do_not_fit() -> None:
    about = {"of": "c.T @ (sin(y) * x)", "wrt": "y", "layout": "denominator"}
    found = mc.check_formula("c * x @ cos(y)", **about, variables="c[n] x[n] y[n]")
    assert found.verdict == "not_conformable"
    assert found.repair == "c * x * cos(y)"


def test_each_place_that_does_not_fit_is_named() -> None:
    found = mc.check_formula("dW2[3,2] = d3[2] @ W3[2,3] @ r[3] @ x[2].T", because=BACK)
    assert [piece.shape for piece in found.pieces] == ["2×1", "2×3", "3×1", "1×2"]
    assert [one.says for one in found.misfits] == ["1 ≠ 2"]
    assert found.repair == "dW2 = (W3.T @ d3 * r) @ x.T"
    assert any("d3 is taken as" in said for said in found.assumptions)
    assert any("relu′(z2)" in said for said in found.assumptions)


def test_terms_that_are_right_are_said_to_be() -> None:
    about = {"of": "norm(A @ x - b)**2", "wrt": "x", "variables": "A[m,n] x[n] b[m]"}
    found = mc.check_formula("2 * A.T @ A @ x - A.T @ b", **about)
    assert [(term.right, term.says) for term in found.terms] == [
        (True, ""),
        (False, "it is to be multiplied by 2"),
    ]
    assert found.counterexample is not None
    assert found.counterexample.claimed != found.counterexample.true


def test_when_a_wrong_claim_would_be_right() -> None:
    found = mc.check_formula("2 * A @ x", of="x.T @ A @ x", wrt="x", variables="x[n] A[n,n]")
    assert "A is symmetric" in found.right_when


def test_the_same_claim_has_the_same_answer() -> None:
    about = {"of": "sum(tanh(A @ x))", "wrt": "x", "variables": "A[m,n] x[n]"}
    first, second = (mc.check_formula("A.T @ tanh(A @ x)", **about) for _ in range(2))
    assert first == second


def test_every_cause_has_a_family_and_every_verdict_its_words() -> None:
    assert set(FAMILY) >= {"transpose", "order", "layout", "factor", "gradient-for-jacobian"}
    assert set(VERDICTS) >= {"right", "wrong_layout", "not_conformable", "wrong_shape"}
    found = mc.check_formula("A.T", of="tr(A @ X)", wrt="X", variables="A[m,n] X[n,m]")
    assert found.answer_note == "right"
    wrong = mc.check_formula("A", of="tr(A @ X)", wrt="X", variables="A[m,n] X[n,m]")
    assert wrong.answer_note.startswith("wrong_layout/")


@pytest.mark.parametrize(
    ("claim", "about", "said"),
    [
        ("A @ x", {"of": "x.T @ x"}, "of= and wrt="),
        ("q @ x", {"of": "x.T @ x", "wrt": "x", "variables": "x[n]"}, "q is not declared"),
        ("W.T @ dz", {"because": "z = W @ x", "variables": "W[m,n] x[n]"}, "names what it gives"),
        ("dq = W.T @ dz", {"because": "z = W @ x", "variables": "W[m,n] x[n]"}, "names a gradient"),
        ("dx = W.T @ dz", {"because": "W @ x", "variables": "W[m,n] x[n]"}, "has a name"),
    ],
)
def test_what_cannot_be_judged_is_refused(claim: str, about: dict[str, str], said: str) -> None:
    with pytest.raises(mc.MatcalcError, match=said):
        mc.check_formula(claim, **about)


def test_a_repair_with_a_term_that_drowns_is_no_repair() -> None:
    claim = "m * det(kron(A, X)) * inv(X) + m * det(kron(A, X)) * inv(X).T"
    variables = "A[m,m]:invertible X[n,n]:invertible"
    about = {"of": "det(kron(A, X))", "wrt": "X", "variables": variables}
    found = mc.check_formula(claim, **about, layout="numerator")
    assert found.repair == "m * det(kron(A, X)) * inv(X)"
    rng = np.random.default_rng(2)
    A, X = rng.normal(size=(2, 2)), rng.normal(size=(3, 3))
    right = 2 * np.linalg.det(np.kron(A, X)) * np.linalg.inv(X)
    for one in found.repairs:
        np.testing.assert_allclose(mc.evaluate(one, A=A, X=X, m=2), right, rtol=1e-6)


def test_a_claim_with_a_term_that_drowns_is_not_right() -> None:
    about = {
        "of": "det(kron(A, X))",
        "wrt": "X",
        "variables": "A[m,m]:invertible X[n,n]:invertible",
    }
    claim = "m * det(kron(A, X)) * inv(X) + inv(X).T"
    assert mc.check_formula(claim, **about, layout="numerator").verdict == "wrong_value"


@pytest.mark.parametrize("arrays", [True, False])
def test_a_repair_is_in_the_reading_of_what_is_differentiated(arrays: bool) -> None:
    z = "w @ X" if arrays else "X.T @ w"
    about = {"of": f"sum(tanh({z}))", "wrt": "w", "variables": "w[n] X[n,m]"}
    found = mc.check_formula(f"X * (1 - tanh({z})**2)", **about, layout="denominator")
    assert found.repair == f"X @ (1 - tanh({z})**2)"


CLAIMS = Path(__file__).resolve().parents[3] / "shared" / "claims"
SAMPLE = 25  # of each kind of file, every so many


@pytest.mark.skipif(not CLAIMS.is_dir(), reason="the claims lie beside the project in CI alone")
@pytest.mark.parametrize("name", ["open_wrong", "open_right"])
def test_recorded_claims(name: str) -> None:
    lines = (CLAIMS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines[7::SAMPLE]]
    wrong, causes, unmended = [], [], []
    for record in records:
        about = {key: record[key] for key in ("of", "wrt", "variables", "layout")}
        found = mc.check_formula(record["claim"], **about)
        also = ("not_conformable",) if record["reading"] == "numpy" else ()
        if found.verdict not in (record["status"], *also):
            wrong.append(record["id"])
        if record["status"] != "right":
            named = {one.name for one in found.causes[:2]}
            causes += [] if named & set(record["accept"]) else [record["id"]]
            unmended += [] if found.repair and found.sure != "rewrite" else [record["id"]]
    assert not wrong
    assert len(causes) <= 0.1 * len(records), causes
    assert len(unmended) <= 0.1 * len(records), unmended


def test_a_second_derivative_is_checked_too() -> None:
    asked = {"of": "x.T @ A @ x", "wrt": "x", "variables": "x[n] A[n,n]", "order": 2}
    assert mc.check_formula("A + A.T", **asked).verdict == "right"
    wrong = mc.check_formula("2 * A", **asked)
    assert (wrong.verdict, wrong.repair) == ("wrong_value", "A + A.T")
    assert wrong.right_when == ("A is symmetric",)


@pytest.mark.parametrize(
    ("claim", "because", "variables"),
    [
        (
            "dz[1] = W[2].T @ dz[2] * (1 - a[1]**2)",
            "a[1] = tanh(z[1]); z[2] = W[2] @ a[1]",
            "W[2][3,2] z[1][2]",
        ),
        ("dz1 = W2.T @ dz2 * (1 - a1**2)", "a1 = tanh(z1); z2 = W2 @ a1", "W²[3,2] z¹[2]"),
    ],
)
def test_marks_of_layers_in_names_are_names(claim: str, because: str, variables: str) -> None:
    asked = {"because": because, "variables": variables}
    assert mc.check_formula(claim, **asked).verdict == "right"
    listed = mc.check_formula(claim, because=because, variables=[variables])  # of a command line
    assert listed.verdict == "right"
    wrong = mc.check_formula(claim.partition(" * ")[0], **asked)
    assert (wrong.verdict, wrong.causes[0].name) == ("wrong_value", "chain-rule")
    cause = wrong.causes[0]
    assert wrong.claim[cause.start : cause.end] == claim.partition(" = ")[2].partition(" * ")[0]


CONV = ("y = [k[0]*x[0] + k[1]*x[1]; k[0]*x[1] + k[1]*x[2]]", "x[3] k[2]")
IN_LATEX = (r"z_1 = W_1 x; a_1 = \tanh(z_1); z_2 = W_2 a_1", "W_1[h,d] W_2[c,h] x[d]")
IN_UNICODE = ("z₁ = W₁x; a₁ = tanh(z₁); z₂ = W₂a₁", "W₁[h,d] W₂[c,h] x[d]")
SPELLED = [  # claim, forward pass and variables, verdict, repair
    ("dx[1] = 2*x[1]", ("L = x.T @ x", "x[3]"), "right", None),
    ("dx[1] = x[1]", ("L = x.T @ x", "x[3]"), "wrong_value", "dx[1] = 2 * x[1]"),
    ("dW[0,1] = dz[1]*x[1]", ("z = W @ x", "W[2,3] x[3]"), "wrong_value",
     "dW[0,1] = dz[0] * x[1]"),
    ("dk[0] = x[0]*dy[0] + x[1]*dy[1]", CONV, "right", None),
    ("dk = [x[0]*dy[0] + x[1]*dy[1]; x[1]*dy[0] + x[2]*dy[1]]", CONV, "right", None),
    (r"\nabla_{z_1} L = W_2^\top \nabla_{z_2} L \odot (1 - a_1^2)", IN_LATEX, "right", None),
    ("∂L/∂z₁ = W₂ᵀ ∂L/∂z₂ ⊙ (1 − a₁²)", IN_UNICODE, "right", None),
    ("∂L/∂W₁ = x ∂L/∂z₁ᵀ", IN_UNICODE, "wrong_layout", "dW1 = dz1 @ x.T"),
    ("da = dz * (2*a + b)", ("y = [a*b; a + b]; z = y[1] * a", "a b"), "right", None),
    ("dx[2] = W[0,2]*dy[0] + W[1,2]*dy[1]", ("y = W @ x", "W[2,n] x[n]"), "right", None),
    ("dW(1,2) = dy(1)*x(2)", ("y = W*x", "W[2,3] x[3]"), "right", None),
    ("dx(2) = 2*x(1)", ("L = sum(x.^2)", "x[3]"), "wrong_value", "dx[1] = 2 * x[1]"),
    ("dW = dy @ x.T", ("y[2] = W[2,3] @ x[3]", ""), "right", None),
    (r"dW = \delta x^T", ("z = W x", "W[m,n] x[n]"), "right", None),
    (r"dW = \delta x^T", ("z = W x", "W[m,n] x[n] delta[m]"), "right", None),
]  # fmt: skip


LOOKED_THROUGH = [  # claim, expression, variable, variables, cause, repair
    ("2 * norm(k) * x", "k * x.T @ x", "x", "k x[n]", "", None),
    ("norm(2 * sum(X)) * ones((m, n))", "sum(X)**2", "X", "X[m,n]", "", None),
    ("norm(a) * norm(b) * x", "a * b * x.T @ x / 2", "x", "a b x[n]", "", None),
    ("sum(y) * sum(y) * softmax(z) - y", "-(y.T @ log(softmax(z)))", "z", "y[n] z[n]",
     "duplicated-factor", "sum(y) * softmax(z) - y"),
    ("X.T @ (X @ w - y) / n", "sum((X @ w - y)**2) / n", "w", "X[n,d] w[d] y[n]", "factor",
     "2 * X.T @ (X @ w - y) / n"),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "of", "wrt", "variables", "cause", "repair"), LOOKED_THROUGH)
def test_numbers_below_zero_and_sums_of_targets_are_tried(
    claim: str, of: str, wrt: str, variables: str, cause: str, repair: str | None
) -> None:
    about = {"of": of, "wrt": wrt, "variables": variables, "layout": "denominator"}
    found = mc.check_formula(claim, **about)
    assert found.verdict == "wrong_value"
    assert found.repair
    assert mc.check_formula(found.repair, **about)
    if repair:
        assert (found.repair, found.causes[0].name) == (repair, cause)


IN_PLACE = [  # what a person does who takes one kind of product, or one slope, for another
    ("df = dc @ c0.T", "c = f * c0 + i * g; h = o * tanh(c)", "f[n] c0[n] i[n] g[n] o[n]",
     "kind-of-product", "df = dc * c0"),
    ("dz1 = (W2.T @ dz2) * a1 * (1 - a1)", "a1 = tanh(z1); z2 = W2 @ a1", "z1[h] W2[c,h]",
     "chain-rule", "dz1 = W2.T @ dz2 * (1 - a1**2)"),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "because", "variables", "cause", "repair"), IN_PLACE)
def test_an_outer_product_and_the_slope_of_another_function_are_named(
    claim: str, because: str, variables: str, cause: str, repair: str
) -> None:
    found = mc.check_formula(claim, because=because, variables=variables)
    assert cause in [one.name for one in found.causes[:2]]
    assert found.repair == repair


@pytest.mark.parametrize(("claim", "forward", "verdict", "repair"), SPELLED)
def test_entries_and_marks_are_read_as_people_spell_them(
    claim: str, forward: tuple[str, str], verdict: str, repair: str | None
) -> None:
    found = mc.check_formula(claim, because=forward[0], variables=forward[1])
    assert (found.verdict, found.repair) == (verdict, repair)


@pytest.mark.parametrize("claim", ["dx[0:2] = 2*x[0:2]", "dx(0) = 2*x(1)", "dx(:) = 2*x"])
def test_what_is_no_whole_gradient_and_no_entry_is_refused(claim: str) -> None:
    with pytest.raises(mc.NotationError):
        mc.check_formula(claim, because="L = sum(x.^2)", variables="x[3]")


def test_an_entry_for_another_is_a_wrong_variable() -> None:
    found = mc.check_formula("dx[1] = 2*x[0]", because="L = sum(x**2)", variables="x[3]")
    assert [found.causes[0].name, found.causes[0].says] == [
        "wrong-variable", "x[1] belongs here, not x[0]"
    ]  # fmt: skip


def test_a_row_and_its_entries_are_right_in_numerator_layout() -> None:
    about = {"because": "y = W @ x", "variables": "W[2,3] x[3]", "layout": "numerator"}
    assert mc.check_formula("dW[2,1] = x[2] * dy[0,1]", **about).verdict == "right"
    about = {"because": "L = sum(x**2)", "variables": "x[3]", "layout": "numerator"}
    assert mc.check_formula("dx[0,1] = 2*x[1]", **about).verdict == "right"


def test_letters_out_of_order_do_not_say_which_counts_the_rows() -> None:
    asked = {"of": "x^T A y", "wrt": "A", "variables": "x[n] A[n,n] y[n]"}
    with pytest.raises(mc.NotationError, match=r"write \(i, j\) ↦ or \(j, i\) ↦ in front"):
        mc.check_formula("x_j y_i", **asked)
    assert mc.check_formula("(i, j) ↦ x_i y_j", **asked).verdict == "right"
    assert mc.check_formula("(i, j) ↦ x_j y_i", **asked).verdict != "right"


def test_a_column_beside_a_matrix_does_not_fit_and_is_no_bias() -> None:
    found = mc.check_formula(
        "softmax(W @ x + b) @ x.T - y",
        of="-(y.T @ log(softmax(W @ x + b)))",
        wrt="W",
        variables="W[m,n] x[n] b[m] y[m]:simplex",
    )
    assert found.verdict == "not_conformable"
    assert found.reason == "softmax(W @ x + b) @ x.T is m×n, y is m×1"
    assert found.repair == "(softmax(W @ x + b) - y) @ x.T"


def test_a_bias_of_the_expression_stands_in_its_derivative_too() -> None:
    asked = {"of": "sum((X @ W + b - Y)**2)", "wrt": "b", "variables": "X[k,m] W[m,n] b[n] Y[k,n]"}
    assert mc.check_formula("2 * sum(X @ W + b - Y, axis=0)", **asked).verdict == "right"
    assert mc.check_formula("sum(X @ W + b - Y, axis=0)", **asked).verdict == "wrong_value"


def test_what_is_declared_as_a_row_has_a_row_for_its_gradient() -> None:
    about = {"because": "z2 = z1 @ W", "variables": "W[n,m] z1[1,n]"}
    for claim in ("dz1[1,n] = dz2[1,m] @ W.T", "dW[n,m] = z1.T @ dz2[1,m]"):
        assert mc.check_formula(claim, **about).verdict == "right"
    assert mc.check_formula("dz1[1,n] = dz2[1,m] @ W", **about).repair == "dz1 = dz2 @ W.T"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("dz1 = dz2 @ W2 * (1 - a1**2).T", "right"),
        ("dz1 = dz2 @ W2 * a1.T", "wrong_value"),
        ("dz1 = dz2 @ W2 * (1 - a1**2)", "not_conformable"),
    ],
)
def test_a_gradient_that_lies_is_multiplied_with_what_lies(claim: str, verdict: str) -> None:
    found = mc.check_formula(
        claim,
        because="a1 = tanh(z1); z2 = W2 @ a1",
        variables="W2[3,4] z1[4]",
        layout="numerator",
    )
    assert found.verdict == verdict
    assert verdict == "right" or found.repair in (
        "dz1 = dz2 @ W2 * (1 - a1**2).T",
        "dz1 = dz2 @ W2 * (1 - a1.T**2)",
    )


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [("dz2 @ W", "right"), ("dz2 @ W.T", "not_conformable"), ("W.T @ dz2.T", "wrong_layout")],
)
def test_gradients_that_are_written_as_rows_are_in_numerator_layout(
    claim: str, verdict: str
) -> None:
    found = mc.check_formula(f"dz1[1,n] = {claim}", because="z2 = W @ z1", variables="W[m,n]")
    assert (found.verdict, found.layout, found.truth) == (verdict, "numerator", "dz2 @ W")
    if verdict == "not_conformable":
        assert found.repair == "dz1 = dz2 @ W"


def test_a_claim_whose_digits_are_lost_is_not_called_wrong() -> None:
    lost = "dz = dw * log(1 + exp(z) / 10**18) * 10**18"
    found = mc.check_formula(lost, because="w = exp(z)", variables="z[n]")
    assert found.verdict == "cannot_tell"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("∂(xᵀAx)/∂x = (A + Aᵀ)x", "right"),
        (r"\frac{\partial x^TAx}{\partial x} = 2Ax", "wrong_value"),
        (r"\frac{\partial}{\partial X} \text{Tr}(AX) = A^T", "right"),
        (r"\frac{\partial \log\det X}{\partial X} = X^{-1}", "wrong_layout"),
        ("∂det(X)/∂X = det(X) X^{-T}", "right"),
        (r"\nabla_x \|Ax-b\|^2 = 2A^T(Ax-b)", "right"),
        ("d/dx x^TAx = 2Ax", "wrong_value"),
    ],
)
def test_an_equation_may_say_of_what_it_is_the_derivative(claim: str, verdict: str) -> None:
    found = mc.check_formula(claim)
    assert found.verdict == verdict
    assert found.assumptions[0].startswith("the left side is the derivative of")


@pytest.mark.parametrize("claim", ["dW = dz @ x.T", "∂L/∂W = dz xᵀ", "∂L(W)/∂W = x", "2Ax", "= x"])
def test_what_does_not_say_it_is_asked_for_it(claim: str) -> None:
    with pytest.raises(mc.NotationError, match="against because="):
        mc.check_formula(claim)


@pytest.mark.parametrize(
    ("claim", "of", "wrt"),
    [
        ("A'*B'", "trace(A*X*B)", "X"),
        ("2*A*X", "trace(X'*A*X)", "X"),
        ("A*X", "sum(sum((A*X).*X))/2", "X"),
    ],
)
def test_marks_of_matlab_count_for_the_formula_beside_them(claim: str, of: str, wrt: str) -> None:
    found = mc.check_formula(claim, of=of, wrt=wrt, variables="A[n,n]:symmetric B[n,n] X[n,n]")
    assert found.verdict == "right"
    assert found.read.count("@") == claim.count("*") - claim.count("2*")


@pytest.mark.parametrize("name", ["H", "Hess", "Hessian"])
@pytest.mark.parametrize(
    ("claim", "of", "verdict"),
    [
        ("2XᵀX", "‖X x − y‖²", "right"),
        ("XᵀX", "‖X x − y‖²", "wrong_value"),
        ("A + Aᵀ", "xᵀAx", "right"),
        ("(A + Aᵀ) x", "xᵀAx", "right"),  # it has the shape of the gradient, and is it
        ("X", "‖X x − y‖²", "wrong_shape"),
    ],
)
def test_what_is_named_a_hessian_is_held_against_it(
    name: str, claim: str, of: str, verdict: str
) -> None:
    found = mc.check_formula(f"{name} = {claim}", of=of, wrt="x")
    assert found.verdict == verdict
    second = verdict != "wrong_shape" and " x" not in claim
    assert any("second derivative" in one for one in found.assumptions) == second

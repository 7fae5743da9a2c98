"""Fitting: what an equation has room for."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import matcalc as mc
from matcalc.claims.fitted import Fit

Sizes = list[int]


def _reasons(found: Fit, unknown: int = 0) -> dict[str, str]:
    return {one.text: one.reason for one in found.unknowns[unknown].candidates}


def test_question_one_only_the_transpose_of_the_weight_fits() -> None:
    found = mc.fit("dz1[n1] = ? @ dz2[n2]", candidates="W2[n2,n1] W1[n1,n0]")
    assert found
    assert found.equation == "dz1 = ? @ dz2"
    assert found.unknowns[0].shapes == (("n1", "n2"),)
    assert found.unknowns[0].fitting == ("W2.T",)
    assert found.solutions == ("dz1 = W2.T @ dz2",)
    assert _reasons(found) == {
        "W2.T": "",
        "W2": "n2 rows, not n1; n1 columns, not n2",
        "W1": "n0 columns, not n2",
        "W1.T": "n0 rows, not n1; n1 columns, not n2",
    }


@given(st.lists(st.integers(2, 5), min_size=2, max_size=4), st.data())
def test_the_true_factors_of_a_chain_are_always_among_the_fits(
    sizes: Sizes, data: st.DataObject
) -> None:
    length = len(sizes) - 1
    weights = [f"W{k}[{sizes[k]},{sizes[k - 1]}]" for k in range(1, length + 1)]
    decoy = data.draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    known = set(data.draw(st.lists(st.integers(1, length), max_size=length - 1)))
    factors = [f"W{k}.T" if k in known else "?" for k in range(1, length + 1)]
    stated = [weights[k - 1] for k in known]
    right = " @ ".join([*factors, f"dz{length}[{sizes[-1]}]"])
    candidates = [*weights, f"D[{decoy[0]},{decoy[1]}]"]
    found = mc.fit(f"dz0[{sizes[0]}] = {right}", candidates=[*candidates, *stated])
    truth = " @ ".join([*(f"W{k}.T" for k in range(1, length + 1)), f"dz{length}"])
    assert f"dz0 = {truth}" in found.solutions


@given(st.lists(st.integers(1, 3), min_size=3, max_size=3), st.sampled_from("*+-"))
def test_every_solution_can_be_computed_and_has_the_shape_of_the_left(
    sizes: Sizes, sign: str
) -> None:
    k, m, n = sizes
    shapes = {"A": (k, m), "B": (m, n), "v": (n,), "g": (k,)}
    found = mc.fit(
        f"y[{k}] = ? @ ? @ v[{n}] {sign} g[{k}]",
        candidates={name: shape for name, shape in shapes.items() if name in "ABg"},
    )
    assert f"y = A @ B @ v {sign} g" in found.solutions
    arrays = {name: np.ones(shape) for name, shape in shapes.items()}
    for solution in found.solutions:
        assert np.size(mc.evaluate(solution.removeprefix("y = "), **arrays)) == k


def test_an_outer_product_is_found_from_both_sides() -> None:
    found = mc.fit("dW[m,n] = ? @ ?", candidates="dz[m] a[n]")
    assert found.solutions == ("dW = dz @ a.T",)
    assert [one.shapes for one in found.unknowns] == [(("m", "k"),), (("k", "n"),)]


def test_sums_known_factors_and_the_left_side_count() -> None:
    equation = "dx[n].T = dz[m].T @ ? * s[n].T + y[n].T"
    assert mc.fit(equation, candidates="W[m,n]").solutions == ("dx.T = dz.T @ W * s.T + y.T",)
    found = mc.fit("dz1[n1] = (? @ dz2[n2]) * g'(z1[n1])", candidates="W2[n2,n1]")
    assert found.solutions == ("dz1 = (W2.T @ dz2) * g'(z1)",)
    assert found.unknowns[0].shapes == (("n1", "n2"), (1, "n2"))


def test_a_product_entry_by_entry_takes_its_shape_or_a_number() -> None:
    found = mc.fit("dz[n] = ? * da[n]", candidates="s[n] c W[n,n]")
    assert found.unknowns[0].shapes == (("n", 1), (1, 1))
    assert found.unknowns[0].fitting == ("s", "c")
    assert _reasons(found)["s.T"] == "1 row, not n; n columns, not 1"


def test_a_number_does_not_stand_beside_a_matrix_product() -> None:
    found = mc.fit("y[n] = x[n] @ ?", candidates="c M[1,1]")
    assert found.unknowns[0].fitting == ("M", "M.T")
    assert _reasons(found)["c"] == "a number, and a product with a number is written *"


def test_the_same_unknown_twice_is_one_unknown() -> None:
    found = mc.fit("y[n] = ?1 @ ?1 @ x[n]", candidates="A[n,n] B[n,m]")
    assert [one.name for one in found.unknowns] == ["?1"]
    assert found.unknowns[0].fitting == ("A", "A.T")


def test_square_matrices_fit_both_ways_and_the_forward_pass_decides() -> None:
    found = mc.fit("da[n] = ? @ dz[n]", candidates="W[n,n]")
    assert found.solutions == ("da = W @ dz", "da = W.T @ dz")
    decided = mc.fit("da[n] = ? @ dz[n]", candidates="W[n,n]", because="z = W @ a + b[n]")
    assert decided.backward is not None
    assert decided.backward.text == "W.T @ dz"
    assert decided.backward.right == ("da = W.T @ dz",)
    assert decided.backward.wrong == ("da = W @ dz",)


@pytest.mark.parametrize(
    ("equation", "candidates", "because", "right"),
    [
        ("dz1[n] = ? @ dz2[n] * g'(z1[n])", "W[n,n]", "z2 = W @ g(z1)", "W.T @ dz2 * g'(z1)"),
        ("dW[n,n] = ? @ ?", "dz[n] x[n]", "z = W @ x", "dz @ x.T"),
        ("dX[n,n] = ? @ ?", "dY[n,n] W[n,n]", "Y = X @ W", "dY @ W.T"),
        ("dL_da[n] = ? @ dL_dz[n]", "W[n,n]", "h = W @ a; z = 2 * h", None),
    ],
)
def test_the_derivative_leaves_what_is_right(
    equation: str, candidates: str, because: str, right: str | None
) -> None:
    found = mc.fit(equation, candidates=candidates, because=because)
    assert found.backward is not None
    left = found.equation.partition(" = ")[0]
    assert found.backward.right == (() if right is None else (f"{left} = {right}",))
    assert bool(found) is (right is not None)


def test_nothing_fits_is_false_and_says_why() -> None:
    found = mc.fit("dz1[3] = ? @ dz2[2]", candidates="W[3,5] T[2,2,2]")
    assert not found
    assert _reasons(found)["W"] == "5 columns, not 2"
    assert _reasons(found)["T"] == "3 axes: no matrix"


def test_without_candidates_the_shape_is_the_answer() -> None:
    found = mc.fit("y[m] = ? @ x[n]")
    assert found
    assert found.unknowns[0].shapes == (("m", "n"),)


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        (
            "dz1[n1] = ? @ dz2[n2] * g[n0]",
            "the equation fits for no shape of the unknown: dz1 is n1×1, ? @ dz2[n2] * g is n0×1\n"
            "  dz1[n1] = ? @ dz2[n2] * g[n0]\n"
            "  ^^^       ^^^^^^^^^^^^^^^^^^^",
        ),
        (
            "y[n] = ? @ (W[n,m] @ x[n])",
            "W[n,m] @ x does not fit: W is n×m, x is n×1: m against n",
        ),
        ("y[n] = ? @ x", "x is a number, and a product with a number is written *"),
        ("y[n] = ? @ y[m]", "y has two shapes"),
        ("y[n] = ? * T[n,n,n]", "T has 3 axes; what fits is known of matrices"),
    ],
)
def test_shapes_that_nothing_fits_are_shown_at_their_places(equation: str, message: str) -> None:
    with pytest.raises(mc.ShapeError) as caught:
        mc.fit(equation)
    assert message.splitlines()[0] in str(caught.value)
    assert "^" in str(caught.value)


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("? @ x[n]", "an equation has two sides"),
        ("y[n] = f(?)", "not in powers and functions"),
        ("y[n] = ? ** 2", "not in powers and functions"),
        ("y[n] = ? ? x[n]", "an operator is missing before '?'"),
        ("y[n] = ?; 2", "only the last formula has no name"),
        ("y[n] = ? = x[n]", "an equation has one = and no ;"),
        ("y[n] = " + "+".join(["?"] * 9), "at most 8 unknowns"),
        ("y[n] = ? + " + "+".join(["x[n]"] * 600), "over 500 names"),
        ("y[0] = ?", "a dimension is at least 1"),
        ("y[n] = ?", "a line of the forward pass has a name"),
    ],
)
def test_what_cannot_be_read_is_shown_at_its_place(equation: str, message: str) -> None:
    with pytest.raises(mc.NotationError) as caught:
        mc.fit(equation, because="2 * x")
    assert message in str(caught.value)
    assert "^" in str(caught.value)


def test_the_search_is_bounded() -> None:
    square = " ".join(f"W{k}[n,n]" for k in range(100))
    with pytest.raises(mc.TooLargeError, match="ways"):
        mc.fit("y[n] = ? @ ? @ ? @ ? @ x[n]", candidates=square)
    with pytest.raises(mc.TooLargeError, match="ways to read"):
        mc.fit("y = ? * ? * ? * ? * ? * ? * ? * ?")


@given(st.text(alphabet="?12[]nmW@*+-/.T()=; 'x\"eé\0", max_size=30))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    with suppress(mc.MatcalcError):
        mc.fit(text, candidates="W[n,m]", because=text)


_TANH = "z2 = W2 @ tanh(z1)"


def _verdicts(equation: str, candidates: str, because: str) -> dict[str, str]:
    found = mc.fit(equation, candidates=candidates, because=because).backward
    assert found is not None
    return {solution: one.verdict for solution, one in found.judgements.items()}


def test_a_name_that_the_forward_pass_does_not_know_may_be_anything() -> None:
    found = mc.fit("dz1[n] = (? @ dz2[m]) * g1[n]", candidates="W2[m,n]", because=_TANH)
    assert not found
    assert found.backward is not None
    assert (found.backward.right, found.backward.wrong) == ((), ())
    assert found.backward.undecided == {
        "dz1 = (W2.T @ dz2) * g1": "g1 is not in the forward pass; say there what makes it: g1 = …"
    }
    told = mc.fit(  # and so it is
        "dz1[n] = (? @ dz2[m]) * g1[n]",
        candidates="W2[m,n]",
        because=f"g1 = 1 / cosh(z1)**2; {_TANH}",
    )
    assert told.backward is not None
    assert told.backward.right == ("dz1 = (W2.T @ dz2) * g1",)


def test_beside_a_right_factor_one_of_another_name_is_wrong() -> None:
    assert _verdicts("dz1[n] = ? @ dz2[n]", "W[n,n] D[n,n]", "z2 = W @ z1") == {
        "dz1 = W @ dz2": "wrong_value",
        "dz1 = W.T @ dz2": "right",
        "dz1 = D @ dz2": "wrong_value",
        "dz1 = D.T @ dz2": "wrong_value",
    }


@pytest.mark.parametrize(
    ("equation", "candidates", "because", "right"),
    [
        ("dz1[1,n] = dz2[1,m] @ ?", "W[m,n]", "z2 = W @ z1", "dz1 = dz2 @ W"),
        ("dz1[n].T = dz2[m].T @ ?", "W[m,n]", "z2 = W @ z1", "dz1.T = dz2.T @ W"),
        ("dz1[1,n] = dz2[1,m] @ ?", "W[n,m]", "z2 = z1 @ W", "dz1 = dz2 @ W.T"),
        ("dW[n,m] = ? @ dz[1,m]", "x[n]", "z = W @ x", "dW = x @ dz"),
        ("dX[n,m] = dY[n,k] @ ?", "W[k,m]", "Y = W @ X", "dX = dY @ W"),
        ("dX[n,m] = ? @ dY[k,m]", "W[k,n]", "Y = W @ X", "dX = W.T @ dY"),
    ],
)
def test_gradients_may_be_rows_or_columns(
    equation: str, candidates: str, because: str, right: str
) -> None:
    found = mc.fit(equation, candidates=candidates, because=because)
    assert found.backward is not None
    assert found.backward.right == (right,)


def test_what_is_declared_of_candidates_is_kept() -> None:
    square = "dz1[n] = ? @ dz2[n]", "z2 = W @ z1"
    assert _verdicts(square[0], "W[n,n]:symmetric", square[1]) == {
        "dz1 = W @ dz2": "right",
        "dz1 = W.T @ dz2": "right",
    }


def test_names_of_the_forward_pass_mean_what_it_says() -> None:
    because = "a1 = sigmoid(z1); z2 = W2 @ a1"
    equation = "dz1[n] = (? @ dz2[m]) * a1[n] * (1 - a1[n])"
    assert _verdicts(equation, "W2[m,n]", because) == {
        "dz1 = (W2.T @ dz2) * a1 * (1 - a1)": "right"
    }
    squared = equation.replace("(1 - a1[n])", "(1 - a1[n]**2)")
    assert set(_verdicts(squared, "W2[m,n]", because).values()) == {"wrong_value"}


def test_a_number_that_is_added_to_a_vector_is_said() -> None:
    found = mc.fit(
        "dw[n] = 2 * ? @ w[n] * dL - lam * dL",
        candidates="A[n,n]:symmetric",
        because="L = w.T @ A @ w - lam * sum(w)",
    ).backward
    assert found is not None
    reason = found.judgements["dw = 2 * A @ w * dL - lam * dL"].reason
    assert reason.endswith("lam * dL is a number: write (lam * dL) * ones(n)")


def test_where_the_numbers_do_not_decide_that_is_the_answer() -> None:
    found = mc.fit(
        "dz[n] = ? * log(1 + exp(z[n]) / 10**18) * 10**18",
        candidates="dw[n]",
        because="w = exp(z)",
    ).backward
    assert found is not None
    assert list(found.undecided.values()) == ["rounding leaves too few digits to compare"]


def test_a_bias_of_the_forward_pass_has_the_shape_that_fits() -> None:
    found = mc.fit("da[n] = ? @ dz[m]", candidates="W[m,n]", because="z = W @ a + b").backward
    assert found is not None
    assert (found.right, found.assumed) == (("da = W.T @ dz",), ("b[m]",))


def test_advice_about_an_equation_names_the_unknown_as_it_was_written() -> None:
    with pytest.raises(mc.MatcalcError) as caught:
        mc.fit("dz1[n1] = ? dz2[n2]", candidates="W2[n2,n1]")
    assert "write ? @ dz2" in caught.value.message


@pytest.mark.parametrize(
    ("forward", "said"),
    [
        ("B = inv(A); z = A**-1 @ x", "A**-1 is taken entry by entry; the inverse is inv(A)"),
        ("B = A + I; z = B @ x", "eye(n)"),
        ("B = A + A.T; z = B @ x", ""),
    ],
)
def test_what_is_read_into_a_forward_pass_is_said(forward: str, said: str) -> None:
    found = mc.fit("dx[n] = ?.T @ dz[n]", candidates="A[n,n] B[n,n]", because=forward)
    assert found.backward is not None
    assert said in "".join(found.backward.assumptions)
    assert bool(said) == bool(found.backward.assumptions)


_SEED = "d3[2] W3[2,3] r[3] x[2]"
_SEED_PASS = "z2 = W2 @ x; a2 = relu(z2); z3 = W3 @ a2; d3 = dz3; r = step(z2)"


def test_each_piece_once_is_any_product_of_all_of_them_and_the_forward_pass_decides() -> None:
    found = mc.fit("dW2[3,2] = ?", candidates=_SEED, once=True, because=_SEED_PASS)
    assert found.backward is not None
    assert found.backward.right == ("dW2 = (W3.T @ d3 * r) @ x.T",)
    for solution in found.solutions:
        assert all(solution.count(name) == 1 for name in ("d3", "W3", "r", "x"))
    assert set(found.unknowns[0].fitting) == {one.removeprefix("dW2 = ") for one in found.solutions}


def test_square_pieces_are_transposed_too_and_the_forward_pass_decides() -> None:
    for equation, pieces, because, right in (
        ("dW[n,n] = ?", "dZ[n,n] X[n,n]", "Z = W @ X", "dW = dZ @ X.T"),
        ("dx[n] = ?", "V[n,n] W[n,n] dz[n]", "z = W @ V @ x", "dx = V.T @ W.T @ dz"),
    ):
        found = mc.fit(equation, candidates=pieces, once=True, because=because)
        assert found.backward is not None
        assert found.backward.right == (right,)


def test_each_piece_once_over_several_unknowns() -> None:
    found = mc.fit("dW2[3,2] = ? @ ?", candidates=_SEED, once=True)
    assert "dW2 = (W3.T @ d3 * r) @ x.T" in found.solutions
    twice = mc.fit("y[n] = ? @ ? @ x[n]", candidates="A[n,n] B[n,n]", once=True)
    assert twice.solutions[:2] == ("y = A @ B @ x", "y = B @ A @ x")
    assert len(twice.solutions) == 8  # each transposed or not
    with pytest.raises(mc.TooLargeError, match="at most 8"):
        mc.fit("y[n] = ?", candidates=" ".join(f"A{k}[n,n]" for k in range(9)), once=True)


@pytest.mark.parametrize(
    ("equation", "candidates", "because", "right"),
    [
        ("dz1[n] = dz2[m] @ ?", "W[m,n]", "z2 = W @ z1", "dz1 = dz2 @ W"),
        ("dz1[n] = ? @ diag(a[n])", "W[m,n] dz2[m]", "z2 = W @ (a * z1)", None),
        ("dW[n,m] = z1[n] @ ?", "dz2[m]", "z2 = W @ z1", "dW = z1 @ dz2"),
    ],
)
def test_in_numerator_layout_gradients_are_rows(
    equation: str, candidates: str, because: str, right: str | None
) -> None:
    asked = {"candidates": candidates, "because": because, "layout": "numerator"}
    found = mc.fit(equation, **asked, once=right is None)
    assert found.backward is not None
    assert found.backward.layout == "numerator"
    assert found.backward.right == (right or "dz1 = (dz2 @ W) @ diag(a)",)


@pytest.mark.parametrize(
    ("equation", "because", "verdict"),
    [
        ("dz1[n] = W.T @ dz2[m]", None, "right"),
        ("dz1[n] = W @ dz2[m]", None, "not_conformable"),
        ("dz1[n] = W.T @ dz2[m]", "z2 = W @ z1", "right"),
        ("dz1[n] = W.T @ dz2[m]", "z2 = W @ tanh(z1)", "wrong_value"),
        ("dz1[n] = W @ dz2[m]", "z2 = W @ z1", "not_conformable"),
        ("dz1[1,n] = dz2[1,m] @ W", "z2 = W @ z1", "right"),
        ("dW[n,m] = dz2[m] @ z1[n].T", "z2 = W @ z1", "wrong_shape"),
    ],
)
def test_a_complete_equation_is_checked_with_the_verdict_of_check(
    equation: str, because: str | None, verdict: str
) -> None:
    found = mc.fit(equation, candidates="W[m,n]", because=because)
    assert found.verdict == verdict
    assert bool(found) == (verdict == "right")
    if because is not None:
        checked = mc.check_formula(equation, variables="W[m,n]", because=because)
        assert checked.verdict == verdict

"""Batches: one program at every point, against a loop over the points."""

import os
import pickle

import numpy as np
import pytest
from operations.cases import CASES, NO_FIRST_ORDER, Case, close, name_of

import matcalc as mc
from matcalc.code import Batched
from matcalc.errors import NotationError, ShapeError, UnknownRuleError
from matcalc.plan import evaluate
from matcalc.plan.computation import Computation

#: Every so many cases are tried; all of them with MATCALC_ALL_RECORDS.
STEP = 1 if os.environ.get("MATCALC_ALL_RECORDS") else 9
#: What is of a whole matrix or a whole order, so that it takes no batch.
REFUSED = frozenset(
    {"cholesky", "cumprod", "eigenvectors", "eigvalsh", "nuclear_norm", "polar_factor"}
    | {"sorting", "spectral_norm", "top_singular"}
)


def _checked(case: Case) -> None:
    """Value and first derivatives over a batch of all operands, and of the last alone."""
    wanted = [case.result]
    if case.rule.name not in NO_FIRST_ORDER:
        wanted += case.first.values()
    points = [case.point(k) for k in range(3)]
    for names in (case.operands, case.operands[-1:]):
        own = [points[0] | {name: point[name] for name in names} for point in points]
        orders = (None,) * len(wanted)
        computation = Computation(tuple(wanted), orders, tuple(range(len(wanted))), case.symbols)
        given = points[0] | {name: np.stack([point[name] for point in own]) for name in names}
        found = Batched(computation, " ".join(names))(**given)
        for node, array in zip(wanted, found, strict=True):
            close(array, np.stack([evaluate(node, point) for point in own]), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("case", CASES[::STEP], ids=name_of)
def test_a_batch_is_a_loop_over_points_or_is_refused_by_name(case: Case) -> None:
    refused = None
    try:
        _checked(case)
    except UnknownRuleError as error:
        refused = str(error).split()[0]
    assert refused is None or refused in REFUSED


def test_every_second_derivative_of_a_layer_is_batched_too() -> None:
    H = mc.derive(
        "sum(softmax(W @ tanh(x)) * y)",
        wrt="x",
        variables="W[m,n] x[n] y[m]",
        layout="numerator",
        order=2,
    )
    rng = np.random.default_rng(0)
    W, x, y = rng.normal(size=(2, 3)), rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    expected = [H.evaluate(W=W, x=x[k], y=y[k]) for k in range(5)]
    np.testing.assert_allclose(H.batched("x y")(W=W, x=x, y=y), expected, rtol=1e-12, atol=1e-14)


def test_a_second_derivative_of_a_function_of_a_matrix_is_batched() -> None:
    H = mc.derive(
        "tr(expm(A) @ B)", wrt="A", variables="A[2,2] B[2,2]", layout="denominator", order=2
    )
    A, B = np.random.default_rng(2).normal(size=(2, 3, 2, 2))
    expected = [H.evaluate(A=one, B=B[0]) for one in A]
    np.testing.assert_allclose(H.batched("A")(A=A, B=B[0]), expected, rtol=1e-12, atol=1e-14)


def test_layouts_values_and_gradients_keep_their_order() -> None:
    both = mc.value_and_grad(
        "sum((A @ x - b)**2)", wrt=["A", "x"], variables="A[m,n] x[n] b[m]", layout="numerator"
    )
    rng = np.random.default_rng(1)
    A, x, b = rng.normal(size=(2, 3)), rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    one = both.compile()
    value, (by_A, by_x) = one.batched("x, b")(A=A, x=x, b=b)
    for k in range(4):
        expected, (by_A_k, by_x_k) = one(A=A, x=x[k], b=b[k])
        np.testing.assert_allclose(value[k], expected, rtol=1e-13)
        np.testing.assert_allclose(by_A[k], by_A_k, rtol=1e-12)
        np.testing.assert_allclose(by_x[k], by_x_k, rtol=1e-12)


def test_a_batch_is_pickled_and_makes_new_arrays() -> None:
    J = mc.derive("A @ x", wrt="x", variables="A[m,n] x[n]", layout="numerator")
    A, x = np.ones((2, 3)), np.zeros((4, 3))
    found = pickle.loads(pickle.dumps(J.compile().batched("x")))(A=A, x=x)  # noqa: S301 - our own
    found[0] = 7.0
    np.testing.assert_array_equal(found[1:], np.ones((3, 2, 3)))
    np.testing.assert_array_equal(A, np.ones((2, 3)))


def test_what_is_wrong_with_a_batch_is_said() -> None:
    J = mc.derive("A @ x", wrt="A", variables="A[m,n] x[n]", layout="numerator")
    with pytest.raises(NotationError, match="'z' is none; there are A, x"):
        J.batched("z")
    with pytest.raises(ShapeError, match=r"x needs an array of shape \(batch, n\), not \(3,\)"):
        J.batched("x")(A=np.ones((2, 3)), x=np.ones(3))
    with pytest.raises(ShapeError, match="batch = 4"):
        J.batched("A x")(A=np.ones((4, 2, 3)), x=np.ones((5, 3)))
    chol = mc.derive("sum(cholesky(A))", wrt="A", variables="A[n,n]:spd", layout="denominator")
    with pytest.raises(UnknownRuleError, match="cholesky takes no batch"):
        chol.batched("A")

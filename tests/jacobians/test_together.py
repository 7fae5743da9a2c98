"""Several derivatives from one function: each is what it is alone.

``MATCALC_LAW_CASES=2000`` takes every rule and so many pairs of rules in place of a sample.
"""

import os
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from generated_sources import function_in, statements
from rule_pairs import USABLE, Nested, applied, sample, sized

import matcalc as mc

CASES = int(os.environ.get("MATCALC_LAW_CASES", "8"))
LAYOUTS = ("numerator", "denominator")
MLP = "h = tanh(X @ W1 + b1); y = h @ W2 + b2; sum((y - t)**2)/2"
SHAPES = "X[B,n] W1[n,m] b1[m] W2[m,k] b2[k] t[B,k]"
WEIGHTS = ["W1", "b1", "W2", "b2"]
SIZES = {"B": 2, "n": 3, "m": 5, "k": 4}


def _numbers(variables: str = SHAPES) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    declared = [mc.parse_variable(word) for word in variables.split()]
    return {v.name: rng.normal(size=[SIZES[str(k)] for k in v.shape]) for v in declared}


def _mlp(layout: str = "denominator") -> mc.Together:
    return mc.value_and_grad(MLP, wrt=WEIGHTS, variables=SHAPES, layout=layout)


def _nested() -> Iterator[Nested]:
    """Rules alone, then one in another, as numbers."""
    step = max(1, len(USABLE) // CASES)
    for case in USABLE[:: 1 if len(USABLE) < CASES else step]:
        one = sized(applied(case, 1))
        if one is not None:
            yield one.weighted()
    yield from (pair.weighted() for pair in sample(15, CASES))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_of_several_is_what_it_is_alone(layout: str) -> None:
    compared = 0
    for one in _nested():
        arrays = next(one.points(), None)
        if arrays is None:
            continue
        whole = mc.value_and_grad(
            one.text, wrt=list(arrays), variables=one.declarations, layout=layout
        )
        given = {**{str(name): size for name, size in one.sizes.items()}, **arrays}
        with np.errstate(all="ignore"):
            expected = _alone(whole, given)
            if expected is None:
                continue
            results = whole.compile().of(given), whole(**given), whole.evaluate(**given)
            for value, gradients in results:
                for found, right in zip(
                    (value, *gradients), (one.value(arrays), *expected), strict=True
                ):
                    scale = max(1.0, float(np.max(np.abs(right))))
                    np.testing.assert_allclose(
                        found / scale, right / scale, 1e-7, 1e-9, err_msg=one.text
                    )
        compared += 1
    assert compared > CASES


def _alone(whole: mc.Together, given: dict[str, Any]) -> list[Any] | None:
    """Each derivative by itself; nothing where a slice of one is empty at these sizes."""
    try:
        return [one.evaluate(**given) for one in whole.derivatives]
    except mc.ShapeError as error:
        if "ends before" in str(error):
            return None
        raise


def test_the_forward_pass_is_there_once() -> None:
    assert statements(_mlp().numpy) == [
        "h = np.tanh(X @ W1 + b1)",
        "y = b2 + h @ W2",
        "t1 = y - t",
        "f = np.sum(t1**2) / 2",
        "t2 = (1 - h**2) * (t1 @ W2.T)",
        "df_dW1 = X.T @ t2",
        "df_db1 = np.sum(t2, axis=0)",
        "df_dW2 = h.T @ t1",
        "df_db2 = np.sum(t1, axis=0)",
        "return f, (df_dW1, df_db1, df_dW2, df_db2)",
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("form", "module"), [("numpy", "numpy"), ("torch", "torch"), ("jax", "jax.numpy")]
)
def test_each_library_computes_the_same(form: str, module: str, layout: str) -> None:
    if find_spec(module.partition(".")[0]) is None:
        pytest.skip(f"{module} is not installed")
    library = pytest.importorskip(module)
    whole, numbers = _mlp(layout), _numbers()
    given = {name: library.asarray(array) for name, array in numbers.items()}
    value, gradients = function_in(getattr(whole, form))(**given)
    tolerance = 1e-4 if form == "jax" else 1e-10
    np.testing.assert_allclose(value, np.sum((_output(numbers) - numbers["t"]) ** 2) / 2, tolerance)
    for one, found in zip(whole.derivatives, gradients, strict=True):
        np.testing.assert_allclose(found, one.evaluate(**numbers), tolerance, 1e-5)


def _output(at: dict[str, Any]) -> Any:
    return np.tanh(at["X"] @ at["W1"] + at["b1"]) @ at["W2"] + at["b2"]


@pytest.mark.parametrize(
    ("expression", "wrt", "variables"),
    [
        ("sum(A)", ["A", "x"], "A[n,m] x[m]"),  # ones, and zeros
        ("x.T @ y", ["x", "y"], "x[n] y[n]"),  # arguments
        ("x.T @ x + y.T @ x + y.T @ y", ["x", "y"], "x[n] y[n]"),
        ("tr(A.T @ B)", ["A", "B"], "A[n,m] B[n,m]"),
        ("sum(exp(A + B))", ["A", "B", "A"], "A[n,m] B[n,m]"),  # one array three times
        ("sum(exp(A @ B.T))", ["A", "B"], "A[n,m] B[k,m]"),
        ("3 * a", ["a", "b"], "a b"),
    ],
)
def test_what_is_returned_is_nobody_elses(expression: str, wrt: list[str], variables: str) -> None:
    whole = mc.value_and_grad(expression, wrt=wrt, variables=variables, layout="denominator")
    numbers = _numbers(variables)
    value, gradients = whole.compile().of({**SIZES, **numbers})
    arrays = [value, *gradients, *numbers.values()]
    for place, one in enumerate(arrays):
        assert not any(np.shares_memory(one, other) for other in arrays[:place])
    for one, found in zip(whole.derivatives, gradients, strict=True):
        assert found.dtype == float
        np.testing.assert_allclose(found, one.evaluate(**numbers))


def test_hessian_jacobian_and_value_share_what_they_have() -> None:
    one: dict[str, Any] = {"wrt": "x", "variables": "A[m,n] x[n]", "layout": "numerator"}
    J, H = (mc.derive("sum(exp(A @ x))", **one, order=order) for order in (1, 2))
    both = mc.together(J, H.to("denominator"), value=True)
    assert both.numpy.count("np.exp") == 1
    at = _numbers("A[m,n] x[n]")
    value, (first, second) = both.compile()(**at)
    np.testing.assert_allclose(value, np.sum(np.exp(at["A"] @ at["x"])))
    np.testing.assert_allclose(first, J.evaluate(**at))
    np.testing.assert_allclose(second, H.evaluate(**at).T)
    alone = mc.together(J, H).compile()(**at)
    assert isinstance(alone, tuple)
    np.testing.assert_allclose(alone[1], second)


def test_one_variable_has_one_gradient_and_a_list_a_tuple() -> None:
    one: dict[str, Any] = {"variables": "x[n]", "layout": "denominator"}
    value, gradient = mc.value_and_grad("sum(x**2)", wrt="x", **one).compile()([1.0, 2.0])
    assert (float(value), gradient.tolist()) == (5.0, [2.0, 4.0])
    _, gradients = mc.value_and_grad("sum(x**2)", wrt=["x"], **one).compile()([1.0, 2.0])
    assert [one.tolist() for one in gradients] == [[2.0, 4.0]]


def test_names_of_results_are_no_names_of_variables() -> None:
    whole = mc.value_and_grad(
        "f.T @ df_df", wrt=["f", "df_df"], variables="f[n] df_df[n]", layout="denominator"
    )
    value, (one, two) = whole.compile()(f=[1.0, 2.0], df_df=[3.0, 4.0])
    assert (float(value), one.tolist(), two.tolist()) == (11.0, [3.0, 4.0], [1.0, 2.0])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_hessian_times_a_direction_is_the_slope_of_the_gradients(layout: str) -> None:
    whole, given, step = _mlp(layout), _numbers(), 1e-6
    rng = np.random.default_rng(1)
    along = {name: rng.normal(size=given[name].shape) for name in WEIGHTS}
    after, before = (
        whole(**given | {name: given[name] + sign * step * along[name] for name in WEIGHTS})[1]
        for sign in (1, -1)
    )
    found = whole.hessp(along, **given)
    for one, two, part in zip(after, before, found, strict=True):
        slope = (one - two) / (2 * step)
        expected = slope.T if layout == "numerator" else slope
        np.testing.assert_allclose(part, expected, rtol=1e-5, atol=1e-6)
    with pytest.raises(mc.ArrayError, match="the direction has W1; it needs W1, b1, W2, b2"):
        whole.hessp({"W1": along["W1"]}, **given)
    with pytest.raises(mc.ShapeError):
        whole.hessp(along | {"b1": np.ones(2)}, **given)
    jacobian = mc.derive("W @ x", wrt="x", variables="W[m,n] x[n]", layout=layout)
    with pytest.raises(mc.NotationError, match="gradients of a number"):
        mc.together(jacobian).hessp({"x": np.ones(2)}, W=np.eye(2))


def test_what_was_called_is_pickled_without_what_it_keeps() -> None:
    whole, given = _mlp(), _numbers()
    value, gradients = whole(**given)
    again, others = pickle.loads(pickle.dumps(whole))(**given)  # noqa: S301 - our own
    assert again == value
    for one, two in zip(gradients, others, strict=True):
        np.testing.assert_array_equal(one, two)
        assert not np.shares_memory(one, two)


def test_it_is_pickled_holds_shapes_and_runs_in_threads() -> None:
    function = pickle.loads(pickle.dumps(_mlp().compile()))  # noqa: S301 - our own
    numbers = _numbers()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: function(**numbers), range(40)))
    for value, gradients in found:
        assert value == found[0][0]
        for one, other in zip(gradients, found[0][1], strict=True):
            np.testing.assert_array_equal(one, other)
    with pytest.raises(mc.ShapeError, match=r"b1 needs an array of shape \(m,\)"):
        function(**{**numbers, "b1": [1.0, 2.0]})


def test_an_array_that_a_formula_holds_is_held() -> None:
    x = mc.symbols("x[2]")
    A = np.array([[1.0, 2.0], [3.0, 4.0]])
    value, gradient = mc.value_and_grad(
        mc.sum(mc.exp(A @ x)), wrt=x, layout="denominator"
    ).compile()([0.0, 0.0])
    assert (float(value), gradient.tolist()) == (2.0, [4.0, 6.0])


def test_what_does_not_belong_together_is_refused() -> None:
    one: dict[str, Any] = {"layout": "denominator"}
    J = mc.derive("sum(x**2)", wrt="x", variables="x[n]", **one)
    K = mc.derive("sum(exp(x))", wrt="x", variables="x[n]", **one)
    H = mc.derive("sum(x**3)", wrt="x", variables="x[n]", order=2, **one)
    M = mc.derive("tr(x)", wrt="x", variables="x[n,n]", **one)
    with pytest.raises(mc.NotationError, match="needs a derivative at least"):
        mc.together()
    with pytest.raises(mc.NotationError, match="no first derivative of a formula is there"):
        mc.together(H, value=True)
    with pytest.raises(mc.NotationError, match="derivatives of 2 formulas"):
        mc.together(J, K, value=True)
    with pytest.raises(mc.ShapeError, match=r"x\[n\] in one derivative, x\[n,n\] in another"):
        mc.together(J, M)
    with pytest.raises(
        mc.ShapeError, match=r"f\[n\] is no number, and only a number has gradients"
    ):
        mc.value_and_grad("exp(x)", wrt="x", variables="x[n]", **one)
    found = mc.together(J, K).compile()([1.0])
    np.testing.assert_allclose(found, [[2.0], [np.e]])

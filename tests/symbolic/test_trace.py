import types
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from derivative_checks import close, differences, run_source
from random_chains import in_layout
from traced_functions import TRACED, X, least_squares

import matcalc as mc

Array = np.ndarray


def point(declared: str) -> dict[str, Array]:
    rng = np.random.default_rng(1)
    variables = map(mc.parse_variable, declared.split())
    return {one.name: rng.normal(size=one.shape) for one in variables}


def derivative_by_numbers(
    function: Callable[..., Any], arrays: dict[str, Array], name: str
) -> Array:
    def alone(x: Array) -> Any:
        return np.asarray(function(**(arrays | {name: x})))

    return differences(alone, np.asarray(arrays[name]))


@pytest.mark.parametrize("case", TRACED)
def test_a_traced_function_has_the_values_of_the_function(case: str) -> None:
    function, declared = TRACED[case]
    arrays = point(declared)
    found = mc.trace(function, declared).evaluate(**arrays)
    close(found, np.asarray(function(**arrays)), 1e-12)


@pytest.mark.parametrize("case", TRACED)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_a_derivative_agrees_with_central_differences(case: str, layout: str) -> None:
    function, declared = TRACED[case]
    arrays = point(declared)
    traced = mc.trace(function, declared)
    for name in arrays:
        d = mc.derive(traced, wrt=name, layout=layout)
        expected = derivative_by_numbers(function, arrays, name)
        rank = expected.ndim - arrays[name].ndim
        close(d.evaluate(**arrays), in_layout(expected, rank, layout), 1e-7)


@pytest.mark.parametrize("case", TRACED)
def test_text_and_code_mean_what_was_traced(case: str) -> None:
    function, declared = TRACED[case]
    arrays = point(declared)
    traced = mc.trace(function, declared)
    known = arrays | traced.constants
    close(mc.evaluate(traced.text, **known), np.asarray(function(**arrays)), 1e-9)
    for name in arrays:
        d = mc.derive(traced, wrt=name, layout="denominator")
        value = d.evaluate(**arrays)
        close(mc.evaluate(d.text, **known), value, 1e-9)
        close(run_source(d.numpy, known), value, 1e-9)
        needed = d.compile().__signature__.parameters
        close(d.compile()(**{key: arrays[key] for key in needed}), value, 1e-9)


@pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")
@pytest.mark.parametrize("case", [case for case in TRACED if case != "a robot arm"])
def test_a_derivative_agrees_with_jax(case: str) -> None:
    import jax  # noqa: PLC0415 - optional

    function, declared = TRACED[case]
    arrays = point(declared)
    spaces = function.__globals__ | {"np": jax.numpy}
    in_jax = types.FunctionType(function.__code__, spaces, closure=function.__closure__)
    traced = mc.trace(function, declared)
    with jax.enable_x64(True):
        given = list(map(jax.numpy.asarray, arrays.values()))
        for position, name in enumerate(arrays):
            expected = jax.jacobian(in_jax, argnums=position)(*given)
            d = mc.derive(traced, wrt=name, layout="numerator")
            rank = np.ndim(expected) - arrays[name].ndim
            close(d.evaluate(**arrays), in_layout(np.asarray(expected), rank, "numerator"), 1e-9)


def test_the_text_of_a_trace_is_mathematics() -> None:
    assert mc.trace(lambda x, A: x @ A @ x, "x[n] A[n,n]").text == "x.T @ A @ x"
    assert mc.trace(lambda W, x: np.exp(W @ x).sum(), "W[m,n] x[n]").text == "sum(exp(W @ x))"
    assert mc.trace(lambda X, b: X + b, "X[m,n] b[n]").text == "X + ones(m) @ b.T"
    assert mc.trace(lambda z: np.maximum(0, z), "z[n]").text == "relu(z)"
    assert mc.trace(lambda z: z.mean(), "z[n]").text == "mean(z)"
    assert mc.trace(lambda S: S + 0.1 * np.eye(3), "S[3,3]").text == "S + eye(3) / 10"


def test_the_derivative_of_a_trace_is_a_formula() -> None:
    traced = mc.trace(lambda w, X, y: np.sum((X @ w - y) ** 2), "w[d] X[n,d] y[n]")
    d = mc.derive(traced, wrt="w", layout="denominator")
    assert d.text == "2 * X.T @ (X @ w - y)"
    second = mc.derive(traced, wrt="w", layout="denominator", order=2)
    assert second.text == "2 * X.T @ X"


def test_arrays_that_a_function_holds_have_names_and_values() -> None:
    traced = mc.trace(least_squares, "w[3]")
    assert sorted(traced.constants) == ["c1", "c2"]
    (data,) = (name for name, array in traced.constants.items() if array.ndim == 2)
    np.testing.assert_array_equal(traced.constants[data], X)
    d = mc.derive(traced, wrt="w", layout="denominator")
    assert f"{data}[4,3] is an array that the expression holds" in d.notes
    assert f"{data}.T" in d.text
    assert f"{data}: shape (4, 3)" in d.numpy


def test_an_array_that_is_held_may_be_the_variable_of_a_derivative() -> None:
    traced = mc.trace(lambda w: X @ w, "w[3]")
    d = mc.derive(traced, wrt="c1", layout="numerator")
    w = np.array([1.0, 2.0, 3.0])
    expected = differences(lambda c1: c1 @ w, X)
    close(d.evaluate(w=w), in_layout(expected, 1, "numerator"), 1e-8)


def test_names_of_arrays_avoid_those_of_variables() -> None:
    traced = mc.trace(lambda c1: X @ c1, "c1[3]")
    assert traced.text == "c2 @ c1"


def test_arguments_go_by_name_where_the_names_are_those_of_parameters() -> None:
    def product(W: Any, x: Any) -> Any:
        return W @ x

    assert mc.trace(product, "x[2] W[3,2]").text == "W @ x"
    assert mc.trace(lambda a, b: a @ b, "W[3,2] x[2]").text == "W @ x"


def test_sizes_with_names_take_part_in_arithmetic() -> None:
    def total(X: Any) -> Any:
        assert X.shape[0] == X.T.shape[1]
        assert X.ndim == 2
        return np.sum(X) / X.shape[0] + X.reshape(X.shape[1], X.shape[0]).sum() / X.size

    arrays = {"X": np.arange(6.0).reshape(2, 3)}
    traced = mc.trace(total, "X[m,n]")
    close(traced.evaluate(**arrays), np.asarray(total(**arrays)), 1e-12)


def test_vectors_are_one_dimensional_and_their_transpose_is_themselves() -> None:
    seen = []

    def look(x: Any) -> Any:
        seen.extend([x.shape, x.T.shape, len(x), x.ndim, x.dtype])
        return x

    mc.trace(look, "x[3]")
    assert seen == [(3,), (3,), 3, 1, np.dtype(float)]


def test_indices_are_those_of_numpy() -> None:
    A = np.arange(60.0).reshape(3, 4, 5)
    keys: list[Any] = [
        0, -1, (0, 1, 2), (slice(1, 3),), (..., 1), (None, 0), (slice(None), None, 1, ...),
        (slice(1, 2), [0, 0, 3]), ([0, 2], [1, 3]), ([0, 2], slice(None), [1, 3]),
        (slice(None), np.array([0, 2, 1]), np.array([4, 4, 0])), (0, slice(None), [1, 2]),
        (0, [1, 2]), np.array([True, False, True]), (slice(0, -1), slice(-2, None)),
    ]  # fmt: skip
    for key in keys:
        traced = mc.trace(lambda X, key=key: X[key], {"X": (3, 4, 5)})
        np.testing.assert_array_equal(traced.evaluate(X=A), A[key])


def test_numbers_are_exact() -> None:
    assert mc.trace(lambda x: 0.1 * x, "x").text == "x / 10"
    halves = mc.trace(lambda x: np.float64(0.5) * x - np.array(2), "x")
    assert halves.text == "x / 2 - 2"


def test_a_function_that_is_traced_with_names_of_sizes_serves_every_size() -> None:
    def loss(w: Any, X: Any, y: Any) -> Any:
        return np.mean(np.logaddexp(0, -y * (X @ w)))

    d = mc.derive(mc.trace(loss, "w[d] X[n,d] y[n]"), wrt="w", layout="denominator")
    for shape in ((4, 3), (2, 5)):
        rng = np.random.default_rng(2)
        arrays = {"w": rng.normal(size=shape[1]), "X": rng.normal(size=shape)}
        arrays["y"] = rng.normal(size=shape[0])
        close(d.evaluate(**arrays), derivative_by_numbers(loss, arrays, "w"), 1e-8)


def into_another(x: Any) -> Any:
    x.T[0] = 1.0
    return x


def after_it_changed(x: Any) -> Any:
    part = x[1:]
    x[1] = 0.0
    return part


def two_results(x: Any) -> Any:
    return np.sum(x**2), 2 * x


def counted(x: Any) -> int:
    return next(k for k in range(3) if x[k] > 0)


#: What cannot be traced, and what the error says.
REFUSED: dict[str, tuple[Callable[..., Any], type[mc.MatcalcError], str]] = {
    "a decomposition": (
        lambda x: np.linalg.qr(np.outer(x, x)),
        mc.NotDifferentiableError,
        r"np\.linalg\.qr cannot",
    ),
    "a ufunc": (np.floor, mc.NotDifferentiableError, r"np\.floor cannot be traced"),
    "a method": (lambda x: x.argmax(), mc.NotDifferentiableError, "the method argmax"),
    "an option": (
        lambda x: np.sum(x, dtype=int),
        mc.NotDifferentiableError,
        r"np\.sum with dtype=",
    ),
    "a mask": (
        lambda x: np.exp(x, where=np.array([True, False, True])),
        mc.NotDifferentiableError,
        r"np\.exp with where=",
    ),
    "a ufunc along an axis": (
        np.hypot.reduce,
        mc.NotDifferentiableError,
        r"np\.hypot\.reduce",
    ),
    "a norm": (
        lambda x: np.linalg.norm(x, ord=3),
        mc.NotDifferentiableError,
        r"np\.linalg\.norm of vectors with ord=3",
    ),
    "wrong arguments": (
        lambda x: np.sum(x, axis="rows"),
        mc.NotDifferentiableError,
        r"np\.sum cannot be traced with arguments like these",
    ),
    "into another": (into_another, mc.NotDifferentiableError, r"write into x itself"),
    "a part of what changed": (after_it_changed, mc.NotDifferentiableError, r"take it again"),
    "several results": (two_results, mc.NotDifferentiableError, "gives 2 results"),
    "a branch": (lambda x: x if x[0] > 0 else -x, mc.UnboundError, r"bool\(x\), in `if`"),
    "a search": (counted, mc.UnboundError, r"bool\(x\)"),
    "Python's sorted": (sorted, mc.UnboundError, r"np\.maximum"),
    "a float": (lambda x: float(x[0]), mc.UnboundError, r"float\(x\)"),
    "an int": (lambda x: int(x[0]), mc.UnboundError, r"int\(x\)"),
    "a size": (lambda x: np.zeros(x[0]), mc.UnboundError, "a whole number"),
    "an equality": (lambda x: x if x[0] == 1 else -x, mc.UnboundError, r"bool\(x\)"),
    "a choice by numbers": (
        lambda x: np.where(x, 1, 0),
        mc.NotDifferentiableError,
        r"np\.where\(x > 0, a, b\)",
    ),
    "integers": (lambda x: x.astype(int), mc.NotDifferentiableError, "astype"),
    "an index that is traced": (lambda x: x[np.floor(x)], mc.MatcalcError, "np.floor"),
    "a selection": (lambda x: x[x > 0], mc.NotDifferentiableError, r"x\[mask\]: how many"),
    "a table of indices": (
        lambda x: np.take(x[:, None], [[0, 0], [0, 0]], axis=1),
        mc.NotDifferentiableError,
        "arrays of several axes as an index stand in front",
    ),
    "no such entry": (lambda x: x[3], mc.ShapeError, "there is no entry 3 along an axis of 3"),
    "shapes": (lambda x: x + np.ones(2), mc.ShapeError, "3 against 2"),
    "a complex number": (lambda x: x * np.array([1j, 2, 3]), mc.ArrayError, "complex"),
    "nothing": (lambda _: None, mc.NotDifferentiableError, "the function gave None"),
    "not a number": (lambda x: x * float("nan"), mc.ArrayError, "nan"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_traced_is_an_error_that_names_it(case: str) -> None:
    function, kind, message = REFUSED[case]
    with pytest.raises(kind, match=message):
        mc.trace(function, "x[3]")


def test_a_length_that_has_a_name_is_no_number() -> None:
    for function in (len, list, lambda x: range(x.shape[0]), np.asarray):
        with pytest.raises(mc.UnboundError, match=r"declare a number|a whole number"):
            mc.trace(lambda x, function=function: function(x), "x[n]")


def test_an_error_of_the_function_itself_stays_as_it_is() -> None:
    def broken(x: Any) -> Any:
        return {}["missing"]

    with pytest.raises(KeyError, match="missing"):
        mc.trace(broken, "x[3]")


def test_the_trace_of_a_matrix_has_another_name() -> None:
    X = mc.symbols("X[n,n]")
    with pytest.raises(mc.NotationError, match=r"tr\(X\)"):
        mc.trace(X, "x[3]")
    assert mc.tr(X).text == "tr(X)"


def test_functions_of_formulas_may_stand_in_a_traced_function() -> None:
    traced = mc.trace(lambda z: mc.softmax(z) @ z, "z[n]")
    assert traced.text == "z.T @ softmax(z)"


def test_ufuncs_of_scipy_are_known_by_name() -> None:
    special = pytest.importorskip("scipy.special")
    assert mc.trace(lambda z: special.expit(z).sum(), "z[n]").text == "sum(sigmoid(z))"
    assert mc.trace(special.gammaln, "z[n]").text == "lgamma(z)"
    with pytest.raises(mc.NotDifferentiableError, match="j0 cannot be traced"):
        mc.trace(special.j0, "z[n]")


def test_a_function_is_called_once_and_not_changed() -> None:
    calls = []

    def once(x: Any) -> Any:
        calls.append(x)
        return x

    mc.trace(once, "x[3]")
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("module", "name", "instead"),
    [
        ("scipy.linalg", "null_space", ""),
        ("scipy.spatial.distance", "pdist", ""),
        ("scipy.signal", "hilbert", ""),
    ],
)
def test_a_function_of_a_library_that_fails_is_named(module: str, name: str, instead: str) -> None:
    function = getattr(pytest.importorskip(module), name)
    with pytest.raises(mc.NotDifferentiableError) as refused:
        mc.trace(lambda A: function(A) + A, "A[3,3]")
    assert str(refused.value).startswith(f"{module}.{name} cannot be traced")
    assert instead in str(refused.value)


def test_an_error_of_the_traced_function_itself_is_its_own() -> None:
    with pytest.raises(ZeroDivisionError):
        mc.trace(lambda x: x * (1 / 0), "x[3]")


def test_a_function_where_text_is_expected_is_pointed_at_trace() -> None:
    for call in (mc.derive, mc.explain):
        with pytest.raises(mc.NotationError, match=r"matcalc\.trace"):
            call(lambda x: x**2, wrt="x", variables="x[n]", layout="numerator")  # type: ignore[operator]
    with pytest.raises(mc.NotationError, match="found int"):
        mc.derive(3, wrt="x", variables="x[n]", layout="numerator")  # type: ignore[call-overload]
    with pytest.raises(mc.NotationError, match="as text"):
        mc.trace("x**2", "x[n]")  # type: ignore[arg-type]


def _filled(A: Any, x: Any) -> Any:
    B = A @ A.T
    np.fill_diagonal(B, x)
    np.fill_diagonal(A[:, :3], 2)
    return np.sum(np.exp(B)) + np.sum(A**2)


@pytest.mark.parametrize("declared", ["A[3,4] x[3]", "A[3,4] x"])
def test_a_diagonal_that_is_filled_is_written_into_the_array(declared: str) -> None:
    arrays = {name: one / 2 for name, one in point(declared).items()}
    traced = mc.trace(_filled, declared)
    close(traced.evaluate(**arrays), _filled(arrays["A"].copy(), arrays["x"]), 1e-12)
    for name, array in arrays.items():

        def alone(at: Array, name: str = name) -> Any:
            given = {one: np.array(it) for one, it in (arrays | {name: at}).items()}
            return _filled(given["A"], given["x"])

        found = mc.derive(traced, wrt=name, layout="denominator").evaluate(**arrays)
        close(found, differences(alone, np.asarray(array)), 1e-6)


def test_a_diagonal_of_what_is_not_square_is_not_filled() -> None:
    def filled(A: Any) -> Any:
        np.fill_diagonal(A, 0)
        return A

    with pytest.raises(mc.NotDifferentiableError, match="traced of a square array"):
        mc.trace(filled, "A[3,4]")


def test_a_function_of_no_module_is_refused_as_any_other() -> None:
    space: dict[str, Any] = {}
    exec("def f(x):\n    return x.argmax()", space)  # noqa: S102 - our own text
    space["f"].__module__ = None
    with pytest.raises(mc.NotDifferentiableError, match="argmax"):
        mc.trace(space["f"], "x[3]")

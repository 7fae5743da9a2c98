"""Names in emitted code: nothing that a user named is hidden or left out, in any library."""

import re
from typing import Any

import numpy as np
import pytest
from pair_code import arrays_of, run

import matcalc as mc
from matcalc.code import JAX, NUMPY, TORCH

# expression, variables, wrt, arrays and sizes
AWKWARD: list[tuple[str, str, str, dict[str, Any]]] = [
    ("k * kron(A, eye(i))", "A[j,j] k", "A", {"A": np.eye(2), "k": 2.0, "i": 3}),
    ("kron(A, eye(k)) / j", "A[2,2]", "A", {"A": np.eye(2), "k": 3, "j": 2}),
    ("lambda.T", "lambda[n]", "lambda", {"lambda": np.arange(3.0)}),
    ("sigmoid * sigmoid(x)", "x[n] sigmoid", "x", {"x": np.arange(3.0), "sigmoid": 2.0}),
    ("softmax * softmax(x)", "x[n] softmax", "x", {"x": np.arange(3.0), "softmax": 2.0}),
    ("erf * erf(ndtr)", "erf ndtr[n]", "ndtr", {"erf": 2.0, "ndtr": np.arange(3.0)}),
    ("expm * tr(expm(expm_))", "expm expm_[n,n]", "expm_", {"expm": 2.0, "expm_": np.eye(2)}),
    ("sigmoid = tanh(x); sum(sigmoid(sigmoid))", "x[n]", "x", {"x": np.arange(3.0)}),
    ("self * sum(x**2)", "self x[n]", "x", {"self": 2.0, "x": np.arange(3.0)}),
    (
        "np * sum(np_ * x) * sqrt(n)",
        "np np_[n] x[n]",
        "x",
        {"np": 2.0, "np_": np.ones(2), "x": np.ones(2)},
    ),
    ("float / norm(float)", "float[t1]", "float", {"float": np.arange(1.0, 4.0)}),
    ("math * sqrt(n) * x", "math x[n]", "x", {"math": 2.0, "x": np.ones(3)}),
    ("x * lambda", "x[lambda]", "x", {"x": np.ones(3), "lambda": 3}),
]


@pytest.mark.parametrize(("expression", "variables", "wrt", "given"), AWKWARD)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_awkward_names_change_nothing(
    expression: str, variables: str, wrt: str, given: dict[str, Any], layout: str
) -> None:
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    d = mc.derive(expression, wrt=wrt, variables=variables, layout=layout)
    given = {key: one if isinstance(one, int) else np.asarray(one) for key, one in given.items()}
    value = d.evaluate(**given)
    for dialect, library in ((NUMPY, np), (TORCH, torch), (JAX, jax)):
        result = run(d, dialect, arrays_of(given, library))
        np.testing.assert_allclose(np.asarray(result), value, err_msg=dialect.library)
    np.testing.assert_allclose(d.compile().of(given), value)


def test_nothing_is_assigned_that_is_an_argument_or_a_size() -> None:
    for expression, variables, wrt, _ in AWKWARD:
        d = mc.derive(expression, wrt=wrt, variables=variables, layout="denominator")
        for source in (d.numpy, d.torch, d.jax):
            *_, header = re.findall(r"def \w+\((.*)\):", source)
            body = source.rpartition('"""\n')[2]
            assigned = re.findall(r"^ +(\w+) = ", body, re.M)
            again = [
                name for name in assigned if not re.search(rf"^ +{name} = {name}\.at", body, re.M)
            ]
            assert len(set(again)) == len(again)
            assert not set(header.split(", ")) & set(assigned)


def test_a_function_of_the_caller_is_not_a_variable() -> None:
    d = mc.derive("dg.T @ g(x)", wrt="x", variables="x[n] dg[n]", layout="denominator")
    assert "def df_dx(x, dg, dg_):" in d.numpy


CONSTANTS = [
    ("2 * a", "a", "a"),
    ("sum(x)", "x[n]", "x"),
    ("x / 2", "x[n]", "x"),
    ("n * a", "a x[n]", "a"),
    ("kron(A, eye(3))", "A[2,2]", "A"),
    ("log(n) * sum(x)", "x[n]", "x"),
    ("a * pi()", "a", "a"),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("expression", "variables", "wrt"), CONSTANTS)
def test_a_constant_is_an_array_of_the_library_in_the_type_of_the_arguments(
    expression: str, variables: str, wrt: str, dtype: str
) -> None:
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    d = mc.derive(expression, wrt=wrt, variables=variables, layout="denominator")
    given = {"a": np.array(1.5), "x": np.ones(3), "A": np.ones((2, 2))}
    value = d.evaluate(**{key: one for key, one in given.items() if key in variables})
    for dialect, library, kind in ((TORCH, torch, torch.Tensor), (JAX, jax, jax.Array)):
        result = run(d, dialect, {**arrays_of(given, library, dtype), "n": 3})
        assert isinstance(result, kind)
        assert str(result.dtype).endswith(dtype)
        np.testing.assert_allclose(np.asarray(result), value, rtol=1e-6)


SINGLE = [
    ("gelu(x)", "x[n]", "x"),
    ("layer_norm(x, g, b)", "x[n] g[n] b[n]", "x"),
    ("x / 2", "x[n]", "x"),
    ("W @ x", "W[m,n] x[n]", "W"),
    ("sum(relu(x))", "x[n]", "x"),
    ("cross(x, b)", "x[3] b[3]", "x"),
    ("max(x)", "x[n]", "x"),
    ("logdet(S)", "S[n,n]", "S"),
]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(("expression", "variables", "wrt"), SINGLE)
def test_the_type_that_goes_in_comes_out(
    expression: str, variables: str, wrt: str, dtype: str
) -> None:
    d = mc.derive(expression, wrt=wrt, variables=variables, layout="denominator")
    full = {"x": np.array([0.5, -1.0, 2.0]), "g": np.ones(3), "b": np.arange(3.0)}
    full |= {"W": np.ones((2, 3)), "S": np.diag([1.0, 2.0, 4.0])}
    given = {key: array.astype(dtype) for key, array in full.items() if f"{key}[" in variables}
    value = d.evaluate(**{key: full[key] for key in given})
    lacks_half = "logdet" in expression or "gelu" in expression  # in NumPy, and in SciPy
    results = {} if dtype == "float16" and lacks_half else {"code": run(d, NUMPY, given)}
    results |= {"evaluate": d.evaluate(**given), "compiled": d.compile().of(given)}
    for form, result in results.items():
        is_half = dtype == "float16" and form != "code"  # it is computed in single precision
        assert result.dtype == ("float32" if is_half else dtype)
        np.testing.assert_allclose(result, value, rtol=2e-2, atol=2e-2)


def test_integers_are_not_cut_off() -> None:
    d = mc.derive("sum(W @ x) * W @ x / 2", wrt="W", variables="W[m,n] x[n]", layout="denominator")
    W, x = np.arange(6).reshape(2, 3), np.array([1, 2, 4])
    result = run(d, NUMPY, {"W": W, "x": x})
    np.testing.assert_allclose(result, d.evaluate(W=W, x=x))

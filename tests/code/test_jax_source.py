"""The JAX code of a derivative: idiomatic, right, and ready for jax.jit."""

from typing import Any

import numpy as np
import pytest
from generated_sources import (
    RECORDS_BY_TURNS,
    RULES_BY_TURNS,
    Example,
    close,
    function_in,
    functions_in_templates,
    name_of,
    of_record,
    of_rule,
    rules_without,
    statements,
)
from operations.cases import Case

import matcalc as mc
from matcalc.code import JAX
from matcalc.code.helpers import helper_sources
from matcalc.jacobians.written import symbols_of

jax = pytest.importorskip("jax", reason="JAX is not installed; CI has it")
jax.config.update("jax_enable_x64", True)
jnp = jax.numpy


def derived(expression: str, variables: str, wrt: str, **options: Any) -> mc.Jacobian[Any]:
    return mc.derive(expression, wrt=wrt, variables=variables, layout="denominator", **options)


LOGISTIC = ("sum(softplus(X @ w) - y * (X @ w))", "X[m,n] w[n] y[m]", "w")
NETWORK = (
    "sum((sigmoid(W3 @ relu(W2 @ x)) - y)**2)/2",
    "x[2] W2[3,2] W3[2,3] y[2]",
    "W2",
)

# expression, variables, wrt, order, statements
BY_HAND: list[tuple[str, str, str, int, list[str]]] = [
    ("norm(A @ x - b)**2", "A[m,n] x[n] b[m]", "x", 1, ["return 2 * (A.T @ (A @ x - b))"]),
    (*LOGISTIC, 1, ["return X.T @ (jax.nn.sigmoid(X @ w) - y)"]),
    (*LOGISTIC, 2, ["t1 = jax.nn.sigmoid(X @ w)", "return (X.T * (t1 * (1 - t1))) @ X"]),
    (
        *NETWORK,
        1,
        [
            "t1 = W2 @ x",
            "t2 = jax.nn.sigmoid(W3 @ jax.nn.relu(t1))",
            "return jnp.outer((t1 > 0).astype(x.dtype) * (W3.T @ (t2 * (1 - t2) * (t2 - y))), x)",
        ],
    ),
    (
        "softmax(x)",
        "x[n]",
        "x",
        1,
        ["t1 = jax.nn.softmax(x)", "return jnp.diag(t1) - jnp.outer(t1, t1)"],
    ),
    (
        "W @ x",
        "W[m,n] x[n]",
        "W",
        1,
        [
            "m = W.shape[0]",
            "n = x.shape[0]",
            "t1 = jnp.zeros((m, n, m), dtype=x.dtype)",
            "i = jnp.arange(m)",
            "t1 = t1.at[i, :, i].set(x)",
            "return t1",
        ],
    ),
    ("W @ x", "W[m,n] x[n]", "x", 1, ["return W.T"]),
    (
        "inv(X)",
        "X[n,n]",
        "X",
        1,
        ["t1 = jnp.linalg.inv(X)", 'return -jnp.einsum("li,jk->ijkl", t1, t1)'],
    ),
    ("a @ inv(X) @ b", "a[n] X[n,n] b[n]", "a", 1, ["return jnp.linalg.solve(X, b)"]),
    (
        "X * X",
        "X[m,n]",
        "X",
        1,
        [
            "m = X.shape[0]",
            "n = X.shape[1]",
            "t1 = jnp.zeros((m, n, n, m), dtype=X.dtype)",
            "i = jnp.arange(m)[:, None]",
            "j = jnp.arange(n)",
            "t1 = t1.at[i, j, j, i].set(2 * X)",
            "return t1",
        ],
    ),
]


@pytest.mark.parametrize(("expression", "variables", "wrt", "order", "expected"), BY_HAND)
def test_the_source_is_what_an_expert_writes(
    expression: str, variables: str, wrt: str, order: int, expected: list[str]
) -> None:
    source = derived(expression, variables, wrt, order=order).jax
    assert statements(source) == expected
    assert "import jax.numpy as jnp\n" in source
    assert "import numpy" not in source


@pytest.mark.parametrize(("record", "layout"), RECORDS_BY_TURNS, ids=name_of)
def test_the_numbers_of_recorded_formulas(record: dict[str, Any], layout: str) -> None:
    check(of_record(record, layout))


@pytest.mark.parametrize(("case", "name", "layout"), RULES_BY_TURNS, ids=name_of)
def test_the_numbers_of_local_jacobians(case: Case, name: str, layout: str) -> None:
    slow = case.rule.name.startswith("logm")  # its series is long, and takes a minute to compile
    check(of_rule(case, name, layout), None if slow else jax.jit)


def check(example: Example, jit: Any = jax.jit) -> None:
    """The compiled source computes the derivative."""
    found = example.run(example.jacobian.jax, jnp.asarray, jit)
    assert found.dtype in (jnp.float64, jnp.int64)
    close(found, example.expected())


@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case[0])
def test_compiled_or_not_it_is_the_same_in_the_type_of_the_arguments(case: Any) -> None:
    expression, variables, wrt, order, _ = case
    jacobian = derived(expression, variables, wrt, order=order)
    sizes = {"m": 3, "n": 4}
    rng = np.random.default_rng(0)
    example = Example(jacobian, {
        name: rng.normal(size=[size if isinstance(size, int) else sizes[str(size)]
                               for size in node.shape])
        for name, node in symbols_of(jacobian).items()
    }, {})  # fmt: skip
    for dtype, tolerance in ((jnp.float32, 1e-4), (jnp.float64, 1e-12)):
        plain, compiled = (
            example.run(jacobian.jax, lambda array, d=dtype: jnp.asarray(array, d), jit)
            for jit in (None, jax.jit)
        )
        assert plain.dtype == compiled.dtype == dtype
        np.testing.assert_allclose(plain, compiled, rtol=tolerance, atol=tolerance)


def test_no_rule_lacks_code() -> None:
    assert rules_without("jax") == set()


def test_an_operation_without_code_is_named() -> None:
    with pytest.raises(mc.UnknownRuleError) as error:
        helper_sources("lstm_cell", JAX)
    assert str(error.value) == "lstm_cell has no JAX code yet"


def test_every_function_of_a_template_exists() -> None:
    assert len(functions_in_templates(JAX, {"jnp": jnp, "jax": jax})) > 30


def test_the_hessian_is_the_derivative_of_the_gradient() -> None:
    gradient, hessian = (function_in(derived(*LOGISTIC, order=k).jax) for k in (1, 2))
    rng = np.random.default_rng(0)
    X, w, y = rng.normal(size=(5, 3)), rng.normal(size=3), rng.uniform(size=5)
    by_jax = jax.jacrev(lambda w: gradient(X, w, y))(w)
    np.testing.assert_allclose(hessian(X, w), by_jax, rtol=1e-12)


def test_a_function_of_a_number_takes_no_whole_number() -> None:
    source = derived("gelu(2) * exp(2) * x", "x[n]", "x").jax
    assert "jax.scipy.special.ndtr(float(2))" in source
    assert "math.exp(2)" in source
    np.testing.assert_allclose(
        function_in(source)(jnp.ones(2)), 2 * 0.977249868051821 * np.exp(2) * np.eye(2)
    )


def test_dimensions_and_functions_are_static() -> None:
    source = derived("g(x) / k", "x[n]", "x").jax
    assert "    k: a dimension, a whole number; static in jax.jit.\n" in source
    assert "    dg: a function that works entry by entry; static in jax.jit.\n" in source
    compiled = jax.jit(function_in(source), static_argnames=("k", "dg"))
    np.testing.assert_allclose(compiled(jnp.ones(2), k=4, dg=jnp.exp), np.eye(2) * np.e / 4)


def test_a_variable_may_be_called_as_the_library_is() -> None:
    assert statements(derived("jnp @ x", "jnp[m,n] x[n]", "x").jax) == ["return jnp_.T"]

"""What the code of every library has in common."""

import ast
import tracemalloc

import numpy as np
import pytest
from generated_sources import function_in

import matcalc as mc
from matcalc.code.dialects import JAX, NUMPY, TORCH, Dialect
from matcalc.code.origin import origin
from matcalc.code.source import _Statements
from matcalc.code.terms import Terms
from matcalc.dimensions import evaluate
from matcalc.errors import TooLargeError

DIALECTS = [NUMPY, TORCH, JAX]
_MODULES = {"NumPy": "numpy", "PyTorch": "torch", "JAX": "jax.numpy"}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.library)
def test_nothing_is_written_into_an_array_that_is_used_again(dialect: Dialect) -> None:
    library = pytest.importorskip(_MODULES[dialect.library])
    terms = Terms()
    X, b = terms.name("X", (3, 3)), terms.name("b", (1, 3))
    grown = terms.make("call", [X], (3, 3), ("exp", ()))
    moved = terms.plus([terms.transpose(grown), terms.padded(b, 0, 3, 1, 2)])
    root = terms.matmul(grown, moved)
    source = _Statements([root], {}, {"X": (3, 3), "b": (1, 3)}, dialect).function("f", "…")
    x, row = np.linspace(0.0, 1.0, 9).reshape(3, 3), np.ones((1, 3))
    expected = np.exp(x).T.copy()
    expected[1:2] += row
    found = function_in(source)(library.asarray(x), library.asarray(row))
    np.testing.assert_allclose(found, np.exp(x) @ expected, rtol=1e-5)


@pytest.mark.parametrize("form", ["numpy", "torch", "jax"])
def test_the_diagonal_of_an_outer_product_is_a_product(form: str) -> None:
    jacobian = mc.derive(
        "(2 + diag(sum(A, axis=0) @ x.T)**2)**1.5",
        wrt="A",
        variables="A[n,m] x[m]",
        layout="denominator",
    )
    assert "t1 * x" in getattr(jacobian, form)
    assert "axis=1" not in getattr(jacobian, form)
    assert "dim=1" not in getattr(jacobian, form)


def test_no_sign_of_a_formula_ends_the_docstring_that_it_stands_in() -> None:
    hostile = ['a"""\nimport os', "b\\", "'''\\\"\"\"", "x" * 900]
    hostile.append("\\U" * 290)  # wherever a line is broken, no escape is cut
    lines = origin([*hostile, "", hostile[0]])
    docstring = ast.literal_eval('"""' + "\n".join(["", *lines, ""]) + '"""')
    assert "import os" in docstring
    assert docstring.count("Formula: ") == len(hostile)
    assert "x" * 601 not in docstring


_SIZES = {"m": 24, "n": 30, "k": 26}
_FORMULAS = [
    ("W @ x", "W", "W[m,n] x[n]", 1),
    ("softmax(X, axis=1)", "X", "X[m,n]", 1),
    ("relu(X @ W)", "W", "X[m,n] W[n,k]", 1),
    ("norm(X - U @ V.T)**2", "U", "X[m,n] U[m,k] V[n,k]", 2),
    ("sum(log(1 + exp(-y * (X @ w))))", "w", "X[m,n] w[n] y[m]", 2),
    ("x / norm(x)", "x", "x[n]", 1),
    ("x * sum(x) + sort(x)", "x", "x[n]", 1),
    ("kron(A, B) @ v", "A", "A[3,4] B[m,n] v[4*n]", 1),
    ("inv(A) @ B", "A", "A[n,n] B[n,k]", 1),
    ("a + diag(x) @ a", "x", "a[n] x[n]", 1),
    ("concatenate(x[2:9], y)", "x", "x[n] y[k]", 1),
    ("outer(x, x) + eye(n)", "x", "x[n]", 1),
]


@pytest.mark.parametrize(("formula", "wrt", "variables", "order"), _FORMULAS)
def test_the_largest_array_is_known_before_anything_is_computed(
    formula: str, wrt: str, variables: str, order: int
) -> None:
    d = mc.derive(formula, wrt=wrt, variables=variables, layout="denominator", order=order)
    rng = np.random.default_rng(0)
    given = {
        one.name: rng.normal(size=[evaluate(size, _SIZES) for size in one.shape])
        for one in map(mc.parse_variable, variables.split())
    }
    with pytest.raises(TooLargeError) as caught:
        d.compile(max_bytes=1).of(given)
    least, most = 1, 2**40  # the limit below which the function refuses
    while least + 1 < most:
        limit = (least + most) // 2
        try:
            d.compile(max_bytes=limit).of(given)
            most = limit
        except TooLargeError:
            least = limit
    ready = d.compile()
    result = ready.of(given)
    tracemalloc.start()
    try:
        ready.of(given)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result.nbytes <= most <= peak  # neither less than is made, nor what never is
    assert "bytes" in str(caught.value)


def test_several_together_and_results_that_are_reused_have_the_size_guard() -> None:
    variables = "W[m,n] x[n]"
    both = mc.derive("W @ x", wrt=["W", "x"], variables=variables, layout="denominator")
    given = {"W": np.ones((3000, 3000)), "x": np.ones(3000)}
    for ready in (mc.together(*both).compile(), both[0].compile(reuse=True)):
        with pytest.raises(TooLargeError, match=r"3000×3000×3000 takes 2.16e\+11 bytes"):
            ready.of(given)

"""The NumPy code of a derivative: what a careful person would write by hand."""

import ast
import tracemalloc
from typing import Any

import numpy as np
import pytest
from derivative_checks import run_source

import matcalc as mc


def source(expression: str, variables: str, wrt: str, layout: str = "denominator") -> str:
    return mc.derive(expression, wrt=wrt, variables=variables, layout=layout).numpy


def body(whole: str) -> list[str]:
    """The statements of the last function."""
    *_, behind = whole.split('    """\n')
    return [line.strip() for line in behind.splitlines()]


def imports(whole: str) -> list[str]:
    return [line for line in whole.splitlines() if line.startswith(("import", "from"))]


# expression, variables, wrt, statements
BY_HAND = [
    ("x.T @ A @ x", "x[n] A[n,n]", "x", ["return (A + A.T) @ x"]),
    ("norm(A @ x - b)**2", "A[m,n] x[n] b[m]", "x", ["return 2 * (A.T @ (A @ x - b))"]),
    ("a.T @ X @ b", "a[m] X[m,n] b[n]", "X", ["return np.outer(a, b)"]),
    (
        "sum(sigmoid(W @ x))",
        "W[m,n] x[n]",
        "x",
        ["t1 = sigmoid(W @ x)", "return W.T @ (t1 * (1 - t1))"],
    ),
    (
        "sum(sigmoid(W @ x))",
        "W[m,n] x[n]",
        "W",
        ["t1 = sigmoid(W @ x)", "return np.outer(t1 * (1 - t1), x)"],
    ),
    ("tanh(W @ x)", "W[m,n] x[n]", "x", ["return W.T * (1 - np.tanh(W @ x)**2)"]),
    (
        "1/2 * norm(tanh(V @ tanh(W @ x)) - y)**2",
        "V[m,h] W[h,n] x[n] y[m]",
        "W",
        [
            "t1 = np.tanh(W @ x)",
            "t2 = np.tanh(V @ t1)",
            "return np.outer((1 - t1**2) * (V.T @ ((1 - t2**2) * (t2 - y))), x)",
        ],
    ),
    (
        "sum((X @ W + b - Y)**2) / m",
        "X[m,n] W[n,p] b[p] Y[m,p]",
        "W",
        ["m = X.shape[0]", "return 2 * (X.T @ (X @ W + b - Y)) / m"],
    ),
    (
        "sum((X @ W + b - Y)**2) / m",
        "X[m,n] W[n,p] b[p] Y[m,p]",
        "b",
        ["m = X.shape[0]", "return 2 * np.sum(X @ W + b - Y, axis=0) / m"],
    ),
    ("log(det(X))", "X[n,n]", "X", ["return np.linalg.inv(X).T"]),
    (
        "a.T @ inv(X) @ b",
        "X[n,n] a[n] b[n]",
        "X",
        ["return -np.outer(np.linalg.solve(X.T, a), np.linalg.solve(X, b))"],
    ),
    (
        "norm(solve(A, b))**2",
        "A[n,n] b[n]",
        "b",
        ["return 2 * np.linalg.solve(A.T, np.linalg.solve(A, b))"],
    ),
    (
        "sum(sin(inv(S)))",
        "S[n,n]",
        "S",
        ["t1 = np.linalg.inv(S)", "return -(t1.T @ np.cos(t1) @ t1.T)"],
    ),
    (
        "softmax(x)",
        "x[n]",
        "x",
        ["t1 = softmax(x)", "return np.diag(t1) - np.outer(t1, t1)"],
    ),
    ("logsumexp(A @ x)", "A[m,n] x[n]", "x", ["return A.T @ softmax(A @ x)"]),
    (
        "cross_entropy_logits(y, W @ x)",
        "y[m] W[m,n] x[n]",
        "W",
        ["return np.outer(np.sum(y) * softmax(W @ x) - y, x)"],
    ),
    ("norm(x)", "x[n]", "x", ["return x / norm(x)"]),
    (
        "x / norm(x)",
        "x[n]",
        "x",
        [
            "n = x.shape[0]",
            "t1 = norm(x)",
            "t2 = x / t1",
            "return (np.eye(n, dtype=x.dtype) - np.outer(t2, t2)) / t1",
        ],
    ),
    (
        "W @ x",
        "W[m,n] x[n]",
        "W",
        [
            "m = W.shape[0]",
            "n = x.shape[0]",
            "t1 = np.zeros((m, n, m), dtype=x.dtype)",
            'np.einsum("iji->ij", t1)[...] = x',
            "return t1",
        ],
    ),
    (
        "matrix_power(X, 3)",
        "X[n,n]",
        "X",
        [
            't1 = np.einsum("li,jk->ijkl", X, X)',
            'np.einsum("ijjk->ijk", t1)[...] += (X.T @ X.T)[:, None, :]',
            'np.einsum("ijki->ijk", t1)[...] += X @ X',
            "return t1",
        ],
    ),
    ("A @ B @ x", "A[m,n] B[n,p] x[p]", "x", ["return B.T @ A.T"]),
    (
        'sum(D * einsum("bts,bsd->btd", softmax(einsum("btd,bsd->bts", Q, K), axis=2), V))',
        "Q[b,t,d] K[b,s,d] V[b,s,d] D[b,t,d]",
        "Q",
        [
            "t1 = D @ V.swapaxes(1, 2)",
            "t2 = softmax(Q @ K.swapaxes(1, 2), axis=2)",
            'return ((t1 - np.einsum("ijl,ijl->ij", t1, t2)[:, :, None]) * t2) @ K',
        ],
    ),
    ("cross(w, M @ w)", "w[3] M[3,3]", "M", ["return skew(w).T[:, None, :] * w[:, None]"]),
    (
        "sum(A @ B @ (C @ x))",
        "A[m,n] B[n,p] C[p,q] x[q]",
        "x",
        ["return C.T @ (B.T @ np.sum(A, axis=0))"],
    ),
    ("diag(x) @ A @ y", "x[n] A[n,n] y[n]", "x", ["return np.diag(A @ y)"]),
    ("tr(A @ X.T @ B)", "A[n,m] X[p,m] B[p,n]", "X", ["return B @ A"]),
    ("sum(x) / n", "x[n]", "x", ["n = x.shape[0]", "return np.ones(n, dtype=x.dtype) / n"]),
    ("tr(X @ X @ X)", "X[n,n]", "X", ["return 3 * (X.T @ X.T)"]),
    ("y.T @ diag(B)**3", "y[m] B[m,m]", "y", ["t1 = np.diag(B)", "return t1 * t1**2"]),
    (
        "y.T @ (A @ diag(x) - diag(B))",
        "y[p] A[p,n] x[n] B[n,n]",
        "y",
        ["return A * x - np.diag(B)"],
    ),
    ("sum(erf(x))", "x[n]", "x", ["return 2 * np.exp(-x**2) / math.sqrt(math.pi)"]),
    ("mean(x) + y.T @ x / 2", "x[n] y[n]", "y", ["return x / 2"]),
]


@pytest.mark.parametrize(("expression", "variables", "wrt", "statements"), BY_HAND)
def test_the_code_is_what_a_careful_person_writes(
    expression: str, variables: str, wrt: str, statements: list[str]
) -> None:
    found = body(source(expression, variables, wrt))
    assert found == statements


def test_fractions_of_sizes_keep_their_parentheses_in_a_shape() -> None:
    d = mc.derive('vec(vech(X), order="F")', wrt="X", variables="X[n,m,m]", layout="numerator")
    assert "reshape((m**2*n+m*n) // 2, n, (m**2+m) // 2)" in d.numpy
    x = np.random.default_rng(1).normal(size=(2, 3, 3))
    np.testing.assert_array_equal(run_source(d.numpy, {"X": x}), d.evaluate(X=x))


def test_a_fraction_of_sizes_is_a_whole_number_as_a_parameter() -> None:
    given = {"variables": "X[n,m**2/2+m/2,m,m]", "layout": "denominator"}
    d = mc.derive("sum(vech(vech(X))**3)", wrt="X", **given)
    assert "n=(m**2+m) // 2" in d.numpy
    x = np.random.default_rng(1).normal(size=(2, 3, 2, 2))
    np.testing.assert_allclose(run_source(d.numpy, {"X": x}), d.evaluate(X=x))


def test_a_product_with_a_vector_is_taken_from_the_right() -> None:
    found = body(source("norm(A @ B @ C @ x)**2", "A[m,n] B[n,p] C[p,q] x[q]", "x"))
    assert found == ["return 2 * (C.T @ (B.T @ (A.T @ (A @ (B @ (C @ x))))))"]


def test_the_whole_source_is_a_function_with_its_shapes() -> None:
    assert source("x.T @ A @ x", "x[n] A[n,n]", "x") == (
        "import numpy as np\n"
        "\n"
        "\n"
        "def df_dx(x, A):\n"
        '    """∂f/∂x in denominator layout.\n'
        "\n"
        "    Formula: x.T @ A @ x\n"
        f"    Made by matcalc {mc.__version__}.\n"
        "\n"
        "    Args:\n"
        "        x: shape (n,).\n"
        "        A: shape (n, n).\n"
        "\n"
        "    Returns:\n"
        "        Shape (n,).\n"
        '    """\n'
        "    return (A + A.T) @ x\n"
    )


@pytest.mark.parametrize(
    ("expression", "wrt", "expected"),
    [
        ("sum(tanh(x))", "x", []),
        ("sum(erf(erf(x)))", "x", ["from scipy.special import erf", "import math"]),
        ("sum(gelu(x))", "x", ["from scipy.special import ndtr", "import math"]),
        ("tr(expm(X))", "X", ["from scipy.linalg import expm"]),
        ("det(X)", "X", []),
        ("max(X)", "X", []),
        ("prod(x)", "x", []),
    ],
)
def test_scipy_is_imported_only_for_what_numpy_lacks(
    expression: str, wrt: str, expected: list[str]
) -> None:
    found = imports(source(expression, "x[n] X[n,n]", wrt))
    assert sorted(found) == sorted([*expected, "import numpy as np"])


def test_names_that_python_reserves_get_an_underscore() -> None:
    whole = source("lambda * sum(x**2)", "lambda x[n]", "x")
    assert "def df_dx(lambda_, x):" in whole
    assert body(whole) == ["return 2 * lambda_ * x"]


def test_a_variable_is_never_overwritten_by_a_temporary_or_a_size() -> None:
    whole = source("t1 * sum(sigmoid(t2))", "t1 t2[t3]", "t2")
    assert body(whole)[0] == "t4 = sigmoid(t2)"
    arrays = {"t1": 2.0, "t2": np.array([0.1, 0.5])}
    expected = mc.derive(
        "t1 * sum(sigmoid(t2))", wrt="t2", variables="t1 t2[t3]", layout="denominator"
    ).evaluate(**arrays)
    np.testing.assert_allclose(run_source(whole, arrays), expected)


def test_named_parts_keep_their_names() -> None:
    found = body(source("z = W @ x; a = tanh(z); sum(a**2)", "W[m,n] x[n]", "x"))
    assert found[-1].startswith("return 2 * (W.T @ ")
    assert "a = np.tanh(z)" in found or "a = np.tanh(W @ x)" in found


VIEWS = [
    ("x.T @ y", "x[n] y[n]", "y"),
    ("A @ x", "A[m,n] x[n]", "x"),
    ("tr(outer(x, diag(B)))", "x[m] B[m,m]", "x"),
    ("sum(slice(y, axis=0, start=0, stop=2) * x)", "x[2] y[n]", "x"),
    ('rearrange(Z, "i j k -> (i j k)").T @ x', "x[24] Z[2,3,4]", "x"),
    ("vec(A).T @ x", "x[m*n] A[m,n]", "x"),
    ('einsum("ij,jik->k", X, Z)', "X[2,3] Z[3,2,4]", "X"),
]


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize(("expression", "variables", "wrt"), VIEWS)
def test_a_result_is_never_a_view_of_an_argument(
    expression: str, variables: str, wrt: str, layout: str
) -> None:
    d = mc.derive(expression, wrt=wrt, variables=variables, layout=layout)
    sizes = {"m": 2, "n": 3, "m*n": 6}
    declared = [mc.parse_variable(word) for word in variables.split()]
    rng = np.random.default_rng(0)
    arrays = {v.name: rng.normal(size=[sizes.get(k, k) for k in v.shape]) for v in declared}
    found = run_source(d.numpy, arrays)  # refuses what shares memory
    assert found.flags.writeable
    np.testing.assert_allclose(found, d.evaluate(**arrays))


def test_windows_that_slide_are_seen_once_in_a_call() -> None:
    whole = source("sum(conv2d(x, w)**2)", "x[2,3,6,6] w[4,3,2,2]", "w")
    assert whole.count("windows(") == 3  # its definition, and one call for each axis


@pytest.mark.parametrize("seed", range(60))
def test_products_with_letters_are_what_they_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names, letters = "ABCD"[: rng.integers(2, 5)], "ijklm"
    axes = ["".join(rng.permutation(list(letters))[: rng.integers(1, 5)]) for _ in names]
    used = sorted({letter for one in axes for letter in one})
    output = "".join(rng.permutation(used)[: rng.integers(0, len(used) + 1)])
    sizes = dict(zip(letters, (2, 3, 4, 5, 6), strict=True))
    arrays = {
        name: rng.normal(size=[sizes[letter] for letter in one])
        for name, one in zip(names, axes, strict=True)
    }
    variables = " ".join(f"{name}[{','.join(one)}]" for name, one in zip(names, axes, strict=True))
    product = f'einsum("{",".join(axes)}->{output}", {", ".join(names)})'
    d = mc.derive(f"sum(sin({product}))", wrt="A", variables=variables, layout="denominator")
    np.testing.assert_allclose(run_source(d.numpy, arrays), d.evaluate(**arrays), 1e-9, 1e-12)


def test_a_delta_is_added_to_a_copy_of_an_argument() -> None:
    d = mc.derive("(A + a * eye(n)) @ x", wrt="x", variables="A[n,n] a x[n]", layout="numerator")
    arrays = {"A": np.ones((2, 2)), "a": np.array(3.0)}
    np.testing.assert_array_equal(run_source(d.numpy, arrays), [[4.0, 1.0], [1.0, 4.0]])
    np.testing.assert_array_equal(arrays["A"], np.ones((2, 2)))


def test_vectors_are_one_dimensional_in_both_layouts() -> None:
    for layout in ("numerator", "denominator"):
        whole = source("x.T @ A @ x", "x[n] A[n,n]", "x", layout)
        found = run_source(whole, {"x": np.array([1.0, 2.0]), "A": np.eye(2)})
        assert found.shape == (2,)


def test_a_number_is_a_float() -> None:
    whole = source("2 * a", "a", "a")
    assert body(whole) == ["return 2.0"]


def test_a_scalar_variable_is_returned_as_it_is() -> None:
    whole = source("a * b", "a b", "a")
    assert run_source(whole, {"a": 1.0, "b": 2.5}) == 2.5


def test_functions_that_nobody_declared_are_arguments() -> None:
    whole = source("sum(g(W @ x))", "W[m,n] x[n]", "W")
    assert "def df_dW(W, x, dg):" in whole
    assert body(whole) == ["return np.outer(dg(W @ x), x)"]


def test_every_name_in_the_code_is_known() -> None:
    for expression, variables, wrt, *_ in BY_HAND + VIEWS:
        tree = ast.parse(source(expression, variables, wrt))
        loaded = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        known = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _is_stored(n)}
        known |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        known |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        known |= {a.asname or a.name for n in ast.walk(tree) for a in getattr(n, "names", [])}
        assert loaded <= known | {"range"}, expression


def _is_stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


@pytest.mark.parametrize(
    ("expression", "wrt"),
    [
        ("sum(sigmoid(W @ x))", "x"),
        ("sum(diag(x) @ W @ y)", "x"),
        ("norm(W @ (W.T @ (W @ x)))**2", "x"),
        ("x.T @ (y @ y.T) @ x + sum(softmax(x))", "x"),
        ("tr(x @ y.T)", "x"),
    ],
)
def test_a_gradient_allocates_vectors_only(expression: str, wrt: str) -> None:
    size = 1000
    rng = np.random.default_rng(0)
    arrays = {"W": rng.normal(size=(size, size)), "x": rng.normal(size=size)}
    arrays["y"] = rng.normal(size=size)
    function = _function(source(expression, "W[n,n] x[n] y[n]", wrt))
    given = {name: arrays[name] for name in function.__code__.co_varnames if name in arrays}
    function(**given)
    tracemalloc.start()
    try:
        function(**given)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * 8 * size


def _function(whole: str) -> Any:
    space: dict[str, Any] = {}
    exec(compile(whole, "<generated>", "exec"), space)  # noqa: S102 - it is what we test
    return [one for one in space.values() if callable(one) and hasattr(one, "__code__")][-1]


@pytest.mark.parametrize(
    ("formula", "variables", "x", "right"),
    [
        ("sum(x**5)", "x[n]", np.array([10_000, 3]), [5e16, 405.0]),
        ("sum(x**6)", "x[n]", np.array([30_000, -1]), [6 * 3e4**5, -6.0]),
        ("sum((x + 1)**4)", "x[n]", np.array([2_999_999, 1]), [4 * 3e6**3, 32.0]),
        ("x**4", "x", 1e200, np.inf),
        ("norm(x)", "x[n]", np.array([100, 0], np.int8), [1.0, 0.0]),
        ("norm(x)", "x[n]", np.array([300, 400], np.int16), [0.6, 0.8]),
        ("x**6", "x", 30_000, 6 * 3e4**5),
    ],
)
def test_high_powers_of_whole_numbers_and_of_numbers_of_python(
    formula: str, variables: str, x: object, right: object
) -> None:
    space: dict[str, Any] = {}
    exec(source(formula, variables, "x"), space)  # noqa: S102 - our own source
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(space["df_dx"](x), right)


def test_powers_keep_the_type_of_their_floats() -> None:
    space: dict[str, Any] = {}
    exec(source("sum(x**5)", "x[n]", "x"), space)  # noqa: S102 - our own source
    assert space["df_dx"](np.ones(2, np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("sum(exp(X @ w))", ["t1 = np.sqrt(np.exp(X @ w))[:, None] * X", "return t1.T @ t1"]),
        ("sum((X @ w)**3)", ["return 6 * ((X.T * (X @ w)) @ X)"]),  # of either sign
    ],
)
def test_half_of_a_product_is_computed_where_its_weights_are_never_negative(
    expression: str, lines: list[str]
) -> None:
    made = mc.derive(expression, wrt="w", variables="X[m,n] w[n]", layout="denominator", order=2)
    assert body(made.numpy) == lines
    assert "sqrt" not in made.torch
    assert "sqrt" not in made.jax


def test_rows_are_scaled_as_they_stand_and_a_number_goes_into_the_smallest_part() -> None:
    lines = body(source("sum(D * layer_norm(X, g, b))", "X[m,8] D[m,8] g[8] b[8]", "X"))
    assert "t1 *= t3[:, None]" in lines
    assert any('(np.einsum("ij,ij->i", t4, t1) / 8)[:, None] * t1' in line for line in lines)


@pytest.mark.parametrize(
    ("formula", "wrt", "variables"),
    [
        ("tanh(X @ W) @ V", "X", "X[n,d] W[d,h] V[h,k]"),
        ("A @ diag(x) @ B @ diag(x) @ C", "x", "A[k,l] B[l,l] C[l,m] x[l]"),
    ],
)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_one_sum_of_many_factors_is_a_product_of_matrices(
    formula: str, wrt: str, variables: str, layout: str
) -> None:
    d = mc.derive(formula, wrt=wrt, variables=variables, layout=layout)
    assert "optimize" not in d.numpy
    rng, sizes = np.random.default_rng(1), {"d": 2, "h": 3, "k": 4, "l": 5, "m": 6, "n": 7}
    declared = [mc.parse_variable(word) for word in variables.split()]
    arrays = {v.name: rng.normal(size=[sizes[str(k)] for k in v.shape]) for v in declared}
    np.testing.assert_allclose(d.compile()(**arrays), d.evaluate(**arrays), atol=1e-12)


def test_outer_factors_are_taken_last() -> None:
    """What shares letters is multiplied first, as matrices: no order is sought at each call."""
    shapes = "W1[h,n] W2[k,h] W3[m,k] x[n]"
    for layout in ("numerator", "denominator"):
        by_weights = mc.derive(
            "W3 @ tanh(W2 @ tanh(W1 @ x))", wrt="W1", variables=shapes, layout=layout
        )
        turn = mc.derive("cross(w, M @ w)", wrt="M", variables="w[3] M[3,3]", layout=layout)
        for one in (by_weights, turn):
            assert "optimize" not in one.numpy
        sizes = {"h": 2, "n": 3, "k": 4, "m": 5}
        random = np.random.default_rng(0)
        given = {
            name: random.normal(size=[sizes[k] for k in axes])
            for name, axes in {"W1": "hn", "W2": "kh", "W3": "mk", "x": "n"}.items()
        }
        found = by_weights.compile()(**given)
        np.testing.assert_allclose(found, by_weights.evaluate(**given))
        w = random.normal(size=3)
        np.testing.assert_allclose(turn.compile()(w=w), turn.evaluate(w=w, M=np.eye(3)))


def test_what_is_propagated_back_is_multiplied_with_a_number_once() -> None:
    """Where ``2 * v`` is returned, ``2 * (A @ v)`` is ``A @ (2 * v)``: the recursion of books."""
    both = mc.value_and_grad(
        "sum((W3 @ tanh(W2 @ tanh(W1 @ x + b1) + b2) + b3 - y)**2)", wrt=["b1", "b2", "b3"],
        variables="W1[3,2] b1[3] W2[5,3] b2[5] W3[7,5] b3[7] x[2] y[7]", layout="denominator",
    )  # fmt: skip
    assert body(both.numpy)[-4:] == [
        "df_db3 = 2 * t3",
        "df_db2 = (1 - t2**2) * (W3.T @ df_db3)",
        "df_db1 = (1 - t1**2) * (W2.T @ df_db2)",
        "return f, (df_db1, df_db2, df_db3)",
    ]


def test_a_size_may_be_a_number_of_numpy() -> None:
    ones = mc.derive("sum(x) / m", wrt="x", variables="x[n]", layout="denominator").compile()
    for m in (np.int64(2), np.int64(5), 3):
        np.testing.assert_allclose(ones(x=np.ones(3), m=m), np.full(3, 1 / m))


def test_a_factor_of_letters_that_are_there_is_multiplied_before_the_outer_ones() -> None:
    """A Jacobian of layers is one outer product of a matrix: no einsum of three arrays."""
    made = mc.derive(
        "W3 @ tanh(W2 @ tanh(W1 @ x))", wrt="W1", variables="W1[h,n] W2[k,h] W3[m,k] x[n]",
        layout="denominator",
    )  # fmt: skip
    assert "einsum" not in made.numpy

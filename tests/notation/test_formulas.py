import json
import sys
from pathlib import Path

import numpy as np
import pytest

import matcalc as mc
from matcalc.checking.registration import example_points
from matcalc.derivative import derivatives
from matcalc.expression import read_formula
from matcalc.graph import Node, transposed
from matcalc.notation import text, write
from matcalc.operations import RULES, parse_signature
from matcalc.plan import evaluate
from matcalc.variables import Variable, parse_variable

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracle"
CASES = [
    (name, signature, operand.name)
    for name, rule in RULES.items()
    for signature in rule.signatures
    for operand in parse_signature(signature).operands
    if name not in ("products_of_other_pairs", "polar_factor", "top_singular", "function", "mapped")
]


def formula(expression: str, variables: str, wrt: str) -> str:
    declared = [parse_variable(word) for word in variables.split()]
    read = read_formula(expression, {variable.name: variable for variable in declared})
    node = derivatives(read.node, [read.symbols[wrt]])[0]
    above = len(read.node.shape)  # denominator layout: the variable's axes, then these reversed
    axes = [*range(above, len(node.shape)), *range(above)[::-1]]
    return text(write(transposed(node, axes), list(read.symbols)))


@pytest.mark.parametrize(
    ("expression", "variables", "wrt", "expected"),
    [
        ("x.T @ A @ x", "x[n] A[n,n]", "x", "(A + A.T) @ x"),
        ("log(det(X))", "X[n,n]", "X", "adj(X).T / det(X)"),
        ("logdet(X)", "X[n,n]", "X", "inv(X).T"),
        ("(A @ x - b).T @ (A @ x - b)", "A[m,n] x[n] b[m]", "x", "2 * A.T @ (A @ x - b)"),
        ("sum(sigmoid(x))", "x[n]", "x", "sigmoid(x) * (1 - sigmoid(x))"),
        ("softmax(x)", "x[n]", "x", "diag(softmax(x)) - softmax(x) @ softmax(x).T"),
        ("tr(A @ X @ B)", "A[m,n] X[n,p] B[p,m]", "X", "A.T @ B.T"),
        ("a.T @ X @ b", "a[m] X[m,n] b[n]", "X", "a @ b.T"),
        ("A @ x", "A[m,n] x[n]", "x", "A.T"),
        ("sum(x) / n", "x[n]", "x", "ones(n) / n"),
        ("tr(X.T @ X) + 1", "X[m,n]", "X", "2 * X"),
        ("exp(tr(X))", "X[n,n]", "X", "exp(tr(X)) * eye(n)"),
        ("W @ g(x)", "W[m,n] x[n]", "x", "diag(g'(x)) @ W.T"),
        ("exp(x.T @ x)", "x[n]", "x", "2 * exp(x.T @ x) * x"),
        ("exp(norm(x - a)**2)", "x[n] a[n]", "x", "2 * exp(norm(x - a)**2) * (x - a)"),
    ],
)
def test_derivatives_are_written_as_books_write_them(
    expression: str, variables: str, wrt: str, expected: str
) -> None:
    assert formula(expression, variables, wrt) == expected


@pytest.mark.parametrize(("name", "signature", "operand"), CASES)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_what_is_printed_can_be_read_again_and_means_the_same(
    name: str, signature: str, operand: str, layout: str
) -> None:
    points = example_points(signature, np.random.default_rng(1))
    variables = {one: Variable(one, array.shape) for one, array in points.items()}
    rule = mc.rules.__getattr__(name)
    J = rule(**variables, of="result", wrt=operand, **RULES[name].parameters).to(layout)
    again = read_formula(J.text, variables).node
    order = [J._written.stored.index(axis) for (axis,) in J._written.form]
    expected = evaluate(transposed(J.node, order), points)
    np.testing.assert_allclose(evaluate(again, points), expected, rtol=1e-9, atol=1e-11)


def test_a_derivative_of_arrays_has_no_formula() -> None:
    with pytest.raises(mc.UnboundError, match="holds arrays, which have no names"):
        _ = mc.rules.exp([1.0, 2.0]).text


def test_a_gradient_lies_in_numerator_layout_and_stands_in_denominator_layout() -> None:
    J = mc.rules.inner("x[n]", "y[n]", wrt="x")
    assert (J.text, J.to("denominator").text) == ("y.T", "y")


def test_what_recurs_in_a_deep_network_has_a_name() -> None:
    layers = "; ".join(f"a{k + 1} = tanh(W @ a{k})" for k in range(40))
    variables = {"W": Variable("W", ("n", "n")), "a0": Variable("a0", ("n",))}
    read = read_formula(f"{layers}; sum(a40)", variables)
    node = derivatives(read.node, [read.symbols["a0"]])[0]
    shown = text(write(node, ["W", "a0"]))
    assert len(shown) < 20_000
    arrays = {"W": np.array([[0.5, -0.3], [0.2, 0.4]]), "a0": np.array([0.3, -0.6])}
    again = evaluate(read_formula(shown, variables).node, arrays)
    np.testing.assert_allclose(again, evaluate(node, arrays), rtol=1e-10)


def test_the_name_of_what_recurs_is_never_that_of_a_variable() -> None:
    layers = "; ".join(f"a{k + 1} = tanh(t1 @ a{k})" for k in range(20))
    variables = {"t1": Variable("t1", ("t2", "t2")), "a0": Variable("a0", ("t2",))}
    read = read_formula(f"{layers}; sum(a20)", variables)
    node = derivatives(read.node, [read.symbols["a0"]])[0]
    shown = text(write(node))
    arrays = {"t1": np.array([[0.5, -0.3], [0.2, 0.4]]), "a0": np.array([0.3, -0.6])}
    again = evaluate(read_formula(shown, variables).node, arrays)
    np.testing.assert_allclose(again, evaluate(node, arrays), rtol=1e-10)


def records() -> list[dict[str, object]]:
    path = ORACLE / "open.jsonl"
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [record for record in map(json.loads, lines) if not record.get("structure")]


@pytest.mark.skipif(not records(), reason="the oracle lies beside the project in CI alone")
def test_formulas_of_the_oracle_are_read_again_and_are_in_matrix_notation() -> None:
    sys.path.insert(0, str(ORACLE))
    import verify  # noqa: PLC0415 - it lies beside the project

    matrix: list[bool] = []
    for record in records():
        shapes = {k: verify.var_spec(v)["shape"] for k, v in record["variables"].items()}
        variables = {k: Variable(k, tuple(s)) for k, s in shapes.items()}
        node: Node = read_formula(str(record["expression"]), variables).node
        symbols = read_formula(str(record["expression"]), variables).symbols
        wrt = record["wrt"]
        order, used = [*range(len(node.shape))], len(node.shape)
        for name in wrt if isinstance(wrt, list) else [wrt] * record["order"]:
            node = derivatives(node, [symbols[name]])[0]
            order += range(used + len(shapes[name]) - 1, used - 1, -1)
            used += len(shapes[name])
        arrays = {k: np.asarray(v, float) for k, v in verify.point(record, 0).items()}
        for layout in ("numerator", "denominator"):
            axes = order if layout == "numerator" else order[::-1]
            shown = text(write(transposed(node, axes), list(symbols)))
            given = evaluate(read_formula(shown, variables).node, arrays, record["dims"])
            expected = np.asarray(
                verify.np_eval(record["expected"][layout]["expr"], arrays, record)
            )
            assert given.shape == expected.shape, (record["id"], shown)
            assert verify.rel_error(given, expected) < 1e-8, (record["id"], shown)
            if len(order) <= 2 and "einsum" not in record["expected"]["numerator"]["expr"]:
                matrix.append("einsum" not in shown)
    assert sum(matrix) >= 0.97 * len(matrix)


ROWS = [
    ("x.T @ A.T @ A @ x / (x.T @ x)", "2 (xᵀ Aᵀ A − (xᵀ Aᵀ A x) xᵀ / (xᵀ x)) / (xᵀ x)"),
    ("sum(x) / norm(x)", "(1ₙᵀ − sum(x) xᵀ / (xᵀ x)) / ‖x‖"),
    ("a.T @ x / (1 + x.T @ x)", "(aᵀ − 2 (aᵀ x) xᵀ / (xᵀ x + 1)) / (xᵀ x + 1)"),
    ("norm(A @ x - a)**2 + norm(x)**2", "2 ((A x − a)ᵀ A + xᵀ)"),
    ("norm(A @ x - a) + sum(abs(x))", "(A x − a)ᵀ A / ‖A x − a‖ + sign(x)ᵀ"),
    ("x.T @ A @ x + a.T @ x", "xᵀ (A + Aᵀ) + aᵀ"),
    ("norm(x - a)", "(x − a)ᵀ / ‖x − a‖"),
    # a product entry by entry has no form of a row, which the others keep
    ("sum(abs(x) * a) + x.T @ A @ x", "(sign(x) ⊙ a)ᵀ + xᵀ (A + Aᵀ)"),
    ("sum(sin(x) * a) + a.T @ x", "(cos(x) ⊙ a + a)ᵀ"),
    ("sum(x**3) + x.T @ x", "(2 x + 3 x⊙²)ᵀ"),
    ("sum(x**3) + x.T @ a * sum(x)", "(aᵀ x) 1ₙᵀ + 3 (x⊙²)ᵀ + sum(x) aᵀ"),
    ("sum(a * x**2) + norm(A @ x - a)**2", "2 ((a ⊙ x)ᵀ + (A x − a)ᵀ A)"),
]


@pytest.mark.parametrize(("formula", "form"), ROWS)
def test_in_numerator_layout_the_terms_of_a_sum_are_rows(formula: str, form: str) -> None:
    found = mc.derive(formula, wrt="x", variables="x[n] a[n] A[n,n]", layout="numerator")
    assert found.unicode == form


@pytest.mark.parametrize(
    ("formula", "wrt", "form"),
    [
        ("norm(x @ x.T - A)**2", "x", "2 (2 x xᵀ − A − Aᵀ) x"),
        ("norm(A - B @ B.T)**2", "B", "−2 (A + Aᵀ − 2 B Bᵀ) B"),
        ("norm(B.T @ B - A)**2", "B", "2 B (2 Bᵀ B − A − Aᵀ)"),
    ],
)
def test_a_sum_and_its_transpose_meet_term_by_term(formula: str, wrt: str, form: str) -> None:
    variables = "x[n] A[n,n] B[n,n]"
    found = mc.derive(formula, wrt=wrt, variables=variables, layout="denominator")
    assert found.unicode == form

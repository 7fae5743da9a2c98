import json
import sys
from pathlib import Path

import numpy as np
import pytest

from matcalc.derivative import derivatives
from matcalc.errors import NotationError, ShapeError
from matcalc.expression import Formula, read_formula
from matcalc.graph import einsum, symbol
from matcalc.plan import evaluate
from matcalc.variables import parse_variable

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracle"


def read(formula: str, variables: str) -> Formula:
    declared = [parse_variable(word) for word in variables.split()]
    return read_formula(formula, {variable.name: variable for variable in declared})


# The table of readings, row by row.
def test_a_column_times_a_row_is_an_outer_product_also_at_equal_sizes() -> None:
    found = read("x @ y.T", "x[n] y[n]").node
    assert found is einsum("i, j -> i j", symbol("x", ("n",)), symbol("y", ("n",)))


def test_a_written_transpose_is_never_ignored() -> None:
    with pytest.raises(ShapeError, match=r"m×n @ 1×n does not fit: n against 1"):
        read("A @ x.T", "A[m,n] x[n]")


def test_a_formula_is_not_read_in_two_ways_at_once() -> None:
    with pytest.raises(ShapeError, match=r"n×1 @ n×1 does not fit") as caught:
        read("x.T @ A @ x + b @ x", "x[n] A[n,n] b[n]")
    place = caught.value.places[0]
    assert place.text[place.start : place.stop] == "b @ x"


def test_a_matrix_times_a_vector_entry_by_entry_is_refused_with_advice() -> None:
    with pytest.raises(ShapeError, match=r"diag\(x\) @ A, to scale columns A @ diag\(x\)"):
        read("A * x", "A[n,n] x[n]")


def test_a_bias_is_added_to_every_row_and_said() -> None:
    found = read("X @ W + b", "X[m,k] W[k,n] b[n]")
    assert found.notes == ("n×1 is added to every row of m×n",)
    X, W, b = np.ones((3, 2)), np.ones((2, 4)), np.arange(4.0)
    np.testing.assert_array_equal(evaluate(found.node, {"X": X, "W": W, "b": b}), X @ W + b)


def test_a_row_and_a_column_are_not_multiplied_entry_by_entry() -> None:
    with pytest.raises(ShapeError, match="one is a row, the other a column"):
        read("d.T * s", "d[n] s[n]")


def test_a_vector_from_the_left_is_read_as_one_dimensional() -> None:
    found = read("x @ A", "x[m] A[m,n]")
    assert not found.columns
    assert found.node.shape == ("n",)


def test_declared_rank_two_stays_rank_two() -> None:
    assert read("x.T @ A @ x", "x[n,1] A[n,n]").node.shape == (1, 1)
    assert read("x @ W", "x[m] W[1,n]").node.shape == ("m", "n")


def test_products_are_read_from_the_left() -> None:
    with pytest.raises(ShapeError, match="s"):
        read("s * W.T @ d", "s[n] W[m,n] d[m]")


def test_dimensions_are_whole_numbers_in_formulas() -> None:
    found = read("sum(x) / n", "x[n]").node
    assert evaluate(found, {"x": np.array([1.0, 2.0, 6.0])}) == 3.0


def test_a_name_that_nobody_declared_is_said() -> None:
    assert "k is not declared" in read("k * sum(x)", "x[n]").notes[0]


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("sin @ x", "sin is a function: write sin"),
        ("sigmiod(x)", "near: sigmoid"),
        ("x / 0", "division by zero"),
        ("x ** 1000", "a constant exponent lies between"),
        ("eye(1/2)", "a size is a number or a dimension"),
        ("softmax(x, axes=0)", "softmax is written softmax"),
        ('"a" + x', "text and tuples belong in functions"),
    ],
)
def test_what_means_nothing_is_refused(formula: str, message: str) -> None:
    with pytest.raises((NotationError, LookupError), match=message):
        read(formula, "x[n] A[n,n]")


def test_undeclared_functions_differentiate_to_their_primes() -> None:
    found = read("sum(g(x))", "x[n]")
    slope = derivatives(found.node, [found.symbols["x"]])[0]
    assert slope is read("g'(x)", "x[n]").node


def test_assignments_name_parts() -> None:
    found = read("z = W @ x; a = tanh(z); sum(a)", "W[m,n] x[n]")
    assert found.node is read("sum(tanh(W @ x))", "W[m,n] x[n]").node
    assert list(found.named) == ["z", "a"]


def records() -> list[dict[str, object]]:
    path = ORACLE / "open.jsonl"
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [record for record in map(json.loads, lines) if not record.get("structure")]


@pytest.mark.skipif(not records(), reason="the oracle lies beside the project in CI alone")
def test_derivatives_of_formulas_agree_with_the_oracle_in_both_layouts() -> None:
    sys.path.insert(0, str(ORACLE))
    import verify  # noqa: PLC0415 - it lies beside the project

    checked = 0
    for record in records():
        shapes = {k: verify.var_spec(v)["shape"] for k, v in record["variables"].items()}
        variables = " ".join(f"{k}[{','.join(map(str, s))}]" for k, s in shapes.items())
        wrt = record["wrt"]
        names = wrt if isinstance(wrt, list) else [wrt] * record["order"]
        for formula in filter(None, (record["expression"], record.get("columns"))):
            found = read(formula, variables)
            node, order, used = found.node, [*range(len(found.node.shape))], len(found.node.shape)
            for name in names:
                node = derivatives(node, [found.symbols[name]])[0]
                rank = len(shapes[name])
                order += range(used + rank - 1, used - 1, -1)
                used += rank
            arrays = {k: np.asarray(v, float) for k, v in verify.point(record, 0).items()}
            numerator = evaluate(node, arrays, record["dims"]).transpose(order)
            for layout, given in (("numerator", numerator), ("denominator", numerator.T)):
                expected = verify.np_eval(record["expected"][layout]["expr"], arrays, record)
                assert given.shape == np.shape(expected), record["id"]
                assert verify.rel_error(given, np.asarray(expected)) < 1e-8, record["id"]
                checked += 1
    assert checked > 900

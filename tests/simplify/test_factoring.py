"""What terms of a sum share is pulled out, and what would be longer for it is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcalc.expression import parse_declarations, read_formula
from matcalc.graph import Node, Sum
from matcalc.notation import text, write
from matcalc.plan import evaluate
from matcalc.simplify.factoring import factored

DECLARED = "A[3,3] B[3,3] D[3,3] x[3] y[3] z[3] a b"
SHAPES = {name: one.variable for name, one in parse_declarations(DECLARED).items()}
RANDOM = np.random.default_rng(0)
ARRAYS = {name: RANDOM.normal(size=one.shape) for name, one in SHAPES.items()}


def node_of(formula: str) -> Node:
    return read_formula(formula, SHAPES).node


@pytest.mark.parametrize(
    ("formula", "short"),
    [
        ("a * x + a * b * y", "a * (x + b * y)"),
        ("2 * x + 4 * y", "2 * (x + 2 * y)"),
        ("x * y + x * z", "x * (y + z)"),
        ("x**2 * y - x**3 * z", "x**2 * (y - x * z)"),
        ("x / y + z / y", "(x + z) / y"),
        ("A @ x + B @ x", "(A + B) @ x"),
        ("D @ A + D @ B", "D @ (A + B)"),
        ("A @ D - B @ D", "(A - B) @ D"),
        ("a * A @ x + a * B @ x", "a * (A + B) @ x"),
    ],
)
def test_what_all_terms_share_stands_outside_once(formula: str, short: str) -> None:
    found = factored(node_of(formula))
    assert text(write(found)) == short
    assert not isinstance(found, Sum)
    np.testing.assert_allclose(evaluate(found, ARRAYS), evaluate(node_of(formula), ARRAYS))


@pytest.mark.parametrize("formula", ["x + y", "A @ x + B @ y", "x * y + y * z + z * x", "-x - y"])
def test_a_sum_without_anything_in_common_stays(formula: str) -> None:
    found = node_of(formula)
    assert factored(found) is found


def test_an_end_that_some_terms_share_is_pulled_out_of_these() -> None:
    found = factored(node_of("A @ x + B @ x + y"))
    assert text(write(found)) == "y + (A + B) @ x"


@given(st.lists(st.sampled_from(["a", "2 * a", "-b", "a * b", "3"]), min_size=2, max_size=4),
       st.lists(st.sampled_from(["x", "x * y", "A @ x", "A @ y", "x**2", "x / y"]), min_size=4,
                max_size=4))  # fmt: skip
def test_no_value_changes(scalars: list[str], vectors: list[str]) -> None:
    formula = " + ".join(f"({k}) * ({v})" for k, v in zip(scalars, vectors, strict=False))
    node = node_of(formula)
    np.testing.assert_allclose(evaluate(factored(node), ARRAYS), evaluate(node, ARRAYS), atol=1e-12)

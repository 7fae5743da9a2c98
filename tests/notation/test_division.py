import numpy as np
import pytest

from matcalc.expression import read_formula
from matcalc.expression.parser import parse
from matcalc.expression.tokens import DEPTH
from matcalc.graph import Node, add, apply, einsum, symbol
from matcalc.notation import division, text, write
from matcalc.notation.formulas import WrittenFormula
from matcalc.plan import evaluate
from matcalc.variables import Variable

X = np.array([[0.2, -0.4], [0.3, 0.1]])


def _parentheses(shown: str) -> int:
    deepest = depth = 0
    for character in shown:
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return deepest


def _chain(length: int) -> tuple[Node, dict[str, Variable], dict[str, np.ndarray]]:
    """Products with matrices and entry by entry in turns: nested when they are written."""
    node: Node = symbol("x", (2,))
    rng = np.random.default_rng(0)
    arrays = {"x": rng.normal(size=2)}
    for k in range(length):
        node = einsum("i j, j -> i", symbol(f"A{k}", (2, 2)), node)
        node = einsum("i, i -> i", symbol(f"d{k}", (2,)), node)
        arrays |= {f"A{k}": rng.normal(size=(2, 2)), f"d{k}": rng.normal(size=2)}
    return node, {name: Variable(name, a.shape) for name, a in arrays.items()}, arrays


@pytest.mark.parametrize("row", [False, True])
def test_a_deep_formula_is_divided_and_means_the_same(row: bool) -> None:
    node, variables, arrays = _chain(300)
    written = write(node, row=row)
    shown = text(written)
    assert written.lets
    assert _parentheses(shown) < DEPTH
    assert all(len(part.steps) <= division.STEPS for part in parse(shown))
    again = evaluate(read_formula(shown, variables).node, arrays)
    np.testing.assert_allclose(again, evaluate(node, arrays), rtol=1e-10)


@pytest.mark.parametrize("indices", [False, True])
def test_five_thousand_products_are_written(indices: bool) -> None:
    node, *_ = _chain(5000)
    shown = text(write(node, row=True, indices=indices))
    assert _parentheses(shown) < DEPTH


def test_a_long_product_of_matrices_alone_stays_one_formula() -> None:
    node: Node = symbol("A0", (2, 2))
    for k in range(1, 300):
        node = einsum("i j, j k -> i k", node, symbol(f"A{k}", (2, 2)))
    assert text(write(node)) == " @ ".join(f"A{k}" for k in range(300))


def test_a_formula_that_is_not_long_has_no_lets() -> None:
    node, *_ = _chain(30)
    assert not write(node).lets


def test_a_sum_of_very_many_terms_is_divided_and_means_the_same() -> None:
    names = [f"x{k}" for k in range(1500)]
    node = add([apply("tanh", (symbol(name, (2,)),), (2,)) for name in names])
    node = einsum("i, i -> i", node, symbol("x0", (2,)))
    shown = text(write(node, names))
    assert all(len(part.steps) <= division.STEPS for part in parse(shown))
    variables = {name: Variable(name, (2,)) for name in names}
    arrays = {name: np.array([k / 1000, 1.0]) for k, name in enumerate(names)}
    again = evaluate(read_formula(shown, variables).node, arrays)
    np.testing.assert_allclose(again, evaluate(node, arrays), rtol=1e-10)


def test_what_recurs_is_named_where_the_formula_would_repeat_itself() -> None:
    W, h = symbol("W", (2, 2)), symbol("x", (2,))
    sums: list[Node] = []
    node: Node = h
    for _ in range(100):
        node = apply("tanh", (einsum("i j, j -> i", W, node),), (2,))
        sums.append(einsum("i, j -> i j", node, h))
    written: WrittenFormula = write(add(sums))
    shown = text(written)
    assert len(shown) < 10_000
    arrays = {"W": X, "x": np.array([0.3, 0.7])}
    variables = {name: Variable(name, array.shape) for name, array in arrays.items()}
    again = evaluate(read_formula(shown, variables).node, arrays)
    np.testing.assert_allclose(again, evaluate(add(sums), arrays), rtol=1e-10)

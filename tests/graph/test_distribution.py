import tracemalloc

import numpy as np
import pytest

from matcalc.graph import Node, add, einsum, symbol
from matcalc.graph.distribution import distribute
from matcalc.plan import evaluate

RNG = np.random.default_rng(0)


def _residual(k: int, n: int) -> Node:
    """``I + A_k``."""
    return add([einsum("-> i i", sizes={"i": n}), symbol(f"A{k}", (n, n))])


def test_an_identity_in_a_sum_is_never_filled_in() -> None:
    n = 2000
    u, v = symbol("u", (n,)), symbol("v", (n,))
    matrix = add([einsum("-> i i", sizes={"i": n}), einsum("i, j -> i j", u, u)])
    arrays = {"u": RNG.normal(size=n), "v": RNG.normal(size=n)}
    node = einsum("i j, j -> i", matrix, v)
    tracemalloc.start()
    found = evaluate(node, arrays)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_allclose(found, arrays["v"] + arrays["u"] * (arrays["u"] @ arrays["v"]))
    assert peak < 8 * n * n / 20


@pytest.fixture(params=[3, 70], ids=["small", "large"])
def n(request: pytest.FixtureRequest) -> int:
    """A size where sums are cheaply written out, and one where they are distributed."""
    return int(request.param)


@pytest.mark.parametrize("length", [1, 2, 5, 20, 60])
def test_nested_residuals_equal_their_matrices(length: int, n: int) -> None:
    arrays = {f"A{k}": RNG.normal(size=(n, n)) / (2 * n) for k in range(length)} | {
        "v": RNG.normal(size=n)
    }
    node: Node = symbol("v", (n,))
    expected = arrays["v"]
    for k in range(length):
        node = einsum("i j, j -> i", _residual(k, n), node)
        expected = expected + arrays[f"A{k}"] @ expected
    np.testing.assert_allclose(evaluate(node, arrays), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("length", [2, 5, 20, 60])
def test_a_product_of_many_residuals_equals_their_matrices(length: int, n: int) -> None:
    arrays = {f"A{k}": RNG.normal(size=(n, n)) / (2 * n) for k in range(length)} | {
        "v": RNG.normal(size=n)
    }
    labels = [f"l{k} l{k + 1}" for k in range(length)]
    pattern = f"{', '.join(labels)}, l{length} -> l0"
    node = einsum(pattern, *(_residual(k, n) for k in range(length)), symbol("v", (n,)))
    expected = arrays["v"]
    for k in reversed(range(length)):
        expected = expected + arrays[f"A{k}"] @ expected
    np.testing.assert_allclose(evaluate(node, arrays), expected, rtol=1e-9, atol=1e-12)


def test_a_square_of_a_structured_sum_is_right(n: int) -> None:
    node = einsum("i j, i j -> i j", _residual(0, n), _residual(0, n))
    A = RNG.normal(size=(n, n))
    np.testing.assert_allclose(evaluate(node, {"A0": A}), (np.eye(n) + A) ** 2, rtol=1e-12)


def test_a_graph_without_structure_is_left_as_it_is() -> None:
    node = einsum("i j, j -> i", symbol("A", (2, 3)), symbol("x", (3,)))
    assert distribute([node]) == [node]

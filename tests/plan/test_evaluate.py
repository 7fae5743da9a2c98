import tracemalloc
from itertools import combinations

import numpy as np
import pytest

import matcalc as mc
from matcalc import ShapeError, TooLargeError, UnboundError
from matcalc.graph import Node, add, einsum, number, scaled, symbol, zero
from matcalc.graph.nodes import ONE
from matcalc.plan import evaluate, running
from matcalc.plan.planning import plan_of

RNG = np.random.default_rng(0)


def test_named_dimensions_take_their_sizes_from_the_arrays() -> None:
    x = symbol("x", ("n",))
    mean = scaled(einsum("i ->", x), ONE.times_size("n", -1))
    np.testing.assert_allclose(evaluate(mean, {"x": np.array([1.0, 2.0, 6.0])}), 3.0)


def test_sizes_may_be_given_where_no_array_tells_them() -> None:
    identity = einsum("-> i i", sizes={"i": "n"})
    np.testing.assert_array_equal(evaluate(identity, sizes={"n": 3}), np.eye(3))


def test_a_dimension_without_a_size_is_named() -> None:
    with pytest.raises(UnboundError, match="the dimension n has no size"):
        evaluate(einsum("-> i i", sizes={"i": "n"}))


def test_a_symbol_without_an_array_is_named() -> None:
    with pytest.raises(UnboundError, match="W has no numbers"):
        evaluate(symbol("W", (2,)))


@pytest.mark.parametrize("shape", [(2, 3), (5, 2)])
def test_an_array_of_another_shape_is_refused_with_both_shapes(shape: tuple[int, int]) -> None:
    with pytest.raises(ShapeError) as caught:
        evaluate(symbol("W", (3, 2)), {"W": np.ones(shape)})
    assert str(shape) in str(caught.value)
    assert "(3, 2)" in str(caught.value)


def test_an_array_of_another_rank_is_refused_with_both_ranks() -> None:
    with pytest.raises(ShapeError, match=r"W needs an array of shape \(3, 2\), not \(6,\)"):
        evaluate(symbol("W", (3, 2)), {"W": np.ones(6)})


def test_one_name_of_two_sizes_is_refused() -> None:
    product = einsum("i, i -> i", symbol("a", ("n",)), symbol("b", ("n",)))
    with pytest.raises(ShapeError, match=r"shape \(n,\) with n = 3, not \(2,\)"):
        evaluate(product, {"a": np.ones(2), "b": np.ones(3)})


def test_an_absurd_dense_array_is_refused_with_its_shape_and_bytes() -> None:
    with pytest.raises(TooLargeError, match=r"1000000×1000000 takes 8e\+12 bytes"):
        evaluate(einsum("-> i i", sizes={"i": 10**6}))
    limit = r"5×5 takes 200 bytes, over the limit of 100; compile\(max_bytes"
    with pytest.raises(TooLargeError, match=limit):
        evaluate(einsum("-> i i", sizes={"i": 5}), max_bytes=100)


def test_a_coefficient_beyond_floats_is_refused() -> None:
    node = number(10**400)
    with pytest.raises(TooLargeError, match="beyond the range of float64"):
        evaluate(node)


def test_zero_evaluates_to_zeros() -> None:
    np.testing.assert_array_equal(evaluate(zero((2, 3))), np.zeros((2, 3)))


def test_floats_keep_their_type() -> None:
    a = np.ones((2, 3), dtype=np.float32)
    node = einsum("i j -> j i", symbol("a", (2, 3)))
    assert evaluate(node, {"a": a}).dtype == np.float32
    assert evaluate(add([node, node]), {"a": a}).dtype == np.float32


def test_the_result_is_a_new_array() -> None:
    a = np.ones(3)
    found = evaluate(symbol("a", (3,)), {"a": a})
    found[0] = 7.0
    np.testing.assert_array_equal(a, np.ones(3))


def test_no_result_holds_a_part_of_another() -> None:
    a, b = symbol("A", (3, 3)), symbol("B", (3, 3))
    product = einsum("i j, j k -> i k", a, b)
    views = ["i j -> i j", "i j -> j i", "i j -> (i j)", "i i -> i"]
    nodes = [einsum(view, product) for view in views]
    given = [RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3))]
    found = running.Program(plan_of(nodes, {}), ["A", "B"]).run(given, np.dtype(float))
    for one, two in combinations(found, 2):
        assert not np.shares_memory(one, two)
    assert all(one.base is None or one.base.size == one.size for one in found)


@pytest.mark.parametrize("formula", ["softmax(X, axis=1)", "relu(W @ X)", "W @ tanh(W @ X)"])
def test_no_result_is_copied_to_turn_its_axes(formula: str) -> None:
    d = mc.derive(formula, wrt="X", variables="X[8,8] W[8,8]", layout="denominator")
    given = {"X": RNG.normal(size=(8, 8)), "W": RNG.normal(size=(8, 8))}
    size = d.evaluate(**given).nbytes
    tracemalloc.start()
    try:
        d.evaluate(**given)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1.6 * size


def test_a_shared_node_is_computed_once() -> None:
    node: Node = symbol("X", (2, 2))
    array = np.array([[1.0, 1.0], [0.0, 1.0]])
    for _ in range(30):
        node = einsum("i j, j k -> i k", node, node)
    np.testing.assert_array_equal(evaluate(node, {"X": array}), [[1.0, 2.0**30], [0.0, 1.0]])


def test_five_thousand_nested_products_evaluate() -> None:
    quarter = np.array([[0.0, -1.0], [1.0, 0.0]])
    node: Node = symbol("M0", (2, 2))
    for k in range(1, 5002):
        node = einsum("i j, j k -> i k", symbol(f"M{k}", (2, 2)), node)
    arrays = {f"M{k}": quarter for k in range(5002)}
    np.testing.assert_array_equal(evaluate(node, arrays), -np.eye(2))


def test_factors_are_contracted_in_a_cheap_order() -> None:
    n = 1000
    u, v, w = (RNG.normal(size=n) for _ in range(3))
    nodes = [symbol(name, (n,)) for name in "uvw"]
    node = einsum("i, j, j -> i", *nodes)  # never the outer product of a million numbers
    tracemalloc.start()
    found = evaluate(node, {"u": u, "v": v, "w": w})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_allclose(found, u * (v @ w), rtol=1e-12)
    assert peak < 8 * n * n / 10


@pytest.mark.parametrize("at", [20.0, 800.0])
def test_what_grows_times_a_sigmoid_that_falls_faster_is_a_number(at: float) -> None:
    expected = 0.0 if at > 700 else 1 / (np.exp(-at) + np.exp(at))
    found = mc.evaluate("exp(u) * sigmoid(-2 * u)", u=at)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)


def test_programs_are_kept_for_so_many_sets_of_shapes_and_the_oldest_goes() -> None:
    x = symbol("x", ("n",))
    square = einsum("i, i ->", x, x)
    for n in range(1, 3 * running._PROGRAMS):
        assert evaluate(square, {"x": np.ones(n)}) == n
    programs = running._KNOWN[square][None].programs
    assert len(programs) == running._PROGRAMS
    assert evaluate(square, {"x": np.ones(1)}) == 1


def test_sums_of_numbers_and_multiples_of_sums_are_what_they_are_by_hand() -> None:
    """1 + (x² + y²) is a sum of three terms once it is divided by what both share."""
    rng = np.random.default_rng(4)
    values = {"x": 2.0, "y": 3.0, "z": -0.5}
    parts = ["x", "y", "x**2", "y**2", "x * y", "exp(z)", "sigmoid(z)", "1"]
    for _ in range(40):
        one, two, three = rng.choice(parts, 3)
        factor, number = rng.choice([-2.0, -1.0, 0.5, 2.0, 3.0], 2)
        formula = f"{number} + {factor} * ({one} - {two} + {three})"
        named = {"exp": np.exp, "sigmoid": lambda u: 1 / (1 + np.exp(-u))}
        by_hand = eval(formula, named, dict(values))  # noqa: S307 - made above
        assert np.isclose(mc.evaluate(formula, **values), by_hand), formula

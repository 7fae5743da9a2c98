"""The reverse sweep over a graph: what it shares, what it skips, how it grows."""

import sys
from fractions import Fraction

import numpy as np
import pytest
from finite_differences import central_differences

import matcalc as mc
from matcalc.derivative import derivatives
from matcalc.graph import Node, apply, einsum, symbol, topological, zero
from matcalc.operations import RULES, algebra, find_rule
from matcalc.plan import evaluate

RNG = np.random.default_rng(0)
A = symbol("A", (3, 2))
S = symbol("S", (3, 3))
X = symbol("x", (2,))
V = symbol("v", (3,))
POINT = {
    "A": RNG.normal(size=(3, 2)),
    "S": RNG.normal(size=(3, 3)) + 3 * np.eye(3),
    "x": RNG.normal(size=2),
    "v": RNG.normal(size=3),
}


def of(name: str, *operands: Node, **parameters: object) -> Node:
    return find_rule(name).build(*operands, **parameters)


def numbers(node: Node, **changed: np.ndarray) -> np.ndarray:
    return evaluate(node, POINT | changed)


def check(root: Node, wrt: Node, rtol: float = 1e-6) -> np.ndarray:
    """The derivative by the sweep, held against central differences of the graph."""
    name = wrt.name  # type: ignore[attr-defined]
    found = numbers(derivatives(root, [wrt])[0])
    expected = central_differences(lambda x: numbers(root, **{name: x}), POINT[name])
    scale = float(np.abs(expected).max(initial=0.0))
    np.testing.assert_allclose(found, expected, rtol=0, atol=rtol * scale + 1e-9)
    return found


HIDDEN = of("tanh", einsum("i j, j -> i", A, X))

ROOTS = {
    "a loss": algebra.squared_norm(algebra.minus(of("sigmoid", HIDDEN), V)),
    "a vector": algebra.times(HIDDEN, of("softmax", algebra.plus(HIDDEN, V))),
    "a matrix": algebra.matmul(of("inv", S), einsum("i, j -> i j", HIDDEN, X)),
    "a quotient": algebra.times(
        algebra.dot(HIDDEN, V), algebra.reciprocal(algebra.plus(algebra.constant(2), of("det", S)))
    ),
}
LEAVES = (A, S, X, V)


# 1. What is shared


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("wrt", LEAVES, ids=lambda leaf: leaf.name)
def test_a_graph_with_shared_nodes_agrees_with_central_differences(root: str, wrt: Node) -> None:
    check(ROOTS[root], wrt)


@pytest.mark.parametrize("root", ROOTS)
def test_one_sweep_for_several_variables_gives_what_single_sweeps_give(root: str) -> None:
    together = derivatives(ROOTS[root], LEAVES)
    for leaf, found in zip(LEAVES, together, strict=True):
        assert found is derivatives(ROOTS[root], [leaf])[0]


def test_the_order_of_the_variables_is_that_of_the_answers() -> None:
    forward, backward = derivatives(ROOTS["a loss"], LEAVES), derivatives(
        ROOTS["a loss"], LEAVES[::-1]
    )  # fmt: skip
    assert forward == backward[::-1]
    assert [node.shape for node in forward] == [leaf.shape for leaf in LEAVES]


def test_a_node_that_is_used_twice_counts_twice() -> None:
    assert derivatives(algebra.plus(X, X), [X])[0] is algebra.multiple(2, algebra.eye(2))
    square = algebra.times(X, X)
    np.testing.assert_allclose(check(square, X), np.diag(2 * POINT["x"]))
    product = einsum("i j, j k -> i k", S, S)
    check(product, S)


def test_a_derivative_may_be_by_a_node_in_the_middle() -> None:
    root = algebra.squared_norm(HIDDEN)
    by_hidden, by_x = derivatives(root, [HIDDEN, X])
    assert by_hidden is algebra.multiple(2, HIDDEN)
    chained = einsum("i, i j -> j", by_hidden, derivatives(HIDDEN, [X])[0])
    np.testing.assert_allclose(numbers(by_x), numbers(chained), rtol=1e-12)


def test_the_derivative_of_a_node_by_itself_is_the_identity() -> None:
    found = derivatives(S, [S])[0]
    expected = np.einsum("ik,jl->ijkl", np.eye(3), np.eye(3))
    np.testing.assert_array_equal(evaluate(found), expected)
    scalar = symbol("s", ())
    assert evaluate(derivatives(scalar, [scalar])[0]) == 1.0


def test_a_matrix_is_the_derivative_of_its_product_itself() -> None:
    assert derivatives(einsum("i j, j -> i", A, X), [X])[0] is A
    assert derivatives(einsum("i j, j -> i", A, X), [A])[0] is einsum(
        "i k, j -> i k j", algebra.eye(3), X
    )


# 2. What is absent


def test_a_variable_that_does_not_occur_has_derivative_zero_by_structure() -> None:
    stranger = symbol("q", (5, 7))
    found = derivatives(HIDDEN, [stranger])[0]
    assert found is zero((3, 5, 7))
    assert not evaluate(found).any()
    several = derivatives(HIDDEN, [stranger, X, stranger])
    assert several[0] is several[2] is zero((3, 5, 7))
    assert several[1] is derivatives(HIDDEN, [X])[0]


def test_what_cancels_is_zero_by_structure() -> None:
    assert derivatives(algebra.minus(X, X), [X])[0] is zero((2, 2))
    assert derivatives(algebra.power(X, 0), [X])[0] is zero((2, 2))
    assert derivatives(of("step", X), [X])[0] is zero((2, 2))


def test_operations_on_constants_are_not_differentiated() -> None:
    """The third derivative of a product is not known; of a constant one it is not asked."""
    root = algebra.times(of("products_of_others", X), of("exp", symbol("y", (2,))))
    second = derivatives(derivatives(root, [symbol("y", (2,))])[0], [symbol("y", (2,))])[0]
    assert second.shape == (2, 2, 2)
    with pytest.raises(mc.NotDifferentiableError):
        derivatives(derivatives(root, [X])[0], [X])


def test_no_variables_is_no_work() -> None:
    assert derivatives(HIDDEN, []) == []


# 3. How it grows


def chain(operations: int) -> Node:
    """``sin(sin(…) + x)``: as deep as there are operations."""
    node: Node = X
    for k in range(operations // 2):
        node = algebra.plus(of(("sin", "tanh")[k % 2], node), X)
    return node


def test_a_chain_of_two_thousand_operations_is_differentiated_without_recursion() -> None:
    root = chain(2000)
    assert len(topological(root)) > 2000 > sys.getrecursionlimit()
    found = derivatives(root, [X])[0]
    expected = central_differences(lambda x: numbers(root, x=x), POINT["x"])
    np.testing.assert_allclose(numbers(found), expected, rtol=1e-6, atol=1e-9)


def test_the_derivative_grows_linearly_with_the_graph() -> None:
    sizes = {k: len(topological(derivatives(chain(k), [X])[0])) for k in (250, 500, 1000)}
    assert sizes[500] < 2.05 * sizes[250]
    assert sizes[1000] < 2.05 * sizes[500]
    assert sizes[1000] < 5 * 1000


def test_paths_that_meet_again_are_swept_once() -> None:
    """Each of 60 layers doubles the number of paths; the graph of the derivative stays small."""
    node: Node = X
    for _ in range(60):
        node = algebra.times(of("sin", node), of("cos", node))
    found = derivatives(algebra.summed(node), [X])[0]
    assert len(topological(found)) < 60 * 20
    expected = central_differences(lambda x: numbers(algebra.summed(node), x=x), POINT["x"])
    np.testing.assert_allclose(numbers(found), expected, rtol=1e-6, atol=1e-9)


def test_one_sweep_for_many_variables_is_one_sweep() -> None:
    leaves = [symbol(f"w{k}", (2,)) for k in range(200)]
    node: Node = X
    for leaf in leaves:
        node = algebra.times(of("tanh", node), leaf)
    root = algebra.summed(node)
    together = derivatives(root, leaves)
    assert len(topological(root, *together)) < 200 * 20


# 4. Second derivatives


@pytest.mark.parametrize("root", ["a loss", "a quotient"])
def test_second_derivatives_of_a_number_are_symmetric(root: str) -> None:
    for one in LEAVES:
        first = derivatives(ROOTS[root], [one])[0]
        for other in LEAVES:
            mixed = numbers(derivatives(first, [other])[0])
            turned = numbers(derivatives(derivatives(ROOTS[root], [other])[0], [one])[0])
            axes = (*range(len(other.shape), mixed.ndim), *range(len(other.shape)))
            assert mixed.shape == one.shape + other.shape
            np.testing.assert_allclose(mixed, turned.transpose(axes), rtol=1e-9, atol=1e-11)


def test_the_second_derivative_of_a_vector_is_symmetric_in_its_last_axes() -> None:
    second = numbers(derivatives(derivatives(ROOTS["a vector"], [X])[0], [X])[0])
    assert second.shape == (3, 2, 2)
    np.testing.assert_allclose(second, second.transpose(0, 2, 1), rtol=1e-10)


@pytest.mark.parametrize("root", ROOTS)
def test_second_derivatives_agree_with_central_differences_of_the_first(root: str) -> None:
    first = derivatives(ROOTS[root], [X])[0]
    check(first, X)
    check(first, A)


def test_third_derivatives_agree_with_central_differences_of_the_second() -> None:
    first = derivatives(ROOTS["a loss"], [X])[0]
    second = derivatives(first, [X])[0]
    check(second, X)


def test_a_quadratic_form_has_a_constant_second_derivative_and_no_third() -> None:
    form = of("quadratic_form", V, S)
    first = derivatives(form, [V])[0]
    second = derivatives(first, [V])[0]
    np.testing.assert_allclose(numbers(second), POINT["S"] + POINT["S"].T)
    assert derivatives(second, [V])[0] is zero((3, 3, 3))


# 5. Named dimensions


def test_graphs_of_named_dimensions_are_differentiated_and_evaluated_later() -> None:
    W, u = symbol("W", ("m", "n")), symbol("u", ("n",))
    root = algebra.mean(of("softplus", algebra.matmul(W, u)))
    found = derivatives(root, [W])[0]
    assert found.shape == ("m", "n")
    point = {"W": POINT["A"], "u": POINT["x"]}
    expected = central_differences(lambda w: evaluate(root, point | {"W": w}), point["W"])
    np.testing.assert_allclose(evaluate(found, point), expected, atol=1e-9)


# 6. What has no derivative


def test_an_unknown_operation_is_a_typed_error_and_names_it() -> None:
    root = apply("frobnicate", (X,), (2,))
    with pytest.raises(mc.UnknownRuleError, match="no rule 'frobnicate'"):
        derivatives(root, [X])
    assert derivatives(root, [V])[0] is zero((2, 3))  # it does not depend on that


def test_an_operation_without_a_pull_is_a_typed_error() -> None:
    assert RULES["gelu"].pull is None
    with pytest.raises(mc.NotDifferentiableError, match="gelu has no derivative here"):
        derivatives(apply("gelu", (X,), (2,)), [X])


def test_linearity() -> None:
    one, two = ROOTS["a vector"], of("exp", V)
    factor = Fraction(-7, 3)
    combined = algebra.plus(one, algebra.multiple(factor, two))
    whole = numbers(derivatives(combined, [V])[0])
    parts = [numbers(derivatives(part, [V])[0]) for part in (one, two)]
    np.testing.assert_allclose(whole, parts[0] + float(factor) * parts[1], rtol=1e-12, atol=1e-14)


def test_the_product_rule_and_the_chain_rule() -> None:
    u, w = of("sin", V), of("exp", V)
    product = numbers(derivatives(algebra.times(u, w), [V])[0])
    by_rule = np.diag(np.cos(POINT["v"]) * np.exp(POINT["v"])) + np.diag(
        np.sin(POINT["v"]) * np.exp(POINT["v"])
    )
    np.testing.assert_allclose(product, by_rule, rtol=1e-12)
    outer = of("softmax", u)
    by_u, by_v = derivatives(outer, [u, V])
    inner = numbers(derivatives(u, [V])[0])
    np.testing.assert_allclose(numbers(by_v), numbers(by_u) @ inner, rtol=1e-12, atol=1e-15)


def test_several_variables_in_one_text_are_shown_as_a_list() -> None:
    with pytest.raises(mc.NotationError, match=r"several are a list: wrt=\['x', 'y'\]"):
        mc.derive("x.T @ y", wrt="x,y", variables="x[n] y[n]", layout="numerator")

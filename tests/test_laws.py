"""The laws that hold for every derivative, whatever its structure."""

import tracemalloc
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_chains import Edge, in_layout, random_chain, random_edge, random_shape

import matcalc as mc

randoms = st.randoms(use_true_random=False)
layouts = st.sampled_from(["numerator", "denominator"])
OTHER = {"numerator": "denominator", "denominator": "numerator"}


def _edge(random: Random, of: str = "y", wrt: str = "x") -> Edge:
    shapes = [random_shape(random), random_shape(random)]
    if random.random() < 0.4:
        shapes[1] = shapes[0]
    return random_edge(random, mc.Variable(of, shapes[0]), mc.Variable(wrt, shapes[1]))


def _like(random: Random, array: np.ndarray) -> np.ndarray:
    return np.random.default_rng(random.getrandbits(32)).normal(size=array.shape)


def _close(found: np.ndarray, expected: np.ndarray) -> None:
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11 * scale)


# 1. Converting


@given(randoms)
def test_converting_back_and_forth_is_the_identity(random: Random) -> None:
    J = _edge(random).jacobian
    back = J.to(OTHER[J.layout]).to(J.layout)
    assert (back.node, back.path, back.tag) == (J.node, J.path, J.tag)
    np.testing.assert_array_equal(back.array, J.array)


@given(randoms)
def test_the_array_of_one_layout_is_the_full_transpose_of_the_others(random: Random) -> None:
    J = _edge(random).jacobian
    np.testing.assert_array_equal(J.to(OTHER[J.layout]).array, J.array.T)
    np.testing.assert_array_equal(J.T.array, J.array.T)
    assert J.T.shape == J.shape[::-1]


@given(randoms, st.sampled_from(["numerator", "denominator", "mixed", "jax", "vec-F", "vec-C"]))
def test_reading_what_was_written_gives_the_same_derivative(random: Random, name: str) -> None:
    J = _edge(random).jacobian
    convention, _, order = name.partition("-")
    array = J.as_convention(convention, order=order or None)
    again = mc.jacobian(
        f"{J.of} / {J.wrt}", array, layout=J.layout, convention=convention, order=order or None
    )
    np.testing.assert_array_equal(again.array, J.array)


# 2. The value of a chain


@given(randoms)
def test_a_chain_does_not_depend_on_its_layout(random: Random) -> None:
    factors = [edge.jacobian for edge in random_chain(random, 5).edges]
    numerator = mc.chain(*factors, layout="numerator")
    denominator = mc.chain(*factors, layout="denominator")
    assert numerator.node is denominator.node
    np.testing.assert_array_equal(numerator.array.T, denominator.array)


@given(randoms, layouts)
def test_a_chain_does_not_depend_on_the_order_of_its_factors(random: Random, layout: str) -> None:
    factors = [edge.jacobian for edge in random_chain(random, 5).edges]
    one = mc.chain(*factors, layout=layout)
    random.shuffle(factors)
    other = mc.chain(*factors, layout=layout)
    assert one.node is other.node
    assert one.path == other.path


# 3. Linearity and associativity


@given(randoms, layouts)
def test_chains_are_associative(random: Random, layout: str) -> None:
    edges = random_chain(random, 5).edges
    factors = [edge.jacobian.to(layout) for edge in edges]
    if layout == "denominator":
        factors.reverse()
    whole = mc.chain(*factors)
    left, right = factors[0], factors[-1]
    for factor in factors[1:]:
        left = left @ factor
    for factor in reversed(factors[:-1]):
        right = factor @ right
    _close(left.array, whole.array)
    _close(right.array, whole.array)
    assert left.path == right.path == whole.path


@given(randoms)
def test_the_jacobian_of_a_sum_is_the_sum_and_chains_distribute_over_it(random: Random) -> None:
    y, z, x = (mc.Variable(name, random_shape(random)) for name in "yzx")
    one, two = random_edge(random, y, z), random_edge(random, y, z)
    inner = random_edge(random, z, x)
    total = one.jacobian + two.jacobian.to(one.jacobian.layout)
    _close(total.array, in_layout(one.dense + two.dense, y.rank, total.layout))
    whole = mc.chain(total, inner.jacobian, layout="numerator")
    apart = mc.chain(one.jacobian, inner.jacobian, layout="numerator") + mc.chain(
        two.jacobian, inner.jacobian, layout="numerator"
    )
    _close(whole.array, apart.array)


@given(randoms, st.sampled_from([0.1, -2, 0, 7.5]))
def test_multiples_pass_through_chains(random: Random, number: float) -> None:
    chain = random_chain(random, 4)
    factors = [edge.jacobian for edge in chain.edges]
    plain = mc.chain(*factors, layout="numerator")
    factors[-1] = number * factors[-1]
    _close(mc.chain(*factors, layout="numerator").array, number * plain.array)


@given(randoms)
def test_jvp_and_vjp_are_adjoint(random: Random) -> None:
    chain = random_chain(random, 4)
    J = mc.chain(*chain.shuffled, layout=chain.layout)
    stored = chain.expected
    v = _like(random, np.empty(chain.wrt.shape))
    u = _like(random, np.empty(chain.of.shape))
    forward, backward = np.sum(u * J.jvp(v)), np.sum(J.vjp(u) * v)
    scale = np.sum(np.abs(stored)) * np.abs(u).max() * np.abs(v).max()
    np.testing.assert_allclose(forward, backward, rtol=1e-9, atol=1e-12 * max(1.0, scale))


@given(randoms)
def test_jvp_is_linear_and_the_same_in_both_layouts(random: Random) -> None:
    J = _edge(random).jacobian
    v, w = (_like(random, np.empty(J.wrt.shape)) for _ in range(2))
    _close(J.jvp(2 * v - w), 2 * J.jvp(v) - J.jvp(w))
    np.testing.assert_array_equal(J.T.jvp(v), J.jvp(v))


# 6. Structure


@given(randoms)
def test_a_structured_jacobian_equals_its_dense_form(random: Random) -> None:
    edge = _edge(random)
    J, expected = edge.jacobian, in_layout(edge.dense, edge.jacobian.of.rank, edge.jacobian.layout)
    _close(J.array, expected)
    dense = mc.jacobian(f"{J.of} / {J.wrt}", expected, layout=J.layout)
    v = _like(random, np.empty(J.wrt.shape))
    u = _like(random, np.empty(J.of.shape))
    _close(J.jvp(v), dense.jvp(v))
    _close(J.vjp(u), dense.vjp(u))
    assert J.allclose(dense)


N = 1500
RNG = np.random.default_rng(0)


def _vector() -> np.ndarray:
    return RNG.normal(size=N) / np.sqrt(N)


def _softmax(derivative: str) -> mc.Jacobian[mc.Numerator]:
    p = _vector()
    return mc.diagonal(derivative, p) - mc.product(derivative, "i, j -> i, j", p, p)


def _low_rank(derivative: str) -> mc.Jacobian[mc.Numerator]:
    one = mc.product(derivative, "i, j -> i, j", _vector(), _vector())
    return one + mc.product(derivative, "i, j -> i, j", _vector(), _vector())


STRUCTURES = {
    "diagonal": lambda d: mc.diagonal(d, _vector()),
    "identity": mc.identity,
    "ones": lambda d: mc.product(d, "-> i, j"),
    "outer": lambda d: mc.product(d, "i, j -> i, j", _vector(), _vector()),
    "low rank": _low_rank,
    "diagonal and outer, as of softmax": _softmax,
    "identity and ones, as of a mean": lambda d: mc.identity(d) - mc.product(d, "-> i, j") / N,
}


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("length", [1, 2, 4])
def test_a_structured_jacobian_applies_without_its_dense_form(name: str, length: int) -> None:
    factors = [STRUCTURES[name](f"v{k}[{N}] / v{k + 1}[{N}]") for k in range(length)]
    v, u = _vector(), _vector()
    tracemalloc.start()
    J = mc.chain(*factors)
    forward, backward = J.jvp(v), J.vjp(u)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    for factor in factors:
        u = u @ factor.array
    for factor in reversed(factors):
        v = factor.array @ v
    np.testing.assert_allclose(forward, v, rtol=1e-8, atol=1e-12 * N)
    np.testing.assert_allclose(backward, u, rtol=1e-8, atol=1e-12 * N)
    assert peak < 8 * N * N / 10


def test_one_outer_product_used_many_times_is_never_written_out() -> None:
    p = _vector()
    factors = [mc.product(f"v{k}[{N}] / v{k + 1}[{N}]", "i, j -> i, j", p, p) for k in range(3)]
    J = mc.chain(*factors)
    v = _vector()
    tracemalloc.start()
    found = J.jvp(v)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_allclose(found, p * (p @ p) ** 2 * (p @ v), rtol=1e-9)
    assert peak < 8 * N * N / 10

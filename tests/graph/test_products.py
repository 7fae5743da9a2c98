from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcalc import NotationError, ShapeError
from matcalc.graph import (
    Factor,
    Node,
    Product,
    Scale,
    contract,
    einsum,
    is_zero,
    multiplied_out,
    multiplied_within,
    number,
    scaled,
    symbol,
    topological,
    transposed,
    zero,
)
from matcalc.plan import evaluate

A = symbol("A", (2, 3))
B = symbol("B", (3, 5))
s = symbol("s", (3,))
RNG = np.random.default_rng(0)
ARRAYS = {
    "A": RNG.normal(size=(2, 3)),
    "B": RNG.normal(size=(3, 5)),
    "s": RNG.uniform(1, 2, size=3),
}


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("i j -> j i", "A"),
        ("i j ->", "A"),
        ("i j, j k -> i k", "AB"),
        ("i j, j k -> k i", "AB"),
        ("i j, j k, j -> i k", "ABs"),
        ("i j, j -> i j", "As"),
        ("i, j -> j i", "ss"),
        ("i, i -> i", "ss"),
        ("i j, k j -> i k", "AA"),
        ("i j, i j ->", "AA"),
    ],
)
def test_a_pattern_means_what_numpy_means(pattern: str, names: str) -> None:
    node = einsum(pattern, *({"A": A, "B": B, "s": s}[name] for name in names))
    expected = np.einsum(pattern.replace(" ", ""), *(ARRAYS[name] for name in names))
    assert node.shape == expected.shape
    np.testing.assert_allclose(evaluate(node, ARRAYS), expected, rtol=1e-12)


def test_a_repeated_output_label_is_a_delta() -> None:
    np.testing.assert_array_equal(evaluate(einsum("i -> i i", s), ARRAYS), np.diag(ARRAYS["s"]))
    np.testing.assert_array_equal(evaluate(einsum("-> i i", sizes={"i": 5})), np.eye(5))


def test_a_new_output_label_is_a_broadcast() -> None:
    found = evaluate(einsum("i -> i j", s, sizes={"j": 2}), ARRAYS)
    np.testing.assert_array_equal(found, np.stack([ARRAYS["s"]] * 2, axis=1))


def test_dots_stand_for_the_axes_that_are_not_named() -> None:
    node = einsum("... j, j k -> ... k", symbol("T", (7, 2, 3)), B)
    assert node.shape == (7, 2, 5)


def test_labels_that_are_summed_away_leave_their_size() -> None:
    ones = einsum("-> i j", sizes={"i": 3, "j": 5})
    assert einsum("i j -> i", ones) is scaled(einsum("-> i", sizes={"i": 3}), Scale(Fraction(5)))
    assert einsum("i i ->", einsum("-> i i", sizes={"i": 7})) is number(7)
    named = einsum("i i ->", einsum("-> i i", sizes={"i": "n"}))
    assert isinstance(named, Product)
    assert named.scale == Scale(Fraction(1), (("n", 1),))


def test_products_of_structure_hold_no_array() -> None:
    ones = einsum("-> i j", sizes={"i": 10**9, "j": 10**9})
    square = einsum("i j, j k -> i k", ones, ones)
    assert square is scaled(ones, Scale(Fraction(10**9)))


def test_zero_is_structure_and_stays_zero() -> None:
    nothing = zero((3, 5))
    assert is_zero(nothing)
    assert is_zero(einsum("i j, j k -> i k", A, nothing))
    assert is_zero(scaled(A, Scale(Fraction(0))))
    assert not is_zero(A)


def test_powers_cancel_by_arithmetic() -> None:
    half = contract([Factor(s, "i", Fraction(1, 2))], "i")
    assert contract([Factor(half, "i"), Factor(half, "i")], "i") is s
    root = evaluate(half, ARRAYS)
    np.testing.assert_allclose(root**2, ARRAYS["s"], rtol=1e-12)
    inverse = contract([Factor(s, "i", Fraction(-1))], "i")
    np.testing.assert_allclose(evaluate(inverse, ARRAYS), 1 / ARRAYS["s"], rtol=1e-12)


def test_the_root_of_a_square_is_not_the_number() -> None:
    square = contract([Factor(s, "i", Fraction(2))], "i")
    root = contract([Factor(square, "i", Fraction(1, 2))], "i")
    np.testing.assert_allclose(evaluate(root, {"s": np.array([-2.0, 3.0, -5.0])}), [2.0, 3.0, 5.0])


def test_the_power_of_a_sum_is_not_the_sum_of_powers() -> None:
    total = einsum("i j -> i", A)
    square = contract([Factor(total, "i", Fraction(2))], "i")
    np.testing.assert_allclose(evaluate(square, ARRAYS), ARRAYS["A"].sum(axis=1) ** 2, rtol=1e-12)


@given(st.permutations(range(4)), st.permutations(range(4)))
def test_transposes_compose(one: list[int], two: list[int]) -> None:
    T = symbol("T", (2, 3, 5, 7))
    array = np.arange(210.0).reshape(2, 3, 5, 7)
    found = evaluate(transposed(transposed(T, one), two), {"T": array})
    np.testing.assert_array_equal(found, array.transpose(one).transpose(two))


def test_a_size_of_one_is_not_stretched() -> None:
    narrow, wide = symbol("narrow", (2, 1)), symbol("wide", (3, 2))
    assert np.einsum("ij,jk->ik", np.ones((2, 1)), np.ones((3, 2))).shape == (2, 2)  # NumPy answers
    with pytest.raises(ShapeError, match="sizes 1 and 3 share one label, j"):
        einsum("i j, j k -> i k", narrow, wide)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("i j", "one arrow"),
        ("i j -> i -> j", "one arrow"),
        ("i j, j k -> i k", "names 2 factors; 1 were given"),
    ],
)
def test_a_malformed_pattern_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(NotationError, match=message):
        einsum(pattern, A)


def test_labels_must_be_as_many_as_axes() -> None:
    with pytest.raises(ShapeError, match="1 labels for an array of 2 axes"):
        einsum("i -> i", A)
    with pytest.raises(ShapeError, match="3 labels for an array of 2 axes"):
        einsum("i j k -> i", A)


def test_a_new_label_needs_a_size() -> None:
    with pytest.raises(ShapeError, match="the new label k has no size"):
        einsum("i j -> i j k", A)


def test_a_chain_is_multiplied_out_in_bounded_parts() -> None:
    nodes: list[Node] = [symbol("x", (2,))]
    for k in range(200):
        nodes.append(einsum("i j, j -> i", symbol(f"A{k}", (2, 2)), nodes[-1]))
    inlined = multiplied_within(topological(nodes[-1]), set(nodes), 20)
    apart = [node for node in nodes[2:] if isinstance(node, Product) and node not in inlined]
    lengths = [len(multiplied_out(node, inlined)[0]) for node in apart]
    assert max(lengths) <= 20
    assert min(lengths[:-1]) > 5

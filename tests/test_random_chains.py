# ruff: noqa: S311 - random for tests, not for secrets

from random import Random

import numpy as np
import pytest
from random_chains import KINDS, Chain, Edge, check, in_layout, meaning, random_chain

import matcalc as mc


@pytest.mark.parametrize("seed", range(300))
def test_a_random_chain_agrees_with_dense_numpy(seed: int) -> None:
    random = Random(seed)
    check(random_chain(random), random)


# The last three once led a rewriting back to where it began.
@pytest.mark.parametrize("seed", [*range(300, 400), 3206, 3372, 6482])
def test_a_random_chain_agrees_where_every_sum_is_distributed(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matcalc.graph.distribution.SMALL", 0)
    random = Random(seed)
    check(random_chain(random), random)


def test_random_chains_have_every_length_rank_and_layout() -> None:
    chains = [random_chain(Random(seed)) for seed in range(300)]
    assert {len(chain.edges) for chain in chains} == set(range(1, 9))
    assert {edge.jacobian.of.rank for chain in chains for edge in chain.edges} == {0, 1, 2, 3}
    assert {chain.layout for chain in chains} == {"numerator", "denominator"}
    assert set(KINDS) == {"dense", "product", "diagonal", "identity", "scaled", "sum"}


def test_the_check_notices_one_wrong_entry() -> None:
    right = mc.jacobian("z[2] / x[3]", np.arange(6.0).reshape(2, 3), layout="numerator")
    wrong = right.array
    wrong[1, 0] *= 1.001
    chain = Chain((Edge(right, wrong),), (right,), "numerator")
    with pytest.raises(AssertionError, match="Not equal"):
        check(chain, Random(0))


def test_the_check_notices_a_transposed_square() -> None:
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    edge = Edge(mc.jacobian("z[2] / x[2]", square, layout="denominator"), square)
    with pytest.raises(AssertionError, match="Not equal"):
        check(Chain((edge,), (edge.jacobian,), "numerator"), Random(0))


def test_a_pattern_means_a_sum_over_every_label() -> None:
    x = np.array([5.0, 7.0])
    found = meaning([(1,)], [x], [0, 0, 1], (3, 2))  # j -> i, i j
    expected = [[[5, 7], [0, 0], [0, 0]], [[0, 0], [5, 7], [0, 0]], [[0, 0], [0, 0], [5, 7]]]
    np.testing.assert_array_equal(found, expected)


def test_a_layout_reverses_the_axes_below_the_line() -> None:
    stored = np.zeros((2, 3, 5, 7))
    assert in_layout(stored, 2, "numerator").shape == (2, 3, 7, 5)
    assert in_layout(stored, 2, "denominator").shape == (5, 7, 3, 2)

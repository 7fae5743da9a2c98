from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcalc.graph.canonical import ColouredFactor, canonical_order, in_order
from matcalc.steps import counted

Network = list[ColouredFactor]


def _factor(colour: str, labels: str) -> ColouredFactor:
    return ColouredFactor(colour, labels, symmetric=colour == "S")


def _appearance(factors: Network, colours: dict[str, int]) -> list[tuple[str, list[int]]]:
    numbers: dict[str, int] = {}
    order, found = canonical_order(factors, colours)
    return [
        (
            factors[k].colour,
            [numbers.setdefault(label, len(numbers)) for label in in_order(factors[k], found)],
        )
        for k in order
    ]


networks = st.lists(
    st.builds(_factor, st.sampled_from("ABS"), st.text("abcd", min_size=2, max_size=2)),
    min_size=1,
    max_size=5,
)


@given(networks, st.randoms(use_true_random=False))
def test_neither_names_nor_order_matter(factors: Network, random: Random) -> None:
    labels = sorted({label for factor in factors for label in factor.labels})
    renamed = dict(zip(labels, random.sample(labels, len(labels)), strict=True))
    other = [
        factor._replace(labels="".join(renamed[k] for k in factor.labels)) for factor in factors
    ]
    other = [
        factor._replace(labels=factor.labels[:: random.choice((1, -1))])
        if factor.symmetric
        else factor
        for factor in other
    ]
    random.shuffle(other)
    colours = dict.fromkeys(labels, 0)
    assert _appearance(factors, colours) == _appearance(other, colours)


def test_what_is_known_of_a_label_counts() -> None:
    factors = [ColouredFactor("A", "a"), ColouredFactor("A", "b")]
    assert canonical_order(factors, {"a": 1, "b": 0})[0] == [1, 0]
    assert canonical_order(factors, {"a": 0, "b": 1})[0] == [0, 1]


def test_ties_are_broken_within_a_bound() -> None:
    factors = [ColouredFactor("A", f"{k}") for k in "abcdefghijkl"]  # 12! orders, all alike
    order, _ = canonical_order(factors, dict.fromkeys("abcdefghijkl", 0))
    assert sorted(order) == list(range(12))


_PETERSEN = [edge for k in range(5) for edge in
             ((k, (k + 1) % 5), (k, k + 5), (k + 5, (k + 2) % 5 + 5))]  # fmt: skip
_ROOK = [(a, b) for a, b in combinations(range(16), 2) if a // 4 == b // 4 or a % 4 == b % 4]
_SHRIKHANDE = [
    (a, b)
    for a, b in combinations(range(16), 2)
    if ((a // 4 - b // 4) % 4, (a - b) % 4) in {(0, 1), (0, 3), (1, 0), (3, 0), (1, 1), (3, 3)}
]
_BESIDE = [*_ROOK, *((a + 16, b + 16) for a, b in _SHRIKHANDE)]


def _shuffled(edges: list[tuple[int, int]], random: Random) -> tuple[tuple[int, ...], ...]:
    """The canonical form of a graph whose vertices and edges are given in any order."""
    count = max(map(max, edges)) + 1
    name = random.sample(range(count), count)
    factors = [
        ColouredFactor("S", random.sample([name[k] for k in edge], 2), symmetric=True)
        for edge in random.sample(edges, len(edges))
    ]
    order, colours = canonical_order(factors, dict.fromkeys(random.sample(name, count), 0))
    assert colours is not None
    rank = {label: place for place, label in enumerate(sorted(colours, key=colours.__getitem__))}
    return tuple(tuple(sorted(rank[k] for k in factors[at].labels)) for at in order)


@pytest.mark.parametrize("edges", [_PETERSEN, _ROOK, _SHRIKHANDE, _BESIDE])
def test_graphs_in_which_every_vertex_looks_like_all_others_have_one_form(
    edges: list[tuple[int, int]],
) -> None:
    random = Random(0)  # noqa: S311 - nothing secret
    assert len({_shuffled(edges, random) for _ in range(6)}) == 1


def test_two_graphs_whose_vertices_have_equal_neighbourhoods_are_told_apart() -> None:
    """Both have 16 vertices of degree 6, any two with two common neighbours."""
    random = Random(0)  # noqa: S311 - nothing secret
    assert _shuffled(_ROOK, random) != _shuffled(_SHRIKHANDE, random)


def test_an_order_that_is_known_takes_as_many_steps_as_one_that_is_not() -> None:
    """What is refused as too much work is refused again."""
    factors = [ColouredFactor("A", labels, symmetric=True) for labels in ("ab", "bc", "cd", "da")]
    spent = []
    for _ in range(2):
        with counted() as count:
            canonical_order(factors, dict.fromkeys("abcd", 7))
        spent.append(count.spent)
    assert spent[0] == spent[1] > 0

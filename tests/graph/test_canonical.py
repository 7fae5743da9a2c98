from random import Random

from hypothesis import given
from hypothesis import strategies as st

from matcalc.graph.canonical import Factor, canonical_order, in_order

Network = list[Factor]


def _factor(colour: str, labels: str) -> Factor:
    return Factor(colour, labels, symmetric=colour == "S")


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
    factors = [Factor("A", "a"), Factor("A", "b")]
    assert canonical_order(factors, {"a": 1, "b": 0})[0] == [1, 0]
    assert canonical_order(factors, {"a": 0, "b": 1})[0] == [0, 1]


def test_ties_are_broken_within_a_bound() -> None:
    factors = [Factor("A", f"{k}") for k in "abcdefghijkl"]  # 12! orders, all alike
    order, _ = canonical_order(factors, dict.fromkeys("abcdefghijkl", 0))
    assert sorted(order) == list(range(12))

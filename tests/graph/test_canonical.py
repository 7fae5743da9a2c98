from random import Random

from hypothesis import given
from hypothesis import strategies as st

from matcalc.graph.canonical import canonical_order

Network = list[tuple[str, str]]


def _appearance(factors: Network, order: list[int]) -> list[tuple[str, list[int]]]:
    numbers: dict[str, int] = {}
    return [
        (factors[k][0], [numbers.setdefault(label, len(numbers)) for label in factors[k][1]])
        for k in order
    ]


networks = st.lists(
    st.tuples(st.sampled_from("AB"), st.text("abcd", min_size=2, max_size=2)),
    min_size=1,
    max_size=5,
)


@given(networks, st.randoms(use_true_random=False))
def test_neither_names_nor_order_matter(factors: Network, random: Random) -> None:
    labels = sorted({label for _, axes in factors for label in axes})
    renamed = dict(zip(labels, random.sample(labels, len(labels)), strict=True))
    other = [(colour, "".join(renamed[k] for k in axes)) for colour, axes in factors]
    random.shuffle(other)
    colours = dict.fromkeys(labels, 0)
    one = _appearance(factors, canonical_order(factors, colours))
    two = _appearance(other, canonical_order(other, colours))
    assert one == two


def test_what_is_known_of_a_label_counts() -> None:
    factors = [("A", "a"), ("A", "b")]
    assert canonical_order(factors, {"a": 1, "b": 0}) == [1, 0]
    assert canonical_order(factors, {"a": 0, "b": 1}) == [0, 1]


def test_ties_are_broken_within_a_bound() -> None:
    factors = [("A", f"{k}") for k in "abcdefghijkl"]  # 12! orders, all alike
    order = canonical_order(factors, dict.fromkeys("abcdefghijkl", 0))
    assert sorted(order) == list(range(12))

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import matcalc as mc
from matcalc.errors import Place
from matcalc.graph import symbol, topological
from matcalc.jacobians.linking import Link, chain_order, total
from matcalc.variables import Variable

L, a, z, x = Variable("L", ()), Variable("a", (2,)), Variable("z", (3,)), Variable("x", (5,))


@given(st.integers(1, 20), st.randoms(use_true_random=False))
def test_links_in_any_order_make_one_path(length: int, random: Random) -> None:
    path = [Variable(f"v{k}", (k + 1,)) for k in range(length + 1)]
    links = [Link(path[k], path[k + 1]) for k in range(length)]
    random.shuffle(links)
    ordered = [links[k] for k in chain_order(links)]
    assert [link.of for link in ordered] == path[:-1]
    assert [link.wrt for link in ordered] == path[1:]


def test_no_link_is_no_chain() -> None:
    with pytest.raises(mc.ChainError, match="at least one factor"):
        chain_order([])


def test_a_gap_names_both_ends_and_the_missing_link() -> None:
    with pytest.raises(mc.ChainError) as caught:
        chain_order([Link(z, x), Link(L, a)])
    assert str(caught.value) == (
        "a gap: ∂L/∂a ends at a[2] and ∂z/∂x starts at z[3]; ∂a/∂z would link them"
    )


@pytest.mark.parametrize(
    ("links", "message"),
    [
        ([Link(L, a), Link(L, z)], "∂L/∂a and ∂L/∂z both start at L"),
        ([Link(a, x), Link(z, x)], "∂a/∂x and ∂z/∂x both end at x"),
    ],
)
def test_a_fork_names_both_links_and_points_at_total_derivative(
    links: list[Link], message: str
) -> None:
    with pytest.raises(mc.ChainError, match=message) as caught:
        chain_order(links)
    assert "total_derivative sums over all paths" in str(caught.value)


def test_a_link_given_twice_is_named() -> None:
    with pytest.raises(mc.ChainError, match="∂L/∂a is there twice"):
        chain_order([Link(L, a), Link(a, x), Link(L, a)])


@pytest.mark.parametrize(
    "links",
    [
        [Link(a, z), Link(z, a)],
        [Link(L, x), Link(a, z), Link(z, a)],
    ],
)
def test_a_cycle_names_the_links_that_close_it(links: list[Link]) -> None:
    with pytest.raises(mc.ChainError, match="a cycle: ∂a/∂z, ∂z/∂a lead back"):
        chain_order(links)


def test_a_mismatch_of_shapes_names_both_links_and_both_shapes() -> None:
    other = Variable("a", (7,))
    with pytest.raises(mc.ChainError) as caught:
        chain_order([Link(L, a, Place("L/a[2]", 0, 6)), Link(other, x, Place("a[7]/x", 0, 6))])
    assert caught.value.message == (
        "∂L/∂a and ∂a/∂x disagree about a: a[2] in the one, a[7] in the other"
    )
    assert [place.text for place in caught.value.places] == ["L/a[2]", "a[7]/x"]


def _diamonds(count: int) -> list[Link]:
    """``x0 → a0, b0 → x1 → a1, b1 → …``: two to the ``count`` paths."""
    links = []
    for k in range(count):
        top, bottom = Variable(f"x{k}", (2,)), Variable(f"x{k + 1}", (2,))
        for name, size in (("a", 3), ("b", 5)):
            middle = Variable(f"{name}{k}", (size,))
            links += [Link(top, middle), Link(middle, bottom)]
    return links


def _nodes_of_ladder(count: int) -> int:
    links = _diamonds(count)
    nodes = [symbol(link.title, link.of.shape + link.wrt.shape) for link in links]
    node, _, _ = total(links, nodes, "x0", f"x{count}")
    return len(topological(node))


def test_a_ladder_of_diamonds_makes_a_graph_of_linear_size() -> None:
    steps = {_nodes_of_ladder(k + 1) - _nodes_of_ladder(k) for k in (20, 40, 60)}
    assert len(steps) == 1
    assert steps.pop() < 12


@pytest.mark.parametrize(
    ("of", "wrt", "message"),
    [
        ("L", "q", "no factor has the variable q"),
        ("q", "x", "no factor has the variable q"),
        ("x", "L", "no path leads from x to L"),
        ("a", "z", "no path leads from a to z"),
    ],
)
def test_a_total_derivative_that_does_not_exist_is_refused(of: str, wrt: str, message: str) -> None:
    links = [Link(L, a), Link(L, z), Link(a, x), Link(z, x)]
    nodes = [symbol(link.title, link.of.shape + link.wrt.shape) for link in links]
    with pytest.raises(mc.ChainError, match=message):
        total(links, nodes, of, wrt)


def test_a_cycle_on_the_way_names_its_variables() -> None:
    links = [Link(L, a), Link(a, z), Link(z, a), Link(z, x)]
    nodes = [symbol(link.title, link.of.shape + link.wrt.shape) for link in links]
    with pytest.raises(
        mc.ChainError, match=r"a cycle runs through a, x, z|a cycle runs through a, z"
    ):
        total(links, nodes, "L", "x")


def test_an_edge_given_twice_is_refused() -> None:
    node = symbol("J", (2,))
    with pytest.raises(mc.ChainError, match="∂L/∂a is there twice; add the two first"):
        total([Link(L, a), Link(L, a)], [node, node], "L", "a")

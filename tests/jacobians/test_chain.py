import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from random import Random

import numpy as np
import pytest

import matcalc as mc
from matcalc.graph import topological

RNG = np.random.default_rng(0)
SIZES = (2, 3, 5, 7)
Edges = list[mc.Jacobian[mc.Numerator]]


class Peak:
    """The most memory that was held at one time inside a block, in bytes."""

    size = 0


@contextmanager
def traced() -> Iterator[Peak]:
    peak = Peak()
    tracemalloc.start()
    try:
        yield peak
    finally:
        peak.size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()


def _dense(of: str, wrt: str, m: int, n: int) -> mc.Jacobian[mc.Numerator]:
    return mc.jacobian(f"{of}[{m}] / {wrt}[{n}]", RNG.normal(size=(m, n)) / 2, layout="numerator")


def test_a_chain_takes_factors_in_any_order_and_any_layout() -> None:
    factors = [_dense("L", "a", 2, 3), _dense("a", "z", 3, 5), _dense("z", "x", 5, 7)]
    expected = factors[0].array @ factors[1].array @ factors[2].array
    mixed = [factors[2], factors[0].T, factors[1]]
    found = mc.chain(*mixed, layout="denominator")
    assert found.shape == (7, 2)
    np.testing.assert_allclose(found.array, expected.T)


def test_one_factor_is_a_chain() -> None:
    J = _dense("z", "x", 2, 3)
    assert mc.chain(J).node is J.node
    assert mc.chain(J, layout="denominator").layout == "denominator"


def test_mixed_tags_need_the_layout_named() -> None:
    one, two = _dense("L", "a", 2, 3), _dense("a", "x", 3, 5).T
    with pytest.raises(mc.LayoutError) as caught:
        mc.chain(one, two)
    assert "∂L/∂a in numerator layout and ∂a/∂x in denominator layout" in str(caught.value)
    assert 'layout="denominator"' in str(caught.value)
    with pytest.raises(mc.LayoutError, match="say which the result is in"):
        mc.total_derivative([one, two], of="L", wrt="x")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            [("L", "a"), ("z", "x")],
            r"a gap: ∂L/∂a ends at a\[2\] and ∂z/∂x starts at z\[2\]; ∂a/∂z",
        ),
        ([("L", "a"), ("L", "x")], "∂L/∂a and ∂L/∂x both start at L"),
        ([("L", "a"), ("z", "a")], "∂L/∂a and ∂z/∂a both end at a"),
        ([("L", "a"), ("a", "x"), ("L", "a")], "∂L/∂a is there twice"),
        ([("L", "a"), ("a", "L")], "a cycle: ∂L/∂a, ∂a/∂L lead back"),
        ([], "at least one factor"),
    ],
)
def test_factors_that_do_not_link_are_named(names: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(mc.ChainError, match=message):
        mc.chain(*(_dense(of, wrt, 2, 2) for of, wrt in names), layout="numerator")


def test_shapes_that_disagree_are_named_with_both_factors() -> None:
    with pytest.raises(mc.ChainError) as caught:
        mc.chain(_dense("L", "a", 2, 3), _dense("a", "x", 5, 7))
    message = "∂L/∂a and ∂a/∂x disagree about a: a[3] in the one, a[5] in the other"
    assert str(caught.value) == message


def test_a_size_of_one_is_not_stretched() -> None:
    with pytest.raises(mc.ChainError, match=r"a\[1\] in the one, a\[3\] in the other"):
        mc.chain(_dense("L", "a", 2, 1), _dense("a", "x", 3, 2))


def test_a_chain_remembers_its_path() -> None:
    inner = mc.chain(_dense("a", "z", 3, 5), _dense("z", "x", 5, 7))
    whole = mc.chain(inner, _dense("L", "a", 2, 3))
    assert [variable.name for variable in whole.path] == ["L", "a", "z", "x"]


# ---- total derivatives


def _walked(edges: Edges, of: str, wrt: str) -> np.ndarray:
    """The sum over all paths, each of them walked."""
    total = sum(
        edge.array if edge.wrt.name == wrt else edge.array @ below
        for edge in edges
        if edge.of.name == of
        for below in [None if edge.wrt.name == wrt else _walked(edges, edge.wrt.name, wrt)]
        if below is None or np.ndim(below)
    )
    return np.asarray(total)


@pytest.mark.parametrize("seed", range(20))
def test_a_total_derivative_is_the_sum_over_all_paths(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    sizes = [random.choice(SIZES) for _ in range(7)]
    edges = [
        _dense(f"v{i}", f"v{j}", sizes[i], sizes[j])
        for i in range(7)
        for j in range(i + 1, 7)
        if j == i + 1 or random.random() < 0.5
    ]
    random.shuffle(edges)
    found = mc.total_derivative(edges, of="v0", wrt="v6")
    np.testing.assert_allclose(found.array, _walked(edges, "v0", "v6"), rtol=1e-10, atol=1e-12)


def _ladder(count: int) -> Edges:
    edges = []
    for k in range(count):
        edges += [_dense(f"x{k}", f"a{k}", 2, 3), _dense(f"a{k}", f"x{k + 1}", 3, 2)]
        edges += [_dense(f"x{k}", f"b{k}", 2, 5), _dense(f"b{k}", f"x{k + 1}", 5, 2)]
    return edges


def test_a_ladder_of_sixty_diamonds_is_the_recursion_of_its_matrices() -> None:
    edges = _ladder(60)
    found = mc.total_derivative(edges[::-1], of="x0", wrt="x60")
    expected = np.eye(2)
    for k in range(60):
        a, a_, b, b_ = (edge.array for edge in edges[4 * k : 4 * k + 4])
        expected = expected @ (a @ a_ + b @ b_)
    np.testing.assert_allclose(found.array, expected, rtol=1e-9)
    v = RNG.normal(size=2)
    np.testing.assert_allclose(found.jvp(v), expected @ v, rtol=1e-9)
    np.testing.assert_allclose(found.vjp(v), v @ expected, rtol=1e-9)
    assert len(topological(found.node)) < 60 * 12


def _residuals(count: int, n: int) -> Edges:
    """``x_k = x_{k+1} + f(x_{k+1})``: each edge the identity plus a dense Jacobian."""
    return [
        mc.identity(f"x{k}[{n}] / x{k + 1}[{n}]") + _dense(f"x{k}", f"x{k + 1}", n, n) / 2
        for k in range(count)
    ]


@pytest.mark.parametrize("compose", ["total_derivative", "chain", "@"])
def test_a_ladder_of_residuals_applies_as_its_dense_product(compose: str) -> None:
    count, n = 40, 3
    edges = _residuals(count, n)
    if compose == "chain":
        found = mc.chain(*edges[::-1])
    elif compose == "@":
        found = edges[0]
        for edge in edges[1:]:
            found = found @ edge
    else:
        found = mc.total_derivative(edges, of="x0", wrt=f"x{count}")
    expected = np.linalg.multi_dot([edge.array for edge in edges])
    v = RNG.normal(size=n)
    np.testing.assert_allclose(found.jvp(v), expected @ v, rtol=1e-9)
    np.testing.assert_allclose(found.vjp(v), v @ expected, rtol=1e-9)
    np.testing.assert_allclose(found.array, expected, rtol=1e-9)


def test_a_skip_connection_beside_a_block_is_the_identity_plus_the_block() -> None:
    x, h = 5, 7
    into, out_of = _dense("h", "x", h, x), _dense("y", "h", x, h)
    edges = [into, out_of, mc.identity(f"y[{x}] / x[{x}]")]
    found = mc.total_derivative(edges, of="y", wrt="x", layout="denominator")
    np.testing.assert_allclose(found.array, (np.eye(x) + out_of.array @ into.array).T)


@pytest.mark.parametrize(
    ("of", "wrt", "message"),
    [
        ("L", "q", "no factor has the variable q"),
        ("x", "L", "no path leads from x to L"),
    ],
)
def test_a_total_derivative_without_a_path_is_refused(of: str, wrt: str, message: str) -> None:
    edges = [_dense("L", "a", 2, 3), _dense("a", "x", 3, 5)]
    with pytest.raises(mc.ChainError, match=message):
        mc.total_derivative(edges, of=of, wrt=wrt)


def test_a_total_derivative_refuses_cycles_and_duplicates() -> None:
    there, back = _dense("a", "z", 2, 3), _dense("z", "a", 3, 2)
    with pytest.raises(mc.ChainError, match="a cycle runs through a, z"):
        mc.total_derivative([there, back], of="a", wrt="z")
    with pytest.raises(mc.ChainError, match="∂a/∂z is there twice; add the two first"):
        mc.total_derivative([there, there * 2], of="a", wrt="z")


# ---- memory


def _diagonals(count: int, entries: list[np.ndarray]) -> Edges:
    n = entries[0].size
    return [
        mc.diagonal(f"x{k}[{n}] / x{k + 1}[{n}]", entries[k % len(entries)]) for k in range(count)
    ]


@pytest.mark.parametrize(("n", "different"), [(10**5, 50), (10**6, 1)])
def test_fifty_huge_diagonals_compose_and_apply_in_memory_of_a_few_vectors(
    n: int, different: int
) -> None:
    entries = [1 + RNG.uniform(-0.01, 0.01, size=n) for _ in range(different)]
    factors = _diagonals(50, entries)
    v = RNG.normal(size=n)
    with traced() as peak:
        found = mc.chain(*factors[::-1], layout="denominator")
        forward, backward = found.jvp(v), found.vjp(v)
    expected = v.copy()
    for k in range(50):
        expected *= entries[k % different]
    np.testing.assert_allclose(forward, expected, rtol=1e-10)
    np.testing.assert_allclose(backward, expected, rtol=1e-10)
    assert peak.size < 5 * 8 * n + 2**20


def test_a_gradient_for_a_weight_never_makes_the_rank_three_tensor() -> None:
    m, n = 300, 200
    x, d = RNG.normal(size=n), RNG.normal(size=m)
    dz_dW = mc.product(f"z[{m}] / W[{m},{n}]", "j -> i, i j", x)
    dL_dz = mc.jacobian(f"L / z[{m}]", d, layout="denominator")
    with traced() as peak:
        gradient = mc.chain(dL_dz, dz_dW, layout="denominator").array
    np.testing.assert_allclose(gradient, np.outer(d, x))
    assert peak.size < 10 * 8 * m * n  # the tensor has 18 million entries


def test_named_dimensions_compose_without_numbers() -> None:
    found = mc.chain(
        mc.jacobian("L / z[m]", layout="denominator"),
        mc.jacobian("z[m] / x[n]", layout="denominator"),
    )
    assert found.matrix_shape == ("n", 1)
    with pytest.raises(mc.UnboundError, match="has no numbers"):
        assert found.array is None


def _diamonds(sizes: list[int]) -> Edges:
    """Two paths from each variable to the next: L = v0, v1, v2 …"""
    rng = np.random.default_rng(3)
    edges: Edges = []
    for k, (m, n) in enumerate(pairwise(sizes)):
        for side in "ab":
            array = rng.normal(size=(m, n))
            edges.append(mc.jacobian(f"v{k}[{m}] / {side}{k}[{n}]", array, layout="numerator"))
            edges.append(mc.diagonal(f"{side}{k}[{n}] / v{k + 1}[{n}]", rng.normal(size=n)))
    return edges


@pytest.mark.parametrize(
    ("sizes", "best"), [([1, 5, 6, 7], "reverse"), ([7, 6, 5, 1], "forward"), ([4, 3, 2, 5], "")]
)
def test_orders_of_accumulation_agree_and_the_cheapest_is_taken(
    sizes: list[int], best: str
) -> None:
    edges, ends = _diamonds(sizes), {"of": "v0", "wrt": f"v{len(sizes) - 1}"}
    cheapest = mc.total_derivative(edges, **ends, accumulation="cheapest")
    counts = cheapest.accumulations
    assert set(counts) == {"reverse", "forward", "markowitz"}
    for order in ("reverse", "forward", "markowitz"):
        found = mc.total_derivative(edges, **ends, accumulation=order)
        np.testing.assert_allclose(found.array, cheapest.array, rtol=1e-12)
        assert found.plan().multiplications == counts[order]
    assert cheapest.plan().multiplications == min(counts.values())
    if best:
        assert counts[best] == min(counts.values()) < max(counts.values())
    assert str(cheapest.plan()).splitlines()[-1].startswith("accumulated ")
    assert not (cheapest * 2).accumulations  # they are of another product


def test_a_plan_says_where_numbers_are_accumulated_the_other_way() -> None:
    rng = np.random.default_rng(3)
    sizes = {"y": 90, "h": 80, "m": 80, "g": 80, "x": 2}
    edges = []
    for of, wrt in ("yh", "hm", "mg", "hg", "gx"):
        array = rng.normal(size=(sizes[of], sizes[wrt]))
        ends = f"{of}[{sizes[of]}] / {wrt}[{sizes[wrt]}]"
        edges.append(mc.jacobian(ends, array, layout="numerator"))
    found = {
        order: mc.total_derivative(edges, of="y", wrt="x", accumulation=order)
        for order in ("reverse", "forward")
    }
    assert "accumulated forward: " in str(found["reverse"].plan())
    np.testing.assert_allclose(found["reverse"].array, found["forward"].array, rtol=1e-10)


def test_what_leads_nowhere_is_left_out_in_every_order() -> None:
    edges = [
        _dense("L", "a", 2, 3),
        _dense("L", "c", 2, 4),
        _dense("a", "x", 3, 5),
        _dense("c", "d", 4, 2),
        _dense("x", "w", 5, 2),
        _dense("u", "a", 2, 3),
    ]
    expected = edges[0].array @ edges[2].array
    for order in ("reverse", "forward", "markowitz", "cheapest"):
        found = mc.total_derivative(edges, of="L", wrt="x", accumulation=order)
        np.testing.assert_allclose(found.array, expected)
    with pytest.raises(mc.NotationError, match="accumulation is cheapest, reverse"):
        mc.total_derivative(edges, of="L", wrt="x", accumulation="fwd")

"""Random chains of structured Jacobians, each beside a dense array that NumPy alone has made.

The dense array has the stored order: axes of ``of``, then axes of ``wrt``. It is made entry by
entry from the meaning of a pattern, so that nothing in it can share a mistake with matcalc.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from math import prod
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import matcalc as mc

Array = NDArray[np.floating[Any]]
Sizes = tuple[int, ...]

SIZES = (2, 3, 5, 7, 1)
LARGEST = 42  # entries of one variable
LAYOUTS = ("numerator", "denominator")
KINDS = ("dense", "product", "product", "diagonal", "identity", "scaled", "sum", "sum")


class Edge(NamedTuple):
    """A Jacobian, and the same derivative as a dense array in stored order."""

    jacobian: mc.Jacobian[Any]
    dense: Array


class Chain(NamedTuple):
    """Edges that link, the outermost first, and what is to come out."""

    edges: tuple[Edge, ...]
    shuffled: tuple[mc.Jacobian[Any], ...]
    layout: str

    @property
    def of(self) -> mc.Variable:
        return self.edges[0].jacobian.of

    @property
    def wrt(self) -> mc.Variable:
        return self.edges[-1].jacobian.wrt

    @property
    def expected(self) -> Array:
        """The chain in stored order, by one tensordot after another."""
        return product_of([edge.dense for edge in self.edges], self.ranks)

    @property
    def magnitude(self) -> float:
        """The largest entry that there would be if nothing cancelled: the scale of rounding."""
        return float(product_of([abs(edge.dense) for edge in self.edges], self.ranks).max())

    @property
    def ranks(self) -> list[int]:
        return [edge.jacobian.wrt.rank for edge in self.edges[:-1]]


def product_of(arrays: Sequence[Array], ranks: Sequence[int]) -> Array:
    """Arrays in stored order, contracted over the variables between them, of these ranks."""
    pairs = zip(ranks, arrays[1:], strict=True)
    return reduce(lambda left, pair: np.tensordot(left, pair[1], axes=pair[0]), pairs, arrays[0])


def in_layout(stored: Array, of_rank: int, layout: str) -> Array:
    """A dense array in stored order, as a layout writes it."""
    axes = list(range(stored.ndim))
    numerator = np.transpose(stored, axes[:of_rank] + axes[of_rank:][::-1])
    return numerator if layout == "numerator" else np.transpose(numerator)


def random_shape(random: Random) -> Sizes:
    """A shape of rank 0 to 3, its sizes different where there are enough of them."""
    shape = tuple(random.sample(SIZES, random.choice((0, 1, 1, 2, 2, 3))))
    return shape if prod(shape) <= LARGEST else shape[:-1]


def random_chain(random: Random, longest: int = 8) -> Chain:
    """A chain of one to ``longest`` edges: random shapes, structure, tags and order."""
    shapes = [random_shape(random)]
    for _ in range(random.randint(1, longest)):
        shapes.append(shapes[-1] if random.random() < 0.4 else random_shape(random))
    variables = [mc.Variable(f"v{k}", shape) for k, shape in enumerate(shapes)]
    edges = tuple(random_edge(random, of, wrt) for of, wrt in pairwise(variables))
    shuffled = random.sample([edge.jacobian for edge in edges], len(edges))
    return Chain(edges, tuple(shuffled), random.choice(LAYOUTS))


def random_edge(random: Random, of: mc.Variable, wrt: mc.Variable, depth: int = 2) -> Edge:
    """One Jacobian of random structure, with a random tag."""
    kinds = [
        kind for kind in KINDS if of.shape == wrt.shape or kind not in ("diagonal", "identity")
    ]
    kind = random.choice(kinds if depth else [kind for kind in kinds if kind not in _NESTED])
    jacobian, dense = _MAKERS[kind](random, of, wrt, depth)
    return Edge(jacobian.to(random.choice(LAYOUTS)), dense)


def _numbers(random: Random, shape: Sizes) -> Array:
    entries = np.random.default_rng(random.getrandbits(32)).uniform(-1, 1, size=shape)
    return np.where(abs(entries) < 0.1, 0.0, entries)  # zeros are a case of their own


def _dense(random: Random, of: mc.Variable, wrt: mc.Variable, depth: int) -> Edge:
    dense = _numbers(random, of.shape + wrt.shape)
    name = random.choice((*LAYOUTS, "jax", "mixed", "vec"))
    derivative = f"{of} / {wrt}"
    if name == "vec":
        order = random.choice(("F", "C"))
        axes = list(range(dense.ndim))
        above, below = axes[: of.rank], axes[of.rank :]
        last_first = np.transpose(dense, above[::-1] + below[::-1])
        matrix = (last_first if order == "F" else dense).reshape(prod(of.shape), prod(wrt.shape))
        jacobian = mc.jacobian(
            derivative, matrix, layout="numerator", convention="vec", order=order
        )
        return Edge(jacobian, dense)
    if name in LAYOUTS:
        return Edge(mc.jacobian(derivative, in_layout(dense, of.rank, name), layout=name), dense)
    return Edge(mc.jacobian(derivative, dense, layout="numerator", convention=name), dense)


def _diagonal(random: Random, of: mc.Variable, wrt: mc.Variable, depth: int) -> Edge:
    entries = _numbers(random, of.shape)
    dense = np.zeros(of.shape + wrt.shape)
    for index in np.ndindex(of.shape):
        dense[index + index] = entries[index]
    return Edge(mc.diagonal(f"{of} / {wrt}", entries), dense)


def _identity(random: Random, of: mc.Variable, wrt: mc.Variable, depth: int) -> Edge:
    dense = np.zeros(of.shape + wrt.shape)
    for index in np.ndindex(of.shape):
        dense[index + index] = 1.0
    return Edge(mc.identity(f"{of} / {wrt}"), dense)


def _product(random: Random, of: mc.Variable, wrt: mc.Variable, depth: int) -> Edge:
    """Arrays and deltas under random labels: shared, summed, repeated, or on no array at all."""
    sizes: list[int] = []
    output = [_label(random, sizes, size) for size in of.shape + wrt.shape]
    if random.random() < 0.5:
        sizes.append(random.choice((2, 3)))  # summed over
    below = [
        tuple(random.choice(range(len(sizes))) for _ in range(random.randint(0, 3)))
        for _ in range(random.randint(0, 3))
        if sizes
    ]
    below = [labels for labels in below if prod(sizes[k] for k in labels) <= 4 * LARGEST]
    if below == [()]:
        below = []  # one number has no labels to tell it from no factors at all
    arrays = [_numbers(random, tuple(sizes[k] for k in labels)) for labels in below]
    used = {label for labels in (output, *below) for label in labels}
    lengths = [size if k in used else 1 for k, size in enumerate(sizes)]
    left = ", ".join(_spelled(labels) for labels in below)
    right = f"{_spelled(output[: of.rank])}, {_spelled(output[of.rank :])}"
    jacobian = mc.product(f"{of} / {wrt}", f"{left} -> {right}", *arrays)
    return Edge(jacobian, meaning(below, arrays, output, lengths))


def _spelled(labels: Sequence[int]) -> str:
    return " ".join(f"l{label}" for label in labels)


def _label(random: Random, sizes: list[int], size: int) -> int:
    """A label for an axis: at times one that an axis of this size has already, for a delta."""
    same = [k for k, known in enumerate(sizes) if known == size]
    if same and random.random() < 0.6:
        return random.choice(same)
    sizes.append(size)
    return len(sizes) - 1


def meaning(
    below: Sequence[tuple[int, ...]],
    arrays: Sequence[Array],
    output: Sequence[int],
    sizes: Sequence[int],
) -> Array:
    """What a pattern means: for every value of every label, add the product of the entries."""
    grid = np.indices(tuple(sizes))
    entries = np.ones(tuple(sizes))
    for labels, array in zip(below, arrays, strict=True):
        entries = entries * array[tuple(grid[k] for k in labels)]
    result = np.zeros([sizes[k] for k in output])
    for position, entry in np.ndenumerate(entries):
        result[tuple(position[k] for k in output)] += entry
    return result


def _scaled(random: Random, of: mc.Variable, wrt: mc.Variable, depth: int) -> Edge:
    edge = random_edge(random, of, wrt, depth - 1)
    number = random.choice((0.1, -1, 3, 0.5, -2.75, 0))
    if number and random.random() < 0.3:
        return Edge(edge.jacobian / number, edge.dense / number)
    return Edge(number * edge.jacobian, number * edge.dense)


def _sum(random: Random, of: mc.Variable, wrt: mc.Variable, depth: int) -> Edge:
    one = random_edge(random, of, wrt, depth - 1)
    two = random_edge(random, of, wrt, depth - 1)
    if random.random() < 0.3:
        return Edge(one.jacobian - two.jacobian.to(one.jacobian.layout), one.dense - two.dense)
    return Edge(one.jacobian + two.jacobian.to(one.jacobian.layout), one.dense + two.dense)


_NESTED = ("scaled", "sum")
_MAKERS = {
    "dense": _dense,
    "diagonal": _diagonal,
    "identity": _identity,
    "product": _product,
    "scaled": _scaled,
    "sum": _sum,
}


def check(chain: Chain, random: Random) -> None:
    """Hold a chain against its dense arrays: array, jvp, vjp, and the product by ``@``.

    Raises:
        AssertionError: They differ.
    """
    composed = mc.chain(*chain.shuffled, layout=chain.layout)
    stored = chain.expected
    expected = in_layout(stored, chain.of.rank, chain.layout)
    agree = {"rtol": 1e-10, "atol": 1e-12 * max(1.0, chain.magnitude)}
    assert composed.shape == expected.shape
    np.testing.assert_allclose(composed.array, expected, **agree)
    other = next(layout for layout in LAYOUTS if layout != chain.layout)
    np.testing.assert_allclose(composed.to(other).array, np.transpose(expected), **agree)

    v, u = _numbers(random, chain.wrt.shape), _numbers(random, chain.of.shape)
    loose = {"rtol": 1e-9, "atol": 1e-11 * max(1.0, chain.magnitude) * LARGEST}
    np.testing.assert_allclose(
        composed.jvp(v), np.tensordot(stored, v, axes=chain.wrt.rank), **loose
    )
    np.testing.assert_allclose(
        composed.vjp(u), np.tensordot(u, stored, axes=chain.of.rank), **loose
    )
    np.testing.assert_allclose(multiplied(chain, random).array, expected, **agree)


def multiplied(chain: Chain, random: Random) -> mc.Jacobian[Any]:
    """The chain by ``@`` in the order of its layout, the brackets at random."""
    factors = [edge.jacobian.to(chain.layout) for edge in chain.edges]
    if chain.layout == "denominator":
        factors.reverse()
    while len(factors) > 1:
        k = random.randrange(len(factors) - 1)
        factors[k : k + 2] = [factors[k] @ factors[k + 1]]
    return factors[0]

"""A derivative at a point, as factors: numbers beside the network that they are multiplied in.

What computes the factors, and the network, are made once for arrays of the same shapes. A graph
that holds the numbers is made where somebody goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import NamedTuple

from matcalc import dimensions
from matcalc.arrays import Array, frozen
from matcalc.code.libraries import library_in
from matcalc.graph import Node, Product, Sum, Symbol, add, contract, symbol, topological
from matcalc.jacobians.linear_map import Given
from matcalc.plan.running import Bindings, Run, leaves_of
from matcalc.variables import Variable


class PointNetwork(NamedTuple):
    """What derivatives at points of the same shapes share.

    Attributes:
        node: The entries, with a symbol for each factor.
        symbols: The factors by name.
        path: The variables, with their sizes.
        bindings: What was run for them.
    """

    node: Node
    symbols: dict[str, Symbol]
    path: tuple[Variable, ...]
    bindings: Bindings


@dataclass(frozen=True, eq=False)
class Point:
    """Numbers for the factors of a network, which nobody else has."""

    network: PointNetwork
    numbers: Mapping[str, Array]

    @cached_property
    def node(self) -> Node:
        """The graph that holds the numbers."""
        symbols = self.network.symbols.items()
        leaves: dict[Node, Node] = {node: frozen(self.numbers[k]) for k, node in symbols}
        return _with_leaves(self.network.node, leaves, {})


def at_point(node: Node, path: Sequence[Variable], given: Given) -> Point:
    """A derivative at a point: factors of numbers, none larger than what it is made of.

    Args:
        node: The entries.
        path: The variables.
        given: The numbers of its variables, the sizes of its dimensions, who keeps what is run.
    """
    known = leaves_of(node, None, lambda: [node])
    names = {name: given.arrays[name] for name in known.shapes if name in given.arrays}
    library = library_in([*names.values(), *known.foreign])
    shapes = tuple(tuple(array.shape) for array in known.arrays(names, library))
    sizes = known.sizes(shapes, given.sizes)
    computed = _parts(node, lambda one: _entries(one, sizes))
    part = leaves_of(node, ("parts", *sizes.items()), lambda: computed)
    network = _network(node, computed, path, sizes)

    def point(factors: Sequence[Array]) -> Point:
        return Point(network, dict(zip(network.symbols, factors, strict=True)))

    def keep(taken: Sequence[str], run: Run) -> None:
        if given.keep is not None:
            given.keep(taken, lambda arrays: [point(run(arrays))])

    return point(part.run(names, sizes, lambda: computed, library, keep=keep))


def _network(
    root: Node, parts: Sequence[Node], path: Sequence[Variable], sizes: Mapping[str, int]
) -> PointNetwork:
    """The graph above some nodes, with symbols in their place and numbers for sizes."""
    leaves = {
        part: symbol(f"({k})", tuple(dimensions.evaluate(size, sizes) for size in part.shape))
        for k, part in enumerate(parts)
    }
    node = _with_leaves(root, leaves, sizes)
    sized = tuple(Variable(one.name, dimensions.substitute(one.shape, sizes)) for one in path)
    return PointNetwork(node, {leaf.name: leaf for leaf in leaves.values()}, sized, Bindings())


def _entries(node: Node, sizes: Mapping[str, int]) -> int:
    return prod(dimensions.evaluate(size, sizes) for size in node.shape)


def _parts(root: Node, entries: Callable[[Node], int]) -> list[Node]:
    """The nodes that become arrays: what sums and growing products are made of."""
    found: dict[Node, None] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        grows = isinstance(node, Product) and entries(node) > sum(map(entries, node.operands))
        if isinstance(node, Sum) or grows:
            waiting += node.operands
        else:
            found[node] = None
    return list(found)


def _with_leaves(root: Node, leaves: Mapping[Node, Node], sizes: Mapping[str, int]) -> Node:
    """The graph above some nodes, with others in their place and numbers for sizes."""
    done = dict(leaves)
    for node in topological(root, known=leaves):
        if isinstance(node, Product):
            factors = [factor._replace(node=done[factor.node]) for factor in node.factors]
            lengths = {k: dimensions.evaluate(size, sizes) for k, size in enumerate(node.sizes)}
            scale = node.scale._replace(number=node.scale.evaluate(sizes), powers=())
            done[node] = contract(factors, node.output, lengths, scale)
        else:
            done[node] = add([done[operand] for operand in node.operands])
    return done[root]

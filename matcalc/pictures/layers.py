"""A graph in layers from left to right: which layer, which order within it, which place.

Edges that skip layers are led through places of their own, so that they pass between nodes.
Source: Sugiyama, Tagawa & Toda, Methods for visual understanding of hierarchical system
structures (1981).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

_SWEEPS = 12
_SPACE = 18.0  # between nodes of a layer

Edges = Mapping[int, Sequence[int]]  # for each node those that it is made of, in order


def layers_of(operands: Edges) -> dict[int, int]:
    """The layer of each node, operands to the left; what has no operands as far right as it can.

    Args:
        operands: The operands of each node; nodes after their operands.

    >>> layers_of({0: [], 1: [], 2: [0], 3: [2, 1]})
    {0: 0, 1: 1, 2: 1, 3: 2}
    """
    layer: dict[int, int] = {}
    for node, below in operands.items():
        layer[node] = 1 + max((layer[one] for one in below), default=-1)
    for node in [node for node, below in operands.items() if not below]:
        above = [layer[user] for user, below in operands.items() if node in below]
        layer[node] = min(above, default=1) - 1
    return layer


class Layering:
    """Nodes and stops of long edges, in layers; a stop is a negative number.

    Attributes:
        layer: The layer of each node and stop.
        routes: For each edge, operand first, the nodes and stops along it.
        order: For each layer what is in it, from top to bottom.
    """

    def __init__(self, operands: Edges) -> None:
        self.layer = layers_of(operands)
        self.routes: dict[tuple[int, int], list[int]] = {}
        for node, below in operands.items():
            for operand in below:
                self.routes[operand, node] = self._route(operand, node)
        steps = {step for route in self.routes.values() for step in pairwise(route)}
        self.before: dict[int, list[int]] = {one: [] for one in self.layer}
        self.after: dict[int, list[int]] = {one: [] for one in self.layer}
        for left, right in sorted(steps):
            self.before[right].append(left)
            self.after[left].append(right)
        for node, below in operands.items():  # in the order in which they are written
            self.before[node] = [self.routes[operand, node][-2] for operand in below]
        self.order = self._ordered(list(operands)[-1])

    def _route(self, operand: int, node: int) -> list[int]:
        stops: list[int] = []
        for layer in range(self.layer[operand] + 1, self.layer[node]):
            stops.append(-1 - len(self.layer))
            self.layer[stops[-1]] = layer
        return [operand, *stops, node]

    def _ordered(self, root: int) -> list[list[int]]:
        """Each layer in the order with the fewest crossings that was found."""
        order = self._as_written(root)
        best, fewest = order, self._crossings(order)
        for sweep in range(_SWEEPS):
            order = self._swept(order, rightwards=sweep % 2 == 0)
            found = self._crossings(order)
            if found < fewest:
                best, fewest = order, found
        return best

    def _as_written(self, root: int) -> list[list[int]]:
        """Each layer in the order in which a walk from the result meets its nodes."""
        order: list[list[int]] = [[] for _ in range(max(self.layer.values()) + 1)]
        waiting, met = [root], set[int]()
        while waiting:
            one = waiting.pop()
            if one not in met:
                met.add(one)
                order[self.layer[one]].append(one)
                waiting += reversed(self.before[one])
        return order

    def _swept(self, order: Sequence[Sequence[int]], *, rightwards: bool) -> list[list[int]]:
        """Each layer sorted by the mean place of its neighbours on one side."""
        beside = self.before if rightwards else self.after
        found = [list(layer) for layer in order]
        for k in range(len(found)) if rightwards else reversed(range(len(found))):
            place = {one: at for layer in found for at, one in enumerate(layer)}
            means = {
                one: sum(place[n] for n in beside[one]) / len(beside[one])
                if beside[one]
                else place[one]
                for one in found[k]
            }
            found[k] = sorted(found[k], key=means.__getitem__)
        return found

    def _crossings(self, order: Sequence[Sequence[int]]) -> int:
        place = {one: at for layer in order for at, one in enumerate(layer)}
        count = 0
        for layer in order:
            ends = [(place[one], place[after]) for one in layer for after in self.after[one]]
            count += sum(
                (a < c and b > d) or (a > c and b < d)
                for k, (a, b) in enumerate(ends)
                for c, d in ends[:k]
            )
        return count

    def places(self, heights: Mapping[int, float]) -> dict[int, float]:
        """The middle of each node and stop from the top: near its neighbours, none overlapping.

        Args:
            heights: How high each is; a stop that is not there has none.
        """
        middle: dict[int, float] = {}
        for layer in self.order:
            middle.update(_apart(layer, dict.fromkeys(layer, 0.0), heights))
        for sweep in range(_SWEEPS):
            ordered = self.order if sweep % 2 else self.order[::-1]
            for layer in ordered:
                wanted = {one: self._mean(one, middle) for one in layer}
                middle.update(_apart(layer, wanted, heights))
        return middle

    def _mean(self, one: int, middle: Mapping[int, float]) -> float:
        beside = [*self.before[one], *self.after[one]]
        return sum(middle[n] for n in beside) / len(beside) if beside else middle[one]


def _apart(
    layer: Sequence[int], wanted: Mapping[int, float], heights: Mapping[int, float]
) -> dict[int, float]:
    """Places in order and without overlaps, near the ones wanted: between two ways to get them."""
    down, up = dict(wanted), dict(wanted)
    for one, two in pairwise(layer):
        down[two] = max(down[two], down[one] + _distance(one, two, heights))
    for two, one in pairwise(layer[::-1]):
        up[one] = min(up[one], up[two] - _distance(one, two, heights))
    return {one: (down[one] + up[one]) / 2 for one in layer}


def _distance(one: int, two: int, heights: Mapping[int, float]) -> float:
    return (heights.get(one, 0.0) + heights.get(two, 0.0)) / 2 + _SPACE

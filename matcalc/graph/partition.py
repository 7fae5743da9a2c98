"""Ordered partitions of a graph's vertices, refined until neighbours no longer tell them apart.

A cell that was split is what others are split by, all of its parts but the largest: near-linear
in the number of edges. The order of the cells follows from the graph and the given colours alone.

Source: Hopcroft, An n log n algorithm for minimizing states in a finite automaton (1971); colour
refinement as in McKay & Piperno, Practical graph isomorphism II (2014), section 2.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matcalc.steps import spend

Edges = tuple[tuple[tuple[int, int], ...], ...]
"""For each vertex its neighbours, each with the position that the edge has."""


class Partition:
    """Vertices in cells; the cells are in an order that names of vertices do not influence.

    Attributes:
        edges: The graph.
        cells: The vertices of each cell, by how many vertices stand before it.
        cell_of: The cell of each vertex: its colour.
    """

    def __init__(self, edges: Edges, colours: Mapping[int, Any]) -> None:
        """Cells by sortable colours, refined."""
        self.edges = edges
        self.cells: dict[int, list[int]] = {}
        self.cell_of: dict[int, int] = {}
        groups: dict[Any, list[int]] = {}
        for vertex, colour in colours.items():
            groups.setdefault(colour, []).append(vertex)
        self._place(0, [groups[colour] for colour in sorted(groups)])
        self._refine(self.cells)

    def is_alone(self, vertex: int) -> bool:
        """Whether nothing else is in the cell of a vertex."""
        return len(self.cells[self.cell_of[vertex]]) == 1

    def restricted(self, vertices: Iterable[int]) -> Partition:
        """The partition of some of the vertices."""
        return Partition(self.edges, {vertex: self.cell_of[vertex] for vertex in vertices})

    def individualised(self, vertex: int) -> Partition:
        """The partition in which a vertex stands alone, before what it was with; refined."""
        result = object.__new__(Partition)
        result.edges, result.cells = self.edges, dict(self.cells)
        result.cell_of = dict(self.cell_of)
        start = self.cell_of[vertex]
        rest = [other for other in self.cells[start] if other != vertex]
        result._place(start, [[vertex], rest])
        result._refine([start])
        return result

    def _place(self, start: int, groups: Iterable[list[int]]) -> list[int]:
        """Put groups in place of the cell at a position; return where each begins."""
        found: list[int] = []
        for group in groups:
            self.cells[start] = group
            self.cell_of.update(dict.fromkeys(group, start))
            found.append(start)
            start += len(group)
        return found

    def _refine(self, splitters: Iterable[int]) -> None:
        waiting = deque(sorted(splitters))
        queued = set(waiting)
        while waiting:
            splitter = waiting.popleft()
            queued.discard(splitter)
            for starts in self._split_by(self.cells[splitter]):
                largest = max(starts, key=lambda start: (len(self.cells[start]), -start))
                whole = starts[0] in queued  # the first part keeps the place of the cell
                new = [k for k in starts if k not in queued and (whole or k != largest)]
                waiting += new
                queued.update(new)

    def _split_by(self, splitter: Sequence[int]) -> list[list[int]]:
        """Split cells by their edges to a cell; for each that was, where its parts begin."""
        seen: dict[int, list[int]] = {}
        for vertex in splitter:
            for position, other in self.edges[vertex]:
                if other in self.cell_of:
                    seen.setdefault(other, []).append(position)
        spend(len(splitter) + len(seen))
        touched: dict[int, dict[tuple[int, ...], list[int]]] = {}
        for other, positions in seen.items():
            start = self.cell_of[other]
            if len(self.cells[start]) > 1:
                signature = tuple(sorted(positions))
                touched.setdefault(start, {}).setdefault(signature, []).append(other)
        found: list[list[int]] = []
        for start in sorted(touched):
            groups = touched[start]
            rest = [vertex for vertex in self.cells[start] if vertex not in seen]
            parts = [groups[signature] for signature in sorted(groups)]
            parts += [rest] if rest else []
            if len(parts) > 1:
                found.append(self._place(start, parts))
        return found

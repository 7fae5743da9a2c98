"""A canonical order for the factors of a product whose labels could have had any names.

Factors and labels are the vertices of a graph. Where those that look like no other lead to all
others one by one, as the ends of a chain do, the walk from them is the order. Else the vertices
are partitioned by all that their neighbours tell. What hangs together through vertices that are
not told apart yet is ordered by itself, and parts that look the same may stand in either order.
Within a part a tie is broken by trying one label of a cell and, of the others, those that no
symmetry found so far maps to one that was tried. So chains, cycles, stars, trees, equal
components and complete graphs take polynomial time. Past a bound the given order decides: two
equal products may then fail to meet, but nothing wrong can be computed.

Source: individualisation, refinement and pruning by automorphisms as in McKay & Piperno,
Practical graph isomorphism II (2014), sections 2 and 3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, NamedTuple

from matcalc.graph.partition import Edges, Partition
from matcalc.steps import counted, spend

Label = Hashable
Colours = dict[Label, int]

_TRIES = 4  # complete orders that are tried for each label
_ROUNDS = 2  # of looking at neighbours before the walk: a factor is known by its labels then


class ColouredFactor(NamedTuple):
    """A factor of a product.

    Attributes:
        colour: What it is, sortable: equal for equal factors.
        labels: The label of each axis.
        symmetric: Whether its axes may be exchanged.
    """

    colour: Any
    labels: Sequence[Label]
    symmetric: bool = False

    def positions(self) -> range | list[int]:
        """The axes by number; all the same where they may be exchanged."""
        return [0] * len(self.labels) if self.symmetric else range(len(self.labels))


def canonical_order(
    factors: Sequence[ColouredFactor], label_colours: Mapping[Label, Any]
) -> tuple[list[int], Colours | None]:
    """The positions of the factors, in an order that names of labels do not influence.

    Args:
        factors: The factors.
        label_colours: For each label a sortable colour: what is known of it outside the factors.

    Returns:
        The positions; and colours of the labels, by which the axes of a symmetric factor are put
        in order, if there is one.

    >>> canonical_order([ColouredFactor("X", "ab"), ColouredFactor("A", "ba")], {"a": 0, "b": 0})[0]
    [1, 0]
    """
    colours = [factor.colour for factor in factors]
    order = sorted(range(len(factors)), key=colours.__getitem__)
    distinct = all(colours[a] != colours[b] for a, b in pairwise(order))
    if distinct and not any(factor.symmetric for factor in factors):
        return order, None
    number = {label: k for k, label in enumerate(label_colours, len(factors))}
    place = _places(_edges(factors, number), _kinds(colours, label_colours.values()), len(factors))
    order.sort(key=lambda k: (colours[k], place[k]))
    return order, {label: place[vertex] for label, vertex in number.items()}


def _edges(factors: Sequence[ColouredFactor], number: Mapping[Label, int]) -> Edges:
    """For each vertex its neighbours, with positions. Factors are numbered first."""
    edges: list[list[tuple[int, int]]] = [[] for _ in range(len(factors) + len(number))]
    for k, factor in enumerate(factors):
        for position, label in zip(factor.positions(), factor.labels, strict=True):
            edges[k].append((position, number[label]))
            edges[number[label]].append((position, k))
    return tuple([tuple(beside) for beside in edges])


def _kinds(factors: Sequence[Any], labels: Iterable[Any]) -> tuple[int, ...]:
    """For each vertex the rank of its colour."""
    of_factors = _ranks(factors)
    found = max(of_factors) + 1
    return (*of_factors, *(found + rank for rank in _ranks(list(labels))))


def _places(edges: Edges, kinds: tuple[int, ...], count: int) -> list[int]:
    """The place of each vertex in canonical order; it takes the same steps where it is known."""
    with counted() as now:
        places, steps = _searched(edges, kinds, count)
    spend(steps - now.spent)
    return places


@lru_cache(maxsize=4096)  # the steps of a long program are products of one form
def _searched(edges: Edges, kinds: tuple[int, ...], count: int) -> tuple[list[int], int]:
    """The place of each vertex in canonical order, and the steps that it took to find it."""
    with counted() as steps:
        sequence = _OrderSearch(edges, kinds, count).sequence()
    return sorted(range(len(sequence)), key=sequence.__getitem__), steps.spent


def in_order(factor: ColouredFactor, colours: Mapping[Label, int] | None) -> Sequence[Label]:
    """The labels of a factor; where they may be exchanged, by their colours."""
    if not factor.symmetric or colours is None:
        return factor.labels
    return sorted(factor.labels, key=colours.__getitem__)


class _OrderSearch:
    """The search for a canonical sequence of the factors and labels of one product.

    Attributes:
        edges: For each vertex its neighbours, with positions. Factors are numbered first.
        kinds: For each vertex the rank of its colour.
        count: How many vertices are factors.
        symmetries: Those that were found, as pairs of vertices that they map.
        left: How many complete orders may still be tried.
    """

    def __init__(self, edges: Edges, kinds: Sequence[int], count: int) -> None:
        self.edges, self.kinds, self.count = edges, kinds, count
        self.symmetries: list[list[tuple[int, int]]] = []
        self.left = _TRIES * (len(edges) - count)

    def sequence(self) -> list[int]:
        """All factors and labels in canonical order."""
        walk = self.walk()
        if len(walk) == len(self.edges):
            return walk
        cells = Partition(self.edges, dict(enumerate(self.kinds)))
        return self.arranged(cells, range(len(self.edges)))

    def walk(self) -> list[int]:
        """Vertices that look like no other, and those that they lead to, each by a way of its own.

        A step goes from a vertex to the one neighbour of a look that the walk has not met.
        """
        edges, looks = self.edges, self.kinds
        for _ in range(_ROUNDS):
            looks = _ranks(
                [
                    (look, tuple(sorted((position, looks[other]) for position, other in beside)))
                    for look, beside in zip(looks, edges, strict=True)
                ]
            )
        counts = Counter(looks)
        alone = (vertex for vertex, look in enumerate(looks) if counts[look] == 1)
        walk = sorted(alone, key=looks.__getitem__)
        met = set(walk)
        for vertex in walk:  # grows while it is walked along
            beside: dict[tuple[int, int], set[int]] = {}
            for position, other in edges[vertex]:
                if other not in met:
                    beside.setdefault((position, looks[other]), set()).add(other)
            for way in sorted(beside):
                if len(beside[way]) == 1 and not met.issuperset(beside[way]):
                    walk += beside[way]
                    met |= beside[way]
        spend(len(walk))
        return walk

    def arranged(
        self, cells: Partition, vertices: Sequence[int], *, quick: bool = False
    ) -> list[int]:
        """Some vertices in canonical order: part by part, equal parts in any order.

        Args:
            cells: What tells them apart.
            vertices: A union of parts.
            quick: Whether the first vertex of a tie is as good as any.
        """
        alike: dict[int, list[list[int]]] = {}
        for part in self.parts(cells, vertices):
            sequence = self.broken(cells, part, quick=quick) if len(part) > 1 else part
            alike.setdefault(min(map(cells.cell_of.__getitem__, part)), []).append(sequence)
        for sequences in alike.values():
            if len(sequences) > 1:
                self.sort(cells, sequences)
        return list(chain.from_iterable(chain.from_iterable(alike[k] for k in sorted(alike))))

    def sort(self, cells: Partition, sequences: list[list[int]]) -> None:
        """Put parts in order by their looks; those that look the same are interchanged freely."""
        looks = {sequence[0]: self.appearance(cells, sequence) for sequence in sequences}
        sequences.sort(key=lambda sequence: looks[sequence[0]])
        for left, right in pairwise(sequences):
            if looks[left[0]] == looks[right[0]]:
                self.symmetries.append(list(zip(left, right, strict=True)))

    def parts(self, cells: Partition, vertices: Sequence[int]) -> list[list[int]]:
        """Vertices in groups that hang together through vertices that are not alone in a cell."""
        tied = {vertex for vertex in vertices if not cells.is_alone(vertex)}
        found = [[vertex] for vertex in vertices if vertex not in tied]
        for vertex in vertices:
            if vertex not in tied:
                continue
            tied.discard(vertex)
            part = [vertex]
            for one in part:  # grows while it is walked through
                for _, other in self.edges[one]:
                    if other in tied:
                        tied.discard(other)
                        part.append(other)
            found.append(part)
        return found

    def broken(self, cells: Partition, part: list[int], *, quick: bool) -> list[int]:
        """A part in canonical order: of those that the labels of one cell lead to the least."""
        own = cells.restricted(part)
        tied = [k for k in part if k >= self.count and not own.is_alone(k)]
        if not tied:
            return self.arranged(own, part)
        first = min(own.cell_of[k] for k in tied)
        candidates = [k for k in tied if own.cell_of[k] == first]
        if quick or self.left <= 0:
            return self.arranged(own.individualised(candidates[0]), part, quick=True)
        orbits, since = _Orbits(), len(self.symmetries)
        known: list[tuple[Any, list[int]]] = []
        for position, vertex in enumerate(candidates):
            orbits.join(self.symmetries[since:])
            since = len(self.symmetries)
            if self.left > 0 and not orbits.meet(vertex, candidates[:position]):
                self.tried(own, part, vertex, known)
        return min(known, key=lambda pair: pair[0])[1]

    def tried(
        self, own: Partition, part: list[int], vertex: int, known: list[tuple[Any, list[int]]]
    ) -> None:
        """Order a part from a vertex: in the first way; if that is new, in the least.

        A first vertex has nothing that its first way could look like.
        """
        after = own.individualised(vertex)
        for quick in (True, False) if known else (False,):
            self.left -= 1
            sequence = self.arranged(after, part, quick=quick)
            looks = self.appearance(own, sequence)
            same = next((other for seen, other in known if seen == looks), None)
            known.append((looks, sequence))
            if same is not None:
                self.symmetries.append(list(zip(same, sequence, strict=True)))
                return

    def appearance(self, cells: Partition, sequence: Sequence[int]) -> list[Any]:
        """What a sequence looks like: equal for two if a symmetry maps one to the other.

        What a vertex has to do with others outside of the cells, its own cell tells.
        """
        place = {vertex: k for k, vertex in enumerate(sequence)}
        return [
            (
                cells.cell_of[vertex],
                sorted(
                    (position, place.get(other, -1), cells.cell_of[other])
                    for position, other in self.edges[vertex]
                    if other in cells.cell_of
                ),
            )
            for vertex in sequence
        ]


def _ranks(looks: Sequence[Any]) -> list[int]:
    """The place of each among those that differ, in sorted order."""
    rank = {look: k for k, look in enumerate(sorted(set(looks)))}
    return [rank[look] for look in looks]


class _Orbits:
    """Vertices that symmetries map to one another."""

    def __init__(self) -> None:
        self.leader: dict[int, int] = {}

    def of(self, vertex: int) -> int:
        """One vertex that stands for all of its orbit."""
        while vertex in self.leader:
            vertex = self.leader[vertex]
        return vertex

    def join(self, symmetries: Iterable[Iterable[tuple[int, int]]]) -> None:
        """Put together what symmetries map."""
        for pairs in symmetries:
            for one, two in pairs:
                left, right = self.of(one), self.of(two)
                if left != right:
                    self.leader[left] = right

    def meet(self, vertex: int, others: Iterable[int]) -> bool:
        """Whether one of the others is in the orbit of a vertex."""
        return any(self.of(vertex) == self.of(other) for other in others)

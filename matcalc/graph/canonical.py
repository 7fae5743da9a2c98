"""A canonical order for the factors of a product whose labels could have had any names.

Factors and labels form a graph; colours are refined until they no longer split, and a tie is
broken by trying its members, up to a bound. Past the bound the given order decides: two equal
products may then fail to meet, but nothing wrong can be computed.

Source: colour refinement is the one-dimensional Weisfeiler–Leman algorithm; individualisation
and refinement as in McKay & Piperno, Practical graph isomorphism II (2014), section 2.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

Label = Hashable
Colours = dict[Label, int]

_LEAVES = 64


class Factor(NamedTuple):
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

    def seen(self, colours: Colours) -> tuple[int, ...]:
        """The colours of the labels, in order where the order matters."""
        found = tuple(colours[label] for label in self.labels)
        return tuple(sorted(found)) if self.symmetric else found


def canonical_order(
    factors: Sequence[Factor], label_colours: Mapping[Label, Any]
) -> tuple[list[int], Colours | None]:
    """The positions of the factors, in an order that names of labels do not influence.

    Args:
        factors: The factors.
        label_colours: For each label a sortable colour: what is known of it outside the factors.

    Returns:
        The positions; and colours of the labels, by which the axes of a symmetric factor are put
        in order, if there is one.

    >>> canonical_order([Factor("X", "ab"), Factor("A", "ba")], {"a": 0, "b": 0})[0]
    [1, 0]
    """
    colours = [factor.colour for factor in factors]
    order = sorted(range(len(factors)), key=colours.__getitem__)
    distinct = all(colours[a] != colours[b] for a, b in pairwise(order))
    if distinct and not any(factor.symmetric for factor in factors):
        return order, None
    labels = _ranked(label_colours)
    best = min(_leaves(factors, _ranks(colours), labels), key=lambda leaf: leaf[0])
    return best[1:]


def _ranks(values: Sequence[Any]) -> list[int]:
    position = {value: rank for rank, value in enumerate(sorted(set(values)))}
    return [position[value] for value in values]


def _ranked(values: Mapping[Label, Any]) -> Colours:
    return dict(zip(values, _ranks(list(values.values())), strict=True))


def _refined(
    factors: Sequence[Factor], colours: list[int], labels: Colours
) -> tuple[list[int], Colours]:
    """Split colours by the colours of neighbours until nothing splits any more.

    Where all factors differ, their labels matter to symmetric ones alone.
    """
    ends = not any(factor.symmetric for factor in factors)
    while True:
        finer = _ranks(
            [(colour, factor.seen(labels)) for colour, factor in zip(colours, factors, strict=True)]
        )
        if ends and max(finer) == len(factors) - 1:
            return finer, labels
        seen: dict[Label, list[tuple[int, int]]] = {label: [] for label in labels}
        for colour, factor in zip(finer, factors, strict=True):
            for position, label in zip(factor.positions(), factor.labels, strict=True):
                seen[label].append((colour, position))
        finer_labels = _ranked({k: (labels[k], tuple(sorted(v))) for k, v in seen.items()})
        if max(finer) == max(colours) and finer_labels == labels:
            return finer, finer_labels
        colours, labels = finer, finer_labels


def _leaves(
    factors: Sequence[Factor], colours: list[int], labels: Colours
) -> list[tuple[list[Any], list[int], Colours]]:
    """Each complete order that tie-breaking reaches, with what the product looks like in it."""
    waiting = [_refined(factors, colours, labels)]
    leaves: list[tuple[list[Any], list[int], Colours]] = []
    while waiting and len(leaves) < _LEAVES:
        colours, labels = waiting.pop()
        order = sorted(range(len(factors)), key=colours.__getitem__)
        tied = next((c for c in range(len(factors)) if colours.count(c) > 1), None)
        if tied is None:
            leaves.append((_appearance(factors, order, labels), order, labels))
            continue
        members = [k for k in order if colours[k] == tied]
        for member in reversed(members[: _LEAVES - len(leaves)]):
            doubled = [2 * c for c in colours]
            doubled[member] -= 1
            waiting.append(_refined(factors, _ranks(doubled), labels))
    return leaves


def _appearance(factors: Sequence[Factor], order: Sequence[int], colours: Colours) -> list[Any]:
    numbers: dict[Label, int] = {}
    return [
        (
            factors[k].colour,
            [numbers.setdefault(label, len(numbers)) for label in in_order(factors[k], colours)],
        )
        for k in order
    ]


def in_order(factor: Factor, colours: Colours | None) -> Sequence[Label]:
    """The labels of a factor; where they may be exchanged, by their colours."""
    if not factor.symmetric or colours is None:
        return factor.labels
    return sorted(factor.labels, key=colours.__getitem__)

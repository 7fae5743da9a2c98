"""Arrays that a traced function writes into: what was written where, and what the whole is.

Writes at places that do not touch are kept apart, and put together once, when the whole is
asked for; so that a loop of T steps that fills an array costs T steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import NotDifferentiableError
from matcalc.graph import Factor, Node, add, contract, einsum
from matcalc.operations import algebra
from matcalc.operations.indexing import Place
from matcalc.operations.parts import window
from matcalc.operations.sequences import one_hot
from matcalc.symbolic.broadcasting import broadcast, broadcast_to, reshaped, with_new_axes


def are_apart(one: Place, two: Place) -> bool:
    """Whether two places have no entry in common, for sure."""
    for (start, stop, _), (first, last, _) in zip(one, two, strict=True):
        if all(isinstance(k, int) for k in (start, stop, first, last)) and (
            int(stop) <= int(first) or int(last) <= int(start)
        ):
            return True
        if stop == first or last == start:
            return True
    return False


def whole_of(base: Node, writes: Sequence[tuple[Place, Node]]) -> Node:
    """An array after writes at places that do not touch."""
    terms = [base]
    for place, value in writes:
        if not _is_zero(base):
            terms.append(algebra.negative(_placed(_picked(base, place), base.shape, place)))
        terms.append(_placed(value, base.shape, place))
    return add(terms)


def _is_zero(node: Node) -> bool:
    return node is algebra.constant(0, node.shape)


def fitted(value: Node, place: Place) -> Node:
    """A value as an array of the whole rank, of the size of a place: broadcast into it."""
    inside = tuple(
        length for (_, _, single), length in zip(place, lengths(place), strict=True) if not single
    )
    while len(value.shape) > len(inside) and value.shape[0] == 1:
        value = contract([Factor(value, algebra.axes_of(value))], algebra.axes_of(value)[1:])
    spread, wanted = broadcast("an assignment", [value, algebra.constant(1, inside)])
    if wanted.shape != inside:
        raise NotDifferentiableError(f"{value.shape} is assigned to a part of shape {inside}")
    node = broadcast_to(spread, inside)
    singles = [k for k, (_, _, single) in enumerate(place) if single]
    return with_new_axes(node, singles) if singles else node


def scattered(base: Node, key: Any, value: Node) -> Node:
    """An array after a write at places that a list of numbers names, or a slice of any step.

    Raises:
        NotDifferentiableError: The places depend on values, a size has a name, or a place is named
            twice.
    """
    size = dimensions.product(base.shape)
    if not isinstance(size, int) or size > _ENTRIES:
        raise NotDifferentiableError(
            "x[…] = y at places in a list is traced of arrays whose sizes are small numbers"
        )
    try:
        places = np.arange(size).reshape([int(k) for k in base.shape])[key]
    except (IndexError, TypeError, ValueError):
        raise NotDifferentiableError(
            "x[…] = y is traced of numbers, slices, lists of numbers, and comparisons as a mask"
        ) from None
    flat = np.ravel(places).tolist()
    if len(set(flat)) < len(flat) or not flat:
        raise NotDifferentiableError("x[…] = y names a place twice, or none")
    which = one_hot(flat, size)
    spread = broadcast("an assignment", [value, algebra.constant(1, np.shape(places))])
    new = reshaped(broadcast_to(spread[0], np.shape(places)), (-1,))
    entries = reshaped(base, (-1,))
    gone = einsum("k i, k j, j -> i", which, which, entries)
    found = add([entries, algebra.negative(gone), einsum("k i, k -> i", which, new)])
    return reshaped(found, base.shape)


_ENTRIES = 2000  # of an array that is written into at places in a list


def lengths(place: Place) -> Iterator[Dimension]:
    """How long a place is along each axis."""
    return (dimensions.difference(stop, start) for start, stop, _ in place)


def _windows(shape: Shape, place: Place) -> list[Factor]:
    return [
        Factor(window(start, length, size), (("part", k), k))
        for k, ((start, _, _), length, size) in enumerate(
            zip(place, lengths(place), shape, strict=True)
        )
        if (start, length) != (0, size)
    ]


def _labels(windows: Sequence[Factor], rank: int) -> tuple[Any, ...]:
    cut = {one.labels[1] for one in windows}
    return tuple(("part", k) if k in cut else k for k in range(rank))


def _picked(node: Node, place: Place) -> Node:
    windows = _windows(node.shape, place)
    axes = algebra.axes_of(node)
    return contract([*windows, Factor(node, axes)], _labels(windows, len(axes)))


def _placed(value: Node, shape: Shape, place: Place) -> Node:
    windows = _windows(shape, place)
    axes = tuple(range(len(shape)))
    return contract([*windows, Factor(value, _labels(windows, len(axes)))], axes)

"""One contraction of many arrays: a cheap order, then pairs by matrix products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

import numpy as np
import opt_einsum
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


class Operand(NamedTuple):
    """An array in a product: a label on each axis, and a power that is taken when it is used."""

    array: Array
    labels: tuple[Any, ...]
    exponent: Fraction = Fraction(1)

    def powered(self) -> Array:
        """The array to its power, entry by entry."""
        if self.exponent == 1:
            return self.array
        if self.exponent.denominator > 1:
            return np.asarray(self.array ** float(self.exponent))
        power = self.array ** abs(int(self.exponent))
        return power if self.exponent > 0 else np.asarray(1.0 / power)


def contract_arrays(operands: Sequence[Operand], output: Sequence[Any]) -> Array:
    """The product of labelled arrays, summed over each label that ``output`` lacks.

    Args:
        operands: Arrays with a label on each axis, of sizes that agree.
        output: Distinct labels, each of some operand.

    >>> A, x = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 1.0])
    >>> contract_arrays([Operand(A, ("i", "j")), Operand(x, ("j",))], ["i"])
    array([3., 7.])
    """
    uses = Counter(label for operand in operands for label in set(operand.labels))
    kept = set(output)
    waiting = [_reduced(operand, uses, kept) for operand in operands]
    for one, two in _order(waiting, output):
        chosen = waiting[one], waiting[two]
        waiting = [operand for k, operand in enumerate(waiting) if k not in (one, two)]
        needed = kept.union(*(operand.labels for operand in waiting))
        waiting.append(_pair(*chosen, needed))
    labels = waiting[0].labels
    return waiting[0].powered().transpose([labels.index(label) for label in output])


def _order(operands: Sequence[Operand], output: Sequence[Any]) -> Sequence[tuple[int, int]]:
    """Which two to multiply next: positions among what is left, results put at the end."""
    if len(operands) < 3:
        return [(0, 1)][: len(operands) - 1]
    symbols: dict[Any, str] = {}
    for operand in operands:
        for label in operand.labels:
            symbols.setdefault(label, opt_einsum.get_symbol(len(symbols)))
    terms = ["".join(symbols[label] for label in operand.labels) for operand in operands]
    subscripts = f"{','.join(terms)}->{''.join(symbols[label] for label in output)}"
    return _path(subscripts, tuple(operand.array.shape for operand in operands))


@lru_cache(maxsize=256)  # the same formula at many points
def _path(subscripts: str, shapes: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, int], ...]:
    path, _ = opt_einsum.contract_path(subscripts, *shapes, shapes=True)
    return tuple((min(step), max(step)) for step in path)


def _reduced(operand: Operand, uses: Counter[Any], kept: set[Any]) -> Operand:
    """An array without the labels that it alone has and nobody asks for; repeated ones once."""
    labels = operand.labels
    wanted = tuple(k for k in dict.fromkeys(labels) if k in kept or uses[k] > 1)
    if wanted == labels:
        return operand
    array = operand.powered()
    distinct = dict.fromkeys(labels)
    if len(distinct) < len(labels):
        numbers = {label: k for k, label in enumerate(distinct)}
        array = np.einsum(array, [numbers[k] for k in labels], list(numbers.values()))  # type: ignore[arg-type]
    summed = tuple(axis for axis, label in enumerate(distinct) if label not in wanted)
    return Operand(np.asarray(array.sum(axis=summed)) if summed else array, wanted)


def _pair(one: Operand, two: Operand, needed: set[Any]) -> Operand:
    """Two arrays multiplied, and summed over the labels that nobody else needs."""
    a, a_labels, b, b_labels = one.powered(), one.labels, two.powered(), two.labels
    both = [label for label in a_labels if label in b_labels]
    batch = [label for label in both if label in needed]
    summed = [label for label in both if label not in needed]
    left = [label for label in a_labels if label not in both]
    right = [label for label in b_labels if label not in both]
    result = (*batch, *left, *right)
    if not summed:
        return Operand(_aligned(a, a_labels, result) * _aligned(b, b_labels, result), result)
    sizes = {
        **dict(zip(a_labels, a.shape, strict=True)),
        **dict(zip(b_labels, b.shape, strict=True)),
    }
    shape = tuple(sizes[label] for label in result)
    rows = _stacked(a, a_labels, [batch, left, summed], sizes)
    columns = _stacked(b, b_labels, [batch, summed, right], sizes)
    if not (left or right):
        return Operand(np.einsum("bij,bji->b", rows, columns).reshape(shape), result)
    return Operand((rows @ columns).reshape(shape), result)


def _aligned(array: Array, labels: Sequence[Any], result: Sequence[Any]) -> Array:
    """A view with the axes of the result, of size 1 where the array has none."""
    order = [labels.index(label) for label in result if label in labels]
    index = tuple(slice(None) if label in labels else None for label in result)
    return array.transpose(order)[index]


def _stacked(
    array: Array, labels: Sequence[Any], groups: Sequence[Sequence[Any]], sizes: dict[Any, int]
) -> Array:
    order = [labels.index(label) for group in groups for label in group]
    shape = [prod(sizes[label] for label in group) for group in groups]
    return array.transpose(order).reshape(shape)

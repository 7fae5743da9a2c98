"""In which order the factors of a product are multiplied, two by two.

Few factors: every order, by dynamic programming over their subsets. Many: every way to bracket
them as they stand in a row, neighbours side by side, which for a chain is every way there is; or
the order that opt_einsum finds, if it is cheaper. What books do is there to compare it with: they
multiply from left to right.

Source: Cormen et al., Introduction to Algorithms, section 14.2 (chains of matrices).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

FEW = 6  # factors of which every order is tried
_MANY = 40  # factors of which every bracketing is tried

Order = tuple[tuple[int, int], ...]
"""Which two to multiply next: positions among what is left, results put at the end."""

Ordering = Callable[[Sequence[Sequence[Any]], Sequence[Any], Mapping[Any, int]], Order]
"""What finds an order: of the labels of factors, those of the result, the size of each."""


def cheapest(
    labels: Sequence[Sequence[Any]], output: Sequence[Any], sizes: Mapping[Any, int]
) -> Order:
    """The order of the fewest multiplications.

    Args:
        labels: The labels of each factor.
        output: The labels of the result.
        sizes: The size of each label.

    >>> cheapest(["ij", "jk", "k"], "i", dict.fromkeys("ijk", 10))  # A B v: B v first
    ((1, 2), (0, 1))
    """
    if len(labels) < 3:
        return ((0, 1),) if len(labels) == 2 else ()
    distinct = dict.fromkeys(label for one in labels for label in one)
    return _cheapest(*_masks(labels, output), tuple(sizes[label] for label in distinct))


def multiplications(
    labels: Sequence[Sequence[Any]], output: Sequence[Any], sizes: Mapping[Any, int]
) -> int:
    """How many multiplications the cheapest order takes.

    >>> multiplications(["ij", "jk", "k"], "i", dict.fromkeys("ijk", 10))
    200
    """
    distinct = dict.fromkeys(label for one in labels for label in one)
    network = _LabelSets(*_masks(labels, output), tuple(sizes[label] for label in distinct))
    return network.cost(cheapest(labels, output, sizes))


def left_to_right(
    labels: Sequence[Sequence[Any]], output: Sequence[Any], _sizes: Mapping[Any, int]
) -> Order:
    """The order in which books multiply: in a row that begins with the first axis of the result.

    >>> left_to_right(["ij", "jk", "k"], "i", dict.fromkeys("ijk", 10))  # A B v: A B first
    ((0, 1), (0, 1))
    """
    masks, wanted, count = *_masks(labels, output), len(labels)
    first = [k for k, one in enumerate(labels) if output and output[0] in one]
    present = list(range(count))
    order: list[tuple[int, int]] = []
    product, *others = _LabelSets(masks, wanted, ()).in_a_row(first or present)
    for done, following in enumerate(others):
        one, two = sorted((present.index(product), present.index(following)))
        order.append((one, two))
        product = count + done
        present = [k for place, k in enumerate(present) if place not in (one, two)] + [product]
    return tuple(order)


def _masks(labels: Sequence[Sequence[Any]], output: Sequence[Any]) -> tuple[tuple[int, ...], int]:
    """The labels of factors and of the result as bits, in the order in which labels occur."""
    numbers = {label: k for k, label in enumerate(dict.fromkeys(k for one in labels for k in one))}
    masks = tuple(sum(1 << numbers[k] for k in set(one)) for one in labels)
    return masks, sum(1 << numbers[k] for k in set(output))


@lru_cache(maxsize=512)
def _cheapest(masks: tuple[int, ...], output: int, sizes: tuple[int, ...]) -> Order:
    network = _LabelSets(masks, output, sizes)
    if len(masks) <= FEW:
        return network.of_subsets()
    brackets = [network.of_brackets()] if len(masks) <= _MANY else []
    return min([*brackets, network.by_opt_einsum()], key=network.cost)


class _LabelSets:
    """Factors as sets of labels, each set a number with a bit for each label."""

    def __init__(self, masks: Sequence[int], output: int, sizes: Sequence[int]) -> None:
        self.masks = list(masks)
        self.output = output
        self.sizes = sizes
        self._extents: dict[int, int] = {}

    def extent(self, mask: int) -> int:
        """The number of entries of an array with these labels."""
        found = self._extents.get(mask)
        if found is None:
            found, left = 1, mask
            while left:
                low = left & -left
                found *= self.sizes[low.bit_length() - 1]
                left ^= low
            self._extents[mask] = found
        return found

    def cost(self, order: Order) -> int:
        """The multiplications that an order takes."""
        waiting, total = list(self.masks), 0
        for one, two in order:
            a, b = waiting[one], waiting[two]
            waiting = [mask for k, mask in enumerate(waiting) if k not in (one, two)]
            total += self.extent(a | b)
            needed = self.output
            for mask in waiting:
                needed |= mask
            waiting.append((a | b) & needed)
        return total

    def of_subsets(self) -> Order:
        """The cheapest order of all."""
        count = len(self.masks)
        whole = (1 << count) - 1
        united = [0] * (whole + 1)
        for chosen in range(1, whole + 1):
            low = chosen & -chosen
            united[chosen] = united[chosen ^ low] | self.masks[low.bit_length() - 1]
        left = [united[s] & (united[whole ^ s] | self.output) for s in range(whole + 1)]
        best: dict[int, tuple[int, int]] = {1 << k: (0, 0) for k in range(count)}
        for k in range(count):
            left[1 << k] = self.masks[k]
        for chosen in range(3, whole + 1):
            if chosen & (chosen - 1):
                best[chosen] = self._best_split(chosen, left, best)
        return _as_order(whole, {chosen: half for chosen, (_, half) in best.items() if half})

    def _best_split(
        self, chosen: int, left: Sequence[int], best: dict[int, tuple[int, int]]
    ) -> tuple[int, int]:
        """The cheapest way to part a set of factors in two: its cost, and the one half."""

        def price(half: int) -> int:
            other = chosen ^ half
            return best[half][0] + best[other][0] + self.extent(left[half] | left[other])

        return min((price(half), half) for half in _halves(chosen))

    def of_brackets(self) -> Order:
        """The cheapest way to bracket the factors in a row in which neighbours share labels."""
        row = self.in_a_row(range(len(self.masks)))
        count = len(row)
        masks = [self.masks[k] for k in row]
        before = [0]
        for mask in masks:
            before.append(before[-1] | mask)
        behind = [0]
        for mask in reversed(masks):
            behind.append(behind[-1] | mask)
        left: dict[tuple[int, int], int] = {(k, k + 1): masks[k] for k in range(count)}
        best: dict[tuple[int, int], tuple[int, int]] = {(k, k + 1): (0, 0) for k in range(count)}
        for length in range(2, count + 1):
            for start in range(count - length + 1):
                stop = start + length
                best[start, stop] = min(
                    (
                        best[start, middle][0]
                        + best[middle, stop][0]
                        + self.extent(left[start, middle] | left[middle, stop]),
                        -middle,
                    )
                    for middle in range(start + 1, stop)
                )
                inside = left[start, stop - 1] | masks[stop - 1]
                outside = before[start] | behind[count - stop] | self.output
                left[start, stop] = inside & outside
        chosen = {
            _bits(row[start:stop]): _bits(row[start:-middle])
            for (start, stop), (_, middle) in best.items()
            if middle
        }
        return _as_order((1 << count) - 1, chosen)

    def in_a_row(self, first: Sequence[int]) -> list[int]:
        """The factors, each after one that it shares a label with where that can be.

        It begins with the one of ``first`` that shares labels with the fewest.
        """
        ends = [self._neighbours(k) for k in range(len(self.masks))]
        start = min(first, key=lambda k: (len(ends[k]), k))
        row, waiting = dict.fromkeys([start]), [start]
        while len(row) < len(self.masks):
            options = [k for k in ends[waiting[-1]] if k not in row] if waiting else []
            if not options and waiting:
                waiting.pop()
                continue
            following = options[0] if options else min(set(range(len(self.masks))) - row.keys())
            row[following] = None
            waiting.append(following)
        return list(row)

    def _neighbours(self, one: int) -> list[int]:
        """The other factors that share a label with one; those with few labels first."""
        found = [k for k, mask in enumerate(self.masks) if k != one and mask & self.masks[one]]
        return sorted(found, key=lambda k: (self.masks[k].bit_count(), k))

    def by_opt_einsum(self) -> Order:
        """The order that opt_einsum finds."""
        library = import_module("opt_einsum")
        symbols = [library.get_symbol(k) for k in range(len(self.sizes))]
        terms = ["".join(symbols[k] for k in _members(mask)) for mask in self.masks]
        output = "".join(symbols[k] for k in _members(self.output))
        shapes = [tuple(self.sizes[k] for k in _members(mask)) for mask in self.masks]
        path, _ = library.contract_path(f"{','.join(terms)}->{output}", *shapes, shapes=True)
        return tuple((min(step), max(step)) for step in path)


def _halves(chosen: int) -> Iterator[int]:
    """Every way to part a set in two, by the larger number of the two."""
    half = (chosen - 1) & chosen
    while half > chosen ^ half:
        yield half
        half = (half - 1) & chosen


def _bits(positions: Sequence[int]) -> int:
    return sum(1 << k for k in positions)


def _members(mask: int) -> list[int]:
    return [k for k in range(mask.bit_length()) if mask >> k & 1]


def _as_order(whole: int, halves: dict[int, int]) -> Order:
    """The splits of sets as steps, each on positions among what is left."""
    waiting, splits = [whole], []
    while waiting:
        chosen = waiting.pop()
        if chosen in halves:
            splits.append(chosen)
            waiting += [halves[chosen], chosen ^ halves[chosen]]
    present = [1 << k for k in range(whole.bit_count())]
    order: list[tuple[int, int]] = []
    for chosen in reversed(splits):
        pair = sorted(map(present.index, (halves[chosen], chosen ^ halves[chosen])))
        order.append((pair[0], pair[1]))
        present = [one for k, one in enumerate(present) if k not in pair] + [chosen]
    return tuple(order)

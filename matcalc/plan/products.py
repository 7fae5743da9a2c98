"""The steps of one product: pairs in a cheap order, as matrices or entry by entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import prod
from operator import itemgetter
from typing import Any, NamedTuple

from matcalc.plan.order import FEW, Ordering, cheapest, multiplications
from matcalc.plan.plan import Steps
from matcalc.plan.step import Aligned, Matrices
from matcalc.plan.windows import Operand


def contracted(
    operands: Sequence[Operand],
    output: Sequence[Any],
    number: float,
    steps: Steps,
    ordering: Ordering = cheapest,
) -> int:
    """A number times the product of labelled arrays, summed over each label not in ``output``.

    Args:
        operands: Arrays with a label on each axis, of sizes that agree.
        output: Distinct labels, each of some operand.
        number: What it is multiplied with.
        steps: Where steps are made.
        ordering: What finds the order in which factors are multiplied.
    """
    kept = set(output)
    operands = [part for one in operands for part in _twice(one, operands, kept)]
    uses = Counter(label for operand in operands for label in set(operand.labels))
    work = _ProductSteps(steps)
    waiting = [work.reduced(operand, uses, kept) for operand in operands]
    sizes = {k: n for one in waiting for k, n in zip(one.labels, steps.shape(one.at), strict=True)}
    if number != 1:
        there = [k for k, one in enumerate(waiting) if work.has_scaled(one, number)]
        entries = [prod(steps.shape(one.at)) for one in waiting]
        least = there[0] if there else entries.index(min(entries))
        if there or entries[least] < prod(sizes[label] for label in output):
            waiting[least] = work.scaled(waiting[least], number)
            number = 1.0
    if ordering is cheapest:
        waiting = work.with_known(waiting, output, sizes)
    for one, two in ordering([one.labels for one in waiting], output, sizes):
        chosen = waiting[one], waiting[two]
        waiting = [operand for k, operand in enumerate(waiting) if k not in (one, two)]
        needed = kept.union(*(operand.labels for operand in waiting))
        waiting.append(work.pair(*chosen, needed))
    (last,) = waiting
    at = steps.transposed(work.powered(last), [last.labels.index(label) for label in output])
    return at if number == 1 else steps.make("scale", [at], steps.shape(at), number)


def _twice(one: Operand, operands: Sequence[Operand], kept: set[Any]) -> list[Operand]:
    """A square that is summed over as a product of two, which matrices make: ``x @ x``."""
    others = {label for other in operands if other is not one for label in other.labels}
    summed = set(one.labels) - others - kept
    if one.exponent != 2 or not summed or len(set(one.labels)) < len(one.labels):
        return [one]
    return [one._replace(exponent=Fraction(1))] * 2


class _PairStep(NamedTuple):
    """A product of two, as the step that makes it, and the labels of the result."""

    op: str
    arrays: Sequence[int]
    shape: Sequence[int]
    value: Any
    cost: int
    labels: tuple[Any, ...]


class _ProductSteps:
    """Makes the steps of products of two."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    def powered(self, operand: Operand) -> int:
        """The array to its power, entry by entry."""
        at: int = operand.at
        if operand.exponent == 1:
            return at
        return self.steps.make("power", [at], self.steps.shape(at), operand.exponent)

    def scaled(self, operand: Operand, number: float) -> Operand:
        at = self.powered(operand)
        return Operand(self.steps.make("scale", [at], self.steps.shape(at), number), operand.labels)

    def has_scaled(self, operand: Operand, number: float) -> bool:
        """Whether a multiple is there."""
        at = operand.at
        return operand.exponent == 1 and self.steps.has("scale", [at], self.steps.shape(at), number)

    def with_known(
        self, waiting: list[Operand], output: Sequence[Any], sizes: Mapping[Any, int]
    ) -> list[Operand]:
        """Factors of which some are products that are there, where the rest is cheaper so."""
        while 2 < len(waiting) <= FEW:
            found: list[tuple[int, list[Operand]]] = []
            for one, two in combinations(range(len(waiting)), 2):
                rest = [other for k, other in enumerate(waiting) if k not in (one, two)]
                needed = set(output).union(*(other.labels for other in rest))
                known = self.known(waiting[one], waiting[two], needed)
                if known is not None:
                    whole = [*rest, known]
                    found.append((multiplications([k.labels for k in whole], output, sizes), whole))
            least, better = min(found, key=itemgetter(0), default=(0, waiting))
            if not found or least >= multiplications([k.labels for k in waiting], output, sizes):
                break
            waiting = better
        return waiting

    def known(self, one: Operand, two: Operand, needed: set[Any]) -> Operand | None:
        """The product of two, summed over what nobody else needs, of a step that is there."""
        both = min(one.at, two.at), max(one.at, two.at)
        if both not in self.steps.multiplied or one.exponent != 1 or two.exponent != 1:
            return None
        largest = max(prod(self.steps.shape(at)) for at in both)
        for first, second in ((one, two), (two, one)):
            for way in (self.matrices(first, second, needed), self.entries(first, second)):
                is_there = self.steps.has(way.op, way.arrays, way.shape, way.value)
                if is_there and (way.op == "contract" or prod(way.shape) <= largest):
                    return self.reduced(self.made(way), Counter(), needed)
        return None

    def made(self, way: _PairStep) -> Operand:
        """A product of two."""
        at = self.steps.make(way.op, way.arrays, way.shape, way.value, cost=way.cost)
        return Operand(at, way.labels)

    def reduced(self, operand: Operand, uses: Counter[Any], kept: set[Any]) -> Operand:
        """An array without the labels that it alone has and nobody asks for; repeated ones once."""
        labels = operand.labels
        wanted = tuple(k for k in dict.fromkeys(labels) if k in kept or uses[k] > 1)
        if wanted == labels:
            return operand
        at, sizes = self.powered(operand), self.sizes(operand)
        distinct = tuple(dict.fromkeys(labels))
        if len(distinct) < len(labels):
            numbers = tuple(distinct.index(k) for k in labels)
            at = self.steps.make("diagonal", [at], [sizes[k] for k in distinct], numbers)
        summed = tuple(axis for axis, label in enumerate(distinct) if label not in wanted)
        if summed:
            at = self.steps.make("sum", [at], [sizes[k] for k in wanted], summed)
        return Operand(at, wanted)

    def sizes(self, *operands: Operand) -> dict[Any, int]:
        """The size of each label."""
        pairs = (zip(one.labels, self.steps.shape(one.at), strict=True) for one in operands)
        return {label: size for listed in pairs for label, size in listed}

    def pair(self, one: Operand, two: Operand, needed: set[Any]) -> Operand:
        """Two arrays multiplied, and summed over the labels that nobody else needs."""
        known = self.known(one, two, needed)
        if known is not None:
            return known
        if any(k in two.labels and k not in needed for k in one.labels):
            return self.made(self.matrices(one, two, needed))
        if one.exponent < 0 < two.exponent:
            one, two = two, one
        return self.made(self.entries(one, two))

    def entries(self, one: Operand, two: Operand) -> _PairStep:
        """A product entry by entry, or a quotient."""
        op = "multiply"
        if one.exponent > 0 > two.exponent:
            op, two = "divide", two._replace(exponent=-two.exponent)
        labels = one.labels
        if not set(two.labels) <= set(labels):
            labels = two.labels
        if not set(one.labels) <= set(labels):
            both = [k for k in one.labels if k in two.labels]
            labels = tuple(dict.fromkeys([*both, *one.labels, *two.labels]))
        sizes = self.sizes(one, two)
        shape = [sizes[label] for label in labels]
        ways = tuple(_aligned(operand.labels, labels) for operand in (one, two))
        arrays = [self.powered(one), self.powered(two)]
        return _PairStep(op, arrays, shape, ways, prod(shape), labels)

    def matrices(self, one: Operand, two: Operand, needed: set[Any]) -> _PairStep:
        """A product of matrices, or of stacks of them."""
        sizes = self.sizes(one, two)
        larger = max((one, two), key=lambda k: prod(self.steps.shape(k.at))).labels
        both = [label for label in larger if label in one.labels and label in two.labels]
        stack = [label for label in both if label in needed]
        summed = [label for label in both if label not in needed]
        rows = [label for label in one.labels if label not in both]
        columns = [label for label in two.labels if label not in both]
        labels = (*stack, *rows, *columns)
        way = Matrices(
            tuple(one.labels.index(label) for label in (*stack, *rows, *summed)),
            tuple(two.labels.index(label) for label in (*stack, *summed, *columns)),
            len(stack),
            len(rows),
            len(summed),
        )
        arrays = [self.powered(one), self.powered(two)]
        shape = [sizes[label] for label in labels]
        return _PairStep("contract", arrays, shape, way, prod(sizes.values()), labels)


def _aligned(own: Sequence[Any], labels: Sequence[Any]) -> Aligned:
    order = tuple(own.index(label) for label in labels if label in own)
    return Aligned(order, tuple(label in own for label in labels))

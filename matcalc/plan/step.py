"""Steps: what a plan is made of, as data that executors run and printers write."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

VIEWS = ("reshape", "transpose", "diagonal", "slice", "windows")  # of what is there already
PRODUCTS = ("multiply", "divide", "contract")  # of two
OTHERS = ("variable", "constant", "number", "eye", "apply")  # perhaps not the plan's own

_LETTERS = (*ascii_lowercase[8:], *ascii_lowercase[:8], *ascii_uppercase)  # i, j, k first

Sizes = tuple[int, ...]


class Step(NamedTuple):
    """An array that is made of earlier ones.

    Attributes:
        op: What is done: ``variable constant number eye reshape transpose diagonal sum power root
            multiply divide contract scale apply add spread slice place windows``.
        operands: The positions of the steps that it is done to.
        shape: The shape of the result.
        value: What else it needs to know: a name, axes, labels, an exponent.
        cost: How many multiplications it takes.
    """

    op: str
    operands: tuple[int, ...]
    shape: Sizes
    value: Any = None
    cost: int = 0

    @property
    def part(self) -> tuple[slice, ...]:
        """The index of the part along one axis that is sliced, or placed into."""
        axis, start, stop = self.value
        return (*(slice(None),) * axis, slice(start, stop))


class Aligned(NamedTuple):
    """How an array is brought to the axes of a product.

    Attributes:
        order: Its axes in the order of the product.
        kept: For each axis of the product whether the array has it; else it is repeated.
    """

    order: tuple[int, ...]
    kept: tuple[bool, ...]


class Matrices(NamedTuple):
    """How two arrays are brought to stacks of matrices.

    Attributes:
        one: The axes of the one: stack, rows, summed.
        two: The axes of the other: stack, summed, columns.
        stack: How many axes are of the stack.
        rows: How many are rows.
        summed: How many are summed.
    """

    one: tuple[int, ...]
    two: tuple[int, ...]
    stack: int
    rows: int
    summed: int

    @property
    def columns(self) -> int:
        """How many axes are columns."""
        return len(self.two) - self.stack - self.summed

    @property
    def subscripts(self) -> str:
        """The same for an einsum.

        >>> Matrices((0, 1), (1, 0), 0, 1, 1).subscripts  # a row, and the columns of the other
        'ij,kj->ik'
        """
        letters = iter(_LETTERS)
        counts = self.stack, self.rows, self.summed, self.columns
        stack, rows, summed, columns = ("".join(islice(letters, count)) for count in counts)
        one, two = (
            _placed(stack + rows + summed, self.one),
            _placed(stack + summed + columns, self.two),
        )
        return f"{one},{two}->{stack}{rows}{columns}"


def _placed(letters: str, order: Sequence[int]) -> str:
    """Letters of axes in an order, as they stand in the array."""
    return "".join(letter for _, letter in sorted(zip(order, letters, strict=True)))


class Spread(NamedTuple):
    """An array written into a larger one: along its diagonals, repeated along its other axes.

    Attributes:
        core: The labels of the array.
        labels: Those of the larger one, each axis taken apart into the labels that it groups.
        sizes: The sizes of these.
    """

    core: tuple[int, ...]
    labels: tuple[int, ...]
    sizes: Sizes


class Unfolded(NamedTuple):
    """An axis seen along two, i and j: the entry ``(start + a i + b j) / by``, or zero.

    Attributes:
        start: The place of the first entry.
        first: The size of the first axis, and a.
        second: The size of the second axis, and b.
        by: What places are divided by; where a rest is left, there is no entry.
    """

    start: int
    first: tuple[Any, int]
    second: tuple[Any, int]
    by: int

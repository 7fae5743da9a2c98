"""Values at one point, many at a time: what a step makes of many values of what it takes.

A column is n×1 and a row 1×n; a number fits beside anything. Every value has an axis in front,
along which there are as many values of one shape as are looked at together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from matcalc.arrays import Array

CLOSE = 1e-8  # relative: what is equal but for rounding


class Stack(NamedTuple):
    """Some values of one kind and shape.

    Attributes:
        kind: ``s`` a number, ``c`` a column, ``r`` a row, ``m`` a matrix, ``t`` more axes.
        data: The values; all but those of more axes as matrices, a number as 1×1.
    """

    kind: str
    data: Array

    @property
    def many(self) -> int:
        """How many values there are."""
        return int(self.data.shape[0])

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of each."""
        return self.data.shape[1:]

    @property
    def form(self) -> tuple[str, tuple[int, ...]]:
        """The kind and the shape of each: values of one form are compared and added."""
        return self.kind, self.shape

    @property
    def is_square(self) -> bool:
        """Whether they are square matrices."""
        return self.kind == "m" and self.shape[0] == self.shape[1]

    def taken(self, places: Any) -> Stack:
        """Some of the values, by their places."""
        return Stack(self.kind, self.data[places])

    def entries(self) -> Array:
        """Each as an array: a number without axes, a vector with one."""
        if self.kind == "s":
            return self.data.reshape(self.many)
        return self.data.reshape(self.many, -1) if self.kind in "cr" else self.data


_KINDS = {0: "s", 1: "c", 2: "m"}


def stack(data: Array, *, row: bool = False) -> Stack:
    """Values of an array with an axis in front; vectors are columns."""
    rank = data.ndim - 1
    kind = "r" if rank == 1 and row else _KINDS.get(rank, "t")
    if rank == 0:
        data = data[:, None, None]
    elif rank == 1:
        data = data[:, None, :] if row else data[:, :, None]
    return Stack(kind, data)


def one(array: Any, *, row: bool = False) -> Stack:
    """A single value."""
    return stack(np.asarray(array, dtype=float)[None], row=row)


def joined(stacks: Sequence[Stack]) -> Stack:
    """Values of one kind and shape, one behind the other."""
    return Stack(stacks[0].kind, np.concatenate([each.data for each in stacks]))


def gathered(groups: Iterable[tuple[Stack, list[Any]]]) -> Iterator[tuple[Stack, list[Any]]]:
    """Values with what belongs to each, those of one kind and shape together."""
    by_form: dict[Any, list[tuple[Stack, list[Any]]]] = {}
    for each in groups:
        by_form.setdefault(each[0].form, []).append(each)
    for alike in by_form.values():
        yield joined([values for values, _ in alike]), [one for _, own in alike for one in own]


def transposed(value: Stack) -> Stack:
    """The transposes."""
    if value.kind == "t":
        return Stack("t", value.data.transpose(0, *reversed(range(1, value.data.ndim))))
    kind = {"c": "r", "r": "c"}.get(value.kind, value.kind)
    return Stack(kind, value.data.swapaxes(1, 2))


def multiplied(a: Stack, b: Stack) -> Stack | None:
    """The matrix product, where it fits."""
    if "s" in (a.kind, b.kind) or "t" in (a.kind, b.kind):
        return None
    if a.shape[1] != b.shape[0] or (a.kind == "c" and b.kind in "cm"):
        return None
    product = np.matmul(a.data, b.data)
    if a.kind == "r" and b.kind == "c":
        return Stack("s", product)
    return Stack("r" if a.kind == "r" else "c" if b.kind == "c" else "m", product)


_ENTRYWISE: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
}


def operated(sign: str, a: Stack, b: Stack) -> Stack | None:
    """What an operation makes of two values, where they fit."""
    if sign == "@":
        return multiplied(a, b)
    if "s" not in (a.kind, b.kind) and (a.kind != b.kind or a.shape != b.shape):
        return None
    one_data, two_data = a.data, b.data
    if a.kind == "s" and b.kind == "t":
        one_data = one_data.reshape(-1, *[1] * (two_data.ndim - 1))
    if b.kind == "s" and a.kind == "t":
        two_data = two_data.reshape(-1, *[1] * (one_data.ndim - 1))
    return Stack(b.kind if a.kind == "s" else a.kind, _ENTRYWISE[sign](one_data, two_data))


def close(one: Array, two: Array, off: float = CLOSE) -> bool:
    """Whether arrays are equal but for rounding, relative to the largest entry of the second."""
    size = float(np.max(np.abs(two))) or 1.0
    return bool(np.max(np.abs(one - two)) <= off * size)


def equal(one: Stack | None, two: Stack | None) -> bool:
    """Whether both are there, of one kind and shape, and equal but for rounding."""
    return bool(one and two and one.form == two.form and close(one.data, two.data))


def is_either(one: Stack | None, other: Stack | None) -> bool:
    """Whether a value is the other one, or its transpose."""
    return equal(one, other) or (one is not None and equal(transposed(one), other))


def ratio(one: Array, two: Array) -> float:
    """The number that makes the one to the other, but for rounding; 0 where there is none.

    >>> ratio(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    2.0
    """
    a, b = one.reshape(-1), two.reshape(-1)
    square = float(a @ a)
    factor = float(a @ b) / square if square and np.isfinite(square) else 0.0
    return factor if factor and close(factor * a, b) else 0.0


@cache
def _weights(count: int) -> Array:
    """Random weights, always the same for as many entries."""
    return np.random.default_rng(count).normal(size=count)


def prints(data: Array) -> Array:
    """A number for each value, by which equal ones are found: its entries, weighed at random."""
    flat = data.reshape(len(data), -1)
    found: Array = flat @ _weights(flat.shape[1])
    return found


def candidates(sign: str, one: Stack, two: Stack, needed: Stack) -> list[tuple[int, int]]:
    """Pairs whose fingerprint is that of what is needed."""
    rng = np.random.default_rng(11)
    aim = needed.data[0]
    marks, goal = _prints(sign, one, two, aim, rng)
    if marks is None:
        return []
    good = np.abs(marks - goal) <= 1e-8 * (1 + abs(goal))
    places = np.argwhere(good)
    return [(int(i), int(j)) for i, j in places[:200]]


def _prints(
    sign: str, one: Stack, two: Stack, aim: Array, rng: np.random.Generator
) -> tuple[Array | None, float]:
    """A fingerprint of every pair, and that of what is needed."""
    u, v = rng.normal(size=aim.shape[0]), rng.normal(size=aim.shape[-1])
    if aim.ndim != 2:
        return None, 0.0
    if sign == "@":
        left = np.einsum("i,kij->kj", u, one.data)
        right = np.einsum("kij,j->ki", two.data, v)
        return left @ right.T, float(u @ aim @ v)
    weights = np.outer(u, v)
    a = np.broadcast_to(one.data, (one.many, *aim.shape)).reshape(one.many, -1)
    b = np.broadcast_to(two.data, (two.many, *aim.shape)).reshape(two.many, -1)
    if sign == "/":
        b = 1.0 / b
    flat_weights = weights.reshape(-1)
    goal = float(np.sum(weights * aim))
    if sign in "*/":
        return (a * flat_weights) @ b.T, goal
    more = 1 if sign == "+" else -1
    return (a @ flat_weights)[:, None] + more * (b @ flat_weights), goal

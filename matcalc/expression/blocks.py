"""Brackets: parts of an array, ``X[1:3, 0]``, and arrays of parts, ``[A, b; b.T, 1]``.

Parts stand in rows apart by ``;``, in a row apart by ``,``. Numbers of one column are a vector, of
one row a vector that lies; a vector among others is a column. ``[[a, b], [c, d]]`` has a row in
each inner bracket. A literal 0 is as large as the place that it fills.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import NotationError, ShapeError
from matcalc.expression.values import Value, dimension_of, number_of
from matcalc.graph import Factor, Node, contract, zero
from matcalc.operations.indexing import indexed
from matcalc.operations.parts import concatenate

NEW, REST = "None", "..."  # an axis of size 1; all axes that are not named


def subscripted(pattern: str, value: Value, keys: Iterable[Any]) -> Value:
    """``x[…]``: entries and slices, counted from 0 as NumPy does.

    Args:
        pattern: What stands between the brackets, ``#`` for each number: ``"#:,#"``.
        value: The array.
        keys: The numbers, each a value or a tuple of values.

    Raises:
        NotationError: An index is no whole number and no dimension.
        ShapeError: There is no such entry, or nothing is left.

    >>> from matcalc.graph import number, symbol
    >>> X = Value(symbol("X", (3, "n")))
    >>> subscripted("#,#:", X, [Value(number(0)), Value(number(1))]).title
    'n-1×1'
    """
    numbers = (_numbers(key) for key in keys)
    items = [_item(one, numbers) for one in pattern.split(",")]
    node = indexed(value.node, tuple(items))
    return Value(node, value.row and len(node.shape) == 1)


def _item(item: str, numbers: Iterable[Any]) -> Any:
    found = iter(numbers)
    if item in (NEW, REST):
        return None if item == NEW else ...
    if ":" not in item:
        return next(found)
    ends = [next(found) if one else None for one in item.split(":")]
    return slice(*ends)


def _numbers(key: Any) -> Any:
    return [_number(one) for one in key] if type(key) is tuple else _number(key)


def _number(value: Any) -> int | str:
    """A whole number, or a dimension."""
    constant = number_of(value) if isinstance(value, Value) else None
    if constant is not None and constant.denominator == 1:
        return int(constant)
    try:
        return dimension_of(value)
    except NotationError:
        raise NotationError(
            "an index is a whole number or a dimension: x[0], x[1:n], X[:, None]"
        ) from None


def listed(rows: Sequence[int], parts: Sequence[Value], *, columns: bool = True) -> Value:
    """``[a, b; c, d]``: parts one beside the other, and rows one under the other.

    Args:
        rows: How many parts stand in each row.
        parts: The parts, row after row.
        columns: Whether vectors are columns, and one row of numbers lies.

    Raises:
        NotationError: A part has more than two axes.
        ShapeError: Parts of a row differ in height, or rows in width.

    >>> from matcalc.graph import symbol
    >>> A, x, c = (Value(symbol(*one)) for one in (("A", ("n", "n")), ("x", ("n",)), ("c", ())))
    >>> listed([2, 2], [A, x, Value(x.node, row=True), c]).title
    '(n+1)×(n+1)'
    """
    grid = _grid(rows, parts)
    shape = _shape(grid)
    if 1 in shape:
        lies = shape[0] == 1 and shape[1] != 1
        joined = concatenate(*(_flat(one) for row in grid for one in row), axis=0)
        return Value(joined, row=lies and columns)
    return Value(concatenate(*(_beside(row) for row in grid), axis=0))


def _grid(rows: Sequence[int], parts: Sequence[Value]) -> list[list[Value]]:
    """Parts in rows, each literal 0 as large as its place."""
    if any(len(one.node.shape) > 2 for one in parts):
        raise NotationError("between brackets stand numbers, vectors and matrices")
    found = iter(parts)
    grid = [[next(found) for _ in range(count)] for count in rows]
    return [[_filled(one, grid, i, j) for j, one in enumerate(row)] for i, row in enumerate(grid)]


def _filled(value: Value, grid: list[list[Value]], i: int, j: int) -> Value:
    if number_of(value) != 0:
        return value
    height = next((one.matrix[0] for one in grid[i] if one.node.shape), 1)
    beside = (row[j] for row in grid if j < len(row) and len(row) == len(grid[i]))
    width = next((one.matrix[1] for one in beside if one.node.shape), 1)
    if (height, width) == (1, 1):
        return value
    if width == 1:
        return Value(zero((height,)))
    return Value(zero((width,)), row=True) if height == 1 else Value(zero((height, width)))


def _matrix(value: Value) -> Shape:
    return value.matrix if value.node.shape else (1, 1)


def _shape(grid: Sequence[Sequence[Value]]) -> Shape:
    """Rows and columns of the whole.

    Raises:
        ShapeError: Parts of a row differ in height, or rows in width.
    """
    heights: list[Dimension] = []
    widths: list[Dimension] = []
    for row in grid:
        shapes = [_matrix(one) for one in row]
        _agree("height", [height for height, _ in shapes], row)
        heights.append(shapes[0][0])
        widths.append(dimensions.total([width for _, width in shapes]))
    _agree("width", widths, [row[0] for row in grid])
    return dimensions.total(heights), widths[0]


def _agree(what: str, sizes: Sequence[Dimension], parts: Sequence[Value]) -> None:
    clashes = [(sizes[0], one) for one in sizes[1:] if one != sizes[0]]
    if clashes:
        found = ", ".join(one.title for one in parts)
        where = "parts of a row" if what == "height" else "rows"
        raise ShapeError(f"[…]: {where} differ in {what}: {found}", clashes=clashes)


def _flat(value: Value) -> Node:
    """A part of a vector."""
    return contract([Factor(value.node, ())], (0,), {0: 1}) if not value.node.shape else value.node


def _beside(row: Sequence[Value]) -> Node:
    """Parts of one height, one beside the other, as a matrix."""
    return concatenate(*(as_matrix(one) for one in row), axis=1)


def as_matrix(value: Value) -> Node:
    """A part with two axes: a vector that stands is a column."""
    if len(value.node.shape) == 2:
        return value.node
    labels = tuple(range(len(value.node.shape)))
    output = (("new", 0), *labels) if value.row else (*labels, ("new", 0))
    if not labels:
        output = (("new", 0), ("new", 1))
    new = {label: 1 for label in output if label not in labels}
    return contract([Factor(value.node, labels)], output, new)

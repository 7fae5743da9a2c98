"""Parts of an array by brackets: entries, slices, new axes, rows chosen by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import ShapeError
from matcalc.graph import Factor, Node, contract
from matcalc.operations.parts import window
from matcalc.operations.sequences import exchange, one_hot


class _Picked(NamedTuple):
    """What is taken along one axis: a matrix that picks, and the label of the result."""

    which: Node | None
    label: Any
    chosen: bool  # by number, so that NumPy may move the axis


def indexed(node: Node, key: object) -> Node:
    """``node[key]``: of numbers, slices of step 1, ``...``, ``None`` and lists of numbers.

    Args:
        node: The array.
        key: What stands between the brackets; a name of a dimension stands for its number.

    Raises:
        ShapeError: There is no such entry, or nothing is left, or the key is none of these.

    >>> from matcalc.graph import symbol
    >>> X = symbol("X", (3, 4))
    >>> indexed(X, (0, slice(1, 3))).shape, indexed(X, (slice(None), None, -1)).shape
    ((2,), (3, 1))
    """
    items = _items(node.shape, key)
    parts: list[_Picked] = []
    factors: list[Factor] = []
    sizes: dict[Any, Dimension] = {}
    axis = 0
    for k, item in enumerate(items):
        if item is None:
            sizes[("new", k)] = 1
            parts.append(_Picked(None, ("new", k), chosen=False))
            continue
        part = _part(item, axis, node.shape[axis])
        if part.which is not None:
            factors.append(Factor(part.which, (part.label, axis)))
        parts.append(part)
        axis += 1
    return contract([Factor(node, tuple(range(axis))), *factors], _output(parts), sizes)


Place = tuple[tuple[Dimension, Dimension, bool], ...]  # for each axis: from, to, if one entry


def place_of(shape: Shape, key: object) -> Place | None:
    """Where a key of numbers and slices of step 1 points; ``None`` for other keys.

    >>> place_of((3, "n"), (1, slice(1, -1)))
    ((1, 2, True), (1, 'n-1', False))
    """
    items = _items(shape, key)
    found: list[tuple[Dimension, Dimension, bool]] = []
    for item, size in zip(items, shape, strict=False):
        if isinstance(item, slice) and item.step in (None, 1):
            found.append((*_bounds(item, size), False))
        elif _is_number(item):
            entry = _entry(item, size)
            found.append((entry, dimensions.total([entry, 1]) if entry else 1, True))
        else:
            return None
    return tuple(found) if len(items) == len(shape) else None


def _is_number(item: object) -> bool:
    return isinstance(item, (int, str)) and not isinstance(item, bool)


def _items(shape: Shape, key: object) -> list[Any]:
    """One item for each axis, and ``None`` for each new one."""
    items: list[Any] = list(key) if isinstance(key, tuple) else [key]
    given = sum(item is not None and item is not Ellipsis for item in items)
    missing = [slice(None)] * (len(shape) - given)
    if given > len(shape):
        raise ShapeError(f"{given} indices of an array of {len(shape)} axes")
    places = [k for k, item in enumerate(items) if item is Ellipsis]
    if len(places) > 1:
        raise ShapeError("an index has at most one ...")
    place = places[0] if places else len(items)
    return [*items[:place], *missing, *items[place + 1 :]]


def _part(item: Any, axis: int, size: Dimension) -> _Picked:
    if isinstance(item, slice):
        return _slice(item, axis, size)
    if _is_number(item):
        return _Picked(window(_entry(item, size), 1, size), ("entry", axis), chosen=True)
    if isinstance(item, (list, range)):
        return _Picked(_rows(item, size), "rows", chosen=True)
    raise ShapeError("an index is a number, a slice or a list of numbers")


def _slice(item: slice, axis: int, size: Dimension) -> _Picked:
    """A slice: of step 1 a window, backwards over all the exchange matrix, else of numbers."""
    if item.step == 0:
        raise ShapeError("a slice of step 0 has no next entry")
    if item.step in (None, 1):
        start, stop = _bounds(item, size)
        if (start, stop) == (0, size):
            return _Picked(None, axis, chosen=False)
        length = dimensions.difference(stop, start)
        return _Picked(window(start, length, size), ("part", axis), chosen=False)
    if item.step == -1 and item.start is None and item.stop is None:
        return _Picked(exchange(size), ("part", axis), chosen=False)
    if not isinstance(size, int):
        raise ShapeError(
            f"a slice of step {item.step} of an axis of {size}: declare a number, x[3]"
        )
    entries = range(*item.indices(size))
    if not entries:
        raise ShapeError(f"nothing is left of an axis of {size} by {item}")
    return _Picked(one_hot(entries, size), ("part", axis), chosen=False)


def _entry(index: Any, size: Dimension) -> Dimension:
    if isinstance(index, str):
        return index
    index = int(index)
    if not isinstance(size, int):
        return index if index >= 0 else dimensions.difference(size, -index)
    if not -size <= index < size:
        raise ShapeError(f"there is no entry {index} along an axis of {size}")
    return int(index % size)


def _bounds(part: slice, size: Dimension) -> tuple[Dimension, Dimension]:
    """Where a slice starts and stops, counted from the front."""
    if isinstance(size, int) and not (isinstance(part.start, str) or isinstance(part.stop, str)):
        start, stop, _ = part.indices(size)
        if start >= stop:
            raise ShapeError(f"nothing is left of an axis of {size} by {start}:{stop}")
        return start, stop
    first = 0 if part.start is None else _edge(part.start, size)
    last = size if part.stop is None else _edge(part.stop, size)
    length = dimensions.difference(last, first)
    if isinstance(length, int) and length < 1:
        raise ShapeError(f"nothing is left of an axis of {size} by {first}:{last}")
    return first, last


def _edge(edge: Any, size: Dimension) -> Dimension:
    """An end of a slice of an axis whose size has a name."""
    return _entry(edge, size) if isinstance(edge, str) or int(edge) < 0 else int(edge)


def _rows(chosen: Sequence[Any], size: Dimension) -> Node:
    """The matrix that picks entries by their numbers, a row for each."""
    named = not isinstance(size, int)
    if not chosen or not all(map(_is_number, chosen)) or (named and min(map(int, chosen)) < 0):
        raise ShapeError(
            f"a list as an index of an axis of {size}: it holds whole numbers, of an axis whose "
            "size has a name counted from the front"
        )
    return one_hot([int(k) if named else int(_entry(int(k), size)) for k in chosen], size)


def _output(parts: Sequence[_Picked]) -> list[Any]:
    """The labels of the result: axes chosen by number come first where others stand between."""
    labels = [part.label for part in parts]
    if "rows" not in labels:
        return [part.label for part in parts if not part.chosen]
    places = [k for k, part in enumerate(parts) if part.chosen]
    together = places == list(range(places[0], places[-1] + 1))
    rest = [part.label for part in parts if not part.chosen]
    before = sum(not part.chosen for part in parts[: places[0]]) if together else 0
    return [*rest[:before], "rows", *rest[before:]]

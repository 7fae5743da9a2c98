"""Keys of NumPy as they are read here: its whole numbers, arrays and masks as numbers and lists."""

from __future__ import annotations

from typing import Any

import numpy as np

from matcalc.dimensions import Shape
from matcalc.errors import NotDifferentiableError, ShapeError
from matcalc.graph import Node
from matcalc.operations import indexing
from matcalc.operations.indexing import Place
from matcalc.symbolic.broadcasting import reshaped


def indexed(node: Node, key: object) -> Node:
    """``node[key]`` of what is traced.

    Args:
        node: The array.
        key: What stands between the brackets.

    Raises:
        ShapeError: There is no such entry, or nothing is left.
        NotDifferentiableError: The key depends on what is traced, or is none that is known.

    >>> from matcalc.graph import symbol
    >>> indexed(symbol("X", (3, 4)), (0, np.array([True, False, True, False]))).shape
    (2,)
    """
    listed = _without_masks(node.shape, key if isinstance(key, tuple) else (key,))
    if any(isinstance(one, np.ndarray) and one.ndim > 1 for one in listed):
        return _of_tables(node, listed)
    return indexing.indexed(node, plain(listed))


def _without_masks(shape: Shape, key: tuple[Any, ...]) -> tuple[Any, ...]:
    """A key with the places of what is true for masks of several axes.

    Raises:
        ShapeError: A mask is not as large as the array.
    """
    found: list[Any] = []
    for one in key:
        if not (isinstance(one, np.ndarray) and one.dtype == bool and one.ndim > 1):
            found.append(one)
            continue
        axes = shape[len(found) : len(found) + one.ndim]
        if axes != one.shape or len(found) < sum(other is None for other in key):
            raise ShapeError(f"a mask of shape {one.shape} chooses from an array of that shape")
        found += one.nonzero()
    return tuple(found)


def _of_tables(node: Node, key: tuple[Any, ...]) -> Node:
    """Entries at places that stand in arrays of several axes, broadcast: ``x[np.ix_(a, b)]``.

    Raises:
        NotDifferentiableError: Something else stands between them.
    """
    is_table = [isinstance(one, (int, np.integer, list, np.ndarray)) for one in key]
    tables, rest = key[: sum(is_table)], key[sum(is_table) :]
    if not all(is_table[: len(tables)]) or any(one != slice(None) for one in rest):
        raise NotDifferentiableError(
            "arrays of several axes as an index stand in front, slices of all behind them"
        )
    spread = np.broadcast_arrays(*map(np.asarray, tables))
    found = indexing.indexed(node, plain(tuple(one.ravel() for one in spread)))
    return reshaped(found, (*spread[0].shape, *found.shape[1:]))


def place_of(shape: Shape, key: object) -> Place | None:
    """Where a key of numbers and slices of step 1 points; ``None`` for other keys."""
    listed = key if isinstance(key, tuple) else (key,)
    if any(isinstance(one, (list, range, np.ndarray)) for one in listed):
        return None
    return indexing.place_of(shape, plain(key))


def plain(key: object) -> object:
    """A key without NumPy's types.

    Raises:
        NotDifferentiableError: It depends on what is traced, or is none that is known.
    """
    return tuple(map(_item, key)) if isinstance(key, tuple) else _item(key)


def _item(item: Any) -> Any:
    if item is None or item is Ellipsis or isinstance(item, (slice, str)):
        return item
    if isinstance(item, (int, np.integer)) and not isinstance(item, (bool, np.bool_)):
        return int(item)
    if isinstance(item, (list, range, np.ndarray)):
        return _listed(np.asarray(item))
    raise NotDifferentiableError(
        f"an index is a number, a slice or an array of numbers, not {type(item).__name__}: "
        "what is traced has no values to index by"
    )


def _listed(chosen: np.ndarray[Any, Any]) -> list[int]:
    if chosen.dtype.kind == "O":
        raise NotDifferentiableError("an index depends on what is traced, which has no values")
    if chosen.ndim != 1:
        raise NotDifferentiableError(
            f"an array of shape {chosen.shape} as an index is not traced; one axis of numbers is"
        )
    if chosen.dtype == bool:
        return [int(k) for k in np.flatnonzero(chosen)]
    if chosen.dtype.kind not in "iu":
        raise ShapeError("an index of an array is a whole number")
    return [int(k) for k in chosen]

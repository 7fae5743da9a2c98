"""Keys of NumPy as they are read here: its whole numbers, arrays and masks as numbers and lists."""

from __future__ import annotations

from typing import Any

import numpy as np

from matcalc.dimensions import Shape
from matcalc.errors import NotDifferentiableError, ShapeError
from matcalc.graph import Node
from matcalc.operations import indexing
from matcalc.operations.indexing import Place


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
    return indexing.indexed(node, plain(key))


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

"""Parts of arrays: slices are views; lists of places and masks are copied."""

from __future__ import annotations

from numpy.arrays import (
    asarray,
    broadcast_shapes,
    broadcast_to,
    converted,
    listed,
    ndarray,
    places,
    scalar,
    view,
)
from numpy.scalars import bool_, generic


def part_of(one, index):
    """``one[index]``."""
    shape, steps, offset, chosen = _resolved(one, index)
    if chosen is not None:
        shape, found = _fancy(shape, steps, offset, chosen)
        return ndarray([one.entries[at] for at in found], shape, one.kind)
    if not shape and _is_single(index):
        return scalar(one.entries[offset], one.kind)
    return view(one, shape, steps, offset)


def put(one, index, value):
    """``one[index] = value``."""
    shape, steps, offset, chosen = _resolved(one, index)
    if chosen is not None:
        shape, found = _fancy(shape, steps, offset, chosen)
    else:
        found = places(tuple(shape), tuple(steps), offset)
    given = asarray(value)
    while given.ndim > len(shape) and given.shape[0] == 1:
        given = given[0] if given.ndim > 1 else asarray(given[0])
    new = listed(broadcast_to(given, tuple(shape)))
    if given.kind != one.kind:
        new = converted(new, given.kind, one.kind)
    entries = one.entries
    for at, number in zip(found, list(new), strict=True):
        entries[at] = number


def _is_single(index):
    items = index if isinstance(index, tuple) else (index,)
    return Ellipsis not in [one for one in items if one is Ellipsis]


def _items(one, index):
    """The index as a tuple: masks as lists of places, dots written out."""
    given = index if isinstance(index, tuple) else (index,)
    if all(type(item) in _PLAIN for item in given):
        return _filled(one, list(given))
    items = []
    for item in given:
        if isinstance(item, (list, range)) or (isinstance(item, ndarray) and item.ndim):
            item = asarray(list(item) if isinstance(item, range) else item)  # noqa: PLW2901
            if item.kind == "f" and not item.size:
                item = item.astype(int)  # noqa: PLW2901
        elif isinstance(item, ndarray) and item.kind != "b":
            item = int(item.item())  # noqa: PLW2901
        if isinstance(item, (bool, bool_)):
            item = asarray(bool(item))  # noqa: PLW2901
        items += _nonzero(item) if isinstance(item, ndarray) and item.kind == "b" else [item]
    return _filled(one, items)


_PLAIN = (int, slice, type(None))


def _filled(one, items):
    """The index with an item for each axis."""
    used = sum(item is not None and item is not Ellipsis for item in items)
    if used > one.ndim:
        raise IndexError(
            f"too many indices for array: array is {one.ndim}-dimensional, but {used} were indexed"
        )
    rest = [slice(None)] * (one.ndim - used)
    where = next((k for k, item in enumerate(items) if item is Ellipsis), None)
    return [*items, *rest] if where is None else [*items[:where], *rest, *items[where + 1 :]]


def _nonzero(mask):
    return list(nonzero(mask)) if mask.ndim else [None, asarray([0] if mask else [], int)]


def nonzero(given):
    """For each axis the places of the entries that are not zero."""
    one = asarray(given)
    found = [k for k, entry in enumerate(listed(one)) if entry]
    columns = []
    for size in reversed(one.shape):
        columns.append(ndarray([k % size for k in found], (len(found),), "i"))
        found = [k // size for k in found]
    return tuple(reversed(columns))


def _resolved(one, index):
    """Shape, steps and offset of the part; where places are chosen, they stand for their axes."""
    shape, steps, offset = [], [], one.offset
    chosen = {}
    axis = 0
    for item in _items(one, index):
        if item is None:
            shape.append(1)
            steps.append(0)
            continue
        size, step = one.shape[axis], one.steps[axis]
        axis += 1
        if isinstance(item, slice):
            start, stop, by = item.indices(size)
            shape.append(len(range(start, stop, by)))
            steps.append(step * by)
            offset += start * step if shape[-1] else 0
        elif isinstance(item, ndarray):
            chosen[len(shape)] = item
            shape.append(size)
            steps.append(step)
        elif isinstance(item, (int, generic)) or hasattr(item, "__index__"):
            offset += _place(item.__index__(), size) * step
        else:
            raise IndexError(f"only integers, slices, None and arrays are valid indices: {item!r}")
    return tuple(shape), tuple(steps), offset, chosen or None


def _place(at, size):
    if not -size <= at < size:
        raise IndexError(f"index {at} is out of bounds for axis with size {size}")
    return at % size


def _fancy(shape, steps, offset, chosen):
    """The shape, and the places in the list, where arrays of places are chosen along some axes."""
    together = broadcast_shapes(*(one.shape for one in chosen.values()))
    columns = []
    for axis, one in chosen.items():
        numbers = listed(broadcast_to(one, together))
        columns.append([_place(int(at), shape[axis]) * steps[axis] for at in numbers])
    moved = [sum(each) for each in zip(*columns, strict=True)]
    axes = sorted(chosen)
    adjacent = axes == list(range(axes[0], axes[-1] + 1))
    front = list(range(axes[0])) if adjacent else []
    behind = [k for k in range(len(shape)) if k not in chosen and k not in front]
    first = places(tuple(shape[k] for k in front), tuple(steps[k] for k in front), offset)
    last = places(tuple(shape[k] for k in behind), tuple(steps[k] for k in behind), 0)
    found = [a + b + c for a in first for b in moved for c in last]
    new = (*(shape[k] for k in front), *together, *(shape[k] for k in behind))
    return new, found

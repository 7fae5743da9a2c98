"""Views that step through a list in other ways."""

from __future__ import annotations

from numpy.arrays import asarray, axis_numbers, view


def as_strided(x, shape, strides):
    """The same list with these steps, in bytes."""
    one = asarray(x)
    return view(one, shape, (int(step) // one.itemsize for step in strides), one.offset)


def sliding_window_view(x, window_shape, axis=None):
    """Windows along some axes, whose entries are the last axes."""
    one = asarray(x)
    widths = (window_shape,) if isinstance(window_shape, int) else tuple(window_shape)
    axes = range(one.ndim) if axis is None else axis_numbers(axis, one.ndim)
    shape = list(one.shape)
    for at, width in zip(axes, widths, strict=True):
        shape[at] -= width - 1
    steps = (*one.steps, *(one.steps[at] for at in axes))
    return view(one, (*shape, *widths), steps, one.offset)

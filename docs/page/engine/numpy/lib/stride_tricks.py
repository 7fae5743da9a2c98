"""Views that step through a list in other ways."""

from __future__ import annotations

from numpy.arrays import asarray, view


def as_strided(x, shape, strides):
    """The same list with these steps, in bytes."""
    one = asarray(x)
    return view(one, shape, (int(step) // one.itemsize for step in strides), one.offset)

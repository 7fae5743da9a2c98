"""Names for annotations."""

from __future__ import annotations

from types import GenericAlias
from typing import Any

from numpy.arrays import ndarray

ArrayLike = Any
DTypeLike = Any


class NDArray(ndarray):
    """An array, of whatever kind stands in brackets."""

    def __class_getitem__(cls, item):
        return GenericAlias(ndarray, item)

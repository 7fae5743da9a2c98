"""Central differences: derivatives that know nothing of matcalc."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def central_differences(
    function: Callable[[Array], Array | float], x: Array, step: float = 1e-6
) -> Array:
    """The derivative of a function at ``x``: the axes of its result, then those of ``x``."""
    shape = np.shape(function(x))
    result = np.empty(shape + x.shape)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += step
        behind[index] -= step
        difference = np.asarray(function(ahead)) - np.asarray(function(behind))
        result[(..., *index)] = difference / (2 * step)
    return result

"""The exponential of a matrix.

Source: Higham, Functions of Matrices (2008), section 10.3: scaling and squaring.
"""

from __future__ import annotations

import numpy as np

_TERMS = 18


def expm(a):
    """The exponential of matrices along the last two axes: of a small share of each, squared."""
    size = float(np.max(np.abs(a), initial=0.0)) * a.shape[-1]
    halvings = max(0, int(np.frexp(size)[1]) + 1)
    share = a / 2.0**halvings
    total = term = np.broadcast_to(np.eye(a.shape[-1]), a.shape)
    for k in range(1, _TERMS):
        term = term @ share / k
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total

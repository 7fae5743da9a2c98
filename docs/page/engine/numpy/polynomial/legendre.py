"""The nodes and weights of Gauss and Legendre."""

from __future__ import annotations

import math

from numpy.arrays import asarray


def leggauss(deg):
    """By Newton's method on the recurrence. Source: NIST, Digital Library, section 3.5(v)."""
    nodes, weights = [], []
    for k in range(deg):
        x = -math.cos(math.pi * (k + 0.75) / (deg + 0.5))
        for _ in range(50):
            before, value = 1.0, x
            for n in range(2, deg + 1):
                before, value = value, ((2 * n - 1) * x * value - (n - 1) * before) / n
            slope = deg * (x * value - before) / (x * x - 1)
            x -= value / slope
            if abs(value / slope) < 1e-16:
                break
        nodes.append(x)
        weights.append(2 / ((1 - x * x) * slope * slope))
    return asarray(nodes), asarray(weights)

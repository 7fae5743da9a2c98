"""Pairs of values that an operation makes what is needed, found by their fingerprints."""

from __future__ import annotations

import numpy as np

from matcalc.arrays import Array
from matcalc.claims.stacked import Stack


def candidates(
    sign: str, one: Stack, two: Stack, needed: Stack, *, flat: bool
) -> list[tuple[int, int]]:
    """Pairs whose fingerprint is that of what is needed."""
    rng = np.random.default_rng(11)
    aim = needed.data[0]
    marks, goal = _prints(sign, one, two, aim, rng, flat=flat)
    if marks is None:
        return []
    good = np.abs(marks - goal) <= 1e-8 * (1 + abs(goal))
    places = np.argwhere(good)
    return [(int(i), int(j)) for i, j in places[:200]]


def _prints(
    sign: str, one: Stack, two: Stack, aim: Array, rng: np.random.Generator, *, flat: bool
) -> tuple[Array | None, float]:
    """A fingerprint of every pair, and that of what is needed."""
    u, v = rng.normal(size=aim.shape[0]), rng.normal(size=aim.shape[-1])
    if aim.ndim != 2 or (sign == "@" and flat):
        return None, 0.0
    if sign == "@":
        left = np.einsum("i,kij->kj", u, one.data)
        right = np.einsum("kij,j->ki", two.data, v)
        return left @ right.T, float(u @ aim @ v)
    weights = np.outer(u, v)
    a = np.broadcast_to(one.data, (one.many, *aim.shape)).reshape(one.many, -1)
    b = np.broadcast_to(two.data, (two.many, *aim.shape)).reshape(two.many, -1)
    if sign == "/":
        b = 1.0 / b
    flat_weights = weights.reshape(-1)
    goal = float(np.sum(weights * aim))
    if sign in "*/":
        return (a * flat_weights) @ b.T, goal
    more = 1 if sign == "+" else -1
    return (a @ flat_weights)[:, None] + more * (b @ flat_weights), goal

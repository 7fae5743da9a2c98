"""Random numbers of Python's generator: the same seed, the same numbers, but not NumPy's."""

from __future__ import annotations

import math
from random import Random

from numpy.arrays import asarray, listed, ndarray
from numpy.scalars import generic


class Generator:
    """Random numbers from a seed."""

    def __init__(self, seed=None):
        self._random = Random(seed)  # noqa: S311 - not for secrets

    def _made(self, draw, size, kind="f"):
        if size is None:
            return draw()
        shape = (int(size),) if isinstance(size, (int, generic)) else tuple(map(int, size))
        entries = [draw() for _ in range(math.prod(shape))]
        return ndarray(entries, shape, kind)

    def random(self, size=None):
        return self._made(self._random.random, size)

    def uniform(self, low=0.0, high=1.0, size=None):
        return self._made(lambda: self._random.uniform(low, high), size)

    def normal(self, loc=0.0, scale=1.0, size=None):
        return self._made(lambda: self._random.gauss(loc, scale), size)

    def standard_normal(self, size=None):
        return self.normal(size=size)

    def exponential(self, scale=1.0, size=None):
        return self._made(lambda: self._random.expovariate(1.0 / scale), size)

    def integers(self, low, high=None, size=None, endpoint=False):
        begin, end = (0, low) if high is None else (low, high)
        end = int(end) + bool(endpoint)
        return self._made(lambda: self._random.randrange(int(begin), end), size, "i")

    def choice(self, a, size=None, replace=True):
        values = list(range(a)) if isinstance(a, int) else listed(asarray(a))
        kind = "i" if isinstance(a, int) else asarray(a).kind
        if size is None:
            return self._random.choice(values)
        if replace:
            return self._made(lambda: self._random.choice(values), size, kind)
        count = size if isinstance(size, int) else math.prod(size)
        return ndarray(self._random.sample(values, count), (count,), kind)

    def permutation(self, x):
        given = asarray(list(range(x)) if isinstance(x, int) else x)
        return given[self._random.sample(range(len(given)), len(given))]

    def dirichlet(self, alpha, size=None):
        weights = listed(asarray(alpha))
        shape = () if size is None else (size,) if isinstance(size, int) else tuple(size)
        rows = []
        for _ in range(math.prod(shape)):
            drawn = [self._random.gammavariate(one, 1.0) for one in weights]
            total = sum(drawn)
            rows += [one / total for one in drawn]
        return ndarray(rows, (*shape, len(weights)), "f")


def default_rng(seed=None):
    return Generator(seed)

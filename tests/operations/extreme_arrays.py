"""Formulas of whole arrays at extreme points: what they are worth, by mpmath.

Slopes are central differences at several hundred digits, so that no formula for them is needed,
which could hold the mistake that it is to find.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, NamedTuple

import mpmath as mp
import numpy as np

DIGITS = 1200  # the squares of 1e200 beside 1e-5, and differences of both
_STEP = mp.mpf(10) ** -40

Numbers = Any  # arrays of mpmath's numbers
Exact = Callable[..., Any]

_PLAIN = (3.0, 4.0, -12.0)
_SIDE = (-2.0, 5.0, 1.0)
SCALES = (1.0, 1e-5, 1e5, 1e-160, 1e155, 1e-200, 1e200)


class Arrays(NamedTuple):
    """A formula of arrays.

    Attributes:
        formula: In the input language.
        variables: Their shapes.
        exact: The value, of arrays of mpmath's numbers in the order of the variables.
        points: Where: the arrays in the same order. The first is what it is differentiated by.
        differs: The name by which it is differentiated.
    """

    formula: str
    variables: str
    exact: Exact
    points: Sequence[tuple[Any, ...]]
    differs: str = "x"

    @property
    def names(self) -> list[str]:
        """The variables, in order."""
        return [one.split("[")[0] for one in self.variables.split()]

    def value(self, point: tuple[Any, ...]) -> Numbers:
        """The exact value."""
        with mp.workdps(DIGITS):
            return np.asarray(self.exact(*map(_exactly, point)))

    def slope(self, point: tuple[Any, ...]) -> Numbers:
        """The exact derivative: axes of the value, then those of the variable."""
        with mp.workdps(DIGITS):
            first, *others = map(_exactly, point)
            top = max((abs(entry) for entry in first.flat), default=0) or 1
            columns = [self._along(first, others, k, top * _STEP) for k in np.ndindex(first.shape)]
            stacked = np.stack(columns, axis=-1)
            return stacked.reshape(*stacked.shape[:-1], *first.shape)

    def _along(self, first: Numbers, others: Sequence[Numbers], at: Any, most: Any) -> Numbers:
        step = abs(first[at]) * _STEP or most
        ends = []
        for sign in (1, -1):
            moved = first.copy()
            moved[at] += sign * step
            ends.append(np.asarray(self.exact(moved, *others)))
        return (ends[0] - ends[1]) / (2 * step)


def _exactly(array: Any) -> Numbers:
    return np.vectorize(mp.mpf, otypes=[object])(np.asarray(array, float))


def entries(function: Exact) -> Exact:
    """A function of numbers, entry by entry."""
    return np.vectorize(function, otypes=[object])


def norm(x: Numbers) -> Any:
    return mp.sqrt(np.sum(x * x))


def logsumexp(x: Numbers) -> Any:
    top = max(x.flat)
    return top + mp.log(np.sum(entries(mp.exp)(x - top)))


def softmax(x: Numbers) -> Numbers:
    return entries(mp.exp)(x - logsumexp(x))


def layer_norm(x: Numbers, g: Numbers, b: Numbers) -> Numbers:
    centred = x - np.sum(x) / len(x)
    return g * centred / mp.sqrt(np.sum(centred**2) / len(x) + mp.mpf("1e-5")) + b


def rms_norm(x: Numbers, g: Numbers) -> Numbers:
    return g * x / mp.sqrt(np.sum(x * x) / len(x) + mp.mpf("1e-5"))


def deviation(x: Numbers) -> Any:
    return mp.sqrt(np.sum((x - np.sum(x) / len(x)) ** 2) / len(x))


def logdet(a: Numbers) -> Any:
    return mp.log(abs(mp.det(mp.matrix(a.tolist()))))


def inverse(a: Numbers) -> Numbers:
    return np.array((mp.matrix(a.tolist()) ** -1).tolist())


def by_rows(function: Exact) -> Exact:
    """A function of vectors, of each row of a matrix."""
    return lambda x, *rest: np.stack([np.asarray(function(row, *rest)) for row in x])


def scaled(*vectors: Sequence[float]) -> list[tuple[Any, ...]]:
    """The first vector at all scales, the others as they are."""
    return [(scale * np.array(vectors[0]), *map(np.array, vectors[1:])) for scale in SCALES]


MIXED = [np.array([1e200, 1.0, -1e-200]), np.array([1e-200, 2e-200, 1e-8])]
ALONE = scaled(_PLAIN) + [(x,) for x in MIXED]
WITH = scaled(_PLAIN, _SIDE) + [(x, np.array(_SIDE)) for x in MIXED]
PAIRS = [
    (a * np.array(_PLAIN), b * np.array(_SIDE))
    for a, b in product((1e-200, 1e-8, 1.0, 1e155, 1e200), repeat=2)
]
LIKE = [pair for pair in PAIRS if abs(np.log10(abs(pair[0][0])) - np.log10(abs(pair[1][0]))) < 100]
EXPONENTS = [
    (np.array(x),)
    for x in (
        [0.0, 1.0, -1.0],
        [700.0, -745.0, 3.0],
        [1e4, 1e4 - 1, -1e4],
        [-745.0, -744.0, -2000.0],
        [1e200, -1e200, 0.0],
    )
]
TARGETS = [(x, np.array([0.25, 0.0, 0.75])) for (x,) in EXPONENTS]
_MATRIX = np.array([[2.0, 1.0, 0.5], [-1.0, 3.0, 0.25], [0.5, 0.0, 4.0]])
MATRICES = [(scale * _MATRIX,) for scale in (1.0, 1e-100, 1e100, 1e-200, 1e200)]
SKEWED = [(np.diag(rows) @ _MATRIX,) for rows in ([1e4, 1.0, 1e-4], [1e-150, 1e-150, 1e150])]
ROWS = [
    (np.outer(rows, _PLAIN) + 0.0, np.array(_SIDE))
    for rows in ([1.0, 2.0], [1e200, 1e-200], [1e155, 1.0])
]

_hypot = entries(lambda x, y: mp.sqrt(x * x + y * y))
_atan2 = entries(mp.atan2)
_XG, _XGB = "x[n] g[n]", "x[n] g[n] b[n]"

CASES = [
    Arrays("norm(x)", "x[n]", norm, ALONE),
    Arrays("sqrt(x.T @ x)", "x[n]", norm, ALONE),
    Arrays("sqrt(x.T @ x + 1)", "x[n]", lambda x: mp.sqrt(np.sum(x * x) + 1), ALONE),
    Arrays("sqrt(sum(x**2) / 3 + 2)", "x[n]", lambda x: mp.sqrt(np.sum(x * x) / 3 + 2), ALONE),
    Arrays("x / norm(x)", "x[n]", lambda x: x / norm(x), ALONE),
    Arrays("x / sqrt(x.T @ x + 1)", "x[n]", lambda x: x / mp.sqrt(np.sum(x * x) + 1), ALONE),
    Arrays("log(norm(x))", "x[n]", lambda x: mp.log(norm(x)), ALONE),
    Arrays("log(x.T @ x)", "x[n]", lambda x: 2 * mp.log(norm(x)), ALONE),
    Arrays("log(1 + x.T @ x)", "x[n]", lambda x: mp.log(1 + np.sum(x * x)), ALONE),
    Arrays("norm(x - g)", _XG, lambda x, g: norm(x - g), WITH),
    Arrays("norm(g) / norm(x)", _XG, lambda x, g: norm(g) / norm(x), LIKE),
    Arrays("x.T @ g / (norm(x) * norm(g))", _XG, lambda x, g: (x @ g) / norm(x) / norm(g), PAIRS),
    Arrays("rms_norm(x, g)", _XG, rms_norm, WITH),
    Arrays("layer_norm(x, g, b)", _XGB, layer_norm, scaled(_PLAIN, _SIDE, _SIDE)),
    Arrays("rms_norm(x, g)", "x[m,n] g[n]", by_rows(rms_norm), ROWS),
    Arrays("mean(x)", "x[n]", lambda x: np.sum(x) / len(x), ALONE),
    Arrays("sqrt(mean((x - mean(x))**2))", "x[n]", deviation, scaled(_PLAIN)),
    Arrays("hypot(x, g)", _XG, _hypot, PAIRS),
    Arrays("atan2(x, g)", _XG, _atan2, PAIRS),
    Arrays("atan2(g, x)", _XG, lambda x, g: _atan2(g, x), PAIRS),
    Arrays("arctan(x / g)", _XG, lambda x, g: entries(mp.atan)(x / g), LIKE),
    Arrays("maximum(x, g)", _XG, entries(max), PAIRS),
    Arrays("minimum(x, g)", _XG, entries(min), PAIRS),
    Arrays("max(x)", "x[n]", max, ALONE),
    Arrays("norm1(x)", "x[n]", lambda x: np.sum(abs(x)), ALONE),
    Arrays("softmax(x)", "x[n]", softmax, EXPONENTS),
    Arrays("log_softmax(x)", "x[n]", lambda x: x - logsumexp(x), EXPONENTS),
    Arrays("logsumexp(x)", "x[n]", logsumexp, EXPONENTS),
    Arrays("sum(log(1 + exp(x)))", "x[n]", lambda x: sum(map(_softplus, x)), EXPONENTS),
    Arrays(
        "cross_entropy_logits(g, x)", _XG, lambda x, g: -np.sum(g * (x - logsumexp(x))), TARGETS
    ),
    Arrays("-g.T @ log(softmax(x))", _XG, lambda x, g: -np.sum(g * (x - logsumexp(x))), TARGETS),
    Arrays("logdet(x)", "x[n,n]", logdet, MATRICES + SKEWED),
    Arrays("log(abs(det(x)))", "x[n,n]", logdet, MATRICES + SKEWED),
    Arrays("inv(x)", "x[n,n]", inverse, MATRICES[:3]),
    Arrays("norm(x)", "x[n,n]", norm, MATRICES + SKEWED),
    Arrays("trace(x)", "x[n,n]", np.trace, MATRICES + SKEWED),
]


def _softplus(x: Any) -> Any:
    return max(x, 0) + mp.log1p(mp.exp(-abs(x)))

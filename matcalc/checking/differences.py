"""Derivatives by differences, each entry with an estimate of its own error.

Symmetric differences at many steps are extrapolated to the step 0. For each entry the step is
taken at which truncation, as the columns of the extrapolation show it, and rounding, as the
smaller steps show it, are least together. What is not resolved so, or has two slopes, has an
infinite error: nothing is said of it.

Source: Ridders, Accurate computation of F'(x), Advances in Engineering Software 4 (1982); Press
et al., Numerical Recipes (3rd edition, 2007), section 5.7; Martins, Sturdza & Alonso, The
complex-step derivative approximation, ACM TOMS 29 (2003).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcalc.arrays import Array, real_array
from matcalc.errors import ArrayError, LayoutError

Function = Callable[..., Any]
Mask = NDArray[np.bool_]

CENTRAL, COMPLEX = "central differences", "complex step"
_EPS = float(np.finfo(np.float64).eps)
_ORDERS = 3  # columns of the extrapolation, beside the differences themselves
_ROUNDING = 4.0  # units in the last place that a value is taken to be off by
_PER_SINGLE = _EPS / float(np.finfo(np.float32).eps)
_NEAR = (1.0, 1.001, 0.997)  # points at which precisions are compared
_GOOD = 1e-8  # relative: no further steps are tried
_KINK = 1e-6  # a jump of the slope, relative to the slopes, that counts
_FLAT = 1e-6  # of an entry: stairs of this width are no rounding
_FLAT_AT_ZERO = 1e-9  # the same where an entry is 0
_UNEVEN = 1e-2  # of the values: their bend is noise
_BESIDE = 2  # steps before and after one that is chosen, to compare with
_STAIRS = 16  # points on each side of a plateau, more than steps of a staircase fit between


class Slopes(NamedTuple):
    """A derivative by numbers.

    Attributes:
        value: The entries: axes of f(x), then axes of x.
        error: How far off each may be; infinite where the numbers do not say.
        kink: Where the slopes on the two sides of the point are different.
        method: How the entries were found.
    """

    value: Array
    error: Array
    kink: Mask
    method: str

    def mapped(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Slopes:
        """The same with its entries in another order."""
        return self._replace(
            value=change(self.value), error=change(self.error), kink=change(self.kink)
        )


def numerical_jacobian(f: Function, at: ArrayLike, *, method: str = "auto") -> tuple[Array, str]:
    """The derivative of a function of one array by numbers: axes of f(x), then axes of x.

    Args:
        f: From an array of the shape of ``at`` to an array.
        at: The point.
        method: ``central``, ``complex``, or ``auto``: the complex step if it agrees with central
            differences, else these.

    Returns:
        The derivative, and how it was found. At a kink it is the mean of both slopes; where
        rounding hides it, a guess: :func:`check_jacobian` knows the error of each entry.

    Raises:
        ArrayError: The function gives something that is not real and finite at the point.
        LayoutError: No such method.

    >>> J, how = numerical_jacobian(lambda x: x**2, [1.0, 2.0])
    >>> np.round(J, 8), how
    (array([[2., 0.],
           [0., 4.]]), 'complex step')
    """
    found = slopes(f, at, method=method)
    return found.value, found.method


def slopes(f: Function, at: ArrayLike, *, method: str = "auto") -> Slopes:
    """The derivative of a function of one array by numbers, with the error of each entry.

    Raises:
        ArrayError: The function gives something that is not real and finite at the point.
        LayoutError: No such method.

    >>> found = slopes(np.sin, 1e6, method="central")
    >>> bool(abs(found.value - np.cos(1e6)) < found.error < 1e-6)
    True
    """
    if method not in ("auto", "central", "complex"):
        raise LayoutError(f"no method {method!r}: there are auto, central and complex")
    x = real_array(at, "the point").astype(np.float64)
    if method == "complex":
        value = _complex_step(f, x)
        return Slopes(value, np.zeros_like(value), np.zeros(value.shape, bool), COMPLEX)
    central = _central(f, x)
    if method == "central":
        return central
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            stepped = _complex_step(f, x)
    except Exception:  # noqa: BLE001 - somebody's function may refuse complex numbers in any way
        return central
    if stepped.shape != central.value.shape or not np.isfinite(stepped).all():
        return central
    told = np.isfinite(central.error)
    off = np.abs(stepped - central.value) > 3 * central.error + _GOOD * np.abs(central.value)
    if not told.any() or (told & off).any():
        return central
    return central._replace(value=stepped, method=COMPLEX)


def doubted(found: Slopes, f: Function, points: Sequence[Array]) -> Slopes:
    """The same without a word on values that the function itself rounds too much.

    What single precision makes of a function shows what double precision does to it. A function
    that computes in double precision throughout is not doubted.

    Args:
        found: The derivative of a function by some of its operands.
        f: The function of all of them.
        points: Where they are.
    """
    rough: Mask = np.zeros((), bool)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for factor in _NEAR:
            single = [(x * factor).astype(np.float32) for x in points]
            low = np.asarray(f(*single))
            high = np.asarray(f(*(x.astype(np.float64) for x in single)))
            if low.shape != high.shape:
                return found
            noise = np.abs(low - high) * _PER_SINGLE
            rough = rough | (~(noise <= np.sqrt(_EPS) * np.abs(high)) & (low != high))
    whole = rough.reshape(rough.shape + (1,) * (found.value.ndim - rough.ndim))
    return found._replace(error=np.where(whole, np.inf, found.error))


def value_of(f: Function, *operands: NDArray[Any]) -> Array:
    """What a function gives, as real and finite numbers; floats keep their precision.

    Raises:
        ArrayError: It gives something else.
    """
    value = np.asarray(f(*operands))
    if value.dtype.kind not in "fiub" or not np.isfinite(value).all():
        raise ArrayError("the function gives something that is not real and finite near the point")
    return value if value.dtype.kind == "f" else value.astype(np.float64)


def _complex_step(f: Function, x: Array) -> Array:
    tiny = 1e-30
    columns = [np.asarray(f(_moved(x, index, tiny * 1j))) for index in np.ndindex(*x.shape)]
    if not columns:
        return np.zeros(np.shape(f(x)) + x.shape)
    stacked = np.stack([np.imag(column) / tiny for column in columns], axis=-1)
    return stacked.reshape(columns[0].shape + x.shape)


def _moved(x: Array, index: tuple[int, ...], step: complex) -> NDArray[Any]:
    moved = x.astype(np.result_type(x, type(step)))
    moved[index] += step
    return moved


def _central(f: Function, x: Array) -> Slopes:
    centre = value_of(f, x)
    shape = centre.shape + x.shape
    value, error, kink = np.zeros(shape), np.zeros(shape), np.zeros(shape, bool)
    for index in np.ndindex(*x.shape):
        found = _column(f, x, index, centre)
        for whole, one in zip((value, error, kink), found, strict=True):
            whole[(..., *index)] = one.reshape(centre.shape)
    return Slopes(value, error, kink, CENTRAL)


def _column(
    f: Function, x: Array, index: tuple[int, ...], centre: Array
) -> tuple[Array, Array, Mask]:
    """The derivative by one entry, its errors, and where there is a kink.

    A few steps do where the function is smooth at the scale of the entry; else every scale is
    looked at, down to that of the floats.
    """
    here = abs(float(x[index]))
    eps = float(np.finfo(centre.dtype).eps)
    middle = np.ravel(centre).astype(np.float64)
    small = _GOOD * np.abs(middle) / max(here, 1.0)
    for steps in (_steps(here / 8 or 0.125, 7, 3), _steps(max(4 * here, 4.0), 40, 2)):
        h, ahead, behind = _sampled(f, x, index, steps, centre)
        value, error, kink = _limits(h, ahead, behind, middle, eps)
        size = np.abs(value)
        if np.all((error <= _GOOD * size) | ((size <= error) & (error <= small))):
            break
    sampled = h, ahead, behind
    plateau = _plateau(sampled, middle)
    wide = (plateau > (_FLAT * here or _FLAT_AT_ZERO)) & (size * plateau > 8 * eps * np.abs(middle))
    stairs = np.where(size <= error, _stairs(f, x, index, sampled, centre), wide)
    return value, np.where(stairs, np.inf, error), kink


def _plateau(sampled: tuple[Array, Array, Array], middle: Array) -> Array:
    """The largest step up to which a function stays the same, where it does not always."""
    h, ahead, behind = sampled
    moves = (ahead != middle) | (behind != middle)
    first = len(h) - np.argmax(moves[::-1], axis=0)  # the largest of the steps that stay
    flat = moves.any(axis=0) & (first < len(h))
    return np.where(flat, h[np.minimum(first, len(h) - 1), 0], 0.0)


def _stairs(
    f: Function,
    x: Array,
    index: tuple[int, ...],
    sampled: tuple[Array, Array, Array],
    centre: Array,
) -> Mask:
    """Where a function stays the same for small steps and then jumps.

    Such a slope of 0 is that of rounding inside the function. Beyond a kink it goes away from
    its value steadily.
    """
    h, ahead, behind = sampled
    middle = np.ravel(centre)
    moves = (ahead != middle) | (behind != middle)
    last = len(h) - 1 - np.argmax(moves[::-1], axis=0)  # the smallest step at which it moves
    flat = moves.any(axis=0) & (last < len(h) - 1)
    stairs = np.zeros(middle.shape, bool)
    for k in np.unique(last[flat]):
        between = np.linspace(float(h[max(k - 1, 0), 0]), float(h[k + 1, 0]), _STAIRS + 1)[:-1]
        _, *sides = _sampled(f, x, index, iter(between), centre)
        for side in sides:
            away = np.abs(side - middle)  # the farthest point first
            stairs |= (
                flat & (last == k) & ~np.all((away[:-1] > away[1:]) | (away[:-1] == 0), axis=0)
            )
    return stairs


def _steps(scale: float, count: int, bits: int) -> Iterator[float]:
    """Steps from a scale downwards, each 2**bits times smaller, more or less.

    Their ratios are uneven, so that no period of a function fits to all of them; of 12 bits, so
    that a float can be moved by most of them exactly.
    """
    power = float(np.exp2(np.floor(np.log2(scale))))
    for k in range(count):
        yield power * 2.0 ** (-bits * k) * (1 + round(4096 * (k * 0.618 % 1)) / 8192)


def _sampled(
    f: Function, x: Array, index: tuple[int, ...], steps: Iterator[float], centre: Array
) -> tuple[Array, Array, Array]:
    """Steps that floats can hold, the largest first, and the values on both sides, a row a step."""
    h: list[float] = []
    ahead: list[Array] = []
    behind: list[Array] = []
    at = float(x[index])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # outside the domain; such values are left out
        for step in steps:
            if step < 4 * np.spacing(abs(at)):
                break
            h.append(((at + step) - (at - step)) / 2)
            ahead.append(_beside(f, _moved(x, index, step), centre))
            behind.append(_beside(f, _moved(x, index, -step), centre))
    return np.array(h)[:, np.newaxis], np.array(ahead), np.array(behind)


def _beside(f: Function, x: NDArray[Any], centre: Array) -> Array:
    """The value at a point beside that of interest, flat; not a number outside the domain."""
    try:
        value = np.asarray(f(x))
    except Exception:  # noqa: BLE001 - somebody's function may leave its domain in any way
        return np.full(centre.size, np.nan)
    if value.shape != centre.shape or value.dtype.kind not in "fiub":
        return np.full(centre.size, np.nan)
    flat: Array = np.ravel(value).astype(np.float64)
    return np.where(np.isfinite(flat), flat, np.nan)


def _limits(
    h: Array, ahead: Array, behind: Array, centre: Array, eps: float
) -> tuple[Array, Array, Mask]:
    """The limit of differences for each entry of the function, its error, and whether a kink.

    Args:
        h: The steps, a column, the largest first.
        ahead: The values ahead, a row for each step.
        behind: The values behind.
        centre: The value at the point.
        eps: The precision of the values.
    """
    with np.errstate(all="ignore"):  # what is not finite is told apart by its error
        differences = (ahead - behind) / (2 * h)
        value, spread = _extrapolated(differences, h)
        size = _largest_below(np.fmax(np.abs(ahead), np.abs(behind)), np.abs(centre))
        size[size == 0] = 1.0  # what is 0 throughout may be the rounding of anything
        noise = _noise(value, spread, h)
        rounding = (noise + _ROUNDING * eps * size) / h
        error = 2 * spread + rounding
        error[~(noise <= np.sqrt(eps) * size)] = np.inf  # a structure that is not resolved
        error[np.isnan(error)] = np.inf
        error[:_BESIDE] = error[-_BESIDE:] = np.inf
        bends = ahead - 2 * centre + behind
        jump, jumps = _jump(bends / h, h)
        uneven = _largest_below(_uneven(bends, h), np.zeros(centre.shape)) > _UNEVEN * size
        jumps = 4 * (jumps + 4 * rounding)
        kink = (jump > jumps) & (jump > _KINK * (np.abs(value) + jump))
    best = np.argmin(error, axis=0)
    chosen = best, np.arange(best.size)
    found, off, bent = value[chosen], error[chosen], kink[chosen]
    lost = ~np.isfinite(found) | ~np.isfinite(off) | (uneven[best + 1, chosen[1]] & ~bent)
    found = np.where(lost, _first_finite(differences), found)
    return found, np.where(bent | lost, np.inf, off), np.asarray(bent & ~lost)


def _extrapolated(differences: Array, h: Array) -> tuple[Array, Array]:
    """At each step the extrapolation to 0 that its neighbours confirm best, and how well."""
    value, spread = differences.copy(), np.full(differences.shape, np.inf)
    before = differences
    for order in range(1, _ORDERS + 1):
        after = np.full(differences.shape, np.nan)
        ratio = (h[:-order] / h[order:]) ** 2
        after[order:] = before[order:] + (before[order:] - before[order - 1 : -1]) / (ratio - 1)
        off = np.full(differences.shape, np.inf)
        off[order:] = np.maximum(
            np.abs(after[order:] - before[order:]), np.abs(after[order:] - before[order - 1 : -1])
        )
        better = off < spread
        value, spread = np.where(better, after, value), np.where(better, off, spread)
        before = after
    return value, spread


def _noise(value: Array, spread: Array, h: Array) -> Array:
    """At each step how far off values of the function must be for the smaller steps to be wrong."""
    noise = np.zeros(value.shape)
    for k in range(1, len(h)):
        apart = np.abs(value[k] - value[:k])
        off = np.where(np.isfinite(spread[k]), np.fmax(spread[k], apart), 0.0) * h[k]
        noise[:k] = np.fmax(noise[:k], off)
    return noise


def _largest_below(sizes: Array, centre: Array) -> Array:
    """At each step the largest value at it and the smaller ones."""
    return np.fmax(np.fmax.accumulate(sizes[::-1], axis=0)[::-1], centre)


def _jump(bends: Array, h: Array) -> tuple[Array, Array]:
    """The difference of both slopes, extrapolated to 0, and how far that may be off."""
    jump, off = np.zeros(bends.shape), np.full(bends.shape, np.inf)
    jump[1:] = bends[1:] - (bends[:-1] - bends[1:]) * h[1:] / (h[:-1] - h[1:])
    off[2:] = np.abs(jump[2:] - jump[1:-1])
    return np.abs(jump), off


def _uneven(bends: Array, h: Array) -> Array:
    """How far second differences are from shrinking with the square of the step."""
    uneven = np.zeros(bends.shape)
    uneven[1:] = np.abs(bends[1:] - bends[:-1] * (h[1:] / h[:-1]) ** 2)
    return uneven


def _first_finite(differences: Array) -> Array:
    """A difference for each entry where nothing better is known; 0 where there is none."""
    finite = np.isfinite(differences)
    first = np.argmax(finite, axis=0)
    picked = differences[first, np.arange(first.size)]
    return np.where(finite.any(axis=0), picked, 0.0)

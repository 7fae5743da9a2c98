"""Checks against numbers: is a hand-written Jacobian or backward pass right?

Central differences of fourth order, a step for each entry; the complex step where it is valid,
which is found out, because it silently gives 0 for norms, absolute values and ``np.vdot``.

Source: Martins, Sturdza & Alonso, The complex-step derivative approximation, ACM TOMS 29 (2003);
Press et al., Numerical Recipes (3rd edition, 2007), section 5.7.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcalc.arrays import Array, arranged, real_array
from matcalc.errors import ArrayError, LayoutError, ShapeError
from matcalc.jacobians import Jacobian
from matcalc.layout import CONVENTIONS, find_convention, written
from matcalc.variables import Variable

Function = Callable[..., Any]

_STEP = float(np.finfo(np.float64).eps) ** 0.2  # balances rounding and the fourth-order error
_RESOLVED = 1e-6  # of a value: a smaller derivative is lost in the rounding of differences
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that was compared: where it is, what was given, what it should be."""

    index: tuple[int, ...]
    given: float
    expected: float


@dataclass(frozen=True, slots=True)
class Check:
    """What a check found. True if everything agrees.

    Attributes:
        agrees: Whether every entry is within the tolerance.
        error: The largest error, relative to the largest entry that was expected.
        entries: How many entries were compared.
        worst: The entries that are furthest off, at most five, the worst first.
        method: How the expected numbers were found: ``central differences`` or ``complex step``.
        note: What would have agreed, if something would.
    """

    agrees: bool
    error: float
    entries: int
    worst: tuple[Entry, ...]
    method: str
    note: str = ""

    def __bool__(self) -> bool:
        return self.agrees

    def __str__(self) -> str:
        """What was found, the worst entries a line each."""
        if self.agrees:
            return (
                f"agrees: largest error {self.error:.1e} of {self.entries} entries ({self.method})"
            )
        found = f"largest error {self.error:.1e} of {self.entries} entries"
        lines = [f"does not agree: {found if self.worst else 'it is written in another layout'}"]
        lines += [
            f"  at {list(one.index)}: {one.given:.6g}, should be {one.expected:.6g}"
            for one in self.worst
        ]
        return "\n".join([*lines, *([self.note] if self.note else [])])


def numerical_jacobian(f: Function, at: ArrayLike, *, method: str = "auto") -> tuple[Array, str]:
    """The derivative of a function of one array by numbers: axes of f(x), then axes of x.

    Args:
        f: From an array of the shape of ``at`` to an array.
        at: The point.
        method: ``central``, ``complex``, or ``auto``: the complex step if it agrees with central
            differences, else these.

    Returns:
        The derivative, and how it was found.

    Raises:
        ArrayError: The function gives something that is not real and finite near the point.
        LayoutError: No such method.

    >>> J, how = numerical_jacobian(lambda x: x**2, [1.0, 2.0])
    >>> np.round(J, 8), how
    (array([[2., 0.],
           [0., 4.]]), 'complex step')
    """
    if method not in ("auto", "central", "complex"):
        raise LayoutError(f"no method {method!r}: there are auto, central and complex")
    x = real_array(at, "the point").astype(np.float64)
    if method == "complex":
        return _complex_step(f, x), "complex step"
    central = _central(f, x)
    if method == "central":
        return central, "central differences"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            stepped = _complex_step(f, x)
    except Exception:  # noqa: BLE001 - somebody's function may refuse complex numbers in any way
        return central, "central differences"
    if stepped.shape == central.shape and np.allclose(stepped, central, rtol=1e-6, atol=1e-7):
        return stepped, "complex step"
    return central, "central differences"


def _central(f: Function, x: Array) -> Array:
    value = _value(f, x)
    result = np.zeros(value.shape + x.shape)
    for index in np.ndindex(*x.shape):
        step = _STEP * max(1.0, abs(float(x[index])))
        step = (float(x[index]) + step) - float(x[index])  # a difference that floats can hold
        near, far = (
            _value(f, _moved(x, index, k * step)) - _value(f, _moved(x, index, -k * step))
            for k in (1, 2)
        )
        result[(..., *index)] = (8.0 * near - far) / (12.0 * step)
    return result


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


def _value(f: Function, *operands: NDArray[Any]) -> Array:
    value = np.asarray(f(*operands))
    if value.dtype.kind not in "fiub" or not np.isfinite(value).all():
        raise ArrayError("the function gives something that is not real and finite near the point")
    return value.astype(np.float64)


def check_jacobian(
    f: Function,
    jacobian: Jacobian[Any] | ArrayLike,
    at: ArrayLike,
    *,
    layout: str = "numerator",
    rtol: float = 1e-6,
) -> Check:
    """Hold somebody's Jacobian against the function that it is of.

    Args:
        f: From an array of the shape of ``at`` to an array.
        jacobian: A Jacobian, or an array in ``layout``.
        at: The point.
        layout: The layout or convention of an array: ``numerator``, ``denominator``, ``jax`` …
        rtol: The tolerance, relative to the largest entry.

    Returns:
        A check, true if the two agree; where another layout would have agreed, it says so.

    Raises:
        ShapeError: The Jacobian has not the shape of any layout.
        ArrayError: Something is not real and finite.

    >>> A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> print(check_jacobian(lambda x: A @ x, A.T, at=[1.0, 1.0, 1.0]).note)
    your Jacobian is right in denominator layout
    """
    expected, method = numerical_jacobian(f, at)
    scale = scale_of(expected, _value(f, real_array(at, "the point")))
    point = np.shape(np.asarray(at))
    of = Variable("y", expected.shape[: expected.ndim - len(point)])
    wrt = Variable("x", point)
    if isinstance(jacobian, Jacobian):
        given = jacobian.as_convention("jax")
        _same_shape(given, expected, "the Jacobian")
        return _compared(given, expected, scale, method, rtol)
    given = real_array(jacobian, "the Jacobian")
    return _checked_layouts(given, expected, scale, (of, wrt), layout, method, rtol)


def _checked_layouts(
    given: Array,
    expected: Array,
    scale: float,
    variables: tuple[Variable, Variable],
    layout: str,
    method: str,
    rtol: float,
) -> Check:
    """An array against the derivative in its layout; a note names one where it is right."""
    of, wrt = variables
    forms = {name: written(of, wrt, name) for name in CONVENTIONS}
    arrays = {name: arranged(expected, form) for name, form in forms.items()}
    fitting = {
        name: arrays[name]
        for name, form in forms.items()
        if given.shape in (arrays[name].shape, form.matrix_shape)
    }
    if not fitting:
        raise ShapeError(
            f"the Jacobian has shape {given.shape}; f maps {wrt.shape} to {of.shape}, so numerator "
            f"layout has {arrays['numerator'].shape} and denominator layout "
            f"{arrays['denominator'].shape}"
        )
    find_convention(layout)
    right = [name for name, wanted in fitting.items() if _near(given, wanted, rtol * scale)]
    asked = fitting.get(layout, next(iter(fitting.values())))
    check = _compared(given.reshape(asked.shape), asked, scale, method, rtol)
    if layout in right or not right:
        return check
    note = f"your Jacobian is right in {CONVENTIONS[right[0]].title}"
    return Check(False, check.error, check.entries, check.worst, method, note)


def scale_of(expected: Array, value: Array) -> float:
    """The largest entry of a derivative; where rounding of the value hides it, what can be seen."""
    largest = (float(np.max(np.abs(one), initial=0.0)) for one in (expected, _RESOLVED * value))
    return max(largest) or 1.0


def _near(given: Array, expected: Array, tolerance: float) -> bool:
    difference = np.abs(given.reshape(expected.shape) - expected)
    return bool(np.max(difference, initial=0.0) <= tolerance)


def _same_shape(given: Array, expected: Array, what: str) -> None:
    if given.shape != expected.shape:
        raise ShapeError(f"{what} has shape {given.shape}, and should have {expected.shape}")


def _compared(given: Array, expected: Array, scale: float, method: str, rtol: float) -> Check:
    errors = np.abs(given - expected) / scale
    order = np.argsort(errors, axis=None)[::-1][:_SHOWN]
    places = [np.unravel_index(k, errors.shape) for k in order]
    worst = [
        Entry(tuple(int(i) for i in place), float(given[place]), float(expected[place]))
        for place in places
        if errors[place] > rtol
    ]
    largest = float(np.max(errors, initial=0.0))
    return Check(largest <= rtol, largest, errors.size, tuple(worst), method)


def check_vjp(
    f: Function,
    backward: Function,
    at: ArrayLike | Sequence[ArrayLike],
    *,
    trials: int = 3,
    seed: int = 0,
    rtol: float = 1e-6,
) -> tuple[Check, ...]:
    """Hold somebody's backward pass against its forward function.

    Args:
        f: The forward function of one or several arrays.
        backward: From the operands and, last, what arrives from above (of the shape of the
            result) to the derivative with respect to each operand, each of that operand's shape:
            an array for one operand, a tuple for several.
        at: The point: an array, or a tuple of arrays for several operands.
        trials: How many random vectors to send back.
        seed: For these.
        rtol: The tolerance, relative to the largest entry.

    Returns:
        A check for each operand.

    Raises:
        ShapeError: The backward pass gives another number of arrays than there are operands.
        ArrayError: Something is not real and finite.

    >>> W = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> [check] = check_vjp(lambda x: W @ x, lambda x, u: W.T @ u, at=[1.0, 1.0])
    >>> bool(check)
    True
    """
    several = isinstance(at, tuple)
    points = [real_array(one, "the point") for one in (at if isinstance(at, tuple) else (at,))]
    value = _value(f, *points)
    rng = np.random.default_rng(seed)
    arriving = [rng.normal(size=value.shape) for _ in range(trials)]
    returned = [_sent_back(backward, points, u) for u in arriving]
    listed = [tuple(one) if several else (one,) for one in returned]
    if any(len(one) != len(points) for one in listed):
        raise ShapeError(f"{len(points)} operands, but the backward pass gives {len(listed[0])}")
    return tuple(
        _checked_operand(f, points, k, arriving, [one[k] for one in listed], value, rtol)
        for k in range(len(points))
    )


def _sent_back(backward: Function, points: Sequence[Array], u: Array) -> Any:
    try:
        return backward(*points, u)
    except ValueError as error:
        raise ShapeError(
            f"the backward pass fails on what arrives, of shape {u.shape} like the result: {error}"
        ) from None


def _checked_operand(
    f: Function,
    points: Sequence[Array],
    k: int,
    arriving: Sequence[Array],
    returned: Sequence[Any],
    value: Array,
    rtol: float,
) -> Check:
    def alone(x: NDArray[Any]) -> Any:
        return f(*points[:k], x, *points[k + 1 :])

    jacobian, method = numerical_jacobian(alone, points[k])
    expected = np.stack([np.tensordot(u, jacobian, u.ndim) for u in arriving])
    given = np.stack([real_array(one, f"the derivative of operand {k + 1}") for one in returned])
    scale = scale_of(expected, value)
    turned = given.transpose(0, *range(given.ndim - 1, 0, -1))
    note = ""
    if turned.shape == expected.shape and _near(turned, expected, rtol * scale):
        note = (
            f"its transpose is right, of shape {expected.shape[1:]} like the operand: this is the "
            "derivative in the other layout"
        )
    elif _is_forward(given, jacobian, arriving, rtol * scale):
        note = "it multiplies by the Jacobian: a backward pass multiplies by its transpose"
    if given.shape == expected.shape:
        return _over_trials(_compared(given, expected, scale, method, rtol), note, len(arriving))
    if not note:
        raise ShapeError(
            f"operand {k + 1} has shape {expected.shape[1:]}, its derivative {given.shape[1:]}"
        )
    return Check(False, float("inf"), expected[0].size, (), method, note)


def _is_forward(given: Array, jacobian: Array, arriving: Sequence[Array], tolerance: float) -> bool:
    """Whether what was sent back is J u, not Jᵀ u; they differ in shape unless J is square."""
    rank = arriving[0].ndim
    if jacobian.shape[:rank] != jacobian.shape[rank:]:
        return False
    forward = np.stack([np.tensordot(jacobian, u, rank) for u in arriving])
    return forward.shape == given.shape and _near(given, forward, tolerance)


def _over_trials(check: Check, note: str, trials: int) -> Check:
    """A check of several trials as one of the operand: the number of the trial is left out."""
    worst: dict[tuple[int, ...], Entry] = {}
    for one in check.worst:
        worst.setdefault(one.index[1:], one)
    entries = tuple(Entry(index, one.given, one.expected) for index, one in worst.items())
    count = check.entries // trials
    shown = "" if check.agrees else note
    return Check(check.agrees, check.error, count, entries, check.method, shown)

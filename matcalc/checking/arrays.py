"""Checks against numbers: is a hand-written Jacobian or backward pass right?

Both are held against :mod:`matcalc.checking.differences`, entry by entry. Where these have lost
their digits, or the function has a kink, the check cannot tell, and says where and why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcalc.arrays import Array, arranged, real_array
from matcalc.checking.agreement import Check, Doubt, Entry, Magnitudes, checked, row_sizes
from matcalc.checking.differences import Slopes, doubted, slopes, value_of
from matcalc.checking.verdict import Verdict
from matcalc.errors import ShapeError
from matcalc.jacobians.jacobian import Jacobian
from matcalc.layout import CONVENTIONS, find_convention, written
from matcalc.variables import Variable

Function = Callable[..., Any]


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
        rtol: The tolerance, relative to each entry.

    Returns:
        A check, true if the two agree; where another layout would have agreed, it says so. Where
        the numbers lose their digits, or there is a kink, its verdict is ``cannot_tell``.

    Raises:
        ShapeError: The Jacobian has not the shape of any layout.
        ArrayError: Something is not real and finite.

    >>> A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> print(check_jacobian(lambda x: A @ x, A.T, at=[1.0, 1.0, 1.0]).note)
    your Jacobian is right in denominator layout
    """
    x = real_array(at, "the point")
    value, found = value_of(f, x), slopes(f, x)
    check = _against(jacobian, found, value, x, layout, rtol)
    if check.differs:
        return _against(jacobian, doubted(found, f, [x]), value, x, layout, rtol)
    return check


def _against(
    jacobian: Jacobian[Any] | ArrayLike,
    found: Slopes,
    value: Array,
    x: Array,
    layout: str,
    rtol: float,
) -> Check:
    """Somebody's Jacobian against the derivative by numbers."""
    sizes = row_sizes(found, value, x)
    if isinstance(jacobian, Jacobian):
        given = jacobian.as_convention("jax")
        _same_shape(given, found.value, "the Jacobian")
        return checked(given, found, sizes, rtol)
    given = real_array(jacobian, "the Jacobian")
    return _checked_layouts(given, found, sizes, x.shape, layout, rtol)


def _checked_layouts(
    given: Array, found: Slopes, sizes: Magnitudes, point: tuple[int, ...], layout: str, rtol: float
) -> Check:
    """An array against the derivative in its layout; a note names one where it is right."""
    of = Variable("y", found.value.shape[: found.value.ndim - len(point)])
    wrt = Variable("x", point)
    forms = {name: written(of, wrt, name) for name in CONVENTIONS}
    shapes = {name: arranged(found.value, form).shape for name, form in forms.items()}
    fitting = [
        name for name, form in forms.items() if given.shape in (shapes[name], form.matrix_shape)
    ]
    if not fitting:
        raise ShapeError(
            f"the Jacobian has shape {given.shape}; f maps {wrt.shape} to {of.shape}, so numerator "
            f"layout has {shapes['numerator']} and denominator layout {shapes['denominator']}"
        )
    find_convention(layout)

    def held(name: str) -> Check:
        beside = Magnitudes(*(arranged(one, forms[name]) for one in sizes))
        own = found.mapped(lambda one: arranged(one, forms[name]))
        return checked(given.reshape(shapes[name]), own, beside, rtol)

    checks = {name: held(name) for name in fitting}
    check = checks.get(layout, checks[fitting[0]])
    if layout in checks and not check.differs:
        return check
    right = [name for name, one in checks.items() if one]
    note = f"your Jacobian is right in {CONVENTIONS[right[0]].title}" if right else ""
    wrong: Verdict = check.verdict if layout in checks else "wrong_shape"
    return replace(check, verdict="wrong_layout" if right else wrong, note=note)


def _same_shape(given: Array, expected: Array, what: str) -> None:
    if given.shape != expected.shape:
        raise ShapeError(f"{what} has shape {given.shape}, and should have {expected.shape}")


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
        rtol: The tolerance, relative to each entry.

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
    value = value_of(f, *points)
    rng = np.random.default_rng(seed)
    arriving = rng.normal(size=(trials, *value.shape))
    returned = [_sent_back(backward, points, u) for u in arriving]
    listed = [
        tuple(one) if several and not (len(points) == 1 and isinstance(one, np.ndarray)) else (one,)
        for one in returned
    ]
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
    arriving: Array,
    returned: Sequence[Any],
    value: Array,
    rtol: float,
) -> Check:
    def alone(x: NDArray[Any]) -> Any:
        return f(*points[:k], x, *points[k + 1 :])

    given = np.stack([real_array(one, f"the derivative of operand {k + 1}") for one in returned])
    jacobian = slopes(alone, points[k])
    check = _sent_check(given, jacobian, value, points[k], arriving, rtol)
    if check.differs:
        jacobian = doubted(jacobian, f, points)
        check = _sent_check(given, jacobian, value, points[k], arriving, rtol)
    if given.shape[1:] != points[k].shape and not check.note:
        raise ShapeError(
            f"operand {k + 1} has shape {points[k].shape}, its derivative {given.shape[1:]}"
        )
    return check


def _sent_check(
    given: Array, jacobian: Slopes, value: Array, x: Array, arriving: Array, rtol: float
) -> Check:
    """What was sent back for one operand against its derivative by numbers."""
    sizes = Magnitudes(*(_sent(one, np.abs(arriving)) for one in row_sizes(jacobian, value, x)))
    expected = _along(jacobian, arriving, _sent)
    turned = given.transpose(0, *range(given.ndim - 1, 0, -1))
    note = ""
    wrong: Verdict = "wrong_shape"
    if turned.shape == expected.value.shape and checked(turned, expected, sizes, rtol):
        wrong = "wrong_layout"
        note = (
            f"its transpose is right, of shape {x.shape} like the operand: this is the "
            "derivative in the other layout"
        )
    elif _is_forward(given, jacobian, arriving, rtol):
        note = "it multiplies by the Jacobian: a backward pass multiplies by its transpose"
    if given.shape != expected.value.shape:
        return Check(wrong, float("inf"), x.size, (), jacobian.method, note)
    check = checked(given, expected, sizes, rtol)
    if check.differs and wrong == "wrong_layout":
        check = replace(check, verdict=wrong)
    return _over_trials(check, note, len(arriving))


def _sent(jacobian: Array, arriving: Array) -> Array:
    """What arrives, a row a trial, sent back through a Jacobian."""
    return np.stack([np.tensordot(u, jacobian, u.ndim) for u in arriving])


def _sent_on(jacobian: Array, arriving: Array) -> Array:
    """The same sent forward."""
    return np.stack([np.tensordot(jacobian, u, u.ndim) for u in arriving])


def _along(jacobian: Slopes, arriving: Array, send: Callable[[Array, Array], Array]) -> Slopes:
    """Products of a derivative with vectors, with what its errors may do to them."""
    size = np.abs(arriving)
    return Slopes(
        send(jacobian.value, arriving),
        send(jacobian.error, size),
        send(jacobian.kink.astype(float), size) > 0,
        jacobian.method,
    )


def _is_forward(given: Array, jacobian: Slopes, arriving: Array, rtol: float) -> bool:
    """Whether what was sent back is J u, not Jᵀ u; they differ in shape unless J is square."""
    rank = arriving.ndim - 1
    shape = jacobian.value.shape
    if shape[:rank] != shape[rank:] or given.shape != arriving.shape:
        return False
    terms = _sent_on(np.abs(jacobian.value), np.abs(arriving))
    return bool(
        checked(given, _along(jacobian, arriving, _sent_on), Magnitudes(terms, terms), rtol)
    )


def _over_trials(check: Check, note: str, trials: int) -> Check:
    """A check of several trials as one of the operand: the number of the trial is left out."""
    worst: dict[tuple[int, ...], Entry] = {}
    for entry in check.worst:
        worst.setdefault(entry.index[1:], replace(entry, index=entry.index[1:]))
    doubts: dict[tuple[int, ...], Doubt] = {}
    for doubt in check.doubts:
        doubts.setdefault(doubt.index[1:], replace(doubt, index=doubt.index[1:]))
    return replace(
        check,
        entries=check.entries // trials,
        worst=tuple(worst.values()),
        doubts=tuple(doubts.values()),
        note=note if check.differs else "",
        untold=ceil(check.untold / trials),
    )

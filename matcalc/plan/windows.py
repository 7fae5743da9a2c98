"""Products with windows: slices of the other factors, and places in the result, never a matrix.

A window is the matrix ``W[k, i] = 1`` where ``i = start + k``. Where another factor has the axis
i, it is sliced; where the result has it, the product fills a slice of zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.plan.plan import Steps


class Operand(NamedTuple):
    """An array in a product: its step, a label on each axis, a power taken when it is used."""

    at: int
    labels: tuple[Any, ...]
    exponent: Fraction = Fraction(1)


class Window(NamedTuple):
    """A window as a factor: the label of what is picked, and that of the whole axis."""

    start: int
    length: int
    size: int
    picked: Any
    whole: Any


class Placed(NamedTuple):
    """An axis of the result that is zero but in a window."""

    axis: int
    window: Window


def resolve_windows(
    operands: Sequence[Operand], windows: Sequence[Window], core: Sequence[Any], steps: Steps
) -> tuple[list[Operand], list[Any], list[Placed]]:
    """Slice operands by windows; what is left are operands, their output, and axes to place."""
    sliced, waiting, output = list(operands), list(windows), list(core)
    placed: list[Placed] = []
    while waiting:
        window = next((w for w in waiting if _slices(w, sliced, waiting, output)), None)
        if window is not None:
            beside = [w for w in waiting if w is not window and w.whole == window.whole]
            waiting = [w for w in waiting if w not in beside]
            written = [_written(one, steps) for one in beside]
            sliced = [_sliced(one, window, steps) for one in (*sliced, *written)]
        else:
            window = next((w for w in waiting if _fills(w, sliced, waiting, output)), None)
            if window is None:
                break
            axis = output.index(window.whole)
            output[axis] = window.picked
            placed.insert(0, Placed(axis, window))
        waiting.remove(window)
    return sliced + [_written(window, steps) for window in waiting], output, placed


def _slices(
    window: Window, operands: Sequence[Operand], windows: Sequence[Window], output: Sequence[Any]
) -> bool:
    """Whether other factors alone have the whole axis, so that they can be sliced.

    What a second window picks has its name only when that one is done.
    """
    others = [*output, *(other.picked for other in windows)]
    return window.whole not in others and any(window.whole in one.labels for one in operands)


def _sliced(operand: Operand, window: Window, steps: Steps) -> Operand:
    at = operand.at
    for axis, label in enumerate(operand.labels):
        if label == window.whole:
            shape = list(steps.shape(at))
            shape[axis] = window.length
            stop = window.start + window.length
            at = steps.make("slice", [at], shape, (axis, window.start, stop))
    renamed = tuple(window.picked if k == window.whole else k for k in operand.labels)
    return operand._replace(at=at, labels=renamed)


def _fills(
    window: Window, operands: Sequence[Operand], windows: Sequence[Window], output: Sequence[Any]
) -> bool:
    """Whether the whole axis is that of the result alone, and some factor has what fills it."""
    others = [operand.labels for operand in operands]
    others += [(w.picked, w.whole) for w in windows if w is not window]
    return (
        window.whole in output
        and window.picked not in output
        and not any(window.whole in labels for labels in others)
        and any(window.picked in operand.labels for operand in operands)
    )


def _written(window: Window, steps: Steps) -> Operand:
    """A window as a matrix, where nothing else will do."""
    at = steps.make("eye", [], (window.length, window.size), window.start)
    return Operand(at, (window.picked, window.whole))


def placed_by(at: int, placed: Sequence[Placed], steps: Steps) -> int:
    """A result with zeros around it on each axis that was a window."""
    for axis, window in placed:
        shape = list(steps.shape(at))
        shape[axis] = window.size
        at = steps.make("place", [at], shape, (axis, window.start, window.start + window.length))
    return at

"""Products with windows: slices of the other factors, and places in the result, never a matrix.

A window is the matrix ``W[k, i] = 1`` where ``i = start + k``. Where another factor has the axis
i, it is sliced; where the result has it, the product fills a slice of zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from matcalc.plan.contraction import Array, Operand


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
    operands: Sequence[Operand], windows: Sequence[Window], core: Sequence[Any]
) -> tuple[list[Operand], list[Any], list[Placed]]:
    """Slice operands by windows; what is left are operands, their output, and axes to place."""
    sliced, waiting, output = list(operands), list(windows), list(core)
    placed: list[Placed] = []
    while waiting:
        window = next((w for w in waiting if _slices(w, sliced, waiting, output)), None)
        if window is not None:
            beside = [w for w in waiting if w is not window and w.whole == window.whole]
            waiting = [w for w in waiting if w not in beside]
            sliced = [_sliced(one, window) for one in (*sliced, *map(_written, beside))]
        else:
            window = next((w for w in waiting if _fills(w, sliced, waiting, output)), None)
            if window is None:
                break
            axis = output.index(window.whole)
            output[axis] = window.picked
            placed.insert(0, Placed(axis, window))
        waiting.remove(window)
    return sliced + [_written(window) for window in waiting], output, placed


def _slices(
    window: Window, operands: Sequence[Operand], windows: Sequence[Window], output: Sequence[Any]
) -> bool:
    """Whether other factors alone have the whole axis, so that they can be sliced.

    What a second window picks has its name only when that one is done.
    """
    others = [*output, *(other.picked for other in windows)]
    return window.whole not in others and any(window.whole in one.labels for one in operands)


def _sliced(operand: Operand, window: Window) -> Operand:
    array, labels = operand.array, operand.labels
    for axis, label in enumerate(labels):
        if label == window.whole:
            index = [slice(None)] * array.ndim
            index[axis] = slice(window.start, window.start + window.length)
            array = array[tuple(index)]
    renamed = tuple(window.picked if k == window.whole else k for k in labels)
    return operand._replace(array=array, labels=renamed)


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


def _written(window: Window) -> Operand:
    """A window as a matrix, where nothing else will do."""
    matrix = np.eye(window.length, window.size, window.start)
    return Operand(matrix, (window.picked, window.whole))


def place(result: Array, placed: Sequence[Placed]) -> Array:
    """A result with zeros around it on each axis that was a window."""
    for axis, window in placed:
        shape = list(result.shape)
        shape[axis] = window.size
        whole = np.zeros(shape, result.dtype)
        index = [slice(None)] * result.ndim
        index[axis] = slice(window.start, window.start + window.length)
        whole[tuple(index)] = result
        result = whole
    return result

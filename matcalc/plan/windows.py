"""Products with windows: slices of the other factors, and places in the result, never a matrix.

A window is the matrix ``W[k, i] = 1`` where ``i = start + k``. Where another factor has the axis
i, it is sliced; where the result has it, the product fills a slice of zeros. Plans slice arrays of
numbers, and code the expressions that it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from matcalc.plan.plan import Steps
from matcalc.plan.step import Spread


class Operand(NamedTuple):
    """An array in a product: where it is, a label on each axis, a power taken when it is used."""

    at: int
    labels: tuple[Any, ...]
    exponent: Fraction = Fraction(1)


class Window(NamedTuple):
    """A window as a factor: the label of what is picked, and that of the whole axis."""

    start: Any  # numbers in a plan, sizes with names in code
    stop: Any
    size: Any
    picked: Any
    whole: Any


class Slices(Protocol):
    """What slices the arrays of a product, each known by where it is."""

    def sliced(self, at: int, axis: int, window: Window) -> int:
        """An array, along an axis what a window picks."""
        ...

    def ones(self, window: Window) -> int:
        """A vector of ones, as long as what a window picks."""
        ...

    def window(self, window: Window) -> int:
        """A window as a matrix, where nothing else will do."""
        ...


class Placed(NamedTuple):
    """An axis of the result that is zero but in a window."""

    axis: int
    window: Window


def resolve_windows(
    operands: Sequence[Operand], windows: Sequence[Window], core: Sequence[Any], slices: Slices
) -> tuple[list[Operand], list[Any], list[Placed]]:
    """Slice operands by windows; what is left are operands, their output, and axes to place."""
    sliced, waiting, output = list(operands), list(windows), list(core)
    placed: list[Placed] = []
    while waiting:
        window = next((w for w in waiting if _slices(w, sliced, waiting, output)), None)
        if window is not None:
            beside = [w for w in waiting if w is not window and w.whole == window.whole]
            waiting = [w for w in waiting if w not in beside]
            written = [_written(one, slices) for one in beside]
            sliced = [_sliced(one, window, slices) for one in (*sliced, *written)]
        else:
            window = next((w for w in waiting if _fills(w, sliced, waiting, output)), None)
            if window is None:
                break
            axis = output.index(window.whole)
            output[axis] = window.picked
            if not any(window.picked in one.labels for one in sliced):
                sliced.append(Operand(slices.ones(window), (window.picked,)))
            placed.insert(0, Placed(axis, window))
        waiting.remove(window)
    return sliced + [_written(window, slices) for window in waiting], output, placed


def _slices(
    window: Window, operands: Sequence[Operand], windows: Sequence[Window], output: Sequence[Any]
) -> bool:
    """Whether other factors alone have the whole axis, so that they can be sliced.

    What a second window picks has its name only when that one is done.
    """
    others = [*output, *(other.picked for other in windows)]
    return window.whole not in others and any(window.whole in one.labels for one in operands)


def _sliced(operand: Operand, window: Window, slices: Slices) -> Operand:
    at = operand.at
    for axis, label in enumerate(operand.labels):
        if label == window.whole:
            at = slices.sliced(at, axis, window)
    renamed = tuple(window.picked if k == window.whole else k for k in operand.labels)
    return operand._replace(at=at, labels=renamed)


def _fills(
    window: Window, operands: Sequence[Operand], windows: Sequence[Window], output: Sequence[Any]
) -> bool:
    """Whether the whole axis is that of the result alone: what is picked fills it, or ones do."""
    others = [operand.labels for operand in operands]
    others += [(w.picked, w.whole) for w in windows if w is not window]
    return (
        window.whole in output
        and window.picked not in output
        and not any(window.whole in labels for labels in others)
        and bool(operands)
    )


def _written(window: Window, slices: Slices) -> Operand:
    return Operand(slices.window(window), (window.picked, window.whole))


class SlicedSteps:
    """Slices of what steps make."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    def sliced(self, at: int, axis: int, window: Window) -> int:
        """A slice along an axis."""
        shape = list(self.steps.shape(at))
        shape[axis] = window.stop - window.start
        return self.steps.make("slice", [at], shape, (axis, window.start, window.stop))

    def ones(self, window: Window) -> int:
        """One number, repeated."""
        shape = (window.stop - window.start,)
        one = self.steps.make("number", [], (), 1.0)
        return self.steps.make("spread", [one], shape, Spread((), (0,), shape))

    def window(self, window: Window) -> int:
        """The matrix of ones on a diagonal."""
        return self.steps.make("eye", [], (window.stop - window.start, window.size), window.start)

    def placed(self, at: int, placed: Sequence[Placed]) -> int:
        """A result with zeros around it on each axis that was a window."""
        for axis, window in placed:
            shape = list(self.steps.shape(at))
            shape[axis] = window.size
            at = self.steps.make("place", [at], shape, (axis, window.start, window.stop))
        return at

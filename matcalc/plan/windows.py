"""Products with windows: parts of the other factors, and places in the result, never a matrix.

A window is the matrix ``W[k, i] = 1`` where ``i = start + k``. Where another factor has the axis
i, it is sliced; where the result has it, the product fills a slice of zeros. Of windows that slide,
``S[i, j, k] = 1`` where ``k = stride i + dilation j - padding``, each index follows from the other
two: where other factors alone have it, these are seen along the other two. Plans slice arrays of
numbers, and code the expressions that it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import chain
from math import prod
from typing import Any, NamedTuple, Protocol

from matcalc import dimensions
from matcalc.plan.plan import Steps
from matcalc.plan.step import Spread, Unfolded


class Operand(NamedTuple):
    """An array in a product, a label on each axis, a power taken when it is used."""

    at: Any  # the number of a step in a plan, a term in code
    labels: tuple[Any, ...]
    exponent: Fraction = Fraction(1)


class Window(NamedTuple):
    """A window as a factor: the label of what is picked, and that of the whole axis."""

    start: Any  # numbers in a plan, sizes with names in code
    stop: Any
    size: Any
    picked: Any
    whole: Any

    @property
    def is_single(self) -> bool:
        """Whether it picks one entry."""
        return dimensions.difference(self.stop, self.start) == 1

    @property
    def labels(self) -> tuple[Any, Any]:
        """Those of its axes."""
        return self.picked, self.whole


class Sliding(NamedTuple):
    """Windows that slide, as a factor.

    Attributes:
        at: They as an array.
        labels: Those of the window, of the entry in it, of the axis that it slides over.
        sizes: Of these three.
        steps: Stride, dilation, padding.
    """

    at: Any
    labels: tuple[Any, Any, Any]
    sizes: tuple[Any, Any, Any]
    steps: tuple[int, int, int]

    def without(self, label: Any) -> tuple[Unfolded, tuple[Any, Any]]:
        """How an axis with one of the labels is seen along the other two, and these."""
        (one, two, whole), (count, width, size) = self.labels, self.sizes
        stride, dilation, padding = self.steps
        if label == whole:
            return Unfolded(-padding, (count, stride), (width, dilation), 1), (one, two)
        if label == one:
            return Unfolded(padding, (size, 1), (width, -dilation), stride), (whole, two)
        return Unfolded(padding, (size, 1), (count, -stride), dilation), (whole, one)


class Slices(Protocol):
    """What slices the arrays of a product."""

    def sliced(self, at: Any, axis: int, window: Window) -> Any:
        """An array, along an axis what a window picks."""
        ...

    def entry(self, at: Any, axis: int, window: Window) -> Any:
        """An array without an axis: the one entry that a window picks."""
        ...

    def unfolded(self, at: Any, axis: int, how: Unfolded) -> Any:
        """An array with two axes for one: the first in its place, the second the last."""
        ...

    def product(self, operands: Sequence[Operand], output: Sequence[Any], /) -> Any:
        """The product of some, summed over each label that the output lacks."""
        ...

    def extent(self, size: Any) -> int:
        """A size, roughly."""
        ...

    def shape(self, at: Any) -> Sequence[Any]:
        """The shape of an array."""
        ...

    def ones(self, window: Window) -> Any:
        """A vector of ones, as long as what a window picks."""
        ...

    def window(self, window: Window) -> Any:
        """A window as a matrix, where nothing else will do."""
        ...


class Placed(NamedTuple):
    """An axis of the result that is zero but in a window; what fills it may lack the axis."""

    axis: int
    window: Window
    is_new: bool = False


def resolve_windows(
    operands: Sequence[Operand],
    windows: Sequence[Window],
    core: Sequence[Any],
    slices: Slices,
    slidings: Sequence[Sliding] = (),
) -> tuple[list[Operand], list[Any], list[Placed]]:
    """Slice operands by windows; what is left are operands, their output, and axes to place.

    A label that the output has twice is that of a diagonal; one that no operand has, of an axis
    along which the product is the same.
    """
    work = _Windows(operands, windows, slidings, core, slices)
    while work.resolve() or work.unfold():
        pass
    written = [_written(window, slices) for window in work.windows]
    written += [Operand(one.at, one.labels) for one in work.slidings]
    return work.operands + written, work.output, work.placed


class _Windows:
    """A product while its windows are resolved, one after the other."""

    def __init__(
        self,
        operands: Sequence[Operand],
        windows: Sequence[Window],
        slidings: Sequence[Sliding],
        output: Sequence[Any],
        slices: Slices,
    ) -> None:
        self.operands = list(operands)
        self.windows = list(windows)
        self.slidings = list(slidings)
        self.output = list(output)
        self.slices = slices
        self.placed: list[Placed] = []

    def resolve(self) -> bool:
        """Resolve one window, in the first of the ways that there are for any."""
        ways = (self._slices, self.slice), (self._fills, self.fill), (self._repeats, self.repeat)
        for may, resolve in ways:
            window = next(filter(may, self.windows), None)
            if window is not None:
                self.windows.remove(window)
                resolve(window)
                return True
        return False

    def slice(self, window: Window) -> None:
        """Slice by a window of whose whole axis other factors alone have the label."""
        beside = [w for w in self.windows if w.whole == window.whole]
        self.windows = [w for w in self.windows if w not in beside]
        self.operands += [_written(one, self.slices) for one in beside]
        others = [one for one in self.operands if window.whole not in one.labels]
        is_kept = window.picked in {*self.output, *self._labels(), *_labels_of(others)}
        within = window.picked if is_kept or not window.is_single else None
        self.operands = [self._sliced(one, window, within) for one in self.operands]

    def _slices(self, window: Window) -> bool:
        """Whether other factors alone have the whole axis, so that they can be sliced.

        What a second window picks has its name only when that one is done.
        """
        others = [*self.output, *(w.picked for w in self.windows), *_labels_of(self.slidings)]
        return window.whole not in others and window.whole in _labels_of(self.operands)

    def _sliced(self, operand: Operand, window: Window, within: Any) -> Operand:
        """An operand, sliced along the whole axis; without a label for it one entry of it."""
        at, labels = operand.at, list(operand.labels)
        while window.whole in labels:
            axis = labels.index(window.whole)
            if within is None:
                at = self.slices.entry(at, axis, window)
                del labels[axis]
            else:
                at = self.slices.sliced(at, axis, window)
                labels[axis] = within
        return operand._replace(at=at, labels=tuple(labels))

    def fill(self, window: Window) -> None:
        """Place the result in a window of whose whole axis it alone has the label."""
        axis = self.output.index(window.whole)
        self.output[axis] = window.picked
        is_there = window.picked in {*_labels_of(self.operands), *self._labels()}
        is_new = window.is_single and not is_there
        if is_new:
            del self.output[axis]
        elif not is_there:
            self.operands.append(Operand(self.slices.ones(window), (window.picked,)))
        self.placed.insert(0, Placed(axis, window, is_new))

    def _fills(self, window: Window) -> bool:
        """Whether the whole axis is that of the result alone: what is picked fills it."""
        others = [w.labels for w in self.windows if w is not window]
        held = {*_labels_of([*self.operands, *self.slidings]), *(k for one in others for k in one)}
        is_alone = window.whole in self.output and window.whole not in held
        return is_alone and window.picked not in self.output and bool(self.operands)

    def repeat(self, window: Window) -> None:
        """Place a diagonal of the result in a window of which it has both labels."""
        axis = self.output.index(window.whole)
        self.output[axis] = window.picked
        self.operands = [self._sliced(one, window, window.picked) for one in self.operands]
        self.placed.insert(0, Placed(axis, window))

    def _repeats(self, window: Window) -> bool:
        others = [k for w in self.windows if w is not window for k in w.labels]
        once = self.output.count(window.whole) == 1 and window.whole not in others
        return (
            once and window.picked in self.output and window.whole not in _labels_of(self.slidings)
        )

    def unfold(self) -> bool:
        """See other factors along two axes for one that they alone have, of windows that slide."""
        ways = [(one, k) for one in self.slidings for k in one.labels[::-2] + one.labels[1:2]]
        ways = [(one, label) for one, label in ways if self._unfolds(one, label)]
        if not ways:
            return False
        sliding, label = min(ways, key=lambda way: self._entries(*way))
        self.slidings.remove(sliding)
        how, labels = sliding.without(label)
        seen = [one for one in self.operands if label in one.labels]
        others = [one for one in self.operands if label not in one.labels]
        views = [self._unfolded(one, label, how, labels) for one in self._together(seen)]
        self.operands = self._joined(views, others) if self.slidings else others + views
        return True

    def _unfolds(self, sliding: Sliding, label: Any) -> bool:
        """Whether other factors alone have a label; where they are zero, so is their power."""
        windows = [k for one in self.windows for k in one.labels]
        others = _labels_of(one for one in self.slidings if one is not sliding)
        having = [one for one in self.operands if label in one.labels]
        is_alone = label not in {*self.output, *windows, *others}
        return is_alone and bool(having) and all(one.exponent > 0 for one in having)

    def _entries(self, sliding: Sliding, label: Any) -> int:
        """How many there are along the two axes."""
        (_, (one, _), (two, _), _), _ = sliding.without(label)
        return self.slices.extent(one) * self.slices.extent(two)

    def _unfolded(
        self, operand: Operand, label: Any, how: Unfolded, names: tuple[Any, Any]
    ) -> Operand:
        at, labels = operand.at, list(operand.labels)
        while label in labels:
            axis = labels.index(label)
            at = self.slices.unfolded(at, axis, how)
            labels[axis] = names[0]
            labels.append(names[1])
        return operand._replace(at=at, labels=tuple(labels))

    def _together(self, listed: list[Operand]) -> list[Operand]:
        """Operands as one, if the product has the axes of one of them."""
        labels = max((one.labels for one in listed), key=len)
        if len(listed) == 1 or not _labels_of(listed) <= set(labels):
            return listed
        distinct = tuple(dict.fromkeys(labels))
        return [Operand(self.slices.product(listed, distinct), distinct)]

    def _joined(self, views: list[Operand], others: list[Operand]) -> list[Operand]:
        """Operands; views times those that share what can be summed now, if there is less then."""
        needed = {*self.output, *self._labels()}
        summed = _labels_of(views) - needed
        together = views + [one for one in others if summed.intersection(one.labels)]
        rest = [one for one in others if not summed.intersection(one.labels)]
        needed |= _labels_of(rest)
        kept = tuple(
            k for k in dict.fromkeys(chain(*(one.labels for one in together))) if k in needed
        )
        joined = Operand(self.slices.product(together, kept), kept)
        before, after = (
            max(prod(map(self.slices.extent, self.slices.shape(one.at))) for one in listed)
            for listed in (views, [joined])
        )
        return [*rest, joined] if after < before else others + views

    def _labels(self) -> set[Any]:
        """The labels of what waits."""
        return {*_labels_of(self.slidings), *(k for one in self.windows for k in one.labels)}


def _labels_of(factors: Iterable[Operand | Sliding]) -> set[Any]:
    return {label for one in factors for label in one.labels}


def _written(window: Window, slices: Slices) -> Operand:
    return Operand(slices.window(window), (window.picked, window.whole))


class SlicedSteps:
    """Slices of what steps make."""

    def __init__(
        self, steps: Steps, product: Callable[[Sequence[Operand], Sequence[Any]], int]
    ) -> None:
        """Where steps are made, and what makes those of a product."""
        self.steps = steps
        self.product = product

    def sliced(self, at: int, axis: int, window: Window) -> int:
        """A slice along an axis."""
        shape = list(self.steps.shape(at))
        shape[axis] = window.stop - window.start
        return self.steps.make("slice", [at], shape, (axis, window.start, window.stop))

    def entry(self, at: int, axis: int, window: Window) -> int:
        """A slice of one entry, without its axis."""
        shape = list(self.steps.shape(at))
        del shape[axis]
        return self.steps.reshaped(self.sliced(at, axis, window), shape)

    def unfolded(self, at: int, axis: int, how: Unfolded) -> int:
        """A view along two axes."""
        shape = [*self.steps.shape(at), how.second[0]]
        shape[axis] = how.first[0]
        return self.steps.make("windows", [at], shape, (axis, *how))

    def extent(self, size: int) -> int:
        """A size."""
        return size

    def shape(self, at: int) -> tuple[int, ...]:
        """The shape of what a step makes."""
        return self.steps.shape(at)

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
        for axis, window, is_new in placed:
            shape = list(self.steps.shape(at))
            if is_new:
                shape.insert(axis, 1)
                at = self.steps.reshaped(at, shape)
            shape[axis] = window.size
            at = self.steps.make("place", [at], shape, (axis, window.start, window.stop))
        return at

"""A plan run with lists of floats: no NumPy, for small sizes and where there is none.

An array is a flat list, its entries row by row; the shapes are those of the plan. Where an entry
is read from is worked out once for each step, so that a run is sums and products of floats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from math import hypot, inf, nan, prod
from operator import mul
from typing import Any

from matcalc.errors import ShapeError, TooLargeError, UnboundError
from matcalc.plan.list_functions import list_function, quotient
from matcalc.plan.plan import Plan
from matcalc.plan.roots import Full, Hypot, Root
from matcalc.plan.step import Aligned, Matrices, Spread, Step

Flat = list[float]
Shapes = Sequence[tuple[int, ...]]
Function = Callable[..., Flat]

MOST = 2**20
"""The entries of the largest array: lists are for small ones."""

_LEAST = 1e-290  # a smaller sum of squares has lost digits


class ListProgram:
    """A plan as functions on lists. It holds nothing between runs: threads may share it.

    >>> from matcalc.graph import einsum, symbol
    >>> from matcalc.plan.planning import plan_of
    >>> product = einsum("i j, j -> i", symbol("A", (2, 2)), symbol("x", (2,)))
    >>> ListProgram(plan_of([product], {})).run({"A": [[1, 2], [3, 4]], "x": [1, 1]})
    [[3.0, 7.0]]
    """

    def __init__(self, plan: Plan) -> None:
        """A plan.

        Raises:
            TooLargeError: It makes an array of more than 2²⁰ entries.
            UnknownRuleError: There is no function on lists for an operation in it.
        """
        largest = plan.largest
        if largest is not None and prod(largest.shape) > MOST:
            raise TooLargeError(f"an array of {largest.shape} is too large for lists")
        self.plan = plan
        self.functions = [
            _given if step.op == "variable" else function_of(step, plan) for step in plan.steps
        ]

    def run(self, arrays: Mapping[str, Any]) -> list[Any]:
        """The results as nested lists, of numbers or nested lists by name.

        Raises:
            UnboundError: A variable has no numbers.
            ShapeError: They have another shape.
        """
        values: list[Flat] = []
        for step, function in zip(self.plan.steps, self.functions, strict=True):
            if step.op == "variable":
                if step.value not in arrays:
                    raise UnboundError(f"{step.value} has no numbers: it is a symbol")
                values.append(flattened(arrays[step.value], step.shape, step.value))
            else:
                values.append(function(*[values[at] for at in step.operands]))
        return [nested(values[at], self.plan.steps[at].shape) for at in self.plan.results]


def _given() -> Flat:
    return []


def flattened(value: Any, shape: Sequence[int], name: str) -> Flat:
    """The entries of nested lists, row by row.

    Raises:
        ShapeError: They have another shape.
    """
    rows = [value]
    for size in shape:
        if any(not isinstance(row, Sequence) or len(row) != size for row in rows):
            raise ShapeError(f"{name} needs an array of shape {tuple(shape)}")
        rows = [entry for row in rows for entry in row]
    if any(isinstance(entry, Sequence) for entry in rows):
        raise ShapeError(f"{name} needs an array of shape {tuple(shape)}")
    return [float(entry) for entry in rows]


def nested(flat: Flat, shape: Sequence[int]) -> Any:
    """Entries row by row as nested lists; of no axes a number."""
    found: list[Any] = flat
    for size in reversed(shape):
        found = [found[k : k + size] for k in range(0, len(found), size)]
    return found[0]


def strides(shape: Sequence[int]) -> list[int]:
    """How many entries each axis steps over."""
    return list(accumulate(reversed(shape), mul, initial=1))[-2::-1]


def places(shape: Sequence[int], steps: Sequence[int], start: int = 0) -> list[int]:
    """Where the entries of an array of a shape are read, each axis stepping over so many."""
    found = [start]
    for size, step in zip(shape, steps, strict=True):
        found = [place + k * step for place in found for k in range(size)]
    return found


def function_of(step: Step, plan: Plan) -> Function:
    """The function of a step on lists, called with those of its operands."""
    return _MAKERS[step.op](step, [plan.steps[at].shape for at in step.operands])


def _constant(step: Step, shapes: Shapes) -> Function:
    del shapes
    value = step.value.tolist() if hasattr(step.value, "tolist") else step.value
    flat = flattened(value, step.shape, "a constant")
    return lambda: flat


def _eye(step: Step, shapes: Shapes) -> Function:
    del shapes
    rows, columns = step.shape
    flat = [float(column == row + step.value) for row in range(rows) for column in range(columns)]
    return lambda: flat


def _reshape(step: Step, shapes: Shapes) -> Function:
    del step, shapes
    return lambda x: x


def _read(step: Step, shapes: Shapes) -> Function:
    """Entries of an array at other places: transposed, on a diagonal, in a slice."""
    (shape,) = shapes
    own, start = strides(shape), 0
    if step.op == "transpose":
        own = [own[axis] for axis in step.value]
    elif step.op == "diagonal":
        along = dict.fromkeys(step.value, 0)
        for label, stride in zip(step.value, own, strict=True):
            along[label] += stride
        own = list(along.values())
    else:
        axis, first, _ = step.value
        start = first * own[axis]
    at = places(step.shape, own, start)
    return lambda x: [x[k] for k in at]


def _sum(step: Step, shapes: Shapes) -> Function:
    (shape,) = shapes
    own = strides(shape)
    kept = [axis for axis in range(len(shape)) if axis not in step.value]
    starts = places([shape[k] for k in kept], [own[k] for k in kept])
    within = places([shape[k] for k in step.value], [own[k] for k in step.value])
    return lambda x: [sum(x[start + k] for k in within) for start in starts]


def _power(step: Step, shapes: Shapes) -> Function:
    del shapes
    exponent: Fraction = step.value
    if exponent.denominator == 1:
        whole = abs(int(exponent))
        if exponent > 0:
            return lambda x: [_powered(entry, whole) for entry in x]
        return lambda x: [quotient(1.0, _powered(entry, whole)) for entry in x]
    real = float(exponent)
    return lambda x: [_powered(entry, real) for entry in x]


def _powered(base: float, exponent: float) -> float:
    try:
        found = base**exponent
    except OverflowError:
        return inf if base > 0 or exponent % 2 == 0 else -inf
    except ZeroDivisionError:
        return inf
    return nan if isinstance(found, complex) else float(found)


def _scale(step: Step, shapes: Shapes) -> Function:
    del shapes
    number = step.value
    return lambda x: [number * entry for entry in x]


def _entrywise(step: Step, shapes: Shapes) -> Function:
    one, two = (_aligned(way, own, step.shape) for way, own in zip(step.value, shapes, strict=True))
    operation = mul if step.op == "multiply" else quotient
    return lambda a, b: [operation(a[i], b[j]) for i, j in zip(one, two, strict=True)]


def _aligned(way: Aligned, own: tuple[int, ...], shape: tuple[int, ...]) -> list[int]:
    along = strides(own)
    order = iter(way.order)
    return places(shape, [along[next(order)] if has else 0 for has in way.kept])


def _contract(step: Step, shapes: Shapes) -> Function:
    way: Matrices = step.value
    one, two = strides(shapes[0]), strides(shapes[1])
    first = [(shapes[0][axis], one[axis]) for axis in way.one]
    second = [(shapes[1][axis], two[axis]) for axis in way.two]
    middle = way.stack + way.summed
    stack = list(zip(_of(first[: way.stack]), _of(second[: way.stack]), strict=True))
    rows, columns = _of(first[way.stack : way.stack + way.rows]), _of(second[middle:])
    left, right = _of(first[way.stack + way.rows :]), _of(second[way.stack : middle])

    def contract(a: Flat, b: Flat) -> Flat:
        result: Flat = []
        for at_a, at_b in stack:
            above = [[a[at_a + row + k] for k in left] for row in rows]
            below = [[b[at_b + column + k] for k in right] for column in columns]
            result += [sum(map(mul, row, column)) for row in above for column in below]
        return result

    return contract


def _of(axes: Sequence[tuple[int, int]]) -> list[int]:
    return places([size for size, _ in axes], [step for _, step in axes])


def _apply(step: Step, shapes: Shapes) -> Function:
    operation, parameters = step.value
    return list_function(operation, parameters, shapes, step.shape)


def _add(step: Step, shapes: Shapes) -> Function:
    ways: Sequence[tuple[int, Spread | None]] = step.value
    found = [
        (float(sign), *_written(spread, own, step.shape))
        for (sign, spread), own in zip(ways, shapes, strict=True)
    ]
    count = prod(step.shape)

    def sum_up(*arrays: Flat) -> Flat:
        total = [0.0] * count
        for (sign, read, write), array in zip(found, arrays, strict=True):
            for i, k in zip(read, write, strict=True):
                total[k] += sign * array[i]
        return total

    return sum_up


def _written(
    spread: Spread | None, own: tuple[int, ...], shape: tuple[int, ...]
) -> tuple[list[int], list[int]]:
    """Where entries of an array are read, and where they are written in a larger one."""
    if spread is None:  # NumPy's broadcasting
        steps = strides(own)
        missing = len(shape) - len(own)
        along = [0] * missing + [
            step if size > 1 else 0 for step, size in zip(steps, own, strict=True)
        ]
        return places(shape, along), list(range(prod(shape)))
    whole = dict.fromkeys(spread.labels, 0)
    for label, step in zip(spread.labels, strides(spread.sizes), strict=True):
        whole[label] += step
    sizes = dict(zip(spread.labels, spread.sizes, strict=True))
    inside = dict(zip(spread.core, strides(own), strict=True))
    extents = [sizes[label] for label in whole]
    read = places(extents, [inside.get(label, 0) for label in whole])
    return read, places(extents, list(whole.values()))


def _spread(step: Step, shapes: Shapes) -> Function:
    return _add(step._replace(value=((1, step.value),)), shapes)


def _place(step: Step, shapes: Shapes) -> Function:
    (shape,) = shapes
    axis, start, _ = step.value
    whole = strides(step.shape)
    at = places(shape, whole, start * whole[axis])
    count = prod(step.shape)

    def place(x: Flat) -> Flat:
        result = [0.0] * count
        for k, entry in zip(at, x, strict=True):
            result[k] = entry
        return result

    return place


def _root(step: Step, shapes: Shapes) -> Function:
    power, root = step.value
    inside = _power(step._replace(value=power / 2), shapes)
    outside = _power(step._replace(value=power), shapes)

    def take(squares: Flat, *arrays: Flat) -> Flat:
        if all(_LEAST <= entry < inf for entry in squares):
            return inside(squares)
        roots, own = _root_of(root, (squares, *arrays), shapes)
        read, _ = _written(None, own, shapes[0])
        return outside([roots[k] for k in read])

    return take


def _root_of(root: Root, arrays: Sequence[Flat], shapes: Shapes) -> tuple[Flat, tuple[int, ...]]:
    """The entries of a root, and its shape."""
    if isinstance(root, Full):
        return [root.number], (1,) * root.rank
    if isinstance(root, Hypot):
        parts = [_root_of(part, arrays, shapes) for part in root.parts]
        shape = tuple(map(max, *(own for _, own in parts))) if parts[0][1] else ()
        reads = [_written(None, own, shape)[0] for _, own in parts]
        columns = [[flat[k] for k in read] for (flat, _), read in zip(parts, reads, strict=True)]
        return [hypot(*entries) for entries in zip(*columns, strict=True)], shape
    if isinstance(root.within, int):
        flat, own = arrays[root.within], shapes[root.within]
    else:
        flat, own = _root_of(root.within, arrays, shapes)
    flat = [flat[k] for k in _written(None, own, root.shape)[0]]
    along = strides(root.shape)
    kept = [axis for axis in range(len(root.shape)) if axis not in root.summed]
    within = places([root.shape[k] for k in root.summed], [along[k] for k in root.summed])
    order = [kept[k] for k in root.order]
    starts = places([root.shape[k] for k in order], [along[k] for k in order])
    norms = [root.number * hypot(*(flat[start + k] for k in within)) for start in starts]
    sizes = iter(order)
    return norms, tuple(root.shape[next(sizes)] if has else 1 for has in root.kept)


_MAKERS: dict[str, Callable[[Step, Shapes], Function]] = {
    "constant": _constant,
    "number": _constant,
    "eye": _eye,
    "reshape": _reshape,
    "transpose": _read,
    "diagonal": _read,
    "slice": _read,
    "sum": _sum,
    "power": _power,
    "root": _root,
    "multiply": _entrywise,
    "divide": _entrywise,
    "contract": _contract,
    "scale": _scale,
    "apply": _apply,
    "add": _add,
    "spread": _spread,
    "place": _place,
}

"""Sizes of named dimensions, read from the axes that have them, in whatever order these come.

An axis ``n`` is n; an axis ``4*h`` gives h, and ``m+n`` gives n once another axis gives m. This
is the one place that knows which name is read from which axis: what binds arrays follows it with
numbers, and generated source writes it down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from matcalc import dimensions
from matcalc.dimensions import Dimension

Reading = tuple[str, int]  # a name, and the number of the axis that it is read from


def is_linear(dimension: Dimension, name: str) -> bool:
    """Whether a name stands in a dimension without a higher power.

    >>> is_linear("m*n+1", "m"), is_linear("n**2/2+n/2", "n")
    (True, False)
    """
    return dimensions.linear_in(dimension, name) is not None


def is_solvable(dimension: Dimension, name: str) -> bool:
    """Whether one size at most can follow from a number: of a line, or of what only grows.

    >>> is_solvable("n**2/2+n/2", "n"), is_solvable("n**2-3*n", "n")
    (True, False)
    """
    signs = (number > 0 for number, powers in dimensions.terms(dimension) if name in dict(powers))
    return is_linear(dimension, name) or all(signs)


def readings(
    stated: Sequence[Dimension],
    known: Iterable[str] = (),
    readable: Callable[[Dimension, str], bool] = is_solvable,
) -> list[Reading]:
    """Which names are read from which of the stated sizes, each after those that it needs.

    Args:
        stated: The sizes of axes as they were declared.
        known: Names that have sizes already.
        readable: Whether a name can be read from a dimension whose other names are known.

    >>> readings(["m*n", "k+m", "k"])
    [('k', 2), ('m', 1), ('n', 0)]
    """
    found = dict.fromkeys(known)
    order: list[Reading] = []
    for place, size in enumerate(stated):
        if isinstance(size, str) and size.isidentifier() and size not in found:
            found[size] = None
            order.append((size, place))
    waiting = [place for place, size in enumerate(stated) if dimensions.names(size) - found.keys()]
    while waiting:
        opened = {place: dimensions.names(stated[place]) - found.keys() for place in waiting}
        ready = [
            (name, place)
            for place, (name, *others) in (
                (k, sorted(names)) for k, names in opened.items() if names
            )
            if not others and readable(stated[place], name)
        ]
        if not ready:
            break
        order.append(ready[0])
        found[ready[0][0]] = None
        waiting = [place for place in waiting if opened[place] - {ready[0][0]}]
    return order


def solve(stated: Sequence[Dimension], actual: Sequence[int], sizes: dict[str, int]) -> None:
    """Give names the sizes that follow from those of axes; those that none fits stay open.

    >>> sizes = {}
    >>> solve(["m*n", "n**2/2+n/2"], [6, 6], sizes)
    >>> sizes
    {'n': 3, 'm': 2}
    """
    for name, place in readings(stated, sizes):
        if set(dimensions.names(stated[place])) - sizes.keys() != {name}:
            continue  # what it needs has no size that fits
        size = _solved(stated[place], name, actual[place], sizes)
        if size is not None:
            sizes[name] = size


def _solved(dimension: Dimension, name: str, actual: int, sizes: dict[str, int]) -> int | None:
    """The size of a name at which a dimension has its value, if there is one."""
    if dimension == name:
        return actual
    line = dimensions.linear_in(dimension, name)
    if line is None:
        return _grown(dimension, name, actual, sizes)
    factor, rest = (dimensions.evaluate(part, sizes) for part in line[:2])
    above = line[2] * actual - rest
    return above // factor if factor and above % factor == 0 and above // factor > 0 else None


def _grown(dimension: Dimension, name: str, actual: int, sizes: dict[str, int]) -> int | None:
    """The size at which a dimension that grows with it has a value, by halving.

    A dimension such as n²/2 is whole at some sizes alone: twice it is compared.
    """
    whole, below = dimensions.over_common_denominator(dimension)
    low, high = 1, max(below * actual, 1) + 1
    while low < high:
        middle = (low + high) // 2
        if dimensions.evaluate(whole, {**sizes, name: middle}) < below * actual:
            low = middle + 1
        else:
            high = middle
    return low if dimensions.evaluate(whole, {**sizes, name: low}) == below * actual else None

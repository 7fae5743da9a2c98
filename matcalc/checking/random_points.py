"""Random points for a formula: small sizes that all differ, arrays of what is declared of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from matcalc import dimensions
from matcalc.arrays import Array
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import ShapeError, TooLargeError, UnboundError
from matcalc.expression import Declared, Formula
from matcalc.graph import Apply, Node, Product, is_apply, topological
from matcalc.variables import Variable

_SIZES = (3, 2, 5, 4, 7, 6)  # of named dimensions: all differ, so that no transpose hides

_Draw = Callable[[tuple[int, ...], np.random.Generator], Array]


def small_sizes(
    roots: Iterable[Node],
    variables: Iterable[Variable],
    declared: Mapping[str, Declared] | None = None,
    least: int = 0,
    order: int = 0,
) -> dict[str, int]:
    """A size for each name of a dimension, the smallest that make all shapes possible.

    Args:
        roots: Nodes that name dimensions, and places of entries.
        variables: Variables whose shapes are to be possible.
        declared: What is known of them.
        least: How much larger than the smallest the sizes are at least.
        order: Which of three orders of sizes is tried first: mixed, later names larger, or later
            names smaller; what is tall in the one is wide in the other.

    Raises:
        UnboundError: No small sizes do.
    """
    listed = list(variables)
    shapes = [variable.shape for variable in listed]
    orthogonal = {name for name, one in (declared or {}).items() if "orthogonal" in one.properties}
    tall = [variable.shape for variable in listed if variable.name in orthogonal]
    names = dict.fromkeys(
        name for shape in shapes for size in shape for name in sorted(dimensions.names(size))
    )
    nodes = [node for root in roots for node in topological(root)]
    names.update(dict.fromkeys(_other_names(nodes)))
    windows = [node for node in nodes if is_apply(node, "window")]
    shapes += [_beyond(node) for node in windows]
    growing = sorted(_SIZES[: len(names)] if len(names) > 1 else _SIZES)
    orders = [_SIZES, growing, growing[::-1]]
    for chosen in (*orders[order:], *orders[:order]):
        for more in range(least, least + 50):
            sizes = {name: chosen[k % len(chosen)] + more for k, name in enumerate(names)}
            if _are_possible(shapes, tall, sizes):
                return sizes
    raise UnboundError("no small sizes make all shapes possible; give numbers: x[3]")


#: How much larger than the smallest sizes are, and in which order: what was odd is even in the
#: second, as adj and det notice, and what is tall in some is wide in others.
_CHOICES = ((0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 0))


def choices_of_sizes(
    roots: Iterable[Node], variables: Iterable[Variable], declared: Mapping[str, Declared]
) -> Iterator[dict[str, int]]:
    """Choices of small sizes, all different in each; the arguments are as above.

    Raises:
        UnboundError: There is none.
    """
    known = list(roots), list(variables), declared
    seen: list[dict[str, int]] = []
    for least, order in _CHOICES:
        try:
            sizes = small_sizes(*known, least, order)
        except UnboundError:
            continue
        if sizes not in seen:
            seen.append(sizes)
            yield sizes
    if not seen:
        small_sizes(*known)


def refuse_large(shapes: Iterable[Shape], sizes: Mapping[str, int], most: int) -> None:
    """Refuse arrays that would be written out at every point.

    Raises:
        TooLargeError: One has more entries than it may.
    """
    for shape in shapes:
        entries = dimensions.evaluate(dimensions.product(shape), sizes)
        if entries > most:
            raise TooLargeError(
                f"{entries:,} numbers at every point; declare dimensions by name, W[m,n], and "
                "small sizes are taken"
            )


def _are_possible(shapes: Iterable[Shape], tall: Iterable[Shape], sizes: dict[str, int]) -> bool:
    """Whether shapes have positive sizes, and those of orthonormal columns enough rows."""
    try:
        found = [[dimensions.evaluate(size, sizes) for size in shape] for shape in shapes]
        narrow = [[dimensions.evaluate(size, sizes) for size in shape] for shape in tall]
    except ShapeError:  # half of an odd number
        return False
    return all(min(shape, default=1) > 0 for shape in found) and all(
        rows >= columns for rows, columns in narrow
    )


def _other_names(nodes: Iterable[Node]) -> Iterator[str]:
    """Names of dimensions that no variable has: ``eye(k)``, ``sum(x) / k``."""
    sizes: dict[Dimension, None] = {}
    for node in nodes:
        sizes.update(dict.fromkeys(node.shape))
        if isinstance(node, Product):
            sizes.update(dict.fromkeys((*node.sizes, *(name for name, _ in node.scale.powers))))
    for size in sizes:
        yield from sorted(dimensions.names(size))


def _beyond(window: Apply) -> Shape:
    """What is positive where a window lies in its axis: ``n - 5`` of ``x[5]``."""
    (length, size), (start,) = window.shape, window.parameters
    behind = dimensions.difference(size, dimensions.total([start, length]))
    return dimensions.total([start, 1]), length, dimensions.total([behind, 1])


def random_points(
    formula: Formula,
    declared: Mapping[str, Declared],
    sizes: Mapping[str, int],
    rng: np.random.Generator,
    count: int,
) -> Iterator[dict[str, Array]]:
    """Random arrays for all variables: any numbers, positive ones, and ones below 1, in turn.

    What is declared is of usual size, large and small in turn, where that stays declared.
    """
    for attempt in range(count):
        anything = _ANYWHERE[attempt % len(_ANYWHERE)]
        arrays: dict[str, Array] = {}
        for k, (name, variable) in enumerate(formula.variables.items(), attempt):
            shape = tuple(dimensions.evaluate(size, sizes) for size in variable.shape)
            known = declared[name].properties if name in declared else ()
            first = next((one for one in _KNOWN if one in known), "")
            drawn = np.asarray(_KNOWN.get(first, anything)(shape, rng))
            arrays[name] = _SCALES[k % len(_SCALES)] * drawn if first in SCALED else drawn
        yield arrays


def below_zero(
    formula: Formula, declared: Mapping[str, Declared], tried: Iterable[Mapping[str, Array]]
) -> Iterator[dict[str, Array]]:
    """Points where some numbers are below zero, in turn, and then all: |a| is not a.

    Args:
        formula: It knows the variables.
        declared: What is known of them; such numbers stay.
        tried: Random points, three at least.
    """
    known = {name for name, one in declared.items() if one.properties}
    numbers = [name for name, one in formula.variables.items() if not one.shape]
    free = [name for name in numbers if name not in known]
    for arrays, below in zip(tried, (free[::2], free[1::2], free), strict=False):
        if below:
            signs = {name: -1.0 if name in below else 1.0 for name in free}
            yield {**arrays, **{name: sign * abs(arrays[name]) for name, sign in signs.items()}}


def _symmetric(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    half: Array = rng.normal(size=shape)
    return (half + half.T) / 2


def _spd(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    root: Array = rng.normal(size=shape)
    product: Array = root @ root.T / shape[0] + np.eye(shape[0])
    return product


def _diagonal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Of positive entries, or of entries of either sign, in half of the cases each."""
    signs = rng.choice((-1.0, 1.0), size=shape[0]) if rng.integers(2) else 1.0
    return np.diag(signs * rng.uniform(0.3, 2.0, size=shape[0]))


def _invertible(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Of a determinant of either sign."""
    found: Array = rng.normal(size=shape) + 3.0 * np.eye(shape[0])
    found[0] *= rng.choice((-1.0, 1.0))
    return found


def _projector(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """On the space of some columns, fewer than all where there are several."""
    columns, _ = np.linalg.qr(rng.normal(size=(shape[0], (shape[0] + 1) // 2)))
    projected: Array = columns @ columns.T
    return projected


_SCALES = (1.0, 3.0, 0.2)  # of a sine and of a logarithm below zero too
#: What sums and multiples above zero of two that have it have too; all else is lost on the way.
SCALED = frozenset(["diagonal", "spd", "symmetric", "invertible", "positive"])
_ANYWHERE: tuple[_Draw, ...] = (
    lambda shape, rng: np.asarray(rng.normal(size=shape)),
    lambda shape, rng: np.asarray(rng.uniform(0.3, 2.0, size=shape)),
    lambda shape, rng: np.asarray(rng.uniform(0.1, 0.9, size=shape)),
)
#: How to draw what is known of a variable; of two, the first here.
_KNOWN: dict[str, _Draw] = {
    "projector": _projector,
    "onehot": lambda shape, rng: np.eye(shape[-1])[rng.integers(shape[-1], size=shape[:-1])],
    "diagonal": _diagonal,
    "spd": _spd,
    "symmetric": _symmetric,
    "invertible": _invertible,
    "orthogonal": lambda shape, rng: (
        np.linalg.qr(rng.normal(size=shape))[0] * rng.choice((-1.0, 1.0), size=shape[1])
    ),
    "simplex": lambda shape, rng: rng.dirichlet(np.full(shape[-1], 5.0), size=shape[:-1]),
    "binary": lambda shape, rng: rng.integers(2, size=shape).astype(float),
    "positive": lambda shape, rng: np.asarray(rng.uniform(0.3, 2.0, size=shape)),
}

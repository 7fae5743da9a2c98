"""Rules inside rules in a setting: a structure, a declared property, a name for the inner rule.

Each setting makes cases of one formula for the forms of :mod:`pair_laws`: the derivative as the
setting asks for it, beside central differences over what is free in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
from derivative_checks import measured
from numpy.typing import NDArray
from pair_laws import LARGEST, Case
from random_chains import in_layout
from rule_pairs import Nested, Pair, applied

import matcalc as mc

Array = NDArray[Any]

STRUCTURES = ("symmetric", "symmetrised", "vech", "diagonal")


def _symmetric(array: Array) -> Array:
    return (array + array.T) / 2


def _spd(array: Array) -> Array:
    return array @ array.T / len(array) + np.eye(len(array))


def _diagonal(array: Array) -> Array:
    return np.diag(np.diag(array))


_SMALL = 12  # entries of a variable of a second derivative

#: For each property how any square matrix, or any array, is made to have it.
MADE: Mapping[str, Callable[[Array], Array]] = {
    "symmetric": _symmetric,
    "spd": _spd,
    "diagonal": _diagonal,
    "orthogonal": lambda array: np.linalg.qr(array)[0],
    "positive": lambda array: np.abs(array) + 0.3,
}


def structure_cases(found: Nested, random: Random, layout: str, seed: int) -> Iterator[Case]:
    """The derivative by each square matrix, in one structure."""
    for wrt in _squares(found):
        structure = random.choice(STRUCTURES)
        made = _diagonal if structure == "diagonal" else _symmetric
        point = _point(found, wrt, made, seed)
        if point is not None:
            yield from _of(_structured(found, wrt, structure, point, layout))


def property_cases(found: Nested, random: Random, layout: str, seed: int) -> Iterator[Case]:
    """A derivative where one matrix, or one array, is declared to be of some kind."""
    name = random.choice(list(found.variables))
    square = name in _squares(found)
    kind = random.choice([*MADE] if square else ["positive"])
    point = _point(found, name, MADE[kind], seed)
    if point is None or not found.variables[name][0]:
        return
    wrt = random.choice(list(found.variables))
    declared = " ".join(
        f"{one}:{kind}" if one.partition("[")[0] == name else one
        for one in found.declarations.split()
    )
    expected = _measured(found, lambda x: {**point, wrt: x}, point[wrt])
    if expected is not None:
        d = mc.derive(found.text, wrt=wrt, variables=declared, layout=layout)
        yield _case(found, wrt, layout, d, expected, point, point[wrt].ndim)


def let_cases(pair: Pair, found: Nested, layout: str, seed: int) -> Iterator[Case]:
    """The derivative by each variable, and by the inner rule, which has a name."""
    inner = next((one for one in map(_text, _forms(pair)) if one in found.text), None)
    point = next(found.points(seed), None)
    if inner is None or point is None:
        return
    lets = f"middle = {inner}; {found.text.replace(inner, 'middle')}"
    named = replace(found, text=lets)
    for wrt in found.variables:
        expected = _measured(found, lambda x, wrt=wrt: {**point, wrt: x}, point[wrt])
        if expected is not None:
            d = mc.derive(lets, wrt=wrt, variables=found.declarations, layout=layout)
            yield _case(named, wrt, layout, d, expected, point, point[wrt].ndim)
    value = _evaluated(inner, found, point)
    if found.array_shape(found.shape) != () or not value.size:
        return
    around = found.text.replace(inner, "middle")

    def outer(x: Array) -> Array:
        return np.asarray(mc.evaluate(around, **{**found.sizes, **point, "middle": np.asarray(x)}))

    expected = measured(outer, value)
    if expected is not None and np.isfinite(value).all():
        d = mc.derive(lets, wrt="middle", variables=found.declarations, layout=layout)
        yield _case(named, "middle", layout, d, expected, point, value.ndim)


def second_cases(found: Nested, random: Random, seed: int) -> Iterator[Case]:
    """The second derivative of a number by a small variable, beside differences of the first."""
    wrt = random.choice(list(found.variables))
    point = next(found.points(seed), None)
    if point is None or found.shape or point[wrt].size > _SMALL:
        return
    given = {"variables": found.declarations, "layout": "numerator"}
    first = mc.derive(found.text, wrt=wrt, **given)
    expected = measured(
        lambda x: first.evaluate(**{**found.sizes, **point, wrt: np.asarray(x)}), point[wrt]
    )
    if expected is None:
        return
    try:
        d = mc.derive(found.text, wrt=wrt, order=2, **given)
    except mc.NotDifferentiableError:
        return
    yield _case(found, wrt, "numerator", d, expected, point, point[wrt].ndim)


def _of(case: Case | None) -> Iterator[Case]:
    if case is not None:
        yield case


def _forms(pair: Pair) -> list[Nested]:
    return [applied(pair.inner, rank) for rank in (2, 1, 0)]


def _text(found: Nested) -> str:
    return found.text


def _squares(found: Nested) -> list[str]:
    """The variables that are square matrices."""
    return [
        name
        for name, (shape, _) in found.variables.items()
        if len(shape) == 2 and shape[0] == shape[1]
    ]


def _point(
    found: Nested, name: str, made: Callable[[Array], Array], seed: int
) -> dict[str, Array] | None:
    """A point where a variable is of some kind, in the domain of every rule."""
    for point in found.points(seed):
        changed = {**point, name: made(point[name])}
        if np.isfinite(found.value(changed)).all() and all(need(changed) for need in found.needs):
            return changed
    return None


def _measured(found: Nested, at: Callable[[Array], Mapping[str, Array]], x: Array) -> Array | None:
    entries = int(np.prod(found.array_shape(found.shape), dtype=int)) * x.size
    return measured(lambda free: found.value(at(free)), x) if entries <= LARGEST else None


def _structured(
    found: Nested, wrt: str, structure: str, point: dict[str, Array], layout: str
) -> Case | None:
    """The derivative over the free entries, as a matrix or as their vector."""
    size = len(point[wrt])
    columns, rows = np.triu_indices(size)
    if structure == "diagonal":
        columns = rows = np.arange(size)

    def whole(free: Array) -> Array:
        matrix = np.zeros((size, size))
        matrix[rows, columns] = matrix[columns, rows] = free
        return matrix

    free = point[wrt][rows, columns]
    found_free = _measured(found, lambda x: {**point, wrt: whole(x)}, free)
    if found_free is None:
        return None
    expected = found_free
    if structure != "vech":
        halved = np.where(rows == columns, 1.0, 0.5 if structure == "symmetrised" else 1.0)
        expected = np.zeros((*found_free.shape[:-1], size, size))
        expected[..., rows, columns] = expected[..., columns, rows] = found_free * halved
    d = mc.derive(
        found.text, wrt=wrt, variables=found.declarations, layout=layout, structure=structure
    )
    return _case(found, wrt, layout, d, expected, point, 1 if structure == "vech" else 2)


def _case(
    found: Nested,
    wrt: str,
    layout: str,
    d: mc.Jacobian[Any],
    expected: Array,
    point: Mapping[str, Array],
    below: int,
) -> Case:
    given = {**found.sizes, **point}
    value = d.evaluate(**given)
    laid_out = in_layout(expected, expected.ndim - below, layout)
    return Case(found, wrt, layout, d, value, laid_out, given)


def _evaluated(text: str, found: Nested, point: Mapping[str, Array]) -> Array:
    return np.asarray(mc.evaluate(text, **found.sizes, **point), float)

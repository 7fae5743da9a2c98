"""The smallest numbers at which a claim and the derivative differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

import numpy as np

from matcalc import dimensions
from matcalc.arrays import Array
from matcalc.checking.verdict import relative_error
from matcalc.claims.answer import Counterexample
from matcalc.claims.point import Point, Worth, quick_point
from matcalc.claims.question import Question
from matcalc.claims.tree import Tree, names
from matcalc.errors import MatcalcError
from matcalc.graph import Symbol, topological

_ENTRIES = (-1.0, 0.0, 1.0, 2.0)
_SIZES = ((1, 1), (1, 2), (2, 2), (2, 3))
_TRIES = 6
_FAR = 1e-6
_KEPT = frozenset(["positive"])  # of what is declared: others need numbers that are not whole


def counterexample(question: Question, line: Tree, *, flat: bool) -> Counterexample | None:
    """Small whole numbers at which a line that fits has other values than the truth."""
    if any(one.properties - _KEPT for one in question.declared.values()):
        return None
    for sizes in _small(question):
        for arrays in _whole(question, sizes):
            with suppress(MatcalcError):
                at = quick_point(question, arrays, sizes, flat=flat)
                if at is not None and _differs(at, line):
                    return _shown(question, at, arrays, line)
    return None


def _small(question: Question) -> Iterator[dict[str, int]]:
    shapes = [one.shape for one in question.formula.variables.values()]
    found = sorted({name for shape in shapes for size in shape for name in dimensions.names(size)})
    for pair in _SIZES:
        yield {name: pair[k % 2] for k, name in enumerate(found)}
        if not found:
            return


def _whole(question: Question, sizes: Mapping[str, int]) -> Iterator[dict[str, Array]]:
    rng = np.random.default_rng(2)
    for _ in range(_TRIES):
        arrays: dict[str, Array] = {}
        for name, variable in question.formula.variables.items():
            shape = tuple(dimensions.evaluate(size, sizes) for size in variable.shape)
            known = question.declared[name].properties if name in question.declared else ()
            entries = _ENTRIES[2:] if "positive" in known else _ENTRIES
            arrays[name] = np.asarray(rng.choice(entries, size=shape))
        yield arrays


def _differs(at: Point, line: Tree) -> bool:
    value = Worth(at).of(line)
    if value is None or value.entries().shape != at.truth.entries().shape:
        return False
    if not np.all(np.isfinite(value.data)):
        return False
    return relative_error(at.truth.entries(), value.entries()) > _FAR


def _shown(
    question: Question, at: Point, arrays: Mapping[str, Array], line: Tree
) -> Counterexample:
    value = Worth(at).of(line)
    used = {node.name for node in topological(question.truth) if isinstance(node, Symbol)}
    used |= names(line)
    claimed = None if value is None else value.entries()[0].tolist()
    shown = {name: array.tolist() for name, array in arrays.items() if name in used}
    return Counterexample(shown, claimed, at.truth.entries()[0].tolist())

"""Other points: where a wrong claim would be right, and where it is wrong.

A claim may be right for a symmetric matrix, equal sizes, positive entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import combinations, islice

import numpy as np

from matcalc import dimensions
from matcalc.arrays import Array
from matcalc.checking.verdict import by_value, relative_error
from matcalc.claims.answer import Counterexample
from matcalc.claims.judging import pairs
from matcalc.claims.point import ClaimPoint, Worth, points_at, quick_point
from matcalc.claims.question import Question
from matcalc.claims.stacked import Stack, close
from matcalc.claims.tree import Tree, names
from matcalc.diagnosis.conditions import SAID
from matcalc.diagnosis.side_by_side import Meeting, kinks_of, meetings_at
from matcalc.errors import MatcalcError, listed
from matcalc.expression import Declared
from matcalc.graph import Node, symbol_names
from matcalc.plan import evaluate

SYMMETRIC = "symmetric"
_KEPT = {"invertible"}  # what a symmetric matrix may be too
_MOST = 12
_POINTS = 12


def right_when(question: Question, line: Tree, at: ClaimPoint, *, differs: bool) -> tuple[str, ...]:
    """Conditions, each alone, under which a line is equal to the truth at every point tried.

    Args:
        question: What the line is to answer.
        line: It.
        at: A point.
        differs: Whether its values are others somewhere, maybe not at this point.
    """
    if not differs and _holds(line, at):  # it lies where it should stand: nothing makes that right
        return ()
    found: list[str] = []
    for said, declared, sizes in list(_conditions(question, at.sizes))[:_MOST]:
        with suppress(MatcalcError):
            tried = islice(points_at(question, sizes, declared), _POINTS)
            held = (_holds(line, each) for each in tried)
            if next(held, False) and all(held) and _holds_beyond(question, line, declared, sizes):
                found.append(said)
    return tuple(found)


def _holds_beyond(
    question: Question, line: Tree, declared: Mapping[str, Declared], sizes: Mapping[str, int]
) -> bool:
    """Whether a line that is equal at random points is so on the other sides of kinks too.

    A kink of the line alone is to be seen from both sides, unless what is assumed decides it.
    """
    try:
        given = question.meant(question.read(str(line)).node)
    except MatcalcError:  # it fits at these sizes alone
        return True
    met = meetings_at(question.truth, given, question.formula, declared, dict(sizes))
    if by_value(pairs(question, met)).verdict == "wrong_value":
        return False
    assumed = {name for name, one in declared.items() if one != question.declared[name]}
    own = dict.fromkeys(kinks_of([given])).keys() - set(question.kinks)
    return all(_is_crossed(kink, met) for kink in own if symbol_names(kink) - assumed)


def _is_crossed(kink: Node, met: Sequence[Meeting]) -> bool:
    sides = (np.signbit(evaluate(kink, one.arrays, one.sizes)) for one in met)
    return len({side for each in sides for side in each.ravel().tolist()}) > 1


def _holds(line: Tree, at: ClaimPoint) -> bool:
    value = _comparable(line, at)
    return value is not None and close(value.entries(), at.truth.entries())


def _comparable(line: Tree, at: ClaimPoint) -> Stack | None:
    """What a line is worth, where that has as many entries as the truth."""
    value = Worth(at).of(line)
    return value if value and value.entries().shape == at.truth.entries().shape else None


def _conditions(
    question: Question, sizes: Mapping[str, int]
) -> Iterator[tuple[str, Mapping[str, Declared], Mapping[str, int]]]:
    """What might be so: in words, what is declared then, and the sizes."""
    used = symbol_names(question.truth)
    declared = {
        name: known
        for name, known in question.declared.items()
        if name in used and known.properties <= _KEPT
    }
    square = [name for name, one in declared.items() if dimensions.is_square(one.variable.shape)]

    def knowing(way: str, *names: str) -> dict[str, Declared]:
        known = {name: declared[name].properties | {way} for name in names}
        more = {name: declared[name]._replace(properties=all_) for name, all_ in known.items()}
        return {**question.declared, **more}

    for name, known in declared.items():
        ways = ["simplex"] if len(known.variable.shape) == 1 else []
        ways = ["symmetric", "orthogonal"] if name in square else ways
        for way in (*ways, "positive") if not known.properties else ways[:1]:
            yield SAID[way].format(name), knowing(way, name), sizes
    if len(square) > 1:
        yield f"{listed(square)} are {SYMMETRIC}", knowing("symmetric", *square), sizes
    for one, two in combinations(sizes, 2):
        yield f"{one} = {two}", question.declared, {**sizes, two: sizes[one]}


_ENTRIES = (-1.0, 0.0, 1.0, 2.0)
_SIZES = ((1, 1), (1, 2), (2, 2), (2, 3))
_TRIES = 6
_APART = 1e-6
_WHOLE = frozenset(["positive"])  # of what is declared: others need numbers that are not whole


def counterexample(question: Question, line: Tree) -> Counterexample | None:
    """Small whole numbers at which a line that fits has other values than the truth."""
    if any(one.properties - _WHOLE for one in question.declared.values()):
        return None
    for sizes in _small(question):
        for arrays in _whole(question, sizes):
            with suppress(MatcalcError):
                at = quick_point(question, arrays, sizes)
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


def _differs(at: ClaimPoint, line: Tree) -> bool:
    value = _comparable(line, at)
    if value is None or not np.all(np.isfinite(value.data)):
        return False
    return relative_error(at.truth.entries(), value.entries()) > _APART


def _shown(
    question: Question, at: ClaimPoint, arrays: Mapping[str, Array], line: Tree
) -> Counterexample:
    value = Worth(at).of(line)
    used = symbol_names(question.truth) | names(line)
    claimed = None if value is None else value.entries()[0].tolist()
    shown = {name: array.tolist() for name, array in arrays.items() if name in used}
    return Counterexample(shown, claimed, at.truth.entries()[0].tolist())

"""When a wrong claim would be right: a symmetric matrix, equal sizes, positive entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import combinations, islice

import numpy as np

from matcalc import dimensions
from matcalc.checking.verdict import by_value
from matcalc.claims.judging import pairs
from matcalc.claims.point import Point, Worth, points_at
from matcalc.claims.question import Question
from matcalc.claims.stacked import close
from matcalc.claims.tree import Tree
from matcalc.diagnosis.conditions import SAID
from matcalc.diagnosis.side_by_side import Meeting, kinks_of, meetings_at
from matcalc.errors import MatcalcError
from matcalc.expression import Declared
from matcalc.graph import Node, Symbol, topological
from matcalc.plan import evaluate

SYMMETRIC = "symmetric"
_KEPT = {"invertible"}  # what a symmetric matrix may be too
_MOST = 12
_POINTS = 12


def right_when(question: Question, line: Tree, at: Point, *, differs: bool) -> tuple[str, ...]:
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
            tried = islice(points_at(question, sizes, declared, flat=at.flat), _POINTS)
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
    return all(_is_crossed(kink, met) for kink in own if _names(kink) - assumed)


def _is_crossed(kink: Node, met: Sequence[Meeting]) -> bool:
    sides = (np.signbit(evaluate(kink, one.arrays, one.sizes)) for one in met)
    return len({side for each in sides for side in each.ravel().tolist()}) > 1


def _names(node: Node) -> set[str]:
    return {each.name for each in topological(node) if isinstance(each, Symbol)}


def _holds(line: Tree, at: Point) -> bool:
    value = Worth(at).of(line)
    if value is None or value.entries().shape != at.truth.entries().shape:
        return False
    return close(value.entries(), at.truth.entries())


def _conditions(
    question: Question, sizes: Mapping[str, int]
) -> Iterator[tuple[str, Mapping[str, Declared], Mapping[str, int]]]:
    """What might be so: in words, what is declared then, and the sizes."""
    used = _names(question.truth)
    for name, known in question.declared.items():
        shape = known.variable.shape
        ways = (
            ["symmetric", "orthogonal"]
            if dimensions.is_square(shape)
            else ["simplex"]
            if len(shape) == 1
            else []
        )
        if name in used and known.properties <= _KEPT:
            for way in (*ways, "positive") if not known.properties else ways[:1]:
                more = known._replace(properties=known.properties | {way})
                yield SAID[way].format(name), {**question.declared, name: more}, sizes
    several = [
        name
        for name, known in question.declared.items()
        if name in used and known.properties <= _KEPT and dimensions.is_square(known.variable.shape)
    ]
    if len(several) > 1:
        alike = {
            name: question.declared[name]._replace(
                properties=question.declared[name].properties | {"symmetric"}
            )
            for name in several
        }
        said = f"{', '.join(several[:-1])} and {several[-1]} are {SYMMETRIC}"
        yield said, {**question.declared, **alike}, sizes
    for one, two in combinations(sizes, 2):
        yield f"{one} = {two}", question.declared, {**sizes, two: sizes[one]}

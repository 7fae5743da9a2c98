"""Points between points: along a segment a formula crosses the kinks of another one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np

from matcalc.arrays import Array
from matcalc.checking.random_points import SCALED, below_zero, random_points
from matcalc.claims.point import Point, Worth, quick_point
from matcalc.claims.question import Question
from matcalc.claims.stacked import equal
from matcalc.claims.tree import Tree

_ENDS = 6  # of segments
_STEPS = 9  # on each
_FAR = (1.0, 3.0, 10.0)  # how far they go
_NEAR = 0.25
_FEW = 3  # points near
_KEPT = SCALED - {"invertible"}  # on a segment


def holds_along(question: Question, tree: Tree, like: Point) -> bool:
    """Whether a formula is equal to the derivative at points along segments, far and near."""
    seen = 0
    for arrays in _along(question, like.sizes):
        at = quick_point(question, arrays, like.sizes, flat=like.flat)
        if at is None:
            continue
        if not equal(Worth(at).of(tree), at.truth):  # what is no number is not equal either
            return False
        seen += 1
    return seen > 0


def holds_near(question: Question, tree: Tree, like: Point) -> bool:
    """Whether a formula is equal to the derivative at small numbers, where no term drowns.

    Numbers are below zero there too.
    """
    rng = np.random.default_rng(5)
    fixed = {name for name, known in question.declared.items() if known.properties - SCALED}
    known = question.formula, question.declared
    tried = list(random_points(*known, like.sizes, rng, _FEW))
    for arrays in (*tried[:2], *below_zero(*known, tried)):
        near = {name: value if name in fixed else _NEAR * value for name, value in arrays.items()}
        at = quick_point(question, near, like.sizes, flat=like.flat)
        if at is not None and not equal(Worth(at).of(tree), at.truth):
            return False
    return True


def _along(question: Question, sizes: Mapping[str, int]) -> Iterator[dict[str, Array]]:
    """Points on segments between random points, some of them far."""
    rng = np.random.default_rng(3)
    ends = random_points(question.formula, question.declared, sizes, rng, _ENDS)
    fixed = {name for name, known in question.declared.items() if known.properties - _KEPT}
    for k, (one, two) in enumerate(pairwise(ends)):
        far = _FAR[k % len(_FAR)]
        for t in np.linspace(0.0, 1.0, _STEPS):
            yield {
                name: start if name in fixed else (1 - t) * start + t * far * two[name]
                for name, start in one.items()
            }

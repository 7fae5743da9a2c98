"""Two formulas evaluated at the same points, at sizes that all differ, on both sides of kinks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from matcalc.arrays import Array, real_array
from matcalc.derivative import pulled
from matcalc.errors import ArrayError, MatcalcError, NotDifferentiableError, UnboundError
from matcalc.expression import Declared, Formula
from matcalc.graph import Apply, Node, topological
from matcalc.operations import algebra
from matcalc.plan import evaluate
from matcalc.random_points import random_points, small_sizes
from matcalc.stand_ins import with_stand_ins
from matcalc.verdict import relative_error

_LARGER = (0, 2)  # than the smallest sizes that are possible: points of several sizes
POINTS = 5  # at each of the sizes
_TRIES = 100  # for these: some are outside the domain
_STEPS = 33  # on the way from one point to another
_FAR = (1.0, 10.0, 100.0)  # how far the ways go: a kink may be far off
_SIDES = 12  # of kinks, at each of the sizes
_ULP = 4 * float(np.finfo(float).eps)
_ROUNDINGS = 3

_NOT_FINITE = "not finite at random points; say what is known: x[n]:positive"


class Meeting(NamedTuple):
    """The truth and a claim at one point.

    Attributes:
        right: The entries of the truth.
        given: Those of the claim.
        sizes: The sizes of named dimensions.
        arrays: The variables.
        nodes: What was evaluated: the truth and the claim.
    """

    right: Array
    given: Array
    sizes: Mapping[str, int]
    arrays: Mapping[str, Array]
    nodes: tuple[Node, Node]

    def lost(self) -> float:
        """How far rounding moves either, relative to its largest entry.

        Every step is evaluated a few times with errors of a few units in the last place.
        """
        rng = np.random.default_rng(0)

        def rounded(value: Array) -> Array:
            return value * (1 + _ULP * rng.uniform(-1, 1, size=np.shape(value)))

        moved = [0.0]
        for node, value in zip(self.nodes, (self.right, self.given), strict=True):
            for _ in range(_ROUNDINGS):
                again = evaluate(node, self.arrays, self.sizes, rounding=rounded)
                moved.append(relative_error(value, again))
        return max(moved)


def meetings(
    right: Node,
    given: Node,
    formula: Formula,
    declared: Mapping[str, Declared],
    points: int = POINTS,
) -> list[Meeting]:
    """A truth and a claim at points where both are finite.

    Args:
        right: The truth.
        given: The claim.
        formula: It knows the variables of both.
        declared: What is known of them.
        points: How many random points there are at each of the sizes; with one alone kinks are
            left aside.

    Raises:
        ArrayError: There are too few points, and why.
        UnboundError: Something has no numbers, or no small sizes make all shapes possible.
    """
    nodes = with_stand_ins(right), with_stand_ins(given)
    kinks = list(_kinks(nodes)) if points > 1 else []
    found: list[Meeting] = []
    for larger in _LARGER:
        try:
            sizes = small_sizes(nodes, formula.variables.values(), declared, larger)
        except UnboundError:
            if not found:
                raise
            break
        if found and sizes == found[0].sizes:
            break
        found += _at_sizes(nodes, kinks, sizes, formula, declared, points)
    return found


def _at_sizes(
    nodes: tuple[Node, Node],
    kinks: Sequence[Node],
    sizes: dict[str, int],
    formula: Formula,
    declared: Mapping[str, Declared],
    points: int,
) -> list[Meeting]:
    """Random points at one choice of sizes, and then points on other sides of kinks.

    Raises:
        ArrayError: There are too few.
    """
    rng = np.random.default_rng(0)
    tried = list(random_points(formula, declared, sizes, rng, _TRIES))
    meet = partial(_met, nodes, sizes)
    found = list(islice(filter(None, map(meet, tried)), points))
    if len(found) < points:
        raise ArrayError(_NOT_FINITE)
    if kinks:
        known = frozenset(name for name, one in declared.items() if "orthogonal" in one.properties)
        ways = _ways(tried, known)
        others = _other_sides(kinks, ways, sizes, [one.arrays for one in found])
        found += islice(filter(None, map(meet, others)), _SIDES)
    return found


def _met(
    nodes: tuple[Node, Node], sizes: Mapping[str, int], arrays: Mapping[str, Array]
) -> Meeting | None:
    """Both at a point; nothing where one of them is not finite."""
    with suppress(ArrayError, NotDifferentiableError):
        right, given = (real_array(evaluate(one, arrays, sizes), "a formula") for one in nodes)
        return Meeting(right, given, sizes, arrays, nodes)
    return None


def _ways(
    tried: Sequence[Mapping[str, Array]], fixed: frozenset[str]
) -> Iterator[dict[str, Array]]:
    """Points between random points; what is fixed, a rotation, stays."""
    for far, (one, two) in zip(_FAR, zip(tried[::2], tried[1::2], strict=True), strict=False):
        for t in np.linspace(0, 1, _STEPS):
            yield {
                name: start if name in fixed else (1 - t) * start + t * far * two[name]
                for name, start in one.items()
            }


def _kinks(roots: Iterable[Node]) -> Iterator[Node]:
    """What changes its sign at the kinks of formulas.

    Of every operation entry by entry that is what stands in ``step`` and ``sign`` in its
    derivative: of abs(x) it is x, of maximum(x, y) x - y.
    """
    seen: set[Node] = set()
    for node in topological(*roots):
        if not isinstance(node, Apply):
            continue
        slopes = [node, *_slopes(node)]
        for one in topological(*slopes):
            if isinstance(one, Apply) and one.operation in ("step", "sign"):
                if one.arguments[0] not in seen:
                    yield one.arguments[0]
                seen.add(one.arguments[0])


def _slopes(node: Apply) -> Iterator[Node]:
    """The slopes of an operation entry by entry, one for each operand."""
    for k, operand in enumerate(node.arguments):
        if operand.shape == node.shape:
            with suppress(MatcalcError):
                yield pulled(node, k, algebra.constant(1, node.shape))


def _other_sides(
    kinks: Sequence[Node],
    tried: Iterable[Mapping[str, Array]],
    sizes: Mapping[str, int],
    known: Sequence[Mapping[str, Array]],
) -> Iterator[Mapping[str, Array]]:
    """Points at which kinks lie on other sides than at those before."""
    seen: set[bytes] = set()
    for arrays in chain(known, tried):
        with suppress(ArrayError, NotDifferentiableError):
            signs = [np.signbit(evaluate(one, arrays, sizes)) for one in kinks]
            sides = b"".join(one.tobytes() for one in signs)
            if sides not in seen and not any(arrays is one for one in known):
                yield arrays
            seen.add(sides)

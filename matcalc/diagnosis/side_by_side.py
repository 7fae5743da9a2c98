"""Two formulas evaluated at the same points, at sizes that all differ, on both sides of kinks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, cycle, islice

import numpy as np

from matcalc.arrays import Array, real_array
from matcalc.checking.random_points import (
    SCALED,
    below_zero,
    choices_of_sizes,
    random_points,
    small_sizes,
)
from matcalc.checking.stand_ins import with_stand_ins
from matcalc.checking.verdict import relative_error
from matcalc.derivative import pulled
from matcalc.errors import ArrayError, MatcalcError, NotDifferentiableError
from matcalc.expression import Declared, Formula
from matcalc.graph import Apply, Node, Product, is_apply, topological
from matcalc.operations import algebra
from matcalc.plan import evaluate

_CHOICES = 2  # of sizes
_LOST = 1e-6  # of digits: where more are lost, other sizes are better
POINTS = 5  # at each of the sizes
_TRIES = 100  # for these: some are outside the domain
_WAYS = 6  # from one point to another, along which the other sides of kinks are looked for
_STEPS = 13  # on each
_FAR = (1.0, 10.0, 100.0)  # how far they go: a kink may be far off
_NEAR, _FEW = 0.25, 2  # how near to zero some points are, and how many
_SIDES = 32  # of kinks, at each of the sizes
_KINDS = 3  # of random points, in turn: the first are any numbers, below zero too
_USUAL, _HUGE = 4.0, 1e100  # sizes of numbers where nothing underflows, and of what overflows soon
_ULP = 4 * float(np.finfo(float).eps)
_ROUNDINGS = 3

NOT_FINITE = "not finite at random points; say what is known: x[n]:positive"


@dataclass(frozen=True)
class Meeting:
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

    def rounding(self) -> float:
        """How far rounding moves either, relative to its largest entry; found once."""
        return self.lost

    @cached_property
    def lost(self) -> float:
        """How far rounding moves either, relative to its largest entry.

        Every step is evaluated a few times with errors of a few units in the last place. What is
        no number is wrong by more than any of these.
        """
        if not np.all(np.isfinite(self.given)):
            return 0.0
        rng = np.random.default_rng(0)

        def rounded(value: Array) -> Array:
            return value * (1 + _ULP * rng.uniform(-1, 1, size=np.shape(value)))

        moved = [0.0]
        for node, value in zip(self.nodes, (self.right, self.given), strict=True):
            for _ in range(_ROUNDINGS):
                try:
                    again = evaluate(node, self.arrays, self.sizes, rounding=rounded)
                except NotDifferentiableError:  # a matrix is singular now
                    return np.inf
                moved.append(relative_error(value, again))
        return max(moved)


def meetings(
    right: Node,
    given: Node,
    formula: Formula,
    declared: Mapping[str, Declared],
    points: int = POINTS,
) -> list[Meeting]:
    """A truth and a claim at points where both are finite; a claim is infinite that is so nowhere.

    Args:
        right: The truth.
        given: The claim.
        formula: It knows the variables of both.
        declared: What is known of them.
        points: How many random points there are at each of the sizes; with fewer than usual
            only the first sizes are tried, and no kinks are looked for.

    Raises:
        ArrayError: There are too few points, and why.
        UnboundError: Something has no numbers, or no small sizes make all shapes possible.
    """
    nodes = with_stand_ins(right), with_stand_ins(given)
    kinks = list(kinks_of(nodes)) if points >= POINTS else []
    found: list[list[Meeting]] = []
    poor: list[list[Meeting]] = []
    missing: ArrayError | None = None
    for sizes in choices_of_sizes(nodes, formula.variables.values(), declared):
        try:
            here = _at_sizes(nodes, kinks, sizes, formula, declared, points)
        except ArrayError as error:  # at these sizes a matrix may be singular
            missing = error
            continue
        if points < POINTS:
            return here
        (found if here[0].lost < _LOST else poor).append(here)
        if len(found) == _CHOICES:
            break
    if not found and not poor:
        raise missing or ArrayError(NOT_FINITE)
    return [one for here in found or poor[:_CHOICES] for one in here]


def meetings_at(
    right: Node,
    given: Node,
    formula: Formula,
    declared: Mapping[str, Declared],
    sizes: dict[str, int],
) -> list[Meeting]:
    """The same as :func:`meetings`, at given sizes alone, on both sides of kinks.

    Raises:
        ArrayError: There are too few points, and why.
    """
    nodes = with_stand_ins(right), with_stand_ins(given)
    return _at_sizes(nodes, list(kinks_of(nodes)), sizes, formula, declared, POINTS)


def is_partial(
    right: Node, given: Node, formula: Formula, declared: Mapping[str, Declared]
) -> bool:
    """Whether a claim is no number at some random point where the truth is one: log(det(X)).

    Args:
        right: The truth.
        given: The claim, which is equal where it is a number.
        formula: It knows the variables of both.
        declared: What is known of them.
    """
    nodes = with_stand_ins(right), with_stand_ins(given)
    sizes = small_sizes(nodes, formula.variables.values(), declared)
    tried = random_points(formula, declared, sizes, np.random.default_rng(0), 2 * _WAYS)
    return any(
        met is not None and not np.all(np.isfinite(met.given))
        for met in (_met_or_undefined(nodes, sizes, arrays) for arrays in tried)
    )


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

    def drawn(count: int) -> Iterator[dict[str, Array]]:
        return random_points(formula, declared, sizes, np.random.default_rng(0), count)

    for way in (_met, _met_or_undefined):  # where a claim is a number nowhere, it is none
        meet = partial(way, nodes, sizes)
        found = list(islice(filter(None, map(meet, drawn(_TRIES))), points))
        if len(found) == points:
            break
    else:
        raise ArrayError(NOT_FINITE)
    fixed = frozenset(name for name, one in declared.items() if one.properties - SCALED)
    if points >= POINTS:
        found += filter(None, map(meet, below_zero(formula, declared, drawn(_KINDS))))
        near = (_scaled(arrays, _NEAR, fixed) for arrays in drawn(_FEW))
        found += filter(None, map(meet, near))
    if kinks:
        tried = list(drawn(2 * _WAYS * _KINDS))
        ways = chain(_ways(tried, fixed), _ways(tried[::_KINDS], fixed))
        meet = partial(_met_or_undefined, nodes, sizes)
        found += islice(_beyond(kinks, found, ways, meet), _SIDES)
    return found


def _scaled(arrays: Mapping[str, Array], factor: float, fixed: frozenset[str]) -> dict[str, Array]:
    """A point nearer to zero, where no term drowns in a large one; what is fixed stays."""
    return {name: one if name in fixed else factor * one for name, one in arrays.items()}


def _met(
    nodes: tuple[Node, Node], sizes: Mapping[str, int], arrays: Mapping[str, Array]
) -> Meeting | None:
    """Both at a point; nothing where one of them is not finite."""
    with suppress(ArrayError, NotDifferentiableError):
        right, given = (real_array(evaluate(one, arrays, sizes), "a formula") for one in nodes)
        return Meeting(right, given, sizes, arrays, nodes)
    return None


def _met_or_undefined(
    nodes: tuple[Node, Node], sizes: Mapping[str, int], arrays: Mapping[str, Array]
) -> Meeting | None:
    """Both at a point; infinity for a claim that divides by zero where the truth is a number."""
    met = _met(nodes, sizes, arrays)
    largest_given = max((np.max(np.abs(each)) for each in arrays.values()), default=0.0)
    if met is not None or largest_given > _USUAL:
        return met
    largest = [0.0]

    def watched(value: Array) -> Array:
        largest.append(float(np.max(np.abs(value[np.isfinite(value)]), initial=0.0)))
        return value

    truth, claim = nodes
    with suppress(ArrayError, NotDifferentiableError):
        right = real_array(evaluate(truth, arrays, sizes), "a formula")
        given = np.asarray(evaluate(claim, arrays, sizes, rounding=watched))
        if max(largest) < _HUGE and not np.all(np.isfinite(given)):
            return Meeting(right, np.full(right.shape, np.inf), sizes, arrays, nodes)
    return None


def _ways(
    tried: Sequence[Mapping[str, Array]], fixed: frozenset[str]
) -> Iterator[dict[str, Array]]:
    """Points between random points, near and far; what is fixed, a rotation, a 0 or 1, stays."""
    pairs = zip(tried[::2], tried[1::2], cycle(_FAR), strict=False)
    for one, two, far in islice(pairs, _WAYS):
        for t in np.linspace(0, 1, _STEPS):
            yield {
                name: start if name in fixed else (1 - t) * start + t * far * two[name]
                for name, start in one.items()
            }


def _beyond(
    kinks: Sequence[Node],
    known: Sequence[Meeting],
    tried: Iterable[Mapping[str, Array]],
    meet: Callable[[Mapping[str, Array]], Meeting | None],
) -> Iterator[Meeting]:
    """Points at which kinks lie on other sides than at those before.

    First those where they do so together in one entry: there are few such ways, and two formulas
    may differ in one of them alone; then those where all entries together do.
    """
    sizes = known[0].sizes
    seen = set[_Sides]().union(*(_sides(kinks, one.arrays, sizes) for one in known))
    later: dict[_Sides, Mapping[str, Array]] = {}
    for arrays in tried:
        with suppress(ArrayError, NotDifferentiableError):
            whole, *each = sides = _sides(kinks, arrays, sizes)
            if seen.issuperset(each):
                later.setdefault(whole, arrays)
                continue
            met = meet(arrays)
            if met is not None:
                seen.update(sides)
                yield met
    yield from filter(None, (meet(arrays) for whole, arrays in later.items() if whole not in seen))


_Sides = tuple[tuple[int, ...], bytes]  # of entries of this shape


def _sides(
    kinks: Sequence[Node], arrays: Mapping[str, Array], sizes: Mapping[str, int]
) -> list[_Sides]:
    """On which sides of the kinks a point lies: all of it, and each entry of those of one shape."""
    beside: dict[tuple[int, ...], list[Array]] = {}
    for one in kinks:
        below = np.signbit(evaluate(one, arrays, sizes))
        beside.setdefault(below.shape, []).append(below)
    numbers = beside.get((), [])
    found: list[_Sides] = [
        ((), b"".join(each.tobytes() for several in beside.values() for each in several))
    ]
    for shape, several in beside.items():
        rows = [np.broadcast_to(one, shape).ravel() for one in (*several, *numbers)]
        found += [(shape, column) for column in {*map(bytes, np.transpose(rows))}]
    return found


def kinks_of(roots: Iterable[Node]) -> Iterator[Node]:
    """What changes its sign at the kinks of formulas.

    Of every operation entry by entry that is what stands in ``step`` and ``sign`` in its
    derivative: of abs(x) it is x, of maximum(x, y) x - y.
    """
    yield from dict.fromkeys(each for node in topological(*roots) for each in _kinks_at(node))


def _kinks_at(node: Node) -> Iterator[Node]:
    """What changes its sign at the kinks of one step."""
    if isinstance(node, Product):
        yield from _under_roots(node)
    elif isinstance(node, Apply):
        for one in topological(node, *_slopes(node)):
            if is_apply(one, "step", "sign"):
                yield one.arguments[0]


def _under_roots(node: Product) -> Iterator[Node]:
    """What is squared under a root entry by entry: ``sqrt(k**2)`` and ``norm(k)`` are |k|."""
    for factor in node.factors:
        squares = factor.node
        if factor.exponent.denominator == 2 and isinstance(squares, Product):
            yield from (each for each in squares.operands if each.shape == squares.shape)


def _slopes(node: Apply) -> Iterator[Node]:
    """The slopes of an operation entry by entry, one for each operand."""
    for k, operand in enumerate(node.arguments):
        if operand.shape == node.shape:
            with suppress(MatcalcError):
                yield pulled(node, k, algebra.constant(1, node.shape))

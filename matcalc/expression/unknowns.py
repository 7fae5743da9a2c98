"""The shapes that unknowns must have for an equation to fit: unification over rows and columns.

Every part of the equation is a matrix, a column n×1, a row 1×n or a number 1×1. Sizes of other
names are different; only the sides of unknowns are open. A product entry by entry holds for equal
shapes, or with a number, so that there may be several answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from matcalc.dimensions import Dimension, Shape, pretty
from matcalc.errors import NotationError, Place, ShapeError, TooLargeError
from matcalc.expression.equation import ReadEquation
from matcalc.expression.meaning import KnownMeanings, known_misfit, meaning
from matcalc.expression.misfits import WrittenOperand, excerpt
from matcalc.expression.parser import PostfixStep
from matcalc.expression.values import Value

_ANSWERS = 64  # that are followed at once


class Side(NamedTuple):
    """The rows (0) or columns (1) of an unknown, while they are open."""

    unknown: str
    axis: int


Size = Dimension | Side
Sizes = tuple[Size, Size]
Bound = Mapping[Side, Size]


class Part(NamedTuple):
    """A part of the equation with an unknown in it."""

    sizes: Sizes


class Solution(NamedTuple):
    """One way in which the equation fits: what the open sides must be.

    Attributes:
        bound: What each side that is settled is.
        factors: The unknowns that stand beside an ``@``, where no number may.
    """

    bound: Bound
    factors: frozenset[str]

    def sizes_of(self, unknown: str) -> Sizes:
        """Rows and columns of an unknown."""
        return resolved((Side(unknown, 0), Side(unknown, 1)), self.bound)

    def with_shape(self, unknown: str, sizes: Sizes) -> Solution | None:
        """The answer if an unknown has these rows and columns; ``None`` if it cannot."""
        bound = unified(self.sizes_of(unknown), sizes, self.bound)
        return None if bound is None else self._replace(bound=bound)


def resolved(sizes: Sizes, bound: Bound) -> Sizes:
    """Sizes with what is settled put in."""
    one, two = (_resolved(size, bound) for size in sizes)
    return one, two


def _resolved(size: Size, bound: Bound) -> Size:
    while isinstance(size, Side) and size in bound:
        size = bound[size]
    return size


def unified(one: Iterable[Size], two: Iterable[Size], bound: Bound) -> Bound | None:
    """What must be settled for two shapes to be equal; ``None`` if they cannot be."""
    settled = dict(bound)
    for a, b in zip(one, two, strict=True):
        x, y = _resolved(a, settled), _resolved(b, settled)
        if x == y:
            continue
        if isinstance(x, Side):
            settled[x] = y
        elif isinstance(y, Side):
            settled[y] = x
        else:
            return None
    return settled


class _PlacedPart(NamedTuple):
    """A part, known or not, and where it was written."""

    part: Any
    place: Place

    @property
    def is_open(self) -> bool:
        return isinstance(self.part, Part)

    @property
    def is_number(self) -> bool:
        return isinstance(self.part, Value) and not self.part.node.shape

    @property
    def sizes(self) -> Sizes:
        """Rows and columns.

        Raises:
            ShapeError: It is no matrix.
            NotationError: It is no value.
        """
        if isinstance(self.part, Part):
            return self.part.sizes
        if not isinstance(self.part, Value):
            raise NotationError("this is not a value", [self.place])
        rank = len(self.part.node.shape)
        if rank > 2:
            message = f"{excerpt(self.place)} has {rank} axes; what fits is known of matrices"
            raise ShapeError(message, [self.place])
        rows, columns = self.part.matrix if rank else (1, 1)
        return rows, columns


class _State(NamedTuple):
    """What has been read so far, on one way."""

    parts: tuple[_PlacedPart, ...]
    answer: Solution


_Way = tuple[Part, Solution]


def answers(equation: ReadEquation, name: Callable[[PostfixStep], Value]) -> tuple[Solution, ...]:
    """Every way in which both sides of an equation fit; that without numbers first.

    Args:
        equation: The equation.
        name: What a known name means.

    Raises:
        NotationError: An unknown stands where it cannot.
        ShapeError: Nothing fits.
        TooLargeError: There are too many ways.
    """
    states = [_State((), Solution({}, frozenset()))]
    for step in (*equation.left, *equation.right):
        found = [one for state in states for one in _after(step, state, name)]
        if not found:
            raise _misfit(states[0], states[0].parts[-step.takes :], excerpt(step.place))
        if len(found) > _ANSWERS:
            message = f"there are over {_ANSWERS} ways to read * beside unknowns"
            raise TooLargeError(message, [step.place])
        states = found
    both = [(one.answer, _equal(one.parts[0], one.parts[1], one.answer)) for one in states]
    fitting = [answer._replace(bound=bound) for answer, bound in both if bound is not None]
    if not fitting:
        raise _misfit(states[0], states[0].parts, "the equation")
    return tuple(fitting)


def _after(
    step: PostfixStep, state: _State, name: Callable[[PostfixStep], Value]
) -> Iterator[_State]:
    """Every way to go on with a step."""
    kept = len(state.parts) - step.takes
    before, operands = state.parts[:kept], state.parts[kept:]
    for part, answer in _ways(step, operands, state.answer, name):
        yield _State((*before, _PlacedPart(part, step.place)), answer)


def _ways(
    step: PostfixStep,
    operands: tuple[_PlacedPart, ...],
    answer: Solution,
    name: Callable[[PostfixStep], Value],
) -> Iterable[tuple[Any, Solution]]:
    if step.kind == "name" and step.value.startswith("?"):
        return [(Part((Side(step.value, 0), Side(step.value, 1))), answer)]
    if not any(one.is_open for one in operands):
        return [(_known(step, operands, name), answer)]
    if step.kind == "transpose":
        rows, columns = operands[0].sizes
        return [(Part((columns, rows)), answer)]
    if step.kind == "negative":
        return [(operands[0].part, answer)]
    if step.kind == "operator" and step.value != "**":
        return _OPERATORS[step.value](operands[0], operands[1], answer)
    opened = next(one for one in operands if one.is_open)
    message = "an unknown stands in sums and products, not in powers and functions"
    raise NotationError(message, [opened.place])


def _known(
    step: PostfixStep, operands: tuple[_PlacedPart, ...], name: Callable[[PostfixStep], Value]
) -> Any:
    try:
        return meaning(step, [one.part for one in operands], KnownMeanings(name))
    except ShapeError:
        if step.kind != "operator":
            raise
        raise known_misfit(
            step, *(WrittenOperand(one.part, one.place) for one in operands)
        ) from None


def _product(one: _PlacedPart, two: _PlacedPart, answer: Solution) -> Iterator[_Way]:
    """``one @ two``: the columns of the one are the rows of the other."""
    for operand in (one, two):
        if operand.is_number:
            what = excerpt(operand.place)
            name = what.removesuffix(".T")
            advice = f"; a vector is written {name}[n], a matrix {name}[m,n]"
            raise ShapeError(
                f"{what} is a number, and a product with a number is written *"
                f"{advice if name.isidentifier() else ''}",
                [operand.place],
            )
    bound = unified([one.sizes[1]], [two.sizes[0]], answer.bound)
    if bound is not None:
        beside = {name for operand in (one, two) for name in _alone(operand)}
        yield Part((one.sizes[0], two.sizes[1])), Solution(bound, answer.factors | beside)


def _alone(operand: _PlacedPart) -> list[str]:
    """The unknown that an operand is, as it is or transposed."""
    owners = [size.unknown for size in operand.sizes if isinstance(size, Side)]
    return owners[:1] if len(owners) == 2 and len(set(owners)) == 1 else []


def _entrywise(one: _PlacedPart, two: _PlacedPart, answer: Solution) -> Iterator[_Way]:
    """``one * two``: of one shape, or one of them a number."""
    if not (one.is_number or two.is_number):
        bound = _equal(one, two, answer)
        if bound is not None:
            yield Part(one.sizes), answer._replace(bound=bound)
    for scalar, other in ((one, two), (two, one)):
        if scalar.is_number:
            yield Part(other.sizes), answer
        elif scalar.is_open:
            bound = unified(scalar.sizes, (1, 1), answer.bound)
            if bound is not None and not other.is_number:
                yield Part(other.sizes), answer._replace(bound=bound)


def _sum(one: _PlacedPart, two: _PlacedPart, answer: Solution) -> Iterator[_Way]:
    """``one + two``: of one shape; a known number is added to every entry."""
    for scalar, other in ((one, two), (two, one)):
        if scalar.is_number:
            yield Part(other.sizes), answer
            return
    bound = _equal(one, two, answer)
    if bound is not None:
        yield Part(one.sizes), answer._replace(bound=bound)


_OPERATORS: dict[str, Callable[[_PlacedPart, _PlacedPart, Solution], Iterator[_Way]]] = {
    "@": _product,
    "*": _entrywise,
    "/": _entrywise,
    "+": _sum,
    "-": _sum,
}


def _equal(one: _PlacedPart, two: _PlacedPart, answer: Solution) -> Bound | None:
    return unified(one.sizes, two.sizes, answer.bound)


def _misfit(state: _State, operands: tuple[_PlacedPart, ...], what: str) -> ShapeError:
    """Two parts that do not fit, for no shape of the unknowns, with their shapes."""
    said = ", ".join(
        f"{excerpt(one.place)} is {spelled(resolved(one.sizes, state.answer.bound))}"
        for one in operands
    )
    is_open = any(one.is_open for one in operands)
    message = f"{what} {'fits for no shape of the unknown' if is_open else 'does not fit'}: {said}"
    return ShapeError(message, [one.place for one in operands])


def spelled(sizes: Sizes) -> str:
    """Rows × columns; what is open is a ``·``.

    >>> spelled(("n1", Side("?", 1)))
    'n1×·'
    """
    return "×".join("·" if isinstance(size, Side) else pretty(size) for size in sizes)


def closed(sizes: Sizes, names: Mapping[Side, str]) -> Shape:
    """Sizes with a name for each side that stays open."""
    return tuple(names[size] if isinstance(size, Side) else size for size in sizes)

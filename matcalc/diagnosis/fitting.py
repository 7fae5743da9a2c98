"""Fitting: which factor an equation has room for, by its dimensions alone.

``dz1[n1] = ? @ dz2[n2]`` leaves room for an n1×n2, so of a W2 that is n2×n1 only the transpose
fits. Vectors are columns; names of sizes that differ are different sizes. Where dimensions leave
a choice, the derivation does not: :func:`fit` makes it if it is told what the equation is from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import TYPE_CHECKING

from matcalc import dimensions
from matcalc.dimensions import Shape, pretty
from matcalc.errors import NotationError, ShapeError, TooLargeError
from matcalc.expression import Declarations, Declared, parse_declarations, read_formula
from matcalc.expression.equation import Equation, parse_equation
from matcalc.expression.parser import Step
from matcalc.expression.unknowns import Answer, Side, answers, closed
from matcalc.expression.values import Value
from matcalc.graph import symbol
from matcalc.operations import algebra
from matcalc.variables import Mention, Variable, resolve

if TYPE_CHECKING:  # it loads NumPy, which what fits by dimensions does without
    from matcalc.diagnosis.backward_line import Backward

_TRIES = 5000  # candidates that are put in, over all unknowns
_SOLUTIONS = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """A variable, as it is or transposed, for an unknown.

    Attributes:
        text: What would be written.
        shape: Rows and columns, a column n×1; of a number nothing.
        reason: Why it does not fit; nothing where it does.
    """

    text: str
    shape: Shape
    reason: str = ""

    @property
    def fits(self) -> bool:
        """Whether it fits."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Unknown:
    """What an equation says of an unknown.

    Attributes:
        name: ``?``, or ``?1`` where there are several.
        shapes: The shapes that it may have, rows and columns; a new name is any size.
        candidates: What was to be tried, those that fit first.
    """

    name: str
    shapes: tuple[Shape, ...]
    candidates: tuple[Candidate, ...]

    @property
    def fitting(self) -> tuple[str, ...]:
        """The candidates that fit, as they are written."""
        return tuple(one.text for one in self.candidates if one.fits)


@dataclass(frozen=True, slots=True)
class Fit:
    """What fits an equation; false where candidates were tried and none does.

    Attributes:
        equation: The equation without the shapes that stand in it.
        variables: The variables that it names, with their shapes.
        assumed: The names that were given no shape and are taken as numbers.
        unknowns: What the equation says of each unknown.
        solutions: The equation with candidates put in that fit together.
        backward: What the forward pass says, if it was given.
    """

    equation: str
    variables: Mapping[str, Variable]
    assumed: tuple[str, ...]
    unknowns: tuple[Unknown, ...]
    solutions: tuple[str, ...]
    backward: Backward | None = None

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was not typed, and decides what fits and what is right."""
        numbers = (f"{name} is taken as a number" for name in self.assumed)
        return (*numbers, *(self.backward.assumptions if self.backward else ()))

    def __bool__(self) -> bool:
        if self.backward is not None and self.solutions:
            return bool(self.backward.right)
        return bool(self.solutions) or not any(one.candidates for one in self.unknowns)


def fit(equation: str, *, candidates: Declarations = (), because: str | None = None) -> Fit:
    """Which of some variables, transposed or not, an equation has room for.

    Args:
        equation: With shapes where names stand, and ``?`` or ``?1`` for what is looked for:
            ``"dz1[n1] = ? @ dz2[n2]"``.
        candidates: What it may be, with shapes: ``"W2[n2,n1] W1[n1,n0]"``.
        because: The line of the forward pass that the equation is from, ``"z2 = W2 @ z1"``; then
            ``dz2`` stands for the derivative of a number by ``z2``, a column, and the candidates
            are held against the derivative.

    Raises:
        NotationError: Something cannot be read, or there is no unknown.
        ShapeError: No shape of the unknowns makes the two sides equal.
        TooLargeError: There are too many candidates for too many unknowns.

    >>> found = fit("dz1[n1] = ? @ dz2[n2]", candidates="W2[n2,n1]")
    >>> found.unknowns[0].shapes, found.solutions
    ((('n1', 'n2'),), ('dz1 = W2.T @ dz2',))
    """
    declared = parse_declarations(candidates)
    parsed = parse_equation(equation, declared)
    _refuse_ratio(parsed)
    variables, assumed = _variables(parsed, declared)
    known = answers(parsed, _meaning_of(variables))
    tried = [way for one in declared.values() for way in _transposed_or_not(one.variable)]
    found = _Search(parsed.unknowns, tried, known).solutions()
    joint = [each for each in found if _reads(parsed, each, variables)]
    chosen = [_by_name(parsed, each) for each in joint]
    solutions = tuple(map(parsed.filled, chosen))
    named = _open_names(parsed.unknowns, known, variables)
    unknowns = tuple(
        Unknown(
            name,
            tuple(dict.fromkeys(closed(one.sizes_of(name), named) for one in known)),
            _judged(name, tried, known, {one[k] for one in joint}),
        )
        for k, name in enumerate(parsed.unknowns)
    )
    plain = parsed.filled({name: name for name in parsed.unknowns})
    derived = None
    if because is not None:
        from matcalc.diagnosis.backward_line import backward  # noqa: PLC0415 - it loads NumPy

        sides = [parsed.side(one, left=False) for one in chosen]
        filled = dict(zip(solutions, sides, strict=True))
        derived = backward(parsed, variables, declared, because, filled)
    return Fit(plain, variables, assumed, unknowns, solutions, derived)


def _refuse_ratio(equation: Equation) -> None:
    """Refuse ``dL/dx = …``, which would be a number over an array.

    Raises:
        NotationError: The left side is written so.
    """
    if [step.value for step in equation.left[2:]] != ["/"]:
        return
    above, below, ratio = equation.left
    if all(one.kind == "name" and one.value.startswith("d") for one in (above, below)):
        raise NotationError(
            f"a derivative has one name here: {below.value} for {above.value}/{below.value}, "
            "of the shape of what it is by",
            [ratio.place],
        )


def _variables(
    equation: Equation, declared: Mapping[str, Declared]
) -> tuple[dict[str, Variable], tuple[str, ...]]:
    """The variables of an equation, and which of them were given no shape.

    Raises:
        ShapeError: A name has two shapes.
    """
    mentions = [Mention(name, one.variable.shape, one.place) for name, one in declared.items()]
    mentions += equation.stated.mentions
    sizes = [size for mention in mentions for size in mention.shape or ()]
    named = frozenset[str]().union(*map(dimensions.names, sizes))
    stated = {mention.name for mention in mentions}
    mentions += [
        Mention(step.value, None, step.place)
        for step in (*equation.left, *equation.right)
        if step.kind == "name" and step.value not in {*named, *stated, *equation.unknowns}
    ]
    found = resolve(mentions)
    return found.variables, found.taken_as_scalar


def _meaning_of(variables: Mapping[str, Variable]) -> Callable[[Step], Value]:
    """What a known name means: a variable, or a size as a number."""

    def name(step: Step) -> Value:
        variable = variables.get(step.value)
        if variable is None:
            return Value(algebra.size_of(step.value))
        return Value(symbol(variable.name, variable.shape))

    return name


def _transposed_or_not(variable: Variable) -> Iterator[Candidate]:
    """What a variable may be put in as."""
    shape = variable.shape
    if not shape:
        yield Candidate(variable.name, ())
    elif len(shape) > 2:
        yield Candidate(variable.name, shape, f"{len(shape)} axes: no matrix")
    else:
        rows, columns = (*shape, 1)[:2]
        yield Candidate(variable.name, (rows, columns))
        yield Candidate(f"{variable.name}.T", (columns, rows))


class _Search:
    """Candidates for all unknowns together, tried one unknown after the other."""

    def __init__(
        self, unknowns: Sequence[str], tried: Sequence[Candidate], known: Sequence[Answer]
    ) -> None:
        self.unknowns = unknowns
        self.tried = [one for one in tried if one.fits]
        self.known = known
        self.left = _TRIES

    def solutions(self) -> list[tuple[Candidate, ...]]:
        """What fits together, a candidate for each unknown."""
        ways: list[tuple[tuple[Candidate, ...], tuple[Answer, ...]]] = [((), tuple(self.known))]
        for unknown in self.unknowns:
            ways = [
                ((*chosen, one), after)
                for chosen, found in ways
                for one in self.tried
                if (after := self._with(unknown, one, found))
            ]
        if len(ways) > _SOLUTIONS:
            raise TooLargeError(f"over {_SOLUTIONS} ways fit; name fewer candidates")
        return [chosen for chosen, _ in ways]

    def _with(
        self, unknown: str, candidate: Candidate, found: Sequence[Answer]
    ) -> tuple[Answer, ...]:
        """The answers in which an unknown is a candidate.

        Raises:
            TooLargeError: Too many were tried.
        """
        self.left -= 1
        if self.left < 0:
            raise TooLargeError(
                f"over {_TRIES:,} ways to put {len(self.tried)} candidates in; name fewer of them, "
                "or look for one unknown at a time"
            )
        return tuple(
            after
            for answer in found
            if not _is_number_beside(candidate, unknown, answer)
            if (after := _put(candidate, unknown, answer))
        )


def _by_name(equation: Equation, chosen: Sequence[Candidate]) -> dict[str, str]:
    """What is written for each unknown."""
    return dict(zip(equation.unknowns, (one.text for one in chosen), strict=True))


def _reads(
    equation: Equation, chosen: Sequence[Candidate], variables: Mapping[str, Variable]
) -> bool:
    """Whether both sides can be read: no product in them is a number beside ``@``."""
    try:
        for left in (True, False):
            read_formula(equation.side(_by_name(equation, chosen), left=left), variables)
    except ShapeError:
        return False
    return True


def _put(candidate: Candidate, unknown: str, answer: Answer) -> Answer | None:
    rows, columns = candidate.shape or (1, 1)
    return answer.with_shape(unknown, (rows, columns))


def _is_number_beside(candidate: Candidate, unknown: str, answer: Answer) -> bool:
    """Whether a number would stand beside ``@``."""
    return not candidate.shape and unknown in answer.factors


def _judged(
    unknown: str, tried: Sequence[Candidate], known: Sequence[Answer], joint: set[Candidate]
) -> tuple[Candidate, ...]:
    """Each candidate for an unknown, and why it does not fit; those that do come first."""
    judged = [
        one if one in joint else replace(one, reason=_reason(one, unknown, known)) for one in tried
    ]
    return tuple(sorted(judged, key=lambda one: not one.fits))


def _reason(candidate: Candidate, unknown: str, known: Sequence[Answer]) -> str:
    """Why a candidate does not fit, where the equation is read without numbers."""
    if candidate.reason:
        return candidate.reason
    if any(_is_number_beside(candidate, unknown, answer) for answer in known):
        return "a number, and a product with a number is written *"
    if any(_put(candidate, unknown, answer) for answer in known):
        return "then nothing fits for the others"
    wanted = known[0].sizes_of(unknown)
    wrong = [
        f"{pretty(found)} {what}{'' if found == 1 else 's'}, not {pretty(size)}"
        for found, size, what in zip(
            candidate.shape or (1, 1), wanted, ("row", "column"), strict=True
        )
        if not isinstance(size, Side) and size != found
    ]
    return "; ".join(wrong) or "it is not square"


def _open_names(
    unknowns: Sequence[str], known: Sequence[Answer], variables: Mapping[str, Variable]
) -> dict[Side, str]:
    """A name for each side that may have any size, one that nothing else has."""
    sizes = [size for variable in variables.values() for size in variable.shape]
    taken = {*variables, *frozenset[str]().union(*map(dimensions.names, sizes))}
    free = (name for name in chain("kpqrst", (f"k{n}" for n in count(1))) if name not in taken)
    named: dict[Side, str] = {}
    for answer in known:
        for unknown in unknowns:
            for size in answer.sizes_of(unknown):
                if isinstance(size, Side) and size not in named:
                    named[size] = next(free)
    return named

"""A formula as lines: one for each step, of which a reader reads some again when sizes change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from matcalc import dimensions
from matcalc.errors import NotationError, Place, Suggestion
from matcalc.expression.parser import Assignment, PostfixStep
from matcalc.operations import RULES
from matcalc.variables import Variable

IDENTITY = "I"  # of a size that the square matrix beside it says
STEPS = 2000  # of one assignment
SIZED = frozenset(name for name, rule in RULES.items() if rule.facts.of_sizes)  # take sizes alone


#: What the outer of two calls of one argument makes of the inner one: the sum of singular values is
#: the nuclear norm, as their number has no name.
_FUSED = {rule.facts.fused: rule.name for rule in RULES.values() if all(rule.facts.fused)}


class StepLine(NamedTuple):
    """A step, the positions of the lines that it takes, and the name that its result gets."""

    step: PostfixStep
    operands: tuple[int, ...]
    name: str = ""


def with_sizes(
    assignments: Sequence[Assignment], taken: Collection[str]
) -> tuple[tuple[Assignment, ...], dict[str, Place]]:
    """Write each ``I`` as ``eye`` of a size of its own, unless it is a name of something else.

    Returns:
        The assignments, and the name of each size with the place of the ``I``.
    """
    used = {*taken, *(one.name for one in assignments)}
    if IDENTITY in used:
        return tuple(assignments), {}
    used |= {step.value for one in assignments for step in one.steps}
    free = (f"n_{IDENTITY}{k or ''}" for k in count())
    places: dict[str, Place] = {}

    def spelled(step: PostfixStep) -> list[PostfixStep]:
        if step.kind != "name" or step.value != IDENTITY:
            return [step]
        name = next(one for one in free if one not in used)
        places[name] = step.place
        return [step._replace(value=name), PostfixStep("call", "eye", 1, step.place)]

    found = tuple(
        one._replace(steps=tuple(new for step in one.steps for new in spelled(step)))
        for one in assignments
    )
    return found, places


class UndeclaredError(NotationError):
    """A name stands in a formula, and nobody declared it."""


def identity_error(place: Place, size: object) -> NotationError:
    """The error of an ``I`` that no square matrix stands beside."""
    return UndeclaredError(
        f"{IDENTITY} is not declared: it is the identity beside a square matrix alone, in a sum or "
        "a matrix product; with a size it is eye(n)",
        [place],
        [Suggestion("write", f"eye({size})", place, "for an identity")],
    )


def lines_of(assignments: Sequence[Assignment]) -> list[StepLine]:
    """All steps of all assignments, one after the other.

    Raises:
        NotationError: One has too many.
    """
    lines: list[StepLine] = []
    for assignment in assignments:
        if len(assignment.steps) > STEPS:
            raise NotationError(
                f"over {STEPS} names, numbers and signs in one: name parts of it, z = W @ x; …",
                [assignment.place],
            )
        waiting: list[int] = []
        for step in assignment.steps:
            kept = len(waiting) - step.takes
            lines.append(StepLine(step, tuple(waiting[kept:])))
            waiting[kept:] = [len(lines) - 1]
        lines[-1] = lines[-1]._replace(name=assignment.name)
    return lines


def fused(assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Assignments with one call for two.

    >>> from matcalc.expression.parser import parse
    >>> [step.value for step in fused(parse("sum(svdvals(A))"))[0].steps]
    ['A', 'nuclear_norm']
    """
    return tuple(one._replace(steps=tuple(_steps(one.steps))) for one in assignments)


def _steps(steps: Iterable[PostfixStep]) -> list[PostfixStep]:
    found: list[PostfixStep] = []
    for step in steps:
        inner = found[-1] if found else step
        name = _FUSED.get((inner.value, step.value))
        calls = inner.kind == step.kind == "call" and inner.takes == step.takes == 1
        if name is not None and calls and not (inner.primes or step.primes):
            found[-1] = step._replace(value=name)
        else:
            found.append(step)
    return found


def check_names(
    lines: Sequence[StepLine], variables: Mapping[str, Variable], sizes: Mapping[str, int]
) -> None:
    """Refuse a name for two things.

    Raises:
        NotationError: A name is given twice.
    """
    names = {variable.name for variable in variables.values()}
    sizes_of = {
        name: one
        for one in reversed([*variables.values()])
        for size in one.shape
        for name in dimensions.names(size)
    }
    taken = {*sizes_of, *sizes}
    both = sorted(names & taken)
    if both:
        raise NotationError(f"{both[0]} is both a variable and a dimension; rename one of them")
    for line in lines:
        if line.name in names or line.name in taken:
            what = "a variable" if line.name in names else "in use"
            if line.name in sizes_of:
                what = f"that of a size, of {sizes_of[line.name]},"
            raise NotationError(f"the name {line.name} is {what} already", [line.step.place])
        if line.name:
            taken.add(line.name)


def sizes_in(lines: Sequence[StepLine]) -> frozenset[str]:
    """The names that stand where a size must: k of ``eye(k)``, m and n of ``ones((m, n))``."""
    found: set[str] = set()
    waiting = [line for line in lines if line.step.kind == "call" and line.step.value in SIZED]
    while waiting:
        line = waiting.pop()
        if line.step.kind == "name":
            found.add(line.step.value)
        if line.step.kind != "call" or line.step.value in SIZED:
            waiting += [lines[k] for k in line.operands]
    return frozenset(found)

"""Fitting: a claim with a hole, and which factor it has room for, by its dimensions alone.

``dz1[n1] = ? @ dz2[n2]`` leaves room for an n1×n2, so of a W2 that is n2×n1 only the transpose
fits. Vectors are columns; names of sizes that differ are different sizes. Where dimensions leave
a choice, the derivation does not: :func:`fit` makes it if it is told what the equation is from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count, islice
from typing import NamedTuple

from matcalc import dimensions
from matcalc.claims.candidates import (
    Candidate,
    each_for_any,
    each_once,
    is_number_beside,
    matrix_of,
    together,
    transposed_or_not,
)
from matcalc.claims.fitted import Fit, Unknown
from matcalc.claims.gradient_names import variable_of
from matcalc.dimensions import pretty
from matcalc.errors import NotationError, ShapeError, TooLargeError
from matcalc.expression import Declarations, Declared, parse_declarations, read_formula
from matcalc.expression.equation import ReadEquation, parse_equation
from matcalc.expression.parser import PostfixStep
from matcalc.expression.unknowns import Side, Solution, answers, closed
from matcalc.expression.values import Value
from matcalc.graph import symbol
from matcalc.operations import algebra
from matcalc.variables import Mention, Variable, resolve

_SOLUTIONS = 200
_NEAREST = 24  # ways to put the same pieces together, each once


def fit(
    equation: str,
    *,
    candidates: Declarations = (),
    because: str | None = None,
    layout: str | None = None,
    once: bool = False,
) -> Fit:
    """Which of some variables, transposed or not, an equation has room for.

    Args:
        equation: With shapes where names stand, and ``?`` or ``?1`` for what is looked for:
            ``"dz1[n1] = ? @ dz2[n2]"``. One without ``?`` is complete, and is checked.
        candidates: What it may be, with shapes: ``"W2[n2,n1] W1[n1,n0]"``.
        because: The line of the forward pass that the equation is from, ``"z2 = W2 @ z1"``; then
            ``dz2`` stands for the derivative of a number by ``z2``, a column, and the candidates
            are held against the derivative.
        layout: ``"numerator"``: the names of gradients, ``dz1[n1]``, are rows. Without it they are
            as they are written.
        once: Whether each candidate goes in once: an unknown may be a product of several, in any
            order, transposed or not.

    Raises:
        NotationError: Something cannot be read.
        ShapeError: No shape of the unknowns makes the two sides equal.
        TooLargeError: There are too many candidates for too many unknowns.

    >>> found = fit("dz1[n1] = ? @ dz2[n2]", candidates="W2[n2,n1]")
    >>> found.unknowns[0].shapes, found.solutions
    ((('n1', 'n2'),), ('dz1 = W2.T @ dz2',))
    """
    declared = parse_declarations(candidates)
    parsed = parse_equation(equation, declared)
    _refuse_ratio(parsed)
    variables, assumed = _variables(parsed, declared, layout)
    pieces = {name: variables.get(name, one.variable) for name, one in declared.items()}
    plain = parsed.filled({name: name for name in parsed.unknowns})
    try:
        found = _filled(parsed, variables, pieces.values(), once=once)
    except ShapeError as error:
        if parsed.unknowns:
            raise
        found = _Filled((), [{}] if because is not None else [], error.message)
    solutions = tuple(map(parsed.filled, found.chosen))
    derived = None
    if because is not None:
        from matcalc.claims.backward_line import backward  # noqa: PLC0415 - it loads NumPy

        sides = [parsed.side(one, left=False) for one in found.chosen]
        filled = dict(zip(solutions, sides, strict=True))
        derived = backward(parsed, variables, candidates, because, filled, layout)
    return Fit(plain, variables, assumed, found.unknowns, solutions, derived, found.misfit)


class _Filled(NamedTuple):
    """What is known of the unknowns, and what may be put in for each together."""

    unknowns: tuple[Unknown, ...]
    chosen: list[dict[str, str]]
    misfit: str = ""


def _filled(
    parsed: ReadEquation,
    variables: Mapping[str, Variable],
    pieces: Iterable[Variable],
    *,
    once: bool,
) -> _Filled:
    """Put candidates in for the unknowns.

    Raises:
        ShapeError: The two sides are equal for no shape of the unknowns.
        TooLargeError: There are too many ways.
    """
    known = answers(parsed, _meaning_of(variables))
    named = _open_names(parsed.unknowns, known, variables)
    shapes = [
        tuple(dict.fromkeys(closed(one.sizes_of(name), named) for one in known))
        for name in parsed.unknowns
    ]
    tried = [way for one in pieces for way in transposed_or_not(one)]
    if once and tried and parsed.unknowns:
        offered, whole = each_once(parsed, tried)
        fitting = dict.fromkeys(together(parsed.unknowns, known, offered, whole))
        found = sorted(fitting, key=lambda each: sum(one.cost for one in each))[:_NEAREST]
        tried = list(dict.fromkeys(one for each in found for one in each))
    else:
        ways = together(parsed.unknowns, known, each_for_any(tried))
        found = list(islice(ways, _SOLUTIONS + 1))
        if len(found) > _SOLUTIONS:
            raise TooLargeError(f"over {_SOLUTIONS} ways fit; name fewer candidates")
    joint = [each for each in found if _reads(parsed, each, variables)]
    judged = [
        [one for one in tried if one in {each[k] for each in joint}]
        if once
        else _judged(name, tried, known, {each[k] for each in joint})
        for k, name in enumerate(parsed.unknowns)
    ]
    unknowns = tuple(map(Unknown, parsed.unknowns, shapes, map(tuple, judged)))
    return _Filled(unknowns, [_by_name(parsed, each) for each in joint])


def _refuse_ratio(equation: ReadEquation) -> None:
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
    equation: ReadEquation, declared: Mapping[str, Declared], layout: str | None
) -> tuple[dict[str, Variable], tuple[str, ...]]:
    """The variables of an equation, and which of them were given no shape.

    In numerator layout a gradient of one axis is a row.

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
    variables = {
        name: Variable(name, (1, *one.shape))
        if layout == "numerator" and len(one.shape) == 1 and variable_of(name)
        else one
        for name, one in found.variables.items()
    }
    return variables, found.taken_as_scalar


def _meaning_of(variables: Mapping[str, Variable]) -> Callable[[PostfixStep], Value]:
    """What a known name means: a variable, or a size as a number."""

    def name(step: PostfixStep) -> Value:
        variable = variables.get(step.value)
        if variable is None:
            return Value(algebra.size_of(step.value))
        return Value(symbol(variable.name, variable.shape))

    return name


def _by_name(equation: ReadEquation, chosen: Sequence[Candidate]) -> dict[str, str]:
    """What is written for each unknown."""
    return dict(zip(equation.unknowns, (one.text for one in chosen), strict=True))


def _reads(
    equation: ReadEquation, chosen: Sequence[Candidate], variables: Mapping[str, Variable]
) -> bool:
    """Whether both sides can be read: no product in them is a number beside ``@``."""
    try:
        for left in (True, False):
            read_formula(equation.side(_by_name(equation, chosen), left=left), variables)
    except ShapeError:
        return False
    return True


def _judged(
    unknown: str, tried: Sequence[Candidate], known: Sequence[Solution], joint: set[Candidate]
) -> tuple[Candidate, ...]:
    """Each candidate for an unknown, and why it does not fit; those that do come first."""
    judged = [
        one if one in joint else replace(one, reason=_reason(one, unknown, known)) for one in tried
    ]
    return tuple(sorted(judged, key=lambda one: not one.fits))


def _reason(candidate: Candidate, unknown: str, known: Sequence[Solution]) -> str:
    """Why a candidate does not fit, where the equation is read without numbers."""
    if candidate.reason:
        return candidate.reason
    if any(is_number_beside(candidate, unknown, answer) for answer in known):
        return "a number, and a product with a number is written *"
    if any(one.with_shape(unknown, matrix_of(candidate.shape)) for one in known):
        return "then nothing fits for the others"
    wanted = known[0].sizes_of(unknown)
    wrong = [
        f"{pretty(found)} {what}{'' if found == 1 else 's'}, not {pretty(size)}"
        for found, size, what in zip(
            matrix_of(candidate.shape), wanted, ("row", "column"), strict=True
        )
        if not isinstance(size, Side) and size != found
    ]
    return "; ".join(wrong) or "it is not square"


def _open_names(
    unknowns: Sequence[str], known: Sequence[Solution], variables: Mapping[str, Variable]
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

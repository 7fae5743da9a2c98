"""What fits an equation, as data and as parts for a terminal and a page: and what decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcalc.claims.candidates import Candidate
from matcalc.claims.forward_guess import guessed_forward
from matcalc.dimensions import Shape, names, times
from matcalc.errors import listed
from matcalc.notation.names import spelled_shape, unicode_name
from matcalc.notation.parts import AlignedShapes, AnswerPart, Cell, Drawn, FormulaPart, Item, Rows
from matcalc.notation.shown import Shown, told
from matcalc.variables import Variable

if TYPE_CHECKING:  # they load NumPy, which what fits by dimensions does without
    from matcalc.checking.verdict import Judgement, Verdict
    from matcalc.claims.backward_line import Backward

_LISTED = 4  # in a sentence


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


@dataclass(frozen=True, slots=True, repr=False)
class Fit(Shown):
    """What fits an equation; false where candidates were tried and none does.

    Attributes:
        equation: The equation without the shapes that stand in it.
        variables: The variables that it names, with their shapes.
        assumed: The names that were given no shape and are taken as numbers.
        unknowns: What the equation says of each unknown.
        solutions: The equation with candidates put in that fit together; a complete one that
            fits is its own solution.
        backward: What the forward pass says, if it was given.
        misfit: Why a complete equation does not fit; nothing where it does.
    """

    equation: str
    variables: Mapping[str, Variable]
    assumed: tuple[str, ...]
    unknowns: tuple[Unknown, ...]
    solutions: tuple[str, ...]
    backward: Backward | None = None
    misfit: str = ""

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was not typed, and decides what fits and what is right."""
        numbers = (f"{name} is taken as a number" for name in self.assumed)
        return (*numbers, *(self.backward.assumptions if self.backward else ()))

    @property
    def verdict(self) -> Verdict:
        """What the best solution is; without a forward pass ``right`` says that it fits."""
        if self.backward is not None and self.solutions:
            return self.backward.verdict
        open_ones = self.unknowns and not any(one.candidates for one in self.unknowns)
        return "right" if self.solutions or open_ones else "not_conformable"

    def __bool__(self) -> bool:
        return self.verdict == "right"

    def _line(self) -> str:
        """The verdict, and what fits: solutions, or the shape of each unknown."""
        shapes = (f"{one.name} is {_sizes(one.shapes)}" for one in self.unknowns)
        said = "; ".join(self.solutions) or self.misfit or ", ".join(shapes)
        return f"{self.verdict}: {said}" if self.backward or not self else f"fits: {said}"


def _sizes(shapes: Iterable[Shape]) -> str:
    """Shapes as rows and columns; that of a number is 1."""
    return " or ".join(map(spelled_shape, shapes))


# An unknown, a name, or a function of one letter of a name, which has its shape: g'(z).
_LEAF = re.compile(
    r"(?P<call>(?<![\w?])[^\W\d]'*\((?=[^\W\d]\w*\)))?"
    r"(?P<name>\?[0-9]*|(?<![\w?])[^\W\d]\w*(?![\w('\"]))(?(call)\))(?P<transposes>(?:\.T)*)"
)


@told.register
def _fit(found: Fit) -> Iterator[AnswerPart]:
    """The equation, what each unknown may be, what fits, and what decides between that."""
    numbers = tuple(f"{name} is taken as a number" for name in found.assumed)
    yield AnswerPart("", (_equation(found), *numbers))
    for one in found.unknowns:
        yield AnswerPart(_summary(one), _candidates(one))
    said: list[Item | list[Item]] = [*_any_size(found)]
    if found.solutions and found.unknowns:
        said.append([*map(FormulaPart, found.solutions)])
    if found.backward is not None:
        said += _derived(found, found.backward)
    else:
        said += [] if found.unknowns else _complete(found)
        said += [*_reason(found), *_what_decides(found)]
    for item in said:
        yield AnswerPart("", tuple(item) if isinstance(item, list) else (item,))


def _equation(found: Fit) -> AlignedShapes:
    """The equation with the shape of each part under it."""
    shapes = {name: variable.shape for name, variable in found.variables.items()}
    shapes |= {unknown.name: unknown.shapes[0] for unknown in found.unknowns}
    cells: list[Cell] = []
    at = 0
    for leaf in _LEAF.finditer(found.equation):
        if leaf["name"] in shapes:
            sign = found.equation[at : leaf.start()].strip()
            turned = leaf["transposes"].count("T") % 2 == 1
            cells.append(Cell(sign, leaf[0], _shown(shapes[leaf["name"]], turned=turned)))
            at = leaf.end()
    behind = found.equation[at:].strip()
    return AlignedShapes((*cells, *([Cell("", behind, "")] if behind else [])))


def _shown(shape: Shape, *, turned: bool = False) -> str:
    """Rows and columns; a vector is a column."""
    if not shape or len(shape) > 2:
        return times(shape) if shape else "1"
    matrix = (*shape, 1)[:2]
    return times(matrix[::-1] if turned else matrix)


def _summary(unknown: Unknown) -> str:
    first, *others = map(_shown, unknown.shapes)
    also = f" (or {listed(others, 'or')}, where * takes a number)" if others else ""
    shape = f"{unknown.name} is {first}{also}"
    fitting = unknown.fitting
    if not unknown.candidates:
        return shape
    if len(fitting) < 2:
        return f"{shape}: {f'only {fitting[0]} fits' if fitting else 'none of these fits'}"
    return f"{shape}: {listed(fitting) if len(fitting) <= _LISTED else len(fitting)} fit"


def _candidates(unknown: Unknown) -> tuple[Item, ...]:
    """What was tried: which fits, and why the others do not."""
    rows = [
        ("✓" if one.fits else "✗", one.text, _shown(one.shape), one.reason or "fits")
        for one in unknown.candidates
    ]
    return (Rows(tuple(rows)),) if rows else ()


def _any_size(found: Fit) -> Iterator[str]:
    """The names in shapes that no variable has: these sizes are open."""
    sizes = [size for one in found.variables.values() for size in one.shape]
    known = frozenset[str]().union(*map(names, sizes))
    shown = [size for one in found.unknowns for size in one.shapes[0] if isinstance(size, str)]
    free = [size for size in dict.fromkeys(shown) if not names(size) <= known]
    if free:
        yield f"{listed(free)} may be any size, the same in all of these."


def _complete(found: Fit) -> Iterator[str]:
    """Of an equation without an unknown, whether it fits."""
    yield found.misfit or "It fits."
    if found.misfit and found.assumed:
        shaped = listed(f"{name}[m,n]" for name in found.assumed)
        yield f"A matrix or a vector is written with its shape: {shaped}."


def _reason(found: Fit) -> Iterator[str]:
    """Why the transpose, where it is the one that fits."""
    fitting = [one.fitting for one in found.unknowns]
    if len(fitting) != 1 or len(fitting[0]) != 1:
        return
    name, transpose, _ = fitting[0][0].partition(".T")
    shape = found.variables[name].shape
    if transpose and len(shape) == 2 and 1 not in shape:
        many, few = shape
        yield (
            f"{name} makes {many} numbers out of {few}. Here {few} are made out of {many}: rows "
            "and columns change places, and that is what .T does."
        )


def _what_decides(found: Fit) -> Iterator[Item]:
    """What to do where dimensions leave a choice, and how to prove what they find."""
    if not found.solutions:
        return
    said = (
        "Dimensions cannot decide between these; the derivative can."
        if len(found.solutions) > 1
        else "Dimensions find a factor; the derivative proves it."
    )
    forward = guessed_forward(found.solutions, found.variables)
    named = "" if forward else ", in your names"
    yield f"{said} Add the line of the forward pass{named}, for example"
    if forward is None:
        yield Drawn(("--because 'z = W @ x'",))
        return
    yield Drawn((f"--because '{forward.of} = {forward.product}'",))
    if forward.activated:
        yield (
            f"If a function of each entry lies between, * g'({forward.wrt}) is missing above: that "
            "changes no dimension. Then it is"
        )
        yield Drawn((f"--because '{forward.of} = {forward.activated}'",))
    shapes = " ".join(map(str, forward.variables))
    yield "or look at its derivative in both layouts:"
    yield Drawn((f"matcalc derive '{forward.product}' --wrt {forward.wrt} --vars '{shapes}'",))


def _derived(found: Fit, backward: Backward) -> Iterator[Item | list[Item]]:
    """What the forward pass makes of the equation, and which solutions that leaves."""
    left = backward.left
    yield (
        f"From {backward.forward}, where {left} is short for the derivative of a number by "
        f"{backward.wrt}{_like(backward, found.variables[left].shape)}:"
    )
    yield FormulaPart(f"{unicode_name(left)} = {backward.unicode}")
    notes = [f"read as {listed(backward.assumed)}"] if backward.assumed else []
    yield from (f"note: {note}" for note in (*notes, *backward.assumptions))
    first = sorted(backward.judgements.items(), key=lambda one: not one[1])
    yield [_judged(solution, judged) for solution, judged in first]
    if not found.unknowns and not found:
        yield "Where the mistake is, and a repair: matcalc check."


def _judged(solution: str, judged: Judgement) -> str:
    """What a solution is, and why; that the values of a wrong one differ goes without saying."""
    if judged and not judged.reason:
        return f"right: {solution}"
    if judged.verdict == "wrong_value":
        return f"wrong: {solution}, though it fits"
    if judged.verdict == "wrong_layout":
        return f"right in the other layout: {solution}"
    said = {"right": "right", "cannot_tell": "cannot tell"}.get(judged.verdict, "wrong")
    return f"{said}: {solution}: {judged.reason}"


def _like(backward: Backward, shape: Shape) -> str:
    """The shape of a gradient in words: that of what it is by."""
    name = backward.wrt
    if not shape:
        return ""
    if backward.layout == "numerator":
        return ", a row" if shape[:1] == (1,) else f", of the shape of {name} transposed"
    return ", a column like it" if len(shape) == 1 else f", of the shape of {name}"

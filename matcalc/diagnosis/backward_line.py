"""The line of a backward pass that a line of the forward pass makes, and which formulas equal it.

``dz2`` is short for the derivative of a number by z2, in denominator layout: it has the shape of
z2. With ``z2 = W2 @ z1`` it is ``dz1 = W2.T @ dz2``. Where ``dz2`` is written as a row it is in
numerator layout, and the line is ``dz1 = dz2 @ W2``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from matcalc.arrays import Array
from matcalc.checking.verdict import Judgement, Pair, by_value
from matcalc.derivative import derivatives
from matcalc.diagnosis.gradient_names import PREFIXES, variable_of
from matcalc.diagnosis.side_by_side import Meeting, meetings
from matcalc.errors import (
    ArrayError,
    MatcalcError,
    NotationError,
    Place,
    ShapeError,
    TooLargeError,
    UnboundError,
)
from matcalc.expression import (
    Declared,
    Formula,
    assumptions,
    parse,
    parse_declarations,
    read_formula,
)
from matcalc.expression.beside import beside
from matcalc.expression.conformity import conformity
from matcalc.expression.equation import Equation, stated_in
from matcalc.expression.parser import Step
from matcalc.graph import Node, Symbol, topological
from matcalc.layout import written
from matcalc.notation import text, unicode, write_derivative
from matcalc.simplify import simplified
from matcalc.variables import Mention, Variable, resolve


@dataclass(frozen=True, slots=True)
class Backward:
    """What a forward pass says of an equation of its backward pass.

    Attributes:
        forward: The line of the forward pass.
        of: What it computes.
        left: What the equation calls the derivative: ``dz1``.
        wrt: What it differentiates by.
        layout: The layout of the equation: a row is in numerator layout.
        text: The right side of the equation, derived, in the input language.
        unicode: The same as books print it.
        assumed: The variables of the forward pass that were given no shape, with that in which
            they fit.
        judgements: For each solution what it is as this derivative.
        assumptions: What was not typed of the forward pass and the solutions and changes the
            answer.
    """

    forward: str
    of: str
    left: str
    wrt: str
    layout: str
    text: str
    unicode: str
    assumed: tuple[str, ...]
    judgements: Mapping[str, Judgement]
    assumptions: tuple[str, ...] = ()

    @property
    def right(self) -> tuple[str, ...]:
        """The solutions that are equal to it."""
        return tuple(one for one, judged in self.judgements.items() if judged)

    @property
    def wrong(self) -> tuple[str, ...]:
        """The solutions that fit by dimensions and are something else."""
        return tuple(
            one
            for one, judged in self.judgements.items()
            if judged.verdict not in ("right", "cannot_tell")
        )

    @property
    def undecided(self) -> dict[str, str]:
        """The solutions of which that cannot be told, each with the reason."""
        return {
            one: judged.reason
            for one, judged in self.judgements.items()
            if judged.verdict == "cannot_tell"
        }


def backward(
    equation: Equation,
    variables: Mapping[str, Variable],
    declared: Mapping[str, Declared],
    forward: str,
    solutions: Mapping[str, str],
) -> Backward:
    """Derive the right side of an equation, and hold solutions against it by value.

    Args:
        equation: Its left side is a derivative by name: ``dz1``.
        variables: The variables that it names.
        declared: What is known of them.
        forward: Assignments, apart by ``;``; shapes may stand in them.
        solutions: The right side of each solution, by the solution.

    Raises:
        NotationError: Something cannot be read, or the names do not say what is differentiated.
        ShapeError: Shapes do not fit.
        NotDifferentiableError: An operation has no derivative.
    """
    line = _Line(equation, variables, forward)
    read = line.read()
    (derived,) = derivatives(read.formula.node, [read.formula.symbols[line.wrt]])
    properties = {name: one.properties for name, one in declared.items()}
    derived = simplified([derived], properties)[derived]
    judge = _Judge(line, read, derived, declared)
    judgements = judge.all(solutions)
    shown = write_derivative(derived, judge.form, tuple(read.formula.symbols))
    if judge.one(text(shown)).verdict == "wrong_value":
        raise NotationError(
            "the formula that was derived does not hold as it is written; this is a mistake of "
            "matcalc: please report it, with what you typed"
        )
    return Backward(
        " ".join(line.stated.text.split()),
        line.of,
        line.left.value,
        line.wrt,
        read.layout,
        text(shown),
        unicode(shown),
        line.assumed,
        judgements,
        tuple(one for one in judge.assumptions if one not in _typed(equation)),
    )


def _typed(equation: Equation) -> set[str]:
    """What an equation says itself: ``g'(z)`` is of a function entry by entry."""
    steps = (*equation.left, *equation.right)
    return {assumptions.function(one.value) for one in steps if one.primes}


class _Read(NamedTuple):
    """A forward pass, read as the number that its gradient makes of it.

    Attributes:
        formula: The number, whose derivative is the one that is asked for.
        layout: How the equation writes a derivative: as a column, or as a row.
    """

    formula: Formula
    layout: str


class _Line:
    """A line of a backward pass and the forward pass that it is from, by their names."""

    def __init__(self, equation: Equation, variables: Mapping[str, Variable], forward: str) -> None:
        self.stated = stated_in(forward)
        names = [one.name for one in parse(self.stated.text)]
        self.of = names[-1]
        if not self.of:
            place = Place(forward, 0, len(forward))
            raise NotationError("a line of the forward pass has a name: z2 = W2 @ z1", [place])
        self.left, self.is_turned = _left(equation)
        self.wrt = variable_of(self.left.value)
        self.shape = variables[self.left.value].shape
        self.gradient = variables[_gradient(self.of, variables)]
        self.is_row = self.gradient.shape[:1] == (1,)
        self.assumed: tuple[str, ...] = ()
        self.variables = [one for one in variables.values() if one.name not in names]

    def read(self) -> _Read:
        """The forward pass; with gradients in rows where they fit as such alone.

        Raises:
            NotationError: It cannot be read.
            ShapeError: Its shapes do not fit.
        """
        try:
            return self.number("denominator")
        except ShapeError as error:
            try:
                return self.number("numerator")
            except MatcalcError:
                raise error from None

    def number(self, layout: str) -> _Read:
        """The forward pass with gradients in some layout."""
        product = f"{self.gradient.name} @ {self.of}"
        if layout == "denominator":
            number = f"sum({self.gradient.name} * {self.of})"
        elif self.is_row and self.shape[:1] == (1,):
            number = product  # of one entry
        else:
            number = f"sum({product})" if self.is_row else f"tr({product})"
        formula = self.declared(f"{self.stated.text}; {number}", self.known(layout))
        if self.wrt not in formula.symbols:
            raise NotationError(f"{self.wrt} is a variable of the forward pass, not a line of it")
        return _Read(formula, layout)

    def declared(self, text: str, known: dict[str, Variable]) -> Formula:
        """The forward pass with the names declared that have one shape in which all fits: a bias.

        Raises:
            NotationError: It cannot be read.
            ShapeError: Its shapes do not fit.
        """
        try:
            return read_formula(text, known)
        except NotationError as error:
            ways = [one.text for one in error.suggestions if one.kind == "declare"]
            if len(ways) != 1:
                raise
            more = {name: one.variable for name, one in parse_declarations(ways[0]).items()}
            formula = read_formula(text, known | more)
            self.assumed = tuple(map(str, more.values()))
            return formula

    def known(self, layout: str) -> dict[str, Variable]:
        """The variables of both; what it is differentiated by has the shape of its derivative."""
        nowhere = Place("", 0, 0)
        mentions = [Mention(one.name, one.shape, nowhere) for one in self.variables]
        mentions += self.stated.mentions
        if self.wrt not in {one.name for one in mentions if one.shape is not None}:
            shape = self.shape
            if layout == "numerator":
                shape = shape[1:] if shape[:1] == (1,) else shape[::-1]
            mentions.append(Mention(self.wrt, shape, self.left.place))
        return resolve(mentions).variables


def _left(equation: Equation) -> tuple[Step, bool]:
    """The name on the left side, and whether it is transposed.

    Raises:
        NotationError: It is no derivative by name.
    """
    first, *others = equation.left
    if not variable_of(first.value) or any(one.kind != "transpose" for one in others):
        raise NotationError(
            "the left side names the derivative: dz1 = … is that of a number by z1",
            [equation.left[-1].place],
        )
    return first, len(others) % 2 == 1


def _gradient(of: str, variables: Mapping[str, Variable]) -> str:
    found = [f"{prefix}{of}" for prefix in PREFIXES if f"{prefix}{of}" in variables]
    if not found:
        raise NotationError(
            f"the derivative by {of} is missing in the equation: name it d{of}, "
            f"or give {of} the name that belongs to it"
        )
    return found[0]


class _Judge:
    """Holds solutions against a derivative."""

    def __init__(
        self, line: _Line, read: _Read, derived: Node, declared: Mapping[str, Declared]
    ) -> None:
        self.line = line
        forward = read_formula(line.stated.text, read.formula.variables)
        self.assumptions = dict.fromkeys(forward.assumptions)
        self.formula = read.formula
        self.layout = read.layout
        self.derived = derived
        self.declared = declared
        of = Variable("L", read.formula.node.shape)
        self.form = written(of, read.formula.variables[line.wrt], read.layout)
        self.known = _names(read.formula.node)
        self.strange: set[str] = set()  # right sides with names that nothing makes

    def all(self, solutions: Mapping[str, str]) -> dict[str, Judgement]:
        """What each solution is; beside a right one another with a name of its own is wrong."""
        found = {solution: self.one(side) for solution, side in solutions.items()}
        if any(found.values()):
            strange = [one for one, side in solutions.items() if side in self.strange]
            found |= dict.fromkeys(strange, Judgement("wrong_value", "the values differ"))
        return found

    def one(self, side: str) -> Judgement:
        """What the right side of a solution is."""
        try:
            text, formula = self.read(side)
        except ShapeError as error:  # where what the forward pass names has another shape
            return Judgement("not_conformable", error.message)
        unknown = sorted(_names(formula.node) - self.known)
        if unknown:
            self.strange.add(side)
            return Judgement("cannot_tell", _unknown(unknown))
        if self.line.shape not in (self.form.shape, self.form.matrix_shape):
            return Judgement("wrong_shape", f"the derivative is {self.form.title}")
        misfits = conformity(text, formula, self.formula.variables).misfits
        judged = self.by_value(formula.node)
        if judged and misfits:
            return replace(judged, reason=f"NumPy broadcasts here; on paper {misfits[0]}")
        return judged

    def read(self, side: str) -> tuple[str, Formula]:
        """A right side, which may use the names of the forward pass.

        Raises:
            ShapeError: It fits for some sizes only, or for none.
        """
        text = beside(self.line.stated.text, side).text
        formula = read_formula(text, self.formula.variables)
        self.assumptions |= dict.fromkeys(formula.assumptions)
        for one, two in formula.forced.items():
            raise ShapeError(f"this needs {one} = {two}")
        return text, formula

    def by_value(self, given: Node) -> Judgement:
        try:
            met = meetings(self.derived, given, self.formula, self.declared)
        except (ArrayError, UnboundError, TooLargeError) as error:
            return Judgement("cannot_tell", error.message)
        return by_value(
            Pair(self.arranged(one), self.turned(one.given), one.rounding) for one in met
        )

    def arranged(self, meeting: Meeting) -> Array:
        """The derivative at a point, in the layout of the equation."""
        is_matrix = self.form.wrt.rank > 1
        return meeting.right.T if is_matrix and self.layout == "numerator" else meeting.right

    def turned(self, given: Array) -> Array:
        return given.T if self.line.is_turned else given


def _unknown(names: Sequence[str]) -> str:
    """Why a formula cannot be judged that has names which the forward pass does not know."""
    are, them = ("is", "it") if len(names) == 1 else ("are", "them")
    return (
        f"{' and '.join(names)} {are} not in the forward pass; say there what makes {them}: "
        f"{names[0]} = …"
    )


def _names(node: Node) -> set[str]:
    """The variables that a formula depends on."""
    return {one.name for one in topological(node) if isinstance(one, Symbol)}

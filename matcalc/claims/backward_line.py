"""The line of a backward pass that a forward pass makes, and which formulas equal it.

``dz2`` is short for the derivative of a number by z2, in denominator layout: it has the shape of
z2. With ``z2 = W2 @ z1`` it is ``dz1 = W2.T @ dz2``. Where ``dz2`` is written as a row it is in
numerator layout, and the line is ``dz1 = dz2 @ W2``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcalc.checking.verdict import Judgement, Verdict, at_best
from matcalc.claims.forward import read_forward
from matcalc.claims.forward_question import of_forward
from matcalc.claims.judging import judged, misstated
from matcalc.claims.question import Question
from matcalc.claims.tree import names, trees
from matcalc.errors import NotationError
from matcalc.expression import Declarations, assumptions
from matcalc.expression.equation import ReadEquation
from matcalc.expression.parser import PostfixStep
from matcalc.notation import unicode, write_derivative
from matcalc.variables import Mention, Variable


@dataclass(frozen=True, slots=True)
class Backward:
    """What a forward pass says of an equation of its backward pass.

    Attributes:
        forward: The forward pass.
        of: What its last line computes.
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

    @property
    def verdict(self) -> Verdict:
        """What the best of the solutions is."""
        return at_best(one.verdict for one in self.judgements.values())


def backward(
    equation: ReadEquation,
    variables: Mapping[str, Variable],
    declared: Declarations,
    because: str,
    solutions: Mapping[str, str],
    layout: str | None = None,
) -> Backward:
    """Derive the right side of an equation, and hold solutions against it by value.

    Args:
        equation: Its left side is a derivative by name: ``dz1``.
        variables: The variables that it names.
        declared: What is known of them.
        because: The forward pass: assignments, apart by ``;``; shapes may stand in them.
        solutions: The right side of each solution, by the solution.
        layout: That of the gradients, where the equation does not show it.

    Raises:
        NotationError: Something cannot be read, or the names do not say what is differentiated.
        ShapeError: Shapes do not fit.
        NotDifferentiableError: An operation has no derivative.
    """
    left = equation.left[0]
    stated = {name: Mention(name, one.shape, left.place) for name, one in variables.items()}
    forward = read_forward(because, declared, stated, layout)
    by = forward.gradient_by(left.value)
    if not by or any(one.kind != "transpose" for one in equation.left[1:]):
        raise NotationError(
            "the left side names the derivative: dz1 = … is that of a number by z1",
            [equation.left[-1].place],
        )
    used = set[str]().union(*(names(trees(side)[-1].tree) for side in solutions.values()))
    question = of_forward(forward, by, used)
    turned = len(equation.left) % 2 == 0
    judgements = _judged(question, solutions, turned=turned)
    misfit = misstated(question, variables[left.value].shape)
    if misfit and not turned:
        judgements = dict.fromkeys(solutions, Judgement("wrong_shape", misfit))
    shown = write_derivative(question.truth, question.form, tuple(question.formula.symbols))
    typed = {assumptions.function(one.value) for one in _steps(equation) if one.primes}
    said = dict.fromkeys(one for one in question.assumptions if one not in typed)
    return Backward(
        forward.text,
        forward.names[-1],
        left.value,
        by,
        question.layout,
        question.derived,
        unicode(shown),
        forward.taken,
        judgements,
        tuple(said),
    )


def _steps(equation: ReadEquation) -> Sequence[PostfixStep]:
    return (*equation.left, *equation.right)


def _judged(
    question: Question, solutions: Mapping[str, str], *, turned: bool
) -> dict[str, Judgement]:
    """What each solution is; beside a right one another with a name of its own is wrong."""
    known = question.variables.keys() | question.formula.names.sizes
    found: dict[str, Judgement] = {}
    strange: list[str] = []
    for solution, side in solutions.items():
        unknown = sorted(names(trees(side)[-1].tree) - known)
        if unknown:
            strange.append(solution)
            found[solution] = Judgement("cannot_tell", _unknown(unknown))
        else:
            one = judged(question, f"({side}).T" if turned else side)
            found[solution] = Judgement(one.verdict, one.reason, one.error)
    if any(found.values()):
        found |= dict.fromkeys(strange, Judgement("wrong_value", "the values differ"))
    return found


def _unknown(names: Sequence[str]) -> str:
    """Why a formula cannot be judged that has names which the forward pass does not know."""
    are, them = ("is", "it") if len(names) == 1 else ("are", "them")
    return (
        f"{' and '.join(names)} {are} not in the forward pass; say there what makes {them}: "
        f"{names[0]} = …"
    )

"""Checking a claim: is somebody's own formula a derivative, and if not, which mistake made it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from matcalc.claims.answer import Checked
from matcalc.claims.causes import Wrong, causes
from matcalc.claims.conditions import counterexample, right_when
from matcalc.claims.forward import Forward, declared_shapes, known_shapes, read_forward
from matcalc.claims.forward_question import of_forward
from matcalc.claims.gradient_names import is_whole, plain_left, without_marks
from matcalc.claims.judging import Judged, in_columns, judged, misstated
from matcalc.claims.point import ClaimPoint, Worth, points_of_claims
from matcalc.claims.question import Question, of_expression
from matcalc.claims.repairs import Repair, but_for_numbers, repairs
from matcalc.claims.shapes import Shapes, Typed, product_shapes
from matcalc.claims.stacked import equal
from matcalc.claims.terms import compared
from matcalc.claims.tree import Tree, names, spelled_out, trees
from matcalc.claims.whole import whole_equation, with_name
from matcalc.claims.words import why
from matcalc.errors import NotationError, Place, ShapeError
from matcalc.expression import Declarations
from matcalc.expression.equation import stated_in
from matcalc.inputs.line import Line
from matcalc.inputs.notations import notation_beside
from matcalc.inputs.reading import read_claim
from matcalc.inputs.tree import Left

_JUDGED = 12  # repairs that are looked at closely
_SHOWN = 5
_NEAR = 1.0  # a repair that costs so much more is as likely
_LIKELY = 4.0  # one that costs more is not said
_SECOND = frozenset(["H", "Hess", "hess", "Hessian", "hessian"])  # names of second derivatives


def check_formula(
    claim: str,
    *,
    of: str | None = None,
    wrt: str | None = None,
    variables: Declarations | None = None,
    layout: str | None = None,
    because: str | None = None,
    notation: str | None = None,
    order: int = 1,
) -> Checked:
    """Whether a formula is the derivative that somebody takes it for; if not, why, and a repair.

    Args:
        claim: A formula, with ``of`` and ``wrt``: ``"2 * A @ x"``; or an equation, with the
            forward pass in ``because``: ``"dW2 = dz2 @ a1.T"``; or one that says itself of what
            it is the derivative: ``"∂(xᵀAx)/∂x = 2Ax"``.
        of: The expression that is differentiated.
        wrt: What it is differentiated by.
        variables: The shapes: ``"x[n] A[n,n]"``; of an equation they may stand in it.
        layout: ``"numerator"`` or ``"denominator"``, the default; of an equation gradients are
            columns, in denominator layout, unless it writes one as a row.
        because: The forward pass: ``"z2 = W2 @ a1; a2 = relu(z2)"``.
        notation: ``"numpy"``, ``"math"``, ``"matlab"`` or ``"latex"``; else what was typed says it.
        order: 2 where a formula is the second derivative.

    Raises:
        NotationError: Something cannot be read.
        MatcalcError: What is differentiated cannot be.

    >>> import matcalc as mc
    >>> found = mc.check_formula("2 * A @ x", of="x.T @ A @ x", wrt="x", variables="x[n] A[n,n]")
    >>> found.verdict, found.causes[0].name, found.repair
    ('wrong_value', 'symmetric-part', '(A + A.T) @ x')
    """
    if because is not None:
        if order != 1:
            raise NotationError("an equation of a backward pass is of first derivatives")
        return _equation(claim, because, variables, layout, notation)
    about: dict[str, Any] = {"variables": variables, "layout": layout, "notation": notation}
    if of is not None and wrt is not None:
        return _formula(claim, with_name(of, claim), wrt, order=order, **about)
    whole = whole_equation(claim, variables, notation)
    if whole is None:
        raise NotationError(
            "a formula is checked against of= and wrt=, an equation against because="
        )
    found = check_formula(whole.right, of=whole.typed, wrt=whole.wrt, order=order, **about)
    return replace(found, claim=claim, assumptions=(whole.said, *found.assumptions))


def _formula(
    claim: str,
    of: str,
    wrt: str,
    *,
    variables: Declarations | None,
    layout: str | None,
    notation: str | None,
    order: int,
) -> Checked:
    """A formula that is the derivative of an expression."""
    layout = layout or "denominator"
    beside = notation or notation_beside(of, claim)
    try:
        question = of_expression(of, wrt, variables, layout, beside, order, claim=claim)
    except ShapeError:
        if beside == notation:
            raise
        question = of_expression(of, wrt, variables, layout, None, order, claim=claim)
    notation = notation or notation_beside(claim, of)
    functions = question.formula.functions
    line = read_claim(claim, of, question.variables, notation, functions, layout)
    if line.left is not None and line.left.entry:
        place = Place(claim, 0, claim.find("="))
        raise NotationError("the derivative is checked, not one entry of it", [place])
    second_named = line.left is not None and line.left.name in _SECOND - question.variables.keys()
    if order == 1 and line.left is not None and second_named:
        asked: dict[str, Any] = {"variables": variables, "layout": layout, "notation": notation}
        second = _formula(claim, of, wrt, order=2, **asked)
        if second.verdict != "wrong_shape":
            said = f"{line.left.name} is taken as the second derivative, of shape {second.shape}"
            return replace(second, assumptions=(said, *second.assumptions))
    return _of_entries(_answered(question, _typed(claim, line)), line.left)


def _equation(
    claim: str,
    because: str,
    variables: Declarations | None,
    layout: str | None,
    notation: str | None,
) -> Checked:
    """A line of a backward pass."""
    typed = claim
    claim, because, variables, layers = without_marks(plain_left(claim), because, variables)
    has_places = re.search(r"\[\s*-?[0-9]", claim)  # shapes are numbers too
    shapes = known_shapes(because, variables) if has_places else declared_shapes(variables)
    stated = stated_in(claim, shapes)
    mentions = {one.name: one for one in stated.mentions}
    forward = read_forward(because, variables, mentions, layout, notation, claim)
    forward.said += layers
    known = forward.names_of_claims
    line = read_claim(stated.text, forward.text, known, notation, forward.functions, forward.layout)
    left = line.left
    if left is None:
        place = Place(claim, 0, max(1, len(claim)))
        raise NotationError("an equation names what it gives: dW2 = dz2 @ a1.T", [place])
    by = _differentiated_by(line, left, forward)
    of = "" if left.entry else forward.of_fraction(left)
    shown = f"d{of}_d{by}" if of else left.name
    if left.entry:
        shown = f"{left.name}[{','.join(map(str, left.entry))}]"
    said = _typed(typed, line, shown)
    question = of_forward(forward, by, names(trees(said.formula)[-1].tree), left.entry, of)
    answer = _of_entries(_answered(question, said), left)
    misfit = misstated(question, mentions[left.name].shape) if left.name in mentions else ""
    if answer and misfit:
        return replace(answer, verdict="wrong_shape", reason=misfit)
    return answer


def _of_entries(answer: Checked, left: Left | None) -> Checked:
    """An answer to an equation of entries, ``∂p_i/∂z_j = …``, which is the same in each layout."""
    if answer.verdict != "wrong_layout" or left is None or not (left.of and left.letters):
        return answer
    says = "the letters stand in the other order: entries are the same in both layouts"
    causes = tuple(replace(one, name="transpose", says=says) for one in answer.causes[:1])
    return replace(answer, verdict="wrong_value", reason="the values differ", causes=causes, why=())


class NoGradientError(NotationError):
    """The left side of a claim is no gradient of its forward pass."""


def _differentiated_by(line: Line, left: Left, forward: Forward) -> str:
    """What the left side is the gradient by.

    Raises:
        NotationError: It is no gradient, or one entry of it in another notation than brackets.
    """
    by = forward.gradient_by(left.name)
    if is_whole(left.name) and by in ("", forward.names[-1]):
        by = forward.of_shape_of(line.text.partition("=")[2], left.name)
    if by:
        return by
    whole = forward.gradient_by(left.name.rstrip("0123456789").rstrip("_"))
    if whole:
        first = ",".join("0" for _ in forward.known[whole].shape)
        advice = f"is one entry: write d{whole}[{first}], which counts from 0"
    else:
        advice = f"is none of {', '.join(forward.gradients)}"
    place = line.typed(Place(line.text, 0, len(left.name)))
    message = f"the left side names a gradient: {left.name[:40]} {advice}"
    raise NoGradientError(message, [place])


def _typed(claim: str, line: Line, name: str = "") -> Typed:
    """A claim as it was typed, its right side the formula."""
    right = line.text.partition("=")[2]
    if line.left is None:
        return Typed(claim, line, "", line.text)
    return Typed(claim, line, name or line.left.name, right)


@np.errstate(all="ignore")  # values are looked at that are no numbers
def _answered(question: Question, typed: Typed) -> Checked:
    """The whole answer to a claim."""
    found = judged(question, typed.formula)
    line = trees(typed.formula)[-1].tree
    shapes = Shapes(question, typed)
    plain = Checked(
        typed.claim,
        typed.name,
        str(line),
        found.verdict,
        found.reason,
        question.layout,
        question.derived,
        pieces=shapes.pieces(line),
        misfits=shapes.misfits(line),
        points=found.compared,
        assumptions=tuple(dict.fromkeys((*typed.line.said, *question.assumptions))),
        notes=found.notes,
        shape=question.form.title if question.form.shape else "number",
        claimed_shape=shapes.title(line),
    )
    if found.verdict in ("right", "cannot_tell") or not found.points:
        return plain
    if found.flat:
        found = in_columns(found)
        plain = replace(plain, verdict=found.verdict, reason=found.reason)
    fixes = _fixes(question, line, found)
    return _mended(question, line, found, shapes, plain, fixes)


def _fixes(question: Question, line: Tree, found: Judged) -> list[Repair]:
    """The repairs of a wrong claim."""
    at, *others = found.points
    return _true(question, repairs(question, line, at, others), at)


def _mended(
    question: Question,
    line: Tree,
    found: Judged,
    shapes: Shapes,
    plain: Checked,
    fixes: Sequence[Repair],
) -> Checked:
    """The answer to a wrong claim, with what is wrong in it and how it is mended."""
    at = found.points[0]
    worth = Worth(at)
    right = fixes[0].tree if fixes else question.derived_tree
    terms, missing = compared(line, right, worth, shapes.typed)
    example = None
    if found.verdict == "wrong_value":
        example = counterexample(question, line)
    when = right_when(question, line, at, differs=found.verdict == "wrong_value")
    return replace(
        plain,
        causes=causes(Wrong(question, line, fixes, worth, shapes, plain.misfits, when)),
        right_when=when,
        terms=terms,
        missing=missing,
        why=why(question, fixes[0].changes if fixes else (), plain.misfits, shapes),
        counterexample=example,
        products=product_shapes(question, right, shapes, worth),
        **_repaired(plain.name, line, [*_evaluable(question, line, fixes)], question.derived),
    )


def _true(question: Question, fixes: Sequence[Repair], at: ClaimPoint) -> list[Repair]:
    """The first few repairs that hold wherever a claim is held against the derivative.

    Of those that differ in where a number stands one.
    """
    kept: list[Repair] = []
    kind = Worth(at).kind
    held = points_of_claims(question, at.sizes) if fixes else []
    for fix in fixes[:_JUDGED]:
        if len(kept) == _SHOWN:
            break
        is_new = len([*but_for_numbers([*kept, fix], kind)]) > len(kept)
        if is_new and all(equal(Worth(one).of(fix.tree), one.truth) for one in held):
            kept.append(fix)
    return kept


def _evaluable(question: Question, line: Tree, fixes: Sequence[Repair]) -> Iterator[Repair]:
    """The first repair also without names of the forward pass, where only others are declared.

    Who declares every name of a claim gets a repair in these names, which can be evaluated.
    """
    declared = question.variables.keys() & question.names_declared
    for k, fix in enumerate(fixes):
        unknown = (names(fix.tree) & question.spelled.keys()) - declared - names(line)
        if not k and unknown and names(line) & question.variables.keys() <= declared:
            yield fix._replace(tree=spelled_out(fix.tree, question.spelled, unknown))
        yield fix


def _repaired(name: str, line: Tree, fixes: Sequence[Repair], derived: str) -> dict[str, Any]:
    """The repair and the others, and how sure the first is."""
    left = f"{name} = " if name else ""
    if not fixes:
        return {"repair": left + derived, "sure": "rewrite"}
    near = [fix for fix in fixes if fix.cost < fixes[0].cost + _NEAR]
    sure = "only" if len(near) == 1 else "one_of"
    if any(change.is_exchange and change.old is line for change in fixes[0].changes):
        sure, fixes = "rewrite", near
    fixes = [fix for fix in fixes if fix.cost < fixes[0].cost + _LIKELY]
    return {
        "repair": left + fixes[0].text,
        "sure": sure,
        "repairs": tuple(left + fix.text for fix in fixes),
    }

"""Checking a claim: is somebody's own formula a derivative, and if not, which mistake made it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from matcalc.claims.answer import Checked
from matcalc.claims.causes import Wrong, causes
from matcalc.claims.conditions import right_when
from matcalc.claims.counterexamples import counterexample
from matcalc.claims.forward import Forward, declared_shapes, known_shapes, read_forward
from matcalc.claims.judging import Judged, in_columns, judged, misstated
from matcalc.claims.layer_marks import without_marks
from matcalc.claims.point import Point, Worth
from matcalc.claims.product_shapes import product_shapes
from matcalc.claims.question import Question, of_expression
from matcalc.claims.repairs import Repair, repairs
from matcalc.claims.segments import holds_along, holds_near
from matcalc.claims.shapes import Shapes
from matcalc.claims.terms import compared
from matcalc.claims.tree import Tree, names, spelled_out, trees, walk
from matcalc.claims.typed import Typed
from matcalc.claims.whole import whole_equation
from matcalc.claims.words import why
from matcalc.dimensions import Shape
from matcalc.errors import NotationError, Place, ShapeError
from matcalc.expression import Declarations
from matcalc.expression.equation import stated_in
from matcalc.inputs.line import Line
from matcalc.inputs.reading import notation_beside, read_beside

_ENTRY = re.compile(r"\s*\w+\s*(\[(-?[0-9]{1,6}(?:\s*,\s*-?[0-9]{1,6})*)\])(?=\s*=)")
_FROM_1 = re.compile(r"\s*\w+(\(([1-9][0-9]{0,5}(?:\s*,\s*[1-9][0-9]{0,5})*)\))(?=\s*=)")
_PART = re.compile(r"\s*\w+\s*\[[^]=]*:[^]=]*\](?=\s*=)")
_BELOW = re.compile(r"(?P<whole>\w*?[^\W\d_])_?(?:(?<=_)(?P<letters>[i-l]{1,3})|[0-9]{1,6})")
_JUDGED = 12  # repairs that are looked at closely
_SHOWN = 5
_NEAR = 1.0  # a repair that costs so much more is as likely
_LIKELY = 4.0  # one that costs more is not said


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
    if because is not None and order != 1:
        raise NotationError("an equation of a backward pass is of first derivatives")
    if because is not None:
        return _equation(claim, because, variables, layout, notation)
    if of is None or wrt is None:
        whole = whole_equation(claim, variables, notation)
        if whole is None:
            raise NotationError(
                "a formula is checked against of= and wrt=, an equation against because="
            )
        found = check_formula(
            whole.right,
            of=whole.of,
            wrt=whole.wrt,
            variables=variables,
            layout=layout,
            notation=notation,
            order=order,
        )
        return replace(found, claim=claim, assumptions=(whole.said, *found.assumptions))
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
    line = read_beside(claim, of, question.variables, notation, functions)
    name, formula = _sides(line)
    return _answered(question, Typed(claim, line, name, formula))


def _equation(
    claim: str,
    because: str,
    variables: Declarations | None,
    layout: str | None,
    notation: str | None,
) -> Checked:
    """A line of a backward pass."""
    typed = claim
    claim, because, variables = without_marks(claim, because, variables)
    has_places = re.search(r"\[\s*-?[0-9]", claim)  # shapes are numbers too
    shapes = known_shapes(because, variables) if has_places else declared_shapes(variables)
    stated = stated_in(claim, shapes)
    mentions = {one.name: one for one in stated.mentions}
    forward = read_forward(because, variables, mentions, layout, notation)
    known = forward.names_of_claims
    text, entry = _entry(stated.text)
    line = read_beside(text, forward.text, known, notation, forward.functions)
    name, formula = _sides(line)
    if not name:
        place = Place(claim, 0, max(1, len(claim)))
        raise NotationError("an equation names what it gives: dW2 = dz2 @ a1.T", [place])
    by = _differentiated_by(name, line, forward)
    of = "" if entry else forward.of_fraction(line.left)
    question = forward.question(by, names(trees(formula)[-1].tree), entry, of)
    shown = f"d{of}_d{by}" if of else name
    if entry:
        shown = f"{name}[{','.join(map(str, entry))}]"
    answer = _answered(question, Typed(typed, line, shown, formula))
    misfit = misstated(question, mentions[name].shape) if name in mentions else ""
    if answer and misfit:
        return replace(answer, verdict="wrong_shape", reason=misfit)
    return answer


def _differentiated_by(name: str, line: Line, forward: Forward) -> str:
    """What the left side is the gradient by; that of each entry, ``dx_i``, is all of it.

    Raises:
        NotationError: It is no gradient, or one entry of it in another notation than brackets.
    """
    by = forward.gradient_by(name)
    if by:
        return by
    found = _BELOW.fullmatch(name)
    whole = forward.gradient_by(found["whole"]) if found else ""
    if not found or not whole:
        advice = f"is none of {', '.join(forward.gradients)}"
    elif found["letters"] and _stands_for_each(found["letters"], line, forward.known[whole].shape):
        return whole
    elif found["letters"]:
        advice = f"is not one entry for each place, in order: write the whole of it, d{whole} = …"
    else:
        first = ",".join("0" for _ in forward.known[whole].shape)
        advice = f"is one entry: write d{whole}[{first}], which counts from 0"
    place = line.typed(Place(line.text, 0, len(name)))
    raise NotationError(f"the left side names a gradient: {name[:40]} {advice}", [place])


def _stands_for_each(letters: str, line: Line, shape: Shape) -> bool:
    """Whether letters are the places of an entry in order, and stand on the right side too."""
    right = line.written.partition("=")[2]
    below, summed = (
        set("".join(re.findall(rf"{sign}_\{{?([a-z]+)", right))) for sign in ("", "(?:sum|[Σ∑])")
    )
    return len(letters) == len(shape) and list(letters) == sorted({*letters} & below - summed)


def _entry(claim: str) -> tuple[str, tuple[int, ...]]:
    """An equation with a gradient alone on its left, and the place of the entry that is meant.

    MATLAB's ``dx(1)`` is counted from 1.

    Raises:
        NotationError: Several entries are meant.
    """
    part = _PART.match(claim)
    if part:
        place = Place(claim, part.start(), part.end())
        raise NotationError(
            "on the left stands a whole gradient, dW, or one entry of it, dW[0,1]", [place]
        )
    found = _ENTRY.match(claim) or _FROM_1.match(claim)
    if found is None:
        return claim, ()
    first = found[1].startswith("(")
    plain = claim[: found.start(1)] + " " * len(found[1]) + claim[found.end(1) :]
    return plain, tuple(int(one) - first for one in found[2].split(","))


def _sides(line: Line) -> tuple[str, str]:
    """The left side of an equation, and the formula; of a formula there is no left side."""
    left, equals, right = line.text.partition("=")
    if equals and left.strip().isidentifier():
        return left.strip(), right
    return "", line.text


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
    fixes = _fixes(question, line, found)
    if found.flat and (not fixes or found.verdict == "wrong_shape"):
        found = in_columns(question, found)
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
        example = counterexample(question, line, flat=found.flat)
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


def _true(question: Question, fixes: Sequence[Repair], at: Point) -> list[Repair]:
    """The repairs that hold at small numbers too, and on both sides of kinks: the first few."""
    kept: list[Repair] = []
    for fix in fixes[:_JUDGED]:
        if not holds_near(question, fix.tree, at):
            continue
        smooth = not question.kinks and not any(part.facts.kinked for part in walk(fix.tree))
        if smooth or holds_along(question, fix.tree, at):
            kept.append(fix)
            if len(kept) == _SHOWN:
                break
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

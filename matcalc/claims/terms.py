"""Term by term: which terms of a claim the derivative has too, which are off, which are missing."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.claims.answer import Term
from matcalc.claims.point import Worth
from matcalc.claims.simple_numbers import ratios
from matcalc.claims.stacked import equal, transposed
from matcalc.claims.tidying import multiplied_out, terms
from matcalc.claims.tree import Tree
from matcalc.claims.typed import Typed


def compared(
    line: Tree, right: Tree, worth: Worth, typed: Typed
) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    """The terms of a line beside those of a right one; nothing of a line of one term.

    Args:
        line: The claim.
        right: The repair, or the derivative.
        worth: What parts are worth.
        typed: What was typed.
    """
    own, true = terms(line), terms(right)
    if len(own) < 2:
        return (), ()
    if len(true) < len(own):
        true = multiplied_out(right, worth.kind)
    left = list(true)
    matched: list[bool] = []
    for term in own:
        partner = next((each for each in left if equal(worth.of(term), worth.of(each))), None)
        matched.append(partner is not None)
        if partner is not None:
            left.remove(partner)
    found: list[Term] = []
    for term, is_right in zip(own, matched, strict=True):
        says, partner = ("", None) if is_right else _off(worth, term, left)
        if partner is not None:
            left.remove(partner)
        spot = term.args[0] if term.kind == "negative" and not term.is_written else term
        found.append(Term(_signed(term, typed), *typed.span(spot), is_right, says))
    return tuple(found), tuple(str(each) for each in left)


def _signed(term: Tree, typed: Typed) -> str:
    if term.kind == "negative" and not term.is_written:
        return f"- {typed.text(term.args[0])}"
    return typed.text(term)


def _off(worth: Worth, term: Tree, left: Sequence[Tree]) -> tuple[str, Tree | None]:
    """How a term is off, and which term of the derivative it stands for."""
    value = worth.of(term)
    if value is None:
        return "it does not fit", left[0] if len(left) == 1 else None
    for each in left:
        other = worth.of(each)
        if other is None:
            continue
        if value.kind in "crm" and equal(transposed(value), other):
            return f"it is transposed: {each}", each
        if value.form != other.form:
            continue
        if equal(value._replace(data=-value.data), other):
            return "its sign is wrong", each
        for factor in ratios(value.data, other.data, worth.at.sizes):
            return f"it is to be multiplied by {factor}", each
    if len(left) == 1:
        return f"it should be {left[0]}", left[0]
    return "the derivative has no such term", None

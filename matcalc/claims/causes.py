"""The causes of a wrong claim in order: those of all its repairs, and what is seen beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matcalc.claims import naming
from matcalc.claims.answer import Cause, Misfit
from matcalc.claims.conditions import SYMMETRIC
from matcalc.claims.hints import (
    hints,
    inverts_no_square,
    keeps_trace,
    lacks_terms,
    right_for_numbers,
    squares_inverse,
    stops_early,
    takes_as_diagonal,
)
from matcalc.claims.point import Worth
from matcalc.claims.question import Question
from matcalc.claims.repairs import Repair
from matcalc.claims.shapes import Shapes
from matcalc.claims.slopes import WrongSlope, wrong_slope
from matcalc.claims.terms import differs_in
from matcalc.claims.tree import Change, Tree, same, upright, walk
from matcalc.claims.words import SURELY, of_slope, says

_CAUSES = 4
_SURELY = 2  # of them are said, however unlikely
_UNLIKELY = 0.25  # of the weight of the likeliest: what is less is not said
_SURER = 1.05  # what is sure, beside what is as likely by its look
_LIKELY = 0.4  # the weight of a cause that is seen of shapes alone, where all is rewritten
_LITTLE = 0.05  # else
_LESS = 0.8  # for each that is likelier
_OF_SLOPES = ("sign", "wrong-point")  # what else a wrong slope is
_OF_PARTS = {"wrong-point", "wrong-variable"}  # of which a line as a whole is none
_FEW = 3  # words: a repair of more may have another cause than its edits


class Wrong(NamedTuple):
    """A wrong claim and what was found out about it.

    Attributes:
        question: What it is held against.
        line: The claim.
        fixes: Its repairs, the likeliest first.
        worth: What parts are worth at a point.
        shapes: Their shapes.
        misfits: What does not fit.
        when: When it would be right.
    """

    question: Question
    line: Tree
    fixes: Sequence[Repair]
    worth: Worth
    shapes: Shapes
    misfits: Sequence[Misfit]
    when: Sequence[str]

    @property
    def right(self) -> Tree:
        """What it should be."""
        return self.fixes[0].tree if self.fixes else self.question.derived_tree

    @property
    def changes(self) -> tuple[Change, ...]:
        """What its likeliest repair changes."""
        return self.fixes[0].changes if self.fixes else ()

    @property
    def is_rewritten(self) -> bool:
        """Whether no part of it stays in the repair."""
        first = self.fixes[0].changes[0] if self.fixes else None
        return first is None or (first.is_exchange and first.old is self.line)

    @property
    def is_far(self) -> bool:
        """Whether the repair changes more than a few words, or more than one place."""
        first = self.fixes[0] if self.fixes else None
        return first is None or first.edits > _FEW or len(first.changes) > 1

    @property
    def may_stop_early(self) -> bool:
        """Whether it may be the derivative by something on the way: it is of the right shape."""
        value, truth = self.worth.of(self.line), self.worth.at.truth
        alike = value is not None and value.form == truth.form
        return self.is_rewritten or (alike and self.fixes[0].edits > 1)


class _WholeClaim(NamedTuple):
    """What is seen of a claim as a whole: where it stops, which slope is off, what is sure."""

    stops: str
    slope: WrongSlope | None
    sure: Sequence[str]


def causes(wrong: Wrong) -> tuple[Cause, ...]:
    """The mistakes that may have been made, the likeliest first."""
    weights, changes = _of_repairs(wrong)
    stops = wrong.may_stop_early and stops_early(wrong.question, wrong.line, wrong.worth.at)
    slopes = (wrong_slope(wrong.line, one, wrong.question, wrong.worth) for one in wrong.changes)
    sure = _sure(wrong, stops=bool(stops))
    whole = _WholeClaim(stops or "", next(filter(None, slopes), None), sure)
    change = Change(wrong.line, wrong.right, (), 0.0)
    found: list[Cause] = []
    for name in _ranked(weights, wrong, whole):
        one = change if wrong.is_rewritten else changes.get(name, change)
        said = _said(name, one, wrong, whole)
        if said:
            place = wrong.shapes.typed.span(_place(one, wrong.line))
            found.append(Cause(name, *place, said))
    return tuple(found)


def _ranked(weights: dict[str, float], wrong: Wrong, whole: _WholeClaim) -> list[str]:
    """The causes that are said, the likeliest first."""
    likely = _LIKELY if wrong.is_rewritten else _LITTLE
    for k, name in enumerate(_seen(wrong)):
        weights[name] = max(weights.get(name, 0.0), likely * _LESS**k)
    first = max(weights, key=lambda name: weights[name], default="")
    most = weights.get(first, 1.0)
    for k, name in enumerate(whole.sure):
        weights[name] = max(weights.get(name, 0.0), most * _SURER ** (1 / (1 + k)))
    if whole.slope and first not in _OF_SLOPES:
        weights["chain-rule"] = max(weights.get("chain-rule", 0.0), most * _SURER)
    if wrong.is_rewritten and weights.keys() - _OF_PARTS:
        weights = {name: weights[name] for name in weights if name not in _OF_PARTS}
    ranked = sorted(weights, key=lambda name: -weights[name])[:_CAUSES]
    least = _UNLIKELY * weights[ranked[0]] if ranked else 0.0
    return [name for k, name in enumerate(ranked) if k < _SURELY or weights[name] >= least]


def _said(name: str, change: Change, wrong: Wrong, whole: _WholeClaim) -> str:
    """The sentence of a cause: what is seen of the whole says more than what a change does."""
    if whole.stops and name == "chain-rule" and name in whole.sure:
        return f"this is {whole.stops}: from there the chain goes on to {wrong.question.wrt.name}"
    if whole.slope and name in ("chain-rule", *_OF_SLOPES):
        return of_slope(whole.slope, wrong.shapes, wrong.worth)
    if wrong.is_rewritten and name == "chain-rule":
        return f"step by step the chain gives {wrong.right}"
    if name in whole.sure and name in SURELY:
        return SURELY[name].format(new=wrong.right)
    if name == "symmetric-part":
        change = Change(wrong.line, wrong.right, (), 0.0)
    return says(name, change, wrong.question, wrong.shapes, wrong.worth)


def _of_repairs(wrong: Wrong) -> tuple[dict[str, float], dict[str, Change]]:
    """The causes of all repairs, each weighed by how likely the repair is, and their places."""
    weights: dict[str, float] = {}
    changes: dict[str, Change] = {}
    for fix in wrong.fixes:
        weight = 2.0 ** (wrong.fixes[0].cost - fix.cost)
        for name, (fits, change) in naming.causes(fix.changes, wrong.worth).items():
            weights[name] = weights.get(name, 0.0) + weight * fits
            changes.setdefault(name, change)
    return weights, changes


def _seen(wrong: Wrong) -> tuple[str, ...]:
    """What the shapes of the claim and of the derivative say."""
    found = hints(wrong.line, wrong.question.derived_tree, wrong.misfits, wrong.worth)
    is_vector = wrong.worth.kind(wrong.line) in ("c", "r")
    is_jacobian = wrong.worth.at.truth.kind == "m" and wrong.question.of.shape
    return ("gradient-for-jacobian", "diagonal", *found) if is_vector and is_jacobian else found


def _sure(wrong: Wrong, *, stops: bool) -> list[str]:
    """What follows of values: of terms, of what is right for numbers, of what makes it right."""
    question, line, worth = wrong.question, wrong.line, wrong.worth
    found = ["diagonal"] * takes_as_diagonal(line, question.spelled)
    found += ["missing-sum"] * any(map(_sums_others, wrong.changes))
    of_terms = differs_in(line, question.derived_tree, worth)
    if wrong.is_far or "wrong-expansion" in of_terms:
        found += of_terms
    of_symmetric = any(condition.endswith(SYMMETRIC) for condition in wrong.when)
    if "wrong-expansion" not in found and any(map(_adds_transpose, wrong.changes)):
        return ["symmetric-part", "missing-term"]
    if of_symmetric and (wrong.is_rewritten or found):
        if lacks_terms(line, wrong.right, worth):
            found = ["symmetric-part"]
        else:
            found.insert(1, "symmetric-part" if found else "transpose")
    if wrong.is_rewritten and not found:
        found += _of_rule(question, line, worth)
    if stops and not found:
        found.append("chain-rule")
    return found


def _of_rule(question: Question, line: Tree, worth: Worth) -> list[str]:
    """Rules that do not hold, of which a line that no change mends is made."""
    if worth.at.truth.kind == "t" and any(part.calls("kron") for part in walk(line)):
        return ["vec-order"]
    rules = {
        "not-invertible": inverts_no_square(line, worth),
        "trace-not-removed": keeps_trace(question, line, worth),
        "scalar-rule": right_for_numbers(question, line, worth.at),
        "inverse": squares_inverse(line),
    }
    return [name for name, is_so in rules.items() if is_so]


def _sums_others(change: Change) -> bool:
    """Whether a sum is over other axes: ``sum(dY, axis=0)`` for ``sum(dY)``."""
    old, new = naming.narrowed(change.old, change.new)
    return old.calls("sum", "mean") and new.calls(old.value) and same(old.args[0], new.args[0])


def _adds_transpose(change: Change) -> bool:
    """Whether a letter becomes the sum of it and its transpose: ``A + A.T`` for ``A``."""
    old, new = naming.narrowed(change.old, change.new)
    letter = upright(old)
    if letter.kind != "name" or not new.operator("+"):
        return False
    return all(same(upright(each), letter) for each in new.args) and not same(*new.args)


def _place(change: Change, line: Tree) -> Tree:
    """The part of the claim that a change changes."""
    old, new = naming.narrowed(change.old, change.new)
    gone = naming.lost_factors(old, new)
    places = (*(gone if len(gone) == 1 else ()), old, change.old)
    return next((each for each in places if each.is_written), line)

"""A chain of fractions: ``∂L/∂a3 ∂a3/∂z3 …``, judged by the names that its factors share.

In a chain each factor ends where the next one starts. So names alone say which factor is there
twice, which is missing, which stands upside down, and whether the order is that of a layout:
from the outside in (numerator), or new factors to the left (denominator).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from matcalc.claims.answer import Cause, Checked, ClaimPiece, Misfit
from matcalc.claims.fraction_text import Fraction, FractionChain, read_chain
from matcalc.errors import ChainError, NotationError
from matcalc.expression.declarations import Declarations, parse_declarations
from matcalc.layout import written as form
from matcalc.scripts import plain_name
from matcalc.variables import Variable

if TYPE_CHECKING:  # it loads NumPy, which names do without
    from matcalc.checking.verdict import Verdict

_LAYOUTS = ("numerator", "denominator")
_ORDERS = {
    "numerator": "from the outside in: each factor ends where the next one starts",
    "denominator": "new factors to the left: each factor starts where the next one ends",
}


@dataclass
class _ChainFault:
    """What is wrong with a chain."""

    path: list[str]  # the variables of the right chain, the outermost first
    doubled: list[Fraction] = field(default_factory=list[Fraction])
    flipped: list[Fraction] = field(default_factory=list[Fraction])
    loose: list[Fraction] = field(default_factory=list[Fraction])
    missing: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    disordered: list[Fraction] = field(default_factory=list[Fraction])
    others: list[list[str]] = field(default_factory=list[list[str]])  # further paths
    order: str = ""  # the layout whose order it has

    @property
    def is_right(self) -> bool:
        return not (self.doubled or self.flipped or self.loose or self.missing or self.disordered)


def check_chain(
    chain: str, *, layout: str | None = None, variables: Declarations | None = None
) -> Checked:
    """Whether a chain of fractions is one: each factor ends where the next one starts.

    Args:
        chain: ``"∂L/∂a3 ∂a3/∂z3 ∂z3/∂a2"``, also ``dL/da3 * …`` and LaTeX; an equation says on
            its left what it is to be: ``"∂L/∂W2 = …"``.
        layout: ``numerator`` or ``denominator``, whose order the factors are to have; without it
            either is right.
        variables: Shapes to be shown: ``"a3[2] z3[2]"``.

    Raises:
        NotationError: The chain cannot be read.
        ChainError: It leads back to where it was.

    >>> found = check_chain("∂L/∂a3 ∂a3/∂z3 ∂a2/∂z2 ∂a2/∂z2")
    >>> [(cause.name, cause.says) for cause in found.causes][0]
    ('duplicated-factor', '∂a2/∂z2 is there twice')
    >>> found.repair
    '∂L/∂a3 · ∂a3/∂z3 · ∂z3/∂a2 · ∂a2/∂z2'
    """
    if layout not in (None, *_LAYOUTS):
        raise NotationError("the order of a chain is that of numerator or denominator layout")
    read = read_chain(chain)
    found = _judged(read)
    turned = bool(layout and found.order and found.order != layout)
    return _answer(chain, read, found, layout, _shapes(variables), turned)


def _answer(
    chain: str,
    read: FractionChain,
    found: _ChainFault,
    layout: str | None,
    shapes: Mapping[str, Variable],
    turned: bool,
) -> Checked:
    """The answer; ``turned`` where the order is that of the other layout."""
    aim = layout or found.order or "numerator"
    verdict: Verdict
    if found.is_right:
        verdict = "wrong_layout" if turned else "right"
    elif found.doubled or found.missing or found.loose or found.flipped:
        verdict = "wrong_value"
    else:
        verdict = "not_conformable"
    truth = " + ".join(_written(path, aim) for path in (found.path, *found.others))
    causes = tuple(_causes(read, found, layout, turned))
    right = verdict == "right"
    return Checked(
        chain,
        read.left.title if read.left else "",
        " · ".join(one.title for one in read.factors),
        verdict,
        _reason(found, aim, turned, causes),
        aim,
        truth,
        causes,
        None if right else _equation(read, truth),
        "" if right else "only",
        () if right else (_equation(read, truth),),
        pieces=tuple(
            ClaimPiece(one.text, one.start, one.end, _shape(one, shapes, aim))
            for one in read.factors
        ),
        misfits=tuple(_misfits(read, found, aim)),
        missing=tuple(f"∂{of}/∂{wrt}" for of, wrt in found.missing),
        why=() if right else tuple(_why(found, aim, turned)),
        kind="chain",
        shape=_shape(Fraction(found.path[0], found.path[-1], "", 0, 0), shapes, aim),
    )


def _equation(read: FractionChain, truth: str) -> str:
    return f"{read.left.title} = {truth}" if read.left else truth


def _written(path: Sequence[str], layout: str) -> str:
    factors = [f"∂{of}/∂{wrt}" for of, wrt in pairwise(path)]
    return " · ".join(factors if layout == "numerator" else reversed(factors))


def _judged(read: FractionChain) -> _ChainFault:
    """What is wrong, by names alone."""
    found = _ChainFault([])
    kept: dict[tuple[str, str], Fraction] = {}
    for one in read.factors:
        if (one.of, one.wrt) in kept:
            found.doubled.append(one)
        else:
            kept[one.of, one.wrt] = one
    start, end = _ends(read, list(kept.values()))
    _turn_over(kept, start, end, found)
    segments = _segments(list(kept.values()), start)
    _link(segments, start, end, found)
    outside_in = [one for one in read.factors if one not in found.doubled + found.loose]
    for name, order in (("numerator", outside_in), ("denominator", outside_in[::-1])):
        titles = [one.turned if one in found.flipped else (one.of, one.wrt) for one in order]
        steps = [step for step in pairwise(found.path) if step not in found.missing]
        if titles == steps and (len(titles) > 1 or name == "numerator"):
            found.order = name
    if not found.order and len(outside_in) > 1:
        found.disordered = _moved(outside_in, found.path)
    return found


def _ends(read: FractionChain, factors: Sequence[Fraction]) -> tuple[str, str]:
    """Where the chain starts and ends: the left side says it, or what is nowhere on the other."""
    if read.left:
        return read.left.of, read.left.wrt
    above, below = [one.of for one in factors], [one.wrt for one in factors]
    starts = [name for name in above if name not in below] or above[:1]
    ends = [name for name in below if name not in above] or below[-1:]
    first = next((name for name in starts if name in _LOSSES), starts[0])
    return first, ends[-1] if read.factors[0].of == first else ends[0]


_LOSSES = ("L", "J", "E", "C", "l", "loss", "Loss", "f", "cost", "ℓ")


def _turn_over(
    kept: dict[tuple[str, str], Fraction], start: str, end: str, found: _ChainFault
) -> None:
    """Factors that stand upside down: two share a name above the line, and two another below."""
    if _is_path(list(kept), start, end):
        return
    for key in list(kept):
        others = [one for one in kept if one != key]
        if _is_path([*others, (key[1], key[0])], start, end):
            found.flipped.append(kept.pop(key))
            turned = found.flipped[-1]
            kept[(key[1], key[0])] = turned._replace(of=turned.wrt, wrt=turned.of)
            return


def _is_path(links: Sequence[tuple[str, str]], start: str, end: str) -> bool:
    """Whether links make one path."""
    below = dict(links)
    if len(below) < len(links):
        return False
    at, steps = start, 0
    while at in below and steps <= len(links):
        at, steps = below[at], steps + 1
    return at == end and steps == len(links)


def _segments(factors: Sequence[Fraction], start: str) -> list[list[Fraction]]:
    """Runs of factors that link, that of the start first, the others as they come."""
    waiting = list(factors)
    segments: list[list[Fraction]] = []
    while waiting:
        reached = {one.wrt for one in waiting}
        firsts = [one for one in waiting if one.of == start and not segments]
        firsts += [one for one in waiting if one.of not in reached] or waiting
        run = [firsts[0]]
        waiting.remove(firsts[0])
        while follower := next((one for one in waiting if one.of == run[-1].wrt), None):
            run.append(follower)
            waiting.remove(follower)
        segments.append(run)
    return segments


def _link(segments: list[list[Fraction]], start: str, end: str, found: _ChainFault) -> None:
    """The path from start to end, with what is missing in it; what is on no path is loose."""
    first = next((run for run in segments if run[0].of == start), [])
    taken = {start, *(one.of for one in first)}
    whole = bool(first) and first[-1].wrt == end
    others = [run for run in segments if run is not first and run[0].of not in taken and not whole]
    used = [run for run in (first, *sorted(others, key=lambda run: run[-1].wrt == end)) if run]
    path = [start]
    for run in used:
        if run[0].of != path[-1]:
            found.missing.append((path[-1], run[0].of))
            path.append(run[0].of)
        path += [one.wrt for one in run]
    if path[-1] != end:
        found.missing.append((path[-1], end))
        path.append(end)
    if len(set(path)) < len(path):
        raise ChainError(f"a cycle: {' → '.join(path)} leads back to where it was")
    found.path = path
    for run in segments:
        if all(run is not one for one in used):
            found.loose += run
            if (run[0].of, run[-1].wrt) == (start, end):
                found.others.append([start, *(one.wrt for one in run)])


def _moved(factors: Sequence[Fraction], path: Sequence[str]) -> list[Fraction]:
    """The fewest factors that have to move for the order to be one of the two."""
    at = {step: k for k, step in enumerate(pairwise(path))}
    places = [at.get((one.of, one.wrt), at.get(one.turned, 0)) for one in factors]
    kept = max(_rising(places), _rising([-one for one in places]), key=len)
    return [one for k, one in enumerate(factors) if k not in kept]


def _rising(numbers: Sequence[int]) -> list[int]:
    """The positions of a longest rising run."""
    best: list[list[int]] = []
    for k, value in enumerate(numbers):
        before = [run for run in best if numbers[run[-1]] < value]
        best.append([*max(before, key=len, default=[]), k])
    return max(best, key=len, default=[])


# ------------------------------------------------------------------------------ what is said


def _misfits(read: FractionChain, found: _ChainFault, layout: str) -> Iterator[Misfit]:
    """Neighbours that do not share the variable between them."""
    if found.order and not (found.doubled or found.missing or found.loose or found.flipped):
        return
    for left, right in pairwise(read.factors):
        inner = (left.wrt, right.of) if layout == "numerator" else (left.of, right.wrt)
        if inner[0] != inner[1]:
            says = f"{inner[0]} ≠ {inner[1]}"
            yield Misfit(left.start, right.end, "·", left.title, right.title, says)


def _causes(
    read: FractionChain, found: _ChainFault, layout: str | None, turned: bool
) -> Iterator[Cause]:
    whole = read.factors[0].start, read.factors[-1].end
    for one in found.doubled:
        yield Cause("duplicated-factor", one.start, one.end, f"{one.title} is there twice")
    for of, wrt in found.missing:
        at = _gap(read, of, wrt)
        yield Cause("chain-rule", *at, f"∂{of}/∂{wrt} is missing")
    for one in found.flipped:
        says = f"{one.title} stands upside down: ∂{one.wrt}/∂{one.of} belongs there"
        yield Cause("chain-rule", one.start, one.end, says)
    for one in found.loose:
        says = f"{one.title} is on another path: the products of paths are added"
        yield Cause("missing-sum", one.start, one.end, says)
    for one in found.disordered:
        says = f"{one.title} stands at the wrong place"
        yield Cause("order", one.start, one.end, says)
    for name in ("order", "layout") if turned else ():
        yield Cause(name, *whole, f"this is the order of {found.order} layout, not {layout}")


def _gap(read: FractionChain, of: str, wrt: str) -> tuple[int, int]:
    """Where a factor is missing: between the neighbours that it would link, or beside one."""
    for left, right in pairwise(read.factors):
        if (left.wrt, right.of) == (of, wrt) or (left.of, right.wrt) == (wrt, of):
            return left.start, right.end
    for one in read.factors:
        if of in (one.of, one.wrt) or wrt in (one.of, one.wrt):
            return one.start, one.end
    return read.factors[0].start, read.factors[-1].end


def _reason(found: _ChainFault, layout: str, turned: bool, causes: Sequence[Cause]) -> str:
    if turned:
        return f"the order is that of {found.order} layout, and {layout} layout is asked for"
    if found.is_right:
        return f"each factor links to the next: the order of {found.order or layout} layout"
    return "; ".join(one.says.partition(": ")[0] for one in causes)


def _why(found: _ChainFault, layout: str, turned: bool) -> Iterator[str]:
    """The rule, and the path that the chain takes."""
    yield f"A chain is one path, here from {found.path[0]} down to {found.path[-1]}: " + (
        " → ".join(found.path) + ". It has one factor for each step, and no other."
    )
    if turned or found.disordered:
        yield f"In {layout} layout the order is {_ORDERS[layout]}."
    if found.doubled and found.missing:
        (of, wrt), *_ = found.missing
        yield f"The second {found.doubled[0].title} may stand where ∂{of}/∂{wrt} belongs."


def _shapes(variables: Declarations | None) -> Mapping[str, Variable]:
    if not variables:
        return {}
    return {plain_name(name): one.variable for name, one in parse_declarations(variables).items()}


def _shape(one: Fraction, shapes: Mapping[str, Variable], layout: str) -> str:
    """The shape of a factor in a layout, where both names have one; the loss is a number."""
    known = {**{name: Variable(name, ()) for name in _LOSSES}, **shapes}
    if not shapes or one.of not in known or one.wrt not in known:
        return ""
    return form(known[one.of], known[one.wrt], layout).title

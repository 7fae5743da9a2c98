"""Choices entry by entry: ``where``, ``masked_fill``, ``clip``; what is masked out is −∞."""

from __future__ import annotations

import re
from collections.abc import Callable

from matcalc.expression.missing import MISSING
from matcalc.inputs import kinds
from matcalc.inputs.constants import complement, complemented, is_indicator
from matcalc.inputs.pieces import ATOM, POWER, PRODUCT, SUM, Piece, Written, joined
from matcalc.inputs.speller import Speller
from matcalc.inputs.tree import LineNode
from matcalc.operations import RULES, facts_of

Choice = Callable[[Speller, LineNode, list[Written]], Written]
_Parts = list[Written | str | tuple[Piece, ...]]
_MASK = re.compile(r"(?i)\A(1 - )?(m\Z|\w*mask|tri[lu]\(|ones\()")
_HOLES = re.compile(r"log|sqrt|/|\*\* ?-|inv|arc|lgamma|pow")  # what may not be finite
_LOWEST = frozenset(["-inf", "-Inf", "-oo"])
_OPEN = frozenset(["None", "inf", "Inf", "oo"]) | _LOWEST


def _choice(usage: str, places: tuple[int, int, int]) -> Choice:
    """A function that takes one of two arrays where a condition holds, and else the other.

    Args:
        usage: How it is written.
        places: Those of the condition, of what is taken where it holds, and of the other.
    """
    name = usage.partition("(")[0]

    def choice(writer: Speller, node: LineNode, args: list[Written]) -> Written:
        if len(args) != 3:
            raise writer.fail(node, f"{name} is written {usage}")
        condition, one, two = places
        return _chosen(writer, node.args[condition], args[one], args[two])

    return choice


#: The first array where the comparison holds, else the second.
where = _choice("where(x > 0, a, b)", (0, 1, 2))
#: The number where the mask holds, else the array.
masked_fill = _choice("masked_fill(x, x > 0, b)", (1, 2, 0))


def _chosen(writer: Speller, condition: LineNode, one: Written, two: Written) -> Written:
    while condition.op == "group":
        (condition,) = condition.args
    mask = writer.write(condition)
    if not is_indicator(condition):
        if not _MASK.search(mask.text):
            raise writer.fail(condition, f"where: {MISSING['where']}")
        writer.assume(f"{mask.text} is taken as a mask: 1 where it holds, 0 elsewhere")
    lowest = one.text in _LOWEST or two.text in _LOWEST
    turned = one.text in _LOWEST if lowest else complemented(condition) is not None
    if turned:  # where 1 - c, a, b: where c, b, a
        mask, one, two = writer.write(complement(condition)), two, one
    kind = kinds.entrywise(mask.kind, kinds.entrywise(one.kind, two.kind))
    if lowest:
        writer.assume("what is masked out is -∞, written as the logarithm of the mask")
        return joined([one.within(SUM), " + log(", mask, ")"], SUM, kind)
    first: _Parts = [mask.within(PRODUCT), " * ", one.within(POWER)]
    second: _Parts = ["(1 - ", mask.within(PRODUCT), ") * ", two.within(POWER)]
    kept = two if one.text == "0" else one
    if "0" not in (one.text, two.text) or _HOLES.search(kept.text):
        writer.assume("where computes both sides: what is not finite in one of them stays")
    if one.text == "0":
        return joined(second, PRODUCT, kind)
    if two.text == "0":
        return joined(first, PRODUCT, kind)
    return joined([*first, " + ", *second], SUM, kind)


def clip(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``clip(x, 0, None)``, ``clamp(x, min=0)``: with an open end the larger or the smaller one."""
    places = {key: k for k, key in enumerate(RULES[node.value[0]].parameters, 1)}
    ends: dict[int, Written] = {}
    for k, (one, written) in enumerate(zip(node.args, args, strict=True)):
        place = places.get(one.value) if one.op == "keyword" else k
        value = writer.write(one.args[0]) if one.op == "keyword" else written
        if place is None or place > 2 or place in ends:
            return None
        if value.text not in _OPEN:
            ends[place] = value
    if 0 not in ends or len(ends) == 1:
        raise writer.fail(node, "clip is written clip(x, low, high), an open end as None")
    x, low, high = ends[0], ends.get(1), ends.get(2)
    if low is not None and high is not None:
        return joined(["clip(", x, ", ", low, ", ", high, ")"], ATOM, x.kind)
    name, edge = ("max", low) if low is not None else ("min", high)
    return joined([f"{facts_of(name).of_two}(", x, ", ", edge or "", ")"], ATOM, x.kind)

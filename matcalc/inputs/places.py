"""Parts of arrays: entries and slices, ``A[i, k]``, ``X[1:3]``, and entries below, ``x_1``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matcalc.dimensions import Dimension, difference, parse
from matcalc.errors import MatcalcError
from matcalc.inputs.kinds import NUMBER, UNKNOWN, Kind
from matcalc.inputs.pieces import ATOM, Written, joined
from matcalc.inputs.speller import Speller
from matcalc.inputs.tree import LineNode
from matcalc.operations import RULES

#: Of functions that have several results, by their place.
RESULTS = {rule.facts.result_of: rule.name for rule in RULES.values() if all(rule.facts.result_of)}
RESULTS[("logabsdet", "1")] = "logdet"  # Julia's, counted from 1


def entry(writer: Speller, node: LineNode) -> Written:
    """``A[i, k]``, as it is; of a function with several results, the one that is meant."""
    call, *places = node.args
    if call.op == "call" and len(places) == 1:
        typed = writer.line[call.start : call.stop].partition("(")[0].rpartition(".")[2]
        one = RESULTS.get((typed, str(places[0].value)))
        if one and node.value == "#" and len(call.args) == 1:
            return writer.write(call._replace(value=(one, 0, ""), stop=node.stop))
    base, *numbers = map(writer.write, node.args)
    return _taken(base, node.value, numbers)


def _taken(base: Written, pattern: str, numbers: Sequence[Written]) -> Written:
    """A part of an array, counted from 0."""
    parts: list[Any] = [base.within(ATOM), "["]
    found, texts = iter(numbers), [one.text for one in numbers]
    items = pattern.split(",")
    for k, item in enumerate(items):
        parts.append(", " if k else "")
        if item == "None":
            parts.append(item)
            continue
        for j, piece in enumerate(item.split("#")):
            parts += [next(found), piece] if j else [piece]
    given = [item for item in items if item != "None"]
    rank = None if base.kind.rank is None else base.kind.rank - given.count("#")
    if rank is None:
        return joined([*parts, "]"], ATOM, UNKNOWN)
    sizes = []
    for item, size in zip(given, base.kind.sizes, strict=False):
        ends = [texts.pop(0) for _ in range(item.count("#"))]
        sizes += [_taken_size(item, ends, size)] if item != "#" else []
    sizes += base.kind.sizes[len(given) :]
    for k, item in enumerate(one for one in items if one != "#"):
        sizes[k:k] = [1] if item == "None" else []
    rank += items.count("None")
    known = tuple(sizes) if len(sizes) == rank else (None,) * rank
    return joined([*parts, "]"], ATOM, Kind(rank, known, row=base.kind.row and rank == 1))


def index(writer: Speller, node: LineNode) -> Written:
    """``x_1``: an entry, counted from 1."""
    script, base = node.value[0], writer.write(node.args[0])
    if not script.isdigit() or len(script) > 4 or int(script) < 1:
        raise writer.fail(node, f"{writer.shown(node)}: {script} is the letter of no sum here")
    places = list(script) if base.kind.is_matrix and len(script) > 1 else [script]
    if len(places) > 2 or "0" in places:
        raise writer.fail(node, f"{writer.shown(node)}: an entry of a matrix is A[0, 11], from 0")
    at = ", ".join(str(int(one) - 1) for one in places)
    row = base.kind.is_matrix and len(places) == 1
    kind = Kind(1, base.kind.sizes[1:]) if row else NUMBER
    found = joined([base.within(ATOM), f"[{at}]"], ATOM, kind)
    what = "row" if row else "entry"
    writer.assume(f"{writer.shown(node)} is the {what} {found.text}, counted from 0")
    return writer.atom(node, found.text, kind)


def _taken_size(item: str, ends: Sequence[str], size: Dimension | None) -> Dimension | None:
    """How many entries ``n:2*n`` takes of an axis; ``None`` where its ends do not say so."""
    start, colon, stop = item.partition(":")
    if not colon or {start, stop} - {"", "#"}:
        return None
    try:
        found = [0 if end == "0" else parse(end.replace(" ", "")) for end in ends]
    except MatcalcError:  # it is counted from the end
        return None
    last = found[-1] if stop else size
    return difference(last, found[0]) if start and last is not None else last

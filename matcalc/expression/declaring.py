"""How a name that nobody declared can be declared, so that the formula reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice, product

from matcalc.dimensions import Dimension
from matcalc.errors import NotationError, Suggestion
from matcalc.expression.attempt import Attempt, Try, Variables
from matcalc.expression.biases import biases, biases_among
from matcalc.expression.habits import may_be_number, rank_of
from matcalc.expression.lines import IDENTITY
from matcalc.expression.misfits import written
from matcalc.expression.parser import parse
from matcalc.operations import RULES
from matcalc.variables import Variable

_TRIED = 16
_OFFERED = 2
_NAMES = 3  # that are declared at once
_LETTERS, _VECTORS = "mnpqkrst", "nmpqkrst"  # of sizes; where there are vectors alone
_INDEX = re.compile("[i-n]{1,2}")  # of an entry
_SCALAR, _VECTOR, _MATRIX, _SQUARE = range(4)


def declarations(
    stopped: Attempt, formula: str, variables: Variables, read: Try
) -> Iterator[Suggestion]:
    """Declarations of what is undeclared, with which the formula reads; the likeliest first.

    Args:
        stopped: Where the reading stopped.
        formula: The formula.
        variables: What is declared.
        read: Reads a formula in columns.
    """
    unknown = _undeclared(stopped)
    entries = any(whole_of(name, stopped.known) for name in unknown)
    if entries or not 0 < len(unknown) <= _NAMES:
        return
    beside = {name: bias for name, bias in biases(parse(formula)).items() if name in unknown}
    free = [one for one in _LETTERS if one not in stopped.known and one not in unknown]

    def spans(names: Collection[str]) -> list[range]:
        uses = [one.step.bare for one in stopped.lines if one.step.value in names]
        return [range(place.start, place.stop) for place in uses]

    offered: set[str] = set()
    for kinds in islice(_ranked(unknown), _TRIED):
        new = _named(unknown, kinds, free)
        spread = biases_among({**variables, **new}, beside)
        found = read(formula, {**variables, **new, **spread})
        found = found.without_notes_at(spans(spread))
        if not (found.holds_at(spans(unknown)) and found.forces_only(stopped.forced, free)):
            continue
        text = " ".join(str(found.variables[name]) for name in unknown)
        if text not in offered and len(offered) < (_OFFERED if len(unknown) == 1 else 1):
            offered.add(text)
            yield Suggestion("declare", text)
        if spread:
            return  # a bias is a vector


def _undeclared(stopped: Attempt) -> list[str]:
    """The names that nobody declared, if that is why the reading stopped."""
    error = stopped.error
    name = written(error.places[0]) if error is not None and error.places else ""
    used = [
        one.step.value
        for one in stopped.lines
        if one.step.kind == "name" and written(one.step.bare) != IDENTITY
    ]
    unknown = [one for one in dict.fromkeys(used) if one not in stopped.known and one not in RULES]
    reserved = any(one in ("True", "False", "None") for one in unknown)
    if not isinstance(error, NotationError) or name not in unknown or reserved:
        return []
    return unknown


def whole_of(name: str, known: Sequence[str]) -> str:
    """The array that a name is an entry of, as books write it; empty if there is none.

    >>> whole_of("x_i", ["x"]), whole_of("W_ij", ["W"]), whole_of("x_out", ["x"])
    ('x', 'W', '')
    """
    whole, _, index = name.rpartition("_")
    return whole if whole in known and _INDEX.fullmatch(index) else ""


def _likely(name: str) -> Sequence[int]:
    """What a name may be, by the habits of the field."""
    if rank_of(name) == 2:
        return (_MATRIX, _SQUARE, _VECTOR, _SCALAR)
    if may_be_number(name):
        return (_SCALAR, _VECTOR, _MATRIX)
    return (_VECTOR, _SCALAR, _MATRIX, _SQUARE)


def _ranked(names: Sequence[str]) -> list[tuple[int, ...]]:
    """What all names may be, the likeliest first."""
    habits = [_likely(name) for name in names]
    found = list(product(*habits))
    return sorted(found, key=lambda kinds: sum(map(Sequence.index, habits, kinds)))


def _named(names: Sequence[str], kinds: Sequence[int], free: Sequence[str]) -> Variables:
    """Variables of these kinds, their sizes all of other names."""
    new: dict[str, Variable] = {}
    left = list(free) if max(kinds) >= _MATRIX else sorted(free, key=_VECTORS.find)
    for name, kind in zip(names, kinds, strict=True):
        shape: list[Dimension] = []
        for _ in range((0, 1, 2, 1)[kind]):
            shape.append(left.pop(0) if left else f"{name}_{len(shape)}")
        new[name] = Variable(name, tuple(shape * 2 if kind == _SQUARE else shape))
    return new

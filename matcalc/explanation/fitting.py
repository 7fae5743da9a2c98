"""The dimension check: which factor fits, and why no other does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.explanation.computation import Computation
from matcalc.explanation.model import Item, Section, Table
from matcalc.explanation.showing import Showing, turned
from matcalc.notation import Written
from matcalc.notation.phrases import Phrase, transpose

Matrix = tuple[Dimension, Dimension]


class _Candidate(NamedTuple):
    """A product of two factors, and what becomes of it."""

    shown: str
    shapes: str
    verdict: str
    fits: bool


def dimension_check(c: Computation, show: Showing) -> Section | None:
    """For every product with a known factor: all ways to put it, and which of them fit."""
    items: list[Item] = []
    seen: set[str] = set()
    for name in c.above:
        for user in c.above[name]:
            if user != c.of.name:
                for item in _of_step(c, show, user, name):
                    if isinstance(item, Table) or item not in seen:
                        items.append(item)
                    seen.add(str(item))
    if not items:
        return None
    return Section("The dimension check: which factor fits", tuple(items))


def _of_step(c: Computation, show: Showing, user: str, name: str) -> Iterator[Item]:
    form = show.form(c.of.name, name)
    bar_form = show.form(c.of.name, user)
    if form.matrix_form is None or bar_form.matrix_form is None:
        return
    phrase = turned(c.write(c.pulled(user, name), form)).phrase
    pair = _pair(phrase, c.bar_name(user))
    if pair is None or form.matrix_shape is None:
        return
    known, bar = pair
    left = show.ratio(c.of.name, name).unicode
    above = show.ratio(c.of.name, user).unicode
    factor = _shown(show, known)
    wanted = form.matrix_shape
    candidates = [_candidate(show, one, wanted) for one in _ways(known, bar)]
    right = phrase.args[1] is bar
    product = f"? · {above}" if right else f"{above} · ?"
    needed = (wanted[0], _matrix(bar)[0]) if right else (_matrix(bar)[1], wanted[1])
    yield (
        f"{left} is {_times(wanted)} and {above} is {_times(_matrix(bar))}, so in "
        f"{left} = {product} the missing factor is {_times(needed)}. "
        f"{factor} is {_times(_matrix(known))}. All ways to put it:"
    )
    rows = tuple((one.shown, one.shapes, one.verdict) for one in candidates)
    yield Table(rows)
    if sum(one.fits for one in candidates) > 1:
        yield (
            "Here shapes alone do not decide: more than one way fits. "
            "Which one is right, the index form below says."
        )


def _pair(phrase: Phrase, bar: str) -> tuple[Phrase, Phrase] | None:
    """The known factor and the derivative in a product of these two."""
    if phrase.op != "matmul" or len(phrase.args) != 2:
        return None
    one, two = phrase.args
    if _name(two) == bar and _name(one):
        return _plain(one), two
    if _name(one) == bar and _name(two):
        return _plain(two), one
    return None


def _name(phrase: Phrase) -> str:
    base = _plain(phrase)
    return str(base.value) if base.op == "name" else ""


def _plain(phrase: Phrase) -> Phrase:
    return phrase.args[0] if phrase.op == "transpose" else phrase


def _ways(known: Phrase, bar: Phrase) -> list[tuple[Phrase, Phrase]]:
    other = transpose(known)
    return [(known, bar), (other, bar), (bar, known), (bar, other)]


def _matrix(phrase: Phrase) -> Shape:
    if phrase.kind == "column":
        return (*phrase.shape, 1)
    return (1, *phrase.shape) if phrase.kind == "row" else phrase.shape


def _times(shape: Shape) -> str:
    return dimensions.times(shape)


def _candidate(show: Showing, pair: tuple[Phrase, Phrase], wanted: Shape) -> _Candidate:
    one, two = map(_matrix, pair)
    shown = " · ".join(_shown(show, phrase) for phrase in pair)
    shapes = f"{_times(one)} · {_times(two)}"
    if one[1] != two[0]:
        return _Candidate(shown, shapes, f"{one[1]} is not {two[0]}: no product", fits=False)
    found = (one[0], two[1])
    if found != wanted:
        verdict = f"gives {_times(found)}, not {_times(wanted)}"
        return _Candidate(shown, shapes, verdict, fits=False)
    return _Candidate(shown, shapes, f"gives {_times(found)}: fits", fits=True)


def _shown(show: Showing, phrase: Phrase) -> str:
    return show.notation(Written((), phrase)).unicode

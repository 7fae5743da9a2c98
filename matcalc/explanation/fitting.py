"""The dimension check: which factor fits, and why no other does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations
from typing import NamedTuple

from matcalc.dimensions import Dimension, Shape, times
from matcalc.explanation.computation import ForwardPass
from matcalc.explanation.equations import Showing, shape_title, turned, without_numbers
from matcalc.explanation.model import Item, Section, Table
from matcalc.notation.names import unicode_name
from matcalc.notation.phrases import transpose
from matcalc.notation.printers.spelling import book_shape
from matcalc.notation.tree import Phrase

Matrix = tuple[Dimension, Dimension]
_FACTORS = (2, 3)  # of a product with one or two missing factors


class _FittingProduct(NamedTuple):
    """A product of factors, and what becomes of it."""

    shown: str
    shapes: str
    verdict: str
    fits: bool


def dimension_check(c: ForwardPass, show: Showing) -> Section:
    """For every product with one or two known factors: all ways to put them, and which fit."""
    items: list[Item] = [_of_whole(c, show)]
    seen: set[str] = set()
    for name in c.above:
        for user in c.above[name]:
            if user != c.of.name:
                for item in _of_step(c, show, user, name):
                    if isinstance(item, Table) or item not in seen:
                        items.append(item)
                    seen.add(str(item))
    if len(items) == 1 and c.edges == [(c.of.name, c.wrt.name)]:
        items.append("There is one operation, so no factor is missing.")
    elif len(items) == 1 and any(one.rank for one in (c.variables[name] for name in c.above)):
        items.append("No matrix multiplies a derivative on the way: there is no order to choose.")
    return Section("The dimension check: which factor fits", tuple(items))


def _of_whole(c: ForwardPass, show: Showing) -> str:
    """Which shape the derivative must have."""
    ratio = show.ratio(c.of.name, c.wrt.name).unicode
    of, wrt = unicode_name(c.of.name), unicode_name(c.wrt.name)
    title = show.form(c.of.name, c.wrt.name).title
    if not (c.of.rank or c.wrt.rank):
        return f"{of} and {wrt} are numbers, so {ratio} is a number."
    shapes = f"{of} is {shape_title(c.of)} and {wrt} is {shape_title(c.wrt)}"
    first, last = (of, wrt) if c.layout == "numerator" else (wrt, of)
    if not c.of.rank:
        turned_ = "" if c.layout == "denominator" else ", transposed"
        how = f"{c.layout} layout gives the derivative of a number the shape of {wrt}{turned_}"
    elif not c.wrt.rank:
        turned_ = "" if c.layout == "numerator" else ", transposed"
        how = f"{c.layout} layout gives a derivative by a number the shape of {of}{turned_}"
    elif c.of.rank == c.wrt.rank == 1:
        how = f"{c.layout} layout has a row for each entry of {first}, a column for each of {last}"
    else:
        how = f"{c.layout} layout has the axes of {first} first, then those of {last} reversed"
    return f"{shapes}; {how}: {ratio} is {title}."


def _of_step(c: ForwardPass, show: Showing, user: str, name: str) -> Iterator[Item]:
    form = show.form(c.of.name, name)
    bar_form = show.form(c.of.name, user)
    if form.matrix_form is None or bar_form.matrix_form is None:
        return
    phrase = turned(c.write(c.pulled(user, name), form)).phrase
    product = without_numbers(phrase)
    place = _place(product, c.bar_name(user))
    if place is None or form.matrix_shape is None:
        return
    bar = product.args[place]
    known = [_plain(one) for one in product.args if one is not bar]
    left = show.ratio(c.of.name, name).unicode
    above = show.ratio(c.of.name, user).unicode
    wanted = form.matrix_shape
    before, after = place > 0, place < len(known)
    gaps = "? · " * before + above + " · ?" * after
    shape = book_shape(bar)
    needed = [times((wanted[0], shape[0]))] * before + [times((shape[1], wanted[1]))] * after
    many = len(known) > 1
    names = list(dict.fromkeys(f"{_shown(show, k)} is {times(book_shape(k))}" for k in known))
    number = "" if product is phrase else ", numbers left out,"
    yield (
        f"{left} is {times(wanted)} and {above} is {times(shape)}, so in "
        f"{left} = {gaps}{number} the missing factor{'s' * many} {'are' if many else 'is'} "
        f"{' and '.join(needed)}. {', '.join(names)}. All ways to put "
        f"{'them' if len(names) > 1 else 'it'}:"
    )
    candidates = [_candidate(show, one, wanted) for one in _ways(known, bar)]
    yield Table(tuple((one.shown, one.shapes, one.verdict) for one in candidates))
    if sum(one.fits for one in candidates) > 1:
        yield (
            "Here shapes alone do not decide: more than one way fits. "
            "Which one is right, the sums over entries below say."
        )


def _place(product: Phrase, bar: str) -> int | None:
    """Where the derivative stands in a product of it and one or two names."""
    names = [_name(one) for one in product.args]
    is_short = product.op == "matmul" and len(names) in _FACTORS and all(names)
    if not is_short or names.count(bar) != 1 or (len(names) == max(_FACTORS) and names[1] != bar):
        return None
    return names.index(bar)


def _name(phrase: Phrase) -> str:
    base = _plain(phrase)
    return str(base.value) if base.op == "name" else ""


def _plain(phrase: Phrase) -> Phrase:
    return phrase.args[0] if phrase.op == "transpose" else phrase


def _ways(known: Sequence[Phrase], bar: Phrase) -> list[tuple[Phrase, ...]]:
    """All products of the derivative and the factors, each as it is and transposed."""
    turned_ = [(one, transpose(one)) for one in known]
    if len(known) == 1:
        ((one, other),) = turned_
        return [(one, bar), (other, bar), (bar, one), (bar, other)]
    orders = list(dict.fromkeys(permutations(turned_)))
    return [(first, bar, last) for one, two in orders for first in one for last in two]


def _candidate(show: Showing, factors: Sequence[Phrase], wanted: Shape) -> _FittingProduct:
    shapes = [book_shape(one) for one in factors]
    shown = " · ".join(_shown(show, phrase) for phrase in factors)
    written = " · ".join(map(times, shapes))
    for one, two in pairwise(shapes):
        if one[1] != two[0]:
            return _FittingProduct(
                shown, written, f"{one[1]} is not {two[0]}: no product", fits=False
            )
    found = (shapes[0][0], shapes[-1][1])
    if found != wanted:
        verdict = f"gives {times(found)}, not {times(wanted)}"
        return _FittingProduct(shown, written, verdict, fits=False)
    return _FittingProduct(shown, written, f"gives {times(found)}: fits", fits=True)


def _shown(show: Showing, phrase: Phrase) -> str:
    return show.piece(phrase)

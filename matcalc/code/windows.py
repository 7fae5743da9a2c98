"""Products with windows and zeros: slices of the other factor, and slices of zeros, no matrices.

A window is a part of an identity matrix, and picks; its transpose, or zeros around a term, places.
A sum that has such parts is distributed over a product: ``(W - V) @ x`` is ``x[1:] - x[:-1]``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from matcalc import dimensions
from matcalc.code.terms import Rewrites, Term, Terms
from matcalc.dimensions import Dimension

_SCALED = ("negative", "times", "over")
_SCALED_ROWS = ("diag", "scale_rows", "scale_columns")
_OF_FEW = ("window", "eye", "diag", "number", "outer")


class Addend(NamedTuple):
    """A part of a sum.

    Attributes:
        core: What it is, but for a sign and scalars.
        whole: From something in place of the core to the part.
    """

    core: Term
    whole: Callable[[Term], Term]


def unit(terms: Terms, place: Dimension, size: Dimension) -> Term:
    """A one at a place, in zeros."""
    return terms.padded(terms.number(1), 0, size, place, None)


def addends(terms: Terms, matrix: Term) -> list[Addend] | None:
    """The parts of a sum with windows, of a scaled window; those without as one; else none."""
    found = _parts(terms, matrix)
    cores = [one.core for one in found]
    if cores == [matrix] or not (any(map(is_placing, cores)) or _is_structured(cores)):
        return None
    few = [one for one in found if _has_few(one.core)]
    dense = [one.whole(one.core) for one in found if not _has_few(one.core)]
    if dense:
        whole = terms.plus(dense) if len(dense) > 1 else dense[0]
        few.insert(0, Addend(whole, lambda term: term))
    return few


def _is_structured(cores: Sequence[Term]) -> bool:
    """Whether a sum is one of scaled rows and outer products: it costs no more part by part."""
    ops = {core.op for core in cores}
    return "outer" in ops and len(ops - {"outer", "eye"}) == 1 and not ops.isdisjoint(_SCALED_ROWS)


def _parts(terms: Terms, term: Term) -> list[Addend]:
    if term.op == "plus" and all(one.shape == term.shape for one in term.args):
        return [part for one in term.args for part in _parts(terms, one)]
    if term.op == "transpose":
        within = _parts(terms, term.args[0])
        if len(within) > 1 or within[0].core is not term.args[0]:
            return [Addend(_turned(terms, core), whole) for core, whole in within]
    if term.op == "negative":
        return _changed(_parts(terms, term.args[0]), terms.negative)
    if term.op == "times" and not any(one.rank for one in term.args[:-1]):
        scalars = term.args[:-1]
        return _changed(_parts(terms, term.args[-1]), lambda part: terms.times([*scalars, part]))
    if term.op == "over" and not term.args[1].rank:
        return _changed(_parts(terms, term.args[0]), lambda part: terms.over(part, term.args[1]))
    return [Addend(term, lambda new: new)]


def _changed(parts: Sequence[Addend], change: Callable[[Term], Term]) -> list[Addend]:
    """The parts of a sum that is scaled."""

    def after(whole: Callable[[Term], Term]) -> Callable[[Term], Term]:
        return lambda new: change(whole(new))

    return [Addend(core, after(whole)) for core, whole in parts]


def _turned(terms: Terms, core: Term) -> Term:
    return terms.outer(*core.args[::-1]) if core.op == "outer" else terms.transpose(core)


def is_placing(term: Term) -> bool:
    """Whether a term is a window, its transpose, or of few entries with zeros around."""
    if term.op == "transpose":
        return is_placing(term.args[0])
    return term.op == "window" or (term.op == "padded" and _has_few(term.args[0]))


def _has_few(term: Term) -> bool:
    """Whether products with a matrix need few multiplications."""
    if term.op in _SCALED:
        arrays = [one for one in term.args if one.rank]
        return len(arrays) == 1 and _has_few(arrays[0])
    if term.op in ("transpose", "padded"):
        return _has_few(term.args[0])
    return term.op in _OF_FEW or not term.rank


class _FactorSide(NamedTuple):
    """A factor of a product of two, and what it is multiplied with, along an axis of that."""

    terms: Terms
    factor: Term
    other: Term
    axis: int
    is_second: bool

    def pair(self, factor: Term, other: Term) -> tuple[Term, Term]:
        """Something in place of each, in their order."""
        return (other, factor) if self.is_second else (factor, other)

    def times(self, factor: Term) -> Term:
        """The product with something in place of the factor."""
        return self.terms.matmul(*self.pair(factor, self.other))


def by_windows(terms: Terms, one: Term, two: Term) -> Term | None:
    """A product of two, if a window is in it, or zeros around something; else none."""
    sides = _FactorSide(terms, one, two, 0, False), _FactorSide(terms, two, one, one.rank - 1, True)
    ways = (_of_sum, _picked, _around_sum, _around, _of_outer)
    return next(filter(None, (way(side) for way in ways for side in sides)), None)


def _of_sum(side: _FactorSide) -> Term | None:
    parts = addends(side.terms, side.factor) if side.factor.rank > 1 else None
    if parts is None:
        return None
    return sum_of(side.terms, [part.whole(side.times(part.core)) for part in parts])


def sum_of(terms: Terms, parts: Sequence[Term]) -> Term:
    """A sum of one part or several; those of a part that is a sum are parts of it."""
    flat = [one for part in parts for one in (part.args if part.op == "plus" else (part,))]
    whole = all(one.shape == parts[0].shape for one in flat)
    return parts[0] if len(parts) == 1 else terms.plus(flat if whole else parts)


def _picked(side: _FactorSide) -> Term | None:
    """A product with a window, or with its transpose."""
    is_turned = side.factor.op == "transpose"
    window = side.factor.args[0] if is_turned else side.factor
    if window.op != "window":
        return None
    if is_turned == side.is_second:
        return side.terms.part(side.other, side.axis, *window.value)
    return side.terms.padded(side.other, side.axis, window.shape[1], *window.value)


def _around_sum(side: _FactorSide) -> Term | None:
    """Zeros along the axis that is summed over: the other factor is sliced."""
    summed = 0 if side.is_second else side.factor.rank - 1
    if side.factor.op != "padded" or side.factor.value[0] != summed:
        return None
    (core,), (_, start, stop) = side.factor.args, side.factor.value
    if stop is not None:
        part = side.terms.part(side.other, side.axis, start, stop)
        return side._replace(other=part).times(core)
    index = [start if k == side.axis else None for k in range(side.other.rank)]
    return _product(side.terms, *side.pair(core, side.terms.entry(side.other, index)))


def _product(terms: Terms, one: Term, two: Term) -> Term:
    if one.rank and two.rank:
        return terms.outer(one, two)
    return terms.times([one, two] if two.rank else [two, one])


def _around(side: _FactorSide) -> Term | None:
    """Zeros along an axis that stays: they are around the product."""
    if side.factor.op != "padded" or side.factor.rank < 2:
        return None
    (core,), (axis, *ends) = side.factor.args, side.factor.value
    return side.terms.padded(side.times(core), side.axis, side.factor.shape[axis], *ends)


def part_of_few(
    terms: Terms, term: Term, axis: int, start: Dimension, stop: Dimension
) -> Term | None:
    """A slice of what is known: all of it, a window or a diagonal; else none."""
    (within,) = term.args if len(term.args) == 1 else (None,)
    found = None
    if not start and stop == term.shape[axis]:
        found = term
    elif term.op == "eye":
        shape = (dimensions.difference(stop, start), term.shape[0])
        window = terms.make("window", (), shape, (start, stop))
        found = window if axis == 0 else terms.transpose(window)
    elif term.op == "window" and axis == 0:
        ends = [dimensions.total([term.value[0], end]) for end in (start, stop)]
        found = terms.part(terms.make("eye", (), term.shape[1:] * 2), 0, *ends)
    elif within is None:
        return None
    elif term.op == "transpose" and within.op == "window" and axis == 1:
        found = terms.transpose(terms.part(within, 0, start, stop))
    elif term.op == "diag":
        block = terms.diag(terms.part(within, 0, start, stop))
        found = terms.padded(block, 1 - axis, term.shape[0], start, stop)
    elif term.op == "padded" and term.value == (axis, start, stop):
        found = within
    return found


def _of_outer(side: _FactorSide) -> Term | None:
    """A product with an outer product: with one of its vectors."""
    if side.factor.op != "outer":
        return None
    terms, other = side.terms, side.other
    column, row = side.factor.args
    if side.is_second:
        return _product(terms, terms.matmul(other, column), row)
    turned = (terms.transpose(other), row) if other.rank > 1 else (row, other)
    return _product(terms, column, terms.matmul(*turned))


def outer_of_padded(terms: Terms, one: Term, two: Term) -> Term | None:
    """An outer product with zeros around a vector: they are around the product."""
    for axis, padded in enumerate((one, two)):
        if padded.op == "padded":
            (core,), (_, start, stop) = padded.args, padded.value
            product = _product(terms, *((core, two) if axis == 0 else (one, core)))
            return terms.padded(product, axis, padded.shape[0], start, stop)
    return None


def total_of_padded(terms: Terms, term: Term, axis: int | None) -> Term | None:
    """The sum over an axis, or over all, of a window or of something with zeros around it."""
    if term.op == "window":
        length, size = term.shape
        ones = terms.make("ones", (), (length,))
        return terms.padded(ones, 0, size, *term.value) if axis == 0 else None
    if term.op != "padded":
        return None
    (core,), (around, start, stop) = term.args, term.value
    single = stop is None
    if single and (axis == around or not core.rank):
        return core
    if axis is None or axis == around:
        return terms.total(core, axis)
    within = terms.total(core, axis - (single and axis > around))
    return terms.padded(within, around - (axis < around), term.shape[around], start, stop)


class WindowTerms(Terms):
    """Makes terms, of windows and zeros what their slices are."""

    rewrites: ClassVar[Rewrites] = (*Terms.rewrites[:2], by_windows, *Terms.rewrites[2:])

    def part(self, term: Term, axis: int, start: Dimension, stop: Dimension) -> Term:
        """A slice along an axis."""
        return part_of_few(self, term, axis, start, stop) or super().part(term, axis, start, stop)

    def outer(self, one: Term, two: Term) -> Term:
        """The outer product of two vectors."""
        return outer_of_padded(self, one, two) or super().outer(one, two)

    def has_few(self, term: Term) -> bool:
        """Whether a matrix has at most one entry in each row or column."""
        return is_placing(term) or super().has_few(term)

    def total(self, term: Term, axis: int | None) -> Term:
        """The sum over an axis, or over all; zeros around something add nothing."""
        return total_of_padded(self, term, axis) or super().total(term, axis)

"""What a part of a line is: a number, a column, a row, a matrix; of which sizes, as far as known.

That decides which product stands where two parts stand side by side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from matcalc.dimensions import Dimension, Shape
from matcalc.expression.definitions import is_defined
from matcalc.operations import ALIASES, RULES, facts_of, is_elementwise, parse_signature


class Kind(NamedTuple):
    """What a part of a line is.

    Attributes:
        rank: The number of axes; ``None`` where nothing says so.
        sizes: A size for each axis, ``None`` where it is not known.
        row: Whether it is a vector that was transposed.
    """

    rank: int | None
    sizes: tuple[Dimension | None, ...] = ()
    row: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return self.rank == 0

    @property
    def is_column(self) -> bool:
        """Whether it is a vector that stands."""
        return self.rank == 1 and not self.row

    @property
    def is_row(self) -> bool:
        """Whether it is a vector that lies."""
        return self.rank == 1 and self.row

    @property
    def is_matrix(self) -> bool:
        """Whether it is a matrix."""
        return self.rank == 2

    @property
    def rows(self) -> Dimension | None:
        """How many rows it has, if that is known."""
        if self.is_row:
            return 1
        return self.sizes[0] if self.sizes else None

    @property
    def columns(self) -> Dimension | None:
        """How many columns it has, if that is known."""
        if self.is_column:
            return 1
        return self.sizes[-1] if self.sizes else None

    @property
    def transposed(self) -> Kind:
        """That of the transpose."""
        return Kind(self.rank, self.sizes[::-1], (not self.row) if self.rank == 1 else False)


NUMBER = Kind(0)
UNKNOWN = Kind(None)
COLUMN = Kind(1, (None,))
MATRIX = Kind(2, (None, None))


def kind_of(shape: Sequence[Dimension | None]) -> Kind:
    """That of a variable of a shape; vectors stand."""
    return Kind(len(shape), tuple(shape))


def product(one: Kind, two: Kind) -> Kind:
    """That of a product of matrices, or with a number."""
    if one.is_number or two.is_number:
        return two if one.is_number else one
    if one.rank is None or two.rank is None:
        return UNKNOWN
    if max(one.rank, two.rank) > 2 or (one.rank == two.rank == 1 and one.row == two.row):
        return two if one.rank < two.rank else one
    if one.is_row and two.is_column:
        return NUMBER
    if two.is_column or one.is_row:
        size = one.rows if two.is_column else two.columns
        return Kind(1, (size,), row=one.is_row)
    return Kind(2, (one.rows, two.columns))


def can_multiply(one: Kind, two: Kind) -> bool:
    """Whether a matrix product of two arrays may fit."""
    if one.rank is None or two.rank is None:
        return True
    shaped = (
        (one.is_matrix and (two.is_column or two.is_matrix))
        or (one.is_row and (two.is_column or two.is_matrix))
        or (one.is_column and two.is_row)
    )
    return shaped and _agree(one.columns, two.rows)


def alike(one: Kind, two: Kind) -> bool:
    """Whether two parts may be combined entry by entry, sizes aside."""
    if one.rank is None or two.rank is None or one.is_number or two.is_number:
        return True
    return one.rank == two.rank and one.row == two.row


def can_combine(one: Kind, two: Kind) -> bool:
    """Whether two parts may be combined entry by entry."""
    return alike(one, two) and all(map(_agree, one.sizes, two.sizes))


def broadcast(one: Kind, two: Kind) -> bool:
    """Whether NumPy may combine two arrays entry by entry; a vector has one axis by a matrix."""
    if (one.is_column and two.is_row) or (one.is_row and two.is_column):
        return True
    pairs = zip(one.sizes[::-1], two.sizes[::-1], strict=False)
    return all(1 in pair or _agree(*pair) for pair in pairs)


def _agree(one: Dimension | None, two: Dimension | None) -> bool:
    return one is None or two is None or one == two


def clash(one: Kind, two: Kind) -> bool:
    """Whether two arrays cannot be multiplied entry by entry, but as matrices."""
    if one.is_number or two.is_number or not can_multiply(one, two):
        return False
    return not (alike(one, two) and can_combine(one, two))


def entrywise(one: Kind, two: Kind) -> Kind:
    """That of two parts combined entry by entry: the larger of both."""
    if one.rank is None or two.rank is None:
        return UNKNOWN if not (one.rank or two.rank) else (one if one.rank else two)
    if one.is_matrix and two.is_matrix:
        return Kind(2, tuple(b if a == 1 else a for a, b in zip(one.sizes, two.sizes, strict=True)))
    return two if one.rank < two.rank else one


_NUMBERS = {"ptp", "average", "nansum", "nanmean", "cond"}
_LOSS = re.compile(r"_loss\Z|cross_entropy|cosine_similarity")  # what is defined as a number


def flat(one: Kind, two: Kind) -> Kind:
    """That of ``@`` as NumPy has it, where a vector has one axis, whichever side it is on."""
    if one.is_column and two.is_column:
        return NUMBER
    if one.is_column and two.is_matrix:
        return Kind(1, (two.columns,))
    return product(one, two)


def called(name: str, kinds: Sequence[Kind], keywords: Sequence[str]) -> Kind:
    """That of the result of a function.

    >>> called("inv", [Kind(2, ("n", "n"))], []).sizes, called("sum", [MATRIX], []).rank
    (('n', 'n'), 0)
    """
    first = kinds[0] if kinds else UNKNOWN
    name = ALIASES.get(name, name)
    if _is_number(name):
        if name in ("max", "min") and len(kinds) == 2 and first.is_number:
            return kinds[1]  # max(0, x)
        return _reduced(name, first, len(kinds), keywords)
    if name not in RULES or is_elementwise(name) or facts_of(name).directed:  # of a direction
        known = [one for one in kinds if one.rank is not None]
        return max(reversed(known), key=lambda one: one.rank or 0) if known else first
    return _by_signature(name, kinds)


def filled(sizes: Sequence[str]) -> Kind:
    """That of ones or zeros, by their sizes as they are typed.

    >>> filled(["m", "3"]).sizes
    ('m', 3)
    """
    return kind_of([int(size) if size.isdecimal() else size for size in sizes])


@cache
def _is_number(name: str) -> bool:
    """Whether a function gives a number, of whatever it takes."""
    if name in RULES and name not in _NUMBERS:
        return not any(parse_signature(one)[1].shape for one in RULES[name].signatures)
    return name in _NUMBERS or (is_defined(name) and bool(_LOSS.search(name)))


def _reduced(name: str, first: Kind, count: int, keywords: Sequence[str]) -> Kind:
    if name in ("max", "min") and count == 2 and not keywords:
        return UNKNOWN
    if "axis" in keywords and first.rank:
        kept = "keepdims" in keywords
        return MATRIX if kept else Kind(first.rank - 1, (None,) * (first.rank - 1))
    return NUMBER


def _by_signature(name: str, kinds: Sequence[Kind]) -> Kind:
    """That which a signature of the rule says that these fit, or the first of them does."""
    rule = RULES[name]
    for given in (kinds, kinds[:1]):
        for operands, result in map(parse_signature, rule.signatures):
            sizes: dict[Any, Any] = {}
            pairs = zip(operands, given, strict=False)
            if not all(_fits(one.shape, kind, sizes) for one, kind in pairs):
                continue
            if operands and result.shape == operands[0].shape:
                return kinds[0] if kinds else UNKNOWN
            known = {} if "axis" in rule.parameters else sizes  # that of the signature is the first
            front = sizes.get("...", ()) if "..." in result.shape else ()
            own = (known.get(size) for size in result.shape if size != "...")
            return kind_of((*front, *own))
    return UNKNOWN


def _fits(shape: Shape, kind: Kind, sizes: dict[Any, Any]) -> bool:
    """Whether an operand has the shape of a signature; what its sizes are is kept."""
    named = [size for size in shape if size != "..."]
    front = (kind.rank or 0) - len(named)
    if kind.rank is None or front < 0 or (front and "..." not in shape):
        return False
    sizes |= {"...": kind.sizes[:front], **dict(zip(named, kind.sizes[front:], strict=False))}
    return True

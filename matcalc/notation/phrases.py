"""Phrases from phrases: sums, products and transposes, as short as they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import groupby

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.notation.parameters import place
from matcalc.notation.tree import Phrase, call, eye, kind_of, made, name, numeral


def size(dimension: Dimension) -> Phrase:
    """A dimension as a number: a name, or sums and products of names."""
    found: list[Phrase] = []
    for coefficient, powers in dimensions.terms(dimension):
        factors = [power(name(one, ()), Fraction(exponent)) for one, exponent in powers]
        term = times([numeral(abs(coefficient)), *factors])
        found.append(term if coefficient > 0 else negative(term))
    return plus(found)


def table(args: Sequence[Phrase], rows: Sequence[int], shape: Shape) -> Phrase:
    """Parts in rows, so many in each."""
    return made("listed", args, tuple(rows), kind_of(shape), shape)


def _turned_table(phrase: Phrase) -> Phrase:
    """A table with its rows as columns."""
    width = phrase.value[0]
    columns = [transpose(arg) for k in range(width) for arg in phrase.args[k::width]]
    rows = (len(phrase.value),) * width
    return made("listed", columns, rows, _TURNED[phrase.kind], phrase.shape[::-1])


def part(base: Phrase, places: Sequence[Dimension | None], shape: Shape) -> Phrase:
    """A row, a column or an entry: a place for each axis, ``None`` for a whole one."""
    return made("part", [base], tuple(places), kind_of(shape), shape)


def unit(size: Dimension, at: Dimension) -> Phrase:
    """A column that is 1 at a place and 0 elsewhere, as a row of the identity."""
    return part(eye(size), [at], (size,))


def unit_place(phrase: Phrase) -> Dimension | None:
    """Where a column of zeros is 1, if it is such a column."""
    is_unit = phrase.op == "part" and len(phrase.value) == 1 and phrase.args[0].is_call("eye")
    return phrase.value[0] if is_unit else None


def entry(column: Phrase, at: Dimension) -> Phrase:
    """An entry of a column: of a product of matrices that with a row of the first."""
    if column.is_call("ones"):
        return numeral(1)
    if column.op == "matmul" and column.args[0].kind == "matrix":
        return matmul([line(column.args[0], at, row=True), *column.args[1:]])
    if column.op in ("times", "over", "negative", "power", "plus"):
        parts = [one if one.kind == "scalar" else entry(one, at) for one in column.args]
        return made(column.op, parts, column.value, "scalar", ())
    if column.op == "part" and column.args[0].kind == "matrix":
        places = [at if one is None else one for one in column.value]
        return part(column.args[0], places if None in column.value else [*places, at], ())
    return part(column, [at], ())


def line(matrix: Phrase, at: Dimension, *, row: bool = False) -> Phrase:
    """A column of a matrix, or a row of it, which lies."""
    if row:
        return transpose(line(transpose(matrix), at))
    if matrix.kind == "row":
        return entry(transpose(matrix), at)
    if matrix.op == "matmul":
        *before, last = matrix.args
        column = line(last, at)  # of a row a number
        return times([column, matmul(before)]) if last.kind == "row" else matmul([*before, column])
    if matrix.op == "transpose" and matrix.args[0].kind == "matrix":
        return part(matrix.args[0], [at], matrix.args[0].shape[1:])
    if matrix.is_call("eye"):
        return unit(matrix.shape[0], at)
    return part(matrix, [None, at], matrix.shape[:1])


_TURNED = {"column": "row", "row": "column", "matrix": "matrix", "scalar": "scalar"}


def transpose(phrase: Phrase) -> Phrase:
    """A transpose, pushed inside products: (A B)ᵀ is Bᵀ Aᵀ."""
    diagonal = phrase.is_call("diag", "eye") and phrase.kind == "matrix"
    if phrase.kind == "scalar" or phrase.symmetric or diagonal:
        return phrase
    if phrase.op == "transpose":
        return phrase.args[0]
    if phrase.op in _TURNS:
        return _TURNS[phrase.op](phrase)
    shaped = sum(arg.kind != "scalar" for arg in phrase.args)
    if phrase.op in ("negative", "times", "over") and shaped == 1:
        turned = [transpose(arg) for arg in phrase.args]
        return made(phrase.op, turned, None, _TURNED[phrase.kind], phrase.shape[::-1])
    return _weighted_row(phrase) or _as_written(phrase)


def row_of(column: Phrase) -> Phrase:
    """A column as a row: of a sum the rows of its terms, where rows are what they are as well."""
    shaped = [arg for arg in column.args if arg.kind != "scalar"]
    if column.op in ("negative", "times", "over") and len(shaped) == 1:
        turned = [row_of(arg) if arg is shaped[0] else arg for arg in column.args]
        return made(column.op, turned, None, _TURNED[column.kind], column.shape[::-1])
    if column.op == "plus" and column.kind == "column":
        turned = [row_of(arg) for arg in column.args]
        if _are_rows(turned, column.args):
            return made("plus", turned, None, "row", column.shape[::-1])
    return transpose(column)


def _are_rows(turned: Sequence[Phrase], columns: Sequence[Phrase]) -> bool:
    """Whether terms are written as rows: if one is a product, or most are no more than a name.

    Each with one transpose more at most; a difference of names stays together.
    """
    bare = [one for one in map(_without_numbers, turned) if one.op != "number"]
    around = [row.op == "transpose" and row.args[0].op not in _NAMES for row in bare]
    product = any(row.op == "matmul" and row.kind == "row" for row in bare)
    return (
        (product or 2 * sum(around) < len(bare))
        and all(row.turns <= one.turns + 1 for row, one in zip(turned, columns, strict=True))
        and not all((one.args or (one,))[0].op == "name" for one in columns)
    )


_NAMES = ("name", "call", "part")


def _without_numbers(row: Phrase) -> Phrase:
    """A row without a sign, and without numbers beside it and below it."""
    while row.op in ("negative", "times", "over"):
        row = next((arg for arg in row.args if arg.kind != "scalar"), row.args[0])
    return row


def _weighted_row(phrase: Phrase) -> Phrase | None:
    """(s ⊙ (W d))ᵀ as dᵀ Wᵀ diag(s), where rows stay rows; s ⊙ t has no such form."""
    if phrase.op != "times" or phrase.kind != "column":
        return None
    scalars = [arg for arg in phrase.args if arg.kind == "scalar"]
    products = [arg for arg in phrase.args if arg.op == "matmul" and arg.kind == "column"]
    if len(products) != 1:
        return None
    (product,) = products
    weights = times([arg for arg in phrase.args if arg.kind == "column" and arg != product])
    row = matmul([transpose(product), call("diag", [weights], weights.shape * 2)])
    return times([*scalars, row])


def _as_written(phrase: Phrase) -> Phrase:
    return made("transpose", [phrase], None, _TURNED[phrase.kind], phrase.shape[::-1])


def _transposed_sum(phrase: Phrase) -> Phrase:
    """A transpose inside a sum, if no more transposes are written then."""
    turned = [transpose(arg) for arg in phrase.args]
    if all(one in phrase.args for one in turned):  # A + Aᵀ
        return phrase
    if transposes(turned) <= transposes(phrase.args):
        return made("plus", turned, None, _TURNED[phrase.kind], phrase.shape[::-1])
    return _as_written(phrase)


_TURNS: dict[str, Callable[[Phrase], Phrase]] = {
    "listed": _turned_table,
    "matmul": lambda phrase: matmul([transpose(arg) for arg in reversed(phrase.args)]),
    "plus": _transposed_sum,
}


def transposes(phrases: Sequence[Phrase]) -> int:
    """How many transposes are written."""
    return sum(phrase.turns for phrase in phrases)


def matmul(phrases: Sequence[Phrase]) -> Phrase:
    """A product of matrices, rows and columns."""
    parts = _sliced([part for phrase in phrases for part in _parts(phrase)])
    if len(parts) == 1:
        return parts[0]
    rows = "row" if parts[0].kind == "row" else "matrix"
    kind = {"row": "scalar", "matrix": "column"}[rows] if parts[-1].kind == "column" else rows
    if parts[0].kind == "column":
        kind = "column" if parts[-1].kind == "column" else "matrix"
    shape = (
        *(() if parts[0].kind == "row" else parts[0].shape[:1]),
        *(() if parts[-1].kind == "column" else parts[-1].shape[-1:]),
    )
    parts = _powers(parts)
    return parts[0] if len(parts) == 1 else made("matmul", parts, None, kind, shape)


def _sliced(parts: Sequence[Phrase]) -> Sequence[Phrase]:
    """Factors, rows of an identity matrix times a name as a slice of what has the name."""
    found = [*parts[:1]]
    for part in parts[1:]:
        row = _slice(transpose(part), transpose(found[-1])) if part.op == "transpose" else None
        slice_ = _slice(found[-1], part) if row is None else transpose(row)
        found[-1:] = [found[-1], part] if slice_ is None else [slice_]
    return found


def _slice(window: Phrase, whole: Phrase) -> Phrase | None:
    """A slice of a name, from a matrix that picks rows."""
    picks = window.is_call("slice") and window.args[0].is_call("eye")
    if not picks or whole.op != "name":
        return None
    return call("slice", [whole], (window.shape[0], *whole.shape[1:]), window.parameters)


def _powers(parts: Sequence[Phrase]) -> list[Phrase]:
    """Factors of a matrix product, three or more equal ones in a row as a power."""
    found: list[Phrase] = []
    for base, run in groupby(map(_base, parts), key=lambda pair: pair[0]):
        count = sum(exponent for _, exponent in run)
        if count < 3:
            found += [base] * count
        elif base.op == "transpose":
            found.append(transpose(_matrix_power(base.args[0], count)))
        else:
            found.append(_matrix_power(base, count))
    return found


def _base(part: Phrase) -> tuple[Phrase, int]:
    """A factor as a power of a matrix."""
    inner = part.args[0] if part.op == "transpose" else part
    if not inner.is_call("matrix_power"):
        return part, 1
    base = inner.args[0] if inner is part else transpose(inner.args[0])
    return base, matrix_exponent(inner)


def _matrix_power(base: Phrase, exponent: int) -> Phrase:
    return call("matrix_power", [base], base.shape, [place(exponent)])


def matrix_exponent(power: Phrase) -> int:
    """How often a matrix is multiplied with itself."""
    (exponent,) = power.parameters
    return int(str(exponent.value))


def _parts(phrase: Phrase) -> Sequence[Phrase]:
    """The factors of a product, where that may be written without parentheses."""
    return phrase.args if phrase.op == "matmul" and phrase.kind != "scalar" else (phrase,)


def times(phrases: Sequence[Phrase]) -> Phrase:
    """A product entry by entry, scalars first."""
    parts = [part for one in phrases for part in (one.args if one.op == "times" else (one,))]
    parts = [part for part in parts if part.op != "number" or part.value != 1] or parts[:1]
    ordered = sorted(parts, key=lambda part: (part.kind != "scalar", part.op != "number"))
    if len(ordered) == 1:
        return ordered[0]
    return made("times", ordered, None, ordered[-1].kind, ordered[-1].shape)


def over(above: Phrase, below: Phrase) -> Phrase:
    """A quotient entry by entry."""
    whole = above if above.kind != "scalar" else below
    return made("over", [above, below], None, whole.kind, whole.shape)


def power(base: Phrase, exponent: Fraction) -> Phrase:
    """A power entry by entry, of an exponent that is not negative."""
    if exponent == 1:
        return base
    rooted = _squared_norm(base) if exponent.denominator == 2 else None
    if rooted is not None:
        return power(call("norm", [rooted], ()), 2 * exponent)
    if exponent == Fraction(1, 2):
        return made("call", [base], "sqrt", base.kind, base.shape)
    return made("power", [base], exponent, base.kind, base.shape)


def _squared_norm(phrase: Phrase) -> Phrase | None:
    """The x of a squared norm: of xᵀ x, of sum(X**2)."""
    if phrase.op == "matmul" and len(phrase.args) == 2 and phrase.kind == "scalar":
        row, column = phrase.args
        return column if transpose(row) == column else None
    if phrase.is_call("sum") and not phrase.parameters:
        within = phrase.args[0]
        if within.op == "power" and within.value == 2:
            return within.args[0]
    return None


def is_squared_length(phrase: Phrase) -> bool:
    """Whether it is zᵀ z of a sum, which books write ‖z‖²; of anything shorter they do not."""
    return phrase.op == "matmul" and phrase.args[-1].op == "plus" and bool(_squared_norm(phrase))


def negative(phrase: Phrase) -> Phrase:
    """Minus a piece."""
    if phrase.op == "negative":
        return phrase.args[0]
    return made("negative", [phrase], None, phrase.kind, phrase.shape)


def unsigned(term: Phrase) -> Phrase:
    """A term without its minus."""
    return term.args[0] if term.op == "negative" else term


def plus(terms: Sequence[Phrase]) -> Phrase:
    """A sum; a term may be negative."""
    flat = [part for term in terms for part in (term.args if term.op == "plus" else (term,))]
    if len(flat) == 1:
        return flat[0]
    whole = next((term for term in flat if term.kind != "scalar"), flat[0])
    return made("plus", flat, None, whole.kind, whole.shape)

"""Array expressions: what code computes, each part once, in products of a cheap form.

Vectors have one axis here and neither stand nor lie. Diagonal matrices, identities, inverses and
windows are not made where a product with them is cheaper: rows are scaled, systems are solved,
slices are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from operator import itemgetter
from typing import Any, ClassVar

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.operations import facts_of
from matcalc.plan.order import cheapest
from matcalc.plan.step import Unfolded


class Term:
    """A part of an array expression; of equal parts there is one.

    Attributes:
        op: What is done: ``name number matmul outer scale_rows times plus solve call …``.
        args: What it is done to.
        value: What else it needs to know: a name, an axis, an exponent, subscripts.
        shape: The shape of the result.
    """

    __slots__ = ("args", "op", "shape", "value")

    def __init__(self, op: str, args: tuple[Term, ...], value: Any, shape: Shape) -> None:
        self.op = op
        self.args = args
        self.value = value
        self.shape = shape

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.shape)


Rewrites = tuple[Callable[["Any", Term, Term], "Term | None"], ...]


class Terms:
    """Makes terms, so that equal ones are one object.

    Attributes:
        halves: Whether a matrix times its own transpose costs half a product.
        rows_last: Whether what is added to all rows or columns is a sum of its own.
    """

    def __init__(self, *, halves: bool = False, rows_last: bool = False) -> None:
        self.made: dict[Any, Term] = {}
        self.halves = halves
        self.rows_last = rows_last

    def make(self, op: str, args: Sequence[Term], shape: Shape, value: Any = None) -> Term:
        """The one term of these fields."""
        key = op, tuple(map(id, args)), value, shape
        if key not in self.made:
            self.made[key] = Term(op, tuple(args), value, shape)
        return self.made[key]

    def name(self, name: str, shape: Shape) -> Term:
        """A variable."""
        return self.make("name", (), shape, name)

    def number(self, value: Fraction | int) -> Term:
        """A number."""
        return self.make("number", (), (), Fraction(value))

    def transpose(self, term: Term) -> Term:
        """A matrix transposed; anything else as it is."""
        if term.rank != 2 or term.op in ("diag", "eye"):
            return term
        if term.op == "transpose":
            return term.args[0]
        if term.op == "over" and term.args[0].op == "transpose" and term.args[1].rank == 1:
            (matrix,), vector = term.args[0].args, term.args[1]
            return self.over(matrix, self.expanded(vector, "ij", "i"))
        if term.op == "matmul" and self.more_transposes(term) <= 1:
            turned = [self.transpose(part) for part in reversed(term.args)]
            return self.make("matmul", turned, term.shape[::-1])
        if term.op == "padded":
            axis, *ends = term.value
            return self.padded(self.transpose(term.args[0]), 1 - axis, term.shape[axis], *ends)
        return self.make("transpose", [term], term.shape[::-1])

    def swapped(self, term: Term) -> Term:
        """A stack of matrices with each of them transposed."""
        rank, turned = term.rank, (*term.shape[:-2], *term.shape[:-3:-1])
        return self.make("swapped", [term], turned, f"{rank - 2}, {rank - 1}")

    def more_transposes(self, term: Term) -> int:
        """How many more transposes are written if they stand at the factors of a product."""
        if term.op == "matmul":
            return sum(map(self.more_transposes, term.args))
        return -1 if term.op == "transpose" else int(term.op not in ("diag", "eye"))

    def matmul(self, one: Term, two: Term) -> Term:
        """A product of matrices and vectors."""
        for rewrite in self.rewrites:
            found = rewrite(self, one, two)
            if found is not None:
                return found
        return self.make("matmul", [one, two], one.shape[:-1] + two.shape[1:])

    def _by_identity(self, one: Term, two: Term) -> Term | None:
        if one.op == "eye":
            return two
        return one if two.op == "eye" else None

    def _by_diagonal(self, one: Term, two: Term) -> Term | None:
        if one.op == "diag" and two.op == "diag":
            return self.diag(self.times([one.args[0], two.args[0]]))
        if one.op == "diag":
            if two.rank == 1:
                return self.times([one.args[0], two])
            return self.make("scale_rows", [one.args[0], two], two.shape)
        if two.op == "diag":
            if one.rank == 1:
                return self.times([one, two.args[0]])
            return self.make("scale_columns", [one, two.args[0]], one.shape)
        return None

    def _by_inverse(self, one: Term, two: Term) -> Term | None:
        inverse = self.inverse_of(one)
        if inverse is not None:
            return self.make("solve", [inverse, two], two.shape)
        inverse = self.inverse_of(two)
        if inverse is None:
            return None
        turned = self.transpose(inverse)
        return self.transpose(self.make("solve", [turned, self.transpose(one)], one.shape[::-1]))

    def inverse_of(self, term: Term) -> Term | None:
        """The matrix that a term is the inverse of, if it is written as one."""
        if term.op == "transpose":
            within = self.inverse_of(term.args[0])
            return None if within is None else self.transpose(within)
        return term.args[0] if term.op == "call" and term.value == ("inv", ()) else None

    def known_inverse(self, matrix: Term, inverses: Mapping[Term, Term]) -> Term | None:
        """The inverse of a matrix or of its transpose, if it is among those that are there."""
        if matrix in inverses:
            return inverses[matrix]
        turned = inverses.get(self.transpose(matrix))
        return None if turned is None else self.transpose(turned)

    def _by_root(self, one: Term, two: Term) -> Term | None:
        """``Xᵀ diag(w) X`` as a matrix times its own transpose: half of it is computed."""
        if one.op == "scale_columns" and self.transpose(one.args[0]) is two:
            matrix, weights = two, one.args[1]
        elif two.op == "scale_rows" and self.transpose(two.args[1]) is one:
            weights, matrix = two.args
        else:
            return None
        if not self.halves or not is_never_negative(weights):
            return None
        root = self.make("call", [weights], weights.shape, ("sqrt", ()))
        scaled = self.make("scale_rows", [root, matrix], matrix.shape)
        return self.make("matmul", [self.transpose(scaled), scaled], one.shape[:-1] + two.shape[1:])

    rewrites: ClassVar[Rewrites] = (_by_identity, _by_inverse, _by_diagonal, _by_root)

    def part(self, term: Term, axis: int, start: Dimension, stop: Dimension) -> Term:
        """A slice along an axis."""
        length = dimensions.difference(stop, start)
        shape = (*term.shape[:axis], length, *term.shape[axis + 1 :])
        return self.make("part", [term], shape, (axis, start, stop))

    def entry(self, term: Term, index: Sequence[Dimension | None]) -> Term:
        """What is at an index: along axes where there is none, all."""
        behind = term.shape[len(index) :]
        shape = tuple(n for n, k in zip(term.shape, index, strict=False) if k is None) + behind
        return self.make("entry", [term], shape, tuple(index))

    def unfolded(self, term: Term, axis: int, how: Unfolded) -> Term:
        """An axis seen along two: the first in its place, the second the last."""
        shape = (*term.shape[:axis], how.first[0], *term.shape[axis + 1 :], how.second[0])
        return self.make("windows", [term], shape, (axis, *how))

    def padded(
        self, term: Term, axis: int, size: Dimension, start: Dimension, stop: Dimension | None
    ) -> Term:
        """A term in a slice of zeros; without a stop at one place of an axis that it lacks."""
        if not start and stop == size:
            return term
        behind = axis if stop is None else axis + 1
        shape = (*term.shape[:axis], size, *term.shape[behind:])
        return self.make("padded", [term], shape, (axis, start, stop))

    def chain(self, factors: Sequence[Term]) -> Term:
        """A product of matrices, perhaps with a vector at its end, in the cheaper order."""
        if factors[-1].rank == 1:
            product = factors[-1]
            for factor in reversed(factors[:-1]):
                product = self.matmul(factor, product)
            return product
        count = len(factors)
        sizes = [extent(size) for size in (*(f.shape[0] for f in factors), factors[-1].shape[-1])]
        labels = [(k, k + 1) for k in range(count)]
        parts = list(zip(labels, factors, strict=True))
        for one, two in cheapest(labels, (0, count), dict(enumerate(sizes))):
            left, right = sorted((parts.pop(two), parts.pop(one)), key=itemgetter(0))
            parts.append(((left[0][0], right[0][1]), self.matmul(left[1], right[1])))
        return parts[0][1]

    def outer(self, one: Term, two: Term) -> Term:
        """The outer product of two vectors."""
        return self.make("outer", [one, two], one.shape + two.shape)

    def diag(self, vector: Term) -> Term:
        """A diagonal matrix."""
        return self.make("diag", [vector], vector.shape * 2)

    def has_few(self, term: Term) -> bool:
        """Whether a matrix has at most one entry in each row or column."""
        return term.op == "diag"

    def product_entries(self, left: Term, right: Term, axis: int | None) -> Term:
        """The trace of a product (axis ``None``) or its diagonal (axis 1), entry by entry."""
        if self.has_few(left) or self.has_few(right):
            whole = self.matmul(left, right)
            op = "trace" if axis is None else "diagonal"
            return self.make(op, [whole], () if axis is None else left.shape[:1])
        entries = self.times([left, self.transpose(right)])
        is_column = axis == 1 and left.rank == 1  # times a row: nothing to sum
        return entries if is_column else self.total(entries, axis)

    def total(self, term: Term, axis: int | None) -> Term:
        """The sum over an axis, or over all; of a window, each of whose rows has one 1, ones."""
        if term.op == "window" and axis is not None:
            ones = self.make("ones", (), term.shape[:1])
            return ones if axis else self.padded(ones, 0, term.shape[1], *term.value)
        shape = () if axis is None else (*term.shape[:axis], *term.shape[axis + 1 :])
        return self.make("sum", [term], shape, axis)

    def times(self, factors: Sequence[Term]) -> Term:
        """A product entry by entry; scalars first, and into the smaller part of what they scale."""
        listed = [part for one in factors for part in (one.args if one.op == "times" else (one,))]
        number = Fraction(1)
        for part in listed:
            number *= part.value if part.op == "number" else 1
        scalars = [part for part in listed if not part.rank and part.op != "number"]
        arrays = [part for part in listed if part.rank]
        if number != 1:
            scalars.insert(0, self.number(number))
        if scalars and len(arrays) == 1 and arrays[0].op in _HOLDERS:
            return self._inside(arrays[0], lambda part: self.times([*scalars, part]))
        parts = scalars + arrays
        if len(parts) < 2:
            return parts[0] if parts else self.number(1)
        shape = next((one.shape for one in factors if one.rank), ())
        return self.make("times", parts, shape)

    def _inside(self, array: Term, change: Callable[[Term], Term]) -> Term:
        """An array made of a smaller one, which is changed; of two vectors the one that counts."""
        args = list(array.args)
        which = int(array.op == "scale_columns" or (args[0].op == "ones" and len(args) > 1))
        args[which] = change(args[which])
        return self.make(array.op, args, array.shape, array.value)

    def negative(self, term: Term) -> Term:
        """Minus a term."""
        if term.op == "negative":
            return term.args[0]
        if term.op == "number":
            return self.number(-term.value)
        if term.op in ("filled", "diag", "padded"):
            return self._inside(term, self.negative)
        return self.make("negative", [term], term.shape)

    def over(self, above: Term, below: Term) -> Term:
        """A quotient entry by entry."""
        if above.op in _HOLDERS and not below.rank:
            return self._inside(above, lambda part: self.over(part, below))
        return self.make("over", [above, below], above.shape or below.shape)

    def power(self, base: Term, exponent: Fraction) -> Term:
        """A power entry by entry; small whole ones by multiplications."""
        if exponent == 3:
            return self.times([base, self.power(base, Fraction(2))])
        if exponent == 4:
            return self.power(self.power(base, Fraction(2)), Fraction(2))
        return self.make("power", [base], base.shape, exponent)

    def plus(self, parts: Sequence[Term]) -> Term:
        """A sum; a part may be negative, or a scalar that is added to every entry.

        What is the same in every row or column is left to broadcasting.
        """
        whole = next((part for part in parts if part.rank), parts[0])
        others = [part for part in parts if part.rank and not _is_repeated(part)]
        if any(part.op not in ("filled", "padded") for part in others):
            parts = [self.repeated(part) if _is_repeated(part) else part for part in parts]
        parts = [self.subtracted(part) for part in parts]
        return self.make("plus", self.rows_behind(parts, whole.shape), whole.shape)

    def rows_behind(self, parts: Sequence[Term], shape: Shape) -> Sequence[Term]:
        """The parts of a sum; where one is broadcast, what it is added to is a sum of its own."""
        full = [part for part in parts if part.shape == shape]
        rows = [part for part in parts if part.shape != shape]
        if not self.rows_last or len(shape) < 2 or len(parts) < 3 or not (full and rows):
            return parts
        first = self.make("plus", full, shape) if len(full) > 1 else full[0]
        for row in rows[:-1]:
            first = self.make("plus", [first, row], shape)
        return [first, rows[-1]]

    def subtracted(self, part: Term) -> Term:
        """A diagonal matrix of negative entries as one that is subtracted."""
        if part.op != "diag" or part.args[0].op != "negative":
            return part
        positive = self.make("diag", part.args[0].args, part.shape)
        return self.make("negative", [positive], part.shape)

    def repeated(self, term: Term) -> Term:
        """What is the same along axes without them: it is added to every row or column."""
        if term.op == "negative":
            return self.negative(self.repeated(term.args[0]))
        if term.op == "filled":
            (part,) = term.args
            if part.op == "negative":
                return self.negative(self.expanded(part.args[0], *term.value))
            return self.expanded(part, *term.value)
        left, right = term.args
        return right if left.op == "ones" else self.expanded(left, "ij", "i")

    def expanded(self, term: Term, whole: str, core: str) -> Term:
        """An array with an axis of length 1 for each letter that it lacks, if not in front."""
        letters = whole[min(map(whole.index, core), default=len(whole)) :]
        index = ", ".join(":" if letter in core else "None" for letter in letters)
        if "None" not in index:
            return term
        sizes = dict(zip(core, term.shape, strict=True))
        return self.make("expanded", [term], tuple(sizes.get(k, 1) for k in letters), index)


def _is_repeated(term: Term) -> bool:
    if term.op == "negative":
        (term,) = term.args
    if term.op == "filled":
        return len(set(term.value[0])) == len(term.value[0])
    return term.op == "outer" and any(part.op == "ones" for part in term.args)


def is_positive(term: Term) -> bool:
    """Whether a number that is made of numbers and dimensions is positive for sure."""
    if term.op == "number":
        return bool(term.value > 0)
    if term.op == "call":
        return facts_of(term.value[0]).positive or term.value[0] == "sqrt"
    return term.op in ("name", "times", "over", "plus", "power") and all(
        map(is_positive, term.args)
    )


def is_never_negative(term: Term, deep: int = 8) -> bool:
    """Whether no entry is below zero, by what a term is made of, so many steps deep."""
    if term.op == "power" and term.value % 2 == 0:
        return True
    if term.op == "number":
        return bool(term.value >= 0)
    if term.op == "call":
        return facts_of(term.value[0]).positive
    if not deep or term.op not in ("times", "over", "plus", "power"):
        return False
    if term.op == "plus" and len(term.args) == 2 and _is_rest_of_one(*term.args):
        return True
    return all(is_never_negative(part, deep - 1) for part in term.args)


def _is_rest_of_one(one: Term, two: Term) -> bool:
    """Whether two terms are 1 and minus something that is at most 1."""
    if one.op != "number" or one.value != 1 or two.op != "negative":
        return False
    taken = two.args[0]
    base = taken.args[0] if taken.op == "power" and taken.value > 0 else taken
    return base.op == "call" and facts_of(base.value[0]).within_one


_HOLDERS = ("outer", "filled", "diag", "padded", "scale_rows", "scale_columns")
_VIEWS = ("transpose", "swapped", "part", "entry", "reshape", "ravel", "expanded", "windows")


def is_view(term: Term) -> bool:
    """Whether NumPy computes a term without a new array, as a part of one; windows overlap."""
    below = viewed(term)
    while term is not below and term.op != "windows":
        term = term.args[0]
    return term.op in ("name", "diagonal", "windows")


def viewed(term: Term) -> Term:
    """What a term is a part of, in another order; a term that is a new array is its own."""
    *_, whole = views(term)
    return whole


def views(term: Term) -> Iterator[Term]:
    """A term, what it is a view of, and so on, to a new array."""
    yield term
    while term.op in _VIEWS or (term.op == "einsum" and _is_rearranged(term)):
        term = term.args[0]
        yield term


def _is_rearranged(term: Term) -> bool:
    """Whether an einsum neither sums nor multiplies."""
    inputs, _, output = term.value.partition("->")
    return set(inputs) == set(output)


_NOMINAL = 100  # what a named size counts as


def extent(size: Dimension) -> int:
    """A size, roughly, where it has a name."""
    return dimensions.evaluate(size, dict.fromkeys(dimensions.names(size), _NOMINAL))


def operands_first(roots: Iterable[Term]) -> list[Term]:
    """Every term under some roots once, operands before what is made of them. Iterative."""
    order: dict[Term, None] = {}
    waiting = list(roots)[::-1]
    while waiting:
        term = waiting[-1]
        missing = [below for below in term.args if below not in order]
        if missing:
            waiting += reversed(missing)
        else:
            order[waiting.pop()] = None
    return list(order)

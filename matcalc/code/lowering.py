"""From a written formula to array expressions: columns and rows become one-dimensional arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from matcalc import dimensions
from matcalc.code.products import Products
from matcalc.code.terms import Term, Terms, extent
from matcalc.code.windows import addends, is_placing, sum_of, unit
from matcalc.dimensions import Dimension, Shape
from matcalc.notation import WrittenFormula, phrases, tree
from matcalc.notation.network import Network, NoMatrixNotation
from matcalc.notation.parameters import Subscripts
from matcalc.notation.tree import Phrase
from matcalc.operations import facts_of
from matcalc.plan.step import Unfolded
from matcalc.plan.windows import Operand, Sliding, Window, resolve_windows


def lowered(written: Sequence[WrittenFormula], terms: Terms) -> tuple[list[Term], dict[Term, str]]:
    """The array expressions of formulas, and the names of intermediate results.

    Args:
        written: Formulas that were written together: one or more, with the same names.
        terms: Where terms are made.
    """
    work = _Lowering(terms)
    named: dict[Term, str] = {}
    for name, phrase in written[0].lets:
        term = work.term(phrase)
        work.lets[name] = term
        if term.op not in ("name", "number"):
            named.setdefault(term, name)
    return work.several([one.phrase for one in written]), named


class _Lowering:
    """Terms for phrases, each phrase once."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.products = Products(terms)
        self.lets: dict[str, Term] = {}
        self.done: dict[int, tuple[Phrase, Term]] = {}  # the phrase is kept, so that ids stay

    def term(self, phrase: Phrase) -> Term:
        if id(phrase) not in self.done:
            self.done[id(phrase)] = phrase, _LOWERINGS[phrase.op](self, phrase)
        return self.done[id(phrase)][1]

    def several(self, listed: Sequence[Phrase]) -> list[Term]:
        return [self.term(phrase) for phrase in listed]

    def name(self, phrase: Phrase) -> Term:
        known = self.lets.get(phrase.value)
        return known or self.terms.name(phrase.value, phrase.shape)

    def table(self, phrase: Phrase) -> Term:
        """A table of numbers; a vector has one axis, whether it stands or lies."""
        return self.terms.make("table", self.several(phrase.args), phrase.shape, phrase.value)

    def number(self, phrase: Phrase) -> Term:
        return self.terms.number(phrase.value)

    def transpose(self, phrase: Phrase) -> Term:
        return self.terms.transpose(self.term(phrase.args[0]))

    def negative(self, phrase: Phrase) -> Term:
        return self.terms.negative(self.term(phrase.args[0]))

    def power(self, phrase: Phrase) -> Term:
        return self.terms.power(self.term(phrase.args[0]), phrase.value)

    def over(self, phrase: Phrase) -> Term:
        return self.terms.over(*self.several(phrase.args))

    def times(self, phrase: Phrase) -> Term:
        return self.terms.times(self.several(phrase.args))

    def plus(self, phrase: Phrase) -> Term:
        numbers = [_number_in_every_entry(part) for part in phrase.args]
        if None not in numbers:  # no array is left that they could be added to
            numbers = [None] * len(numbers)
        parts = [number or part for number, part in zip(numbers, phrase.args, strict=True)]
        return self.terms.plus(self.several(parts))

    def matmul(self, phrase: Phrase) -> Term:
        parts = phrase.args
        if phrase.kind == "row":
            return self.chain([phrases.transpose(part) for part in reversed(parts)])
        if phrase.kind == "scalar":
            return self.terms.matmul(self.term(parts[0]), self.chain(parts[1:]))
        return self.chain(parts)

    def chain(self, parts: Sequence[Phrase]) -> Term:
        """A product of matrices and columns; a row after a column begins a factor of its own.

        From a row to a column such a factor is a number; a last one that is a row makes the
        product an outer product.
        """
        meetings = [k for k, part in enumerate(parts[:-1], 1) if part.kind == "column"]
        first, *others = (
            parts[start:stop]
            for start, stop in zip([0, *meetings], [*meetings, len(parts)], strict=True)
        )
        product = self.terms.chain(self.several(first))
        rest = others.pop() if others and parts[-1].kind != "column" else None
        numbers = [self.terms.matmul(self.term(k[0]), self.chain(k[1:])) for k in others]
        if numbers:
            product = self.terms.times([*numbers, product])
        if rest is None:
            return product
        turned = [phrases.transpose(part) for part in reversed(rest)]
        return self.terms.outer(product, self.chain(turned))

    def call(self, phrase: Phrase) -> Term:
        special = _CALLS.get(phrase.value)
        if special is not None:
            return special(self, phrase)
        name, parts = str(phrase.value), phrase.args
        if facts_of(name).sign == "/":
            return self.over(phrase)
        if len(parts) > 1 and facts_of(name).length:  # it broadcasts numbers itself
            parts = tuple(_number_in_every_entry(part) or part for part in parts)
        arguments = self.several(parts)
        return self.terms.make("call", arguments, phrase.shape, (phrase.value, phrase.parameters))

    def mapped(self, phrase: Phrase) -> Term:
        """A function of an array that the caller gives."""
        return self.terms.make("mapped", self.several(phrase.args), phrase.shape, phrase.value)

    def trace(self, phrase: Phrase) -> Term:
        (within,) = phrase.args
        if within.op == "matmul":
            left, right = self.chain(within.args[:-1]), self.term(within.args[-1])
            return self.terms.product_entries(left, right, None)
        return self.terms.make("trace", [self.term(within)], ())

    def diag(self, phrase: Phrase) -> Term:
        (within,) = phrase.args
        if within.kind != "matrix":
            return self.terms.diag(self.term(within))
        if within.op == "matmul":
            left, right = self.chain(within.args[:-1]), self.term(within.args[-1])
            if "outer" not in (left.op, right.op):
                return self.terms.product_entries(left, right, 1)
        return self.terms.make("diagonal", [self.term(within)], phrase.shape)

    def sum(self, phrase: Phrase) -> Term:
        given = phrase.parameter("axis")
        axis = given if isinstance(given, int) else None
        return self.terms.total(self.term(phrase.args[0]), axis)

    def vec(self, phrase: Phrase) -> Term:
        order = phrase.parameter("order") or "F"
        return self.terms.make("ravel", [self.term(phrase.args[0])], phrase.shape, order)

    def kron(self, phrase: Phrase) -> Term:
        return self.terms.make("kron", self.several(phrase.args), phrase.shape)

    def constant(self, phrase: Phrase) -> Term:
        return self.terms.make(str(phrase.value), (), phrase.shape)

    def window(self, phrase: Phrase) -> Term:
        (whole,) = phrase.args
        start: Any = phrase.parameter("start")
        stop: Any = phrase.parameter("stop")
        return self.terms.part(self.term(whole), 0, start, stop)

    def part(self, phrase: Phrase) -> Term:
        (whole,) = phrase.args
        places = [place for place in phrase.value if place is not None]
        if whole.is_call("eye"):
            if len(places) == 1:
                return unit(self.terms, places[0], whole.shape[0])
            if all(isinstance(place, int) for place in places):
                return self.terms.number(len(set(places)) == 1)
        return self.terms.entry(self.term(whole), phrase.value)

    def triangle(self, phrase: Phrase) -> Term:
        return self.terms.make("triangle", (), phrase.shape, phrase.parameter("k"))

    def regrouped(self, phrase: Phrase) -> Term:
        """Axes put together or taken apart; their order stays."""
        return self.terms.make("reshape", [self.term(phrase.args[0])], phrase.shape)

    def einsum(self, phrase: Phrase) -> Term:
        subscripts: Subscripts = phrase.value
        inputs, output = subscripts
        pairs = list(zip(inputs, phrase.args, strict=True))
        same: dict[str, str] = {}
        for letters, one in pairs:
            if one.is_call("eye"):
                same[letters[1]] = same.get(letters[0], letters[0])
        given = [
            ("".join(same.get(letter, letter) for letter in letters), one)
            for letters, one in pairs
            if not one.is_call("eye", "ones")
        ]
        whole = "".join(same.get(letter, letter) for letter in output)
        held = "".join(letters for letters, _ in given)
        core = "".join(letter for letter in dict.fromkeys(whole) if letter in held)
        return self.filled(whole, core, self.contracted(given, core), phrase.shape)

    def contracted(self, given: Sequence[tuple[str, Phrase]], core: str) -> Term:
        """The product of data: as matrices where that can be, else as an einsum."""
        sizes = {
            letter: size
            for letters, phrase in given
            for letter, size in zip(letters, phrase.shape, strict=True)
        }
        network = Network(sizes)
        try:
            for letters, phrase in given:
                network.take(phrase, letters, Fraction(1))
            return self.term(network.solve(core))
        except NoMatrixNotation:
            scalars = [self.term(phrase) for letters, phrase in given if not letters]
            arrays = [one for one in given if one[0]]
            return self.terms.times([*scalars, self.summed(self.gathered(arrays, core), core)])

    def gathered(self, given: Sequence[tuple[str, Phrase]], core: str) -> list[tuple[str, Term]]:
        """Factors as terms; those with a letter that is summed as one product."""
        is_outer = [{*core}.issuperset(k) and not one.is_call("window") for k, one in given]
        others = [one for one, outer in zip(given, is_outer, strict=True) if not outer]
        if all(is_outer) or not any(is_outer) or len(others) < 2:
            return [(letters, self.term(phrase)) for letters, phrase in given]
        apart = [one for one, outer in zip(given, is_outer, strict=True) if outer]
        held = "".join(letters for letters, _ in others)
        letters = "".join(k for k in dict.fromkeys(held) if k in core)
        whole, last = self.contracted(others, letters), list[tuple[str, Term]]()
        for k, one in self.gathered(apart, core):
            if {*k} <= {*letters}:
                whole = self.products.product([(letters, whole), (k, one)], letters)
            else:
                last.append((k, one))
        return [(letters, whole), *last]

    def summed(self, arrays: Sequence[tuple[str, Term]], core: str) -> Term:
        """An einsum of slices, in a slice of zeros, in place of products with windows."""
        for k, (letters, one) in enumerate(arrays):
            parts = addends(self.terms, one)
            if parts is not None:
                others = [*arrays[:k], *arrays[k + 1 :]]
                return sum_of(
                    self.terms,
                    [
                        part.whole(self.summed([*others, (letters, part.core)], core))
                        for part in parts
                    ],
                )
        slices = _SlicedTerms(self.terms, self.products)
        for letters, one in arrays:
            slices.take(letters, one)
        sliced, output, placed = resolve_windows(
            slices.operands, slices.windows, core, slices, slices.slidings
        )
        factors = [("".join(one.labels), one.at) for one in sliced]
        held = {letter for letters, _ in factors for letter in letters}
        distinct = "".join(letter for letter in dict.fromkeys(output) if letter in held)
        term = self.products.product(factors, distinct) if factors else self.terms.number(1)
        shape = tuple(slices.sizes[letter] for letter in output)
        term = self.filled("".join(output), distinct, term, shape)
        for axis, window, is_new in placed:
            stop = None if is_new else window.stop
            term = self.terms.padded(term, axis, window.size, window.start, stop)
        return term

    def filled(self, whole: str, core: str, term: Term, shape: Shape) -> Term:
        """Data on the diagonals of a larger array, or repeated along its axes."""
        if core == whole:
            return term
        return self.terms.make("filled", [term], shape, (whole, core))


class _SlicedTerms:
    """The factors of a product, and slices of them."""

    def __init__(self, terms: Terms, products: Products) -> None:
        self.terms = terms
        self.products = products
        self.operands: list[Operand] = []
        self.windows: list[Window] = []
        self.slidings: list[Sliding] = []
        self.sizes: dict[str, Dimension] = {}  # of each letter

    def take(self, letters: str, term: Term) -> None:
        """A factor: a window, windows that slide, or an array."""
        self.sizes |= zip(letters, term.shape, strict=True)
        if term.op == "transpose" and is_placing(term):
            self.take(letters[::-1], term.args[0])
        elif term.op == "window":
            start, stop = term.value
            self.windows.append(Window(start, stop, term.shape[1], letters[0], letters[1]))
        elif term.op == "call" and facts_of(term.value[0]).slides and len({*letters}) == term.rank:
            given = {one.name: one.value for one in term.value[1]}
            steps = given["stride"], given["dilation"], given["padding"]
            labels: Any = tuple(letters)
            sizes: Any = term.shape
            self.slidings.append(Sliding(term, labels, sizes, steps))
        else:
            self.operands.append(Operand(term, tuple(letters)))

    def sliced(self, at: Term, axis: int, window: Window) -> Term:
        """A slice along an axis."""
        return self.terms.part(at, axis, window.start, window.stop)

    def entry(self, at: Term, axis: int, window: Window) -> Term:
        """An entry along an axis."""
        index = [window.start if k == axis else None for k in range(at.rank)]
        return self.terms.entry(at, index)

    def unfolded(self, at: Term, axis: int, how: Unfolded) -> Term:
        """An axis seen along two."""
        return self.terms.unfolded(at, axis, how)

    def product(self, operands: Sequence[Operand], output: Sequence[str]) -> Term:
        """A product of some."""
        factors = [("".join(one.labels), one.at) for one in operands]
        return self.products.product(factors, "".join(output))

    def extent(self, size: Dimension) -> int:
        """A size, roughly."""
        return extent(size)

    def shape(self, at: Term) -> Shape:
        """The shape of a term."""
        return at.shape

    def ones(self, window: Window) -> Term:
        """A vector of ones."""
        length = dimensions.difference(window.stop, window.start)
        return self.terms.make("ones", (), (length,))

    def window(self, window: Window) -> Term:
        """The matrix of ones on a diagonal."""
        shape = dimensions.difference(window.stop, window.start), window.size
        return self.terms.make("window", (), shape, (window.start, window.stop))


def _number_in_every_entry(phrase: Phrase) -> Phrase | None:
    """The number that an array of ones is multiplied with: arrays broadcast it themselves."""
    if phrase.is_call("ones"):
        return tree.numeral(1)
    if phrase.op == "negative":
        number = _number_in_every_entry(phrase.args[0])
        return number and phrases.negative(number)
    if phrase.op == "over" and phrase.args[1].kind == "scalar":
        number = _number_in_every_entry(phrase.args[0])
        return number and phrases.over(number, phrase.args[1])
    if phrase.op == "times":
        others = [part for part in phrase.args if part.kind == "scalar"]
        rest = [part for part in phrase.args if part.kind != "scalar"]
        number = _number_in_every_entry(rest[0]) if len(rest) == 1 else None
        return number and phrases.times([*others, number])
    return None


_Lower = Callable[[_Lowering, Phrase], Term]

_LOWERINGS: Mapping[str, _Lower] = {
    "name": _Lowering.name,
    "number": _Lowering.number,
    "call": _Lowering.call,
    "einsum": _Lowering.einsum,
    "matmul": _Lowering.matmul,
    "times": _Lowering.times,
    "over": _Lowering.over,
    "plus": _Lowering.plus,
    "negative": _Lowering.negative,
    "power": _Lowering.power,
    "transpose": _Lowering.transpose,
    "mapped": _Lowering.mapped,
    "listed": _Lowering.table,
    "part": _Lowering.part,
}

_CALLS: dict[Any, _Lower] = {
    "tr": _Lowering.trace,
    "diag": _Lowering.diag,
    "sum": _Lowering.sum,
    "vec": _Lowering.vec,
    "kron": _Lowering.kron,
    "eye": _Lowering.constant,
    "ones": _Lowering.constant,
    "zeros": _Lowering.constant,
    "slice": _Lowering.window,
    "tril": _Lowering.triangle,
    "rearrange": _Lowering.regrouped,
}

"""Formulas as books write them: what Unicode and LaTeX share.

Matrices stand side by side, and scalars before them; ``⊙`` stands between arrays that are
multiplied entry by entry. A power of an array is written ``x⊙²`` if it is taken entry by entry,
which all are; trigonometric functions take theirs as usual, ``tanh²(x)``. An einsum is written
in index notation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial

from matcalc import dimensions
from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.indices import in_index_notation, is_undeclared
from matcalc.notation.means import with_means
from matcalc.notation.phrases import matrix_exponent
from matcalc.notation.printers.book_forms import in_book_form
from matcalc.notation.printers.recurring import with_names
from matcalc.notation.printers.script import Script
from matcalc.notation.printers.spelling import (
    ATOM,
    FUNCTION,
    POWER,
    PRODUCT,
    QUOTIENT,
    SCALED,
    SUM,
    Spelled,
    SpelledPhrase,
    Speller,
    arguments,
    book_shape,
    decimal,
    formulas,
    in_rows,
    place_binds,
    signed_sum,
)
from matcalc.notation.tree import (
    Derivative,
    Phrase,
    is_slope_of_number,
    name,
    operands_first,
)
from matcalc.operations import facts_of
from matcalc.variables import Variable

_DIGITS = frozenset("0123456789")
#: How functions are written that are no name and arguments.
_CALLS = {
    **{one: one for one in ("eye", "matrix_power", "kron", "sqrt", "logdet", "norm", "slice")},
    **dict.fromkeys(("ones", "zeros"), "filled"),
    "pi": "constant",
    "abs": "absolute",
    "inv": "inverse",
    "pinv": "pseudoinverse",
    "power_of": "power_of",
}


Forms = Callable[[WrittenFormula], WrittenFormula]  # what is done to a formula before it is spelled


def has_power_behind_name(phrase: Phrase) -> bool:
    """Whether it is a function whose powers stand behind its name: ``tanh²(x)``."""
    return phrase.op == "call" and facts_of(phrase.value).power_behind_name


def as_it_is(written: WrittenFormula) -> WrittenFormula:
    """The formula."""
    return written


class Mathematics(Script):
    """The spelling of one formula.

    Attributes:
        names: How each name in the formula is written.
        shown: What names look like, which nothing else may.
        written: The formula in index notation and in the forms of books.
        calls: For functions that are not written as a name and arguments, theirs.
    """

    def __init__(self, written: WrittenFormula, forms: Forms) -> None:
        self.written = forms(written)
        names = _all_names(written).union(let for let, _ in self.written.lets)
        self.names = _distinct(names, self.named, self.plain)
        self.shown = frozenset(self.names.values())
        self.calls: dict[str, Speller] = {one: getattr(self, how) for one, how in _CALLS.items()}

    def formulas(self) -> list[str]:
        """A name for each part that recurs and its meaning, then the formula."""
        return formulas(self.written, partial(getattr, self))

    def name(self, phrase: Phrase, _: Sequence[SpelledPhrase]) -> Spelled:
        """A name."""
        return self.names[phrase.value], ATOM

    def number(self, phrase: Phrase, _: Sequence[SpelledPhrase]) -> Spelled:
        """A number that is not negative: 3, 0.5, 10⁻⁵ or a fraction."""
        value: Fraction = phrase.value
        shown = decimal(value)
        if not shown:
            return self.fraction(str(value.numerator), str(value.denominator))
        digits, exponent = shown.partition("e")[::2]
        if not exponent:
            return digits, ATOM
        power = self.raised("10", str(int(exponent)), entrywise=False)
        return power if digits == "1" else digits + self.dot + power, POWER

    def negative(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """Minus a piece."""
        return self.minus + self.within(args[0], QUOTIENT), SUM

    def plus(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A sum."""
        return signed_sum(args, self.minus, self.group), SUM

    def transpose(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A transpose; that of an inverse is one mark."""
        (arg,) = args
        if arg.phrase.op == "derivative":
            return self.derivative(turned_round(arg.phrase), ())
        if arg.phrase.is_call("inv"):
            return self.marked(self.within(arg.args[0], ATOM), "-T"), POWER
        return self.marked(self.within(arg, ATOM), "T"), POWER

    def derivative(self, phrase: Phrase, _: Sequence[SpelledPhrase]) -> Spelled:
        """A derivative; in parentheses where it is the transpose of what a layout writes."""
        value: Derivative = phrase.value
        number = not (value.of.rank or value.wrt.rank)
        names = self.named(value.of.name), self.named(value.wrt.name)
        shown, binds = self.ratio(*names, number=number)
        return (self.marked(self.group(shown), "T"), POWER) if value.lies else (shown, binds)

    def entry_of(self, variable: Variable, letters: Sequence[str]) -> str:
        """An entry of a variable; without letters the variable."""
        shown = SpelledPhrase(
            name(variable.name, variable.shape), self.named(variable.name), ATOM, ()
        )
        return self.indexed(shown, letters) if letters else shown.text

    def inverse(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """An inverse."""
        return self.marked(self.within(args[0], ATOM), "-1"), POWER

    def pseudoinverse(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A pseudo-inverse."""
        return self.marked(self.within(args[0], ATOM), "+"), POWER

    def matrix_power(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A power of a matrix as a product with itself."""
        exponent = str(matrix_exponent(phrase))
        return self.raised(self.within(args[0], ATOM), exponent, entrywise=False), POWER

    def matmul(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A matrix product; before the first factor stand its scalars."""
        first = self.within(args[0], SCALED if _is_scaled(args[0].phrase) else POWER)
        return self.beside([first, *(self.within(arg, POWER) for arg in args[1:])]), PRODUCT

    def beside(self, texts: Sequence[str]) -> str:
        """Factors side by side, with a dot between numbers."""
        result = texts[0]
        for text in texts[1:]:
            numbers = result[-1] in _DIGITS and text[0] in _DIGITS
            result += (self.dot if numbers else self.space(result, text)) + text
        return result

    def space(self, left: str, right: str) -> str:
        """What stands between two factors side by side."""
        del left, right
        return " "

    def times(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A product entry by entry."""
        return self.product(args)

    def product(self, args: Sequence[SpelledPhrase]) -> Spelled:
        """Scalars side by side, then arrays apart by their sign."""
        arrays = [arg for arg in args if arg.phrase.kind != "scalar"]
        scalars = [arg for arg in args if arg.phrase.kind == "scalar"]
        if len(arrays) > 1:
            product = self.entrywise.join(self.within(arg, POWER) for arg in arrays)
            return self.beside([*(self.within(arg, POWER) for arg in scalars), product]), SCALED
        *before, last = [*scalars, *arrays]
        simple = all(one.phrase.op in ("name", "number", "derivative") for one in before)
        bare = QUOTIENT if arrays or simple else POWER
        texts = [*(self.within(arg, POWER) for arg in before), self.within(last, bare)]
        return self.beside(texts), min(last.binds, SCALED) if last.binds >= bare else SCALED

    def power(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A power entry by entry."""
        (base,) = args
        value: Fraction = phrase.value
        inner = base.phrase
        if has_power_behind_name(inner) and value.denominator == 1:
            name = self.raised(self.head(inner.value), str(value), entrywise=False)
            return name + self.arguments(base.args[0].text), ATOM
        entrywise = phrase.kind != "scalar"
        return self.raised(self.within(base, ATOM), str(value), entrywise=entrywise), POWER

    def power_of(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A power whose exponent varies."""
        base, exponent = args
        entrywise = phrase.kind != "scalar"
        return self.raised(self.within(base, ATOM), exponent.text, entrywise=entrywise), POWER

    def norm(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A norm; that of a matrix is the root of the sum of its squares."""
        (arg,) = args
        index = "_F" if arg.phrase.kind == "matrix" else ""
        return self.bars(arg.text, double=True) + index, ATOM

    def sqrt(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A square root; that of a matrix is an exponent, to say that it is taken entrywise."""
        (radicand,) = args
        if phrase.kind in ("matrix", "tensor"):
            return self.raised(self.within(radicand, ATOM), "1/2", entrywise=True), POWER
        return self.root(radicand)

    def call(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A function of arguments."""
        return self.calls.get(phrase.value, self.applied)(phrase, args)

    def applied(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A function's name and its arguments; texts come first."""
        listed = arguments(phrase, args, self.option)
        return self.head(phrase.value) + self.arguments(listed), ATOM

    def mapped(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A declared function of an array; the derivatives of a number are ∇L and ∇²L."""
        name, order = phrase.value
        shown, inside = self.names[name], self.arguments(args[0].text)
        if not is_slope_of_number(phrase) or order > 2 or not phrase.args[0].shape:
            return shown + self.primes(order) + inside, ATOM
        above = self.raised(self.nabla, "2", entrywise=False) if order == 2 else self.nabla
        return f"{above}{shown}{inside}", ATOM

    def head(self, function: str) -> str:
        """The name of a function, with primes; its sign, if nothing else is written like it.

        The sign of an array, ε, is for its entries alone.
        """
        bare = function.rstrip("'")
        primes = self.primes(len(function) - len(bare))
        if is_undeclared(bare):
            return self.names[bare] + primes
        sign = "" if facts_of(bare).building_block else self.sign(bare)
        return (sign if sign and sign not in self.shown else self.function_name(bare)) + primes

    def constant(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A constant that is a number."""
        sign = self.sign(phrase.value)
        return (sign, ATOM) if sign not in self.shown else self.applied(phrase, args)

    def eye(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """An identity matrix."""
        shown = self.sized(self.sign(phrase.value), phrase.shape[:1])
        if shown not in self.shown:
            return shown, ATOM
        listed = arguments(phrase, args, self.option)
        return self.function_name(phrase.value) + self.arguments(listed), ATOM

    def filled(self, phrase: Phrase, _: Sequence[SpelledPhrase]) -> Spelled:
        """Ones or zeros."""
        return self.sized(self.sign(phrase.value), phrase.shape), ATOM

    def kron(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A Kronecker product."""
        return self.kronecker.join(self.within(arg, POWER) for arg in args), PRODUCT

    def absolute(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """An absolute value; bars around an array would mean a norm or a determinant."""
        if phrase.kind != "scalar":
            return self.applied(phrase, args)
        return self.bars(args[0].text), ATOM

    def logdet(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """The logarithm of the absolute determinant."""
        det = self.head("det") + self.arguments(args[0].text)
        return f"{self.head('log')}{self.bars(det)}", POWER

    def slice(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """Rows; those of an identity matrix take a part of what they are multiplied with."""
        if phrase.parameter("axis") != 0:
            return self.applied(phrase, args)
        start, stop = (str(phrase.parameter(one)) for one in ("start", "stop"))
        return self.rows(self.within(args[0], ATOM), start, stop), ATOM

    def part(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A row, a column or an entry, as Python counts."""
        return self.taken(self.within(args[0], ATOM), phrase.value), ATOM

    def entry(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """An entry of an array; of an identity matrix it is a Kronecker delta."""
        (base,) = args
        if base.phrase.op == "derivative":  # each index where it belongs: ∂f[i]/∂x[j]
            of, wrt, _ = base.phrase.value
            above = self.entry_of(of, phrase.value[: of.rank])
            return self.ratio(above, self.entry_of(wrt, phrase.value[of.rank :]))
        name, is_delta = base.phrase.value, base.phrase.is_call("eye")
        if is_delta or (base.phrase.op == "call" and all(facts_of(name).of_vectors)):
            sign = self.delta if is_delta else self.sign(name)
            shown = sign if sign not in self.shown else self.function_name(name)
            base = base._replace(text=shown, binds=ATOM)
        return self.indexed(base, phrase.value), ATOM

    def total(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A sum over letters."""
        return self.summation(phrase.value) + self.within(args[0], QUOTIENT), PRODUCT

    def place(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A factor over its shape."""
        shown = self.within(args[0], phrase.value)
        return self.over_shape(shown, book_shape(phrase)), place_binds(phrase)

    def listed(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A table of parts."""
        return self.table(in_rows(phrase, [one.text for one in args])), ATOM

    def function(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """An array, as a function of its indices."""
        letters = ",".join(phrase.value)
        shown = f"({letters})" if len(phrase.value) > 1 else letters
        return self.mapping(shown) + self.within(args[0], SUM), FUNCTION


def in_full(written: WrittenFormula) -> WrittenFormula:
    """A formula in index notation and in the forms of books, as Unicode and LaTeX spell it."""
    taken = _all_names(written)
    entries = written.changed(lambda root: in_index_notation(root, taken))
    return with_means(entries, along=False).changed(in_book_form)


def as_in_books(written: WrittenFormula) -> WrittenFormula:
    """A formula in the forms of books; in a long one what recurs has a name."""
    return with_names(in_full(written.in_books or written))


def turned_round(derivative: Phrase) -> Phrase:
    """The transpose of a derivative; a number is its own."""
    value: Derivative = derivative.value
    shaped = value.of.rank or value.wrt.rank
    return derivative._replace(value=value._replace(lies=not value.lies)) if shaped else derivative


def _all_names(written: WrittenFormula) -> set[str]:
    found = {name for root in written.roots for name in _names(root)}
    return found.union(let for let, _ in written.lets)


def _is_scaled(phrase: Phrase) -> bool:
    """Whether a phrase is scalars times one array."""
    return phrase.op == "times" and sum(arg.kind != "scalar" for arg in phrase.args) == 1


def _names(root: Phrase) -> Iterable[str]:
    """The names in a phrase: of variables, dimensions and undeclared functions."""
    for phrase in operands_first(root):
        if phrase.op == "name":
            yield phrase.value
        elif phrase.op == "call":
            bare = phrase.value.rstrip("'")
            if is_undeclared(bare):
                yield bare
        elif phrase.op == "mapped":
            yield phrase.value[0]
        elif phrase.op == "derivative":
            yield from (one.name for one in phrase.value[:2])
        for size in phrase.shape:
            yield from dimensions.names(size)


def _distinct(
    names: Iterable[str], named: Callable[[str], str], plain: Callable[[str], str]
) -> dict[str, str]:
    """How names are written: letter by letter where two would look the same."""
    written = {name: named(name) for name in names}
    count = Counter(written.values())
    return {name: plain(name) if count[shown] > 1 else shown for name, shown in written.items()}

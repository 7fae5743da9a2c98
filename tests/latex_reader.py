r"""Reads formulas in LaTeX with NumPy, as a person would: to check that they say what they mean.

Side by side binds tighter than ⊙ ⊘ ⊗, which are read from the left; then come sums, and
``(i,j) \mapsto`` takes all to its right, a sum over letters the product to its right. Every
vector is a column, and a product of a row and a column a number. An index formula is read with
an axis for each letter; a letter that only a δ has is as long as the other of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from unicode_reader import called, column

from matcalc.errors import MatcalcError
from matcalc.notation.names import latex_name

Array = NDArray[Any]

_LETTER = r"[A-Za-z](?:_\{\d+\})?"
_LISTED = re.compile(_LETTER)
_MAP = re.compile(rf"(\((?:{_LETTER},)*{_LETTER}\)|{_LETTER}) \\mapsto ")
_SKIPPED = re.compile(r"\s+|\\,|\\!|\\left|\\right")
_NUMBER = re.compile(r"\d+(\.\d+)?")
_FUNCTION = re.compile(r"\\operatorname\{((?:\w|\\_)+)\}|\\(exp|log|a?r?c?(?:sin|cos|tan)h?|det)\b")
_TEXT = re.compile(r"\\texttt\{(\".*?\")\}")
_OPTION = re.compile(r"\\text\{((?:\w|\\_)+)\} = ")
_MARK = re.compile(r"\^\\top|_F|\{:\}|[-+(),=\[\]/>]")
_WORD = re.compile(r"\\[A-Za-z]+(?:\{(?:[01]|e)\})?")
_SIGNS = {r"\sigma": "sigmoid", r"\Phi": "Phi"}
_CHAIN: Mapping[str, Callable[[Array, Array], Array]] = {
    r"\odot": np.multiply,
    r"\oslash": np.divide,
    r"\otimes": np.kron,
}
_LARGEST = 4_000_000  # entries of an array on the way


class UnreadError(Exception):
    """A formula that is too large to be read in a test."""


class Token(NamedTuple):
    """A piece of LaTeX: what it is, and its text or the formulas in its braces."""

    kind: str
    text: str
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Term:
    """A formula: an operation, what it is made of, and its letters, sign or options."""

    op: str
    parts: tuple[Term, ...] = ()
    data: Any = None


class Value(NamedTuple):
    """An array whose first axes belong to letters, and its letters."""

    array: Array
    letters: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The axes without those of letters."""
        return self.array.shape[len(self.letters) :]


def read_latex(
    formula: str, arrays: Mapping[str, Any], sizes: Mapping[str, int], shape: Sequence[int]
) -> Array:
    """The value of a formula; names for what recurs come first.

    Args:
        formula: In LaTeX.
        arrays: For each variable.
        sizes: For each name of a dimension.
        shape: Of the value, for letters that nothing else has.
    """
    names = {latex_name(name): column(np.asarray(array, float)) for name, array in arrays.items()}
    names |= {latex_name(name): np.array(float(size)) for name, size in sizes.items()}
    *lets, last = formula.split(r",\quad ")
    for let in lets:
        name, _, meaning = let.partition(" = ")
        names[name] = column(_Evaluation(names, ()).array(_parsed(meaning, names)))
    return _Evaluation(names, shape).array(_parsed(last, names))


def _tokens(text: str, names: Mapping[str, Array]) -> Iterator[Token]:
    """The pieces of a formula; what is in braces stays whole."""
    known = sorted(names, key=len, reverse=True)
    place = 0
    while place < len(text):
        skipped = _SKIPPED.match(text, place)
        token, place = (None, skipped.end()) if skipped else _token(text, place, known)
        if token:
            yield token


def _token(text: str, place: int, known: Sequence[str]) -> tuple[Token, int]:
    """The piece at a place, and where it ends."""
    found = _MAP.match(text, place)
    if found:
        return Token("map", found[1]), found.end()
    for name in known:
        whole = not (name[0] == "\\" and text[place + len(name) :][:1].isalpha())
        if text.startswith(name, place) and whole:
            return Token("name", name), place + len(name)
    for opens, kind, count in (("_{", "sub", 1), ("^{", "sup", 1), (r"\frac{", "frac", 2)):
        if text.startswith(opens, place):
            return _braces(kind, count, text, place + len(opens) - 1)
    if text.startswith(r"\sqrt{", place):
        return _braces("root", 1, text, place + 5)
    for kind, pattern in (
        ("option", _OPTION),
        ("text", _TEXT),
        ("function", _FUNCTION),
        ("number", _NUMBER),
        ("mark", _MARK),
        ("word", _WORD),
    ):
        found = pattern.match(text, place)
        if found:
            whole_text = next((one for one in found.groups() if one), found[0])
            return Token(kind, whole_text if kind != "number" else found[0]), found.end()
    if text[place] == "I":
        return Token("word", "I"), place + 1
    raise AssertionError(f"not LaTeX that is known: {text[place:][:60]!r}")


def _braces(kind: str, count: int, text: str, place: int) -> tuple[Token, int]:
    """A piece with formulas in braces."""
    inside = []
    for _ in range(count):
        end, depth = place, 0
        while True:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
            if not depth:
                break
        inside.append(text[place + 1 : end - 1])
        place = end
    return Token(kind, "", tuple(inside)), place


def _parsed(text: str, names: Mapping[str, Array]) -> Term:
    reader = _Reader(text, names)
    found = reader.formula()
    assert reader.next.kind == "end", (text, reader.next)
    return found


class _Reader:
    def __init__(self, text: str, names: Mapping[str, Array]) -> None:
        self.names = names
        self.tokens = [*_tokens(text, names), Token("end", "")]
        self.place = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.place]

    def take(self, text: str | None = None) -> Token:
        token = self.next
        assert text in (None, token.text), (text, self.tokens[self.place :])
        self.place += 1
        return token

    def inside(self, token: Token) -> tuple[Term, ...]:
        return tuple(_parsed(one, self.names) for one in token.inside)

    def formula(self) -> Term:
        if self.next.kind == "map":
            letters = tuple(_LISTED.findall(self.take().text))
            return Term("map", (self.sum(),), letters)
        return self.sum()

    def sum(self) -> Term:
        found = self.signed(self.take().text if self.next.text == "-" else "+")
        while self.next.text in ("+", "-"):
            found = Term("add", (found, self.signed(self.take().text)))
        return found

    def signed(self, sign: str) -> Term:
        found = self.chain()
        return found if sign == "+" else Term("minus", (found,))

    def chain(self) -> Term:
        found = self.product()
        while self.next.text in _CHAIN:
            found = Term("chain", data=self.take().text, parts=(found, self.product()))
        return found

    def product(self) -> Term:
        found = self.factor()
        while True:
            if self.next.text == r"\cdot":
                self.take()
            elif self.next.text == "/":  # of numbers, in an exponent
                self.take()
                found = Term("chain", (found, self.factor()), r"\oslash")
                continue
            elif not self.starts_factor():
                return found
            found = Term("beside", (found, self.factor()))

    def starts_factor(self) -> bool:
        kind, text, _ = self.next
        if kind == "word":
            return text not in (*_CHAIN, r"\times", r"\rvert", r"\rVert")
        return kind in ("name", "frac", "root", "function", "number") or text == "("

    def factor(self) -> Term:
        found = self.atom()
        while True:
            kind, text, _ = self.next
            if kind == "sub":
                letters = tuple(_LISTED.findall(self.take().inside[0]))
                found = Term("entry", (found,), letters)
            elif text == r"^\top":
                self.take()
                found = Term("transpose", (found,))
            elif kind == "sup":
                found = self.raised(found, self.take().inside[0])
            elif text == "[":
                found = self.rows(found)
            else:
                return found

    def raised(self, base: Term, exponent: str) -> Term:
        if exponent in ("-1", r"-\top", "+"):
            return Term("mark", (base,), exponent)
        entrywise = exponent.startswith(r"\odot ")
        power = _parsed(exponent.removeprefix(r"\odot "), self.names)
        return Term("power", (base, power), entrywise)

    def rows(self, base: Term) -> Term:
        self.take("[")
        start = self.sum()
        self.take("{:}")
        stop = self.sum()
        self.take("]")
        return Term("rows", (base, start, stop))

    def atom(self) -> Term:
        kind, text, inside = token = self.take()
        if kind in ("name", "number"):
            return Term(kind, data=text)
        if kind == "frac":
            return Term("chain", self.inside(token), r"\oslash")
        if kind == "root":
            return Term("root", self.inside(token))
        if kind == "function":
            return self.function(text.replace(r"\_", "_"))
        if text == "(":
            found = self.formula()
            self.take(")")
            return found
        assert not inside, token
        return self.word(text)

    def word(self, text: str) -> Term:
        if text == r"\pi":
            return Term("number", data=str(np.pi))
        if text in _SIGNS:
            return self.function(_SIGNS[text])
        if text == r"\mathbf{1}" and self.next.text == "[":
            return self.step()
        special = {
            r"\lvert": self.bars,
            r"\lVert": self.bars,
            r"\sum": self.total,
            r"\mathrm{e}": self.exponential,
            r"\delta": self.signed_letters,
            r"\epsilon": self.signed_letters,
        }.get(text)
        return special(text) if special else Term("filled", self.shape(self.taken()), text)

    def taken(self) -> str:
        return self.take().inside[0]

    def bars(self, text: str) -> Term:
        found = self.formula()
        self.take(text.replace("l", "r", 1))
        if self.next.text == "_F":
            self.take()
        return Term("norm" if text == r"\lVert" else "abs", (found,))

    def total(self, _: str) -> Term:
        letters = tuple(_LISTED.findall(self.taken()))
        return Term("total", (self.chain(),), letters)

    def exponential(self, _: str) -> Term:
        return Term("call", self.inside(self.take()), ("expm", ""))

    def signed_letters(self, text: str) -> Term:
        letters = tuple(_LISTED.findall(self.taken()))
        return Term("delta" if text == r"\delta" else "epsilon", data=letters)

    def shape(self, text: str) -> tuple[Term, ...]:
        reader = _Reader(text, self.names)
        found = [reader.sum()]
        while reader.next.text == r"\times":
            reader.take()
            found.append(reader.sum())
        assert reader.next.kind == "end", text
        return tuple(found)

    def step(self) -> Term:
        self.take("[")
        found = self.sum()
        self.take(">")
        self.take("0")
        self.take("]")
        return Term("step", (found,))

    def function(self, name: str) -> Term:
        if name == "log" and self.next.text == r"\lvert":
            return Term("call", (self.atom(),), ("log", ""))
        power = self.inside(self.take()) if self.next.kind == "sup" else ()
        if name in ("eye", "levi_civita") and self.next.kind == "sub":
            letters = tuple(_LISTED.findall(self.take().inside[0]))
            return Term("delta" if name == "eye" else "epsilon", data=letters)
        values, options = [], ""
        while self.take().text in ("(", ","):
            if self.next.kind in ("option", "text"):
                options += f", {self.option()}"
            elif self.next.text != ")":
                values.append(self.formula())
        found = Term("call", tuple(values), (name, options))
        return Term("power", (found, *power), True) if power else found

    def option(self) -> str:
        name = f"{self.take().text}=" if self.next.kind == "option" else ""
        if self.next.kind == "text":
            return (name or "pattern=") + self.take().text.replace(r"\_", "_")
        texts, depth = [], 0
        while depth or self.next.text not in (",", ")"):
            token = self.take()
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            texts.append(token)
        if not any(token.kind == "name" for token in texts):
            return name + "".join(token.text for token in texts)
        reader = _Reader("", self.names)
        reader.tokens = [*texts, Token("end", "")]
        return f"{name}{int(_Evaluation(self.names, ()).array(reader.sum()))}"


class _Evaluation:
    def __init__(self, names: Mapping[str, Array], shape: Sequence[int]) -> None:
        self.names = names
        self.shape = shape
        self.lengths: dict[str, int] = {}
        self.done: dict[Term, Value] = {}
        self.top: Term | None = None

    def array(self, term: Term) -> Array:
        self.top = term
        if term.op == "map":
            for letter, length in zip(term.data, self.shape, strict=False):
                self.lengths[letter] = length
        found = self.value(term)
        assert not found.letters, "a letter that is bound nowhere"
        return found.array

    def value(self, term: Term) -> Value:
        if term not in self.done:
            with np.errstate(all="ignore"):
                self.done[term] = getattr(self, term.op)(term)
        return self.done[term]

    def values(self, term: Term) -> list[Value]:
        return [self.value(part) for part in term.parts]

    def name(self, term: Term) -> Value:
        return Value(self.names[term.data])

    def number(self, term: Term) -> Value:
        return Value(np.array(float(term.data)))

    def map(self, term: Term) -> Value:
        """An array of the body's values: its letters become axes."""
        bound = self.bound(term)
        body = self.value(term.parts[0])
        outer = tuple(letter for letter in body.letters if letter not in bound)
        wanted = (*outer, *bound)
        full = _spread(body, wanted, [self.lengths[letter] for letter in wanted])
        if len(bound) == 1 and not body.shape:
            full = full[..., None]
        return Value(full, outer)

    def total(self, term: Term) -> Value:
        bound = self.bound(term)
        body = self.value(term.parts[0])
        axes = tuple(k for k, letter in enumerate(body.letters) if letter in bound)
        assert len(axes) == len(bound), "a sum over a letter that is not there"
        kept = tuple(letter for letter in body.letters if letter not in bound)
        return Value(body.array.sum(axis=axes), kept)

    def bound(self, term: Term) -> tuple[str, ...]:
        """The letters that a term binds, whose lengths are found by what they index."""
        letters: tuple[str, ...] = term.data
        pairs = []
        for letter in letters if term is not self.top else ():
            self.lengths.pop(letter, None)  # of another scope
        for entry in _entries(term.parts[0], set(letters)):
            if entry.op == "delta":
                pairs.append(entry.data)
            elif entry.op == "epsilon":
                self.lengths |= dict.fromkeys(set(letters) & set(entry.data), len(entry.data))
            else:
                base = self.value(entry.parts[0])
                for letter, length in zip(entry.data, _indexed(base, entry.data), strict=True):
                    if letter in letters:
                        self.lengths[letter] = length
        for one, two in [*pairs, *reversed(pairs)]:
            for known, other in ((one, two), (two, one)):
                if known in self.lengths and other in letters:
                    self.lengths.setdefault(other, self.lengths[known])
        return letters

    def entry(self, term: Term) -> Value:
        """The entries of an array at letters; twice the same letter is a diagonal."""
        (base,) = self.values(term)
        letters: tuple[str, ...] = term.data
        lengths = _indexed(base, letters)
        array = base.array.reshape((*base.array.shape[: len(base.letters)], *lengths))
        return _diagonals(Value(array, (*base.letters, *letters)))

    def delta(self, term: Term) -> Value:
        return _diagonals(Value(np.eye(self.lengths[term.data[0]]), term.data))

    def epsilon(self, term: Term) -> Value:
        return _diagonals(Value(_signs(len(term.data)), term.data))

    def filled(self, term: Term) -> Value:
        sizes = [int(one.array) for one in self.values(term)]
        if term.data == "I":
            return Value(np.eye(*sizes))
        number = {r"\mathbf{1}": 1.0, r"\mathbf{0}": 0.0}[term.data]
        return Value(column(np.full(sizes, number)))

    def add(self, term: Term) -> Value:
        return _together(np.add, *self.values(term))

    def minus(self, term: Term) -> Value:
        (one,) = self.values(term)
        return Value(-one.array, one.letters)

    def chain(self, term: Term) -> Value:
        one, two = self.values(term)
        if term.data == r"\otimes":
            assert not one.letters, "a Kronecker product of entries"
            assert not two.letters, "a Kronecker product of entries"
        return _together(_CHAIN[term.data], one, two)

    def beside(self, term: Term) -> Value:
        one, two = _fitting(*self.values(term))
        if not (one.shape and two.shape):
            return _together(np.multiply, one, two)
        assert len(one.shape) == len(two.shape) == 2, "no matrices side by side"
        found = _together(np.matmul, one, two)
        return _number(found)

    def transpose(self, term: Term) -> Value:
        (one,) = self.values(term)
        return Value(one.array.swapaxes(-1, -2), one.letters) if one.shape else one

    def mark(self, term: Term) -> Value:
        (one,) = self.values(term)
        if not one.shape:
            assert term.data == "-1", "a mark of matrices on a number"
            return Value(1 / one.array, one.letters)
        found = np.linalg.pinv(one.array) if term.data == "+" else np.linalg.inv(one.array)
        return Value(found.swapaxes(-1, -2) if "top" in term.data else found, one.letters)

    def power(self, term: Term) -> Value:
        one, two = self.values(term)
        if one.shape and not term.data:  # of the matrix, not of its entries
            return Value(np.linalg.matrix_power(one.array, int(two.array)), one.letters)
        return _together(np.power, one, two)

    def rows(self, term: Term) -> Value:
        base, start, stop = self.values(term)
        assert not base.letters, "rows of entries"
        return Value(base.array[int(start.array) : int(stop.array)])

    def root(self, term: Term) -> Value:
        (one,) = self.values(term)
        return Value(np.sqrt(one.array), one.letters)

    def abs(self, term: Term) -> Value:
        (one,) = self.values(term)
        assert not one.shape, "the absolute value of an array"
        return Value(np.abs(one.array), one.letters)

    def norm(self, term: Term) -> Value:
        (one,) = self.values(term)
        axes = tuple(range(len(one.letters), one.array.ndim))
        return Value(np.sqrt((one.array**2).sum(axis=axes)), one.letters)

    def step(self, term: Term) -> Value:
        (one,) = self.values(term)
        return Value((one.array > 0).astype(float), one.letters)

    def call(self, term: Term) -> Value:
        """A function of arrays; of entries, for each of them."""
        function, options = term.data
        values = self.values(term)
        letters = tuple(dict.fromkeys(letter for one in values for letter in one.letters))
        if not letters:
            return Value(_applied(function, [one.array for one in values], options))
        lengths = [self.lengths[letter] for letter in letters]
        full = [_spread(one, letters, lengths) for one in values]
        if not any(one.shape for one in values) and np.prod(lengths) > 1:
            flat = [one.reshape(-1, 1) for one in full]
            found = _applied(function, flat, options)
            assert found.shape == flat[0].shape, f"{function} is not taken entry by entry"
            first = _applied(function, [one.reshape(-1)[0].reshape(()) for one in full], options)
            np.testing.assert_allclose(found[0, 0], first, rtol=1e-9, atol=1e-12)
            return Value(found.reshape(lengths), letters)
        each = [
            _applied(function, [one[index] for one in full], options)
            for index in np.ndindex(*lengths)
        ]
        return Value(np.reshape(each, (*lengths, *each[0].shape)), letters)


def _applied(function: str, arrays: list[Array], options: str) -> Array:
    """A function of the input language; a single column is a vector, unless that does not fit."""
    if "axis=1" in options:
        return called(function, arrays, options, flat=False)
    try:
        return called(function, arrays, options)
    except (MatcalcError, ValueError):
        return called(function, arrays, options, flat=False)


def _fitting(one: Value, two: Value) -> tuple[Value, Value]:
    """Two factors; one of a single entry that does not fit beside the other is a number."""
    if one.shape[1:] == two.shape[:1]:
        return one, two
    return _number(one), _number(two)


def _number(value: Value) -> Value:
    return Value(value.array[..., 0, 0], value.letters) if value.shape == (1, 1) else value


def _signs(size: int) -> Array:
    """The sign of each permutation: ε."""
    found = np.zeros((size,) * size)
    for places in permutations(range(size)):
        found[places] = np.linalg.det(np.eye(size)[list(places)])
    return found


def _entries(term: Term, letters: set[str]) -> Iterator[Term]:
    """What some letters index in a term; those that an inner part binds are its own."""
    if term.op in ("entry", "delta", "epsilon") and letters & set(term.data):
        yield term
    inner = letters - set(term.data) if term.op in ("map", "total") else letters
    for part in term.parts if inner else ():
        yield from _entries(part, inner)


def _indexed(base: Value, letters: Sequence[str]) -> tuple[int, ...]:
    """The lengths of the axes that letters index: of a column or a row the one."""
    shape = base.shape
    if len(letters) == 1 and len(shape) == 2:
        shape = shape[:1] if shape[1] == 1 else shape[1:]
    assert len(shape) == len(letters), (shape, letters)
    return shape


def _diagonals(value: Value) -> Value:
    """An array with one axis for each letter."""
    kept = tuple(dict.fromkeys(value.letters))
    numbers = {letter: k for k, letter in enumerate(kept)}
    labels = [numbers[letter] for letter in value.letters]
    return Value(np.einsum(value.array, labels, list(range(len(kept)))), kept)


def _spread(value: Value, letters: Sequence[str], lengths: Sequence[int]) -> Array:
    """An array with an axis for each of some letters, in their order."""
    rank = len(value.letters)
    order = sorted(range(rank), key=lambda k: letters.index(value.letters[k]))
    turned = value.array.transpose([*order, *range(rank, value.array.ndim)])
    has = [letter in value.letters for letter in letters]
    shape = [n if there else 1 for n, there in zip(lengths, has, strict=True)]
    entries = int(np.prod([*lengths, *value.shape]))
    if entries > _LARGEST:
        raise UnreadError(f"{entries:,} entries")
    spread = turned.reshape((*shape, *value.shape))
    return np.broadcast_to(spread, (*lengths, *value.shape))


def _together(function: Callable[[Array, Array], Array], *values: Value) -> Value:
    """A function of two arrays, for each of their letters; a number stands for every entry."""
    letters = tuple(dict.fromkeys(letter for one in values for letter in one.letters))
    lengths = {
        letter: length
        for one in values
        for letter, length in zip(one.letters, one.array.shape, strict=False)
    }
    rank = max(len(one.shape) for one in values)
    full = []
    for one in values:
        spread = _spread(one, letters, [lengths[letter] for letter in letters])
        missing = rank - len(one.shape)
        assert not missing or not one.shape, "arrays of different rank"
        full.append(spread.reshape((*spread.shape, *(1,) * missing)))
    return Value(np.asarray(reduce(function, full)), letters)

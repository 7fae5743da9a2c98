"""Reads formulas in Unicode with NumPy, as a person would: to check that they say what they mean.

Side by side binds tighter than ⊙ ⊘ ⊗ and /, which are read from the left; then come sums.
Every vector is a column, and a product of a row and a column a number.
"""

import re
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcalc.expression import read_formula
from matcalc.notation.names import lowered
from matcalc.plan import evaluate
from matcalc.variables import Variable

Array = NDArray[Any]

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_NAME = r"(?![⁰-⁹¹²³ᵀ])[^\W\d](?:(?![⁰-⁹¹²³ᵀ])\w)*"
_TOKEN = re.compile(
    r"(?P<mark>⁻¹|⁻ᵀ|ᵀ|⁺|‖_F|⊙?[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|⊙?\^)"
    r"|(?P<filled>[I10](?=[₀-₉ₐ-ₜᵢ-ᵥⱼ_])(?:[₀-₉ₐ-ₜᵢ-ᵥⱼ₊₋]|_[A-Za-z]+)*)|(?P<number>[0-9]+(\.[0-9]+)?)"
    rf"|(?P<call>{_NAME}(?=[⁰¹²³⁴⁵⁶⁷⁸⁹]*\()|log(?=\|))|(?P<name>{_NAME})"
    r"|(?P<sign>[-−+⊙⊘⊗/·(),=|‖√\"])|\s+"
)
_SIGNS = {"σ": "sigmoid", "Φ": "Phi"}
_PRODUCTS: Mapping[str, Any] = {
    "⊙": np.multiply,
    "⊘": np.divide,
    "/": np.divide,
    "⊗": np.kron,
}


def read_unicode(formula: str, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> Array:
    """The value of a formula in matrix notation; names for what recurs come first."""
    names = {name: column(np.asarray(array, float)) for name, array in arrays.items()}
    names |= {name: np.array(float(size)) for name, size in sizes.items()}
    *lets, last = formula.split("; ")
    for let in lets:
        name, _, meaning = let.partition(" = ")
        names[name] = _Reader(meaning, names, sizes).sum()
    return _Reader(last, names, sizes).formula()


class _Reader:
    def __init__(self, text: str, names: Mapping[str, Array], sizes: Mapping[str, int]) -> None:
        self.names = names
        self.sizes = sizes
        self.filled = {lowered((size,)): value for size, value in sizes.items()}
        tokens = list(_TOKEN.finditer(text))
        assert "".join(token[0] for token in tokens) == text, text
        self.tokens = [(one.lastgroup, one[0]) for one in tokens if one.lastgroup] + [("end", "")]
        self.place = 0
        self.in_norm = False
        self.in_bars = False

    def take(self, text: str | None = None) -> str:
        found = self.tokens[self.place][1]
        assert text in (None, found), (text, self.tokens[self.place :])
        self.place += 1
        return found

    @property
    def next(self) -> str:
        return self.tokens[self.place][1]

    def formula(self) -> Array:
        value = self.sum()
        self.take("")
        return value

    def sum(self) -> Array:
        negative = self.next == "−" and self.take()
        value = -self.chain() if negative else self.chain()
        while self.next in ("+", "−"):
            sign = 1 if self.take() == "+" else -1
            value = value + sign * self.chain()
        return value

    def chain(self) -> Array:
        value = self.product()
        while self.next in _PRODUCTS:
            value = _PRODUCTS[self.take()](value, self.product())
        return value

    def product(self) -> Array:
        value = self.factor()
        while self.next == "·" or self.starts_factor():
            if self.next == "·":
                self.take()
            value = _beside(value, self.factor())
        return value

    def starts_factor(self) -> bool:
        kind, text = self.tokens[self.place]
        opens = (text == "‖" and not self.in_norm) or (text == "|" and not self.in_bars)
        return kind in ("filled", "number", "name", "call") or text in ("(", "√") or opens

    def factor(self) -> Array:
        value = self.atom()
        while self.tokens[self.place][0] == "mark" and self.next != "‖_F":
            value = self.marked(value, self.take())
        return value

    def marked(self, value: Array, mark: str) -> Array:
        plain = {"ᵀ": lambda: value.T, "⁺": lambda: np.linalg.pinv(value)}
        if mark in plain:
            return plain[mark]()
        if mark == "⁻¹" and value.ndim:
            return np.linalg.inv(value)
        if mark == "⁻ᵀ":
            return np.linalg.inv(value).T
        exponent = mark.removeprefix("⊙")
        power = self.atom() if exponent == "^" else float(exponent.translate(_RAISED))
        if value.ndim and exponent == mark:  # of the matrix, not of its entries
            return np.linalg.matrix_power(value, int(power))
        return value**power

    def atom(self) -> Array:
        kind, _ = self.tokens[self.place]
        text = self.take()
        if kind in ("number", "filled", "name", "call"):
            return {"filled": self.constant, "call": self.call}.get(str(kind), self.known)(text)
        if text == "√":
            return np.sqrt(self.atom())
        before = self.in_norm, self.in_bars
        self.in_norm, self.in_bars = text == "‖", text == "|"
        value = self.sum()
        self.in_norm, self.in_bars = before
        if text == "‖":
            assert self.take() in ("‖", "‖_F")
            return np.sqrt((value**2).sum())
        self.take({"(": ")", "|": "|"}[text])
        return _number(np.abs(value) if text == "|" else value)

    def known(self, text: str) -> Array:
        if text in self.names:
            return self.names[text]
        return np.array(np.pi if text == "π" else float(text))

    def constant(self, text: str) -> Array:
        size = self.filled.get(text[1:]) or self.size(text[1:])
        return np.eye(size) if text[0] == "I" else np.full((size, 1), float(text[0]))

    def size(self, index: str) -> int:
        """A sum of products of sizes in small letters: ₘₙ₊₁."""
        small = {lowered((name,)): name for name in self.sizes if len(name) == 1}
        total = 0
        for sign, term in re.findall(r"([₊₋]?)([^₊₋]+)", index):
            digits = re.match("[₀-₉]*", term)
            assert digits, index
            factors = [self.sizes[small[letter]] for letter in term[digits.end() :]]
            number = int(digits[0].translate(_LOWERED_DIGITS) or 1)
            total += (-1 if sign == "₋" else 1) * number * prod(factors)
        return total

    def call(self, function: str) -> Array:
        if self.next == "|":
            return np.log(self.atom())
        power = self.take() if self.next != "(" else "¹"  # tanh²(x)
        values, options = [], ""
        while self.take() in ("(", ","):
            if self.tokens[self.place + 1][1] == "=":
                options += f", {self.take()}{self.take()}"
                while self.next not in (",", ")"):
                    options += self.take()
            else:
                values.append(self.sum())
        value = called(_SIGNS.get(function, function), values, options)
        return value ** float(power.translate(_RAISED))


_LOWERED_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def column(value: Array) -> Array:
    """A vector as a matrix of one column."""
    return value[:, None] if value.ndim == 1 else value


def _number(value: Array) -> Array:
    return value.reshape(()) if value.shape == (1, 1) else value


def _beside(one: Array, two: Array) -> Array:
    return _number(one @ two) if one.ndim and two.ndim else one * two


def called(function: str, values: list[Array], options: str, *, flat: bool = True) -> Array:
    """A function of the input language, of arrays whose vectors are columns."""
    if flat:
        values = [one[:, 0] if one.ndim == 2 and one.shape[1] == 1 else one for one in values]
    variables = {f"v{k}": Variable(f"v{k}", value.shape) for k, value in enumerate(values)}
    given = f"{', '.join(variables)}{options}".removeprefix(", ")
    text = f"{function}({given})"
    node = read_formula(text, variables).node
    return column(evaluate(node, dict(zip(variables, values, strict=True))))

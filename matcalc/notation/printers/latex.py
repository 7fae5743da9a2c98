"""Formulas in LaTeX, for amsmath and for KaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from matcalc.dimensions import Dimension, Shape
from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.names import latex_name, latex_plain, latex_shape, latex_size
from matcalc.notation.parameters import Parameter, Word, spelled
from matcalc.notation.printers.mathematics import Forms, Mathematics, as_in_books
from matcalc.notation.printers.spelling import (
    ATOM,
    POWER,
    PRODUCT,
    SCALED,
    SUM,
    Spelled,
    SpelledPhrase,
)
from matcalc.notation.tree import Phrase
from matcalc.operations import facts_of

_TALL = re.compile(r"\\(left|frac|sqrt|sum)")
_WORD = re.compile(r".*\\mathit\{[^{}]*\}\Z", re.DOTALL)
_EXPONENT = 3  # of more parts, expm(A) is not written as a power of e


def latex(written: WrittenFormula) -> str:
    r"""A formula in LaTeX; names for what recurs come first.

    >>> import matcalc as mc
    >>> from matcalc.expression import read_formula
    >>> from matcalc.notation import write
    >>> x, A = mc.parse_variable("x[n]"), mc.parse_variable("A[n,n]")
    >>> print(latex(write(read_formula("(A + A.T) @ x / (x.T @ x)", {"x": x, "A": A}).node)))
    \frac{1}{x^\top x} \left(A + A^\top\right) x
    """
    return r",\quad ".join(latex_formulas(written))


def latex_formulas(written: WrittenFormula, forms: Forms = as_in_books) -> list[str]:
    """A name for each part that recurs and its meaning, then the formula.

    Args:
        written: The formula.
        forms: What is done to it before it is spelled.
    """
    return _Latex(written, forms).formulas()


class _Latex(Mathematics):
    minus = "-"
    dot = r" \cdot "
    entrywise = r" \odot "
    quotient = r" \oslash "
    kronecker = r" \otimes "
    delta = r"\delta"
    nabla = r"\nabla "
    marks: ClassVar = {"T": r"^\top", "-1": "^{-1}", "-T": r"^{-\top}", "+": "^{+}"}

    def __init__(self, written: WrittenFormula, forms: Forms) -> None:
        super().__init__(written, forms)
        self.calls |= {"expm": self.expm, "step": self.step}

    @staticmethod
    def sign(name: str) -> str:
        return facts_of(name).latex

    @staticmethod
    def named(name: str) -> str:
        return latex_name(name)

    @staticmethod
    def plain(name: str) -> str:
        return latex_plain(name)

    def fraction(self, above: str, below: str) -> Spelled:
        return rf"\frac{{{above}}}{{{below}}}", POWER

    def group(self, text: str) -> str:
        return rf"\left({text}\right)"

    def arguments(self, text: str) -> str:
        return rf"\!\left({text}\right)" if _TALL.search(text) else f"({text})"

    def bars(self, text: str, *, double: bool = False) -> str:
        left, right = (r"\lVert", r"\rVert") if double else (r"\lvert", r"\rvert")
        if _TALL.search(text):
            return rf"\left{left} {text} \right{right}"
        return f"{left} {text} {right}"

    def function_name(self, function: str) -> str:
        return rf"\operatorname{{{_escaped(function)}}}"

    def primes(self, number: int) -> str:
        return "'" * number

    def option(self, parameter: Parameter) -> str:
        name, value = parameter
        shown = spelled(value)
        is_word = isinstance(value, Word)
        shown = rf"\texttt{{{_escaped(shown)}}}" if is_word else latex_size(shown)
        return rf"\text{{{_escaped(name)}}} = {shown}" if name else shown

    def ratio(self, above: str, below: str, *, number: bool = False) -> Spelled:
        del number  # a fraction stands apart as it is
        return rf"\frac{{\partial {above}}}{{\partial {below}}}", POWER

    def raised(self, base: str, exponent: str, *, entrywise: bool) -> str:
        sign = r"\odot " if entrywise else ""
        exponent = self.group(exponent) if entrywise and " " in exponent else exponent
        return f"{base}^{{{sign}{exponent}}}"

    def space(self, left: str, right: str) -> str:
        words = right.startswith(r"\mathit") or _WORD.match(left)
        return r" \, " if words else " "

    def sized(self, symbol: str, shape: Shape) -> str:
        size = latex_size(shape[0]) if len(shape) == 1 else latex_shape(shape)
        return f"{symbol}_{{{size}}}"

    def indexed(self, base: SpelledPhrase, letters: Sequence[str]) -> str:
        shown = self.within(base, ATOM)
        if shown.endswith("}") and "_{" in shown:  # it has an index already
            shown = self.group(shown)
        return f"{shown}_{{{_listed(letters)}}}"

    def summation(self, letters: Sequence[str]) -> str:
        return rf"\sum_{{{_listed(letters, ',')}}} "

    def mapping(self, letters: str) -> str:
        return rf"{letters} \mapsto "

    def over_shape(self, factor: str, shape: Shape) -> str:
        return rf"\underbrace{{{factor}}}_{{{latex_shape(shape)}}}"

    def rows(self, base: str, start: str, stop: str) -> str:
        return f"{base}[{latex_size(start)}{{:}}{latex_size(stop)}]"

    def table(self, rows: Sequence[Sequence[str]]) -> str:
        inside = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{bmatrix}} {inside} \end{{bmatrix}}"

    def taken(self, base: str, places: Sequence[Dimension | None]) -> str:
        shown = ["{:}" if one is None else latex_size(str(one)) for one in places]
        return f"{base}[{', '.join(shown)}]"

    def over(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        del phrase
        above, below = args
        if below.phrase.kind != "scalar":
            left, right = self.within(above, SCALED), self.within(below, POWER)
            return left + self.quotient + right, PRODUCT
        return (
            self.fraction(above.text, below.text)
            if _is_short(above, below)
            else self.scaled(above, below)
        )

    def scaled(self, above: SpelledPhrase, below: SpelledPhrase) -> Spelled:
        """A product divided by a scalar: a fraction of its coefficients, then the rest."""
        factors = above.args if above.phrase.op == "times" else (above,)
        front = [one for one in factors if _is_coefficient(one.phrase, above.phrase)]
        rest = [one for one in factors if not _is_coefficient(one.phrase, above.phrase)]
        inside = [front[0].text] if len(front) == 1 else [self.within(one, POWER) for one in front]
        coefficient = self.fraction(self.beside(inside or ["1"]), below.text)[0]
        shown, binds = self.product(rest)
        return f"{coefficient} {shown}", binds

    def root(self, radicand: SpelledPhrase) -> Spelled:
        return rf"\sqrt{{{radicand.text}}}", POWER

    def expm(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """A matrix exponential."""
        if phrase.args[0].size > _EXPONENT:
            return self.applied(phrase, args)
        return rf"\mathrm{{e}}^{{{args[0].text}}}", POWER

    def step(self, _: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        """One where an entry is positive, else zero."""
        shown = f"{self.within(args[0], SUM)} > 0"
        left, right = (r"\!\left[", r"\right]") if _TALL.search(shown) else ("[", "]")
        return rf"\mathbf{{1}}{left}{shown}{right}", ATOM


def _is_short(above: SpelledPhrase, below: SpelledPhrase) -> bool:
    """Whether a fraction is written as one, and not as a coefficient before a product."""
    number = below.phrase.op == "number"
    if above.phrase.kind != "scalar":
        return above.binds >= POWER and not number
    tall = bool(_TALL.search(above.text))
    if above.binds <= SUM:
        return not (tall and number)
    numbers = all(one.op == "number" for one in above.phrase.args)
    return above.binds >= POWER or numbers or not (tall or number)


def _is_coefficient(factor: Phrase, product: Phrase) -> bool:
    """Whether a factor of a product stands in the fraction before it."""
    return factor.op == "number" if product.kind == "scalar" else factor.kind == "scalar"


def _listed(letters: Sequence[str], between: str = "") -> str:
    """Letters of an index, apart where one is more than a letter."""
    shown = [latex_name(letter) for letter in letters]
    return ("," if any(len(one) > 1 for one in letters) else between).join(shown)


def _escaped(text: str) -> str:
    """Text as LaTeX shows it; it holds names, numbers, quotes and arrows."""
    return text.replace("_", r"\_")

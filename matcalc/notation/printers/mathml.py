"""Formulas in MathML, which browsers and notebooks set without a script.

The tree is spelled as in Unicode, with marks around what stands above, below or over another; no
formula has these marks, which are private to a program. At the end each sign becomes an element:
names ``<mi>``, numbers ``<mn>``, all others ``<mo>``, everything escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import ClassVar

from matcalc.dimensions import Shape
from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.names import spelled_shape, spelled_size
from matcalc.notation.printers.mathematics import Forms, Mathematics, as_in_books
from matcalc.notation.printers.spelling import (
    ATOM,
    POWER,
    PRODUCT,
    Spelled,
    SpelledPhrase,
)
from matcalc.notation.tree import Phrase
from matcalc.scripts import on_the_line, subscript

_OPEN, _OF, _NEXT, _CLOSE = "\ue010", "\ue013", "\ue011", "\ue012"
_MARK = re.compile(f"({_OPEN}[a-z]+{_OF}|{_NEXT}|{_CLOSE})")
_RATIO = re.compile(rf"(∂[^\s/·()=∂{_OPEN}-{_OF}]+)/(∂[^\s/·()={_OPEN}-{_OF}]+)")
_LOWERED = subscript("0123456789")
_TOKEN = re.compile(
    rf'(?P<quoted>"[^"]*")|(?P<name>[^\W\d{_LOWERED}][^\W{_LOWERED}]*)(?P<index>[{_LOWERED}]+)?'
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<space>\s+)|(?P<sign>.)",
    re.DOTALL,
)
_OPERATORS = frozenset("+−-⊙⊘⊗·=,;↦([|‖/→:∂Σ")


def mathml(written: WrittenFormula, left: str = "", forms: Forms = as_in_books) -> str:
    """A formula as the inside of ``<math>``; names for what recurs come first.

    Args:
        written: The formula.
        left: What it is equal to, as Unicode shows it; nothing for the formula alone.
        forms: What is done to it before it is spelled.

    >>> import matcalc as mc
    >>> J = mc.derive("x.T @ x", wrt="x", variables="x[n]", layout="numerator")
    >>> print(mathml(J.tree()))  # doctest: +ELLIPSIS
    <mrow><mn>2</mn>...<msup><mrow><mi>x</mi></mrow><mrow><mo>⊤</mo></mrow></msup></mrow>
    """
    *lets, formula = _MathML(written, forms).formulas()
    return elements("; ".join([*lets, f"{left} = {formula}" if left else formula]))


def elements(text: str) -> str:
    """A spelled formula, or a label in Unicode like ``∂f/∂W₂``, as one ``<mrow>``.

    A derivative is a fraction, as books set it.

    >>> elements("z₁<2")
    '<mrow><msub><mi>z</mi><mn>1</mn></msub><mo>&lt;</mo><mn>2</mn></mrow>'
    """
    text = _RATIO.sub(lambda one: _made("mfrac", *map(_squared, one.groups())), text)
    closing: list[str] = []
    found = ["<mrow>"]
    after = True  # an operator: no space is needed behind it
    for piece in _MARK.split(text):
        if piece.startswith(_OPEN):
            closing.append(piece[1:-1])
            found.append(f"<{closing[-1]}><mrow>")
            after = True
        elif piece == _NEXT:
            found.append("</mrow><mrow>")
            after = True
        elif piece == _CLOSE:
            found.append(f"</mrow></{closing.pop()}>")
            after = False
        else:
            shown, after = _tokens(piece, after=after)
            found += shown
    return "".join([*found, "</mrow>"])


def _tokens(text: str, *, after: bool) -> tuple[list[str], bool]:
    """The elements of a text without marks, and whether it ends with an operator."""
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        if match["space"]:
            coming = text[match.end() : match.end() + 1]
            if not after and coming not in _OPERATORS - {"(", "[", "|", "‖", "Σ", "∂"}:
                found.append('<mspace width="0.2em"/>')
            continue
        found += _element(match)
        after = (match["sign"] or "") in _OPERATORS
    return found, after


def _element(match: re.Match[str]) -> Iterator[str]:
    if match["quoted"]:
        yield f"<mtext>{escape(match['quoted'])}</mtext>"
    elif match["number"]:
        yield f"<mn>{match['number']}</mn>"
    elif match["name"] and match["index"]:
        index = on_the_line(match["index"])
        yield f"<msub><mi>{escape(match['name'])}</mi><mn>{index}</mn></msub>"
    elif match["name"]:
        yield f"<mi>{escape(match['name'])}</mi>"
    else:
        yield f"<mo>{escape(match['sign'])}</mo>"


def _squared(text: str) -> str:
    """A side of a fraction with its ² above what carries it: ``∂²f``, ``∂x²``."""
    return re.sub(r"(∂|\w)²", lambda one: _made("msup", one[1], "2"), text)


def _made(kind: str, *parts: str) -> str:
    return f"{_OPEN}{kind}{_OF}{_NEXT.join(parts)}{_CLOSE}"


class _MathML(Mathematics):
    marks: ClassVar = {"T": "⊤", "-1": "−1", "-T": "−⊤", "+": "+"}

    def primes(self, number: int) -> str:
        return "′" * number

    def fraction(self, above: str, below: str) -> Spelled:
        return _made("mfrac", above, below), POWER

    def group(self, text: str) -> str:
        return _made("mrow", f"({text})")

    def bars(self, text: str, *, double: bool = False) -> str:
        bar = "‖" if double else "|"
        return _made("mrow", f"{bar}{text}{bar}")

    def ratio(self, above: str, below: str, *, number: bool = False) -> Spelled:
        del number  # a fraction stands apart as it is
        return _made("mfrac", f"∂{above}", f"∂{below}"), POWER

    def marked(self, base: str, mark: str) -> str:
        return _made("msup", base, self.marks[mark])

    def raised(self, base: str, exponent: str, *, entrywise: bool) -> str:
        return _made("msup", base, f"{'⊙' if entrywise else ''}{exponent.replace('-', '−')}")

    def sized(self, symbol: str, shape: Shape) -> str:
        size = spelled_size(str(shape[0])) if len(shape) == 1 else spelled_shape(shape)
        return _made("msub", symbol, size)

    def indexed(self, base: SpelledPhrase, letters: Sequence[str]) -> str:
        return f"{self.within(base, ATOM)}[{','.join(letters)}]"

    def summation(self, letters: Sequence[str]) -> str:
        return f"{_made('munder', 'Σ', ','.join(letters))} "

    def over_shape(self, factor: str, shape: Shape) -> str:
        return _made("munder", factor, spelled_shape(shape))

    def over(self, phrase: Phrase, args: Sequence[SpelledPhrase]) -> Spelled:
        above, below = args
        if below.phrase.kind != "scalar":
            return super().over(phrase, args)
        return _made("mfrac", above.text, below.text), PRODUCT

    def root(self, radicand: SpelledPhrase) -> Spelled:
        return _made("msqrt", radicand.text), POWER

"""From a tree of phrases to a line: how tightly each piece binds, and where parentheses stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from matcalc.dimensions import Shape
from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.parameters import Parameter
from matcalc.notation.tree import Phrase, name

# How tightly a piece binds, from a function of indices to a name. A scaled piece is a product
# entry by entry or with scalars, such as 2 x or x ⊙ y; in a product, matrices stand side by side.
FUNCTION, SUM, QUOTIENT, PRODUCT, SCALED, POWER, ATOM = range(7)


_LARGE = 10**15  # beyond it, no decimal of a float is exact
_PLACES = 40  # of a decimal; what is longer is a fraction


class SpelledPhrase(NamedTuple):
    """A phrase that is spelled.

    Attributes:
        phrase: What it spells.
        text: How.
        binds: How tightly it binds, from ``FUNCTION`` to ``ATOM``.
        args: The pieces that it is made of.
    """

    phrase: Phrase
    text: str
    binds: int
    args: tuple[SpelledPhrase, ...]


Spelled = tuple[str, int]  # a text, and how tightly it binds
Speller = Callable[[Phrase, Sequence[SpelledPhrase]], Spelled]


def spell(root: Phrase, speller: Callable[[str], Speller]) -> SpelledPhrase:
    """A phrase as text, by what has a speller for each operation; iterative."""
    done: dict[int, SpelledPhrase] = {}
    waiting = [root]
    while waiting:
        phrase = waiting[-1]
        missing = [arg for arg in phrase.args if id(arg) not in done]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if id(phrase) not in done:
            args = tuple(done[id(arg)] for arg in phrase.args)
            done[id(phrase)] = SpelledPhrase(phrase, *speller(phrase.op)(phrase, args), args)
    return done[id(root)]


def formulas(written: WrittenFormula, speller: Callable[[str], Speller]) -> list[str]:
    """A name for each part that recurs and its meaning, then the formula."""
    lets = [
        f"{spell(name(let, phrase.shape), speller).text} = {spell(phrase, speller).text}"
        for let, phrase in written.lets
    ]
    return [*lets, spell(written.phrase, speller).text]


def arguments(
    phrase: Phrase, args: Sequence[SpelledPhrase], option: Callable[[Parameter], str]
) -> str:
    """What stands in the parentheses of a call: words, operands, then what has a name."""
    words = [option(one) for one in phrase.parameters if one.is_word]
    others = [option(one) for one in phrase.parameters if not one.is_word]
    return ", ".join([*words, *(arg.text for arg in args), *others])


def in_rows(table: Phrase, texts: Sequence[str]) -> list[list[str]]:
    """The parts of a table in its rows."""
    found = iter(texts)
    return [[next(found) for _ in range(count)] for count in table.value]


def in_brackets(rows: Sequence[Sequence[str]]) -> str:
    """A table on a line, as Python writes lists: ``[[a, b], [c, d]]``; of one row ``[a, b]``."""
    listed = [f"[{', '.join(row)}]" for row in rows]
    return f"[{', '.join(listed)}]" if len(listed) > 1 else listed[0]


def book_shape(phrase: Phrase) -> Shape:
    """The shape of an array as books write it: that of a column is n×1."""
    if phrase.kind == "column":
        return (*phrase.shape, 1)
    return (1, *phrase.shape) if phrase.kind == "row" else phrase.shape


def place_binds(phrase: Phrase) -> int:
    """How tightly a factor binds whose shape is shown."""
    return SCALED if phrase.value == SCALED else ATOM


_OPEN, _UNDER, _CLOSE = "\ue000\ue001\ue002"  # private to a program: no formula has them
_PLACED = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_UNDER}([^{_OPEN}{_CLOSE}]*){_CLOSE}")


def placed(shown: str, shape: str) -> str:
    """A text with what stands under it, for :func:`two_lines`."""
    return f"{_OPEN}{shown}{_UNDER}{shape}{_CLOSE}"


def two_lines(line: str) -> str:
    """A line, and under it what its parts were placed over.

    >>> print(two_lines(f"{placed('A', 'm×n')} {placed('x', 'n×1')} + b"))
     A   x  + b
    m×n n×1
    """
    top = bottom = ""
    pieces = _PLACED.split(line)
    for k in range(0, len(pieces), 3):
        top, bottom = top + pieces[k], bottom + " " * len(pieces[k])
        if k + 2 < len(pieces):
            width = max(map(len, pieces[k + 1 : k + 3]))
            top, bottom = top + pieces[k + 1].center(width), bottom + pieces[k + 2].center(width)
    return f"{top.rstrip()}\n{bottom.rstrip()}"


def parenthesised(text: str) -> str:
    """A text in parentheses."""
    return f"({text})"


def within(piece: SpelledPhrase, least: int, group: Callable[[str], str] = parenthesised) -> str:
    """A piece, in parentheses if it binds less tightly than it must."""
    return piece.text if piece.binds >= least else group(piece.text)


def signed_sum(args: Sequence[SpelledPhrase], minus: str, group: Callable[[str], str]) -> str:
    """Terms with their signs between them; a negative piece starts with its ``minus``."""
    result = ""
    for piece in args:
        if piece.phrase.op == "negative":
            rest = piece.text.removeprefix(minus)
            result += f" {minus} {rest}" if result else piece.text
        else:
            shown = within(piece, SUM, group)
            result += f" + {shown}" if result else shown
    return result


def decimal(value: Fraction) -> str | None:
    """A number as people write it: 3, 0.5; ``None`` where no decimal of few places is exact."""
    if value.denominator == 1:
        return str(value.numerator)
    if value > _LARGE:
        return None
    shown = repr(float(value))
    short = len(shown) < 8 or value.denominator > 1000
    return shown if short and Fraction(shown) == value else _terminating(value)


def _terminating(value: Fraction) -> str | None:
    """A number of many digits as a decimal, if that ends."""
    places = next((k for k in range(1, _PLACES) if 10**k % value.denominator == 0), None)
    if places is None or value.denominator < 10**3:
        return None
    digits = str(value.numerator * 10**places // value.denominator).zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]}"

"""Chains of fractions, as people write them: ``∂L/∂a ∂a/∂z``, ``dL/da * da/dz``, LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from matcalc.errors import MatcalcError, NotationError, Place, TooLargeError
from matcalc.scripts import DIGITS, plain_name

FACTORS = 40
_LENGTH = 4000
_MARK = rf"(?:\[[0-9]{{1,3}}\]|\([0-9]{{1,3}}\)|[{DIGITS}]+|['′])"
_SCRIPT = rf"[\^_](?:\{{[^{{}}]{{1,20}}\}}|\w|{_MARK})"
_NAME = rf"\\?[^\W\d_]\w*?(?:{_SCRIPT}|{_MARK}|_\w+|[0-9]+)*"
_D = r"(?:∂|\\partial\s*|\\mathrm\{d\}\s*|d)"
_PLAIN = re.compile(rf"\(?\s*{_D}\s*(?P<of>{_NAME})\s*/\s*{_D}\s*(?P<wrt>{_NAME})\s*\)?")
_LATEX = re.compile(
    rf"\\[dt]?frac\s*\{{\s*{_D}\s*(?P<of>{_NAME})\s*\}}\s*\{{\s*{_D}\s*(?P<wrt>{_NAME})\s*\}}"
)
_SIGN = re.compile(r"\s*(?:·|⋅|•|×|@|\*|\\cdot|\\times|\\,|\\;|\\quad|,)?\s*")


class Fraction(NamedTuple):
    """A factor of a chain.

    Attributes:
        of: The name above the line, in one spelling.
        wrt: The name below the line.
        text: What stands there.
        start: Where it begins.
        end: Where it ends.
    """

    of: str
    wrt: str
    text: str
    start: int
    end: int

    @property
    def title(self) -> str:
        """As a person writes it: ``∂z3/∂a2``."""
        return f"∂{self.of}/∂{self.wrt}"

    @property
    def turned(self) -> tuple[str, str]:
        """The names the other way round."""
        return self.wrt, self.of


class FractionChain(NamedTuple):
    """A chain, read.

    Attributes:
        factors: From left to right.
        left: The left side of an equation, if there is one.
    """

    factors: tuple[Fraction, ...]
    left: Fraction | None


def read_chain(text: str) -> FractionChain:
    """Read a chain of fractions: ``"∂L/∂a3 ∂a3/∂z3"``, ``"dL/da * da/dz"``, or LaTeX.

    Raises:
        NotationError: It is no such chain.
        TooLargeError: It has too many factors.

    >>> [one.title for one in read_chain("dL/da^{[2]} * da^{[2]}/dz").factors]
    ['∂L/∂a2', '∂a2/∂z']
    """
    if len(text) > _LENGTH:
        raise NotationError(f"a chain is at most {_LENGTH} characters long, not {len(text)}")
    head, equals, _ = text.partition("=")
    start = len(head) + 1 if equals else 0
    left = None
    if equals:
        left, *others = _factors(text, 0, len(head))
        if others:
            raise _unread(text, others[0].start)
    factors = tuple(_factors(text, start, len(text)))
    if len(factors) > FACTORS:
        raise TooLargeError(f"{len(factors)} factors; at most {FACTORS}")
    return FractionChain(factors, left)


def is_chain(text: str) -> bool:
    """Whether a text is a chain of fractions.

    >>> is_chain("∂L/∂a ∂a/∂z"), is_chain("dz / 2"), is_chain("A @ x")
    (True, False, False)
    """
    try:
        read_chain(text)
    except NotationError:
        return False
    except MatcalcError:
        return True
    return True


def _factors(text: str, start: int, stop: int) -> Iterator[Fraction]:
    at = start + len(text[start:stop]) - len(text[start:stop].lstrip(" \t\n$"))
    end = start + len(text[start:stop].rstrip(" \t\n$"))
    while True:
        found = _PLAIN.match(text, at, end) or _LATEX.match(text, at, end)
        if found is None or found.end() > end:
            raise _unread(text, at)
        written = found[0].rstrip()
        of, wrt = (plain_name(found[side]).replace("′", "'") for side in ("of", "wrt"))
        yield Fraction(of, wrt, written, at, at + len(written))
        at = found.end()
        if at >= end:
            return
        sign = _SIGN.match(text, at, end)
        at = sign.end() if sign else at


def _unread(text: str, at: int) -> NotationError:
    last = max(len(text) - 1, 0)
    return NotationError(
        "a chain is a product of fractions: ∂L/∂a ∂a/∂z, or dL/da * da/dz",
        [Place(text, min(at, last), min(at, last) + 1)],
    )

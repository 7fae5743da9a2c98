"""Scanning: what a stranger typed, as tokens with their places; bounds before anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from matcalc import dimensions
from matcalc.errors import NotationError, Place, printable
from matcalc.expression.signs import meant

LENGTH = 100_000  # characters of a formula
TOKENS = 20_000
DEPTH = 100  # parentheses within parentheses
DIGITS = 40  # of one number
_EXPONENT = 300

_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]+)
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>{dimensions.NAME})
    |(?P<text>"[^"\n]*"|(?:(?<=[(,])|(?<=[(,]\ ))'[^'\n]*')
    |(?P<transpose>\.T\b)
    |(?P<operator>\*\*|\.\.\.|[-+*/@(),=;:'\[\]])""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of a formula.

    Attributes:
        kind: ``number``, ``name``, ``text``, ``transpose``, ``operator`` or ``end``.
        text: What it says.
        place: Where it stands.
    """

    kind: str
    text: str
    place: Place


def scan(formula: str) -> list[Token]:
    """The tokens of a formula, with one of kind ``end`` behind them.

    Raises:
        NotationError: A character, a number or the formula is not what a formula is made of.

    >>> [token.text for token in scan("A @ x.T - 2")]
    ['A', '@', 'x', '.T', '-', '2', '']
    """
    if len(formula) > LENGTH:
        raise NotationError(f"a formula is at most {LENGTH} characters long, not {len(formula)}")
    tokens = list(_tokens(formula))
    _check_depth(tokens)
    end = Place(formula, len(formula), len(formula) + 1)
    return [*tokens, Token("end", "", end)]


def _tokens(formula: str) -> Iterator[Token]:
    position = count = 0
    while position < len(formula):
        match = _TOKEN.match(formula, position)
        if match is None or match.lastgroup is None:
            raise _unknown(formula, position)
        position = match.end()
        if match.lastgroup == "space":
            continue
        count += 1
        if count > TOKENS:
            raise NotationError(f"a formula has at most {TOKENS} names, numbers and signs")
        token = Token(match.lastgroup, match[0], Place(formula, match.start(), match.end()))
        if token.kind == "number":
            _check_number(token)
        yield token


def _check_number(token: Token) -> None:
    mantissa, _, exponent = token.text.lower().partition("e")
    if len(mantissa) > DIGITS:
        raise NotationError(f"a number has at most {DIGITS} digits", [token.place])
    if exponent and (len(exponent) > 5 or abs(int(exponent)) > _EXPONENT):
        raise NotationError(
            f"a number lies between 1e-{_EXPONENT} and 1e{_EXPONENT}", [token.place]
        )


def _check_depth(tokens: list[Token]) -> None:
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1, "[": 1, "]": -1}.get(token.text, 0)
        if depth > DEPTH:
            raise NotationError(f"parentheses are at most {DEPTH} deep", [token.place])


#: What is said of a sign in whose place nothing that is written here is sure to be meant.
_HINTS = {
    **dict.fromkeys("<>", "there are no comparisons; step(x) is 1 where x is above 0"),
    "\\": "MATLAB's A\\b is written solve(A, b)",
    "⊗": "a Kronecker product is written kron(A, B)",
    "|": "abs(x) is taken entry by entry, norm(x) is the length, det(A) the determinant",
    "√": "a root is written sqrt(x)",
    ".": "after a dot there is T alone, x.T; a function stands before what it takes, sum(x)",
}


def _quoted(character: str) -> str:
    return repr(character).replace("\\\\", "\\")


def _unknown(formula: str, position: int) -> NotationError:
    character = formula[position]
    place = Place(formula, position, position + 1)
    found = list(meant(formula, position))
    hint = "" if found else _HINTS.get(character, "")
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return NotationError(
        f"{_quoted(printable(shown))} is not part of a formula" + (f": {hint}" if hint else ""),
        [place],
        found,
    )

"""Parsing: a formula in postfix order, so that every later walk is a loop, however deep it is.

Precedence is Python's: ``**`` first and from the right, then signs, then ``* / @`` from the left,
then ``+ -``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from matcalc.errors import NotationError, Place, Suggestion
from matcalc.expression.brackets import Brackets
from matcalc.expression.postfix import Step, Waiting
from matcalc.expression.tokens import Token, scan

__all__ = ["PARTS", "Assignment", "Step", "parse"]

PARTS = 3000  # of a formula: names for what comes before, and the last one


class Assignment(NamedTuple):
    """``name = formula``; the last formula of all has the name ``""``."""

    name: str
    steps: tuple[Step, ...]
    place: Place


_BINARY = {"+": 1, "-": 1, "*": 2, "/": 2, "@": 2, "**": 4}
_SHOWN = 40  # characters of a name
_SIGN = 3  # between * and **


def parse(formula: str) -> tuple[Assignment, ...]:
    """Read a formula: assignments apart by ``;`` or not at all, then what is meant.

    Raises:
        NotationError: It cannot be read; a caret stands under the place.

    >>> [step.value for step in parse("-x.T @ A @ x")[-1].steps]
    ['x', '.T', '-', 'A', '@', 'x', '@']
    """
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in scan(formula):
        depth += {"[": 1, "]": -1}.get(token.text, 0)
        if (token.text == ";" and depth < 1) or token.kind == "end":
            parts[-1].append(token._replace(kind="end", text=""))
            parts.append([])
        else:
            parts[-1].append(token)
    filled = [part for part in parts[:-1] if len(part) > 1]
    if not filled:
        raise NotationError("a formula is missing", [Place(formula, 0, max(1, len(formula)))])
    if len(filled) > PARTS:
        place = filled[PARTS][0].place
        raise NotationError(f"a formula has at most {PARTS} parts, with a ; between them", [place])
    assignments = tuple(map(_assignment, filled))
    for one in assignments[:-1]:
        if not one.name:
            raise NotationError("only the last formula has no name: z = W @ x; …", [one.place])
    return assignments


def _assignment(tokens: list[Token]) -> Assignment:
    start = tokens[0].place
    place = Place(start.text, start.start, tokens[-2].place.stop)
    if tokens[0].kind == "name" and tokens[1].text == "=":
        return Assignment(tokens[0].text, _Parser(tokens[2:]).steps(), place)
    return Assignment("", _Parser(tokens).steps(), place)


class _Parser(Brackets):
    """The shunting-yard algorithm: operators wait on a stack until their operands are there."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self.counts: list[int] = []  # arguments of the calls that are open
        self.names: list[list[str]] = []  # and their keywords

    def steps(self) -> tuple[Step, ...]:
        """All steps, in postfix order."""
        wants_operand = True
        while True:
            token = self.tokens[self.position]
            self.position += 1
            if token.kind == "end":
                self._finish(token, wants_operand)
                return tuple(self.done)
            wants_operand = self._operand(token) if wants_operand else self._after(token)

    def _operand(self, token: Token) -> bool:
        """Take a token where an operand must come; say whether one must still come."""
        if self.waits("subscript"):
            still = self.in_subscript(token)
            if still is not None:
                return still
        following = self.tokens[self.position]
        if token.kind in ("number", "text"):
            self.push(Step(token.kind, token.text.strip("\"'"), 0, token.place))
            return False
        if token.kind == "name":
            return self._name(token, following)
        if token.text in _OPENING:
            return _OPENING[token.text](self, token)
        if token.text == ")" and (self._is_empty_call() or self._is_tuple_of_one()):
            return self._close(token, empty=True)
        raise NotationError(
            f"a name, a number or a parenthesis is missing before {token.text!r}", [token.place]
        )

    def sign(self, token: Token) -> bool:
        """A sign before an operand."""
        top = self.waiting[-1] if self.waiting else None
        if top is not None and top.kind == "sign":  # two signs make one
            self.waiting[-1] = top._replace(text="+" if top.text == token.text else "-")
        else:
            self.waiting.append(Waiting("sign", token.text, token.place, _SIGN))
        return True

    def parenthesis(self, token: Token) -> bool:
        """An open parenthesis."""
        self.waiting.append(Waiting("(", "", token.place, 0))
        return True

    def _name(self, token: Token, following: Token) -> bool:
        primes = 0
        while following.text == "'":
            primes += 1
            self.position += 1
            following = self.tokens[self.position]
        if following.text == "(":
            self.position += 1
            self.waiting.append(Waiting("call", token.text, token.place, 0, primes))
            self.counts.append(0)
            self.names.append([])
            return True
        if primes:
            place = Place(token.place.text, token.place.start, token.place.stop + primes)
            raise NotationError(
                f"a transpose is written {token.text}.T, a derivative {token.text}'(z)",
                [place],
                [Suggestion("write", f"{token.text}.T", place)] if primes == 1 else [],
            )
        if following.text == "=" and self.waiting and self.waiting[-1].kind == "call":
            self.position += 1
            self.names[-1].append(token.text)
            return True
        kind = "name"
        if self.waits("call") and self.names[-1] and token.text in ("True", "False"):
            kind = "text"  # keepdims=True
        self.push(Step(kind, token.text, 0, token.place))
        return False

    def _after(self, token: Token) -> bool:
        """Take a token behind an operand; say whether another operand must come."""
        if token.text in _BINARY:
            self.unwind(_BINARY[token.text], right=token.text == "**")
            self.waiting.append(Waiting("operator", token.text, token.place, _BINARY[token.text]))
            return True
        if token.text in _FOLLOWING:
            return _FOLLOWING[token.text](self, token)
        if token.text == "'":
            transpose = Suggestion("write", ".T", token.place)
            raise NotationError("a transpose is written .T", [token.place], [transpose])
        if token.text == "=":
            raise NotationError("= names a formula: z = W @ x; …", [token.place])
        before = self.tokens[self.position - 2]
        raise NotationError(
            f"an operator is missing before {token.text[:_SHOWN]!r}: a product is written * or @",
            [token.place],
            _products(before, token),
        )

    def transpose(self, token: Token) -> bool:
        """A transpose."""
        self.reduce(Step("transpose", ".T", 1, token.place))
        return False

    def close_parenthesis(self, token: Token) -> bool:
        """A closed parenthesis."""
        return self._close(token, empty=False)

    def comma(self, token: Token) -> bool:
        """A comma: between arguments, parts of a tuple or of brackets."""
        self.unwind(0, right=True)
        top = self.waiting[-1] if self.waiting else None
        if top is None or top.kind not in ("call", "tuple", "("):
            return self.bracketed(token)
        if top.kind == "call":
            self.counts[-1] += 1
            if self.names[-1] and self.tokens[self.position + 1].text != "=":
                raise NotationError(
                    "an argument without a name after one with a name", [token.place]
                )
            return True
        if top.kind == "(":
            self.waiting[-1] = top._replace(kind="tuple", precedence=0)
            self.counts.append(0)
        self.counts[-1] += 1
        return True

    def _is_empty_call(self) -> bool:
        return bool(self.waiting) and self.waiting[-1].kind == "call" and not self.counts[-1]

    def _is_tuple_of_one(self) -> bool:
        """Whether a tuple stands open behind its first comma: ``(6,)``."""
        is_open = bool(self.waiting) and self.waiting[-1].kind == "tuple"
        return is_open and self.counts[-1] == 1

    def _close(self, token: Token, *, empty: bool) -> bool:
        self.unwind(0, right=True)
        if not self.waiting or self.waiting[-1].kind in ("[", "subscript"):
            raise NotationError("there is no ( for this )", [token.place])
        top = self.waiting.pop()
        place = Place(top.place.text, top.place.start, token.place.stop)
        if top.kind == "call":
            count = self.counts.pop() + (not empty)
            keywords = tuple(self.names.pop())
            self.reduce(Step("call", top.text, count, place, top.primes, keywords))
        elif top.kind == "tuple":
            self.reduce(Step("tuple", "", self.counts.pop() + (not empty), place))
        else:
            self.starts[-1] = top.place.start
            self.done[-1] = self.done[-1]._replace(place=place)
        return False

    def _finish(self, token: Token, wants_operand: bool) -> None:
        if wants_operand:
            raise NotationError("a name or a number is missing at the end", [token.place])
        self.unwind(0, right=True)
        if self.waiting:
            opened, closing = "[]" if self.waiting[-1].kind in ("[", "subscript") else "()"
            raise NotationError(
                f"this {opened} is not closed",
                [self.waiting[-1].place],
                [
                    Suggestion(
                        "write", closing, token.place._replace(stop=token.place.start), _AT_END
                    )
                ],
            )


_AT_END = "at the end"
_OPENING: dict[str, Callable[[_Parser, Token], bool]] = {
    "+": _Parser.sign,
    "-": _Parser.sign,
    "(": _Parser.parenthesis,
    "[": _Parser.open_list,
}
_FOLLOWING: dict[str, Callable[[_Parser, Token], bool]] = {
    ".T": _Parser.transpose,
    "[": _Parser.open_subscript,
    "]": _Parser.bracketed,
    ":": _Parser.bracketed,
    ";": _Parser.bracketed,
    ",": _Parser.comma,
    ")": _Parser.close_parenthesis,
}


def _products(before: Token, token: Token) -> list[Suggestion]:
    """Two tokens without a sign between them, as products."""
    if len(before.text) + len(token.text) > 2 * _SHOWN:
        return []
    if before.kind not in ("number", "name") or token.kind not in ("number", "name"):
        place = Place(token.place.text, before.place.stop, token.place.start)
        return [Suggestion("write", f" {sign} ", place, "between them") for sign in "@*"]
    place = Place(token.place.text, before.place.start, token.place.stop)
    if before.kind == "number":
        return [Suggestion("write", f"{before.text}*{token.text}", place)]
    return [Suggestion("write", f"{before.text} {sign} {token.text}", place) for sign in "@*"]

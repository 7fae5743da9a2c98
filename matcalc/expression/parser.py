"""Parsing: a formula in postfix order, so that every later walk is a loop, however deep it is.

Precedence is Python's: ``**`` first and from the right, then signs, then ``* / @`` from the left,
then ``+ -``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from matcalc.errors import NotationError, Place, Suggestion
from matcalc.expression.tokens import Token, scan

PARTS = 3000  # of a formula: names for what comes before, and the last one


class Step(NamedTuple):
    """One step of a formula in postfix order.

    Attributes:
        kind: ``number``, ``name``, ``operator``, ``negative``, ``transpose``, ``call`` or ``text``.
        value: The number's digits, the name, the sign.
        takes: How many results of earlier steps it takes.
        place: Where it stands; of an operation, all of it, with the parentheses around it.
        primes: Of a call, how often it is differentiated: ``g'(z)``.
        keywords: Of a call, the names of its last arguments.
    """

    kind: str
    value: str
    takes: int
    place: Place
    primes: int = 0
    keywords: tuple[str, ...] = ()

    @property
    def bare(self) -> Place:
        """Of a name or a number, where it stands without the parentheses around it."""
        text, start, stop = self.place
        inside = _AROUND.search(text, start, stop)
        return Place(text, *inside.span("inside")) if inside else self.place


_AROUND = re.compile(r"[(\s]*(?P<inside>[^\s()]+)")


class Assignment(NamedTuple):
    """``name = formula``; the last formula of all has the name ``""``."""

    name: str
    steps: tuple[Step, ...]
    place: Place


_BINARY = {"+": 1, "-": 1, "*": 2, "/": 2, "@": 2, "**": 4}
_SHOWN = 40  # characters of a name
_SIGN = 3  # between * and **


class _Waiting(NamedTuple):
    """Something open on the stack: an operator, a sign, a parenthesis or a call."""

    kind: str
    text: str
    place: Place
    precedence: int
    primes: int = 0


def parse(formula: str) -> tuple[Assignment, ...]:
    """Read a formula: assignments apart by ``;`` or not at all, then what is meant.

    Raises:
        NotationError: It cannot be read; a caret stands under the place.

    >>> [step.value for step in parse("-x.T @ A @ x")[-1].steps]
    ['x', '.T', '-', 'A', '@', 'x', '@']
    """
    parts: list[list[Token]] = [[]]
    for token in scan(formula):
        if token.text == ";" or token.kind == "end":
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


class _Parser:
    """The shunting-yard algorithm: operators wait on a stack until their operands are there."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.done: list[Step] = []
        self.starts: list[int] = []  # where each operand on the stack of results starts
        self.waiting: list[_Waiting] = []
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
        following = self.tokens[self.position]
        if token.kind in ("number", "text"):
            self._push(Step(token.kind, token.text.strip("\"'"), 0, token.place))
            return False
        if token.kind == "name":
            return self._name(token, following)
        if token.text in ("-", "+"):
            top = self.waiting[-1] if self.waiting else None
            if top is not None and top.kind == "sign":  # two signs make one
                self.waiting[-1] = top._replace(text="+" if top.text == token.text else "-")
                return True
            self.waiting.append(_Waiting("sign", token.text, token.place, _SIGN))
            return True
        if token.text == "(":
            self.waiting.append(_Waiting("(", "", token.place, 0))
            return True
        if token.text == ")" and (self._is_empty_call() or self._is_tuple_of_one()):
            return self._close(token, empty=True)
        raise NotationError(
            f"a name, a number or a parenthesis is missing before {token.text!r}", [token.place]
        )

    def _name(self, token: Token, following: Token) -> bool:
        primes = 0
        while following.text == "'":
            primes += 1
            self.position += 1
            following = self.tokens[self.position]
        if following.text == "(":
            self.position += 1
            self.waiting.append(_Waiting("call", token.text, token.place, 0, primes))
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
        self._push(Step("name", token.text, 0, token.place))
        return False

    def _after(self, token: Token) -> bool:
        """Take a token behind an operand; say whether another operand must come."""
        if token.kind == "transpose":
            self._reduce(Step("transpose", ".T", 1, token.place))
            return False
        if token.text in _BINARY:
            self._unwind(_BINARY[token.text], right=token.text == "**")
            self.waiting.append(_Waiting("operator", token.text, token.place, _BINARY[token.text]))
            return True
        if token.text == ",":
            self._unwind(0, right=True)
            if not self.waiting or self.waiting[-1].kind not in ("call", "tuple", "("):
                raise NotationError(
                    "a comma belongs between arguments of a function", [token.place]
                )
            return self._comma(token)
        if token.text == ")":
            return self._close(token, empty=False)
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

    def _comma(self, token: Token) -> bool:
        top = self.waiting[-1]
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
        self._unwind(0, right=True)
        if not self.waiting:
            raise NotationError("there is no ( for this )", [token.place])
        top = self.waiting.pop()
        place = Place(top.place.text, top.place.start, token.place.stop)
        if top.kind == "call":
            count = self.counts.pop() + (not empty)
            keywords = tuple(self.names.pop())
            self._reduce(Step("call", top.text, count, place, top.primes, keywords))
        elif top.kind == "tuple":
            self._reduce(Step("tuple", "", self.counts.pop() + (not empty), place))
        else:
            self.starts[-1] = top.place.start
            self.done[-1] = self.done[-1]._replace(place=place)
        return False

    def _unwind(self, precedence: int, *, right: bool) -> None:
        """Reduce what waits and binds tighter, or as tight where that is read from the left."""
        while self.waiting and self.waiting[-1].kind in ("operator", "sign"):
            top = self.waiting[-1]
            if top.precedence < precedence or (right and top.precedence == precedence):
                return
            self.waiting.pop()
            if top.kind == "operator":
                self._reduce(Step("operator", top.text, 2, top.place))
            elif top.text == "-":
                self._reduce(Step("negative", "-", 1, top.place))

    def _push(self, step: Step) -> None:
        self.done.append(step)
        self.starts.append(step.place.start)

    def _reduce(self, step: Step) -> None:
        """An operation on the last results; its place is widened to hold its operands."""
        kept = len(self.starts) - step.takes
        first = min([step.place.start, *self.starts[kept:]])
        del self.starts[kept:]
        last = max(step.place.stop, self.done[-1].place.stop if step.takes else 0)
        self.done.append(step._replace(place=Place(step.place.text, first, last)))
        self.starts.append(first)

    def _finish(self, token: Token, wants_operand: bool) -> None:
        if wants_operand:
            raise NotationError("a name or a number is missing at the end", [token.place])
        self._unwind(0, right=True)
        if self.waiting:
            raise NotationError(
                "this ( is not closed",
                [self.waiting[-1].place],
                [Suggestion("write", ")", token.place._replace(stop=token.place.start), _AT_END)],
            )


_AT_END = "at the end"


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

"""Parsing: a formula in postfix order, so that every later walk is a loop, however deep it is.

Precedence is Python's: ``**`` first and from the right, then signs, then ``* / @`` from the left,
then ``+ -``.
"""

from __future__ import annotations

from typing import NamedTuple

from matcalc.errors import NotationError, Place, Suggestion
from matcalc.expression.postfix import PostfixStep
from matcalc.expression.tokens import Token, scan
from matcalc.operations import RULES

__all__ = ["LISTS", "PARTS", "Assignment", "PostfixStep", "parse"]

#: What takes a list of arrays, or of numbers: ``stack([x, y])``, ``take(x, [0, 2])``.
LISTS = frozenset(
    name for rule in RULES.values() if rule.facts.lists for name in (rule.name, *rule.facts.aliases)
)
_NEW = ("None", "newaxis")
PARTS = 3000  # of a formula: names for what comes before, and the last one


class Assignment(NamedTuple):
    """``name = formula``; the last formula of all has the name ``""``."""

    name: str
    steps: tuple[PostfixStep, ...]
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
        return Assignment(tokens[0].text, _FormulaParser(tokens[2:]).steps(), place)
    return Assignment("", _FormulaParser(tokens).steps(), place)


class _OpenOperand:
    """What is open around an operand that starts in it, with no operator before it."""

    def __init__(self, kind: str, name: str = "") -> None:
        self.takes_tuple = kind == "subscript" or name in LISTS
        self.is_list = kind == "list"
        self.keywords: list[str] = []  # of a call, so far
        self.nested = 0  # of a list: how many of its parts are lists


_ALONE = _OpenOperand("group")


class _FormulaParser:
    """One formula: operators wait until their operands are there, brackets are read within it."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.done: list[PostfixStep] = []
        self.starts: list[int] = []  # where each operand that is not taken yet starts

    @property
    def next(self) -> Token:
        """The token that is to be read."""
        return self.tokens[self.position]

    def take(self) -> Token:
        """The next token, read."""
        self.position += 1
        return self.tokens[self.position - 1]

    def steps(self) -> tuple[PostfixStep, ...]:
        """All steps, in postfix order."""
        self.formula(_ALONE)
        if self.next.kind != "end":
            raise self.misplaced(self.next)
        return tuple(self.done)

    def push(self, step: PostfixStep) -> None:
        """A step that takes nothing."""
        self.done.append(step)
        self.starts.append(step.place.start)

    def reduce(self, step: PostfixStep) -> None:
        """An operation on the last results; its place is widened to hold its operands."""
        kept = len(self.starts) - step.takes
        first = min([step.place.start, *self.starts[kept:]])
        del self.starts[kept:]
        last = max(step.place.stop, self.done[-1].place.stop if step.takes else 0)
        self.done.append(step._replace(place=Place(step.place.text, first, last)))
        self.starts.append(first)

    def enclose(self, place: Place) -> None:
        """The last operand, with the brackets around it."""
        self.starts[-1] = place.start
        self.done[-1] = self.done[-1]._replace(place=place)

    def formula(self, opened: _OpenOperand) -> None:
        """Operands with operators between them, up to what is none."""
        waiting: list[tuple[int, PostfixStep]] = []
        while True:
            sign = self.sign()
            if sign is not None:
                waiting.append((_SIGN, PostfixStep("negative", "-", 1, sign.place)))
            self.operand(_ALONE if waiting else opened)
            token = self.next
            binds = _BINARY.get(token.text, 0)
            least = binds + (token.text == "**")  # which is read from the right
            while waiting and waiting[-1][0] >= least:
                self.reduce(waiting.pop()[1])
            if not binds:
                return
            waiting.append((binds, PostfixStep("operator", self.take().text, 2, token.place)))

    def sign(self) -> Token | None:
        """The first of some signs that make a minus; nothing where they make none."""
        first, minus = self.next, False
        while self.next.text in ("+", "-"):
            minus ^= self.take().text == "-"
        return first if minus else None

    def operand(self, opened: _OpenOperand) -> None:
        """A name, a number, a call or what is in brackets, with what stands behind it."""
        token = self.take()
        if token.kind in ("number", "text"):
            self.push(PostfixStep(token.kind, token.text.strip("\"'"), 0, token.place))
        elif token.kind == "name":
            self.name(token, opened)
        elif token.text == "(":
            self.group(token)
        elif token.text == "[":
            self.listed(token, opened)
        elif token.kind == "end":
            raise NotationError("a name or a number is missing at the end", [token.place])
        else:
            raise NotationError(
                f"a name, a number or a parenthesis is missing before {token.text!r}", [token.place]
            )
        while self.next.text in (".T", "["):
            behind = self.take()
            if behind.text == "[":
                self.subscript(behind)
            else:
                self.reduce(PostfixStep("transpose", ".T", 1, behind.place))

    def name(self, token: Token, opened: _OpenOperand) -> None:
        """A name, or a call."""
        primes = 0
        while self.next.text == "'":
            primes += len(self.take().text)
        if self.next.text == "(":
            return self.call(token, primes)
        if primes:
            place = Place(token.place.text, token.place.start, token.place.stop + primes)
            raise NotationError(
                f"a transpose is written {token.text}.T, a derivative {token.text}'(z)",
                [place],
                [Suggestion("write", f"{token.text}.T", place)] if primes == 1 else [],
            )
        truth = opened.keywords and token.text in ("True", "False")  # keepdims=True
        return self.push(PostfixStep("text" if truth else "name", token.text, 0, token.place))

    def call(self, name: Token, primes: int) -> None:
        """The arguments of a function, those with names last."""
        opened, count = _OpenOperand("call", name.text), 0
        comma = self.take()
        while comma.text != ")":
            if self.next.kind == "name" and self.tokens[self.position + 1].text == "=":
                opened.keywords.append(self.take().text)
                self.take()
            if count or opened.keywords or self.next.text != ")":
                self.formula(opened)
                count += 1
            comma = self.closing(name, "),")
            if comma.text == "," and opened.keywords and not self.is_keyword():
                message = "an argument without a name after one with a name"
                raise NotationError(message, [comma.place])
        place = Place(name.place.text, name.place.start, comma.place.stop)
        self.reduce(PostfixStep("call", name.text, count, place, primes, tuple(opened.keywords)))

    def is_keyword(self) -> bool:
        """Whether the name of an argument is to be read, or nothing more."""
        return self.next.kind == "end" or self.tokens[self.position + 1].text == "="

    def group(self, start: Token) -> None:
        """What stands in parentheses: a part of the formula, or a tuple."""
        self.formula(_ALONE)
        comma, count = self.closing(start, "),"), 1
        is_tuple = comma.text == ","
        while comma.text == ",":
            if count > 1 or self.next.text != ")":  # (6,)
                self.formula(_ALONE)
                count += 1
            comma = self.closing(start, "),")
        place = Place(start.place.text, start.place.start, comma.place.stop)
        if is_tuple:
            self.reduce(PostfixStep("tuple", "", count, place))
        else:
            self.enclose(place)

    def listed(self, start: Token, around: _OpenOperand) -> None:
        """Parts in brackets; among arguments of what takes many, and of numbers, a tuple.

        Raises:
            NotationError: A list of arguments has rows.
        """
        before = self.tokens[self.position - 2].text if self.position > 1 else ""
        opened, rows, sign = _OpenOperand("list"), [0], start
        while sign.text != "]":
            rows += [0] if sign.text == ";" else []
            self.formula(opened)
            rows[-1] += 1
            sign = self.closing(start, "],;")
        place = Place(start.place.text, start.place.start, sign.place.stop)
        part = around.is_list and before in ("[", ",") and self.next.text in (",", "]")
        around.nested += part
        if around.takes_tuple:
            if len(rows) > 1:
                raise NotationError("a list of arguments has no ;", [place])
            self.reduce(PostfixStep("tuple", "", rows[0], place))
        elif rows == [1] and not opened.nested:  # as parentheses
            self.enclose(place)
        else:
            rows = [1] * opened.nested if rows == [opened.nested] else rows  # [[a, b], [c, d]]
            self.reduce(PostfixStep("listed", ",".join(map(str, rows)), sum(rows), place))

    def subscript(self, start: Token) -> None:
        """A part of what stands before it, ``#`` for each number: ``#:,#``."""
        opened, keys = _OpenOperand("subscript"), [""]
        while not (self.next.text == "]" and keys[-1]):
            token, following = self.next.text, self.tokens[self.position + 1 :][:1]
            ends = bool(following) and following[0].text in (",", "]")
            if token == ":" and keys[-1].count(":") < 2:
                keys[-1] += self.take().text
            elif token in ("...", *_NEW) and not keys[-1] and ends:
                keys[-1] = "..." if self.take().text == "..." else _NEW[0]
            elif token == "," and keys[-1]:
                self.take()
                keys.append("")
            else:
                self.formula(opened)
                slices = keys[-1].count(":")
                keys[-1] += "#"
                behind = self.ending(start, "],:")
                if behind.text == ":" and slices == 2:
                    message = "a slice has three parts: x[start:stop:step]"
                    raise NotationError(message, [behind.place])
        place = Place(start.place.text, start.place.start, self.take().place.stop)
        self.reduce(PostfixStep("subscript", ",".join(keys), 1 + "".join(keys).count("#"), place))

    def closing(self, start: Token, signs: str) -> Token:
        """What ends a part of some brackets, and may end these; it is read."""
        self.ending(start, signs)
        return self.take()

    def ending(self, start: Token, signs: str) -> Token:
        """What ends a part of some brackets, and is to be read.

        Raises:
            NotationError: It is something else.
        """
        token = self.next
        if token.kind != "end" and token.text in signs:
            return token
        if token.kind != "end":
            raise self.misplaced(token)
        opened, closing = "[]" if signs[0] == "]" else "()"
        after = token.place._replace(stop=token.place.start)
        raise NotationError(
            f"this {opened} is not closed",
            [start.place],
            [Suggestion("write", closing, after, _AT_END)],
        )

    def misplaced(self, token: Token) -> NotationError:
        """The error of what cannot stand behind an operand."""
        if token.text in _MISPLACED:
            suggestions = [Suggestion("write", ".T", token.place)] if token.text == "'" else []
            return NotationError(_MISPLACED[token.text], [token.place], suggestions)
        before = self.tokens[self.position - 1]
        return NotationError(
            f"an operator is missing before {token.text[:_SHOWN]!r}: a product is written * or @",
            [token.place],
            _products(before, token),
        )


_AT_END = "at the end"
_MISPLACED = {
    ")": "there is no ( for this )",
    "]": "there is no [ for this ]",
    ":": "a slice stands in brackets: x[1:3]",
    ";": "between parentheses in brackets there is no ;",
    ",": "a comma belongs between arguments of a function",
    "'": "a transpose is written .T",
    "=": "= names a formula: z = W @ x; …",
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

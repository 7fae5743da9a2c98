"""Brackets in a formula: lists of parts, ``[a, b; c, d]``, and parts of arrays, ``x[1:3]``."""

from __future__ import annotations

from typing import NamedTuple

from matcalc.errors import NotationError, Place
from matcalc.expression.postfix import Stack, Step, Waiting
from matcalc.expression.tokens import Token
from matcalc.operations import RULES

#: What takes a list of arrays, or of numbers: ``stack([x, y])``, ``take(x, [0, 2])``.
LISTS = frozenset(
    name for rule in RULES.values() if rule.facts.lists for name in (rule.name, *rule.facts.aliases)
)
_NEW = ("None", "newaxis")


class _Rows(NamedTuple):
    """A list that is open.

    Attributes:
        counts: How many parts each row has so far, but for the last part.
        nested: How many of them are lists.
        alone: Whether it stands where a part of another list begins.
    """

    counts: list[int]
    nested: int
    alone: bool


class Brackets(Stack):
    """What stands between ``[`` and ``]``."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self.rows: list[_Rows] = []  # of the lists that are open
        self.keys: list[list[str]] = []  # of what stands behind arrays

    def open_list(self, token: Token) -> bool:
        """A list of parts; among arguments of what takes many, and of numbers, a tuple."""
        top = self.waiting[-1] if self.waiting else None
        many = top is not None and (
            top.kind == "subscript" or (top.kind == "call" and top.text in LISTS)
        )
        before = self.tokens[self.position - 2].text if self.position > 1 else ""
        self.waiting.append(Waiting("[", "tuple" if many else "listed", token.place, 0))
        self.rows.append(_Rows([0], 0, before in ("[", ",")))
        return True

    def open_subscript(self, token: Token) -> bool:
        """A part of what stands before it."""
        self.waiting.append(Waiting("subscript", "", token.place, 0))
        self.keys.append([""])
        return True

    def in_subscript(self, token: Token) -> bool | None:
        """Take what stands behind an array and is no number; nothing where it is one.

        Returns:
            Whether an operand may still come.
        """
        key, following = self.keys[-1], self.tokens[self.position].text
        if token.text == ":" and key[-1].count(":") < 2:
            key[-1] += ":"
            return True
        if token.text in ("...", *_NEW) and not key[-1] and following in (",", "]"):
            key[-1] = "..." if token.text == "..." else _NEW[0]
            return True
        if token.text == "," and key[-1]:
            key.append("")
            return True
        if token.text == "]" and key[-1]:
            self.close_subscript(token)
            return False
        return None

    def bracketed(self, token: Token) -> bool:
        """Take what closes or parts brackets, behind an operand.

        Raises:
            NotationError: There are no brackets.
        """
        self.unwind(0, right=True)
        if self.waits("subscript") and token.text != ";":
            self.keys[-1][-1] += "#"
            if token.text == "]":
                self.close_subscript(token)
            elif self.keys[-1][-1].count(":") == 2:
                raise NotationError("a slice has three parts: x[start:stop:step]", [token.place])
            else:
                self.keys[-1][-1] += {":": ":", ",": ""}[token.text]
                self.keys[-1] += [""] if token.text == "," else []
            return token.text != "]"
        if self.waits("[") and token.text != ":":
            if token.text == "]":
                self.close_list(token)
                return False
            self.rows[-1].counts[-1] += 1
            self.rows[-1].counts.extend([0] if token.text == ";" else [])
            return True
        raise NotationError(_MISPLACED[token.text], [token.place])

    def close_subscript(self, token: Token) -> None:
        """The end of a part of an array."""
        keys = self.keys.pop()
        start = self.waiting.pop().place
        count = 1 + "".join(keys).count("#")
        place = Place(start.text, start.start, token.place.stop)
        self.reduce(Step("subscript", ",".join(keys), count, place))

    def close_list(self, token: Token) -> None:
        """The end of a list.

        Raises:
            NotationError: A list of arguments has rows.
        """
        top = self.waiting.pop()
        rows, nested, alone = self.rows.pop()
        rows[-1] += 1
        place = Place(top.place.text, top.place.start, token.place.stop)
        if self.waits("[") and alone and self.tokens[self.position].text in (",", "]"):
            self.rows[-1] = self.rows[-1]._replace(nested=self.rows[-1].nested + 1)
        if top.text == "tuple":
            if len(rows) > 1:
                raise NotationError("a list of arguments has no ;", [place])
            self.reduce(Step("tuple", "", rows[0], place))
        elif rows == [1] and not nested:  # as parentheses
            self.starts[-1] = top.place.start
            self.done[-1] = self.done[-1]._replace(place=place)
        else:
            rows = [1] * nested if rows == [nested] else rows  # [[a, b], [c, d]]
            self.reduce(Step("listed", ",".join(map(str, rows)), sum(rows), place))


_MISPLACED = {
    "]": "there is no [ for this ]",
    ":": "a slice stands in brackets: x[1:3]",
    ";": "between parentheses in brackets there is no ;",
    ",": "a comma belongs between arguments of a function",
}

"""What all parts of the grammar share: the tokens of a line, and where it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise

from matcalc.errors import NotationError, Place
from matcalc.inputs.names import Names
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.signs import DEPTH, ENDS
from matcalc.inputs.tree import LineNode


class RefusedError(NotationError):
    """What is refused whatever else the line may be: no other reading of it is tried."""


class LineReader:
    """One line, or one side of it: its tokens, and how the grammar reads its parts."""

    sum: Callable[[], LineNode]  # products, added
    chain: Callable[[], LineNode]  # products of what stands side by side, with signs between them
    product: Callable[[], LineNode]  # what stands side by side
    signed: Callable[[], LineNode]  # a factor, perhaps with a sign
    factor: Callable[[], LineNode]  # an atom with what stands above it, below it or behind it
    atom: Callable[[], LineNode]  # a name, a number, a call, or what is in brackets
    starts_factor: Callable[[], bool]  # whether the next token starts another factor

    def __init__(
        self, line: str, tokens: Sequence[LineToken], names: Names, *, latex: bool
    ) -> None:
        self.line = line
        self.tokens = [*tokens, *[tokens[-1]] * 4]  # one may look behind the end
        self.last = len(tokens) - 1
        self.names = names
        self.latex = latex
        self.position = 0
        self.depth = 0
        self.ends = _matched(tokens, line)
        self.bars: list[str] = []
        self.places = 0  # brackets of places that are open: a colon is a range there
        self.letters: list[str] = []  # of the sums that are open
        self.free: list[str] = []  # those of them that no sum says
        self.layered = _layered(tokens)
        self.dotted = any(  # Mathematica's product of matrices, A.x
            one.kind == "word" and two.text == "[" for one, two in pairwise(tokens)
        )

    @cached_property
    def odd_bars(self) -> list[bool]:
        """Of each token, whether an odd number of ``||`` is behind it in the same brackets."""
        found = [False] * len(self.tokens)
        odd = [False]
        for k in range(len(self.tokens) - 1, -1, -1):
            token = self.tokens[k]
            found[k] = odd[-1]
            if token.kind == "close":
                odd.append(False)
            elif token.kind == "open" and odd[1:]:
                odd.pop()
            elif token.text == "||":
                odd[-1] = not odd[-1]
        return found

    @property
    def next(self) -> LineToken:
        """The token that is to be read."""
        return self.tokens[self.position]

    @property
    def rest(self) -> list[LineToken]:
        """What is to be read, with one token of kind ``end`` behind it."""
        return self.tokens[self.position : self.last + 1]

    def at(self, *texts: str) -> bool:
        """Whether the next token is one of these signs."""
        return self.next.kind in ("sign", "open", "close") and self.next.text in texts

    def take(self) -> LineToken:
        """The next token, read."""
        token = self.next
        self.position += token.kind != "end"
        return token

    def behind(self) -> int:
        """Where the token before the next one ends."""
        return self.tokens[self.position - 1].stop if self.position else 0

    def fail(self, message: str, token: LineToken | None = None) -> NotationError:
        """An error at a token, or at the next one."""
        token = token or self.next
        return NotationError(message, [Place(self.line, token.start, max(token.stop, token.start))])

    def expect(self, text: str, opened: LineToken) -> LineToken:
        """The bracket that closes another one.

        Raises:
            NotationError: It is not there.
        """
        if not self.at(text):
            if self.next.kind == "end":
                raise self.fail(f"this {opened.text} is not closed", opened)
            raise self.fail(f"{self.next.text[:20]!r} stands where {text} is expected")
        return self.take()

    def within(self) -> Sequence[LineToken]:
        """What the bracket holds that opens at the next token."""
        return self.tokens[self.position + 1 : self.ends[self.position]]

    def end(self, k: int) -> int:
        """Where the bracket is closed that opens at a token; the token itself where none opens."""
        return self.ends.get(k, k)

    def script(self, k: int) -> list[LineToken]:
        """What stands in a script that starts at a token, its brackets apart."""
        inside = self.tokens[k : self.end(k) + 1]
        return [one for one in inside if one.kind not in ("open", "close")]

    def deeper(self) -> None:
        """Go into a part of a part.

        Raises:
            NotationError: There are too many within one another.
        """
        self.depth += 1
        if self.depth > DEPTH:
            raise self.fail(f"parts are at most {DEPTH} deep within one another")


def _matched(tokens: Sequence[LineToken], line: str) -> dict[int, int]:
    """Where each bracket that opens is closed.

    Raises:
        NotationError: One has no other.
    """
    found: dict[int, int] = {}
    opened: list[int] = []
    for k, token in enumerate(tokens):
        if token.kind == "open":
            opened.append(k)
        elif token.kind == "close":
            if not opened:
                place = Place(line, token.start, token.stop)
                raise NotationError(f"there is no bracket for this {token.text}", [place])
            start = opened.pop()
            if ENDS[tokens[start].text] != token.text:
                places = [Place(line, one.start, one.stop) for one in (tokens[start], token)]
                raise NotationError("these brackets do not belong together", places)
            found[start] = k
    if opened:
        token = tokens[opened[-1]]
        raise NotationError(
            f"this {token.text} is not closed", [Place(line, token.start, token.stop)]
        )
    return found


def _layered(tokens: Sequence[LineToken]) -> dict[str, set[str]]:
    """The numbers that stand below each letter, or above it in brackets."""
    found: dict[str, set[str]] = {}
    for k, token in enumerate(tokens[:-2]):
        sign, *after = [one.text for one in tokens[k + 1 : k + 6]]
        while after and after[0] in "{([":
            after = after[1:]
        if token.kind == "name" and after and after[0].isdigit():
            opened = tokens[k + 2].kind == "open" and tokens[k + 3].kind == "open"
            if sign == "_" or (sign == "^" and opened):
                found.setdefault(token.text, set()).add(after[0])
    return found

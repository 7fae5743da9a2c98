"""The grammar of all notations: from tokens to a tree.

From what binds least to what binds most: sums; signs between products, ``⊙ ⊘ ⊗ · × * /``, from
the left; what stands side by side; signs; what stands above, below or behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matcalc.inputs.brackets import (
    are_two,
    in_bars,
    is_inner,
    read_fraction,
    read_group,
    read_inner,
    read_root,
)
from matcalc.inputs.constants import of_letters, read_cases, read_condition, read_not, read_number
from matcalc.inputs.derivatives import read_derivative, read_gradient
from matcalc.inputs.free import entries_of, free_letters, letters_of
from matcalc.inputs.functions import read_name, read_word
from matcalc.inputs.marks import marked
from matcalc.inputs.reader import LineReader
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.totals import read_total
from matcalc.inputs.tree import Left, LineNode

_CHAINED = frozenset(
    ["*", "·", "×", "⊙", "⊘", "⊗", "/", ".*", "./", "@", "%*%", "%o%", "%x%", "\\", ".\\", ":", "."]
)
_SUMMED = {"+": 1, "-": -1, ".+": 1, ".-": -1}


class Parser(LineReader):
    """One line, or one side of it."""

    # -- sums, products

    def whole(self, of: Left | None = None) -> LineNode:
        """A formula, to the end; behind a left side it has the letters of that.

        Raises:
            NotationError: It cannot be read.
        """
        free = self.free = free_letters(self, of)
        self.letters += free
        found = self.sum()
        del self.letters[len(self.letters) - len(free) :]
        used = letters_of(found) if free else ()
        if of is None or not of.letters:
            free = [one for one in free if one in used]
        if free:
            found = entries_of(self, found, free, of)
        if self.next.kind != "end":
            both = self.next.text in ("&", "&&")
            instead = "; of comparisons it is (x > 0) * (y > 0)" if both else ""
            raise self.fail(f"{self.next.text[:20]!r} is not expected here{instead}")
        return found

    def is_mapping(self) -> bool:
        """Whether letters and a ``↦`` stand in front."""
        behind = self.end(self.position) + 1
        token = self.tokens[behind]
        return token.kind == "sign" and token.text == "maps"

    def mapped(self) -> LineNode:
        """``(i,j) ↦ x[i] y[j]``: an array, by its entries."""
        start, end = self.next.start, self.end(self.position)
        inside = self.tokens[self.position : end + 1]
        letters = [one.text for one in inside if one.kind == "name"]
        self.position = end + 2
        self.letters += "".join(letters)
        body = self.sum()
        del self.letters[len(self.letters) - len("".join(letters)) :]
        return LineNode("mapped", (body,), (tuple("".join(letters)), {}), start, self.behind())

    def sum(self) -> LineNode:
        """Products, added; or an array by its entries."""
        if self.is_mapping():
            return self.mapped()
        start = self.next.start
        terms: list[LineNode] = []
        signs: list[int] = []
        sign = self.sign()
        while True:
            terms.append(self.chain())
            signs.append(sign)
            if not (self.next.kind == "sign" and self.next.text in _SUMMED):
                break
            sign = self.sign()
        if len(terms) == 1 and signs == [1]:
            return terms[0]
        if len(terms) == 1:
            return LineNode("negative", (terms[0],), None, start, self.behind())
        return LineNode("sum", tuple(terms), tuple(signs), start, self.behind())

    def sign(self) -> int:
        """A row of signs, as one."""
        sign = 1
        while self.next.kind == "sign" and self.next.text in _SUMMED:
            sign *= _SUMMED[self.take().text]
        return sign

    def chain(self) -> LineNode:
        """Products of what stands side by side, with signs between them."""
        start = self.next.start
        parts = [self.product()]
        signs: list[LineToken] = []
        spaced: list[bool] = []
        while self.next.kind == "sign" and self.next.text in _CHAINED:
            ranged = self.places or self.tokens[self.position + 1].kind == "close"
            if self.next.text == ":" and ranged:
                break
            sign = self.dot(parts[-1]) if self.next.text == "." else self.take()
            signs.append(sign)
            spaced.append(sign.spaced or self.next.spaced)
            parts.append(self.product())
        if not signs:
            return parts[0]
        value = tuple((sign.text, wide) for sign, wide in zip(signs, spaced, strict=True))
        return LineNode("chain", tuple(parts), value, start, self.behind())

    def dot(self, one: LineNode) -> LineToken:
        """The dot of Mathematica's product, or of an inner product, ``w.x``.

        Raises:
            NotationError: It is neither.
        """
        two, sign = self.tokens[self.position + 1], self.next
        if not self.dotted:
            names = [one.value if one.op == "name" else "", two.text if two.kind == "name" else ""]
            known = [self.names.known(name) or (name if self.names.open else "") for name in names]
            if not all(name and self.names.kind(name).is_column for name in known):
                raise self.fail("behind a dot there is T alone, or a function: x.T, x.sum()")
            self.names.say(f"{names[0]}.{names[1]} is the inner product of two columns")
            sign = sign._replace(text="·")
        self.position += 1
        return sign

    def product(self) -> LineNode:
        """What stands side by side."""
        start = self.next.start
        factors = [self.signed()]
        spaced: list[bool] = []
        while self.starts_factor():
            spaced.append(self.next.spaced)
            factors.append(self.factor())
        if len(factors) == 1:
            return factors[0]
        return LineNode("product", tuple(factors), tuple(spaced), start, self.behind())

    def signed(self) -> LineNode:
        """A factor, perhaps with a sign: the second of ``2 * -x``."""
        token = self.next
        if token.kind == "sign" and token.text in ("+", "-"):
            sign = self.sign()
            found = self.factor()
            return (
                found if sign > 0 else LineNode("negative", (found,), None, token.start, found.stop)
            )
        return self.factor()

    def starts_factor(self) -> bool:
        """Whether the next token starts another factor."""
        kind, text = self.next.kind, self.next.text
        if kind in ("number", "name", "word", "fraction", "open"):
            return True
        if kind != "sign":
            return False
        if text == "||" and self.bars and self.bars[-1] == "|" and are_two(self):
            return False
        if text in ("|", "||"):
            return not (self.bars and self.bars[-1] == text)
        if text == "<":
            return is_inner(self)
        return text in ("sqrt", "sum", "prod", "frac", "partial", "nabla", "T")

    # -- factors

    def factor(self) -> LineNode:
        """An atom with what stands above it, below it or behind it."""
        self.deeper()
        found = marked(self, self.atom())
        self.depth -= 1
        return found

    # -- atoms

    def atom(self) -> LineNode:
        """A name, a number, a call, or what is in brackets.

        Raises:
            NotationError: There is none.
        """
        token = self.take()
        of_kind = _ATOMS.get(token.kind)
        if of_kind is not None:
            return of_kind(self, token)
        if token.kind == "open":
            return self.of_open(token)
        if token.kind == "sign":
            return self.of_sign(token)
        self.position -= token.kind != "end"
        raise self.fail("a name or a number is missing here", token)

    def of_open(self, token: LineToken) -> LineNode:
        r"""What is in brackets; of ``\mathbf{\hat{x}}_i`` the braces count for nothing."""
        inside, close = self.next, self.tokens[self.position + 1]
        if token.text == "{" and inside.kind == "name" and close.text == "}":
            self.position += 2
            return read_name(self, inside)
        if token.text == "[" and of_letters(self, self.position - 1):  # 1 where it holds
            self.position -= 1
            return read_condition(self, token)
        return read_cases(self, token) if token.form == "cases" else read_group(self, token)

    def of_sign(self, token: LineToken) -> LineNode:
        """What starts with a sign: bars, roots, sums, fractions, inner products."""
        start = _STARTS.get(token.text)
        if start is not None:
            return start(self, token)
        self.position -= 1
        raise self.fail(f"a name or a number is missing before {token.text[:20]!r}", token)


def _of_letter(parser: LineReader, token: LineToken) -> LineNode:
    """A T that is no transpose."""
    return read_name(parser, token._replace(kind="name"))


def _text(_: LineReader, token: LineToken) -> LineNode:
    return LineNode("text", (), token.text, token.start, token.stop)


_ATOMS: Mapping[str, Callable[[LineReader, LineToken], LineNode]] = {
    "number": read_number,
    "fraction": read_number,
    "text": _text,
    "word": read_word,
    "name": read_name,
}
_STARTS: Mapping[str, Callable[[LineReader, LineToken], LineNode]] = {
    "|": in_bars,
    "||": in_bars,
    "frac": read_fraction,
    "sqrt": read_root,
    "sum": read_total,
    "prod": read_total,
    "<": read_inner,
    "partial": read_derivative,
    "nabla": read_gradient,
    "T": _of_letter,
} | dict.fromkeys(("~", "!", "¬"), read_not)

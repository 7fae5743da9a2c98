r"""Left sides: ``\frac{\partial L}{\partial W^{(2)}}``, ``∂L/∂W₂``, ``dz^{[1]}``, ``dL_dW2``.

Whatever it is called, a derivative of a number by W has the name dW.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from matcalc.dimensions import Dimension
from matcalc.errors import NotationError, Place
from matcalc.inputs.derivatives import differential, is_differential
from matcalc.inputs.grammar import Parser
from matcalc.inputs.kinds import NUMBER
from matcalc.inputs.letters import LETTERS, below, read_scripts
from matcalc.inputs.names import Names
from matcalc.inputs.nested import sign_outside
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.tree import Left, LineNode
from matcalc.scripts import depths

Write = Callable[[LineNode], str]
_DIGITS = 8  # of a place
_MARKS = {"+": "_plus", "-": "_minus", "*": "_star"}
_LEFT = re.compile(r"\s*(?:∇\S*\s+)?(?!\d)[\w∂∇][\w^{}\[\]()/∂]*\s*=(?!=)")
_UNDER = re.compile(r"(?:d|grad_?)(?P<of>[A-Za-z]\w*?)_d(?P<wrt>\w+)\Z")
_GRADIENT = re.compile(r"(?:grad|gradient|nabla|d[A-Z])_(?P<wrt>\w+)\Z")


def equations_apart(text: str) -> list[str]:
    """The lines of a text; a semicolon in brackets is none between lines, it stacks.

    So are equations with commas between them.

    >>> equations_apart("dA = dC @ B.T, ∂L/∂B = sum(C, axis=0); dx = [a; b]")
    ['dA = dC @ B.T', ' ∂L/∂B = sum(C, axis=0)', ' dx = [a; b]']
    """
    found = ""
    for k, (depth, sign) in enumerate(depths(text)):
        ends = sign == ";" or (sign == "," and _LEFT.match(text, k + 1))
        found += "\n" if ends and depth <= 0 else sign
    return found.split("\n")


def left_side(
    line: str, tokens: Sequence[LineToken], names: Names, write: Write, *, latex: bool
) -> Left:
    """The left side of an equation.

    Args:
        line: What was typed.
        tokens: Those of the left side, one of kind ``end`` behind them.
        names: What is declared.
        write: Writes a part in the language.
        latex: Whether the line is LaTeX.

    Raises:
        NotationError: It is neither a name nor a derivative.
    """
    start, stop = tokens[0].start, tokens[-2].stop
    tokens = _abbreviation(line, tokens, names)
    parser = Parser(line, tokens, names, latex=latex)
    reader = _LeftSide(parser, write)
    found = reader.read()
    if found is None:
        raise NotationError(
            "on the left side stands a name or a derivative: dW2, ∂L/∂W, ∇_W L",
            [Place(line, start, stop)],
        )
    found = found._replace(start=start, stop=stop, inside=reader.inside)
    if reader.above:
        return found._replace(each=tuple((one, None) for one in reader.above))
    return _of_each(line, found, names)


def _abbreviation(line: str, tokens: Sequence[LineToken], names: Names) -> Sequence[LineToken]:
    """The tokens; capitals close together, none of them on the right, are one name: ``MSE``."""
    letters, end = tokens[:-1], tokens[-1]
    run = "".join(one.text for one in letters)
    close = all(one.stop == two.start for one, two in pairwise(letters))
    apart = all(one.kind == "name" and len(one.text) == 1 for one in letters)
    used = set(re.findall(r"[A-Z]", line[end.start :]))
    if not (names.open and close and apart and run.isupper() and len(letters) > 1):
        return tokens
    return tokens if used & set(run) else [letters[0]._replace(text=run, stop=end.start), end]


class _NamedEntry(NamedTuple):
    """A name, with the letters below it if it is an entry of what is known."""

    name: str
    letters: str
    sizes: tuple[Dimension | None, ...]


def _entry(name: str, names: Names) -> _NamedEntry:
    whole, _, letters = name.rpartition("_")
    each = set(letters)
    known = names.known(whole) if each and each <= LETTERS and name not in names.declared else ""
    kind = names.kind(known) if known else NUMBER
    if not known or not kind.rank == len(letters) == len(each):
        return _NamedEntry(name, "", ())
    return _NamedEntry(known, letters, kind.sizes)


def _of_each(line: str, left: Left, names: Names) -> Left:
    """A left side without letters that count entries of what is known: ``dA_ij``, ``∂p_i/∂z_j``.

    Raises:
        NotationError: It is a part of a Jacobian: a row, the diagonal.
    """
    of = _entry(left.of, names)
    by = _entry(left.wrt or left.name, names)
    if left.name in names.declared or not (of.letters or by.letters):
        return left
    first, second = (by, of) if names.layout == "denominator" else (of, by)
    letters = first.letters + second.letters[::-1]
    ranks = [names.kind(one.name).rank or 0 for one in (of, by) if one.name in names.declared]
    if len(set(letters)) < len(letters) or (of.letters and len(letters) < sum(ranks)):
        raise NotationError(
            "this is a part of the Jacobian: write all of its entries, ∂p_i/∂z_j = …, with δ_ij "
            "for what is 1 on the diagonal and else 0",
            [Place(line, left.start, left.stop)],
        )
    each = tuple(zip(of.letters + by.letters, of.sizes + by.sizes, strict=True))
    name = f"d{by.name}" if left.wrt else by.name
    wrt = by.name if left.wrt else ""
    return left._replace(name=name, of=of.name, wrt=wrt, letters=letters, each=each)


def without_entry(line: str) -> tuple[str, tuple[int, ...]]:
    """An equation with the name alone on its left, as long as it was, and the entry that is meant.

    MATLAB's ``dx(1)`` is counted from 1.

    Raises:
        NotationError: Several entries are meant.

    >>> without_entry("dW[0,1] = 2"), without_entry("dx(1) = 2")
    (('dW      = 2', (0, 1)), ('dx    = 2', (0,)))
    """
    front, equals, right = line.partition("=")
    name, _, inside = front.rstrip("]) ").partition("(" if front.rstrip()[-1:] == ")" else "[")
    first = int(front.rstrip()[-1:] == ")")
    items = [one.strip() for one in inside.split(",")]
    if not equals or not name.strip().isidentifier():
        return line, ()
    if ":" in inside and not first:
        place = Place(line, 0, len(front))
        message = "on the left stands a whole gradient, dW, or one entry of it, dW[0,1]"
        raise NotationError(message, [place])
    if not all(one.removeprefix("-").isdecimal() and len(one) < _DIGITS for one in items):
        return line, ()
    entry = tuple(int(one) - first for one in items)
    return (line, ()) if first and min(entry) < 0 else (f"{name.ljust(len(front))}={right}", entry)


class _LeftSide:
    def __init__(self, parser: Parser, write: Write) -> None:
        self.parser = parser
        self.names = parser.names
        self.write = write
        self.inside = (0, 0)
        self.above = ""  # the letters of the entries of what is differentiated, (Ax)_i

    def read(self) -> Left | None:
        parser = self.parser
        if parser.at("frac"):
            return self.fraction()
        if parser.at("partial"):
            return self.on_a_line()
        if parser.at("nabla"):
            return self.gradient()
        first = parser.next
        if first.kind in ("name", "word") and first.text[:1] == "d":
            position = parser.position
            found = self.on_a_line()
            if found is not None:
                return found
            parser.position = position
        if first.text in ("log", "ln") and parser.tokens[parser.position + 1].kind == "name":
            parser.take()  # log p(y|X), by its name
            found = self.name()
            return found and found._replace(name=f"log_{found.name}", wrt="")
        return self.name()

    def name(self) -> Left | None:
        """A name, perhaps with arguments that say what it depends on: ``f(x)``."""
        parser = self.parser
        token = parser.take()
        if token.kind not in ("name", "word"):
            return None
        marks = read_scripts(parser, token)
        name = self.names.resolve(token.text, (*marks.scripts, *self.layer(token)))
        if parser.at("(") and not marks.primes:
            inside = parser.tokens[parser.position + 1]
            if inside.kind == "number" or inside.text == ":":
                return None  # a part of it
            parser.position = parser.ends[parser.position] + 1
        primed = parser.next.kind == "sign" and parser.next.text[:1] == "'"
        if marks.primes or primed:  # f'(x)
            parser.position += primed
            return self.of_argument(name)
        mark = self.mark()
        name += mark
        alone = parser.next.kind == "end" and not marks.turned
        return self.named(name) if alone else None

    def named(self, name: str) -> Left:
        """A name that may say of which derivative it is: ``dL_dW``, ``grad_W``, ``dW``."""
        under = _UNDER.match(name)
        if under is not None and name not in self.names.declared:
            wrt = self.names.known(under["wrt"]) or under["wrt"]
            return Left(f"d{wrt}", under["of"], wrt)
        whole = name[0] == "d" and self.names.known(name[1:])  # dA_prev
        gradient = None if whole else _GRADIENT.match(name)
        if gradient is not None and not self.names.known(name.partition("_")[0]):  # dA_ij
            wrt = self.names.known(gradient["wrt"]) or gradient["wrt"]
            return Left(f"d{wrt}", "", wrt)
        known = name[0] == "d" and len(name) > 1 and name not in self.names.declared
        return Left(name, "", name[1:] if known else "")

    def of_argument(self, name: str) -> Left | None:
        """``f'(x)``, ``∇f(x)``: the derivative by what stands in brackets."""
        parser = self.parser
        inside = parser.tokens[parser.position + 1 : parser.ends.get(parser.position, 0)]
        if not parser.at("(") or len(inside) != 1 or inside[0].kind not in ("name", "word"):
            return None
        parser.position += 3
        wrt = self.names.resolve(inside[0].text, ())
        return Left(f"d{wrt}", name, wrt) if parser.next.kind == "end" else None

    def mark(self) -> str:
        """A mark above a name, ``P^+``, ``x^*``: of a left side it is a part of the name."""
        parser = self.parser
        rest = [one.text for one in parser.rest[:-1]]
        bare = [one for one in rest if one not in ("{", "}", "(", ")")]
        if len(bare) != 2 or bare[0] != "^" or bare[1] not in _MARKS:
            return ""
        parser.position += len(rest)
        return _MARKS[bare[1]]

    def layer(self, name: LineToken) -> tuple[str, ...]:
        """A number behind a name, ``dz2``, or above it, ``z²``: no left side is squared."""
        parser = self.parser
        rest = parser.rest[:-1]
        kinds, texts = [one.kind for one in rest], [one.text for one in rest]
        behind = kinds == ["number"] and rest[0].start == name.stop
        above = kinds[1:] == ["open", "number", "close"] and texts[:2] == ["^", "{"]
        if not behind and not above:
            return ()
        parser.position += len(rest)
        return (texts[0] if behind else texts[2],)

    def fraction(self) -> Left | None:
        r"""``\frac{\partial L}{\partial W}``; what is differentiated may stand behind it."""
        parser = self.parser
        parser.take()
        if not parser.at("{"):
            return None
        above = self.between()
        if not parser.at("{"):
            return None
        return self.quotient(above, self.by(self.between()))

    def on_a_line(self) -> Left | None:
        """``∂L/∂W``, ``dL/dW``, ``∂(xᵀAx)/∂x``, ``d/dx (…)``."""
        parser = self.parser
        slash = sign_outside(parser.tokens, "/", start=parser.position)
        if slash < 0:
            return None
        above = [*parser.tokens[parser.position : slash]]
        parser.position = slash + 1
        return self.quotient(above, differential(parser)) if is_differential(parser.next) else None

    def quotient(self, above: list[LineToken], wrt: str | None) -> Left | None:
        """Of what stands above the line or, where a sign alone stands there, behind it."""
        rest = self.parser.rest
        of = self.differentiated(above)
        if not wrt or of is None or (of and len(rest) > 1):
            return None
        return Left(f"d{wrt}", of or (self.expression(rest) if len(rest) > 1 else ""), wrt)

    def gradient(self) -> Left | None:
        """``∇_W L``, ``∇_x (xᵀAx)``."""
        parser = self.parser
        parser.take()
        if not parser.at("_"):
            first = parser.take()
            scripts = read_scripts(parser, first).scripts
            of = self.names.resolve(first.text, scripts) if first.text else ""
            alone = parser.next.kind == "end" and bool(of)
            return Left(f"grad_{of}", of, "") if alone else self.of_argument(of)
        found = below(parser)
        if found is None:
            return None
        parser.position = found.stop
        wrt = self.names.known(found.layer) or found.layer
        rest = parser.rest
        of = self.expression(rest) if len(rest) > 1 else ""
        return Left(f"d{wrt}", of, wrt)

    def between(self) -> list[LineToken]:
        """The tokens between braces."""
        inside = [*self.parser.within()]
        self.parser.position += len(inside) + 2
        return inside

    def differentiated(self, tokens: list[LineToken]) -> str | None:
        """What stands behind the ∂ or the d above a line; nothing where it stands elsewhere."""
        rest = _behind_sign(tokens)
        return self.expression(rest) if rest and len(rest) > 1 else "" if rest else None

    def by(self, tokens: list[LineToken]) -> str | None:
        """The name behind the ∂ or the d below a line."""
        if not tokens or not is_differential(tokens[0]):
            return None
        end = LineToken("end", "", tokens[-1].stop, tokens[-1].stop)
        inner = Parser(self.parser.line, [*tokens, end], self.names, latex=self.parser.latex)
        found = differential(inner)
        return found if inner.next.kind == "end" else None

    def around(self, start: int, stop: int) -> tuple[int, int]:
        r"""A part of the line up to the tokens beside it: with all of ``\text{tr}``."""
        ends = (one.stop for one in self.parser.tokens if one.stop <= start)
        starts = (one.start for one in self.parser.tokens if one.start >= stop)
        within = any(one.start < start < one.stop for one in self.parser.tokens)  # dL
        return start if within else max(ends, default=0), min(starts, default=stop)

    def expression(self, tokens: list[LineToken]) -> str:
        """What is differentiated, in the language; of ``L(W)`` the name alone."""
        inner = Parser(self.parser.line, tokens, self.names, latex=self.parser.latex)
        first = tokens[0]
        self.inside = self.around(first.start, tokens[-1].start)
        is_name = first.kind in ("name", "word") and first.text not in self.names.declared
        if is_name and not self.names.is_function(first.text, called=True):
            inner.take()
            scripts = read_scripts(inner, first).scripts
            if inner.at("("):
                inner.position = inner.ends[inner.position] + 1
            if inner.next.kind == "end":
                return self.names.resolve(first.text, scripts)
            inner.position = 0
        elif first.kind == "name":
            inner.take()
            letters = "".join(read_scripts(inner, first).scripts).replace(",", "")
            entry = f"{self.names.known(first.text)}_{letters}"
            if inner.next.kind == "end" and _entry(entry, self.names).letters:
                return entry
            inner.position = 0
        whole = inner.whole()
        if whole.op == "mapped":
            self.above = "".join(whole.value[0])
        return self.write(whole)


def _behind_sign(tokens: list[LineToken]) -> list[LineToken]:
    """What stands behind a ∂ or a d, and an end; nothing where it begins with neither."""
    if not tokens or not is_differential(tokens[0]):
        return []
    first, *rest = tokens
    if first.text not in ("partial", "d"):
        rest = [first._replace(text=first.text[1:], start=first.start + 1), *rest]
    stop = tokens[-1].stop
    return [*rest, LineToken("end", "", stop, stop)]

r"""Scanning: a line in any notation, as one kind of tokens with their places.

``x^{-1}``, ``x⁻¹`` and ``x^-1`` are the same tokens; so are ``W₂``, ``W_2`` and ``W_{2}``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple

from matcalc import dimensions
from matcalc.errors import NotationError, Place, printable
from matcalc.inputs.signs import (
    ACCENTS,
    CHARACTERS,
    COMMANDS,
    DAMAGED,
    DAMAGED_TOO,
    FRACTIONS,
    MODULES,
    Command,
)
from matcalc.scripts import LOWERED, RAISED

LENGTH = 20_000  # characters of a line that is not in the language itself
TOKENS = 5000
DEPTH = 60  # of brackets
DIGITS = 40

_ACCENT = "[" + "".join(ACCENTS) + "]"
_NAME = rf"[A-Za-z_{dimensions.GREEK}](?:[A-Za-z0-9_{dimensions.GREEK}]|{_ACCENT})*"
_COMMON = rf"""(?P<space>[\s$\u200b\ufeff\u2061-\u2064]+|\\[,;:!>]|\\\\)
    |(?P<text>"[^"\n]*"|(?:(?<=[(,=])|(?<=[(,]\ ))'[^'\n]*')
    |(?P<command>\\[A-Za-z]+)
    |(?P<escaped>\\[|{{}}_%&\#])
    |(?P<number>(?:[0-9]+(?:\.(?![*/^'\\+-])[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+(?![0-9A-Za-z_]))?)
    |(?P<colon>\{{:\}})
    |(?P<raised>[{"".join(RAISED)}]+)
    |(?P<lowered>[{"".join(LOWERED)}]+)
    |(?P<sign>%\*%|%o%|%x%|%%|\*\*|\.\*|\./|\.\^|\.'|\.\+|\.-|\.\\|:=|==|<=|>=|!=|~=|->|\|\||'+|[-+*/@^_,;:=<>|!&~.\\])
    |(?P<open>[(\[{{])|(?P<close>[)\]}}])"""
_PLAIN = re.compile(
    rf"""(?P<turned>\.(?:T|mT|H|I)\b(?!\())
    |(?P<shape>\.shape\s?\[-?[0-9]\])
    |(?P<count>\.size\b(?!\s?[(\[]))
    |(?P<result>\.logabsdet\b)
    |(?P<columns>\bas\.vector(?=\())
    |(?P<package>[A-Za-z][A-Za-z0-9.]*::(?=[A-Za-z]))
    |(?P<method>\.[A-Za-z_][A-Za-z0-9_]*(?=\s?\())
    |(?P<dotted>(?:{"|".join(sorted(MODULES))})(?:\.[A-Za-z_][A-Za-z0-9_]*)+)
    |(?P<broadcast>\.(?=\())
    |{_COMMON}|(?P<name>{_NAME})""",
    re.VERBOSE,
)
_LATEX = re.compile(
    rf"(?P<tied>~|\\[ ])|{_COMMON}|(?P<name>[A-Za-z]+{_ACCENT}?|[{dimensions.GREEK}])", re.VERBOSE
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_SCRIPT = re.compile(r"[_^]\s?\{")
_WORD = re.compile(r"[A-Za-z]+")
_MARKS = "|".join(word for word, one in COMMANDS.items() if one.kind in ("style", "accent"))
_OF_BRACES = re.compile(rf"(?<![A-Za-z])(?:{_MARKS})\{{")  # hat{y}, which lost its backslash
_LEFT = re.compile(r"\bleft ?[(\[{|]")
_RIGHT = re.compile(r"\bright ?[)\]}|]")
_STYLED = re.compile(  # of an accent: \hat{\mathbf{y}}
    r"\s*\{\s*\\(?:mathbf|boldsymbol|bm|pmb|mathrm|vec|symbf)\s*"
    r"(?:\{\s*(\\?[A-Za-z]+)\s*\}|(\\[A-Za-z]+)|([A-Za-z]))\s*\}"
)
_OLD_STYLE = re.compile(r"\{\s*\\(?:rm|sf|it)\s+([A-Za-z]{2,})\s*\}")
_GROUP = re.compile(r"\*?\s*\{([^{}]*)\}")
_GIVEN = re.compile(r"\\mathit\{((?:\w|\\_){1,60})\}(?:_\{\w{1,9}\})?\s?=")


class LineToken(NamedTuple):
    """A piece of a line.

    Attributes:
        kind: ``number name word text sign open close method end``.
        text: What it is in the grammar.
        start: Where it starts in the line.
        stop: Where it ends.
        spaced: Whether white space stands before it.
        form: How it was written, where that says of which notation it is.
    """

    kind: str
    text: str
    start: int
    stop: int
    spaced: bool = False
    form: str = ""


def is_latex(line: str) -> bool:
    r"""Whether a line is LaTeX, perhaps one whose backslashes were lost.

    >>> is_latex(r"\frac{1}{2} x"), is_latex("frac {1}{2} x"), is_latex(r"A\b")
    (True, True, False)
    """
    if any(word[1] in COMMANDS for word in _COMMAND.finditer(line)):
        return True
    return bool(_SCRIPT.search(line)) or "\\|" in line or is_damaged(line)


def is_damaged(line: str) -> bool:
    """Whether a line is LaTeX that lost its backslashes."""
    lost = any(word[0] in DAMAGED for word in _WORD.finditer(line)) or _OF_BRACES.search(line)
    return "\\" not in line and bool(lost or (_LEFT.search(line) and _RIGHT.search(line)))


def scan(line: str, names: Collection[str]) -> list[LineToken]:
    """The tokens of a line, with one of kind ``end`` behind them.

    Args:
        line: What was typed.
        names: What is declared.

    Raises:
        NotationError: The line is too long, or a character is part of no notation.

    >>> [token.text for token in scan("Aᵀx₁", ["A", "x1"])]
    ['A', '^', '{', 'T', '}', 'x', '_', '{', '1', '}', '']
    """
    if len(line) > LENGTH:
        raise NotationError(f"a line is at most {LENGTH} characters long, not {len(line)}")
    tokens: list[LineToken] = []
    depth = 0
    for token in _Scanner(line, frozenset(names)).tokens():
        depth += (token.kind == "open") - (token.kind == "close")
        if len(tokens) >= TOKENS or depth > DEPTH:
            what = f"brackets are at most {DEPTH} deep" if depth > DEPTH else _TOO_MANY
            raise NotationError(what, [Place(line, token.start, token.stop)])
        tokens.append(token)
    return [*tokens, LineToken("end", "", len(line), len(line))]


_TOO_MANY = f"a line has at most {TOKENS} names, numbers and signs"


def _kind_of(text: str) -> str:
    """The kind of a number, a letter, a bracket or a sign."""
    brackets = {"(": "open", "[": "open", "{": "open", ")": "close", "]": "close", "}": "close"}
    plain = "number" if text.isdigit() else "name" if text[:1].isalnum() else "sign"
    return brackets.get(text, plain)


def _close_behind(token: LineToken, *texts: str) -> Iterator[LineToken]:
    """Tokens for which one stands, without white space between them."""
    return (token._replace(kind=_kind_of(one), text=one, spaced=False) for one in texts)


def below(head: LineToken, text: str, start: int, stop: int) -> list[LineToken]:
    """A token, and what stands below it."""
    return [
        head,
        LineToken("sign", "_", start, start + 1),
        LineToken("open", "{", start + 1, start + 1),
        LineToken(_kind_of(text), text, start + 1, stop),
        LineToken("close", "}", stop, stop),
    ]


class _Scanner:
    """One pass over a line."""

    def __init__(self, line: str, names: frozenset[str]) -> None:
        self.line = line
        self.names = names
        self.given = [one.replace("\\_", "_") for one in _GIVEN.findall(line)]
        self.latex = is_latex(line)
        self.damaged = is_damaged(line)
        self.pattern = _LATEX if self.latex else _PLAIN
        self.position = 0
        self.spaced = False
        self.matrices = 0  # that are open: two backslashes end a row there

    def tokens(self) -> Iterator[LineToken]:
        """All tokens."""
        while self.position < len(self.line):
            found = self.pattern.match(self.line, self.position)
            kind = found.lastgroup if found else None
            if found is None or kind is None:
                yield from self.character()
                continue
            start, self.position = found.span()
            word = _OLD_STYLE.match(self.line, start) if self.latex and found[0] == "{" else None
            if word is not None:  # {\rm tr}
                self.position = word.end()
                yield LineToken("word", word[1], word.start(1), word.end(1), self.spaced, "\\text")
                self.spaced = False
                continue
            if found[0] == "\\\\" and self.matrices:
                yield LineToken("sign", ";", start, self.position)
                continue
            if kind in ("space", "tied", "broadcast", "package"):
                white = kind in ("space", "tied") and found[0] != "\\!"
                self.spaced = self.spaced or white
                continue
            spaced, self.spaced = self.spaced, False
            made = LineToken(kind, found[0], start, self.position, spaced)
            yield from getattr(self, f"of_{kind}", self.of_itself)(made)

    def of_itself(self, token: LineToken) -> Iterator[LineToken]:
        """What means the same in each notation."""
        yield token

    def of_sign(self, token: LineToken) -> Iterator[LineToken]:
        """A sign; what is not equal is written in several ways."""
        yield token._replace(text="≠") if token.text in ("!=", "~=") else token

    def of_number(self, token: LineToken) -> Iterator[LineToken]:
        """A number, of bounded length."""
        if len(token.text) > DIGITS:
            place = Place(self.line, token.start, token.stop)
            raise NotationError(f"a number has at most {DIGITS} digits", [place])
        yield token

    def of_colon(self, token: LineToken) -> Iterator[LineToken]:
        """``{:}`` of LaTeX."""
        yield token._replace(kind="sign", text=":")

    def of_turned(self, token: LineToken) -> Iterator[LineToken]:
        """``.T``, ``.mT``; ``.I``, the inverse."""
        if token.text != ".I":
            yield token._replace(kind="sign", text=".T", form=token.text)
            return
        for kind, text in (("sign", "^"), ("sign", "-"), ("number", "1")):
            yield token._replace(kind=kind, text=text, form=token.text)

    def of_shape(self, token: LineToken) -> Iterator[LineToken]:
        """``.shape[0]`` as ``.size(0)``."""
        place = token.text.partition("[")[2][:-1]
        yield token._replace(kind="method", text="size", form="method")
        yield from _close_behind(token, "(", *place, ")")

    def of_count(self, token: LineToken) -> Iterator[LineToken]:
        """``.size`` as ``.numel()``."""
        yield token._replace(kind="method", text="numel", form="method")
        yield from _close_behind(token, "(", ")")

    def of_result(self, token: LineToken) -> Iterator[LineToken]:
        """``.logabsdet`` as ``[1]``."""
        yield from _close_behind(token, "[", "1", "]")

    def of_columns(self, token: LineToken) -> Iterator[LineToken]:
        """R's ``as.vector``, column after column."""
        yield token._replace(kind="word", text="vec", form="\\text")

    def of_method(self, token: LineToken) -> Iterator[LineToken]:
        """``.sum(``."""
        yield token._replace(text=token.text[1:], form="method")

    def of_dotted(self, token: LineToken) -> Iterator[LineToken]:
        """``np.linalg.norm``; of a variable what is behind the dot is read on its own."""
        parts = token.text.split(".")
        if parts[0] in self.names or parts[-1] in ("T", "mT", "I"):
            self.position = token.start + len(parts[0])
            yield token._replace(kind="name", text=parts[0], stop=self.position)
            return
        if len(parts) > 1 and parts[1] == "pi":
            yield token._replace(kind="name", text="π", form="module")
            return
        yield token._replace(kind="word", text=parts[-1], form=token.text)

    def of_name(self, token: LineToken) -> Iterator[LineToken]:
        """A run of letters; without its accents, which become part of the name."""
        text = token.text
        behind = self.line[self.position : self.position + 1]
        if text == "in" and token.spaced and behind.isspace() and text not in self.names:
            yield token._replace(kind="sign", text="in")  # sum_{i in S}
            return
        lost = text in DAMAGED_TOO or _OF_BRACES.match(self.line, token.start)
        if self.damaged and lost and text in COMMANDS:
            yield from self.commanded(token, text)
            return
        for accent, word in ACCENTS.items():
            text = text.replace(accent, f"_{word}")
        yield token._replace(text=text)

    def of_escaped(self, token: LineToken) -> Iterator[LineToken]:
        r"""``\|``, ``\{``."""
        sign = token.text[1]
        if sign == "|":
            yield token._replace(kind="sign", text="||")
        elif sign in "{}":
            yield token._replace(kind="open" if sign == "{" else "close", text=sign, form="\\")
        elif sign == "_":
            yield token._replace(kind="sign", text="_")

    def of_command(self, token: LineToken) -> Iterator[LineToken]:
        """A word behind a backslash."""
        word = token.text[1:]
        if word in self.names and COMMANDS.get(word, Command("")).kind == "name":
            yield token._replace(kind="name", text=word, form="\\")
        elif word in COMMANDS and self.latex:
            yield from self.commanded(token, word)
        elif self.latex:
            place = Place(self.line, token.start, token.stop)
            raise NotationError(f"{token.text[:40]} is no command that is known here", [place])
        else:  # MATLAB's A\b
            self.position = token.start + 1
            yield token._replace(kind="sign", text="\\", stop=self.position)

    def commanded(self, token: LineToken, word: str) -> Iterator[LineToken]:
        """What a command of LaTeX is in the grammar."""
        kind, text = COMMANDS[word]
        if kind == "space":
            self.spaced = self.spaced or token.spaced
            if word in ("left", "right") and self.line.startswith(".", self.position):
                self.position += 1  # \left. opens nothing
        elif kind in ("text", "style", "accent"):
            yield from self.grouped(token, Command(kind, text or word))
        elif kind in ("begin", "end"):
            group = _GROUP.match(self.line, self.position)
            self.position = group.end() if group else self.position
            if group and group[1].strip("* ").lower() == "vmatrix":
                place = Place(self.line, token.start, self.position)
                what = "a determinant or a norm" if "v" in group[1] else "a norm"
                raise NotationError(f"{group[1]} may be {what}: write \\det(…) or \\|…\\|", [place])
            inside = group[1].strip("* ") if group else ""
            if inside.endswith(("matrix", "cases")):
                self.matrices += 1 if kind == "begin" else -1
            text = "[" if kind == "begin" else "]"
            form = "cases" if inside.endswith("cases") else "matrix"
            yield token._replace(kind="open" if kind == "begin" else "close", text=text, form=form)
        else:
            yield token._replace(kind=kind, text=text, form="\\")

    def grouped(self, token: LineToken, command: Command) -> Iterator[LineToken]:
        r"""``\mathrm{tr}``, ``\mathbf{x}``, ``\hat{y}``: a word, a letter, a letter with a mark."""
        group = _GROUP.match(self.line, self.position)
        if command.kind == "accent":
            group = _STYLED.match(self.line, self.position) or group
        inside = group[group.lastindex or 0].strip() if group else ""
        bare = inside.lstrip("\\")
        if group is not None and token.text == "\\mathit" and self.is_name(inside):
            self.position = group.end()  # as it is printed: \mathit{rate\_mean}
            yield token._replace(kind="name", text=inside.replace("\\_", "_"), form="\\text")
            return
        if group is None or not re.fullmatch(r"\\?[A-Za-z]+[0-9]*|[0-9]|.", inside):
            yield from self.open_group(token, command, inside if group else "")
            return
        if bare in COMMANDS and inside != bare:
            bare = COMMANDS[bare].text
        self.position = group.end()
        kind = "word" if command.kind == "text" and len(bare) > 1 else "name"
        if bare.isdigit():
            kind = "number"
        text = f"{bare}_{command.text}" if command.kind == "accent" else bare
        after = re.compile(r"[A-Za-z](?![A-Za-z])").match(self.line, self.position)
        if bare == "d" and kind == "name" and after:  # an upright d before a letter: dz
            self.position = after.end()
            yield token._replace(kind="name", text=f"d{after[0]}", stop=after.end())
            return
        start = group.start(1) if command.kind != "accent" else token.start
        stop = group.end(group.lastindex or 0)
        form = f"\\{command.text}"
        yield token._replace(kind=kind, text=text, start=start, stop=stop, form=form)

    def is_name(self, inside: str) -> bool:
        """Whether letters are those with which a declared name begins."""
        text = inside.replace("\\_", "_")
        begins = not self.names or any(one.startswith(text) for one in (*self.names, *self.given))
        return len(text) > 1 and bool(re.fullmatch(r"[A-Za-z_]\w*", text)) and begins

    def open_group(self, token: LineToken, command: Command, inside: str) -> Iterator[LineToken]:
        r"""``\text{…}`` of several words is a name; ``\mathbf x`` and ``\mathbf{Ax}`` letters."""
        if command.kind == "text" and inside:
            group = _GROUP.match(self.line, self.position)
            self.position = group.end() if group else self.position
            if inside[0] == '"':
                yield token._replace(kind="text", text=inside.replace("\\_", "_"))
                return
            word = re.sub(r"\W+", "_", inside.replace("\\_", "_")).strip("_")
            yield token._replace(kind="word", text=word, form="\\text")
            return
        if command.kind == "accent":  # \hat y
            letter = re.compile(r"\s*(\\?)([A-Za-z]+)").match(self.line, self.position)
            if letter is not None:
                name = letter[2] if letter[1] else letter[2][0]
                stop = letter.start(2) + len(name)
                self.position = stop
                yield token._replace(kind="name", text=f"{name}_{command.text}", stop=stop)

    def of_raised(self, token: LineToken) -> Iterator[LineToken]:
        """``⁻¹`` as ``^{-1}``."""
        yield from self.script(token, "^", RAISED)

    def of_lowered(self, token: LineToken) -> Iterator[LineToken]:
        """``₁₂`` as ``_{12}``."""
        yield from self.script(token, "_", LOWERED)

    def script(self, token: LineToken, sign: str, letters: dict[str, str]) -> Iterator[LineToken]:
        first = token._replace(kind="sign", text=sign, stop=token.start + 1, form="unicode")
        yield first
        yield first._replace(kind="open", text="{", spaced=False)
        position = token.start
        for text in re.findall(r"[0-9]+|.", "".join(letters[one] for one in token.text)):
            stop = position + len(text)
            yield LineToken(_kind_of(text), text, position, stop, form="unicode")
            position = stop
        yield LineToken("close", "}", token.stop, token.stop)

    def character(self) -> Iterator[LineToken]:
        """A character outside ASCII."""
        start, character = self.position, self.line[self.position]
        self.position += 1
        spaced, self.spaced = self.spaced, False
        token = LineToken("sign", character, start, start + 1, spaced, "unicode")
        if character in CHARACTERS:
            text = CHARACTERS[character]
            yield token._replace(text=text, kind={"(": "open", ")": "close"}.get(text, "sign"))
            return
        if character in FRACTIONS:
            yield token._replace(kind="fraction")
            return
        plain = unicodedata.normalize("NFKC", character)
        letter, *marks = list(unicodedata.normalize("NFD", plain))
        known = all(mark in ACCENTS for mark in marks)
        if character != letter and letter.isascii() and letter.isalnum() and known:
            text = "".join([letter, *(f"_{ACCENTS[mark]}" for mark in marks)])
            yield token._replace(kind="number" if letter.isdigit() else "name", text=text)
            return
        if plain in dimensions.GREEK:
            yield token._replace(kind="name", text=plain)
            return
        shown = character if character.isprintable() else f"U+{ord(character):04X}"
        raise NotationError(
            f"{printable(shown)!r} is not part of a formula", [Place(self.line, start, start + 1)]
        )

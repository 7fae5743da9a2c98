"""Letters, with what stands above or below them and is a part of their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matcalc.inputs.kinds import NUMBER
from matcalc.inputs.reader import LineReader
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.signs import FRACTIONS
from matcalc.inputs.tree import LineNode

#: Deltas and permutations, which have letters below them.
SIGNS = frozenset(["δ", "delta", "ε", "epsilon"])
_IN_NAMES = {"+": "p", "-": "m", "_": "_"}
_AXES = frozenset([":", "·", "*"])  # what stands for all of an axis


class Marks(NamedTuple):
    """All that stands above or below a letter.

    Attributes:
        scripts: The parts of its name.
        turned: How often it is transposed.
        primes: How often it is differentiated, if it is a function.
    """

    scripts: tuple[str, ...]
    turned: int
    primes: int


class Scripts(NamedTuple):
    """What stands above a letter, or below it.

    Attributes:
        layer: A part of the name: ``3`` of ``W^{(3)}``.
        turned: Whether it is transposed.
        primes: How often it is differentiated.
        stop: The token behind it.
    """

    layer: str
    turned: bool
    primes: int
    stop: int


def simple(parser: LineReader, token: LineToken) -> LineNode:
    """A name or a number alone."""
    if token.kind in ("number", "fraction"):
        return LineNode("number", (), digits_of(token), token.start, token.stop)
    name = parser.names.resolve(token.text, ())
    refuse_bound(parser, token, name)
    return LineNode("name", (), name, token.start, token.stop)


def refuse_bound(parser: LineReader, token: LineToken, name: str) -> None:
    """Refuse the letter of a sum as a number.

    Raises:
        NotationError: The name is one.
    """
    if name in parser.letters and name not in parser.names.declared:
        message = (
            f"{name} is the letter of a sum, which stands in indices alone: declare a variable "
            f"that has these numbers, k[n], and write k_{name}"
        )
        raise parser.fail(message, token)


def is_letter_t(parser: LineReader) -> bool:
    """Whether the next token is the T of a transpose."""
    token = parser.next
    if token.kind in ("sign", "name", "word") and token.text in ("T", "top", "t", "⊤"):
        return token.text != "t" or not (parser.latex or "t" in parser.names.declared)
    return False


def said_as(parser: LineReader, node: LineNode) -> str:
    r"""What was typed for a node."""
    text = parser.line[node.start : node.stop]
    return text.replace("}", "", max(0, text.count("}") - text.count("{")))  # of \mathbf{x}_i


#: Signs between two letters, and what is 1 where they hold.
PAIRS = {
    "=": "eye({0})",
    "≠": "(ones(({0}, {0})) - eye({0}))",
    "<": "triu(ones(({0}, {0})), 1)",
    ">": "tril(ones(({0}, {0})), -1)",
    "<=": "triu(ones(({0}, {0})))",
    ">=": "tril(ones(({0}, {0})))",
}


def pair_of(parser: LineReader, position: int) -> tuple[str, ...]:
    """Two letters that are compared in a bracket that opens there, ``{i < j}``, and the sign."""
    return pair_in([one.text.replace("==", "=") for one in parser.script(position)])


def pair_in(texts: Sequence[str]) -> tuple[str, ...]:
    """Two letters that are compared, and the sign; nothing where there is more or less."""
    if len(texts) != 3 or texts[1] not in PAIRS or texts[0] == texts[2]:
        return ()
    return tuple(texts) if {texts[0], texts[2]} <= INDICES else ()


def of_pair(pair: Sequence[str], start: int, stop: int) -> LineNode:
    """What is 1 where two letters are as they are compared, and else 0."""
    one, sign, two = pair
    return LineNode("index", (LineNode("name", (), sign, start, stop),), (one, two), start, stop)


#: Letters that may be indices.
INDICES = frozenset("ijklmnpqrst")
#: Those in whose order axes are counted; of n and k, x_n w_k, who knows.
LETTERS = frozenset("ijkl")


def is_kronecker(parser: LineReader, base: str, scripts: Sequence[str]) -> bool:
    """Whether a delta stands with two letters below, of which it is no matrix: ``δ_ij``."""
    letters = scripts[0].replace(",", "") if len(scripts) == 1 else ""
    known = parser.names.known(base)
    pair = base in SIGNS - {"ε", "epsilon"} and len(letters) == 2
    kind = parser.names.kind(known) if known else NUMBER
    is_matrix = kind.rank == 2 and kind.sizes[0] != 1  # that of a layer may be a row
    return pair and set(letters) <= set(parser.letters) and not is_matrix


def is_index(parser: LineReader, base: str, scripts: Sequence[str], name: str) -> bool:
    """Whether what stands below a letter is an index: of a sum, or of an entry."""
    known = parser.names.known(base) or base in SIGNS or (parser.names.open and parser.letters)
    if len(scripts) != 1 or name in parser.names.declared or not known:
        return False
    script = scripts[0].replace(",", "")
    if not script or script.isdigit():
        return bool(script)
    if all(one in parser.letters for one in script):
        return True
    kind = parser.names.kind(parser.names.known(base) or base)
    return bool(parser.letters) and kind.rank == len(script) and _are_free(parser, script)


def _are_free(parser: LineReader, script: str) -> bool:
    """Whether the letters of an index are summed over, or may stand for themselves."""
    taken = {*parser.names.declared, *parser.names.sizes}
    return all(one in parser.letters or one in INDICES - taken for one in script)


def read_scripts(parser: LineReader, token: LineToken) -> Marks:
    """What stands above or below a letter and is a part of its name; its transposes, primes."""
    scripts: list[str] = []
    transposes = primes = 0
    while parser.at("_", "^"):
        found = below(parser) if parser.at("_") else above(parser, token, scripts)
        if found is None:
            break
        if found.layer:
            scripts.append(found.layer)
        transposes += found.turned
        primes += found.primes
        parser.position = found.stop
    return Marks(tuple(scripts), transposes, primes)


def below(parser: LineReader) -> Scripts | None:
    """What stands below a letter."""
    position = parser.position + 1
    token = parser.tokens[position]
    if token.kind == "open":
        end = parser.ends[position]
        inside = parser.tokens[position + 1 : end]
        _refuse_axes(parser, inside)
        optimum = [one.text for one in inside] == ["*"]
        text = "star" if optimum else "".join(map(_plain, inside))
        return Scripts(text, turned=False, primes=0, stop=end + 1)
    if token.kind in ("number", "name", "word"):
        text, stop = token.text, position + 1
        while text[-1] in parser.letters and _goes_on(parser, parser.tokens[stop]):  # A_ij
            text, stop = text + parser.tokens[stop].text, stop + 1
        return Scripts(text, turned=False, primes=0, stop=stop)
    return None


def _refuse_axes(parser: LineReader, inside: Sequence[LineToken]) -> None:
    """Refuse what stands for all of an axis below a letter, but behind one that counts rows.

    Raises:
        NotationError: It is a row, a column or a range: ``A_{1,:}``, ``A_{·j}``, ``x_{1:3}``.
    """
    texts = [one.text for one in inside if one.text != ","]
    row = len(texts) == 2 and texts[0] in parser.letters
    if len(texts) > 1 and not _AXES.isdisjoint(texts[:-1] if row else texts):
        raise parser.fail(
            "a row of A is written A[0, :], a column A[:, 0], a part of x x[1:3], counted from 0; "
            "a sum over letters goes over rows, Σ_i ‖A_i‖: over columns, those of the transpose"
        )


def _goes_on(parser: LineReader, token: LineToken) -> bool:
    """Whether a letter of a sum stands close behind another one."""
    return token.kind == "name" and token.text in parser.letters and not token.spaced


def above(parser: LineReader, token: LineToken, scripts: Sequence[str]) -> Scripts | None:
    """What stands above a letter, if it is a part of the name: ``^{(3)}``, ``^{[2]T}``."""
    position = parser.position + 1
    opened = parser.tokens[position]
    end = parser.end(position)
    inside = list(parser.tokens[position + 1 : end]) if opened.kind == "open" else [opened]
    if opened.kind == "open" and opened.text == "[":
        inside = [opened, *inside, parser.tokens[end]]
    elif opened.kind == "open" and opened.text == "(":
        return None
    turned, primes = False, 0
    while inside and (inside[-1].text in ("T", "top") or inside[-1].text[:1] == "'"):
        last = inside.pop()
        turned ^= last.text[0] == "T" or last.text == "top"
        primes += len(last.text) if last.text[0] == "'" else 0
    if len(inside) > 1 and inside[0].text == "T" and inside[1].kind == "open":
        inside, turned = inside[1:], not turned
    bracketed = len(inside) > 2 and inside[0].kind == "open" and inside[-1].kind == "close"
    if bracketed:
        text = "".join(_plain(one) for one in inside[1:-1])
        return Scripts(text, turned, primes, end + 1)
    text = "".join(_plain(one) for one in inside)
    if inside and inside[0].text == "[" and inside[-1].kind == "number":
        *mark, power = (one.text for one in inside)
        said = f"({token.text}^{{{''.join(mark)}}})^{power}"
        raise parser.fail(f"a mark and a power above one letter: write {said}", token)
    base = token.text
    known = (
        text
        and not scripts
        and any(parser.names.known(one) for one in (f"{base}{text}", f"{base}_{text}"))
    )
    if known and not parser.names.known(base):
        return Scripts(text, turned, primes, end + 1)
    behind = parser.tokens[end + 1]
    ends = behind.kind in ("end", "close", "sign")
    starred = parser.names.known(f"{base}_star") or (parser.names.open and ends)
    if [one.text for one in inside] == ["*"] and starred:  # an optimum, x^*
        return Scripts("star", turned, primes, end + 1)
    return None


def _plain(token: LineToken) -> str:
    """A token as a part of a name."""
    if token.text in _IN_NAMES:
        return _IN_NAMES[token.text]
    return token.text if token.kind in ("name", "number", "word") else ""


def digits_of(token: LineToken) -> str:
    """The digits of a number; of ½ a quotient."""
    if token.kind == "fraction":
        above, below = FRACTIONS[token.text]
        return f"{above}/{below}"
    return token.text

"""What has brackets or bars, and sums over letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from matcalc.inputs.constants import compared, compared_with, is_comparing
from matcalc.inputs.derivatives import is_ratio, read_derivative
from matcalc.inputs.free import letters_of
from matcalc.inputs.left_out import divides_by_zero
from matcalc.inputs.letters import below, of_pair, pair_in, simple
from matcalc.inputs.nested import outside, sign_outside
from matcalc.inputs.reader import Reader
from matcalc.inputs.scanning import Token
from matcalc.inputs.signs import ENDS
from matcalc.inputs.tree import Node

_COMPARED = frozenset(["<", "<=", ">", ">=", "≠"])
_OF_ALL = "a sum with a letter goes over all entries here"


def read_arguments(parser: Reader, opened: Token) -> tuple[Node, ...]:
    """What stands between brackets, apart by commas."""
    found: list[Node] = []
    close = ENDS[opened.text]
    while not parser.at(close):
        token, after = parser.next, parser.tokens[parser.position + 1]
        if token.kind in ("name", "word") and after.kind == "sign" and after.text == "=":
            parser.position += 2
            inside = parser.sum()
            found.append(Node("keyword", (inside,), token.text, token.start, parser.behind()))
        elif parser.next.kind == "sign" and parser.next.text == ":":
            parser.take()
            found.append(Node("name", (), ":", token.start, token.stop))
        else:
            item = parser.sum()
            found.append(compared_with(parser, item) if is_comparing(parser.next) else item)
        if parser.at(","):
            parser.take()
        elif not parser.at(close):
            parser.expect(close, opened)
    parser.expect(close, opened)
    return tuple(found)


def read_group(parser: Reader, opened: Token) -> Node:
    """What is in brackets; several parts are a vector."""
    if opened.form == "matrix" or (opened.text == "[" and is_list(parser)):
        return read_listed(parser, opened)
    if opened.text in "([{" and is_compared(parser):
        found = compared(parser, opened)
        return found._replace(start=opened.start, stop=parser.behind())
    if opened.text == "{" and parser.at("}"):
        parser.take()
        return parser.factor()
    inside = read_arguments(parser, opened)
    behind = parser.tokens[parser.position + 1]
    if opened.text in "[(" and len(inside) == 1 and parser.at("_") and is_cross(parser, behind):
        parser.position = parser.end(parser.position + 1) + 1
        return Node("call", inside, ("skew", 0, ""), opened.start, parser.behind())
    if not inside:
        raise parser.fail("something is missing between these brackets", opened)
    if len(inside) == 1 and inside[0].op != "keyword":
        return Node("group", inside, opened.text, opened.start, parser.behind())
    return Node("listed", inside, "(", opened.start, parser.behind())


def is_cross(parser: Reader, token: Token) -> bool:
    r"""Whether the sign of a cross product stands below, ``[a]_\times``."""
    inside = parser.tokens[parser.position + 2] if token.text == "{" else token
    return inside.text == "×" or (inside.text == "x" and inside.form == "unicode")


def is_compared(parser: Reader) -> bool:
    """Whether a group holds one comparison and nothing beside it."""
    signs = [one for _, one in outside(parser.tokens, parser.position) if one.kind == "sign"]
    return all(one.text != "," for one in signs) and sum(map(is_comparing, signs)) == 1


def is_list(parser: Reader) -> bool:
    """Whether brackets hold several parts."""
    return sign_outside(parser.tokens, ",", ";", "&", start=parser.position) >= 0


def read_listed(parser: Reader, opened: Token) -> Node:
    """``[a; b]``, ``[a, b]``: as it is, for the language to read."""
    end = parser.ends[parser.position - 1]
    rows: list[list[Node]] = [[]]
    while parser.position < end:
        if parser.at(";"):
            parser.take()
            if parser.position < end:  # a last one ends nothing
                rows.append([])
        elif parser.at(",", "&"):
            parser.take()
        else:
            rows[-1].append(parser.sum())
    parser.expect(ENDS[opened.text], opened)
    args = tuple(one for row in rows for one in row)
    return Node("listed", args, tuple(map(len, rows)), opened.start, parser.behind())


def in_bars(parser: Reader, token: Token) -> Node:
    """``|x|``, ``‖x‖``."""
    if token.text == "||" and not (token.form or parser.odd_bars[parser.position - 1]):
        parser.position -= 1  # ||x| − 1|: no other closes it, so it is two
        parser.tokens[parser.position] = token._replace(text="|", start=token.start + 1)
        token = token._replace(text="|", stop=token.start + 1)
    parser.bars.append(token.text)
    inside = parser.sum()
    parser.bars.pop()
    if token.text == "|" and are_two(parser):  # |x||y|: one closes, and the other opens
        after = parser.next
        parser.tokens[parser.position] = after._replace(text="|", start=after.start + 1)
        return Node("bars", (inside,), "", token.start, after.start + 1)
    if not parser.at(token.text):
        raise parser.fail(f"this {token.text} is not closed", token)
    parser.take()
    op = "norm" if token.text == "||" else "bars"
    return Node(op, (inside,), "", token.start, parser.behind())


def are_two(parser: Reader) -> bool:
    """Whether two bars that stand close, ``|x||y|``, are not one sign.

    Raises:
        NotationError: They may be both, ``|x||y||z|``.
    """
    after = parser.tokens[parser.position + 1]
    if not parser.at("||") or parser.next.spaced or after.spaced or parser.next.form:
        return False
    if parser.odd_bars[parser.position]:
        raise parser.fail("these may be two bars or one sign: write |x| |y|, or norm(y)")
    return True


def read_fraction(parser: Reader, token: Token) -> Node:
    r"""``\frac{a}{b}``; of derivatives one name."""
    if is_ratio(parser):
        return read_derivative(parser, token)
    above = braced(parser, token)
    below = braced(parser, token)
    return Node("chain", (above, below), (("frac", True),), token.start, parser.behind())


def braced(parser: Reader, token: Token) -> Node:
    """What is in braces, or one letter."""
    if parser.at("{"):
        opened = parser.take()
        inside = parser.sum()
        parser.expect("}", opened)
        return Node("group", (inside,), "{", opened.start, parser.behind())
    if parser.next.kind in ("number", "name"):
        return simple(parser, parser.take())
    raise parser.fail("a fraction is written \\frac{a}{b}", token)


def read_root(parser: Reader, token: Token) -> Node:
    r"""``√x``, ``\sqrt{x}``."""
    if parser.at("["):
        raise parser.fail("a root of another degree is written x^(1/3)")
    inside = braced(parser, token) if parser.at("{") else parser.factor()
    return Node("call", (inside,), ("sqrt", 0, ""), token.start, parser.behind())


def read_inner(parser: Reader, token: Token) -> Node:
    """``<x, y>``."""
    one = parser.sum()
    if parser.at(",", "|"):
        parser.take()
    two = parser.sum()
    if not parser.at(">"):
        raise parser.fail("this < is not closed", token)
    parser.take()
    if parser.at("_"):  # of matrices: ⟨A, B⟩_F
        under = below(parser)
        parser.position = under.stop if under else parser.position
    return Node("inner", (one, two), None, token.start, parser.behind())


def is_inner(parser: Reader) -> bool:
    """Whether a ``<`` opens an inner product: a comma and a ``>`` follow, brackets apart."""
    position, commas = parser.position + 1, 0
    while position < len(parser.tokens):
        token = parser.tokens[position]
        if token.kind == "open":
            position = parser.ends[position]
        elif token.kind in ("close", "end"):
            return False
        elif token.text == ">":
            return commas == 1
        elif token.text in (",", "|"):
            commas += 1
        position += 1
    return False


def is_total(parser: Reader, token: Token) -> bool:
    """Whether a capital sigma is the sign of a sum."""
    return parser.at("_") and token.text not in parser.names.declared


class _Limits(NamedTuple):
    """What stands below and above a sum: letters, compared pairs of them, from where to where."""

    letters: list[str]
    pairs: list[Sequence[str]]
    start: list[str]
    stop: list[str]


def read_total(parser: Reader, token: Token) -> Node:
    """A sum over letters, of the product to its right."""
    kind = "prod" if token.text in ("prod", "Π") else "sum"
    letters, pairs, start, stop = limits = _limits(parser)
    if not (len(stop) == 1 and start in (["0"], ["1"])) and (start, stop[1:]) != (
        ["0"],
        ["-", "1"],
    ):
        raise parser.fail(f"{_OF_ALL}: of a part, sum(x[1:n])")
    parser.letters += letters
    body = parser.chain()
    for pair in pairs:
        _refuse_infinite(parser, token, pair, body)
        mask = of_pair(pair, body.start, body.stop)
        body = Node("chain", (body, mask), (("*", True),), body.start, body.stop)
    del parser.letters[len(parser.letters) - len(letters) :]
    letters, many = (letters, _how_many(limits)) if letters else (unsaid(parser, body), "")
    return Node("total", (body,), (kind, tuple(letters), many), token.start, parser.behind())


def _refuse_infinite(parser: Reader, token: Token, pair: Sequence[str], body: Node) -> None:
    """Refuse a sum that leaves out what is infinite: here it is multiplied by 0, which is nan.

    Raises:
        NotationError: What is summed divides by 0 where the letters agree.
    """
    one, sign, two = pair
    if sign in ("≠", "<", ">") and divides_by_zero(body, one, two):
        raise parser.fail(
            f"where {one} = {two}, which this sum leaves out by a factor of 0, is a division by 0 "
            f"or a root or logarithm of it: add δ_{one}{two} to what is 0 there, "
            f"1/(x_{one} - x_{two} + δ_{one}{two}), sqrt(‖X_{one} - X_{two}‖^2 + δ_{one}{two})",
            token,
        )


def _limits(parser: Reader) -> _Limits:
    """What stands below and above a sum.

    Raises:
        NotationError: It goes over a part of what a letter counts.
    """
    letters: list[str] = []
    pairs: list[Sequence[str]] = []
    start, stop = ["1"], [""]
    while parser.at("_", "^"):
        below = parser.at("_")
        position = parser.position + 1
        end = parser.end(position)
        texts = [one.text for one in parser.script(position)]
        _refuse_set(parser, parser.tokens[position:end])
        for part in _apart(texts) if below else ():
            pair = pair_in(_bare(part))
            if pair and pair[1] != "=":
                letters += _counted(parser, pair, letters)
                pairs.append(pair)
            elif _COMPARED & set(part):
                raise parser.fail(_left_out(part))
            else:
                letters += _letters_of(part)
                start = part[part.index("=") + 1 :] if "=" in part else start
        stop = stop if below else texts
        parser.position = end + 1
        one = end == position or parser.tokens[position].start == parser.tokens[position].stop
        while parser.at(",") and below and one:  # Σ_i,j
            parser.take()
            letters += _letters_of([parser.take().text])
    bounds = [*start, *stop]
    counted = {"i", "j", *parser.letters} - {*parser.names.declared, *parser.names.sizes, *letters}
    if len(letters) == 1 and counted & {*bounds}:  # Σ_{j=i+1}^n
        pair, start, stop = _bounded(letters[0], start, stop)
        if pair:
            _counted(parser, pair, letters)
            pairs.append(pair)
    bound = next((one for one in (*stop, *start) if one in (*parser.letters, *letters)), "")
    if bound:
        raise parser.fail(f"{_OF_ALL}, and {bound} is the letter of one: of i < j, triu(A, 1)")
    return _Limits(letters, pairs, start, stop)


def _refuse_set(parser: Reader, below: Sequence[Token]) -> None:
    """Refuse a sum over what a set has, ``i ∈ S``; ``i ∈ [n]`` and ``i ∈ {1, …, n}`` are of all.

    Raises:
        NotationError: It goes over one.
    """
    for one, two in pairwise(below):
        if one.text == "in" and two.kind == "name" and two.text not in parser.names.sizes:
            raise parser.fail(
                f"{_OF_ALL}, and which are in {two.text} is not said: declare s[n], 1 for those in "
                f"it and 0 for others, and write s_i before what is summed",
                two,
            )


def _apart(texts: Sequence[str]) -> Iterator[list[str]]:
    """What stands below a sum, apart by commas where something is compared: ``j = 1, j ≠ i``."""
    if not _COMPARED & set(texts):
        yield list(texts)
        return
    for compared_too, part in groupby(texts, key=lambda text: text == ","):
        if not compared_too:
            yield list(part)


def _bare(texts: list[str]) -> list[str]:
    """What is compared, without the ends of all: ``i < j`` of ``1 ≤ i < j ≤ n``."""
    texts = texts[2:] if texts[:2] == ["1", "<="] else texts
    return texts[:3] if len(texts) == 5 and texts[3] == "<=" else texts


def _bounded(
    letter: str, start: list[str], stop: list[str]
) -> tuple[tuple[str, ...], list[str], list[str]]:
    """A letter that goes to another one, or from it, as two that are compared."""
    if stop[1:] in ([], ["-", "1"]) and start == ["1"]:
        return (letter, "<" if stop[1:] else "<=", stop[0]), start, [""]
    if start[1:] in ([], ["+", "1"]):
        return (letter, ">" if start[1:] else ">=", start[0]), ["1"], stop
    return (), start, stop


def _counted(parser: Reader, pair: Sequence[str], letters: Sequence[str]) -> list[str]:
    """The letters that a sum over ``i < j`` goes over: those that no other one does.

    Raises:
        NotationError: The first is to be summed, and nothing says what the second is.
    """
    one, _, two = pair
    given = {*parser.letters, *letters}
    if two not in given and (one in letters or (one not in given and one > two)):
        below = "".join(pair)
        raise parser.fail(
            f"this sum goes over {one}, and none goes over {two}: write Σ_{two} Σ_{{{below}}}, or "
            f"of all pairs Σ_{{{two}≠{one}}}, Σ_{{{two}<{one}}}"
        )
    return [letter for letter in (one, two) if letter not in given]


def _left_out(texts: Sequence[str]) -> str:
    """Why a sum over a part of the values of a letter is refused, and what to write."""
    if len(texts) > 2 and texts[1] == "≠":
        of, which = texts[0], "_".join(one for one in texts[2:] if one != "_")
        return (
            f"{_OF_ALL}, and {which} says which {of} is left out: declare it as rows of zeros and "
            "ones, Y[m,k], and write sum((1 - Y) * …), what stands at it as "
            "sum(Y * S, axis=1, keepdims=True)"
        )
    return f"{_OF_ALL}: of i < j, sum(triu(A, 1))"


def _how_many(limits: _Limits) -> str:
    """How many values a letter has that goes from the one limit to the other."""
    start, stop = limits.start, limits.stop
    if start == ["0"] and len(stop) == 1 and stop[0].isdigit():
        return str(int(stop[0]) + 1)
    return stop[0] if len(stop) > 1 or start == ["1"] else ""


def unsaid(parser: Reader, body: Node) -> list[str]:
    """The letters that a sum without any goes over, ``∑xᵢ²``: all that stand below."""
    return [one for one in letters_of(body) if one in parser.free]


def _letters_of(texts: Sequence[str]) -> list[str]:
    """The letters of a sum: i of ``i``, ``i=1``, ``i,j``; what is behind = or ∈ is none."""
    letters: list[str] = []
    for text in texts:
        if text in ("=", "in"):
            break
        letters += list(text) if text.isalpha() else []
    return letters

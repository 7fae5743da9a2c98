"""Sums over letters: what stands below and above them, and which of them would be infinite."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from matcalc.inputs.free import letters_of
from matcalc.inputs.letters import of_pair, pair_in
from matcalc.inputs.reader import LineReader
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.tree import OVER, LineNode

_COMPARED = frozenset(["<", "<=", ">", ">=", "≠"])
_OF_ALL = "a sum with a letter goes over all entries here"
_CALLED = {"sum": "sum", "prod": "product"}
_PAIR = 2


def is_total(parser: LineReader, token: LineToken) -> bool:
    """Whether a capital sigma is the sign of a sum."""
    return parser.at("_") and token.text not in parser.names.declared


class _Limits(NamedTuple):
    """What stands below and above a sum: letters, compared pairs of them, from where to where."""

    letters: list[str]
    pairs: list[Sequence[str]]
    start: list[str]
    stop: list[str]


def read_total(parser: LineReader, token: LineToken) -> LineNode:
    """A sum over letters, of the product to its right."""
    kind = "prod" if token.text in ("prod", "Π") else "sum"
    letters, pairs, start, stop = limits = _limits(parser, kind)
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
        body = LineNode("chain", (body, mask), (("*", True),), body.start, body.stop)
    del parser.letters[len(parser.letters) - len(letters) :]
    letters, many = (letters, _how_many(limits)) if letters else (unsaid(parser, body), "")
    return LineNode("total", (body,), (kind, tuple(letters), many), token.start, parser.behind())


def _refuse_infinite(
    parser: LineReader, token: LineToken, pair: Sequence[str], body: LineNode
) -> None:
    """Refuse a sum that leaves out what is infinite: here it is multiplied by 0, which is nan.

    Raises:
        NotationError: What is summed divides by 0 where the letters agree.
    """
    one, sign, two = pair
    if sign in ("≠", "<", ">") and _divides_by_zero(body, one, two):
        raise parser.fail(
            f"where {one} = {two}, which this sum leaves out by a factor of 0, is a division by 0 "
            f"or a root or logarithm of it: add δ_{one}{two} to what is 0 there, "
            f"1/(x_{one} - x_{two} + δ_{one}{two}), sqrt(‖X_{one} - X_{two}‖^2 + δ_{one}{two})",
            token,
        )


def _limits(parser: LineReader, kind: str) -> _Limits:
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
        _refuse_set(parser, parser.tokens[position:end], kind)
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


def _refuse_set(parser: LineReader, below: Sequence[LineToken], kind: str) -> None:
    """Refuse a sum over what a set has, ``i ∈ S``; ``i ∈ [n]`` and ``i ∈ {1, …, n}`` are of all.

    Raises:
        NotationError: It goes over one.
    """
    for before, one, two in zip(below, below[1:], below[2:], strict=False):
        if one.text == "in" and two.kind == "name" and two.text not in parser.names.sizes:
            letter = before.text
            instead = {
                "sum": f"sum s_{letter} times that over all {letter}, Σ_{letter}",
                "prod": f"multiply that to the power s_{letter} over all {letter}, Π_{letter}",
            }[kind]
            raise parser.fail(
                f"{_OF_ALL.replace('sum', _CALLED[kind])}, and which are in {two.text} is not "
                f"said: declare s[n], 1 for those in it and 0 for others, and {instead}",
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


def _counted(parser: LineReader, pair: Sequence[str], letters: Sequence[str]) -> list[str]:
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


def unsaid(parser: LineReader, body: LineNode) -> list[str]:
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


def _divides_by_zero(node: LineNode, one: str, two: str) -> bool:
    """Whether a part divides by 0, or is a logarithm or a length of 0, where two letters agree."""
    signs = ("*", *(sign for sign, _ in node.value)) if node.op == "chain" else ()
    below = [arg for sign, arg in zip(signs, node.args, strict=False) if sign in OVER]
    if node.op == "power":
        if node.args[1].op == "negative":
            below.append(node.args[0])
        elif node.args[0].op == "norm":  # the square of a length is no root
            return _divides_by_zero(node.args[0].args[0], one, two)
    if node.op == "norm" or (node.op == "call" and node.value[0] in ("log", "ln", "sqrt")):
        below.append(node.args[0])
    parts = (_divides_by_zero(arg, one, two) for arg in node.args)
    return any(_is_zero(arg, one, two) for arg in below) or any(parts)


def _is_zero(node: LineNode, one: str, two: str) -> bool:
    """Whether a part is 0 where two letters agree, as ``x_i - x_j`` is."""
    if node.op == "sum" and len(node.args) == _PAIR and sum(node.value) == 0:
        first, second = (_renamed(arg, one, two) for arg in node.args)
        return first == second
    if node.op in ("product", "chain"):
        return any(_is_zero(arg, one, two) for arg in node.args)
    plain = node.op in ("negative", "group", "transpose", "bars", "norm", "power")
    plain = plain or (node.op == "call" and node.value[0] in ("abs", "sqrt", "norm"))
    return plain and _is_zero(node.args[0], one, two)


def _renamed(node: LineNode, one: str, two: str) -> Hashable:
    """A part without its place, the one letter for the other."""
    value = node.value
    if node.op == "index":
        value = tuple(one if letter == two else letter for letter in value)
    return node.op, value, tuple(_renamed(arg, one, two) for arg in node.args)

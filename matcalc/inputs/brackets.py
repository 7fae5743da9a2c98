"""What has brackets or bars: groups, lists, norms, fractions, roots, inner products."""

from __future__ import annotations

from matcalc.inputs.constants import compared, compared_with, is_comparing
from matcalc.inputs.derivatives import is_ratio, read_derivative
from matcalc.inputs.letters import below, simple
from matcalc.inputs.nested import outside, sign_outside
from matcalc.inputs.reader import LineReader
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.signs import ENDS
from matcalc.inputs.tree import LineNode


def read_arguments(parser: LineReader, opened: LineToken) -> tuple[LineNode, ...]:
    """What stands between brackets, apart by commas."""
    found: list[LineNode] = []
    close = ENDS[opened.text]
    while not parser.at(close):
        token, after = parser.next, parser.tokens[parser.position + 1]
        if token.kind in ("name", "word") and after.kind == "sign" and after.text == "=":
            parser.position += 2
            inside = parser.sum()
            found.append(LineNode("keyword", (inside,), token.text, token.start, parser.behind()))
        elif parser.next.kind == "sign" and parser.next.text == ":":
            parser.take()
            found.append(LineNode("name", (), ":", token.start, token.stop))
        else:
            item = parser.sum()
            found.append(compared_with(parser, item) if is_comparing(parser.next) else item)
        if parser.at(","):
            parser.take()
        elif not parser.at(close):
            parser.expect(close, opened)
    parser.expect(close, opened)
    return tuple(found)


def read_group(parser: LineReader, opened: LineToken) -> LineNode:
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
    if not inside:
        raise parser.fail("something is missing between these brackets", opened)
    if len(inside) == 1 and inside[0].op != "keyword":
        return LineNode("group", inside, opened.text, opened.start, parser.behind())
    return LineNode("listed", inside, "(", opened.start, parser.behind())


def is_compared(parser: LineReader) -> bool:
    """Whether a group holds one comparison and nothing beside it."""
    signs = [one for _, one in outside(parser.tokens, parser.position) if one.kind == "sign"]
    return all(one.text != "," for one in signs) and sum(map(is_comparing, signs)) == 1


def is_list(parser: LineReader) -> bool:
    """Whether brackets hold several parts."""
    return sign_outside(parser.tokens, ",", ";", "&", start=parser.position) >= 0


def read_listed(parser: LineReader, opened: LineToken) -> LineNode:
    """``[a; b]``, ``[a, b]``: as it is, for the language to read."""
    end = parser.ends[parser.position - 1]
    rows: list[list[LineNode]] = [[]]
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
    return LineNode("listed", args, tuple(map(len, rows)), opened.start, parser.behind())


def in_bars(parser: LineReader, token: LineToken) -> LineNode:
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
        return LineNode("bars", (inside,), "", token.start, after.start + 1)
    if not parser.at(token.text):
        raise parser.fail(f"this {token.text} is not closed", token)
    parser.take()
    op = "norm" if token.text == "||" else "bars"
    return LineNode(op, (inside,), "", token.start, parser.behind())


def are_two(parser: LineReader) -> bool:
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


def read_fraction(parser: LineReader, token: LineToken) -> LineNode:
    r"""``\frac{a}{b}``; of derivatives one name."""
    if is_ratio(parser):
        return read_derivative(parser, token)
    above = braced(parser, token)
    below = braced(parser, token)
    return LineNode("chain", (above, below), (("frac", True),), token.start, parser.behind())


def braced(parser: LineReader, token: LineToken) -> LineNode:
    """What is in braces, or one letter."""
    if parser.at("{"):
        opened = parser.take()
        inside = parser.sum()
        parser.expect("}", opened)
        return LineNode("group", (inside,), "{", opened.start, parser.behind())
    if parser.next.kind in ("number", "name"):
        return simple(parser, parser.take())
    raise parser.fail("a fraction is written \\frac{a}{b}", token)


def read_root(parser: LineReader, token: LineToken) -> LineNode:
    r"""``√x``, ``\sqrt{x}``."""
    if parser.at("["):
        raise parser.fail("a root of another degree is written x^(1/3)")
    inside = braced(parser, token) if parser.at("{") else parser.factor()
    return LineNode("call", (inside,), ("sqrt", 0, ""), token.start, parser.behind())


def read_inner(parser: LineReader, token: LineToken) -> LineNode:
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
    return LineNode("inner", (one, two), None, token.start, parser.behind())


def is_inner(parser: LineReader) -> bool:
    """Whether a ``<`` opens an inner product: a comma and a ``>`` follow, brackets apart."""
    commas = 0
    for _, token in outside(parser.tokens, parser.position + 1):
        if token.kind in ("close", "end") or token.text == ">":
            return token.text == ">" and commas == 1
        commas += token.text in (",", "|")
    return False

"""Numbers, arrays of ones and zeros, and indicators: ``1ₙ``, ``1[x > 0]``."""

from __future__ import annotations

from matcalc.inputs.letters import digits_of
from matcalc.inputs.reader import Reader
from matcalc.inputs.scanning import Token
from matcalc.inputs.signs import ENDS
from matcalc.inputs.tree import Node


def read_number(parser: Reader, token: Token) -> Node:
    """A number; ones and zeros with a size below them are arrays."""
    if token.text in ("0", "1") and (parser.at("_") or token.form.startswith("\\")):
        return read_filled(parser, token)
    if token.text == "1" and parser.at("[", "{") and is_condition(parser):
        return read_condition(parser, token)
    return Node("number", (), digits_of(token), token.start, token.stop)


def read_filled(parser: Reader, token: Token) -> Node:
    r"""``1ₙ``, ``\mathbf{1}_n``, ``\mathbb{1}``; of a condition, an indicator."""
    if parser.at("(", "[", "{", "_") and is_condition(parser):
        return read_condition(parser, token)
    size = read_size(parser) if parser.at("_") else ()
    return Node("filled", (), (token.text, size), token.start, parser.behind())


def is_condition(parser: Reader) -> bool:
    """Whether a bracket follows that holds a comparison."""
    position = parser.position + parser.at("_")
    token = parser.tokens[position]
    if token.kind != "open":
        return False
    inside = parser.tokens[position + 1 : parser.ends[position]]
    return any(map(is_comparing, inside))


def read_condition(parser: Reader, token: Token) -> Node:
    """``1[x > 0]``: the step function."""
    if parser.at("_"):
        parser.take()
    opened = parser.take()
    found = compared(parser, opened)
    return found._replace(start=token.start, stop=parser.behind())


def compared(parser: Reader, opened: Token) -> Node:
    """``x > y`` as ``step(x - y)``, to the bracket that closes."""
    one = parser.sum()
    if not is_comparing(parser.next):
        raise parser.fail("a comparison is expected here: x > 0")
    found = compared_with(parser, one)
    parser.expect(ENDS[opened.text], opened)
    return found._replace(stop=parser.behind())


def is_comparing(token: Token) -> bool:
    """Whether a sign compares two parts."""
    return token.kind == "sign" and token.text in (">", "<", ">=", "<=")


def compared_with(parser: Reader, left: Node) -> Node:
    """``x > y`` as ``step(x - y)``, where x was read."""
    sign = parser.take()
    one, two = left, parser.sum()
    if sign.text[0] == "<":
        one, two = two, one
    zero = two.op == "number" and two.value == "0"
    inside = one if zero else Node("sum", (one, two), (1, -1), one.start, two.stop)
    return Node("call", (inside,), ("step", 0, ""), left.start, parser.behind())


def read_size(parser: Reader) -> tuple[str, ...]:
    r"""The sizes below a constant: ``ₙ``, ``_{m \times n}``, ``_d``."""
    parser.take()
    if not parser.at("{", "("):
        return (parser.take().text,)
    opened = parser.take()
    end = parser.ends[parser.position - 1]
    inside = parser.tokens[parser.position : end]
    parser.position = end
    parser.expect(ENDS[opened.text], opened)
    sizes: list[str] = [""]
    for k, token in enumerate(inside):
        cross = token.text in ("×", ",") or (token.form == "unicode" and token.text == "x")
        if cross and 0 < k < len(inside) - 1:
            sizes.append("")
            continue
        before = inside[k - 1] if k else None
        beside = sizes[-1] and before is not None and _are_beside(before, token)
        sizes[-1] += f"*{token.text}" if beside else token.text
    return tuple(sizes)


def _are_beside(before: Token, token: Token) -> bool:
    """Whether two tokens of a size are factors side by side."""
    return before.kind in ("number", "name") and token.kind in ("number", "name")

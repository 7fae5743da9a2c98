r"""Numbers, ones and zeros, and what depends on a comparison: ``1ₙ``, ``1[x > 0]``, cases."""

from __future__ import annotations

from matcalc.inputs.letters import digits_of, of_pair, pair_of
from matcalc.inputs.nested import behind_transpose
from matcalc.inputs.reader import LineReader
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.signs import ENDS
from matcalc.inputs.tree import LineNode


def read_number(parser: LineReader, token: LineToken) -> LineNode:
    """A number; ones and zeros with a size below them are arrays."""
    if token.text in ("0", "1") and (parser.at("_") or token.form.startswith("\\")):
        return read_filled(parser, token)
    if token.text == "1" and behind_transpose(parser.tokens, parser.position):
        return read_filled(parser, token)
    if token.text == "1" and parser.at("[", "{") and is_condition(parser):
        return read_condition(parser, token)
    return LineNode("number", (), digits_of(token), token.start, token.stop)


def read_filled(parser: LineReader, token: LineToken) -> LineNode:
    r"""``1ₙ``, ``\mathbf{1}_n``, ``\mathbb{1}``; of a condition, an indicator."""
    if parser.at("(", "[", "{", "_") and is_condition(parser):
        return read_condition(parser, token)
    size = read_size(parser) if parser.at("_") else ()
    return LineNode("filled", (), (token.text, size), token.start, parser.behind())


def is_condition(parser: LineReader) -> bool:
    """Whether a bracket follows that holds a comparison."""
    position = parser.position + parser.at("_")
    token = parser.tokens[position]
    if token.kind != "open":
        return False
    inside = parser.tokens[position + 1 : parser.ends[position]]
    return any(map(is_comparing, inside)) or bool(of_letters(parser, position))


def of_letters(parser: LineReader, position: int) -> tuple[str, ...]:
    """Two letters of sums that are compared in a bracket, ``[i = j]``, and the sign."""
    pair = pair_of(parser, position)
    return pair if {*pair[::2]} <= {*parser.letters} else ()


def read_condition(parser: LineReader, token: LineToken) -> LineNode:
    """``1[x > 0]``: the step function."""
    if parser.at("_"):
        parser.take()
    pair = of_letters(parser, parser.position)
    if pair:
        parser.position = parser.ends[parser.position] + 1
        return of_pair(pair, token.start, parser.behind())
    opened = parser.take()
    found = compared(parser, opened)
    return found._replace(start=token.start, stop=parser.behind())


def compared(parser: LineReader, opened: LineToken) -> LineNode:
    """``x > y`` as ``step(x - y)``, to the bracket that closes."""
    found = comparison(parser)
    parser.expect(ENDS[opened.text], opened)
    return found._replace(stop=parser.behind())


def comparison(parser: LineReader) -> LineNode:
    """Two parts that are compared.

    Raises:
        NotationError: Nothing is compared there.
    """
    one = parser.sum()
    if not is_comparing(parser.next):
        raise parser.fail("a comparison is expected here: x > 0")
    return compared_with(parser, one)


_COMPARING = frozenset([">", "<", ">=", "<=", "==", "≠"])


def is_comparing(token: LineToken) -> bool:
    """Whether a sign compares two parts."""
    return token.kind == "sign" and token.text in _COMPARING


def compared_with(parser: LineReader, left: LineNode) -> LineNode:
    """``x > y`` as ``step(x - y)``, where x was read; ``x >= y`` is not ``y > x``."""
    sign = parser.take().text
    one, two = left, parser.sum()
    stop = parser.behind()
    if sign in ("<", ">="):
        one, two = two, one
    inside = _less(one, two)._replace(start=left.start, stop=stop)
    if sign not in ("==", "≠"):
        found = LineNode("call", (inside,), ("step", 0, ""), left.start, stop)
        return found if sign in ("<", ">") else complement(found)
    name = LineNode("call", (inside,), ("sign", 0, ""), left.start, stop)
    square = LineNode("number", (), "2", left.start, stop)
    found = LineNode("power", (name, square), "**", left.start, stop)
    return found if sign == "≠" else complement(found)


def _less(one: LineNode, two: LineNode) -> LineNode:
    """``one - two``, without a zero."""
    if two.op == "number" and two.value == "0":
        return one
    if one.op == "number" and one.value == "0":
        return LineNode("negative", (two,), None, two.start, two.stop)
    return LineNode("sum", (one, two), (1, -1), one.start, two.stop)


def complement(node: LineNode) -> LineNode:
    """What is 1 where a comparison is 0."""
    while node.op == "group":
        (node,) = node.args
    inside = complemented(node)
    if inside is not None:
        return inside
    one = LineNode("number", (), "1", node.start, node.stop)
    return LineNode("sum", (one, node), (1, -1), node.start, node.stop)


def is_indicator(node: LineNode) -> bool:
    """Whether a part is 0 or 1 at each entry, as a comparison is."""
    inside = node.args[0] if node.op == "group" else complemented(node)
    if inside is not None:
        return is_indicator(inside)
    if node.op == "power":
        base, exponent = node.args
        return base.op == "call" and base.value[0] == "sign" and exponent.value == "2"
    return node.op == "call" and node.value[0] == "step"


def complemented(node: LineNode) -> LineNode | None:
    """What 1 is less of, if it is."""
    if node.op != "sum" or node.value != (1, -1) or node.args[0].value != "1":
        return None
    return node.args[1]


def read_not(parser: LineReader, token: LineToken) -> LineNode:
    """``~(x > 0)``, ``~mask``: 1 where the comparison does not hold.

    Raises:
        NotationError: It stands before something else.
    """
    inside = parser.factor()
    if inside.op == "name":
        return LineNode("group", (complement(inside),), "~", token.start, parser.behind())
    if not is_indicator(inside):
        raise parser.fail(f"{token.text} is read before a comparison alone, ~(x > 0)", token)
    return complement(inside)._replace(start=token.start)


def read_size(parser: LineReader) -> tuple[str, ...]:
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
        text = "*" if token.text == "·" else token.text
        sizes[-1] += f"*{text}" if beside else text
    return tuple(sizes)


def _are_beside(before: LineToken, token: LineToken) -> bool:
    """Whether two tokens of a size are factors side by side."""
    return before.kind in ("number", "name") and token.kind in ("number", "name")


_WORDS = frozenset(["if", "for", "when", "where"])
_ELSE = frozenset(["otherwise", "else", "elsewhere", "sonst"])


def read_cases(parser: LineReader, opened: LineToken) -> LineNode:
    """The value of the first row whose condition holds; 0 where none does, which is said."""
    rows: list[tuple[LineNode, LineNode | None]] = []
    while not parser.at("]"):
        rows.append((parser.sum(), _condition(parser)))
        if parser.at(";"):
            parser.take()
        elif not parser.at("]"):
            raise parser.fail("a row of cases is a value, & and a comparison, x > 0")
    parser.expect("]", opened)
    stop = parser.behind()
    if not rows:
        raise parser.fail("cases without a row", opened)
    value, last = rows[-1]
    first = rows[0][1]
    if last is None or (first and len(rows) == 2 and _bare(complement(first)) == _bare(last)):
        rows.pop()
    else:
        value = LineNode("number", (), "0", opened.start, stop)
        parser.names.say("where no case holds the value is 0")
    for one, condition in reversed(rows):
        if condition is None:
            raise parser.fail("the last row alone is without a condition", opened)
        value = LineNode("call", (condition, one, value), ("where", 0, ""), opened.start, stop)
    return value


def _bare(node: LineNode) -> LineNode:
    """A part without where it stands."""
    return node._replace(start=0, stop=0, args=tuple(map(_bare, node.args)))


def _condition(parser: LineReader) -> LineNode | None:
    """What stands behind a value; nothing of what is taken otherwise."""
    while parser.at("&", ",") or parser.next.text in _WORDS:
        parser.take()
    if parser.next.text in _ELSE:
        parser.take()
        return None
    if parser.at(";", "]"):
        return None
    found = comparison(parser)
    while parser.at(",", "."):
        parser.take()
    return found

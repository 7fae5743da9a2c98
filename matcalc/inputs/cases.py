r"""``\begin{cases}``: a value in each row, and behind it where it is taken."""

from __future__ import annotations

from matcalc.inputs.constants import compared_with, complement, is_comparing
from matcalc.inputs.reader import Reader
from matcalc.inputs.scanning import Token
from matcalc.inputs.tree import Node

_WORDS = frozenset(["if", "for", "when", "where"])
_ELSE = frozenset(["otherwise", "else", "elsewhere", "sonst"])


def read_cases(parser: Reader, opened: Token) -> Node:
    """The value of the first row whose condition holds; 0 where none does, which is said."""
    rows: list[tuple[Node, Node | None]] = []
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
        value = Node("number", (), "0", opened.start, stop)
        parser.names.say("where no case holds the value is 0")
    for one, condition in reversed(rows):
        if condition is None:
            raise parser.fail("the last row alone is without a condition", opened)
        value = Node("call", (condition, one, value), ("where", 0, ""), opened.start, stop)
    return value


def _bare(node: Node) -> Node:
    """A part without where it stands."""
    return node._replace(start=0, stop=0, args=tuple(map(_bare, node.args)))


def _condition(parser: Reader) -> Node | None:
    """What stands behind a value; nothing of what is taken otherwise."""
    while parser.at("&", ",") or parser.next.text in _WORDS:
        parser.take()
    if parser.next.text in _ELSE:
        parser.take()
        return None
    if parser.at(";", "]"):
        return None
    left = parser.sum()
    if not is_comparing(parser.next):
        raise parser.fail("a comparison is expected here: x > 0")
    found = compared_with(parser, left)
    while parser.at(",", "."):
        parser.take()
    return found

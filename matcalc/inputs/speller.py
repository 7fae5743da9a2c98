"""What all that writes parts of a line shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matcalc.dimensions import Dimension, Shape
from matcalc.errors import NotationError, Place
from matcalc.inputs import kinds
from matcalc.inputs.kinds import NUMBER, Kind
from matcalc.inputs.names import Names
from matcalc.inputs.pieces import ATOM, PRODUCT, SIGN, Piece, Written, commas, joined
from matcalc.inputs.tree import LineNode

STARRED = frozenset(["numpy", "r", "mathematica"])  # where * is entry by entry


class Speller:
    """The spelling of one line in the language.

    Attributes:
        line: What was typed.
        names: What is declared.
        notation: The notation that it is in.
        shape: That of the whole formula, if it is known.
        lengths: How many values a letter of a sum has.
        write: Writes a part of the line in the language.
        argument: Writes an argument of a function.
        matrix_power: Writes a whole power of a matrix.
    """

    write: Callable[[LineNode], Written]
    argument: Callable[..., Written]
    matrix_power: Callable[[LineNode, Written, Written], Written]

    def __init__(self, line: str, names: Names, notation: str) -> None:
        self.line = line
        self.names = names
        self.notation = notation
        self.shape: Shape | None = None
        self.lengths: dict[str, Dimension] = {}
        self.divisor = ""  # the size that what is written is divided by
        self.rows: Dimension | None = None  # of the matrices to which a product is added
        self.kept: dict[int, Written] = {}  # of parts that are asked for again

    def atom(self, node: LineNode, text: str, kind: Kind, binds: int = ATOM) -> Written:
        """A text that stands for a whole part of the line."""
        return Written((Piece(text, node.start, node.stop),), binds, kind)

    def fail(self, node: LineNode, message: str) -> NotationError:
        """An error at a part of the line."""
        return NotationError(message, [Place(self.line, node.start, node.stop)])

    def assume(self, text: str) -> None:
        """Say what was assumed, once."""
        self.names.say(text)

    def shown(self, node: LineNode) -> str:
        """A part of the line as it was typed."""
        text = " ".join(self.line[node.start : node.stop].split())
        return text if len(text) <= 40 else text[:39] + "…"

    def times(self, one: Written, two: Written) -> Written:
        """A matrix product, or one with a number."""
        plain = one.kind.is_number or two.kind.is_number
        return self.signed(one, " * " if plain else " @ ", two, kinds.product(one.kind, two.kind))

    def signed(self, one: Written, sign: str, two: Written, kind: Kind) -> Written:
        """Two parts with a sign of products between them."""
        return joined([one.within(PRODUCT), sign, two.within(SIGN)], PRODUCT, kind)

    def dot(self, one: Written, two: Written) -> Written:
        """``·``: of two columns the inner product."""
        if one.kind.is_column and two.kind.is_column:
            return joined([one.within(ATOM), ".T @ ", two.within(SIGN)], PRODUCT, NUMBER)
        return self.times(one, two)

    def applied(self, node: LineNode, name: str, args: Sequence[Written], kind: Kind) -> Written:
        """A function's name, and its arguments."""
        opened = Piece(f"{name}(", node.start, node.start + 1)
        closed = Piece(")", max(node.start, node.stop - 1), node.stop)
        return joined([(opened,), *commas(args), (closed,)], ATOM, kind)

    def refuse_close(self, node: LineNode, one: Written, two: Written, after: LineNode) -> None:
        """Refuse ``1/2m``, ``1/2σ²``: on paper the letter is below the line, in code above it.

        Raises:
            NotationError: A letter stands close behind a quotient of two numbers.
        """
        base = after.args[0] if after.op == "power" else after
        letter = self.write(after)
        if base.op != "name" or not (letter.kind.is_number or base.value in "mnN"):
            return
        above = letter.text if one.text == "1" else f"{one.text} * {letter.text}"
        raise self.fail(
            node,
            f"{one.text}/{two.text}{letter.text} may be {one.text}/({two.text} * {letter.text}) or "
            f"{above}/{two.text}: write one of them",
        )

    def is_fraction(
        self, one: Written, head: Written, tight: Written, arg: LineNode, *, wide: bool
    ) -> bool:
        """Whether ``a/b c`` is ``(a/b) c``."""
        if arg.args[1].op == "total":
            return True
        if not head.kind.is_number or not tight.kind.is_number:
            return head.kind.is_number
        if one.text.isdigit() and head.text.isdigit():
            return True
        return not wide and bool(arg.value[0])

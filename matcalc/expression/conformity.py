"""Whether a formula holds on paper as it stands, or only as NumPy reads it.

On paper a vector is a column, and a sum is of two arrays of one shape. NumPy reads ``x @ A``, adds
a number to every entry and a vector to every row. An expression may be written so; of a formula
that somebody claims to be a derivative it has to be said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Shape
from matcalc.errors import ShapeError
from matcalc.expression.arithmetic import is_repeated, whole_of
from matcalc.expression.formula import Formula
from matcalc.expression.meaning import KnownMeanings, meaning
from matcalc.expression.misfits import WrittenOperand, filled
from matcalc.expression.parser import PostfixStep, parse
from matcalc.expression.postfix import folded
from matcalc.expression.reading import read_in_columns
from matcalc.expression.values import Value
from matcalc.graph import Node, Product, Symbol, topological
from matcalc.operations import algebra
from matcalc.variables import Variable


class Conformity(NamedTuple):
    """How a formula stands on paper.

    Attributes:
        shape: Its shape, rows and columns where it was read in columns.
        misfits: What does not fit on paper, in words, and what would; nothing where all does.
    """

    shape: Shape
    misfits: tuple[str, ...]


def conformity(text: str, formula: Formula, variables: Mapping[str, Variable]) -> Conformity:
    """How a formula stands on paper, after it was read.

    Args:
        text: The formula.
        formula: The same, read.
        variables: Its variables.

    >>> from matcalc.expression import read_formula
    >>> known = {"x": Variable("x", ("n",)), "A": Variable("A", ("m", "n")), "c": Variable("c", ())}
    >>> def misfits(text):
    ...     return conformity(text, read_formula(text, known), known).misfits
    >>> misfits("2 * A @ x - 1")
    ()
    >>> misfits("A @ x - c")
    ('A @ x is m×1, c is a number: write c * ones(m)',)
    >>> misfits("x @ A.T")
    ('x @ A.T does not fit: x is n×1, A.T is n×m: 1 against n',)
    >>> known["b"] = Variable("b", ("m", 1))
    >>> misfits("A - b")
    ('A is m×n, b is m×1: write b @ ones((1, n))',)
    """
    if not formula.columns:
        return Conformity(formula.node.shape, (_in_columns(text, variables),))
    walk = _ConformityWalk(formula)
    value = walk.whole(formula.text)
    return Conformity(value.matrix, tuple(dict.fromkeys(walk.misfits)))


def _in_columns(text: str, variables: Mapping[str, Variable]) -> str:
    """What does not fit where vectors are columns."""
    try:
        read_in_columns(text, variables)
    except ShapeError as error:
        return error.message
    return "as columns it does not fit"  # pragma: no cover - it was read as arrays because of this


class _ConformityWalk:
    """Every step of a formula in columns, with an eye on its sums."""

    def __init__(self, formula: Formula) -> None:
        self.meanings = KnownMeanings(self.name, formula.functions)
        self.known = {name: Value(node) for name, node in formula.symbols.items()}
        sizes = [size for one in formula.variables.values() for size in one.shape]
        self.sizes = frozenset[str]().union(*map(dimensions.names, sizes))
        self.forced = formula.forced
        self.misfits: list[str] = []

    def whole(self, text: str) -> Value:
        """The value of the last formula of several, which has no name."""
        for one in parse(text):
            self.known[one.name] = self.value(one.steps)
        return self.known[""]

    def value(self, steps: Sequence[PostfixStep]) -> Value:
        return folded(steps, self.operand).value

    def operand(self, step: PostfixStep, of: list[WrittenOperand]) -> WrittenOperand:
        if step.kind == "operator" and step.value != "@":
            self.look_at_columns(*of)
        if step.kind == "operator" and step.value in "+-/":
            self.look_at(step.value, *of)
        return WrittenOperand(meaning(step, [one.value for one in of], self.meanings), step.place)

    def name(self, step: PostfixStep) -> Value:
        return self.known.get(step.value) or Value(
            algebra.size_of(self.forced.get(step.value, step.value))
        )

    def look_at(self, sign: str, one: WrittenOperand, two: WrittenOperand) -> None:
        """Note where the terms of a sum, or of a quotient of arrays, are not of one shape."""
        for term, other in ((one, two), (two, one)):
            few, many = term.value.node.shape, other.value.node.shape
            if not few and many and sign != "/" and not self.is_constant(term.value.node):
                self.misfits.append(
                    f"{other.said}, {term.text} is a number: write {term.atom} * "
                    f"{filled('ones', many)}{'.T' if other.value.row else ''}"
                )
            elif len(few) == 1 and len(many) == 2:
                lies = few[0] == many[1]
                repeated = (
                    f"ones({many[0]}) @ {term.atom}.T"
                    if lies
                    else f"{term.atom} @ ones({many[1]}).T"
                )
                self.misfits.append(f"{other.said}, {term.said}: write {repeated}")

    def look_at_columns(self, one: WrittenOperand, two: WrittenOperand) -> None:
        """Note where a matrix of one column or row stands beside a larger one, entry by entry.

        One whose axis of length 1 was asked for, ``keepdims=True``, ``x[:, None]``, is repeated on
        purpose.
        """
        a, b = one.value.node.shape, two.value.node.shape
        if max(len(a), len(b)) > 2 and whole_of(a, b) is not None:
            self.misfits.append(f"{one.said}, {two.said}: repeat the axes that one of them lacks")
        for part, whole in ((one, two), (two, one)):
            few, many = part.value.node.shape, whole.value.node.shape
            if "keepdims" in part.text or "None" in part.text:
                continue
            if len(few) == len(many) == 2 and few != many and is_repeated(many, few):
                column = few[1] == 1
                ones = f"ones((1, {many[1]}))" if column else f"ones(({many[0]}, 1))"
                repeated = f"{part.atom} @ {ones}" if column else f"{ones} @ {part.atom}"
                self.misfits.append(f"{whole.said}, {part.said}: write {repeated}")

    def is_constant(self, node: Node) -> bool:
        """Whether a number is one that is written out, or a fraction of sizes: ``1/n``."""
        nodes = topological(node)
        names = {name for one in nodes if isinstance(one, Product) for name, _ in one.scale.powers}
        return names <= self.sizes and not any(isinstance(one, Symbol) for one in nodes)

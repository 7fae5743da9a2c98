"""Reading a formula: names become nodes, shapes are held together, vectors are columns.

There are two readings, of the whole formula: first every vector is a column; if that does not fit
and no vector is transposed, vectors are NumPy's one-dimensional arrays. If neither fits, what
fails in columns is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc import dimensions
from matcalc.errors import MatcalcError, NotationError, Place, ShapeError
from matcalc.expression.functions import call
from matcalc.expression.parser import Assignment, Step, parse
from matcalc.expression.values import (
    Value,
    entrywise,
    multiplied,
    number_of,
    transposed,
)
from matcalc.graph import Node, number, symbol
from matcalc.operations import RULES, algebra, find_rule
from matcalc.variables import Variable

_POWER = 64  # the largest constant exponent, up or down


class Formula(NamedTuple):
    """A formula, read.

    Attributes:
        node: What it means.
        symbols: The node of each variable.
        named: The nodes of intermediate results that have names.
        columns: Whether vectors were read as columns; else as one-dimensional arrays.
        notes: What a reader should know: what was assumed.
    """

    node: Node
    symbols: dict[str, Node]
    named: dict[str, Node]
    columns: bool
    notes: tuple[str, ...]


def read_formula(formula: str, variables: Mapping[str, Variable]) -> Formula:
    """Read a formula of variables whose shapes are known.

    Raises:
        NotationError: It cannot be read, or a name is unknown.
        ShapeError: Its shapes do not fit.

    >>> x, A = Variable("x", ("n",)), Variable("A", ("n", "n"))
    >>> read_formula("x.T @ A @ x", {"x": x, "A": A}).node.shape
    ()
    >>> read_formula("x @ A @ x", {"x": x, "A": A}).columns
    False
    """
    assignments = parse(formula)
    try:
        return _Reader(variables, columns=True).read(assignments)
    except ShapeError as error:
        flat = _Reader(variables, columns=False)
        try:
            found = flat.read(assignments)
        except ShapeError:
            raise error from None
        if flat.transposes:
            raise
        return found


class _Reader:
    """One reading of a formula."""

    def __init__(self, variables: Mapping[str, Variable], *, columns: bool) -> None:
        self.columns = columns
        self.variables = variables
        self.symbols: dict[str, Node] = {
            v.name: symbol(v.name, v.shape) for v in variables.values()
        }
        self.sizes = {
            name
            for variable in variables.values()
            for dimension in variable.shape
            for name in dimensions.names(dimension)
        }
        self.named: dict[str, Value] = {}
        self.transposes = False
        self.notes: dict[str, None] = {}

    def read(self, assignments: Sequence[Assignment]) -> Formula:
        result = Value(number(0))
        for assignment in assignments:
            result = self.value(assignment.steps)
            if assignment.name:
                self.check_name(assignment)
                self.named[assignment.name] = result
        named = {name: value.node for name, value in self.named.items()}
        return Formula(result.node, self.symbols, named, self.columns, tuple(self.notes))

    def check_name(self, assignment: Assignment) -> None:
        name = assignment.name
        if name in self.symbols or name in self.sizes or name in self.named:
            what = "a variable" if name in self.symbols else "in use"
            raise NotationError(f"the name {name} is {what} already", [assignment.place])

    def value(self, steps: Sequence[Step]) -> Value:
        """The value of steps in postfix order."""
        stack: list[Any] = []
        for step in steps:
            kept = len(stack) - step.takes
            operands = stack[kept:]
            del stack[kept:]
            try:
                stack.append(self.step(step, operands))
            except MatcalcError as error:
                if error.places:
                    raise
                raise type(error)(error.message, [step.place]) from None
        if len(stack) != 1 or not isinstance(stack[0], Value):
            raise NotationError("this is not a value", [steps[-1].place])
        return stack[0]

    def step(self, step: Step, operands: list[Any]) -> Any:
        match step.kind:
            case "number":
                return Value(number(Fraction(step.value)))
            case "text" | "tuple":
                return tuple(operands) if step.kind == "tuple" else step.value
            case "name":
                return self.name(step)
            case "call":
                return call(step, operands, self.notes)
            case _:
                return self.sign(step, [self.operand(one, step.place) for one in operands])

    def sign(self, step: Step, values: list[Value]) -> Value:
        if step.kind == "transpose":
            return self.transpose(values[0])
        if step.kind == "negative":
            return Value(algebra.negative(values[0].node), values[0].row)
        return self.operator(step, *values)

    def operand(self, operand: object, place: Place) -> Value:
        if isinstance(operand, Value):
            return operand
        raise NotationError("text and tuples belong in functions", [place])

    def name(self, step: Step) -> Value:
        name = step.value
        if name in self.named:
            return self.named[name]
        if name in self.symbols:
            return Value(self.symbols[name])
        if name in self.sizes:
            return Value(algebra.size_of(name))
        if name in RULES:
            raise NotationError(f"{name} is a function: write {name}(…)", [step.place])
        self.notes[f"{name} is not declared: taken as a dimension, a whole number"] = None
        return Value(algebra.size_of(name))

    def transpose(self, value: Value) -> Value:
        if self.columns:
            return transposed(value)
        if len(value.node.shape) == 1:
            self.transposes = True
            return value
        return Value(algebra.transpose(value.node))

    def operator(self, step: Step, one: Value, two: Value) -> Value:
        sign = step.value
        if sign == "@":
            if self.columns:
                return multiplied(one, two)
            return Value(algebra.matmul(one.node, two.node))
        if sign in "+-" and self.is_bias(one, two):
            self.notes[f"{two.title} is added to every row of {one.title}"] = None
            spread = algebra.spread_rows(two.node, one.node.shape)
            return Value(_SIGNS[sign](one.node, spread))
        row = entrywise(sign, one, two)
        if sign == "**":
            return Value(self.power(one, two), row)
        return Value(_SIGNS[sign](one.node, two.node), row)

    def is_bias(self, one: Value, two: Value) -> bool:
        a, b = one.node.shape, two.node.shape
        return len(a) == 2 and len(b) == 1 and a[1] == b[0] and not two.row and a[0] != b[0]

    def power(self, base: Value, exponent: Value) -> Node:
        constant = number_of(exponent)
        if constant is None:
            return find_rule("pow").build(base.node, exponent.node)
        if abs(constant) > _POWER or constant.denominator > _POWER:
            raise NotationError(f"a constant exponent lies between -{_POWER} and {_POWER}")
        if number_of(base) == 0 and constant < 0:
            raise NotationError("a division by zero")
        return algebra.power(base.node, constant)


def _divided(one: Node, two: Node) -> Node:
    if number_of(Value(two)) == 0:
        raise NotationError("a division by zero")
    return algebra.times(one, algebra.reciprocal(two))


_SIGNS: dict[str, Callable[[Node, Node], Node]] = {
    "+": algebra.plus,
    "-": algebra.minus,
    "*": algebra.times,
    "/": _divided,
}

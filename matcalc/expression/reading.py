"""Reading a formula: names become nodes, sizes are made to agree, vectors are columns.

There are two readings, of the whole formula: first every vector is a column; if that does not fit
and no vector is transposed, vectors are NumPy's one-dimensional arrays. If neither fits, what
fails in columns is reported.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.dimensions import Dimension
from matcalc.errors import MatcalcError, NotationError, Place, ShapeError
from matcalc.expression.arithmetic import operated
from matcalc.expression.functions import SIZED, call
from matcalc.expression.lines import Line, check_names, lines_of
from matcalc.expression.misfits import Operand, excerpt, misfit
from matcalc.expression.parser import Step, parse
from matcalc.expression.unification import Clash, Sizes
from matcalc.expression.values import Value, entrywise, multiplied, transposed
from matcalc.graph import Node, number, symbol
from matcalc.operations import RULES, algebra
from matcalc.variables import Variable

_AGAIN = 10_000  # steps that are read again because sizes were made equal
_COUNT = re.compile(r"[^\W\d_](_?[0-9]+)?")
_PLUS = Step("operator", "+", 2, Place("", 0, 0))
_NO_SIZES: Mapping[str, int] = {}


class Formula(NamedTuple):
    """A formula, read.

    Attributes:
        node: What it means.
        symbols: The node of each variable, in the order in which the formula mentions them.
        named: The nodes of intermediate results that have names.
        columns: Whether vectors were read as columns; else as one-dimensional arrays.
        notes: What a reader should know: what was assumed.
        variables: The variables, with the sizes that the formula forces.
        forced: What the formula forces dimensions to be, by their names.
        name: The name of the result, if it was given one.
    """

    node: Node
    symbols: dict[str, Node]
    named: dict[str, Node]
    columns: bool
    notes: tuple[str, ...]
    variables: dict[str, Variable]
    forced: dict[str, Dimension]
    name: str = ""


def read_formula(
    formula: str,
    variables: Mapping[str, Variable],
    sizes: Mapping[str, int] = _NO_SIZES,
    opaque: Collection[str] = (),
) -> Formula:
    """Read a formula of variables whose shapes are known; names of sizes are made to agree.

    Args:
        formula: The formula, in the input language.
        variables: Its variables by name.
        sizes: The sizes of dimensions that are known.
        opaque: Intermediate results that stand in the formula as symbols of their own.

    Raises:
        NotationError: It cannot be read, or a name is unknown.
        ShapeError: Its shapes do not fit.

    >>> x, A = Variable("x", ("n",)), Variable("A", ("n", "n"))
    >>> read_formula("x.T @ A @ x", {"x": x, "A": A}).node.shape
    ()
    >>> read_formula("x @ A @ x", {"x": x, "A": A}).columns
    False
    >>> read_formula("A @ y", {"A": A, "y": Variable("y", ("k",))}).forced
    {'k': 'n'}
    """
    lines = lines_of(parse(formula))
    check_names(lines, variables, sizes)
    try:
        return _Reader(lines, Sizes(variables, sizes), opaque, columns=True).read()
    except ShapeError as error:
        flat = _Reader(lines, Sizes(variables, sizes), opaque, columns=False)
        try:
            found = flat.read()
        except MatcalcError:
            raise error from None
        if flat.transposes:
            raise
        return found


def read_in_columns(formula: str, variables: Mapping[str, Variable]) -> Formula:
    """The same where vectors are columns, and nothing else.

    Raises:
        NotationError: It cannot be read, or a name is unknown.
        ShapeError: Its shapes do not fit in columns.
    """
    return _Reader(lines_of(parse(formula)), Sizes(variables, {}), (), columns=True).read()


class _Unknown(NamedTuple):
    """A name that nobody declared: a whole number where it can be nothing else."""

    step: Step


class _Reader:
    """One reading of a formula, line by line; a line that was read keeps its value.

    Where sizes clash, a name of a dimension is bound, and the lines from the first one on that
    the name has to do with are read again.
    """

    def __init__(
        self, lines: Sequence[Line], sizes: Sizes, opaque: Collection[str], *, columns: bool
    ) -> None:
        self.lines = lines
        self.opaque = opaque
        self.sizes = sizes
        self.columns = columns
        self.symbols: dict[str, Node] = {
            v.name: symbol(v.name, v.shape) for v in sizes.variables.values()
        }
        self.named = {line.name: k for k, line in enumerate(lines) if line.name}
        self.first_use = {line.step.value: k for k, line in reversed(list(enumerate(lines)))}
        self.values: list[Any] = []
        self.notes: dict[str, int] = {}
        self.transposes = False
        self.again = _AGAIN
        self.forcing: dict[str, Place] = {}  # where each name was bound

    def read(self) -> Formula:
        """Every line, in order.

        Raises:
            NotationError: A line cannot be read.
            ShapeError: Its sizes cannot be made to agree.
        """
        while len(self.values) < len(self.lines):
            line = self.lines[len(self.values)]
            try:
                self.values.append(self.value(line))
            except ShapeError as error:
                self.bind(error, line)
            except MatcalcError as error:
                raise _placed(error, line.step.place) from None
        return self.formula()

    def formula(self) -> Formula:
        named = {name: self.values[k].node for name, k in self.named.items()}
        forced = self.sizes.forced
        said = [f"the formula forces {name} = {size}" for name, size in forced.items()]
        notes = (*said, *self._columns_declared(), *self.notes)
        node = self.values[-1].node
        variables = self.sizes.variables
        name = self.lines[-1].name
        symbols = dict(sorted(self.symbols.items(), key=self.first_mention))
        return Formula(node, symbols, named, self.columns, notes, variables, forced, name)

    def first_mention(self, item: tuple[str, Node]) -> int:
        """Where a variable is written first; behind all where it is not."""
        return self.first_use.get(item[0], len(self.lines))

    def _columns_declared(self) -> list[str]:
        used = {line.step.value for line in self.lines if line.step.kind == "name"}
        return [
            f"{variable} is a matrix of one column; a vector is {name}[{variable.shape[0]}]"
            for name, variable in self.sizes.variables.items()
            if name in used and len(variable.shape) == 2 and variable.shape[1] == 1
        ]

    def value(self, line: Line) -> Any:
        """What a line means."""
        step, operands = line.step, [self.values[k] for k in line.operands]
        found: Any
        if step.kind == "name":
            found = self.name(step)
        elif step.kind == "number":
            found = Value(number(Fraction(step.value)))
        elif step.kind == "text":
            found = step.value
        elif step.kind == "tuple":
            found = tuple(operands)
        elif step.kind == "call":
            is_size = step.value in SIZED
            found = call(step, [self.argument(one, is_size=is_size) for one in operands], self.note)
        else:
            found = self.sign(step, [self.operand(one, step) for one in operands])
        position = len(self.values)
        is_last = line.name or position + 1 == len(self.lines)
        return self.operand(found) if is_last else found

    def note(self, text: str) -> None:
        self.notes.setdefault(text, len(self.values))

    def bind(self, error: ShapeError, line: Line) -> None:
        """Make the sizes equal that clash, and forget the lines that this has to do with.

        Raises:
            ShapeError: They cannot be equal.
        """
        clashes = error.clashes
        changed = self.sizes.bind(clashes)
        first = min(
            (self.first_use.get(name, len(self.lines)) for name in changed), default=len(self.lines)
        )
        if first > len(self.values):
            raise self.misfit(error, line) from None
        self.forcing.update(dict.fromkeys(changed - self.symbols.keys(), line.step.place))
        for name in changed & self.symbols.keys():
            self.symbols[name] = symbol(name, self.sizes.variables[name].shape)
        self.again -= len(self.values) - first
        if self.again < 0:
            message = "too many names of sizes would have to be equal; use the same names"
            raise ShapeError(message, [line.step.place])
        del self.values[first:]
        self.notes = {text: k for text, k in self.notes.items() if k < first}

    def misfit(self, error: ShapeError, line: Line) -> ShapeError:
        """The error of a line, in words of what was written, with the places of its operands."""
        place = line.step.place
        earlier = self.earlier(place, error.clashes)
        advice = self.sizes.advice(error.clashes)
        advice += "".join(f"; {excerpt(p)} forces {n} = {self.sizes.of(n)}" for n, p in earlier)
        if line.step.kind != "operator":
            places = [*(error.places or [place]), *(p for _, p in earlier)]
            return ShapeError(error.message + advice, places, error.clashes)
        one, two = map(self.written, line.operands)
        message = misfit(line.step.value, one, two, self.reordered(line))
        places = [one.place, two.place, *(p for _, p in earlier)]
        return ShapeError(message + advice, places, error.clashes)

    def earlier(self, place: Place, clashes: Iterable[Clash]) -> list[tuple[str, Place]]:
        """The names that were bound, and are why sizes clash at a place; and where they were."""
        sizes = {size for clash in clashes for size in clash}
        used = {
            line.step.value
            for line in self.lines
            if place.start <= line.step.place.start and line.step.place.stop <= place.stop
        }
        return [
            (name, bound)
            for name, bound in self.forcing.items()
            if self.sizes.of(name) in sizes and used.intersection(self.sizes.holders.get(name, ()))
        ][:2]

    def written(self, position: int) -> Operand:
        return Operand(self.operand(self.values[position], _PLUS), self.lines[position].step.place)

    def reordered(self, line: Line) -> str:
        """Where ``a * B @ c`` fits as ``a * (B @ c)`` only, that."""
        position = len(self.values)
        after = next((k for k in self.lines if k.operands[:1] == (position,)), None)
        if line.step.value not in "*/" or after is None or after.step.value != "@":
            return ""
        lines = self.lines[: after.operands[1] + 1]
        scratch = _Reader(lines, self.sizes, self.opaque, columns=self.columns)
        scratch.values = [*self.values, Value(number(0))]
        try:
            scratch.read()
            one, two, last = map(scratch.written, (*line.operands, after.operands[1]))
            entrywise("*", one.value, multiplied(two.value, last.value))
        except MatcalcError:
            return ""
        better = f"{one.inner} {line.step.value} ({two.inner} @ {last.inner})"
        return f"; products are read from the left: write {better}"

    def sign(self, step: Step, values: list[Value]) -> Value:
        if step.kind == "transpose":
            return self.transpose(values[0])
        if step.kind == "negative":
            return Value(algebra.negative(values[0].node), values[0].row)
        return self.operator(step, *values)

    def operand(self, found: Any, sign: Step | None = None) -> Value:
        """An operand of a sign, or a whole formula."""
        if isinstance(found, Value):
            return found
        if isinstance(found, _Unknown):
            counts = sign is not None and sign.value not in ("@", ".T")
            if not (counts and _COUNT.fullmatch(found.step.value)):
                raise self.undeclared(found.step)
            return self.size(found.step.value)
        raise NotationError("this is not a value: text and tuples belong in functions")

    def argument(self, found: Any, *, is_size: bool) -> Any:
        """An argument of a function: a name that nobody declared is a size where one belongs."""
        if isinstance(found, tuple) and not isinstance(found, Value | _Unknown):
            return tuple(self.argument(one, is_size=is_size) for one in found)
        if not isinstance(found, _Unknown):
            return found
        if not is_size:
            raise self.undeclared(found.step)
        return self.size(found.step.value)

    def size(self, name: str) -> Value:
        """A name that nobody declared, as a size."""
        size = self.sizes.of(name)
        if size == name:
            self.note(f"{name} is not declared: taken as a dimension, a whole number")
        return Value(algebra.size_of(size))

    def undeclared(self, step: Step) -> NotationError:
        name = step.value
        known = [*self.symbols, *self.sizes.names, *self.named]
        near = get_close_matches(name[:60], known, n=2, cutoff=0.5)
        hint = f"; near: {', '.join(near)}" if near else ""
        shown = name if len(name) <= 40 else name[:40] + "…"
        return NotationError(
            f"{shown} is not declared{hint}; declare it as {shown}[n], or {shown} for a scalar",
            [step.place],
        )

    def name(self, step: Step) -> Value | _Unknown:
        name = step.value
        if self.named.get(name, len(self.values)) < len(self.values):
            found: Value = self.values[self.named[name]]
            if name in self.opaque:
                return found._replace(node=symbol(name, found.node.shape))
            return found
        if name in self.symbols:
            return Value(self.symbols[name])
        if name in self.sizes.names:
            return Value(algebra.size_of(self.sizes.of(name)))
        if name in RULES:
            raise NotationError(f"{name} is a function: write {name}(…)", [step.place])
        return _Unknown(step)

    def transpose(self, value: Value) -> Value:
        if self.columns:
            return transposed(value)
        if len(value.node.shape) == 1:
            self.transposes = True
            return value
        return Value(algebra.transpose(value.node))

    def operator(self, step: Step, one: Value, two: Value) -> Value:
        if step.value == "@" and not self.columns:
            return Value(algebra.matmul(one.node, two.node))
        return operated(step.value, one, two, self.note)


def _placed(error: MatcalcError, place: Place) -> MatcalcError:
    return error if error.places else error.changed(places=[place])

"""One reading of a formula, line by line: names become nodes, and sizes are made to agree."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import MatcalcError, NotationError, Place, ShapeError, UnknownRuleError
from matcalc.expression import assumptions, mapped
from matcalc.expression.attempt import Attempt
from matcalc.expression.blocks import listed, subscripted
from matcalc.expression.evaluation import NO_VALUE, evaluated, signed
from matcalc.expression.formula import Formula, Functions
from matcalc.expression.functions import is_known, rule_name
from matcalc.expression.kronecker import pairs_in
from matcalc.expression.lines import StepLine, UndeclaredError, identity_error, sizes_in
from matcalc.expression.misfits import WrittenOperand, excerpt, misfit
from matcalc.expression.parser import PostfixStep
from matcalc.expression.unification import Clash, Sizes
from matcalc.expression.values import Value
from matcalc.graph import Node, symbol
from matcalc.near import is_of_others
from matcalc.operations import RULES, algebra, facts_of, find_rule

_AGAIN = 10_000  # steps that are read again because sizes were made equal
_COUNT = re.compile(r"[ijklmnN]")  # letters of whole numbers
_PARAMETER = re.compile(rf"[{dimensions.GREEK}wW]|alpha|beta|lambda|omega|phi|psi|theta|Theta")
_FREE = re.compile(rf"[a-z{dimensions.GREEK}](_?[0-9]+)?")  # functions that need no declaration
_SHOWN = 40  # characters of a name


class Scope(NamedTuple):
    """A formula as lines, and what is known of the names in it that are no variables.

    Attributes:
        lines: The lines.
        unsized: The names of the sizes of each ``I``, with its place.
        opaque: Intermediate results that stand in the formula as symbols of their own.
        functions: Functions that were declared.
    """

    lines: Sequence[StepLine]
    unsized: Mapping[str, Place]
    opaque: Collection[str]
    functions: Functions


class _WholeLetter(NamedTuple):
    """A letter of whole numbers that nobody declared: a number where it can be nothing else."""

    step: PostfixStep


class Reader:
    """One reading of a formula, line by line; a line that was read keeps its value.

    Where sizes clash, a name of a dimension is bound, and the lines from the first one on that
    the name has to do with are read again.
    """

    def __init__(self, scope: Scope, sizes: Sizes, *, columns: bool) -> None:
        self.scope = scope
        self.lines = scope.lines
        self.sizes = sizes
        self.columns = columns
        self.symbols: dict[str, Node] = {
            v.name: symbol(v.name, v.shape) for v in sizes.variables.values()
        }
        self.named = {line.name: k for k, line in enumerate(self.lines) if line.name}
        self.first_use = {line.step.value: k for k, line in reversed(list(enumerate(self.lines)))}
        self.first_use |= mapped.first_uses(self.first_use, scope.functions)
        self.stated = sizes_in(self.lines)
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

    def attempted(self) -> Attempt:
        """Every line, in order, as far as that goes."""
        try:
            self.read()
        except MatcalcError as error:
            return self.attempt(error)
        return self.attempt()

    def formula(self) -> Formula:
        """What was read.

        Raises:
            NotationError: Nothing says how large an ``I`` is.
        """
        forced = {k: v for k, v in self.sizes.forced.items() if k not in self.scope.unsized}
        said = [f"the formula forces {name} = {size}" for name, size in forced.items()]
        identities_of = {place: self.size_of_identity(k) for k, place in self.scope.unsized.items()}
        assumed = [
            *([] if self.columns else [assumptions.ARRAYS]),
            *dict.fromkeys(map(assumptions.identity, identities_of.values())),
            *self.notes,
        ]
        return Formula(
            node=self.values[-1].node,
            symbols=dict(sorted(self.symbols.items(), key=self.first_mention)),
            named={name: self.values[k].node for name, k in self.named.items()},
            columns=self.columns,
            notes=(*said, *self._vectors_declared(), *assumed),
            variables=self.sizes.variables,
            forced=forced,
            name=self.lines[-1].name,
            assumptions=tuple(assumed),
            text=self.spelled(identities_of),
            dimensions=tuple(self.sizes.of_none(self.stated)),
            functions=mapped.with_sizes(self.scope.functions, self.sizes.held),
        )

    def spelled(self, sizes: Mapping[Place, Dimension]) -> str:
        """The formula with ``eye(n)`` for ``I`` and ``maximum`` for ``max`` of two."""
        changes = [(place.start, place.stop, f"eye({size})") for place, size in sizes.items()]
        for line in self.lines:
            step = line.step
            if step.kind == "call":
                name = rule_name(step, [self.values[k] for k in line.operands])
                if name == facts_of(step.value).of_two:
                    start = step.place.start
                    changes.append((start, start + len(step.value), name))
        text = self.lines[0].step.place.text
        for start, stop, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[stop:]
        return text

    def size_of_identity(self, name: str) -> Dimension:
        """The size of an ``I``; nothing may say how large it is."""
        if self._is_open(name):
            raise self.no_identity(self.scope.unsized[name])
        return self.sizes.of(name)

    def no_identity(self, place: Place, clashes: Iterable[Clash] = ()) -> NotationError:
        """The error of an ``I`` that is not beside a square matrix, with a size that there is."""
        found = [size for pair in clashes for size in pair]
        found += [size for one in self.sizes.variables.values() for size in one.shape]
        open_sizes = self.scope.unsized.keys()
        fitting = (one for one in found if one != 1 and not dimensions.names(one) & open_sizes)
        return identity_error(place, next(fitting, "n"))

    def attempt(self, error: MatcalcError | None = None) -> Attempt:
        """What has been read, and why no more; without what the failing line itself forces."""
        done = len(self.values)
        failing = self.lines[done].step.place if error and done < len(self.lines) else None
        hidden = {k for k, place in self.forcing.items() if place == failing}
        hidden |= self.scope.unsized.keys()
        return Attempt(
            error,
            self.lines,
            self.values,
            self.sizes.variables,
            {k: v for k, v in self.sizes.forced.items() if k not in hidden},
            [self.lines[k].step.place for k in self.notes.values() if k < len(self.lines)],
            [*self.symbols, *self.sizes.names, *self.named],
        )

    def first_mention(self, item: tuple[str, Node]) -> int:
        """Where a variable is written first; behind all where it is not."""
        return self.first_use.get(item[0], len(self.lines))

    def _vectors_declared(self) -> list[str]:
        """Matrices of one column; where the result is 1x1 also those of one row."""
        used = {line.step.value for line in self.lines if line.step.kind == "name"}
        square = self.values[-1].node.shape == (1, 1)
        return [
            f"{variable} is a matrix of one {axis}; a vector is {name}[{length}]{said}"
            for name, variable in self.sizes.variables.items()
            if name in used and len(variable.shape) == 2
            for axis, one, length, said in (
                ("column", variable.shape[1], variable.shape[0], ""),
                ("row", variable.shape[0], variable.shape[1], f", and {name}.T its row"),
            )
            if one == 1 and (axis == "column" or (square and length != 1))
        ]

    def value(self, line: StepLine) -> Any:
        """What a line means."""
        step, operands = line.step, [self.values[k] for k in line.operands]
        found: Any
        if step.kind in ("listed", "subscript"):
            found = self.bracketed(step, operands)
        elif step.kind in ("operator", "transpose", "negative"):
            found = self.sign(line, self.counted(step, operands))
        else:
            found = evaluated(step, operands, self.name, lambda *_: self.call(line, operands))
        position = len(self.values)
        is_last = line.name or position + 1 == len(self.lines)
        return self.operand(found) if is_last else found

    def bracketed(self, step: PostfixStep, operands: list[Any]) -> Value:
        """An array of parts, or a part of an array.

        Raises:
            NotationError: A letter stands where a number must.
        """
        if step.kind == "listed":
            rows = [int(count) for count in step.value.split(",")]
            return listed(rows, [self.operand(one) for one in operands], columns=self.columns)
        array, *keys = operands
        for one in _flat(keys):
            if isinstance(one, _WholeLetter):
                raise _open_entry(one.step)
        return subscripted(step.value, self.operand(array), keys)

    def counted(self, step: PostfixStep, operands: list[Any]) -> list[Value]:
        """The operands of a sign; a letter that nobody declared may be a factor of them."""
        known = [one for one in operands if not isinstance(one, _WholeLetter)]
        with_numbers = not any(isinstance(one, Value) and one.node.shape for one in known)
        may_count = step.value in ("*", "/") or (step.value in ("+", "-") and with_numbers)
        return [
            self.size(one.step.value)
            if isinstance(one, _WholeLetter) and may_count
            else self.operand(one)
            for one in operands
        ]

    def operand(self, found: Any) -> Value:
        """An operand of a sign, or a whole formula.

        Raises:
            NotationError: It is a name that nobody declared, text or a tuple.
        """
        if isinstance(found, _WholeLetter):
            raise self.undeclared(found.step)
        if isinstance(found, Value):
            return found
        raise NotationError(NO_VALUE)

    def size(self, name: str) -> Value:
        """A name that nobody declared, as a size."""
        size = self.sizes.of(name)
        if size == name:
            self.note(assumptions.dimension(name))
        return Value(algebra.size_of(size))

    def note(self, text: str) -> None:
        """Keep an assumption, if there is one."""
        if text:
            self.notes.setdefault(text, len(self.values))

    def bind(self, error: ShapeError, line: StepLine) -> None:
        """Make the sizes equal that clash, and forget the lines that this has to do with.

        Raises:
            ShapeError: They cannot be equal.
        """
        clashes = error.clashes
        if self.sizes.free:
            clashes = (*clashes, *pairs_in(line, self.lines, self.values))
        waiting = {name for name in self.scope.unsized if self._is_open(name)}
        changed = self.sizes.bind(clashes)
        first = min(
            (self.first_use.get(name, len(self.lines)) for name in changed), default=len(self.lines)
        )
        if first > len(self.values):
            self.refuse_identity(line, clashes)
            raise self.misfit(error, line) from None
        for name in changed & waiting:
            if not self.squares_beside(line):
                raise self.no_identity(self.scope.unsized[name], clashes)
        bound = changed & self.sizes.names.keys() - self.scope.unsized.keys()
        self.forcing.update(dict.fromkeys(bound, line.step.place))
        for name in changed & self.symbols.keys():
            self.symbols[name] = symbol(name, self.sizes.variables[name].shape)
        self.again -= len(self.values) - first
        if self.again < 0:
            message = "too many names of sizes would have to be equal; use the same names"
            raise ShapeError(message, [line.step.place])
        del self.values[first:]
        self.notes = {text: k for text, k in self.notes.items() if k < first}

    def _is_open(self, name: str) -> bool:
        """Whether nothing has said yet of which size an ``I`` is."""
        return bool(dimensions.names(self.sizes.of(name)) & self.scope.unsized.keys())

    def refuse_identity(self, line: StepLine, clashes: Iterable[Clash]) -> None:
        """Raise if a line does not fit that an ``I`` of no size is part of."""
        shapes = [one.node.shape for k in line.operands if isinstance(one := self.values[k], Value)]
        named = {name for shape in shapes for size in shape for name in dimensions.names(size)}
        for name in sorted(named & self.scope.unsized.keys()):
            raise self.no_identity(self.scope.unsized[name], clashes)

    def squares_beside(self, line: StepLine) -> bool:
        """Whether square matrices stand beside each other in a sum or in a matrix product."""
        if line.step.kind != "operator" or line.step.value not in ("+", "-", "@"):
            return False
        shapes = [self.operand(self.values[k]).node.shape for k in line.operands]
        return all(len(one) == 2 and (one[0] == one[1] or self.sizes.free) for one in shapes)

    def misfit(self, error: ShapeError, line: StepLine) -> ShapeError:
        """The error of a line, in words of what was written, with the places of its operands."""
        place = line.step.place
        earlier = self.earlier(place, error.clashes)
        forced = "".join(f"; {excerpt(p)} forces {n} = {self.sizes.of(n)}" for n, p in earlier)
        if line.step.kind != "operator":
            places = [*(error.places or [place]), *(p for _, p in earlier)]
            return ShapeError(error.stated + forced, places, error.clashes)
        one, two = map(self.written, line.operands)
        message = misfit(line.step.value, one, two)
        places = [one.place, two.place, *(p for _, p in earlier)]
        return ShapeError(message + forced, places, error.clashes)

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

    def written(self, position: int) -> WrittenOperand:
        """An operand as it stands in the formula."""
        found, step = self.values[position], self.lines[position].step
        value = (
            self.size(found.step.value) if isinstance(found, _WholeLetter) else self.operand(found)
        )
        return WrittenOperand(value, step.place)

    def sign(self, line: StepLine, values: list[Value]) -> Value:
        """The value of a sign; of one-dimensional arrays as NumPy has it."""
        step, flat = line.step, not self.columns
        if flat and step.kind == "transpose" and len(values[0].node.shape) == 1:
            self.transposes = True
            return values[0]
        if flat and step.value == "@":
            found = Value(algebra.matmul(*(one.node for one in values)))
        else:
            found = signed(step, values)
        if step.kind == "operator":
            self.note(assumptions.of_operator(step, *map(self.written, line.operands)))
        return found

    def call(self, line: StepLine, operands: list[Any]) -> Value:
        """The value of a function.

        Raises:
            NotationError: It takes other arguments, or its name is that of something else.
            UnknownRuleError: It is unknown, and nobody declared it.
        """
        step = line.step
        for one in _flat(operands):
            if isinstance(one, _WholeLetter):
                raise self.undeclared(one.step)
        if not is_known(step.value):
            self.check_function(step)
        assumptions.check_order(step, [self.lines[k].step for k in line.operands])
        functions = mapped.with_sizes(self.scope.functions, self.sizes.held)
        found = mapped.applied(step, operands, functions)
        places = [self.lines[k].step.place for k in line.operands]
        given = [
            WrittenOperand(one, place)
            for one, place in zip(operands, places, strict=True)
            if isinstance(one, Value)
        ]
        self.note(assumptions.of_call(step, rule_name(step, operands), given))
        return found

    def check_function(self, step: PostfixStep) -> None:
        """Refuse a function that nobody knows; a single letter is one entry by entry, and said.

        Raises:
            NotationError: The name is that of a variable, or it takes several arguments.
            UnknownRuleError: It may be anything.
        """
        name = step.value
        if name in self.symbols or name in self.named or name in self.sizes.names:
            message = f"{name} is no function: a product is written {name} * (…) or {name} @ (…)"
            raise NotationError(message, [step.place])
        if step.takes > 1 and (name in self.scope.functions or _FREE.fullmatch(name)):
            message = f"{name} is a function, and takes one argument: {name}(x)"
            raise NotationError(message, [step.place])
        self.check_parameter(step)
        if name in self.scope.functions:
            return
        if not _FREE.fullmatch(name):
            try:
                find_rule(name)  # says which names are near
            except UnknownRuleError as error:
                unknown = step.takes == 1 and not (error.suggestions or is_of_others(name))
                declared = f"; a function entry by entry is declared, {name[:40]}(·)"
                stated = error.stated + (declared if unknown else "")
                raise error.changed(message=stated, places=[step.place]) from None
        self.note(assumptions.function(name))

    def check_parameter(self, step: PostfixStep) -> None:
        """Refuse ``h_θ(x)``, where θ is a variable: the derivative by it would be taken as 0.

        Raises:
            NotationError: A variable stands below a function, or a letter below one of a letter.
        """
        stem, _, below = step.value.partition("_")
        unknown = len(stem) == 1 and step.value not in self.scope.functions
        if (unknown and _PARAMETER.fullmatch(below)) or below in self.symbols:
            raise NotationError(assumptions.parameter(step.value), [step.place])

    def undeclared(self, step: PostfixStep) -> NotationError:
        """The error of a name that nobody declared."""
        name = step.value
        if name == "T":
            return UndeclaredError("T is not declared; a transpose is written x.T", [step.place])
        if name in self.named:
            later = self.named[name] > len(self.values)
            advice = "write that line first" if later else "give the result a new name"
            message = f"{name} has no meaning before this assignment; {advice}"
            return NotationError(message, [step.place])
        if name in ("True", "False", "None"):
            return NotationError(f"{name} is not part of the language", [step.bare])
        place = step.bare
        if place.text[place.start - 1 : place.start] + place.text[place.stop :][:1] == "[]":
            return _open_entry(step)
        shown = name if len(name) <= _SHOWN else name[:_SHOWN] + "…"
        return UndeclaredError(f"{shown} is not declared", [step.bare])

    def name(self, step: PostfixStep) -> Value | _WholeLetter:
        """What a name means.

        Raises:
            NotationError: Nobody declared it.
        """
        name = step.value
        if self.named.get(name, len(self.values)) < len(self.values):
            found: Value = self.values[self.named[name]]
            if name in self.scope.opaque:
                return found._replace(node=symbol(name, found.node.shape))
            return found
        if name in self.symbols:
            return Value(self.symbols[name])
        size = self.sizes.of(name)
        if name in self.sizes.names or name in self.scope.unsized:
            return Value(algebra.size_of(size))
        if name in self.stated:
            return self.size(name)
        if name in RULES:
            raise NotationError(
                f"{name} is a function: its argument stands in parentheses behind it", [step.bare]
            )
        if _COUNT.fullmatch(name) and name not in self.named:
            return _WholeLetter(step)
        raise self.undeclared(step)


def _open_entry(step: PostfixStep) -> NotationError:
    """The error of ``x[k]`` where k is anything."""
    name = step.value[:_SHOWN]
    return NotationError(
        f"{name} is the letter of no sum here: an entry has a number, x[0]; any one is "
        f"{name}.T @ x, where {name}[n]:onehot is declared",
        [step.bare],
    )


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    """Values, and those in tuples, which the scanner keeps from being deep."""
    for value in values:
        if type(value) is tuple:
            yield from _flat(value)
        else:
            yield value


def _placed(error: MatcalcError, place: Place) -> MatcalcError:
    return error if error.places else error.changed(places=[place])

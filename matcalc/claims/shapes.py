"""The shapes of the parts of a claim, in the names of sizes, and where they do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

from matcalc.claims.answer import Misfit, Piece
from matcalc.claims.question import Question
from matcalc.claims.tidying import terms
from matcalc.claims.tree import Tree, row_of, walk
from matcalc.claims.typed import Typed
from matcalc.dimensions import pretty
from matcalc.errors import MatcalcError, NotationError
from matcalc.expression.meaning import Known, meaning
from matcalc.expression.parser import Step
from matcalc.expression.values import Value
from matcalc.graph import symbol
from matcalc.operations import algebra


class Shapes:
    """The shapes of parts, each found once.

    Args:
        question: It knows the names.
        typed: What was typed, and where each part stands in it.
    """

    def __init__(self, question: Question, typed: Typed) -> None:
        self.known = {
            name: Value(symbol(name, each.shape)) for name, each in question.variables.items()
        }
        self.meanings = Known(self._name, question.formula.functions)
        self.typed = typed
        self._found: dict[int, tuple[Tree, Any]] = {}

    def of(self, tree: Tree) -> Value | None:
        """What a part is; nothing where it does not fit inside."""
        found = self._raw(tree)
        return found if isinstance(found, Value) else None

    def title(self, tree: Tree) -> str:
        """The shape of a part: ``2×1``, ``number``; ``?`` where it does not fit inside."""
        value = self.of(tree)
        if value is None:
            return "?"
        return value.title if value.node.shape else "number"

    def _raw(self, tree: Tree) -> Any:
        if id(tree) not in self._found:
            args = [self._raw(arg) for arg in tree.args]
            found: Any = None
            if all(arg is not None for arg in args):
                with suppress(MatcalcError):
                    found = meaning(tree.step, args, self.meanings)
            self._found[id(tree)] = tree, found
        return self._found[id(tree)][1]

    def _name(self, step: Step) -> Value:
        if step.value in self.known:
            return self.known[step.value]
        if step.value.isidentifier():
            return Value(algebra.size_of(step.value))
        raise NotationError(f"{step.value} is unknown")

    def pieces(self, line: Tree) -> tuple[Piece, ...]:
        """The factors of every term from left to right, with their shapes."""
        return tuple(
            Piece(self.typed.text(part), *self.typed.span(part), self.title(part))
            for term in terms(line)
            for part in _factors(term)
            if part.is_written
        )

    def misfits(self, line: Tree) -> tuple[Misfit, ...]:
        """Every place where two parts do not fit together, from left to right."""
        found = [misfit for part in walk(line) for misfit in self._misfits(part)]
        return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.start, one.end)))

    def _misfits(self, tree: Tree) -> Iterator[Misfit]:
        if tree.kind != "operator" or self.of(tree) is not None:
            return
        if tree.value == "@":
            factors = row_of(tree)
            pairs = list(pairwise(factors))
        else:
            pairs = [(tree.args[0], tree.args[1])]
        for one, two in pairs:
            left, right = self.of(one), self.of(two)
            if left is None or right is None:
                continue
            said = _clash(tree.value, left, right)
            if said:
                start, end = self.typed.span(one)[0], self.typed.span(two)[1]
                yield Misfit(start, end, tree.value, self.title(one), self.title(two), said)


def _clash(sign: str, left: Value, right: Value) -> str:
    """Why two parts do not fit; nothing where they do."""
    one, two = left.matrix, right.matrix
    if sign == "@":
        if not one or not two:
            return "a number beside @"
        return "" if one[-1] == two[0] else f"{pretty(one[-1])} ≠ {pretty(two[0])}"
    if not one or not two or one == two:
        return ""
    return f"{left.title} beside {right.title}"


def _factors(tree: Tree) -> Iterator[Tree]:
    """The factors of a product of any kind, from left to right."""
    if tree.kind == "negative":
        yield from _factors(tree.args[0])
    elif tree.operator("@", "*", "/"):
        for arg in tree.args:
            yield from _factors(arg)
    else:
        yield tree

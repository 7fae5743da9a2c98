"""The shapes of the parts of a claim and of its repair, and where they stand in what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from matcalc.checking.stand_ins import with_stand_ins
from matcalc.claims.answer import ClaimPiece, Misfit, RepairProduct
from matcalc.claims.point import ClaimPoint, Worth
from matcalc.claims.question import Question
from matcalc.claims.stacked import Stack
from matcalc.claims.tidying import terms
from matcalc.claims.tree import Tree, row_of, walk
from matcalc.derivative import derivatives
from matcalc.dimensions import pretty, times
from matcalc.errors import MatcalcError, NotationError, Place
from matcalc.expression.meaning import KnownMeanings, meaning
from matcalc.expression.parser import PostfixStep
from matcalc.expression.values import Value
from matcalc.graph import symbol
from matcalc.inputs.line import Line
from matcalc.operations import algebra
from matcalc.plan import evaluate


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
        self.meanings = KnownMeanings(self._name, question.formula.functions)
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

    def _name(self, step: PostfixStep) -> Value:
        if step.value in self.known:
            return self.known[step.value]
        if step.value.isidentifier():
            return Value(algebra.size_of(step.value))
        raise NotationError(f"{step.value} is unknown")

    def pieces(self, line: Tree) -> tuple[ClaimPiece, ...]:
        """The factors of every term from left to right, with their shapes."""
        return tuple(
            ClaimPiece(self.typed.text(part), *self.typed.span(part), self.title(part))
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


_GAP = re.compile(r"\s+\.T\b")  # where a shape stood


class Typed(NamedTuple):
    """A claim, read.

    Attributes:
        claim: What was typed.
        line: The same in the language, shapes taken out.
        name: The left side of an equation; nothing of a formula.
        formula: The formula in the language.
    """

    claim: str
    line: Line
    name: str
    formula: str

    @property
    def shift(self) -> int:
        """Where the formula begins in the line."""
        return len(self.line.text) - len(self.formula)

    def span(self, tree: Tree) -> tuple[int, int]:
        """Where a part stands in what was typed."""
        start, stop = tree.place.start + self.shift, tree.place.stop + self.shift
        place = self.line.typed(Place(self.line.text, start, stop))
        inside = self.claim[place.start : place.stop]
        if inside.count("[") > inside.count("]"):  # the mark of a layer, z[1], was read as z1
            closed = self.claim.find("]", place.stop) + 1
            return place.start, max(place.stop, closed)
        return self._balanced(place.start, min(place.stop, len(self.claim)))

    def _balanced(self, start: int, stop: int) -> tuple[int, int]:
        """The same without brackets at its ends that another part closes or opens."""
        inside = self.claim[start:stop]
        extra = inside.count(")") - inside.count("(")
        while extra > 0 and inside.endswith(")"):
            inside, stop, extra = inside[:-1], stop - 1, extra - 1
        while extra < 0 and inside.startswith("("):
            inside, start, extra = inside[1:], start + 1, extra + 1
        return start, stop

    def text(self, tree: Tree) -> str:
        """A part as it was typed; what a repair wrote in the language."""
        if not tree.is_written:
            return str(tree)
        start, stop = self.span(tree)
        return _GAP.sub(".T", " ".join(self.claim[start:stop].split()))


_MOST = 8
_SIGNS = {"@": "·", "*": "⊙"}


def product_shapes(
    question: Question, tree: Tree, shapes: Shapes, worth: Worth
) -> tuple[RepairProduct, ...]:
    """The products of a formula, the innermost first, each with the shapes that meet in it.

    Args:
        question: What the formula is an answer to.
        tree: The formula.
        shapes: The shapes of its parts.
        worth: What they are worth at a point.

    Returns:
        At most eight; nothing where the formula does not fit.
    """
    try:
        gradients = dict(_gradients(question, worth.at))
        parts = {str(one): one for one in _products(tree)}
        found = [
            RepairProduct(text, _meeting(shapes, one), _said(one, worth, gradients))
            for text, one in reversed(parts.items())
        ]
    except MatcalcError:
        return ()
    return tuple(one for one in reversed(found) if one.shapes)[-_MOST:]


def _products(tree: Tree) -> Iterator[Tree]:
    """Products, the innermost first; a run of ``@`` is one."""
    for arg in _run(tree) if tree.operator("@") else tree.args:
        yield from _products(arg)
    if tree.operator("@", "*"):
        yield tree


def _run(tree: Tree) -> list[Tree]:
    """The factors of a run of matrix products."""
    left, right = tree.args
    return [*(_run(left) if left.operator("@") else [left]), right]


def _meeting(shapes: Shapes, tree: Tree) -> str:
    """The shapes that meet: ``3×2 · 2×1 = 3×1``; nothing where a number only scales."""
    factors = _run(tree) if tree.operator("@") else list(tree.args)
    met = [_shape(shapes, one) for one in factors]
    if not all(met):
        return ""
    result = _shape(shapes, tree) or "a number"
    return f"{f' {_SIGNS[tree.value]} '.join(met)} = {result}"


def _shape(shapes: Shapes, tree: Tree) -> str:
    """Rows and columns; nothing of a number, or of what does not fit."""
    value = shapes.of(tree)
    return times(value.matrix) if value is not None and value.node.shape else ""


def _gradients(question: Question, at: ClaimPoint) -> Iterator[tuple[str, np.ndarray]]:
    """The gradients of the number by every name of a forward pass, at a point."""
    formula = question.formula
    known = {**formula.symbols, **formula.named}  # the last products are by the first names
    if question.of.name != "L" or not formula.named:
        return
    nodes = derivatives(formula.node, list(known.values()))
    arrays = {name: at.values[name].entries()[0] for name in formula.variables}
    for name, node in zip(known, nodes, strict=True):
        if name.removeprefix("d") in formula.named and name not in formula.named:
            continue  # what the last line is summed with
        yield name, np.asarray(evaluate(with_stand_ins(node), arrays, at.sizes))


def _said(tree: Tree, worth: Worth, gradients: dict[str, np.ndarray]) -> str:
    """What a product is, ``∂L/∂a2``, once: behind relu the next may be equal at a point."""
    value = worth.of(tree)
    if not isinstance(value, Stack) or value.kind in "sr":
        return ""
    entries = value.entries()[0]
    for name, gradient in [*gradients.items()]:
        if gradient.shape == entries.shape and np.allclose(entries, gradient, rtol=1e-9, atol=0):
            del gradients[name]
            return f"∂L/∂{name}"
    return ""

"""The products of a repair: the shapes that meet in each, and what each one is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from matcalc.checking.stand_ins import with_stand_ins
from matcalc.claims.answer import Product
from matcalc.claims.point import Point, Worth
from matcalc.claims.question import Question
from matcalc.claims.shapes import Shapes
from matcalc.claims.stacked import Stack
from matcalc.claims.tree import Tree
from matcalc.derivative import derivatives
from matcalc.dimensions import times
from matcalc.errors import MatcalcError
from matcalc.plan import evaluate

_MOST = 8
_SIGNS = {"@": "·", "*": "⊙"}


def product_shapes(
    question: Question, tree: Tree, shapes: Shapes, worth: Worth
) -> tuple[Product, ...]:
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
            Product(text, _meeting(shapes, one), _said(one, worth, gradients))
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


def _gradients(question: Question, at: Point) -> Iterator[tuple[str, np.ndarray]]:
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

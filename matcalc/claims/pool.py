"""Pieces that may stand in a repair: letters, parts of the line and of the truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from matcalc.claims.point import Worth
from matcalc.claims.question import Question
from matcalc.claims.slopes import is_entrywise, slope
from matcalc.claims.stacked import Stack, prints
from matcalc.claims.tidying import multiplied_out
from matcalc.claims.tree import (
    Assigned,
    Tree,
    bare,
    called,
    replaced,
    same,
    trees,
    turned,
    unplaced,
    walk,
    words,
)
from matcalc.errors import MatcalcError

_MOST = 90
_PARTS = 60  # of one formula


class PoolPiece(NamedTuple):
    """A piece and what it is worth.

    Attributes:
        tree: The piece.
        value: What it is worth.
        origin: ``letter``, ``own``, ``slope``, ``expression`` or ``truth``.
        price: How far-fetched it is.
        size: How many words it has.
        heads: Of its parts the kind and the value, by which most others are told from them.
    """

    tree: Tree
    value: Stack
    origin: str
    price: float
    size: int
    heads: frozenset[tuple[str, str]]

    def exchanged(self, old: Tree) -> tuple[str, ...]:
        """The mistakes that are undone where it takes the place of a part."""
        if self.origin == "slope" or (self.value.kind == "s" and old.kind != "name"):
            return ("chain-rule", "factor") if self.value.kind != "s" else ("factor", "chain-rule")
        if is_entrywise(self.tree) and same(self.tree.args[0], old):
            return ("wrong-point", "chain-rule")
        inside = (old.kind, old.value) in self.heads
        if inside and any(same(old, each) for each in walk(self.tree)):
            return ("chain-rule", "missing-term")
        likely = ("wrong-variable", "wrong-point", "chain-rule")
        return likely if old.kind == "name" or self.origin != "truth" else likely[::-1]

    def added(self, sign: str) -> tuple[str, ...]:
        """The mistakes that are undone where it is put beside a part."""
        if sign in "+-":
            return ("missing-term",)
        if self.tree.calls("norm"):
            return ("norm-not-squared", "factor")
        return of_factor(self.tree, self.value.kind)


def of_factor(added: Tree, kind: str) -> tuple[str, ...]:
    """The mistakes that a factor undoes."""
    if bare(added).calls("ones"):
        return ("missing-sum", "broadcast")
    is_number = kind == "s" or added.kind in ("number", "negative")
    return ("factor", "chain-rule") if is_number else ("chain-rule", "factor")


def pool(question: Question, line: Tree, worth: Worth) -> list[PoolPiece]:
    """The pieces for a line, the likeliest first; of one value one."""
    found: list[PoolPiece] = []
    seen: dict[tuple[str, tuple[int, ...]], list[float]] = {}
    for tree, origin, price in _offered(question, line, worth):
        value = worth.of(tree)
        if value is None or (value.kind == "t" and len(found) > 40):
            continue
        if not np.all(np.isfinite(value.data)) or not np.any(value.data):
            continue
        mark = float(prints(value.data)[0])
        known = seen.setdefault(value.form, [])
        if any(abs(mark - each) <= 1e-10 * (1 + abs(mark)) for each in known):
            continue
        known.append(mark)
        heads = frozenset((part.kind, part.value) for part in walk(tree))
        found.append(PoolPiece(tree, value, origin, price, len(words(tree)), heads))
        if len(found) >= _MOST:
            break
    return found


def _offered(question: Question, line: Tree, worth: Worth) -> Iterator[tuple[Tree, str, float]]:
    """All pieces, the likeliest first."""
    derived = list(_parts(question.derived))
    expression = [part for text in question.parts for part in _parts(text)]
    own = [part for part in walk(line) if part.kind not in ("number", "text", "tuple")]
    letters = [Tree("name", name) for name in question.variables]
    sizes = [Tree("name", size) for size in _sizes(question)]
    ones = [called("ones", size) for size in sizes]
    slopes = [
        slope(part)
        for part in (*own, *expression)
        if is_entrywise(part)
        or (part.kind == "call" and len(part.args) == 1 and part.value in question.functions)
    ]
    longer = [part for part in (*derived, *own) if part.kind != "name"]
    products = multiplied_out(question.derived_tree, worth.kind)
    offered = (
        (letters, "letter", 1.0),
        (_named_slopes(question), "slope", 1.1),
        (slopes, "slope", 1.2),
        (ones, "ones", 1.2),
        (map(turned, ones), "ones", 1.3),
        (sizes, "size", 1.3),
        (map(turned, letters), "letter", 1.2),
        (derived, "truth", 1.3),
        ((each.args[0] if each.kind == "negative" else each for each in products), "truth", 1.3),
        (own, "own", 1.3),
        (expression, "expression", 1.4),
        (map(turned, longer), "truth", 1.7),
    )
    return ((tree, origin, price) for trees, origin, price in offered for tree in trees)


def _named_slopes(question: Question) -> Iterator[Tree]:
    """The slopes of the forward pass by its names: ``1 - a2**2`` where ``a2 = tanh(z2)``."""
    for text in question.parts:
        for line in _lines(text):
            if line.name and is_entrywise(line.tree):
                yield replaced(slope(line.tree), line.tree, Tree("name", line.name))


def _lines(text: str) -> tuple[Assigned, ...]:
    """The lines of a formula; none of one that is too long."""
    try:
        return trees(text)
    except MatcalcError:
        return ()


def _sizes(question: Question) -> list[str]:
    """The names of sizes."""
    shapes = [each.shape for each in question.formula.variables.values()]
    found = [size for shape in shapes for size in shape if isinstance(size, str)]
    return [size for size in dict.fromkeys(found) if size.isidentifier()]


def _parts(text: str) -> Iterator[Tree]:
    """The parts of a formula, the large ones first."""
    lines = reversed(_lines(text))
    for count, part in enumerate(part for line in lines for part in walk(unplaced(line.tree))):
        if count > _PARTS:
            return
        if part.kind not in ("number", "text", "tuple"):
            yield part

"""A claim as it was typed, and where each part of the formula in it stands there."""

from __future__ import annotations

import re
from typing import NamedTuple

from matcalc.claims.tree import Tree
from matcalc.errors import Place
from matcalc.inputs.line import Line

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

"""What is known of the values of nodes: by declaration, or by what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from matcalc.graph import Apply, Node, Product, Sum, Symbol
from matcalc.operations import facts_of

_DEPTH = 40

IMPLIED = frozenset(["tall", "wide"])
"""Facts without which the left side of a line is not defined: nobody has to declare them."""


@dataclass(frozen=True, eq=False)
class Known:
    """What was declared of variables.

    Attributes:
        properties: The properties of each, by name.
    """

    properties: Mapping[str, frozenset[str]]

    def said(self, name: str, fact: str) -> bool:
        """Whether something was declared of a variable."""
        return fact in self.properties.get(name, ())

    @cached_property
    def facts(self) -> frozenset[str]:
        """All that was declared, of whatever variable."""
        return frozenset().union(*self.properties.values())

    def holds(self, node: Node, fact: str, depth: int = 0) -> bool:
        """Whether something is known of a node."""
        if fact in IMPLIED:
            return True
        if isinstance(node, Symbol):
            return self.said(node.name, fact)
        return fact == "positive" and depth < _DEPTH and self.is_positive(node, depth + 1)

    def is_positive(self, node: Node, depth: int) -> bool:
        """Whether every entry is above zero, by what a node is made of."""
        if isinstance(node, Apply):
            return facts_of(node.operation).positive
        if isinstance(node, Sum):
            return all(self.holds(term, "positive", depth) for term in node.terms)
        if not isinstance(node, Product) or node.scale.number <= 0:
            return False
        deltas = len(set(node.output)) < len(node.output)
        return not deltas and all(self.holds(f.node, "positive", depth) for f in node.factors)


NOTHING = Known({})

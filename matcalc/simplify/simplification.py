"""Simplification: of equal formulas the shortest that a few rules find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from matcalc.graph import Apply, Node, Product, Sum, Symbol, as_symmetric, rebuilt, topological
from matcalc.simplify.expansion import (
    REACH,
    Reach,
    anything,
    depth_of_sum,
    divides,
    expanded,
    holds_delta,
    is_difference,
    sums_within,
    with_open_terms,
)
from matcalc.simplify.factoring import factored
from matcalc.simplify.facts import Known
from matcalc.simplify.monomials import Counts, may_shorten
from matcalc.simplify.products import reduced
from matcalc.simplify.recognition import recognised_application
from matcalc.simplify.rewriting import note, noted, rewritten_product
from matcalc.simplify.symmetry import is_symmetric, with_symmetry
from matcalc.simplify.weights import weight
from matcalc.steps import MOST, counted

_SMALL = 3000  # nodes: a larger graph, a deep network, is not multiplied out
_CLEARLY = 0.75  # of the weight: what multiplying differences out must come down to
_HARDLY = 1.25  # of the weight: what a Hessian may come to that looks symmetric
_SYMMETRIC = frozenset(["symmetric", "spd", "diagonal"])


@counted(MOST, "the short form of this derivative")
def simplified(
    roots: Sequence[Node], properties: Mapping[str, frozenset[str]], kept: Iterable[Node] = ()
) -> dict[Node, Node]:
    """For each node under some roots an equal one whose formula is not longer.

    Only what holds wherever both sides are defined is used, and what is declared. A derivative is
    simplified after it was taken: entries of a symmetric variable are independent until then.

    Args:
        roots: The nodes that are asked for.
        properties: What was declared of variables, by name: ``symmetric``, ``spd``, ``diagonal``,
            ``simplex``, ``orthogonal``.
        kept: Nodes that have names: they are not opened.

    Raises:
        TooLargeError: It takes too many steps.

    >>> from matcalc.graph import add, einsum, symbol
    >>> S, x = symbol("S", ("n", "n")), symbol("x", ("n",))
    >>> both = add([einsum("i j, j -> i", S, x), einsum("j i, j -> i", S, x)])
    >>> len(both.terms)
    2
    >>> simplified([both], {"S": frozenset(["symmetric"])})[both].scale.number
    Fraction(2, 1)
    """
    simplifier = Simplifier(properties, kept)
    simplifier.of(roots)
    return simplifier.done


class Simplifier:
    """Walks over a graph that grows, operands first; what was simplified is not walked again.

    Args:
        properties: What was declared of variables, by name, as :func:`simplified` takes it.
        kept: Nodes that have names: they are not opened.
        reach: How far sums are multiplied out.
    """

    def __init__(
        self,
        properties: Mapping[str, frozenset[str]],
        kept: Iterable[Node] = (),
        reach: Reach = REACH,
    ) -> None:
        self.reach = reach
        self.known = Known(properties)
        self.uses: Counter[Node] = Counter()
        self.is_small = True
        self.weights: dict[Node, int] = {}
        self.counts: Counts = {}
        self.deltas: dict[Node, float] = {}  # the depth of the nearest sum that holds one
        self.became: dict[Node, tuple[Node, list[str]]] = {}  # by the rules for one node, and which
        self.done: dict[Node, Node] = {}
        named = list(kept)
        self.uses.update(dict.fromkeys(named, 2))
        self.uses.update(dict.fromkeys(self.of(named), 2))  # as they come back in an answer

    def of(self, roots: Sequence[Node]) -> list[Node]:
        """What becomes of some nodes; ``done`` has it for each node under them too."""
        nodes = topological(*roots, known=self.done)
        self.uses.update(below for node in nodes for below in node.operands)
        self.is_small = len(self.done) + len(nodes) <= _SMALL
        asked = set(roots)
        ends = _ends(nodes) | asked
        for node in nodes:
            again = rebuilt(node, self.done)
            self.uses.setdefault(again, self.uses[node])
            again = self.locally(again)
            if node in ends:
                again = self.shortest(again)
            if node in asked and self.reach is REACH:
                again = self.evened(again)
            self.done[node] = with_symmetry(again)
            self.uses.setdefault(self.done[node], self.uses[node])
        found = [self.done[node] for node in roots]
        self.done |= {node: node for node in found if node not in self.done}
        return found

    def locally(self, node: Node) -> Node:
        """A node by the rules for one node."""
        if node not in self.became:
            with noted() as used:
                self.became[node] = self.by_rules(node), used
        again, used = self.became[node]
        note(used)
        return again

    def by_rules(self, node: Node) -> Node:
        """A node by the rules for its kind."""
        if isinstance(node, Symbol):
            said = self.known.properties.get(node.name, frozenset())
            return node if _SYMMETRIC.isdisjoint(said) else as_symmetric(node)
        if isinstance(node, Apply):
            return recognised_application(node, self.known)
        if isinstance(node, Product):
            return reduced(node, self.known, self.uses)
        opened = with_open_terms(node, self.locally)
        if opened is not node and self.is_shorter(opened, node, ()):
            return self.by_rules(opened)
        again = factored(node)
        if again is node or not isinstance(again, Product):
            return again
        return rewritten_product(again, self.known)

    def shortest(self, node: Node) -> Node:
        """The shortest of a node as it is, with quotients multiplied out, and with all."""
        if not self.is_small or not isinstance(node, (Product, Sum)):
            return node
        meet = may_shorten(node, self.counts, self.reach)
        if not meet and depth_of_sum(node, holds_delta, self.deltas) >= self.reach.depth:
            return node
        best: Node = node
        lines: list[str] = []
        sums = sums_within(node, self.reach.depth)
        ways = (divides, holds_delta, anything) if meet else (holds_delta,)
        for opens_sum in ways:
            if opens_sum is not anything and not any(map(opens_sum, sums)):
                continue
            with noted() as used:
                other = expanded(node, self.locally, opens_sum)
                candidate = best if other is None else self.locally(other)
            if self.is_shorter(candidate, best, sums if opens_sum is not holds_delta else ()):
                best, lines = candidate, used
        note(lines)
        return best

    def evened(self, node: Node) -> Node:
        """A matrix multiplied out where it is seen to be symmetric then, and is hardly longer."""
        square = len(node.shape) == 2 and node.shape[0] == node.shape[1]
        if not square or not self.is_small or is_symmetric(node):
            return node
        other = expanded(node, self.locally, lambda one: bool(one.shape))
        found = node if other is None else self.locally(other)
        hardly = weight(found, self.weights) <= _HARDLY * weight(node, self.weights)
        return found if hardly and is_symmetric(found) else node

    def is_shorter(self, one: Node, two: Node, opened: Iterable[Node]) -> bool:
        """Whether a node is shorter than another; clearly, where differences were multiplied out.

        A difference that is a factor keeps the digits that its terms share.
        """
        most = weight(two, self.weights) * (_CLEARLY if any(map(is_difference, opened)) else 1)
        return weight(one, self.weights) < most


def _ends(nodes: Iterable[Node]) -> set[Node]:
    """Nodes at which sums and products end: arguments, and what has a power."""
    found: set[Node] = set()
    for node in nodes:
        if isinstance(node, Apply):
            found.update(node.arguments)
        elif isinstance(node, Product):
            found.update(f.node for f in node.factors if f.exponent != 1)
    return found

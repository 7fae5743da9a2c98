"""Linking: derivatives that share variables, put in order as a chain or summed over all paths.

Everything here is the same for numbers and for symbols: a link is the two variables of a
derivative, and its entries are a node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from matcalc import dimensions
from matcalc.errors import ChainError, Place
from matcalc.graph import Factor, Node, add, contract
from matcalc.variables import Variable, ratio

Accumulation = Literal["reverse", "forward", "markowitz"]
NOMINAL = 100  # what a size that has a name counts as, where orders are compared


class Link(NamedTuple):
    """A derivative to be linked with others.

    Attributes:
        of: The variable above the line.
        wrt: The variable below the line.
        place: Where the user wrote it, for the caret.
    """

    of: Variable
    wrt: Variable
    place: Place | None = None

    @property
    def title(self) -> str:
        """The derivative as a person writes it: ``∂z/∂x``."""
        return ratio(self.of, self.wrt)


def chain_order(links: Sequence[Link]) -> list[int]:
    """The positions of the links from the outermost, by the variables that they share.

    Raises:
        ChainError: There are none; a variable has two shapes; two links leave or reach one
            variable; there is a gap or a cycle.

    >>> L, z, x = Variable("L", ()), Variable("z", (3,)), Variable("x", (2,))
    >>> chain_order([Link(z, x), Link(L, z)])
    [1, 0]
    """
    if not links:
        raise ChainError("a chain needs at least one factor")
    _check_shapes(links)
    above = _only_one(links, lambda link: link.of.name, "start at")
    below = _only_one(links, lambda link: link.wrt.name, "end at")
    starts = [position for name, position in above.items() if name not in below]
    segments = [_segment(links, above, start) for start in starts]
    if len(segments) != 1 or len(segments[0]) != len(links):
        raise _no_single_path(links, segments)
    return segments[0]


def _check_shapes(links: Sequence[Link]) -> None:
    seen: dict[str, tuple[Variable, Link]] = {}
    for link in links:
        for variable in (link.of, link.wrt):
            known, first = seen.setdefault(variable.name, (variable, link))
            if known.shape != variable.shape:
                raise ChainError(
                    f"{first.title} and {link.title} disagree about {known.name}: "
                    f"{known} in the one, {variable} in the other",
                    _places(first, link),
                )


def _places(*links: Link) -> list[Place]:
    return [link.place for link in links if link.place is not None]


def _only_one(links: Sequence[Link], key: Callable[[Link], str], verb: str) -> dict[str, int]:
    """The position of the link at each variable; two at one variable are a fork."""
    position: dict[str, int] = {}
    for k, link in enumerate(links):
        name = key(link)
        if name in position:
            first = links[position[name]]
            both = f"{first.title} and {link.title}"
            if first[:2] == link[:2]:
                raise ChainError(f"{link.title} is there twice", _places(first, link))
            raise ChainError(
                f"{both} both {verb} {name}: a chain is one path, and these fork. "
                "total_derivative sums over all paths",
                _places(first, link),
            )
        position[name] = k
    return position


def _segment(links: Sequence[Link], above: Mapping[str, int], start: int) -> list[int]:
    path, position = [start], above.get(links[start].wrt.name)
    while position is not None:
        path.append(position)
        position = above.get(links[position].wrt.name)
    return path


def _no_single_path(links: Sequence[Link], segments: list[list[int]]) -> ChainError:
    walked = {position for segment in segments for position in segment}
    loose = [link for position, link in enumerate(links) if position not in walked]
    if loose:
        around = ", ".join(link.title for link in loose)
        return ChainError(f"a cycle: {around} lead back to where they start", _places(*loose))
    segments.sort(key=lambda segment: links[segment[0]].of.rank != 0)  # a scalar is outermost
    outer, inner = links[segments[0][-1]], links[segments[1][0]]
    return ChainError(
        f"a gap: {outer.title} ends at {outer.wrt} and {inner.title} starts at {inner.of}; "
        f"{ratio(outer.wrt, inner.of)} would link them",
        _places(outer, inner),
    )


def path_of(links: Sequence[Link]) -> tuple[Variable, ...]:
    """The variables that links in order run through, the outermost first."""
    return links[0].of, *(link.wrt for link in links)


def compose(nodes: Sequence[Node], path: Sequence[Variable]) -> Node:
    """The chain rule: derivatives along a path, as one product that is not multiplied out.

    Args:
        nodes: For each step of the path its derivative, axes of ``of`` and then of ``wrt``.
        path: The variables, the outermost first; one more than there are nodes.
    """
    labels = [[(step, k) for k in range(variable.rank)] for step, variable in enumerate(path)]
    factors = [Factor(node, (*labels[step], *labels[step + 1])) for step, node in enumerate(nodes)]
    return contract(factors, [*labels[0], *labels[-1]])


def total(
    links: Sequence[Link],
    nodes: Sequence[Node],
    of: str,
    wrt: str,
    accumulation: Accumulation = "reverse",
) -> tuple[Node, Variable, Variable]:
    """The chain rule on a graph: the sum over all paths, each link used once.

    Variables are eliminated one after the other: in reverse mode from ``of``, in forward mode
    from ``wrt``, or first the one that takes the fewest multiplications.

    Args:
        links: The edges of the graph, in any order.
        nodes: The entries of each.
        of: The variable to differentiate.
        wrt: The variable to differentiate with respect to.
        accumulation: The order of elimination.

    Returns:
        The derivative, and its variables above and below the line.

    Raises:
        ChainError: No path, a cycle, a link given twice, or a variable of two shapes.
    """
    _check_shapes(links)
    _check_once(links)
    variables = {variable.name: variable for link in links for variable in link[:2]}
    if of == wrt:
        raise ChainError(f"∂{of}/∂{of} is the identity; name two different variables")
    for name in (of, wrt):
        if name not in variables:
            raise ChainError(f"no factor has the variable {name}")
    order = _outermost_first(links, of)
    graph = _DerivativeGraph(variables, of, wrt)
    for link, node in zip(links, nodes, strict=True):
        if link.of.name in order:
            graph.add(link.of.name, link.wrt.name, node)
    graph.prune(order)
    if not graph.below[of]:
        raise ChainError(f"no path leads from {of} to {wrt}")
    node = graph.eliminated([name for name in order if name in graph.inner], accumulation)
    return node, variables[of], variables[wrt]


class _DerivativeGraph:
    """Derivatives between variables, of which one after the other is eliminated.

    Attributes:
        variables: The variables by name.
        inner: Those on a path between the two ends.
        below: For each variable those that it depends on, with the derivatives, not yet added.
        above: The same, from below.
    """

    def __init__(self, variables: Mapping[str, Variable], of: str, wrt: str) -> None:
        self.variables = variables
        self.of, self.wrt = of, wrt
        self.below: dict[str, dict[str, list[Node]]] = {name: {} for name in variables}
        self.above: dict[str, dict[str, list[Node]]] = {name: {} for name in variables}
        self.inner: set[str] = set()

    def add(self, above: str, below: str, node: Node) -> None:
        """Add a derivative to those between two variables."""
        terms = self.below[above].setdefault(below, [])
        terms.append(node)
        self.above[below][above] = terms

    def prune(self, order: Sequence[str]) -> None:
        """Leave out what does not lead to the lower end; ``order`` is from the outermost."""
        kept = {self.wrt}
        for name in reversed(order):
            for below in [one for one in self.below[name] if one not in kept or name == self.wrt]:
                del self.below[name][below], self.above[below][name]
            if self.below[name]:
                kept.add(name)
        self.inner = kept - {self.of, self.wrt}

    def eliminated(self, order: list[str], accumulation: Accumulation) -> Node:
        """The derivative between the ends, once all other variables are eliminated."""
        waiting = order[::-1] if accumulation == "forward" else order
        while waiting:
            chosen = min(waiting, key=self.markowitz) if accumulation == "markowitz" else waiting[0]
            waiting.remove(chosen)
            self.eliminate(chosen)
        return add(self.below[self.of][self.wrt])

    def markowitz(self, name: str) -> float:
        """The multiplications that an elimination takes, less those of a direct product.

        Source: Naumann, Optimal accumulation of Jacobian matrices by elimination methods on the
        dual computational graph (2004): the relative Markowitz degree, in entries.
        """
        above, below = (sum(map(self.size, one[name])) for one in (self.above, self.below))
        return self.size(name) * (above * below - self.size(self.of) * self.size(self.wrt))

    def size(self, name: str) -> int:
        """How many entries a variable has; where a size has a name, roughly."""
        size = self.variables[name].size
        return dimensions.evaluate(size, dict.fromkeys(dimensions.names(size), NOMINAL))

    def eliminate(self, name: str) -> None:
        """Take a variable out: each path through it becomes a derivative."""
        above, below = (
            {other: add(terms) for other, terms in side[name].items()}
            for side in (self.above, self.below)
        )
        for other in above:
            del self.below[other][name]
        for other in below:
            del self.above[other][name]
        for one, upper in above.items():
            for two, lower in below.items():
                path = tuple(self.variables[k] for k in (one, name, two))
                self.add(one, two, compose([upper, lower], path))


def _check_once(links: Sequence[Link]) -> None:
    seen: dict[tuple[Variable, Variable], Link] = {}
    for link in links:
        first = seen.setdefault(link[:2], link)
        if first is not link:
            raise ChainError(
                f"{link.title} is there twice; add the two first, or leave one out",
                _places(first, link),
            )


def _outermost_first(links: Sequence[Link], of: str) -> list[str]:
    """The variables that ``of`` depends on, each after all that depend on it."""
    leaving: dict[str, list[str]] = {}
    for link in links:
        leaving.setdefault(link.of.name, []).append(link.wrt.name)
    reached, waiting = {of}, [of]
    while waiting:
        new = set(leaving.get(waiting.pop(), ())) - reached
        reached |= new
        waiting += sorted(new)
    open_links = Counter(below for name in reached for below in leaving.get(name, ()))
    order, ready = [], [of] if not open_links[of] else []
    while ready:
        order.append(ready.pop())
        for below in leaving.get(order[-1], ()):
            open_links[below] -= 1
            if not open_links[below]:
                ready.append(below)
    if len(order) < len(reached):
        around = ", ".join(sorted(reached.difference(order)))
        raise ChainError(f"a cycle runs through {around}: a variable can't depend on itself")
    return order

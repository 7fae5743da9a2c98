"""One product: nested products opened, what cancels cancelled, scalar parts kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.graph import (
    Apply,
    Factor,
    Node,
    Product,
    apply,
    contract,
    flat,
)
from matcalc.operations import facts_of
from matcalc.simplify.cutting import edges, part_of
from matcalc.simplify.expansion import Key, Powers, opens
from matcalc.simplify.facts import Known
from matcalc.simplify.recognition import recognised_application
from matcalc.simplify.rewriting import rewritten_factors
from matcalc.simplify.symmetry import turned

_ROUNDS = 24  # times that a product is opened again
_OPENED = 12  # factors: a longer product is not opened further


def reduced(node: Product, known: Known, uses: Mapping[Node, int]) -> Node:
    """A product in a shorter form, if there is one.

    Args:
        node: The product.
        known: What was declared of variables.
        uses: How often each node is used: what is used once is opened.
    """
    result: Node = node
    for _ in range(_ROUNDS):
        if not isinstance(result, Product):
            break
        opened = _OpenedProduct(result, uses)
        opened.cancel(known)
        before, result = result, opened.node()
        if result is before or not opened.rewrote:
            break
    return result


class _OpenedProduct:
    """The factors of a product while it is rewritten.

    Attributes:
        sizes: The labels of the product. Factors may go, by any rule; a label goes only where it
            has been summed over or has another name.
    """

    def __init__(self, node: Product, uses: Mapping[Node, int]) -> None:
        self.original = node
        self.output = node.output
        self.scale = node.scale
        self.sizes: dict[Any, Dimension] = dict(enumerate(node.sizes))
        self.powers = Powers.of(node.factors)
        self.changed = False
        self.rewrote = False
        self.open_nested(uses)

    def take(self, factor: Factor) -> None:
        self.powers.take(factor[:2], factor.exponent)

    def open_nested(self, uses: Mapping[Node, int]) -> None:
        """Put the factors of nested products in their place."""
        waiting = list(self.powers)
        while waiting:
            key = waiting.pop()
            exponent = self.powers.get(key)
            node, labels = key
            if exponent is None or not isinstance(node, Product):
                continue
            if not self.opens(node, labels, exponent, uses):
                continue
            del self.powers[key]
            self.changed = True
            inside = self.renamed(node, labels)
            for factor in node.factors:
                placed = tuple(inside[label] for label in factor.labels)
                self.take(Factor(factor.node, placed, factor.exponent * exponent))
                waiting.append((factor.node, placed))
            self.scale = self.scale.times(
                node.scale if exponent == 1 else node.scale.power(int(exponent))
            )

    def opens(
        self, node: Product, labels: tuple[Any, ...], exponent: Fraction, uses: Mapping[Node, int]
    ) -> bool:
        """Whether the factors of a nested product are put in its place."""
        small = len(self.powers) + len(node.factors) <= _OPENED
        if not small or not _can_open(node, labels, exponent):
            return False
        meets = {known for known, _ in self.powers}
        alone = len(self.powers) == 1 or uses.get(node, 0) <= 1
        grows = all(len(factor.labels) < len(labels) for factor in node.factors)
        return alone or grows or any(factor.node in meets for factor in node.factors)

    def renamed(self, node: Product, labels: tuple[Any, ...]) -> dict[Any, Any]:
        """The labels inside a nested product as labels here."""
        inside = dict(zip(node.output, labels, strict=True))
        for label, size in enumerate(node.sizes):
            if label not in inside:
                inside[label] = len(self.sizes)
                self.sizes[inside[label]] = size
        return inside

    def cancel(self, known: Known) -> None:
        """Apply rules until none applies, or a line has put a product there to be opened."""
        while not self.rewrote and (
            self.rewrite(known)
            or self.turn_frechet()
            or self.drop_window()
            or self.join_windows()
            or self.separate_scalars()
        ):
            self.changed = True

    def rewrite(self, known: Known) -> bool:
        """Put what a line has for some factors in their place; labels that it sums are gone."""
        found = rewritten_factors(self.powers, set(flat(self.output)), known)
        if found is None:
            return False
        for (node, labels), power in found.gone.items():
            self.take(Factor(node, labels, -power))
        for label in found.labels:
            del self.sizes[label]
        self.take(found.factor)
        self.rewrote = self.changed = isinstance(found.factor.node, Product)
        return True

    def neighbour(self, key: Key, label: Any) -> Key | None:
        """The factor that a label is summed with, if it is in one other alone, not in a power."""
        if label in flat(self.output):
            return None
        beside = [other for other in self.powers if other != key and label in flat(other[1])]
        return beside[0] if len(beside) == 1 and self.powers[beside[0]] == 1 else None

    def turn_frechet(self) -> bool:
        """⟨L(X, B), A⟩ is ⟨B, L(Xᵀ, A)⟩: what arrives from a matrix goes to the other side."""
        for (node, labels), exponent in self.powers.items():
            if (
                not isinstance(node, Apply)
                or exponent != 1
                or not facts_of(node.operation).directed
            ):
                continue
            rows, columns = labels[-2:]
            x, direction = node.arguments
            if len(labels) == 2 or len(x.shape) != 2 or rows == columns:
                continue
            found, other = (self.neighbour((node, labels), label) for label in (rows, columns))
            if found and found == other and set(found[1]) == {rows, columns}:
                del self.powers[node, labels], self.powers[found]
                matrix = found[0] if found[1] == (rows, columns) else turned(found[0])
                turn = apply(node.operation, (turned(x), matrix), x.shape)
                self.take(Factor(direction, labels))
                self.take(Factor(recognised_application(turn), (rows, columns)))
                return True
        return False

    def drop_window(self) -> bool:
        """A window summed along the axis that it picks from is 1 for each that it picks."""
        for (node, labels), exponent in self.powers.items():
            if not isinstance(node, Apply) or node.operation != "window" or exponent != 1:
                continue
            whole = labels[1]
            if self.is_summed_alone(whole, (node, labels)):
                del self.powers[node, labels], self.sizes[whole]
                return True
        return False

    def join_windows(self) -> bool:
        """Two windows on one axis that is summed are one, an identity, or nothing."""
        for (node, labels), exponent in self.powers.items():
            if not isinstance(node, Apply) or node.operation != "window" or exponent != 1:
                continue
            found = self.neighbour((node, labels), labels[1])
            if found is None or flat(found[1]).count(labels[1]) > 1 or labels[1] not in found[1]:
                continue
            other, place = found[0], found[1].index(labels[1])
            if not edges(other, place):
                continue
            start, length = node.parameters[0], node.shape[0]
            stop = dimensions.total([start, length])
            part = part_of(other, place, start, stop)
            if edges(part, place) and part.operands == ():
                continue
            beside = tuple(labels[0] if label == labels[1] else label for label in found[1])
            del self.powers[node, labels], self.powers[found], self.sizes[labels[1]]
            self.take(Factor(part, beside))
            self.rewrote = isinstance(part, Product)
            return True
        return False

    def is_summed_alone(self, label: Any, key: Key) -> bool:
        """Whether a label is summed, and in one factor alone, once."""
        others = (k for other in self.powers if other != key for k in flat(other[1]))
        return label not in {*flat(self.output), *others} and flat(key[1]).count(label) == 1

    def separate_scalars(self) -> bool:
        """Parts that share no label with the rest become scalars of their own: tr(A)."""
        kept = set(flat(self.output))
        parts = self.components()
        if len(parts) < 2:
            return False
        for part in parts:
            labels = {label for _, axes in part for label in flat(axes)}
            if not labels or labels & kept:
                continue
            factors = [Factor(*key, self.powers.pop(key)) for key in part]
            sizes = {label: self.sizes.pop(label) for label in labels}
            self.take(Factor(contract(factors, (), sizes), ()))
            return True
        return False

    def components(self) -> list[list[Key]]:
        """The factors in groups that share labels."""
        parts: list[tuple[set[Any], list[Key]]] = []
        for key in self.powers:
            labels, members = set(flat(key[1])), [key]
            apart = []
            for known, others in parts:
                if known & labels:
                    labels, members = labels | known, others + members
                else:
                    apart.append((known, others))
            parts = [*apart, (labels, members)]
        return [members for _, members in parts]

    def node(self) -> Node:
        if not self.changed:
            return self.original
        factors = self.powers.factors
        return contract(factors, self.output, self.sizes, self.scale)


def _can_open(node: Product, labels: tuple[Any, ...], exponent: Fraction) -> bool:
    """Whether a power of a product is a product of powers, and no axis holds several labels."""
    if exponent == 1:
        return opens(node, Factor(node, labels)) and bool(labels or not node.sums)
    whole = exponent.denominator == 1
    return not node.sums and whole and opens(node, Factor(node, labels))

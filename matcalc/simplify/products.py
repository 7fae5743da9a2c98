"""One product: nested products opened, what cancels cancelled, scalar parts kept apart."""

from __future__ import annotations

from collections.abc import Container, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.dimensions import Dimension
from matcalc.graph import (
    ONE,
    Apply,
    Factor,
    Node,
    Product,
    Symbol,
    apply,
    contract,
    flat,
)
from matcalc.simplify.expansion import opens
from matcalc.simplify.recognition import Key, Powers, recognised, recognised_application
from matcalc.simplify.symmetry import turned

_OPENED = 12  # factors: a longer product is not opened further


class Known(NamedTuple):
    """What was declared of variables, by name.

    Attributes:
        symmetric: Matrices that equal their transposes.
        simplex: Vectors whose entries sum to one.
        orthogonal: Matrices of orthonormal columns.
    """

    symmetric: Container[str] = frozenset()
    simplex: Container[str] = frozenset()
    orthogonal: Container[str] = frozenset()


def reduced(node: Product, known: Known, uses: Mapping[Node, int]) -> Node:
    """A product in a shorter form, if there is one.

    Args:
        node: The product.
        known: What was declared of variables.
        uses: How often each node is used: what is used once is opened.
    """
    opened = _Opened(node, uses)
    opened.cancel(known)
    return opened.node()


class _Opened:
    """The factors of a product while it is rewritten.

    Attributes:
        sizes: The labels of the product. Factors may go, by any rule; a label goes only where it
            has been summed over (:meth:`sum_over`) or has another name.
    """

    def __init__(self, node: Product, uses: Mapping[Node, int]) -> None:
        self.original = node
        self.output = node.output
        self.scale = node.scale
        self.sizes: dict[Any, Dimension] = dict(enumerate(node.sizes))
        self.powers: Powers = {}
        self.changed = False
        for factor in node.factors:
            self.take(factor)
        self.open_nested(uses)

    def take(self, factor: Factor) -> None:
        key = factor.node, factor.labels
        known = self.powers.get(key)
        self.powers[key] = factor.exponent if known is None else known + factor.exponent
        if not self.powers[key]:
            del self.powers[key]

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

    def sum_over(self, label: Any, *factors: Key) -> None:
        """Take factors out, with a label that is summed over in what the caller puts for them."""
        for key in factors:
            del self.powers[key]
        del self.sizes[label]

    def cancel(self, known: Known) -> None:
        """Apply rules until none applies."""
        while (
            recognised(self.powers)
            or self.cancel_inverse()
            or self.cancel_orthogonal(known.orthogonal)
            or self.find_pseudoinverse()
            or self.turn_frechet()
            or self.cancel_simplex(known.simplex)
            or self.separate_scalars()
        ):
            self.changed = True

    def holders(self) -> dict[Any, list[Key]]:
        """The factors that have each label."""
        found: dict[Any, list[Key]] = {}
        for key in self.powers:
            for label in dict.fromkeys(flat(key[1])):
                found.setdefault(label, []).append(key)
        return found

    def neighbour(self, key: Key, label: Any) -> Key | None:
        """The factor that a label is summed with, if it is in one other alone, not in a power."""
        if label in flat(self.output):
            return None
        beside = [other for other in self.powers if other != key and label in flat(other[1])]
        return beside[0] if len(beside) == 1 and self.powers[beside[0]] == 1 else None

    def cancel_inverse(self) -> bool:
        """A matrix times its inverse, summed over what they share and nothing else has."""
        for (node, labels), exponent in self.powers.items():
            if not isinstance(node, Apply) or node.operation != "inv" or exponent != 1:
                continue
            matrix = node.arguments[0]
            for axis in (0, 1):
                label, other = labels[axis], labels[1 - axis]
                found = self.neighbour((node, labels), label)
                if found is None or label == other or found[0] is not matrix:
                    continue
                partner = found[1]
                if matrix.symmetric and partner[axis] == label:
                    partner = partner[::-1]
                if partner[1 - axis] == label and partner[axis] != label:
                    self.sum_over(label, (node, labels), found)
                    self.join(other, partner[axis])
                    return True
        return False

    def cancel_orthogonal(self, orthogonal: Container[str]) -> bool:
        """QᵀQ is the identity; of a square Q, QQᵀ too."""
        for (node, labels), exponent in self.powers.items():
            if not isinstance(node, Symbol) or node.name not in orthogonal:
                continue
            square = node.shape[0] == node.shape[1]
            for axis in (0, 1) if square else (0,):
                label, other = labels[axis], labels[1 - axis]
                if label == other:
                    continue
                if exponent == 2 and self.is_summed_alone((node, labels), label):
                    self.sum_over(label, (node, labels))
                    return True
                found = self.neighbour((node, labels), label) if exponent == 1 else None
                if found and found[0] is node and found[1][axis] == label != found[1][1 - axis]:
                    self.sum_over(label, (node, labels), found)
                    self.join(other, found[1][1 - axis])
                    return True
        return False

    def is_summed_alone(self, key: Key, label: Any) -> bool:
        """Whether one factor alone has a label, and it is summed."""
        others = [*(flat(labels) for node, labels in self.powers if (node, labels) != key)]
        return not any(label in one for one in (*others, flat(self.output)))

    def find_pseudoinverse(self) -> bool:
        """X (XᵀX)⁻¹ is the transposed pseudo-inverse of X, which has full column rank then."""
        for (node, labels), exponent in self.powers.items():
            x = _squared(node) if exponent == 1 else None
            if x is None:
                continue
            for axis in (0, 1):
                label = labels[axis]
                found = self.neighbour((node, labels), label)
                if found and found[0] is x and found[1][1] == label != found[1][0]:
                    self.sum_over(label, (node, labels), found)
                    inverse = apply("pinv", (x,), x.shape[::-1])
                    self.take(Factor(inverse, (labels[1 - axis], found[1][0])))
                    return True
        return False

    def turn_frechet(self) -> bool:
        """⟨L(X, B), A⟩ is ⟨B, L(Xᵀ, A)⟩: what arrives from a matrix goes to the other side."""
        for (node, labels), exponent in self.powers.items():
            if not isinstance(node, Apply) or node.operation != "expm_frechet" or exponent != 1:
                continue
            rows, columns = labels[-2:]
            x, direction = node.arguments
            if len(labels) == 2 or len(x.shape) != 2 or rows == columns:
                continue
            found, other = (self.neighbour((node, labels), label) for label in (rows, columns))
            if found and found == other and set(found[1]) == {rows, columns}:
                del self.powers[node, labels], self.powers[found]
                matrix = found[0] if found[1] == (rows, columns) else turned(found[0])
                turn = apply("expm_frechet", (turned(x), matrix), x.shape)
                self.take(Factor(direction, labels))
                self.take(Factor(recognised_application(turn), (rows, columns)))
                return True
        return False

    def join(self, one: Any, two: Any) -> None:
        """A delta between two labels."""
        if one == two:
            return
        kept = set(flat(self.output))
        if two in kept and one not in kept:
            one, two = two, one
        if two in kept:
            self.take(Factor(_delta(self.sizes[one]), (one, two)))
            return
        renamed: Powers = {}
        for (node, labels), exponent in self.powers.items():
            key = node, tuple(one if label == two else label for label in labels)
            renamed[key] = renamed.get(key, Fraction(0)) + exponent
        self.powers.clear()
        self.powers.update({key: power for key, power in renamed.items() if power})
        del self.sizes[two]

    def cancel_simplex(self, simplex: Container[str]) -> bool:
        """The entries of a probability vector sum to one."""
        holders, kept = self.holders(), set(flat(self.output))
        for (node, labels), exponent in self.powers.items():
            alone = len(labels) == 1 and len(holders.get(labels[0], ())) == 1  # no group
            sums = alone and labels[0] not in kept
            if sums and exponent == 1 and _sums_to_one(node, simplex):
                self.sum_over(labels[0], (node, labels))
                return True
        return False

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
        factors = [Factor(*key, power) for key, power in self.powers.items()]
        return contract(factors, self.output, self.sizes, self.scale)


def _can_open(node: Product, labels: tuple[Any, ...], exponent: Fraction) -> bool:
    """Whether a power of a product is a product of powers, and no axis holds several labels."""
    if exponent == 1:
        return opens(node, Factor(node, labels)) and bool(labels or not node.sums)
    whole = exponent.denominator == 1
    return not node.sums and whole and opens(node, Factor(node, labels))


def _delta(size: Dimension) -> Node:
    return contract([], "ii", {"i": size})


def _squared(node: Node) -> Node | None:
    """The X of inv(X.T @ X)."""
    if not isinstance(node, Apply) or node.operation != "inv":
        return None
    inner = node.arguments[0]
    if not isinstance(inner, Product) or len(inner.factors) != 2 or inner.scale != ONE:
        return None
    one, two = inner.factors
    same = one.node is two.node and one.exponent == two.exponent == 1
    shared = same and one.labels[0] == two.labels[0] not in inner.output
    return one.node if shared and not one.node.symmetric else None


def _sums_to_one(node: Node, simplex: Container[str]) -> bool:
    if isinstance(node, Symbol):
        return node.name in simplex
    return isinstance(node, Apply) and node.operation == "softmax"

"""Random products of factors beside their partners, by which they cancel, each beside its entries.

A partner of W is 1/W, a power of it, or its inverse; of an orthogonal R it is R again. They are
multiplied on any labels, inside sums and products, so that factors disappear on which labels
stand that count. The entries are computed by loops over all labels, which know of no graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcalc.graph import Factor, Node, Scale, add, apply, contract, symbol

Array = NDArray[np.float64]

SIZES = {"m": 2, "n": 3, "o": 1}
DECLARED = {
    "c": (), "s": (), "x": ("n",), "y": ("n",), "u": ("m",), "v": ("o",), "p": ("n",),
    "W": ("m", "n"), "A": ("n", "n"), "S": ("n", "n"), "R": ("n", "n"), "B": ("m", "m"),
}  # fmt: skip
PROPERTIES = {
    "S": frozenset({"spd"}),
    "R": frozenset({"orthogonal"}),
    "p": frozenset({"simplex"}),
}
LABELS = (("i", "n"), ("j", "n"), ("k", "n"), ("a", "m"), ("b", "m"), ("z", "o"))


class Valued(NamedTuple):
    """A node with its entries.

    Attributes:
        node: The node.
        entries: Its value, computed apart from it.
        positive: Whether all entries are, so that it may stand below a line.
    """

    node: Node
    entries: Array
    positive: bool


def variables(seed: int) -> dict[str, Valued]:
    """The symbols, with entries that have what is declared of them."""
    rng = np.random.default_rng(seed)
    found: dict[str, Valued] = {}
    for name, shape in DECLARED.items():
        entries = np.array(rng.uniform(0.5, 1.5, [SIZES[size] for size in shape]))
        if name == "R":
            entries = np.linalg.qr(entries - 1)[0]
        elif name == "S":
            entries = entries @ entries.T + np.eye(len(entries))
        elif name == "p":
            entries /= entries.sum()
        elif name in ("A", "B"):
            entries += 2 * np.eye(len(entries))
        found[name] = Valued(symbol(name, shape), entries, name != "R")
    return found


def by_loops(
    factors: Sequence[tuple[Array, Sequence[str], Fraction]],
    output: Sequence[str],
    sizes: dict[str, int],
    scale: float,
) -> Array:
    """A product of powers of entries, summed over what the output lacks: one loop for a label."""
    result = np.zeros([sizes[label] for label in output])
    for places in product(*(range(size) for size in sizes.values())):
        at = dict(zip(sizes, places, strict=True))
        term = scale
        for entries, labels, exponent in factors:
            term *= entries[tuple(at[label] for label in labels)] ** float(exponent)
        entry = tuple(at[label] for label in output)
        result[entry] += term
    return result


class Drawing:
    """Draws nodes, up to a depth."""

    def __init__(self, random: Random, known: dict[str, Valued]) -> None:
        self.random = random
        self.known = known

    def leaf(self, shape: tuple[str, ...]) -> Valued | None:
        fitting = [one for one in self.known.values() if one.node.shape == shape]
        return self.random.choice(fitting) if fitting else None

    def operand(self, shape: tuple[str, ...], depth: int) -> Valued | None:
        if depth > 0 and self.random.random() < 0.4:
            drawn = self.summed if self.random.random() < 0.3 else self.multiplied
            return drawn(depth - 1, shape)
        return self.leaf(shape)

    def summed(self, depth: int, shape: tuple[str, ...]) -> Valued:
        """Two terms, or a term twice."""
        one, two = (self.multiplied(depth, shape) for _ in range(2))
        return Valued(
            add([one.node, two.node]), one.entries + two.entries, one.positive and two.positive
        )

    def partner(self, one: Valued) -> tuple[Valued, bool]:
        """What a factor may cancel with, and whether it stands on its axes exchanged."""
        shape = one.node.shape
        turned = len(shape) == 2 and self.random.random() < 0.5
        if len(shape) == 2 and shape[0] == shape[1] and self.random.random() < 0.6:
            if one.node is self.known["R"].node:
                return one, True
            if any(one.node is self.known[name].node for name in "ASB"):
                inverse = apply("inv", (one.node,), shape)
                return Valued(inverse, np.linalg.inv(one.entries), positive=False), turned
        return one, False

    def multiplied(self, depth: int, shape: tuple[str, ...] | None = None) -> Valued:
        """A product of operands and partners on labels that they share, with any output."""
        factors: list[tuple[Valued, tuple[str, ...], Fraction]] = []
        for _ in range(self.random.choice([1, 1, 2])):
            labels = tuple(self.random.choices(LABELS, k=self.random.choice([0, 1, 1, 2, 2, 2])))
            one = self.operand(tuple(size for _, size in labels), depth)
            if one is not None:
                self.pair(factors, one, tuple(label for label, _ in labels))
        of_label = dict(LABELS)
        used = [k for _, labels, _ in factors for k in labels]
        if shape is None:
            output = [k for k in dict.fromkeys(used) if self.random.random() < 0.3]
            if self.random.random() < 0.2:
                output += self.random.choice([output[:1], ["z"], ["b"]])
        else:
            output = [self.label(size, used) for size in shape]
        sizes = {k: of_label[k] for k in dict.fromkeys([*output, *used])}
        number = Fraction(self.random.choice([1, 1, 2, 3]), self.random.choice([1, 1, 2]))
        node = contract(
            [Factor(one.node, labels, power) for one, labels, power in factors],
            output, sizes, Scale(number),
        )  # fmt: skip
        counts = {k: SIZES[size] for k, size in sizes.items()}
        terms = [(one.entries, labels, power) for one, labels, power in factors]
        entries = by_loops(terms, output, counts, float(number))
        distinct = len(set(output)) == len(output)  # a delta holds zeros
        positive = distinct and all(one.positive for one, _, _ in factors)
        return Valued(node, entries, positive)

    def label(self, size: str, used: Sequence[str]) -> str:
        fitting = [k for k, its in LABELS if its == size]
        known = [k for k in used if k in fitting]
        return self.random.choice(known if known and self.random.random() < 0.7 else fitting)

    def pair(self, factors: list[Any], one: Valued, labels: tuple[str, ...]) -> None:
        """Put a factor to a product, mostly with its partner."""
        power = Fraction(1)
        if one.positive:
            power = Fraction(self.random.choice([1, 1, 1, 2, -1]), self.random.choice([1, 1, 1, 2]))
        factors.append((one, labels, power))
        if self.random.random() < 0.8:
            other, turned = self.partner(one)
            if other is not one or turned:
                factors[-1] = (one, labels, Fraction(1))
                fitting = [k for k, size in LABELS if size == one.node.shape[0]]
                near, far = self.random.choice(labels), self.random.choice(fitting)
                factors.append((other, (far, near) if turned else (near, far), Fraction(1)))
            elif one.positive:
                beside = self.random.choice([-power, -power, -power, Fraction(-1), Fraction(1)])
                factors.append((one, labels, beside))

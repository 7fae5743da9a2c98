"""What a product is made of while it is built: labels merge and split as structure is absorbed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeGuard

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import ShapeError
from matcalc.graph.nodes import ONE, Factor, Group, Node, Product, Scale, flat

Block = tuple[list[Any], list[Any]]


class Gathered:
    """Factors with labels on their axes, before labels are numbered.

    A delta of an absorbed node merges two labels into one; a regrouping splits a label into
    several. Both are noted here, and applied to all axes at the end.

    A product owns its labels: one that the caller gave a size, or that some axis carried, counts
    in the end even where no factor has it any more, because all that had it cancelled.

    Attributes:
        given: The size of each label that the caller names.
        sizes: The size of each label that an axis carries.
        scale: The coefficient so far.
    """

    def __init__(self, given: Mapping[Any, Dimension], scale: Scale) -> None:
        self.given = given
        self.scale = scale
        self.sizes: dict[Any, Dimension] = {}
        self.powers: dict[tuple[Node, tuple[Any, ...]], Fraction] = {}
        self.became: dict[Any, tuple[Any, ...]] = {}  # merged: one label; split: several
        self.fresh = 0

    def take(self, factor: Factor) -> None:
        """Add a factor, its structure absorbed where it can be.

        Raises:
            ShapeError: Its axes and labels do not match, or a label has another size elsewhere.
        """
        node, labels, exponent = factor
        if len(labels) != len(node.shape):
            raise ShapeError(f"{len(labels)} labels for an array of {len(node.shape)} axes")
        for axis, size in zip(labels, node.shape, strict=True):
            self.check(axis, size)
        if not (_is_absorbed(node, exponent) and self.absorb(node, labels, exponent)):
            self.multiply(node, tuple(labels), exponent)

    def check(self, axis: Any, size: Dimension) -> None:
        """Note the size of an axis, or hold it against the one that is known."""
        if type(axis) is Group:
            for label in axis:
                self.sizes.setdefault(label, self.size(label))
            known = dimensions.product(self.sizes[label] for label in axis)
        else:
            known = self.sizes.setdefault(axis, size)
        if known != size:
            raise ShapeError(
                f"axes of sizes {known} and {size} share one label, {axis}", clashes=[(known, size)]
            )

    def size(self, label: Any) -> Dimension:
        """The size of a label that is on an axis, or that the caller gave a size.

        Raises:
            ShapeError: It has none.
        """
        size = self.sizes.get(label, self.given.get(label))
        if size is None:
            raise ShapeError(f"the new label {label} has no size")
        return size

    def multiply(self, node: Node, labels: tuple[Any, ...], exponent: Fraction) -> None:
        """Multiply by a power of a node; powers of one node on one set of labels add up."""
        if node.symmetric and Group not in map(type, labels):
            labels = tuple(sorted(labels, key=repr))
        key = node, labels
        known = self.powers.get(key)
        self.powers[key] = exponent if known is None else known + exponent

    def absorb(self, node: Product, labels: Sequence[Any], exponent: Fraction) -> bool:
        """Put a node's own factors in its place, its output labelled by ``labels``.

        Returns:
            Whether that can be: groups of other sizes on one axis may not line up.
        """
        self.fresh += 1
        inside = {number: ("inside", self.fresh, number) for number in range(len(node.sizes))}
        before = dict(self.became)
        for number, size in enumerate(node.sizes):
            self.sizes[inside[number]] = size
        for within, without in zip(node.output, labels, strict=True):
            if not self.unify(_renamed((within,), inside), (without,)):
                self.became = before
                for label in inside.values():
                    del self.sizes[label]
                return False
        for factor in node.factors:
            power = factor.exponent * exponent
            self.multiply(factor.node, _renamed(factor.labels, inside), power)
        if node.scale != ONE:
            whole = node.scale if exponent == 1 else node.scale.power(int(exponent))
            self.scale = self.scale.times(whole)
        return True

    def unify(self, one: Sequence[Any], two: Sequence[Any]) -> bool:
        """Make two axes the same: merge labels of one size, split what faces several."""
        blocks = list(self.blocks(self.atoms(two), self.atoms(one)))
        return all(left and right for left, right in blocks) and all(
            self.equate(left, right) for left, right in blocks
        )

    def equate(self, left: Sequence[Any], right: Sequence[Any]) -> bool:
        """Note that one label is one or several others."""
        left, right = self.atoms(left), self.atoms(right)  # an earlier block may have changed them
        if left == right:
            return True
        if len(right) == 1 and right[0] not in left:
            self.became[right[0]] = tuple(left)
        elif len(left) == 1 and left[0] not in right:
            self.became[left[0]] = tuple(right)
        else:
            return len(left) > 1 < len(right) and self.unify(right, left)
        return True

    def blocks(self, one: list[Any], two: list[Any]) -> Iterator[Block]:
        """Runs of equal size, one label against one or several; an empty side where they fail."""
        if len(one) == len(two) == 1:
            yield one, two
            return
        while one or two:
            if not (one and two):
                yield one, two
                return
            first, second = self._run(one, two), self._run(two, one)
            if first:
                yield one[:first], two[:1]
                one, two = one[first:], two[1:]
            elif second:
                yield one[:1], two[:second]
                one, two = one[1:], two[second:]
            else:
                yield one, []
                return

    def _run(self, several: Sequence[Any], single: Sequence[Any]) -> int:
        """How many labels at the start are together as large as the first one on the other side."""
        for count in range(1, len(several) + 1):
            together = dimensions.product(self.sizes[label] for label in several[:count])
            if together == self.sizes[single[0]]:
                return count
        return 0

    def atoms(self, axes: Sequence[Any]) -> list[Any]:
        """The labels that axes are made of, by all that has merged and split so far."""
        if not self.became:
            return list(flat(axes))
        result: list[Any] = []
        waiting = list(reversed(flat(axes)))
        while waiting:
            label = waiting.pop()
            if label in self.became:
                waiting += reversed(self.became[label])
            else:
                result.append(label)
        return result

    def settled(self, axes: Sequence[Any]) -> tuple[Any, ...]:
        """Axes with their final labels."""
        if self.became.keys().isdisjoint(flat(axes)):
            return tuple(axes)
        found = [self.atoms((axis,)) for axis in axes]
        return tuple([labels[0] if len(labels) == 1 else Group(labels) for labels in found])

    def settle(self, output: Sequence[Any]) -> tuple[list[Factor], tuple[Any, ...]]:
        """The factors and the output with final labels; the coefficient counts sums over nothing.

        Raises:
            ShapeError: A new label of the output has no size.
        """
        for label in (*self.given, *flat(output)):
            if label not in self.sizes:
                self.sizes[label] = self.size(label)
        powers = self.powers
        if self.became:
            powers = {}
            for (node, labels), exponent in self.powers.items():
                key = node, self.settled(labels)
                known = powers.get(key)
                powers[key] = exponent if known is None else known + exponent
        factors = [Factor(node, labels, power) for (node, labels), power in powers.items() if power]
        result = self.settled(output)
        used = {label for factor in factors for label in flat(factor.labels)}.union(flat(result))
        for label in dict.fromkeys(self.atoms(tuple(self.sizes))):
            if label not in used:
                self.scale = self.scale.times_size(self.sizes[label])
        return self.fused(factors, result)

    def fused(
        self, factors: list[Factor], output: tuple[Any, ...]
    ) -> tuple[list[Factor], tuple[Any, ...]]:
        """Labels that stand side by side wherever they stand, as one label: equal terms meet."""
        used = [axis for axes in (*(f.labels for f in factors), output) for axis in axes]
        if Group not in map(type, used):
            return factors, output
        after, before = _neighbours(used)
        groups = [axis for axis in used if type(axis) is Group]
        for label in dict.fromkeys(label for group in groups for label in group):
            follower = next(iter(after[label]))
            if len(after[label]) > 1 or follower == "" or before[follower] != {label}:
                continue
            size = dimensions.product([self.sizes[label], self.sizes[follower]])
            both = ("fused", label, follower)
            self.sizes[both] = size
            factors = [f._replace(labels=_fused(f.labels, label, both)) for f in factors]
            return self.fused(factors, _fused(output, label, both))
        return factors, output


def _neighbours(axes: Iterable[Any]) -> tuple[dict[Any, set[Any]], dict[Any, set[Any]]]:
    """What follows each label wherever it stands, and what precedes it: ``""`` for nothing."""
    after: dict[Any, set[Any]] = {}
    before: dict[Any, set[Any]] = {}
    for axis in axes:
        labels = axis if type(axis) is Group else (axis,)
        counts = Counter(labels)
        for label, previous, following in zip(
            labels, ("", *labels[:-1]), (*labels[1:], ""), strict=True
        ):
            once = counts[label] == 1
            after.setdefault(label, set()).add(following if once else "")
            before.setdefault(label, set()).add(previous if once else "")
    return after, before


def _fused(axes: Sequence[Any], label: Any, both: Any) -> tuple[Any, ...]:
    result: list[Any] = []
    for axis in axes:
        if type(axis) is Group and label in axis:
            position = axis.index(label)
            merged = (*axis[:position], both, *axis[position + 2 :])
            result.append(merged[0] if len(merged) == 1 else Group(merged))
        else:
            result.append(axis)
    return tuple(result)


def _renamed(axes: Sequence[Any], names: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(
        Group(names[label] for label in axis) if type(axis) is Group else names[axis]
        for axis in axes
    )


def _is_absorbed(node: Node, exponent: Fraction) -> TypeGuard[Product]:
    """Whether a node is structure around one factor at most, and a power passes through it."""
    if not isinstance(node, Product) or len(node.factors) > 1 or node.sums:
        return False
    if exponent == 1:
        return True
    whole = exponent.denominator == 1
    if node.scale.number == 0 or not (whole or node.scale == ONE):
        return False
    labels = flat(node.output)
    return len(set(labels)) == len(labels) and (whole or all(f.exponent == 1 for f in node.factors))

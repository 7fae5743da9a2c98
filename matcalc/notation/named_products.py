"""Names for parts of products: with ``s = sqrt(v)`` and ``u = x / s``, ``x / v`` is ``u / s``.

A product holds its factors side by side, as powers of what they are roots of. What had a name as a
root, as an array over numbers, or as a matrix product (``z = W @ x`` in ``W.T @ W @ x``) is put
together again before a formula is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.graph import (
    ONE,
    Factor,
    Group,
    Node,
    Product,
    Scale,
    contract,
    flat,
    rebuilt,
    split,
    symbol,
    topological,
)
from matcalc.simplify.expansion import Powers, opened

_FACTORS = 8  # of a named product that is looked for


class _Root(NamedTuple):
    """A named power: its name, and the coefficient and the exponent of what it is a power of."""

    name: Node
    scale: Scale
    exponent: Fraction


class _Multiple(NamedTuple):
    """A named multiple of what is summed, a mean of rows or columns: its name, and how often."""

    name: Node
    scale: Scale


class _NamedProduct(NamedTuple):
    """A named product: its name and axes, the array in it, if there is one, and powers beside it.

    These are numbers, and of an array what divides it along some of its axes.
    """

    name: Factor
    array: Factor | None
    beside: Powers

    def at(self, array: Factor) -> tuple[Factor, Powers]:
        """The name, and what is beside an array, where the array stands with other labels."""
        if self.array is None:
            return self.name, self.beside
        axis = dict(zip(self.array.labels, array.labels, strict=True))
        beside = Powers.of(
            Factor(node, tuple(axis[label] for label in labels), power)
            for (node, labels), power in self.beside.items()
        )
        return self.name._replace(labels=tuple(axis[k] for k in self.name.labels)), beside


def with_named_products(
    roots: Sequence[Node], named: Mapping[Node, str]
) -> tuple[list[Node], dict[Node, str]]:
    """A graph in which products hold the names of the parts that they contain.

    Args:
        roots: What is written.
        named: The nodes that have names.

    Returns:
        What the names in it mean, and what becomes of the roots; the nodes that have names.
    """
    if not named:
        return list(roots), {}
    work = _MetNames(named)
    for node in topological(*named, *roots):
        work.walk(node)
    found = [work.done[root] for root in roots]
    return [*work.meanings(found), *found], work.named


class _MetNames:
    """Names that were met, while a graph is walked over, operands first."""

    def __init__(self, given: Mapping[Node, str]) -> None:
        self.given = given
        self.named: dict[Node, str] = {}
        self.done: dict[Node, Node] = {}
        self.meaning: dict[Node, Node] = {}  # of a name that stands for a root or a part
        self.multiples: dict[Node, _Multiple] = {}
        self.roots: dict[Node, _Root] = {}
        self.parts: dict[Node, list[_NamedProduct]] = {}  # by their array, or their first number
        self.contractions: dict[Node, list[Product]] = {}  # by their first factor

    def walk(self, node: Node) -> None:
        """What becomes of a node; one that is named as a root or a part is its name."""
        again = rebuilt(node, self.done)
        if isinstance(again, Product) and self.meets_any:
            again = self.written(again)
        self.done[node] = again
        if node in self.given:
            self.named[again] = self.given[node]
            name = symbol(self.given[node], node.shape)
            if isinstance(again, Product) and self.is_met(again, name):
                self.done[node], self.meaning[name] = name, again

    @property
    def meets_any(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.multiples or self.roots or self.parts or self.contractions)

    def meanings(self, roots: Sequence[Node]) -> list[Node]:
        """What the names under some roots mean, and those under these; the first first."""
        used: set[Node] = set()
        waiting = list(roots)
        while waiting:
            met = {node for node in topological(*waiting) if node in self.meaning} - used
            used |= met
            waiting = [self.meaning[name] for name in met]
        return [meaning for name, meaning in self.meaning.items() if name in used]

    def is_met(self, node: Product, name: Node) -> bool:
        """Whether a named product is looked for from now on."""
        scale, core = split(node)
        if isinstance(core, Product) and core.sums and core.shape and scale != ONE:
            self.multiples[core] = _Multiple(name, scale)
            return True
        if scale != ONE or node.is_structured or len(node.factors) > _FACTORS:
            return False
        if node.sums and node.factors[1:]:
            self.contractions.setdefault(node.factors[0].node, []).append(node)
            return False
        if len(node.factors) == 1:
            (factor,) = node.factors
            is_root = factor.labels == node.output and factor.exponent.denominator > 1
            if is_root:
                scale, core = split(factor.node)
                self.roots[core] = _Root(name, scale, factor.exponent)
            return is_root
        factors, _ = opened(node, scalars=False)
        arrays = [f for f in factors if f.labels and f.exponent > 0]
        beside = Powers.of(f for f in factors if f not in arrays)
        alone = not node.output and not arrays
        if len(arrays) == 1:
            alone = arrays[0].exponent == 1 and {*arrays[0].labels} == {*node.output}
        if not alone or not beside:
            return False
        array = arrays[0] if arrays else None
        part = _NamedProduct(Factor(name, node.output), array, beside)
        self.parts.setdefault((array or factors[0]).node, []).append(part)
        return True

    def written(self, node: Node) -> Node:
        """A product by the names of its parts."""
        if self.multiples:
            node = self.by_multiples(node)
        if self.contractions:
            node = self.by_contractions(node)
        if self.roots:
            node = self.by_roots(node)
        if not self.parts or not isinstance(node, Product):
            return node
        within = [f.node for scalars in (False, True) for f in opened(node, scalars=scalars)[0]]
        for one in dict.fromkeys(within):
            for part in self.parts.get(one, ()):
                node = _by_part(node, part)
        return node

    def by_multiples(self, node: Node) -> Node:
        """A product with a name for a multiple of a factor, where its coefficient has that."""
        for factor in node.factors if isinstance(node, Product) else ():
            multiple = self.multiples.get(factor.node)
            if multiple is None or factor.exponent != 1 or not isinstance(node, Product):
                continue
            rest = node.scale.times(multiple.scale.power(-1))
            if _is_shorter(rest, node.scale):
                others = list(node.factors)
                others[others.index(factor)] = factor._replace(node=multiple.name)
                node = contract(others, node.output, dict(enumerate(node.sizes)), rest)
        return node

    def by_contractions(self, node: Node) -> Node:
        """A product with named products in it as factors of their own."""
        if not isinstance(node, Product):
            return node
        factors, sizes = opened(node, scalars=False)
        found: list[Product] = []
        k = 0
        while k < len(factors):
            for named in reversed(self.contractions.get(factors[k].node, ())):
                outside = frozenset(flat(node.output))
                match = next(_matches(named, factors, k, outside), None)
                if match is not None:
                    places, labels = match
                    factors[k] = Factor(named, labels)
                    factors = [f for j, f in enumerate(factors) if j == k or j not in places]
                    found.append(named)
                    k = -1
                    break
            k += 1
        own = [factor.node for factor in node.factors]
        if all(found.count(one) <= own.count(one) for one in found):
            return node
        left = {*flat(node.output), *(a for f in factors for a in flat(f.labels))}
        kept = {label: size for label, size in sizes.items() if label in left}
        return contract(factors, node.output, kept, node.scale)

    def by_roots(self, node: Node) -> Node:
        """A product with powers of what has a named root as powers of the root."""
        if not isinstance(node, Product):
            return node
        found: list[Factor] = []
        whole = node.scale
        for factor in node.factors:
            scale, core = split(factor.node)
            root = self.roots.get(core)
            if root is None or not self.is_root_shorter(factor, scale == root.scale, root):
                found.append(factor)
                continue
            if scale != root.scale:
                count = int(factor.exponent)
                whole = whole.times(scale.power(count)).times(root.scale.power(-count))
            times = factor.exponent / root.exponent
            found.append(Factor(root.name, factor.labels, times))
        return contract(found, node.output, dict(enumerate(node.sizes)), whole)

    def is_root_shorter(self, factor: Factor, same: bool, root: _Root) -> bool:
        """Whether a power is a whole one of a root; one of what has a name itself stays."""
        node, _, power = factor
        if (power / root.exponent).denominator > 1:
            return False
        if power.denominator > 1:
            return same
        return bool(node.operands) and not (node in self.named and power > 0)


def _is_shorter(one: Scale, two: Scale) -> bool:
    """Whether a coefficient has less to read than another: fewer numbers and sizes."""
    first, second = (
        sum(abs(power) for _, power in scale.powers)
        + sum(abs(part) != 1 for part in scale.number.as_integer_ratio())
        for scale in (one, two)
    )
    return first < second


def _by_part(node: Node, part: _NamedProduct) -> Node:
    """A product with a name for an array and what is beside it, as often as these are there."""
    if not isinstance(node, Product):
        return node
    array = part.array
    factors, sizes = opened(node, scalars=array is not None)
    places = [f for f in factors if array and f[::2] == array[::2]]
    left = Powers.of(f for f in factors if f not in places)
    arrays: list[Factor] = []
    for one in places if array else [part.name]:
        name, beside = part.at(one)
        often = int(min(left.get(key, Fraction(0)) / power for key, power in beside.items()))
        times = min(often, 1) if array else often
        if times > 0:
            arrays.append(name._replace(exponent=Fraction(times)))
            for key, power in beside.items():
                left.take(key, -power * times)
        elif array:
            arrays.append(one)
    if arrays == places:
        return node
    return contract([*arrays, *left.factors], node.output, sizes, node.scale)


_Match = tuple[frozenset[int], tuple[Any, ...]]


def _matches(
    named: Product, factors: Sequence[Factor], first: int, outside: frozenset[Any]
) -> Iterator[_Match]:
    """Where the factors of a named product stand among others, and the labels that it has there.

    Args:
        named: The product that is looked for.
        factors: Those of the product in which it may stand.
        first: The place of its first factor.
        outside: Labels over which nothing is summed.
    """

    def match(labels: dict[Any, Any], places: tuple[int, ...]) -> Iterator[_Match]:
        if len(places) == len(named.factors):
            summed = [there for here, there in labels.items() if here not in named.output]
            rest = {a for k, f in enumerate(factors) if k not in places for a in flat(f.labels)}
            kept = {labels[one] for one in named.output}
            if len({*summed}) == len(summed) and not (rest | outside | kept) & {*summed}:
                yield frozenset(places), tuple(labels[one] for one in named.output)
            return
        wanted = named.factors[len(places)]
        for k in range(len(factors)) if places else (first,):
            one = factors[k]
            if k in places or one.node is not wanted.node or one.exponent != wanted.exponent:
                continue
            here = dict(labels)
            pairs = zip(wanted.labels, one.labels, strict=True)
            if all(here.setdefault(own, there) == there for own, there in pairs):
                yield from match(here, (*places, k))

    if Group not in map(type, [a for f in (*factors, *named.factors) for a in f.labels]):
        yield from match({}, ())

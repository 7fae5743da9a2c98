"""From a graph to a plan: what to distribute, in which order to contract, what to write out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any, TypeGuard
from weakref import WeakKeyDictionary

from matcalc import dimensions
from matcalc.errors import ShapeError, TooLargeError
from matcalc.graph import (
    Apply,
    Data,
    Factor,
    Node,
    Product,
    Scale,
    Symbol,
    distribute,
    flat,
    is_apply,
    is_large_structured_sum,
    multiplied_out,
    multiplied_within,
    narrowed_sums,
    topological,
)
from matcalc.operations import facts_of
from matcalc.plan.order import Ordering, cheapest, left_to_right
from matcalc.plan.plan import Plan, Steps
from matcalc.plan.products import contracted
from matcalc.plan.roots import root_of_squares
from matcalc.plan.step import Sizes, Spread
from matcalc.plan.windows import Operand, SlicedSteps, Sliding, Window, resolve_windows
from matcalc.simplify import stable

_STABLE: WeakKeyDictionary[Node, Node | None] = WeakKeyDictionary()
_THROUGH = 50  # rewritings of products, to accumulate from their other end
_CONTRACTED = 200  # factors and labels: longer products are contracted part by part


def plan_of(
    roots: Sequence[Node],
    sizes: Mapping[str, int],
    orders: Sequence[Sequence[int] | None] = (),
    ordering: Ordering = cheapest,
) -> Plan:
    """The steps that compute nodes, what they share once.

    A derivative that is a sum over paths, as a reverse sweep made it, is accumulated forward
    where that takes fewer multiplications.

    Args:
        roots: What is computed.
        sizes: The size of each named dimension.
        orders: For each root the order in which its axes are wanted, if it is another.
        ordering: What finds the order in which the factors of a product are multiplied.

    Raises:
        UnboundError: A dimension has no size.
        TooLargeError: A coefficient is beyond the range of floats.

    >>> from matcalc.graph import einsum, symbol
    >>> v = einsum("i j, j k, k -> i", symbol("A", (9, 9)), symbol("B", (9, 9)), symbol("v", (9,)))
    >>> plan_of([v], {}).multiplications
    162
    """
    large = partial(is_large_structured_sum, sizes=sizes)
    nodes = for_numbers(roots)
    reverse = _Planning(distribute(nodes, large), sizes, ordering).plan(orders)
    narrowed = narrowed_sums(nodes, sizes)
    if not narrowed or ordering is not cheapest:
        return reverse
    through = distribute(nodes, lambda node: node in narrowed or large(node), _THROUGH)
    if through == nodes:
        return reverse
    forward = _Planning(through, sizes, ordering).plan(orders)
    counts = ("reverse", reverse.multiplications), ("forward", forward.multiplications)
    return replace(reverse if counts[0][1] <= counts[1][1] else forward, accumulations=counts)


def compared_plan_of(
    roots: Sequence[Node], sizes: Mapping[str, int], orders: Sequence[Sequence[int] | None] = ()
) -> Plan:
    """The plan of nodes, as :func:`plan_of`, and beside it that of the order in which books go."""
    textbook = partial(plan_of, roots, dict(sizes), orders, left_to_right)
    return replace(plan_of(roots, sizes, orders), left_to_right=textbook)


def for_numbers(roots: Sequence[Node]) -> list[Node]:
    """Nodes as they are computed; what becomes of each is found once."""
    new = [root for root in roots if root not in _STABLE]
    became = stable(new)
    for root in new:
        found = became[root]
        _STABLE[root] = None if found is root else found  # else it would keep itself
    return [_STABLE[root] or root for root in roots]


def _slides(node: Node) -> TypeGuard[Apply]:
    """Whether a node is windows that slide."""
    return isinstance(node, Apply) and facts_of(node.operation).slides


class _Planning:
    """The steps of some nodes; of a product without its deltas and broadcasts."""

    def __init__(self, roots: Sequence[Node], sizes: Mapping[str, int], ordering: Ordering) -> None:
        self.roots = roots
        self.ordering = ordering
        self.sizes = sizes
        self.steps = Steps()
        self.at: dict[Node, int] = {}
        # What the largest are made of is there for the smaller ones, whatever their order.
        self.nodes = topological(*sorted(roots, key=lambda one: -prod(self.shape(one))))
        self.uses = Counter(operand for node in self.nodes for operand in node.operands)
        self.inlined = self._inlined()

    def plan(self, orders: Sequence[Sequence[int] | None]) -> Plan:
        alone = self._alone()
        for node in self.nodes:
            if node in alone and not is_apply(node, "window"):
                self.at[node] = self.value(node)
        results = [self.dense(root) for root in self.roots]
        for k, order in enumerate(orders):
            if order is not None:
                results[k] = self.steps.transposed(results[k], order)
        return self.steps.plan(results)

    def _alone(self) -> set[Node]:
        """The nodes that something uses as an array of its own."""
        return set(self.roots) | {
            operand
            for node in self.nodes
            for operand, factor in zip(
                node.operands, getattr(node, "factors", node.operands), strict=True
            )
            if not (operand in self.inlined and isinstance(factor, Factor) and factor.is_product)
        }

    def _inlined(self) -> set[Node]:
        """Products that are contracted as a part of others, not on their own.

        Those that one product alone uses; and those that are larger than what they are made of,
        such as outer products.
        """
        products = {node for node in self.uses if isinstance(node, Product)}
        growing = set(filter(self.grows, products))
        once = {node for node in products if self.uses[node] == 1}
        once.difference_update(self.roots)
        return multiplied_within(self.nodes, once | growing, _CONTRACTED, preferred=growing)

    def grows(self, node: Node) -> bool:
        """Whether a product has more entries than its factors together."""
        whole, *below = (prod(self.shape(one)) for one in (node, *node.operands))
        return whole > sum(below)

    def shape(self, node: Node) -> Sizes:
        """The shape of a node in numbers."""
        return tuple(dimensions.evaluate(size, self.sizes) for size in node.shape)

    def value(self, node: Node) -> int:
        if isinstance(node, Product):
            return self.product(node, node.scale)
        if isinstance(node, Apply):
            return self.applied(node)
        if isinstance(node, Symbol):
            return self.steps.make("variable", [], self.shape(node), node.name)
        if isinstance(node, Data):
            shape = self.shape(node)
            return self.steps.make("constant", [], shape, node.array, key=node.content)
        return self.added(node)

    def applied(self, node: Apply) -> int:
        """An operation, on arrays written out."""
        if is_apply(node, "window"):
            return self.steps.make("eye", [], self.shape(node), self.dimension(node))
        sized = facts_of(node.operation).sized
        parameters = (self.dimension(node),) if sized else node.parameters
        operands = [self.dense(argument) for argument in node.arguments]
        return self.steps.make(
            "apply", operands, self.shape(node), (node.operation, tuple(parameters))
        )

    def added(self, node: Node) -> int:
        """A sum: what is no array of its own shape yet is spread as it is added."""
        parts = [self.part(term) for term in node.operands]
        parts.sort(key=lambda part: (part[2] is not None, part[1] < 0))
        ways = tuple((sign, spread) for _, sign, spread in parts)
        return self.steps.make("add", [at for at, *_ in parts], self.shape(node), ways)

    def part(self, term: Node) -> tuple[int, int, Spread | None]:
        """A term of a sum: its step, its sign, how it is spread if broadcasting does not do it."""
        if not isinstance(term, Product):
            return self.dense(term), 1, None
        at, sign = self.at.get(term), 1
        if term.scale.number < 0 and self.uses[term] == 1:
            at, sign = self.product(term, term.scale.times(Scale(Fraction(-1)))), -1
        if at is None:
            at = self.product(term, term.scale)
        labels = flat(term.output)
        if labels == term.core:
            return self.steps.reshaped(at, self.shape(term)), sign, None
        if labels == term.output and len(set(labels)) == len(labels):
            own = dict(zip(term.core, self.steps.shape(at), strict=True))
            return self.steps.reshaped(at, [own.get(k, 1) for k in labels]), sign, None
        return at, sign, self.spread(term)

    def spread(self, node: Product) -> Spread:
        """How a product is written out."""
        labels = flat(node.output)
        sizes = tuple(dimensions.evaluate(node.sizes[k], self.sizes) for k in labels)
        return Spread(node.core, labels, sizes)

    def dense(self, node: Node) -> int:
        """The step of a node that is written out."""
        if node not in self.at:  # a window, or what only a root of its square needs
            self.at[node] = self.value(node)
        at = self.at[node]
        if not isinstance(node, Product) or node.core == node.output:
            return at
        if node.core == flat(node.output):
            return self.steps.reshaped(at, self.shape(node))
        return self.steps.make("spread", [at], self.shape(node), self.spread(node))

    def product(self, node: Product, scale: Scale) -> int:
        """A product over its core: without deltas, broadcasts and regroupings of the output."""
        factors, sizes = multiplied_out(node, self.inlined)
        number = self.number(scale)
        if not factors:
            return self.steps.make("number", [], (), number)
        operands: list[Operand] = []
        windows: list[Window] = []
        slidings: list[Sliding] = []
        for factor in factors:
            labels = flat(factor.labels)
            if is_apply(factor.node, "window") and len(labels) == 2:  # else an axis is taken apart
                windows.append(self.window(factor.node, labels))
                continue
            if _slides(factor.node) and len(set(labels)) == len(factor.node.shape):
                slidings.append(self.sliding(factor.node, labels))
                continue
            shape = [dimensions.evaluate(sizes[label], self.sizes) for label in labels]
            at, exponent = self.powered(factor)
            operands.append(Operand(self.steps.reshaped(at, shape), labels, exponent))
        product = partial(contracted, number=1.0, steps=self.steps, ordering=self.ordering)
        slices = SlicedSteps(self.steps, product)
        sliced, output, placed = resolve_windows(operands, windows, node.core, slices, slidings)
        held = {label for one in sliced for label in one.labels}
        core = tuple(label for label in dict.fromkeys(output) if label in held)
        at = self.steps.make("number", [], (), number)
        if sliced:
            at = contracted(sliced, core, number, self.steps, self.ordering)
        if core != tuple(output):
            lengths = tuple(dimensions.evaluate(sizes[label], self.sizes) for label in output)
            at = self.steps.make("spread", [at], lengths, Spread(core, tuple(output), lengths))
        return slices.placed(at, placed)

    def powered(self, factor: Factor) -> tuple[int, Fraction]:
        """The array of a factor and its power; of a root, where squares are out of range, of it."""
        at = self.dense(factor.node)
        if factor.exponent.denominator != 2:
            return at, factor.exponent
        places: list[int] = [at]

        def place(node: Node) -> int:
            places.append(self.dense(node))
            return len(places) - 1

        root = root_of_squares(factor.node, place, self.shape, self.number)
        if root is None:
            return at, factor.exponent
        value = 2 * factor.exponent, root
        return self.steps.make("root", places, self.shape(factor.node), value), Fraction(1)

    def window(self, node: Apply, labels: tuple[Any, ...]) -> Window:
        length, size = self.shape(node)
        start = self.dimension(node)
        if start < 0 or length < 0 or start + length > size:
            raise ShapeError(
                f"a slice {start}:{start + length} of an axis of {size}: it ends before"
            )
        return Window(start, start + length, size, *labels)

    def sliding(self, node: Apply, labels: tuple[Any, ...]) -> Sliding:
        count, width, size = self.shape(node)
        stride, dilation, padding = map(int, node.parameters)
        steps = stride, dilation, padding
        return Sliding(
            self.dense(node), (labels[0], labels[1], labels[2]), (count, width, size), steps
        )

    def dimension(self, node: Apply) -> int:
        """The parameter of an operation that takes a dimension: where a window starts."""
        (size,) = node.parameters
        return dimensions.evaluate(size, self.sizes) if size else 0

    def number(self, scale: Scale) -> float:
        try:
            return float(scale.evaluate(self.sizes))
        except OverflowError:
            raise TooLargeError("a coefficient is beyond the range of float64") from None

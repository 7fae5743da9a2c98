"""Products over a sum that holds structure, rewritten so that the structure is never filled in.

``(I + A) v`` is ``v + A v``, not a dense matrix times v. A product over such a sum becomes a sum
of products; what multiplies the sum, its context, is pushed down through nested sums and
products. Contexts that meet at a shared node are added first, so the work is linear in the size
of the graph however many paths run through it: reverse accumulation, on the graph itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.graph.nodes import Factor, Node, Product, Sum, flat, is_apply, topological
from matcalc.graph.products import contract, multiplied_out, multiplied_within
from matcalc.graph.substitution import rebuilt
from matcalc.graph.sums import add

Opens = Callable[[Node], bool]
_NO_SIZES: Mapping[str, int] = {}
_LONG = 40  # factors and labels: longer products are not multiplied out

SMALL = 2**12
"""Up to how many entries a structured sum is written out, not distributed: it is cheaper."""


def distribute(
    roots: Sequence[Node], opens: Opens | None = None, rewritings: int | None = None
) -> list[Node]:
    """Equal nodes in which no product has a large factor that is a sum with structure.

    Where that would grow the graph out of proportion, as for products of many such sums whose
    result is large too, the node stays as it is.

    Args:
        roots: What to rewrite.
        opens: Which sums are distributed; by default the large ones with structure.
        rewritings: How many products may be rewritten for a root; by default by its size.
    """
    opens = opens or is_large_structured_sum
    over: set[Node] = set()  # such sums, and what is made of them
    for node in topological(*roots):
        if opens(node) or not over.isdisjoint(node.operands):
            over.add(node)
    return [_distributed(root, opens, rewritings) if root in over else root for root in roots]


def _distributed(root: Node, opens: Opens, rewritings: int | None) -> Node:
    """An equal node, as :func:`distribute` makes it."""
    nodes = topological(root)
    left = 50 + 2 * len(nodes) if rewritings is None else rewritings
    uses = Counter(operand for node in nodes for operand in node.operands)
    once = multiplied_within(nodes, {k for k, count in uses.items() if count == 1}, _LONG)
    done: dict[Node, Node] = {}
    rewritten: dict[Node, Node] = {}
    paired: set[Node] = set()
    opened: set[Node] = set()  # nodes that wait for others: meeting one again is a circle
    waiting = [root]
    while waiting:
        node = waiting[-1]
        if node not in rewritten:
            # What is in pairs stays so: multiplied out again, it could be paired the first way.
            rewritten[node] = _spread(node, () if node in paired else once, opens)
            if rewritten[node] is not node:
                left -= 1
                paired.add(rewritten[node])
        source = rewritten[node]
        below = [source] if source is not node else list(node.operands)
        missing = [operand for operand in below if operand not in done]
        if left < 0 or not opened.isdisjoint(missing):
            return root
        if missing:
            opened.add(node)
            waiting += missing
            continue
        opened.discard(node)
        waiting.pop()
        if source is not node:
            done[node] = done[source]
            continue
        again = rebuilt(node, done)
        if again is node or again in done:
            done[node] = done.setdefault(again, again)
        else:
            rewritten[node] = again  # its factors changed: perhaps one is structured now
            waiting.append(node)
    return done[root]


def is_large_structured_sum(node: Node, sizes: Mapping[str, int] = _NO_SIZES) -> bool:
    """Whether a node is a sum that is large, and dense although its terms are not.

    What is spread, the 1 of ``1 - A**2``, costs nothing beside a term that is dense anyway.
    """
    if not isinstance(node, Sum):
        return False
    entries = dimensions.product(dimensions.substitute(node.shape, sizes))
    if isinstance(entries, int) and entries <= SMALL:
        return False
    structured = [term for term in node.terms if _is_structured(term)]
    whole = len(structured) == len(node.terms)
    return bool(structured) and (whole or not all(map(_is_spread, structured)))


def narrowed_sums(roots: Sequence[Node], sizes: Mapping[str, int]) -> set[Node]:
    """Large sums of matrix products that a product makes smaller, and the sums within these.

    Where they are distributed, what a product multiplies them with goes through them: a sum over
    paths that a reverse sweep made is accumulated forward.
    """

    def entries(node: Node) -> int:
        return prod(dimensions.evaluate(size, sizes) for size in node.shape)

    found: dict[Node, None] = {}
    for node in topological(*roots):
        if isinstance(node, Product):
            sums = (f.node for f in node.factors if f.exponent == 1 and _is_of_products(f.node))
            most = max(SMALL, entries(node))
            found.update((one, None) for one in sums if entries(one) > most)
    seen: dict[Node, None] = {}
    waiting = list(found)
    while waiting:
        node = waiting.pop()
        if node in seen or (not isinstance(node, Product) and not _is_of_products(node)):
            continue
        seen[node] = None
        waiting += node.operands
    return {node for node in seen if isinstance(node, Sum)}


def _is_of_products(node: Node) -> bool:
    """Whether a node is a sum of matrices that are products."""
    return isinstance(node, Sum) and len(node.shape) > 1 and any(map(_multiplies, node.terms))


def _multiplies(term: Node) -> bool:
    if not isinstance(term, Product):
        return False
    return bool(term.sums) or any(isinstance(k, Product) and k.sums for k in term.operands)


def _is_spread(term: Node) -> bool:
    """Whether a node is a broadcast, and holds no delta."""
    if not isinstance(term, Product) or any(is_apply(one, "window") for one in term.operands):
        return False
    labels = flat(term.output)
    return len(set(labels)) == len(labels) and len(term.core) < len(labels)


def _is_structured(term: Node) -> bool:
    if isinstance(term, Product):
        return (
            term.is_structured
            or any(is_apply(one, "window") for one in term.operands)
            or _grows(term)
        )
    return is_apply(term, "window")


def _grows(product: Product) -> bool:
    """Whether a product has more entries than its factors together, as outer products have."""
    whole, *below = (dimensions.product(one.shape) for one in (product, *product.operands))
    if len(below) == 1 and isinstance(product.operands[0], Product):
        return _grows(product.operands[0])
    if isinstance(whole, int) and all(isinstance(size, int) for size in below):
        return whole > sum(size for size in below if isinstance(size, int))
    return not product.sums and all(len(f.labels) < len(product.output) for f in product.factors)


def _spread(node: Node, once: Container[Node], opens: Opens) -> Node:
    """A product over a structured sum as a sum of products; any other node as it is.

    Products that are used ``once``, as a factor here, are multiplied out before: what they are
    multiplied with may be smaller than they are.
    """
    if not isinstance(node, Product):
        return node
    factors, sizes = multiplied_out(node, once)
    if not any(opens(factor.node) for factor in factors):
        return node
    if len(factors) > 2:
        return _paired(node, factors, sizes)
    height = _heights(node)
    axes = tuple(range(len(node.shape)))
    identity = contract([], axes + axes, dict(enumerate(node.shape)))
    contexts: dict[Node, list[Node]] = {node: [identity]}
    results: list[Node] = []
    for below in reversed(topological(node)):
        if below not in contexts:
            continue
        context = add(contexts.pop(below))
        if isinstance(below, Sum):
            for term in below.terms:
                contexts.setdefault(term, []).append(context)
            continue
        trunk = _trunk(below, height, opens) if isinstance(below, Product) else None
        if trunk is not None and isinstance(below, Product):
            further = _pushed(trunk, below, context)
            contexts.setdefault(trunk.node, []).append(further)
        else:
            results.append(_applied(below, context))
    return add(results)


def _paired(node: Product, factors: list[Factor], known: Sequence[Dimension]) -> Node:
    """A product of many factors as products of two, small results first: ``A (B (C v))``."""
    sizes = dict(enumerate(known))
    while len(factors) > 2:
        one, two, kept = _next_pair(factors, node.output)
        pair = factors[one], factors[two]
        inside = {label: sizes[label] for factor in pair for label in flat(factor.labels)}
        for label in inside.keys() - kept:
            del sizes[label]  # it is summed over in this product
        factors = [factor for k, factor in enumerate(factors) if k not in (one, two)]
        factors.append(Factor(contract(pair, kept, inside), kept))
    return contract(factors, node.output, sizes, node.scale)


def _next_pair(
    factors: Sequence[Factor], output: Sequence[Any]
) -> tuple[int, int, tuple[Any, ...]]:
    """The two factors that share a label and whose product has the fewest axes, and these."""
    holders: dict[Any, list[int]] = {label: [] for label in flat(output)}
    for position, factor in enumerate(factors):
        for label in dict.fromkeys(flat(factor.labels)):
            holders.setdefault(label, []).append(position)
    wanted = set(flat(output))
    pairs = {pair for held in holders.values() for pair in pairwise(held)} or {(0, 1)}

    def kept(pair: tuple[int, int]) -> tuple[Any, ...]:
        labels = dict.fromkeys(flat(factors[pair[0]].labels) + flat(factors[pair[1]].labels))
        return tuple(k for k in labels if k in wanted or not set(holders[k]).issubset(pair))

    best = min(pairs, key=lambda pair: (len(kept(pair)), pair))
    return *best, kept(best)


def _heights(root: Node) -> dict[Node, int]:
    """How deep the graph under each node is."""
    height: dict[Node, int] = {}
    for node in topological(root):
        height[node] = 1 + max((height[operand] for operand in node.operands), default=0)
    return height


def _trunk(node: Product, height: Mapping[Node, int], opens: Opens) -> Factor | None:
    """The factor to push a context into: a structured sum, the deepest if there are several."""
    sums = [f for f in node.factors if f.exponent == 1 and opens(f.node)]
    return max(sums, key=lambda f: (height[f.node], f.node.digest), default=None)


def _pushed(trunk: Factor, node: Product, context: Node) -> Node:
    """The context of a product, times its other factors: the context of its trunk."""
    others = list(node.factors)
    others.remove(trunk)
    result = tuple(("result", k) for k in range(len(context.shape) - len(node.shape)))
    sizes = dict(enumerate(node.sizes))
    outer = Factor(context, (*node.output, *result))
    return contract([*others, outer], (*trunk.labels, *result), sizes, node.scale)


def _applied(node: Node, context: Node) -> Node:
    axes = tuple(range(len(node.shape)))
    result = tuple(range(len(axes), len(context.shape)))
    return contract([Factor(node, axes), Factor(context, axes + result)], result)

"""A graph with some nodes replaced by others."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.graph.nodes import Apply, Node, Product, Sum, apply, topological
from matcalc.graph.products import contract
from matcalc.graph.sums import add


def rebuilt(node: Node, replaced: Mapping[Node, Node]) -> Node:
    """A node on other operands; the node itself where all stay.

    Args:
        node: What to rebuild.
        replaced: For each of its operands what to put there.
    """
    if all(replaced[operand] is operand for operand in node.operands):
        return node
    if isinstance(node, Product):
        factors = [f._replace(node=replaced[f.node]) for f in node.factors]
        return contract(factors, node.output, dict(enumerate(node.sizes)), node.scale)
    operands = [replaced[operand] for operand in node.operands]
    if isinstance(node, Apply):
        return apply(node.operation, operands, node.shape, node.parameters)
    return add(operands) if isinstance(node, Sum) else node


def substituted(root: Node, replaced: Mapping[Node, Node]) -> Node:
    """A graph with nodes replaced by nodes of the same shape.

    >>> from matcalc.graph import einsum, symbol
    >>> x, y = symbol("x", (2,)), symbol("y", (2,))
    >>> substituted(einsum("i -> i i", x), {x: y}) is einsum("i -> i i", y)
    True
    """
    done: dict[Node, Node] = dict(replaced)
    for node in topological(root):
        if node not in done:
            done[node] = rebuilt(node, done)
    return done[root]

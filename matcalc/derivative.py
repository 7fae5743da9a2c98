"""Differentiation: one reverse sweep over the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matcalc.errors import NotDifferentiableError
from matcalc.graph import (
    Apply,
    Factor,
    Node,
    Product,
    Scale,
    add,
    contract,
    topological,
    zero,
)
from matcalc.operations import find_rule
from matcalc.steps import MOST, counted

_NO_DEFINITIONS: Mapping[Node, Node] = {}


@counted(MOST, "the derivative of this formula")
def derivatives(
    root: Node,
    wrt: Sequence[Node],
    definitions: Mapping[Node, Node] = _NO_DEFINITIONS,
    shorter: Callable[[Node], Node] = lambda bar: bar,
) -> list[Node]:
    """The derivatives of a node with respect to others, all in one sweep.

    Each has the axes of the root and then those of the variable. What the root does not depend
    on has a derivative of zero, by its structure.

    Args:
        root: What is differentiated.
        wrt: Nodes under it.
        definitions: What symbols stand for, earlier ones first: the sweep goes on through them.
        shorter: What makes of a derivative an equal one, before it is pulled further.

    Raises:
        NotDifferentiableError: An operation on the way has no derivative.
        TooLargeError: It takes too many steps.

    Source: Griewank & Walther, Evaluating Derivatives (2nd edition, 2008), chapter 3.

    >>> from matcalc.graph import einsum, symbol
    >>> A, x = symbol("A", (3, 2)), symbol("x", (2,))
    >>> derivatives(einsum("i j, j -> i", A, x), [x])[0] is A
    True
    """
    nodes = topological(*definitions.values(), root)
    operands = {
        node: (definitions[node],) if node in definitions else node.operands for node in nodes
    }
    wanted = set(wrt)
    depends = set(wrt)
    for node in nodes:
        if any(operand in depends for operand in operands[node]):
            depends.add(node)
    axes = tuple(range(len(root.shape)))
    identity = contract([], axes + axes, dict(zip(axes, root.shape, strict=True)))
    arrived: dict[Node, list[Node]] = {root: [identity]}
    found: dict[Node, Node] = {}
    for node in reversed(nodes):
        if node not in depends or node not in arrived:
            continue
        bar = shorter(add(arrived.pop(node)))
        if node in wanted:
            found[node] = bar
        for k, operand in enumerate(operands[node]):
            if operand in depends:
                arrived.setdefault(operand, []).append(pulled(node, k, bar))
    return [found.get(node, zero(root.shape + node.shape)) for node in wrt]


def pulled(node: Node, k: int, bar: Node) -> Node:
    """What arrives at a node, pulled back to its k-th operand."""
    if isinstance(node, Product):
        return _pulled_through_product(node, k, bar)
    if isinstance(node, Apply):
        rule = find_rule(node.operation)
        if rule.pull is None:
            raise NotDifferentiableError(f"{node.operation} has no derivative here")
        return rule.pull(node, k, bar)
    return bar


def _pulled_through_product(node: Product, k: int, bar: Node) -> Node:
    """``bar`` times the other factors; a power leaves its exponent and one power less."""
    factor, others = node.factors[k], list(node.factors)
    del others[k]
    scale = node.scale
    if factor.exponent != 1:
        others.append(factor._replace(exponent=factor.exponent - 1))
        scale = scale.times(Scale(factor.exponent))
    front = tuple(("front", axis) for axis in range(len(bar.shape) - len(node.shape)))
    sizes = dict(enumerate(node.sizes))
    return contract(
        [Factor(bar, (*front, *node.output)), *others], (*front, *factor.labels), sizes, scale
    )

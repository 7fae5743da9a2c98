"""How long a formula is when it is written out, roughly: names, numbers and operations."""

from __future__ import annotations

from matcalc.graph import ONE, Node, Product, Sum


def weight(root: Node, known: dict[Node, int]) -> int:
    """The weight of a node; what is ``known`` already is not counted again."""
    waiting = [root]
    while waiting:
        node = waiting[-1]
        missing = [operand for operand in node.operands if operand not in known]
        if missing and node not in known:
            waiting += missing
            continue
        waiting.pop()
        if node not in known:
            known[node] = _own(node) + sum(known[operand] for operand in node.operands)
    return known[root]


def _own(node: Node) -> int:
    if isinstance(node, Product):
        powers = sum(factor.exponent not in (1, -1) for factor in node.factors)
        signs = max(0, len(node.factors) - 1) + (abs(node.scale.number) != 1)
        return powers + signs + len(node.scale.powers) + (node.scale != ONE) + _structure(node)
    if isinstance(node, Sum):
        return len(node.terms) - 1
    return 1


def _structure(node: Product) -> int:
    """What deltas and broadcasts add: ``eye(n)``, ``diag(…)``, ``… @ ones(n).T``."""
    if not node.is_structured:
        return 0
    if len(set(node.output)) < len(node.output):
        return 1 if node.factors else 2
    return 3 if node.core else 1

"""Which matrices equal their transposes: declared, or by what they are made of."""

from __future__ import annotations

from matcalc.graph import Apply, Node, Sum, add, as_symmetric, transposed
from matcalc.operations import parse_signature
from matcalc.operations.registry import find_rule

_OF_SYMMETRIC = frozenset(["inv", "pinv", "adj", "expm"])  # of a symmetric matrix: symmetric


def with_symmetry(node: Node) -> Node:
    """A node that knows that it is symmetric, if it is."""
    if node.symmetric or len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        return node
    if isinstance(node, Apply):
        return as_symmetric(node) if _keeps(node) and is_symmetric(node.arguments[0]) else node
    if isinstance(node, Sum) and _termwise(node) is node:
        return as_symmetric(node)
    return node


def is_symmetric(node: Node) -> bool:
    """Whether a matrix is known to equal its transpose."""
    if node.symmetric:
        return True
    if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        return False
    turned = _termwise(node) if isinstance(node, Sum) else transposed(node, (1, 0))
    return turned is node


def _termwise(node: Sum) -> Node:
    return add([transposed(term, (1, 0)) for term in node.terms])


def _keeps(node: Apply) -> bool:
    """Whether an operation makes symmetric matrices of symmetric ones."""
    if len(node.arguments) != 1:
        return False
    if node.operation in _OF_SYMMETRIC or node.operation == "function":
        return True
    signature = parse_signature(find_rule(node.operation).signatures[0])
    return signature.result.shape == ("...",) and not node.parameters

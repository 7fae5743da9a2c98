"""Batches: a graph with a leading axis on some of its variables, and so on what depends on them.

Each node is mapped once: labels of products get one more, and operations that act along their
last axes, or along one that they name, take what is in front of these as a stack.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import UnknownRuleError
from matcalc.graph import (
    Apply,
    Factor,
    Group,
    Node,
    Product,
    Sum,
    Symbol,
    add,
    apply,
    contract,
    symbol,
    topological,
)
from matcalc.operations import facts_of, known_rule
from matcalc.operations.registry import is_elementwise

_BATCH = "batch"  # the label of the axis of the batch; all others are numbers


def batch_name(roots: Sequence[Node]) -> str:
    """A name for the size of a batch that no dimension of the nodes has."""
    sizes = (size for node in topological(*roots) for size in node.shape)
    taken = {name for size in sizes for name in dimensions.names(size)}
    name = "batch"
    while name in taken:
        name += "_"
    return name


def batched(roots: Sequence[Node], names: Container[str], size: Dimension) -> list[Node]:
    """Nodes at every point of a batch: each with a leading axis.

    Args:
        roots: What is computed at a point.
        names: The variables that have the leading axis.
        size: How many points there are.

    Raises:
        UnknownRuleError: An operation of what is batched takes no batch.

    >>> from matcalc.graph import einsum
    >>> W, x = symbol("W", (2, 3)), symbol("x", (3,))
    >>> batched([einsum("i j, j -> i", W, x)], {"x"}, 5)[0].shape
    (5, 2)
    """
    became: dict[Node, Node] = {}  # what depends on a variable of the batch
    for node in topological(*roots):
        if isinstance(node, Symbol) and node.name in names:
            became[node] = symbol(node.name, (size, *node.shape))
        elif any(operand in became for operand in node.operands):
            became[node] = _mapped(node, became, size)
    return [became.get(root) or _repeated(root, size) for root in roots]


def _mapped(node: Node, became: Mapping[Node, Node], size: Dimension) -> Node:
    if isinstance(node, Product):
        factors = [
            Factor(became[f.node], (_BATCH, *f.labels), f.exponent) if f.node in became else f
            for f in node.factors
        ]
        sizes: dict[Any, Dimension] = {_BATCH: size, **dict(enumerate(node.sizes))}
        return contract(factors, (_BATCH, *node.output), sizes, node.scale)
    operands = [became.get(one) or _repeated(one, size) for one in node.operands]
    if isinstance(node, Sum):
        return add(operands)
    assert isinstance(node, Apply)  # noqa: S101 - leaves have no operands
    return _applied(node, operands, size)


def _repeated(node: Node, size: Dimension) -> Node:
    """What is the same at every point, as a broadcast."""
    axes = tuple(range(len(node.shape)))
    return contract([Factor(node, axes)], (_BATCH, *axes), {_BATCH: size})


def _applied(node: Apply, operands: Sequence[Node], size: Dimension) -> Node:
    """An operation on a stack.

    Raises:
        UnknownRuleError: It takes none.
    """
    rule = known_rule(node.operation)
    facts = facts_of(node.operation)
    given = dict(zip(rule.parameters, node.parameters, strict=False)) if rule else {}
    if facts.along:
        return _over_all(facts.along, node, operands[0], size)
    if "axis" in given:
        if given["axis"] is None:
            return _over_all(node.operation, node, operands[0], size)
        along = {**given, "axis": given["axis"] + 1}
        return apply(node.operation, operands, (size, *node.shape), tuple(along.values()))
    if facts.directed:
        matrix, direction = operands
        operands = [_as_stack(matrix, direction), direction]
    elif not (rule and _takes_stacks(node.operation, rule.signatures)):
        raise UnknownRuleError(
            f"{node.operation} takes no batch: leave out of batched(…) what it depends on, or "
            "call the function that compile() makes point by point"
        )
    elif is_elementwise(node.operation):
        operands = [_with_axes(one, len(node.shape) + 1, size) for one in operands]
    return apply(node.operation, operands, (size, *node.shape), node.parameters)


def _takes_stacks(name: str, signatures: Sequence[str]) -> bool:
    """Whether an operation works on the last axes of its operands, or on each entry."""
    if facts_of(name).of_stacks or is_elementwise(name):
        return True
    return all("[..." in operand for operand in signatures[0].partition("->")[0].split())


def _with_axes(node: Node, rank: int, size: Dimension) -> Node:
    """An operand with axes of size 1 behind that of the batch, so that it broadcasts."""
    axes = tuple(range(1, len(node.shape)))
    new = tuple(range(len(node.shape), rank))
    sizes: dict[Any, Dimension] = {_BATCH: size, **dict.fromkeys(new, 1)}
    return contract([Factor(node, (_BATCH, *axes))], (_BATCH, *new, *axes), sizes)


def _as_stack(matrix: Node, direction: Node) -> Node:
    """Matrices of each point, repeated for each direction in which a function is differentiated."""
    axes = tuple(range(len(direction.shape)))
    own = (axes[0], *axes[1 - len(matrix.shape) :])
    return contract([Factor(matrix, own)], axes, dict(enumerate(direction.shape)))


def _over_all(operation: str, node: Apply, operand: Node, size: Dimension) -> Node:
    """An operation over all axes: over one into which they are merged."""
    axes = tuple(range(len(operand.shape) - 1))
    sizes: dict[Any, Dimension] = {_BATCH: size, **dict(enumerate(operand.shape[1:]))}
    flat = contract([Factor(operand, (_BATCH, *axes))], (_BATCH, Group(axes)), sizes)
    shape = flat.shape if node.shape else (size,)
    found = apply(operation, [flat], shape, (1, *node.parameters[1:]))
    if not node.shape:
        return found
    return contract([Factor(found, (_BATCH, Group(axes)))], (_BATCH, *axes), sizes)

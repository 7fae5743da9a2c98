"""Functions of matrices that orthogonal ones enclose: (Q A Qᵀ)⁻¹ is Q A⁻¹ Qᵀ."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from matcalc.graph import Apply, Factor, Node, Product, Symbol, apply, contract, transposed
from matcalc.simplify.recognition import recognised_application

_INVERSES = frozenset(["inv", "pinv"])
_DETERMINANTS = frozenset(["det", "logdet"])


def without_orthogonal(node: Apply, orthogonal: Container[str]) -> Node:
    """An inverse or a determinant with orthogonal matrices outside of it.

    Args:
        node: The operation.
        orthogonal: The names of matrices of orthonormal columns.
    """
    inverse = node.operation in _INVERSES
    if not inverse and node.operation not in _DETERMINANTS:
        return node
    matrix = node.arguments[0]
    if inverse and _is_orthogonal(matrix, orthogonal):
        return transposed(matrix, (1, 0))
    pair = _enclosing(matrix, orthogonal)
    if pair is None or not isinstance(matrix, Product):
        return node
    inner = tuple(factor.labels[1] for factor in pair)
    rest = [factor for factor in matrix.factors if factor not in pair]
    sizes = {k: size for k, size in enumerate(matrix.sizes) if k not in matrix.output}
    middle = contract(rest, inner, sizes, matrix.scale)
    shorter = apply(node.operation, (middle,), middle.shape if inverse else ())
    changed = recognised_application(shorter)
    if not inverse:
        return changed
    around = [Factor(pair[0].node, ("row", 0)), Factor(changed, (0, 1))]
    return contract([*around, Factor(pair[0].node, ("column", 1))], ("row", "column"))


def _is_orthogonal(node: Node, orthogonal: Container[str]) -> bool:
    known = isinstance(node, Symbol) and node.name in orthogonal
    return known and node.shape[0] == node.shape[1]


def _enclosing(matrix: Node, orthogonal: Container[str]) -> tuple[Factor, Factor] | None:
    """The two factors of one square orthogonal matrix that a product begins and ends with."""
    if not isinstance(matrix, Product) or len(matrix.output) != 2:
        return None
    ends = [_end(matrix, label, orthogonal) for label in matrix.output]
    first, second = ends
    if first is None or second is None or first.node is not second.node:
        return None
    return first, second


def _end(matrix: Product, label: Any, orthogonal: Container[str]) -> Factor | None:
    """The orthogonal factor that alone has a label of the result, as its rows."""
    holders = [factor for factor in matrix.factors if label in factor.labels]
    if len(holders) != 1 or matrix.output.count(label) != 1:
        return None
    (factor,) = holders
    if factor.exponent != 1 or not _is_orthogonal(factor.node, orthogonal):
        return None
    rows, columns = factor.labels
    return factor if rows == label and columns not in matrix.output else None

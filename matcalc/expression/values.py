"""What a part of a formula means: a node, and whether a vector stands or lies."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import NotationError, ShapeError
from matcalc.graph import Factor, Node, Product, Scale, Sum, contract
from matcalc.operations import algebra


class Value(NamedTuple):
    """A part of a formula.

    Attributes:
        node: What it is, a vector with one axis.
        row: Whether it is a vector that was transposed.
    """

    node: Node
    row: bool = False

    @property
    def matrix(self) -> Shape:
        """The shape as a matrix: a column is n×1; that of a scalar and of a stack as it is."""
        shape = self.node.shape
        return shape if len(shape) != 1 else (1, *shape) if self.row else (*shape, 1)

    @property
    def title(self) -> str:
        """The shape in words."""
        return dimensions.times(self.matrix) if self.node.shape else "a scalar"


def number_of(value: Value) -> Fraction | None:
    """The number that a constant is, if it is one."""
    node = value.node
    plain = isinstance(node, Product) and not (node.shape or node.factors or node.scale.powers)
    return node.scale.number if plain and isinstance(node, Product) else None


def dimension_of(value: object) -> Dimension:
    """The dimension that a constant is: ``n``, ``2*n``, ``3``.

    Raises:
        NotationError: It is none.
    """
    node = value.node if isinstance(value, Value) else None
    terms = node.terms if isinstance(node, Sum) else (node,)
    found = [term.scale for term in terms if isinstance(term, Product) and _is_plain(term)]
    if len(found) == len(terms):
        try:
            size = dimensions.combination((one.number, _monomial(one)) for one in found)
        except ShapeError:  # a fraction
            size = 0
        if isinstance(size, str) or size > 0:
            return size
    raise NotationError("a size is a number or a dimension: eye(n), ones((m, 3))")


def _is_plain(node: Product) -> bool:
    """Whether it is a number times whole powers of dimensions."""
    whole = all(power > 0 for _, power in node.scale.powers)
    return not node.shape and not node.factors and whole


def _monomial(scale: Scale) -> Dimension:
    return dimensions.product(name for name, power in scale.powers for _ in range(power))


def transposed(value: Value) -> Value:
    """A transpose: a column becomes a row."""
    if len(value.node.shape) == 1:
        return Value(value.node, not value.row)
    return Value(algebra.transpose(value.node))


def multiplied(one: Value, two: Value) -> Value:
    """The matrix product of columns, rows and matrices.

    Raises:
        ShapeError: They do not fit.
    """
    a, b = one.node.shape, two.node.shape
    if not a or not b:
        raise ShapeError("a product with a scalar is written *")
    if len(a) > 2 or len(b) > 2:
        return Value(algebra.matmul(one.node, two.node))
    inner = one.matrix[1], two.matrix[0]
    if inner[0] != inner[1]:
        raise ShapeError(f"{one.title} @ {two.title} does not fit", clashes=[inner])
    rows = ("row",) if len(a) == 2 else () if one.row else ("row",)
    columns = ("column",) if len(b) == 2 or two.row else ()
    factors = [
        Factor(one.node, (*rows, "inner") if len(a) == 2 else ("inner",) if one.row else rows),
        Factor(two.node, ("inner", *columns) if len(b) == 2 else columns or ("inner",)),
    ]
    return Value(contract(factors, (*rows, *columns)), row=one.row and bool(columns))


def entrywise(sign: str, one: Value, two: Value) -> bool:
    """Whether the result of an operation entry by entry is a row.

    Raises:
        ShapeError: The two are of different shapes, and neither is a scalar.
    """
    a, b = one.node.shape, two.node.shape
    if a and b and (a != b or (one.row != two.row and a != (1,))):
        clashes = dimensions.clashes(a, b) if one.row == two.row else ()
        raise ShapeError(f"{one.title} {sign} {two.title} does not fit", clashes=clashes)
    return one.row or two.row

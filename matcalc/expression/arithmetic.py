"""Arithmetic on parts of a formula: what an operator means where vectors are columns and rows."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.dimensions import Shape
from matcalc.errors import NotationError, ShapeError
from matcalc.expression.values import Value, entrywise, multiplied, number_of
from matcalc.graph import Factor, Node, contract, has_zeros, is_zero
from matcalc.operations import algebra, find_rule

_POWER = 64  # the largest constant exponent, up or down


def operated(sign: str, one: Value, two: Value) -> Value:
    """The value of ``one sign two``.

    Args:
        sign: ``@``, ``*``, ``/``, ``+``, ``-`` or ``**``.
        one: The left operand.
        two: The right operand.

    Raises:
        NotationError: A division by zero, or an exponent that is absurdly large.
        ShapeError: The two do not fit.
    """
    if sign == "@":
        return multiplied(one, two)
    one, two = _alike(one, two), _alike(two, one)
    if sign in ("+", "-", "/"):
        two = _spread(one, two)
    if sign in ("+", "-"):
        one = _spread(two, one)
    stretched = _stretched(one, two)
    if stretched is not None:
        return Value(combined(sign, *stretched))
    row = entrywise(sign, one, two)
    return Value(combined(sign, one.node, two.node), row)


def _alike(one: Value, other: Value) -> Value:
    """A vector as the matrix that it is on paper, beside one of that shape: a row of 1×n."""
    if len(one.node.shape) != 1 or len(other.node.shape) != 2:
        return one
    (size,) = one.node.shape
    paper, axis = ((1, size), 1) if one.row else ((size, 1), 0)
    if other.node.shape != paper:
        return one
    return Value(contract([Factor(one.node, (axis,))], (0, 1), dict(enumerate(paper))))


def _spread(whole: Value, part: Value) -> Value:
    """A vector beside a matrix as the matrix that has it in every row, or in every column."""
    axis = bias_axis(whole, part)
    if axis is None:
        return part
    sizes = dict(zip((0, 1), whole.node.shape, strict=True))
    return Value(contract([Factor(part.node, (axis,))], (0, 1), sizes))


def _stretched(one: Value, two: Value) -> tuple[Node, Node] | None:
    """Two arrays of one shape, made of two that count for every other along some axes.

    A matrix and one of a single column or row, declared so; a stack and what is added to each.
    """
    a, b = one.node.shape, two.node.shape
    whole = whole_of(a, b) if not (one.row or two.row) else None
    if whole is None:
        return None
    return _repeated(one.node, whole), _repeated(two.node, whole)


def whole_of(a: Shape, b: Shape) -> Shape | None:
    """The shape that two arrays have together, where one counts for every other of the other.

    Of stacks the last axes are beside each other, as in NumPy, and an axis of size 1 is repeated.

    >>> whole_of(("B", "h", "m", "n"), ("m", "n")), whole_of(("m", 1), (1, "n"))
    (('B', 'h', 'm', 'n'), ('m', 'n'))
    """
    rank = max(len(a), len(b))
    if a == b or not (a and b) or rank < 2 or (rank == 2 and len(a) != len(b)):
        return None
    pairs = list(zip(*((1,) * (rank - len(one)) + one for one in (a, b)), strict=True))
    if not all(one == two or 1 in (one, two) for one, two in pairs):
        return None
    whole = tuple(two if one == 1 else one for one, two in pairs)
    is_number = rank == 2 and (1, 1) in (a, b) and 1 not in whole  # xᵀAx of x[n,1]
    return None if is_number else whole


def is_repeated(whole: Shape, part: Shape) -> bool:
    """Whether a matrix of one column, or of one row, is beside a larger one of as many others."""
    rows, columns = whole
    return (part == (rows, 1) != whole) or (part == (1, columns) != whole)


def _repeated(node: Node, whole: Shape) -> Node:
    """An array of which each axis of size 1, and each that it lacks, is as long as in a whole."""
    if node.shape == whole:
        return node
    first = len(whole) - len(node.shape)
    axes = range(first, len(whole))
    kept = [k for k, size in zip(axes, node.shape, strict=True) if size == whole[k]]
    alone = contract([Factor(node, tuple(axes))], kept)
    return contract([Factor(alone, tuple(kept))], range(len(whole)), dict(enumerate(whole)))


def combined(sign: str, one: Node, two: Node) -> Node:
    """The node of an operation entry by entry, on nodes of one shape and scalars.

    Raises:
        NotationError: A division by zero, or an exponent that is absurdly large.
        ShapeError: The shapes differ.
    """
    return _SIGNS[sign](one, two)


def bias_axis(one: Value, two: Value) -> int | None:
    """Along which axis of a matrix a vector beside it lies; nothing where it is none.

    Along the columns, in every row, as NumPy does, also where rows and columns are equal numbers;
    along the rows where it fits there alone.

    Raises:
        ShapeError: It would lie along rows, if its size were another.
    """
    a, b = one.node.shape, two.node.shape
    if len(a) != 2 or len(b) != 1 or two.row or (a[0] == a[1] and not isinstance(a[0], int)):
        return None
    if a[1] == b[0]:
        return 1
    if a[0] == b[0]:
        return 0
    if a[0] == a[1]:
        return None
    raise ShapeError(f"a bias over {a[1]} columns", clashes=[(a[1], b[0])])


def _power(base: Node, exponent: Node) -> Node:
    constant = number_of(Value(exponent))
    if constant is None:
        return find_rule("pow").build(base, exponent)
    if abs(constant) > _POWER or constant.denominator > _POWER:
        raise NotationError(f"a constant exponent lies between -{_POWER} and {_POWER}")
    if constant < 0:
        _refuse_zeros(base)
    return algebra.power(base, constant)


def _divided(one: Node, two: Node) -> Node:
    _refuse_zeros(two)
    return algebra.times(one, algebra.reciprocal(two))


def _refuse_zeros(below: Node) -> None:
    """Refuse to divide by what is zero in some entry, whatever the variables are.

    Raises:
        NotationError: It is.
    """
    if has_zeros(below):
        where = "" if is_zero(below) else ": what is below is zero off its diagonal"
        inverse = ", and / is entry by entry: inv is the inverse" if len(below.shape) == 2 else ""
        raise NotationError(f"a division by zero{where}{inverse if where else ''}")


_SIGNS: dict[str, Callable[[Node, Node], Node]] = {
    "+": algebra.plus,
    "-": algebra.minus,
    "*": algebra.times,
    "/": _divided,
    "**": _power,
}

"""Parts of arrays: slices, concatenations, triangles, constants."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from math import prod
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import NotDifferentiableError, ShapeError
from matcalc.graph import Apply, Factor, Node, add, apply, contract, zero
from matcalc.operations import algebra
from matcalc.operations.facts import Facts, OfSizes, Picking
from matcalc.operations.registry import LINEAR, composite, linear, primitive


def window(start: Dimension, length: Dimension, size: Dimension) -> Node:
    """The matrix that picks entries ``start`` to ``start + length`` of a vector of ``size``."""
    if start == 0 and length == size:
        return algebra.eye(size)
    return apply("window", (), (length, size), (start,))


def overlap(one: Apply, two: Apply) -> Node | None:
    """The product of a window and another one transposed; nothing where it depends on sizes.

    >>> first, last = window(0, 2, 5), window(2, 3, 5)
    >>> overlap(first, first) is algebra.eye(2), overlap(first, last) is zero((2, 3))
    (True, True)
    """
    (a,), (b,) = one.parameters, two.parameters
    (m, _), (n, _) = one.shape, two.shape
    ends = [dimensions.total([start, k]) for start, k in ((a, m), (b, n))]
    if (a, m) == (b, n):
        return algebra.eye(m)
    if dimensions.is_at_most(ends[0], b) or dimensions.is_at_most(ends[1], a):
        return zero((m, n))
    if dimensions.is_at_most(b, a) and dimensions.is_at_most(ends[0], ends[1]):
        return window(dimensions.difference(a, b), m, n)
    if dimensions.is_at_most(a, b) and dimensions.is_at_most(ends[1], ends[0]):
        return algebra.transpose(window(dimensions.difference(b, a), n, m))
    return None


def no_operand(node: Apply, operand: int, bar: Node) -> Node:
    """The pull of a constant: there is nothing to pull back to.

    Raises:
        NotDifferentiableError: Always.
    """
    raise NotDifferentiableError(f"{node.operation} has no operand {operand}: {bar.shape}")


def _edges(node: Apply) -> set[tuple[Dimension, Dimension]]:
    return {(node.parameters[0], node.shape[0])}


def _columns(node: Apply, start: Dimension, stop: Dimension) -> Node | None:
    """All of a window, none of it, or some of its rows."""
    which = window(start, dimensions.difference(stop, start), node.shape[1])
    return overlap(node, which) if isinstance(which, Apply) else None


_PART = Facts(building_block=True)
_WINDOW = Facts(picking=Picking(_edges, _columns), building_block=True)
_PI = Facts(
    of_sizes=OfSizes(algebra.pi, "pi()"),
    positive=True,
    unicode="π",
    latex=r"\pi",
    building_block=True,
)
for _name, _signature, _formula, _function, _parameters, _facts in (
    (
        "window",
        "-> W[k,n]",
        "constant: W[i, start + i] = 1",
        "np.eye(*{shape}, {start})",
        {"start": 0},
        _WINDOW,
    ),
    (
        "triangle",
        "-> M[m,n]",
        "constant: ones on and below a diagonal",
        "np.tril(np.ones({shape}), {k})",
        {"k": 0},
        _PART,
    ),
    ("pi", "-> p", "constant: 3.14159…", "math.pi", {}, _PI),
):
    primitive(
        _name,
        _signature,
        formula=_formula,
        source="by definition",
        function=_function,
        parameters=_parameters,
        facts=_facts,
    )(no_operand)


def levi_civita(size: int = 3) -> Node:
    """The sign of each permutation of the axes, else 0."""
    return apply("levi_civita", (), (size,) * size, (size,))


def _signs(size: int, *first: int) -> Any:
    """The sign of each permutation that begins so, else 0, as nested lists."""
    if len(first) == size:
        return prod((two > one) - (two < one) for one, two in combinations(first, 2))
    return [_signs(size, *first, k) for k in range(size)]


primitive(
    "levi_civita",
    "-> E[3,3,3]",
    formula="constant: the sign of a permutation",
    source="by definition",
    build=levi_civita,
    function="levi_civita",
    parameters={"size": 3},
    facts=Facts(
        of_sizes=OfSizes(levi_civita, "levi_civita(3)"),
        of_vectors=("skew", "cross"),
        unicode="ε",
        latex=r"\epsilon",
        building_block=True,
        entries=_signs,
    ),
)(no_operand)


@composite(
    "slice",
    "X[m,n] -> Y[2,n]",
    formula="d X[start:stop] = dX[start:stop]",
    source=LINEAR,
    function="part",
    parameters={"axis": 0, "start": 0, "stop": 2},
    facts=Facts(required=("stop",)),
)
def slice_rule(x: Node, axis: int = 0, start: Dimension = 0, stop: Dimension = 2) -> Node:
    """Entries ``start`` to ``stop`` along an axis, both constant."""
    axis = algebra.axis_from_front(axis, len(x.shape))
    size = x.shape[axis]
    bounds = [bound for bound in (0, start, stop, size) if isinstance(bound, int)]
    if bounds != sorted(bounds) or start == stop:
        raise ShapeError(f"a slice {start}:{stop} of an axis of {size}: 0 <= start < stop <= size")
    return picked(x, axis, window(start, dimensions.difference(stop, start), size))


def picked(x: Node, axis: int, which: Node) -> Node:
    """A node with one axis taken through a window."""
    axes = algebra.axes_of(x)
    output = ["picked" if k == axis else k for k in axes]
    return contract([Factor(which, ("picked", axis)), Factor(x, axes)], output)


def placed(x: Node, axis: int, which: Node) -> Node:
    """A node with one axis put into a window of a larger one, zeros around it."""
    axes = algebra.axes_of(x)
    output = ["whole" if k == axis else k for k in axes]
    return contract([Factor(which, (axis, "whole")), Factor(x, axes)], output)


@composite(
    "concatenate",
    "A[m,n] B[p,n] -> C[m+p,n]",
    "a[m] b[p] -> c[m+p]",
    formula="d [A; B] = [dA; dB]",
    source=LINEAR,
    function="concatenate",
    parameters={"axis": 0},
    facts=Facts(aliases=("concat",), elsewhere=("concat",), words=("cat",), many=True, lists=True),
)
def concatenate(*operands: Node, axis: int = 0) -> Node:
    """Operands one after the other along an axis."""
    rank = len(operands[0].shape) if operands else 0
    axis = algebra.axis_from_front(axis, rank)
    rests = dict.fromkeys(one.shape[:axis] + one.shape[axis + 1 :] for one in operands)
    if len(rests) > 1 or any(len(one.shape) != rank for one in operands):
        found = ", ".join(dimensions.times(one.shape) for one in operands)
        raise ShapeError(
            f"concatenate along axis {axis}: the other axes of {found} differ",
            clashes=_clashes(rests),
        )
    lengths = [one.shape[axis] for one in operands]
    size = dimensions.total(lengths)
    terms: list[Node] = []
    for k, operand in enumerate(operands):
        start = dimensions.total(lengths[:k])
        terms.append(placed(operand, axis, window(start, lengths[k], size)))
    return add(terms)


def _clashes(shapes: Iterable[Shape]) -> list[tuple[Dimension, Dimension]]:
    """The sizes in which the first of several shapes differs from the others."""
    first, *others = [*shapes] or [()]
    return [clash for other in others for clash in dimensions.clashes(first, other)]


@composite(
    "stack",
    "A[m,n] B[m,n] -> C[2,m,n]",
    formula="d [A, B] = [dA, dB]",
    source=LINEAR,
    function="stack",
    parameters={"axis": 0},
    facts=Facts(many=True, lists=True),
)
def stack(*operands: Node, axis: int = 0) -> Node:
    """Operands of one shape side by side along a new axis."""
    shapes = dict.fromkeys(one.shape for one in operands)
    if len(shapes) != 1:
        raise ShapeError("stack takes operands of one shape", clashes=_clashes(shapes))
    axis = algebra.axis_from_front(axis, len(operands[0].shape) + 1)
    axes = algebra.axes_of(operands[0])
    lifted = (*axes[:axis], "new", *axes[axis:])
    single = [contract([Factor(one, axes)], lifted, {"new": 1}) for one in operands]
    return concatenate(*single, axis=axis)


@linear(
    "tril",
    "X[m,n] -> Y[m,n]",
    function="np.tril({0}, {k})",
    parameters={"k": 0},
)
def tril(x: Node, k: int = 0) -> Node:
    """The lower triangle, up to the k-th diagonal above the main one."""
    return algebra.times(x, _triangle(x, k))


@linear(
    "triu",
    "X[m,n] -> Y[m,n]",
    function="np.triu({0}, {k})",
    parameters={"k": 0},
)
def triu(x: Node, k: int = 0) -> Node:
    """The upper triangle, from the k-th diagonal above the main one."""
    return algebra.minus(x, tril(x, k - 1))


def _triangle(x: Node, k: int) -> Node:
    if len(x.shape) != 2:
        raise ShapeError(f"a triangle of {dimensions.times(x.shape)}: it needs a matrix")
    return apply("triangle", (), x.shape, (k,))


@composite(
    "eye",
    "-> I[n,n]",
    formula="d I = 0",
    source="by definition",
    function="np.eye({n})",
    parameters={"n": 2},
    facts=Facts(
        of_sizes=OfSizes(algebra.eye, "eye(n)"),
        symmetric=True,
        elsewhere=("identity",),
        words=("identitymatrix", "id"),
        unicode="I",
        latex="I",
    ),
)
def eye(n: Dimension = 2) -> Node:
    """The identity matrix."""
    return algebra.eye(n)


def _filled(name: str, number: int) -> OfSizes:
    def build(*sizes: Any) -> Node:
        shape = sizes[0] if len(sizes) == 1 and type(sizes[0]) is tuple else sizes
        return algebra.constant(number, shape)

    return OfSizes(build, f"{name}(n), or {name}((m, 3))")


for _name, _number in (("ones", 1), ("zeros", 0)):
    composite(
        _name,
        "-> O[m,n]",
        formula=f"d {_number} = 0",
        source="by definition",
        function=f"np.{_name}({{shape}})",
        parameters={"shape": (2, 3)},
        facts=Facts(
            of_sizes=_filled(_name, _number),
            lists=True,
            unicode=str(_number),
            latex=rf"\mathbf{{{_number}}}",
        ),
    )(lambda shape=(2, 3), number=_number: algebra.constant(number, tuple(shape)))

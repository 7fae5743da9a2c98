"""The free entries of a symmetric matrix as a vector, and a triangle that is filled from one."""

from __future__ import annotations

from fractions import Fraction

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import ShapeError
from matcalc.graph import Apply, Node, apply
from matcalc.operations.facts import Facts
from matcalc.operations.registry import primitive

_SOURCE = "Magnus & Neudecker, Matrix Differential Calculus (3rd edition, 2019), section 3.8"
_HALF = Fraction(1, 2)


def free_entries(n: Dimension) -> Dimension:
    """The number of entries on and below the diagonal of n×n."""
    return dimensions.combination([(_HALF, dimensions.product([n, n])), (_HALF, n)])


@primitive(
    "vech",
    "X[...,n,n] -> v[...,n**2/2+n/2]",
    formula="d vech(X) = vech(dX)",
    source=_SOURCE,
    function="vech",
    facts=Facts(words=("svec",)),
)
def pull_vech(v: Apply, _: int, bar: Node) -> Node:
    """Pull back through vech: entries return to the lower triangle, above it are zeros."""
    return _filled(bar, v.arguments[0].shape[-1])


def vech(x: Node) -> Node:
    """The entries on and below the diagonal of the last two axes, column by column."""
    return apply("vech", (x,), (*x.shape[:-2], free_entries(x.shape[-1])))


def lower(v: Node, n: Dimension = 2) -> Node:
    """The lower triangular n×n matrix with entries of a vector, column by column.

    Raises:
        ShapeError: The vector is of another length.
    """
    if not v.shape:
        raise ShapeError("lower takes a vector; found a scalar")
    if v.shape[-1] != free_entries(n):
        raise ShapeError(
            f"lower(v, n={n}) takes {dimensions.pretty(free_entries(n))} entries; "
            f"found {dimensions.pretty(v.shape[-1])}",
            clashes=[(free_entries(n), v.shape[-1])],
        )
    return _filled(v, n)


def _filled(v: Node, n: Dimension) -> Node:
    return apply("lower", (v,), (*v.shape[:-1], n, n), (n,))


@primitive(
    "lower",
    "v[...,3] -> X[...,2,2]",
    formula="d lower(v) = lower(dv)",
    source=f"{_SOURCE}, the inverse of vech for triangular matrices",
    build=lower,
    function="lower",
    parameters={"n": 2},
    facts=Facts(required=("n",), sized=True),
)
def pull_lower(_: Apply, __: int, bar: Node) -> Node:
    """Pull back through a triangle: what is above the diagonal is left out."""
    return vech(bar)

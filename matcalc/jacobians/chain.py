"""The chain rule for Jacobians: along one path, or summed over all paths of a graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NotRequired, TypedDict, Unpack, overload

from matcalc import dimensions
from matcalc.errors import ChainError, LayoutError, NotationError
from matcalc.graph import Node, topological
from matcalc.jacobians.jacobian import Jacobian
from matcalc.jacobians.linking import (
    NOMINAL,
    Accumulation,
    Link,
    chain_order,
    compose,
    total,
)
from matcalc.layout import Denominator, Layout, Numerator, Tag, find_layout
from matcalc.plan.planning import plan_of
from matcalc.variables import ratio

_ORDERS: tuple[Accumulation, ...] = ("reverse", "forward", "markowitz")


@overload
def chain(*factors: Jacobian[Any], layout: Literal["numerator"]) -> Jacobian[Numerator]: ...
@overload
def chain(*factors: Jacobian[Any], layout: Literal["denominator"]) -> Jacobian[Denominator]: ...
@overload
def chain(*factors: Jacobian[Any], layout: str) -> Jacobian[Any]: ...
@overload
def chain(*factors: Jacobian[Tag]) -> Jacobian[Tag]: ...
def chain(*factors: Jacobian[Any], layout: str | None = None) -> Jacobian[Any]:
    """The chain rule along one path: factors in any order, linked by the variables they share.

    Composed as one einsum, in the order of the layout; what is diagonal or an outer product
    stays so, and nothing is multiplied out before an array is asked for.

    Args:
        factors: Local derivatives; each variable but the two ends is in two of them.
        layout: The layout of the result; needed where the factors carry different ones.

    Raises:
        ChainError: A gap, a fork, a cycle, a factor given twice, shapes that disagree.
        LayoutError: The factors carry different layouts and none is named.

    >>> import matcalc as mc
    >>> dL_dz = mc.jacobian("L / z[2]", [1.0, 2.0], layout="denominator")
    >>> dz_dx = mc.jacobian("z[2] / x[3]", [[1, 2, 3], [4, 5, 6]], layout="numerator")
    >>> print(mc.chain(dz_dx, dL_dz, layout="denominator"))
    denominator layout
    ∂z/∂x · ∂L/∂z = ∂L/∂x
     3×2     2×1     3×1
    """
    tag = _common_tag(factors, layout)
    order = chain_order([Link(factor.of, factor.wrt) for factor in factors])
    ordered = [factors[k] for k in order]
    path = (ordered[0].of, *(factor.wrt for factor in ordered))
    through = (ordered[0].of, *(v for factor in ordered for v in factor.path[1:]))
    names = [variable.name for variable in through]
    node = compose([factor.node for factor in ordered], path)
    return Jacobian(node, through if len(set(names)) == len(names) else path, tag)


class _Ends(TypedDict):
    of: str
    wrt: str
    accumulation: NotRequired[Accumulation | Literal["cheapest"]]


@overload
def total_derivative(
    edges: Iterable[Jacobian[Any]], *, layout: Literal["numerator"], **asked: Unpack[_Ends]
) -> Jacobian[Numerator]: ...
@overload
def total_derivative(
    edges: Iterable[Jacobian[Any]], *, layout: Literal["denominator"], **asked: Unpack[_Ends]
) -> Jacobian[Denominator]: ...
@overload
def total_derivative(
    edges: Iterable[Jacobian[Any]], *, layout: str, **asked: Unpack[_Ends]
) -> Jacobian[Any]: ...
@overload
def total_derivative(edges: Iterable[Jacobian[Tag]], **asked: Unpack[_Ends]) -> Jacobian[Tag]: ...
def total_derivative(
    edges: Iterable[Jacobian[Any]],
    *,
    of: str,
    wrt: str,
    layout: str | None = None,
    accumulation: Accumulation | Literal["cheapest"] = "reverse",
) -> Jacobian[Any]:
    """The chain rule on a graph of variables: the sum over all paths from ``of`` to ``wrt``.

    Each edge is used once, however many paths run over it.

    Args:
        edges: Local derivatives, one for each pair of variables that depend directly.
        of: The name of the variable to differentiate.
        wrt: The name of the variable to differentiate with respect to.
        layout: The layout of the result; needed where the edges carry different ones.

        accumulation: In which order variables between the two are eliminated: ``"reverse"`` from
            ``of``, ``"forward"`` from ``wrt``, ``"markowitz"`` first the one that takes the
            fewest multiplications; ``"cheapest"`` counts those of all three plans, and takes the
            best; :meth:`Jacobian.plan` shows the others (sizes that have names count as 100).
            Numbers of large arrays are accumulated forward where that takes fewer multiplications
            than the reverse order, whichever was named; the plan says so.

    Raises:
        ChainError: No path, a cycle, an edge given twice, shapes that disagree.
        LayoutError: The edges carry different layouts and none is named.
        NotationError: There is no such order of accumulation.

    >>> import matcalc as mc
    >>> edges = [
    ...     mc.jacobian("L / a[2]", [1.0, 2.0], layout="numerator"),
    ...     mc.jacobian("L / b[2]", [3.0, 4.0], layout="numerator"),
    ...     mc.diagonal("a[2] / x[2]", [5.0, 6.0]),
    ...     mc.identity("b[2] / x[2]"),
    ... ]
    >>> mc.total_derivative(edges, of="L", wrt="x").array
    array([ 8., 16.])
    """
    if accumulation not in (*_ORDERS, "cheapest"):
        raise NotationError(f"accumulation is cheapest, {', '.join(_ORDERS)}; not {accumulation!r}")
    listed = tuple(edges)
    tag = _common_tag(listed, layout)
    links = [Link(edge.of, edge.wrt) for edge in listed]
    nodes = [edge.node for edge in listed]
    orders = _ORDERS if accumulation == "cheapest" else (accumulation,)
    found = {order: total(links, nodes, of, wrt, order) for order in orders}
    counts = {order: _multiplications(node) for order, (node, *_) in found.items() if orders[1:]}
    node, above, below = found[min(orders, key=lambda order: counts.get(order, 0))]
    result: Jacobian[Any] = Jacobian(node, (above, below), tag)
    result.accumulations.update(counts.items())
    return result


def _multiplications(node: Node) -> int:
    """How many a plan of a node takes, where sizes that have names are taken as equal."""
    sizes = (size for one in topological(node) for size in one.shape)
    named = {name for size in sizes for name in dimensions.names(size)}
    return plan_of([node], dict.fromkeys(named, NOMINAL)).multiplications


def _common_tag(factors: tuple[Jacobian[Any], ...], layout: str | None) -> type[Layout]:
    for factor in factors:
        if not isinstance(factor, Jacobian):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ChainError(f"a chain links Jacobians; found a {type(factor).__name__}")
    if layout is not None:
        return find_layout(layout)
    tags = dict.fromkeys(factor.tag for factor in factors)
    if len(tags) > 1:
        one = {tag: next(f for f in factors if f.tag is tag) for tag in tags}
        found = " and ".join(f"{ratio(f.of, f.wrt)} in {f.layout} layout" for f in one.values())
        raise LayoutError(f'{found}: say which the result is in, layout="denominator"')
    return next(iter(tags), Numerator)

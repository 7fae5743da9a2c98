"""Functions that have a name and shapes alone; their derivatives are names too."""

from __future__ import annotations

from matcalc.dimensions import Shape
from matcalc.graph import Apply, Factor, Node, apply, as_symmetric, contract
from matcalc.operations.facts import Facts
from matcalc.operations.registry import primitive


def mapped(x: Node, name: str, shape: Shape, order: int = 0) -> Node:
    """``f(x)`` of a shape, or a derivative of it: the axes of f, then those of x for each order."""
    whole = apply("mapped", (x,), shape + x.shape * order, (name, order))
    hessian = order == 2 and not shape and len(x.shape) == 1
    return as_symmetric(whole) if hessian else whole


def mapped_shape(shape: Shape, operand: Shape, order: int) -> Shape:
    """The shape of a function, from that of a derivative of it."""
    return shape[: len(shape) - order * len(operand)]


@primitive(
    "mapped",
    "x[n] -> y[m]",
    formula="dy = f'(x) dx",
    source="the chain rule, for a function that is declared by its shapes",
    domain="where the function is differentiable",
    function="undeclared",
    parameters={"name": "f", "order": 0},
    facts=Facts(building_block=True),
)
def pull_mapped(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through a function of whole arrays: over the axes of the result."""
    x, (name, order) = y.arguments[operand], y.parameters
    slope = mapped(x, name, mapped_shape(y.shape, x.shape, order), order + 1)
    axes = range(len(y.shape))
    front = tuple(("front", k) for k in range(len(bar.shape) - len(y.shape)))
    behind = tuple(("x", k) for k in range(len(x.shape)))
    factors = [Factor(bar, (*front, *axes)), Factor(slope, (*axes, *behind))]
    return contract(factors, (*front, *behind))

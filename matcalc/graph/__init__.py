"""The inside of every derivative: a shared, immutable graph of networks.

A **leaf** is a variable or an array. A **product** is an einsum whose output labels may repeat
(a Kronecker delta) or be new (a broadcast), so that an identity is ``-> i i``, diag(s) is
``s[i] -> i i`` and nothing is ever filled with zeros. A **sum** adds nodes of one shape.
"""

from matcalc.graph.nodes import (
    ONE,
    Data,
    Factor,
    Node,
    Product,
    Scale,
    Sum,
    Symbol,
    data,
    dump,
    load,
    symbol,
    topological,
)
from matcalc.graph.products import contract, einsum, is_zero, number, scaled, transposed, zero
from matcalc.graph.sums import add, split

__all__ = [
    "ONE",
    "Data",
    "Factor",
    "Node",
    "Product",
    "Scale",
    "Sum",
    "Symbol",
    "add",
    "contract",
    "data",
    "dump",
    "einsum",
    "is_zero",
    "load",
    "number",
    "scaled",
    "split",
    "symbol",
    "topological",
    "transposed",
    "zero",
]

"""The inside of every derivative: a shared, immutable graph of networks.

A **leaf** is a variable or an array. A **product** is an einsum whose output labels may repeat
(a Kronecker delta) or be new (a broadcast), so that an identity is ``-> i i``, diag(s) is
``s[i] -> i i`` and nothing is ever filled with zeros. A **sum** adds nodes of one shape. An
**application** is an operation that is none of these: inv, exp, softmax.
"""

from matcalc.graph.distribution import distribute, is_large_structured_sum, narrowed_sums
from matcalc.graph.nodes import (
    ONE,
    Apply,
    Data,
    Factor,
    Group,
    Node,
    Product,
    Scale,
    Sum,
    Symbol,
    apply,
    are_plain,
    as_symmetric,
    consed_sum,
    data,
    dump,
    flat,
    is_apply,
    load,
    symbol,
    symbol_names,
    topological,
)
from matcalc.graph.products import (
    contract,
    einsum,
    has_zeros,
    is_zero,
    multiplied_out,
    multiplied_within,
    number,
    scaled,
    transposed,
    zero,
)
from matcalc.graph.substitution import rebuilt, substituted
from matcalc.graph.sums import add, split

__all__ = [
    "ONE",
    "Apply",
    "Data",
    "Factor",
    "Group",
    "Node",
    "Product",
    "Scale",
    "Sum",
    "Symbol",
    "add",
    "apply",
    "are_plain",
    "as_symmetric",
    "consed_sum",
    "contract",
    "data",
    "distribute",
    "dump",
    "einsum",
    "flat",
    "has_zeros",
    "is_apply",
    "is_large_structured_sum",
    "is_zero",
    "load",
    "multiplied_out",
    "multiplied_within",
    "narrowed_sums",
    "number",
    "rebuilt",
    "scaled",
    "split",
    "substituted",
    "symbol",
    "symbol_names",
    "topological",
    "transposed",
    "zero",
]

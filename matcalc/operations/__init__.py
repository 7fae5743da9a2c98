"""Operations and their rules: a table, a file per family.

An operation is a network of others, or has a pull of its own. Importing the families fills the
table.
"""

from matcalc.operations import (
    elementwise,
    half_vec,
    layers,
    linalg,
    parts,
    products,
    reductions,
    rotations,
)
from matcalc.operations.registry import (
    RULES,
    Rule,
    find_rule,
    is_elementwise,
    parse_signature,
    register,
)

__all__ = [
    "RULES",
    "Rule",
    "elementwise",
    "find_rule",
    "half_vec",
    "is_elementwise",
    "layers",
    "linalg",
    "parse_signature",
    "parts",
    "products",
    "reductions",
    "register",
    "rotations",
]

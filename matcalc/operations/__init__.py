"""Operations and their rules: a table, a file per family.

An operation is a network of others, or has a pull of its own. Importing the families fills the
table.
"""

from matcalc.operations import (
    computed,
    declared,
    elementwise,
    half_vec,
    layers,
    linalg,
    parts,
    products,
    reductions,
    rotations,
    sequences,
    special,
    spectra,
    statistics,
    windows,
)
from matcalc.operations.registry import (
    ALIASES,
    NORMS,
    RULES,
    Rule,
    facts_of,
    find_rule,
    is_elementwise,
    known_rule,
    parse_signature,
)

__all__ = [
    "ALIASES",
    "NORMS",
    "RULES",
    "Rule",
    "computed",
    "declared",
    "elementwise",
    "facts_of",
    "find_rule",
    "half_vec",
    "is_elementwise",
    "known_rule",
    "layers",
    "linalg",
    "parse_signature",
    "parts",
    "products",
    "reductions",
    "rotations",
    "sequences",
    "special",
    "spectra",
    "statistics",
    "windows",
]

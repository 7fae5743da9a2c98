"""The input language: NumPy's notation, read as mathematics."""

from matcalc.expression.conventions import NameConvention, by_convention, looks_like, scalars
from matcalc.expression.declarations import (
    PROPERTIES,
    Declarations,
    Declared,
    also_known,
    declared_functions,
    parse_declarations,
    sizes_declared,
)
from matcalc.expression.formula import Formula, KnownNames
from matcalc.expression.parser import parse
from matcalc.expression.reading import read_formula

__all__ = [
    "PROPERTIES",
    "Declarations",
    "Declared",
    "Formula",
    "KnownNames",
    "NameConvention",
    "also_known",
    "by_convention",
    "declared_functions",
    "looks_like",
    "parse",
    "parse_declarations",
    "read_formula",
    "scalars",
    "sizes_declared",
]

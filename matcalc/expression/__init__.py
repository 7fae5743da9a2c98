"""The input language: NumPy's notation, read as mathematics."""

from matcalc.expression.parser import parse
from matcalc.expression.reading import Formula, read_formula

__all__ = ["Formula", "parse", "read_formula"]

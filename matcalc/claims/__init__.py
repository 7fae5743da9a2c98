"""Claims: somebody's own formula, held against the derivative; what is wrong and what mends it."""

from matcalc.claims import fit_parts, telling  # they register how answers are told

__all__ = ["fit_parts", "telling"]

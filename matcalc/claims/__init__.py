"""Claims: somebody's own formula, held against the derivative; what is wrong and what mends it."""

from matcalc.claims import telling  # it registers how an answer is told

__all__ = ["telling"]

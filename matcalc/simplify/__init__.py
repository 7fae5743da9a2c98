"""Shorter equal formulas: like terms, common factors, cancellations, functions recognised."""

from matcalc.simplify.simplification import simplified
from matcalc.simplify.stable import named_functions, stable

__all__ = ["named_functions", "simplified", "stable"]

"""Shorter equal formulas: like terms, common factors, cancellations, functions recognised."""

from matcalc.simplify.expansion import NEAR
from matcalc.simplify.simplification import Simplifier, simplified
from matcalc.simplify.stable import named_functions, stable

__all__ = ["NEAR", "Simplifier", "named_functions", "simplified", "stable"]

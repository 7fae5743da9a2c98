"""Shorter equal formulas: like terms, common factors, cancellations, functions recognised."""

from matcalc.simplify.simplification import simplified

__all__ = ["simplified"]

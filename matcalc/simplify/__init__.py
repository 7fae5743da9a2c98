"""Shorter equal formulas: like terms, common factors, cancellations, functions recognised."""

from matcalc.simplify.expansion import NEAR
from matcalc.simplify.lines import REWRITES, Rewrite
from matcalc.simplify.rewriting import noted
from matcalc.simplify.simplification import Simplifier, simplified
from matcalc.simplify.stable import named_functions, stable

__all__ = [
    "NEAR",
    "REWRITES",
    "Rewrite",
    "Simplifier",
    "named_functions",
    "noted",
    "simplified",
    "stable",
]

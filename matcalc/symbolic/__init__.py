"""Formulas from Python: values that operators build, and functions that are traced."""

from matcalc.symbolic.expressions import Symbolic, symbols
from matcalc.symbolic.recording import trace

__all__ = ["Symbolic", "symbols", "trace"]

"""Formulas from Python: values that operators build, and functions that are traced."""

from matcalc.symbolic.expressions import Symbolic, family, symbols, unwrapped, value_of
from matcalc.symbolic.recording import trace
from matcalc.symbolic.tracing import Tracer

__all__ = ["Symbolic", "Tracer", "family", "symbols", "trace", "unwrapped", "value_of"]

"""Explaining: a derivation as a teacher writes it, every formula with its shape."""

from matcalc.explanation.explaining import Explanation, explain
from matcalc.explanation.model import Chain, Code, Equation, Section, Table

__all__ = ["Chain", "Code", "Equation", "Explanation", "Section", "Table", "explain"]

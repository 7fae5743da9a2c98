"""Code from formulas: straight-line NumPy that a careful person would have written."""

from matcalc.code.compiled import Compiled
from matcalc.code.numpy_source import numpy_source

__all__ = ["Compiled", "numpy_source"]

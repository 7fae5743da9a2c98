"""Code from formulas: what a careful person would have written in NumPy, PyTorch or JAX."""

from matcalc.code.compiled import Compiled
from matcalc.code.computed import Batched, Computed
from matcalc.code.dialects import JAX, NUMPY, NUMPY_COMPILED, NUMPY_REUSED, TORCH, Dialect
from matcalc.code.source import Output, Source, source_of
from matcalc.plan.computation import Computation, Returned

__all__ = [
    "JAX",
    "NUMPY",
    "NUMPY_COMPILED",
    "NUMPY_REUSED",
    "TORCH",
    "Batched",
    "Compiled",
    "Computation",
    "Computed",
    "Dialect",
    "Output",
    "Returned",
    "Source",
    "source_of",
]

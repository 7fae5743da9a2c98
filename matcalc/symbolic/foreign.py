"""What is said where a library that knows nothing of formulas fails on one."""

from __future__ import annotations

import sys
from traceback import walk_tb

import numpy as np

from matcalc.errors import NotDifferentiableError
from matcalc.operations import RULES
from matcalc.symbolic.array_functions import FUNCTIONS

#: Libraries whose errors on an array of formulas are none of the traced function's.
_LIBRARIES = frozenset({"cupy", "jax", "numba", "numpy", "pandas", "scipy", "sklearn", "torch"})


def refusal(error: BaseException, *, is_ours: bool) -> NotDifferentiableError | None:
    """An error that names the function of a library that failed; ``None`` where none did.

    Args:
        error: What was raised.
        is_ours: Whether it is an error of matcalc's own, or was caused by one. NumPy and
            PyTorch hand a formula on, so that such an error inside them is not about them.
    """
    found = ""
    libraries = _LIBRARIES - {"numpy", "torch"} if is_ours else _LIBRARIES
    for frame, _ in walk_tb(error.__traceback__):
        module = frame.f_globals.get("__name__", "")
        library = module.partition(".")[0]
        if library not in libraries:
            continue
        found = found or f"a function of {library}"
        public = ".".join(part for part in module.split(".") if not part.startswith("_"))
        name = frame.f_code.co_name
        if not name.startswith("_") and hasattr(sys.modules.get(public), name):
            return _of(public, name)
    if not found and isinstance(error, TypeError) and "Tracer" in str(error):
        found = "a function of another library"
    if not found:
        return None
    return NotDifferentiableError(f"{found} cannot be traced: it takes numbers alone")


def _of(module: str, name: str) -> NotDifferentiableError:
    instead = ""
    if getattr(np.linalg, name, None) in FUNCTIONS:
        instead = f"; np.linalg.{name} can"
    elif name in RULES:
        instead = f"; matcalc.{name} can"
    title = f"{module}.{name}"
    return NotDifferentiableError(f"{title} cannot be traced: it takes numbers alone{instead}")

"""Printing: derivatives and chains as text and LaTeX."""

from matcalc.notation.chains import WrittenChain, written_chain
from matcalc.notation.formulas import write
from matcalc.notation.names import latex_derivative, latex_name, latex_shape
from matcalc.notation.text import derivative_text, text

__all__ = [
    "WrittenChain",
    "derivative_text",
    "latex_derivative",
    "latex_name",
    "latex_shape",
    "text",
    "write",
    "written_chain",
]

"""Printing: derivatives and chains as text and LaTeX."""

from matcalc.notation.chains import WrittenChain, written_chain
from matcalc.notation.derivatives import write_derivative
from matcalc.notation.formulas import Written, write
from matcalc.notation.names import latex_derivative, latex_name, latex_shape
from matcalc.notation.text import derivative_text, text

__all__ = [
    "Written",
    "WrittenChain",
    "derivative_text",
    "latex_derivative",
    "latex_name",
    "latex_shape",
    "text",
    "write",
    "write_derivative",
    "written_chain",
]

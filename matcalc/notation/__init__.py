"""Printing: derivatives and chains as text, in Unicode and in LaTeX."""

from matcalc.notation.chains import WrittenChain, written_chain
from matcalc.notation.derivatives import write_derivative, write_derivatives, write_in_tables
from matcalc.notation.formulas import WrittenFormula, write
from matcalc.notation.names import latex_derivative, latex_name, latex_shape
from matcalc.notation.printers.latex import latex
from matcalc.notation.printers.text import text
from matcalc.notation.printers.unicode import unicode

__all__ = [
    "WrittenChain",
    "WrittenFormula",
    "latex",
    "latex_derivative",
    "latex_name",
    "latex_shape",
    "text",
    "unicode",
    "write",
    "write_derivative",
    "write_derivatives",
    "write_in_tables",
    "written_chain",
]

"""Printing: derivatives and chains as text and LaTeX."""

from matcalc.notation.chains import WrittenChain, written_chain
from matcalc.notation.names import latex_derivative, latex_name, latex_shape

__all__ = ["WrittenChain", "latex_derivative", "latex_name", "latex_shape", "written_chain"]

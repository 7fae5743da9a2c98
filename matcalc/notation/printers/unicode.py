"""Formulas in Unicode: what a person reads in a terminal."""

from __future__ import annotations

from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.printers.mathematics import Forms, Mathematics, as_in_books


def unicode(written: WrittenFormula, forms: Forms = as_in_books) -> str:
    """A formula in Unicode; names for what recurs come first.

    ``⊙``, ``⊘`` and ``x⊙²`` are products, quotients and powers entry by entry, ``Iₙ`` is the
    identity and ``1ₙ`` a column of ones, ``√`` is of the one name or number behind it,
    ``I₅[1:3]`` are rows 1 and 2 of an identity matrix as Python counts, and
    ``(i,j) ↦ Σₖ A[i,k] B[k,j]`` is the array with these entries.

    >>> import matcalc as mc
    >>> from matcalc.expression import read_formula
    >>> from matcalc.notation import write
    >>> x, A = mc.parse_variable("x[n]"), mc.parse_variable("A[n,n]")
    >>> unicode(write(read_formula("2 * (A + A.T) @ x - tr(A) * x", {"x": x, "A": A}).node))
    '2 (A + Aᵀ) x − tr(A) x'
    """
    return "; ".join(unicode_formulas(written, forms))


def unicode_formulas(written: WrittenFormula, forms: Forms = as_in_books) -> list[str]:
    """A name for each part that recurs and its meaning, then the formula.

    Args:
        written: The formula.
        forms: What is done to it before it is spelled.
    """
    return Mathematics(written, forms).formulas()

"""Equations: a derivative on the left, its formula on the right, and shapes under the factors.

A fraction says which layout it is in, as books have it: the side whose axes are reversed carries
a ⊤. Numerator layout is ∂f/∂x⊤, denominator layout is ∂f⊤/∂x; a Hessian is ∂²f/∂x∂x⊤ in both.

Source: Wikipedia, Matrix calculus, section Layout conventions; Magnus & Neudecker, Matrix
Differential Calculus (3rd edition, 2019), chapter 5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from matcalc.dimensions import Shape
from matcalc.errors import NotationError
from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.names import latex_name, latex_shape, spelled_shape, unicode_name
from matcalc.notation.printers.latex import latex_formulas
from matcalc.notation.printers.mathematics import Forms, as_in_books
from matcalc.notation.printers.spelling import POWER, SCALED, SUM, placed, two_lines
from matcalc.notation.printers.text import text_formulas
from matcalc.notation.printers.unicode import unicode_formulas
from matcalc.notation.tree import Phrase, with_args
from matcalc.variables import Variable

EquationForm = Literal["unicode", "latex", "text"]


class Ratio(NamedTuple):
    """What stands on the left.

    Attributes:
        of: What is differentiated.
        by: The variables, in the order of differentiation: one or two.
        layout: ``numerator`` or ``denominator``.
        shape: The shape in this layout, a column as n×1.
    """

    of: Variable
    by: tuple[Variable, ...]
    layout: str
    shape: Shape


def equation(
    ratio: Ratio, written: WrittenFormula, form: EquationForm, *, shapes: bool = False
) -> str:
    """A derivative and its formula on one line; with shapes, in Unicode and text on two.

    Args:
        ratio: The derivative.
        written: Its formula.
        form: ``unicode``, ``latex`` or ``text``.
        shapes: Whether the shape is written under the derivative and under each factor.

    Raises:
        NotationError: There is no such form.
    """
    if form not in _EQUATIONS:
        raise NotationError(f"no form {str(form)[:30]!r}: there are {', '.join(_EQUATIONS)}")
    return _EQUATIONS[form](ratio, written, shapes)


def _in_unicode(ratio: Ratio, written: WrittenFormula, shapes: bool) -> str:
    right = unicode_formulas(written, _forms(shapes))
    of, *by = (unicode_name(one.name) for one in (ratio.of, *ratio.by))
    left = f"∂{'²' if by[1:] else ''}{of}/" + _below([f"∂{name}" for name in by], "²", "")
    return _joined(left, right, spelled_shape(ratio.shape) if shapes else "")


def _forms(shapes: bool) -> Forms:
    """The forms of books, with a place for the shape of each factor if shapes are shown."""
    return _in_places if shapes else as_in_books


def _in_places(written: WrittenFormula) -> WrittenFormula:
    found = as_in_books(written)
    return found._replace(phrase=with_places(found.phrase))


def _in_text(ratio: Ratio, written: WrittenFormula, shapes: bool) -> str:
    phrase = with_places(written.phrase) if shapes else written.phrase
    right = text_formulas(written._replace(phrase=phrase))
    of, *by = (one.name for one in (ratio.of, *ratio.by))
    below = _below([f"d{name}" for name in by], "2", " ")
    left = f"d{'2' if by[1:] else ''}{of}/" + (f"({below})" if " " in below else below)
    return _joined(left, right, "x".join(map(str, ratio.shape)) or "1" if shapes else "")


def _below(by: list[str], square: str, between: str) -> str:
    """What stands below the line, ``∂x``, ``∂x²`` or ``∂x∂y``."""
    return by[0] + square if len(by) == 2 and by[0] == by[1] else between.join(by)


def _joined(left: str, right: list[str], shape: str) -> str:
    """The line; with a shape for the left side a second one."""
    *lets, formula = right
    line = "; ".join([*lets, f"{placed(left, shape) if shape else left} = {formula}"])
    return two_lines(line) if shape else line


def _in_latex(ratio: Ratio, written: WrittenFormula, shapes: bool) -> str:
    *lets, formula = latex_formulas(written, _forms(shapes))
    left = latex_ratio(ratio)
    if shapes:
        left = rf"\underbrace{{{left}}}_{{{latex_shape(ratio.shape) or '1'}}}"
    return r",\quad ".join([*lets, f"{left} = {formula}"])


_EQUATIONS: dict[str, Callable[[Ratio, WrittenFormula, bool], str]] = {
    "unicode": _in_unicode,
    "latex": _in_latex,
    "text": _in_text,
}


def latex_ratio(ratio: Ratio) -> str:
    r"""A derivative as a fraction that shows its layout.

    >>> f, x, y = Variable("f", ()), Variable("x", ("n",)), Variable("y", ("m",))
    >>> latex_ratio(Ratio(y, (x,), "numerator", ("m", "n")))
    '\\frac{\\partial y}{\\partial x^\\top}'
    >>> latex_ratio(Ratio(y, (x,), "denominator", ("n", "m")))
    '\\frac{\\partial y^\\top}{\\partial x}'
    >>> latex_ratio(Ratio(f, (x, x), "numerator", ("n", "n")))
    '\\frac{\\partial^2 f}{\\partial x \\, \\partial x^\\top}'
    """
    by = ratio.by if ratio.layout == "numerator" else ratio.by[::-1]
    above = _turned(ratio.of) if ratio.layout == "denominator" else latex_name(ratio.of.name)
    if len(by) == 1:
        below = _turned(by[0]) if ratio.layout == "numerator" else latex_name(by[0].name)
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"
    first, second = by
    if first == second and not first.rank:
        return rf"\frac{{\partial^2 {above}}}{{\partial {latex_name(first.name)}^2}}"
    marks = _marks(ratio, first, second)
    below = r" \, ".join(rf"\partial {mark(one)}" for mark, one in zip(marks, by, strict=True))
    return rf"\frac{{\partial^2 {above}}}{{{below}}}"


def _marks(ratio: Ratio, first: Variable, second: Variable) -> list[Callable[[Variable], str]]:
    """How each variable of a second derivative is written; of a Hessian the second lies."""
    if not ratio.of.rank and first.rank <= 1 and second.rank <= 1:
        lies = second.rank and (first.rank or ratio.layout == "numerator")
        first_lies = first.rank and not second.rank and ratio.layout == "numerator"
        return [_turned if first_lies else _plain, _turned if lies else _plain]
    return [_turned if ratio.layout == "numerator" else _plain] * 2


def _plain(variable: Variable) -> str:
    return latex_name(variable.name)


def _turned(variable: Variable) -> str:
    """A variable whose axes are reversed."""
    return latex_name(variable.name) + (r"^\top" if variable.rank else "")


def with_places(phrase: Phrase) -> Phrase:
    """A formula whose factors that are arrays are marked: those of every term."""
    if phrase.op in ("plus", "negative"):
        return with_args(phrase, [with_places(arg) for arg in phrase.args])
    return _factors(phrase, SUM)


def _factors(phrase: Phrase, least: int) -> Phrase:
    """A term whose factors are marked; a factor is in parentheses if it binds less tightly."""
    if phrase.op in ("number", "function", "total", "entry"):
        return phrase
    if phrase.op == "matmul":
        return with_args(phrase, [_place(arg, POWER) for arg in phrase.args])
    arrays = [arg for arg in phrase.args if arg.kind != "scalar"]
    if phrase.op == "times" and len(arrays) == 1:  # scalars before it stay as they are
        *scalars, array = phrase.args
        return with_args(phrase, [*scalars, _factors(array, POWER)])
    if phrase.op == "over" and arrays == [phrase.args[0]]:
        above, below = phrase.args
        return with_args(phrase, [_factors(above, SCALED), below])
    if phrase.op in ("times", "over"):
        return with_args(phrase, [_place(arg, POWER) for arg in phrase.args])
    return _place(phrase, least)


def _place(phrase: Phrase, least: int) -> Phrase:
    """A factor, marked if it is an array."""
    if phrase.kind == "scalar":
        return phrase
    return phrase._replace(op="place", args=(phrase,), value=least, parameters=())

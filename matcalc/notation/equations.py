"""Equations: a derivative on the left, its formula on the right, and shapes under the factors.

A fraction says which layout it is in, as books have it: the side whose axes are reversed carries
a ⊤. Numerator layout is ∂f/∂x⊤, denominator layout is ∂f⊤/∂x; a Hessian is ∂²f/∂x∂x⊤ in both.

Source: Wikipedia, Matrix calculus, section Layout conventions; Magnus & Neudecker, Matrix
Differential Calculus (3rd edition, 2019), chapter 5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Shape
from matcalc.errors import NotationError
from matcalc.notation.formulas import Written
from matcalc.notation.latex import Latex
from matcalc.notation.names import latex_name, latex_shape, spelled_shape, unicode_name
from matcalc.notation.phrases import Phrase, with_args
from matcalc.notation.spelling import ATOM, POWER, SCALED, SUM, Piece, Spelled, formula
from matcalc.notation.text import SPELLERS
from matcalc.notation.unicode import Unicode
from matcalc.variables import Variable

EquationForm = Literal["unicode", "latex", "text"]
_OPEN, _UNDER, _CLOSE = "\ue000\ue001\ue002"  # around a factor and its shape; nobody types them
_MARKED = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_UNDER}([^{_OPEN}{_CLOSE}]*){_CLOSE}")


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


def equation(ratio: Ratio, written: Written, form: EquationForm, *, shapes: bool = False) -> str:
    """A derivative and its formula on one line; with shapes, in Unicode and text on two.

    Args:
        ratio: The derivative.
        written: Its formula.
        form: ``unicode``, ``latex`` or ``text``.
        shapes: Whether the shape is written under the derivative and under each factor.

    Raises:
        NotationError: There is no such form.
    """
    if form == "latex":
        return _latex(ratio, written, shapes=shapes)
    if form not in ("unicode", "text"):
        raise NotationError(f"no form {str(form)[:30]!r}: there are unicode, latex and text")
    is_text = form == "text"
    left = (_text_ratio if is_text else _unicode_ratio)(ratio)
    if not shapes:
        right = _in_text(written) if is_text else Unicode(written).formula("; ")
    else:
        left = _under(left, _title(ratio.shape, is_text))
        right = _in_text(_with_places(written)) if is_text else _ShapedUnicode(written).formula("; ")
    *lets, last = right.split("; ")
    line = "; ".join([*lets, f"{left} = {last}"])
    return "\n".join(_two_lines(line)) if shapes else line


def _latex(ratio: Ratio, written: Written, *, shapes: bool) -> str:
    left = latex_ratio(ratio)
    right = (_ShapedLatex if shapes else Latex)(written).formulas()
    if shapes:
        left = rf"\underbrace{{{left}}}_{{{latex_shape(ratio.shape) or '1'}}}"
    return r",\quad ".join([*right[:-1], f"{left} = {right[-1]}"])


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


def _unicode_ratio(ratio: Ratio) -> str:
    of, *by = (unicode_name(one.name) for one in (ratio.of, *ratio.by))
    if len(by) == 1:
        return f"∂{of}/∂{by[0]}"
    return f"∂²{of}/∂{by[0]}" + ("²" if by[0] == by[1] else f"∂{by[1]}")


def _text_ratio(ratio: Ratio) -> str:
    of, *by = (one.name for one in (ratio.of, *ratio.by))
    if len(by) == 1:
        return f"d{of}/d{by[0]}"
    return f"d2{of}/d{by[0]}" + ("2" if by[0] == by[1] else f" d{by[1]}")


def _title(shape: Shape, is_text: bool) -> str:
    return dimensions.times(shape).replace("×", "x") if is_text else spelled_shape(shape)


def _places(phrase: Phrase) -> Phrase:
    """A formula whose factors that are arrays are marked: those of every term."""
    if phrase.op in ("plus", "negative"):
        return with_args(phrase, [_places(arg) for arg in phrase.args])
    return _factors(phrase, SUM)


def _factors(phrase: Phrase, least: int) -> Phrase:
    """A term whose factors are marked; a factor is in parentheses if it binds less tightly."""
    if phrase.op in ("number", "function", "total", "entry"):
        return phrase
    if phrase.op == "matmul":
        return with_args(phrase, [_place(arg, POWER) for arg in phrase.args])
    arrays = [arg for arg in phrase.args if arg.kind != "scalar"]
    if phrase.op == "times":
        only = len(arrays) == 1
        return with_args(
            phrase, [_factors(arg, POWER) if only else _place(arg, POWER) for arg in phrase.args]
        )
    if phrase.op == "over" and phrase.args[1].kind == "scalar":
        above, below = phrase.args
        return with_args(phrase, [_factors(above, SCALED), below])
    if phrase.op == "over":
        return with_args(phrase, [_place(arg, POWER) for arg in phrase.args])
    return _place(phrase, least)


def _place(phrase: Phrase, least: int) -> Phrase:
    """A factor, marked if it is an array."""
    if phrase.kind == "scalar":
        return phrase
    return phrase._replace(op="place", args=(phrase,), value=least, extra=())


def _with_places(written: Written) -> Written:
    return written._replace(phrase=_places(written.phrase))


def _shape_of(phrase: Phrase) -> Shape:
    """The shape of a factor as books write it."""
    ones: dict[str, Callable[[Shape], Shape]] = {
        "column": lambda shape: (*shape, 1),
        "row": lambda shape: (1, *shape),
    }
    return ones[phrase.kind](phrase.shape) if phrase.kind in ones else phrase.shape


def _binding(phrase: Phrase) -> int:
    """How tightly a marked factor binds."""
    return SCALED if phrase.value == SCALED else ATOM


class _ShapedLatex(Latex):
    """LaTeX with a brace and its shape under each factor."""

    def __init__(self, written: Written) -> None:
        super().__init__(written)
        self.written = _with_places(self.written)
        self.spellers["place"] = self.place

    def place(self, phrase: Phrase, args: Sequence[Piece]) -> Spelled:
        """A factor over its shape."""
        shown, shape = self.within(args[0], phrase.value), latex_shape(_shape_of(phrase))
        return rf"\underbrace{{{shown}}}_{{{shape}}}", _binding(phrase)


class _ShapedUnicode(Unicode):
    """Unicode whose factors are marked with their shapes."""

    def __init__(self, written: Written) -> None:
        super().__init__(written)
        self.written = _with_places(self.written)
        self.spellers["place"] = self.place

    def place(self, phrase: Phrase, args: Sequence[Piece]) -> Spelled:
        """A factor with its shape."""
        shown = self.within(args[0], phrase.value)
        return _under(shown, spelled_shape(_shape_of(phrase))), _binding(phrase)


def _in_text(written: Written) -> str:
    def place(phrase: Phrase, args: Sequence[Piece]) -> Spelled:
        piece = args[0]
        shown = piece.text if piece.binds >= phrase.value else f"({piece.text})"
        return _under(shown, _title(_shape_of(phrase), is_text=True)), _binding(phrase)

    return formula(written, SPELLERS | {"place": place}, "; ")


def _under(shown: str, shape: str) -> str:
    return f"{_OPEN}{shown}{_UNDER}{shape}{_CLOSE}"


def _two_lines(marked: str) -> list[str]:
    """A line with the shapes that it is marked with below it."""
    top = bottom = ""
    pieces = _MARKED.split(marked)
    for k in range(0, len(pieces), 3):
        top, bottom = top + pieces[k], bottom + " " * len(pieces[k])
        if k + 2 < len(pieces):
            width = max(map(len, pieces[k + 1 : k + 3]))
            top, bottom = top + pieces[k + 1].center(width), bottom + pieces[k + 2].center(width)
    return [top.rstrip(), bottom.rstrip()]

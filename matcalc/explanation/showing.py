"""Formulas as an explanation shows them: ``dL_dz3`` of the input language is ∂L/∂z₃."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcalc.explanation.computation import Computation
from matcalc.explanation.model import Equation, Notation
from matcalc.graph import Node
from matcalc.layout import Written as Form
from matcalc.layout import written
from matcalc.notation import Written, latex, latex_derivative, latex_name, text, unicode
from matcalc.notation.names import latex_plain, unicode_name
from matcalc.notation.phrases import Phrase, plus, times, transpose
from matcalc.variables import Variable


class Showing:
    """Writes the equations of one explanation."""

    def __init__(self, computation: Computation) -> None:
        self.computation = computation
        self.bars = sorted(computation.bars.items(), key=lambda item: -len(item[1]))

    def value(self, name: str) -> Equation:
        """What an operation computes: ``z₂ = W₂ x``."""
        c = self.computation
        node = c.definitions[name]
        found = c.write(node)
        return self.equation(
            Notation(unicode_name(name), latex_name(name)),
            found,
            Equation(*_NOTHING, name, "", False, "", node.shape, shape_title(c.variables[name])),
        )

    def local(self, of: str, wrt: str, layout: str = "") -> Equation:
        """The derivative of one operation."""
        c = self.computation
        node = c.simple(c.local(of, wrt))
        return self.derivative(c.write(node, self.form(of, wrt, layout)), of, wrt, True, layout)

    def total(self, wrt: str, node: Node | None = None) -> Equation:
        """The derivative of the result, by those of what its operand is used in."""
        c = self.computation
        node = c.total(wrt) if node is None else node
        found = c.write(node, c.form(c.of.name, wrt))
        return self.derivative(turned(found), c.of.name, wrt, False)

    def derivative(
        self, found: Written, of: str, wrt: str, local: bool, layout: str = ""
    ) -> Equation:
        """An equation for a derivative that is written."""
        form = self.form(of, wrt, layout)
        layout = layout or self.computation.layout
        shown = "a number" if form.title == "1" else form.title
        about = Equation(*_NOTHING, of, wrt, local, layout, form.shape, shown)
        return self.equation(self.ratio(of, wrt), found, about)

    def equation(self, left: Notation, found: Written, about: Equation) -> Equation:
        """An equation with its right side."""
        formula = text(found)
        uses = self.computation.uses(formula)
        return about._replace(left=left, right=self.notation(found), text=formula, uses=uses)

    def form(self, of: str, wrt: str, layout: str = "") -> Form:
        """How a layout writes a derivative."""
        variables = self.computation.variables
        return written(variables[of], variables[wrt], layout or self.computation.layout)

    def ratio(self, of: str, wrt: str) -> Notation:
        """A derivative by its names."""
        above, below = self.computation.variables[of], self.computation.variables[wrt]
        shown = f"∂{unicode_name(of)}/∂{unicode_name(wrt)}"
        return Notation(shown, latex_derivative(above, below))

    def notation(self, found: Written) -> Notation:
        """A formula with derivatives in it as they are shown."""
        return Notation(self.in_unicode(unicode(found)), self.in_latex(latex(found)))

    def in_unicode(self, shown: str) -> str:
        """Derivatives in a formula: ∂L/∂z₃ is what the layout writes, the other is transposed."""
        c = self.computation
        for name, bar in self.bars:
            if unicode_name(bar) not in shown and bar not in shown:
                continue
            ratio = self.ratio(c.of.name, name).unicode
            plain, turned_ = self.stands(name, ratio)
            if not (c.of.rank or c.variables[name].rank) and shown not in (bar, unicode_name(bar)):
                plain = f"({ratio})"
            for base in dict.fromkeys((unicode_name(bar), bar)):
                pattern = rf"(?<!\w){re.escape(base)}(?![₀-₉A-Za-z0-9_])(ᵀ|(?=\[))?"
                shown = self.replaced(pattern, shown, (plain, turned_, ratio))
        return shown

    @staticmethod
    def replaced(pattern: str, shown: str, forms: tuple[str, str, str]) -> str:
        """A name replaced: as it stands, transposed, and before the index of an entry."""
        plain, transposed, entry = forms

        def form(found: re.Match[str]) -> str:
            if shown[found.end() : found.end() + 1] == "[":
                return entry
            return transposed if found[1] else plain

        return re.sub(pattern, form, shown)

    def in_latex(self, shown: str) -> str:
        """The same in LaTeX."""
        c = self.computation
        for name, bar in self.bars:
            if latex_name(bar) not in shown and latex_plain(bar) not in shown:
                continue
            ratio = self.ratio(c.of.name, name).latex
            plain, turned_ = self.stands(name, ratio, r"\left({}\right)^\top")
            for base in dict.fromkeys((latex_name(bar), latex_plain(bar))):
                shown = shown.replace(base + r"^\top", turned_)
                shown = shown.replace(base + "_{", rf"\left({ratio}\right)_{{")
                shown = shown.replace(base, plain)
        return shown

    def stands(self, name: str, ratio: str, mark: str = "({})ᵀ") -> tuple[str, str]:
        """How the array of a derivative is shown, as it is stored and transposed."""
        c = self.computation
        below = c.variables[name]
        stored = "numerator" if c.of.rank else "denominator"
        if stored == c.layout or not (c.of.rank or below.rank):
            return ratio, mark.format(ratio)
        return mark.format(ratio), ratio


_NOTHING = (Notation("", ""), Notation("", ""), "", ())


def shape_title(variable: Variable) -> str:
    """The shape of a variable as books write it: a vector is a column."""
    if not variable.shape:
        return "a number"
    return "×".join(map(str, variable.shape if variable.rank > 1 else (*variable.shape, 1)))


def turned(found: Written) -> Written:
    """A formula whose transpose stands at the names, also in sums and products by entries."""
    if found.phrase.op == "transpose":
        return found._replace(phrase=_turned(found.phrase.args[0]))
    return found


def _turned(phrase: Phrase) -> Phrase:
    if phrase.op not in ("plus", "times"):
        return transpose(phrase)
    make = plus if phrase.op == "plus" else times
    return make([_turned(one) for one in phrase.args])


def names_in_unicode(path: Sequence[Variable]) -> list[Variable]:
    """Variables under the names that a terminal shows."""
    return [one._replace(name=unicode_name(one.name)) for one in path]

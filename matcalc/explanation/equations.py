"""Formulas as an explanation shows them: ``dL_dz3`` of the input language is ∂L/∂z₃."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from matcalc.explanation.computation import Computation
from matcalc.explanation.model import Equation, Notation
from matcalc.graph import Node
from matcalc.layout import Written as Form
from matcalc.layout import written
from matcalc.notation import Written, latex, latex_derivative, latex_name, text, unicode
from matcalc.notation.names import latex_plain, unicode_name
from matcalc.notation.phrases import plus, times, transpose
from matcalc.notation.printers.legend import meanings
from matcalc.notation.tree import Phrase
from matcalc.variables import Variable

_WORD = re.compile(r"(?<!\w)((?:(?!ᵀ)\w)+)(ᵀ|\[[^\]]*\])?")
_BASE = r"\\mathit\{[^}]*\}(?:_\{\d+\})?"
_ITALIC = re.compile(
    rf"\\left\((?P<inside>{_BASE})\\right\)_\{{(?P<letters>[\w,]+)\}}"
    rf"|(?P<base>{_BASE})(?:(?P<top>\^\\top)|_\{{(?P<below>[\w,]+)\}})?"
)


class Showing:
    """Writes the equations of one explanation."""

    def __init__(self, computation: Computation) -> None:
        self.computation = computation
        bars = computation.bars.items()
        self.in_words = {form: k for k, bar in bars for form in (unicode_name(bar), bar)}
        self.in_italics = {
            form: k for k, bar in bars for form in (latex_name(bar), latex_plain(bar))
        }
        self.locals: dict[tuple[str, str, str], Equation] = {}
        self.totals: dict[str, Equation] = {}
        self.values: dict[str, Equation] = {}

    def value(self, name: str) -> Equation:
        """What an operation computes: ``z₂ = W₂ x``."""
        if name in self.values:
            return self.values[name]
        c = self.computation
        node = c.definitions[name]
        found = c.write(node)
        self.values[name] = self.equation(
            Notation(unicode_name(name), latex_name(name)),
            found,
            Equation(*_NOTHING, name, "", False, "", node.shape, shape_title(c.variables[name])),
        )
        return self.values[name]

    def local(self, of: str, wrt: str, layout: str = "") -> Equation:
        """The derivative of one operation."""
        c = self.computation
        asked = of, wrt, layout or c.layout
        if asked not in self.locals:
            written_ = c.write(c.simple_local(of, wrt), self.form(*asked))
            self.locals[asked] = self.derivative(written_, of, wrt, True, layout)
        return self.locals[asked]

    def total(self, wrt: str, node: Node | None = None) -> Equation:
        """The derivative of the result, by those of what its operand is used in."""
        c = self.computation
        if node is None and wrt not in self.totals:
            self.totals[wrt] = self.total(wrt, c.total(wrt))
        if node is None:
            return self.totals[wrt]
        found = c.write(node, c.form(c.of.name, wrt))
        return self.derivative(turned(found), c.of.name, wrt, False)

    @cached_property
    def signs(self) -> list[str]:
        """What the signs mean in the operations, their derivatives and the products of these."""
        c = self.computation
        found = [self.value(name) for name in c.definitions]
        found += [self.local(*edge) for edge in c.edges]
        found += [self.total(name) for name in c.above if name != c.of.name]
        return meanings(" ".join(one.right.unicode for one in found))

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

    def entry(self, wrt: str, letters: Sequence[str]) -> Notation:
        """The derivative with respect to an entry, each index where it belongs: ∂f[i]/∂x[j].

        Not an entry of the derivative, which has other places in each layout.
        """
        c = self.computation
        of = c.of.name
        if not letters:
            return self.ratio(of, wrt)
        above = entry_of(of, letters[: c.of.rank])
        below = entry_of(wrt, letters[c.of.rank :])
        return Notation(
            f"∂{above.unicode}/∂{below.unicode}",
            rf"\frac{{\partial {above.latex}}}{{\partial {below.latex}}}",
        )

    def notation(self, found: Written) -> Notation:
        """A formula with derivatives in it as they are shown."""
        shown = unicode(found)
        alone = shown if found.phrase.op == "name" else ""
        return Notation(self.in_unicode(shown, alone), self.in_latex(latex(found)))

    def in_unicode(self, shown: str, alone: str = "") -> str:
        """Derivatives in a formula: ∂L/∂z₃ is what the layout writes, the other is transposed."""
        c = self.computation

        def form(found: re.Match[str]) -> str:
            name, after = self.in_words.get(found[1]), found[2] or ""
            if name is None:
                return found[0]
            if after.startswith("["):
                return self.entry(name, after[1:-1].split(",")).unicode
            ratio = self.ratio(c.of.name, name).unicode
            if not (c.of.rank or c.variables[name].rank or alone):
                return f"({ratio})"
            return self.stands(name, ratio)[bool(after)]

        return _WORD.sub(form, shown)

    def in_latex(self, shown: str) -> str:
        """The same in LaTeX."""
        c = self.computation

        def form(found: re.Match[str]) -> str:
            name = self.in_italics.get(found["base"] or found["inside"])
            if name is None:
                return found[0]
            letters = found["letters"] or found["below"]
            if letters:
                given = letters.split(",") if "," in letters else [*letters]
                return self.entry(name, given).latex
            ratio = self.ratio(c.of.name, name).latex
            return self.stands(name, ratio, r"\left({}\right)^\top")[bool(found["top"])]

        return _ITALIC.sub(form, shown)

    def stands(self, name: str, ratio: str, mark: str = "({})ᵀ") -> tuple[str, str]:
        """How the array of a derivative is shown, as it is stored and transposed."""
        c = self.computation
        below = c.variables[name]
        stored = "numerator" if c.of.rank else "denominator"
        if stored == c.layout or not (c.of.rank or below.rank):
            return ratio, mark.format(ratio)
        return mark.format(ratio), ratio


_NOTHING = (Notation("", ""), Notation("", ""), "", ())


def entry_of(name: str, letters: Sequence[str]) -> Notation:
    """An entry of what has a name; without letters the name."""
    shown, spelled = unicode_name(name), latex_name(name)
    if not letters:
        return Notation(shown, spelled)
    base = rf"\left({spelled}\right)" if "_{" in spelled else spelled
    return Notation(f"{shown}[{','.join(letters)}]", f"{base}_{{{_indices(letters)}}}")


def _indices(letters: Sequence[str]) -> str:
    return (",".join if any(len(one) > 1 for one in letters) else "".join)(letters)


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

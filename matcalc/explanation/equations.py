"""Formulas as an explanation shows them: ``dL_dz3`` of the input language is ∂L/∂z₃."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from matcalc.explanation.computation import ForwardPass
from matcalc.explanation.model import Equation, Notation, RightSide
from matcalc.graph import Node
from matcalc.layout import ArrayForm, written
from matcalc.notation import WrittenFormula, latex_derivative, latex_name
from matcalc.notation.names import unicode_name
from matcalc.notation.phrases import plus, times, transpose
from matcalc.notation.printers.legend import meanings
from matcalc.notation.tables import tabled
from matcalc.notation.tree import Phrase
from matcalc.variables import Variable


class Showing:
    """Writes the equations of one explanation."""

    def __init__(self, computation: ForwardPass) -> None:
        self.computation = computation
        self.locals: dict[tuple[str, str, str], Equation] = {}
        self.totals: dict[str, Equation] = {}
        self.values: dict[str, Equation] = {}

    def value(self, name: str) -> Equation:
        """What an operation computes: ``z₂ = W₂ x``."""
        if name in self.values:
            return self.values[name]
        c = self.computation
        node = c.definitions[name]
        found = c.write(tabled(node))
        self.values[name] = Equation(
            Notation(unicode_name(name), latex_name(name)),
            self.right(found),
            c.uses(found),
            of=name,
            shape=node.shape,
            title=shape_title(c.variables[name]),
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
        return meanings(one.right.shown for one in found)

    def derivative(
        self, found: WrittenFormula, of: str, wrt: str, local: bool, layout: str = ""
    ) -> Equation:
        """An equation for a derivative that is written."""
        form = self.form(of, wrt, layout)
        layout = layout or self.computation.layout
        shown = "a number" if form.title == "1" else form.title
        return Equation(
            self.ratio(of, wrt),
            self.right(found),
            self.computation.uses(found),
            of=of,
            wrt=wrt,
            local=local,
            layout=layout,
            shape=form.shape,
            title=shown,
        )

    def form(self, of: str, wrt: str, layout: str = "") -> ArrayForm:
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

    def right(self, shown: WrittenFormula, read: WrittenFormula | None = None) -> RightSide:
        """A formula with derivatives in it as such; ``read`` is it in the input language."""
        return RightSide(self.computation.with_derivatives(shown), shown if read is None else read)

    def piece(self, phrase: Phrase) -> str:
        """A part of a formula as a terminal shows it."""
        return self.right(WrittenFormula((), phrase)).unicode


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


def turned(found: WrittenFormula) -> WrittenFormula:
    """A formula whose transpose stands at the names, also in sums and products by entries."""
    if found.phrase.op == "transpose":
        return found._replace(phrase=_turned(found.phrase.args[0]))
    return found


def _turned(phrase: Phrase) -> Phrase:
    if phrase.op not in ("plus", "times"):
        return transpose(phrase)
    make = plus if phrase.op == "plus" else times
    return make([_turned(one) for one in phrase.args])


def without_numbers(phrase: Phrase) -> Phrase:
    """A product without the numbers in front of it."""
    while phrase.op in ("negative", "over", "times"):
        inner = phrase.args[-1 if phrase.op == "times" else 0]
        if any(one.kind != "scalar" for one in phrase.args if one is not inner):
            break
        phrase = inner
    return phrase


def names_in_unicode(path: Sequence[Variable]) -> list[Variable]:
    """Variables under the names that a terminal shows."""
    return [one._replace(name=unicode_name(one.name)) for one in path]

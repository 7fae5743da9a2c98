"""A derivative as it is written down: names, shapes, formulas, source, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Generic, Literal

from matcalc.arrays import Array, given_arrays
from matcalc.code import Computation, Dialect, Output, Source, source_of
from matcalc.code.origin import origin
from matcalc.dimensions import Shape
from matcalc.errors import NotationError, TooLargeError, printable
from matcalc.expression import Formula
from matcalc.graph import Data, Node, Symbol, topological
from matcalc.jacobians.computable import Computable
from matcalc.jacobians.linear_map import Given, entries, order_of
from matcalc.jacobians.point import Point
from matcalc.layout import ArrayForm, Tag, written
from matcalc.notation import (
    WrittenChain,
    WrittenFormula,
    text,
    write_derivative,
    write_derivatives,
    written_chain,
)
from matcalc.notation.equations import EquationForm, Ratio, equation
from matcalc.notation.names import unicode_name
from matcalc.notation.printers.latex import latex
from matcalc.notation.printers.mathml import mathml
from matcalc.notation.printers.unicode import unicode
from matcalc.pictures import FACTORS, Picture, chain_svg, graph_svg, shapes_svg
from matcalc.plan.running import Bindings, Keep
from matcalc.simplify import stable
from matcalc.variables import Variable, ratio, second_derivative, word

_SHOWN = 200  # characters of a formula in a line
_LEFT = "width: fit-content; margin: .3rem 0 .3rem 1rem"  # as everything else in a notebook
_NODES = 1000  # operations; what has more is not written for a line


def written_for_code(
    nodes: Sequence[tuple[Node, ArrayForm | None]], names: Sequence[str], named: Mapping[str, Node]
) -> list[WrittenFormula]:
    """The formulas of nodes in the form in which they are computed, what recurs once.

    Args:
        nodes: Each with the form in which its axes are written; none for a value, as it is.
        names: The variables in the order in which terms should mention them.
        named: The intermediate results that have names.
    """
    became = stable([*(node for node, _ in nodes), *named.values()])
    known = {became[node]: name for name, node in named.items()}
    return write_derivatives([(became[node], form) for node, form in nodes], names, known)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WrittenDerivative(Computable, Generic[Tag]):
    """The entries of a derivative, and all that can be read of them without multiplying.

    Attributes:
        held: The entries: a graph, or numbers for the factors of one.
        path: The variables of the chain that it was composed along, the outermost first.
        tag: The layout, as a type: ``Numerator`` or ``Denominator``.
        formula: What it was derived from, if it was derived from a formula.
        accumulations: Of a sum over paths whose order was chosen: each order that was tried, and
            how many multiplications it takes.
    """

    held: Node | Point
    path: tuple[Variable, ...]
    tag: type[Tag]
    formula: Formula | None = None
    accumulations: dict[str, int] = field(default_factory=dict, init=False)
    _trees: dict[bool, WrittenFormula] = field(default_factory=dict, init=False)
    _symbols: dict[str, Node] = field(default_factory=dict, init=False)
    _bindings: Bindings = field(default_factory=Bindings, init=False)

    @property
    def node(self) -> Node:
        """The entries, as a graph."""
        return self.held.node if isinstance(self.held, Point) else self.held

    @property
    def of(self) -> Variable:
        """The variable above the line."""
        return self.path[0]

    @property
    def wrt(self) -> Variable:
        """The variable below the line."""
        return self.path[-1]

    @property
    def layout(self) -> str:
        """The layout by name: ``"numerator"`` or ``"denominator"``."""
        return self.tag.name

    @property
    def _written(self) -> ArrayForm:
        return written(self.of, self.wrt, self.tag.name)

    @property
    def _chain(self) -> WrittenChain:
        return written_chain(self.path, self.tag.name)

    @property
    def shape(self) -> Shape:
        """The shape of the array in this layout."""
        return self._written.shape

    @property
    def matrix_shape(self) -> Shape | None:
        """Rows × columns as books write it, a column as n×1; ``None`` above rank 2."""
        return self._written.matrix_shape

    def tree(self, *, indices: bool = False) -> WrittenFormula:
        """The formula in this layout as a tree of notation, from which all forms are spelled.

        Args:
            indices: Whether products are written in index notation, whatever they are.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.
        """
        if indices not in self._trees:
            names = tuple(self.formula.symbols) if self.formula else ()
            given = self.formula.named.items() if self.formula else ()
            named = {node: name for name, node in given}
            self._trees[indices] = write_derivative(
                self.node, self._written, names, named, indices=indices, tables=True
            )
        return self._trees[indices]

    @property
    def text(self) -> str:
        """The formula in this layout, in matrix notation where there is one, else as an einsum.

        It is written in the input language; a derivative with respect to a vector is a row in
        numerator layout and a column in denominator layout.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> J = mc.rules.softmax("x[n]")
        >>> J.text
        'diag(softmax(x)) - softmax(x) @ softmax(x).T'
        >>> mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").to("denominator").text
        '(A + A.T) @ x'
        """
        return text(self.tree())

    @property
    def unicode(self) -> str:
        """The formula in this layout as books print it, in Unicode.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").to("denominator").unicode
        '(A + Aᵀ) x'
        """
        return unicode(self.tree())

    @property
    def latex(self) -> str:
        r"""The formula in this layout as books print it, in LaTeX.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> print(mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").to("denominator").latex)
        \left(A + A^\top\right) x
        """
        return latex(self.tree())

    def equation(self, form: EquationForm = "unicode", *, shapes: bool = False) -> str:
        r"""The whole line: the derivative, and its formula in this layout.

        In LaTeX the fraction shows the layout: what is transposed in it carries a ⊤, as
        ∂f/∂xᵀ in numerator and ∂fᵀ/∂x in denominator layout.

        Args:
            form: ``"unicode"``, ``"latex"`` or ``"text"``.
            shapes: Whether shapes are written under the derivative and under each factor: in
                LaTeX with braces, in Unicode and text on a second line.

        Raises:
            NotationError: There is no such form.
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> J = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x", of="f", layout="denominator")
        >>> J.equation()
        '∂f/∂x = (A + Aᵀ) x'
        >>> print(J.equation(shapes=True))
        ∂f/∂x = (A + Aᵀ)  x
         n×1      n×n    n×1
        >>> print(J.to("numerator").equation("latex"))
        \frac{\partial f}{\partial x^\top} = x^\top \left(A + A^\top\right)
        """
        form_of = self._written
        shape = self.shape if form_of.matrix_shape is None else form_of.matrix_shape
        of, by = self._differentiated
        return equation(Ratio(of, by, self.layout, shape), self.tree(), form, shapes=shapes)

    @property
    def _differentiated(self) -> tuple[Variable, tuple[Variable, ...]]:
        """What is differentiated, once or twice, and with respect to what."""
        twice = second_derivative(self.of, self.wrt)
        if twice is None or self.formula is None:
            return self.of, (self.wrt,)
        above, below, _ = twice
        known = {**self.formula.symbols, **self.formula.named}
        first = known[below].shape if below in known else self.of.shape[-1:]  # vech(S)
        rank = self.of.rank - len(first)
        return Variable(above, self.of.shape[:rank]), (Variable(below, first), self.wrt)

    @property
    def einsum(self) -> str:
        """The formula in this layout in index notation: products as einsums, whatever they are.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").to("denominator").einsum
        'einsum("ij,j->i", A, x) + einsum("ji,j->i", A, x)'
        """
        return text(self.tree(indices=True))

    def _source(self, dialect: Dialect) -> Source:
        formula = self.formula.text if self.formula else ""
        summary = "\n".join([f"{self.code_title}.", "", *origin([formula])])
        output = Output(self._computed())
        return source_of([output], self._shapes(), self.function_name, summary, dialect)

    @property
    def code_title(self) -> str:
        """What it is, in the docstring of source."""
        return f"{ratio(self.of, self.wrt)} in {self.layout} layout"

    def _computed(self) -> WrittenFormula:
        """The formula in the form in which it is computed."""
        named = self.formula.named if self.formula else {}
        names = tuple(self.formula.symbols) if self.formula else ()
        (written,) = written_for_code([(self.node, self._written)], names, named)
        return written

    def _computation(self) -> Computation:
        return Computation((self.node,), (order_of(self._written),), 0, symbols_of(self))

    def _accumulations(self) -> Mapping[str, int]:
        return self.accumulations

    def _leaves(self) -> dict[str, Node]:
        return dict(leaves_of(self))

    @property
    def function_name(self) -> str:
        """What source calls it: ``df_dx``."""
        twice = second_derivative(self.of, self.wrt)
        above, *below = (self.of.name, self.wrt.name) if twice is None else twice
        names = [f"d{'' if twice is None else 2}{above}", *below]
        return "_d".join(map(word, names))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of how the formula was read."""
        return self.formula.notes if self.formula else ()

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Those of the notes that say what was not typed and changes the answer."""
        return self.formula.assumptions if self.formula else ()

    def evaluate(self, /, **arrays: Any) -> Array:
        """The numbers of a formula, in this layout.

        Args:
            arrays: The variables by name, vectors as one-dimensional arrays; dimensions as whole
                numbers, where no variable has them.

        Raises:
            UnboundError: A variable or a dimension has no numbers.
            ShapeError: An array has another shape than its variable.
            ArrayError: There is no variable of that name, or its numbers are not real.

        >>> import matcalc as mc
        >>> J = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x")
        >>> J.evaluate(x=[1.0, 2.0], A=[[1.0, 2.0], [3.0, 4.0]])
        array([12., 21.])
        """
        return self._bindings.run(
            "entries",
            self._numbers(arrays),
            lambda keep: entries(self._network, self._written, self._given(arrays, keep)),
        )

    @property
    def _network(self) -> Node:
        """The entries as they are computed: at a point with a symbol for each factor."""
        return self.held.network.node if isinstance(self.held, Point) else self.held

    def _numbers(self, arrays: Mapping[str, Any]) -> Mapping[str, Any]:
        """What somebody gave by name, and the factors that are held."""
        return {**arrays, **self.held.numbers} if isinstance(self.held, Point) else arrays

    def _given(self, arrays: Mapping[str, Any], keep: Keep | None = None) -> Given:
        """What is given by name, as arrays and sizes."""
        if not isinstance(self.held, Point):
            return Given(*given_arrays(symbols_of(self), arrays), keep)
        given_arrays({}, arrays)  # nothing but sizes
        return Given(*given_arrays(self.held.network.symbols, self._numbers(arrays)), keep)

    def __repr__(self) -> str:
        """One line: the formula or the names and the shapes, and the layout."""
        shown = self._formula_line()
        if shown is None:
            return f"<{self.headline}>"
        return f"<{shown}, {self.layout} layout, {self._written.title}>"

    @property
    def headline(self) -> str:
        """What it is without its formula: the names with their shapes, and the layout."""
        through = ", ".join(map(str, self.path[1:-1]))
        return f"{self._title}, {self.layout} layout, {self._written.title}" + (
            f", through {through}" if through else ""
        )

    def _formula_line(self) -> str | None:
        """The equation, cut where it is long; ``None`` where there is none to be shown."""
        if not self._is_of_formula or len(topological(self.node)) > _NODES:
            return None
        try:
            shown = self.equation()
        except TooLargeError:
            return None
        return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"

    @property
    def _title(self) -> str:
        """The derivative with the shapes of its variables."""
        if second_derivative(self.of, self.wrt):
            return ratio(self.of, self.wrt)
        return f"∂{self.of}/∂{self.wrt}"

    def __str__(self) -> str:
        """The product in its order, with the shape under each factor; of a formula the formula."""
        if self._is_of_formula:
            return f"{self.layout} layout, {self._written.title}\n{self.equation()}"
        return "\n".join([f"{self.layout} layout", *self._chain.lines()])

    @property
    def _is_of_formula(self) -> bool:
        """Whether it was derived from a formula that can be written down, and not composed."""
        if self.formula is None or len(self.path) != 2:
            return False
        return not any(isinstance(node, Data) for node in topological(self.node))

    def svg(self, picture: Literal["chain", "shapes", "graph"] | None = None) -> Picture:
        """A picture as SVG text, for a file or a page, which a notebook shows; light and dark.

        Args:
            picture: ``"chain"``: the factors and the result, to scale, in both layouts;
                ``"shapes"``: in this layout alone; ``"graph"``: how the formula is computed, the
                shape on each arrow, with the paths from ``wrt`` to the result. If it is not given
                a graph of a formula, as the command line draws it, and else a chain.

        Raises:
            NotationError: There is no such picture, or no formula to draw the graph of.

        >>> import matcalc as mc
        >>> J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="numerator")
        >>> J.svg("graph").partition(" ")[0]
        '<svg'
        """
        chosen = picture or ("graph" if self._is_of_formula else "chain")
        if chosen == "chain":
            return Picture(chain_svg(self.path))
        if chosen == "shapes":
            return Picture(shapes_svg(self._chain))
        if chosen != "graph":
            raise NotationError(f"no picture {picture!r}: there are chain, shapes and graph")
        if self.formula is None:
            raise NotationError("a graph is drawn of a formula, as matcalc.derive reads it")
        return Picture(graph_svg(self.formula, self.of.name, [self.wrt.name]))

    def _repr_html_(self) -> str | None:
        if self._is_of_formula:
            said = (f"{self.layout} layout, {self._written.title}", *self.notes)
            below = "<br/>".join(escape(printable(one)) for one in said)
            shown = mathml(self.tree(), unicode_name(ratio(self.of, self.wrt)))
            return f'<math display="block" style="{_LEFT}">{shown}</math><small>{below}</small>'
        return chain_svg(self.path) if len(self.path) <= FACTORS + 1 else None

    def _repr_latex_(self) -> str:
        shown = self.equation("latex") if self._is_of_formula else self._chain.latex()
        return f"$\\displaystyle {shown}$"


def symbols_of(derivative: WrittenDerivative[Any]) -> dict[str, Node]:
    """Every variable that has a name: those of the formula, and those in the entries."""
    known = derivative._symbols  # pyright: ignore[reportPrivateUsage] - both are of this module
    if not known:
        known.update((k, node) for k, node in leaves_of(derivative) if not isinstance(node, Data))
    return known


def leaves_of(*derivatives: WrittenDerivative[Any]) -> Iterator[tuple[str, Node]]:
    """The variables of formulas, those in the entries, and arrays that have names.

    What several derivatives hold comes once, and what one name means in each of them.
    """
    formulas = formulas_of(derivatives)
    for formula in formulas:
        yield from ((name, formula.symbols[name]) for name in formula.variables)
    for node in topological(*(one.node for one in derivatives)):
        if isinstance(node, Symbol):
            yield node.name, node
    for formula in formulas:
        yield from ((k, node) for k, node in formula.named.items() if isinstance(node, Data))


def formulas_of(derivatives: Iterable[WrittenDerivative[Any]]) -> list[Formula]:
    """The formulas that derivatives are of, each once."""
    return list({id(one.formula): one.formula for one in derivatives if one.formula}.values())

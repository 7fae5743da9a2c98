"""A derivation, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from matcalc.derivation import derive
from matcalc.errors import NotationError
from matcalc.explanation.backward import sweep
from matcalc.explanation.computation import ForwardPass
from matcalc.explanation.equations import Showing
from matcalc.explanation.fitting import dimension_check
from matcalc.explanation.forward import chain, forward, local_derivatives, variables
from matcalc.explanation.html import html
from matcalc.explanation.index_form import index_form
from matcalc.explanation.markdown import latex_page, markdown
from matcalc.explanation.model import Chain, Equation, Section, as_json
from matcalc.explanation.outcome import gradient_first, result, second_result
from matcalc.explanation.terminal import text_lines
from matcalc.expression import (
    Declarations,
    KnownNames,
    declared_functions,
    parse_declarations,
)
from matcalc.inputs.entrance import entered
from matcalc.jacobians.jacobian import Jacobian
from matcalc.layout import find_layout
from matcalc.notation.names import unicode_name
from matcalc.notation.printers.text import text_formulas
from matcalc.simplify import noted
from matcalc.symbolic import Symbolic
from matcalc.variables import Variable

Level = Literal["short", "full"]
LEVELS: tuple[Level, ...] = ("short", "full")


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """A derivation, step by step.

    Attributes:
        of: What is differentiated.
        wrt: What it is differentiated with respect to.
        layout: The layout of all formulas.
        level: ``"short"`` or ``"full"``.
        program: The operations as one formula, in the input language, each with a name.
        sections: The parts, in order.
        gradient_of: Where the second derivative is explained, as that of the gradient: of what.
        assumptions: What was not typed, and decides how the expression is read.

    >>> import matcalc as mc
    >>> steps = mc.explain("A @ x", wrt="x", variables="A[m,n] x[n]", layout="denominator")
    >>> steps.title, steps.agrees
    ('∂f/∂x in denominator layout, step by step', True)
    """

    of: Variable
    wrt: Variable
    layout: str
    level: str
    program: str
    sections: tuple[Section, ...]
    gradient_of: str = ""
    assumptions: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What is explained: ``∂L/∂W₂ in denominator layout, step by step``."""
        of, wrt = unicode_name(self.of.name), unicode_name(self.wrt.name)
        if self.gradient_of:
            above = unicode_name(self.gradient_of)
            return f"∂²{above}/∂{wrt}² in {self.layout} layout, step by step"
        return f"∂{of}/∂{wrt} in {self.layout} layout, step by step"

    @property
    def agrees(self) -> bool | None:
        """Whether what is shown was found to be right by numbers; ``None``: nothing was checked."""
        found = {one.agrees for one in self.sections} - {None}
        return all(found) if found else None

    @property
    def equations(self) -> Iterator[Equation]:
        """Every formula that is shown, those of the factors of chains too."""
        for section in self.sections:
            for item in section.items:
                if isinstance(item, Equation):
                    yield item
                elif isinstance(item, Chain):
                    yield from item.factors

    @property
    def text(self) -> str:
        """For a terminal of 80 columns."""
        return "\n".join(line for line, _ in self.lines(80)) + "\n"

    def lines(self, width: int, *, ascii_only: bool = False) -> Iterator[tuple[str, bool]]:
        """The lines for a terminal of some width, each with whether it is a heading.

        Args:
            width: How many columns there are.
            ascii_only: Whether the terminal has no signs of mathematics: they are spelled.
        """
        return text_lines(self.title, self.sections, width, ascii_only=ascii_only)

    @property
    def latex(self) -> str:
        """Every formula in LaTeX, a display each, with the titles between them as comments."""
        return latex_page(self.title, self.sections)

    @property
    def markdown(self) -> str:
        """Markdown with LaTeX, as GitHub shows it."""
        return markdown(self.title, self.sections)

    @property
    def html(self) -> str:
        """A fragment of HTML that needs nothing else: no script, no font, no network."""
        return html(self.title, self.sections)

    def to_json(self) -> dict[str, Any]:
        """The explanation as JSON has it: every formula with its meaning and its shape."""
        return {
            "of": self.of.name,
            "of_shape": self.of.shape,
            "wrt": self.wrt.name,
            "wrt_shape": self.wrt.shape,
            "layout": self.layout,
            "level": self.level,
            "order": 2 if self.gradient_of else 1,
            "program": self.program,
            "assumptions": self.assumptions,
            "agrees": self.agrees,
            "sections": [
                {"title": one.title, "items": [as_json(item) for item in one.items]}
                for one in self.sections
            ],
        }

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        """What is explained, and how many parts it has."""
        return f"<{self.title}: {len(self.sections)} parts, which print() shows>"

    def __str__(self) -> str:
        """The lines for a terminal of 80 columns."""
        return self.text


def explain(
    expression: str | Symbolic,
    *,
    wrt: str | Symbolic,
    variables: Declarations | None = None,
    layout: str,
    level: Level = "full",
    order: int = 1,
    notation: str | None = None,
) -> Explanation:
    """A derivative of a matrix expression as a teacher writes it on the board.

    The formula is taken apart into operations, each with a name; then come the derivative of each
    operation alone, the chain of them with the shape under every factor, which factor fits where
    and why, the sum behind every product, and the result with a check by numbers.

    Args:
        expression: What is differentiated, as :func:`derive` takes it.
        wrt: A variable, or the name of an intermediate result.
        variables: The shapes, ``"W[m,n] x[n]"``.
        layout: ``"numerator"`` or ``"denominator"``.
        level: ``"short"`` is what is given, the chain, where its transposes come from, and the
            result; ``"full"`` is everything.
        order: 1, or 2 for the second derivative of a number by a number or a vector: the gradient,
            and then the derivative of that.
        notation: That of the expression, as :func:`derive` takes it.

    Raises:
        NotationError: The expression cannot be read, a name is not known, or the second derivative
            is no matrix.
        ShapeError: Its shapes do not fit.
        NotDifferentiableError: An operation has no derivative.

    Source: Griewank & Walther, Evaluating Derivatives (2nd edition, 2008), chapter 3.

    >>> import matcalc as mc
    >>> steps = mc.explain("sum((W @ x)**2)", wrt="x", variables="W[m,n] x[n]",
    ...                    layout="denominator", level="short")
    >>> print(steps.program)
    z1 = W @ x; f = sum(z1**2)
    >>> [section.title for section in steps.sections]  # doctest: +ELLIPSIS
    ['The variables and their shapes', ..., 'The result']
    """
    if level not in LEVELS:
        raise NotationError(f"the level is short or full, not {str(level)[:40]!r}")
    tag = find_layout(layout)
    if isinstance(expression, Symbolic):
        if variables is not None:
            raise NotationError("the variables come with the expression: leave variables= out")
        name = wrt.name if isinstance(wrt, Symbolic) else wrt
        return _explained(expression.text, name, _declared(expression), tag.name, level, order, ())
    typed = entered(expression, variables, notation)
    name = wrt.name if isinstance(wrt, Symbolic) else typed.line.named(wrt, typed.shapes)
    with typed.reported():
        given = (typed.text, name, typed.declarations)
        return _explained(*given, tag.name, level, order, typed.said)


def _explained(
    formula: str,
    name: str,
    declared: Declarations,
    layout: str,
    level: Level,
    order: int,
    said: tuple[str, ...],
) -> Explanation:
    """A derivative of a formula in the language, explained."""
    if order != 1:
        return _second(formula, name, declared, layout, level, order, said)
    known = parse_declarations(declared)
    computation = ForwardPass(
        formula,
        name,
        {k: one.variable for k, one in known.items()},
        {k: one.properties for k, one in known.items()},
        layout,
        KnownNames(functions=declared_functions(declared)),
    )
    computation.formula = computation.formula.assuming(said)
    with noted() as lines:
        jacobian = derive(computation.program, wrt=name, variables=declared, layout=layout)
    show = Showing(computation)
    full = level == "full"
    sections = [
        *_sections(computation, show, full=full),
        result(computation, show, jacobian, declared, lines if full else None),
    ]
    return Explanation(
        computation.of,
        computation.wrt,
        layout,
        level,
        computation.program,
        tuple(sections),
        assumptions=computation.formula.assumptions,
    )


def _second(
    formula: str,
    wrt: str,
    declared: Declarations,
    layout: str,
    level: Level,
    order: int,
    said: tuple[str, ...],
) -> Explanation:
    """The second derivative: the gradient, and then the derivative of that as of any vector."""
    if order != 2:
        raise NotationError(f"the order of a derivative is 1 or 2, not {order}")
    first = derive(formula, wrt=wrt, variables=declared, layout="denominator")
    of, below = first.of, first.wrt
    if of.rank or below.rank > 1:
        axes = 2 * below.rank + of.rank
        why = f"{of.name} is no number" if of.rank else f"{below.name} is a matrix"
        raise NotationError(
            f"{why}: the second derivative has {axes} axes and no matrix form, so it is not "
            "explained; matcalc.derive with order=2 finds it"
        )
    *lets, gradient = text_formulas(first.tree())
    name = _free_name("g", first, declared)
    program = "; ".join([*lets, f"{name} = {gradient}"])
    steps = explain(program, wrt=wrt, variables=declared, layout=layout, level=level)
    opening = gradient_first(first, steps.of, declared)
    *before, last = steps.sections
    assumed = said + first.assumptions
    return replace(
        steps,
        sections=(
            opening._replace(items=(*assumed, *opening.items)),
            *before,
            second_result(last, first, steps.of),
        ),
        gradient_of=of.name,
        assumptions=assumed,
    )


def _free_name(name: str, first: Jacobian[Any], declared: Declarations) -> str:
    """A name that nothing has which is declared, read or written."""
    taken = {*parse_declarations(declared), *declared_functions(declared), first.of.name}
    taken |= first.tree().names.union(first.tree().functions)
    if first.formula is not None:
        taken.update(first.formula.symbols, first.formula.named)
    while name in taken:
        name += "_"
    return name


def _sections(c: ForwardPass, show: Showing, *, full: bool) -> Iterator[Section]:
    yield variables(c)
    yield forward(c, show)
    if not c.depends:
        yield Section("No path", (f"{c.of.name} does not depend on {c.wrt.name}.",))
        return
    if full:
        yield local_derivatives(c, show)
    yield chain(c, show)
    if full:
        yield dimension_check(c, show)
    wanted = (index_form, sweep) if full else (index_form,)  # it says where a transpose comes from
    yield from (one for one in (part(c, show) for part in wanted) if one is not None)


def _declared(expression: Symbolic) -> str:
    """The declarations of the variables that come with an expression."""
    return " ".join(
        str(one.variable) + (":" + ",".join(sorted(one.properties)) if one.properties else "")
        for one in expression.declared.values()
    )

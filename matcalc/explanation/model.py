"""An explanation as data: sections of prose, formulas, chains and tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from matcalc.dimensions import Shape
from matcalc.notation import WrittenChain, WrittenFormula, latex, text, unicode


class Notation(NamedTuple):
    """A piece of mathematics as a terminal shows it, and as LaTeX."""

    unicode: str
    latex: str


@dataclass(frozen=True, eq=False)
class RightSide:
    """A formula as a tree, spelled where somebody asks for it, and once.

    Attributes:
        shown: The formula, derivatives in it as such.
        read: The same in the input language, where these have names.
    """

    shown: WrittenFormula
    read: WrittenFormula

    @cached_property
    def unicode(self) -> str:
        """As a terminal shows it."""
        return unicode(self.shown)

    @cached_property
    def latex(self) -> str:
        """In LaTeX."""
        return latex(self.shown)

    @cached_property
    def text(self) -> str:
        """In the input language."""
        return text(self.read)


class Equation(NamedTuple):
    """A formula, and what is needed to evaluate it.

    Attributes:
        left: What it is equal to, as it is shown.
        right: The formula.
        meanings: The names in it that are no variables, with their formulas, earlier ones first.
        of: What is differentiated; or of which this is the value.
        wrt: With respect to what; empty for a value.
        local: Whether it is the derivative of the one operation that gives ``of``.
        layout: How the axes are ordered; ``"entries"`` for those of ``of`` and then of ``wrt``.
        shape: The shape of the array that the text evaluates to.
        title: The shape as it is shown; empty where it is not.
        note: What there is to say about it.
        through: Of several ways from ``of`` to ``wrt``, the one that this is about.
        again: Whether the same left side stands above it already.
    """

    left: Notation
    right: RightSide
    meanings: tuple[tuple[str, WrittenFormula], ...]
    of: str
    wrt: str = ""
    local: bool = False
    layout: str = ""
    shape: Shape = ()
    title: str = ""
    note: str = ""
    through: str = ""
    again: bool = False

    @property
    def text(self) -> str:
        """The formula in the input language."""
        return self.right.text

    @property
    def uses(self) -> tuple[tuple[str, str], ...]:
        """The names in it that are no variables, each with its meaning in the input language."""
        return tuple(let for name, meaning in self.meanings for let in _assignments(name, meaning))

    @property
    def program(self) -> str:
        """The formula after the meaning of every name in it, ready to be evaluated."""
        return "; ".join([*(f"{name} = {meaning}" for name, meaning in self.uses), self.text])


def _assignments(name: str, meaning: WrittenFormula) -> list[tuple[str, str]]:
    """What a name means, after what it needs."""
    names = [*(let for let, _ in meaning.lets), name]
    spelled = (text(WrittenFormula((), root)) for root in meaning.roots)
    return list(zip(names, spelled, strict=True))


class Chain(NamedTuple):
    """A product of local derivatives, in the order of a layout.

    Attributes:
        written: The product with the shape of each factor.
        shown: The same with names as a terminal shows them.
        factors: The formula of each factor, in the order of the product.
        sign: ``"+"`` before a chain that is added to the one above it.
        ends: Whether the derivative that it gives stands behind it, or another chain follows.
    """

    written: WrittenChain
    shown: WrittenChain
    factors: tuple[Equation, ...]
    sign: str = ""
    ends: bool = True

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Each factor with the shape to write under it."""
        found = self.shown.columns()
        several = len(self.shown.factors) > 1
        if several and not self.ends:
            found = found[:-2]
        elif not several and self.ends and self.sign:
            result = self.shown.result
            found = [*found, ("=", ""), (found[0][0], result.title)]
        return [(self.sign, ""), *found] if self.sign else found

    @property
    def latex(self) -> str:
        """The product with a brace and the shape under each factor."""
        factors = self.written.latex_factors()
        product = r" \cdot ".join(factors)  # the dots hold the shapes apart
        result = self.written.latex_result() if len(factors) > 1 else ""
        if self.ends and self.sign and not result:
            result = product
        ending = f" = {result}" if self.ends and result else ""
        return f"{self.sign} {product}{ending}".strip()


class Table(NamedTuple):
    """Rows of cells; the first row may be a heading."""

    rows: tuple[tuple[str, ...], ...]
    head: bool = False


class Code(NamedTuple):
    """Source code."""

    source: str


Item: TypeAlias = str | Equation | Chain | Table | Code


class Section(NamedTuple):
    """A part of an explanation: what it is about, and what it says.

    Attributes:
        title: What it is about.
        items: What it says.
        agrees: Whether a formula in it was found to be right by numbers; ``None`` where none was
            checked.
    """

    title: str
    items: tuple[Item, ...]
    agrees: bool | None = None


def as_json(item: Item) -> dict[str, Any]:
    """A part of a section as JSON has it, with its kind."""
    if isinstance(item, str):
        return {"kind": "prose", "text": item}
    if isinstance(item, Equation):
        return {"kind": "equation"} | _equation(item)
    if isinstance(item, Chain):
        chain = item.written
        return {
            "kind": "chain",
            "layout": chain.convention.name,
            "order": chain.order,
            "shapes": [one.shape for one in chain.factors],
            "result_shape": chain.result.shape,
            "einsum": chain.einsum,
            "latex": item.latex,
            "factors": [_equation(one) for one in item.factors],
        }
    if isinstance(item, Table):
        return {"kind": "table", "head": item.head, "rows": item.rows}
    return {"kind": "code", "source": item.source}


def _equation(one: Equation) -> dict[str, Any]:
    return {
        "left": one.left._asdict(),
        "right": {"unicode": one.right.unicode, "latex": one.right.latex},
        "text": one.text,
        "uses": dict(one.uses),
        **{key: getattr(one, key) for key in _PLAIN},
    }


_PLAIN = ("of", "wrt", "local", "layout", "shape", "title", "note", "through", "again")

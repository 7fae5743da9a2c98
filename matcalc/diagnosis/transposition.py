"""Converting a formula from one layout to the other: its transpose, pushed to the variables.

Each layout is the full transpose of the other, so a formula of a derivative turns into the other
layout by ``(AB)ᵀ = BᵀAᵀ`` and its like. Every line on the way is a formula in the input language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from matcalc.dimensions import Shape
from matcalc.errors import Place, ShapeError
from matcalc.expression import Declarations
from matcalc.expression.parser import PostfixStep
from matcalc.expression.terms import FormulaTree, read_term
from matcalc.expression.values import Value
from matcalc.inputs.entrance import entered
from matcalc.layout import find_layout
from matcalc.notation.names import spelled_shape
from matcalc.notation.parts import AnswerPart, FormulaPart
from matcalc.notation.shown import Shown, told
from matcalc.operations import facts_of

_EQUAL = frozenset(["symmetric", "spd", "diagonal"])  # to the transpose
_NOWHERE = Place("", 0, 0)
_TRANSPOSE = PostfixStep("transpose", ".T", 1, _NOWHERE)
_PRODUCT = PostfixStep("operator", "@", 2, _NOWHERE)
_TIMES = PostfixStep("operator", "*", 2, _NOWHERE)
_OVER = PostfixStep("operator", "/", 2, _NOWHERE)
_MINUS = PostfixStep("negative", "-", 1, _NOWHERE)

_TURNED = "the other layout is the transpose"
_PRODUCTS = "(A B)ᵀ = Bᵀ Aᵀ"
_TWICE = "(Aᵀ)ᵀ = A"
_SUMS = "(A + B)ᵀ = Aᵀ + Bᵀ"
_ENTRIES = "entry by entry, (A ⊙ B)ᵀ = Aᵀ ⊙ Bᵀ"
_SCALED = "a number stays, (c A)ᵀ = c Aᵀ"
_FRONT = "a number or a sign moves to the front, A (c B) = c A B"
_NUMBER = "a number is its own transpose"
_SYMMETRIC = "a symmetric matrix is its own transpose"
_INVERSE = "(A⁻¹)ᵀ = (Aᵀ)⁻¹"  # applied where the inverse reads shorter so
_OUTER = "(a bᵀ)ᵀ = b aᵀ"
_KRONECKER = "(A ⊗ B)ᵀ = Aᵀ ⊗ Bᵀ"
_AXES = "all axes reversed"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A line: a formula, and the rule that made it from the one before."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True, repr=False)
class ConvertedFormula(Shown):
    """A formula in another layout.

    Attributes:
        formula: What was converted.
        source: The layout that it was in.
        target: The layout that it is brought to.
        text: The formula in that layout.
        steps: The lines between the two; each is equal to the last.
        shape_from: The shape of the formula, rows and columns where there are such.
        shape_to: The shape of the result.
        notes: What was read into the formula, and sizes that it forces.
        assumptions: Those of the notes that say what was not typed and changes the answer.
    """

    formula: str
    source: str
    target: str
    text: str
    steps: tuple[Rewriting, ...]
    shape_from: Shape
    shape_to: Shape
    notes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    def _line(self) -> str:
        """The formula, with the layout and the shape that it has now."""
        return f"{self.text}, {self.target} layout, {spelled_shape(self.shape_to)}"


@told.register
def _converted(found: ConvertedFormula) -> Iterator[AnswerPart]:
    """The formula before, each line with its rule, and the formula after."""
    yield AnswerPart(
        f"{found.source} layout, {spelled_shape(found.shape_from)}",
        (*(f"note: {one}" for one in found.notes), FormulaPart(found.formula)),
    )
    lines = [FormulaPart(one.text, one.rule) for one in found.steps]
    shown = lines[-1:] or [FormulaPart(found.text)]
    if lines[1:]:
        yield AnswerPart("Transposed, line by line", tuple(lines[:-1]))
    yield AnswerPart(
        f"{found.target} layout, {spelled_shape(found.shape_to)}", tuple(shown), "right"
    )


def convert_formula(
    formula: str,
    *,
    variables: Declarations,
    source: str = "numerator",
    target: str = "denominator",
    notation: str | None = None,
) -> ConvertedFormula:
    """Bring the formula of a derivative from one layout to the other.

    Args:
        formula: The formula; names for parts come first, apart by ``;``.
        variables: The shapes, ``"W[m,n] d[m]"``.
        source: The layout that it is in, ``"numerator"`` or ``"denominator"``.
        target: The layout to bring it to.
        notation: That of the formula, as :func:`derive` takes it.

    Raises:
        LayoutError: No such layout.
        NotationError: The formula cannot be read, or only as one of one-dimensional arrays.
        ShapeError: Its shapes do not fit.

    >>> found = convert_formula("W.T @ (d * s)", variables="W[m,n] d[m] s[m]")
    >>> found.text
    '(d.T * s.T) @ W'
    >>> [step.text for step in found.steps][:2]
    ['(W.T @ (d * s)).T', '(d * s).T @ W.T.T']
    """
    before, after = find_layout(source).name, find_layout(target).name
    typed = entered(formula, variables, notation, by_names=False)
    with typed.reported():
        named, term, read = read_term(typed.text, typed.shapes, typed.names.functions)
    read = read.assuming(typed.said)
    symmetric = frozenset(name for name, one in typed.declared.items() if one.properties & _EQUAL)
    lines = _lines(term, symmetric) if before != after else []
    steps = tuple(Rewriting(named + line.text, rule) for line, rule in lines)
    last = lines[-1][0] if lines else term
    return ConvertedFormula(
        named + term.text,
        before,
        after,
        named + last.text,
        steps,
        term.value.matrix,
        last.value.matrix,
        read.notes,
        read.assumptions,
    )


def _lines(term: FormulaTree, symmetric: frozenset[str]) -> list[tuple[FormulaTree, str]]:
    """The transpose of a term, line by line, each with all transposes one level further in."""
    if not term.value.node.shape:
        return [(term, _NUMBER)]
    lines = [(_transposed(term), _TURNED)]
    while True:
        pushing = _Pushing(symmetric)
        after = pushing.within(lines[-1][0])
        if not pushing.rules:
            return lines
        lines.append((after, "; ".join(pushing.rules)))


def _transposed(term: FormulaTree) -> FormulaTree:
    """A term with ``.T`` behind it; a number stays as it is."""
    return term.made(_TRANSPOSE, (term,)) if term.value.node.shape else term


class _Pushing:
    """Pushes each outermost transpose of a term one level further in, and notes the rules."""

    def __init__(self, symmetric: frozenset[str]) -> None:
        self.symmetric = symmetric
        self.rules: dict[str, None] = {}

    def within(self, term: FormulaTree) -> FormulaTree:
        """A term with its transposes pushed in."""
        if term.step.kind == "transpose":
            return self.pushed(term.args[0]) or term
        if _is_of_transpose(term.step) or term.step.kind in ("operator", "negative"):
            return term.made(term.step, tuple(map(self.within, term.args)))
        return term

    def pushed(self, inner: FormulaTree) -> FormulaTree | None:
        """The transpose of a term, one level further in; ``None`` where it stays."""
        step = inner.step
        rule: _Rule
        if step.kind == "call" and facts_of(step.value).keeps_symmetry:
            rule = self.of_matrix
        elif step.kind == "call" and facts_of(step.value).symmetric:
            rule = _diagonal
        elif step.kind == "call":
            rule = _CALLS.get(step.value, _stays)
        elif step.kind == "operator":
            rule = _OPERATORS[step.value]
        elif step.kind == "name" and step.value in self.symmetric:
            rule = _itself
        else:
            rule = _KINDS.get(step.kind, _stays)
        found = rule(inner)
        if found is None:
            return None
        term, *names = found
        self.rules |= dict.fromkeys(names)
        return term

    def of_matrix(self, inner: FormulaTree) -> _Pushed:
        """``inv(A).T`` stays; ``inv(A.T).T`` is ``inv(A)``, and ``inv(S).T`` is ``inv(S)``."""
        arg, *others = inner.args
        if self.turned(arg) > _transposes(arg):
            return None
        name = inner.step.value
        said = _INVERSE if name == "inv" else f"{name}(A)ᵀ = {name}(Aᵀ)"
        return inner.made(inner.step, (_transposed(arg), *others)), said

    def turned(self, term: FormulaTree) -> int:
        """How many transposes the transpose of a term has when they are pushed inside."""
        step = term.step
        if step.kind == "transpose":
            return _transposes(term.args[0])
        if not isinstance(term.value, Value) or not term.value.node.shape:
            return _transposes(term)
        if step.kind in ("operator", "negative") or step.value == "kron":
            return sum(map(self.turned, term.args))
        facts = facts_of(step.value)
        if (step.kind == "name" and step.value in self.symmetric) or facts.symmetric:
            return _transposes(term)
        most = _transposes(term) + 1
        return min(most, self.turned(term.args[0])) if facts.keeps_symmetry else most


def _is_of_transpose(step: PostfixStep) -> bool:
    """Whether it is a function in which transposes are pushed further."""
    return step.kind == "call" and (facts_of(step.value).keeps_symmetry or step.value == "kron")


def _transposes(term: FormulaTree) -> int:
    """How many transposes a term has."""
    return (term.step.kind == "transpose") + sum(map(_transposes, term.args))


_Pushed = tuple[FormulaTree, *tuple[str, ...]] | None  # with the rules that were used


def _stays(_: FormulaTree) -> _Pushed:
    return None


def _itself(inner: FormulaTree) -> _Pushed:
    return inner, _SYMMETRIC


def _product(inner: FormulaTree) -> _Pushed:
    """``(A @ B @ C).T`` is ``C.T @ B.T @ A.T``, if no two of these in a row make a number."""
    if any(len(arg.value.node.shape) > 2 for arg in inner.args):
        return None
    apart = [_apart(factor) for factor in inner.spine()]
    if not any(one.has_some for one in apart):
        return _turned_round(inner), _PRODUCTS
    bare = reduce(_matrix_product, [one.rest for one in apart])
    front = reduce(_Apart.joined, apart)._replace(rest=_turned_round(bare))
    return front.together(), _PRODUCTS, _FRONT


def _turned_round(product: FormulaTree) -> FormulaTree:
    """The transpose of a product: its factors transposed, in the opposite order."""
    try:
        return reduce(_matrix_product, [_transposed(one) for one in reversed(product.spine())])
    except ShapeError:
        one, two = product.args
        return _matrix_product(_transposed(two), _transposed(one))


def _matrix_product(one: FormulaTree, two: FormulaTree) -> FormulaTree:
    return one.made(_PRODUCT, (one, two))


class _Apart(NamedTuple):
    """A term without the numbers and the sign in front of it, and these.

    Attributes:
        rest: The term without them.
        is_negative: Whether there is a minus.
        over: What it is multiplied with.
        under: What it is divided by.
    """

    rest: FormulaTree
    is_negative: bool = False
    over: tuple[FormulaTree, ...] = ()
    under: tuple[FormulaTree, ...] = ()

    @property
    def has_some(self) -> bool:
        """Whether there is a number or a sign."""
        return self.is_negative or bool(self.over or self.under)

    def joined(self, other: _Apart) -> _Apart:
        """The numbers and the sign of both."""
        sign = self.is_negative != other.is_negative
        return _Apart(self.rest, sign, self.over + other.over, self.under + other.under)

    def together(self) -> FormulaTree:
        """The term with its numbers: a sign and factors in front, a divisor behind."""
        first, *others = self.rest.spine() if self.rest.step.value == "@" else [self.rest]
        over = list(self.over)
        if self.is_negative and over:
            over[0] = over[0].made(_MINUS, (over[0],))
        elif self.is_negative:
            first = first.made(_MINUS, (first,))
        if over:
            number = reduce(lambda one, two: one.made(_TIMES, (one, two)), over)
            first = first.made(_TIMES, (number, first))
        product = reduce(_matrix_product, others, first)
        return reduce(lambda one, two: one.made(_OVER, (one, two)), self.under, product)


def _apart(term: FormulaTree) -> _Apart:
    """Take the numbers and the sign off a factor."""
    step = term.step
    if step.kind == "negative":
        inner = _apart(term.args[0])
        return inner._replace(is_negative=not inner.is_negative)
    if step.kind != "operator" or step.value not in "*/":
        return _Apart(term)
    one, two = term.args
    if not two.value.node.shape:
        inner = _apart(one)
        if step.value == "*":
            return inner._replace(over=(*inner.over, two))
        return inner._replace(under=(*inner.under, two))
    if step.value == "*" and not one.value.node.shape:
        inner = _apart(two)
        return inner._replace(over=(one, *inner.over))
    return _Apart(term)


def _entries(inner: FormulaTree) -> _Pushed:
    """``(A * B).T`` is ``A.T * B.T``; a number stays as it is, and so does a bias of rows."""
    one, two = inner.args
    shapes = {arg.value.node.shape for arg in inner.args} - {()}
    if len(shapes) != 1:
        return None
    rule = _SUMS if inner.step.value in "+-" else _ENTRIES
    if not (one.value.node.shape and two.value.node.shape) and rule is _ENTRIES:
        rule = _SCALED
    further = _entries(one) if _goes_on(inner.step, one) else None  # a + b + c in one line
    left = further[0] if further else _transposed(one)
    return inner.made(inner.step, (left, _transposed(two))), rule


def _goes_on(step: PostfixStep, one: FormulaTree) -> bool:
    same = step.value in "+-" and one.step.value in "+-"
    return one.step.kind == "operator" and (same or one.step.value == step.value == "*")


def _negative(inner: FormulaTree) -> _Pushed:
    return inner.made(inner.step, (_transposed(inner.args[0]),)), _SCALED


def _outer(inner: FormulaTree) -> _Pushed:
    return inner.made(inner.step, inner.args[::-1]), _OUTER


def _kronecker(inner: FormulaTree) -> _Pushed:
    return inner.made(inner.step, tuple(map(_transposed, inner.args))), _KRONECKER


def _diagonal(inner: FormulaTree) -> _Pushed:
    return (inner, _SYMMETRIC) if len(inner.value.node.shape) == 2 else None


def _einsum(inner: FormulaTree) -> _Pushed:
    """``einsum("...->ijk")`` has its output labels reversed; a vector stays."""
    pattern = inner.args[0].step
    left, arrow, right = pattern.value.partition("->")
    if pattern.kind != "text" or not arrow or len(inner.value.node.shape) < 2:
        return None
    labels = right.split() if " " in right.strip() else list(right.strip())
    joint = " " if " " in right.strip() else ""
    turned = f"{left}->{' ' * right.startswith(' ')}{joint.join(reversed(labels))}"
    text = inner.made(pattern._replace(value=turned), ())
    return inner.made(inner.step, (text, *inner.args[1:])), _AXES


def _twice(inner: FormulaTree) -> _Pushed:
    return inner.args[0], _TWICE


_Rule = Callable[[FormulaTree], _Pushed]
_OPERATORS: dict[str, _Rule] = {"@": _product} | dict.fromkeys(["+", "-", "*", "/", "**"], _entries)
_KINDS: dict[str, _Rule] = {"transpose": _twice, "negative": _negative}
_CALLS: dict[str, _Rule] = {
    "outer": _outer,
    "kron": _kronecker,
    "einsum": _einsum,
}

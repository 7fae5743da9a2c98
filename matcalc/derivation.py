"""Deriving: from a matrix expression to its derivative, in the layout that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any, Literal, overload

from matcalc.arrays import real_array
from matcalc.derivative import derivatives
from matcalc.errors import NotationError
from matcalc.expression import Declarations, Formula, parse_declarations, read_formula
from matcalc.graph import Node, Symbol, transposed
from matcalc.jacobians import Jacobian
from matcalc.layout import Denominator, Layout, Numerator, find_layout
from matcalc.plan import evaluate as evaluated
from matcalc.simplify import simplified
from matcalc.structures import find_structure, structured
from matcalc.variables import Variable


@overload
def derive(
    expression: str,
    *,
    wrt: str,
    variables: Declarations,
    layout: Literal["numerator"],
    order: int = 1,
    structure: str | None = None,
) -> Jacobian[Numerator]: ...
@overload
def derive(
    expression: str,
    *,
    wrt: str,
    variables: Declarations,
    layout: Literal["denominator"],
    order: int = 1,
    structure: str | None = None,
) -> Jacobian[Denominator]: ...
@overload
def derive(
    expression: str,
    *,
    wrt: str,
    variables: Declarations,
    layout: str,
    order: int = 1,
    structure: str | None = None,
) -> Jacobian[Any]: ...
@overload
def derive(
    expression: str,
    *,
    wrt: Sequence[str],
    variables: Declarations,
    layout: str,
    order: Literal[1] = 1,
    structure: str | None = None,
) -> list[Jacobian[Any]]: ...
@overload
def derive(
    expression: str,
    *,
    wrt: str | Sequence[str],
    variables: Declarations,
    layout: str,
    order: int = 1,
    structure: str | None = None,
) -> Jacobian[Any] | list[Jacobian[Any]]: ...
def derive(
    expression: str,
    *,
    wrt: str | Sequence[str],
    variables: Declarations,
    layout: str,
    order: int = 1,
    structure: str | None = None,
) -> Jacobian[Any] | list[Jacobian[Any]]:
    """The derivative of a matrix expression, as a formula, as numbers and as code.

    Vectors are columns: ``x.T @ y`` is a number and ``x @ y.T`` an outer product. If that does
    not fit, and nothing is transposed, vectors are read as NumPy's one-dimensional arrays.

    Args:
        expression: What is differentiated, in NumPy's notation; intermediate results may have
            names, apart by ``;``: ``"z = W @ x; sum(z**2)"``.
        wrt: A variable, or the name of an intermediate result. A list gives a derivative for
            each, all from one sweep; with ``order=2`` a list of two is the mixed second derivative.
        variables: The shapes, ``"A[m,n] S[n,n]:symmetric x[n]"``; a name alone is a scalar.
        layout: ``"numerator"`` or ``"denominator"``.
        order: 1, or 2 for the second derivative.
        structure: What is known of the entries of ``wrt``: ``None``, they are independent;
            ``"symmetric"``, ``"symmetrised"`` or ``"diagonal"``, as :data:`STRUCTURES` says.

    Returns:
        The derivative; of a list of ``wrt`` a list.

    Raises:
        NotationError: The expression cannot be read, or a name is not known.
        ShapeError: Its shapes do not fit.
        NotDifferentiableError: An operation has no derivative.

    Source: Magnus & Neudecker, Matrix Differential Calculus (3rd edition, 2019), chapter 9.

    >>> import matcalc as mc
    >>> d = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="denominator")
    >>> d.text, d.shape
    ('(A + A.T) @ x', ('n',))
    >>> d.evaluate(x=[1.0, 2.0], A=[[1.0, 2.0], [3.0, 4.0]])
    array([12., 21.])
    """
    tag = find_layout(layout)
    declared = parse_declarations(variables)
    formula = read_formula(expression, {name: one.variable for name, one in declared.items()})
    known = {name: one.properties for name, one in declared.items()}
    if order not in (1, 2):
        raise NotationError(f"the order of a derivative is 1 or 2, not {order}")
    chosen = [wrt] if isinstance(wrt, str) else list(wrt)
    for name in chosen if structure else ():
        _, variable = _variable(formula, name)
        meant = find_structure(structure, variable)
        known[name] = known.get(name, frozenset()) | {meant.property}
        formula = formula._replace(notes=(*formula.notes, meant.note.format(name=name)))
    if order == 2:
        return _shortened([_second(formula, *_pair(wrt), tag, structure)], known)[0]
    found = _shortened(_first(formula, chosen, tag, structure), known)
    return found[0] if isinstance(wrt, str) else found


def _shortened(
    found: Sequence[Jacobian[Any]], properties: Mapping[str, frozenset[str]]
) -> list[Jacobian[Any]]:
    """Derivatives of one formula, made shorter together; what has a name keeps it."""
    named = found[0].formula.named if found and found[0].formula else {}
    became = simplified([one.node for one in found], properties, named.values())
    kept = {name: became.get(node, node) for name, node in named.items()}
    return [
        replace(
            one, node=became[one.node], formula=one.formula and one.formula._replace(named=kept)
        )
        for one in found
    ]


def _pair(wrt: str | Sequence[str]) -> tuple[str, str]:
    if isinstance(wrt, str):
        return wrt, wrt
    if len(wrt) != 2:
        raise NotationError(f"a second derivative has one or two variables, not {len(wrt)}")
    return wrt[0], wrt[1]


def _first(
    formula: Formula, names: Iterable[str], tag: type[Layout], structure: str | None
) -> list[Jacobian[Any]]:
    below = [_variable(formula, name) for name in names]
    of = _of(formula)
    nodes = derivatives(formula.node, [node for node, _ in below])
    return [
        Jacobian(structured(node, structure), (of, variable), tag, formula)
        for node, (_, variable) in zip(nodes, below, strict=True)
    ]


def _second(
    formula: Formula, one: str, two: str, tag: type[Layout], structure: str | None
) -> Jacobian[Any]:
    """The derivative of the first derivative as numerator layout writes it."""
    (first_node, first), (second_node, second) = (_variable(formula, name) for name in (one, two))
    of = _of(formula)
    (inner,) = derivatives(formula.node, [first_node])
    if isinstance(second_node, Symbol):  # an intermediate result might not survive
        inner = simplified([inner], {})[inner]
    rank = of.rank
    axes = [*range(rank), *reversed(range(rank, rank + first.rank))]
    gradient = transposed(structured(inner, structure), axes)
    above = Variable(f"∂{of.name}/∂{first.name}", gradient.shape)
    (node,) = derivatives(gradient, [second_node])
    below = above, second
    return Jacobian(structured(node, structure), below, tag, formula._replace(node=gradient))


def _variable(formula: Formula, name: str) -> tuple[Node, Variable]:
    """What a derivative is taken with respect to: a variable or an intermediate result."""
    node = formula.symbols.get(name) or formula.named.get(name)
    if node is None:
        known = ", ".join([*formula.symbols, *formula.named])
        raise NotationError(f"wrt is {name[:60]!r}, which is not a variable; there are {known}")
    return node, Variable(name, node.shape)


def _of(formula: Formula) -> Variable:
    """What is differentiated, under a name that nothing else has."""
    node = formula.node
    given = next((name for name, known in formula.named.items() if known is node), None)
    if given is None:
        given = "F" if len(node.shape) > 1 else "f"
        while given in formula.symbols or given in formula.named:
            given += "_"
    return Variable(given, node.shape)


def evaluate(expression: str, /, **arrays: Any) -> Any:
    """The numbers of an expression, in the same notation that :func:`derive` reads and prints.

    Args:
        expression: What to evaluate.
        arrays: The variables by name, vectors as one-dimensional arrays; dimensions as whole
            numbers.

    Returns:
        A new array; a row or a column is one-dimensional.

    Raises:
        NotationError: The expression cannot be read, or a name is not known.
        ShapeError: Its shapes do not fit.

    >>> import matcalc as mc
    >>> mc.evaluate("2 / n * A.T @ (A @ x)", n=2, A=[[1.0, 0.0], [0.0, 2.0]], x=[3.0, 4.0])
    array([ 3., 16.])
    """
    values = {name: real_array(array, name) for name, array in arrays.items()}
    variables = {name: Variable(name, array.shape) for name, array in values.items()}
    sizes = {name: int(size) for name, size in arrays.items() if _is_size(size)}
    try:
        formula = read_formula(expression, variables)
    except NotationError:  # eye(n): a whole number may be a dimension
        rest = {name: known for name, known in variables.items() if name not in sizes}
        if len(rest) == len(variables):
            raise
        formula = read_formula(expression, rest, sizes)
    return evaluated(formula.node, values, sizes)


def _is_size(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) > 0

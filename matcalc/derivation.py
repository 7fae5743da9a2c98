"""Deriving: from a matrix expression to its derivative, in the layout that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal, TypedDict, Unpack, overload

import numpy as np

from matcalc.arrays import any_array
from matcalc.code.libraries import library_in
from matcalc.derivative import derivatives
from matcalc.dimensions import Shape
from matcalc.errors import NotationError
from matcalc.expression import (
    Declarations,
    Formula,
    read_formula,
)
from matcalc.graph import Factor, Node, contract, substituted, symbol, topological, transposed
from matcalc.inputs.entrance import Entered, entered
from matcalc.inputs.reading import read_line
from matcalc.jacobians.jacobian import Jacobian
from matcalc.layout import Denominator, Layout, Numerator, find_layout
from matcalc.operations import find_rule
from matcalc.plan import evaluate as evaluated
from matcalc.simplify import NEAR, Simplifier, named_functions, simplified
from matcalc.structures import Structure, find_structure, structured
from matcalc.symbolic import Symbolic
from matcalc.variables import Variable

TextOrSymbolic = str | Symbolic
SeveralNames = list[str] | list[Symbolic] | tuple[str | Symbolic, ...]


class _Options(TypedDict, total=False):
    variables: Declarations | None
    structure: str | None
    notation: str | None


@overload
def derive(
    expression: TextOrSymbolic,
    *,
    wrt: TextOrSymbolic,
    layout: Literal["numerator"],
    order: int = 1,
    **options: Unpack[_Options],
) -> Jacobian[Numerator]: ...
@overload
def derive(
    expression: TextOrSymbolic,
    *,
    wrt: TextOrSymbolic,
    layout: Literal["denominator"],
    order: int = 1,
    **options: Unpack[_Options],
) -> Jacobian[Denominator]: ...
@overload
def derive(
    expression: TextOrSymbolic,
    *,
    wrt: TextOrSymbolic,
    layout: str,
    order: int = 1,
    **options: Unpack[_Options],
) -> Jacobian[Any]: ...
@overload
def derive(
    expression: TextOrSymbolic,
    *,
    wrt: SeveralNames,
    layout: str,
    order: int = 1,
    stacked: Literal[True],
    **options: Unpack[_Options],
) -> Jacobian[Any]: ...
@overload
def derive(
    expression: TextOrSymbolic,
    *,
    wrt: SeveralNames,
    layout: str,
    order: Literal[1] = 1,
    stacked: Literal[False] = False,
    **options: Unpack[_Options],
) -> list[Jacobian[Any]]: ...
@overload
def derive(
    expression: TextOrSymbolic,
    *,
    wrt: TextOrSymbolic | SeveralNames,
    layout: str,
    order: int = 1,
    stacked: bool = False,
    **options: Unpack[_Options],
) -> Jacobian[Any] | list[Jacobian[Any]]: ...
def derive(
    expression: str | Symbolic,
    *,
    wrt: str | Symbolic | list[str] | list[Symbolic] | tuple[str | Symbolic, ...],
    variables: Declarations | None = None,
    layout: str,
    order: int = 1,
    structure: str | None = None,
    notation: str | None = None,
    stacked: bool = False,
) -> Jacobian[Any] | list[Jacobian[Any]]:
    """The derivative of a matrix expression, as a formula, as numbers and as code.

    Vectors are columns: ``x.T @ y`` is a number and ``x @ y.T`` an outer product. If that does
    not fit, and nothing is transposed, vectors are read as NumPy's one-dimensional arrays.

    Args:
        expression: What is differentiated, in NumPy's notation or in that of books, of LaTeX or of
            MATLAB; intermediate results may have names, apart by ``;``: ``"z = W @ x; sum(z**2)"``.
            Or a formula from Python, made by :func:`symbols` or :func:`trace`, whose variables come
            with it.
        wrt: A variable, or the name of an intermediate result. A list gives a derivative for
            each, all from one sweep; with ``order=2`` a list of two is the mixed second derivative.
        variables: The shapes, ``"A[m,n] S[n,n]:symmetric x[n]"``; a name alone is a scalar.
            Without any, capitals are taken as matrices, lower-case names as vectors and Greek ones
            as numbers, which ``assumptions`` of the answer say.
        layout: ``"numerator"`` or ``"denominator"``.
        order: 1, or 2 for the second derivative.
        structure: What is known of the entries of ``wrt``: ``None``, they are independent;
            ``"symmetric"``, ``"symmetrised"``, ``"vech"`` or ``"diagonal"``, as
            :data:`STRUCTURES` says.
        notation: ``"numpy"``, ``"math"``, ``"matlab"`` or ``"latex"``. If it is not given, the
            signs of the expression say which it is; ``assumptions`` say what it was taken for.
        stacked: Whether numbers and vectors in ``wrt`` are taken as one vector, one under the
            other, so that there is one derivative, the blocks side by side; also of second order.

    Returns:
        The derivative; of a list of ``wrt`` a list, if they are not stacked.

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
    if order not in (1, 2):
        raise NotationError(f"the order of a derivative is 1 or 2, not {order}")
    listed = [wrt] if isinstance(wrt, (str, Symbolic)) else list(wrt)
    chosen = [one.name if isinstance(one, Symbolic) else one for one in listed]
    if isinstance(expression, Symbolic):
        if variables is not None:
            raise NotationError("the variables come with the expression: leave variables= out")
        task = _Task(expression.formula(chosen), expression.properties, chosen, structure)
        found = task.found(tag, order, stacked=stacked)
    else:
        typed = entered(expression, variables, notation)
        with typed.reported():
            found = _task(typed, chosen, structure).found(tag, order, stacked=stacked)
    single = order == 2 or stacked or isinstance(wrt, (str, Symbolic))
    return found[0] if single else found


def _task(typed: Entered, wrt: Sequence[str], structure: str | None) -> _Task:
    """What is differentiated, read."""
    chosen = [typed.line.named(name, typed.shapes) for name in wrt]
    formula = read_formula(typed.text, typed.shapes, opaque=chosen, names=typed.names)
    properties = {name: one.properties for name, one in typed.declared.items()}
    return _Task(formula.assuming(typed.said), properties, chosen, structure)


class _Task:
    """A formula, and what it is differentiated with respect to."""

    def __init__(
        self,
        formula: Formula,
        properties: dict[str, frozenset[str]],
        wrt: Sequence[str],
        structure: str | None,
    ) -> None:
        self.formula = formula
        self.properties = properties
        named = self.formula.named
        self.definitions: dict[Node, Node] = {
            symbol(name, node.shape): node for name, node in named.items() if name in wrt
        }
        self.below = [self.variable(name) for name in wrt]
        self.structure: Structure | None = None
        for _, variable in dict.fromkeys(self.below) if structure else ():
            self.structure = find_structure(str(structure), variable)
            self.declare(self.structure, variable.name)
        self.of = Variable(self.name(), self.formula.node.shape)
        self.note_independent()

    def found(self, tag: type[Layout], order: int, *, stacked: bool = False) -> list[Jacobian[Any]]:
        """The derivatives; of second order one, and one by all variables together.

        Raises:
            NotationError: What is stacked is a matrix, or has a structure.
        """
        if not stacked:
            return self.shortened([self.second(tag)] if order == 2 else self.first(tag))
        if self.structure:
            raise NotationError(
                "a structure is of a matrix, and stacked are numbers and vectors: leave one out"
            )
        return self.shortened([self.side_by_side(tag, order)])

    def side_by_side(self, tag: type[Layout], order: int) -> Jacobian[Any]:
        """The derivative by several numbers and vectors as one, their parts one after the other.

        Raises:
            NotationError: One is a matrix, whose entries have no order here.
        """
        matrix = next((one.name for _, one in self.below if one.rank > 1), None)
        if matrix is not None:
            raise NotationError(
                f"{matrix} is a matrix, and stacked are numbers and vectors: its entries have no "
                "order here; leave it out, or declare it as a vector"
            )
        if len({one.name for _, one in self.below}) < len(self.below):
            raise NotationError("a variable is stacked once")
        name = f"({', '.join(variable.name for _, variable in self.below)})"
        of, formula = self.of, self.formula
        node = self.by_all(formula.node, self.properties if order == 1 else {})
        if order == 2:
            of, formula = Variable(f"∂{of.name}/∂{name}", node.shape), formula._replace(node=node)
            node = self.by_all(node, self.properties)
        return Jacobian(node, (of, Variable(name, node.shape[-1:])), tag, formula)

    def by_all(self, root: Node, known: Mapping[str, frozenset[str]]) -> Node:
        """Derivatives by numbers and vectors, one after the other in the last axis."""
        found = self.derivatives(root, [node for node, _ in self.below], known)
        parts = [
            one if variable.rank else _with_axis(one)
            for one, (_, variable) in zip(found, self.below, strict=True)
        ]
        return find_rule("concatenate").build(*parts, axis=-1)

    def variable(self, name: str) -> tuple[Node, Variable]:
        """What a derivative is taken with respect to: a variable or an intermediate result.

        Raises:
            NotationError: It is neither.
        """
        formula = self.formula
        node = formula.symbols.get(name) or formula.named.get(name)
        if node is None:
            known = ", ".join([*formula.symbols, *formula.named])
            several = "; several are a list: wrt=['x', 'y']" if "," in name or " " in name else ""
            raise NotationError(
                f"wrt is {name[:60]!r}, which is not a variable; there are {known}{several}"
            )
        if name == formula.name:
            raise NotationError(f"{name} is what is differentiated; it cannot be wrt too")
        return symbol(name, node.shape), Variable(name, node.shape)

    def note_independent(self) -> None:
        """Say which variables do not occur: a derivative of 0 may be a slip of the pen."""
        there = set(topological(self.formula.node))
        absent = dict.fromkeys(
            f"{self.of.name} does not depend on {variable.name}: the derivative is 0"
            for _, variable in self.below
            if self.formula.symbols.get(variable.name, self.formula.node) not in there
        )
        self.formula = self.formula._replace(notes=(*self.formula.notes, *absent))

    def declare(self, structure: Structure, name: str) -> None:
        """Note what a structure says of a variable, and of the answer."""
        self.properties[name] = self.properties.get(name, frozenset()) | {structure.property}
        notes = (*self.formula.notes, structure.note.format(name=name))
        self.formula = self.formula._replace(notes=notes)

    def name(self) -> str:
        """A name for what is differentiated: its own, or one that nothing else has."""
        formula = self.formula
        if formula.name:
            return formula.name
        given = "F" if len(formula.node.shape) > 1 else "f"
        while given in {**formula.symbols, **formula.named, **formula.functions}:
            given += "_"
        return given

    def first(self, tag: type[Layout]) -> list[Jacobian[Any]]:
        below = [node for node, _ in self.below]
        nodes = self.derivatives(self.formula.node, below, self.properties)
        return [
            Jacobian(
                structured(node, self.structure, [self.of.rank]),
                (self.of, self.free(variable)),
                tag,
                self.formula,
            )
            for node, (_, variable) in zip(nodes, self.below, strict=True)
        ]

    def free(self, variable: Variable) -> Variable:
        """What stands below the line: the entries of a variable that are free."""
        return self.structure.below(variable) if self.structure else variable

    def second(self, tag: type[Layout]) -> Jacobian[Any]:
        """The derivative of the first derivative as numerator layout writes it.

        What a structure makes of entries is linear, so it is left for the end.

        Raises:
            NotationError: There are not one or two variables.
        """
        if len(self.below) not in (1, 2):
            found = len(self.below)
            raise NotationError(f"a second derivative has one or two variables, not {found}")
        (one, first), (two, second) = self.below[0], self.below[-1]
        (inner,) = self.derivatives(self.formula.node, [one], {})
        rank = self.of.rank
        axes = [*range(rank), *reversed(range(rank, rank + first.rank))]
        gradient = transposed(inner, axes)
        (node,) = self.derivatives(gradient, [two], self.properties)
        node = structured(node, self.structure, [rank, rank + first.rank])
        gradient = structured(gradient, self.structure, [rank])
        above = Variable(f"∂{self.of.name}/∂{self.free(first).name}", gradient.shape)
        formula = self.formula._replace(node=gradient)
        return Jacobian(node, (above, self.free(second)), tag, formula)

    def derivatives(
        self, root: Node, wrt: Sequence[Node], known: Mapping[str, frozenset[str]]
    ) -> list[Node]:
        """Derivatives; what is pulled through one factor is simplified before the next.

        Args:
            root: What is differentiated.
            wrt: Nodes under it.
            known: What is declared of variables; nothing if they are differentiated once more.
        """
        named = self.formula.named.values()
        became = named_functions([root, *self.definitions.values(), *named], self.properties)
        definitions = {name: became[node] for name, node in self.definitions.items()}
        simplifier = Simplifier(known, [became[node] for node in named], NEAR)
        return derivatives(became[root], wrt, definitions, lambda bar: simplifier.of([bar])[0])

    def shortened(self, found: Sequence[Jacobian[Any]]) -> list[Jacobian[Any]]:
        """Derivatives in the form that is given back, all of them shortened together."""
        given = {name: self.defined(node) for name, node in self.formula.named.items()}
        known = named_functions(list(given.values()), self.properties)  # as before the sweep
        named = {name: known[node] for name, node in given.items()}
        nodes = [self.defined(one.node) for one in found]
        became = simplified(nodes, self.properties, named.values())
        kept = {name: became[node] for name, node in named.items()}
        result: list[Jacobian[Any]] = []
        formulas: dict[Node, Formula] = {}
        said = tuple(self.properties.items())
        for one, node in zip(found, nodes, strict=True):
            whole = self.defined(one.formula.node) if one.formula else node
            if whole not in formulas:
                formulas[whole] = self.formula._replace(node=whole, named=kept, properties=said)
            result.append(replace(one, held=became[node], formula=formulas[whole]))
        return result

    def defined(self, node: Node) -> Node:
        """A node with what symbols stand for in their place."""
        for name, meaning in reversed(self.definitions.items()):
            node = substituted(node, {name: meaning})
        return node


def _with_axis(node: Node) -> Node:
    """A node with an axis of size 1 at its end."""
    labels = tuple(range(len(node.shape)))
    return contract([Factor(node, labels)], (*labels, "new"), {"new": 1})


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
    values = {name: any_array(array, name) for name, array in arrays.items()}
    sizes = {name: int(size) for name, size in arrays.items() if _is_size(size)}
    shapes = tuple((name, tuple(array.shape)) for name, array in values.items())
    node = _read_at(expression, shapes, tuple(sizes.items()))
    return evaluated(node, values, sizes, libraries=library_in)


@lru_cache(maxsize=32)  # the same expression at many points is read once
def _read_at(
    expression: str, shapes: tuple[tuple[str, Shape], ...], sizes: tuple[tuple[str, int], ...]
) -> Node:
    """What an expression means for variables of these shapes."""
    variables = {name: Variable(name, shape) for name, shape in shapes}
    line = read_line(expression, variables, claimed=False)
    try:
        return read_formula(line.text, variables).node
    except NotationError as error:  # eye(n): a whole number may be a dimension
        known = dict(sizes)
        rest = {name: variable for name, variable in variables.items() if name not in known}
        if len(rest) == len(variables):
            raise line.error(error) from None
        return read_formula(line.text, rest, known).node


def _is_size(value: object) -> bool:
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return whole and int(value) > 0  # type: ignore[call-overload]

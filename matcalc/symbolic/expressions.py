"""Symbolic values: formulas that Python's operators and NumPy's functions build."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from matcalc import dimensions
from matcalc.arrays import Array, given_arrays
from matcalc.code.libraries import library_in
from matcalc.errors import NotationError, NotDifferentiableError, ShapeError
from matcalc.expression import Declarations, Declared, Formula, parse_declarations
from matcalc.expression.arithmetic import operated
from matcalc.expression.lines import check_names
from matcalc.expression.values import Value, entrywise, transposed
from matcalc.graph import Data, Node, Symbol, substituted, symbol, topological
from matcalc.notation import WrittenFormula, text, unicode, write_in_tables
from matcalc.notation.printers.latex import latex
from matcalc.operations import algebra
from matcalc.plan import evaluate
from matcalc.symbolic.arithmetic import Arithmetic
from matcalc.symbolic.array_functions import FUNCTIONS
from matcalc.symbolic.calls import check_ufunc, function_called, title
from matcalc.symbolic.constants import node_of
from matcalc.symbolic.ufuncs import BINARY, COMPARISONS, DECISIONS, OPERATORS, UNARY
from matcalc.symbolic.valueless import Valueless
from matcalc.variables import Variable

_NUMBERS = (int, float, Fraction, np.number, np.bool_, np.ndarray, list, tuple)
_SHOWN = 200  # characters of a formula


class Symbolic(Arithmetic, Valueless):
    """A formula of declared variables, made by operators and functions; vectors are columns.

    Operators are read as those of a formula that :func:`derive` takes: ``@ * / + - **`` and
    ``.T``, with numbers and NumPy arrays as constants. NumPy's functions take it too.

    Attributes:
        value: What it means, and whether it is a row.
        declared: Its variables, and what is known of them.

    >>> import matcalc as mc, numpy as np
    >>> A, x = mc.symbols("A[n,n] x[n]")
    >>> x.T @ A @ np.exp(x)
    <x.T @ A @ exp(x), a scalar>
    """

    __slots__ = ("declared", "value")

    columns = True  # vectors are columns and rows

    def __init__(self, value: Value, declared: Mapping[str, Declared]) -> None:
        self.value = value
        self.declared = declared

    @property
    def shape(self) -> tuple[Any, ...]:
        """The sizes, numbers or names; one for a column or a row."""
        return self.value.node.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.value.node.shape)

    @property
    def size(self) -> Any:
        """The number of entries."""
        return dimensions.product(self.value.node.shape)

    @property
    def T(self) -> Symbolic:  # noqa: N802 - as NumPy spells it
        """The transpose: of a column a row, of an array its axes in reverse."""
        return type(self)(transposed(self.value), self.declared)

    @property
    def name(self) -> str:
        """The name of the variable that it is.

        Raises:
            NotationError: It is a formula of variables.
        """
        node = self.value.node
        if not isinstance(node, Symbol):
            raise NotationError("this is a formula, where a variable is asked for")
        return node.name

    @property
    def properties(self) -> dict[str, frozenset[str]]:
        """What was declared of the variables, by name."""
        return {name: one.properties for name, one in self.declared.items()}

    @property
    def constants(self) -> dict[str, Array]:
        """The arrays that stand in it, by the names that they are printed under."""
        return {name: node.array for name, node in self._held().items()}

    def _held(self) -> dict[str, Data]:
        shapes = [one.variable.shape for one in self.declared.values()]
        taken = {name for shape in shapes for size in shape for name in dimensions.names(size)}
        taken.update(self.declared)
        held = [node for node in topological(self.value.node) if isinstance(node, Data)]
        names = (f"c{k}" for k in range(1, len(held) + len(taken) + 1))
        return dict(zip((name for name in names if name not in taken), held, strict=False))

    def formula(self, opaque: Collection[str] = ()) -> Formula:
        """What :func:`derive` differentiates.

        Args:
            opaque: Names of arrays that stand in it as symbols of their own.

        Raises:
            NotationError: A name is both a variable and a dimension.
        """
        variables = {name: one.variable for name, one in self.declared.items()}
        check_names((), variables, {})
        held = self._held()
        hidden: dict[Node, Node] = {
            node: symbol(name, node.shape) for name, node in held.items() if name in opaque
        }
        notes = tuple(
            f"{Variable(name, node.shape)} is an array that the expression holds"
            for name, node in held.items()
        )
        return Formula(
            node=substituted(self.value.node, hidden),
            symbols={name: symbol(name, one.shape) for name, one in variables.items()},
            named=dict(held),
            columns=self.columns,
            notes=notes,
            variables=variables,
            forced={},
        )

    def _written(self) -> WrittenFormula:
        formula = self.formula()
        named = {node: name for name, node in formula.named.items()}
        return write_in_tables(formula.node, tuple(formula.symbols), named, row=self.value.row)

    @property
    def text(self) -> str:
        """The formula in the input language, vectors as columns, arrays as ``c1``."""
        return text(self._written())

    @property
    def unicode(self) -> str:
        """The formula as books print it, in Unicode."""
        return unicode(self._written())

    @property
    def latex(self) -> str:
        """The formula as books print it, in LaTeX."""
        return latex(self._written())

    def evaluate(self, /, **arrays: Any) -> Array:
        """The numbers of the formula.

        Args:
            arrays: The variables by name, vectors as one-dimensional arrays; dimensions as whole
                numbers, where no variable has them.

        Raises:
            UnboundError: A variable or a dimension has no numbers.
            ShapeError: An array has another shape than its variable.
            ArrayError: There is no variable of that name, or its numbers are not real.

        >>> import matcalc as mc
        >>> x, y = mc.symbols("x[n] y[n]")
        >>> (x.T @ y).evaluate(x=[1.0, 2.0], y=[3.0, 4.0])
        array(11.)
        """
        values, sizes = given_arrays(self.formula().symbols, arrays)
        return evaluate(self.value.node, values, sizes, libraries=library_in)

    @classmethod
    def operated(cls, sign: str, one: Value, two: Value) -> Value:
        """The value of ``one sign two``."""
        return operated(sign, one, two)

    @classmethod
    def matched(cls, name: str, one: Value, two: Value) -> tuple[Node, Node, bool]:
        """The operands of a function entry by entry, of one shape; and whether they are rows."""
        row = entrywise(name, one, two)
        shape = algebra.common_shape(name, (one.node, two.node))
        return algebra.spread(one.node, shape), algebra.spread(two.node, shape), row

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method in ("outer", "reduce", "accumulate"):
            return _of_method(ufunc, method, inputs, options)
        check_ufunc(ufunc, method, options)
        name = ufunc.__name__
        kind, declared = family(inputs)
        values = [value_of(one) for one in inputs]
        if ufunc in OPERATORS:
            return kind(kind.operated(OPERATORS[ufunc], *values), declared)
        if name in UNARY:
            return kind(Value(UNARY[name](values[0].node), values[0].row), declared)
        if name in BINARY:
            one, two, row = kind.matched(title(ufunc), *values)
            return kind(Value(BINARY[name](one, two), row), declared)
        if name in DECISIONS:
            return DECISIONS[name](*inputs)
        if name in COMPARISONS:
            return COMPARISONS[name](kind(values[0], declared), inputs[1])
        raise NotDifferentiableError(f"{title(ufunc)} cannot be traced: no rule is known for it")

    def __array_function__(
        self, function: Any, types: Any, args: Sequence[Any], named: Mapping[str, Any]
    ) -> Any:
        del types
        if function is np.transpose and len(args) == 1 and not named:
            return args[0].T
        if function in (np.shape, np.ndim, np.size):
            return getattr(args[0], function.__name__)
        kind, declared = family((*args, *named.values()))
        given = {key: unwrapped(value) for key, value in named.items()}
        found = function_called(function, [unwrapped(one) for one in args], given)
        if isinstance(found, tuple):
            several = [kind(Value(node), declared) for node in found]
            return tuple(several) if type(found) is tuple else type(found)(*several)
        return kind(Value(found), declared)

    def binary(self, sign: str, one: Any, two: Any) -> Any:
        """``one sign two``, in the reading of the operands; one of them is this formula."""
        if not all(isinstance(operand, (Symbolic, *_NUMBERS)) for operand in (one, two)):
            return NotImplemented
        kind, declared = family((one, two))
        return kind(kind.operated(sign, value_of(one), value_of(two)), declared)

    def __abs__(self) -> Any:
        return np.absolute(self)

    def __repr__(self) -> str:
        shown = self.text
        if len(shown) > _SHOWN:
            shown = shown[:_SHOWN] + "…"
        return f"<{shown}, {self.value.title}>"

    def __str__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"


def _of_method(
    ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: Mapping[str, Any]
) -> Any:
    """``np.add.outer(a, b)``, ``np.add.reduce(a)``: what they are without the method."""
    if method == "outer" and len(inputs) == 2 and not options:
        one, two = inputs
        return ufunc(np.reshape(one, (*np.shape(one), *[1] * np.ndim(two))), two)
    function, name = getattr(ufunc, method), f"{title(ufunc)}.{method}"
    if function not in FUNCTIONS:
        raise NotDifferentiableError(f"{name} cannot be traced")
    kind, declared = family(inputs)
    named = {"axis": 0, **options}
    return kind(Value(function_called(function, [unwrapped(*inputs)], named, name)), declared)


def symbolics(operands: Iterable[object]) -> Iterator[Symbolic]:
    """The formulas among operands, and in lists and arrays of them."""
    for one in operands:
        if isinstance(one, Symbolic):
            yield one
        elif isinstance(one, (list, tuple)):
            yield from symbolics(one)
        elif isinstance(one, np.ndarray) and one.dtype == object:
            yield from symbolics(one.flat)


def holds_formulas(*operands: object) -> bool:
    """Whether there is a formula among operands, or in lists of them."""
    return next(symbolics(operands), None) is not None


def family(operands: Iterable[object]) -> tuple[type[Symbolic], Mapping[str, Declared]]:
    """The class of what is made of operands, and the variables of all of them.

    Raises:
        ShapeError: A name is declared with two shapes.
    """
    kind: type[Symbolic] = Symbolic
    declared: Mapping[str, Declared] = {}
    for one in symbolics(operands):
        if not one.columns:
            kind = type(one)
        if one.declared is not declared:
            declared = _together(declared, one.declared)
    return kind, declared


def _together(one: Mapping[str, Declared], two: Mapping[str, Declared]) -> Mapping[str, Declared]:
    if one.items() >= two.items():
        return one
    if two.items() >= one.items():
        return two
    both = {**one, **two}
    for name in one.keys() & two.keys():
        first, second = one[name], two[name]
        if first.variable != second.variable:
            shapes = f"{first.variable} and {second.variable}"
            raise ShapeError(f"{name} is declared with two shapes, {shapes}")
        both[name] = first._replace(properties=first.properties | second.properties)
    return both


def unwrapped(operand: Any) -> Any:
    """An operand with values in place of formulas."""
    if isinstance(operand, Symbolic):
        return operand.value
    if isinstance(operand, (list, tuple)):
        return tuple(map(unwrapped, operand))
    if isinstance(operand, np.ndarray) and operand.dtype == object:
        return unwrapped(operand.tolist())
    return operand


def value_of(operand: Any) -> Value:
    """The value of a formula, a number, an array, or a list of them."""
    return operand.value if isinstance(operand, Symbolic) else Value(node_of(unwrapped(operand)))


def symbols(declarations: Declarations) -> Any:
    """Variables as values of Python, of which operators and functions make formulas.

    Args:
        declarations: Names with shapes and properties, as :func:`derive` takes them:
            ``"W[m,n] S[n,n]:symmetric x[n]"``; a name alone is a scalar. Vectors are columns.

    Returns:
        A :class:`Symbolic`; of several names a tuple of them.

    Raises:
        NotationError: They cannot be read, or there are none.
        ShapeError: A name is declared with two shapes, or a property does not fit its shape.

    >>> import matcalc as mc
    >>> W, x, y = mc.symbols("W[m,n] x[n] y[m]")
    >>> loss = mc.sum((W @ x - y)**2)
    >>> mc.derive(loss, wrt=W, layout="denominator").text
    '2 * (W @ x - y) @ x.T'
    """
    declared = parse_declarations(declarations, sizes_alone=False)
    if not declared:
        raise NotationError('no variable is declared: symbols("W[m,n] x[n]")')
    made = tuple(
        Symbolic(Value(symbol(name, one.variable.shape)), declared)
        for name, one in declared.items()
    )
    return made if len(made) > 1 else next(iter(made))

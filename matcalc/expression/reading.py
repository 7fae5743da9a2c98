"""Reading a formula: names become nodes, sizes are made to agree, vectors are columns.

There are two readings, of the whole formula: first every vector is a column; if that does not fit
and no vector is transposed, vectors are NumPy's one-dimensional arrays. If neither fits, what
fails in columns is reported.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from matcalc.errors import MatcalcError, ShapeError
from matcalc.expression import mapped
from matcalc.expression.advice import advised
from matcalc.expression.attempt import Attempt
from matcalc.expression.formula import Formula, KnownNames
from matcalc.expression.lines import check_names, fused, lines_of, with_sizes
from matcalc.expression.parser import parse
from matcalc.expression.reader import Reader, Scope
from matcalc.expression.unification import Sizes, sizes_of
from matcalc.variables import Variable

_NO_SIZES: Mapping[str, int] = {}
_NO_NAMES = KnownNames()


def read_formula(
    formula: str,
    variables: Mapping[str, Variable],
    sizes: Mapping[str, int] = _NO_SIZES,
    opaque: Collection[str] = (),
    *,
    names: KnownNames = _NO_NAMES,
) -> Formula:
    """Read a formula of variables whose shapes are known; names of sizes are made to agree.

    Args:
        formula: The formula, in the input language.
        variables: Its variables by name.
        sizes: The sizes of dimensions that are known.
        opaque: Intermediate results that stand in the formula as symbols of their own.
        names: Dimensions that no variable has, and functions that were declared.

    Raises:
        NotationError: It cannot be read, or a name is unknown.
        UnknownRuleError: A function is unknown.
        ShapeError: Its shapes do not fit.

    >>> x, A = Variable("x", ("n",)), Variable("A", ("n", "n"))
    >>> read_formula("x.T @ A @ x", {"x": x, "A": A}).node.shape
    ()
    >>> read_formula("x @ A @ x", {"x": x, "A": A}).columns
    False
    >>> read_formula("A @ y", {"A": A, "y": Variable("y", ("k",))}).forced
    {'k': 'n'}
    """
    rest = (sizes, opaque, names)
    try:
        return _read(formula, variables, *rest)
    except MatcalcError as error:

        def read(text: str, declared: Mapping[str, Variable]) -> Attempt:
            try:
                reader = _reader(text, declared, *rest)
            except MatcalcError as error:
                return Attempt(error)
            return reader.attempted()

        raise advised(error, formula, variables, read) from None


def _read(
    formula: str,
    variables: Mapping[str, Variable],
    sizes: Mapping[str, int] = _NO_SIZES,
    opaque: Collection[str] = (),
    names: KnownNames = _NO_NAMES,
    *,
    free: bool = False,
) -> Formula:
    """Read a formula in columns, or else as one of one-dimensional arrays."""
    rest = (formula, variables, sizes, opaque, names)
    columns = _reader(*rest, free=free)
    try:
        return columns.read()
    except ShapeError as error:
        flat = _reader(*rest, columns=False, free=free)
        try:
            found = flat.read()
        except MatcalcError:
            raise error from None
        if flat.transposes:
            raise
        return found


def read_undeclared(formula: str, variables: Mapping[str, Variable]) -> Formula:
    """The same where nobody declared the sizes: those of one variable may become equal.

    Raises:
        NotationError: It cannot be read.
        ShapeError: Its shapes do not fit.
    """
    return _read(formula, variables, free=True)


def read_in_columns(formula: str, variables: Mapping[str, Variable]) -> Formula:
    """The same where vectors are columns, and nothing else.

    Raises:
        NotationError: It cannot be read, or a name is unknown.
        ShapeError: Its shapes do not fit in columns.
    """
    return _reader(formula, variables).read()


def _reader(
    formula: str,
    variables: Mapping[str, Variable],
    sizes: Mapping[str, int] = _NO_SIZES,
    opaque: Collection[str] = (),
    names: KnownNames = _NO_NAMES,
    *,
    columns: bool = True,
    free: bool = False,
) -> Reader:
    """The reader of a formula, each ``I`` with a size of its own.

    Raises:
        NotationError: It cannot be parsed, or a name is given twice.
    """
    known = [*variables, *sizes, *names.sizes, *sizes_of(variables.values())]
    assignments, unsized = with_sizes(fused(parse(formula)), known)
    lines = lines_of(assignments)
    check_names(lines, variables, sizes)
    held = mapped.held(names.functions)
    sized = Sizes(variables, sizes, names.sizes, held, free=free)
    return Reader(Scope(lines, unsized, opaque, names.functions), sized, columns=columns)

"""What a function of plain NumPy or PyTorch computes, recorded as a formula."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Mapping
from traceback import walk_tb
from types import CellType, ModuleType
from typing import Any

from matcalc.errors import MatcalcError, NotationError, NotDifferentiableError
from matcalc.expression import Declarations, Declared, parse_declarations
from matcalc.expression.values import Value
from matcalc.graph import symbol
from matcalc.symbolic.array_methods import SPELLINGS, Spellings
from matcalc.symbolic.borrowed_names import assigns_items, borrowed, keywords_in, names_in
from matcalc.symbolic.constructors import constructors
from matcalc.symbolic.expressions import Symbolic, value_of
from matcalc.symbolic.foreign import refusal
from matcalc.symbolic.library_functions import library_functions
from matcalc.symbolic.python_functions import python_functions
from matcalc.symbolic.selections import Selection
from matcalc.symbolic.tensors import TensorTracer
from matcalc.symbolic.tracing import Tracer, refuse_rows

_SHOWN = 72  # characters of a line
#: Methods and keywords that tensors have, and NumPy's arrays have not.
_OF_TENSORS = frozenset(["dim", "keepdim", "unsqueeze", "permute", "masked_fill", "detach"])


def trace(function: Callable[..., Any], variables: Declarations) -> Tracer:
    """The formula that a function of plain NumPy computes, as :func:`derive` takes it.

    The function is called once, with arrays that have shapes and no values. Numbers in it are
    exact; arrays that it holds stand in the formula as they are and are printed as ``c1``, ….

    Args:
        function: Takes arrays and gives an array: by name where its parameters have the names
            that are declared, else in the order in which they are declared.
        variables: The shapes of its arguments, ``"W[3,2] x[2]"``; vectors have one axis.

    Raises:
        NotDifferentiableError: A function of NumPy has no rule, or an array is changed in place.
        UnboundError: The function asks for values: ``if x > 0``, ``float(x)``.
        ShapeError: Shapes do not fit.
        NotationError: The variables cannot be read.

    >>> import matcalc as mc, numpy as np
    >>> def loss(W, x):
    ...     return np.sum(np.exp(W @ x))
    >>> traced = mc.trace(loss, "W[3,2] x[2]")
    >>> traced.text
    'sum(exp(W @ x))'
    >>> mc.derive(traced, wrt="x", layout="denominator").text
    'W.T @ exp(W @ x)'
    """
    if isinstance(function, Symbolic):
        raise NotationError("trace records a function; the sum of a diagonal is tr(X)")
    if not callable(function):
        raise NotationError(
            "trace records a Python function; a formula as text is differentiated as it is: "
            "matcalc.derive('sum(x**2)', wrt='x', …)"
        )
    declared = parse_declarations(variables, sizes_alone=False)
    kind = TensorTracer if _is_of_tensors(function) else Tracer
    given = {
        name: kind(Value(symbol(name, one.variable.shape)), declared)
        for name, one in declared.items()
    }
    spellings = Spellings()
    before = SPELLINGS.set(spellings)
    try:
        result = _called(with_own_names(function, declared, kind), given)
    finally:
        SPELLINGS.reset(before)
    _check(spellings, result)
    value = value_of(result)
    refuse_rows(value)
    return kind(Value(value.node), declared)


def _check(said: Spellings, result: object) -> None:
    """Refuse a variance that may be NumPy's or PyTorch's, and a result that is no array.

    Raises:
        NotDifferentiableError: There is one; or the result is several, none, or of an unknown size.
    """
    if said.spread and said.tensor:
        name = said.spread
        raise NotDifferentiableError(
            f"x.{name}() divides by the number of entries in NumPy and by one less in PyTorch, "
            f"and x.{said.tensor}() is a tensor's: write x.{name}(ddof=0) or torch.{name}(x)"
        )
    if isinstance(result, tuple):
        raise NotDifferentiableError(
            f"the function gives {len(result)} results, and one is traced: say which, "
            "trace(lambda …: function(…)[0], …); np.stack puts several into one"
        )
    if isinstance(result, Selection):
        raise NotDifferentiableError(
            "the function gives x[mask]: how many entries it has depends on values; "
            "np.where(mask, x, 0) keeps the shape"
        )
    if result is None or isinstance(result, (str, Mapping)):
        raise NotDifferentiableError(f"the function gave {type(result).__name__}, not an array")


def _is_of_tensors(function: Callable[..., Any]) -> bool:
    """Whether a function names PyTorch or a method of tensors, which its arrays have then."""
    code = getattr(function, "__code__", None)
    if code is None:
        return type(function).__module__.partition(".")[0] == "torch"
    names = {*names_in(code), *keywords_in(code)}
    space = getattr(function, "__globals__", {})
    cells = getattr(function, "__closure__", None) or ()
    held = [*map(space.get, names), *(one.cell_contents for one in cells if one != CellType())]
    return bool(names & _OF_TENSORS) or any(map(_is_of_torch, held))


def _is_of_torch(one: Any) -> bool:
    home = one.__name__ if isinstance(one, ModuleType) else getattr(one, "__module__", None)
    return str(home or type(one).__module__).partition(".")[0] == "torch"


def with_own_names(
    function: Callable[..., Any], declared: Mapping[str, Declared], kind: type[Tracer] = Tracer
) -> Callable[..., Any]:
    """A function whose names for ``np.zeros``, ``len`` and SciPy's functions take tracers."""
    writes: list[bool] = []

    def traced(value: Value) -> Tracer:
        return kind(value, declared)

    meanings = {
        **constructors(Tracer, traced, lambda: any(writes)),
        **library_functions(),
        **python_functions(Tracer),
    }
    found, functions = borrowed(function, meanings)
    writes.extend(map(assigns_items, functions))
    return found


def _called(function: Callable[..., Any], given: Mapping[str, Tracer]) -> Any:
    """What a function gives; errors are of ours, where NumPy wrapped them or a library failed."""
    try:
        if set(given) <= _keywords(function):
            return function(**given)
        return function(*given.values())
    except Exception as error:
        ours = error if isinstance(error, MatcalcError) else _cause(error)
        said = refusal(error, is_ours=ours is not None) or ours
        if said is None:
            raise
        line = _line(error)
        raise (said.changed(message=f"{said.stated}{line}") if line else said) from None


def _line(error: BaseException) -> str:
    """The line of the traced function where an error was raised; empty where nobody knows."""
    found = ""
    for frame, line in walk_tb(error.__traceback__):
        home = frame.f_globals.get("__name__", "").partition(".")[0]
        inline = frame.f_code.co_name == "<lambda>"  # it stands where trace was called
        if home not in ("matcalc", "numpy", "scipy", "torch") and not inline:
            text = linecache.getline(frame.f_code.co_filename, line).strip()
            found = f"; in line {line}: {text[:_SHOWN]}" if text else found
    return found


def _keywords(function: Callable[..., Any]) -> set[str]:
    """The parameters that can be given by name."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # a function of C
        return set()
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name for name, one in parameters.items() if one.kind in named}


def _cause(error: BaseException) -> MatcalcError | None:
    cause = error.__cause__ or error.__context__
    while cause is not None and not isinstance(cause, MatcalcError):
        cause = cause.__cause__ or cause.__context__
    return cause

"""Calls of NumPy's functions on parts of formulas, and what is said where one cannot be traced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import signature
from typing import Any

import numpy as np

from matcalc.errors import MatcalcError, NotDifferentiableError, ShapeError
from matcalc.expression.missing import MISSING
from matcalc.expression.values import Value
from matcalc.symbolic.array_functions import FUNCTIONS

_ANYHOW = frozenset([np.sum, np.mean, np.prod, np.max, np.min, np.linalg.norm])  # rows too


def title(function: Callable[..., Any]) -> str:
    """A function of NumPy as people write it.

    >>> title(np.linalg.inv), title(np.exp), title(np.sum)
    ('np.linalg.inv', 'np.exp', 'np.sum')
    """
    module = getattr(function, "__module__", None) or "numpy"
    home = "np" if module.split(".")[0] != "scipy" else "scipy.special"
    inside = ".".join(part for part in module.split(".")[1:] if not part.startswith("_"))
    middle = f".{inside}" if inside in ("linalg", "fft", "random") else ""
    return f"{home}{middle}.{function.__name__}"


def function_called(
    function: Callable[..., Any], args: Sequence[Any], named: Mapping[str, Any], name: str = ""
) -> Any:
    """The node, or the nodes, that a function of NumPy gives, or one of another name.

    Raises:
        NotDifferentiableError: It cannot be traced, or not with these arguments.
        ShapeError: The arguments do not fit it.
    """
    name = name or title(function)
    if function not in FUNCTIONS:
        why = MISSING.get(function.__name__, "no rule is known for it")
        raise NotDifferentiableError(f"{name} cannot be traced: {why}")
    lying = next((value for value in _values(args) if value.row), None)
    if lying is not None and function not in _ANYHOW:
        raise ShapeError(f"{name} takes a column, and {lying.title} is a row")
    meaning = FUNCTIONS[function]
    given = {key: value for key, value in named.items() if value is not None}
    unknown = [key for key in given if key not in signature(meaning).parameters]
    if unknown:
        raise NotDifferentiableError(f"{name} with {unknown[0]}= cannot be traced")
    return called_safely(name, meaning, args, given)


def called_safely(
    name: str,
    meaning: Callable[..., Any],
    args: Sequence[Any],
    named: Mapping[str, Any],
    said: Callable[[], str] = str,
) -> Any:
    """What a meaning gives; what Python says of arguments that do not fit is an error of ours.

    Raises:
        NotDifferentiableError: They do not fit; what is ``said`` of them, if asked, comes last.
    """
    try:
        return meaning(*args, **named)
    except MatcalcError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        raise NotDifferentiableError(
            f"{name} cannot be traced with arguments like these{said()}"
        ) from error


def _values(args: Sequence[Any]) -> Iterator[Value]:
    for one in args:
        if isinstance(one, Value):
            yield one
        elif isinstance(one, (list, tuple)):
            yield from _values(one)


def check_ufunc(ufunc: np.ufunc, method: str, options: Mapping[str, Any]) -> None:
    """Refuse what a ufunc does beyond computing a new array entry by entry.

    Raises:
        NotDifferentiableError: It writes into an array, reduces, or has options.
    """
    name = title(ufunc)
    if "out" in options:
        raise NotDifferentiableError(
            f"{name} into an array that is there already, by out= or by +=, cannot be traced; "
            "write a = a + b"
        )
    if method != "__call__":
        raise NotDifferentiableError(f"{name}.{method} cannot be traced")
    if options:
        listed = ", ".join(f"{key}=" for key in options)
        raise NotDifferentiableError(f"{name} with {listed} cannot be traced")

"""A function with other meanings for some of its names, while it is traced.

NumPy hands most of its functions on to what they are given, but not those that make arrays of
sizes: ``np.eye(A.shape[0])``, ``np.zeros(len(x))``; and SciPy hands nothing on. So a traced
function runs as a copy, whose names for these, for ``len`` and for ``isinstance`` stand for ours.
Functions of its own that it calls are copied too; nothing outside changes.
"""

from __future__ import annotations

import builtins
import dis
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

_MODULES = ("numpy", "scipy", "math")
_OTHERS = frozenset({"matcalc", "torch", "jax", *sys.stdlib_module_names})
_PLACES = (
    *("scipy.linalg", "scipy.special", "scipy.stats", "scipy.spatial.distance"),
    *("numpy", "numpy.linalg"),
)

Meanings = Mapping[str, Any]


def borrowed(
    function: Callable[..., Any], meanings: Meanings
) -> tuple[Callable[..., Any], tuple[Callable[..., Any], ...]]:
    """A copy of a function in which names have other meanings; and all functions that it copied.

    Args:
        function: A function of Python; anything else is given back as it is.
        meanings: By title, ``numpy.eye``, ``builtins.len``; each takes what the other takes.
    """
    borrower = _Borrower(meanings)
    found: Callable[..., Any] = borrower.value(function)
    return found, tuple(borrower.copies)


class _Borrower:
    """What values stand for; each function is copied once."""

    def __init__(self, meanings: Meanings) -> None:
        self.meanings = meanings
        self.copies: dict[Any, FunctionType] = {}
        self.builtins = dict(vars(builtins))
        for title, meaning in meanings.items():
            if title.startswith("builtins."):
                self.builtins[title.removeprefix("builtins.")] = meaning
        self.builtins["__import__"] = self.imported

    def value(self, one: Any) -> Any:
        """What a value stands for: most for themselves."""
        if isinstance(one, ModuleType):
            return _Module(one, self) if _is_shown(one.__name__) else one
        if isinstance(one, MethodType):
            return MethodType(self.value(one.__func__), one.__self__)
        if isinstance(one, partial):
            return partial(self.value(one.func), *one.args, **one.keywords)
        if isinstance(one, FunctionType) and _is_users(one):
            return self.copied(one)
        if callable(one) and not isinstance(one, (type, _Module)):
            return self.meanings.get(_title(one), one)
        return one

    def copied(self, function: FunctionType) -> FunctionType:
        """A function whose globals are those that it names, with their other meanings."""
        if function in self.copies:
            return self.copies[function]
        space: dict[str, Any] = {
            "__builtins__": self.builtins,
            "__name__": function.__module__ or "",
        }
        cells = function.__closure__ or ()
        self.copies[function] = _again(function, space, cells)
        before = function.__globals__
        named = names_in(function.__code__)
        space.update((name, self.value(before[name])) for name in named if name in before)
        if any(self.cell(cell) is not cell for cell in cells):
            self.copies[function] = _again(function, space, tuple(map(self.cell, cells)))
        return self.copies[function]

    def cell(self, cell: Any) -> Any:
        """A variable of a function around, if what it holds has another meaning."""
        try:
            held = cell.cell_contents
        except ValueError:  # not assigned yet
            return cell
        if isinstance(held, FunctionType) and held in self.copies:
            return cell  # a function that names itself
        found = self.value(held)
        return cell if found is held else type(cell)(found)

    def imported(self, name: str, *rest: Any, **named: Any) -> Any:
        """``import numpy`` within a function."""
        return self.value(builtins.__import__(name, *rest, **named))


def _again(
    function: FunctionType, space: dict[str, Any], cells: tuple[CellType, ...]
) -> FunctionType:
    """A function with other globals, and other variables of the functions around it."""
    found = FunctionType(function.__code__, space, function.__name__, function.__defaults__, cells)
    found.__kwdefaults__ = function.__kwdefaults__
    found.__wrapped__ = function  # type: ignore[attr-defined]
    return found


class _Module:
    """NumPy or SciPy, whose functions may have other meanings."""

    def __init__(self, module: ModuleType, borrower: _Borrower) -> None:
        self.__dict__["_of"] = module, borrower

    def __getattr__(self, name: str) -> Any:
        module, borrower = self._of
        found = borrower.value(getattr(module, name))
        return borrower.meanings.get(f"{module.__name__}.{name}", found)

    def __repr__(self) -> str:
        return repr(self._of[0])


def _is_shown(name: str) -> bool:
    return name.partition(".")[0] in _MODULES and not name.startswith("numpy.random")


def _is_users(function: FunctionType) -> bool:
    home = (function.__module__ or "").partition(".")[0]
    return home == "__main__" or (home not in _OTHERS and home not in _MODULES)


def _title(function: Any) -> str:
    """Where people find a function of NumPy or SciPy: ``scipy.linalg.solve``."""
    home = getattr(function, "__module__", None) or ""
    name = getattr(function, "__name__", "") or getattr(function, "name", "")
    if home.partition(".")[0] not in _MODULES:
        return f"builtins.{name}" if getattr(builtins, name, None) is function else ""
    places = (place for place in _PLACES if place in sys.modules)
    return next(
        (f"{k}.{name}" for k in places if getattr(sys.modules[k], name, None) is function), ""
    )


def names_in(code: CodeType) -> Iterator[str]:
    """The global names of a function and of the functions in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


def keywords_in(code: CodeType) -> Iterator[str]:
    """The keywords of calls in a function: ``dim`` of ``x.sum(dim=1)``."""
    for one in code.co_consts:
        if isinstance(one, tuple):
            yield from (word for word in one if isinstance(word, str))
        elif isinstance(one, CodeType):
            yield from keywords_in(one)


def assigns_items(function: Callable[..., Any]) -> bool:
    """Whether a function, or one in it, writes into arrays: ``h[t] = …``."""
    code = getattr(function, "__code__", None)
    return isinstance(code, CodeType) and _assigns(code)


def _assigns(code: CodeType) -> bool:
    own = any(
        step.opname in ("STORE_SUBSCR", "STORE_SLICE") or _is_in_place(step)
        for step in dis.get_instructions(code)
    )
    return own or any(_assigns(one) for one in code.co_consts if isinstance(one, CodeType))


def _is_in_place(step: dis.Instruction) -> bool:
    return step.opname == "BINARY_OP" and step.argrepr.endswith("=")

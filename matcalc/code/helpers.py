"""Functions that a library lacks, as source: our own, without what only type checkers read."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from copy import copy
from functools import lru_cache

from matcalc.code.dialects import NUMPY, Dialect
from matcalc.code.functions import functions_of
from matcalc.errors import UnknownRuleError
from matcalc.operations import arrays
from matcalc.operations.registry import SCIPY


@lru_cache(maxsize=1)
def _import_lines() -> dict[str, str]:
    """The lines that import what functions use besides their library, by the name of it."""
    found: dict[str, str] = {}
    for statement in ast.parse(inspect.getsource(arrays)).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for one in statement.names:
                line = copy(statement)
                line.names = [one]
                found[one.asname or one.name] = ast.unparse(line)
    del found["np"]  # the library, which a dialect imports
    return found | {"jax": "import jax"}


@lru_cache(maxsize=8)
def _definitions(module: str) -> dict[str, ast.stmt]:
    """The functions and constants that there are for a library, by name."""
    shared = inspect.getsource(arrays).replace("np.", f"{module}.")
    found: dict[str, ast.stmt] = {}
    for statement in [*ast.parse(shared).body, *ast.parse(functions_of(module)).body]:
        if isinstance(statement, ast.FunctionDef):
            found[statement.name] = statement
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found[statement.targets[0].id] = statement
    return found


def imported(name: str, called: str, dialect: Dialect) -> tuple[str, ...]:
    """The line that imports a function of another library, if it is one.

    >>> imported("erf", "erf_", NUMPY)
    ('from scipy.special import erf as erf_',)
    """
    if not _is_imported(name, dialect):
        return ()
    renamed = f" as {called}" if called != name else ""
    return (f"from scipy.{SCIPY[name]} import {name}{renamed}",)


def _is_imported(name: str, dialect: Dialect) -> bool:
    return dialect.module == NUMPY.module and name in SCIPY


def helper_sources(name: str, dialect: Dialect, called: str = "") -> tuple[str, ...]:
    """The source of a function, after what it needs of its module.

    Args:
        name: The function.
        dialect: The library that it calls.
        called: What it is called, if not by its name.

    Raises:
        UnknownRuleError: There is none for this library.

    >>> print(helper_sources("part", NUMPY)[0])
    def part(x, axis, start, stop):
        \"\"\"A slice along an axis.\"\"\"
        return x.take(range(start, stop), axis)
    """
    known = _definitions(dialect.module)
    if _is_imported(name, dialect):
        return ()
    if called and called != name:
        *needed, source = helper_sources(name, dialect)
        return (*needed, re.sub(rf"(?<![.\w]){name}(?=\()", called, source))
    if name not in known:
        raise no_code(name, dialect)
    used = dict.fromkeys(
        node.id for node in ast.walk(known[name]) if isinstance(node, ast.Name) and node.id != name
    )
    needed = [other for other in used if other in known and other != "Array"]
    before = dict.fromkeys(source for other in needed for source in helper_sources(other, dialect))
    return (*before, ast.unparse(_untyped(known[name])))


def no_code(name: str, dialect: Dialect) -> UnknownRuleError:
    """What is raised where a library has no code for an operation."""
    return UnknownRuleError(f"{name} has no {dialect.library} code yet")


def argument_defaults(name: str, dialect: Dialect) -> dict[str, str]:
    """The arguments of a function that stands before ours, with the source of their defaults.

    >>> argument_defaults("softmax", NUMPY)
    {'x': '', 'axis': 'None'}
    """
    definition = _definitions(dialect.module).get(name)
    if not isinstance(definition, ast.FunctionDef):
        return {}
    names = [one.arg for one in definition.args.args]
    defaults = [ast.unparse(one) for one in definition.args.defaults]
    return dict(zip(names, [""] * (len(names) - len(defaults)) + defaults, strict=True))


def _untyped(definition: ast.stmt) -> ast.stmt:
    """A copy of a definition without annotations."""
    copied = ast.parse(ast.unparse(definition)).body[0]
    for node in ast.walk(copied):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return copied


def helper_imports(sources: Sequence[str], dialect: Dialect) -> tuple[str, ...]:
    """The import lines that sources need besides the library."""
    whole = "\n".join(sources)
    names = [name for name in SCIPY if re.search(rf"(?<![.\w]){name}[(,]", whole)]
    lines = [line for name in names for line in imported(name, name, dialect)]
    known = _import_lines().items()
    others = [line for name, line in known if re.search(rf"(?<![.\w]){name}[.(]", whole)]
    return (*others, *lines)

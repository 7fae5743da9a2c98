"""Functions that a library lacks, as source: our own, without what only type checkers read."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from functools import lru_cache

from matcalc.code.dialects import NUMPY, Dialect
from matcalc.code.functions import functions_of
from matcalc.errors import UnknownRuleError
from matcalc.operations import RULES
from matcalc.plan import functions

#: Functions that NumPy has not, and the module of SciPy that has them.
_LIBRARIES = {
    name: f"scipy.{module}"
    for rule in RULES.values()
    for module, _, name in [rule.facts.scipy.partition(".")]
    if name
}
_IMPORTS = {
    "math.": "import math",
    "combinations(": "from itertools import combinations",
    "jax.": "import jax",
    **{f"{name}(": f"from {module} import {name}" for name, module in _LIBRARIES.items()},
}

_BY_HAND = {
    "sigmoid": '''def sigmoid(z):
    """1 / (1 + exp(-z)), entry by entry; 0 where exp(-z) is beyond the range of floats."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))''',
    "sinm": '''def sinm(x):
    """The sine of a matrix."""
    return expm(1j * x).imag''',
    "cosm": '''def cosm(x):
    """The cosine of a matrix."""
    return expm(1j * x).real''',
    "expm_frechet": '''def expm_frechet(x, e):
    """The Fréchet derivative of the matrix exponential at x in the direction e."""
    n = x.shape[-1]
    block = np.zeros((*e.shape[:-2], 2 * n, 2 * n), np.result_type(x, e, 0.0))
    block[..., :n, :n] = block[..., n:, n:] = x
    block[..., :n, n:] = e
    return expm(block)[..., :n, n:]''',
}


@lru_cache(maxsize=8)
def _definitions(module: str) -> dict[str, ast.stmt]:
    """The functions and constants that there are for a library, by name."""
    text = inspect.getsource(functions) if module == "np" else functions_of(module)
    found: dict[str, ast.stmt] = {}
    for statement in ast.parse(text).body:
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
    return (f"from {_LIBRARIES[name]} import {name}{renamed}",)


def _is_imported(name: str, dialect: Dialect) -> bool:
    return dialect is NUMPY and name in _LIBRARIES


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
    if dialect is NUMPY and name in _BY_HAND:
        return (_BY_HAND[name],)
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


def helper_imports(sources: Sequence[str]) -> tuple[str, ...]:
    """The import lines that sources need besides the library."""
    whole = "\n".join(sources)
    return tuple(
        line for sign, line in _IMPORTS.items() if re.search(rf"(?<![.\w]){re.escape(sign)}", whole)
    )

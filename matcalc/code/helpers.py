"""Functions that NumPy lacks, as source: our own, without what only type checkers read."""

from __future__ import annotations

import ast
import inspect
from functools import lru_cache

from matcalc.plan import functions

_BY_HAND = {
    "sigmoid": '''def sigmoid(z):
    """1 / (1 + exp(-z)), entry by entry; 0 where exp(-z) is beyond the range of floats."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))''',
    "expm_frechet": '''def expm_frechet(x, e):
    """The Fréchet derivative of the matrix exponential at x in the direction e."""
    n = x.shape[-1]
    block = np.zeros((*e.shape[:-2], 2 * n, 2 * n))
    block[..., :n, :n] = block[..., n:, n:] = x
    block[..., :n, n:] = e
    return expm(block)[..., :n, n:]''',
}


@lru_cache(maxsize=1)
def _definitions() -> dict[str, ast.stmt]:
    """The functions and constants of the plan, by name."""
    found: dict[str, ast.stmt] = {}
    for statement in ast.parse(inspect.getsource(functions)).body:
        if isinstance(statement, ast.FunctionDef):
            found[statement.name] = statement
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found[statement.targets[0].id] = statement
    return found


@lru_cache(maxsize=128)
def helper_sources(name: str) -> tuple[str, ...]:
    """The source of a function of the plan, after what it needs of its module.

    >>> print(helper_sources("part")[0])
    def part(x, axis, start, stop):
        \"\"\"A slice along an axis.\"\"\"
        return x.take(range(start, stop), axis)
    """
    if name in _BY_HAND:
        return (_BY_HAND[name],)
    definition = _definitions()[name]
    used = dict.fromkeys(
        node.id for node in ast.walk(definition) if isinstance(node, ast.Name) and node.id != name
    )
    needed = [other for other in used if other in _definitions() and other != "Array"]
    before = dict.fromkeys(source for other in needed for source in helper_sources(other))
    return (*before, ast.unparse(_untyped(definition)))


def argument_defaults(name: str) -> dict[str, str]:
    """The arguments of a function of the plan, with the source of their defaults.

    >>> argument_defaults("softmax")
    {'x': '', 'axis': 'None'}
    """
    definition = _definitions().get(name)
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


def helper_imports(sources: tuple[str, ...]) -> tuple[str, ...]:
    """The import lines that sources need besides NumPy."""
    whole = "\n".join(sources)
    lines = [
        ("import math", "math."),
        ("from itertools import permutations", "permutations("),
        ("from scipy.linalg import expm", " expm("),
    ]
    return tuple(line for line, sign in lines if sign in whole)

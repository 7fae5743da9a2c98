"""Functions of SciPy and of Python's math that take what is traced, as NumPy's do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from matcalc.errors import NotDifferentiableError
from matcalc.expression.values import Value
from matcalc.graph import Node
from matcalc.operations import RULES, algebra, find_rule
from matcalc.operations.linalg import solve
from matcalc.operations.parts import tril, triu
from matcalc.operations.statistics import cdist
from matcalc.operations.windows import toeplitz
from matcalc.symbolic.array_functions import FUNCTIONS, by_rule
from matcalc.symbolic.calls import function_called
from matcalc.symbolic.constants import node_of
from matcalc.symbolic.distributions import MULTIVARIATE_NORMAL, NORMAL, Distribution, real
from matcalc.symbolic.expressions import Symbolic, family, holds_formulas, unwrapped
from matcalc.symbolic.ufuncs import BINARY, UNARY


class Factorisation(NamedTuple):
    """A Cholesky factor, as ``cho_factor`` gives it to ``cho_solve``: the matrix itself."""

    matrix: Any
    lower: bool


def _entrywise(build: Callable[..., Node], *operands: Any) -> Node:
    return build(*map(node_of, operands))


def _number_first(name: str, n: int, x: Any) -> Node:
    return by_rule(name, x, **dict.fromkeys(find_rule(name).parameters, n))


def _along(name: str) -> Callable[..., Node]:
    def meaning(x: Any, axis: Any = None) -> Node:
        whole = axis is None and len(node_of(x).shape) > 1
        return by_rule(name, x, axis="all" if whole else axis)

    return meaning


def _solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False) -> Node:
    part = (tril if lower else triu)(node_of(a))
    turned = part if trans in (0, "N") else algebra.transpose(part)
    return solve(turned, node_of(b))


def _cho_solve(factor: Any, b: Any) -> Node:
    matrix = factor[0]
    if not isinstance(factor, Factorisation):
        triangle = (tril if factor[1] else triu)(node_of(matrix))
        turned = algebra.transpose(triangle)
        product = (
            algebra.matmul(triangle, turned) if factor[1] else algebra.matmul(turned, triangle)
        )
        return solve(product, node_of(b))
    return solve(node_of(matrix), node_of(b))


def _cdist(xa: Any, xb: Any, metric: str = "euclidean") -> Node:
    if metric not in ("euclidean", "sqeuclidean"):
        raise NotDifferentiableError(f"cdist with metric {metric!r} cannot be traced")
    distances = cdist(node_of(xa), node_of(xb))
    return distances if metric == "euclidean" else algebra.power(distances, 2)


def _cholesky(a: Any, lower: bool = False) -> Node:
    factor = FUNCTIONS[np.linalg.cholesky](a)
    return factor if lower else algebra.transpose(factor)


_OF_LINALG = "inv pinv det solve kron block_diag expm logm sqrtm sinm cosm eigvalsh svdvals"

#: What functions of SciPy mean, by title; operands are whatever :func:`node_of` takes.
_MEANINGS: dict[str, Callable[..., Any]] = {
    "scipy.linalg.solve_triangular": _solve_triangular,
    "scipy.linalg.cho_solve": _cho_solve,
    "scipy.linalg.cholesky": _cholesky,
    **{
        f"scipy.{one.facts.scipy}": partial(_number_first, one.name)
        for one in RULES.values()
        if one.facts.number_first
    },
    **{f"scipy.linalg.{name}": partial(by_rule, name) for name in _OF_LINALG.split()},
    "scipy.linalg.toeplitz": lambda c, r=None: toeplitz(node_of(c), node_of(c if r is None else r)),
    **{
        f"{home}.{name}": partial(_entrywise, build)
        for home in ("scipy.special", "math")
        for name, build in (UNARY | BINARY).items()
    },
    "scipy.special.logsumexp": FUNCTIONS[np.logaddexp.reduce],
    **{
        f"scipy.special.{one.name}": _along(one.name)
        for one in RULES.values()
        if one.facts.of_each_row
    },
    "scipy.spatial.distance.cdist": _cdist,
}


def library_functions() -> Mapping[str, Any]:
    """Meanings by title; of operands that are not traced each is the function itself."""
    found: dict[str, Any] = {
        title: _of_library(title, meaning) for title, meaning in _MEANINGS.items()
    }
    found["scipy.linalg.cho_factor"] = _cho_factor
    found["scipy.linalg.norm"] = _chosen(np.linalg.norm, partial(real, "scipy.linalg.norm"))
    found["scipy.stats.norm"] = Distribution("scipy.stats.norm", NORMAL)
    found["scipy.stats.multivariate_normal"] = Distribution(
        "scipy.stats.multivariate_normal", MULTIVARIATE_NORMAL
    )
    return found


def _of_library(title: str, meaning: Callable[..., Any]) -> Callable[..., Any]:
    FUNCTIONS.setdefault(meaning, meaning)

    def called(*args: Any, **named: Any) -> Any:
        if not holds_formulas(*args, *named.values()):
            return real(title)(*args, **named)
        kind, declared = family((*args, *named.values()))
        given = {key: unwrapped(one) for key, one in named.items()}
        given = {key: one for key, one in given.items() if key not in _UNUSED}
        found = function_called(meaning, [_kept(k) for k in args], given, title)
        return kind(Value(found), declared)

    called.__name__ = title.rpartition(".")[2]
    return called


_UNUSED = ("check_finite", "overwrite_a", "overwrite_b", "assume_a")


def _kept(operand: Any) -> Any:
    if isinstance(operand, Factorisation):
        return Factorisation(unwrapped(operand.matrix), operand.lower)
    return unwrapped(operand)


def _cho_factor(a: Any, lower: bool = False, **named: Any) -> Any:
    if not isinstance(a, Symbolic):
        return real("scipy.linalg.cho_factor")(a, lower, **named)
    return Factorisation(a, lower)


def _chosen(ours: Callable[..., Any], theirs: Callable[[], Callable[..., Any]]) -> Any:
    """What is ours, of operands that are traced, and else what a library has."""

    def called(*args: Any, **named: Any) -> Any:
        return (ours if holds_formulas(*args) else theirs())(*args, **named)

    return called

"""The operations on lists of floats, as the standard library has them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from math import inf, nan, prod
from operator import mul
from statistics import NormalDist
from typing import Any

from matcalc.errors import NotDifferentiableError, UnknownRuleError

Flat = list[float]
Shape = tuple[int, ...]
Function = Callable[..., Flat]
Matrix = list[list[float]]


def quotient(above: float, below: float) -> float:
    """A quotient, by 0 as floats have it: infinite, or no number."""
    if below:
        return above / below
    if not above or above != above:  # noqa: PLR0124 - no number equals nothing
        return nan
    return math.copysign(inf, above) * math.copysign(1.0, below)


def list_function(
    operation: str, parameters: tuple[Any, ...], shapes: Sequence[Shape], shape: Shape
) -> Function:
    """An operation on flat lists, for operands of known shapes.

    Raises:
        UnknownRuleError: There is none without NumPy.
    """
    if operation in _ENTRIES and not parameters:
        one = _ENTRIES[operation]
        return lambda x: [_tried(one, entry) for entry in x]
    if operation in _PAIRS and shapes[0] == shapes[1]:
        two = _PAIRS[operation]
        return lambda a, b: [_tried(two, x, y) for x, y in zip(a, b, strict=True)]
    if operation in _PAIRS and not shapes[1]:
        two = _PAIRS[operation]
        return lambda a, b: [_tried(two, x, *b) for x in a]
    if operation in _ALONG and shapes:
        axis = parameters[0] if parameters else -1 if operation.endswith("softmax") else None
        return _along(_ALONG[operation], shapes[0], axis)
    if operation in _MATRICES and len(shapes[0]) == 2:
        return _of_matrices(_MATRICES[operation], shapes)
    if operation == "pi":
        return lambda: [math.pi] * prod(shape)
    raise UnknownRuleError(f"{operation} needs NumPy: it has no function on lists")


def _tried(function: Callable[..., float], *entries: float) -> float:
    """A value as floats have it: infinite where it overflows, no number where there is none."""
    try:
        return function(*entries)
    except OverflowError:
        return inf
    except ValueError:
        return nan


def _log(x: float) -> float:
    return math.log(x) if x else -inf


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


_ENTRIES: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": _log,
    "log1p": math.log1p,
    "expm1": math.expm1,
    "abs": abs,
    "sign": _sign,
    "step": lambda x: float(x > 0),
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "arcsinh": math.asinh,
    "arccosh": math.acosh,
    "arctanh": math.atanh,
    "cbrt": math.cbrt,
    "sqrt": math.sqrt,
    "erf": math.erf,
    "erfc": math.erfc,
    "lgamma": math.lgamma,
    "Phi": NormalDist().cdf,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "relu": lambda x: max(x, 0.0),
    "silu": lambda x: x * _sigmoid(x),
    "log1p_square": lambda x: 2 * math.log(math.hypot(1.0, x)) if abs(x) > 1 else math.log1p(x * x),
    "logit": lambda x: _log(x) - math.log1p(-x),
}

_PAIRS: dict[str, Callable[[float, float], float]] = {
    "maximum": max,
    "minimum": min,
    "ratio": quotient,
    "hypot": math.hypot,
    "atan2": math.atan2,
    "power_of": math.pow,
    "pow": math.pow,
}


def _logsumexp(x: Flat) -> Flat:
    top = max(x)
    return [top + math.log(sum(math.exp(entry - top) for entry in x))]


def _softmax(x: Flat) -> Flat:
    top = max(x)
    powers = [math.exp(entry - top) for entry in x]
    total = sum(powers)
    return [entry / total for entry in powers]


def _log_softmax(x: Flat) -> Flat:
    (whole,) = _logsumexp(x)
    return [entry - whole for entry in x]


def _share(extreme: Callable[[Flat], float]) -> Callable[[Flat], Flat]:
    def share(x: Flat) -> Flat:
        hits = [float(entry == extreme(x)) for entry in x]
        return [entry / sum(hits) for entry in hits]

    return share


_ALONG: dict[str, Callable[[Flat], Flat]] = {
    "max": lambda x: [max(x)],
    "min": lambda x: [min(x)],
    "max_share": _share(max),
    "min_share": _share(min),
    "prod": lambda x: [prod(x)],
    "norm_along": lambda x: [math.hypot(*x)],
    "norm": lambda x: [math.hypot(*x)],
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
}


def _along(function: Callable[[Flat], Flat], shape: Shape, axis: int | None) -> Function:
    """A function of the entries along an axis, or of all."""
    if axis is None or not shape:
        return function
    axis %= len(shape)
    length, behind = shape[axis], prod(shape[axis + 1 :])
    whole = length * behind

    def apply(x: Flat) -> Flat:
        result: Flat = []
        for start in range(0, len(x), whole):
            block = [function(x[k : k + whole : behind]) for k in range(start, start + behind)]
            result += [line[k] for k in range(len(block[0])) for line in block]
        return result

    return apply


def _of_matrices(function: Callable[..., Matrix], shapes: Sequence[Shape]) -> Function:
    def apply(*arrays: Flat) -> Flat:
        matrices = [
            [x[k : k + prod(shape[1:])] for k in range(0, len(x), prod(shape[1:]))]
            for x, shape in zip(arrays, shapes, strict=True)
        ]
        return [entry for row in function(*matrices) for entry in row]

    return apply


def _eliminated(a: Matrix, b: Matrix) -> tuple[float, Matrix]:
    """The determinant of a, and the solution of a X = b: by elimination with pivots."""
    n, determinant = len(a), 1.0
    rows = [[*left, *right] for left, right in zip(a, b, strict=True)]
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        if not rows[best][k]:
            return 0.0, []
        if best != k:
            rows[k], rows[best], determinant = rows[best], rows[k], -determinant
        pivot = rows[k][k]
        determinant *= pivot
        rows[k] = [entry / pivot for entry in rows[k]]
        for i in range(n):
            factor = rows[i][k]
            if i != k and factor:
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return determinant, [row[n:] for row in rows]


def _solve(a: Matrix, b: Matrix) -> Matrix:
    determinant, found = _eliminated(a, b)
    if not determinant:
        raise NotDifferentiableError("solve has no value here: Singular matrix")
    return found


def _inverse(a: Matrix) -> Matrix:
    return _solve(a, [[float(i == k) for k in range(len(a))] for i in range(len(a))])


def _determinant(a: Matrix) -> float:
    return _eliminated(a, [[] for _ in a])[0]


def _cholesky(a: Matrix) -> Matrix:
    found = [[0.0] * len(a) for _ in a]
    for i in range(len(a)):
        for k in range(i + 1):
            rest = (a[i][k] + a[k][i]) / 2 - sum(map(mul, found[i][:k], found[k][:k]))
            if i == k and rest <= 0:
                raise NotDifferentiableError("cholesky has no value here: not positive definite")
            found[i][k] = math.sqrt(rest) if i == k else rest / found[k][k]
    return found


_MATRICES: dict[str, Callable[..., Matrix]] = {
    "inv": _inverse,
    "solve": _solve,
    "det": lambda a: [[_determinant(a)]],
    "logdet": lambda a: [[_log(abs(_determinant(a)))]],
    "det_sign": lambda a: [[_sign(_determinant(a))]],
    "cholesky": _cholesky,
}

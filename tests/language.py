"""What the functions of the language mean, in NumPy's words: for NumPy and for JAX.

Each table holds how a function is written, ``{}`` in place of its operands, beside what it is:
called with the words of a library and then arrays. ``exp({} / 4)`` stays in range by itself.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


def words(array: Any, special: Any, linalg: Any) -> Any:
    """NumPy's words, and the few that it lacks.

    Args:
        array: ``numpy`` or ``jax.numpy``.
        special: ``scipy.special`` or ``jax.scipy.special``.
        linalg: ``scipy.linalg`` or ``jax.scipy.linalg``.
    """
    return SimpleNamespace(np=array, erf=special.erf, expm=linalg.expm)


def softmax(xp: Any, x: Any, axis: int = -1) -> Any:
    grown = xp.np.exp(x - xp.np.max(x, axis=axis, keepdims=True))
    return grown / xp.np.sum(grown, axis=axis, keepdims=True)


def _phi(xp: Any, x: Any) -> Any:
    return (1 + xp.erf(x / 2**0.5)) / 2


def _sigmoid(xp: Any, x: Any) -> Any:
    return 1 / (1 + xp.np.exp(-x))


def _standardised(xp: Any, x: Any, eps: float) -> Any:
    return (x - xp.np.mean(x)) / xp.np.sqrt(xp.np.var(x) + eps)


#: Elementwise functions, smooth everywhere or but for single points.
ENTRYWISE: dict[str, Callable[[Any, Any], Any]] = {
    "tanh({})": lambda xp, x: xp.np.tanh(x),
    "sin({})": lambda xp, x: xp.np.sin(x),
    "sigmoid({})": _sigmoid,
    "cos({})": lambda xp, x: xp.np.cos(x),
    "exp(sin({}))": lambda xp, x: xp.np.exp(xp.np.sin(x)),
    "exp({} / 4)": lambda xp, x: xp.np.exp(x / 4),
    "log(1 + ({})**2)": lambda xp, x: xp.np.log(1 + x**2),
    "sqrt(2 + ({})**2)": lambda xp, x: xp.np.sqrt(2 + x**2),
    "softplus({})": lambda xp, x: xp.np.logaddexp(0.0, x),
    "erf({})": lambda xp, x: xp.erf(x),
    "Phi({})": _phi,
    "log_ndtr({})": lambda xp, x: xp.np.log(_phi(xp, x)),
    "arctan({})": lambda xp, x: xp.np.arctan(x),
    "gelu({})": lambda xp, x: x * _phi(xp, x),
    "silu({})": lambda xp, x: x * _sigmoid(xp, x),
    "relu({})": lambda xp, x: xp.np.maximum(x, 0.0),
    "abs({})": lambda xp, x: xp.np.abs(x),
    "leaky_relu({}, slope=0.2)": lambda xp, x: xp.np.where(x > 0, x, 0.2 * x),
    "log1p(sigmoid({}))": lambda xp, x: xp.np.log1p(_sigmoid(xp, x)),
    "expm1({} / 3)": lambda xp, x: xp.np.expm1(x / 3),
    "sinh(sin({}))": lambda xp, x: xp.np.sinh(xp.np.sin(x)),
    "cosh(tanh({}))": lambda xp, x: xp.np.cosh(xp.np.tanh(x)),
    "tan({} / (2 + abs({})))": lambda xp, x: xp.np.tan(x / (2 + xp.np.abs(x))),
    "arcsin(tanh({}) / 2)": lambda xp, x: xp.np.arcsin(xp.np.tanh(x) / 2),
    "arccos(sin({}) / 2)": lambda xp, x: xp.np.arccos(xp.np.sin(x) / 2),
    "logit(sigmoid({}) / 2)": lambda xp, x: (
        xp.np.log(_sigmoid(xp, x) / 2) - xp.np.log1p(-_sigmoid(xp, x) / 2)
    ),
    "clip({}, low=-1, high=0.5)": lambda xp, x: xp.np.clip(x, -1.0, 0.5),
}

#: Entrywise functions of two arrays of one shape.
PAIRED: dict[str, Callable[[Any, Any, Any], Any]] = {
    "maximum({}, {})": lambda xp, x, y: xp.np.maximum(x, y),
    "minimum({}, {})": lambda xp, x, y: xp.np.minimum(x, y),
    "hypot({}, 1 + exp({}))": lambda xp, x, y: xp.np.hypot(x, 1 + xp.np.exp(y)),
    "atan2({}, 1 + exp({}))": lambda xp, x, y: xp.np.arctan2(x, 1 + xp.np.exp(y)),
    "(1 + exp({})) ** tanh({})": lambda xp, x, y: (1 + xp.np.exp(x)) ** xp.np.tanh(y),
}

#: Numbers made of an array of any shape up to a matrix.
TO_A_NUMBER: dict[str, Callable[[Any, Any], Any]] = {
    "sum({})": lambda xp, x: xp.np.sum(x),
    "mean({})": lambda xp, x: xp.np.mean(x),
    "norm({})": lambda xp, x: xp.np.sqrt(xp.np.sum(x**2)),
    "logsumexp({})": lambda xp, x: xp.np.log(xp.np.sum(xp.np.exp(x))),
    "squared_norm({})": lambda xp, x: xp.np.sum(x**2),
    "max({})": lambda xp, x: xp.np.max(x),
    "min({})": lambda xp, x: xp.np.min(x),
    "norm1({})": lambda xp, x: xp.np.sum(xp.np.abs(x)),
}

#: Numbers made of a column.
OF_A_COLUMN: dict[str, Callable[[Any, Any], Any]] = {
    "prod({})": lambda xp, x: xp.np.prod(x),
    "huber({}, delta=0.5)": lambda xp, x: xp.np.sum(
        xp.np.where(xp.np.abs(x) <= 0.5, x**2 / 2, 0.5 * (xp.np.abs(x) - 0.25))
    ),
    "cross_entropy(softmax({}), softmax(cos({})))": lambda xp, x: (
        -xp.np.sum(softmax(xp, x) * xp.np.log(softmax(xp, xp.np.cos(x))))
    ),
    "hinge(sign({}), sin({}))": lambda xp, x: xp.np.sum(
        xp.np.maximum(1 - xp.np.sign(x) * xp.np.sin(x), 0.0)
    ),
}

#: Numbers made of two vectors or matrices of one shape.
PAIR_TO_A_NUMBER: dict[str, Callable[[Any, Any, Any], Any]] = {
    "half_squared_error({}, {})": lambda xp, x, y: xp.np.sum((x - y) ** 2) / 2,
    "cross_entropy_logits({}, {})": lambda xp, x, y: -xp.np.sum(x * xp.np.log(softmax(xp, y))),
    "binary_cross_entropy_logits({}, {})": lambda xp, x, y: xp.np.sum(
        xp.np.logaddexp(0.0, y) - x * y
    ),
}

#: Reductions along an axis of a matrix.
ALONG: dict[str, Callable[[Any, Any, int], Any]] = {
    "sum({}, axis={})": lambda xp, x, axis: xp.np.sum(x, axis=axis),
    "mean({}, axis={})": lambda xp, x, axis: xp.np.mean(x, axis=axis),
    "logsumexp({}, axis={})": lambda xp, x, axis: xp.np.log(xp.np.sum(xp.np.exp(x), axis=axis)),
    "max({}, axis={})": lambda xp, x, axis: xp.np.max(x, axis=axis),
    "min({}, axis={})": lambda xp, x, axis: xp.np.min(x, axis=axis),
    "prod({}, axis={})": lambda xp, x, axis: xp.np.prod(x, axis=axis),
}

#: Vectors made of one of the same size.
OF_A_VECTOR: dict[str, Callable[[Any, Any], Any]] = {
    "softmax({})": softmax,
    "log_softmax({})": lambda xp, x: xp.np.log(softmax(xp, x)),
    "layer_norm({}, cos({}), {}, eps=0.1)": lambda xp, x: (
        xp.np.cos(x) * _standardised(xp, x, 0.1) + x
    ),
    "rms_norm({}, sin({}), eps=0.1)": lambda xp, x: (
        xp.np.sin(x) * x / xp.np.sqrt(xp.np.mean(x**2) + 0.1)
    ),
}

#: Square matrices that are far from singular, made of any square matrix.
REGULAR: dict[str, Callable[[Any, Any], Any]] = {
    "eye({d}) + 0.1 * tanh({})": lambda xp, x: xp.np.eye(len(x)) + 0.1 * xp.np.tanh(x),
    "{} @ {}.T + 2 * eye({d})": lambda xp, x: x @ x.T + 2 * xp.np.eye(len(x)),
    "8 * eye({d}) - sin({})": lambda xp, x: 8 * xp.np.eye(len(x)) - xp.np.sin(x),
}


#: Signs that work entry by entry.
SIGNS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "+": lambda _, x, y: x + y,
    "-": lambda _, x, y: x - y,
    "*": lambda _, x, y: x * y,
    "/": lambda _, x, y: x / y,
}

"""Where numbers are extreme, and what operations are worth there: by mpmath, at 60 digits."""

from collections.abc import Callable
from typing import Any, NamedTuple

import mpmath as mp

mp.mp.dps = 60
Exact = Callable[..., Any]

#: Entries: 0, tiny, small, ordinary, in the tails, at the end of exp, huge.
POINTS = [
    sign * size
    for size in (1e-300, 1e-8, 0.3, 1.5, 5.0, 40.0, 710.0, 1000.0, 1e8, 1e200)
    for sign in (1.0, -1.0)
] + [0.0]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x)) if x > 0 else mp.exp(x) / (1 + mp.exp(x))


def phi(x: Any) -> Any:
    if x > 1e6:
        return 1 - phi(-x)
    if x < -1e6:  # NIST Digital Library of Mathematical Functions, eq. 7.12.1
        return density(x) / -x * (1 - 1 / x**2)
    return mp.erfc(-x / mp.sqrt(2)) / 2


def erf(x: Any) -> Any:
    return 2 * phi(mp.sqrt(2) * x) - 1 if abs(x) > 1 else mp.erf(x)


def density(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def log_ndtr(x: Any) -> Any:
    return mp.log(phi(x)) if x < 0 else mp.log1p(-phi(-x))


def stumpff(k: int, q: Any) -> Any:
    return mp.nsum(lambda n: (-q) ** int(n) / mp.factorial(2 * int(n) + k), [0, mp.inf])


def softplus(x: Any) -> Any:
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


class Entrywise(NamedTuple):
    """A formula of x, its value and its slope; where both exist, and within which bounds.

    Attributes:
        formula: In the input language.
        value: The value.
        slope: The derivative.
        least, most: The domain, ends left out.
        scale: What an error of the slope is relative to, beside the slope itself: 1 for
            ``1 - tanh(x)**2``, which books write so, and which loses what is far below 1.
    """

    formula: str
    value: Exact
    slope: Exact
    least: float = -float("inf")
    most: float = float("inf")
    scale: float = 0.0


def bell(x: Any) -> Any:
    return sigmoid(x) * sigmoid(-x)


def silu_slope(x: Any) -> Any:
    return sigmoid(x) + x * bell(x)


def _gelu_slope(x: Any) -> Any:
    return phi(x) + x * density(x)


def _witch_slope(x: Any) -> Any:
    return (1 - x * x) / (1 + x * x) ** 2


def _cubed(x: Any) -> Any:
    return (1 + x * x) ** mp.mpf("-1.5")


def _sech_slope(x: Any) -> Any:
    return -mp.sech(x) * mp.tanh(x) / 2


def _log_sinh(x: Any) -> Any:
    return abs(x) + mp.log(-mp.expm1(-2 * abs(x))) - mp.log(2)


ENTRYWISE = [
    Entrywise("exp(x)", mp.exp, mp.exp),
    Entrywise("log(x)", mp.log, lambda x: 1 / x, 0.0),
    Entrywise("log1p(x)", mp.log1p, lambda x: 1 / (1 + x), -1.0),
    Entrywise("expm1(x)", mp.expm1, mp.exp),
    Entrywise("abs(x)", abs, mp.sign),
    Entrywise("sign(x)", mp.sign, lambda x: 0 * x),
    Entrywise("sin(x)", mp.sin, mp.cos, -1e9, 1e9),
    Entrywise("cos(x)", mp.cos, lambda x: -mp.sin(x), -1e9, 1e9),
    Entrywise("tan(x)", mp.tan, lambda x: mp.sec(x) ** 2, -1e9, 1e9),
    Entrywise("arcsin(x)", mp.asin, lambda x: 1 / mp.sqrt(1 - x * x), -1.0, 1.0),
    Entrywise("arccos(x)", mp.acos, lambda x: -1 / mp.sqrt(1 - x * x), -1.0, 1.0),
    Entrywise("arctan(x)", mp.atan, lambda x: 1 / (1 + x * x)),
    Entrywise("sinh(x)", mp.sinh, mp.cosh),
    Entrywise("cosh(x)", mp.cosh, mp.sinh),
    Entrywise("tanh(x)", mp.tanh, lambda x: mp.sech(x) ** 2, scale=1.0),
    Entrywise("erf(x)", erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    Entrywise("Phi(x)", phi, density),
    Entrywise("log_ndtr(x)", log_ndtr, lambda x: density(x) / phi(x)),
    Entrywise(
        "inverse_mills(x)",
        lambda x: density(x) / phi(x),
        lambda x: -density(x) / phi(x) * (x + density(x) / phi(x)),
        -1000.0,
    ),
    Entrywise("sigmoid(x)", sigmoid, bell, scale=1.0),
    Entrywise("logit(x)", lambda x: mp.log(x) - mp.log1p(-x), lambda x: 1 / (x - x * x), 0.0, 1.0),
    Entrywise("relu(x)", lambda x: max(x, 0), lambda x: mp.mpf(x > 0)),
    Entrywise("softplus(x)", softplus, sigmoid),
    Entrywise("sqrt(x)", mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), 0.0),
    Entrywise("gelu(x)", lambda x: x * phi(x), _gelu_slope),
    Entrywise(
        "silu(x)",
        lambda x: x * sigmoid(x),
        silu_slope,
        scale=1.0,
    ),
    Entrywise("elu(x)", lambda x: mp.expm1(min(x, 0)) + max(x, 0), lambda x: mp.exp(min(x, 0))),
    Entrywise(
        "leaky_relu(x, slope=0.25)", lambda x: max(x, x / 4), lambda x: mp.mpf(x > 0 or 0.25)
    ),
    Entrywise("x**3", lambda x: x**3, lambda x: 3 * x**2),
    Entrywise("1 / x", lambda x: 1 / x, lambda x: -1 / x**2),
    Entrywise(
        "stumpff(x, k=1)",
        lambda x: stumpff(1, x),
        lambda x: (stumpff(3, x) - stumpff(2, x)) / 2,
        -800.0,
        800.0,
    ),
    Entrywise(
        "stumpff(x, k=2)",
        lambda x: stumpff(2, x),
        lambda x: stumpff(4, x) - stumpff(3, x) / 2,
        -800.0,
        800.0,
    ),
    # Written by hand.
    Entrywise("exp(x) / (1 + exp(x))", sigmoid, bell, scale=1.0),
    Entrywise("1 / (1 + exp(-x))", sigmoid, bell, scale=1.0),
    Entrywise("log(1 + exp(x))", softplus, sigmoid),
    Entrywise("log(sigmoid(x))", lambda x: -softplus(-x), lambda x: sigmoid(-x)),
    Entrywise("log(1 - sigmoid(x))", lambda x: -softplus(x), lambda x: -sigmoid(x)),
    Entrywise("log(1 / (1 + exp(-x)))", lambda x: -softplus(-x), lambda x: sigmoid(-x)),
    Entrywise("log(1 - exp(x) / (1 + exp(x)))", lambda x: -softplus(x), lambda x: -sigmoid(x)),
    Entrywise("log(Phi(x))", log_ndtr, lambda x: density(x) / phi(x)),
    Entrywise("log(1 - Phi(x))", lambda x: log_ndtr(-x), lambda x: -density(x) / phi(-x)),
    Entrywise(
        "log(exp(x) + exp(2 * x))", lambda x: x + softplus(x), lambda x: 1 + sigmoid(x), -1e9, 1e9
    ),
    Entrywise("log(exp(x) + exp(-x))", lambda x: abs(x) + mp.log1p(mp.exp(-2 * abs(x))), mp.tanh),
    Entrywise(
        "(exp(x) - exp(-x)) / (exp(x) + exp(-x))", mp.tanh, lambda x: mp.sech(x) ** 2, scale=1.0
    ),
    Entrywise("sinh(x) / cosh(x)", mp.tanh, lambda x: mp.sech(x) ** 2, scale=1.0),
    Entrywise("exp(x) - 1", mp.expm1, mp.exp),
    Entrywise("1 - exp(-x)", lambda x: -mp.expm1(-x), lambda x: mp.exp(-x)),
    Entrywise("log(1 + x)", mp.log1p, lambda x: 1 / (1 + x), -1.0),
    Entrywise("1 - cos(x)", lambda x: 2 * mp.sin(x / 2) ** 2, mp.sin, -1e7, 1e7),
    Entrywise("1 - sigmoid(x)", lambda x: sigmoid(-x), lambda x: -bell(x), scale=1.0),
    Entrywise(
        "x * exp(x) / (1 + exp(x))",
        lambda x: x * sigmoid(x),
        silu_slope,
        scale=1.0,
    ),
    Entrywise("sqrt(x**2 + 1)", lambda x: mp.sqrt(x * x + 1), lambda x: x / mp.sqrt(x * x + 1)),
    Entrywise("log(1 + x**2)", lambda x: mp.log1p(x * x), lambda x: 2 / (x + 1 / x) if x else x),
    Entrywise("log1p(x**2 / 4)", lambda x: mp.log1p(x * x / 4), lambda x: 2 * x / (4 + x * x)),
    Entrywise("log(2 + x**2)", lambda x: mp.log(2 + x * x), lambda x: 2 * x / (2 + x * x)),
    Entrywise("x / (1 + x**2)", lambda x: x / (1 + x * x), _witch_slope),
    Entrywise("1 / (1 + x**2)", lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2),
    Entrywise("x / sqrt(1 + x**2)", lambda x: x / mp.sqrt(1 + x * x), _cubed, scale=1.0),
    Entrywise("arctan(exp(x))", lambda x: mp.atan(mp.exp(x)), lambda x: mp.sech(x) / 2),
    Entrywise("exp(x) / (1 + exp(2 * x))", lambda x: mp.sech(x) / 2, _sech_slope, scale=1.0),
    Entrywise(
        "log(1 + exp(x)**2)", lambda x: softplus(2 * x), lambda x: 2 * sigmoid(2 * x), scale=1.0
    ),
    Entrywise("log(abs(sinh(x)))", _log_sinh, mp.coth),
    Entrywise("log(abs(x))", lambda x: mp.log(abs(x)), lambda x: 1 / x),
    Entrywise("log(x**2)", lambda x: 2 * mp.log(abs(x)), lambda x: 2 / x),
]

"""The operations on arrays: what rules name, as NumPy functions.

Each is written so that no value overflows that mathematics keeps finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, partial
from importlib import import_module
from itertools import combinations
from statistics import NormalDist
from typing import Any

import einops
import numpy as np
from numpy.typing import NDArray

from matcalc.errors import MissingLibraryError, UnboundError
from matcalc.operations import Rule

Array = NDArray[np.floating[Any]]


def numpy_function(rule: Rule) -> Callable[..., Any]:
    """The operation of a rule on arrays: called with the operands and then the parameters.

    Raises:
        MissingLibraryError: It needs SciPy, which is not installed.
    """
    if not isinstance(rule.function, str):
        return rule.function
    if "{" not in rule.function and "(" not in rule.function:
        named: Callable[..., Any] = globals()[rule.function]
        return named
    return _template(rule.function, tuple(rule.parameters))


@lru_cache(maxsize=512)
def _template(template: str, parameters: tuple[str, ...]) -> Callable[..., Any]:
    """A function from an expression of our own table; nothing that a user wrote comes here."""
    count = sum(f"{{{k}}}" in template for k in range(10))
    operands = [f"x{k}" for k in range(count)]
    named = {name: name for name in parameters}
    body = template.replace("!r}", "}").format(*operands, **named)
    space: dict[str, Any] = {"np": np, "float": float}
    if "scipy" in body:
        space["scipy"] = scipy("linalg")
    source = f"lambda {', '.join([*operands, *parameters])}: {body}"
    made: Callable[..., Any] = eval(compile(source, "<rule>", "eval"), space)  # noqa: S307
    return made


def scipy(part: str) -> Any:
    """SciPy, with one of its parts.

    Raises:
        MissingLibraryError: SciPy is not installed.
    """
    try:
        import_module(f"scipy.{part}")
    except ImportError:
        raise MissingLibraryError(
            "this operation needs SciPy: pip install 'matcalc-layout[scipy]'"
        ) from None
    return import_module("scipy")


def undeclared(x: Array, name: str, order: int) -> Array:
    """A function that has a name alone has no numbers.

    Raises:
        UnboundError: Always.
    """
    said = f"{name}{chr(39) * order} of {x.shape} has no numbers: it is a name alone"
    raise UnboundError(f"{said}; compile() takes it as an argument")


def power(x: Array, exponent: Fraction | str | int) -> Array:
    """A constant power."""
    return np.asarray(x ** float(Fraction(exponent)))


def einsum(*operands: Any) -> Array:
    """NumPy's einsum, subscripts last."""
    return np.asarray(np.einsum(operands[-1], *operands[:-1]))


def rearrange(x: Array, pattern: str, sizes: tuple[tuple[str, int], ...] = ()) -> Array:
    """A transposition and regrouping of axes."""
    return einops.rearrange(x, pattern, **dict(sizes))


def concatenate(*operands: Any) -> Array:
    """Operands one after the other; the axis last."""
    return np.concatenate(operands[:-1], axis=operands[-1])


def stack(*operands: Any) -> Array:
    """Operands side by side on a new axis; the axis last."""
    return np.stack(operands[:-1], axis=operands[-1])


def part(x: Array, axis: int, start: int, stop: int) -> Array:
    """A slice along an axis."""
    return x.take(range(start, stop), axis)


def _frechet(function: Callable[[Array], Array], x: Array, e: Array) -> Array:
    """The upper right block of a function of [[x, e], [0, x]], of each direction."""
    n = x.shape[-1]
    block = np.zeros((*e.shape[:-2], 2 * n, 2 * n), np.result_type(x, e, 0.0))
    block[..., :n, :n] = block[..., n:, n:] = x
    block[..., :n, n:] = e
    return np.asarray(function(block)[..., :n, n:])


def expm_frechet(x: Array, e: Array) -> Array:
    """The Fréchet derivative of the matrix exponential at x in the direction e."""
    return _frechet(scipy("linalg").linalg.expm, x, e)


def sqrtm(x: Array) -> Array:
    """The principal square root, by the product form of the iteration of Denman and Beavers.

    Source: Higham, Functions of Matrices (2008), eq. 6.29.
    """
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    root, rest = x, x
    for _ in range(40):
        back = np.linalg.inv(rest)
        root, rest = root @ (eye + back) / 2, (2 * eye + rest + back) / 4
    return np.asarray(root)


def logm(x: Array) -> Array:
    """The principal logarithm: of a root near the identity, by the rule of Gauss and Legendre.

    Source: Higham, Functions of Matrices (2008), eq. 11.18 and section 11.5.
    """
    eye, roots = np.eye(x.shape[-1], dtype=x.dtype), 0
    while np.abs(x - eye).max(initial=0.0) > 0.2 and roots < 60:
        x, roots = sqrtm(x), roots + 1
    nodes, weights = np.polynomial.legendre.leggauss(12)
    rest = x - eye
    parts = [
        w / 2 * np.linalg.solve(eye + (1 + t) / 2 * rest, rest)
        for t, w in zip(nodes.tolist(), weights.tolist(), strict=True)
    ]
    return np.asarray(2.0**roots * sum(parts))


def _turned(x: Array) -> Array:
    """The exponential of [[0, -x], [x, 0]], which is [[cos x, -sin x], [sin x, cos x]]."""
    n = x.shape[-1]
    block = np.zeros((*x.shape[:-2], 2 * n, 2 * n), x.dtype)
    block[..., n:, :n], block[..., :n, n:] = x, -x
    return np.asarray(scipy("linalg").linalg.expm(block))


def sinm(x: Array) -> Array:
    """The sine of a matrix."""
    n = x.shape[-1]
    return _turned(x)[..., n:, :n]


def cosm(x: Array) -> Array:
    """The cosine of a matrix."""
    n = x.shape[-1]
    return _turned(x)[..., :n, :n]


def logm_frechet(x: Array, e: Array) -> Array:
    """The Fréchet derivative of the logarithm at x in the direction e."""
    return _frechet(logm, x, e)


def sqrtm_frechet(x: Array, e: Array) -> Array:
    """The Fréchet derivative of the square root at x in the direction e."""
    return _frechet(sqrtm, x, e)


def sinm_frechet(x: Array, e: Array) -> Array:
    """The Fréchet derivative of the sine at x in the direction e."""
    return _frechet(sinm, x, e)


def cosm_frechet(x: Array, e: Array) -> Array:
    """The Fréchet derivative of the cosine at x in the direction e."""
    return _frechet(cosm, x, e)


def eigenvectors(a: Array) -> Array:
    """The eigenvectors of the symmetric part, the largest entry of each positive."""
    v = np.linalg.eigh((a + a.T) / 2)[1]
    top = np.take_along_axis(v, np.argmax(np.abs(v), axis=0)[None], 0)
    return np.asarray(v * np.sign(top))


def polar_factor(a: Array) -> Array:
    """U Vᵀ of A = U S Vᵀ."""
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return np.asarray(u @ vt)


def top_singular(a: Array) -> Array:
    """u₁ v₁ᵀ of A = U S Vᵀ."""
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return np.outer(u[:, 0], vt[0])


def erf(x: Array) -> Array:
    """The error function."""
    return np.asarray(_special("erf", math.erf)(x))


def normal_cdf(x: Array) -> Array:
    """The distribution function of the standard normal, exact in the tails."""
    return 0.5 * np.asarray(_special("erfc", math.erfc)(-x / math.sqrt(2.0)))


def log_normal_cdf(x: Array) -> Array:
    """The logarithm of the distribution function of the standard normal; no underflow."""
    return np.asarray(_special("log_ndtr", _log_normal_cdf)(x))


def inverse_mills(x: Array) -> Array:
    """The density of the standard normal over its distribution function; no underflow."""
    scaled = _special("erfcx", _scaled_erfc)(-math.sqrt(0.5) * x)
    return np.asarray(math.sqrt(2.0 / math.pi) / scaled)


def _log_normal_cdf(x: float) -> float:
    if x > 0:
        return math.log1p(-0.5 * math.erfc(x * math.sqrt(0.5)))
    return math.log(0.5 * _scaled_erfc(-x * math.sqrt(0.5))) - 0.5 * x * x


def _scaled_erfc(x: float) -> float:
    """``exp(x²) erfc(x)``: far out by its asymptotic series.

    Source: NIST Digital Library of Mathematical Functions, eq. 7.12.1.
    """
    if x < _FAR:
        return math.exp(x * x) * math.erfc(x) if x > -_FAR else math.inf
    term = total = 1.0
    for k in range(1, 2 * 8, 2):
        term *= -k / (2.0 * x * x)
        total += term
    return total / (x * math.sqrt(math.pi))


_FAR = 26.0


@lru_cache(maxsize=32)
def _special(name: str, slow: Callable[[float], float]) -> Callable[..., Any]:
    """A function of SciPy's, or the standard library's entry by entry."""
    try:
        found: Callable[..., Any] = getattr(import_module("scipy.special"), name)
    except ImportError:
        return np.vectorize(slow, otypes=[np.float64])
    return found


def log_gamma(x: Array) -> Array:
    """The logarithm of the gamma function."""
    return np.asarray(_special("gammaln", math.lgamma)(x))


def digamma(x: Array) -> Array:
    """The logarithmic derivative of the gamma function."""
    return np.asarray(_special("digamma", partial(_polygamma, 0))(x))


def polygamma(x: Array, n: int) -> Array:
    """The n-th derivative of digamma, of positive numbers."""
    try:
        found = import_module("scipy.special").polygamma
    except ImportError:
        return np.asarray(np.vectorize(partial(_polygamma, n), otypes=[np.float64])(x))
    return np.asarray(found(n, x))


def _polygamma(n: int, x: float) -> float:
    """Moved to the right by its recurrence, and there by its asymptotic series.

    Source: NIST Digital Library of Mathematical Functions, eq. 5.15.5, 5.15.8 and 5.11.2.
    """
    if not x > 0:
        return math.nan
    sign, total = (-1.0) ** (n + 1), 0.0
    while x < _FAR:
        total += sign * math.factorial(n) / x ** (n + 1)
        x += 1.0
    if n == 0:
        total += math.log(x) - 0.5 / x
    else:
        total += sign * (math.factorial(n - 1) / x**n + math.factorial(n) / (2 * x ** (n + 1)))
    sign = sign if n else -1.0
    for k, number in enumerate(_BERNOULLI, 1):
        total += (
            sign * number * math.factorial(2 * k + n - 1) / math.factorial(2 * k) / x ** (2 * k + n)
        )
    return total


_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)


def erfc(x: Array) -> Array:
    """The complementary error function."""
    return np.asarray(_special("erfc", math.erfc)(x))


def scaled_erfc(x: Array) -> Array:
    """exp(x²) erfc(x); no overflow on the right."""
    return np.asarray(_special("erfcx", _scaled_erfc)(x))


def erfinv(x: Array) -> Array:
    """The inverse of the error function."""
    return np.asarray(_special("erfinv", _erfinv)(x))


def _erfinv(x: float) -> float:
    """By the normal quantile, and one step of Newton's method where that lost digits."""
    if not -1 < x < 1:
        return math.copysign(math.inf, x) if abs(x) == 1 else math.nan
    found = NormalDist().inv_cdf((1 + x) / 2) * math.sqrt(0.5)
    return found - (math.erf(found) - x) * math.sqrt(math.pi) / 2 * math.exp(found * found)


def normal_quantile(p: Array) -> Array:
    """The quantile function of the standard normal distribution."""
    return np.asarray(_special("ndtri", _normal_quantile)(p))


def _normal_quantile(p: float) -> float:
    if not 0 < p < 1:
        return math.inf if p == 1 else -math.inf if p == 0 else math.nan
    return NormalDist().inv_cdf(p)


def adjugate(x: Array) -> Array:
    """The adjugate, by singular values: right for singular matrices too."""
    u, s, vt = np.linalg.svd(x)
    sign = np.linalg.det(u) * np.linalg.det(vt)
    others = products_of_others(s, s.ndim - 1)
    left = np.swapaxes(vt, -1, -2) * others[..., None, :]
    return np.asarray(sign[..., None, None] * (left @ np.swapaxes(u, -1, -2)))


def products_of_others(x: Array, axis: int = 0) -> Array:
    """For each entry the product of all others along the axis; no division."""
    moved = np.moveaxis(x, axis, -1)
    ones = np.ones_like(moved[..., :1])
    before = np.cumprod(np.concatenate([ones, moved[..., :-1]], axis=-1), axis=-1)
    behind = np.cumprod(np.concatenate([ones, moved[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    return np.moveaxis(before * behind, -1, axis)


def products_of_other_pairs(x: Array, axis: int = 0) -> Array:
    """For each two entries the product of all others along the axis; 0 where the two are one."""
    moved = np.moveaxis(x, axis, -1)
    size = moved.shape[-1]
    result = np.zeros((*moved.shape, size), np.result_type(x, 0.0))
    for k in range(size):
        rest = moved.copy()
        rest[..., k] = 1.0
        result[..., k] = products_of_others(rest, rest.ndim - 1)
        result[..., k, k] = 0.0
    return np.moveaxis(result, -2, axis)


def norm(x: Array) -> Array:
    """The root of the sum of all squares; no overflow."""
    x = np.asarray(x, np.result_type(x, 0.0))
    with np.errstate(over="ignore"):
        squares = np.sum(x * x)
    limits = np.finfo(squares.dtype)
    if limits.tiny / limits.eps < squares < np.inf:
        return np.asarray(np.sqrt(squares))
    top = np.max(np.abs(x), initial=0.0)
    scale = top if 0 < top < np.inf else np.ones_like(top)
    return np.asarray(scale * np.sqrt(np.sum((x / scale) ** 2)))


def norm_along(x: Array, axis: int) -> Array:
    """The roots of the sums of squares along an axis; no overflow."""
    x = np.asarray(x, np.result_type(x, 0.0))
    rows = np.moveaxis(x, axis, -1)
    with np.errstate(over="ignore"):
        squares = np.einsum("...i,...i->...", rows, rows)  # no array of all squares
    limits = np.finfo(squares.dtype)
    if np.all((squares > limits.tiny / limits.eps) & (squares < np.inf)):
        return np.asarray(np.sqrt(squares))
    top = np.max(np.abs(x), axis=axis, keepdims=True, initial=0.0)
    scale = np.where((top > 0) & (top < np.inf), top, np.ones_like(top))
    return np.asarray(np.squeeze(scale, axis) * np.sqrt(np.sum((x / scale) ** 2, axis=axis)))


def log1p_square(x: Array) -> Array:
    """log(1 + x²), entry by entry; no overflow."""
    size = np.abs(x)
    large = np.where(size > 1, size, np.ones_like(size))
    return np.asarray(np.log1p((np.where(size > 1, 1.0, size) / large) ** 2) + 2 * np.log(large))


def max_share(x: Array, axis: int | None) -> Array:
    """One over their number at the largest entries, else 0."""
    return _share(x, np.max, axis)


def min_share(x: Array, axis: int | None) -> Array:
    """One over their number at the smallest entries, else 0."""
    return _share(x, np.min, axis)


def _share(x: Array, extreme: Callable[..., Any], axis: int | None) -> Array:
    hit = (x == extreme(x, axis=axis, keepdims=True)).astype(x.dtype)
    return np.asarray(hit / np.sum(hit, axis=axis, keepdims=True))


def logsumexp(x: Array, axis: int | None = None) -> Array:
    """The logarithm of the sum of exponentials; no overflow."""
    top = np.max(x, axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return np.asarray(total.reshape(()) if axis is None else np.squeeze(total, axis))


def softmax(x: Array, axis: int | None = None) -> Array:
    """Exponentials over their sum; no overflow."""
    grown = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return np.asarray(grown / np.sum(grown, axis=axis, keepdims=True))


def log_softmax(x: Array, axis: int | None = None) -> Array:
    """The logarithm of the softmax; no overflow."""
    low = x - np.max(x, axis=axis, keepdims=True)
    return np.asarray(low - np.log(np.sum(np.exp(low), axis=axis, keepdims=True)))


def huber_entries(r: Array, delta: Fraction) -> Array:
    """Huber's function: quadratic up to delta, then linear; no overflow."""
    edge = float(delta)
    inside = np.clip(r, -edge, edge)
    return np.asarray(inside * (r - 0.5 * inside))


def window(shape: tuple[int, int], start: int = 0) -> Array:
    """The matrix with ones where the column is the row plus ``start``."""
    return np.eye(*shape, start)


def triangle(shape: tuple[int, int], k: int = 0) -> Array:
    """Ones on and below the k-th diagonal."""
    return np.tri(*shape, k)


def exchange(shape: tuple[int, int], dtype: Any = float) -> Array:
    """The identity with its columns in reverse."""
    return np.eye(shape[0], dtype=dtype)[::-1]


def one_hot(shape: tuple[int, int], indices: tuple[int, ...], dtype: Any = float) -> Array:
    """A row for each index, with a one at its place."""
    return np.eye(shape[1], dtype=dtype)[list(indices)]


def sliding(
    shape: tuple[int, ...], stride: int, dilation: int, padding: int, dtype: Any = float
) -> Array:
    """Ones where the last index is stride times the first and dilation times the second."""
    first, second, last = np.indices(shape)
    return np.asarray(last == stride * first + dilation * second - padding, dtype)


def sorting(x: Array) -> Array:
    """The permutation matrix that sorts a vector."""
    return np.eye(len(x), dtype=x.dtype)[np.argsort(x, kind="stable")]


def vech(x: Array) -> Array:
    """The entries on and below the diagonal of the last two axes, column by column."""
    rows, columns = np.triu_indices(x.shape[-1])
    return np.asarray(x[..., columns, rows])


def lower(v: Array, n: int) -> Array:
    """The lower triangular matrices with the entries of v, column by column."""
    rows, columns = np.triu_indices(n)
    x = np.zeros((*v.shape[:-1], n, n), v.dtype)
    x[..., columns, rows] = v
    return x


def levi_civita(shape: tuple[int, ...], size: int, dtype: Any = float) -> Array:
    """The sign of each permutation, else 0: the product of the signs of all differences."""
    signs = np.sign(np.arange(size) - np.arange(size)[:, None])
    result = np.ones(shape, dtype)
    for pair in combinations(range(size), 2):
        result *= signs.reshape([size if axis in pair else 1 for axis in range(size)])
    return result


def pi(shape: tuple[int, ...]) -> Array:
    """The number π."""
    return np.full(shape, math.pi)


def skew(v: Array) -> Array:
    """The matrix of the cross product."""
    rows = [[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]]
    return np.array(rows, np.result_type(v, 0.0))


_SERIES = 14


def stumpff(q: Array, k: int) -> Array:
    """The sum of (-q)^n / (2n+k)!: by its series for small q, else by (hyperbolic) functions."""
    q = np.asarray(q, np.result_type(q, 0.0))
    small = np.abs(q) < 1.0
    near = np.where(small, -q, 0.0)
    series = sum(near**n / math.factorial(2 * n + k) for n in range(_SERIES))
    large = np.where(small, 1.0, q)
    root = np.sqrt(np.abs(large))
    grown = np.where(large > 0, 0.0, root)
    if k % 2 == 0:
        value = np.where(large > 0, np.cos(root), np.cosh(grown))
    else:
        value = np.where(large > 0, np.sin(root), np.sinh(grown)) / root
    for order in range(k % 2 + 2, k + 1, 2):  # c_(j+2) = (1/j! - c_j) / q
        value = (1.0 / math.factorial(order - 2) - value) / large
    return np.asarray(np.where(small, series, value))

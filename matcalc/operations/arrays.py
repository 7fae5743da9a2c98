"""The operations on arrays: what rules name, as NumPy functions.

Each is written so that no value overflows that mathematics keeps finite. PyTorch and JAX run the
source of these functions too, with their own names in place of ``np``, but for the few that
:mod:`matcalc.code.functions` has of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
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
from matcalc.operations.registry import SCIPY, Rule

Array = NDArray[np.floating[Any]]


def numpy_function(rule: Rule) -> Callable[..., Any]:
    """The operation of a rule on arrays: called with the operands and then the parameters.

    One without operands is called with the shape of its result first.

    Raises:
        MissingLibraryError: It needs SciPy, which is not installed.
    """
    if not isinstance(rule.function, str):
        return rule.function
    if rule.function.isidentifier():
        named: Callable[..., Any] = globals()[rule.function]
        return named
    return _template(rule.function, tuple(rule.parameters))


@lru_cache(maxsize=512)
def _template(template: str, parameters: tuple[str, ...]) -> Callable[..., Any]:
    """A function from an expression of our own table; nothing that a user wrote comes here."""
    operands = [f"x{k}" for k in range(10) if f"{{{k}}}" in template]
    if not operands and "shape" not in parameters:
        parameters = ("shape", *parameters)
    needed = [name for name in SCIPY if f"{{{name}}}" in template]
    body = template.replace("!r}", "}").format(
        *operands, **{name: name for name in (*parameters, *needed)}
    )
    space = {"np": np, "math": math, "float": float} | {name: _scipy(name) for name in needed}
    source = f"lambda {', '.join([*operands, *parameters])}: {body}"
    made: Callable[..., Any] = eval(compile(source, "<rule>", "eval"), space)  # noqa: S307
    return made


@lru_cache(maxsize=32)
def _scipy(name: str) -> Callable[..., Any]:
    """A function of SciPy's, or the standard library's entry by entry.

    Raises:
        MissingLibraryError: SciPy is not installed, and nothing else computes it.
    """
    try:
        found: Callable[..., Any] = getattr(import_module(f"scipy.{SCIPY[name]}"), name)
    except ImportError:
        if name not in _BY_ENTRY:
            raise MissingLibraryError(
                "this operation needs SciPy: pip install 'matcalc-layout[scipy]'"
            ) from None
        return np.vectorize(_BY_ENTRY[name], otypes=[np.float64])
    return found


def undeclared(x: Array, name: str, order: int) -> Array:
    """A function that has a name alone has no numbers.

    Raises:
        UnboundError: Always.
    """
    said = f"{name}{chr(39) * order} of {tuple(x.shape)} has no numbers: it is a name alone"
    taken = "compile() takes it beside NumPy's arrays, the sources .torch and .jax beside theirs"
    raise UnboundError(f"{said}; {taken}")


def power(x: Array, exponent: Fraction | str | int) -> Any:
    """A constant power."""
    return x ** float(Fraction(exponent))


def einsum(*operands: Any) -> Any:
    """NumPy's einsum, subscripts last."""
    return np.einsum(operands[-1], *operands[:-1])


def rearrange(x: Array, pattern: str, sizes: tuple[tuple[str, int], ...] = ()) -> Any:
    """A transposition and regrouping of axes."""
    return einops.rearrange(x, pattern, **dict(sizes))


def concatenate(*operands: Any) -> Any:
    """Operands one after the other; the axis last."""
    return np.concatenate(operands[:-1], axis=operands[-1])


def stack(*operands: Any) -> Any:
    """Operands side by side on a new axis; the axis last."""
    return np.stack(operands[:-1], axis=operands[-1])


def part(x: Array, axis: int, start: int, stop: int) -> Any:
    """A slice along an axis."""
    return x.take(range(start, stop), axis)


def expm(x: Any) -> Any:
    """The exponential of a matrix."""
    return _scipy("expm")(x)


def sqrtm(x: Array) -> Any:
    """The principal square root, by the product form of the iteration of Denman and Beavers.

    Source: Higham, Functions of Matrices (2008), eq. 6.29.
    """
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    root, rest = x, x
    for _ in range(40):
        back = np.linalg.inv(rest)
        root, rest = root @ (eye + back) / 2, (2 * eye + rest + back) / 4
    return root


def logm(x: Array) -> Any:
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
    return 2.0**roots * sum(parts)


def rotation(x: Array) -> Any:
    """The exponential of [[0, -x], [x, 0]], which is [[cos x, -sin x], [sin x, cos x]]."""
    zeros = np.zeros_like(x)
    rows = np.concatenate([zeros, -x], -1), np.concatenate([x, zeros], -1)
    return expm(np.concatenate(rows, -2))


def sinm(x: Array) -> Any:
    """The sine of a matrix."""
    return rotation(x)[..., x.shape[-1] :, : x.shape[-1]]


def cosm(x: Array) -> Any:
    """The cosine of a matrix."""
    return rotation(x)[..., : x.shape[-1], : x.shape[-1]]


def frechet(function: Callable[[Array], Any], x: Array, e: Array) -> Any:
    """The upper right block of a function of [[x, e], [0, x]], of each direction."""
    n = x.shape[-1]
    x = np.broadcast_to(x, e.shape)
    rows = np.concatenate([x, e], -1), np.concatenate([np.zeros_like(e), x], -1)
    return function(np.concatenate(rows, -2))[..., :n, n:]


def expm_frechet(x: Array, e: Array) -> Any:
    """The Fréchet derivative of the matrix exponential at x in the direction e."""
    return frechet(expm, x, e)


def logm_frechet(x: Array, e: Array) -> Any:
    """The Fréchet derivative of the logarithm at x in the direction e."""
    return frechet(logm, x, e)


def sqrtm_frechet(x: Array, e: Array) -> Any:
    """The Fréchet derivative of the square root at x in the direction e."""
    return frechet(sqrtm, x, e)


def sinm_frechet(x: Array, e: Array) -> Any:
    """The Fréchet derivative of the sine at x in the direction e."""
    return frechet(sinm, x, e)


def cosm_frechet(x: Array, e: Array) -> Any:
    """The Fréchet derivative of the cosine at x in the direction e."""
    return frechet(cosm, x, e)


def eigenvectors(a: Array) -> Any:
    """The eigenvectors of the symmetric part, the largest entry of each positive."""
    v = np.linalg.eigh((a + a.T) / 2)[1]
    return v * np.sign(v[np.argmax(np.abs(v), 0), np.arange(v.shape[1])])


def polar_factor(a: Array) -> Any:
    """U Vᵀ of A = U S Vᵀ."""
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return u @ vt


def top_singular(a: Array) -> Any:
    """u₁ v₁ᵀ of A = U S Vᵀ."""
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return np.outer(u[:, 0], vt[0])


def adjugate(x: Array) -> Any:
    """The adjugate, by singular values: right for singular matrices too."""
    u, s, vt = np.linalg.svd(x)
    sign = np.linalg.det(u) * np.linalg.det(vt)
    left = np.swapaxes(vt, -1, -2) * products_of_others(s, -1)[..., None, :]
    return sign[..., None, None] * (left @ np.swapaxes(u, -1, -2))


def products_of_others(x: Array, axis: int = 0) -> Any:
    """For each entry the product of all others along the axis; no division."""
    moved = np.moveaxis(x, axis, -1)
    turned = np.flip(moved, (-1,))
    ones = np.ones_like(moved[..., :1])
    before = np.cumprod(np.concatenate([ones, moved[..., :-1]], -1), -1)
    behind = np.cumprod(np.concatenate([ones, turned[..., :-1]], -1), -1)
    return np.moveaxis(before * np.flip(behind, (-1,)), -1, axis)


def products_of_other_pairs(x: Array, axis: int = 0) -> Any:
    """For each two entries the product of all others along the axis; 0 where the two are one."""
    moved = np.moveaxis(x, axis, -1)
    same = np.diag(np.ones_like(moved.reshape(-1, moved.shape[-1])[0])) > 0
    rest = np.where(same, 1.0, moved[..., None, :])
    pairs = np.where(same, 0.0, products_of_others(rest, -1))
    return np.moveaxis(pairs, -2, axis)


def norm(x: Array) -> Any:
    """The root of the sum of all squares; no overflow."""
    x = np.asarray(x, np.result_type(x, 0.0))
    with np.errstate(over="ignore"):
        squares = np.sum(x * x)
    limits = np.finfo(squares.dtype)
    if limits.tiny / limits.eps < squares < np.inf:
        return np.sqrt(squares)
    top = np.max(np.abs(x), initial=0.0)
    scale = top if 0 < top < np.inf else np.ones_like(top)
    return scale * np.sqrt(np.sum((x / scale) ** 2))


def norm_along(x: Array, axis: int) -> Any:
    """The roots of the sums of squares along an axis; no overflow."""
    x = np.asarray(x, np.result_type(x, 0.0))
    rows = np.moveaxis(x, axis, -1)
    with np.errstate(over="ignore"):
        squares = np.einsum("...i,...i->...", rows, rows)  # no array of all squares
    limits = np.finfo(squares.dtype)
    if np.all((squares > limits.tiny / limits.eps) & (squares < np.inf)):
        return np.sqrt(squares)
    top = np.max(np.abs(x), axis=axis, keepdims=True, initial=0.0)
    scale = np.where((top > 0) & (top < np.inf), top, np.ones_like(top))
    return np.squeeze(scale, axis) * np.sqrt(np.sum((x / scale) ** 2, axis=axis))


def log1p_square(x: Array) -> Any:
    """log(1 + x²), entry by entry; no overflow."""
    size = np.abs(x)
    large = np.where(size > 1, size, np.ones_like(size))
    return np.log1p((np.where(size > 1, 1.0, size) / large) ** 2) + 2 * np.log(large)


def max_share(x: Array, axis: int | None) -> Any:
    """One over their number at the largest entries, else 0."""
    return share(x, np.amax, axis)


def min_share(x: Array, axis: int | None) -> Any:
    """One over their number at the smallest entries, else 0."""
    return share(x, np.amin, axis)


def share(x: Array, extreme: Callable[..., Any], axis: int | None) -> Any:
    """One over their number at the extreme entries, else 0."""
    over = tuple(range(x.ndim)) if axis is None else axis
    hit = np.where(x == extreme(x, axis=over, keepdims=True), np.ones_like(x), np.zeros_like(x))
    return hit / np.sum(hit, axis=over, keepdims=True)


def logsumexp(x: Array, axis: int | None = None) -> Any:
    """The logarithm of the sum of exponentials; no overflow."""
    top = np.max(x, axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total.reshape(()) if axis is None else np.squeeze(total, axis)


def sigmoid(z: Array) -> Any:
    """1 / (1 + exp(-z)), entry by entry; 0 where exp(-z) is beyond the range of floats."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def softmax(x: Array, axis: int | None = None) -> Any:
    """Exponentials over their sum; no overflow."""
    grown = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return grown / np.sum(grown, axis=axis, keepdims=True)


def log_softmax(x: Array, axis: int | None = None) -> Any:
    """The logarithm of the softmax; no overflow."""
    low = x - np.max(x, axis=axis, keepdims=True)
    return low - np.log(np.sum(np.exp(low), axis=axis, keepdims=True))


def huber_entries(r: Array, delta: Fraction) -> Any:
    """Huber's function: quadratic up to delta, then linear; no overflow."""
    edge = float(delta)
    inside = np.clip(r, -edge, edge)
    return inside * (r - 0.5 * inside)


def exchange(shape: tuple[int, int], **like: Any) -> Any:
    """The identity with its columns in reverse."""
    return np.flip(np.eye(shape[0], **like), (0,))


def one_hot(shape: tuple[int, int], indices: tuple[int, ...], **like: Any) -> Any:
    """A row for each index, with a one at its place."""
    return np.eye(shape[1], **like)[np.asarray(indices)]


def sliding(
    shape: tuple[int, ...], stride: int = 1, dilation: int = 1, padding: int = 0, **like: Any
) -> Any:
    """Ones where the last index is stride times the first and dilation times the second."""
    first, second, last = (np.arange(size) for size in shape)
    found = stride * first[:, None] + dilation * second - padding
    return np.where(found[:, :, None] == last, np.ones((), **like), np.zeros((), **like))


def windows(
    x: Array, axis: int, start: int, first: tuple[int, int], second: tuple[int, int], by: int = 1
) -> Any:
    """Along an axis and a last one, i and j, x[(start + a i + b j) / by], or zero; a view."""
    count, a = first
    width, b = second
    line = x.swapaxes(axis, -1)
    size = line.shape[-1]
    low = start + min(0, a * (count - 1)) + min(0, b * (width - 1))
    high = start + max(0, a * (count - 1)) + max(0, b * (width - 1))
    if by > 1 or low < 0 or high >= size:
        seen = line[..., max(0, -(-low // by)) : max(0, high // by + 1)]
        line = np.zeros((*line.shape[:-1], high - low + 1), dtype=x.dtype)
        begin = by * max(0, -(-low // by)) - low
        line[..., begin::by][..., : seen.shape[-1]] = seen
        start -= low
    line = line[..., start:]
    *outer, step = line.strides
    shape = (*line.shape[:-1], count, width)
    view = np.lib.stride_tricks.as_strided(line, shape, (*outer, a * step, b * step))
    return view.swapaxes(axis, -2)


def sorting(x: Array) -> Any:
    """The permutation matrix that sorts a vector."""
    return np.diag(np.ones_like(x))[np.argsort(x)]


def vech(x: Array) -> Any:
    """The entries on and below the diagonal of the last two axes, column by column."""
    rows, columns = np.triu_indices(x.shape[-1])
    return x[..., columns, rows]


def lower(v: Array, n: int) -> Any:
    """The lower triangular matrices with the entries of v, column by column."""
    i, j = np.arange(n)[:, None], np.arange(n)
    return np.tril(v[..., i + n * j - j * (j + 1) // 2])


def levi_civita(shape: tuple[int, ...], size: int, **like: Any) -> Any:
    """The sign of each permutation, else 0: the product of the signs of all differences."""
    k = np.arange(size, **like)
    signs, result = np.sign(k - k[:, None]), np.ones(shape, **like)
    for pair in combinations(range(size), 2):
        result = result * signs.reshape([size if axis in pair else 1 for axis in range(size)])
    return result


def skew(v: Array) -> Any:
    """The matrix of the cross product."""
    rows = [[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]]
    return np.array(rows, np.result_type(v, 0.0))


_SERIES = 14


def stumpff(q: Array, k: int) -> Any:
    """The sum of (-q)^n / (2n+k)!: by its series for small q, else by (hyperbolic) functions."""
    small = np.abs(q) < 1.0
    near = np.where(small, -q, 0.0)
    series = sum(near**n / float(math.factorial(2 * n + k)) for n in range(_SERIES))
    large = np.where(small, 1.0, q)
    root = np.sqrt(np.abs(large))
    grown = np.where(large > 0, 0.0, root)
    if k % 2 == 0:
        value = np.where(large > 0, np.cos(root), np.cosh(grown))
    else:
        value = np.where(large > 0, np.sin(root), np.sinh(grown)) / root
    for order in range(k % 2 + 2, k + 1, 2):  # c_(j+2) = (1/j! - c_j) / q
        value = (1.0 / math.factorial(order - 2) - value) / large
    return np.where(small, series, value)


_FAR = 26.0
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)


def _erfcx(x: float) -> float:
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


def _ndtr(x: float) -> float:
    """The distribution function of the standard normal, exact in the tails."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def _log_ndtr(x: float) -> float:
    """Its logarithm; no underflow."""
    if x > 0:
        return math.log1p(-0.5 * math.erfc(x * math.sqrt(0.5)))
    return math.log(0.5 * _erfcx(-x * math.sqrt(0.5))) - 0.5 * x * x


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


def _erfinv(x: float) -> float:
    """By the normal quantile, and one step of Newton's method where that lost digits."""
    if not -1 < x < 1:
        return math.copysign(math.inf, x) if abs(x) == 1 else math.nan
    found = NormalDist().inv_cdf((1 + x) / 2) * math.sqrt(0.5)
    return found - (math.erf(found) - x) * math.sqrt(math.pi) / 2 * math.exp(found * found)


def _ndtri(p: float) -> float:
    """The quantile function of the standard normal distribution."""
    if not 0 < p < 1:
        return math.inf if p == 1 else -math.inf if p == 0 else math.nan
    return NormalDist().inv_cdf(p)


#: What computes a number where SciPy is not installed.
_BY_ENTRY: Mapping[str, Callable[..., float]] = {
    "erf": math.erf,
    "erfc": math.erfc,
    "erfcx": _erfcx,
    "erfinv": _erfinv,
    "ndtr": _ndtr,
    "ndtri": _ndtri,
    "log_ndtr": _log_ndtr,
    "gammaln": math.lgamma,
    "digamma": partial(_polygamma, 0),
    "polygamma": _polygamma,
}

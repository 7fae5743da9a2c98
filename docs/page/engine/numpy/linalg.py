"""Linear algebra of small matrices: elimination with pivots, reflections, Jacobi's rotations.

Each function takes matrices along the last two axes. Source of the methods: Golub and Van Loan,
Matrix Computations, 4th edition (2013), sections 3.4, 4.2, 5.2, 8.5 and 8.6.
"""

from __future__ import annotations

import builtins
import math
from operator import mul

from numpy.arrays import asarray, axis_numbers, broadcast_shapes, broadcast_to, reshape, transpose
from numpy.joining import eye, stack, swapaxes
from numpy.products import matmul, multi_dot, transposed
from numpy.reductions import along, max, sum
from numpy.ufuncs import abs

_SWEEPS = 60
_ROUNDING = 1e-15

__all__ = [
    "LinAlgError",
    "cholesky",
    "cond",
    "det",
    "eigh",
    "eigvalsh",
    "inv",
    "lstsq",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "vector_norm",
]


class LinAlgError(ValueError):
    """There is no such matrix, or none that can be computed."""


def _matrices(given, square=False):
    one = asarray(given)
    if one.ndim < 2:
        raise LinAlgError(
            f"{one.ndim}-dimensional array given. Array must be at least two-dimensional"
        )
    if square and one.shape[-1] != one.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    return one if one.kind == "f" else one.astype(float)


def _each(function, *stacks):
    """What a function makes of the lists of rows of each matrix of a stack, as arrays again."""
    shape = stacks[0].shape[:-2]
    if not shape:
        return _wrapped(function(*(one.tolist() for one in stacks)))
    flat = [reshape(one, (-1, *one.shape[-2:])) for one in stacks]
    found = [function(*(one.tolist() for one in each)) for each in zip(*flat, strict=True)]
    if not isinstance(found[0], tuple):
        found = [(one,) for one in found]
    parts = [stack([asarray(one, float) for one in column]) for column in zip(*found, strict=True)]
    parts = [reshape(one, (*shape, *one.shape[1:])) for one in parts]
    return parts[0] if len(parts) == 1 else tuple(parts)


def _wrapped(found):
    if isinstance(found, tuple):
        return tuple(map(_wrapped, found))
    one = asarray(found, float)
    return one if one.ndim else one[()]


def _eliminated(rows, right):
    """The rows and what is right of them, brought to upper triangular form in place; the sign."""
    count, sign = len(rows), 1.0
    for k in range(count):
        top = builtins.max(range(k, count), key=lambda i: builtins.abs(rows[i][k]))
        if top != k:
            rows[k], rows[top] = rows[top], rows[k]
            right[k], right[top] = right[top], right[k]
            sign = -sign
        pivot = rows[k][k]
        if pivot == 0.0:
            continue
        for i in range(k + 1, count):
            share = rows[i][k] / pivot
            if share:
                rows[i] = [a - share * b for a, b in zip(rows[i], rows[k], strict=True)]
                right[i] = [a - share * b for a, b in zip(right[i], right[k], strict=True)]
    return sign


def _solved(rows, right):
    rows, right = list(rows), list(right)
    _eliminated(rows, right)
    for k in reversed(range(len(rows))):
        if rows[k][k] == 0.0:
            raise LinAlgError("Singular matrix")
        for i in range(k + 1, len(rows)):
            share = rows[k][i]
            right[k] = [a - share * b for a, b in zip(right[k], right[i], strict=True)]
        right[k] = [a / rows[k][k] for a in right[k]]
    return right


def solve(a, b):
    """X of ``a @ x = b``; b has as many axes less one where it is a vector."""
    one, two = _matrices(a, square=True), asarray(b, float)
    if two.ndim == 1:
        return solve(one, two[:, None])[..., 0]
    if one.shape[-1] != two.shape[-2]:
        raise ValueError("solve: Input operand 1 has a mismatch in its core dimension 0")
    shape = broadcast_shapes(one.shape[:-2], two.shape[:-2])
    pair = (broadcast_to(each, (*shape, *each.shape[-2:])) for each in (one, two))
    return _each(_solved, *pair)


def inv(a):
    one = _matrices(a, square=True)
    return solve(one, broadcast_to(eye(one.shape[-1]), one.shape))


def _signed_log(rows):
    rows = list(rows)
    sign = _eliminated(rows, [[] for _ in rows])
    logarithm = 0.0
    for k, row in enumerate(rows):
        if row[k] == 0.0:
            return 0.0, -math.inf
        sign = math.copysign(sign, sign * row[k])
        logarithm += math.log(builtins.abs(row[k]))
    return sign, logarithm


def slogdet(a):
    return _each(_signed_log, _matrices(a, square=True))


def _determinant(rows):
    rows = list(rows)
    return _eliminated(rows, [[] for _ in rows]) * math.prod(row[k] for k, row in enumerate(rows))


def det(a):
    return _each(_determinant, _matrices(a, square=True))


def _lower(rows):
    root = [[0.0] * len(rows) for _ in rows]
    for i, row in enumerate(rows):
        for j in range(i + 1):
            rest = row[j] - builtins.sum(map(mul, root[i][:j], root[j][:j]))
            if i == j:
                if not rest > 0:
                    raise LinAlgError("Matrix is not positive definite")
                root[i][i] = math.sqrt(rest)
            else:
                root[i][j] = rest / root[j][j]
    return root


def cholesky(a):
    return _each(_lower, _matrices(a, square=True))


def _mirror(column, k):
    """The reflection that leaves nothing of a column below its k-th entry, and its square."""
    length = math.hypot(*column[k:])
    if length == 0.0:
        return None
    mirror = [0.0] * k + column[k:]
    mirror[k] += math.copysign(length, column[k])
    return mirror, builtins.sum(map(mul, mirror, mirror))


def _reflected(vector, mirror, square):
    share = 2.0 * builtins.sum(map(mul, vector, mirror)) / square
    return [a - share * b for a, b in zip(vector, mirror, strict=True)]


def _orthogonal(rows):
    """Q with as many columns as rows, and R, by Householder's reflections."""
    size, columns = len(rows), [list(one) for one in zip(*rows, strict=True)]
    basis = [[float(i == j) for j in range(size)] for i in range(size)]
    for k in range(builtins.min(size - 1, len(columns))):
        found = _mirror(columns[k], k)
        if found is not None:
            columns[k:] = [_reflected(one, *found) for one in columns[k:]]
            basis = [_reflected(one, *found) for one in basis]
    upper = [[columns[j][i] if i <= j else 0.0 for j in range(len(columns))] for i in range(size)]
    return basis, upper


def qr(a, mode="reduced"):
    """Q and R of ``a = Q @ R``."""
    one = _matrices(a)
    q, r = _each(_orthogonal, one)
    if mode == "complete":
        return q, r
    count = builtins.min(one.shape[-2:])
    return q[..., :count], r[..., :count, :]


def _rotation(alpha, beta, gamma):
    """Cosine and sine that make two columns orthogonal (alpha, beta squares, gamma product)."""
    zeta = (beta - alpha) / (2.0 * gamma)
    tangent = math.copysign(1.0, zeta) / (builtins.abs(zeta) + math.hypot(1.0, zeta))
    cosine = 1.0 / math.hypot(1.0, tangent)
    return cosine, cosine * tangent


def _rotated(one, two, cosine, sine):
    pairs = list(zip(one, two, strict=True))
    return [cosine * a - sine * b for a, b in pairs], [sine * a + cosine * b for a, b in pairs]


def _orthogonal_columns(columns):
    """Rotations of columns until each two are orthogonal: the columns, and the rotations."""
    count = len(columns)
    turns = [[float(i == j) for j in range(count)] for i in range(count)]
    for _ in range(_SWEEPS):
        done = True
        for i in range(count):
            for j in range(i + 1, count):
                one, two = columns[i], columns[j]
                alpha, beta = (builtins.sum(map(mul, each, each)) for each in (one, two))
                gamma = builtins.sum(map(mul, one, two))
                if builtins.abs(gamma) <= _ROUNDING * math.sqrt(alpha * beta):
                    continue
                done = False
                turn = _rotation(alpha, beta, gamma)
                columns[i], columns[j] = _rotated(one, two, *turn)
                turns[i], turns[j] = _rotated(turns[i], turns[j], *turn)
        if done:
            break
    return columns, turns


def _singular(rows):
    """The reduced decomposition of rows that are not fewer than columns: Uᵀ, s, Vᵀ."""
    columns, turns = _orthogonal_columns([list(one) for one in zip(*rows, strict=True)])
    lengths = [math.hypot(*one) for one in columns]
    order = sorted(range(len(columns)), key=lambda k: -lengths[k])
    values = [lengths[k] for k in order]
    least = _ROUNDING * len(rows) * (values[0] if values else 0.0)
    left = [[a / lengths[k] for a in columns[k]] for k in order if lengths[k] > least]
    return _completed(left, len(order), len(rows)), values, [turns[k] for k in order]


def _completed(vectors, count, size):
    """Orthonormal vectors, and others of the same size until there are as many as asked for."""
    found = list(vectors)
    units = iter([float(i == k) for i in range(size)] for k in range(size))
    while len(found) < count:
        one = next(units)
        for _ in range(2):
            for other in found:
                share = builtins.sum(map(mul, one, other))
                one = [a - share * b for a, b in zip(one, other, strict=True)]
        length = math.hypot(*one)
        if length > 0.1 / math.sqrt(size):
            found.append([a / length for a in one])
    return found


def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    """U, s and Vᵀ of ``a = U @ diag(s) @ Vᵀ``, by rotations of one side."""
    del hermitian
    one = _matrices(a)
    if one.shape[-2] < one.shape[-1]:
        found = svd(transposed(one), full_matrices, compute_uv)
        if not compute_uv:
            return found
        v, s, ut = found
        return transposed(ut), s, transposed(v)

    def parts(rows):
        left, values, right = _singular(rows)
        if full_matrices:
            left = _completed(left, len(rows), len(rows))
        return left, values, right

    ut, s, vt = _each(parts, one)
    return (transposed(ut), s, vt) if compute_uv else s


def svdvals(a):
    return svd(a, compute_uv=False)


def _symmetric(rows):
    """Eigenvalues in order and eigenvectors, by Jacobi's rotations."""
    size = len(rows)
    values = [[rows[i][j] if j <= i else rows[j][i] for j in range(size)] for i in range(size)]
    turns = [[float(i == j) for j in range(size)] for i in range(size)]
    for _ in range(_SWEEPS):
        whole = math.hypot(*(a for row in values for a in row))
        apart = math.hypot(*(values[i][j] for i in range(size) for j in range(i)))
        if apart <= 1e-17 * whole:
            break
        for i in range(size):
            for j in range(i + 1, size):
                if builtins.abs(values[i][j]) > 1e-300:
                    turn = _rotation(values[i][i], values[j][j], values[i][j])
                    values[i], values[j] = _rotated(values[i], values[j], *turn)
                    for row in values:
                        (row[i],), (row[j],) = _rotated([row[i]], [row[j]], *turn)
                    turns[i], turns[j] = _rotated(turns[i], turns[j], *turn)
    order = sorted(range(size), key=lambda k: values[k][k])
    vectors = [list(one) for one in zip(*(turns[k] for k in order), strict=True)]
    return [values[k][k] for k in order], vectors


def eigh(a, UPLO="L"):
    del UPLO
    return _each(_symmetric, _matrices(a, square=True))


def eigvalsh(a):
    return eigh(a)[0]


def pinv(a, rcond=1e-15):
    one = _matrices(a)
    u, s, vt = svd(one, full_matrices=False)
    least = max(s, axis=-1, keepdims=True) * rcond * 10
    turned = asarray(
        [
            0.0 if x <= y else 1.0 / x
            for x, y in zip(
                reshape(s, -1).tolist(),
                reshape(broadcast_to(least, s.shape), -1).tolist(),
                strict=True,
            )
        ]
    )
    return matmul(transposed(vt) * reshape(turned, s.shape)[..., None, :], transposed(u))


def matrix_rank(a):
    s = svdvals(a)
    return sum(s > max(s, axis=-1, keepdims=True) * 1e-14, axis=-1)


def cond(a):
    s = svdvals(a)
    return s[..., 0] / s[..., -1]


def lstsq(a, b, rcond=None):
    del rcond
    return pinv(a) @ asarray(b), None, matrix_rank(a), svdvals(a)


def matrix_power(a, n):
    one = _matrices(a, square=True)
    if n < 0:
        return matrix_power(inv(one), -n)
    found = broadcast_to(eye(one.shape[-1]), one.shape)
    for _ in range(int(n)):
        found = found @ one
    return found


def norm(x, ord=None, axis=None, keepdims=False):
    """The root of the sum of squares; of vectors and matrices other lengths by their names."""
    one = asarray(x, float)
    axes = tuple(range(one.ndim)) if axis is None else axis_numbers(axis, one.ndim)
    if ord in (None, "fro") or (ord == 2 and len(axes) == 1):
        return along(one, lambda row: math.hypot(*row), axes, keepdims)
    if len(axes) == 1:
        return _vector_norm(one, ord, axes[0], keepdims)
    moved = transpose(one, (*(k for k in range(one.ndim) if k not in axes), *axes))
    if ord in (2, -2, "nuc"):
        s = svdvals(moved)
        return sum(s, axis=-1) if ord == "nuc" else s[..., 0 if ord == 2 else -1]
    if ord in (1, math.inf):
        sums = sum(abs(moved if ord == 1 else swapaxes(moved, -1, -2)), axis=-2)
        return max(sums, axis=-1)
    raise ValueError(f"Invalid norm order {ord!r}.")


def _vector_norm(one, order, axis, keepdims):
    if order in (math.inf, -math.inf):
        choose = builtins.max if order > 0 else builtins.min
        return along(abs(one), choose, axis, keepdims)
    if order == 0:
        return along(one, lambda row: float(builtins.sum(map(bool, row))), axis, keepdims)
    return sum(abs(one) ** order, axis=axis, keepdims=keepdims) ** (1.0 / order)


def vector_norm(x, axis=None, keepdims=False, ord=2):
    return norm(x, ord, axis, keepdims) if axis is not None else norm(reshape(x, -1), ord)


def matrix_norm(x, keepdims=False, ord="fro"):
    return norm(x, ord, (-2, -1), keepdims)

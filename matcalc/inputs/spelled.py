"""Calls of other languages that are a line of signs and functions here: ``crossprod(X, y)``."""

from __future__ import annotations

from typing import NamedTuple

# A capital takes a matrix and nothing else, 1 and False are taken as they are; a name with a dot is
# read so of that library alone. A line without names is of those above it.
_LINES = """
    multiply mul times hadamard hadamardproduct(x, y) = x .* y
    divide div(x, y) = x ./ y
    add matadd plus(x, y) = x + y
    subtract sub minus(x, y) = x - y
    sqr abs2(x) = x ** 2
    sumsq(x) = sum(x ** 2)
    pow power(x, y) = x ** y
    negative neg(x) = -x
    ger(x, y) = outer(x, y)
    dot(x, y, z) = dot(x, y @ z)
    crossprod(x) = x.T @ x
    crossprod(x, y) = x.T @ y
    tcrossprod(x) = x @ x.T
    tcrossprod(x, y) = x @ y.T
    solve(x) = inv(x)
    mse(x, y) = mean((x - y) ** 2)
    toeplitz(x) = toeplitz(x, x)
    np.vdot numpy.vdot jnp.vdot(X, Y) = sum(X .* Y)
    np.inner numpy.inner jnp.inner torch.inner(X, Y) = X @ Y.T
    F.cross_entropy nn.cross_entropy torch.cross_entropy(X, y) = \
    -mean(sum(y .* log_softmax(X, axis=1), axis=1))
    (x, y) = cross_entropy_logits(y, x)
    F.normalize nn.normalize torch.normalize(X) = normalize(X, axis=1)
    (X, p=1) = normalize(X, axis=1, p=1)
    (X, p=2) = normalize(X, axis=1)
    torch.norm(X, 1) = sum(abs(X))
    (X, p=1) = sum(abs(X))
    (X, 2) = norm(X)
    (X, p=2) = norm(X)
    scipy.linalg.cholesky(x) = cholesky(x).T
    (x, lower=False) = cholesky(x).T
    (x, lower=True) = cholesky(x)
    scipy.linalg.solve_triangular torch.linalg.solve_triangular(x, y) = \
    solve_triangular(x, y, lower=0)
    (x, y, lower=False) = solve_triangular(x, y, lower=0)
    (x, y, lower=True) = solve_triangular(x, y, lower=1)
    (x, y, upper=True) = solve_triangular(x, y, lower=0)
    (x, y, upper=False) = solve_triangular(x, y, lower=1)
    rowSums(x) = sum(x, axis=1)
    colSums(x) = sum(x, axis=0)
    rowMeans(x) = mean(x, axis=1)
    colMeans(x) = mean(x, axis=0)
"""


class SpelledLine(NamedTuple):
    """A line of the table.

    Attributes:
        parameters: What it takes.
        body: What it is here.
    """

    parameters: tuple[str, ...]
    body: str


def _read() -> dict[str, list[SpelledLine]]:
    found: dict[str, list[SpelledLine]] = {}
    names: list[str] = []
    for line in _LINES.strip().splitlines():
        head, _, body = line.partition(" = ")
        listed, _, taken = head.strip(" )").partition("(")
        names = [*listed.split()] or names
        for name in names:
            found.setdefault(name, []).append(SpelledLine(tuple(taken.split(", ")), body.strip()))
    return found


#: The lines of each name.
SPELLED = _read()

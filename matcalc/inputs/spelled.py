"""Calls of other languages that are a line of signs and functions here: ``crossprod(X, y)``."""

from __future__ import annotations

from typing import NamedTuple

# A capital takes a matrix and nothing else; a name with a dot is read so of that library alone.
_LINES = """
    multiply mul times hadamard hadamardproduct(x, y) = x .* y
    divide div(x, y) = x ./ y
    add matadd plus(x, y) = x + y
    subtract sub minus(x, y) = x - y
    sqr abs2(x) = x ** 2
    sumsq(x) = sum(x ** 2)
    pow power(x, y) = x ** y
    negative neg(x) = -x
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
    F.cross_entropy nn.cross_entropy torch.cross_entropy(x, y) = cross_entropy_logits(y, x)
"""


class Line(NamedTuple):
    """A line of the table.

    Attributes:
        parameters: What it takes.
        body: What it is here.
    """

    parameters: tuple[str, ...]
    body: str


def _read() -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in _LINES.strip().splitlines():
        head, _, body = line.partition(" = ")
        names, _, taken = head.strip(" )").partition("(")
        for name in names.split():
            found.setdefault(name, []).append(Line(tuple(taken.split(", ")), body.strip()))
    return found


#: The lines of each name.
SPELLED = _read()

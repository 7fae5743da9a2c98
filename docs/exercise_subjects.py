"""What the exercises are about: derivatives, the right line for each of them in both layouts.

To each wrong line belongs a lesson: the one that tells its mistake.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Subject(NamedTuple):
    """A derivative with the right line for it in each layout.

    Attributes:
        level: 1 shapes, 2 one step, 3 a whole network.
        about: A forward pass; or an expression and what it is differentiated by.
        variables: Their shapes, each size a letter.
        denominator: The right line in denominator layout.
        numerator: That in numerator layout; nothing where it is left out.
    """

    level: int
    about: tuple[str, ...]
    variables: str
    denominator: str
    numerator: str = ""


_TWO = "z1 = W1 @ x; a1 = {f}(z1); z2 = W2 @ a1 | x[k] W1[m,k] W2[n,m]"
_THREE = (
    "z1 = W1 @ x; a1 = {f}(z1); z2 = W2 @ a1; a2 = {g}(z2); z3 = W3 @ a2"
    " | x[k] W1[m,k] W2[n,m] W3[l,n]"
)
_SLOPES = {"tanh": "(1 - a{}**2)", "sigmoid": "(a{} * (1 - a{}))", "relu": "step(z{})"}
_ONE_STEP = """\
1 | z = W @ x | W[m,n] x[n] | dx = W.T @ dz | dx = dz @ W
1 | z = W @ x | W[m,n] x[n] | dW = dz @ x.T | dW = x @ dz
1 | z = W @ V @ x | W[m,n] V[n,k] x[k] | dx = V.T @ W.T @ dz | dx = dz @ W @ V
1 | z = W @ V @ x | W[m,n] V[n,k] x[k] | dV = W.T @ dz @ x.T | dV = x @ dz @ W
1 | z = W @ V @ x | W[m,n] V[n,k] x[k] | dW = dz @ (V @ x).T | dW = V @ x @ dz
1 | Z = W @ X | W[m,n] X[n,k] | dX = W.T @ dZ | dX = dZ @ W
1 | Z = W @ X | W[m,n] X[n,k] | dW = dZ @ X.T | dW = X @ dZ
1 | Z = X @ W | X[k,m] W[m,n] | dW = X.T @ dZ | dW = dZ @ X
1 | Z = X @ W | X[k,m] W[m,n] | dX = dZ @ W.T | dX = W @ dZ
1 | tr(G.T @ X @ W) by X | G[m,n] X[m,k] W[k,n] | G @ W.T | W @ G.T
1 | a.T @ X @ b by X | a[m] X[m,n] b[n] | a @ b.T | b @ a.T
1 | Z = W @ X + b @ ones(k).T | W[m,n] X[n,k] b[m] | db = sum(dZ, axis=1)
1 | z = W @ (x * s) | W[m,n] x[n] s[n] | dx = W.T @ dz * s | dx = dz @ W @ diag(s)
2 | norm(A @ x - b)**2 by x | A[m,n] x[n] b[m] | 2 * A.T @ (A @ x - b) | 2 * (A @ x - b).T @ A
2 | norm(A @ x - b)**2 / 2 by x | A[m,n] x[n] b[m] | A.T @ (A @ x - b)
2 | norm(A @ x - b) by x | A[m,n] x[n] b[m] | A.T @ (A @ x - b) / norm(A @ x - b)
2 | norm(W @ x - y)**2 by W | W[m,n] x[n] y[m] | 2 * (W @ x - y) @ x.T | 2 * x @ (W @ x - y).T
2 | norm(A @ x - b)**2 + norm(x)**2 by x | A[m,n] x[n] b[m] | 2 * A.T @ (A @ x - b) + 2 * x
2 | norm(A @ X - B)**2 by X | A[m,n] X[n,k] B[m,k] | 2 * A.T @ (A @ X - B)
2 | norm(x - mu) by x | x[n] mu[n] | (x - mu) / norm(x - mu) | (x - mu).T / norm(x - mu)
2 | x.T @ A @ x by x | x[n] A[n,n] | (A + A.T) @ x | x.T @ (A + A.T)
2 | x.T @ A @ x + b.T @ x by x | x[n] A[n,n] b[n] | (A + A.T) @ x + b | x.T @ (A + A.T) + b.T
2 | x.T @ A @ y by x | x[m] A[m,n] y[n] | A @ y | y.T @ A.T
2 | tr(X.T @ A @ X) by X | X[m,n] A[m,m] | (A + A.T) @ X | X.T @ (A + A.T)
2 | tr(X.T @ A @ X @ B) by X | X[m,n] A[m,m] B[n,n] | A @ X @ B + A.T @ X @ B.T
2 | tr(X @ A @ X) by X | X[n,n] A[n,n] | (A @ X + X @ A).T | A @ X + X @ A
2 | (a.T @ x) * (b.T @ x) by x | a[n] b[n] x[n] | (b.T @ x) * a + (a.T @ x) * b
2 | logdet(X) by X | X[n,n] | inv(X).T | inv(X)
2 | logdet(A @ X) by X | A[n,n] X[n,n] | inv(X).T | inv(X)
2 | tr(A @ inv(X)) by X | A[n,n] X[n,n] | -(inv(X) @ A @ inv(X)).T | -inv(X) @ A @ inv(X)
2 | a.T @ inv(X) @ b by X | a[n] X[n,n] b[n] | -inv(X).T @ a @ b.T @ inv(X).T
2 | sum(tanh(A @ x)) by x | A[m,n] x[n] | A.T @ (1 - tanh(A @ x)**2) | (1 - tanh(A @ x)**2).T @ A
2 | sum(exp(A @ x)) by x | A[m,n] x[n] | A.T @ exp(A @ x) | exp(A @ x).T @ A
2 | sum(sigmoid(A @ x)) by x | A[m,n] x[n] | A.T @ (sigmoid(A @ x) * (1 - sigmoid(A @ x)))
2 | A @ exp(x) by x | A[m,n] x[n] | diag(exp(x)) @ A.T | A @ diag(exp(x))
2 | tanh(A @ x) by x | A[m,n] x[n] | A.T @ diag(1 - tanh(A @ x)**2) | diag(1 - tanh(A @ x)**2) @ A
2 | tr(X.T @ D) by X | X[m,n] D[m,n] | D | D.T
"""


def _subject(row: str) -> Subject:
    """A subject of a row: level, what it is about, shapes, the right line in either layout."""
    level, about, *rest = row.split(" | ")
    return Subject(int(level), tuple(about.split(" by ")), *rest)


def _networks() -> Iterator[str]:
    """Rows for lines of the backward pass of two layers and of three."""
    for f, slope in _SLOPES.items():
        s1 = slope.replace("{}", "1")
        diag = f"diag{s1}" if s1.startswith("(") else f"diag({s1})"
        two = _TWO.format(f=f)
        yield f"2 | {two} | dz1 = W2.T @ dz2 * {s1} | dz1 = dz2 @ W2 @ {diag}"
        yield f"3 | {two} | dW1 = (W2.T @ dz2 * {s1}) @ x.T | dW1 = x @ dz2 @ W2 @ {diag}"
        yield f"3 | {two} | dx = W1.T @ (W2.T @ dz2 * {s1}) | dx = dz2 @ W2 @ {diag} @ W1"
        for g, other in _SLOPES.items():
            s2, three = other.replace("{}", "2"), _THREE.format(f=f, g=g)
            if f != g:
                yield f"3 | {three} | dz1 = W2.T @ (W3.T @ dz3 * {s2}) * {s1}"
                yield f"3 | {three} | dW2 = (W3.T @ dz3 * {s2}) @ a1.T"


SUBJECTS = tuple(map(_subject, (*_ONE_STEP.splitlines(), *_networks())))

#: A lesson, with signs of a line that belongs to it: of its layout and what it is about, and of its
#: cause. The first that holds is taken.
_LESSONS = (
    (1, r": (?:a\.T @ X|tr\(X\.T @ D)", r"layout"),
    (2, r": z = W @ x: dx", r"layout"),
    (11, r"", r"layout"),
    (10, r"x\.T @ A @ x|X\.T @ A @ X", r""),
    (12, r"norm|inv|logdet|tr\(X @ A @ X", r""),
    (9, r"tr\(|a\.T @ X", r""),
    (4, r"", r"order"),
    (2, r"denominator: Z = ", r"transpose"),
    (7, r"Z = ", r""),
    (6, r": dW", r""),
    (8, r"A @ exp|: tanh|: z = ", r""),
    (3, r"z3 = ", r""),
    (5, r"", r"kind-of-product|diagonal|wrong-point|duplicated-factor"),
    (13, r"", r""),
)


def lesson(layout: str, about: str, line: str, cause: str) -> int:
    """The number of the lesson that tells a mistake.

    >>> lesson("denominator", "Z = W @ X", "dX = W @ dZ", "transpose")
    2
    """
    whole = f"{layout}: {about}: {line}"
    return next(
        number
        for number, sign, of_cause in _LESSONS
        if re.search(sign, whole) and re.search(of_cause, cause)
    )

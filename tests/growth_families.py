"""Families of formulas that grow: each makes the formula of a size.

Chains and powers of equal matrices, named intermediate results that are used twice, towers of
one operation, graphs whose edges are equal matrices, sums of many terms: what is quadratic or
worse in any part of matcalc shows in one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

_SQUARE = "A[n,n]"


class Program(NamedTuple):
    """A formula that is differentiated.

    Attributes:
        formula: The expression.
        wrt: What it is differentiated with respect to.
        variables: What is declared.
        order: Of the derivative.
    """

    formula: str
    wrt: str = "A"
    variables: str = _SQUARE
    order: int = 1


Family = Callable[[int], Program]


def _lets(count: int, first: str, step: str, last: str) -> str:
    """``a1 = step(first); a2 = step(a1); …; last(a_count)``."""
    before = [first, *(f"a{k}" for k in range(1, count))]
    lines = [f"a{k} = {step.format(one, k=k)}" for k, one in enumerate(before, 1)]
    return "; ".join([*lines, last.format(f"a{count}")])


def _nested(count: int, inner: str, step: str) -> str:
    """``step(step(… inner))``."""
    left, right = step.split("{}")
    return left * count + inner + right * count


def _weights(count: int, shape: str = "[n,n]") -> str:
    return " ".join(f"W{k}{shape}" for k in range(1, count + 1))


def _einsum(terms: list[str], operands: list[str]) -> str:
    return f'einsum("{",".join(terms)}->", {", ".join(operands)})'


def _letters(count: int) -> str:
    return "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[:count]


def _pairs(letters: str) -> list[str]:
    """Letters two by two."""
    return [letters[k : k + 2] for k in range(0, len(letters), 2)]


def _cycle(n: int) -> list[str]:
    names = _letters(n)
    return [names[k] + names[(k + 1) % n] for k in range(n)]


def _mesh(n: int) -> list[str]:
    """A ladder: two paths with rungs."""
    names = _letters(2 * n)
    rungs = [names[k] + names[k + n] for k in range(n)]
    return rungs + [names[k] + names[k + 1] for k in range(2 * n - 1) if k != n - 1]


FAMILIES: dict[str, Family] = {
    "trace of a power": lambda n: Program(f"tr(matrix_power(A, {n}))"),
    "sum of a power": lambda n: Program(f"sum(matrix_power(A, {n}))"),
    "quadratic form of a power": lambda n: Program(
        f"x.T @ matrix_power(A, {n}) @ x", variables="A[n,n] x[n]"
    ),
    "a power": lambda n: Program(f"matrix_power(A, {n})"),
    "trace of a chain of equal matrices": lambda n: Program(f"tr({' @ '.join(['A'] * n)})"),
    "sum of a chain of equal matrices": lambda n: Program(f"sum({' @ '.join(['A'] * n)})"),
    "sum of a chain of equal symmetric matrices": lambda n: Program(
        f"sum({' @ '.join(['A'] * n)})", variables="A[n,n]:symmetric"
    ),
    "trace of a chain of A and B": lambda n: Program(
        f"tr({' @ '.join(['A @ B'] * n)})", variables="A[n,m] B[m,n]"
    ),
    "trace of a chain of A and its transpose": lambda n: Program(
        f"tr({' @ '.join(['A @ A.T'] * n)})", variables="A[n,m]"
    ),
    "by the middle of a chain": lambda n: Program(
        f"tr({' @ '.join(['A'] * n)} @ B @ {' @ '.join(['A'] * n)})", variables="A[n,n] B[n,n]"
    ),
    "squared again and again, trace": lambda n: Program(_lets(n, "A", "{0} @ {0}", "tr({})")),
    "squared again and again, sum": lambda n: Program(_lets(n, "A", "{0} @ {0}", "sum({})")),
    "a Gram matrix of a Gram matrix": lambda n: Program(
        _lets(n, "A", "{0}.T @ {0}", "tr({})"), variables="A[m,n]"
    ),
    "squared entry by entry": lambda n: Program(
        _lets(n, "x", "{0} * {0} + x", "sum({})"), "x", "x[n]"
    ),
    "layers of tanh": lambda n: Program(
        _lets(n, "x", "tanh(W{k} @ {0})", "sum({})"), "W1", f"{_weights(n)} x[n]"
    ),
    "one layer again and again": lambda n: Program(
        _lets(n, "x", "tanh(W @ {0} + b)", "sum({})"), "W", "W[n,n] x[n] b[n]"
    ),
    "residual layers": lambda n: Program(
        _lets(n, "x", "{0} + tanh(W{k} @ {0})", "sum({})"), "x", f"{_weights(n)} x[n]"
    ),
    "a linear recurrence": lambda n: Program(
        _lets(n, "x", "A @ {0} + B @ (K @ {0})", "{0}.T @ {0}"),
        "K",
        "A[n,n] B[n,m] K[m,n] x[n]",
    ),
    "costs along a recurrence": lambda n: Program(
        "; ".join(f"x{k + 1} = A @ x{k} + B @ (K @ x{k})" for k in range(n))
        + "; "
        + " + ".join(f"x{k}.T @ Q @ x{k}" for k in range(n + 1)),
        "K",
        "A[n,n] B[n,m] K[m,n] x0[n] Q[n,n]:spd",
    ),
    "a complete graph of symmetric matrices": lambda n: Program(
        _einsum(["".join(e) for e in combinations(_letters(n), 2)], ["S"] * (n * (n - 1) // 2)),
        "S",
        "S[n,n]:symmetric",
    ),
    "a complete graph of matrices": lambda n: Program(
        _einsum(["".join(e) for e in combinations(_letters(n), 2)], ["A"] * (n * (n - 1) // 2))
    ),
    "a cycle of symmetric matrices": lambda n: Program(
        _einsum(_cycle(n), ["S"] * n), "S", "S[n,n]:symmetric"
    ),
    "a ladder of symmetric matrices": lambda n: Program(
        _einsum(_mesh(n), ["S"] * (3 * n - 2)), "S", "S[n,n]:symmetric"
    ),
    "a star of equal matrices": lambda n: Program(
        _einsum([f"a{k}" for k in _letters(n + 1)[1:]], ["A"] * n)
    ),
    "a power of a sum, as one product": lambda n: Program(
        _einsum(list(_letters(n)), ["x"] * n), "x", "x[n]"
    ),
    "a power of a trace, as one product": lambda n: Program(
        _einsum([k + k for k in _letters(n)], ["A"] * n)
    ),
    "a power of a quadratic form, as one product": lambda n: Program(
        _einsum(
            [t for a, b in _pairs(_letters(2 * n)) for t in (a, a + b, b)],
            ["x", "A", "x"] * n,
        ),
        "x",
        "A[n,n] x[n]",
    ),
    "a sum of many terms": lambda n: Program(
        " + ".join(f"sum(W{k} @ x)" for k in range(1, n + 1)), "x", f"{_weights(n)} x[n]"
    ),
    "a sum of many powers": lambda n: Program(
        " + ".join(f"tr(matrix_power(A, {k}))" for k in range(1, n + 1))
    ),
    "a sum of many quotients": lambda n: Program(
        " + ".join(f"sum(x / (x + {k}))" for k in range(1, n + 1)), "x", "x[n]"
    ),
    "a product of many quadratic forms": lambda n: Program(
        " * ".join(f"(x.T @ W{k} @ x)" for k in range(1, n + 1)), "x", f"{_weights(n)} x[n]"
    ),
    "a product of many sums": lambda n: Program(
        " * ".join(f"sum(x + b{k})" for k in range(1, n + 1)),
        "x",
        "x[n] " + " ".join(f"b{k}[n]" for k in range(1, n + 1)),
    ),
    "products of sums, entry by entry": lambda n: Program(
        f"sum({' * '.join(f'(x + {k})' for k in range(1, n + 1))})", "x", "x[n]"
    ),
    "nested products": lambda n: Program(f"sum({_nested(n, 'x', '(x * (1 + {}))')})", "x", "x[n]"),
    "nested quotients": lambda n: Program(f"sum({_nested(n, 'x', '(x / (1 + {}))')})", "x", "x[n]"),
    "nested powers": lambda n: Program(f"sum({_nested(n, 'x', '(1 + {})**2')})", "x", "x[n]"),
    "nested exponentials": lambda n: Program(f"sum({_nested(n, 'x', 'exp({})')})", "x", "x[n]"),
    "nested inverses": lambda n: Program(
        f"tr({_nested(n, 'A', 'inv(B + {})')})", variables="A[n,n] B[n,n]"
    ),
    "nested softmax": lambda n: Program(f"sum({_nested(n, 'x', 'softmax(x + {})')})", "x", "x[n]"),
    "a tower of Kronecker products": lambda n: Program(
        _nested(n, "A", "kron(A, {})").join(["sum(", ")"])
    ),
    "Kronecker products side by side": lambda n: Program(
        f"sum({_nested(n - 1, 'A', 'kron({}, A)')})"
    ),
    "transposes and diagonals": lambda n: Program(
        f"sum({_nested(n, 'x', 'diag(diag({} * x))')})", "x", "x[n]"
    ),
    "a tower of cross products": lambda n: Program(
        f"sum({_nested(n, 'x', 'cross(w, {})')})", "w", "w[3] x[3]"
    ),
    "a concatenation": lambda n: Program(
        f"sum(concatenate({', '.join(f'W{k} @ x' for k in range(1, n + 1))})**2)",
        "x",
        f"{_weights(n)} x[n]",
    ),
    "a Hessian of layers": lambda n: Program(
        _lets(n, "x", "tanh(W{k} @ {0})", "sum({})"), "x", f"{_weights(n)} x[n]", 2
    ),
    "a Hessian of a power": lambda n: Program(f"tr(matrix_power(A, {n}))", order=2),
    "a Hessian of a quadratic form of a power": lambda n: Program(
        f"x.T @ matrix_power(A, {n}) @ x", "x", "A[n,n] x[n]", 2
    ),
    "a Hessian of a product of sums": lambda n: Program(
        f"sum({' * '.join(f'(x + {k})' for k in range(1, n + 1))})", "x", "x[n]", 2
    ),
    "determinants": lambda n: Program(
        " * ".join(f"det(A + {k} * eye(n))" for k in range(1, n + 1))
    ),
    "norms in norms": lambda n: Program(
        _lets(n, "x", "{0} / norm({0}) + x", "sum({})"), "x", "x[n]"
    ),
}

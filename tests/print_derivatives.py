"""Print derivatives of random expressions: ``print_derivatives.py 50 [backwards]``.

A line each: the number of the expression, then what text, einsum and code are, as digests.
"""

# ruff: noqa: S311, T201 - a script that prints; random for tests, not for secrets

import hashlib
import sys
from random import Random

from random_expressions import Grammar

import matcalc as mc

FORMULAS = (
    ("1/2 * norm(W @ tanh(V @ x + b) - y)**2", "W[m,h] V[h,n] x[n] b[h] y[m]", "V"),
    ("logdet(A @ X @ A.T)", "A[m,n] X[n,n]", "X"),
    ("tr(X @ X @ X @ X @ X)", "X[n,n]", "X"),
    ("exp(x) / sum(exp(x))", "x[n]", "x"),
    ("attention(Q, K, V)", "Q[m,d] K[n,d] V[n,v]", "K"),
)


def main(count: int, *, backwards: bool) -> None:
    """Derive in order, or from the last to the first; print in order."""
    lines: dict[int, str] = {}
    for number in reversed(range(count)) if backwards else range(count):
        expression, variables, wrt = FORMULAS[number] if number < len(FORMULAS) else drawn(number)
        shown = []
        for layout in ("numerator", "denominator"):
            d = mc.derive(expression, wrt=wrt, variables=variables, layout=layout)
            shown += [digest(part) for part in (d.text, d.einsum, d.numpy)]
        lines[number] = " ".join(shown)
    for number in range(count):
        print(number, lines[number])


def drawn(seed: int) -> tuple[str, str, str]:
    """A random expression, its variables, and the last of these."""
    random = Random(seed)
    while True:
        found = Grammar(random).expression()
        if found.variables:
            return found.text, found.declarations, list(found.variables)[-1]


def digest(text: str) -> str:
    """A short name of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


if __name__ == "__main__":
    main(int(sys.argv[1]), backwards="backwards" in sys.argv)

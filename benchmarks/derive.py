"""How long it takes to derive and write one formula, beside SymPy and tensorgrad.

The claims: the first derivative that a process makes, its text included, takes at most 2 ms for
‖A x − b‖², xᵀ A x and logdet(X), and at most 10 ms for a logistic loss and a network of two
layers; a Hessian at most 25 ms, of tanh nested 5 deep too. Cold is the median over fresh processes
of the first call, imports excluded; warm is the median of later calls in the same processes. All
programs run in turns on one thread.

SymPy differentiates matrix expressions of its own; what it refuses or gets wrong is not timed:
it answers 0 for logdet(X), refuses the logistic loss, and for two layers multiplies a column with
a row entry by entry. tensorgrad writes index notation; of tanh nested 5 deep it had no Hessian
after a minute.

Run it with ``python benchmarks/derive.py``; opponents are timed where they are installed.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from statistics import median
from typing import NamedTuple

from startup import compile_packages

RUNS = 11

TIMED = """
from statistics import median
from time import perf_counter

def milliseconds():
    started = perf_counter()
    once()
    return 1000 * (perf_counter() - started)

print(milliseconds(), median(milliseconds() for _ in range(15)))
"""

MATCALC = """
import matcalc, numpy
for name in matcalc.__all__:
    getattr(matcalc, name)

def once():
    return matcalc.derive({formula!r}, wrt={wrt!r}, variables={variables!r},
                          layout="denominator", order={order}).text
"""

SYMPY = """
from sympy import *
k, m, n, p = symbols("k m n p", integer=True, positive=True)

def once():
{body}
    return str({derivative})
"""

TENSORGRAD = """
import tensorgrad.functions as F
from sympy import symbols
from tensorgrad import Derivative, Variable
from tensorgrad.extras.to_index import to_index
k, m, n, p = symbols("k m n p")

def once():
{body}
    return to_index({derivative}.full_simplify())
"""


class Case(NamedTuple):
    """A formula, and how the opponents write it.

    Attributes:
        most: The claim, in milliseconds.
        formula: What is differentiated, with respect to what, and the variables.
        sympy: Lines that define ``expression`` and ``wrt``; empty where it has no right answer.
        tensorgrad: The same.
        order: Of the derivative.
    """

    most: float
    formula: tuple[str, str, str]
    sympy: str = ""
    tensorgrad: str = ""
    order: int = 1


_QUADRATIC = ("x.T @ A @ x", "x", "A[n,n] x[n]")
_QUADRATIC_SYMPY = """
    A, wrt = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
    expression = wrt.T * A * wrt
"""
_QUADRATIC_TENSORGRAD = """
    A, wrt = Variable("A", n, m=n), Variable("x", n)
    expression = wrt @ A @ wrt.rename(n="m")
"""
_LOGISTIC = ("sum(log(1 + exp(-y * (X @ w)))) / m", "w", "X[m,n] y[m] w[n]")
_LOGISTIC_TENSORGRAD = """
    X, y, wrt = Variable("X", m, n), Variable("y", m), Variable("w", n)
    expression = F.mean(F.log(F.exp(-(y * (X @ wrt))) + 1))
"""
_LAYERS = "sum((W2 @ tanh(W1 @ x + b1) + b2 - y)**2)"
_OF_LAYERS = "W1[p,n] W2[k,p] x[n] b1[p] b2[k] y[k]"
_LAYERS_TENSORGRAD = """
    W1, W2, x = Variable("W1", p, n), Variable("W2", k, p), Variable("x", n)
    b1, b2, y = Variable("b1", p), Variable("b2", k), Variable("y", k)
    expression, wrt = F.frobenius2(W2 @ F.tanh(W1 @ x + b1) + b2 - y), {wrt}
"""
_NESTED = "sum(tanh(A @ tanh(A @ tanh(A @ tanh(A @ tanh(A @ x))))))"

CASES = {
    "‖A x − b‖²": Case(
        2,
        ("sum((A @ x - b)**2)", "x", "A[m,n] x[n] b[m]"),
        """
    A, wrt, b = MatrixSymbol("A", m, n), MatrixSymbol("x", n, 1), MatrixSymbol("b", m, 1)
    expression = (A * wrt - b).T * (A * wrt - b)
""",
        """
    A, wrt, b = Variable("A", m, n), Variable("x", n), Variable("b", m)
    expression = F.frobenius2(A @ wrt - b)
""",
    ),
    "xᵀ A x": Case(2, _QUADRATIC, _QUADRATIC_SYMPY, _QUADRATIC_TENSORGRAD),
    "logdet(X)": Case(
        2,
        ("logdet(X)", "X", "X[n,n]"),
        tensorgrad="""
    wrt = Variable("X", n, m=n)
    expression = F.log(F.det(wrt))
""",
    ),
    "logistic loss": Case(10, _LOGISTIC, tensorgrad=_LOGISTIC_TENSORGRAD),
    "two layers": Case(
        10,
        (_LAYERS, "W1", _OF_LAYERS),
        tensorgrad=_LAYERS_TENSORGRAD.format(wrt="W1"),
    ),
    "∇² xᵀ A x": Case(25, _QUADRATIC, _QUADRATIC_SYMPY, _QUADRATIC_TENSORGRAD, 2),
    "∇² logistic": Case(25, _LOGISTIC, tensorgrad=_LOGISTIC_TENSORGRAD, order=2),
    "∇² layers by x": Case(
        25,
        (_LAYERS, "x", _OF_LAYERS),
        tensorgrad=_LAYERS_TENSORGRAD.format(wrt="x"),
        order=2,
    ),
    "∇² layers by W": Case(
        25,
        (_LAYERS, "W1", _OF_LAYERS),
        tensorgrad=_LAYERS_TENSORGRAD.format(wrt="W1"),
        order=2,
    ),
    "∇² tanh 5 deep": Case(25, (_NESTED, "x", "A[n,n] x[n]"), order=2),
}


def programs(case: str) -> dict[str, str]:
    """The programs that derive a case, by the names of the libraries that are installed."""
    given = CASES[case]
    formula, wrt, variables = given.formula
    found = {
        "matcalc": MATCALC.format(formula=formula, wrt=wrt, variables=variables, order=given.order)
    }
    in_sympy = "expression" + ".diff(wrt)" * given.order
    in_tensorgrad = "Derivative(" * given.order + "expression" + ", wrt)" * given.order
    for library, program, body, derivative in (
        ("sympy", SYMPY, given.sympy, in_sympy),
        ("tensorgrad", TENSORGRAD, given.tensorgrad, in_tensorgrad),
    ):
        if body and find_spec(library):
            found[library] = program.format(body=body, derivative=derivative)
    return found


def cold_and_warm(program: str) -> tuple[float, float]:
    """The first call and the median of later ones, in a fresh Python."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, "-c", program + TIMED],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, **threads},
    )
    cold, warm = map(float, done.stdout.split())
    return cold, warm


def medians(case: str) -> dict[str, tuple[float, float]]:
    """Cold and warm by library, run in turns."""
    runs: dict[str, list[tuple[float, float]]] = {library: [] for library in programs(case)}
    for _ in range(RUNS):
        for library, program in programs(case).items():
            runs[library].append(cold_and_warm(program))
    return {library: (median(c), median(w)) for library, (c, w) in _columns(runs).items()}


def _columns(
    runs: dict[str, list[tuple[float, float]]],
) -> dict[str, tuple[tuple[float, ...], tuple[float, ...]]]:
    return {library: tuple(zip(*times, strict=True)) for library, times in runs.items()}  # type: ignore[misc]


def main() -> None:
    compile_packages()
    opponents = ("sympy", "tensorgrad")
    for library in opponents:
        if find_spec(library) is None:
            print(f"{library} is missing: pip install {library}")
    print(f"{'ms, cold (warm)':15s}" + "".join(f"{name:>28s}" for name in ("matcalc", *opponents)))
    slow = []
    for case, given in CASES.items():
        found = medians(case)
        own, _ = found["matcalc"]
        cells = [f"{own:.2f} ({found['matcalc'][1]:.2f})"]
        for library in opponents:
            cold, warm = found.get(library, (0.0, 0.0))
            cells.append(f"{cold:.1f} ({warm:.1f}) {cold / own:5.1f} ×" if cold else "-")
        print(f"{case:15s}" + "".join(f"{cell:>28s}" for cell in cells), flush=True)
        if own > given.most:
            slow.append(case)
    if slow:
        sys.exit(f"slower than claimed: {', '.join(slow)}")


if __name__ == "__main__":
    main()

"""How long it takes to derive and write one formula, beside SymPy and tensorgrad.

The claims: the first derivative that a process makes, its text included, takes at most 2 ms for
‖A x − b‖², xᵀ A x and logdet(X), and at most 10 ms for a logistic loss and a network of two
layers. Cold is the median over fresh processes of the first call, imports excluded; warm is the
median of later calls in the same processes. All programs run in turns on one thread.

SymPy differentiates matrix expressions of its own; what it refuses or gets wrong is not timed:
it answers 0 for logdet(X) and refuses the logistic loss. tensorgrad writes index notation.

Run it with ``python benchmarks/derive.py``; opponents are timed where they are installed.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from statistics import median

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
                          layout="denominator").text
"""

SYMPY = """
from sympy import *
k, m, n, p = symbols("k m n p", integer=True, positive=True)

def once():
{body}
    return str(expression.diff(wrt))
"""

TENSORGRAD = """
import tensorgrad.functions as F
from sympy import symbols
from tensorgrad import Derivative, Variable
from tensorgrad.extras.to_index import to_index
k, m, n, p = symbols("k m n p")

def once():
{body}
    return to_index(Derivative(expression, wrt).full_simplify())
"""

CASES: dict[str, tuple[float, tuple[str, str, str], str, str]] = {
    "‖A x − b‖²": (
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
    "xᵀ A x": (
        2,
        ("x.T @ A @ x", "x", "A[n,n] x[n]"),
        """
    A, wrt = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
    expression = wrt.T * A * wrt
""",
        """
    A, wrt = Variable("A", n, m=n), Variable("x", n)
    expression = wrt @ A @ wrt.rename(n="m")
""",
    ),
    "logdet(X)": (
        2,
        ("logdet(X)", "X", "X[n,n]"),
        "",
        """
    wrt = Variable("X", n, m=n)
    expression = F.log(F.det(wrt))
""",
    ),
    "logistic loss": (
        10,
        ("sum(log(1 + exp(-y * (X @ w)))) / m", "w", "X[m,n] y[m] w[n]"),
        "",
        """
    X, y, wrt = Variable("X", m, n), Variable("y", m), Variable("w", n)
    expression = F.mean(F.log(F.exp(-(y * (X @ wrt))) + 1))
""",
    ),
    "two layers": (
        10,
        (
            "sum((W2 @ tanh(W1 @ x + b1) + b2 - y)**2)",
            "W1",
            "W1[p,n] W2[k,p] x[n] b1[p] b2[k] y[k]",
        ),
        """
    wrt, W2, x = MatrixSymbol("W1", p, n), MatrixSymbol("W2", k, p), MatrixSymbol("x", n, 1)
    b1, b2, y = (MatrixSymbol(name, size, 1) for name, size in (("b1", p), ("b2", k), ("y", k)))
    residual = W2 * (wrt * x + b1).applyfunc(tanh) + b2 - y
    expression = trace(residual.T * residual)
""",
        """
    wrt, W2, x = Variable("W1", p, n), Variable("W2", k, p), Variable("x", n)
    b1, b2, y = Variable("b1", p), Variable("b2", k), Variable("y", k)
    expression = F.frobenius2(W2 @ F.tanh(wrt @ x + b1) + b2 - y)
""",
    ),
}


def programs(case: str) -> dict[str, str]:
    """The programs that derive a case, by the names of the libraries that are installed."""
    _, (formula, wrt, variables), in_sympy, in_tensorgrad = CASES[case]
    found = {"matcalc": MATCALC.format(formula=formula, wrt=wrt, variables=variables)}
    for library, program, body in (
        ("sympy", SYMPY, in_sympy),
        ("tensorgrad", TENSORGRAD, in_tensorgrad),
    ):
        if body and find_spec(library):
            found[library] = program.format(body=body)
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
    for case, (most, *_) in CASES.items():
        found = medians(case)
        own, _ = found["matcalc"]
        cells = [f"{own:.2f} ({found['matcalc'][1]:.2f})"]
        for library in opponents:
            cold, warm = found.get(library, (0.0, 0.0))
            cells.append(f"{cold:.1f} ({warm:.1f}) {cold / own:5.1f} ×" if cold else "-")
        print(f"{case:15s}" + "".join(f"{cell:>28s}" for cell in cells), flush=True)
        if own > most:
            slow.append(case)
    if slow:
        sys.exit(f"slower than claimed: {', '.join(slow)}")


if __name__ == "__main__":
    main()

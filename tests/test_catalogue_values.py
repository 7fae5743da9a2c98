"""Each operation of the catalogue that is there has the numbers that its own library gives.

What is typed is called in NumPy, SciPy or PyTorch, and what it is read as is evaluated beside it;
derivatives are held to central differences. MATCALC_LAW_EVERY sets how many of these are tried.
"""

import os
import re
import warnings
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.checking.formulas import check_derivative
from matcalc.dimensions import evaluate, names
from matcalc.expression import Declared, parse_declarations
from matcalc.expression.missing import MISSING
from matcalc.inputs.catalogue import Operation, answer, operations

EVERY = int(os.environ.get("MATCALC_LAW_EVERY", "16"))
SIZES = {"m": 3, "n": 5, "k": 2, "p": 2, "q": 7, "l": 3, "d": 2}
HOMES = {"np": "numpy", "scipy": "scipy", "torch": "torch", "F": "torch.nn.functional"}
#: What is spelled as here, or refuses in its library what it takes here.
APART = (
    "F.one_hot F.normalize F.cosine_similarity softmax layer_norm batch_norm group_norm rms_norm"
)
THERE = [one for one in operations() if answer(one).written]
CALLED = [one for one in THERE if one.name not in APART.split()]


def point(declared: dict[str, Declared], least: float) -> dict[str, Any]:
    """Arrays of positive numbers; square matrices are positive definite."""
    rng = np.random.default_rng(0)
    found: dict[str, Any] = {}
    for name, one in declared.items():
        sizes = {size: SIZES.get(size, 4) for each in one.variable.shape for size in names(each)}
        shape = tuple(evaluate(size, sizes) for size in one.variable.shape)
        array = rng.uniform(least, least + 0.8, size=shape)
        if len(shape) > 1 and shape[-1] == shape[-2]:
            array = array @ np.swapaxes(array, -1, -2) + np.eye(shape[-1])
        found[name] = array
    return found


def in_library(one: Operation, arrays: dict[str, Any]) -> Any:
    """What the library gives; of several results the first."""
    used = {home: import_module(path) for home, path in HOMES.items() if find_spec(path[:5])}
    for part in ("linalg", "special", "spatial.distance"):
        import_module(f"scipy.{part}")
    known: dict[str, Any] = {**used, **SIZES, **arrays}
    tensors = re.search(r"\b(torch|F)\.|\.(view|expand|mT)\b", one.typed)
    if tensors:
        torch = pytest.importorskip("torch")
        known |= {name: torch.tensor(array, dtype=torch.float64) for name, array in arrays.items()}
        known["n"] = SIZES["n"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an axis that is not named, SciPy's plans
        found = eval(one.typed, known)  # noqa: S307 - the lines are our own
    found = found[0] if isinstance(found, tuple) else found
    return np.asarray(found, dtype=float)


@pytest.mark.parametrize("one", CALLED, ids=lambda one: one.typed)
def test_the_library_gives_the_same_numbers(one: Operation) -> None:
    pytest.importorskip("scipy")
    arrays = point(dict(parse_declarations(one.variables)), 1.1 if "cosh(" in one.typed else 0.15)
    right = np.squeeze(in_library(one, arrays))
    assert np.isfinite(right).all()
    used = {k: v for k, v in SIZES.items() if k not in arrays}
    found = np.squeeze(mc.evaluate(answer(one).written, **arrays, **used))
    assert found.shape == right.shape
    np.testing.assert_allclose(found, right, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("one", THERE[::EVERY], ids=lambda one: one.typed)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_its_derivative_agrees_with_differences(one: Operation, layout: str) -> None:
    known = {
        name: ":positive" if each.variable.rank < 2 else ":spd"
        for name, each in parse_declarations(one.variables).items()
        if each.variable.rank < 2 or (each.variable.rank == 2 and len({*each.variable.shape}) == 1)
    }
    shapes = [str(each.variable) for each in parse_declarations(one.variables).values()]
    values = [f"{shape}{known.get(shape.partition('[')[0], '')}" for shape in shapes]
    for name in parse_declarations(one.variables):
        J = mc.derive(one.typed, wrt=name, variables=one.variables, layout=layout)
        assert check_derivative(J, variables=values, points=2).verdict != "wrong_value"


#: Calls that are refused, what the refusal says to use, and the shapes of the variables.
ADVISED = [
    ("np.linalg.lstsq(A, b)", "pinv(A) @ b", "A[m,k] b[m]"),
    (
        "scipy.linalg.solve_sylvester(A, B, C)",
        "solve(kron(eye(m), A) + kron(B.T, eye(n)), vec(C))",
        "A[n,n] B[m,m] C[n,m]",
    ),
    (
        "scipy.linalg.solve_continuous_lyapunov(A, Q)",
        "solve(kron(eye(n), A) + kron(A, eye(n)), vec(Q))",
        "A[n,n] Q[n,n]",
    ),
    (
        "scipy.linalg.solve_discrete_lyapunov(A, Q)",
        "solve(eye(n**2) - kron(A, A), vec(Q))",
        "A[n,n] Q[n,n]",
    ),
    ("scipy.linalg.cho_solve((np.tril(L), True), b)", "solve(L @ L.T, b)", "L[n,n] b[n]"),
    ("scipy.special.gamma(x)", "exp(lgamma(x))", "x[n]"),
    ("scipy.special.beta(x, y)", "exp(betaln(x, y))", "x[n] y[n]"),
    ("scipy.special.factorial(x)", "exp(lgamma(x + 1))", "x[n]"),
    ("scipy.special.boxcox(x, p)", "(x**p - 1) / p", "x[n] p"),
    ("np.trapz(y, x)", "sum(diff(x) * (y[1:] + y[:-1])) / 2", "x[n] y[n]"),
    ("scipy.linalg.fractional_matrix_power(A, 0.3)", "expm(p * logm(A))", "A[n,n] p"),
    ("scipy.linalg.polar(A)[1]", "sqrtm(A.T @ A)", "A[m,k]"),
    ("np.correlate(x, y, 'full')", "convolve(x, flip(y))", "x[n] y[m]"),
    ("np.linalg.svd(A)[1]", "svdvals(A)", "A[3,5]"),
    ("np.linalg.eigh(A)[0]", "eigvalsh(A)", "A[n,n]"),
    ("np.copysign(x, y)", "abs(x) * sign(y)", "x[n] y[n]"),
    ("np.gradient(x)[1:-1]", "(x[2:] - x[:-2]) / 2", "x[n]"),
    ("F.bilinear(x, y, W)", 'einsum("i,kij,j->k", x, W, y)', "x[n] y[m] W[k,n,m]"),
    ("F.pairwise_distance(x, y, eps=0)", "norm(x - y)", "x[n] y[n]"),
]


@pytest.mark.parametrize(("typed", "used", "declared"), ADVISED)
def test_what_is_refused_says_what_to_use(typed: str, used: str, declared: str) -> None:
    pytest.importorskip("scipy")
    name = str(re.split(r"[(.]", typed.partition("(")[0])[-1])
    assert used in MISSING[name]
    arrays = point(dict(parse_declarations(declared)), 0.15)
    if "p" in arrays:
        arrays["p"] = np.asarray(0.3)
    if typed.startswith("scipy.linalg.cho"):
        arrays["L"] = np.tril(arrays["L"])
    one = Operation("", typed.replace("trapz", "trapezoid"), declared)
    sizes = {size: SIZES[size] for size in ("m", "n") if size not in arrays}
    found = mc.evaluate(used, **arrays, **sizes)
    right = in_library(one, arrays)
    if "vec(" in used:
        right = right.ravel("F")
    np.testing.assert_allclose(np.squeeze(found), np.squeeze(right), rtol=1e-7, atol=1e-10)
    J = mc.derive(used, wrt=declared.partition("[")[0], variables=declared, layout="numerator")
    assert not isinstance(J, list)

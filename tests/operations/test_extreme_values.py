"""Values and slopes at extreme points, in every dialect, against mpmath."""

import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matcalc as mc

mpmath = pytest.importorskip("mpmath")
extremes = pytest.importorskip("operations.extremes")

_BOUND = 1e-9
_LEAST, _MOST = 1e-290, 1e290  # beyond, and in between, floats may do as they must
DIALECTS = ("evaluate", "text", "compiled", "torch", "jax")
#: Each formula in the first dialect and in one other; in all with MATCALC_EXTREMES=all.
SLOPES = [
    (case, dialect)
    for k, case in enumerate(extremes.ENTRYWISE)
    for d, dialect in enumerate(DIALECTS)
    if d in (0, 1 + k % 4) or os.environ.get("MATCALC_EXTREMES") == "all"
]


def _in_domain(case: Any, at: float) -> bool:
    return bool(case.least < at < case.most)


def _wrong(found: Any, exact: Any, at: float, scale: float) -> bool:
    """Whether a number is none that a careful computation gives."""
    size = abs(exact)
    if size > _MOST:
        return bool(np.isfinite(found) and abs(found) < _MOST / 10)
    if not np.isfinite(found):
        return True
    error = abs(mpmath.mpf(float(found)) - exact)
    conditioned = abs(at) * 4e-16 if abs(at) < 1e3 else 0.0  # exp(710) moves by that much
    return bool(error > (_BOUND + conditioned) * size + 1e-15 * scale + _LEAST)


def _evaluators(case: Any) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    J = mc.derive(case.formula, wrt="x", variables="x[n]", layout="numerator")
    return {
        "evaluate": lambda x: J.evaluate(x=x),
        "text": lambda x: mc.evaluate(J.text, x=x) if "x" in J.text else J.evaluate(x=x),
        "compiled": lambda x: J.compile()(x) if "x" in J.compile().shapes else J.evaluate(x=x),
        "torch": lambda x: _by_torch(J, x),
        "jax": lambda x: _by_jax(J, x),
    }


def _by_torch(J: Any, x: np.ndarray) -> np.ndarray:
    torch = pytest.importorskip("torch")
    return _called(J.torch, torch.tensor(x), len(x))


def _by_jax(J: Any, x: np.ndarray) -> np.ndarray:
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        return _called(J.jax, jax.numpy.asarray(x), len(x))


def _called(source: str, x: Any, n: int) -> np.ndarray:
    space: dict[str, Any] = {}
    exec(source, space)  # noqa: S102 - our own source
    function = space["df_dx"]
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return np.asarray(function(**{name: {"x": x, "n": n}[name] for name in names}))


A = 1e-3 * np.eye(150)
LOGDETS = ["log(abs(det(A)))", "log(det(A)**2) / 2", "logdet(A)", "log(det(A))", "-log(1 / det(A))"]


@pytest.mark.parametrize("formula", LOGDETS)
def test_the_logarithm_of_a_determinant_that_underflows(formula: str) -> None:
    assert np.linalg.det(A) == 0
    np.testing.assert_allclose(mc.evaluate(formula, A=A), 150 * np.log(1e-3))
    J = mc.derive(formula, wrt="A", variables="A[n,n]", layout="denominator")
    for found in (J.evaluate(A=A), J.compile()(A=A)):
        np.testing.assert_allclose(found, 1e3 * np.eye(150))


def test_the_logarithm_of_a_negative_determinant_is_not_a_number() -> None:
    assert np.isnan(mc.evaluate("log(det(A))", A=np.diag([1.0, -1.0])))
    assert mc.evaluate("log(abs(det(A)))", A=np.diag([1.0, -1.0])) == 0


@pytest.mark.parametrize("formula", ["(-1)**0.5", "x * sqrt(-2)", "(-8)**(1/3) + x"])
def test_a_root_of_a_negative_number_is_refused(formula: str) -> None:
    with pytest.raises(mc.NotationError, match="is not a real number"):
        mc.derive(formula, wrt="x", variables="x", layout="numerator")


@pytest.mark.parametrize("scale", [1e200, 1.0, 1e-200])
def test_roots_of_sums_of_squares_out_of_range(scale: float) -> None:
    x = scale * np.array([3.0, 4.0, -12.0])
    np.testing.assert_allclose(mc.evaluate("norm(x)", x=x), 13 * scale)
    np.testing.assert_allclose(mc.evaluate("sqrt(x.T @ x)", x=x), 13 * scale)
    J = mc.derive("norm(x)", wrt="x", variables="x[n]", layout="denominator")
    for found in (J.evaluate(x=x), J.compile()(x=x), mc.evaluate(J.text, x=x)):
        np.testing.assert_allclose(found, np.array([3.0, 4.0, -12.0]) / 13)


@pytest.mark.parametrize(
    "formula",
    [
        "log(sum(exp(x)))",
        "max(x) + log(sum(exp(x - max(x))))",
        "log(y.T @ exp(x))",
        "-log(1 / sum(exp(x)))",
    ],
)
def test_sums_of_large_exponentials(formula: str) -> None:
    x = np.array([-1000.0, 999.0, 1000.0])
    arrays = {"x": x} | ({"y": np.ones(3)} if "y" in formula else {})
    np.testing.assert_allclose(mc.evaluate(formula, **arrays), 1000 + np.log1p(np.exp(-1)))
    J = mc.derive(formula, wrt="x", variables="x[n] y[n]", layout="denominator")
    expected = [0.0, 1 / (1 + np.e), 1 / (1 + np.exp(-1))]
    for found in (J.evaluate(**arrays), J.compile()(**arrays)):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "formula", ["exp(x) / sum(exp(x))", "exp(x - max(x)) / sum(exp(x - max(x)))"]
)
def test_softmax_by_hand(formula: str) -> None:
    x = np.array([-1000.0, 999.0, 1000.0])
    np.testing.assert_allclose(mc.evaluate(formula, x=x), mc.evaluate("softmax(x)", x=x))
    J = mc.derive(formula, wrt="x", variables="x[n]", layout="numerator")
    assert J.text == "diag(softmax(x)) - softmax(x) @ softmax(x).T"


def test_a_difference_that_is_a_factor_keeps_its_digits() -> None:
    shift = 2.0**27
    x = shift + np.array([1.0, 2.0, 4.0, 9.0])
    J = mc.derive("sqrt(mean((x - mean(x))**2))", wrt="x", variables="x[n]", layout="denominator")
    centred = x - x.mean()
    expected = centred / (4 * np.sqrt(np.mean(centred**2)))
    for found in (J.evaluate(x=x), J.compile()(x=x), mc.evaluate(J.text, x=x, n=4)):
        np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("case", extremes.ENTRYWISE, ids=lambda case: case.formula)
def test_values_at_extreme_points(case: Any) -> None:
    points = np.array([at for at in extremes.POINTS if _in_domain(case, at)])
    found = mc.evaluate(case.formula, x=points)
    wrong = [
        (at, float(value), mpmath.nstr(case.value(mpmath.mpf(at)), 12))
        for at, value in zip(points, np.broadcast_to(found, points.shape), strict=True)
        if not (at == 0 and _is_singular(case.value))
        and _wrong(value, case.value(mpmath.mpf(at)), at, case.scale)
    ]
    assert not wrong


def _is_singular(function: Any) -> bool:
    try:
        return not mpmath.isfinite(function(mpmath.mpf(0)))
    except ZeroDivisionError:
        return True


@pytest.mark.parametrize(
    ("case", "dialect"), SLOPES, ids=lambda one: one if isinstance(one, str) else one.formula
)
def test_slopes_at_extreme_points(case: Any, dialect: str) -> None:
    singular = _is_singular(case.slope)
    points = [at for at in extremes.POINTS if _in_domain(case, at) and not (at == 0 and singular)]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = _evaluators(case)[dialect](np.array(points))
    slopes = np.diag(found) if found.ndim == 2 else found
    wrong = [
        (at, float(value), mpmath.nstr(case.slope(mpmath.mpf(at)), 12))
        for at, value in zip(points, slopes, strict=True)
        if _wrong(value, case.slope(mpmath.mpf(at)), at, case.scale)
    ]
    assert not wrong

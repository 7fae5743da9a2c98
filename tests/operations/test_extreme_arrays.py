"""Values and slopes of formulas of whole arrays at extreme points, in every dialect."""

import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matcalc as mc

mpmath = pytest.importorskip("mpmath")
arrays = pytest.importorskip("operations.extreme_arrays")

_BOUND = 1e-9
_LEAST, _MOST = 1e-290, 1e290
DIALECTS = ("evaluate", "numpy", "compiled", "torch", "jax")
WHOLE = os.environ.get("MATCALC_EXTREMES") == "all"
#: Each formula in the first two dialects and in one other; in all with MATCALC_EXTREMES=all.
CASES = [
    pytest.param(case, dialect, id=f"{case.formula} of {case.variables} by {dialect}")
    for k, case in enumerate(arrays.CASES)
    for d, dialect in enumerate(DIALECTS)
    if WHOLE or d in (0, 1, 2 + k % 3)
]


def wrong(found: Any, exact: Any) -> bool:
    """Whether an array is none that a careful computation gives, beside its largest entry."""
    found, exact = np.asarray(found, float), np.asarray(exact)
    if found.shape != exact.shape:
        return True
    sizes = [abs(entry) for entry in exact.flat]
    scale = max((size for size in sizes if size < _MOST), default=0)
    return any(
        _is_wrong(entry, right, scale) for entry, right in zip(found.flat, exact.flat, strict=True)
    )


def _is_wrong(found: float, exact: Any, scale: Any) -> bool:
    if abs(exact) > _MOST:
        return bool(np.isfinite(found) and abs(found) < _MOST / 10)
    if not np.isfinite(found):
        return True
    return bool(abs(mpmath.mpf(float(found)) - exact) > _BOUND * scale + _LEAST)


def _called(source: str, given: dict[str, Any], as_array: Callable[[Any], Any]) -> Any:
    space: dict[str, Any] = {}
    exec(source, space)  # noqa: S102 - our own source
    function = next(space[name] for name in ("df_dx", "dF_dx") if name in space)
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    sizes = {"n": given["x"].shape[-1], "m": given["x"].shape[0]}
    known = sizes | {name: as_array(array) for name, array in given.items()}
    return np.asarray(function(**{name: known[name] for name in names}))


def _in_dialect(J: Any, dialect: str, given: dict[str, Any]) -> Any:
    if dialect == "evaluate":
        return J.evaluate(**given)
    if dialect == "compiled":
        return J.compile().of(given | {"n": given["x"].shape[-1]})
    if dialect == "numpy":
        return _called(J.numpy, given, np.asarray)
    if dialect == "torch":
        torch = pytest.importorskip("torch")
        return _called(J.torch, given, torch.tensor)
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        return _called(J.jax, given, jax.numpy.asarray)


@pytest.mark.parametrize("case", arrays.CASES, ids=lambda case: f"{case.formula} {case.variables}")
def test_values_of_arrays_at_extreme_points(case: Any) -> None:
    failed = [
        point
        for point in case.points
        if wrong(
            mc.evaluate(case.formula, **dict(zip(case.names, point, strict=True))),
            case.value(point),
        )
    ]
    assert not failed


@pytest.mark.parametrize(("case", "dialect"), CASES)
def test_slopes_of_arrays_at_extreme_points(case: Any, dialect: str) -> None:
    J = mc.derive(case.formula, wrt="x", variables=case.variables, layout="numerator")
    failed = []
    for point in case.points:
        exact = case.slope(point)
        rank = exact.ndim - point[0].ndim
        axes = (*range(rank), *reversed(range(rank, exact.ndim)))
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = _in_dialect(J, dialect, dict(zip(case.names, point, strict=True)))
        if wrong(found, exact.transpose(axes)):
            failed.append((point, found, mpmath.nstr(mpmath.mpf(exact.flat[0]), 8)))
    assert not failed

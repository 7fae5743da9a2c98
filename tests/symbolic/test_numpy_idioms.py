"""Idioms of NumPy and SciPy, each alone: its value and its derivative are those of the function."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from derivative_checks import close, differences
from random_chains import in_layout

import matcalc as mc

linalg = pytest.importorskip("scipy.linalg")
special = pytest.importorskip("scipy.special")
stats = pytest.importorskip("scipy.stats")

KNOWN = np.array([1.0, 0.0, 1.0, 0.0])


def stable_sigmoid(x):
    pos_mask, neg_mask = (x >= 0), (x < 0)
    z = np.zeros_like(x)
    z[pos_mask] = np.exp(-x[pos_mask])
    z[neg_mask] = np.exp(x[neg_mask])
    top = np.ones_like(x)
    top[neg_mask] = z[neg_mask]
    return top / (1 + z)


def elu(x):
    out = np.zeros_like(x)
    out[x > 0] = x[x > 0]
    out[x <= 0] = 2 * (np.exp(x[x <= 0]) - 1)
    return out


def written_rows(X, y):
    out = X * 2
    out[y < 0] = y
    return out


def at_known_places(x):
    known = KNOWN == 1
    out = x * 2
    out[known] = x[known] ** 2
    return out


def spaced(x):
    return np.trapezoid(x**2, x) + np.trapezoid(x, dx=0.5) + np.ptp(x)


def on_a_mesh(x, y):
    first, second = np.meshgrid(x, y)
    third, fourth = np.meshgrid(x, y, indexing="ij")
    return first**2 * second + (third * fourth**2).T


def normal(x, s):
    q = stats.norm.logpdf(x, loc=s, scale=s**2 + 1) + stats.norm.cdf(x) + stats.norm.sf(2 * x)
    return q + stats.norm.pdf(x, 1.0) + stats.norm.logcdf(x) + stats.norm.ppf(special.ndtr(x))


def normal_of_several(x, X):
    return stats.multivariate_normal.logpdf(x, np.zeros(4), X @ X.T + np.eye(4))


def by_eigenvectors(X):
    w, V = np.linalg.eigh(X @ X.T + np.diag([1.0, 2.0, 3.0, 4.0]))
    return V @ np.diag(np.sqrt(w)) @ V.T


def by_cholesky(X, x):
    L = np.linalg.cholesky(X @ X.T + np.eye(4))
    R = linalg.cholesky(X @ X.T + np.eye(4))
    return np.sum(np.log(np.diag(L))) + R @ linalg.solve_triangular(L, x, lower=True)


IDIOMS: dict[Callable[..., Any], str] = {
    stable_sigmoid: "x[4]",
    elu: "x[4]",
    written_rows: "X[4,4] y[4]",
    spaced: "x[4]",
    at_known_places: "x[4]",
    on_a_mesh: "x[4] y[3]",
    normal: "x[4] s",
    normal_of_several: "x[4] X[4,3]",
    by_eigenvectors: "X[4,4]",
    by_cholesky: "X[4,4] x[4]",
    lambda x: np.log(x[x > 0]).sum() + np.mean(1 / np.sqrt(x[x > 0]) + x[x > 0] ** 1.5): "x[4]",
    lambda x: x[x > 0].mean() + np.sum(np.exp(x[x > 0])) + x[x < 0].prod(): "x[4]",
    lambda x: np.where(KNOWN == 1, x, x**2) * (KNOWN != 1): "x[4]",
    lambda x, y: np.where(y == 1, x, x**3) + (y != x): "x[4] y[4]",
    lambda x, y: np.add.outer(x, y) * np.exp(np.subtract.outer(x, y)): "x[4] y[3]",
    lambda X: np.maximum.reduce(X) + np.add.reduce(X, axis=1) + np.multiply.reduce(X): "X[4,4]",
    lambda X: np.add.accumulate(X, axis=1) + np.multiply.accumulate(X[0]): "X[4,4]",
    lambda X: np.max(X, axis=(0, 2)) + np.min(X, axis=(1, 2), keepdims=True): "X[3,2,4]",
    lambda X: np.prod(X, axis=(0, 1)) + X.max(axis=0).min(): "X[3,2]",
    lambda x: max(0, x[0]) + min(x[1], x[2], 1) + max(x) + sum(x * x): "x[4]",
    lambda X: sum(X) + sum([X[0], X[1]], X[2]): "X[4,3]",
    lambda X: np.linalg.norm(X, "nuc") + np.linalg.norm(X, 2) + np.linalg.norm(X, np.inf): "X[4,3]",
    lambda x: np.linalg.norm(x, np.inf) + np.linalg.norm(x, 1): "x[4]",
    lambda X: np.linalg.svd(X, compute_uv=False)[0] + linalg.svdvals(X)[1]: "X[4,3]",
    lambda X: linalg.sqrtm(X @ X.T + np.eye(3)) @ linalg.sinm(X[:3, :3]): "X[3,4]",
    lambda x, y: np.corrcoef(x, y)[0, 1] + np.cov(x, y)[0, 1] + np.cov(x): "x[4] y[4]",
    lambda x, y: (
        special.kl_div(np.exp(x), np.exp(y)) + special.polygamma(1, np.exp(x))
    ): "x[4] y[4]",
    lambda x: np.heaviside(x, 0.5) * x**2 + special.softplus(x): "x[4]",
    lambda x, y: math.asinh(x) * math.erf(y) + math.hypot(x, y) * math.degrees(y): "x y",
    lambda x: np.where(np.logical_and(x > -1, ~(x > 1)) | (x > 3), x**2, np.abs(x)): "x[4]",
    lambda x: np.select([x < -1, x < 0.5], [-x, x**2], default=3 * x): "x[4]",
    lambda x: np.asarray(x, dtype=np.float64).astype(np.float64) ** 2: "x[4]",
    lambda x: np.sum(np.exp(-999 * x[x > 0])) + np.cosh(x[x < 1]).sum(): "x[4]",
    lambda x: np.arccosh(1 + x[x > 0]).sum() + np.arctanh(x[np.abs(x) < 0.9]).sum(): "x[4]",
    lambda x, s: stats.norm(s, 2.0).logpdf(x) + stats.norm(loc=1.0).cdf(x): "x[4] s",
    lambda x, X: stats.multivariate_normal(x, X @ X.T + np.eye(4)).logpdf(2 * x): "x[4] X[4,3]",
    lambda x: np.take(x, 2) * np.take(x, [0, 2]) + np.take(x, (3, 1), axis=0): "x[4]",
    lambda x: np.diagflat(x) @ np.ones(4) + np.nansum(x) * np.nanmean(x**2): "x[4]",
}


@pytest.mark.parametrize(
    ("function", "declared"), IDIOMS.items(), ids=lambda one: getattr(one, "__name__", one)
)
def test_an_idiom_is_traced_and_its_derivative_is_right(
    function: Callable[..., Any], declared: str
) -> None:
    rng = np.random.default_rng(4)
    variables = list(map(mc.parse_variable, declared.split()))
    arrays = {one.name: rng.normal(size=one.shape) for one in variables}
    traced = mc.trace(function, declared)
    close(traced.evaluate(**arrays), np.asarray(function(**arrays)), 1e-9)
    for name, there in arrays.items():
        expected = differences(lambda x, n=name: np.asarray(function(**arrays | {n: x})), there)
        d = mc.derive(traced, wrt=name, layout="denominator")
        rank = expected.ndim - there.ndim
        close(d.evaluate(**arrays), in_layout(expected, rank, "denominator"), 1e-6)


def test_masks_that_numpy_reads_otherwise_are_refused() -> None:
    def other_array(x: Any, y: Any) -> Any:
        out = x * 1
        out[x < 0] = y
        return out

    refused: list[tuple[Callable[..., Any], str]] = [
        (other_array, "is not traced: which entries of y"),
        (lambda x, y: x[x > 0] * y[y > 0], "of the same mask"),
        (lambda x, y: x[x > 0] * y, "of the same mask"),
        (lambda x, y: np.sum(x[x > 0] @ x[x > 0]) + y, "of the same mask"),
        (lambda x, y: len(x[x > 0]) + y, "how many entries"),
        (lambda x, y: sum(x[x > 0]) + y, "how many entries"),
        (lambda x, y: x[x > 0][0] + y, "how many entries"),
        (lambda x, y: stats.multivariate_normal.logpdf(x) + y, "a matrix cov="),
        (lambda x, y: np.sort(x[x > 0]) + y, "how many entries it has depends on values"),
        (lambda x, y: x[y[:3] > 0], r"a mask of \(3,\) of an array of \(4,\)"),
        (lambda x, y: x[np.argmax(y)], "max and min are the entry itself"),
        (lambda x, y: np.linalg.svd(np.outer(x, y)), "compute_uv=False"),
    ]
    for function, says in refused:
        with pytest.raises(mc.MatcalcError, match=says):
            mc.trace(function, "x[4] y[4]")

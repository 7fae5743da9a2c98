"""A loss whose data no worker could hold, on a cluster of processes with bounded memory."""

from typing import Any

import numpy as np
import pytest

import matcalc as mc

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
distributed = pytest.importorskip("distributed")

_CHUNKS, _ROWS, _COLUMNS = 54, 25_000, 25
_LIMIT = 250 * 2**20
_LOSS = "sum(log(1 + exp(-y * (X @ w))))"


def _chunk(number: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(number).random((_ROWS, _COLUMNS)) - 0.5


@pytest.mark.filterwarnings("default")  # of the cluster's own threads, when it goes
def test_gradient_and_hessian_of_more_than_a_worker_holds() -> None:
    shape = (_ROWS, _COLUMNS)
    parts = [
        da.from_delayed(dask.delayed(_chunk)(k), shape, dtype=np.float64) for k in range(_CHUNKS)
    ]
    X = da.concatenate(parts)
    assert X.nbytes > _LIMIT
    y = da.sign(X[:, 0])
    w = np.linspace(-0.1, 0.1, _COLUMNS)
    gradient, hessian = (
        mc.derive(
            _LOSS, wrt="w", variables="X[m,n] w[n] y[m]", layout="denominator", order=order
        ).compile()
        for order in (1, 2)
    )
    lazy = gradient(X=X, y=y, w=w), hessian(X=X, y=y, w=w)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, memory_limit=_LIMIT, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
    ):
        found = dask.compute(*lazy)
    expected = [np.zeros(_COLUMNS), np.zeros((_COLUMNS, _COLUMNS))]
    for number in range(_CHUNKS):
        chunk = _chunk(number)
        for total, one in zip(expected, (gradient, hessian), strict=True):
            total += one(X=chunk, y=np.sign(chunk[:, 0]), w=w)  # noqa: PLW2901 - in place
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-6)

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.symbolic import expressions
from matcalc.symbolic.array_functions import FUNCTIONS
from matcalc.symbolic.calls import function_called

SHAPES = "x[4] X[3,4] S[3,3] B[2,3,4] c"

#: Every function of NumPy that is traced, in each way in which its arguments are read.
CALLS: tuple[Callable[..., Any], ...] = (
    lambda x, **_: np.std(x),
    lambda X, **_: np.std(X, axis=1, keepdims=True, ddof=1),
    lambda X, **_: np.var(X, 0),
    lambda X, **_: np.ptp(X, 1, keepdims=True),
    lambda X, **_: np.sum(X, (0, 1)) + np.nansum(X),
    lambda X, **_: np.mean(X, -1) + np.nanmean(X),
    lambda X, **_: np.prod(X, 0),
    lambda B, **_: np.max(B, (0, 2)) + np.amax(B),
    lambda B, **_: np.min(B, 1) + np.amin(B),
    lambda X, **_: np.median(X[0]),
    lambda X, **_: np.linalg.norm(X, axis=1) + np.linalg.norm(X),
    lambda S, **_: np.linalg.slogdet(S)[1] * np.linalg.slogdet(S).sign,
    lambda S, **_: np.linalg.eigvalsh(S + S.T),
    lambda S, **_: np.linalg.eigh(S + S.T).eigenvectors ** 2,
    lambda X, **_: np.linalg.svd(X, compute_uv=False),
    lambda S, **_: np.linalg.inv(S) + np.linalg.pinv(S) * np.linalg.det(S),
    lambda S, X, **_: np.linalg.solve(S, X),
    lambda X, **_: np.add.reduce(X, 1) * np.multiply.reduce(X, 1) + np.logaddexp.reduce(X, 1),
    lambda X, **_: np.maximum.reduce(X, axis=0) - np.minimum.reduce(X),
    lambda x, **_: np.add.accumulate(x) * np.multiply.accumulate(x),
    lambda S, **_: np.linalg.cholesky(S @ S.T),
    lambda S, **_: np.linalg.matrix_power(S, 3) + np.trace(S),
    lambda X, S, **_: np.linalg.multi_dot([S, X, X.T]),
    lambda x, X, **_: np.dot(X, x) + np.inner(x, x),
    lambda x, X, c, **_: np.inner(c, x) + np.vdot(X, X),
    lambda x, X, **_: np.outer(x, X) @ np.kron(np.ones((3, 1)), X.T),
    lambda S, **_: np.cross(S[0], S[1]),
    lambda x, X, **_: np.einsum("ij,j->i", X, x),
    lambda X, B, **_: np.tensordot(B, X, ([1, 2], [0, 1])),
    lambda B, **_: np.swapaxes(B, 0, -1),
    lambda B, **_: np.moveaxis(B, 0, -1),
    lambda B, **_: np.transpose(B, (2, 0, 1)),
    lambda X, **_: np.reshape(X, (-1, 2), order="F"),
    lambda X, **_: np.ravel(X, "F"),
    lambda x, **_: np.expand_dims(x, (0, 2)),
    lambda X, **_: np.squeeze(X[:1]) + np.squeeze(X[:1], axis=0),
    lambda x, **_: np.broadcast_to(x, (3, 4)),
    lambda x, c, **_: np.hstack([x, c]),
    lambda X, **_: np.hstack([X, X]),
    lambda x, X, **_: np.vstack([X, x]),
    lambda x, X, **_: np.column_stack([X.T, x]),
    lambda X, **_: np.concatenate((X, X), axis=1),
    lambda x, **_: np.stack([x, 2 * x], axis=1),
    lambda S, X, **_: np.block([[S, X], [X.T, np.eye(4)]]),
    lambda x, X, **_: np.append(X, x),
    lambda X, **_: np.append(X, X, axis=0),
    lambda x, c, **_: np.atleast_1d(c) + np.atleast_2d(x),
    lambda X, **_: np.split(X, 2, axis=1)[1] + np.array_split(X, [2], axis=1)[0],
    lambda x, X, **_: np.hsplit(X, 2)[1] * np.hsplit(x, [2])[0],
    lambda X, **_: np.vsplit(X, 3)[2],
    lambda X, **_: np.pad(X, ((1, 0), (0, 2))),
    lambda S, x, **_: np.diagonal(S) @ np.diag(S) + np.diagflat(x)[0, 0],
    lambda S, **_: np.tril(S) - np.triu(S, 1),
    lambda X, **_: np.flip(X, 0) + np.flipud(X) - np.fliplr(X),
    lambda X, **_: np.roll(X, 1) + np.roll(X, 1, 0),
    lambda x, **_: np.tile(x, (2, 2)),
    lambda X, **_: np.repeat(X, 2, axis=1),
    lambda X, **_: np.take(X, [2, 0], axis=1),
    lambda X, **_: np.take_along_axis(X, np.array([[0], [3], [1]]), 1),
    lambda x, **_: np.add(*np.meshgrid(x, 2 * x)),
    lambda x, **_: np.subtract(*np.meshgrid(x, 2 * x, indexing="ij")),
    lambda X, **_: np.cumsum(X) + np.cumsum(X, axis=1).ravel(),
    lambda x, **_: np.cumprod(x),
    lambda X, **_: np.diff(X, axis=1),
    lambda x, **_: np.gradient(x, 0.5),
    lambda X, **_: np.gradient(X, axis=0),
    lambda x, **_: getattr(np, "trapezoid", np.sum)(x**2, x),
    lambda x, **_: np.average(x, weights=x**2),
    lambda X, **_: np.average(X, axis=0, weights=np.array([1.0, 2.0, 3.0])),
    lambda x, c, **_: np.where(x > 0, x, c) + np.clip(x, 0, 1) + np.clip(x, c, None),
    lambda x, **_: np.select([x > 1, x < 0], [x**2, 2 * x], 3),
    lambda x, **_: np.sort(x) + np.convolve(x, x)[:4],
    lambda x, **_: np.polyval(x, 0.5) + np.vander(x, 3, increasing=True)[1],
    lambda X, **_: np.cov(X) + np.corrcoef(X) + np.cov(X.T, rowvar=False),
    lambda x, **_: np.cov(x),
    lambda x, c, **_: np.zeros_like(x) + np.ones_like(x) * np.full_like(x, c) + np.copy(x),
    lambda x, **_: np.empty_like(x) * 0 + x,
)


@pytest.mark.parametrize("k", range(len(CALLS)))
def test_what_is_traced_has_the_value_of_numpy(k: int) -> None:
    rng = np.random.default_rng(k)
    shapes: dict[str, Any] = {one.name: one.shape for one in map(mc.parse_variable, SHAPES.split())}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}

    def function(x: Any, X: Any, S: Any, B: Any, c: Any) -> Any:
        return CALLS[k](x=x, X=X, S=S, B=B, c=c)

    found = mc.trace(function, SHAPES).evaluate(**arrays)
    np.testing.assert_allclose(found, function(**arrays), rtol=1e-9, atol=1e-12)


@pytest.mark.skipif(find_spec("scipy") is None, reason="needs SciPy")
def test_what_a_function_of_scipy_cannot_do_is_said_by_its_name() -> None:
    linalg: Any = import_module("scipy.linalg")
    with pytest.raises(mc.NotDifferentiableError, match=r"^scipy\.linalg\.inv with foo="):
        mc.trace(lambda S: linalg.inv(S, foo=1), "S[3,3]")


def test_every_function_that_is_traced_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    met: set[Any] = set()

    def noted(function: Any, *given: Any) -> Any:
        met.add(function)
        return function_called(function, *given)

    monkeypatch.setattr(expressions, "function_called", noted)
    for call in CALLS:
        mc.trace(lambda x, X, S, B, c, call=call: call(x=x, X=X, S=S, B=B, c=c), SHAPES)
    homes = ((one, getattr(one, "__self__", one)) for one in FUNCTIONS)  # np.add of np.add.reduce
    ours = {
        one
        for one, home in homes
        if isinstance(home, np.ufunc) or (home.__module__ or "").startswith("numpy")
    }
    assert {one.__name__ for one in ours - met} <= {"permute_dims"}

"""Functions as public NumPy code has them, traced: a list that counts.

Written in the style of CS231n's layers, numpy-ml's losses, statsmodels' likelihoods, filterpy's
and pykalman's steps, picoGPT's blocks. Each is held to central differences of itself.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from derivative_checks import close, differences
from random_chains import in_layout

import matcalc as mc

scipy_linalg = pytest.importorskip("scipy.linalg")
special = pytest.importorskip("scipy.special")
distance = pytest.importorskip("scipy.spatial.distance")

LABELS = np.array([0, 2, 1])
EPS = 1e-5


def affine_forward(x, w, b):
    N = x.shape[0]
    return x.reshape(N, -1).dot(w) + b


def relu_forward(x):
    out = x.copy()
    out[out < 0] = 0
    return out


def svm_loss(scores):
    N = scores.shape[0]
    correct = scores[np.arange(N), LABELS]
    margins = np.maximum(0, scores - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), LABELS] = 0
    return np.sum(margins) / N


def softmax_loss(scores):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted), axis=1, keepdims=True)
    log_probs = shifted - np.log(Z)
    N = scores.shape[0]
    return -np.sum(log_probs[np.arange(N), LABELS]) / N


def batchnorm_forward(x, gamma, beta):
    mu = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    return gamma * (x - mu) / np.sqrt(var + EPS) + beta


def layernorm_forward(x, gamma, beta):
    x = x.T
    mu, var = x.mean(axis=0), x.var(axis=0)
    return (((x - mu) / np.sqrt(var + EPS)).T) * gamma + beta


def conv_forward(x, w):
    H, W = x.shape
    F = w.shape[0]
    out = np.zeros((H - F + 1, W - F + 1))
    for i in range(H - F + 1):
        for j in range(W - F + 1):
            out[i, j] = np.sum(x[i : i + F, j : j + F] * w)
    return out


def rnn_forward(x, h0, Wx, Wh, b):
    T, H = x.shape[0], h0.shape[0]
    h = np.zeros((T, H))
    prev = h0
    for t in range(T):
        h[t] = np.tanh(x[t].dot(Wx) + prev.dot(Wh) + b)
        prev = h[t]
    return h


def lstm_step(x, prev_h, prev_c, Wx, Wh):
    a = x.dot(Wx) + prev_h.dot(Wh)
    i, f, o, g = np.split(a, 4)
    next_c = special.expit(f) * prev_c + special.expit(i) * np.tanh(g)
    return special.expit(o) * np.tanh(next_c)


def squared_error(y_pred, y):
    return 0.5 * np.linalg.norm(y_pred - y) ** 2


def cross_entropy(y_pred, y):
    eps = np.finfo(float).eps
    return -np.sum(y * np.log(y_pred**2 + eps))


def vae_loss(t_mean, t_log_var):
    return -0.5 * np.sum(1 + t_log_var - np.square(t_mean) - np.exp(t_log_var))


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def softmax(x):
    exp_x = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return exp_x / np.sum(exp_x, axis=-1, keepdims=True)


def layer_norm(x, g, b, eps: float = 1e-5):
    mean = np.mean(x, axis=-1, keepdims=True)
    variance = np.var(x, axis=-1, keepdims=True)
    return g * (x - mean) / np.sqrt(variance + eps) + b


def attention(q, k, v):
    n = q.shape[0]
    mask = (1 - np.tri(n, dtype=q.dtype)) * -1e3
    return softmax(q @ k.T / np.sqrt(q.shape[-1]) + mask) @ v


def feed_forward(x, W1, W2):
    return gelu(x @ W1) @ W2


def causal_block(x, W, P):
    q, k, v = np.split(x @ W, 3, axis=-1)
    return x + attention(q, k, v) @ P


def ols_loglike(params, X, y):
    nobs2 = len(y) / 2.0
    resid = y - np.dot(X, params)
    return -nobs2 * np.log(2 * np.pi) - nobs2 * np.log(np.sum(resid**2) / len(y)) - nobs2


def logit_loglike(params, X, y):
    q = 2 * y - 1
    return np.sum(np.log(1 / (1 + np.exp(-q * np.dot(X, params)))))


def poisson_loglike(params, X, y):
    XB = np.dot(X, params)
    return np.sum(-np.exp(XB) + y * XB - special.gammaln(y**2 + 1))


def probit_loglike(params, X, y):
    q = 2 * y - 1
    return np.sum(np.log(np.clip(special.ndtr(q * np.dot(X, params)), 1e-20, None)))


def negative_binomial_loglike(mu, y, alpha):
    a1 = 1 / np.exp(alpha)
    y, mu = y**2, np.exp(mu)
    return np.sum(special.gammaln(y + a1) - special.gammaln(a1) + y * np.log(mu / (mu + a1)))


def kalman_predict(x, P, F, Q):
    x = np.dot(F, x)
    P = np.dot(np.dot(F, P), F.T) + Q
    return np.sum(x) + np.trace(P)


def kalman_update(x, P, z, H, R):
    y = z - np.dot(H, x)
    PHT = np.dot(P, H.T)
    S = np.dot(H, PHT) + R
    K = np.dot(PHT, np.linalg.inv(S))
    return x + np.dot(K, y)


def joseph_update(P, H, R):
    S = H @ P @ H.T + R
    K = P @ H.T @ np.linalg.inv(S)
    I_KH = np.eye(P.shape[0]) - K @ H
    return I_KH @ P @ I_KH.T + K @ R @ K.T


def range_bearing(x):
    px, py = x[0], x[1]
    return np.array([np.sqrt(px**2 + py**2), np.arctan2(py, px)])


def gaussian_loglike(mu, cov, x):
    d = len(x)
    diff = np.asarray(x) - mu
    _, logdet = np.linalg.slogdet(cov)
    return -0.5 * (d * np.log(2 * np.pi) + logdet + diff @ np.linalg.solve(cov, diff))


def gp_nll(theta, X, y):
    K = theta[0] ** 2 * np.exp(-0.5 * distance.cdist(X, X + 1, "sqeuclidean") / theta[1] ** 2)
    K = K @ K.T + 1e-1 * np.eye(len(X))
    alpha = scipy_linalg.solve(K, y)
    return 0.5 * y @ alpha + 0.5 * np.linalg.slogdet(K)[1]


def ridge(w, X, y, lam):
    n = X.shape[0]
    return np.sum((X @ w - y) ** 2) / n + lam * np.dot(w, w)


def kmeans_energy(C, X):
    d = np.sum((X[:, None, :] - C[None, :, :]) ** 2, axis=-1)
    return special.logsumexp(-d, axis=1).sum()


def total_variation(u):
    dx = u[1:, :-1] - u[:-1, :-1]
    dy = u[:-1, 1:] - u[:-1, :-1]
    return np.sum(np.sqrt(dx**2 + dy**2 + 1e-3))


def ar_residuals(phi, y):
    lags = np.column_stack([y[1:-1], y[:-2]])
    return y[2:] - lags @ phi


def matrix_factorisation(U, V, R):
    E = R - np.dot(U, V.T)
    return np.sum(E**2) + 0.1 * (np.linalg.norm(U) ** 2 + np.linalg.norm(V) ** 2)


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)


def momentum(w, v, g):
    v *= 0.9
    v -= 0.1 * g
    w += v
    return w


#: Each with the shapes of its arguments.
PUBLIC: dict[Callable[..., Any], str] = {
    affine_forward: "x[3,4] w[4,2] b[2]",
    relu_forward: "x[3,2]",
    svm_loss: "scores[3,4]",
    softmax_loss: "scores[3,4]",
    batchnorm_forward: "x[4,3] gamma[3] beta[3]",
    layernorm_forward: "x[4,3] gamma[3] beta[3]",
    conv_forward: "x[4,5] w[2,2]",
    rnn_forward: "x[4,2] h0[3] Wx[2,3] Wh[3,3] b[3]",
    lstm_step: "x[2] prev_h[3] prev_c[3] Wx[2,12] Wh[3,12]",
    squared_error: "y_pred[3,2] y[3,2]",
    cross_entropy: "y_pred[3,2] y[3,2]",
    vae_loss: "t_mean[3,2] t_log_var[3,2]",
    gelu: "x[3]",
    softmax: "x[2,3]",
    layer_norm: "x[2,3] g[3] b[3]",
    attention: "q[3,2] k[3,2] v[3,4]",
    feed_forward: "x[2,3] W1[3,4] W2[4,3]",
    causal_block: "x[3,2] W[2,6] P[2,2]",
    ols_loglike: "params[2] X[n,2] y[n]",
    logit_loglike: "params[2] X[n,2] y[n]",
    poisson_loglike: "params[2] X[n,2] y[n]",
    probit_loglike: "params[2] X[n,2] y[n]",
    negative_binomial_loglike: "mu[n] y[n] alpha",
    kalman_predict: "x[n] P[n,n] F[n,n] Q[n,n]",
    kalman_update: "x[n] P[n,n] z[m] H[m,n] R[m,m]",
    joseph_update: "P[n,n] H[m,n] R[m,m]",
    range_bearing: "x[2]",
    gaussian_loglike: "mu[n] cov[n,n] x[n]",
    gp_nll: "theta[2] X[3,2] y[3]",
    ridge: "w[d] X[n,d] y[n] lam",
    kmeans_energy: "C[k,d] X[n,d]",
    total_variation: "u[m,n]",
    ar_residuals: "phi[2] y[n]",
    matrix_factorisation: "U[m,k] V[n,k] R[m,n]",
    rosenbrock: "x[n]",
    momentum: "w[n] v[n] g[n]",
}
SIZES = {"n": 4, "m": 3, "k": 2, "d": 2}
#: Those that are refused, and what is said; none is wrong.
REFUSED: dict[Callable[..., Any], str] = {}


def _point(declared: str) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    found = {}
    for one in map(mc.parse_variable, declared.split()):
        shape = tuple(SIZES.get(str(size), size) for size in one.shape)
        found[one.name] = rng.normal(size=shape)
    for name in ("P", "R", "cov"):
        if name in found and found[name].shape[0] == found[name].shape[-1]:
            found[name] = found[name] @ found[name].T + np.eye(len(found[name]))
    return found


def _alone(function: Callable[..., Any], arrays: dict[str, Any], name: str) -> Any:
    def of(x: Any) -> Any:
        fresh = {key: np.array(one) for key, one in (arrays | {name: x}).items()}
        return np.asarray(function(**fresh))

    return of


@pytest.mark.parametrize("function", [f for f in PUBLIC if f not in REFUSED])
def test_public_code_is_traced_and_its_derivative_is_right(function: Callable[..., Any]) -> None:
    arrays = _point(PUBLIC[function])
    traced = mc.trace(function, PUBLIC[function])
    fresh = {name: np.array(one) for name, one in arrays.items()}
    close(traced.evaluate(**arrays), np.asarray(function(**fresh)), 1e-9)
    for name in arrays:
        d = mc.derive(traced, wrt=name, layout="numerator")
        expected = differences(_alone(function, arrays, name), arrays[name])
        rank = expected.ndim - arrays[name].ndim
        close(d.evaluate(**arrays), in_layout(expected, rank, "numerator"), 1e-6)


def test_at_least_30_of_35_are_traced() -> None:
    assert len(PUBLIC) >= 35
    assert len(PUBLIC) - len(REFUSED) >= 30


def test_a_loop_that_fills_an_array_takes_linear_time() -> None:
    def filled(x: Any) -> Any:
        h = np.zeros(400)
        h[0] = x[0]
        for t in range(1, 400):
            h[t] = np.tanh(h[t - 1] + x[t])
        return np.sum(h)

    traced = mc.trace(filled, "x[400]")
    x = np.linspace(-1, 1, 400)
    close(traced.evaluate(x=x), np.asarray(filled(x)), 1e-12)


def test_a_refusal_names_the_line() -> None:
    def broken(x: Any) -> Any:
        y = x + 1
        return np.fft.fft(y)

    with pytest.raises(mc.NotDifferentiableError, match=r"in line \d+: return np\.fft\.fft\(y\)"):
        mc.trace(broken, "x[3]")


def aliased(x):
    a = x[0]
    a += 1
    x[1, 0] = 5.0
    b = x[:, 1]
    b[0] = 7.0
    return x * x


def masked(x, y):
    x[x > y] = 0.5
    x[np.array([True, False, True])] = 2.0
    return x**2


def filled_by_columns(x):
    out = np.ones((len(x), 3))
    out[:, 1] = x**2
    out[1:, 2] = x[1:]
    out[0] = 4.0
    return out * out


def at_places(x):
    out = np.zeros((3, 2))
    out[np.arange(3), [0, 1, 0]] = x
    out[np.arange(3), [0, 1, 0]] -= 1
    out[::2, 1] = x[::-2]
    return out * out


def contracted(x, y):
    return np.einsum("...i,...i->...", x, y) + np.einsum("ij,ij", x, y)


def of_tables(x):
    chosen = np.array([[0, 2], [1, 1], [2, 0]])
    along = np.take_along_axis(x, chosen, axis=1)
    return along * x[np.ix_([0, 2, 2], [1, 0])] + x[np.arange(3)[:, None], chosen]


def rows_of_tables(x):
    return x[np.array([[0, 1], [2, 2]])] ** 2


def of_a_mask(x):
    return x[np.tri(3, 2, dtype=bool)] ** 2


def overlapping(x):
    out = np.empty(4)
    out[:2] = x[:2]
    out[1:3] *= 0
    out[1:] = x[1:] * out[0]
    return out


@pytest.mark.parametrize(
    ("function", "declared"),
    [
        (aliased, "x[2,3]"),
        (masked, "x[3] y[3]"),
        (filled_by_columns, "x[n]"),
        (at_places, "x[3]"),
        (overlapping, "x[4]"),
        (contracted, "x[3,2] y[3,2]"),
        (of_tables, "x[3,3]"),
        (rows_of_tables, "x[3,2]"),
        (of_a_mask, "x[3,2]"),
    ],
)
def test_what_is_written_into_arrays_is_what_numpy_writes(
    function: Callable[..., Any], declared: str
) -> None:
    arrays = _point(declared)
    traced = mc.trace(function, declared)
    fresh = {name: np.array(one) for name, one in arrays.items()}
    close(traced.evaluate(**arrays), np.asarray(function(**fresh)), 1e-12)
    for name in arrays:
        expected = differences(_alone(function, arrays, name), arrays[name])
        rank = expected.ndim - arrays[name].ndim
        d = mc.derive(traced, wrt=name, layout="denominator")
        close(d.evaluate(**arrays), in_layout(expected, rank, "denominator"), 1e-7)

"""Functions of plain NumPy, as people have them, with the shapes of what they take."""

from collections.abc import Callable
from typing import Any

import numpy as np

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.3, -0.7], [-0.2, 0.9, 1.1], [0.8, -0.4, 0.6]])
LABELS = np.array([2, 0, 1, 2])
Y = np.array([1.0, 0.0, 1.0, 1.0])


def least_squares(w):
    residual = X @ w - Y
    return 0.5 * residual @ residual / len(Y)


def logistic_loss(w, b):
    z = X @ w + b
    return np.mean(np.log1p(np.exp(-z)) * Y + np.log1p(np.exp(z)) * (1 - Y))


def two_layers(x, W1, b1, W2, b2):
    hidden = np.maximum(x @ W1 + b1, 0)
    return ((hidden @ W2 + b2) ** 2).sum()


def network_of_scores(W, b):
    return np.tanh(X @ W + b)


def softmax_cross_entropy(W):
    scores = X @ W
    scores = scores - np.max(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(LABELS)), LABELS])


def total_variation(x):
    return np.sum(np.sqrt(np.gradient(x, 0.5) ** 2 + 1e-3))


def smoothed(x):
    D = np.eye(len(x))[1:] - np.eye(len(x))[:-1]
    return np.sum(np.sqrt(1 + (D @ x) ** 2))


def gaussian_log_likelihood(mu, L):
    precision = L @ L.T + np.eye(3)
    centred = X - mu
    _, logdet = np.linalg.slogdet(precision)
    squares = np.einsum("ni,ij,nj->", centred, precision, centred)
    return 0.5 * len(X) * (logdet - 3 * np.log(2 * np.pi)) - 0.5 * squares


def lstm_step(x, h, c, W, U, b):
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    n = h.shape[0]
    z = W @ x + U @ h + b
    i, f, o = sigmoid(z[:n]), sigmoid(z[n : 2 * n]), sigmoid(z[2 * n : 3 * n])
    g = np.tanh(z[3 * n :])
    c = f * c + i * g
    return np.concatenate([o * np.tanh(c), c])


def robot_arm(t):
    def turned(angle):
        return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    first, second = t
    return turned(first) @ (np.array([1.0, 0.0]) + turned(second) @ np.array([0.5, 0.0]))


def layer_norm(X, gain, bias):
    mean = X.mean(axis=-1, keepdims=True)
    return gain * (X - mean) / np.sqrt(X.var(axis=-1, keepdims=True) + 1e-5) + bias


def attention(Q, K, V):
    S = Q @ K.T / np.sqrt(Q.shape[1])
    P = np.exp(S)
    return P / P.sum(axis=1)[:, None] @ V


def bilinear(x, A, y):
    return x @ A @ y + x.T @ x


def leaky(x):
    return np.where(x > 0, x, 0.1 * x) * (x <= 2) + np.where(~((x < 1) & (x >= -1)), x**2, 0.0)


def solved(A, b):
    return np.linalg.solve(A @ A.T + np.eye(3), b) @ np.linalg.inv(A @ A.T + np.eye(3)) @ b


def norms(A, x):
    return np.linalg.norm(A) + np.linalg.norm(x) + np.linalg.norm(A, axis=0).sum()


def shapes(A):
    flat = A.reshape(-1)
    wide = A.reshape(2, 6, order="F")
    return np.outer(flat[1:3], wide[0]) + np.kron(flat[:2], wide[1, 3:])[None, :]


def stacked(x, y):
    both = np.stack([x, y * y], axis=1)
    joined = np.hstack([both, both[:, ::1]])
    return np.vstack([joined, np.ones(4)]).T @ np.concatenate([x, np.array([2.0])])


def loop(x, A):
    total = 0.0
    for k in range(3):
        x = np.sin(A @ x) + x[k]
        total += x.sum()
    return total


def rows(A):
    return np.array([row @ row for row in A])


def many(x):
    x = x**2 + 0.5
    parts = [
        np.log(x), np.sqrt(x), np.exp2(x), np.log10(x), np.arctan2(x, 2.0), np.hypot(x, 1.0),
        np.logaddexp(x, 1.0), np.minimum(x, 1.3), np.square(x), np.reciprocal(x), abs(x), -x,
        np.clip(x, 0.6, 1.2), 2.0**x, x**1.5, x / np.prod(x),
    ]  # fmt: skip
    return sum(parts)


#: Each function, and the shapes of its arguments.
TRACED: dict[str, tuple[Callable[..., Any], str]] = {
    "least squares": (least_squares, "w[3]"),
    "logistic loss": (logistic_loss, "w[3] b"),
    "two layers": (two_layers, "x[2,3] W1[3,5] b1[5] W2[5,4] b2[4]"),
    "scores": (network_of_scores, "W[3,2] b[2]"),
    "softmax cross entropy": (softmax_cross_entropy, "W[3,3]"),
    "gaussian log likelihood": (gaussian_log_likelihood, "mu[3] L[3,3]"),
    "total variation": (total_variation, "x[5]"),
    "smoothed": (smoothed, "x[5]"),
    "a step of an LSTM": (lstm_step, "x[3] h[2] c[2] W[8,3] U[8,2] b[8]"),
    "a robot arm": (robot_arm, "t[2]"),
    "layer norm": (layer_norm, "X[2,3] gain[3] bias[3]"),
    "attention": (attention, "Q[2,3] K[4,3] V[4,5]"),
    "a bilinear form": (bilinear, "x[3] A[3,3] y[3]"),
    "comparisons": (leaky, "x[5]"),
    "linear systems": (solved, "A[3,2] b[3]"),
    "norms": (norms, "A[3,2] x[4]"),
    "reshaped": (shapes, "A[3,4]"),
    "stacked": (stacked, "x[2] y[2]"),
    "a loop": (loop, "x[3] A[3,3]"),
    "rows": (rows, "A[3,2]"),
    "many functions": (many, "x[4]"),
}

"""How fast derivatives are computed, beside the best straight-line NumPy written by hand.

Each row is a ratio: CPU time of what matcalc made over that of the function in this file, the
least of several turns that alternate, on one thread, so that a busy machine moves both. JAX,
compiled, and PyTorch's autograd stand beside it where they are installed, over the same floor.
Goals are printed beside what was measured; nothing is left out. The last rows are seconds: how
long it takes to derive what is long.

Run it with ``python benchmarks/speed.py``, or with words of the rows that are wanted.
"""

import os
import sys
from collections.abc import Callable, Container, Iterator
from time import process_time
from typing import Any, NamedTuple

import numpy as np
from deep import network as deep_network
from peers import ONE_THREAD, Peer, runs_of

import matcalc as mc

RNG = np.random.default_rng(0)
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
TURNS = 7
SECONDS = 0.15  # of one turn


class Row(NamedTuple):
    """A row of the table.

    Attributes:
        name: What is computed.
        ours: What matcalc made.
        floor: The same by hand.
        goal: The ratio that is wanted.
        peer: What other libraries are asked for.
    """

    name: str
    ours: Callable[[], Any]
    floor: Callable[[], Any]
    goal: float
    peer: Peer | None = None


def _normal(*shape: int) -> Any:
    return RNG.normal(size=shape)


def network(sizes: tuple[int, int, int, int], goal: float, *, reuse: bool = False) -> Row:
    """The value and all gradients of a network of three layers at one point.

    New arrays, or the same ones at each call.
    """
    n0, n1, n2, n3 = sizes
    shapes = f"W1[{n1},{n0}] b1[{n1}] W2[{n2},{n1}] b2[{n2}] W3[{n3},{n2}] b3[{n3}] x[{n0}] y[{n3}]"
    expression = "sum((W3 @ tanh(W2 @ tanh(W1 @ x + b1) + b2) + b3 - y)**2)"
    wrt = ["W1", "b1", "W2", "b2", "W3", "b3"]
    both = mc.value_and_grad(expression, wrt=wrt, variables=shapes, layout="denominator")
    made = both.compile(reuse=reuse)
    given = {
        "W1": _normal(n1, n0), "b1": _normal(n1), "W2": _normal(n2, n1), "b2": _normal(n2),
        "W3": _normal(n3, n2), "b3": _normal(n3), "x": _normal(n0), "y": _normal(n3),
    }  # fmt: skip

    kept = [np.empty(given[name].shape) if reuse else None for name in ("W1", "W2", "W3")]

    def by_hand(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any, x: Any, y: Any) -> Any:
        a1 = np.tanh(W1 @ x + b1)
        a2 = np.tanh(W2 @ a1 + b2)
        r = W3 @ a2 + b3 - y
        d3 = 2 * r
        d2 = (d3 @ W3) * (1 - a2 * a2)
        d1 = (d2 @ W2) * (1 - a1 * a1)
        return r @ r, (
            np.multiply.outer(d1, x, out=kept[0]), d1, np.multiply.outer(d2, a1, out=kept[1]), d2,
            np.multiply.outer(d3, a2, out=kept[2]), d3,
        )  # fmt: skip

    def formula(xp: Any, array: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> Any:
        inside = xp.tanh(W2 @ xp.tanh(W1 @ array(given["x"]) + b1) + b2)
        return ((W3 @ inside + b3 - array(given["y"])) ** 2).sum()

    title = f"value and gradients of {'-'.join(map(str, sizes))}{', reuse' * reuse}"
    peer = None if reuse else Peer(formula, tuple(given[name] for name in wrt))
    return Row(title, lambda: made(**given), lambda: by_hand(**given), goal, peer)


def batch(count: int, goal: float, *, reuse: bool = False) -> Row:
    """The value and all gradients of a network at a batch of points."""
    n0, n1, n3 = 784, 256, 10
    shapes = f"X[{count},{n0}] Y[{count},{n3}] W1[{n0},{n1}] W2[{n1},{n3}]"
    made = mc.value_and_grad(
        "sum((tanh(X @ W1) @ W2 - Y)**2)", wrt=["W1", "W2"], variables=shapes, layout="denominator"
    ).compile(reuse=reuse)
    X, Y, W1, W2 = _normal(count, n0), _normal(count, n3), _normal(n0, n1) / 28, _normal(n1, n3)

    kept = [np.empty(each.shape) if reuse else None for each in (W1, W2)]

    def by_hand() -> Any:
        a = np.tanh(X @ W1)
        r = a @ W2 - Y
        d = 2 * r
        below = d @ W2.T
        below *= 1 - a * a
        return np.vdot(r, r), (np.matmul(X.T, below, out=kept[0]), np.matmul(a.T, d, out=kept[1]))

    def formula(xp: Any, array: Any, W1: Any, W2: Any) -> Any:
        return ((xp.tanh(array(X) @ W1) @ W2 - array(Y)) ** 2).sum()

    title = f"value and gradients of 784-256-10, batch of {count}{', reuse' * reuse}"
    peer = None if reuse else Peer(formula, (W1, W2))
    return Row(title, lambda: made(X=X, Y=Y, W1=W1, W2=W2), by_hand, goal, peer)


_LAYERS = "sum((W2 @ tanh(W1 @ x + b1) + b2 - y)**2)"
_OF_LAYERS = "W1[p,n] W2[k,p] x[n] b1[p] b2[k] y[k]"


def ways() -> Iterator[Row]:
    """One small gradient, by each way to compute it, over its own source."""
    found = mc.derive(_LAYERS, wrt="W1", variables=_OF_LAYERS, layout="denominator")
    given = {
        "W1": _normal(3, 2), "W2": _normal(2, 3), "x": _normal(2), "b1": _normal(3),
        "b2": _normal(2), "y": _normal(2),
    }  # fmt: skip
    space: dict[str, Any] = {}
    exec(found.numpy, space)  # noqa: S102 - our own source
    source, compiled, v = space[found.function_name], found.compile(), _normal(3, 2)
    small = "gradient of two layers 2-3-2"
    by_source = lambda: source(**given)  # noqa: E731
    yield Row(f"{small}, compiled, over its source", lambda: compiled(**given), by_source, 1.6)
    yield Row(f"{small}, evaluate, over compiled", lambda: found.evaluate(**given),
              lambda: compiled(**given), 2.0)  # fmt: skip
    yield Row(f"{small}, jvp, over compiled", lambda: found.jvp(v, **given),
              lambda: compiled(**given), 2.0)  # fmt: skip
    yield Row(f"{small}, vjp, over compiled", lambda: found.vjp(1.0, **given),
              lambda: compiled(**given), 2.0)  # fmt: skip


def logistic(n: int, goal: float) -> Row:
    """The Hessian of the logistic loss: a Gram product of scaled rows."""
    m = 2 * n
    made = mc.derive(
        "sum(log(1 + exp(-y * (X @ w))))", wrt="w", variables=f"X[{m},{n}] y[{m}] w[{n}]",
        layout="denominator", order=2,
    ).compile()  # fmt: skip
    X, w, y = _normal(m, n), _normal(n) / n, np.sign(_normal(m))

    def by_hand() -> Any:
        p = 1 / (1 + np.exp(-y * (X @ w)))
        scaled = X * np.sqrt(y * y * p * (1 - p))[:, None]
        return scaled.T @ scaled

    def formula(xp: Any, array: Any, w: Any) -> Any:
        return xp.log(1 + xp.exp(-array(y) * (array(X) @ w))).sum()

    title = f"Hessian of a logistic loss, n = {n}"
    peer = Peer(formula, (w,), "hessian")
    return Row(title, lambda: made(X=X, y=y, w=w), by_hand, goal, peer)


def factorisation(n: int) -> Row:
    """The second derivative of ‖U Vᵀ − R‖² by U: one small matrix on many diagonals."""
    k = 5
    made = mc.derive(
        "sum((U @ V.T - R)**2)", wrt="U", variables=f"U[{n},{k}] V[{n},{k}] R[{n},{n}]",
        layout="denominator", order=2,
    ).compile()  # fmt: skip
    V = _normal(n, k)
    given = {"U": _normal(n, k), "V": V, "R": _normal(n, n)}
    rows = np.arange(n)
    stored = made(**given)
    last = stored[0, :, 0, :].shape == (k, k)

    def by_hand() -> Any:
        gram = 2 * (V.T @ V)
        result = np.zeros((n, k, k, n) if not last else (n, k, n, k))
        if last:
            result[rows, :, rows, :] = gram
        else:
            result[rows, :, :, rows] = gram
        return result

    def formula(_xp: Any, array: Any, U: Any) -> Any:
        return ((U @ array(V).T - array(given["R"])) ** 2).sum()

    peer = Peer(formula, (given["U"],), "hessian")
    title = f"Hessian of a matrix factorisation, n = {n}"
    return Row(title, lambda: made(**given), by_hand, 1.5, peer)


def jacobian(n0: int, n1: int, n2: int, n3: int, of_factors: float | None = None) -> Row:
    """The Jacobian of a network by its first weights: an outer product for each output.

    Dense, or kept as factors, which have a goal of their own.
    """
    found = mc.derive(
        "W3 @ tanh(W2 @ tanh(W1 @ x))", wrt="W1", layout="denominator",
        variables=f"W1[{n1},{n0}] W2[{n2},{n1}] W3[{n3},{n2}] x[{n0}]",
    )  # fmt: skip
    W1, W2, W3 = _normal(n1, n0), _normal(n2, n1) / n1, _normal(n3, n2)
    x = _normal(n0) / n0
    made = found.at if of_factors else found.compile()

    def by_hand() -> Any:
        a1 = np.tanh(W1 @ x)
        a2 = np.tanh(W2 @ a1)
        left = (W3 * (1 - a2 * a2)) @ W2
        left *= 1 - a1 * a1
        return left.T[:, None, :] * x[:, None]

    def formula(xp: Any, array: Any, W1: Any) -> Any:
        return array(W3) @ xp.tanh(array(W2) @ xp.tanh(W1 @ array(x)))

    title = f"Jacobian by the first weights, {n0}-{n1}-{n2}-{n3}"
    peer = Peer(formula, (W1,), "jacobian")
    run = lambda: made(W1=W1, W2=W2, W3=W3, x=x)  # noqa: E731
    if of_factors:
        return Row(f"{title}, factors", run, by_hand, of_factors)
    return Row(title, run, by_hand, 1.1, peer)


def convolution() -> Row:
    """The gradient of a convolution that is written as sums of slices."""
    x, w = _normal(8, 8, 32, 32), _normal(8, 8, 3, 3)
    places = [(i, j) for i in range(3) for j in range(3)]

    def slices(xp: Any, x: Any, w: Any) -> Any:
        parts = [
            xp.einsum("bcij,oc->boij", x[:, :, i : i + 30, j : j + 30], w[:, :, i, j])
            for i, j in places
        ]
        return sum(parts[1:], parts[0])

    def value(x: Any, w: Any) -> Any:
        return (slices(np, x, w) ** 2).sum()

    traced = mc.trace(value, "x[8,8,32,32] w[8,8,3,3]")
    made = mc.derive(traced, wrt="x", layout="denominator").compile()

    def by_hand() -> Any:
        back = 2 * slices(np, x, w)
        found = np.zeros_like(x)
        for i, j in places:
            found[:, :, i : i + 30, j : j + 30] += np.einsum(
                "boij,oc->bcij", back, w[:, :, i, j], optimize=True
            )
        return found

    peer = Peer(lambda xp, array, x: (slices(xp, x, array(w)) ** 2).sum(), (x,))
    return Row("gradient of a convolution as slices", lambda: made(x=x, w=w), by_hand, 1.5, peer)


def rigid_body() -> Row:
    """The derivative of ω × (I ω) by the inertia: an ε symbol of three axes."""
    made = mc.derive(
        "cross(w, M @ w)", wrt="M", variables="w[3] M[3,3]", layout="denominator"
    ).compile()
    w, M = _normal(3), _normal(3, 3)

    def by_hand() -> Any:
        skew = np.array([[0.0, w[2], -w[1]], [-w[2], 0.0, w[0]], [w[1], -w[0], 0.0]])
        return skew[:, None, :] * w[:, None]

    def formula(xp: Any, array: Any, M: Any) -> Any:
        return xp.linalg.cross(array(w), M @ array(w))

    peer = Peer(formula, (M,), "jacobian")
    return Row("derivative of ω × (I ω) by I", lambda: made(w=w, M=M), by_hand, 3.0, peer)


def attention() -> Row:
    """The gradient of multi-head attention by its queries."""
    b, h, t, d = 4, 4, 64, 32
    made = mc.derive(
        'P = softmax(einsum("bhtd,bhsd->bhts", Q, K)/sqrt(d), axis=3); '
        'sum(D*einsum("bhts,bhsd->bhtd", P, V))',
        wrt="Q", variables="Q[b,h,t,d] K[b,h,s,d] V[b,h,s,d] D[b,h,t,d]", layout="denominator",
    ).compile()  # fmt: skip
    Q, K, V, D = (_normal(b, h, t, d) for _ in range(4))

    def by_hand() -> Any:
        scores = Q @ K.swapaxes(2, 3)
        scores *= 1 / np.sqrt(d)
        scores -= scores.max(3, keepdims=True)
        np.exp(scores, scores)
        scores /= scores.sum(3, keepdims=True)
        back = D @ V.swapaxes(2, 3)
        back -= (back * scores).sum(3, keepdims=True)
        back *= scores
        found = back @ K
        found *= 1 / np.sqrt(d)
        return found

    def formula(xp: Any, array: Any, Q: Any) -> Any:
        scores = xp.exp(Q @ array(K).swapaxes(2, 3) / d**0.5)
        return (array(D) * (scores / scores.sum(3)[..., None] @ array(V))).sum()

    title = "gradient of attention B4 H4 T64 d32"
    return Row(title, lambda: made(Q=Q, K=K, V=V, D=D), by_hand, 1.2, Peer(formula, (Q,)))


def layer_norm() -> Row:
    """The gradient of a weighted layer norm by its input."""
    m, n = 512, 768
    made = mc.derive(
        "sum(D * layer_norm(X, g, b))", wrt="X", variables=f"X[{m},{n}] D[{m},{n}] g[{n}] b[{n}]",
        layout="denominator",
    ).compile()  # fmt: skip
    X, D, g, b = _normal(m, n), _normal(m, n), _normal(n), _normal(n)

    def by_hand() -> Any:
        unit = X - X.mean(1, keepdims=True)
        scale = 1 / np.sqrt(np.einsum("ij,ij->i", unit, unit) / n + 1e-5)[:, None]
        unit *= scale
        back = D * g
        along = np.einsum("ij,ij->i", back, unit)[:, None] / n
        back -= back.mean(1, keepdims=True)
        unit *= along
        back -= unit
        back *= scale
        return back

    def formula(_xp: Any, array: Any, X: Any) -> Any:
        unit = X - X.mean(1)[:, None]
        unit = unit / ((unit * unit).mean(1) + 1e-5)[:, None] ** 0.5
        return (array(D) * (unit * array(g) + array(b))).sum()

    title = "gradient of a layer norm 512×768"
    return Row(title, lambda: made(X=X, D=D, g=g, b=b), by_hand, 1.1, Peer(formula, (X,)))


def kalman(steps: int) -> Callable[[], Any]:
    """Derives ∂/∂A of the likelihood of a Kalman filter over some steps."""

    def likelihood(A: Any, C: Any, Q: Any, R: Any, x: Any, p: Any, y: Any) -> Any:
        total: Any = 0.0
        for t in range(steps):
            x, p = A @ x, A @ p @ A.T + Q
            S, e = C @ p @ C.T + R, y[t] - C @ x
            gain = p @ C.T @ np.linalg.inv(S)
            total = total + 0.5 * (e @ np.linalg.inv(S) @ e + np.log(np.linalg.det(S)))
            x, p = x + gain @ e, p - gain @ S @ gain.T
        return total

    shapes = f"A[n,n] C[m,n] Q[n,n]:spd R[m,m]:spd x[n] p[n,n]:spd y[{steps},m]"
    return lambda: mc.derive(mc.trace(likelihood, shapes), wrt="A", layout="denominator")


def layers(depth: int) -> Callable[[], Any]:
    """Derives and plans the value and all gradients of a deep network."""
    formula, variables, weights = deep_network(depth)
    sizes = {f"n{k}": 4 for k in range(depth + 1)}
    return lambda: mc.value_and_grad(
        formula, wrt=weights, variables=variables, layout="denominator"
    ).plan(**sizes)


def times(wanted: Container[str]) -> Iterator[tuple[str, Callable[[], Any], float]]:
    """What is measured in seconds, once: its title and its goal too."""
    if "kalman" in wanted:
        for steps in (16, 32, 64):
            yield f"Kalman likelihood of {steps} steps, derive", kalman(steps), 3 * steps / 64
    if "layers" in wanted:
        for depth in (250, 500, 1000):
            yield (
                f"value and gradients of {depth} layers, derive and plan",
                layers(depth),
                (6 * depth / 1000),
            )


ROWS: dict[str, Callable[[], Iterator[Row]]] = {
    "network": lambda: iter([network((784, 256, 128, 10), 1.3), network((2, 3, 3, 2), 2.0)]),
    "batch": lambda: iter([batch(128, 1.3)]),
    "reuse": lambda: iter(
        [
            network((784, 256, 128, 10), 1.1, reuse=True),
            network((2, 3, 3, 2), 1.2, reuse=True),
            batch(128, 1.1, reuse=True),
        ]
    ),
    "ways": ways,
    "logistic": lambda: iter([logistic(1000, 1.15), logistic(10, 2.0)]),
    "factorisation": lambda: iter([factorisation(50)]),
    "jacobian": lambda: iter([jacobian(64, 64, 64, 64), jacobian(784, 256, 128, 10)]),
    "factors": lambda: iter([jacobian(64, 64, 64, 64, 0.3), jacobian(784, 256, 128, 10, 0.07)]),
    "convolution": lambda: iter([convolution()]),
    "rigid body": lambda: iter([rigid_body()]),
    "attention": lambda: iter([attention()]),
    "layer norm": lambda: iter([layer_norm()]),
}


TIMES = ("kalman", "layers")


def least(*runs: Callable[[], Any]) -> list[float]:
    """The least CPU time of a call of each, in turns, in microseconds."""
    best = [float("inf")] * len(runs)
    counts = [max(1, int(SECONDS / max(_once(run), 1e-7))) for run in runs]
    for _ in range(TURNS):
        for k, run in enumerate(runs):
            started = process_time()
            for _ in range(counts[k]):
                run()
            best[k] = min(best[k], (process_time() - started) / counts[k] * 1e6)
    return best


def _once(run: Callable[[], Any]) -> float:
    run()
    started = process_time()
    run()
    return process_time() - started


def check(row: Row) -> None:
    """What is timed computes the same."""
    for ours, floor in zip(_flat(row.ours()), _flat(row.floor()), strict=True):
        if np.shape(ours) == np.shape(floor):
            np.testing.assert_allclose(ours, floor, rtol=1e-6, atol=1e-8)


def _flat(found: Any) -> list[Any]:
    if isinstance(found, tuple):
        return [one for part in found for one in _flat(part)]
    return [found]


def main() -> None:
    if any(os.environ.get(name) != "1" for name in THREADS):  # they are read at the start
        os.environ.update(dict.fromkeys(THREADS, "1"), XLA_FLAGS=ONE_THREAD)
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - this program
    asked = sys.argv[1:] or [*ROWS, *TIMES]
    wanted = [one for one in (*ROWS, *TIMES) if any(word in one for word in asked)]
    heads = f"{'µs':>10s}{'by hand':>10s}{'ratio':>8s}{'goal':>7s}{'jax':>8s}{'torch':>8s}"
    print(f"{'one thread, CPU time':58s}{heads}")
    for row in (row for family in ROWS if family in wanted for row in ROWS[family]()):
        check(row)
        peers = runs_of(row.peer)
        ours, floor, *others = least(row.ours, row.floor, *peers.values())
        ratios = dict(zip(peers, (f"{other / floor:8.2f}" for other in others), strict=True))
        cells = f"{ours:10.1f}{floor:10.1f}{ours / floor:8.2f}{row.goal:7.2f}"
        beside = "".join(ratios.get(name, f"{'–':>8s}") for name in ("jax", "torch"))
        print(f"{row.name:58s}{cells}{beside}", flush=True)
    layers(2)(), kalman(1)()  # what is imported and read once
    for title, run, goal in times(wanted):
        started = process_time()
        run()
        print(f"{title:58s}{process_time() - started:9.2f}s{'':18s}{goal:6.2f}s", flush=True)


if __name__ == "__main__":
    main()

"""Every rule against derivatives that JAX, and PyTorch for its cells, make by themselves."""

from collections.abc import Callable
from math import factorial
from typing import Any

import einops
import numpy as np
import pytest
from operations.cases import CASES, NO_FIRST_ORDER, NO_SECOND_ORDER, Case, close, name_of

from matcalc.derivative import derivatives
from matcalc.operations import RULES
from matcalc.plan import evaluate

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)


jnp = jax.numpy
Function = Callable[..., Any]


def clip(x: Any, low: Any = -1, high: Any = 1) -> Any:
    return jnp.clip(x, float(low), float(high))


def huber_entries(r: Any, delta: Any = 1) -> Any:
    edge = float(delta)
    return jnp.where(jnp.abs(r) <= edge, r**2 / 2, edge * (jnp.abs(r) - edge / 2))


def stumpff(q: Any, k: int) -> Any:
    return sum((-q) ** n / float(factorial(2 * n + k)) for n in range(14))


def expm(X: Any) -> Any:
    """The series by Horner's scheme: ``I + X (I + X/2 (I + X/3 …))``; quick to compile."""
    eye = jnp.eye(X.shape[-1], dtype=X.dtype)

    def inner(rest: Any, n: Any) -> Any:
        return eye + X @ rest / n, None

    return jax.lax.scan(inner, jnp.broadcast_to(eye, X.shape), jnp.arange(40.0, 0.0, -1.0))[0]


def standardised(x: Any, axis: int, eps: Any) -> Any:
    mean, variance = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
    return (x - mean) / jnp.sqrt(variance + float(eps))


def attention(q: Any, k: Any, v: Any) -> Any:
    return jax.nn.softmax(q @ k.T / jnp.sqrt(q.shape[1]), axis=1) @ v


def lstm(x: Any, h: Any, c: Any, w: Any, u: Any, b: Any) -> tuple[Any, Any]:
    i, f, g, o = jnp.split(w @ x + u @ h + b, 4)
    cell = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(cell), cell


def gru(x: Any, h: Any, w: Any, u: Any, b: Any) -> Any:
    (xr, xz, xn), (hr, hz, hn) = jnp.split(w @ x + b, 3), jnp.split(u @ h, 3)
    z = jax.nn.sigmoid(xz + hz)
    return (1 - z) * jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn) + z * h


def half(X: Any) -> Any:
    """The columns below the diagonal, one after the other."""
    return jnp.concatenate([X[..., k:, k] for k in range(X.shape[-1])], axis=-1)


def filled(v: Any, n: int) -> Any:
    """Columns of a triangle, cut from a vector one after the other."""
    ends = np.cumsum([0, *range(n, 0, -1)])
    return jnp.stack(
        [
            jnp.pad(v[..., ends[k] : ends[k + 1]], [(0, 0)] * (v.ndim - 1) + [(k, 0)])
            for k in range(n)
        ],
        axis=-1,
    )


def skew(v: Any) -> Any:
    return jnp.cross(v[None, :], jnp.eye(3)).T


def quaternion(q: Any) -> Any:
    """The matrix of ``v -> q v q*``, column by column."""
    w, u = q[0], q[1:]
    columns = [e + 2 * jnp.cross(u, jnp.cross(u, e) + w * e) for e in jnp.eye(3)]
    return jnp.stack(columns, axis=1)


def picked(x: Any, axis: int, start: int, stop: int) -> Any:
    return jax.lax.slice_in_dim(x, start, stop, axis=axis % x.ndim)


def softmax_entropy(y: Any, z: Any) -> Any:
    return -jnp.sum(y * jax.nn.log_softmax(z, axis=-1))


def binary_entropy(y: Any, z: Any) -> Any:
    return -jnp.sum(y * jax.nn.log_sigmoid(z) + (1 - y) * jax.nn.log_sigmoid(-z))


def _pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _pooled(X: Any, size: int, stride: Any) -> Any:
    """The entries of each window along the last axis."""
    step = stride or size
    starts = range(0, X.shape[-1] - size + 1, step)
    return jnp.stack([X[..., k : k + size] for k in starts], axis=-2)


def _pooled2(X: Any, size: Any, stride: Any) -> Any:
    """The same along the last two axes."""
    (high, wide), (down, right) = _pair(size), _pair(stride or size)
    columns = _pooled(X, wide, right)
    return jnp.moveaxis(_pooled(jnp.moveaxis(columns, -3, -1), high, down), -3, -2).swapaxes(-3, -4)


def _signed(V: Any) -> Any:
    return V * jnp.sign(jnp.take_along_axis(V, jnp.argmax(jnp.abs(V), 0)[None], 0))


def _sqrtm(X: Any) -> Any:
    """``X`` times the mean of ``inv((1 − t) I + t X)`` over Chebyshev's nodes: its inverse root."""
    nodes = (1 + jnp.cos(jnp.pi * (jnp.arange(60) + 0.5) / 60)) / 2
    return X @ jnp.linalg.inv(_between(X, nodes)).mean(0)


def _logm(X: Any) -> Any:
    """The integral of ``(X − I) inv((1 − t) I + t X)`` over t from 0 to 1, by Gauss."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    inverses = jnp.linalg.inv(_between(X, (1 + nodes) / 2))
    return (X - jnp.eye(X.shape[-1])) @ jnp.tensordot(weights / 2, inverses, 1)


def _between(X: Any, nodes: Any) -> Any:
    """The matrices on the way from I to X, first axis along the nodes."""
    eye = jnp.eye(X.shape[-1])
    return eye + jnp.multiply.outer(nodes, X - eye)


def _grouped(X: Any, groups: int, eps: Any) -> Any:
    return standardised(X.reshape(len(X), groups, -1), -1, eps).reshape(X.shape)


FUNCTIONS: dict[str, Function] = {
    "Phi": jax.scipy.stats.norm.cdf,
    "abs": jnp.abs,
    "add": jnp.add,
    "adj": lambda X: jnp.linalg.det(X) * jnp.linalg.inv(X),
    "arccos": jnp.arccos,
    "arcsin": jnp.arcsin,
    "arctan": jnp.arctan,
    "atan2": jnp.arctan2,
    "attention": attention,
    "batch_norm": lambda X, gain, bias, eps: standardised(X, 0, eps) * gain + bias,
    "bias": lambda X, b: X + b,
    "bias_columns": lambda X, b: X + b[:, None],
    "binary_cross_entropy_logits": binary_entropy,
    "clip": clip,
    "concatenate": lambda *arrays, axis: jnp.concatenate(arrays, axis),
    "cos": jnp.cos,
    "cosh": jnp.cosh,
    "cross": jnp.cross,
    "cross_entropy": lambda y, p: -jnp.sum(y * jnp.log(p)),
    "cross_entropy_logits": softmax_entropy,
    "det": jnp.linalg.det,
    "diag": jnp.diag,
    "einsum": lambda *arrays, subscripts: jnp.einsum(subscripts, *arrays),
    "elu": lambda x, alpha: jax.nn.elu(x, float(alpha)),
    "erf": jax.scipy.special.erf,
    "exp": jnp.exp,
    "expm": expm,
    "expm_frechet": lambda X, E: jax.jvp(expm, (X,), (E,))[1],
    "expm1": jnp.expm1,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": lambda x: jax.nn.gelu(x, approximate=True),
    "gru": gru,
    "hadamard": jnp.multiply,
    "half_squared_error": lambda a, y: jnp.sum((a - y) ** 2) / 2,
    "hardtanh": lambda x, low, high: jnp.clip(x, float(low), float(high)),
    "hinge": lambda y, z: jnp.sum(jax.nn.relu(1 - y * z)),
    "huber": lambda r, delta: jnp.sum(huber_entries(r, delta)),
    "huber_entries": huber_entries,
    "hypot": jnp.hypot,
    "inner": jnp.dot,
    "inv": jnp.linalg.inv,
    "kron": jnp.kron,
    "layer_norm": lambda x, gain, bias, eps: standardised(x, -1, eps) * gain + bias,
    "leaky_relu": lambda x, slope: jax.nn.leaky_relu(x, float(slope)),
    "log": jnp.log,
    "log1p": jnp.log1p,
    "log_softmax": jax.nn.log_softmax,
    "det_sign": lambda X: jnp.linalg.slogdet(X)[0],
    "inverse_mills": lambda x: jax.scipy.stats.norm.pdf(x) / jax.scipy.stats.norm.cdf(x),
    "log_ndtr": jax.scipy.stats.norm.logcdf,
    "logdet": lambda X: jnp.linalg.slogdet(X)[1],
    "logit": jax.scipy.special.logit,
    "logsumexp": jax.nn.logsumexp,
    "lstm_cell": lambda *operands: lstm(*operands)[1],
    "lstm_hidden": lambda *operands: lstm(*operands)[0],
    "matmul": jnp.matmul,
    "matrix_power": lambda X, k: jnp.linalg.matrix_power(X, n=k),
    "max": jnp.max,
    "maximum": jnp.maximum,
    "mean": jnp.mean,
    "min": jnp.min,
    "minimum": jnp.minimum,
    "norm": lambda X: jnp.linalg.norm(X.ravel()),
    "norm1": lambda X: jnp.linalg.norm(X.ravel(), 1),
    "outer": jnp.outer,
    "pinv": jnp.linalg.pinv,
    "pow": jnp.power,
    "power": lambda X, exponent: jnp.power(X, _number(exponent)),
    "power_of": jnp.power,
    "prod": jnp.prod,
    "quadratic_form": lambda x, A: jnp.vdot(x, A @ x),
    "quotient": jnp.divide,
    "rearrange": lambda x, pattern, sizes: einops.rearrange(x, pattern, **dict(sizes)),
    "relu": jax.nn.relu,
    "rms_norm": lambda x, gain, eps: (
        gain * x / jnp.sqrt((x**2).mean(-1, keepdims=True) + float(eps))
    ),
    "rnn": lambda x, h, W, U, b: jnp.tanh(W @ x + U @ h + b),
    "rotation": lambda t: jnp.stack(
        [jnp.stack([jnp.cos(t), -jnp.sin(t)]), jnp.stack([jnp.sin(t), jnp.cos(t)])]
    ),
    "rotation_axis_angle": lambda v: expm(skew(v)),
    "rotation_quaternion": lambda q: quaternion(q / jnp.linalg.norm(q)),
    "sigmoid": jax.nn.sigmoid,
    "sign": jnp.sign,
    "silu": jax.nn.silu,
    "sin": jnp.sin,
    "sinh": jnp.sinh,
    "lower": filled,
    "skew": skew,
    "slice": picked,
    "softmax": jax.nn.softmax,
    "softplus": jax.nn.softplus,
    "solve": jnp.linalg.solve,
    "sqrt": jnp.sqrt,
    "squared_norm": lambda X: jnp.sum(X**2),
    "stack": lambda *arrays, axis: jnp.stack(arrays, axis),
    "step": lambda x: jnp.heaviside(x, 0.0),
    "stumpff": stumpff,
    "subtract": jnp.subtract,
    "sum": jnp.sum,
    "tan": jnp.tan,
    "tanh": jnp.tanh,
    "trace": jnp.trace,
    "transpose": jnp.transpose,
    "tril": jnp.tril,
    "triu": jnp.triu,
    "vec": lambda X, order: jnp.ravel(X, order=order),
    "vech": half,
    "avg_pool1d": lambda X, kernel_size, stride: _pooled(X, kernel_size, stride).mean(-1),
    "avg_pool2d": lambda X, kernel_size, stride: _pooled2(X, kernel_size, stride).mean((-1, -2)),
    "block_diag": jax.scipy.linalg.block_diag,
    "cdist": lambda X, Y: jnp.linalg.norm(X[:, None] - Y[None], axis=-1),
    "conv1d": lambda X, W, stride, padding, dilation: jax.lax.conv_general_dilated(
        X, W, [stride], [(padding, padding)], rhs_dilation=[dilation]
    ),
    "conv2d": lambda X, W, stride, padding, dilation: jax.lax.conv_general_dilated(
        X, W, _pair(stride), [(k, k) for k in _pair(padding)], rhs_dilation=_pair(dilation)
    ),
    "convolve": lambda a, v, mode: jnp.convolve(a, v, mode=mode),
    "corrcoef": jnp.corrcoef,
    "cov": lambda X, ddof: jnp.cov(X, ddof=ddof),
    "cholesky": jnp.linalg.cholesky,
    "cosm": lambda X: (expm(1j * X)).real,
    "cosm_frechet": lambda X, E: jax.jvp(lambda Y: expm(1j * Y).real, (X,), (E,))[1],
    "eigenvectors": lambda A: _signed(jnp.linalg.eigh(A)[1]),
    "eigvalsh": jnp.linalg.eigvalsh,
    "logm": _logm,
    "logm_frechet": lambda X, E: jax.jvp(_logm, (X,), (E,))[1],
    "nuclear_norm": lambda A: jnp.linalg.norm(A, "nuc"),
    "sinm": lambda X: (expm(1j * X)).imag,
    "sinm_frechet": lambda X, E: jax.jvp(lambda Y: expm(1j * Y).imag, (X,), (E,))[1],
    "solve_triangular": lambda L, b, lower: jax.scipy.linalg.solve_triangular(
        L, b, lower=bool(lower)
    ),
    "spectral_norm": lambda A: jnp.linalg.norm(A, 2),
    "sqrtm": _sqrtm,
    "sqrtm_frechet": lambda X, E: jax.jvp(_sqrtm, (X,), (E,))[1],
    "svdvals": lambda A: jnp.linalg.svd(A, compute_uv=False),
    "cumprod": jnp.cumprod,
    "cumsum": jnp.cumsum,
    "diff": jnp.diff,
    "flip": jnp.flip,
    "glu": jax.nn.glu,
    "group_norm": lambda X, gain, bias, groups, eps: _grouped(X, groups, eps) * gain + bias,
    "logcumsumexp": lambda X, axis: jnp.log(jnp.cumsum(jnp.exp(X), axis)),
    "max_pool1d": lambda X, kernel_size, stride: _pooled(X, kernel_size, stride).max(-1),
    "max_pool2d": lambda X, kernel_size, stride: _pooled2(X, kernel_size, stride).max((-1, -2)),
    "median": jnp.median,
    "pad": lambda x, width: jnp.pad(x, pad_width=width),
    "polyval": jnp.polyval,
    "repeat": jnp.repeat,
    "roll": jnp.roll,
    "sort": jnp.sort,
    "std": lambda X, axis, ddof: jnp.std(X, axis, ddof=ddof),
    "take": lambda X, indices, axis: jnp.take(X, jnp.array(indices), axis),
    "tensordot": jnp.tensordot,
    "tile": jnp.tile,
    "toeplitz": lambda c, r: jnp.stack(
        [jnp.concatenate([c[k::-1], r[1:]])[: r.size] for k in range(c.size)]
    ),
    "topk": lambda x, k: jax.lax.top_k(x, k)[0],
    "trapezoid": lambda y, dx: jax.scipy.integrate.trapezoid(y, dx=float(dx)),
    "vander": lambda x, n, increasing: jnp.vander(x, N=n, increasing=bool(increasing)),
    "var": lambda X, axis, ddof: jnp.var(X, axis, ddof=ddof),
    "arccosh": jnp.arccosh,
    "arcsinh": jnp.arcsinh,
    "arctanh": jnp.arctanh,
    "cbrt": jnp.cbrt,
    "digamma": jax.scipy.special.digamma,
    "erfc": jax.scipy.special.erfc,
    "erfcx": lambda x: jnp.exp(x**2) * jax.scipy.special.erfc(x),
    "erfinv": jax.scipy.special.erfinv,
    "lgamma": jax.scipy.special.gammaln,
    "ndtri": jax.scipy.special.ndtri,
    "polygamma": lambda x, n: jax.scipy.special.polygamma(n, x),
}

#: Constants, and parts of the derivatives of others, which are compared with those.
BUILDING_BLOCKS = {
    "eye": "a constant",
    "function": "has a name alone",
    "mapped": "has a name alone",
    "levi_civita": "a constant",
    "max_share": "the slope of max",
    "min_share": "the slope of min",
    "ones": "a constant",
    "pi": "a constant",
    "exchange": "a constant",
    "one_hot": "a constant",
    "sliding": "a constant",
    "sorting": "the slope of sort",
    "polar_factor": "the slope of nuclear_norm",
    "top_singular": "the slope of spectral_norm",
    "products_of_other_pairs": "the second slope of prod",
    "products_of_others": "the slope of prod",
    "triangle": "a constant",
    "window": "a constant",
    "zeros": "a constant",
}


def _number(exponent: Any) -> Any:
    number = float(np.prod([float(part) ** s for part, s in _parts(str(exponent))]))
    return int(number) if number.is_integer() else number


def _parts(text: str) -> list[tuple[str, int]]:
    above, _, below = text.partition("/")
    return [(above, 1), (below or "1", -1)]


COMPARED = [
    case for case in CASES if case.rule.name in FUNCTIONS and case.rule.name not in NO_SECOND_ORDER
]
every_case = pytest.mark.parametrize("case", COMPARED, ids=name_of)


def derivatives_by_jax(case: Case) -> Function:
    """From operands to the value, the Jacobians, and the derivatives of each of these."""
    parameters, count = dict(case.rule.parameters), tuple(range(len(case.operands)))

    def function(*operands: Any) -> Any:
        return FUNCTIONS[case.rule.name](*operands, **parameters)

    def both(*operands: Any) -> Any:
        jacobians = jax.jacrev(function, count)
        return function(*operands), jacobians(*operands), jax.jacfwd(jacobians, count)(*operands)

    return jax.jit(both)


def test_every_rule_is_compared() -> None:
    assert set(FUNCTIONS).isdisjoint(BUILDING_BLOCKS)
    assert set(FUNCTIONS) | set(BUILDING_BLOCKS) == set(RULES)
    assert set(FUNCTIONS).isdisjoint(NO_FIRST_ORDER)


@every_case
def test_values_and_derivatives_of_order_one_and_two_agree_with_jax(case: Case) -> None:
    by_jax, variables = derivatives_by_jax(case), list(case.symbols.values())
    second = [derivatives(case.first[name], variables) for name in case.operands]
    for number in range(2):
        point = case.point(number)
        value, jacobians, hessians = by_jax(*point.values())
        close(evaluate(case.result, point), value, rtol=1e-12, atol=1e-13)
        for name, expected in zip(case.operands, jacobians, strict=True):
            close(evaluate(case.first[name], point), expected, rtol=1e-9, atol=1e-12)
        for row, wanted in zip(second if number == 0 else (), hessians, strict=number == 0):
            for found, expected in zip(row, wanted, strict=True):
                close(evaluate(found, point), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["lstm_hidden", "lstm_cell", "gru"])
def test_recurrent_steps_agree_with_the_cells_of_pytorch(name: str) -> None:
    torch = pytest.importorskip("torch")
    case = next(case for case in CASES if case.rule.name == name)
    point = case.point(0)
    kind = torch.nn.GRUCell if name == "gru" else torch.nn.LSTMCell
    cell = kind(point["x"].size, point["h"].size, dtype=torch.float64)

    def step(*operands: Any) -> Any:
        given = dict(zip(point, operands, strict=True))
        weights = {"weight_ih": given["W"], "weight_hh": given["U"], "bias_ih": given["b"]}
        weights["bias_hh"] = torch.zeros_like(given["b"])
        state = given["h"] if name == "gru" else (given["h"], given["c"])
        result = torch.func.functional_call(cell, weights, (given["x"], state))
        return result if name == "gru" else result[name == "lstm_cell"]

    operands = tuple(torch.from_numpy(array) for array in point.values())
    expected = torch.autograd.functional.jacobian(step, operands)
    close(evaluate(case.result, point), step(*operands).detach().numpy(), rtol=1e-12)
    for operand, wanted in zip(point, expected, strict=True):
        close(evaluate(case.first[operand], point), wanted.numpy(), rtol=1e-9, atol=1e-12)

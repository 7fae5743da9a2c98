"""The values of operations that are made of others, as NumPy computes them: written apart."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

import matcalc as mc
from matcalc.operations import Rule
from matcalc.operations.arrays import (
    huber_entries,
    log_softmax,
    numpy_function,
    skew,
    softmax,
    stumpff,
)

Array = NDArray[np.floating[Any]]


def value_of(rule: Rule) -> Callable[..., Any]:
    """The operation of a rule on arrays: called with the operands and then the parameters."""
    return numpy_function(rule) if rule.function else globals()[rule.name]


def gelu(x: Array) -> Array:
    """The Gaussian error linear unit."""
    return x * numpy_function(mc.find_rule("Phi"))(x)


def gelu_tanh(x: Array) -> Array:
    """The Gaussian error linear unit by tanh."""
    return 0.5 * x * (1.0 + np.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))


def cross_entropy_logits(y: Array, z: Array) -> Array:
    """The cross entropy of targets and logits along the last axis."""
    return np.asarray(-np.sum(y * log_softmax(z, -1)))


def huber(r: Array, delta: Fraction) -> Array:
    """Huber's loss."""
    return np.asarray(np.sum(huber_entries(r, delta)))


def layer_norm(x: Array, gain: Array, bias: Array, eps: Fraction) -> Array:
    """Layer normalisation along the last axis."""
    deviation = np.sqrt(x.var(axis=-1, keepdims=True) + float(eps))
    return np.asarray(gain * (x - x.mean(axis=-1, keepdims=True)) / deviation + bias)


def batch_norm(x: Array, gain: Array, bias: Array, eps: Fraction) -> Array:
    """Batch normalisation over the rows."""
    deviation = np.sqrt(x.var(axis=0) + float(eps))
    return np.asarray(gain * (x - x.mean(axis=0)) / deviation + bias)


def rms_norm(x: Array, gain: Array, eps: Fraction) -> Array:
    """Root mean square normalisation along the last axis."""
    deviation = np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + float(eps))
    return np.asarray(gain * x / deviation)


def attention(q: Array, k: Array, v: Array) -> Array:
    """Scaled dot-product attention."""
    return softmax(q @ k.T / math.sqrt(q.shape[1]), 1) @ v


def _sigmoid(x: Array) -> Array:
    return np.asarray(np.exp(-np.logaddexp(0.0, -x)))


def lstm_cell(x: Array, h: Array, c: Array, w: Array, u: Array, b: Array) -> Array:
    """The cell state after an LSTM step."""
    entered, kept, candidate, _ = np.split(w @ x + u @ h + b, 4)
    return _sigmoid(kept) * c + _sigmoid(entered) * np.tanh(candidate)


def lstm_hidden(x: Array, h: Array, c: Array, w: Array, u: Array, b: Array) -> Array:
    """The hidden state after an LSTM step."""
    shown = np.split(w @ x + u @ h + b, 4)[3]
    return _sigmoid(shown) * np.tanh(lstm_cell(x, h, c, w, u, b))


def gru(x: Array, h: Array, w: Array, u: Array, b: Array) -> Array:
    """A step of a gated recurrent unit."""
    entering, recurring = np.split(w @ x + b, 3), np.split(u @ h, 3)
    reset, update = (_sigmoid(entering[k] + recurring[k]) for k in (0, 1))
    new = np.tanh(entering[2] + reset * recurring[2])
    return new + update * (h - new)


def toeplitz(c: Array, r: Array) -> Array:
    """The matrix of equal diagonals with this first column and first row."""
    line = np.concatenate([c[::-1], r[1:]])
    rows, columns = np.ogrid[: len(c), : len(r)]
    return np.asarray(line[len(c) - 1 - rows + columns])


def block_diag(*operands: Array) -> Array:
    """Matrices one after the other down the diagonal."""
    shapes = np.array([one.shape for one in operands])
    result = np.zeros(shapes.sum(0), np.result_type(*operands))
    for one, (row, column) in zip(operands, np.cumsum(shapes, 0) - shapes, strict=True):
        result[row : row + len(one), column : column + one.shape[1]] = one
    return result


def _padded(x: Array, pads: Sequence[int]) -> Array:
    return np.pad(x, [(0, 0)] * (x.ndim - len(pads)) + [(k, k) for k in pads])


def _pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _sliding_view(x: Array, widths: Sequence[int], steps: Sequence[int]) -> Array:
    """Windows over the last axes, whose entries are the last axes of the result."""
    axes = tuple(range(x.ndim - len(widths), x.ndim))
    view = np.lib.stride_tricks.sliding_window_view(x, tuple(widths), axes)
    index = (*(slice(None),) * axes[0], *(slice(None, None, k) for k in steps))
    return np.asarray(view[index])


def conv1d(x: Array, w: Array, stride: int = 1, padding: int = 0, dilation: int = 1) -> Array:
    """The correlation of signals with kernels."""
    reach = dilation * (w.shape[2] - 1) + 1
    view = _sliding_view(_padded(x, [padding]), [reach], [stride])[..., ::dilation]
    return np.asarray(np.einsum("bcij,ocj->boi", view, w))


def conv2d(x: Array, w: Array, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> Array:
    """The correlation of images with kernels."""
    d = _pair(dilation)
    reach = [d[k] * (w.shape[2 + k] - 1) + 1 for k in (0, 1)]
    view = _sliding_view(_padded(x, _pair(padding)), reach, _pair(stride))
    return np.asarray(np.einsum("bcipjq,ocjq->boip", view[..., :: d[0], :: d[1]], w))


def avg_pool1d(x: Array, size: int, stride: int | None) -> Array:
    """The mean of each window."""
    return np.asarray(_sliding_view(x, [size], [stride or size]).mean(-1))


def avg_pool2d(x: Array, size: Any, stride: Any) -> Array:
    """The mean of each window."""
    return np.asarray(_sliding_view(x, _pair(size), _pair(stride or size)).mean((-2, -1)))


def max_pool1d(x: Array, size: int, stride: int | None) -> Array:
    """The largest entry of each window."""
    return np.asarray(_sliding_view(x, [size], [stride or size]).max(-1))


def max_pool2d(x: Array, size: Any, stride: Any) -> Array:
    """The largest entry of each window."""
    return np.asarray(_sliding_view(x, _pair(size), _pair(stride or size)).max((-2, -1)))


def glu(x: Array, axis: int) -> Array:
    """The first half times the sigmoid of the second."""
    value, gate = np.split(x, 2, axis)
    return np.asarray(value * _sigmoid(gate))


def group_norm(x: Array, gain: Array, bias: Array, groups: int, eps: Fraction) -> Array:
    """Normalisation over groups of channels."""
    split = x.reshape(len(x), groups, -1)
    deviation = np.sqrt(split.var(-1, keepdims=True) + float(eps))
    unit = ((split - split.mean(-1, keepdims=True)) / deviation).reshape(x.shape)
    behind = (slice(None), *(None,) * (x.ndim - 2))
    return np.asarray(unit * gain[behind] + bias[behind])


def rotation_axis_angle(v: Array) -> Array:
    """The rotation about a vector by its length."""
    k, q = skew(v), np.asarray(v @ v)
    return np.eye(3, dtype=k.dtype) + stumpff(q, 1) * k + stumpff(q, 2) * (k @ k)


def rotation_quaternion(q: Array) -> Array:
    """The rotation of a quaternion, real part first."""
    w, x, y, z = q / np.sqrt(q @ q)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )

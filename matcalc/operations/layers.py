"""Losses and layers of neural networks, made of other operations."""

from __future__ import annotations

from fractions import Fraction

from matcalc import dimensions
from matcalc.errors import ShapeError
from matcalc.graph import Factor, Node, apply, contract
from matcalc.operations import algebra
from matcalc.operations.algebra import (
    along,
    constant,
    matmul,
    mean,
    minus,
    multiple,
    negative,
    plus,
    power,
    summed,
    times,
)
from matcalc.operations.elementwise import of, one_minus
from matcalc.operations.facts import Facts
from matcalc.operations.parts import picked, window
from matcalc.operations.reductions import log_softmax, softmax
from matcalc.operations.registry import composite

_HALF = Fraction(1, 2)
_BISHOP = "Bishop, Pattern Recognition and Machine Learning (2006)"
_EPS = Fraction(1, 100000)


def _like(name: str, one: Node, two: Node) -> None:
    if one.shape != two.shape:
        shown = f"{dimensions.times(one.shape)} and {dimensions.times(two.shape)}"
        raise ShapeError(
            f"{name} takes operands of one shape; found {shown}",
            clashes=dimensions.clashes(one.shape, two.shape),
        )


@composite(
    "cross_entropy",
    "y[n]:simplex p[n]:simplex -> L",
    "Y[m,n]:unit P[m,n]:unit -> L",
    formula="dL = -sum(log(p) ⊙ dy) - sum(y / p ⊙ dp)",
    source=f"{_BISHOP}, eq. 4.108",
    domain="p > 0",
    function="-np.sum({0} * np.log({1}))",
    facts=Facts(
        words=("crossentropy",),
        convention="-sum(targets * log(probabilities)); of logits it is cross_entropy_logits",
        behind_targets="probabilities",
    ),
)
def cross_entropy(y: Node, p: Node) -> Node:
    """The cross entropy of targets and probabilities, summed."""
    _like("cross_entropy", y, p)
    return negative(algebra.dot(y, of("log", p)))


@composite(
    "cross_entropy_logits",
    "y[n]:simplex z[n] -> L",
    "Y[m,n]:unit Z[m,n] -> L",
    formula="dL = sum((sum(y) softmax(z) - y) ⊙ dz) - sum(log_softmax(z) ⊙ dy), row by row",
    source=f"{_BISHOP}, eq. 4.108 and 4.109",
    facts=Facts(behind_targets="logits"),
)
def cross_entropy_logits(y: Node, z: Node) -> Node:
    """The cross entropy of targets and logits, along the last axis, summed."""
    _like("cross_entropy_logits", y, z)
    return negative(algebra.dot(y, log_softmax(z, -1)))


@composite(
    "binary_cross_entropy_logits",
    "y[n]:unit z[n] -> L",
    "Y[m,n]:unit Z[m,n] -> L",
    formula="dL = sum((sigmoid(z) - y) ⊙ dz) - sum(z ⊙ dy)",
    source=f"{_BISHOP}, eq. 4.90 and 4.91",
    function="np.sum(np.logaddexp(0.0, {1}) - {0} * {1})",
    facts=Facts(behind_targets="logits"),
)
def binary_cross_entropy_logits(y: Node, z: Node) -> Node:
    """The cross entropy of targets between 0 and 1 and logits, summed."""
    _like("binary_cross_entropy_logits", y, z)
    return minus(summed(of("softplus", z)), algebra.dot(y, z))


@composite(
    "half_squared_error",
    "a[n] y[n] -> L",
    "A[m,n] Y[m,n] -> L",
    formula="dL = sum((a - y) ⊙ (da - dy))",
    source=f"{_BISHOP}, eq. 5.11",
    function="0.5 * np.sum(({0} - {1}) ** 2)",
)
def half_squared_error(a: Node, y: Node) -> Node:
    """Half the sum of squared differences."""
    _like("half_squared_error", a, y)
    return multiple(_HALF, algebra.squared_norm(minus(a, y)))


@composite(
    "huber",
    "r[n]:nonzero -> L",
    formula="dL = sum(clip(r, -delta, delta) ⊙ dr)",
    source="Huber, Annals of Mathematical Statistics 35 (1964), section 4",
    parameters={"delta": Fraction(1)},
)
def huber(r: Node, delta: Fraction = Fraction(1)) -> Node:
    """Huber's loss of residuals, summed: quadratic up to delta, then linear."""
    return summed(apply("huber_entries", (r,), r.shape, (Fraction(delta),)))


@composite(
    "hinge",
    "y[n]:sign z[n] -> L",
    formula="dL = -sum(step(1 - y ⊙ z) ⊙ (y ⊙ dz + z ⊙ dy))",
    source=f"{_BISHOP}, eq. 7.44 and 7.45",
    domain="y z ≠ 1; there the slope is taken as 0",
    function="np.sum(np.maximum(1.0 - {0} * {1}, 0.0))",
    facts=Facts(behind_targets="scores", kinked=True),
)
def hinge(y: Node, z: Node) -> Node:
    """The hinge loss of labels ±1 and scores, summed."""
    _like("hinge", y, z)
    return summed(of("relu", one_minus(times(y, z))))


def _standardised(x: Node, axis: int, eps: Fraction) -> Node:
    """Entries less their mean along an axis, over the square root of their variance plus eps."""
    centred = minus(x, along(mean(x, (axis,)), x, axis))
    variance = mean(power(centred, 2), (axis,))
    scale = power(plus(variance, constant(Fraction(eps))), -_HALF)
    return times(centred, along(scale, x, axis))


def _affine(x: Node, gain: Node, shift: Node) -> Node:
    """Gain and shift along the last axis."""
    axes = algebra.axes_of(x)
    if gain.shape != x.shape[-1:] or shift.shape != x.shape[-1:]:
        raise ShapeError(
            f"gain and bias are vectors of {x.shape[-1] if x.shape else 1}; found "
            f"{dimensions.times(gain.shape)} and {dimensions.times(shift.shape)}",
            clashes=dimensions.clashes(x.shape[-1:], gain.shape)
            + dimensions.clashes(x.shape[-1:], shift.shape),
        )
    sizes = dict(zip(axes, x.shape, strict=True))
    stretched = contract([Factor(x, axes), Factor(gain, axes[-1:])], axes)
    return plus(stretched, contract([Factor(shift, axes[-1:])], axes, sizes))


@composite(
    "layer_norm",
    "x[n] gain[n] bias[n] -> y[n]",
    "X[m,n] gain[n] bias[n] -> Y[m,n]",
    formula="dx̂ = (dx - mean(dx) - x̂ mean(x̂ ⊙ dx)) / σ, along the last axis",
    source="Ba, Kiros & Hinton, Layer Normalization (2016), eq. 4",
    parameters={"eps": _EPS},
    facts=Facts(
        words=("layernorm",), in_torch="it is written layer_norm(x, gain, bias), without the shape"
    ),
)
def layer_norm(x: Node, gain: Node, bias: Node, eps: Fraction = _EPS) -> Node:
    """Layer normalisation, along the last axis."""
    return _affine(_standardised(x, len(x.shape) - 1, eps), gain, bias)


@composite(
    "batch_norm",
    "X[m,n]:distinct gain[n] bias[n] -> Y[m,n]",
    formula="dx̂ = (dx - mean(dx) - x̂ mean(x̂ ⊙ dx)) / σ, over the samples (rows)",
    source="Ioffe & Szegedy, Batch Normalization (ICML 2015), algorithm 1",
    domain="with the statistics of the batch, as in training",
    parameters={"eps": _EPS},
    facts=Facts(
        words=("batchnorm",),
        in_torch="F.batch_norm takes running means; of the batch itself it is "
        "batch_norm(X, gain, bias)",
    ),
)
def batch_norm(x: Node, gain: Node, bias: Node, eps: Fraction = _EPS) -> Node:
    """Batch normalisation with the statistics of the batch, samples as rows."""
    if len(x.shape) != 2:
        raise ShapeError(f"batch_norm takes a matrix; found {dimensions.times(x.shape)}")
    return _affine(_standardised(x, 0, eps), gain, bias)


@composite(
    "rms_norm",
    "x[n] gain[n] -> y[n]",
    formula="dy = gain ⊙ (dx - x̂ mean(x̂ ⊙ dx)) / rms(x) + x̂ ⊙ dgain",
    source="Zhang & Sennrich, Root Mean Square Layer Normalization (NeurIPS 2019), eq. 4",
    parameters={"eps": _EPS},
    facts=Facts(words=("rmsnorm",), in_torch="it is written rms_norm(x, gain), without the shape"),
)
def rms_norm(x: Node, gain: Node, eps: Fraction = _EPS) -> Node:
    """Root mean square normalisation, along the last axis."""
    axis = len(x.shape) - 1
    scale = power(plus(mean(power(x, 2), (axis,)), constant(Fraction(eps))), -_HALF)
    shift = constant(0, x.shape[-1:])
    return _affine(times(x, along(scale, x, axis)), gain, shift)


@composite(
    "attention",
    "Q[m,d] K[n,d] V[n,v] -> Y[m,v]",
    formula="dY = (dP) V + P dV, dP = P ⊙ (dS - rowsum(P ⊙ dS)), S = Q Kᵀ / √d",
    source="Vaswani et al., Attention Is All You Need (NeurIPS 2017), eq. 1",
)
def attention(q: Node, k: Node, v: Node) -> Node:
    """Scaled dot-product attention."""
    if len(q.shape) != 2 or len(k.shape) != 2:
        found = f"{dimensions.times(q.shape)} and {dimensions.times(k.shape)}"
        raise ShapeError(f"attention takes matrices of queries and keys; found {found}")
    scale = power(algebra.size_of(q.shape[1]), -_HALF)
    scores = times(scale, matmul(q, algebra.transpose(k)))
    return matmul(softmax(scores, 1), v)


def _preactivation(x: Node, h: Node, w: Node, u: Node, b: Node) -> Node:
    return plus(matmul(w, x), matmul(u, h), b)


@composite(
    "rnn",
    "x[d] h[n] W[n,d] U[n,n] b[n] -> y[n]",
    formula="dy = (1 - y²) ⊙ (W dx + dW x + U dh + dU h + db)",
    source="Elman, Cognitive Science 14 (1990); Goodfellow et al., Deep Learning (2016), eq. 10.8",
    function="np.tanh({2} @ {0} + {3} @ {1} + {4})",
)
def rnn(x: Node, h: Node, w: Node, u: Node, b: Node) -> Node:
    """One step of a recurrent network: tanh(W x + U h + b)."""
    return of("tanh", _preactivation(x, h, w, u, b))


def _gates(z: Node, count: int) -> list[Node]:
    """A vector of several gates, cut into equal parts."""
    size = dimensions.quotient(z.shape[0], count)
    starts = [dimensions.product([k, size]) if k else 0 for k in range(count)]
    return [picked(z, 0, window(start, size, z.shape[0])) for start in starts]


def _lstm(x: Node, h: Node, c: Node, w: Node, u: Node, b: Node) -> tuple[Node, Node]:
    entered, kept, candidate, shown = _gates(_preactivation(x, h, w, u, b), 4)
    cell = plus(times(of("sigmoid", kept), c), times(of("sigmoid", entered), of("tanh", candidate)))
    return times(of("sigmoid", shown), of("tanh", cell)), cell


_LSTM = (
    "Hochreiter & Schmidhuber, Neural Computation 9 (1997); Gers, Schmidhuber & Cummins, "
    "Neural Computation 12 (2000), for the forget gate"
)


@composite(
    "lstm_hidden",
    "x[d] h[n] c[n] W[4*n,d] U[4*n,n] b[4*n] -> y[n]",
    formula="dy = do ⊙ tanh(c') + o ⊙ (1 - tanh²(c')) ⊙ dc'",
    source=_LSTM,
)
def lstm_hidden(x: Node, h: Node, c: Node, w: Node, u: Node, b: Node) -> Node:
    """The hidden state after one LSTM step; gates: input, forget, cell, output (as PyTorch)."""
    return _lstm(x, h, c, w, u, b)[0]


@composite(
    "lstm_cell",
    "x[d] h[n] c[n] W[4*n,d] U[4*n,n] b[4*n] -> y[n]",
    formula="dc' = df ⊙ c + f ⊙ dc + di ⊙ g + i ⊙ dg",
    source=_LSTM,
)
def lstm_cell(x: Node, h: Node, c: Node, w: Node, u: Node, b: Node) -> Node:
    """The cell state after one LSTM step; gates: input, forget, cell, output (as PyTorch)."""
    return _lstm(x, h, c, w, u, b)[1]


@composite(
    "gru",
    "x[d] h[n] W[3*n,d] U[3*n,n] b[3*n] -> y[n]",
    formula="dy = (dh - dn) ⊙ z + (h - n) ⊙ dz + dn, n = tanh(Wn x + r ⊙ (Un h) + bn)",
    source="Cho et al., Learning Phrase Representations (EMNLP 2014), with the reset gate after "
    "the product, as in cuDNN and PyTorch",
)
def gru(x: Node, h: Node, w: Node, u: Node, b: Node) -> Node:
    """One step of a gated recurrent unit; gates in PyTorch's order: reset, update, new."""
    entering, recurring = _gates(plus(matmul(w, x), b), 3), _gates(matmul(u, h), 3)
    reset = of("sigmoid", plus(entering[0], recurring[0]))
    update = of("sigmoid", plus(entering[1], recurring[1]))
    new = of("tanh", plus(entering[2], times(reset, recurring[2])))
    return plus(new, times(update, minus(h, new)))

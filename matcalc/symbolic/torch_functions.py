"""PyTorch's functions on traced arrays: what each is in NumPy's words, or by its rule.

PyTorch hands what it is called with to ``__torch_function__`` of anything that has it, so that a
function need not be run on tensors to be recorded, and PyTorch need not be here to be known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import mul
from typing import Any

import numpy as np

from matcalc.errors import NotDifferentiableError
from matcalc.expression.definitions import definitions
from matcalc.expression.missing import MISSING
from matcalc.operations import ALIASES, RULES
from matcalc.symbolic.expressions import Symbolic
from matcalc.symbolic.functions import Defined, Function

_KEYWORDS = {"dim": "axis", "keepdim": "keepdims", "dims": "axis"}
_FIRST = ("input", "tensors", "self")
_IDLE = ("dtype", "out", "device", "inplace", "layout", "requires_grad", "memory_format")
_SAME = """exp exp2 expm1 log log1p log2 log10 sin cos tan sinh cosh tanh sqrt sign square maximum
minimum hypot logaddexp logaddexp2 cumsum cumprod outer dot inner tril triu diag trace kron prod
einsum tensordot flip roll stack zeros_like ones_like matmul"""
_RENAMED: Mapping[str, Any] = {
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "abs": np.absolute,
    "absolute": np.absolute,
    "neg": np.negative,
    "negative": np.negative,
    "mm": np.matmul,
    "mv": np.matmul,
    "bmm": np.matmul,
    "add": np.add,
    "sub": np.subtract,
    "subtract": np.subtract,
    "mul": np.multiply,
    "multiply": np.multiply,
    "div": np.divide,
    "divide": np.divide,
    "truediv": np.divide,
    "pow": np.power,
    "sum": np.sum,
    "mean": np.mean,
    "amax": np.max,
    "amin": np.min,
    "cat": np.concatenate,
    "concat": np.concatenate,
    "concatenate": np.concatenate,
    "hstack": np.hstack,
    "vstack": np.vstack,
    "swapaxes": np.swapaxes,
    "tile": np.tile,
    "repeat_interleave": np.repeat,
    "inv": np.linalg.inv,
    "inverse": np.linalg.inv,
    "pinv": np.linalg.pinv,
    "det": np.linalg.det,
    "slogdet": np.linalg.slogdet,
    "solve": np.linalg.solve,
    "cholesky": np.linalg.cholesky,
    "eigvalsh": np.linalg.eigvalsh,
    "eigh": np.linalg.eigh,
    "matrix_power": np.linalg.matrix_power,
    "linalg_norm": np.linalg.norm,
    "vector_norm": np.linalg.norm,
    "matrix_norm": np.linalg.norm,
}
_TURNED = {
    "radd": "add",
    "rmul": "mul",
    "rsub": "sub",
    "rtruediv": "div",
    "rdiv": "div",
    "rpow": "pow",
    "rmatmul": "matmul",
}
_BY_NAME = """relu relu6 leaky_relu elu selu celu gelu silu mish sigmoid logsigmoid hardsigmoid
hardswish hardtanh tanhshrink softplus softsign softshrink hardshrink softmax log_softmax logsumexp
reciprocal rsqrt erf erfc erfinv lgamma digamma sinc logdet matrix_exp cdist cosine_similarity
normalize xlogy svdvals expit logcumsumexp addcmul addcdiv lerp"""
_LOSSES = """mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy
binary_cross_entropy_with_logits soft_margin_loss poisson_nll_loss gaussian_nll_loss
margin_ranking_loss"""


def by_name(name: str) -> Callable[..., Any]:
    """A function of the language: one with a rule, or one that is defined by others."""
    found = ALIASES.get(name, name)
    return Function(found) if found in RULES else Defined(found)


def torch_called(function: Any, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What a function of PyTorch gives.

    Raises:
        NotDifferentiableError: It cannot be traced, or not with these arguments.
    """
    name: str = getattr(function, "__name__", "").strip("_")
    for home in ("linalg_", "special_", "fft_"):
        name = name.removeprefix(home) if name != "linalg_norm" else name
    first = [named[key] for key in _FIRST if key in named]
    rest = {
        _KEYWORDS.get(key, key): one
        for key, one in named.items()
        if key not in (*_FIRST, *_IDLE) and one is not None
    }
    return called(name, [plain(one) for one in (*first, *args)], rest)


def called(name: str, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What a function of PyTorch gives, by its name.

    Raises:
        NotDifferentiableError: It cannot be traced, or not with these arguments.
    """
    if name in _TURNED:
        name, args = _TURNED[name], args[::-1]
    meaning = MEANINGS.get(name)
    if meaning is None:
        why = MISSING.get(name, "no rule is known for it")
        raise NotDifferentiableError(f"torch.{name} cannot be traced: {why}")
    given = {_KEYWORDS.get(key, key): plain(one) for key, one in named.items()}
    if name not in ("var", "std", "dropout"):
        given = {key: one for key, one in given.items() if one is not False}
    try:
        return meaning(*args, **given)
    except TypeError as error:
        raise NotDifferentiableError(
            f"torch.{name} cannot be traced with arguments like these"
        ) from error


def plain(one: Any) -> Any:
    """An argument of PyTorch: a tensor as an array, what is in a list too."""
    if isinstance(one, (list, tuple)):
        return type(one)(map(plain, one)) if type(one) in (list, tuple) else tuple(map(plain, one))
    if hasattr(one, "detach") and not isinstance(one, Symbolic):
        return one.detach().cpu().numpy()
    return one


def _transpose(x: Any, dim0: int, dim1: int) -> Any:
    return np.swapaxes(x, dim0, dim1)


def _permute(x: Any, *axes: Any) -> Any:
    return np.transpose(x, axes[0] if len(axes) == 1 else axes)


def _t(x: Any) -> Any:
    return np.transpose(x)


def _last_two(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _reshaped(x: Any, *shape: Any) -> Any:
    return np.reshape(x, shape[0] if len(shape) == 1 else shape)


def _flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    stop = end_dim % np.ndim(x) + 1
    return np.reshape(x, (*x.shape[:start_dim], -1, *x.shape[stop:]))


def _unsqueeze(x: Any, axis: int) -> Any:
    return np.expand_dims(x, axis)


def _squeeze(x: Any, axis: Any = None) -> Any:
    return np.squeeze(x, axis)


def _expand(x: Any, *shape: Any) -> Any:
    whole = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    first = len(whole) - np.ndim(x)
    sizes = [
        x.shape[k - first] if isinstance(one, int) and one == -1 else one
        for k, one in enumerate(whole)
    ]
    return np.broadcast_to(x, tuple(sizes))


def _spread_of_sample(function: Callable[..., Any]) -> Callable[..., Any]:
    """``torch.var``: divided by one less than there are."""

    def meaning(x: Any, axis: Any = None, *, keepdims: bool = False, **named: Any) -> Any:
        less = named.get("correction", 1 if named.get("unbiased", True) else 0)
        return function(x, axis, ddof=less, keepdims=keepdims)

    return meaning


def _largest(function: Callable[..., Any], larger: Callable[..., Any]) -> Callable[..., Any]:
    def meaning(x: Any, *more: Any, axis: Any = None) -> Any:
        if axis is not None or (more and not isinstance(more[0], Symbolic)):
            raise NotDifferentiableError(
                "torch.max along an axis gives values and places; torch.amax gives the values"
            )
        return larger(x, *more) if more else function(x)

    return meaning


def _where(condition: Any, x: Any, y: Any) -> Any:
    return np.where(condition, x, y)


def _masked_fill(x: Any, mask: Any, value: Any) -> Any:
    """``x.masked_fill(mask, value)``; −∞ is what the logarithm of the mask is."""
    if isinstance(value, (int, float)) and value == -np.inf:
        kept = ~mask
        return x + by_name("log")(kept.astype(float) if isinstance(kept, np.ndarray) else kept)
    return np.where(mask, value, x)


def _clamp(x: Any, low: Any = None, high: Any = None, **new: Any) -> Any:
    return np.clip(x, new.get("min", low), new.get("max", high))


def _linear(x: Any, weight: Any, bias: Any = None) -> Any:
    product = x @ np.transpose(weight)
    return product if bias is None else product + bias


def _norm(x: Any, p: Any = None, axis: Any = None, *, keepdims: bool = False) -> Any:
    """``torch.norm``: of all entries, of a matrix too."""
    if axis is not None or p == "nuc":
        return np.linalg.norm(x, p, axis, keepdims=keepdims)
    return np.linalg.norm(np.reshape(x, (-1,)), None if p == "fro" else p)


def _loss(name: str) -> Callable[..., Any]:
    mean = Defined(name)

    def meaning(x: Any, *rest: Any, reduction: str = "mean", **named: Any) -> Any:
        found = mean(x, *rest, **named)
        if reduction == "sum":
            return reduce(mul, x.shape, found)
        if reduction != "mean":
            raise NotDifferentiableError(f"{name} with reduction={reduction!r} cannot be traced")
        return found

    return meaning


def _cross_entropy(x: Any, target: Any, **named: Any) -> Any:
    """Of scores and of probabilities, or of classes by number that are known."""
    return _nll_loss(by_name("log_softmax")(x, axis=np.ndim(x) - 1), target, **named)


def _nll_loss(logs: Any, target: Any, *, reduction: str = "mean", **named: Any) -> Any:
    if named.get("label_smoothing") or named.get("ignore_index", -100) != -100:
        raise NotDifferentiableError(f"a loss with {', '.join(named)} cannot be traced")
    count = 1 if np.ndim(logs) == 1 else logs.shape[0]
    if isinstance(target, np.ndarray) and target.dtype.kind in "iu":
        target = np.eye(logs.shape[-1])[target]
    total = -np.sum(logs * target)
    if reduction not in ("mean", "sum"):
        raise NotDifferentiableError(f"a loss with reduction={reduction!r} cannot be traced")
    return total / count if reduction == "mean" else total


def _attention(q: Any, k: Any, v: Any, attn_mask: Any = None, **named: Any) -> Any:
    """``F.scaled_dot_product_attention``, of stacks too; a mask of True and False, or an addend."""
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if named.get("is_causal"):
        attn_mask = np.tri(q.shape[-2], k.shape[-2], dtype=bool)
    if named.get("dropout_p"):
        raise NotDifferentiableError(f"dropout cannot be traced: {MISSING['dropout']}")
    if isinstance(attn_mask, np.ndarray) and attn_mask.dtype == bool:
        attn_mask = by_name("log")(attn_mask.astype(float))
    scores = scores if attn_mask is None else scores + attn_mask
    return by_name("softmax")(scores, axis=np.ndim(scores) - 1) @ v


def _layer_norm(x: Any, shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """``F.layer_norm`` over the last axes."""
    axes = tuple(range(-len(shape), 0))
    centred = x - np.mean(x, axes, keepdims=True)
    found = centred / np.sqrt(np.mean(centred**2, axes, keepdims=True) + eps)
    found = found if weight is None else found * weight
    return found if bias is None else found + bias


def _sort(*_: Any, **__: Any) -> Any:
    raise NotDifferentiableError("torch.sort gives values and places; np.sort gives the values")


def _dropout(x: Any, p: float = 0.5, *, training: bool = True) -> Any:
    if training and p:
        raise NotDifferentiableError(f"torch.dropout cannot be traced: {MISSING['dropout']}")
    return x


def _split(x: Any, size: Any, axis: int = 0) -> Any:
    """``torch.split``: parts of a length each."""
    whole = x.shape[axis]
    lengths = list(size) if isinstance(size, (list, tuple)) else [size] * (whole // size)
    return np.split(x, np.cumsum(lengths)[:-1].tolist(), axis)


def _chunk(x: Any, chunks: int, axis: int = 0) -> Any:
    return np.split(x, chunks, axis)


def _itself(x: Any, *_: Any, **__: Any) -> Any:
    return x


_NUMPY: Mapping[str, Any] = {**{name: getattr(np, name) for name in _SAME.split()}, **_RENAMED}
MEANINGS: dict[str, Callable[..., Any]] = {
    **_NUMPY,
    **{name: by_name(name) for name in _BY_NAME.split() if ALIASES.get(name, name) in RULES},
    **{name: by_name(name) for name in _BY_NAME.split() if name in definitions()},
    **{name: _loss(name) for name in _LOSSES.split()},
    "matrix_exp": by_name("expm"),
    "clamp": _clamp,
    "clip": _clamp,
    "transpose": _transpose,
    "permute": _permute,
    "t": _t,
    "mT": _last_two,
    "reshape": _reshaped,
    "view": _reshaped,
    "flatten": _flatten,
    "ravel": _flatten,
    "unsqueeze": _unsqueeze,
    "squeeze": _squeeze,
    "expand": _expand,
    "var": _spread_of_sample(np.var),
    "std": _spread_of_sample(np.std),
    "max": _largest(np.max, np.maximum),
    "min": _largest(np.min, np.minimum),
    "where": _where,
    "masked_fill": _masked_fill,
    "linear": _linear,
    "norm": _norm,
    "cross_entropy": _cross_entropy,
    "nll_loss": _nll_loss,
    "scaled_dot_product_attention": _attention,
    "layer_norm": _layer_norm,
    "dropout": _dropout,
    "sort": _sort,
    "split": _split,
    "chunk": _chunk,
    **dict.fromkeys(("clone", "contiguous", "float", "double", "to", "type_as"), _itself),
}

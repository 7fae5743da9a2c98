"""PyTorch's functions on traced arrays: what each is in NumPy's words, or by its rule.

Arguments are in NumPy's words here: ``axis``, ``keepdims``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul
from typing import Any

import numpy as np

from matcalc.errors import NotDifferentiableError
from matcalc.expression.missing import MISSING
from matcalc.operations import ALIASES, RULES, Rule
from matcalc.symbolic.expressions import Symbolic
from matcalc.symbolic.functions import Defined, Function
from matcalc.symbolic.ufuncs import EntryCondition

#: What NumPy has by the same name; what its module ``linalg`` has.
_SAME = """exp exp2 expm1 log log1p log2 log10 sin cos tan sinh cosh tanh sqrt sign square maximum
minimum hypot logaddexp logaddexp2 cumsum cumprod outer dot inner tril triu diag trace kron
einsum tensordot flip roll stack zeros_like ones_like matmul abs absolute negative multiply divide
concatenate hstack vstack swapaxes tile where"""
_ARCS = "asin acos atan atan2 asinh acosh atanh"  # NumPy's have arc in front
_OF_LINALG = "inv pinv det slogdet solve cholesky eigvalsh eigh matrix_power"
_RENAMED: Mapping[str, Any] = {
    "neg": np.negative,
    "mm": np.matmul,
    "mv": np.matmul,
    "bmm": np.matmul,
    "mul": np.multiply,
    "div": np.divide,
    "truediv": np.divide,
    "pow": np.power,
    "cat": np.concatenate,
    "concat": np.concatenate,
    "repeat_interleave": np.repeat,
    "inverse": np.linalg.inv,
    "linalg_norm": np.linalg.norm,
    "t": np.transpose,
    "unsqueeze": np.expand_dims,
    "squeeze": np.squeeze,
}
_BY_NAME = """relu relu6 elu selu celu silu mish sigmoid hardsigmoid hardswish tanhshrink softsign
softshrink hardshrink reciprocal rsqrt erf erfc erfinv lgamma digamma sinc logdet cdist xlogy
svdvals expit logcumsumexp addcmul addcdiv lerp"""
_LOSSES = """mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy
binary_cross_entropy_with_logits soft_margin_loss poisson_nll_loss gaussian_nll_loss
margin_ranking_loss"""


def by_name(name: str) -> Callable[..., Any]:
    """A function of the language: one with a rule, or one that is defined by others."""
    found = ALIASES.get(name, name)
    return Function(found) if found in RULES else Defined(found)


def is_real(dtype: Any) -> bool:
    """Whether a type of PyTorch is one of real numbers."""
    return bool(getattr(dtype, "is_floating_point", False))


def _transpose(x: Any, dim0: int, dim1: int) -> Any:
    return np.swapaxes(x, dim0, dim1)


def _of_sizes(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of sizes, or of axes, one after the other or in a tuple."""

    def meaning(x: Any, *sizes: Any) -> Any:
        return function(x, sizes[0] if len(sizes) == 1 else sizes)

    return meaning


def _flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    stop = end_dim % np.ndim(x) + 1
    return np.reshape(x, (*x.shape[:start_dim], -1, *x.shape[stop:]))


def _expand(x: Any, *shape: Any) -> Any:
    whole = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    first = len(whole) - np.ndim(x)
    sizes = [
        x.shape[k - first] if isinstance(one, int) and one == -1 else one
        for k, one in enumerate(whole)
    ]
    return np.broadcast_to(x, tuple(sizes))


def _alpha(function: Callable[..., Any]) -> Callable[..., Any]:
    """``torch.add``: of a multiple."""

    def meaning(x: Any, other: Any, *, alpha: Any = 1) -> Any:
        return function(x, other if alpha == 1 else alpha * other)

    return meaning


def _axis_of(axis: Any) -> Any:
    """The axes of a reduction; none stands for all of them in PyTorch."""
    if isinstance(axis, bool):
        raise NotDifferentiableError(f"dim={axis} cannot be traced: an axis is a number")
    if isinstance(axis, (tuple, list)):
        return tuple(axis) if axis else None
    return axis


def _reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    """``torch.sum``: the axes by place, and whether they are kept."""

    def meaning(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return function(x, _axis_of(axis), keepdims=bool(keepdims))

    return meaning


def _spread_of_sample(function: Callable[..., Any]) -> Callable[..., Any]:
    """``torch.var``: divided by one less than there are."""

    def meaning(
        x: Any,
        *places: Any,
        axis: Any = None,
        unbiased: bool = True,
        correction: Any = None,
        keepdims: bool = False,
    ) -> Any:
        if len(places) == 1 and isinstance(places[0], bool):
            (unbiased,) = places
        elif places:  # dim, unbiased, keepdim
            given = [*places, *[axis, unbiased, keepdims][len(places) :]]
            axis, unbiased, keepdims = given
        less = int(unbiased) if correction is None else correction
        return function(x, _axis_of(axis), ddof=less, keepdims=bool(keepdims))

    return meaning


def _largest(function: Callable[..., Any], larger: Callable[..., Any]) -> Callable[..., Any]:
    def meaning(x: Any, *more: Any, axis: Any = None) -> Any:
        if axis is not None or (more and not isinstance(more[0], Symbolic)):
            raise NotDifferentiableError(
                "torch.max along an axis gives values and places; torch.amax gives the values"
            )
        return larger(x, *more) if more else function(x)

    return meaning


def _masked_fill(x: Any, mask: Any, value: Any) -> Any:
    """``x.masked_fill(mask, value)``; −∞ is what the logarithm of the mask is."""
    if isinstance(value, (int, float)) and value == -np.inf:
        kept = ~mask
        return x + by_name("log")(kept.astype(float) if isinstance(kept, np.ndarray) else kept)
    return np.where(mask, value, x)


def _clamp(x: Any, low: Any = None, high: Any = None) -> Any:
    return np.clip(x, low, high)


def _linear(x: Any, weight: Any, bias: Any = None) -> Any:
    product = x @ np.transpose(weight)
    return product if bias is None else product + bias


def _norm(
    x: Any,
    p: Any = None,
    axis: Any = None,
    keepdims: bool = False,
) -> Any:
    """``torch.norm``: of all entries, of a matrix too."""
    if p == "nuc":
        return np.linalg.norm(x, p, axis, keepdims=keepdims)
    return _vector_norm(x, 2 if p in (None, "fro") else p, axis, keepdims)


def _vector_norm(
    x: Any,
    ord: Any = 2,  # noqa: A002 - as PyTorch spells it
    axis: Any = None,
    keepdims: bool = False,
) -> Any:
    """``torch.linalg.vector_norm``: of the entries along axes, whatever their number."""
    axis = _axis_of(axis)
    axes = tuple(range(np.ndim(x))) if axis is None else axis if type(axis) is tuple else (axis,)
    axes = tuple(k % np.ndim(x) for k in axes)
    if len(axes) == 1:
        return np.linalg.norm(x, ord, axes[0], keepdims=keepdims)
    rest = [k for k in range(np.ndim(x)) if k not in axes]
    turned = np.transpose(x, (*rest, *axes))
    flat = np.reshape(turned, (*(x.shape[k] for k in rest), -1))
    found = np.linalg.norm(flat, ord, len(rest))
    return np.expand_dims(found, axes) if keepdims else found


def _matrix_norm(
    x: Any,
    ord: Any = "fro",  # noqa: A002 - as PyTorch spells it
    axis: Any = (-2, -1),
    keepdims: bool = False,
) -> Any:
    """``torch.linalg.matrix_norm``: of the last two axes."""
    if ord == "fro":
        return _vector_norm(x, 2, axis, keepdims)
    if np.ndim(x) != 2 or tuple(axis) != (-2, -1):
        raise NotDifferentiableError(f"matrix_norm with ord={ord!r} is traced of one matrix alone")
    return np.linalg.norm(x, ord, (0, 1), keepdims=keepdims)


def _normalize(
    x: Any,
    p: Any = 2.0,
    axis: Any = 1,
    eps: float = 1e-12,
) -> Any:
    """``F.normalize``, where the norm is above ``eps``."""
    if eps != 1e-12:
        raise NotDifferentiableError(f"normalize with eps={eps} cannot be traced")
    return x / _vector_norm(x, 2 if p == 2 else p, axis, keepdims=True)


def _cosine_similarity(x: Any, y: Any, axis: int = 1, eps: float = 1e-8) -> Any:
    """``F.cosine_similarity``, where the norms are above ``eps``."""
    if eps != 1e-8:
        raise NotDifferentiableError(f"cosine_similarity with eps={eps} cannot be traced")
    one, two = np.sqrt(np.sum(x * x, axis)), np.sqrt(np.sum(y * y, axis))
    return np.sum(x * y, axis) / (one * two)


def _softmax(name: str) -> Callable[..., Any]:
    """``F.softmax``: without an axis, the one that PyTorch takes."""

    def meaning(x: Any, axis: Any = None, dtype: Any = None) -> Any:
        if dtype is not None and not is_real(dtype):
            raise NotDifferentiableError(f"{name} with dtype={dtype} cannot be traced")
        if axis is None:
            axis = 0 if np.ndim(x) in (0, 1, 3) else 1
        return by_name(name)(x, axis=axis % np.ndim(x))

    return meaning


def _logsumexp(x: Any, axis: Any, keepdims: bool = False) -> Any:
    """``torch.logsumexp``, of some axes, which are said."""
    return _reduction(np.logaddexp.reduce)(x, axis, keepdims)


def _approximated(rule: Rule) -> Callable[..., Any]:
    def meaning(x: Any, *, approximate: str = "none") -> Any:
        name = rule.facts.approximations.get(approximate)
        if name is None:
            said = f"{rule.name} with approximate={approximate!r}"
            raise NotDifferentiableError(f"{said} cannot be traced")
        return by_name(name)(x)

    return meaning


def _softplus(x: Any, beta: float = 1, threshold: float = 20) -> Any:
    """``F.softplus``; above 20 it is ``x`` but for 2e-9, which PyTorch leaves out."""
    if threshold < 20:
        raise NotDifferentiableError(f"softplus with threshold={threshold} cannot be traced")
    return np.logaddexp(0.0, x) if beta == 1 else np.logaddexp(0.0, x * beta) / beta


def _loss(name: str) -> Callable[..., Any]:
    mean = Defined(name)
    known = {"smooth_l1_loss": "beta", "huber_loss": "delta", "margin_ranking_loss": "margin"}

    def meaning(x: Any, *rest: Any, reduction: str = "mean", **named: Any) -> Any:
        tensors = [x, *rest, *(named.pop(key) for key in ("target", "var") if key in named)]
        strange = [f"{key}=…" for key in named if key != known.get(name)]
        if name == "gaussian_nll_loss":
            strange = [one for one in strange if one != "eps=…" or named.pop("eps") != 1e-6]
            if np.ndim(tensors[-1]) not in (0, np.ndim(x)):
                strange.append("var with fewer axes")
        elif name == "poisson_nll_loss":
            strange = [one for one in strange if one != "eps=…" or named.pop("eps") != 1e-8]
        if not strange and not all(named.values()) and name != "margin_ranking_loss":
            strange = [f"{key}={one}" for key, one in named.items()]
        if strange:
            raise NotDifferentiableError(f"{name} with {', '.join(strange)} cannot be traced")
        if reduction not in ("mean", "sum"):
            raise NotDifferentiableError(f"{name} with reduction={reduction!r} cannot be traced")
        found = mean(*tensors, **named)
        return reduce(mul, reduce(add, tensors).shape, found) if reduction == "sum" else found

    return meaning


def _cross_entropy(x: Any, target: Any, *, reduction: str = "mean") -> Any:
    """Of scores and of probabilities, or of classes by number that are known."""
    return _entropy(by_name("log_softmax")(x, axis=np.ndim(x) - 1), target, reduction)


def _nll_loss(logs: Any, target: Any, *, reduction: str = "mean") -> Any:
    if not _are_classes(target):
        raise NotDifferentiableError("nll_loss is traced with classes by number, that are known")
    return _entropy(logs, target, reduction)


def _are_classes(target: Any) -> bool:
    return isinstance(target, np.ndarray) and target.dtype.kind in "iu"


def _entropy(logs: Any, target: Any, reduction: str) -> Any:
    if np.ndim(logs) not in (1, 2):
        raise NotDifferentiableError(
            f"a loss of classes is traced with one or two axes, not {np.ndim(logs)}"
        )
    if reduction not in ("mean", "sum"):
        raise NotDifferentiableError(f"a loss with reduction={reduction!r} cannot be traced")
    if _are_classes(target):
        classes = logs.shape[-1]
        if np.ndim(target) != np.ndim(logs) - 1 or np.any((target < 0) | (target >= classes)):
            raise NotDifferentiableError(
                "a loss with ignored classes, or with a class for each entry, cannot be traced"
            )
        target = np.eye(classes)[target]
    if np.ndim(target) != np.ndim(logs):
        raise NotDifferentiableError("probabilities of classes have the shape of the scores")
    total = -np.sum(logs * target)
    return total if reduction == "sum" or np.ndim(logs) == 1 else total / logs.shape[0]


def _scaled_dot_product_attention(
    q: Any,
    k: Any,
    v: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    *,
    is_causal: bool = False,
    scale: Any = None,
) -> Any:
    """``F.scaled_dot_product_attention``, of stacks too; a mask of True and False, or an addend."""
    if dropout_p:
        raise NotDifferentiableError(f"dropout cannot be traced: {MISSING['dropout']}")
    scores = q @ np.swapaxes(k, -1, -2)
    scores = scores / np.sqrt(q.shape[-1]) if scale is None else scores * scale
    if is_causal:
        attn_mask = np.tri(q.shape[-2], k.shape[-2], dtype=bool)
    if isinstance(attn_mask, Symbolic) and isinstance(attn_mask.value, EntryCondition):
        raise NotDifferentiableError("attn_mask=… that depends on variables cannot be traced")
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


def _split(x: Any, split_size_or_sections: Any, axis: int = 0) -> Any:
    """``torch.split``: parts of a length each, the last with what remains."""
    size = split_size_or_sections
    whole = x.shape[axis]
    ends = np.cumsum(size).tolist() if isinstance(size, (list, tuple)) else range(size, whole, size)
    if isinstance(size, (list, tuple)):
        if ends[-1] != whole:
            raise NotDifferentiableError(f"torch.split: the lengths {size} are not {whole} in all")
        ends = ends[:-1]
    return tuple(np.split(x, list(ends), axis))


def _itself(x: Any, *kinds: Any, **named: Any) -> Any:
    """``x.to(…)``: the same, of real numbers."""
    for one in (*kinds, *named.values()):
        dtype = getattr(one, "dtype", one)
        whole = isinstance(dtype, np.dtype) and dtype.kind != "f"
        if whole or not getattr(dtype, "is_floating_point", True):
            raise NotDifferentiableError(f"to({dtype}) cannot be traced: x stands for reals")
    return x


MEANINGS: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in _SAME.split()},
    **{name: getattr(np, f"arc{name[1:]}") for name in _ARCS.split()},
    **{name: getattr(np.linalg, name) for name in _OF_LINALG.split()},
    **_RENAMED,
    **{name: by_name(name) for name in _BY_NAME.split()},
    **{name: _loss(name) for name in _LOSSES.split()},
    **{one.__name__: _reduction(one) for one in (np.sum, np.mean, np.prod, np.amax, np.amin)},
    **{one.__name__: _spread_of_sample(one) for one in (np.var, np.std)},
    **{one.__name__: _alpha(one) for one in (np.add, np.subtract)},
    **{one.name: _approximated(one) for one in RULES.values() if one.facts.approximations},
    **{one.name: _softmax(one.name) for one in RULES.values() if one.facts.of_each_row},
    **{one.name: by_name(one.name) for one in RULES.values() if one.facts.keywords},
    "sub": _alpha(np.subtract),
    "max": _largest(np.max, np.maximum),
    "min": _largest(np.min, np.minimum),
    "matrix_exp": by_name("expm"),
    "log_sigmoid": by_name("logsigmoid"),
    "mT": lambda x: np.swapaxes(x, -1, -2),
    "chunk": lambda x, chunks, axis=0: _split(x, -(-x.shape[axis] // chunks), axis),
    "permute": _of_sizes(np.transpose),
    "repeat": _of_sizes(np.tile),  # the whole, so often along each axis
    **dict.fromkeys(("clamp", "clip"), _clamp),
    **dict.fromkeys(("reshape", "view"), _of_sizes(np.reshape)),
    **dict.fromkeys(("flatten", "ravel"), _flatten),
    **dict.fromkeys(("clone", "contiguous", "float", "double", "to", "type_as"), _itself),
    **{
        one.__name__.lstrip("_"): one
        for one in (
            *(_logsumexp, _softplus, _normalize, _cosine_similarity, _masked_fill, _expand),
            *(_vector_norm, _matrix_norm, _norm, _linear, _cross_entropy, _nll_loss),
            *(_scaled_dot_product_attention, _layer_norm, _dropout, _sort, _split, _transpose),
        )
    },
}

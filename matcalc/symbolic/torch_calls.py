"""Calls of PyTorch's functions on traced arrays: which function is meant, with which arguments.

PyTorch hands what it is called with to ``__torch_function__`` of anything that has it, so that a
function need not be run on tensors to be recorded, and PyTorch need not be here to be known.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matcalc.errors import NotDifferentiableError
from matcalc.expression.missing import MISSING
from matcalc.operations import facts_of
from matcalc.operations.registry import ELSEWHERE
from matcalc.symbolic.calls import called_safely
from matcalc.symbolic.expressions import Symbolic
from matcalc.symbolic.torch_functions import MEANINGS, is_real

_SHOWN = 60  # characters of an argument
_KEYWORDS = {"dim": "axis", "keepdim": "keepdims", "dims": "axis"}
_FIRST = ("input", "tensors", "self")
_IDLE = ("device", "layout", "requires_grad", "memory_format", "_stacklevel")
#: What is the default where it is False.
_OFF = ("inplace", "keepdims", "full", "upper", "hermitian", "enable_gqa", "is_causal")
#: What is the default where it has this value.
_DEFAULTS = {"ignore_index": -100, "label_smoothing": 0.0, "dropout_p": 0.0, "log_input": True}
_TURNED = {
    "radd": "add",
    "rmul": "mul",
    "rsub": "sub",
    "rtruediv": "div",
    "rdiv": "div",
    "rpow": "pow",
    "rmatmul": "matmul",
}


def torch_called(function: Any, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What a function of PyTorch gives.

    Raises:
        NotDifferentiableError: It cannot be traced, or not with these arguments.
    """
    spelt: str = getattr(function, "__name__", "")
    name = spelt.strip("_")
    if spelt.endswith("_") and not spelt.startswith("__"):
        raise in_place(spelt)
    for home in ("linalg_", "special_", "fft_"):
        name = name.removeprefix(home) if name != "linalg_norm" else name
    first = [named[key] for key in _FIRST if key in named]
    rest = {key: one for key, one in named.items() if key not in _FIRST}
    return called(name, [*first, *args], rest)


def called(name: str, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What a function of PyTorch gives, by its name.

    Raises:
        NotDifferentiableError: It cannot be traced, or not with these arguments.
    """
    if name in _TURNED and len(args) == 2:
        name, args = _TURNED[name], args[::-1]
    meaning = MEANINGS.get(name)
    if meaning is None:
        why = MISSING.get(name, "no rule is known for it")
        raise NotDifferentiableError(f"torch.{name} cannot be traced: {why}")
    if named.get("inplace"):
        raise in_place(name)
    known = {**_KEYWORDS, **facts_of(ELSEWHERE.get(name, name)).keywords}
    given = {
        known.get(key, key): plain(one)
        for key, one in named.items()
        if not _is_idle(name, key, one)
    }
    _check_known(name, meaning, given)

    def said() -> str:
        shown = ", ".join(f"{key}={one!r}"[:_SHOWN] for key, one in given.items())
        return f": {shown}" if shown else ""

    return called_safely(f"torch.{name}", meaning, list(map(plain, args)), given, said)


def in_place(name: str) -> NotDifferentiableError:
    """The refusal of a function that changes what it is given."""
    plainly = name.strip("_")
    return NotDifferentiableError(
        f"torch.{name} changes its argument in place (inplace=True), which is not traced; "
        f"{plainly}(x) gives another"
    )


def _is_idle(name: str, key: str, one: Any) -> bool:
    """Whether a named argument changes nothing: it has its default, or is of memory alone."""
    if one is None or key in _IDLE:
        return True
    if key == "dtype":
        return is_real(one)
    if _KEYWORDS.get(key, key) in _OFF and one is False:
        return True
    return name != "dropout" and key in _DEFAULTS and bool(one == _DEFAULTS[key])


def _check_known(name: str, meaning: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Refuse arguments by names that what a function means does not take.

    Raises:
        NotDifferentiableError: There is one.
    """
    try:
        parameters = inspect.signature(meaning).parameters
    except ValueError:  # a function of C
        return
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values()):
        return
    turned = {new: old for old, new in _KEYWORDS.items() if old != "dims"}
    strange = [f"{turned.get(key, key)}=…" for key in given if key not in parameters]
    if strange:
        raise NotDifferentiableError(f"torch.{name} with {', '.join(strange)} cannot be traced")


def plain(one: Any) -> Any:
    """An argument of PyTorch: a tensor as an array, what is in a list too."""
    if isinstance(one, (list, tuple)):
        return type(one)(map(plain, one)) if type(one) in (list, tuple) else tuple(map(plain, one))
    if hasattr(one, "detach") and not isinstance(one, Symbolic):
        return one.detach().cpu().numpy()
    return one

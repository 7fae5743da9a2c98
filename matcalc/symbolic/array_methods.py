"""Methods of NumPy's arrays as what is traced has them, and where tensors have others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

import numpy as np

from matcalc.errors import NotDifferentiableError

METHODS: Mapping[str, Callable[..., Any]] = {
    **{
        one.__name__: one
        for one in (
            *(np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, np.dot, np.trace),
            *(np.diagonal, np.ravel, np.squeeze, np.swapaxes, np.clip, np.copy, np.cumsum),
            *(np.repeat, np.round, np.take),
        )
    },
    "flatten": np.ravel,
}

#: Functions whose result NumPy does not copy, where it can do without.
VIEWS: tuple[Callable[..., Any], ...] = (
    *(np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.squeeze, np.diagonal),
    *(np.expand_dims, np.broadcast_to, np.atleast_1d, np.atleast_2d),
)


class Spellings:
    """What a traced function says that NumPy's arrays and tensors read in two ways, or one has.

    Attributes:
        spread: ``x.var()`` without a word on what the sum is divided by.
        tensor: A method that tensors have alone: ``x.square()``.
    """

    spread = ""
    tensor = ""


#: Of the function that is traced now.
SPELLINGS: ContextVar[Spellings | None] = ContextVar("SPELLINGS", default=None)


def said(kind: str, name: str) -> None:
    """Note a spelling, for the end of the function."""
    spellings = SPELLINGS.get()
    if spellings is not None:
        setattr(spellings, kind, name)


def spread_method(name: str, x: Any, axis: Any = None, *more: Any, **named: Any) -> Any:
    """``x.var()``, which is another for tensors."""
    if isinstance(axis, bool):
        raise NotDifferentiableError(f"{name}({axis}) cannot be traced: an axis is a number")
    if "correction" in named:
        named["ddof"] = named.pop("correction")
    if "unbiased" in named:
        named["ddof"] = int(named.pop("unbiased"))
    if "ddof" not in named:
        said("spread", name)
    return METHODS[name](x, axis, *more, **named)


def flat_method(name: str, x: Any, order: Any = "C") -> Any:
    """``x.ravel()``, whose argument is an axis for tensors."""
    if not isinstance(order, str):
        raise NotDifferentiableError(
            f"{name}({order!r}) is a tensor's; name it torch.flatten(x, {order!r}), or reshape"
        )
    return METHODS[name](x, order)

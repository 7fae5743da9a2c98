"""Formulas evaluated with vectors as columns by NumPy alone: what claims are held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


class Columns:
    """A matrix, a column or a number, and nothing that does not fit.

    Args:
        data: The entries; a vector becomes a column.
    """

    def __init__(self, data: Any) -> None:
        array = np.asarray(data, dtype=float)
        self.data = (
            array[:, None] if array.ndim == 1 else array.reshape(1, 1) if not array.ndim else array
        )

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def T(self) -> Columns:  # noqa: N802 - as NumPy has it
        return Columns(self.data.T)

    def __int__(self) -> int:
        return int(self.data[0, 0])

    def _with(self, other: Any, made: Callable[[Any, Any], Any]) -> Columns:
        other = other if isinstance(other, Columns) else Columns(other)
        if (1, 1) not in (self.shape, other.shape) and self.shape != other.shape:
            raise ValueError("does not fit")
        return Columns(made(self.data, other.data))

    def __add__(self, other: Any) -> Columns:
        return self._with(other, np.add)

    def __sub__(self, other: Any) -> Columns:
        return self._with(other, np.subtract)

    def __mul__(self, other: Any) -> Columns:
        return self._with(other, np.multiply)

    def __truediv__(self, other: Any) -> Columns:
        return self._with(other, np.divide)

    def __pow__(self, other: Any) -> Columns:
        return self._with(other, np.power)

    def __radd__(self, other: Any) -> Columns:
        return Columns(other) + self

    def __rsub__(self, other: Any) -> Columns:
        return Columns(other) - self

    def __rmul__(self, other: Any) -> Columns:
        return Columns(other) * self

    def __rtruediv__(self, other: Any) -> Columns:
        return Columns(other) / self

    def __neg__(self) -> Columns:
        return Columns(-self.data)

    def __matmul__(self, other: Columns) -> Columns:
        if self.shape[1] != other.shape[0]:
            raise ValueError("does not fit")
        return Columns(self.data @ other.data)


def _entrywise(function: Callable[[Any], Any]) -> Callable[[Any], Columns]:
    return lambda x: Columns(function((x if isinstance(x, Columns) else Columns(x)).data))


def _diag(x: Columns) -> Columns:
    return Columns(np.diag(x.data[:, 0])) if x.shape[1] == 1 else Columns(np.diag(x.data))


def _softmax(x: Columns) -> Columns:
    powers = np.exp(x.data - np.max(x.data))
    return Columns(powers / np.sum(powers))


def _squeezed(letters: str, given: tuple[Columns, ...]) -> list[Any]:
    """Columns as arrays of one axis, where a pattern has one letter for them."""
    front = letters.partition("->")[0].split(",")
    return [
        one.data[:, 0] if len(axes) == 1 else one.data
        for axes, one in zip(front, given, strict=True)
    ]


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{
        name: _entrywise(getattr(np, name))
        for name in ("exp", "log", "tanh", "sin", "cos", "sqrt", "abs", "sign")
    },
    "relu": _entrywise(lambda x: np.maximum(x, 0)),
    "step": _entrywise(lambda x: (x > 0).astype(float)),
    "sigmoid": _entrywise(lambda x: 1 / (1 + np.exp(-x))),
    "softplus": _entrywise(lambda x: np.logaddexp(0, x)),
    "softmax": _softmax,
    "inv": lambda x: Columns(np.linalg.inv(x.data)),
    "det": lambda x: Columns(np.linalg.det(x.data)),
    "adj": lambda x: Columns(np.linalg.det(x.data) * np.linalg.inv(x.data)),
    "tr": lambda x: Columns(np.trace(x.data)),
    "norm": lambda x: Columns(np.linalg.norm(x.data)),
    "sum": lambda x, axis=None: Columns(np.sum(x.data, axis=axis)),
    "einsum": lambda letters, *given: Columns(np.einsum(letters, *_squeezed(letters, given))),
    "outer": lambda x, y: x @ y.T if x.shape[1] == y.shape[1] == 1 else None,
    "mean": lambda x: Columns(np.mean(x.data)),
    "diag": _diag,
    "eye": lambda n: Columns(np.eye(int(n))),
    "ones": lambda *n: Columns(np.ones([int(each) for each in np.ravel(n)])),
}


def evaluated(text: str, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> np.ndarray | None:
    """A formula by NumPy; nothing where it does not fit or is not finite."""
    names = {name: Columns(value) for name, value in (*sizes.items(), *arrays.items())}
    known = {"__builtins__": {}, **FUNCTIONS, **names}
    try:
        with np.errstate(all="ignore"):
            found = eval(text, known)  # noqa: S307 - formulas of the tests
    except (ValueError, TypeError, AttributeError, np.linalg.LinAlgError):
        return None
    value = (found if isinstance(found, Columns) else Columns(found)).data
    return value if np.all(np.isfinite(value)) else None

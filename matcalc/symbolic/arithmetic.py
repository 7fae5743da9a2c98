"""Python's arithmetic signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Operator = Callable[[Any, Any], Any]


def _signed(sign: str) -> tuple[Operator, Operator]:
    """What a sign does in front of another operand, and behind one."""

    def before(self: Arithmetic, other: Any) -> Any:
        return self.binary(sign, self, other)

    def behind(self: Arithmetic, other: Any) -> Any:
        return self.binary(sign, other, self)

    return before, behind


class Arithmetic:
    """Something that Python's signs combine with numbers, arrays and its own kind."""

    __slots__ = ()

    def binary(self, sign: str, one: Any, two: Any) -> Any:
        """``one sign two``; one of them is this value."""
        raise NotImplementedError

    __add__, __radd__ = _signed("+")
    __sub__, __rsub__ = _signed("-")
    __mul__, __rmul__ = _signed("*")
    __truediv__, __rtruediv__ = _signed("/")
    __matmul__, __rmatmul__ = _signed("@")
    __pow__, __rpow__ = _signed("**")

    def __neg__(self) -> Any:
        return self.binary("*", -1, self)

    def __pos__(self) -> Any:
        return self

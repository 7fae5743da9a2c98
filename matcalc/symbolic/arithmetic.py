"""Python's arithmetic signs."""

from __future__ import annotations

from typing import Any


class Arithmetic:
    """Something that Python's signs combine with numbers, arrays and its own kind."""

    __slots__ = ()

    def binary(self, sign: str, one: Any, two: Any) -> Any:
        """``one sign two``; one of them is this value."""
        raise NotImplementedError

    def __add__(self, other: Any) -> Any:
        return self.binary("+", self, other)

    def __radd__(self, other: Any) -> Any:
        return self.binary("+", other, self)

    def __sub__(self, other: Any) -> Any:
        return self.binary("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self.binary("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return self.binary("*", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self.binary("*", other, self)

    def __truediv__(self, other: Any) -> Any:
        return self.binary("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.binary("/", other, self)

    def __matmul__(self, other: Any) -> Any:
        return self.binary("@", self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return self.binary("@", other, self)

    def __pow__(self, other: Any) -> Any:
        return self.binary("**", self, other)

    def __rpow__(self, other: Any) -> Any:
        return self.binary("**", other, self)

    def __neg__(self) -> Any:
        return self.binary("*", -1, self)

    def __pos__(self) -> Any:
        return self

"""What a formula has no answer to: everything in Python that asks for its values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from matcalc.errors import UnboundError


def _compared(sign: str) -> Any:
    """A comparison by its sign."""
    return lambda self, other: self.compared(sign, other)


class Valueless:
    """Something that stands for numbers and has none: what asks for them is a typed error."""

    __slots__ = ()

    def refuse(self, what: str, hint: str = "") -> NoReturn:
        """Raise for what asks for values.

        Raises:
            UnboundError: Always.
        """
        raise UnboundError(f"{what} asks for values, and a formula has none{hint}")

    @property
    def __array__(self) -> Any:
        return self.refuse("np.array(x)", "; np.stack and np.concatenate put formulas together")

    __eq__, __ne__ = _compared("=="), _compared("!=")
    __lt__, __le__ = _compared("<"), _compared("<=")
    __gt__, __ge__ = _compared(">"), _compared(">=")

    def compared(self, sign: str, other: object) -> Any:
        """A comparison entry by entry.

        Raises:
            UnboundError: Always, of a formula that is not traced.
        """
        del other
        self.refuse(f"the comparison x {sign} y")

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:  # noqa: PLE0304 - it never returns
        self.refuse("bool(x), in `if` or `while` or `and`,", "; np.where and np.maximum choose")

    def __float__(self) -> float:
        self.refuse("float(x)", "; leave float() out, and write np.exp(x)")

    def __complex__(self) -> complex:
        self.refuse("complex(x)")

    def __int__(self) -> int:
        self.refuse("int(x)")

    def __index__(self) -> int:  # noqa: PLE0305
        self.refuse("a whole number, for a size or an index,")

    def __len__(self) -> int:  # noqa: PLE0303
        self.refuse("len(x)", "; x.shape says its sizes")

    def __iter__(self) -> Iterator[Any]:
        self.refuse("iteration over x")

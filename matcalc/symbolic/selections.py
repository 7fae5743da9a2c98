"""``x[x > 0]``: the entries where a comparison holds, whose number nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from matcalc.errors import NotDifferentiableError
from matcalc.symbolic.calls import title

#: Functions that are finite at every number, also where nothing is chosen: exp is not.
_EVERYWHERE = frozenset(
    [
        *(np.add, np.subtract, np.multiply, np.negative, np.positive, np.square, np.absolute),
        *(np.tanh, np.sin, np.cos, np.arctan, np.sign, np.maximum, np.minimum, np.cbrt),
    ]
)
_INSIDE: Mapping[np.ufunc, float] = {np.arccosh: 1.5}  # where 0.5 is no number of the domain
_METHODS = ("sum", "mean", "prod")


class Selection(np.lib.mixins.NDArrayOperatorsMixin):
    """Entries of an array that are chosen by a mask.

    Functions entry by entry give another selection; it can be summed, averaged, and written into
    an array where the same mask holds.

    Attributes:
        whole: An array, of which the other entries do not count.
        mask: The comparison, as what is traced.
    """

    __slots__ = ("mask", "whole")

    def __init__(self, whole: Any, mask: Any) -> None:
        self.whole = whole
        self.mask = mask

    def instead(self, other: Any) -> Any:
        """The whole array, with another number where the mask does not hold."""
        return np.where(self.mask, self.whole, other)

    def written_into(self, array: Any, mask: Any) -> Any:
        """What stands in an array after ``array[mask] = self``.

        Raises:
            NotDifferentiableError: It was chosen by another mask.
        """
        if mask.value != self.mask.value:
            raise NotDifferentiableError(
                "y[a] = x[b] of two masks a and b is not traced: which entries meet depends on "
                "values; use the same mask on both sides"
            )
        return self.instead(array)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        apart = [one for one in inputs if isinstance(one, Selection)]
        fits = all(one.mask.value == self.mask.value for one in apart) and all(
            isinstance(one, Selection) or not np.ndim(one) for one in inputs
        )
        if method != "__call__" or options or ufunc.signature or not fits:
            raise NotDifferentiableError(
                f"{title(ufunc)} of x[mask] is traced beside numbers and other arrays of the same "
                "mask; np.where(mask, …, 0) keeps the shape"
            )
        given = (one._for(ufunc) if isinstance(one, Selection) else one for one in inputs)
        return Selection(ufunc(*given), self.mask)

    def _for(self, ufunc: np.ufunc) -> Any:
        """The whole array for a function, which must be finite where nothing is chosen too."""
        return self.whole if ufunc in _EVERYWHERE else self.instead(_INSIDE.get(ufunc, 0.5))

    def _refuse(self, *_: Any) -> Any:
        """What asks how many entries there are, or for one of them.

        Raises:
            NotDifferentiableError: Always.
        """
        raise NotDifferentiableError(
            "how many entries x[mask] has depends on values, which a formula has none of; "
            "np.sum and np.mean of it are traced, and np.where(mask, …, 0) keeps the shape"
        )

    __len__ = __iter__ = __getitem__ = __bool__ = __float__ = _refuse

    def __array_function__(
        self, function: Any, types: Any, args: Sequence[Any], named: Mapping[str, Any]
    ) -> Any:
        del types
        if function not in _TOTALS or len(args) != 1 or named:
            raise NotDifferentiableError(
                f"{title(function)} of x[mask] is not traced: how many entries it has depends on "
                "values; np.where(mask, …, 0) keeps the shape"
            )
        return _TOTALS[function](self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in _METHODS:
            raise NotDifferentiableError(
                f"x[mask].{name} is not traced: how many entries it has depends on values"
            )
        return lambda: getattr(np, name)(self)


def _sum(chosen: Selection) -> Any:
    return np.sum(chosen.instead(0))


_TOTALS: Mapping[Callable[..., Any], Callable[[Selection], Any]] = {
    np.sum: _sum,
    np.mean: lambda chosen: _sum(chosen) / np.sum(np.where(chosen.mask, 1.0, 0.0)),
    np.prod: lambda chosen: np.prod(chosen.instead(1)),
}

"""What stands for a tensor of PyTorch while a function of it is traced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from matcalc.expression.missing import MISSING
from matcalc.symbolic.torch_calls import called, in_place, torch_called
from matcalc.symbolic.torch_functions import MEANINGS
from matcalc.symbolic.tracing import Tracer


class TensorTracer(Tracer):
    """A traced array that PyTorch's functions take, with the methods of a tensor."""

    __slots__ = ()

    @classmethod
    def __torch_function__(
        cls,
        function: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        del types
        return torch_called(function, args, kwargs or {})

    def __getattribute__(self, name: str) -> Any:
        """A method of a tensor, which may mean something else than that of NumPy's array."""
        if name == "mT":
            return called("mT", (self,), {})
        if name in MEANINGS or name in MISSING:
            return partial(called_method, name, self)
        if name.endswith("_") and name[:-1] in MEANINGS:
            raise in_place(name)
        if name == "size":
            return partial(_size, self)
        return super().__getattribute__(name)

    def dim(self) -> int:
        """The number of axes."""
        return self.ndim

    def numel(self) -> Any:
        """The number of entries."""
        return super().__getattribute__("size")


def called_method(name: str, x: Any, *args: Any, **named: Any) -> Any:
    """A method of a tensor."""
    if name == "where":  # x.where(condition, other)
        return called(name, (args[0], x, *args[1:]), named)
    return called(name, (x, *args), named)


def _size(x: TensorTracer, axis: int | None = None) -> Any:
    return x.shape if axis is None else x.shape[axis]

"""Functions of Python itself that take what is traced: ``len``, ``sum``, ``max``."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from matcalc.symbolic.expressions import holds_formulas


def python_functions(kind: type[Any]) -> Mapping[str, Callable[..., Any]]:
    """Meanings by title; of operands that are not traced each is the function itself.

    Args:
        kind: The class of what is traced.
    """

    def whole(one: Any) -> bool:
        return isinstance(one, kind) and bool(one.ndim)

    def sized(array: Any) -> Any:
        return array.shape[0] if whole(array) else len(array)

    def is_instance(one: Any, wanted: Any) -> bool:
        listed = wanted if isinstance(wanted, tuple) else (wanted,)
        return (whole(one) and np.ndarray in listed) or isinstance(one, wanted)

    def summed(parts: Any, start: Any = 0) -> Any:
        return start + np.sum(parts, axis=0) if whole(parts) else sum(parts, start)

    def extreme(name: str, of_two: np.ufunc, of_many: Callable[..., Any]) -> Callable[..., Any]:
        def found(*given: Any, **named: Any) -> Any:
            if named or not holds_formulas(*given):
                return getattr(builtins, name)(*given, **named)
            several = given if len(given) > 1 else next(iter(given))
            return of_many(several) if whole(several) else reduce(of_two, several)

        return found

    return {
        "builtins.len": sized,
        "builtins.isinstance": is_instance,
        "builtins.sum": summed,
        "builtins.max": extreme("max", np.maximum, np.max),
        "builtins.min": extreme("min", np.minimum, np.min),
    }

"""Plans on arrays of other libraries: PyTorch, JAX, CuPy, Dask, each by its own operations.

A library is imported by the one who has an array of it; matcalc imports none. Nothing is written
in place, and no number is looked at, so that results can be differentiated, traced by ``jax.jit``
and computed lazily, chunk by chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from importlib import import_module
from typing import Any

import numpy as np

from matcalc.arrays import library_of
from matcalc.code.calls import Argument, spell_call
from matcalc.code.dialects import JAX, NUMPY, TORCH, Dialect
from matcalc.code.source import Source
from matcalc.code.spelling import Spelled
from matcalc.errors import ArrayError
from matcalc.operations import find_rule
from matcalc.operations.arrays import numpy_function
from matcalc.operations.registry import is_elementwise
from matcalc.plan.library import Function, Library, Shapes, checked
from matcalc.plan.step import Step

_DIALECTS = {"torch": TORCH, "jax": JAX, "cupy": NUMPY, "dask": NUMPY}


class _Elsewhere(Library):
    """A library that is not NumPy: operations are called as its source calls them."""

    def array(self, value: Any) -> Any:
        """A value as an array of this library, of this type, at this place."""
        if self.name == "torch":
            value = np.array(value) if library_of(value) == "numpy" else value  # not to share it
            return self.module.as_tensor(value, dtype=self.dtype, device=self.device)
        if library_of(value) == self.name and value.dtype == self.dtype:
            return value
        return super().array(value)

    def finished(self, value: Any, dtype: Any, *, fresh: bool) -> Any:
        """A result; a copy where it may be somebody's array, and where that could be changed."""
        del dtype
        if fresh or self.name in ("jax", "dask"):  # these never change
            return value
        return value.clone() if self.name == "torch" else value.copy()

    def apply(self, step: Step, shapes: Shapes) -> Function:
        """An operation."""
        operation, parameters = step.value
        if not shapes:
            array = np.asarray(numpy_function(find_rule(operation))(step.shape, *parameters))
            return lambda: self.array(array)
        if self.name == "dask":
            return _of_chunks(operation, tuple(parameters), step.shape)
        ranks = tuple(map(len, shapes))
        function = _spelled(self.name, operation, tuple(parameters), ranks, step.shape)
        return lambda *arrays: checked(function(*arrays), operation, step.shape)


def library_in(values: Iterable[Any]) -> Library | None:
    """The library of arrays; none where all are NumPy's, or what NumPy reads.

    Raises:
        ArrayError: They are of two other libraries.
    """
    found = [value for value in values if library_of(value) != "numpy"]
    if not found:
        return None
    names = list(dict.fromkeys(map(library_of, found)))
    if len(names) > 1:
        raise ArrayError(f"arrays of {' and '.join(names)} together: bring them to one library")
    (name,) = names
    widen = getattr(Library(name).module, "promote_types", np.promote_types)
    dtype = reduce(widen, (value.dtype for value in found))
    return _Elsewhere(name, dtype, found[0].device if name == "torch" else None)


def _of_chunks(operation: str, parameters: tuple[Any, ...], shape: Sequence[int]) -> Function:
    """An operation on Dask's arrays: chunk by chunk, where it can be; else of whole arrays."""
    rule = find_rule(operation)
    function = numpy_function(rule)
    dask = import_module("dask")
    if is_elementwise(operation):
        return lambda *arrays: dask.array.core.elemwise(
            lambda *chunks: function(*chunks, *parameters), *arrays, dtype=arrays[0].dtype
        )
    if rule.facts.chunked:
        return lambda *arrays: function(*arrays, *parameters)
    whole = dask.delayed(lambda *arrays: np.asarray(function(*arrays, *parameters)))
    return lambda *arrays: dask.array.from_delayed(whole(*arrays), shape, dtype=arrays[0].dtype)


@lru_cache(maxsize=512)
def _spelled(
    library: str,
    operation: str,
    parameters: tuple[Any, ...],
    ranks: tuple[int, ...],
    shape: tuple[int, ...],
) -> Function:
    """A function of an operation, as the library's source has it.

    Raises:
        UnknownRuleError: There is no code for it in this library.
    """
    dialect: Dialect = _DIALECTS[library]
    names = [f"x{k}" for k in range(len(ranks))]
    given = [
        (name, _number(value))
        for name, value in zip(find_rule(operation).parameters, parameters, strict=False)
    ]
    arguments = [Argument(Spelled(n), rank, False) for n, rank in zip(names, ranks, strict=True)]
    words = {"shape": repr(shape), "sizes": repr(shape)[1:-1], "dtype": "x0.dtype"}
    call = spell_call(
        dialect,
        operation,
        given,
        arguments,
        lambda key: words[key] if key in words else dialect.like.format("x0"),
        lambda name: name,
    )
    lines = [dialect.imports, *call.imports, *call.helpers]
    text = "\n".join([*lines, f"def applied({', '.join(names)}):", f"    return {call.text.text}"])
    if library == "cupy":
        text = text.replace("import numpy", "import cupy").replace("scipy.", "cupyx.scipy.")
    return Source(text).function("applied")


def _number(value: Any) -> str:
    """A parameter as source: fractions as floats."""
    if isinstance(value, Fraction):
        return repr(value.numerator if value.denominator == 1 else float(value))
    return repr(value)

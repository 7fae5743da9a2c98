"""Plans on arrays of other libraries: PyTorch, JAX, CuPy, Dask, each by its own operations.

A library is imported by the one who has an array of it; matcalc imports none. Nothing is written
in place, and no number is looked at, so that results can be differentiated, traced by ``jax.jit``
and computed lazily, chunk by chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from matcalc import dimensions
from matcalc.arrays import library_of
from matcalc.code.calls import Argument, spell_call
from matcalc.code.dialects import JAX, NUMPY, TORCH, Dialect
from matcalc.code.spelling import Spelled
from matcalc.errors import ArrayError, ShapeError
from matcalc.operations import find_rule
from matcalc.operations.registry import is_elementwise
from matcalc.plan.functions import numpy_function
from matcalc.plan.plan import Plan
from matcalc.plan.roots import Full, Hypot, Root
from matcalc.plan.running import Program
from matcalc.plan.step import Aligned, Matrices, Spread, Step

_MODULES = {"torch": "torch", "jax": "jax.numpy", "cupy": "cupy", "dask": "dask.array"}
_DIALECTS = {"torch": TORCH, "jax": JAX, "cupy": NUMPY, "dask": NUMPY}

Function = Callable[..., Any]


class Library(NamedTuple):
    """A library, and the type and place of arrays in it.

    Attributes:
        name: ``torch``, ``jax``, ``cupy`` or ``dask``.
        dtype: The type of the arrays, in the words of the library.
        device: Where they are, if it matters.
    """

    name: str
    dtype: Any
    device: Any = None

    @property
    def module(self) -> Any:
        """The functions of the library."""
        return import_module(_MODULES[self.name])

    def program(self, plan: Plan, names: Sequence[str]) -> Program:
        """A plan on arrays of the library."""
        return _Program(plan, names, self)

    def array(self, value: Any) -> Any:
        """A value as an array of this library, of this type, at this place."""
        if self.name == "torch":
            value = np.array(value) if library_of(value) == "numpy" else value  # not to share it
            return self.module.as_tensor(value, dtype=self.dtype, device=self.device)
        if library_of(value) == self.name and value.dtype == self.dtype:
            return value
        return self.module.asarray(value, dtype=self.dtype)

    def transposed(self, x: Any, order: Sequence[int]) -> Any:
        """An array with its axes in another order."""
        return x.permute(order) if self.name == "torch" else x.transpose(order)

    def broadcast(self, x: Any, shape: Sequence[int]) -> Any:
        """An array repeated to a shape."""
        return self.module.broadcast_to(x, tuple(shape))


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
    name, module = names[0], import_module(_MODULES[names[0]])
    widen = module.promote_types if hasattr(module, "promote_types") else np.promote_types
    dtype = reduce(widen, (value.dtype for value in found))
    return Library(name, dtype, found[0].device if name == "torch" else None)


class _Program(Program):
    """A plan run with the operations of a library."""

    keeps = False  # an array that is made while JAX traces must not outlive the trace

    def __init__(self, plan: Plan, names: Sequence[str], library: Library) -> None:
        self.library = library
        super().__init__(plan, names)

    def function(self, step: Step) -> Function:
        """What a step does, of arrays of the library."""
        return _MAKERS[step.op](step, self.library)

    def _finished(self, value: Any, dtype: Any, *, fresh: bool) -> Any:
        """A result; a copy where it may be somebody's array, and where that could be changed."""
        del dtype
        if fresh or self.library.name in ("jax", "dask"):  # these never change
            return value
        return value.clone() if self.library.name == "torch" else value.copy()


def _constant(step: Step, library: Library) -> Function:
    return lambda: library.array(step.value)


def _eye(step: Step, library: Library) -> Function:
    array = np.eye(step.shape[0], step.shape[1], step.value)
    return lambda: library.array(array)


def _reshape(step: Step, _: Library) -> Function:
    return lambda x: x.reshape(step.shape)


def _transpose(step: Step, library: Library) -> Function:
    return lambda x: library.transposed(x, step.value)


def _diagonal(step: Step, library: Library) -> Function:
    """Axes of one label meet one after the other."""
    labels: tuple[Any, ...] = step.value

    def take(x: Any) -> Any:
        left = list(labels)
        for label in dict.fromkeys(labels):
            while left.count(label) > 1:
                one = left.index(label)
                two = left.index(label, one + 1)
                x = library.module.diagonal(x, 0, one, two)  # the new axis is the last
                del left[two], left[one]
                left.append(label)
        order = [left.index(label) for label in dict.fromkeys(labels)]
        return library.transposed(x, order)

    return take


def _sum(step: Step, _: Library) -> Function:
    return lambda x: x.sum(step.value)


def _power(step: Step, library: Library) -> Function:
    exponent = step.value
    if exponent.denominator == 2 and exponent > 0:
        whole = exponent.numerator
        return lambda x: library.module.sqrt(x) ** whole if whole > 1 else library.module.sqrt(x)
    real = int(exponent) if exponent.denominator == 1 else float(exponent)
    return (lambda x: 1.0 / x**-real) if real < 0 else (lambda x: x**real)


def _scale(step: Step, _: Library) -> Function:
    number = step.value
    return lambda x: x * number


def _entrywise(step: Step, library: Library) -> Function:
    one, two = step.value
    if step.op == "multiply":
        return lambda a, b: _view(a, one, library) * _view(b, two, library)
    return lambda a, b: _view(a, one, library) / _view(b, two, library)


def _view(x: Any, way: Aligned, library: Library) -> Any:
    """An array with the axes of a product, of size 1 where it has none."""
    order, kept = way
    x = x if list(order) == sorted(order) else library.transposed(x, order)
    return x if all(kept) else x[tuple(slice(None) if has else None for has in kept)]


def _contract(step: Step, library: Library) -> Function:
    way: Matrices = step.value
    subscripts = way.subscripts
    return lambda a, b: library.module.einsum(subscripts, a, b)


def _apply(step: Step, library: Library) -> Function:
    operation, parameters = step.value
    if not step.operands:
        array = np.asarray(numpy_function(find_rule(operation))(step.shape, *parameters))
        return lambda: library.array(array)
    if library.name == "dask":
        return _of_chunks(operation, tuple(parameters), step.shape)

    def apply(*arrays: Any) -> Any:
        ranks = tuple(array.ndim for array in arrays)
        result = _spelled(library, operation, tuple(parameters), ranks, step.shape)(*arrays)
        if tuple(result.shape) != step.shape:
            shown = dimensions.times(step.shape)
            raise ShapeError(f"{operation} gave {result.shape}, its rule promises {shown}")
        return result

    return apply


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
    library: Library,
    operation: str,
    parameters: tuple[Any, ...],
    ranks: tuple[int, ...],
    shape: tuple[int, ...],
) -> Function:
    """A function of an operation, as the library's source has it.

    Raises:
        UnknownRuleError: There is no code for it in this library.
    """
    dialect: Dialect = _DIALECTS[library.name]
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
    if library.name == "cupy":
        text = text.replace("import numpy", "import cupy").replace("scipy.", "cupyx.scipy.")
    space: dict[str, Any] = {}
    exec(compile(text, "<applied>", "exec"), space)  # noqa: S102 - of our own table
    made: Function = space["applied"]
    return made


def _number(value: Any) -> str:
    """A parameter as source: fractions as floats."""
    if isinstance(value, Fraction):
        return repr(value.numerator if value.denominator == 1 else float(value))
    return repr(value)


def _root(step: Step, library: Library) -> Function:
    power, root = step.value
    outside = _power(step._replace(value=power), library)

    def take(squares: Any, *arrays: Any) -> Any:
        found = _root_of(root, (squares, *arrays), library)
        return outside(library.broadcast(found, squares.shape))

    return take


def _root_of(root: Root, arrays: Sequence[Any], library: Library) -> Any:
    """The root of a sum of squares, the largest taken out first."""
    xp = library.module
    if isinstance(root, Hypot):
        return reduce(xp.hypot, (_root_of(part, arrays, library) for part in root.parts))
    if isinstance(root, Full):
        return library.array(np.full((1,) * root.rank, root.number))
    within = root.within
    array = xp.abs(arrays[within]) if isinstance(within, int) else _root_of(within, arrays, library)
    if root.summed:
        array = _norm_over(library.broadcast(array, root.shape), root.summed, xp)
    index = tuple(slice(None) if kept else None for kept in root.kept)
    turned = library.transposed(array, root.order) if root.order else array
    return root.number * turned[index]


def _norm_over(array: Any, axes: tuple[int, ...], xp: Any) -> Any:
    top = xp.amax(array, axes) if hasattr(xp, "amax") else array.max(axes)
    index = tuple(None if axis in axes else slice(None) for axis in range(array.ndim))
    usable = (top > 0) & (top < np.inf)
    scale = xp.where(usable, top, xp.ones_like(top))
    return scale * xp.sqrt(((array / scale[index]) ** 2).sum(axes))


def _add(step: Step, library: Library) -> Function:
    ways: Sequence[tuple[int, Spread | None]] = step.value

    def add(*arrays: Any) -> Any:
        total: Any = None
        for (sign, spread), array in zip(ways, arrays, strict=True):
            term = array if spread is None else _written(array, spread, step.shape, library)
            if total is None:
                total = term if sign > 0 else -term
            else:
                total = total + term if sign > 0 else total - term
        return library.broadcast(total, step.shape)

    return add


def _spread(step: Step, library: Library) -> Function:
    spread: Spread = step.value
    return lambda x: _written(x, spread, step.shape, library)


def _written(x: Any, spread: Spread, shape: Sequence[int], library: Library) -> Any:
    """An array in a larger one: where labels that repeat are equal, else zero."""
    labels, sizes = spread.labels, spread.sizes
    first = [k for k, label in enumerate(labels) if labels.index(label) == k]
    index = tuple(
        slice(None) if k in first and labels[k] in spread.core else None for k in range(len(labels))
    )
    found = x[index] if index else x
    on = _equal(labels, sizes)
    if on is not None:
        xp = library.module
        mask = xp.asarray(on, device=library.device) if library.name == "torch" else xp.asarray(on)
        found = xp.where(mask, found, library.array(0.0))
    return library.broadcast(found, sizes).reshape(tuple(shape))


def _equal(labels: Sequence[int], sizes: Sequence[int]) -> Any:
    """Where all axes of one label have one index, as a mask that broadcasts; none repeats: none."""
    places = np.ogrid[tuple(slice(0, size) for size in sizes)] if sizes else []
    masks = [
        places[labels.index(label)] == places[k]
        for k, label in enumerate(labels)
        if labels.index(label) < k
    ]
    return reduce(np.logical_and, masks) if masks else None


def _slice(step: Step, _: Library) -> Function:
    index = step.part
    return lambda x: x[index]


def _place(step: Step, library: Library) -> Function:
    axis, start, stop = step.value

    def place(x: Any) -> Any:
        around = [
            library.array(np.zeros((*step.shape[:axis], size, *step.shape[axis + 1 :])))
            for size in (start, step.shape[axis] - stop)
        ]
        parts = [one for one in (around[0], x, around[1]) if one.shape[axis]]
        return library.module.concatenate(parts, axis)

    return place


_MAKERS: dict[str, Callable[[Step, Library], Function]] = {
    "constant": _constant,
    "number": _constant,
    "eye": _eye,
    "reshape": _reshape,
    "transpose": _transpose,
    "diagonal": _diagonal,
    "sum": _sum,
    "power": _power,
    "root": _root,
    "multiply": _entrywise,
    "divide": _entrywise,
    "contract": _contract,
    "scale": _scale,
    "apply": _apply,
    "add": _add,
    "spread": _spread,
    "slice": _slice,
    "place": _place,
}

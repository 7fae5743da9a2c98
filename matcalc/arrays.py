"""Arrays that people bring: real, finite, of the right shape, and nobody's to change any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from itertools import count
from numbers import Integral
from types import MappingProxyType
from typing import Any, NamedTuple

import einops
import numpy as np
from numpy.typing import NDArray

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape, tupled
from matcalc.errors import ArrayError, ShapeError
from matcalc.graph import Data, Node, data
from matcalc.layout import ArrayForm
from matcalc.sizes import is_solvable, solve

Array = NDArray[np.floating[Any]]

_FLOATS = (np.dtype(np.float64), np.dtype(np.float32))


_HOMES = {"torch": "torch", "jax": "jax", "jaxlib": "jax", "cupy": "cupy", "dask": "dask"}
_KNOWN: dict[type, str] = {}


def library_of(value: object) -> str:
    """Whose array it is: ``torch``, ``jax``, ``cupy``, ``dask``; ``numpy`` for all else.

    >>> library_of(np.ones(2)), library_of([1, 2])
    ('numpy', 'numpy')
    """
    kind = type(value)
    found = _KNOWN.get(kind)
    if found is None:
        homes = [base.__module__.partition(".")[0] for base in kind.__mro__]
        named = next((_HOMES[home] for home in homes if home in _HOMES), "numpy")
        is_array = hasattr(value, "dtype") and hasattr(value, "shape")
        found = _KNOWN[kind] = named if is_array else "numpy"
    return found


def any_array(value: Any, what: str, *, finite: bool = True) -> Any:
    """Somebody's array as it is, of whatever library; what is none, as :func:`real_array`.

    Numbers of other libraries are not looked at: they may be traced, or not computed yet.

    Args:
        value: An array, or anything that NumPy can read.
        what: What it is, for the message.
        finite: Whether every entry of NumPy's arrays is looked at.

    Raises:
        ArrayError: It holds something else than real numbers.
    """
    library = library_of(value)
    if library == "numpy":
        return real_array(value, what, finite=finite)
    kind = str(value.dtype).rpartition(".")[2]
    if kind.startswith(("float", "bfloat")):
        return value
    if "int" in kind or kind == "bool":
        return value.double() if library == "torch" else value.astype(float)
    if "complex" in kind:
        raise ArrayError(f"{what} is complex; matcalc differentiates real functions")
    raise ArrayError(f"{what} is not an array of numbers: its dtype is {kind}")


def real_array(value: object, what: str, *, finite: bool = True) -> Array:
    """Somebody's numbers as a real array: float32 and float64 stay, others become float64.

    Half precision becomes float32: NumPy's linear algebra has these two types alone.

    Args:
        value: Anything that NumPy can read.
        what: What it is, for the message.
        finite: Whether every entry is looked at, to find one that is not finite.

    Raises:
        ArrayError: It holds something else than real numbers, or one that is not finite.

    >>> real_array([1, 2], "x")
    array([1., 2.])
    """
    if not finite and type(value) is np.ndarray and value.dtype in _FLOATS:
        return value
    if isinstance(value, np.ma.MaskedArray):
        raise ArrayError(f"{what} is masked; fill it first, since every entry counts")
    try:
        array = np.asarray(_on_host(value))
    except Exception as error:  # noqa: BLE001 - arrays of other libraries refuse in any way
        raise ArrayError(f"{what} is not an array of numbers: {error}") from None
    if array.dtype.kind == "c":
        raise ArrayError(f"{what} is complex; matcalc differentiates real functions")
    if array.dtype.kind not in "fiub":
        raise ArrayError(f"{what} is not an array of numbers: its dtype is {array.dtype}")
    floats: Array = array
    if array.dtype.type not in (np.float32, np.float64):
        floats = array.astype(np.float32 if array.dtype == np.float16 else np.float64)
    if finite and not np.isfinite(floats).all():
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(floats))[0])
        raise ArrayError(f"{what} is not finite: {floats[where]} at {list(where)}")
    return floats


def _on_host(value: Any) -> Any:
    """What NumPy can read: a tensor without its gradient, an array of a device copied from it."""
    library = library_of(value)
    if library == "torch":
        return value.detach().cpu()
    return value.get() if library == "cupy" else value


_COUNT = count()


def frozen(array: Any) -> Data:
    """A copy of an array as a leaf that nobody can change.

    One of another library is a leaf of its own, whatever its numbers, which nobody looks at.
    """
    library = library_of(array)
    if library != "numpy":
        own = {"torch": "clone", "cupy": "copy"}.get(library)  # the others never change
        kept = getattr(array, own)() if own else array
        return data(kept, tuple(array.shape), f"{library} {next(_COUNT)}".encode())
    kept = np.array(array, order="C")
    kept.setflags(write=False)
    content = blake2b(kept.data, digest_size=16, key=kept.dtype.str.encode()).digest()
    return data(kept, kept.shape, content)


def arranged(stored: Array, form: ArrayForm) -> Array:
    """Entries stored as axes of ``of`` and then of ``wrt``, as a new array in a written form."""
    if not form.form:
        return np.array(stored)
    return np.array(
        einops.rearrange(stored, f"{' '.join(form.stored)} -> {form.pattern}"), order="C"
    )


class Claimed(NamedTuple):
    """An array's shape, as it was stated and as it was found.

    Attributes:
        what: What the array is, for the message.
        shape: The shape that was stated.
        actual: The shape that was found.
        found: How that reads.
    """

    what: str
    shape: Shape
    actual: tuple[int, ...]
    found: str


def bind(shape: Shape, actual: Iterable[int], sizes: dict[str, int], what: str, found: str) -> None:
    """Hold an array's shape against the stated one; named dimensions take their sizes from it.

    Args:
        shape: The shape that was stated.
        actual: The shape that was found.
        sizes: The sizes of names so far; new ones are put in.
        what: What the array is, for the message.
        found: How the shape that was found reads.

    Raises:
        ShapeError: They disagree, or a name would have two sizes, or the size 0.
    """
    bind_all([Claimed(what, shape, tuple(actual), found)], sizes)


def bind_all(claimed: Iterable[Claimed], sizes: dict[str, int]) -> None:
    """Hold the shapes of several arrays against the stated ones, whatever their order.

    A size such as ``m*n`` that settles no name is put in as it is written.

    Args:
        claimed: The shapes.
        sizes: The sizes of names so far; new ones are put in.

    Raises:
        ShapeError: They disagree, or a name would have two sizes, or the size 0.

    >>> sizes = {}
    >>> bind_all([Claimed("y", ("m+n",), (5,), "(5,)"), Claimed("x", ("m",), (2,), "(2,)")], sizes)
    >>> sizes
    {'m': 2, 'n': 3}
    """
    known = list(claimed)
    for one in known:
        if len(one.actual) != len(one.shape):
            raise ShapeError(
                f"{one.what} needs an array of shape {tupled(one.shape)}, not {one.found}"
            )
        if 0 in one.actual:
            raise ShapeError(f"{one.what}: the array has {one.found}, and no axis may have size 0")
    stated = [size for one in known for size in one.shape]
    solve(stated, [size for one in known for size in one.actual], sizes)
    for one in known:
        for dimension, size in zip(one.shape, one.actual, strict=True):
            _check_size(one, dimension, size, sizes)


@lru_cache(maxsize=1024)  # the same shapes at every call of a function
def bound_sizes(
    stated: tuple[tuple[str, Shape], ...],
    actual: tuple[tuple[int, ...], ...],
    known: tuple[tuple[str, int], ...] = (),
) -> Mapping[str, int]:
    """The sizes of dimensions, known ones and those that the shapes of arrays tell.

    Args:
        stated: The names of arrays, and the shapes that they were declared with.
        actual: The shapes that they have.
        known: Sizes that are known without them.

    Raises:
        ShapeError: As :func:`bind_all`.

    >>> bound_sizes((("y", ("m+n",)), ("x", ("m",))), ((5,), (2,)))["n"]
    3
    """
    sizes = dict(known)
    pairs = zip(stated, actual, strict=True)
    bind_all((Claimed(name, shape, found, str(found)) for (name, shape), found in pairs), sizes)
    return MappingProxyType(sizes)


def _check_size(one: Claimed, dimension: Dimension, size: int, sizes: dict[str, int]) -> None:
    """Hold the size of an axis against the sizes of its names.

    Raises:
        ShapeError: It is another.
    """
    opened = sorted(dimensions.names(dimension) - sizes.keys())
    if len(opened) == 1 and is_solvable(dimension, opened[0]):
        shown = f", and no size of {opened[0]} makes {dimensions.pretty(dimension)} that"
        raise ShapeError(
            f"{one.what} needs an array of shape {tupled(one.shape)}, not {one.found}{shown}"
        )
    known = (
        sizes.setdefault(str(dimension), size) if opened else dimensions.evaluate(dimension, sizes)
    )
    if known != size:
        named = "" if known == dimension else f" with {dimension} = {known}"
        raise ShapeError(
            f"{one.what} needs an array of shape {tupled(one.shape)}{named}, not {one.found}"
        )


def given_arrays(
    symbols: Mapping[str, Node], given: Mapping[str, object]
) -> tuple[dict[str, Array], Mapping[str, int]]:
    """What somebody gave by name: arrays of variables, and sizes of dimensions.

    Args:
        symbols: The variables that there are.
        given: Arrays by the names of variables; whole numbers by the names of dimensions.

    Raises:
        ArrayError: A name is neither, or an array does not hold real numbers.
        ShapeError: An array has another shape than its variable.
    """
    arrays: dict[str, Array] = {}
    sizes: dict[str, int] = {}
    for name, value in given.items():
        if name in symbols:
            arrays[name] = any_array(value, name, finite=False)
        elif isinstance(value, Integral) and int(value) > 0:
            sizes[name] = int(value)
        else:
            known = ", ".join(symbols)
            raise ArrayError(f"there is no variable {name[:60]!r} here; there are {known}")
    stated = tuple((name, symbols[name].shape) for name in arrays)
    shapes = tuple([tuple(array.shape) for array in arrays.values()])
    return arrays, bound_sizes(stated, shapes, tuple(sizes.items()))  # of unread variables too

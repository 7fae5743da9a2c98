"""Generated source as a function that holds its arguments against their shapes."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcalc.arrays import any_array, bound_sizes, library_of
from matcalc.code.computed import Batched, Computed
from matcalc.code.reuse import KnownCall, Reused
from matcalc.code.source import Source
from matcalc.dimensions import Shape, evaluate, names
from matcalc.errors import ArrayError, NotationError
from matcalc.plan.computation import Computation
from matcalc.plan.running import MAX_BYTES, check_sizes

Array = NDArray[np.floating[Any]]

_NOTHING: Mapping[str, Array] = {}
_OF_NUMPY = np.ndarray, np.generic
_SHAPES = 64  # combinations of shapes of which a function remembers the sizes


class _Form:
    """What is known of all calls of a function with the same names of arguments.

    Attributes:
        arrays: Which arguments are arrays, and of which variables.
        used: Which arrays the function reads.
        others: Which arguments are none: sizes and functions.
        words: What each is called in the source.
        missing: The sizes that are to be found.
        order: Where among arguments, sizes and what is held the function's own are.
        calls: What is known of calls, by the shapes, types and sizes that were given.
        last: That of the last one.
    """

    def __init__(
        self, arrays: Sequence[tuple[int, str]], others: Sequence[int], words: Sequence[str],
        missing: Sequence[str], order: Sequence[int],
    ) -> None:  # fmt: skip
        self.arrays = arrays
        self.used = [at for at, _ in arrays if at in order]
        self.others = others
        self.words = words
        self.missing = missing
        self.order = order
        self.calls: dict[Any, KnownCall] = {}
        self.last = KnownCall([()], np.dtype(np.float64), ())  # none has these kinds


class Compiled:
    """A function made of generated source.

    Attributes:
        source: The source.
        shapes: The shapes that its arguments must have, by name.
        held: Arguments of the source that are given already.
        finite: Whether every call looks for numbers that are not finite.
        max_bytes: The largest array that may be made on the way or at the end.
        computation: What the source computes, as nodes, where these are known.
    """

    def __init__(
        self,
        source: Source,
        name: str,
        shapes: Mapping[str, Shape],
        held: Mapping[str, Array] = _NOTHING,
        finite: bool = False,
        computation: Computation | None = None,
        reused: Source | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """Args as the attributes; ``name`` is that of the function in the source.

        ``reused`` is the source that writes results into arrays, where calls use them again.

        Raises:
            MissingLibraryError: The source imports a library that is not installed.
        """
        known = source, name, dict(shapes), dict(held)
        self._made_of = *known, finite, computation, reused, max_bytes
        self._made = source.made
        self._words = source.words
        self._names = {word: variable for variable, word in source.words.items()}
        self.source = source.text
        self.shapes = dict(shapes)
        self.finite = finite
        self.max_bytes = max_bytes
        self.computation = computation
        self._anywhere: Computed | None = None
        self.function = source.function(name)
        self._reused: Reused | None = None
        if reused is not None and computation is not None:
            again = reused.function(name), reused.outs, computation.returned
            self._reused = Reused(self.function, *again)
        self.__name__ = name
        self.__doc__ = self.function.__doc__
        whole = inspect.signature(self.function)
        self._parameters = tuple(whole.parameters)
        self._forms: dict[tuple[Any, ...], _Form] = {}
        words = {self._words.get(key, key): array for key, array in held.items()}
        self.held = {key: words[key] for key in whole.parameters if key in words}
        open_ones = [one for key, one in whole.parameters.items() if key not in self.held]
        self.__signature__ = whole.replace(parameters=open_ones)

    def __call__(self, /, *args: Any, **arrays: Any) -> Any:
        """Compute: a new array, or a tuple of them where the source returns several.

        A dimension among the arguments need not be given where the arrays tell it; a variable that
        the derivative does not depend on may be given. One whose name Python has taken may be given
        by that name too, as ``**{"lambda": 2.0}``. Of floats nothing but shapes and types is looked
        at; where types differ, all is computed in the widest.
        Where an array is PyTorch's, JAX's, CuPy's or Dask's, that library computes the plan.
        Where results are used again, NumPy's arrays of the last call of the same thread with
        arguments of the same shapes and types are written over, and returned again.

        Raises:
            TypeError: An argument is missing, or there is no such argument.
            ShapeError: An array has another shape than its variable.
            ArrayError: The numbers are not real; or not finite, where that was asked for.
            TooLargeError: An array would be larger than ``max_bytes``; nothing is computed then.
        """
        form = self._forms.get((len(args), *arrays)) or self._form(args, arrays)
        values = [*args, *arrays.values()]
        call = form.last
        if self.finite or form.others or _kinds(values) != call.kinds:
            for at, name in form.arrays:
                values[at] = any_array(values[at], name, finite=self.finite)
                if library_of(values[at]) != "numpy":
                    return self._elsewhere(form, values)
            call = self._call(form, values)
        values += call.more
        ordered = map(values.__getitem__, form.order)
        result = self._reused(call, *ordered) if self._reused else self.function(*ordered)
        return result if type(result) is np.ndarray else _arrays(result, call.dtype)

    def batched(self, names: str) -> Batched:
        """The same at every point of a batch, as one program: no loop over points.

        Args:
            names: The variables that get a leading axis, the points, apart by spaces.

        Raises:
            NotationError: One of them is not there; or the function is no derivative.
            UnknownRuleError: An operation of what is batched takes no batch.

        >>> import matcalc as mc
        >>> gradient = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").compile()
        >>> gradient.batched("x")(x=[[1.0, 2.0], [0.0, 1.0]], A=[[1.0, 2.0], [3.0, 4.0]])
        array([[12., 21.],
               [ 5.,  8.]])
        """
        if self.computation is None:
            raise NotationError("a batch is of derivatives: compile() of one makes such a function")
        return Batched(self.computation, names, finite=self.finite, max_bytes=self.max_bytes)

    def _elsewhere(self, form: _Form, values: Sequence[Any]) -> Any:
        """Compute of arrays of another library, by its own operations: a result of its kind.

        Raises:
            ArrayError: It is not known what the source computes; or a function is given.
        """
        if self.computation is None:
            raise ArrayError("this function takes NumPy's arrays: np.asarray(x) makes one")
        if self._anywhere is None:
            found = Computed(self.computation, finite=self.finite, max_bytes=self.max_bytes)
            self._anywhere = found
        named = dict(zip(map(self.named, form.words), values, strict=True))
        function = next((name for name, value in named.items() if callable(value)), None)
        if function is not None:
            raise ArrayError(
                f"{function} is a function, which is taken beside NumPy's arrays alone: the "
                "sources .torch and .jax take it beside theirs"
            )
        return self._anywhere(**named)

    def _form(self, args: tuple[Any, ...], arrays: Mapping[str, Any]) -> _Form:
        """What is known of every call with so many arguments, and others by these names.

        Raises:
            TypeError: There are too many arguments, or there is none of a name.
        """
        wanted = self.__signature__.parameters
        named = [self._words.get(name, name) for name in arrays]
        read = dict.fromkeys(word for word in named if not self._is_unused(word))
        self.__signature__.bind_partial(*args, **read)
        words = [*list(wanted)[: len(args)], *named]
        taken = [(at, self.named(word)) for at, word in enumerate(words)]
        missing = [word for word in wanted if word not in words]
        everything = {word: at for at, word in enumerate([*words, *missing, *self.held])}
        form = _Form(
            [(at, name) for at, name in taken if name in self.shapes],
            [at for at, name in taken if name not in self.shapes],
            words,
            missing,
            [everything[word] for word in self._parameters],
        )
        self._forms[len(args), *arrays] = form
        return form

    def _call(self, form: _Form, values: list[Any]) -> KnownCall:
        """What is known of a call; arrays of several types become arrays of the widest.

        Raises:
            TypeError: An argument is missing.
            ShapeError: An array has another shape than its variable.
        """
        read = [*(values[at] for at in form.used), *self.held.values()]
        dtype = np.result_type(*read) if read else np.dtype(np.float64)
        for at in form.used:
            values[at] = values[at].astype(dtype, copy=False)
        kinds = _kinds([values[at] for at, _ in form.arrays])
        sizes = [int(values[at]) for at in form.others if isinstance(values[at], Integral)]
        key = *kinds, *sizes
        call = form.calls.get(key)
        if call is None:
            held = [array.astype(dtype, copy=False) for array in self.held.values()]
            call = KnownCall(kinds, dtype, (*self._sizes(form, values, dtype), *held))
            if len(form.calls) < _SHAPES:
                form.calls[key] = call
        form.last = call
        return call

    def _sizes(self, form: _Form, values: Sequence[Any], dtype: np.dtype[Any]) -> Collection[int]:
        """The sizes that the shapes of arrays tell.

        Raises:
            TypeError: An argument is missing.
            ShapeError: An array has another shape than its variable.
            TooLargeError: An array of these sizes would be too large.
        """
        stated = tuple((name, self.shapes[name]) for _, name in form.arrays)
        shapes = tuple([values[at].shape for at, _ in form.arrays])
        given = [(at, self.named(form.words[at])) for at in form.others]
        sizes = [(name, int(values[at])) for at, name in given if isinstance(values[at], Integral)]
        known = bound_sizes(stated, shapes, tuple(sizes))
        found = {word: known[name] for word in form.missing if (name := self.named(word)) in known}
        if len(found) < len(form.missing):
            used = [word for word in form.words if not self._is_unused(word)]
            self.__signature__.bind(**dict.fromkeys([*used, *found]))
        told = [one for one in self._made if all(known.keys() >= names(size) for size in one)]
        made = [tuple([evaluate(size, known) for size in shape]) for shape in told]
        check_sizes(made, dtype, self.max_bytes)
        return found.values()

    def _is_unused(self, word: str) -> bool:
        """Whether a name is that of a variable that the derivative does not depend on."""
        known = self.named(word) in self.shapes and word not in self.held
        return known and word not in self.__signature__.parameters

    def of(self, given: Mapping[str, Any]) -> Any:
        """Compute of what it needs among arrays and sizes by name."""
        wanted = self.__signature__.parameters
        return self(**{word: given[name] for word in wanted if (name := self.named(word)) in given})

    def named(self, word: str) -> str:
        """The variable or the dimension that an argument is."""
        return self._names.get(word, word)

    def __reduce__(self) -> tuple[Any, ...]:
        """A function is stored as its source."""
        return Compiled, self._made_of

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}{self.__signature__}>"


def _kinds(values: Sequence[Any]) -> list[Any]:
    """What of arrays tells the shapes and the types of results; nothing where one is no array."""
    try:
        return [(x.__class__, x.shape, x.dtype) for x in values]
    except AttributeError:
        return []


def _arrays(result: Any, dtype: np.dtype[Any]) -> Any:
    """What source returns, numbers of Python as arrays of a type; a tuple one by one."""
    if isinstance(result, tuple):
        return tuple([x if type(x) is np.ndarray else _arrays(x, dtype) for x in result])
    return np.asarray(result, result.dtype if isinstance(result, _OF_NUMPY) else dtype)

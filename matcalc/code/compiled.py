"""Generated source as a function that holds its arguments against their shapes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcalc.arrays import Claimed, bind_all, real_array
from matcalc.code.source import Source
from matcalc.dimensions import Shape
from matcalc.errors import MissingLibraryError

Array = NDArray[np.floating[Any]]

_NOTHING: Mapping[str, Array] = {}


class Compiled:
    """A function made of generated source.

    Attributes:
        source: The source.
        shapes: The shapes that its arguments must have, by name.
        held: Arguments of the source that are given already.
    """

    def __init__(
        self,
        source: Source,
        name: str,
        shapes: Mapping[str, Shape],
        held: Mapping[str, Array] = _NOTHING,
    ) -> None:
        """Args as the attributes; ``name`` is that of the function in the source.

        Raises:
            MissingLibraryError: The source imports a library that is not installed.
        """
        space: dict[str, Any] = {"__name__": "matcalc_generated"}
        try:
            exec(compile(source.text, "<generated>", "exec"), space)  # noqa: S102 - our own source
        except ImportError as error:
            raise MissingLibraryError(
                f"this function needs {error.name}: pip install 'matcalc-layout[scipy]'"
            ) from None
        self._made_of = source, name, dict(shapes), dict(held)
        self._words = source.words
        self._names = {word: variable for variable, word in source.words.items()}
        self.source = source.text
        self.shapes = dict(shapes)
        self.function = space[name]
        self.__name__ = name
        self.__doc__ = self.function.__doc__
        whole = inspect.signature(self.function)
        words = {self._words.get(key, key): array for key, array in held.items()}
        self.held = {key: words[key] for key in whole.parameters if key in words}
        open_ones = [one for key, one in whole.parameters.items() if key not in self.held]
        self.__signature__ = whole.replace(parameters=open_ones)

    def __call__(self, /, *args: Any, **arrays: Any) -> Any:
        """Compute: a new array, or a tuple of them where the source returns several.

        A dimension among the arguments need not be given where the arrays tell it; a variable that
        the derivative does not depend on may be given. One whose name Python has taken may be given
        by that name too, as ``**{"lambda": 2.0}``.

        Raises:
            TypeError: An argument is missing, or there is no such argument.
            ShapeError: An array has another shape than its variable.
            ArrayError: The numbers are not real and finite.
        """
        named = {self._words.get(name, name): value for name, value in arrays.items()}
        unused = {word for word in named if self._is_unused(word)}
        spare = [(self.named(word), real_array(named.pop(word), word)) for word in unused]
        given = self.__signature__.bind_partial(*args, **named).arguments
        sizes: dict[str, int] = {}
        claimed: list[Claimed] = []
        for word, value in given.items():
            name = self.named(word)
            if name in self.shapes:
                array = given[word] = real_array(value, name)
                claimed.append(Claimed(name, self.shapes[name], array.shape, str(array.shape)))
            elif isinstance(value, Integral):
                sizes[name] = int(value)
        beside = [Claimed(name, self.shapes[name], a.shape, str(a.shape)) for name, a in spare]
        bind_all([*claimed, *beside], sizes)
        known = {self._words.get(name, name): size for name, size in sizes.items()}
        wanted = self.__signature__.parameters
        given |= {word: known[word] for word in wanted if word in known and word not in given}
        bound = self.__signature__.bind(**given)
        types = [given[self._words.get(one.what, one.what)].dtype for one in claimed]
        result = self.function(**bound.arguments, **self.held)
        return _arrays(result, np.result_type(*(types or [np.float64])))

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


def _arrays(result: Any, dtype: np.dtype[Any]) -> Any:
    """What source returns, numbers of Python as arrays of a type; a tuple one by one."""
    if isinstance(result, tuple):
        return tuple(_arrays(one, dtype) for one in result)
    known_type = isinstance(result, np.ndarray | np.generic)
    return np.asarray(result, result.dtype if known_type else dtype)

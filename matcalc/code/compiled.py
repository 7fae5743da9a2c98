"""Generated source as a function that holds its arguments against their shapes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcalc.arrays import bind, real_array
from matcalc.dimensions import Shape
from matcalc.errors import ArrayError, MissingLibraryError

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
        source: str,
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
            exec(compile(source, "<generated>", "exec"), space)  # noqa: S102 - our own source
        except ImportError as error:
            raise MissingLibraryError(
                f"this function needs {error.name}: pip install 'matcalc-layout[scipy]'"
            ) from None
        self.source = source
        self.shapes = dict(shapes)
        self.function = space[name]
        self.__name__ = name
        self.__doc__ = self.function.__doc__
        whole = inspect.signature(self.function)
        self.held = {key: held[key] for key in whole.parameters if key in held}
        open_ones = [one for key, one in whole.parameters.items() if key not in self.held]
        self.__signature__ = whole.replace(parameters=open_ones)

    def __call__(self, *args: Any, **arrays: Any) -> Array:
        """Compute.

        Raises:
            TypeError: An argument is missing, or there is no such argument.
            ShapeError: An array has another shape than its variable.
            ArrayError: The numbers are not real and finite.
        """
        given = self.__signature__.bind(*args, **arrays).arguments
        sizes: dict[str, int] = {}
        for name, value in given.items():
            shape = self.shapes.get(name.rstrip("_"), self.shapes.get(name))
            if shape is not None:
                array = given[name] = real_array(value, name)
                bind(shape, array.shape, sizes, name, str(array.shape))
            elif isinstance(value, int) and sizes.setdefault(name, value) != value:
                raise ArrayError(f"{name} is {value} here, and {sizes[name]} in an array")
        return np.asarray(self.function(**given, **self.held))

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}{self.__signature__}>"

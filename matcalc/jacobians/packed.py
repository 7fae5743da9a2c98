"""A value and its gradients as functions of one flat vector, for optimisers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from matcalc.arrays import Array, real_array
from matcalc.code import Compiled, Computation, Computed
from matcalc.derivative import derivatives
from matcalc.errors import ArrayError, NotationError, ShapeError
from matcalc.jacobians.written import WrittenDerivative, leaves_of
from matcalc.variables import Variable


def check_gradients(derivatives: Sequence[WrittenDerivative[Any]]) -> None:
    """Hold that derivatives are gradients of a number, each by a variable of its own.

    Raises:
        NotationError: One is not.
    """
    names, known = [one.wrt.name for one in derivatives], dict(leaves_of(*derivatives))
    if any(one.of.rank for one in derivatives) or len(set(names)) < len(names):
        raise NotationError("this needs gradients of a number, each by another variable")
    for name in names:
        if name not in known:
            raise NotationError(f"{name} is no variable, so that no vector can hold it")


class Packed:
    """The value and the gradient of a formula, as functions of one flat vector of parameters.

    :meth:`Together.packed` makes it; ``scipy.optimize.minimize(f, f.start, jac=True)`` takes it.
    Parameters stand in the order of ``wrt``, entries of an array row by row.

    Attributes:
        start: The parameters that it was made with, as a new flat vector of float64.
        shapes: The shape of each parameter.
    """

    def __init__(
        self,
        compiled: Compiled,
        hessian_product: Callable[..., Any],
        gradients: Sequence[WrittenDerivative[Any]],
        start: Mapping[str, ArrayLike],
        arrays: Mapping[str, Any],
    ) -> None:
        """What returns the value and the gradients, what the change of these; the arrays.

        Raises:
            NotationError: A derivative is no gradient, or not by a variable.
            ArrayError: The start of a parameter is missing, or one of another variable is given.
        """
        self._compiled = compiled
        self._hessian_product = hessian_product
        self._gradients = gradients
        self._symbols = dict(leaves_of(*gradients))
        self._names = [one.wrt.name for one in gradients]
        self._check(start)
        first = {name: real_array(start[name], name) for name in self._names}
        self.shapes = {name: array.shape for name, array in first.items()}
        self.start = self.pack(first)
        self._arrays = {  # NumPy's, as optimisers want them
            name: real_array(value, name, finite=False) if name in self._symbols else value
            for name, value in arrays.items()
        }

    def __repr__(self) -> str:
        """One line: how many parameters, and of what."""
        named = ", ".join(str(Variable(name, shape)) for name, shape in self.shapes.items())
        return f"<function of {self.start.size} parameters: {named}>"

    def _check(self, start: Mapping[str, ArrayLike]) -> None:
        check_gradients(self._gradients)
        if set(start) != set(self._names):
            listed = ", ".join(self._names)
            raise ArrayError(f"start has {', '.join(start) or 'nothing'}; it needs {listed}")

    def pack(self, parts: Mapping[str, ArrayLike]) -> Array:
        """Arrays by name as one vector."""
        return np.concatenate([np.ravel(np.asarray(parts[name], float)) for name in self._names])

    def unpack(self, theta: ArrayLike) -> dict[str, Array]:
        """A vector as arrays by name.

        Raises:
            ShapeError: It has another length.
        """
        vector = np.asarray(theta, float)
        counts = [prod(shape) for shape in self.shapes.values()]
        if vector.shape != (sum(counts),):
            raise ShapeError(f"a vector of {sum(counts)} parameters, not {vector.shape}")
        parts = np.split(vector, np.cumsum(counts)[:-1])
        pairs = zip(self.shapes.items(), parts, strict=True)
        return {name: part.reshape(shape) for (name, shape), part in pairs}

    def __call__(self, theta: ArrayLike) -> tuple[float, Array]:
        """The value, and the gradient as a vector."""
        value, found = self._compiled(**self._named(theta))
        listed = found if isinstance(found, tuple) else (found,)
        numerator = self._gradients[0].layout == "numerator"
        return float(value), np.concatenate(
            [np.ravel(one.T if numerator else one) for one in listed]
        )

    def hessp(self, theta: ArrayLike, direction: ArrayLike) -> Array:
        """The Hessian times a vector; the Hessian is never made."""
        found = self._hessian_product(self.unpack(direction), **self._named(theta))
        parts = found if isinstance(found, tuple) else (found,)
        return np.concatenate([np.ravel(part) for part in parts])

    def hess(self, theta: ArrayLike) -> Array:
        """The Hessian, a symmetric matrix."""
        blocks = iter(self._blocks(**self._named(theta)))
        counts = [prod(shape) for shape in self.shapes.values()]
        return np.block([[next(blocks).reshape(a, b) for b in counts] for a in counts])

    def _named(self, theta: ArrayLike) -> dict[str, Any]:
        return {**self._arrays, **self.unpack(theta)}

    @cached_property
    def _blocks(self) -> Computed:
        variables = [self._symbols[name] for name in self._names]
        blocks = [block for one in self._gradients for block in derivatives(one.node, variables)]
        count = len(blocks)
        known = (None,) * count, tuple(range(count)), self._symbols
        return Computed(Computation(tuple(blocks), *known))

"""A value and its gradients as functions of one flat vector, for optimisers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from matcalc.arrays import Array, real_array
from matcalc.code import Compiled, Computation, Computed
from matcalc.derivative import derivatives
from matcalc.errors import ArrayError, NotationError, ShapeError
from matcalc.graph import Factor, Node, add, contract, symbol
from matcalc.jacobians.written import WrittenDerivative, leaves_of
from matcalc.variables import Variable


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
        gradients: Sequence[WrittenDerivative[Any]],
        start: Mapping[str, ArrayLike],
        arrays: Mapping[str, Any],
    ) -> None:
        """What returns the value and the gradients, where the parameters begin, the others.

        Raises:
            NotationError: A derivative is no gradient, or not by a variable.
            ArrayError: The start of a parameter is missing, or one of another variable is given.
        """
        self._compiled = compiled
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
        if any(one.of.rank for one in self._gradients) or len(set(self._names)) < len(self._names):
            raise NotationError("parameters are packed of gradients of a number, each by another")
        for name in self._names:
            if name not in self._symbols:
                raise NotationError(f"{name} is no variable, so that no vector can hold it")
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
        along = {_along(k): part for k, part in self.unpack(direction).items()}
        parts = self._products(**self._named(theta), **along)
        return np.concatenate([np.ravel(part) for part in parts])

    def hess(self, theta: ArrayLike) -> Array:
        """The Hessian, a symmetric matrix."""
        blocks = iter(self._blocks(**self._named(theta)))
        counts = [prod(shape) for shape in self.shapes.values()]
        return np.block([[next(blocks).reshape(a, b) for b in counts] for a in counts])

    def _named(self, theta: ArrayLike) -> dict[str, Any]:
        return {**self._arrays, **self.unpack(theta)}

    @cached_property
    def _variables(self) -> list[Node]:
        return [self._symbols[name] for name in self._names]

    @cached_property
    def _products(self) -> Computed:
        """The derivative of the gradient along a direction: one sweep for all variables."""
        terms = []
        for one, variable in zip(self._gradients, self._variables, strict=True):
            axes = tuple(range(len(variable.shape)))
            direction = symbol(_along(one.wrt.name), variable.shape)
            terms.append(contract([Factor(one.node, axes), Factor(direction, axes)], ()))
        return self._computed(derivatives(add(terms), self._variables))

    @cached_property
    def _blocks(self) -> Computed:
        gradients = [one.node for one in self._gradients]
        return self._computed(
            [block for one in gradients for block in derivatives(one, self._variables)]
        )

    def _computed(self, nodes: Sequence[Node]) -> Computed:
        """Nodes as a function of the parameters, the other arrays, and a direction."""
        along = [(_along(name), self._symbols[name]) for name in self._names]
        known = self._symbols | {name: symbol(name, node.shape) for name, node in along}
        count = len(nodes)
        return Computed(Computation(tuple(nodes), (None,) * count, tuple(range(count)), known))


def _along(name: str) -> str:
    """The name of the direction of a parameter, which nobody can type."""
    return f"(along {name})"

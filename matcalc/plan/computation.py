"""What a function computes, as nodes; and the same at every point of a batch, as one program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from matcalc.arrays import given_arrays, real_array
from matcalc.errors import NotationError
from matcalc.graph import Node, symbol
from matcalc.plan.batching import batch_name, batched
from matcalc.plan.planning import for_numbers
from matcalc.plan.running import Leaves

Returned: TypeAlias = "int | tuple[Returned, ...]"


class Computation(NamedTuple):
    """Nodes that are computed together.

    Attributes:
        roots: The nodes.
        orders: For each the order in which its axes are wanted, if it is another.
        returned: How they are returned: the number of one, or a tuple of such.
        symbols: The variables that may be given, by name.
    """

    roots: tuple[Node, ...]
    orders: tuple[tuple[int, ...] | None, ...]
    returned: Returned
    symbols: Mapping[str, Node]


class Batched:
    """A function that computes at every point of a batch: one program, and no loop.

    The named variables have one more axis in front, the points; the others are the same at all of
    them. Each result has that axis in front too. It can be pickled; threads may share it.

    Attributes:
        names: The variables with the leading axis.
        symbols: All variables, with the shapes that their arrays must have.
    """

    def __init__(self, computation: Computation, names: str, *, finite: bool = False) -> None:
        """What is computed, the variables of the batch, whether numbers are looked at.

        Raises:
            NotationError: No variable is named, or one that is not there.
            UnknownRuleError: An operation of what is batched takes no batch.
        """
        self._made_of = computation, names, finite
        self.names = tuple(dict.fromkeys(names.replace(",", " ").split()))
        known = computation.symbols
        wrong = next((name for name in self.names if name not in known), None)
        if wrong is not None or not self.names:
            found = f"{wrong!r} is none" if wrong else "none is named"
            raise NotationError(
                f"a batch is of variables, apart by spaces: {found}; there are {', '.join(known)}"
            )
        size = batch_name([*computation.roots, *known.values()])
        self.symbols = {
            name: symbol(name, (size, *node.shape)) if name in self.names else node
            for name, node in known.items()
        }
        self._roots = batched(for_numbers(computation.roots), self.names, size)
        self._orders = [
            None if order is None else (0, *(axis + 1 for axis in order))
            for order in computation.orders
        ]
        self._leaves = Leaves(self._roots)

    def __call__(self, /, **arrays: Any) -> Any:
        """New arrays, in the order of what was compiled: of each point one after the other.

        Raises:
            UnboundError: A variable or a dimension has no numbers.
            ShapeError: An array has another shape than its variable.
            ArrayError: There is no variable of a name, or its numbers are not real.
        """
        computation, _, finite = self._made_of
        if finite:
            arrays = {name: real_array(value, name) for name, value in arrays.items()}
        named, sizes = given_arrays(self.symbols, arrays)
        given = self._leaves.arrays(named)
        program = self._leaves.program(given, sizes, lambda: self._roots, self._orders)
        found = program.run(given, self._leaves.type_of(given or named.values()))
        return arranged(found, computation.returned)

    def __reduce__(self) -> tuple[Any, ...]:
        """It is stored as what it was made of."""
        return _batched, self._made_of

    def __repr__(self) -> str:
        return f"<batched over {', '.join(self.names)}>"


def _batched(computation: Computation, names: str, finite: bool) -> Batched:
    return Batched(computation, names, finite=finite)


def arranged(results: Any, returned: Returned) -> Any:
    """Results as they are returned.

    >>> arranged([1, 2, 3], (0, (1, 2)))
    (1, (2, 3))
    """
    if isinstance(returned, int):
        return results[returned]
    return tuple([arranged(results, one) for one in returned])

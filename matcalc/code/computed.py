"""Functions that run plans: on arrays of any library, and at every point of a batch at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from matcalc.arrays import any_array, given_arrays
from matcalc.code.libraries import library_in
from matcalc.errors import NotationError
from matcalc.graph import Node, symbol
from matcalc.plan.batching import batch_name, batched
from matcalc.plan.computation import Computation, arranged
from matcalc.plan.planning import for_numbers
from matcalc.plan.running import MAX_BYTES, Bindings, Keep, Leaves, Run


class Computed:
    """A function that computes nodes of arrays of any library, and gives back its kind.

    It can be pickled; threads may share it.

    Attributes:
        symbols: The variables, with the shapes that their arrays must have.
        finite: Whether numbers that are not finite are refused.
        max_bytes: The largest array that may be made, but of Dask's, which are made in chunks.
    """

    def __init__(
        self, computation: Computation, *, finite: bool = False, max_bytes: int = MAX_BYTES
    ) -> None:
        """What is computed, whether numbers are looked at, how large arrays may be."""
        self._made_of: tuple[Any, ...] = (computation,)
        self._bindings = Bindings()
        self.symbols: Mapping[str, Node] = computation.symbols
        self.finite = finite
        self.max_bytes = max_bytes
        self._roots: Sequence[Node] = computation.roots
        self._returned = computation.returned
        self._leaves = Leaves(self._roots, computation.orders)

    def __call__(self, /, **arrays: Any) -> Any:
        """New arrays, as the computation returns them.

        Raises:
            UnboundError: A variable or a dimension has no numbers.
            ShapeError: An array has another shape than its variable.
            ArrayError: There is no variable of a name, or its numbers are not real.
            TooLargeError: An array would be larger than ``max_bytes``.
        """
        if self.finite:
            return self._run({name: any_array(value, name) for name, value in arrays.items()})
        return self._bindings.run("all", arrays, lambda keep: self._run(arrays, keep))

    def _run(self, arrays: Mapping[str, Any], keep: Keep | None = None) -> Any:
        """New arrays; what is run is kept for arrays of these shapes."""

        def kept(names: Sequence[str], run: Run) -> None:
            if keep is not None:
                keep(names, lambda given: [arranged(run(given), self._returned)])

        named, sizes = given_arrays(self.symbols, arrays)
        library = library_in([*named.values(), *self._leaves.foreign])
        found = self._leaves.run(
            named, sizes, lambda: self._roots, library, self.max_bytes, keep=kept
        )
        return arranged(found, self._returned)

    def __reduce__(self) -> tuple[Any, ...]:
        """It is stored as what it was made of."""
        made = partial(type(self), finite=self.finite, max_bytes=self.max_bytes)
        return made, self._made_of


class Batched(Computed):
    """A function that computes at every point of a batch: one program, and no loop.

    The named variables have one more axis in front, the points; the others are the same at all of
    them. Each result has that axis in front too.

    Attributes:
        names: The variables with the leading axis.
    """

    def __init__(
        self,
        computation: Computation,
        names: str,
        *,
        finite: bool = False,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """What is computed, the variables of the batch, and what :class:`Computed` takes.

        Raises:
            NotationError: No variable is named, or one that is not there.
            UnknownRuleError: An operation of what is batched takes no batch.
        """
        self.names = tuple(dict.fromkeys(names.replace(",", " ").split()))
        known = computation.symbols
        wrong = next((name for name in self.names if name not in known), None)
        if wrong is not None or not self.names:
            found = f"{wrong!r} is none" if wrong else "none is named"
            raise NotationError(
                f"a batch is of variables, apart by spaces: {found}; there are {', '.join(known)}"
            )
        size = batch_name([*computation.roots, *known.values()])
        symbols = {
            name: symbol(name, (size, *node.shape)) if name in self.names else node
            for name, node in known.items()
        }
        orders = [
            None if order is None else (0, *(axis + 1 for axis in order))
            for order in computation.orders
        ]
        roots = batched(for_numbers(computation.roots), self.names, size)
        super().__init__(
            Computation(tuple(roots), tuple(orders), computation.returned, symbols),
            finite=finite,
            max_bytes=max_bytes,
        )
        self._made_of = computation, names

    def __repr__(self) -> str:
        return f"<batched over {', '.join(self.names)}>"

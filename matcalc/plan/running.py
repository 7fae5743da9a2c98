"""Numbers from a graph: the plan of a node is made once, and run with NumPy.

What a node needs is known by its structure and by the shapes of its arrays: a second evaluation
at arrays of the same shapes only runs the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from matcalc import dimensions
from matcalc.arrays import bound_sizes, library_of
from matcalc.errors import TooLargeError, UnboundError
from matcalc.graph import Data, Node, Symbol, topological
from matcalc.plan.library import NUMPY, Library
from matcalc.plan.plan import Plan
from matcalc.plan.planning import plan_of
from matcalc.plan.step import VIEWS, Sizes, Step

Array = NDArray[np.floating[Any]]
Rounding = Callable[[Array], Array]
Result = TypeVar("Result")


Libraries = Callable[[Iterable[Any]], Library | None]


def _none(_: Iterable[Any]) -> Library | None:
    """No other library: all arrays are NumPy's."""
    return None


MAX_BYTES = 4 * 2**30
_NOTHING: Mapping[Any, Any] = {}
_DOUBLE, _SINGLE = np.dtype(np.float64), np.dtype(np.float32)
_KEPT = 4096  # entries of an array that is kept between runs
_EXACT = ("constant", "eye", *VIEWS)  # steps that round nothing
_PROGRAMS = 32  # for how many sets of shapes a node's program is kept; then the oldest goes


def evaluate(
    root: Node,
    arrays: Mapping[str, Array] | None = None,
    sizes: Mapping[str, int] | None = None,
    max_bytes: int = MAX_BYTES,
    rounding: Rounding | None = None,
    order: Sequence[int] | None = None,
    libraries: Libraries = _none,
) -> Array:
    """The numbers of a node, deltas and broadcasts written out, in the type of the arrays.

    Args:
        root: What to evaluate.
        arrays: For each symbol of the graph its numbers.
        sizes: For each named dimension its size; those of ``arrays`` are taken from them.
        max_bytes: The largest array that may be made on the way or at the end.
        rounding: Applied to the result of every step, to see what rounding does to the numbers.
        order: The axes of the node in the order in which they are wanted.
        libraries: Finds the library of arrays that are not NumPy's; the result is one of its own.

    Raises:
        UnboundError: A symbol has no array, or a dimension no size.
        TooLargeError: An array would be larger than ``max_bytes``.

    >>> from matcalc.graph import einsum, symbol
    >>> evaluate(einsum("i -> i i", symbol("s", (2,))), {"s": np.array([1.0, 2.0])})
    array([[1., 0.],
           [0., 2.]])
    """
    given = arrays or _NOTHING, sizes or _NOTHING
    return evaluate_from(root, order, lambda: root, *given, max_bytes, rounding, order, libraries)


def evaluate_from(
    owner: Node,
    key: Any,
    made: Callable[[], Node],
    arrays: Mapping[str, Array],
    sizes: Mapping[str, int],
    max_bytes: int = MAX_BYTES,
    rounding: Rounding | None = None,
    order: Sequence[int] | None = None,
    libraries: Libraries = _none,
    keep: Keep | None = None,
) -> Array:
    """The numbers of a node that is made of another, as :func:`evaluate`; it is made when needed.

    Args:
        owner: The other node: what is known lives as long as it does.
        key: What the node is, among all that are made of the other.
        made: Makes it.
        arrays: As the others, as :func:`evaluate` takes them.
        sizes: Sizes of named dimensions.
        max_bytes: The largest array that may be made.
        rounding: Applied to the result of every step.
        order: The axes in the order in which they are wanted.
        libraries: Finds the library of arrays, as :func:`evaluate` takes it.
        keep: Is told what was run, where it may be run again for NumPy's arrays of these shapes.
    """
    known = leaves_of(owner, key, lambda: [made()], [order])
    library = libraries([*arrays.values(), *known.foreign])
    options = max_bytes, rounding
    result: Array
    (result,) = known.run(arrays, sizes, lambda: [made()], library, *options, keep=keep)
    return result


def leaves_of(
    owner: Node,
    key: Any,
    made: Callable[[], Sequence[Node]],
    orders: Sequence[Sequence[int] | None] = (),
) -> Leaves:
    """What is known of nodes that are made of another, as :func:`evaluate_from` keeps it."""
    families = _KNOWN.setdefault(owner, {})
    known = families.get(key)
    if known is None:
        known = Leaves(made(), orders)
        _remember(families, key, known)
    return known


#: What makes results, for arrays of the shapes and types that were met, in some order.
Run = Callable[[Sequence[Array]], Sequence[Any]]
#: Is told the names of arrays, and what may be run again for them; its first result is the one.
Keep = Callable[[Sequence[str], Run], None]


def _remember(known: dict[Any, Any], key: Any, value: Any) -> None:
    """Keep what was made last; the oldest goes, and threads may do this at once."""
    while len(known) >= _PROGRAMS:
        known.pop(next(iter(known), None), None)
    known[key] = value


class Bindings:
    """What was run for arrays of which names, shapes and types. Stored or copied it is empty."""

    def __init__(self) -> None:
        self._known: dict[Any, tuple[Sequence[str], Run]] = {}

    def run(
        self, asked: str, arrays: Mapping[str, Any], otherwise: Callable[[Keep | None], Result]
    ) -> Result:
        """A new result: by what is known, where all that is given has been met before.

        Args:
            asked: What is computed.
            arrays: What is given by name: arrays, sizes.
            otherwise: Looks at all of it, and computes; it is told where to keep what it runs.
        """
        key: list[Any] = [asked]
        for name, value in arrays.items():
            if type(value) is int:
                key += name, value
            elif type(value) is np.ndarray and (value.dtype is _DOUBLE or value.dtype is _SINGLE):
                key += name, value.shape, value.dtype
            else:
                return otherwise(None)
        met = tuple(key)
        known = self._known.get(met)
        if known is not None:
            names, run = known
            result: Result = run([arrays[name] for name in names])[0]
            return result

        def keep(names: Sequence[str], run: Run) -> None:
            if any(type(arrays[name]) is int for name in names):
                return  # a variable, of which a float is made at every call
            _remember(self._known, met, (names, run))

        return otherwise(keep)

    def __reduce__(self) -> tuple[Any, ...]:
        return Bindings, ()


class Leaves:
    """What is known of nodes without keeping them: leaves, a program for shapes met so far."""

    def __init__(self, roots: Sequence[Node], orders: Sequence[Sequence[int] | None] = ()) -> None:
        """Nodes, and for each the order in which its axes are wanted, if it is another."""
        self.orders = orders
        leaves = [node for node in topological(*roots) if isinstance(node, Symbol | Data)]
        self.shapes = {node.name: node.shape for node in leaves if isinstance(node, Symbol)}
        held = [node.array for node in leaves if isinstance(node, Data)]
        self.foreign = [array for array in held if library_of(array) != "numpy"]
        self.types = [array.dtype for array in held if library_of(array) == "numpy"]
        self.programs: dict[Any, Program] = {}

    def run(
        self,
        arrays: Mapping[str, Any],
        sizes: Mapping[str, int],
        made: Callable[[], Sequence[Node]],
        library: Library | None,
        *options: Any,
        keep: Keep | None = None,
    ) -> list[Any]:
        """The nodes as new arrays of a library, of NumPy's where it is none.

        Args:
            arrays: For each symbol its numbers.
            sizes: Sizes of named dimensions.
            made: Makes the nodes, where arrays of such shapes were not met before.
            library: The library.
            options: As :meth:`Program.run` takes them.
            keep: Is told what was run, where it may be run again for NumPy's arrays.
        """
        given = self.arrays(arrays, library)
        shapes = tuple([array.shape for array in given]), tuple(sizes.items()), library
        program = self.programs.get(shapes)
        if program is None:
            plan = plan_of(made(), self.sizes(shapes[0], sizes), self.orders)
            program = Program(plan, tuple(self.shapes), library or NUMPY)
            _remember(self.programs, shapes, program)
        dtype = library.dtype if library else self.type_of(given or arrays.values())
        if keep is not None and library is None:
            keep(tuple(self.shapes), lambda given: program.run(given, dtype, *options))
        return program.run(given, dtype, *options)

    def arrays(self, given: Mapping[str, Any], library: Library | None) -> list[Any]:
        """The arrays of the symbols."""
        missing = [name for name in self.shapes if name not in given]
        if missing:
            raise UnboundError(f"{missing[0]} has no numbers: it is a symbol")
        read = library.array if library else np.asarray
        return [read(given[name]) for name in self.shapes]

    def sizes(self, shapes: tuple[Sizes, ...], known: Mapping[str, int]) -> Mapping[str, int]:
        """The sizes of dimensions: those that are known, and those that the arrays tell."""
        return bound_sizes(tuple(self.shapes.items()), shapes, tuple(known.items()))

    def type_of(self, given: Iterable[Array]) -> np.dtype[Any]:
        """The type of a result: that of the arrays in it; of a constant, of all that are given."""
        types = {*self.types, *(np.asarray(array).dtype for array in given)}
        if len(types) == 1:
            return next(iter(types))
        return np.result_type(*(types or [np.dtype(np.float64)]))


_KNOWN: WeakKeyDictionary[Node, dict[Any, Leaves]] = WeakKeyDictionary()


class Program:
    """A plan as functions of a library. It holds no array between runs: threads may share it."""

    def __init__(
        self, plan: Plan, names: Sequence[str] | None = None, library: Library = NUMPY
    ) -> None:
        """A plan, and the names of the arrays in the order in which :meth:`run` is given them."""
        self.plan = plan
        self.library = library
        self.names = tuple(names if names is not None else plan.variables)
        places = {name: f"x{place}" for place, name in enumerate(self.names)}
        self.called: list[str] = []  # how the value of each step is called in the source
        self.functions: dict[str, Callable[..., Array]] = {}
        self.held: dict[str, Array] = {}  # what depends on no array, once
        lines = [f"def run({', '.join(places.values())}):"]
        for at, (step, ending) in enumerate(zip(plan.steps, plan.last_uses(), strict=True)):
            below = [self.called[k] for k in step.operands]
            if step.op == "variable":
                self.called.append(places[step.value])
            elif library.keeps and self.held.keys() >= set(below) and _is_kept(step):
                self.called.append(f"h{at}")
                with np.errstate(all="ignore"):
                    self.held[f"h{at}"] = self.function(step)(*map(self.held.get, below))
            else:
                self.called.append(f"t{at}")
                self.functions[f"f{at}"] = self.function(step)
                lines.append(f" t{at} = f{at}({', '.join(below)})")
                lines += [f" del t{k}" for k in ending if self.called[k] == f"t{k}"]
        lines.append(f" return [{', '.join(self.called[at] for at in plan.results)}]")
        self.code = compile("\n".join(lines), "<plan>", "exec")
        self.compute = self._straight(self.functions)
        self.fresh = [
            new and self.called[at] not in self.held
            for at, new in zip(plan.results, plan.makes(), strict=True)
        ]
        self.largest = 0 if plan.largest is None else prod(plan.largest.shape)

    def run(
        self,
        given: Sequence[Array],
        dtype: np.dtype[Any],
        max_bytes: int = MAX_BYTES,
        rounding: Rounding | None = None,
    ) -> list[Array]:
        """New arrays, of a type.

        Raises:
            TooLargeError: An array would be larger than ``max_bytes``; nothing is computed then.
        """
        too_large = self.largest * dtype.itemsize > max_bytes and not self.library.in_chunks
        if too_large and self.plan.largest is not None:
            check_sizes([self.plan.largest.shape], dtype, max_bytes)
        compute = self.compute if rounding is None else self._rounded(rounding)
        with np.errstate(all="ignore"):  # what is undefined is nan, what is too large inf
            return [
                self.library.finished(value, dtype, fresh=fresh)
                for value, fresh in zip(compute(*given), self.fresh, strict=True)
            ]

    def _straight(self, functions: Mapping[str, Callable[..., Array]]) -> Callable[..., Any]:
        """One function that calls one after the other: its source is made of numbers of steps."""
        space: dict[str, Any] = {**functions, **self.held}
        exec(self.code, space)  # noqa: S102 - our own source, in which no name is anybody's
        run: Callable[..., Any] = space["run"]
        return run

    def function(self, step: Step) -> Callable[..., Any]:
        """What a step does, called with the arrays of its operands."""
        return self.library.function(step, [self.plan.steps[at].shape for at in step.operands])

    def _rounded(self, rounding: Rounding) -> Callable[..., Any]:
        """The same, with what each step gives rounded."""
        exact = {f"f{at}" for at, step in enumerate(self.plan.steps) if step.op in _EXACT}
        functions = {
            name: one if name in exact else _then(rounding, one)
            for name, one in self.functions.items()
        }
        return self._straight(functions)


def check_sizes(shapes: Iterable[Sizes], dtype: np.dtype[Any], max_bytes: int) -> None:
    """Hold arrays that will be made against a limit.

    Raises:
        TooLargeError: One would be larger than ``max_bytes``.
    """
    for shape in shapes:
        size = prod(shape) * dtype.itemsize
        if size > max_bytes:
            raise TooLargeError(
                f"a dense array of {dimensions.times(shape)} takes {size:.3g} bytes, over the "
                f"limit of {max_bytes:.3g}; compile(max_bytes=…) is another limit, jvp and vjp "
                "need no dense array"
            )


def _then(rounding: Rounding, function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *arrays: rounding(function(*arrays))


def _is_kept(step: Step) -> bool:
    """Whether what depends on no array is kept: it is small, or somebody has it anyway."""
    return step.op == "constant" or (step.op != "apply" and prod(step.shape) <= _KEPT)

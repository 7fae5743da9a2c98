"""Results in arrays that a function keeps, and writes over at its next call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from inspect import signature
from typing import Any, NamedTuple

import numpy as np

from matcalc.plan.computation import Returned

_KEPT = 4  # combinations of shapes and types whose results are kept


class KnownCall:
    """What is known of all calls of a function with arguments of the same shapes and types.

    Attributes:
        kinds: These shapes and types.
        dtype: The type of all results.
        more: What the function is given beside the arguments: sizes that their shapes tell.
    """

    __slots__ = ("dtype", "kinds", "more")

    def __init__(self, kinds: Sequence[Any], dtype: np.dtype[Any], more: Sequence[Any]) -> None:
        self.kinds = kinds
        self.dtype = dtype
        self.more = more


class _Kept(NamedTuple):
    """The results of such calls.

    Attributes:
        arrays: Those that are written over.
        owners: The arrays that their numbers belong to, as ``id`` tells them.
    """

    arrays: tuple[Any, ...]
    owners: frozenset[int]


class Reused:
    """A function that writes results into arrays, called with those of its last call.

    Each thread has its own. Where an argument is such a result, it is copied first.
    """

    def __init__(
        self,
        fresh: Callable[..., Any],
        into: Callable[..., Any],
        outs: Sequence[int],
        returned: Returned,
    ) -> None:
        """How results are made.

        Args:
            fresh: The function that makes new arrays.
            into: The same, which takes arrays for results after its arguments: all of these, or
                those that it needs.
            outs: The results that it takes arrays for.
            returned: How all are returned.
        """
        self._fresh = fresh
        self._into = into
        taken = list(signature(fresh).parameters)
        wanted = list(signature(into).parameters)[: -len(outs) or None]
        self._needed = [taken.index(name) for name in wanted]
        self._places = [list(_flat(returned)).index(at) for at in outs]
        self._local = threading.local()

    def __call__(self, call: KnownCall, *given: Any) -> Any:
        """The results, in the same arrays as those of the last such call of the thread."""
        known: Any = self._local.__dict__  # of a call what is kept of it
        kept = known.get(call)
        if kept is not None:
            values = [*map(given.__getitem__, self._needed)]
            owners = [getattr(x, "base", None) for x in values]
            if not kept.owners.isdisjoint(map(id, values + owners)):
                values = [x.copy() if isinstance(x, np.ndarray) else x for x in values]
            return self._into(*values, *kept.arrays)
        result = self._fresh(*given)
        arrays = self._arrays(result)
        if len(known) >= _KEPT:
            known.clear()
        known[call] = _Kept(arrays, frozenset(map(_owner, arrays)))
        return result

    def _arrays(self, result: Any) -> tuple[Any, ...]:
        """The results that are written over."""
        found = list(_flat(result))
        return tuple(found[place] for place in self._places)


def _owner(x: Any) -> int:
    """The array that the numbers of another belong to."""
    base = getattr(x, "base", None)
    return id(x if base is None else base)


def _flat(nested: Any) -> Iterator[Any]:
    """What stands in tuples within tuples, in order."""
    if isinstance(nested, tuple):
        for one in nested:
            yield from _flat(one)
    else:
        yield nested

"""What a function computes, as nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from matcalc.graph import Node

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


def arranged(results: Any, returned: Returned) -> Any:
    """Results as they are returned.

    >>> arranged([1, 2, 3], (0, (1, 2)))
    (1, (2, 3))
    """
    if isinstance(returned, int):
        return results[returned]
    return tuple([arranged(results, one) for one in returned])

"""How much work was done, counted in steps: the same on every machine, unlike seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Count:
    """Steps that were spent.

    Attributes:
        spent: How many.
    """

    def __init__(self) -> None:
        self.spent = 0


_COUNT: ContextVar[Count | None] = ContextVar("count", default=None)


def spend(steps: int) -> None:
    """Count steps, if anybody counts."""
    count = _COUNT.get()
    if count is not None:
        count.spent += steps


@contextmanager
def counted() -> Iterator[Count]:
    """Count the steps that are spent inside."""
    count = Count()
    token = _COUNT.set(count)
    try:
        yield count
    finally:
        _COUNT.reset(token)

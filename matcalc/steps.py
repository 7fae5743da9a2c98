"""How much work is done, counted in steps: the same on every machine, unlike seconds.

A node that is made, a vertex that is looked at while a product is put in canonical order, a piece
of a formula are steps, about ten microseconds each. What needs more of them than it is given is
refused: nothing hangs.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from matcalc.errors import TooLargeError

MOST = 1_000_000
"""Steps that a sweep, a simplification or the writing of one formula may take."""


class Count:
    """Steps that were spent.

    Attributes:
        spent: How many.
        most: How many may be.
        work: What they are spent on, for the error.
    """

    def __init__(self, most: float, work: str) -> None:
        self.spent, self.most, self.work = 0, most, work


_COUNTS: ContextVar[tuple[Count, ...]] = ContextVar("counts", default=())


def spend(steps: int) -> None:
    """Count steps, for whoever counts.

    Raises:
        TooLargeError: There are more than may be spent.
    """
    for count in _COUNTS.get():
        count.spent += steps
        if count.spent > count.most:
            raise TooLargeError(
                f"{count.work} takes more than {count.most:,} steps; "
                "smaller parts may be differentiated one by one: wrt takes intermediate names too"
            )


@contextmanager
def counted(most: float = float("inf"), work: str = "this") -> Generator[Count]:
    """Count the steps that are spent inside, and refuse more than there may be.

    Args:
        most: How many there may be.
        work: What they are spent on.

    >>> with counted() as count:
    ...     spend(3)
    >>> count.spent
    3
    """
    count = Count(most, work)
    token = _COUNTS.set((*_COUNTS.get(), count))
    try:
        yield count
    finally:
        _COUNTS.reset(token)

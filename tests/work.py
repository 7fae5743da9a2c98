"""How much work something is, counted: the same on a busy machine and on an idle one."""

import sys
from collections.abc import Callable
from types import FrameType


def calls(run: Callable[[], object]) -> int:
    """The functions that are entered while `run` runs, Python's and C's together.

    Examples:
        >>> calls(lambda: [abs(k) for k in range(100)]) >= 100
        True
    """
    entered = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal entered
        entered += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(before)
    return entered

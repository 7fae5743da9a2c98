"""What emitted source was made from: the formula, and the version that made it."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from matcalc.errors import printable
from matcalc.version import __version__

_WIDTH = 84
_MOST = 600  # characters of a formula


def origin(formulas: Iterable[str]) -> list[str]:
    """Lines for a docstring, whatever signs stand in the formulas.

    Args:
        formulas: What was differentiated, as it was read; nothing for what had no formula.

    >>> origin(["x.T @ A @ x"])[0]
    'Formula: x.T @ A @ x'
    """
    lines: list[str] = []
    for text in dict.fromkeys(filter(None, formulas)):
        shown = text if len(text) <= _MOST else f"{text[:_MOST]}…"
        shown = printable(f"Formula: {shown}")
        lines += wrap(shown, _WIDTH, subsequent_indent="    ", break_on_hyphens=False)
    lines = [line.replace("\\", "\\\\").replace('"""', r"\"\"\"") for line in lines]
    return [*lines, f"Made by matcalc {__version__}."]

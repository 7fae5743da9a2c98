"""Calls as Python source that can be copied and run, broken where a line would be too long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import wrap


def call(
    function: str,
    before: Sequence[str],
    text: str,
    after: Sequence[str],
    width: int,
) -> list[str]:
    """The lines of a call whose arguments are names, one string, and more names.

    >>> call("einops.einsum", ["dL_dz", "dz_dx"], "z, z x -> x", [], 80)
    ['einops.einsum(dL_dz, dz_dx, "z, z x -> x")']
    """
    line = f"{function}({', '.join([*before, _quoted(text), *after])})"
    if len(line) <= width:
        return [line]
    strings = [_quoted(chunk) for chunk in _chunks(text, width - 7)]
    inside = [*_listed(before, width), *strings[:-1], f"{strings[-1]},", *_listed(after, width)]
    return [f"{function}(", *(f"    {argument}" for argument in inside), ")"]


def _quoted(text: str) -> str:
    return f'"{text}"'


def _listed(names: Sequence[str], width: int) -> list[str]:
    return wrap("".join(f"{name}, " for name in names), width - 4, break_long_words=False)


def _chunks(text: str, width: int) -> list[str]:
    """The text in pieces, cut after a space or a comma."""
    chunks = [""]
    for piece in re.findall(r"[^ ,]*[ ,]+|[^ ,]+$", text):
        if chunks[-1] and len(chunks[-1]) + len(piece) > width:
            chunks.append("")
        chunks[-1] += piece
    return chunks

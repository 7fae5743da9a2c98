"""Downwards: what the parts of a line must be worth for the line to be right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from matcalc.claims.point import Worth
from matcalc.claims.stacked import Stack, close, operated, transposed
from matcalc.claims.tree import Tree

_BACK = {"+": "-", "-": "+", "*": "/", "/": "*"}  # what takes an operation back


def needed(line: Tree, worth: Worth) -> Iterator[tuple[Tree, Stack]]:
    """Parts of which it is known what they must be worth for the line to be right."""
    waiting: list[tuple[Tree, Stack]] = [(line, worth.at.truth)]
    while waiting:
        tree, value = waiting.pop(0)
        yield tree, value
        for arg, wanted in _pushed(tree, value, worth):
            if np.all(np.isfinite(wanted.data)):
                waiting.append((arg, wanted))


def _pushed(tree: Tree, needed: Stack, worth: Worth) -> Iterator[tuple[Tree, Stack]]:
    """What the arguments of a step must be worth, each with the others as they are."""
    if tree.kind == "transpose":
        yield tree.args[0], transposed(needed)
    elif tree.kind == "negative":
        yield tree.args[0], needed._replace(data=-needed.data)
    elif tree.kind == "operator":
        one, two = tree.args
        a, b = worth.of(one), worth.of(two)
        if b is not None:
            yield from _wanted(tree, b, needed, left=True)
        if a is not None:
            yield from _wanted(tree, a, needed, left=False)
    elif tree.calls("diag") and needed.is_square:
        inside = np.diagonal(needed.data, axis1=1, axis2=2)[:, :, None]
        if np.allclose(inside * np.eye(needed.shape[0]), needed.data):
            yield tree.args[0], Stack("c", inside)
    elif tree.calls("inv") and needed.is_square:
        with suppress(np.linalg.LinAlgError):
            yield tree.args[0], Stack("m", np.linalg.inv(needed.data))


def _wanted(tree: Tree, known: Stack, needed: Stack, *, left: bool) -> Iterator[tuple[Tree, Stack]]:
    """What an argument must be worth beside the other, if that does make what is needed."""
    value = _beside(tree.value, known, needed, left=left)
    if value is None:
        return
    pair = (value, known) if left else (known, value)
    made = operated(tree.value, *pair)
    if made is not None and made.shape == needed.shape and close(made.data, needed.data):
        yield tree.args[0 if left else 1], value


def _beside(sign: str, known: Stack, needed: Stack, *, left: bool) -> Stack | None:
    """What must stand left, or right, of a value for an operation to give what is needed."""
    if sign == "@":
        fits = known.kind in "cmr" and needed.kind in "crms"
        return _solved(needed, known, left=left) if fits else None
    if sign not in _BACK:
        return None
    if not left and sign in "-/":
        return operated(sign, known, needed)
    return operated(_BACK[sign], needed, known)


def _solved(needed: Stack, known: Stack, *, left: bool) -> Stack | None:
    """The other factor of a product, by the pseudo-inverse."""
    if not np.all(np.isfinite(known.data)):
        return None
    inverse = np.linalg.pinv(known.data[0])
    if left:
        if needed.data.shape[2] != inverse.shape[0]:
            return None
        data = needed.data[0] @ inverse
    else:
        if needed.data.shape[1] != inverse.shape[1]:
            return None
        data = inverse @ needed.data[0]
    rows, columns = data.shape
    kind = "c" if columns == 1 else "r" if rows == 1 else "m"
    return Stack(kind, data[None])

"""Where something is written into an array: the diagonal of several axes."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.code.calls import filled
from matcalc.code.dialects import Dialect
from matcalc.code.spelling import ATOM, Spelled, within


def diagonal(whole: str, indices: Mapping[str, str]) -> tuple[str, str]:
    """The index of the entries where axes of one letter agree, and the order of their axes.

    Arrays that index neighbouring axes leave theirs in place; others come first, as in NumPy.

    Args:
        whole: A letter for each axis of the array.
        indices: The names of 0, 1, 2 … for each letter that stands twice.

    >>> diagonal("ijjk", {"j": "j"})
    ('[:, j, j]', 'ijk')
    >>> diagonal("ijkj", {"j": "j"})
    ('[:, j, :, j]', 'jik')
    """
    places = [place for place, letter in enumerate(whole) if letter in indices]
    index = [indices.get(letter, ":") for letter in whole[: places[-1] + 1]]
    are_neighbours = places[-1] - places[0] == len(places) - 1
    first = places[0] if are_neighbours else 0
    others = "".join(letter for letter in whole if letter not in indices)
    paired = "".join(letter for letter in dict.fromkeys(whole) if letter in indices)
    return f"[{', '.join(index)}]", others[:first] + paired + others[first:]


def content(dialect: Dialect, piece: Spelled, core: str, order: str) -> Spelled:
    """What is written, its axes in order, with an axis of length 1 where it is repeated.

    Args:
        dialect: The library.
        piece: What is written.
        core: A letter for each of its axes.
        order: The letters of the place.
    """
    kept = [letter for letter in order if letter in core]
    if kept != list(core):
        axes = ", ".join(str(core.index(letter)) for letter in kept)
        op = "transpose" if len(kept) == 2 else "permute"
        piece = Spelled(filled(dialect.operation(op), [piece], {"order": axes}.__getitem__))
    index = [":" if letter in core else "None" for letter in order]
    while index and index[0] == "None":
        index.pop(0)
    return Spelled(f"{within(piece, ATOM)}[{', '.join(index)}]") if "None" in index else piece

"""Formulas that are the same but for where a number stands in a product: one of them is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from matcalc.claims.repairs import Repair
from matcalc.claims.tree import Tree, op, turned, unplaced

Kind = Callable[[Tree], str]


class _Parted(NamedTuple):
    """A product as its arrays, in their order, and its numbers."""

    array: Tree | None
    numbers: tuple[str, ...] = ()


def but_for_numbers(repairs: Iterable[Repair], kind: Kind) -> Iterator[Repair]:
    """The first of repairs that differ in where a number stands: ``(a / c) @ b``, ``a @ b / c``.

    All are equal to the derivative, so where arrays are the same, numbers are equal by value.

    Args:
        repairs: The nearest first.
        kind: The kind of a part: ``s`` for a number.
    """
    seen: set[str] = set()
    for one in repairs:
        array, numbers = _parted(unplaced(one.tree), kind)
        key = str(array) if array is not None else " ".join(sorted(numbers))
        if key not in seen:
            seen.add(key)
            yield one


def _parted(tree: Tree, kind: Kind) -> _Parted:
    parts = [_parted(one, kind) for one in tree.args] if _is_product(tree, kind) else []
    if not parts:
        return _Parted(None, (str(tree),)) if kind(tree) == "s" else _Parted(tree)
    numbers = tuple(number for part in parts for number in part.numbers)
    if tree.kind == "negative":
        return parts[0]._replace(numbers=(*numbers, "-"))
    if tree.kind == "transpose":
        array = parts[0].array
        return _Parted(array and turned(array), numbers)
    if tree.operator("/"):
        inverses = tuple(f"/{number}" for number in parts[1].numbers)
        return _Parted(parts[0].array, (*parts[0].numbers, *inverses))
    arrays = [part.array for part in parts if part.array is not None]
    array = op(tree.value, *arrays) if len(arrays) > 1 else next(iter(arrays), None)
    return _Parted(array, numbers)


def _is_product(tree: Tree, kind: Kind) -> bool:
    """Whether a number in a part of it may stand before all of it."""
    if tree.operator("/"):
        return kind(tree.args[1]) == "s"
    return tree.kind in ("negative", "transpose") or tree.operator("@", "*")

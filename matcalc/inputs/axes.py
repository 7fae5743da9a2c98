"""Axes in another order, put together, or new: patterns of ``rearrange`` for names of NumPy's."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.dimensions import Dimension
from matcalc.inputs.kinds import Kind
from matcalc.inputs.pieces import ATOM, Written, joined
from matcalc.inputs.speller import Speller
from matcalc.inputs.tree import LineNode

_LETTERS = "abcdefghijklmnop"  # for the axes of an array


def in_order(writer: Speller, node: LineNode, one: Written, order: Sequence[int]) -> Written:
    """The axes of an array in another order; of a matrix a transpose."""
    rank = len(order)
    if list(order) == list(range(rank)):
        return one
    if rank == 2:
        return joined([one.within(ATOM), ".T"], ATOM, one.kind.transposed)
    before, after = (" ".join(_LETTERS[k] for k in axes) for axes in (range(rank), order))
    kind = Kind(rank, tuple(one.kind.sizes[k] for k in order))
    text = writer.atom(node, f'"{before} -> {after}"', Kind(None))
    return writer.applied(node, "rearrange", [text, one], kind)


def last_two(writer: Speller, node: LineNode, one: Written) -> Written | None:
    """``X.mT``: the last two axes change places."""
    rank = one.kind.rank or 0
    order = [*range(rank - 2), rank - 1, rank - 2]
    return in_order(writer, node, one, order) if rank > 2 else None


def transposed(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``transpose(X)``, ``X.transpose(1, 2)``, ``np.transpose(X, (0, 2, 1))``, ``permute``.

    Two numbers behind an array are PyTorch's, which change places.
    """
    rank = args[0].kind.rank if args else None
    axes = _axes(writer, node, rank or 0)
    if rank is None or axes is None:
        return None
    if not axes:
        if rank > 2:
            return None
        return joined([args[0].within(ATOM), ".T"], ATOM, args[0].kind.transposed)
    if len(axes) == 2 < rank or (len(axes) == 2 == rank and axes[0] != axes[1]):
        order = list(range(rank))
        order[axes[0]], order[axes[1]] = axes[1], axes[0]
        return in_order(writer, node, args[0], order)
    if sorted(axes) != list(range(rank)):
        return None
    return in_order(writer, node, args[0], axes)


def swapped(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``swapaxes(X, 0, 1)``."""
    return transposed(writer, node, args) if len(args) == 3 else None


def widened(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``x.unsqueeze(1)``, ``np.expand_dims(x, axis=0)``: ``x[:, None]``, ``x[None, :]``."""
    rank = args[0].kind.rank if args else None
    found = _axes(writer, node, (rank or 0) + 1)
    if not rank or not found or len(found) != 1 or rank > 3:
        return None
    items = [":"] * rank
    items.insert(found[0], "None")
    sizes: list[Dimension | None] = list(args[0].kind.sizes)
    sizes.insert(found[0], 1)
    one = args[0].within(ATOM)
    return joined([one, f"[{', '.join(items)}]"], ATOM, Kind(rank + 1, tuple(sizes)))


def flattened(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``X.flatten()``, ``np.ravel(X)``: row after row."""
    order = node.args[1] if len(args) == 2 else None
    said = order.args[0] if order is not None and order.value == "order" else order
    if said is not None and said.op == "text" and said.value[1:-1] == "F":  # column after column
        return joined(["vec(", args[0], ")"], ATOM, Kind(1, (None,)))
    rank = args[0].kind.rank if len(args) == 1 else None
    if not rank:
        return None
    if rank == 1:
        return args[0]
    names = " ".join(_LETTERS[:rank])
    text = writer.atom(node, f'"{names} -> ({names})"', Kind(None))
    return writer.applied(node, "rearrange", [text, args[0]], Kind(1, (None,)))


def _axes(writer: Speller, node: LineNode, rank: int) -> list[int] | None:
    """The axes behind an array, counted from the front; ``None`` where there is anything else."""
    rest = node.args[1:]
    if len(rest) == 1 and rest[0].op in ("listed", "keyword"):
        rest = rest[0].args
    if len(rest) == 1 and rest[0].op == "listed":
        rest = rest[0].args
    found: list[int] = []
    for one in rest:
        text = writer.write(one).text
        if not text.lstrip("-").isdigit() or not -rank <= int(text) < rank:
            return None
        found.append(int(text) % rank)
    return found

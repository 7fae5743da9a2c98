"""Sizes alone: where a product breaks, and which orders and transposes of its pieces fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from matcalc.claims.answer import Cause, Checked, ClaimPiece, Misfit, RepairProduct
from matcalc.claims.arranging import Arrangement, arrangements, far
from matcalc.claims.sizes_text import Matrix, SizeProduct, read_shape, read_sizes
from matcalc.claims.tree import Tree, row_of, walk
from matcalc.dimensions import Dimension, times

if TYPE_CHECKING:  # it loads NumPy, which sizes do without
    from matcalc.checking.verdict import Verdict

_LISTED = 12  # arrangements that an answer holds


def check_sizes(sizes: str, *, wanted: str | None = None) -> Checked:
    """Where a product of sizes breaks, and which orders and transposes of its pieces fit.

    Args:
        sizes: The product: ``"2x1 · 2x3 · 3x1 · 1x2"``; or with names, vectors as columns:
            ``"dW2[3,2] = d3[2] @ W3[2,3] @ r[3] @ x[2].T"``.
        wanted: The shape that is to come out, ``"3x2"``; an equation states it on its left.

    Returns:
        The answer; its ``repairs`` are the arrangements that fit, each piece used once, those
        nearest to what was given first.

    Raises:
        NotationError: The sizes cannot be read.
        TooLargeError: There are too many pieces.

    >>> found = check_sizes("2x1 · 2x3 · 3x1 · 1x2", wanted="3x2")
    >>> found.verdict, found.misfits[0].says, found.repair
    ('not_conformable', '1 ≠ 2', '(B.T @ A * C) @ D')
    """
    read = read_sizes(sizes)
    shape = read_shape(wanted) if wanted is not None else read.wanted
    misfits = tuple(_misfits(read))
    comes_out = None if misfits else (read.pieces[0].shape[0], read.pieces[-1].shape[1])
    found = arrangements(read.pieces)
    fitting = found.get(shape, []) if shape else []
    whole = _answer(sizes, read, shape, misfits, comes_out)
    if whole.verdict == "right" or (shape is None and comes_out is not None):
        return whole
    if shape is None:
        return replace(whole, notes=tuple(_reachable(found)), why=_why(misfits))
    if not fitting:
        return replace(whole, notes=_unreachable(found, shape), why=_why(misfits))
    return _repaired(whole, read, fitting)


def _answer(
    sizes: str,
    read: SizeProduct,
    shape: Matrix | None,
    misfits: tuple[Misfit, ...],
    comes_out: Matrix | None,
) -> Checked:
    """The verdict, without arrangements."""
    verdict: Verdict
    if misfits:
        verdict, reason = "not_conformable", "; ".join(_in_words(read, one) for one in misfits)
    elif shape is not None and comes_out != shape:
        verdict = "wrong_shape"
        reason = f"it fits and is {times(comes_out or ())}, and {times(shape)} is wanted"
    else:
        verdict = "right"
        reason = f"it fits and is {times(comes_out or ())}; sizes alone prove no formula"
    signs = " ".join(
        f"{'' if k == 0 else read.signs[k - 1] + ' '}{one.tree}"
        for k, one in enumerate(read.pieces)
    )
    return Checked(
        sizes,
        read.name,
        signs,
        verdict,
        reason,
        "",
        "",
        pieces=tuple(
            ClaimPiece(str(one.tree), one.place.start, one.place.stop, times(one.shape))
            for one in read.pieces
        ),
        misfits=misfits,
        kind="sizes",
        shape=times(shape) if shape else "",
    )


def _repaired(whole: Checked, read: SizeProduct, fitting: Sequence[Arrangement]) -> Checked:
    texts = [str(one.tree) for one in fitting[:_LISTED]]
    equation = f"{read.name} = " if read.name else ""
    more = len(fitting) - len(texts)
    notes = [f"{more} more arrangements fit, further from what was given"] if more > 0 else []
    near = [one for one in fitting if one.cost <= fitting[0].cost + 0.25]
    return replace(
        whole,
        causes=tuple(_causes(read, fitting[0].tree)),
        repair=equation + texts[0],
        sure="only" if len(near) == 1 else "one_of",
        repairs=tuple(equation + each for each in texts),
        products=tuple(_products(read, fitting[0].tree)),
        why=(*_why(whole.misfits), *_advice(read, len(fitting))),
        notes=tuple(notes),
    )


def _misfits(read: SizeProduct) -> Iterator[Misfit]:
    """Every place where neighbours do not fit."""
    for (left, right), sign in zip(pairwise(read.pieces), read.signs, strict=True):
        entrywise = sign == "*"
        if left.shape == right.shape if entrywise else left.shape[1] == right.shape[0]:
            continue
        one, two = (times(each.shape) for each in (left, right))
        says = f"{one} ≠ {two}" if entrywise else f"{left.shape[1]} ≠ {right.shape[0]}"
        yield Misfit(left.place.start, right.place.stop, sign, one, two, says)


def _in_words(read: SizeProduct, misfit: Misfit) -> str:
    left = next(one for one in read.pieces if one.place.start == misfit.start)
    right = next(one for one in read.pieces if one.place.stop == misfit.end)
    names = [one.tree for one in (left, right)]
    if misfit.sign == "*":
        return f"{names[0]} is {misfit.left} and {names[1]} is {misfit.right}: not of one shape"
    return (
        f"{names[0]} has {_count(left.shape[1], 'column')}, "
        f"{names[1]} has {_count(right.shape[0], 'row')}"
    )


def _count(size: Dimension, word: str) -> str:
    return f"{size} {word}" if size == 1 else f"{size} {word}s"


def _products(read: SizeProduct, tree: Tree) -> list[RepairProduct]:
    """The products of an arrangement, the innermost first, a run of one sign as one."""
    found: list[RepairProduct] = []
    known = {one.label: one.shape for one in read.pieces}
    own = {one.label: one.turned for one in read.pieces}
    _walk_products(tree, known, own, found)
    return found


def _walk_products(
    tree: Tree, known: dict[str, Matrix], own: dict[str, bool], found: list[RepairProduct]
) -> Matrix:
    """The shape of a tree, its products noted on the way."""
    if tree.kind == "name":
        rows, columns = known[tree.value]
        return (columns, rows) if own[tree.value] else (rows, columns)
    if tree.kind == "transpose":
        rows, columns = _walk_products(tree.args[0], known, own, found)
        return columns, rows
    factors = row_of(tree, tree.value)
    shapes = [_walk_products(one, known, own, found) for one in factors]
    result = shapes[0] if tree.value == "*" else (shapes[0][0], shapes[-1][1])
    sign = " ⊙ " if tree.value == "*" else " · "
    found.append(RepairProduct(str(tree), f"{sign.join(map(times, shapes))} = {times(result)}"))
    return result


def _causes(read: SizeProduct, tree: Tree) -> Iterator[Cause]:
    """What an arrangement changes: a transpose, the order, the kind of product."""
    order = [one.value for one in walk(tree) if one.kind == "name"]
    turns = {one.args[0].value for one in walk(tree) if one.kind == "transpose"}
    whole = read.pieces[0].place.start, read.pieces[-1].place.stop
    for one in read.pieces:
        if (one.label in turns) != one.turned:
            says = f"{one.label} goes in transposed: {times(one.shape[::-1])}"
            if one.turned:
                says = f"{one.label} goes in as it is, without .T: {times(one.shape[::-1])}"
            yield Cause("transpose", one.place.start, one.place.stop, says)
    if order != [one.label for one in read.pieces]:
        yield Cause("order", *whole, f"the order is {', '.join(order)}")
    signs = sorted(one.value for one in walk(tree) if one.kind == "operator")
    if signs != sorted(read.signs):
        entrywise = next((one for one in walk(tree) if one.operator("*")), tree)
        says = f"{entrywise} is entry by entry: both are of one shape"
        yield Cause("kind-of-product", *whole, says)


def _why(misfits: Sequence[Misfit]) -> tuple[str, ...]:
    """The rule that is broken."""
    if not any(one.sign == "@" for one in misfits):
        return ()
    rule = "In a matrix product the columns of the left one meet as many rows of the right one."
    broken = [one for one in misfits if one.sign == "@"]
    return (f"{rule} Here {' and '.join(one.says for one in broken)}.",)


def _advice(read: SizeProduct, count: int) -> tuple[str, ...]:
    """What sizes cannot see, and what decides."""
    decides = ("which of these", "says") if count > 1 else ("that it", "proves")
    said = [
        "Sizes find what fits; {} is the derivative, the forward pass {}: add "
        "--because 'z = W @ x'.".format(*decides)
    ]
    square = [one.label for one in read.pieces if one.shape[0] == one.shape[1] != 1]
    if square:
        said.append(f"Whether {', '.join(square)} is transposed, sizes cannot see: it is square.")
    return tuple(said)


def _reachable(found: Mapping[Matrix, Sequence[Arrangement]]) -> Iterator[str]:
    """Which shapes the pieces can be put together to, where none is wanted."""
    ways = sorted((ways[0] for ways in found.values()), key=far)
    yield from (f"{times(one.shape)} can be made: {one.tree}" for one in ways[:_LISTED])
    if not ways:
        yield "each used once, these pieces fit in no order, transposed or not"
    else:
        yield "say what is to come out: --wanted 3x2"


def _unreachable(found: Mapping[Matrix, Sequence[Arrangement]], shape: Matrix) -> tuple[str, ...]:
    """That a shape cannot be made, and what can."""
    said = f"each used once, these pieces give {times(shape)} in no order, transposed or not"
    ways = sorted((ways[0] for ways in found.values()), key=far)
    return said, *(f"{times(one.shape)} can be made: {one.tree}" for one in ways[:_LISTED])

"""A claim as a picture: its factors to scale, what does not fit, the products of a repair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from matcalc import dimensions
from matcalc.claims.answer import Checked, RepairProduct
from matcalc.claims.telling import TITLES, cells
from matcalc.notation.parts import Cell
from matcalc.pictures.drawing import Drawing, paragraph, stacked
from matcalc.pictures.shapes import Block, Join, matrix_join, product_drawing

_SIZES = re.compile(r"[^×]+×[^×]+\Z")
_MATRIX_SIGNS = frozenset({"@", "·", "⋅", "×", "", r"\cdot", "=", "= "})
_ENTRYWISE = frozenset({"*", "⊙", "∘", ".*"})


def claim_svg(found: Checked) -> str:
    """An answer to a claim as an SVG picture: each side that does not fit marked.

    Args:
        found: The answer; a claim whose factors have no shapes is a line of text.

    >>> from matcalc.claims.sizes_alone import check_sizes
    >>> found = check_sizes("2x1 · 2x3 · 3x1 · 1x2", wanted="3x2")
    >>> claim_svg(found).count("1 ≠ 2")
    2
    """
    shown = [one for one in cells(found) if not (found.name and one.above == found.name)]
    drawings = [
        paragraph([f"{TITLES[found.verdict]}: {found.reason}".removesuffix(": ")], "strong")
    ]
    words: list[str] = []
    for run in _runs(shown):
        drawing, said = _drawn(run)
        drawings.append(drawing)
        words.append(said)
    if found.repair:
        drawings.append(paragraph([f"Repaired: {found.repair}"], "strong"))
        for one in found.products:
            drawing, said = _product(one)
            drawings += [paragraph([" ".join(filter(None, (one.text, one.says)))]), drawing]
            words.append(said)
    title = f"Checked: {' '.join(found.claim.split())}"
    return stacked(drawings, 26).document(title, " ".join(words) or found.reason)


def _runs(shown: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Factors that are multiplied as matrices; what stands between others ends a run."""
    run: list[Cell] = []
    for one in shown:
        sign = one.sign.removeprefix("=").strip()
        if run and sign not in _MATRIX_SIGNS and sign not in _ENTRYWISE:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _drawn(run: Sequence[Cell]) -> tuple[Drawing, str]:
    """A run of factors; as text where a factor has no rows and columns."""
    if not all(_SIZES.match(one.below) for one in run):
        text = " ".join(f"{one.sign} {one.above}".strip() for one in run)
        return paragraph([text]), text
    blocks = [_block(one.above, one.below) for one in run]
    joins = [
        _join(left, right, cell)
        for (left, right), cell in zip(pairwise(blocks), run[1:], strict=True)
    ]
    result = Block("", blocks[0].rows, blocks[-1].columns)
    return product_drawing(blocks, joins, result)


def _join(left: Block, right: Block, cell: Cell) -> Join:
    """What lies between two: a side that fits or not; ⊙ has no sides that meet."""
    sign = cell.sign.strip()
    if cell.clash:
        return Join(False, cell.clash)
    if sign in _ENTRYWISE:
        return Join(True, "⊙", square=False)
    if left.columns != right.rows:
        return Join(True, "", square=False)
    return matrix_join(left.columns, right.rows)


def _product(one: RepairProduct) -> tuple[Drawing, str]:
    """A product of a repair: its factors, and what comes out."""
    factors, _, result = one.shapes.rpartition(" = ")
    sign = "⊙" if "⊙" in factors else "·"
    texts = [part.strip() for part in factors.split(sign)]
    if not all(_SIZES.match(text) for text in (*texts, result)) or sign == "⊙":
        return paragraph([one.shapes]), f"{one.text}: {one.shapes}."
    blocks = [_block("", text) for text in texts]
    joins = [matrix_join(left.columns, right.rows) for left, right in pairwise(blocks)]
    return product_drawing(blocks, joins, _block("", result))


def _block(label: str, shape: str) -> Block:
    rows, columns = (dimensions.parse(size.replace("·", "*")) for size in shape.split("×"))
    return Block(label, rows, columns)

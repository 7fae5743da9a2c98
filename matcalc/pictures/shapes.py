"""Shapes of a product as rectangles to scale: sides that must agree enclose a square.

Each factor stands upright, its rows down and its columns across, at the lower right corner of
the factor before it. Below a factor and left of the next one there is then a field: as wide as
the one has columns, as high as the other has rows. Where the product fits it is a square. The
result has the rows of the first factor and the columns of the last, and stands where they meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape, times
from matcalc.errors import ShapeError
from matcalc.pictures.drawing import (
    Drawing,
    Element,
    Point,
    Rectangle,
    Stroke,
    Text,
    paragraph,
    shortened,
    text_width,
)
from matcalc.pictures.lengths import side_lengths

FACTORS = 16  # at most
_ROOM = 520.0  # pixels for all rows, and for all columns
_SPACE = 8.0
_SHEETS, _SHIFT = 3, 5.0  # of a stack
_HATCH = 7.0


class Block(NamedTuple):
    """A factor as it is drawn.

    Attributes:
        label: What it is called.
        rows: The size of its left side.
        columns: The size of its lower side.
        depth: The sizes of its further axes; it is drawn as a stack if there are any.
        shape: Its shape in words; by default rows × columns.
    """

    label: str
    rows: Dimension
    columns: Dimension
    depth: Shape = ()
    shape: str = ""

    @property
    def title(self) -> str:
        """The label and the shape."""
        shape = shortened(self.shape or self.matrix)
        return f"{shortened(self.label)}  {shape}" if self.label else shape

    @property
    def matrix(self) -> str:
        """Rows × columns."""
        return times((self.rows, self.columns))


class Join(NamedTuple):
    """What lies between two neighbours of a product.

    Attributes:
        fits: Whether columns meet as many rows; if it is a contraction of some other kind, so.
        sign: What is written there.
        square: Whether it is the side of the one against the side of the other.
    """

    fits: bool
    sign: str
    square: bool = True


def product_svg(labels: Sequence[str], shapes: Sequence[Sequence[Dimension]]) -> str:
    """A product of matrices as an SVG picture, with each side that does not fit marked.

    Args:
        labels: What the factors are called, in the order of the product; any text.
        shapes: Rows and columns of each; a name is a size that equals itself alone.

    Raises:
        ShapeError: A shape has not two sizes, or there are not as many as labels, or none.
        NotationError: A size cannot be read, or is less than 1.

    >>> "1 ≠ 2" in product_svg(["δ³", "W³"], [(2, 1), (2, 3)])
    True
    """
    if not labels or len(labels) != len(shapes) or any(len(shape) != 2 for shape in shapes):
        raise ShapeError("a picture of a product needs rows and columns for each label")
    blocks = [
        Block(label, dimensions.parse(str(rows)), dimensions.parse(str(columns)))
        for label, (rows, columns) in zip(labels, shapes, strict=True)
    ]
    joins = [matrix_join(left.columns, right.rows) for left, right in pairwise(blocks)]
    result = Block("", blocks[0].rows, blocks[-1].columns)
    drawing, words = product_drawing(blocks, joins, result)
    return drawing.document("Product of matrices, shapes to scale", words)


def matrix_join(columns: Dimension, rows: Dimension) -> Join:
    """Columns against rows."""
    if columns == rows:
        return Join(True, size_text(columns))
    return Join(False, f"{size_text(columns)} ≠ {size_text(rows)}")


def size_text(size: Dimension) -> str:
    """A size as it is written at a side."""
    return shortened(str(size).replace("**", "^").replace("*", "·"), 20)


def product_drawing(
    blocks: Sequence[Block], joins: Sequence[Join], result: Block
) -> tuple[Drawing, str]:
    """A product and its result, and what the drawing shows in words."""
    if len(blocks) > FACTORS:
        text = f"{len(blocks)} factors: too many to draw, the most are {FACTORS}"
        return paragraph([text]), text
    staircase = _Staircase(blocks, joins, result)
    return Drawing(tuple(staircase.elements())), _in_words(blocks, joins, result)


def _in_words(blocks: Sequence[Block], joins: Sequence[Join], result: Block) -> str:
    words = " times ".join(" ".join(block.title.split()) for block in blocks)
    wrong = [join.sign for join in joins if not join.fits]
    if wrong:
        return f"{words} does not fit: {', '.join(wrong)}."
    if len(blocks) == 1:
        return f"{words}."
    return f"{words} fits, and is {' '.join(result.title.split())}."


class _Staircase:
    """Factors from the upper left to the lower right, and the result at the upper right."""

    def __init__(self, blocks: Sequence[Block], joins: Sequence[Join], result: Block) -> None:
        self.blocks, self.joins, self.result = blocks, joins, result
        rows, columns = ([getattr(b, side) for b in blocks] for side in ("rows", "columns"))
        shown = [[result.rows], [result.columns]]
        self.length = side_lengths([rows, columns, *shown], _ROOM)
        self.fits = all(join.fits for join in joins)
        self.boxes: list[Rectangle] = []
        x = y = 0.0
        for block in blocks:
            box = Rectangle(x, y, self.length[block.columns], self.length[block.rows], "factor")
            self.boxes.append(box)
            x, y = box.x + box.width, box.y + box.height

    def elements(self) -> list[Element]:
        """What is behind first."""
        if len(self.blocks) == 1:
            return [*self.factors(), *self.labels()]
        outside = self.outcome() if self.fits else self.no_outcome()
        fields = [one for k in range(len(self.joins)) for one in self.field(k)]
        sides = [one for k in range(len(self.joins)) for one in self.wrong_sides(k)]
        return [*outside, *fields, *self.factors(), *sides, *self.labels()]

    def factors(self) -> list[Element]:
        return [
            one
            for block, box in zip(self.blocks, self.boxes, strict=True)
            for one in (*_sheets(block, box), box)
        ]

    def labels(self) -> list[Element]:
        """The first factor's label on its left, the others' on their right."""
        first, last = self.boxes[0], self.boxes[-1]
        beside = first.x - _SPACE
        found: list[Element] = [
            Text(beside, first.y + first.height / 2, self.blocks[0].title, anchor="end")
        ]
        for block, box in list(zip(self.blocks, self.boxes, strict=True))[1:]:
            right = box.x + box.width + _SPACE + _overhang(block)
            found.append(Text(right, box.y + box.height / 2, block.title))
        below = last.y + last.height + 2 * _SPACE
        columns = size_text(self.blocks[-1].columns)
        found.append(Text(last.x + last.width / 2, below, columns, "small", "middle"))
        return found

    def field(self, k: int) -> list[Element]:
        """What the lower side of a factor and the left side of the next one enclose."""
        left, right, join = self.boxes[k], self.boxes[k + 1], self.joins[k]
        kind = ("joint" if join.square else "contraction") if join.fits else "wrong"
        box = Rectangle(left.x, right.y, left.width, right.height, kind)
        if not join.fits:
            beside = Text(box.x - _SPACE, box.y + box.height / 2, join.sign, "mismatch", "end")
            return [box, *_hatched(box), beside]
        if text_width(join.sign, "small") > box.width:
            return [box]
        middle = box.x + box.width / 2, box.y + box.height / 2
        return [box, Text(*middle, join.sign, "small", "middle")]

    def wrong_sides(self, k: int) -> list[Element]:
        if self.joins[k].fits:
            return []
        left, right = self.boxes[k], self.boxes[k + 1]
        corner = right.x, right.y
        return [
            Stroke(((left.x, right.y), corner), "side"),
            Stroke((corner, (right.x, right.y + right.height)), "side"),
        ]

    def outcome(self) -> list[Element]:
        """The result: in line with the first rows and the last columns, if it has them."""
        first, last, result = self.boxes[0], self.boxes[-1], self.result
        width, height = self.length[result.columns], self.length[result.rows]
        flat = not (result.depth or self.blocks[-1].depth)
        in_line = flat and (width, height) == (last.width, first.height)
        x = last.x if in_line else last.x + last.width + 6 * _SPACE
        box = Rectangle(x, first.y, width, height, "result")
        beside = x + width + _SPACE + _overhang(result)
        label = Text(beside, box.y + height / 2, f"= {result.title}")
        guides = self.guides(box) if in_line else []
        return [*guides, *_sheets(result, box), box, label]

    def guides(self, result: Rectangle) -> list[Element]:
        """From the first factor and the last one to the result; they stop where a label stands."""
        first, last = self.boxes[0], self.boxes[-1]
        across = [first.y, first.y + first.height]
        down = [last.x, last.x + last.width]
        labels = [one for one in self.labels() if isinstance(one, Text)]
        return [
            *(Stroke(((first.x + first.width, y), (result.x, y)), "guide") for y in across),
            *(
                Stroke(((x, top), (x, bottom)), "guide")
                for x in down
                for top, bottom in _around(labels, x, result.y + result.height, last.y)
            ),
        ]

    def no_outcome(self) -> list[Element]:
        first, last = self.boxes[0], self.boxes[-1]
        x = max(last.x, first.x + first.width + 2 * _SPACE)
        return [Text(x, first.y + first.height / 2, "no product", "mismatch")]


def _sheets(block: Block, box: Rectangle) -> list[Element]:
    """The sheets behind the first one of a stack, the last one first."""
    if not block.depth:
        return []
    kind = "sheet" if box.kind == "factor" else box.kind
    return [
        box.moved(k * _SHIFT, -k * _SHIFT)._replace(kind=kind) for k in reversed(range(1, _SHEETS))
    ]


def _around(labels: Sequence[Text], x: float, top: float, bottom: float) -> list[Point]:
    """The pieces of a line down at ``x`` that no label covers: where each starts and ends."""
    pieces: list[Point] = []
    for left, upper, right, lower in sorted((one.box for one in labels), key=lambda box: box[1]):
        if left <= x <= right + _SPACE / 2 and top < lower and upper < bottom:
            pieces.append((top, upper))
            top = lower
    return [(start, end) for start, end in (*pieces, (top, bottom)) if end > start]


def _overhang(block: Block) -> float:
    return (_SHEETS - 1) * _SHIFT if block.depth else 0.0


def _hatched(box: Rectangle) -> list[Element]:
    """Lines across a rectangle, from the lower left to the upper right."""
    found: list[Element] = []
    offset = _HATCH
    while offset < box.width + box.height:
        start = min(offset, box.height)
        end = min(offset, box.width)
        one = box.x + offset - start, box.y + start
        two = box.x + end, box.y + offset - end
        found.append(Stroke((one, two), "hatch"))
        offset += _HATCH
    return found

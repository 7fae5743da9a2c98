"""Drawings: rectangles, lines and texts, put together as one SVG document.

The document holds its own colours for light and for dark, a title and a description for screen
readers, and no identifiers, so that several may stand in one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal, NamedTuple
from unicodedata import east_asian_width

from matcalc.errors import printable

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

SIZE = 14  # of a text, in pixels
MARGIN = 18
WIDEST = 1600  # a wider drawing is scaled down

# A colour as it is in light and in dark.
_INK, _PAPER, _MUTED = ("#1f2328", "#f0f3f6"), ("#ffffff", "#161b22"), ("#57606a", "#a5b0bc")
_FACTOR, _FACTOR_EDGE = ("#d9e8fb", "#1d3557"), ("#1f5fae", "#79b0f5")
_RESULT, _RESULT_EDGE = ("#d9f2e0", "#173d26"), ("#1c7039", "#6fd08c")
_WRONG, _WRONG_EDGE = ("#fde4e1", "#4a1d1a"), ("#b3261e", "#ff9a8f")
_NONE = ("none", "none")

#: How each kind of element looks: what fills it, its edge, and further properties.
_LOOKS = {
    "paper": (_PAPER, _NONE, ""),
    "factor": (_FACTOR, _FACTOR_EDGE, "stroke-width:1.5"),
    "sheet": (_FACTOR, _FACTOR_EDGE, "stroke-width:1"),
    "result": (_RESULT, _RESULT_EDGE, "stroke-width:1.5"),
    "joint": (_NONE, _MUTED, "stroke-dasharray:3 3"),
    "contraction": (_NONE, _MUTED, "stroke-dasharray:1 3"),
    "wrong": (_WRONG, _WRONG_EDGE, "stroke-width:1"),
    "hatch": (_NONE, _WRONG_EDGE, "stroke-width:1"),
    "side": (_NONE, _WRONG_EDGE, "stroke-width:4"),
    "guide": (_NONE, _MUTED, "stroke-width:1;stroke-dasharray:1 4"),
    "variable": (_PAPER, _INK, "stroke-width:1.5"),
    "operation": (_FACTOR, _FACTOR_EDGE, "stroke-width:1"),
    "chosen": (_RESULT, _RESULT_EDGE, "stroke-width:3"),
    "arrow": (_NONE, _MUTED, "stroke-width:1.2"),
    "path": (_NONE, _RESULT_EDGE, "stroke-width:3"),
    "head": (_MUTED, _NONE, ""),
    "pathhead": (_RESULT_EDGE, _NONE, ""),
    "label": (_INK, _PAPER, ""),
    "inside": (_INK, _NONE, ""),
    "strong": (_INK, _PAPER, "font-weight:bold"),
    "small": (_MUTED, _PAPER, "font-size:12px"),
    "mismatch": (_WRONG_EDGE, _PAPER, "font-weight:bold"),
}


class Rectangle(NamedTuple):
    """A rectangle; ``round`` is the radius of its corners."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    round: float = 0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.x, self.y, self.x + self.width, self.y + self.height

    def moved(self, dx: float, dy: float) -> Rectangle:
        """The same elsewhere."""
        return self._replace(x=self.x + dx, y=self.y + dy)

    def svg(self) -> str:
        """The element."""
        corners = f' rx="{spelled(self.round)}"' if self.round else ""
        x, y, width, height = map(spelled, self[:4])
        size = f'width="{width}" height="{height}"'
        return f'<rect class="mc-{self.kind}" x="{x}" y="{y}" {size}{corners}/>'


class Stroke(NamedTuple):
    """A line through points: straight, or curved from left to right; ``kind`` says its look."""

    points: tuple[Point, ...]
    kind: str
    curved: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        xs, ys = zip(*self.points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def moved(self, dx: float, dy: float) -> Stroke:
        """The same elsewhere."""
        return self._replace(points=tuple((x + dx, y + dy) for x, y in self.points))

    def svg(self) -> str:
        """The element; what is filled is closed."""
        (x, y), *others = self.points
        path = f"M{spelled(x)} {spelled(y)}"
        for right, there in others:
            middle = (x + right) / 2
            bends = (middle, y, middle, there, right, there) if self.curved else (right, there)
            path += ("C" if self.curved else "L") + " ".join(map(spelled, bends))
            x, y = right, there
        closed = "Z" if self.kind.endswith("head") else ""
        return f'<path class="mc-{self.kind}" d="{path}{closed}"/>'


class Text(NamedTuple):
    """A line of text; ``y`` is its middle."""

    x: float
    y: float
    text: str
    kind: str = "label"
    anchor: Anchor = "start"

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom; roughly, from the number of characters."""
        width = text_width(self.text, self.kind)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return left, self.y - SIZE / 2, left + width, self.y + SIZE / 2

    def moved(self, dx: float, dy: float) -> Text:
        """The same elsewhere."""
        return self._replace(x=self.x + dx, y=self.y + dy)

    def svg(self) -> str:
        """The element."""
        anchor = "" if self.anchor == "start" else f' text-anchor="{self.anchor}"'
        place = f'x="{spelled(self.x)}" y="{spelled(self.y + SIZE * 0.35)}"'
        return f'<text class="mc-{self.kind}" {place}{anchor}>{escape(printable(self.text))}</text>'


Element = Rectangle | Stroke | Text


class Drawing(NamedTuple):
    """Elements, the ones behind first."""

    elements: tuple[Element, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        lefts, tops, rights, bottoms = zip(*(one.box for one in self.elements), strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)

    def moved(self, dx: float, dy: float) -> Drawing:
        """The same elsewhere."""
        return Drawing(tuple(element.moved(dx, dy) for element in self.elements))

    def document(self, title: str, description: str) -> str:
        """The drawing as an SVG document, the same text in every process.

        Args:
            title: What a screen reader calls it.
            description: What it shows, in words.
        """
        left, top, right, bottom = self.box
        width, height = right - left + 2 * MARGIN, bottom - top + 2 * MARGIN
        paper = Rectangle(0, 0, width, height, "paper", 6)
        placed = self.moved(MARGIN - left, MARGIN - top).elements
        scale = min(1.0, WIDEST / width)
        seen = f'width="{spelled(width * scale)}" height="{spelled(height * scale)}"'
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {seen} '
            f'viewBox="0 0 {spelled(width)} {spelled(height)}" role="img" class="mc-picture">',
            f"<title>{escape(printable(title))}</title>",
            f"<desc>{escape(printable(description))}</desc>",
            f"<style>{_style((paper, *placed))}</style>",
            *(element.svg() for element in (paper, *placed)),
            "</svg>",
        ]
        return "\n".join(lines) + "\n"


def stacked(drawings: Iterable[Drawing], gap: float) -> Drawing:
    """Drawings one below the other, their left ends in line."""
    elements: list[Element] = []
    y = 0.0
    for drawing in drawings:
        left, top, _, bottom = drawing.box
        elements += drawing.moved(-left, y - top).elements
        y += bottom - top + gap
    return Drawing(tuple(elements))


def paragraph(texts: Sequence[str], kind: str = "label") -> Drawing:
    """Lines of text."""
    return Drawing(tuple(Text(0, k * 1.5 * SIZE, text, kind) for k, text in enumerate(texts)))


def text_width(text: str, kind: str = "label") -> float:
    """About how wide a text is, on the safe side."""
    size = 12 if kind == "small" else SIZE
    wide = sum(2 if east_asian_width(character) in "FW" else 1 for character in text)
    return wide * size * (0.66 if kind in ("strong", "mismatch") else 0.6)


def shortened(text: str, length: int = 40) -> str:
    """A text, cut where it is too long to be drawn."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def spelled(value: float) -> str:
    """A coordinate, to a tenth of a pixel.

    >>> spelled(12.0), spelled(0.26), spelled(-0.001)
    ('12', '0.3', '0')
    """
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def _style(elements: Iterable[Element]) -> str:
    """The looks of elements, in light and in dark."""
    used = {element.kind for element in elements}
    kinds = [kind for kind in _LOOKS if kind in used]
    common = (
        ".mc-picture{max-width:100%;height:auto}"
        f".mc-picture text{{font:{SIZE}px system-ui,'Segoe UI','DejaVu Sans',sans-serif;"
        "stroke-width:4px;stroke-linejoin:round;paint-order:stroke}"
    )
    rest = "".join(f".mc-picture .mc-{kind}{{{_LOOKS[kind][2]}}}" for kind in kinds)
    light, dark = ("".join(_coloured(kind, k) for kind in kinds) for k in (0, 1))
    return f"{common}{rest}{light}@media(prefers-color-scheme:dark){{{dark}}}"


def _coloured(kind: str, k: int) -> str:
    fill, edge, _ = _LOOKS[kind]
    return f".mc-picture .mc-{kind}{{fill:{fill[k]};stroke:{edge[k]}}}"


class Picture(str):
    """A picture as SVG text, which a notebook shows and ``str`` gives."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        """How long it is; the text is shown by ``print``."""
        return f"<picture, {len(self)} characters of SVG>"

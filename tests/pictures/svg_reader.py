"""Reading pictures back: the boxes of rectangles and texts by the kind that their class names."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


class Box(NamedTuple):
    kind: str
    left: float
    top: float
    right: float
    bottom: float
    text: str = ""

    @property
    def width(self) -> float:
        return round(self.right - self.left, 1)

    @property
    def height(self) -> float:
        return round(self.bottom - self.top, 1)

    def overlaps(self, other: Box, slack: float = 0.0) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > slack and down > slack

    def holds(self, other: Box) -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


class Picture:
    """One SVG document."""

    def __init__(self, svg: str) -> None:
        self.root = ET.fromstring(svg)  # noqa: S314 - our own text
        self.title = self.root.findtext(f"{SVG}title", "")
        self.description = self.root.findtext(f"{SVG}desc", "")
        _, _, width, height = map(float, self.root.attrib["viewBox"].split())
        self.whole = Box("whole", 0, 0, width, height)
        self.rectangles = [_rectangle(one.attrib) for one in self.root.iter(f"{SVG}rect")]
        self.texts = [_text(one) for one in self.root.iter(f"{SVG}text")]
        self.lines = [
            (one.attrib["class"].removeprefix("mc-"), _points(one.attrib["d"]))
            for one in self.root.iter(f"{SVG}path")
        ]

    def of_kind(self, kind: str) -> list[Box]:
        return [box for box in self.rectangles if box.kind == kind]

    @property
    def words(self) -> list[str]:
        return [text.text for text in self.texts]


def _rectangle(attributes: dict[str, str]) -> Box:
    x, y, width, height = (float(attributes[key]) for key in ("x", "y", "width", "height"))
    return Box(
        attributes["class"].removeprefix("mc-"), x, y, round(x + width, 1), round(y + height, 1)
    )


def _text(element: ET.Element) -> Box:
    text = element.text or ""
    kind = element.attrib["class"].removeprefix("mc-")
    width = len(text) * (6.6 if kind == "small" else 8)
    x, baseline = float(element.attrib["x"]), float(element.attrib["y"])
    left = (
        x - {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor", "start")] * width
    )
    return Box(kind, left, baseline - 10, left + width, baseline + 2, text)


def _points(path: str) -> list[tuple[float, float]]:
    numbers = [float(found) for found in re.findall(r"-?[0-9.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))

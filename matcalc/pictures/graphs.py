"""The computation graph of a formula as a picture: left to right, a shape on each arrow."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from matcalc.expression import Formula
from matcalc.notation import WrittenFormula, write_in_tables
from matcalc.notation.names import unicode_name
from matcalc.pictures.drawing import (
    SIZE,
    Drawing,
    Element,
    Rectangle,
    Stroke,
    Text,
    paragraph,
    text_width,
)
from matcalc.pictures.layers import Layering
from matcalc.pictures.operations import GraphNode, operations_of
from matcalc.simplify import simplified

NODES = 60  # at most
_HEIGHT, _PAD, _NAME = 32.0, 9.0, 1.3 * SIZE
_HEAD = 8.0  # of an arrow
_BEND = 40.0  # where arrows turn to their ends
_PORT = 10.0  # between arrows that enter a node
_WORDS = 40  # operations in the description


def graph_svg(formula: Formula, of: str, wrt: Collection[str] = ()) -> str:
    """The computation graph of a formula as an SVG picture.

    Rectangles are variables, rounded ones operations; ``□`` stands for an operand that has no
    name. A name below a node is that of its result. Arrows enter a node from top to bottom in
    the order of its operands.

    Args:
        formula: The formula.
        of: What its result is called.
        wrt: The variables, or names of parts, from which the paths to the result are marked.

    Raises:
        UnboundError: The formula holds arrays, which have no names.

    >>> import matcalc as mc
    >>> x, A = mc.parse_variable("x[n]"), mc.parse_variable("A[n,n]")
    >>> from matcalc.expression import read_formula
    >>> graph_svg(read_formula("x.T @ A @ x", {"x": x, "A": A}), "f", "x").count("n×1")
    2
    """
    nodes = operations_of(_written(formula), tuple(formula.symbols), of)
    shown = ", ".join(map(unicode_name, wrt))
    title = f"Computation graph of {of}" + (f", paths from {shown}" if shown else "")
    if len(nodes) > NODES:
        text = f"{len(nodes)} operations: too many to draw, the most are {NODES}"
        return paragraph([text]).document(title, text)
    drawing = Drawing(tuple(_PlacedGraph(nodes, _reached(nodes, wrt)).elements()))
    return drawing.document(title, _in_words(nodes))


def _written(formula: Formula) -> WrittenFormula:
    """The formula, simplified as a derivative is, so that its parts are found under their names."""
    node = simplified([formula.node], {}, formula.named.values())[formula.node]
    named = {part: name for name, part in formula.named.items() if part is not node}
    return write_in_tables(node, tuple(formula.symbols), named)


def _reached(nodes: Mapping[int, GraphNode], wrt: Collection[str]) -> set[int]:
    """The nodes on the paths from some variables to the result."""
    starts = {unicode_name(name) for name in wrt}
    found: set[int] = set()
    for k, node in nodes.items():
        own = node.name or (node.label if node.is_variable else "")
        if own in starts or found.intersection(node.operands):
            found.add(k)
    return found


def _in_words(nodes: Mapping[int, GraphNode]) -> str:
    steps = [
        f"{node.name} = {node.label}, {node.shape}" if node.name else f"{node.label}, {node.shape}"
        for node in list(nodes.values())[:_WORDS]
    ]
    return "; ".join(steps) + "."


class _PlacedGraph:
    """Where everything is."""

    def __init__(self, nodes: Mapping[int, GraphNode], reached: Collection[int]) -> None:
        self.nodes, self.reached = nodes, reached
        self.layering = Layering({k: node.operands for k, node in nodes.items()})
        heights = {k: _HEIGHT + (_NAME if node.name else 0) for k, node in nodes.items()}
        middle = self.layering.places(heights)
        self.columns = self._columns()
        self.boxes: dict[int, Rectangle] = {}
        for k, node in nodes.items():
            left, width = self.columns[self.layering.layer[k]]
            own, corner = _width(node), 4 if node.is_variable else 15
            x, y = left + (width - own) / 2, middle[k] - heights[k] / 2
            self.boxes[k] = Rectangle(x, y, own, _HEIGHT, self._kind(k), corner)
        self.middle = middle

    def _kind(self, k: int) -> str:
        if k in self.reached:
            return "chosen"
        return "variable" if self.nodes[k].is_variable else "operation"

    def _columns(self) -> list[tuple[float, float]]:
        """The left end and the width of each layer; between layers there is room for shapes."""
        found: list[tuple[float, float]] = []
        x = 0.0
        for layer in self.layering.order:
            real = [self.nodes[k] for k in layer if k in self.nodes]
            width = max((_width(node) for node in real), default=0.0)
            found.append((x, width))
            x += width + max((_trunk(node) for node in real), default=0.0) + _BEND
        return found

    def elements(self) -> list[Element]:
        """Arrows, nodes, then texts."""
        arrows = [one for edge in self.layering.routes for one in self._arrow(*edge)]
        used = dict.fromkeys(operand for operand, _ in self.layering.routes)
        shapes = [self._shape(operand) for operand in used]
        arrows.sort(key=lambda one: one.kind.startswith("path"))
        texts = [one for k in self.nodes for one in self._texts(k)]
        return [*arrows, *self.boxes.values(), *shapes, *texts]

    def _points(self, operand: int, node: int) -> list[tuple[float, float]]:
        """The points of an arrow, straight through the layers that it skips."""
        start, end = self.boxes[operand], self.boxes[node]
        right, y = start.x + start.width, start.y + start.height / 2
        points = [(right, y), (right + _trunk(self.nodes[operand]), y)]
        for stop in self.layering.routes[operand, node][1:-1]:
            left, width = self.columns[self.layering.layer[stop]]
            points += [(left, self.middle[stop]), (left + width, self.middle[stop])]
        operands = self.nodes[node].operands
        port = operands.index(operand) - (len(operands) - 1) / 2
        step = min(_PORT, (_HEIGHT - _PORT) / len(operands))
        return [*points, (end.x - _HEAD, end.y + end.height / 2 + port * step)]

    def _arrow(self, operand: int, node: int) -> list[Stroke]:
        points = self._points(operand, node)
        kind, head = ("path", "pathhead") if operand in self.reached else ("arrow", "head")
        x, y = points[-1]
        tip = ((x, y - _HEAD / 2), (x + _HEAD, y), (x, y + _HEAD / 2))
        return [Stroke(tuple(points), kind, curved=True), Stroke(tip, head)]

    def _shape(self, operand: int) -> Text:
        """The shape of an operand, above the beginning of its arrows."""
        box, shape = self.boxes[operand], self.nodes[operand].shape
        middle = box.x + box.width + _trunk(self.nodes[operand]) / 2
        return Text(middle, box.y + box.height / 2 - 9, shape, "small", "middle")

    def _texts(self, k: int) -> list[Element]:
        box, node = self.boxes[k], self.nodes[k]
        middle = box.x + box.width / 2
        label = Text(middle, box.y + box.height / 2, node.label, "inside", "middle")
        if not node.name:
            return [label]
        below = Text(middle, box.y + box.height + SIZE * 0.75, node.name, "strong", "middle")
        return [label, below]


def _width(node: GraphNode) -> float:
    return max(text_width(node.label) + 2 * _PAD, 34.0, text_width(node.name, "strong"))


def _trunk(node: GraphNode) -> float:
    """How far its arrows run straight, below its shape."""
    return text_width(node.shape, "small") + 8

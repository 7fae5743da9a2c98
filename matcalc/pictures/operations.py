"""The computation graph of a formula: its variables, operations and intermediate names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matcalc import dimensions
from matcalc.notation import WrittenFormula
from matcalc.notation.names import unicode_name
from matcalc.notation.phrases import negative, transpose
from matcalc.notation.printers.spelling import book_shape
from matcalc.notation.printers.unicode import unicode
from matcalc.notation.tree import Phrase, name, operands_first, with_args
from matcalc.pictures.drawing import shortened

_CHARACTERS = 24  # of an operation
_SHORT_LINE = 20  # characters of a named part that is one node
_SIGNS = {"transpose": transpose, "negative": negative}


class GraphNode(NamedTuple):
    """A node of a computation graph.

    Attributes:
        label: The variable, or the operation with ``□`` for an operand that has no name.
        name: What the result is called, if it has a name.
        shape: The shape of the result in words.
        operands: The positions of what it is made of, in order.
        is_variable: Whether it is a variable.
    """

    label: str
    name: str
    shape: str
    operands: tuple[int, ...]
    is_variable: bool = False


def operations_of(
    written: WrittenFormula, variables: Sequence[str], of: str
) -> dict[int, GraphNode]:
    """The nodes of a formula, each after its operands.

    Args:
        written: The formula; names for parts are names of nodes.
        variables: The names of its variables; other names are sizes and stand in operations.
        of: What the result is called.
    """
    graph = _NodeGraph(frozenset(variables))
    for let, phrase in written.lets:
        graph.positions[let] = graph.named_part(let, phrase)
    graph.result(of, written.phrase)
    return dict(enumerate(graph.nodes))


class _NodeGraph:
    """Nodes as they are found; equal ones are one. Signs, −x and xᵀ, stand where x is used."""

    def __init__(self, variables: frozenset[str]) -> None:
        self.variables = variables
        self.nodes: list[GraphNode] = []
        self.positions: dict[str | int, int] = {}  # of named parts, and of phrases by their ids
        self.known: dict[GraphNode, int] = {}
        self.constants: set[int] = set()  # ids of phrases without variables

    def named_part(self, let: str, phrase: Phrase) -> int:
        """The node of an intermediate result: one for all of it, if that is short."""
        self.find_constants(phrase)
        whole = unicode(WrittenFormula((), phrase))
        if len(whole) > _SHORT_LINE:
            return self.result(let, phrase)
        leaves = [one for one in operands_first(phrase) if one.op == "name"]
        below = [self.position(leaf) for leaf in leaves if not self.is_constant(leaf)]
        return self.add(phrase, whole, below, let)

    def result(self, called: str, root: Phrase) -> int:
        """The node of a phrase that has a name, and those of all that it is made of."""
        self.find_constants(root)
        base = _bare(root)
        for phrase in operands_first(root):
            sign = phrase.op in _SIGNS or self.is_constant(phrase)
            if not (sign or phrase is base):
                self.position(phrase)
        if not base.args or self.is_constant(base):
            below = [] if self.is_constant(base) else [self.position(base)]
            return self.add(root, unicode(WrittenFormula((), root)), below, called)
        template, holes = self.template(base)
        label = _label(base, _signed(root, template))
        return self.add(root, label, [self.position(hole) for hole in holes], called)

    def position(self, phrase: Phrase) -> int:
        """The node of a phrase that is no constant, whose operands have nodes."""
        key = phrase.value if phrase.op == "name" else id(phrase)
        if key not in self.positions:
            template, holes = self.template(phrase)
            below = [self.position(hole) for hole in holes]
            self.positions[key] = self.add(phrase, _label(phrase, template), below)
        return self.positions[key]

    def add(self, phrase: Phrase, label: str, below: Sequence[int], called: str = "") -> int:
        shown = unicode_name(called) if "/" not in called else called
        node = GraphNode(
            shortened(label, _CHARACTERS),
            shown,
            _shape_text(phrase),
            tuple(dict.fromkeys(below)),
            phrase.op == "name" and not below,
        )
        if node not in self.known:
            self.nodes.append(node)
            self.known[node] = len(self.nodes) - 1
        return self.known[node]

    def template(self, phrase: Phrase) -> tuple[Phrase, list[Phrase]]:
        """A phrase with its operands replaced by names or boxes, and these operands."""
        args: list[Phrase] = []
        holes: list[Phrase] = []
        for arg in phrase.args:
            base = _bare(arg)
            if self.is_constant(base):
                args.append(arg)
            else:
                holes.append(base)
                args.append(_signed(arg, _stand_in(base)))
        return (with_args(phrase, args) if args else phrase), holes

    def find_constants(self, root: Phrase) -> None:
        """Note what is made of numbers and sizes alone."""
        for phrase in operands_first(root):
            if phrase.op == "name":
                is_constant = phrase.value not in self.variables | self.positions.keys()
            else:
                is_constant = all(id(arg) in self.constants for arg in phrase.args)
            if is_constant:
                self.constants.add(id(phrase))

    def is_constant(self, phrase: Phrase) -> bool:
        """Whether it is made of numbers and sizes alone: it stands in the operation."""
        return id(phrase) in self.constants


def _bare(phrase: Phrase) -> Phrase:
    """A phrase without the signs around it."""
    while phrase.op in _SIGNS:
        (phrase,) = phrase.args
    return phrase


def _signed(phrase: Phrase, base: Phrase) -> Phrase:
    """Another phrase with the signs that are around this one."""
    signs: list[str] = []
    while phrase.op in _SIGNS:
        signs.append(phrase.op)
        (phrase,) = phrase.args
    for sign in reversed(signs):
        base = _SIGNS[sign](base)
    return base


def _stand_in(phrase: Phrase) -> Phrase:
    """What is written for an operand: its name, or a box."""
    return phrase if phrase.op == "name" else name("□", phrase.shape)._replace(kind=phrase.kind)


def _label(phrase: Phrase, template: Phrase) -> str:
    if phrase.op == "einsum" or phrase.is_call("rearrange"):
        return str(phrase.value) if phrase.op == "call" else phrase.op
    return unicode(WrittenFormula((), template))


def _shape_text(phrase: Phrase) -> str:
    """A shape as books write it: a column is n×1, a scalar 1."""
    shape = book_shape(phrase)
    return shortened(dimensions.times(shape), 20) if shape else "1"

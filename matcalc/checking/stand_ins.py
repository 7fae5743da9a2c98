"""Numbers for functions that have a name alone: a smooth function stands in for ``g``.

The same for each ``g``, and its derivatives for ``g'`` and ``g''``, so that two formulas with ``g``
in them can be compared by value.
"""

from __future__ import annotations

from fractions import Fraction
from zlib import crc32

from matcalc.derivative import derivatives
from matcalc.dimensions import Shape
from matcalc.graph import (
    Apply,
    Factor,
    Node,
    Scale,
    add,
    contract,
    is_apply,
    rebuilt,
    substituted,
    symbol,
    topological,
)
from matcalc.operations import algebra, declared, sequences
from matcalc.operations.elementwise import cos, sin

_WAVES = (Fraction(7, 5), Fraction(4, 7))  # two, so that no derivative is a multiple of g
_CYCLE = ((sin, 1), (cos, 1), (sin, -1), (cos, -1))  # a derivative takes one step


def with_stand_ins(root: Node) -> Node:
    """A graph in which each function of a name alone is one that has numbers.

    >>> from matcalc.graph import apply, symbol
    >>> z = symbol("z", ("n",))
    >>> slope = apply("function", (z,), z.shape, ("g", 1))
    >>> {node.operation for node in topological(with_stand_ins(slope)) if isinstance(node, Apply)}
    {'cos'}
    """
    done: dict[Node, Node] = {}
    for node in topological(root):
        if is_apply(node, "function"):
            done[node] = _waves(done[node.arguments[0]], *node.parameters)
        elif is_apply(node, "mapped"):
            done[node] = _mapped(node, done[node.arguments[0]])
        else:
            done[node] = rebuilt(node, done)
    return done[root]


def _mapped(node: Apply, x: Node) -> Node:
    """What stands in for a function of a whole array, or for a derivative of it."""
    name, order = node.parameters
    entries = symbol("x", x.shape)
    found = _crossed(entries, name, declared.mapped_shape(node.shape, x.shape, order))
    for _ in range(order):
        (found,) = derivatives(found, [entries])
    return substituted(found, {entries: x})


def _crossed(x: Node, name: str, shape: Shape) -> Node:
    """The sine of a sum of all entries, each of another weight in each entry of the result."""
    shift = Fraction(crc32(name.encode()) % 89, 89)
    behind = tuple(range(len(shape), len(shape) + len(x.shape)))
    sizes = dict(enumerate(shape + x.shape))
    weights = Factor(_waves(_places(shape + x.shape, shift), name, 0), tuple(sizes))
    phase = contract([weights, Factor(x, behind)], tuple(range(len(shape))), sizes)
    return _waves(algebra.plus(phase, _places(shape, shift)), name, 0)


def _places(shape: Shape, shift: Fraction) -> Node:
    """A number in each entry that tells its place: the numbers along each axis, added."""
    axes = tuple(range(len(shape)))
    terms = [algebra.constant(1 + shift, shape)]
    for axis, size in enumerate(shape):
        count = sequences.cumsum(algebra.constant(1, (size,)))
        pace = Scale(Fraction(2 * axis + 3, 7))
        terms.append(contract([Factor(count, (axis,))], axes, dict(enumerate(shape)), pace))
    return add(terms)


def _waves(x: Node, name: str, order: int) -> Node:
    """The derivative of some order of ``sin(a x + b) + sin(c x + d)``, its numbers by the name."""
    build, sign = _CYCLE[order % 4]
    shift = Fraction(crc32(name.encode()) % 89, 89)
    terms: list[Node] = []
    for wave in _WAVES:
        pace = wave + shift / 3
        phase = algebra.constant(shift + wave, x.shape)
        inner = algebra.plus(algebra.multiple(pace, x), phase)
        terms.append(algebra.multiple(sign * pace**order, build(inner)))
    return add(terms)

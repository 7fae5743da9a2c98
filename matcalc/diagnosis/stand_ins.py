"""Numbers for functions that have a name alone: a smooth function stands in for ``g``.

The same for each ``g``, and its derivatives for ``g'`` and ``g''``, so that two formulas with ``g``
in them can be compared by value.
"""

from __future__ import annotations

from fractions import Fraction
from zlib import crc32

from matcalc.graph import Apply, Node, add, rebuilt, topological
from matcalc.operations import algebra, find_rule

_WAVES = (Fraction(7, 5), Fraction(4, 7))  # two, so that no derivative is a multiple of g
_CYCLE = (("sin", 1), ("cos", 1), ("sin", -1), ("cos", -1))  # a derivative takes one step


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
        if isinstance(node, Apply) and node.operation == "function":
            done[node] = _waves(done[node.arguments[0]], *node.parameters)
        else:
            done[node] = rebuilt(node, done)
    return done[root]


def _waves(x: Node, name: str, order: int) -> Node:
    """The derivative of some order of ``sin(a x + b) + sin(c x + d)``, its numbers by the name."""
    function, sign = _CYCLE[order % 4]
    build = find_rule(function).build
    shift = Fraction(crc32(name.encode()) % 89, 89)
    terms: list[Node] = []
    for wave in _WAVES:
        pace = wave + shift / 3
        phase = algebra.constant(shift + wave, x.shape)
        inner = algebra.plus(algebra.multiple(pace, x), phase)
        terms.append(algebra.multiple(sign * pace**order, build(inner)))
    return add(terms)

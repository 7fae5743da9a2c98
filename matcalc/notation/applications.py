"""Operations as calls of functions, with their parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import starmap

from matcalc import dimensions
from matcalc.graph import Apply
from matcalc.notation import phrases, tree
from matcalc.notation.parameters import Parameter, Word, place
from matcalc.notation.tables import TABLE
from matcalc.notation.tree import Phrase
from matcalc.operations import facts_of, find_rule


def application(node: Apply, arguments: Sequence[Phrase]) -> Phrase:
    """An operation of arguments that are phrases already."""
    if node.operation == "function":
        function, order = node.parameters
        return tree.call(function + "'" * order, arguments, node.shape)
    if node.operation == "mapped":
        name, order = node.parameters
        return tree.mapped(name, order, arguments[0], node.shape)
    if node.operation in _SPECIAL:
        return _SPECIAL[node.operation](node, arguments)
    made = facts_of(node.operation).of_sizes
    if made is not None and made.arguments is not None:
        sizes, named = made.arguments(node)
        told = [*map(place, sizes), *starmap(Parameter, named.items())]
        return tree.call(node.operation, (), node.shape, told)
    rule = find_rule(node.operation)
    given = [
        Parameter(key, Word(value) if isinstance(value, str) and not rule.facts.sized else value)
        for key, value in zip(rule.parameters, node.parameters, strict=False)
        if value is not None
    ]
    if node.operation.endswith("softmax") and not given and len(node.shape) > 1:
        given = [Parameter("axis", Word("all"))]
    return tree.call(node.operation, arguments, node.shape, given)


def _window(node: Apply, _: Sequence[Phrase]) -> Phrase:
    length, size = node.shape
    (start,) = node.parameters
    stop = dimensions.total([start, length])
    given = [Parameter("axis", 0), Parameter("start", start), Parameter("stop", stop)]
    return tree.call("slice", [tree.eye(size)], node.shape, given)


def _table(node: Apply, arguments: Sequence[Phrase]) -> Phrase:
    counts, lies = node.parameters
    parts = [
        phrases.transpose(one) if turned else one
        for one, turned in zip(arguments, lies, strict=True)
    ]
    return phrases.table(parts, counts, node.shape)


#: What is written in a way of its own.
_SPECIAL: dict[str, Callable[[Apply, Sequence[Phrase]], Phrase]] = {
    "window": _window,
    TABLE: _table,
    "triangle": lambda node, _: tree.call(
        "tril", [tree.ones(*node.shape)], node.shape, [Parameter("k", *node.parameters)]
    ),
}

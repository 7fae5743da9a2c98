"""Calls of other languages as the line of signs and functions that each is here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from matcalc.inputs.grammar import Parser
from matcalc.inputs.kinds import UNKNOWN
from matcalc.inputs.names import Names, taken_apart
from matcalc.inputs.pieces import Written
from matcalc.inputs.scanning import scan
from matcalc.inputs.spelled import SPELLED
from matcalc.inputs.speller import Speller
from matcalc.inputs.tree import LineNode


def respelled(
    writer: Speller, node: LineNode, name: str, args: list[Written], form: str
) -> Written | None:
    """A call as its line says; nothing where there is none that takes such arguments.

    What it takes is what :func:`matcalc.inputs.calls.rewritten` does.
    """
    home = form if "linalg" in form else f"{form.partition('.')[0]}.{name}"
    for line in (*SPELLED.get(home, ()), *SPELLED.get(name, ())):
        pairs = list(zip(line.parameters, node.args, args, strict=False))
        if len(line.parameters) == len(args) and all(_takes(*pair) for pair in pairs):
            given = {parameter: one for parameter, _, one in pairs}
            return writer.write(_filled(_tree(line.parameters, line.body), given, node))
    return None


def _takes(parameter: str, node: LineNode, one: Written) -> bool:
    """Whether an argument is what a line takes at its place."""
    if parameter.isidentifier():
        return node.op != "keyword" and (one.kind.is_matrix or parameter.islower())
    key, _, value = parameter.rpartition("=")
    literal = node.args[0] if key and node.op == "keyword" else node
    return str(literal.value) == value and (not key or node.value == key)


@cache
def _tree(parameters: tuple[str, ...], body: str) -> LineNode:
    names = Names(dict.fromkeys(filter(str.isidentifier, parameters), UNKNOWN))
    tokens = taken_apart(scan(body, names.declared), names, latex=False)
    return Parser(body, tokens, names, latex=False).whole()


def _filled(tree: LineNode, given: Mapping[str, Written], call: LineNode) -> LineNode:
    """The tree of a line with what a call gives for its parameters."""
    if tree.op == "name" and tree.value in given:
        one = given[tree.value]
        return LineNode("written", (), one, one.start, one.stop)
    args = tuple(_filled(one, given, call) for one in tree.args)
    value = (*tree.value[:2], "here") if tree.op == "call" else tree.value
    return tree._replace(args=args, value=value, start=call.start, stop=call.stop)

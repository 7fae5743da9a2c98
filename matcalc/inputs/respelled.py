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
from matcalc.inputs.tree import Node


def respelled(
    writer: Speller, node: Node, name: str, args: list[Written], form: str
) -> Written | None:
    """A call as its line says; nothing where there is none that takes such arguments.

    Args:
        writer: Of the line.
        node: The call.
        name: What the function is called.
        args: Its arguments, written.
        form: How it was written: with the name of a library, as a method.
    """
    home = form.partition(".")[0]
    for line in (*SPELLED.get(f"{home}.{name}", ()), *SPELLED.get(name, ())):
        given = dict(zip(line.parameters, args, strict=False))
        matrices = all(one.kind.is_matrix for key, one in given.items() if key.isupper())
        if len(given) == len(line.parameters) == len(args) and matrices:
            return writer.write(_filled(_tree(line.parameters, line.body), given, node))
    return None


@cache
def _tree(parameters: tuple[str, ...], body: str) -> Node:
    names = Names(dict.fromkeys(parameters, UNKNOWN))
    tokens = taken_apart(scan(body, parameters), names, latex=False)
    return Parser(body, tokens, names, latex=False).whole()


def _filled(tree: Node, given: Mapping[str, Written], call: Node) -> Node:
    """The tree of a line with what a call gives for its parameters."""
    if tree.op == "name" and tree.value in given:
        one = given[tree.value]
        return Node("written", (), one, one.start, one.stop)
    args = tuple(_filled(one, given, call) for one in tree.args)
    return tree._replace(args=args, start=call.start, stop=call.stop)

"""What is seen of a claim as a whole, where no repair names the mistake: its look, its values."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import islice, pairwise

import numpy as np

from matcalc.checking.stand_ins import with_stand_ins
from matcalc.claims.point import Point, Worth, points_at
from matcalc.claims.question import Question
from matcalc.claims.stacked import Stack, close, is_either, one, ratio, transposed
from matcalc.claims.tidying import factors, multiplied_out
from matcalc.claims.tree import Tree, called, number, op, replaced, row_of, same, walk
from matcalc.derivative import derivatives
from matcalc.errors import MatcalcError
from matcalc.graph import Node, Sum, symbol, topological
from matcalc.notation import text, write
from matcalc.plan import evaluate


def takes_as_diagonal(line: Tree, spelled: Mapping[str, Tree]) -> bool:
    """Whether ``p * (1 - p)`` is taken as the slope of a softmax, whose Jacobian is no diagonal.

    Args:
        line: The claim.
        spelled: What its names mean.
    """
    for part in walk(line):
        if part.operator("*"):
            for one, two in (part.args, part.args[::-1]):
                last = factors(one)[-1]
                meant = spelled.get(last.value, last) if last.kind == "name" else last
                slope = op("-", number("1"), last)
                if meant.calls("softmax") and same(two, slope):
                    return True
    return False


_POINTS = 4


def squares_inverse(line: Tree) -> bool:
    """Whether an inverse stands beside itself: ``-inv(A) @ inv(A)``, as -1/a² for a number."""
    rows = (row_of(part) for part in walk(line) if part.operator("@"))
    return any(
        one.calls("inv") and same(one, two)
        for row in rows
        for one, two in pairwise(
            [each.args[0] if each.kind == "negative" else each for each in row]
        )
    )


def inverts_no_square(line: Tree, worth: Worth) -> bool:
    """Whether it inverts a matrix that is not square, or a vector."""
    inverted = (part.args[0] for part in walk(line) if part.calls("inv"))
    values = [worth.of(each) for each in inverted]
    return any(value is not None and len({*value.shape}) > 1 for value in values)


def lacks_terms(line: Tree, right: Tree, worth: Worth) -> bool:
    """Whether a claim has fewer terms than the derivative, both multiplied out."""
    kinds = {worth.kind(line), worth.at.truth.kind} - {""}
    if len(kinds) > 1 and not kinds <= {"c", "r"}:
        return False
    one, two = (multiplied_out(each, worth.kind) for each in (line, right))
    return len(one) < len(two)


def right_for_numbers(question: Question, line: Tree, at: Point) -> bool:
    """Whether a line is the derivative, but for a sign, where every matrix is a number.

    Args:
        question: What it is held against.
        line: The line.
        at: A point; that all sizes are 1 is tried beside it.
    """
    if not at.sizes:
        return False
    sizes = dict.fromkeys(at.sizes, 1)
    tried = [*islice(points_at(question, sizes), _POINTS)]
    values = [(Worth(each).of(line), each.truth) for each in tried]
    return any(np.any(truth.data) for _, truth in values) and all(
        value is not None
        and value.data.size == truth.data.size
        and close(np.abs(value.data.reshape(-1)), np.abs(truth.data.reshape(-1)))
        for value, truth in values
    )


def stops_early(question: Question, line: Tree, at: Point) -> str:
    """Whether a line is the derivative by something on the way, or a term of it: in words.

    ``-y / softmax(z)`` for ``-y.T @ log(softmax(z))`` by z is the derivative by ``softmax(z)``.

    Args:
        question: What it is held against.
        line: The line.
        at: A point.
    """
    value = Worth(at).of(line)
    if value is None or question.of.shape:
        return ""
    wrt = symbol(question.wrt.name, question.wrt.shape)
    depends: set[Node] = set()
    for node in topological(question.formula.node):
        if node is wrt or any(each in depends for each in node.operands):
            depends.add(node)
    named = {node: name for name, node in question.formula.named.items()}
    between = [node for node in depends if node is not wrt and node is not question.formula.node]
    between.sort(key=lambda node: node not in named)
    arrays = {name: at.values[name].entries()[0] for name in question.formula.variables}
    for by, node in zip(between, derivatives(question.formula.node, between), strict=True):
        for part in (node, *(node.operands if isinstance(node, Sum) else ())):
            with suppress(MatcalcError):
                entries = one(evaluate(with_stand_ins(part), arrays, at.sizes))
                if is_either(value, entries):
                    term = "" if part is node else "a term of "
                    return f"{term}the derivative by {named.get(by) or text(write(by))}"
    return ""


def keeps_trace(question: Question, line: Tree, worth: Worth) -> bool:
    """Whether a line is the derivative, entry by entry, of what stands in a trace or a sum.

    ``kron(A, eye(n))`` for ``tr(kron(A, X))`` by X: the rule of numbers, in the trace.

    Args:
        question: What it is held against.
        line: The line.
        worth: What parts are worth.
    """
    value = worth.of(line)
    if value is None or len(question.wrt.shape) != 2:
        return False
    wrt = Tree("name", question.wrt.name)
    identity = called("eye", Tree("name", str(question.wrt.shape[0])))
    inside = (
        part.args[0]
        for line in question.lines
        for part in walk(line.tree)
        if part.calls("tr", "trace")
    )
    return any(_are_multiples(value, worth.of(replaced(each, wrt, identity))) for each in inside)


def _are_multiples(value: Stack, other: Stack | None) -> bool:
    """Whether the one is a multiple of the other, or of its transpose."""
    if other is None or value.kind != "m":
        return False
    ways = [each for each in (other, transposed(other)) if each.shape == value.shape]
    return any(ratio(each.data, value.data) for each in ways)

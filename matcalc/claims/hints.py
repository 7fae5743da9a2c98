"""What is seen of a claim as a whole, where no repair names the mistake: its look, its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice, pairwise

import numpy as np

from matcalc.checking.stand_ins import with_stand_ins
from matcalc.claims.answer import Misfit
from matcalc.claims.point import ClaimPoint, Worth, points_at
from matcalc.claims.question import Question
from matcalc.claims.stacked import Stack, close, is_either, one, ratio, transposed
from matcalc.claims.tidying import factors, multiplied_out, terms
from matcalc.claims.tree import Tree, bare, called, names, number, op, replaced, row_of, same, walk
from matcalc.derivative import derivatives
from matcalc.errors import MatcalcError
from matcalc.graph import Node, Sum, symbol, topological
from matcalc.notation import text, write
from matcalc.plan import evaluate


def hints(line: Tree, right: Tree, misfits: Sequence[Misfit], worth: Worth) -> tuple[str, ...]:
    """Causes that the look of a claim and of the derivative suggests, the likeliest first.

    Args:
        line: The claim.
        right: The derivative.
        misfits: What does not fit in the claim.
        worth: What parts are worth.
    """
    found = [name for name, look in _LOOKS.items() if look(line, right, worth)]
    if any(one.sign in "*/" for one in misfits):
        found.insert(0, "kind-of-product")
    return tuple(dict.fromkeys(found))


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


def right_for_numbers(question: Question, line: Tree, at: ClaimPoint) -> bool:
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


def stops_early(question: Question, line: Tree, at: ClaimPoint) -> str:
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


def _divides_by_matrix(line: Tree, _: Tree, worth: Worth) -> bool:
    """Whether a matrix stands below a line, or has an exponent entry by entry."""
    below = [part.args[1] for part in walk(line) if part.operator("/")]
    below += [part.args[0] for part in walk(line) if part.operator("**")]
    return any(worth.kind(part) == "m" for part in below)


def _keeps(names: tuple[str, ...], line: Tree, _: Tree, worth: Worth) -> bool:
    """Whether a trace or a sum stands there, and the derivative is an array."""
    kept = any(part.calls(*names) for part in factors(bare(line)))
    return kept and worth.at.truth.kind in "mt"


def _has_same_letters(line: Tree, right: Tree) -> bool:
    return names(line) == names(right) != set()


def _is_of_other_order(line: Tree, right: Tree, _: Worth) -> bool:
    return _has_same_letters(line, right) and _letters(line) != _letters(right)


def _letters(tree: Tree) -> list[str]:
    """The names from left to right."""
    return [part.value for part in walk(tree) if part.kind == "name"]


def _is_of_other_signs(line: Tree, right: Tree, _: Worth) -> bool:
    """Whether the same letters stand in products of another kind."""
    return _has_same_letters(line, right) and ("*" in _signs(line)) != ("*" in _signs(right))


def _signs(tree: Tree) -> set[str]:
    """The kinds of products of arrays; a number in front does not count."""
    return {
        part.value
        for part in walk(tree)
        if part.operator("@", "*") and part.args[0].kind != "number"
    }


def _is_a_multiple(line: Tree, right: Tree, _: Worth) -> bool:
    """Whether a multiple of one product stands for a sum of several."""
    first = factors(bare(line))[0]
    is_multiple = len(terms(line)) == 1 and first.kind == "number"
    return is_multiple and len(terms(right)) > 1


_LOOKS: dict[str, Callable[[Tree, Tree, Worth], bool]] = {
    "scalar-rule": _divides_by_matrix,
    "trace-not-removed": partial(_keeps, ("tr", "trace")),
    "missing-sum": partial(_keeps, ("sum",)),
    "kind-of-product": _is_of_other_signs,
    "missing-term": lacks_terms,
    "order": _is_of_other_order,
    "symmetric-part": _is_a_multiple,
}

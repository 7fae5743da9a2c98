"""The formula of a derivative, its axes in the order of a layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from matcalc.graph import Node, Sum, add, distribute, is_apply, topological, transposed
from matcalc.layout import ArrayForm
from matcalc.notation.formulas import (
    LINE,
    WrittenFormula,
    lying,
    names_within,
    write,
    write_together,
)
from matcalc.notation.means import with_means
from matcalc.notation.named_quotients import recurring_quotients
from matcalc.notation.tables import tabled, tabled_within
from matcalc.notation.tree import Phrase, operands_first
from matcalc.operations import facts_of
from matcalc.simplify.expansion import holds_delta, is_difference


def write_derivative(
    node: Node,
    form: ArrayForm,
    names: Sequence[str] = (),
    named: Mapping[Node, str] | None = None,
    *,
    indices: bool = False,
    tables: bool = False,
) -> WrittenFormula:
    """The formula of a derivative as a layout writes it.

    Args:
        node: Its entries, axes of ``of`` and then of ``wrt``.
        form: How it is written: a layout's form, no axes put together.
        names: The variables in the order in which terms should mention them.
        named: Names for nodes that have one already.
        indices: Whether the last products are written in index notation.
        tables: Whether a table of its parts is written where that is no longer.

    Raises:
        UnboundError: The derivative holds arrays, which have no names.
    """
    ((root, lies),) = _arranged([(node, form)])
    if indices or not tables:
        return write(root, names, named, row=lies, indices=indices)
    written = write_in_tables(root, names, named, row=lies)
    known = _with_quotients(root, names, named or {}) if written.size > LINE else []
    others = [write_in_tables(root, names, one, row=lies) for one in known]
    shortest = min([written, *others], key=lambda one: with_means(one).size)
    return written if shortest is written else written._replace(in_books=shortest)


def _with_quotients(
    root: Node, names: Sequence[str], named: Mapping[Node, str]
) -> list[dict[Node, str]]:
    """Nodes that have names, and quotients that recur: with names for what they are of, or not."""
    found = [one for one in recurring_quotients(root) if one.whole not in named]
    if not found:
        return []
    taken = names_within(topological(root), [*names, *named.values()])
    found_names: list[dict[Node, str]] = []
    for first in (0, 1):
        free = (name for name in map("t{}".format, count(1)) if name not in taken)
        parts = dict.fromkeys(n for one in found for n in one[first:] if n not in named)
        found_names.append({**named, **dict(zip(parts, free, strict=False))})
    return found_names


def write_derivatives(
    nodes: Sequence[tuple[Node, ArrayForm | None]],
    names: Sequence[str] = (),
    named: Mapping[Node, str] | None = None,
) -> list[WrittenFormula]:
    """The formulas of several derivatives with the same names for what recurs in any of them.

    Args:
        nodes: The entries of each and how it is written; no form for a value, as it is.
        names: The variables in the order in which terms should mention them.
        named: Names for nodes that have one already.

    Raises:
        UnboundError: A derivative holds arrays, which have no names.
    """
    arranged = _arranged(nodes)
    roots = [_table_of_numbers(root, names, named) for root, _ in arranged]
    written = write_together(roots, names, named)
    return [lying(one) if lies else one for one, (_, lies) in zip(written, arranged, strict=True)]


def _table_of_numbers(root: Node, names: Sequence[str], named: Mapping[Node, str] | None) -> Node:
    """A node, as a table of numbers where that is easier to read."""
    table = tabled(root, shorter=False)
    if table is root or any(one.shape for one in table.operands):
        return root
    whole, apart = (_cost(write(one, names, named)) for one in (root, table))
    return table if apart <= _OF_NUMBERS * whole else root


def _arranged(nodes: Sequence[tuple[Node, ArrayForm | None]]) -> list[tuple[Node, bool]]:
    """Nodes with their axes in the order of a form, and whether the form is a row."""
    formed = [node for node, form in nodes if form is not None]
    spread = dict(zip(formed, distribute(formed, _has_no_matrix_notation), strict=True))
    return [(node, False) if form is None else _in_form(spread[node], form) for node, form in nodes]


def _in_form(node: Node, form: ArrayForm) -> tuple[Node, bool]:
    axes = [form.stored.index(axis) for group in form.form for axis in group]
    lies = form.matrix_form is not None and len(axes) == 1 and not form.matrix_form[0]
    return permuted(node, axes), lies


def write_in_tables(
    root: Node,
    names: Sequence[str] = (),
    named: Mapping[Node, str] | None = None,
    *,
    row: bool = False,
) -> WrittenFormula:
    """The formula of a node, as a table of its parts where that is no longer.

    Args:
        root: What to write.
        names: The names of variables in the order in which terms should mention them.
        named: Names for nodes that have one already.
        row: Whether a vector is written as a row.
    """
    written = write(tabled_within(root), names, named, row=row)
    table = tabled(root, shorter=True)
    if table is root:
        return written
    of_numbers = not any(one.shape for one in table.operands)
    found = write(tabled_within(table), names, named, row=row)
    most = _cost(written) * (_OF_NUMBERS if of_numbers else 1)
    return found if _cost(found) <= most else written


def _cost(written: WrittenFormula) -> int:
    """How much there is to read; windows are hard to read."""
    size = written.size
    if size > _LONG:
        return size
    parts = (part for phrase in written.roots for part in operands_first(phrase))
    return size + sum(map(_of_window, parts))


def _of_window(phrase: Phrase) -> int:
    """How many parts more a window counts for; a column of the identity few."""
    if phrase.op == "part":
        return int(phrase.args[0].is_call("eye"))
    picks = phrase.is_call("slice") or (phrase.op == "call" and facts_of(phrase.value).picking)
    return _WINDOW if picks and all(one.is_call("eye") for one in phrase.args) else 0


_WINDOW = 4  # parts that a window counts for
_LONG = 2000  # parts of a formula that is too long to look at windows
_OF_NUMBERS = 3  # times as long a table of numbers is still easier to read


def permuted(node: Node, axes: Sequence[int]) -> Node:
    """A node with its axes in another order; a sum term by term."""
    if isinstance(node, Sum):
        return add([transposed(term, axes) for term in node.terms])
    return transposed(node, axes)


def _has_no_matrix_notation(node: Node) -> bool:
    """Whether a node is a sum of many axes: its terms, in a product, may have a notation.

    A difference of arrays stays one, ``x - mean(x)``: multiplied out it would lose digits. So does
    a sum of slices or of what fills them, a convolution, which has no notation anyway.
    """
    if not isinstance(node, Sum) or len(node.shape) < 3:
        return False
    parts = (part for term in node.operands for part in term.operands)
    sliced = any(is_apply(part, "window") for part in parts)
    return holds_delta(node) or not (sliced or is_difference(node))

"""The formula of a derivative, its axes in the order of a layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from matcalc.graph import Node, Sum, add, distribute, transposed
from matcalc.layout import Written as Form
from matcalc.notation.formulas import NAMED, Written, write
from matcalc.notation.tables import tabled, tabled_within
from matcalc.notation.tree import Phrase, operands_first
from matcalc.simplify.expansion import holds_delta, is_difference


def write_derivative(
    node: Node,
    form: Form,
    names: Sequence[str] = (),
    named: Mapping[Node, str] | None = None,
    *,
    named_above: int = NAMED,
    indices: bool = False,
    tables: Literal["numbers", "parts"] | None = None,
) -> Written:
    """The formula of a derivative as a layout writes it.

    Args:
        node: Its entries, axes of ``of`` and then of ``wrt``.
        form: How it is written: a layout's form, no axes put together.
        names: The variables in the order in which terms should mention them.
        named: Names for nodes that have one already.
        named_above: What recurs and has more parts than that gets a name.
        indices: Whether the last products are written in index notation.
        tables: Of which parts tables are written, where that is no longer: of numbers, or of any.

    Raises:
        UnboundError: The derivative holds arrays, which have no names.
    """
    axes = [form.stored.index(axis) for group in form.form for axis in group]
    lies = form.matrix_form is not None and len(axes) == 1 and not form.matrix_form[0]
    root = permuted(distribute(node, _has_no_matrix_notation), axes)
    if tables is None or indices:
        return write(root, names, named, row=lies, named_above=named_above, indices=indices)
    return write_in_tables(root, names, named, row=lies, named_above=named_above, tables=tables)


def write_in_tables(
    root: Node,
    names: Sequence[str] = (),
    named: Mapping[Node, str] | None = None,
    *,
    row: bool = False,
    named_above: int = NAMED,
    tables: Literal["numbers", "parts"] = "parts",
) -> Written:
    """The formula of a node, as a table of its parts where that is no longer.

    Args:
        root: What to write.
        names: The names of variables in the order in which terms should mention them.
        named: Names for nodes that have one already.
        row: Whether a vector is written as a row.
        named_above: What recurs and has more parts than that gets a name.
        tables: Of which parts tables are written: of numbers, or of any.
    """
    within = tabled_within if tables == "parts" else _as_it_is
    written = write(within(root), names, named, row=row, named_above=named_above)
    table = tabled(root, shorter=tables == "parts")
    of_numbers = not any(one.shape for one in table.operands)
    if table is root or (tables == "numbers" and not of_numbers):
        return written
    found = write(within(table), names, named, row=row, named_above=named_above)
    most = _cost(written) * (_OF_NUMBERS if of_numbers else 1)
    return found if _cost(found) <= most else written


def _as_it_is(node: Node) -> Node:
    return node


def _cost(written: Written) -> int:
    """How much there is to read; windows are hard to read."""
    whole = [phrase for _, phrase in written.lets] + [written.phrase]
    size = sum(phrase.size for phrase in whole)
    if size > _LONG:
        return size
    parts = (part for phrase in whole for part in operands_first(phrase))
    return size + sum(map(_of_window, parts))


def _of_window(phrase: Phrase) -> int:
    """How many parts more a window counts for; a column of the identity few."""
    if phrase.op == "part":
        return int(phrase.args[0].is_call("eye"))
    picks = phrase.is_call("slice", "one_hot")
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

    A difference of arrays stays one, ``x - mean(x)``: multiplied out it would lose digits.
    """
    if not isinstance(node, Sum) or len(node.shape) < 3:
        return False
    return holds_delta(node) or not is_difference(node)

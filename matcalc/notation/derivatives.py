"""The formula of a derivative, its axes in the order of a layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matcalc.graph import Node, Sum, add, distribute, transposed
from matcalc.layout import Written as Form
from matcalc.notation.formulas import NAMED, Written, write
from matcalc.simplify.expansion import holds_delta, is_difference


def write_derivative(
    node: Node,
    form: Form,
    names: Sequence[str] = (),
    named: Mapping[Node, str] | None = None,
    *,
    named_above: int = NAMED,
    indices: bool = False,
) -> Written:
    """The formula of a derivative as a layout writes it.

    Args:
        node: Its entries, axes of ``of`` and then of ``wrt``.
        form: How it is written: a layout's form, no axes put together.
        names: The variables in the order in which terms should mention them.
        named: Names for nodes that have one already.
        named_above: What recurs and has more parts than that gets a name.
        indices: Whether the last products are written in index notation.

    Raises:
        UnboundError: The derivative holds arrays, which have no names.
    """
    axes = [form.stored.index(axis) for group in form.form for axis in group]
    lies = form.matrix_form is not None and len(axes) == 1 and not form.matrix_form[0]
    root = permuted(distribute(node, _has_no_matrix_notation), axes)
    return write(root, names, named, row=lies, named_above=named_above, indices=indices)


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

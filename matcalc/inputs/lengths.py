"""What stands in bars and in angles: lengths, absolute values, determinants, inner products."""

from __future__ import annotations

from matcalc.inputs.kinds import NUMBER
from matcalc.inputs.pieces import ATOM, POWER, PRODUCT, SIGN, Written, joined
from matcalc.inputs.speller import Speller
from matcalc.inputs.tree import LineNode

_OF_VECTORS = {"1": ("norm1(", ")")} | dict.fromkeys(
    ["infty", "∞", "max", "inf"], ("max(abs(", "))")
)


def bars(writer: Speller, node: LineNode) -> Written:
    """``|x|``: of a number its absolute value, of a matrix the determinant."""
    inside = writer.write(node.args[0])
    if inside.kind.is_matrix:
        writer.assume(f"{writer.shown(node)} is the determinant: det({inside.text})")
        return joined(["det(", inside, ")"], ATOM, NUMBER)
    if inside.kind.rank == 1:
        raise writer.fail(
            node,
            f"{writer.shown(node)} may be the length, norm({inside.text}), or entry by entry, "
            f"abs({inside.text}): write one of them",
        )
    return joined(["abs(", inside, ")"], ATOM, inside.kind)


def norm(writer: Speller, node: LineNode) -> Written:
    """``‖x‖``, ``‖x‖₁``, ``‖X‖_F``, ``‖x‖_Q``."""
    inside = writer.write(node.args[0])
    which: str = node.value
    if which == "weight":
        return _weighed(writer, node, inside, writer.write(node.args[1]))
    of_vector = not inside.kind.is_matrix
    around: tuple[str, str] | None = None
    if which in ("", "F", "fro", "Fro", "f") or (which == "2" and of_vector):
        around = ("norm(", ")")
    elif which == "2" or (which.isdigit() and which != "1" and inside.kind.rank == 1):
        around = ("norm(", f", {which})")
    elif which in ("*", "star", "nuc"):
        around = ("nuclear_norm(", ")")
    elif of_vector:
        around = _OF_VECTORS.get(which)
    if around is None:
        raise writer.fail(
            node,
            f"{writer.shown(node)}: the norms that are known are ‖x‖, ‖x‖_1, ‖x‖_∞ and ‖X‖_F, "
            "and ‖x‖_Q of a matrix Q",
        )
    return joined([around[0], inside, around[1]], ATOM, NUMBER)


def _weighed(writer: Speller, node: LineNode, x: Written, weight: Written) -> Written:
    """``‖x‖_Q``, the root of ``x.T @ Q @ x``; of a number p, ``‖x‖_p``."""
    if not x.kind.is_column:
        raise writer.fail(node, f"{writer.shown(node)} is read of a vector alone")
    if weight.kind.is_number:
        entries = joined(["abs(", x, ")**", weight.within(SIGN)], POWER, x.kind)
        total = joined(["sum(", entries, ")"], ATOM, NUMBER)
        return joined([total, "**(1 / ", weight.within(SIGN), ")"], POWER, NUMBER)
    row = joined([x.within(ATOM), ".T"], ATOM, x.kind.transposed)
    form = joined([row, " @ ", weight.within(SIGN), " @ ", x.within(SIGN)], PRODUCT, NUMBER)
    writer.assume(f"a norm by the matrix {weight.text} is the root of {form.text}")
    return joined(["sqrt(", form, ")"], ATOM, NUMBER)


def inner(writer: Speller, node: LineNode) -> Written:
    """``<x, y>``: of matrices the sum of the products of their entries."""
    one, two = map(writer.write, node.args)
    if one.kind.is_matrix or two.kind.is_matrix:
        return joined(["sum(", one.within(PRODUCT), " * ", two.within(SIGN), ")"], ATOM, NUMBER)
    return writer.dot(one, two)

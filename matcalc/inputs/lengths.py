"""What stands in bars and in angles: lengths, absolute values, determinants, inner products."""

from __future__ import annotations

from matcalc.inputs.kinds import NUMBER
from matcalc.inputs.pieces import ATOM, PRODUCT, SIGN, Written, joined
from matcalc.inputs.speller import Speller
from matcalc.inputs.tree import Node
from matcalc.operations import RULES


def bars(writer: Speller, node: Node) -> Written:
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


def norm(writer: Speller, node: Node) -> Written:
    """``‖x‖``, ``‖x‖₁``, ``‖X‖_F``."""
    inside = writer.write(node.args[0])
    which: str = node.value
    if which in ("", "F", "2", "fro", "Fro", "f") and not (which == "2" and inside.kind.is_matrix):
        return joined(["norm(", inside, ")"], ATOM, NUMBER)
    if which == "2":
        return joined(["norm(", inside, ", 2)"], ATOM, NUMBER)
    if which == "1" and not inside.kind.is_matrix:
        return joined(["norm1(", inside, ")"], ATOM, NUMBER)
    if which in ("infty", "∞", "max", "inf") and not inside.kind.is_matrix:
        return joined(["max(abs(", inside, "))"], ATOM, NUMBER)
    if which.isdigit() and inside.kind.rank == 1:
        return joined(["norm(", inside, f", {which})"], ATOM, NUMBER)
    if which in ("*", "star", "nuc"):
        return joined(["nuclear_norm(", inside, ")"], ATOM, NUMBER)
    shown = writer.shown(node)
    raise writer.fail(node, f"{shown}: the norms that are known are ‖x‖, ‖x‖_1, ‖x‖_∞ and ‖X‖_F")


def inner(writer: Speller, node: Node) -> Written:
    """``<x, y>``: of matrices the sum of the products of their entries."""
    one, two = map(writer.write, node.args)
    if one.kind.is_matrix or two.kind.is_matrix:
        return joined(["sum(", one.within(PRODUCT), " * ", two.within(SIGN), ")"], ATOM, NUMBER)
    return writer.dot(one, two)

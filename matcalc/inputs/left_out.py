"""What a sum over ``i ≠ j`` leaves out, where that is infinite: ``1/(x_i - x_j)``."""

from __future__ import annotations

from collections.abc import Hashable

from matcalc.inputs.tree import OVER, Node

_PAIR = 2


def divides_by_zero(node: Node, one: str, two: str) -> bool:
    """Whether a part divides by 0, or takes the logarithm or the length of 0, where letters agree.

    Args:
        node: What is summed.
        one: A letter.
        two: The letter that is compared with it.
    """
    signs = ("*", *(sign for sign, _ in node.value)) if node.op == "chain" else ()
    below = [arg for sign, arg in zip(signs, node.args, strict=False) if sign in OVER]
    if node.op == "power":
        if node.args[1].op == "negative":
            below.append(node.args[0])
        elif node.args[0].op == "norm":  # the square of a length is no root
            return divides_by_zero(node.args[0].args[0], one, two)
    if node.op == "norm" or (node.op == "call" and node.value[0] in ("log", "ln", "sqrt")):
        below.append(node.args[0])
    parts = (divides_by_zero(arg, one, two) for arg in node.args)
    return any(_is_zero(arg, one, two) for arg in below) or any(parts)


def _is_zero(node: Node, one: str, two: str) -> bool:
    """Whether a part is 0 where two letters agree, as ``x_i - x_j`` is."""
    if node.op == "sum" and len(node.args) == _PAIR and sum(node.value) == 0:
        first, second = (_renamed(arg, one, two) for arg in node.args)
        return first == second
    if node.op in ("product", "chain"):
        return any(_is_zero(arg, one, two) for arg in node.args)
    plain = node.op in ("negative", "group", "transpose", "bars", "norm", "power")
    plain = plain or (node.op == "call" and node.value[0] in ("abs", "sqrt", "norm"))
    return plain and _is_zero(node.args[0], one, two)


def _renamed(node: Node, one: str, two: str) -> Hashable:
    """A part without its place, the one letter for the other."""
    value = node.value
    if node.op == "index":
        value = tuple(one if letter == two else letter for letter in value)
    return node.op, value, tuple(_renamed(arg, one, two) for arg in node.args)

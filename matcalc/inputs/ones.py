"""Ones and zeros of which no size is said: what stands beside them says it, ``1ᵀx``, ``11ᵀ/n``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from matcalc.expression.misfits import filled as spelled
from matcalc.inputs.kinds import NUMBER, Kind
from matcalc.inputs.pieces import ATOM, Written, joined
from matcalc.inputs.speller import STARRED, Speller
from matcalc.inputs.tree import OVER, LineNode


def filled(writer: Speller, node: LineNode) -> Written:
    """Ones or zeros, with their size where that is said."""
    digit, sizes = node.value
    name = "ones" if digit == "1" else "zeros"
    if not sizes:
        return writer.atom(node, digit, Kind(-1))
    return writer.atom(node, spelled(name, sizes), Kind(len(sizes), tuple(sizes)))


def sized(writer: Speller, node: LineNode, found: Written, size: object) -> Written:
    """Ones or zeros without a size, beside what says which it is."""
    if size is None:
        raise writer.fail(node, "of which size these are is not said: write ones(n), or 1_n")
    name = "ones" if found.text == "1" else "zeros"
    return writer.atom(node, f"{name}({size})", Kind(1, (str(size),)))


def holds_ones(writer: Speller, node: LineNode) -> bool:
    """Whether ones of no size are a factor of a product of matrices, ``𝟏ᵀ · x``, ``A·𝟏``."""
    signs = {sign for sign, _ in node.value}
    if not signs <= {"*", "·", "@", "%*%"} or ("*" in signs and writer.notation in STARRED):
        return False
    if not any(map(are_ones, node.args)):
        return False
    written = [writer.write(one) for one in node.args]
    writer.kept |= {id(one): text for one, text in zip(node.args, written, strict=True)}
    found = [one.kind for one in written]
    return any(
        two.rank == -1 and (two.row or one.is_row or one.is_matrix or three.is_row)
        for one, two, three in zip([NUMBER, *found], found, [*found[1:], NUMBER], strict=False)
    )


def with_squares(writer: Speller, args: Sequence[LineNode]) -> Sequence[LineNode]:
    """Factors, with ``11ᵀ`` that is divided by a size as the matrix of ones of that size."""
    sizes = [writer.divisor, *(size_below(writer, one) for one in args)]
    size = next(filter(None, sizes), "")
    for k, (one, two) in enumerate(pairwise(args)):
        turned = two.op == "transpose" and _is_one(two.args[0])
        if _is_one(one) and turned:
            ones = LineNode("filled", (), ("1", ()), one.start, one.stop)
            square = ones._replace(value=("1", (size, size)), stop=two.stop)
            return [*args[:k], *([square] if size else [ones, two]), *args[k + 2 :]]
    return args


def size_below(writer: Speller, node: LineNode) -> str:
    """The size that a part is divided by, ``1/n``; nothing where it is by something else."""
    if node.op != "chain" or node.value[-1][0] not in OVER:
        return ""
    below = node.args[-1].args[0] if node.args[-1].op == "group" else node.args[-1]
    counts = writer.names.open and below.value in ("m", "n", "N")
    is_size = below.op == "name" and (below.value in writer.names.sizes or counts)
    return str(below.value) if is_size else ""


def all_sized(writer: Speller, args: Sequence[LineNode], before: Written | None) -> list[Written]:
    """Factors, with ones of no size as long as what they stand beside."""
    factors = [writer.write(one) for one in args]
    for k, factor in enumerate(factors):
        left = factors[k - 1] if k else before
        behind = k and (factors[k - 1].kind.is_row or factors[k - 1].kind.is_matrix)
        ones = factor.text == "1" and behind  # wᵀ1, A1: nobody writes that times a number
        if factor.kind.rank != -1 and not ones:
            continue
        right = factors[k + 1] if k + 1 < len(factors) else None
        beside = right if factor.kind.row else left
        if factor.text == "1" and beside and beside.kind.sizes == (None,):
            factors[k] = factor._replace(kind=Kind(-1, (), row=factor.kind.row))
            continue  # a sum, of nobody knows how many
        if factor.kind.row:
            column = sized(writer, args[k], factor, right.kind.rows if right else None)
            factors[k] = joined([column, ".T"], ATOM, column.kind.transposed)
        else:
            alone = writer.rows if right is not None and right.kind.is_row else None
            size = left.kind.columns if left else alone
            factors[k] = sized(writer, args[k], factor, size)
    return factors


def summed(factors: list[Written]) -> list[Written]:
    """Factors, with a vector beside ones of no known size as its sum, ``1ᵀv`` and ``wᵀ1``."""
    found: list[Written] = []
    for factor in factors:
        last = found[-1] if found else None
        if last and factor.kind.rank == -1 and last.kind.is_row:
            vector = last._replace(pieces=last.pieces[:-1]) if last.text[-2:] == ".T" else last
        elif last and last.kind.rank == -1 and last.kind.row and factor.kind.is_column:
            vector = factor
        else:
            found.append(factor)
            continue
        found[-1] = joined(["sum(", vector, ")"], ATOM, NUMBER)
    return found


def are_ones(node: LineNode) -> bool:
    """Whether a part is a vector of ones without a size, perhaps transposed."""
    if node.op in ("transpose", "group"):
        return are_ones(node.args[0])
    if node.op == "filled":
        return not node.value[1]
    return (node.op == "number" and node.value == "1") or (
        node.op == "call" and node.value[0] == "vector"
    )


def _is_one(node: LineNode) -> bool:
    """Whether a part is a 1 of which no size is said."""
    return (node.op, node.value) in (("number", "1"), ("filled", ("1", ())))

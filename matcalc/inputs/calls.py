"""Calls of other languages as they are written here: ``dot(a, x)``, ``np.square(x)``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matcalc.expression.functions import is_spelled
from matcalc.expression.misfits import filled
from matcalc.inputs import axes, kinds, masks
from matcalc.inputs.kinds import NUMBER, Kind
from matcalc.inputs.libraries import meant_by_library, of_sample
from matcalc.inputs.pieces import ATOM, PRODUCT, SIGN, SUM, Written, commas, joined
from matcalc.inputs.respelled import respelled
from matcalc.inputs.spelled import SPELLED
from matcalc.inputs.speller import Speller
from matcalc.inputs.tree import LineNode
from matcalc.inputs.vectors import INNER
from matcalc.inputs.words import KEYWORDS
from matcalc.operations import RULES, facts_of
from matcalc.operations.products import subscripts_of

_GROUPS = re.compile(r"\([^()]*\)|[^\s()]+")
_ALONG = frozenset(  # what takes an axis and nothing else
    one.name
    for one in RULES.values()
    if [*one.parameters] == ["axis"] and len(one.operands) == 1 and not one.facts.building_block
)
_PADDED = {"pad_width": "width", "pad": "width", "constant_values": "value"}
_COUNTING = ("number", "negative")  # an axis, behind an array
Rewrite = Callable[[Speller, LineNode, list[Written]], Written | None]


def rewritten(
    writer: Speller, node: LineNode, name: str, args: list[Written], form: str
) -> Written | None:
    """A call in the spelling of the language; nothing where it is spelled as it stands.

    Args:
        writer: Of the line.
        node: The call.
        name: What the function is called.
        args: Its arguments, written.
        form: How it was written: with the name of a library, as a method.
    """
    found = meant_by_library(writer, node, name, args, form)
    found = found or respelled(writer, node, name, args, form)
    if found is not None:
        return found
    simple = _CALLS.get(name)
    if simple is not None and not args:
        raise writer.fail(node, f"{name} is a function: what it is of stands in the brackets")
    if simple is not None:
        return simple(writer, node, args)
    if name in _ALONG:
        return _along(writer, node, name, args, form)
    if name in SPELLED and not is_spelled(name):
        usage = " or ".join(f"{name}({', '.join(one.parameters)})" for one in SPELLED[name])
        raise writer.fail(node, f"{name} is written {usage}")
    return None


def _two(
    writer: Speller, node: LineNode, args: Sequence[Written], name: str
) -> tuple[Written, Written]:
    if len(args) != 2:
        raise writer.fail(node, f"{name} takes two arguments")
    return args[0], args[1]


def _dot(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    one, two = _two(writer, node, args, "dot")
    if writer.names.flat:  # as NumPy does, beside its own signs
        return joined(
            [one.within(PRODUCT), " @ ", two.within(SIGN)], PRODUCT, kinds.flat(one.kind, two.kind)
        )
    return writer.dot(one, two)


def _matmul(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    if len(args) == 1 and node.args[0].op == "listed":
        args = [writer.write(one) for one in node.args[0].args]
    if len(args) < 2:
        raise writer.fail(node, "a matrix product takes two arguments")
    found = args[0]
    for arg in args[1:]:
        kind = kinds.flat(found.kind, arg.kind)
        found = writer.times(found, arg)
        found = found._replace(kind=kind) if writer.names.flat else found
    return found


def _matrix_power(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    one, two = _two(writer, node, args, "matrix_power")
    return writer.matrix_power(node, one, two)


def _vector(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """matrixcalculus.org's ``vector(1)``: ones beside what says how many."""
    if len(args) != 1 or args[0].text not in ("0", "1"):
        raise writer.fail(node, "vector(1) and vector(0) are vectors of ones and of zeros")
    return writer.atom(node, args[0].text, Kind(-1))


def _like(name: str) -> Rewrite:
    def rewrite(writer: Speller, node: LineNode, args: list[Written]) -> Written:
        sizes = args[0].kind.sizes
        if not sizes or None in sizes:
            raise writer.fail(node, f"write {name}(n), with the size")
        return writer.atom(node, filled(name, sizes), args[0].kind)

    return rewrite


def _repeated(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """MATLAB's ``repmat(b, 1, n)`` of a column, ``repmat(b', m, 1)`` of a row."""
    if len(args) == 3:
        array, *counts = args
        if array.text.endswith(", axis=0)"):  # MATLAB's mean(X, 1) is a row
            array = joined([array.within(ATOM), ".T"], ATOM, array.kind.transposed)
        row = array.text.endswith(".T")
        once, count = counts if array.kind.rank == 1 and not row else counts[::-1]
        if once.text == "1" and array.kind.rank == 1 and not row:
            return joined([array.within(PRODUCT), " @ ones(", count, ").T"], PRODUCT, kinds.MATRIX)
        if once.text == "1" and row:
            return joined(["ones(", count, ") @ ", array.within(ATOM)], PRODUCT, kinds.MATRIX)
    raise writer.fail(
        node, "write b @ ones(n).T for a column n times side by side, ones(m) @ b.T for rows"
    )


def _stacked(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """``np.hstack``, ``np.vstack``, ``np.column_stack``, ``torch.cat``: by their parts."""
    name = node.value[0]
    listed = node.args[0].op == "listed"
    parts = [writer.write(one) for one in node.args[0].args] if listed else args
    rest = args[1:] if listed else []
    vectors = all((one.kind.rank or 0) < 2 for one in parts)
    joint, axis = {
        "hstack": ("concatenate", "" if vectors else ", axis=1"),
        "vstack": ("stack" if vectors else "concatenate", "" if vectors else ", axis=0"),
        "column_stack": ("stack" if vectors else "concatenate", ", axis=1"),
    }.get(name, ("concatenate", ""))
    pieces: list[Written | str] = [f"{joint}((", *commas(parts), ")"]
    pieces += [f", {one.text}" if "=" in one.text else f", axis={one.text}" for one in rest]
    kind = kinds.MATRIX if joint == "stack" or not vectors else Kind(1, (None,))
    return joined([*pieces, f"{axis})"], ATOM, kind)


def _count(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """``len(x)``, ``X.shape[0]``, ``nrow(X)``, ``size(X, 1)``: a size by its name.

    Raises:
        NotationError: It is not known, or of several axes.
    """
    (name, _, form), sizes = node.value, args[0].kind.sizes
    if name == "numel" and len(args) == 1 and sizes and None not in sizes:
        text = " * ".join(map(str, sizes))
        return writer.atom(node, text, NUMBER, ATOM if len(sizes) == 1 else PRODUCT)
    place = args[1].text if len(args) == 2 else _COUNTED.get(name)
    if place is None and len(sizes) == 1 and name != "size":
        place = "0"
    axis = int(place) if place and place.removeprefix("-").isdigit() else None
    first = int(len(args) == 2 and writer.notation == "matlab" and not form)  # of its axes
    axes = range(first or -len(sizes), len(sizes) + first)
    size = None if axis is None or axis not in axes else sizes[axis - first]
    if size is None:
        raise writer.fail(node, "write the size by its name, n of x[n], or as a number")
    return writer.atom(node, str(size), NUMBER, ATOM if str(size).isalnum() else SUM)


_COUNTED = {"len": "0", "nrow": "0", "ncol": "1"}  # the axes of which these are the sizes


def _block(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """``np.block([[A, B], [C, D]])``."""
    if len(args) != 1 or node.args[0].op != "listed":
        raise writer.fail(node, "block is written block([[A, B], [C, D]])")
    return args[0]


def _itself(_: Speller, __: LineNode, args: list[Written]) -> Written:
    """``np.asarray(x)``: x."""
    return args[0]


def _squeezed(_: Speller, __: LineNode, args: list[Written]) -> Written | None:
    """``squeeze(X)``: without the axes of size 1."""
    sizes = args[0].kind.sizes
    if len(args) != 1 or 1 not in sizes:
        return args[0] if len(args) == 1 and None not in sizes and sizes else None
    places = ", ".join("0" if size == 1 else ":" for size in sizes)
    rank = len(sizes) - sizes.count(1)
    left = tuple(size for size in sizes if size != 1)
    return joined([args[0].within(ATOM), f"[{places}]"], ATOM, Kind(rank, left))


def _exponential(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """``e^x``; of a matrix the matrix exponential."""
    (arg,) = args
    if arg.kind.is_matrix:
        writer.assume(f"{writer.shown(node)} is the matrix exponential: expm({arg.text})")
    name = "expm" if arg.kind.is_matrix else "exp"
    return joined([f"{name}(", arg, ")"], ATOM, arg.kind)


def _norm(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``norm(A, axis=1)``, ``norm(x, 1)``, ``norm(A, 'fro')``, ``norm2(x)``."""
    keywords = {one.value: one for one in node.args if one.op == "keyword"}
    axis = keywords.get("axis") or keywords.get("dim")
    said = keywords.get("ord") or keywords.get("p") or keywords.get("type")  # R's
    order = said.args[0] if said else None
    if len(args) > 1 and order is None and node.args[1].op != "keyword":
        order = node.args[1]
    if axis is not None:
        kept = "keepdims" in keywords or "keepdim" in keywords
        return _norm_along(writer, args[0], axis.args[0], order, kept=kept)
    if order is None or (said and said.value == "p"):
        return None
    which = order.value[1:-1] if order.op == "text" else str(order.value)
    matrix = args[0].kind.is_matrix
    if which in ("inf", "Inf") and matrix:
        return joined(["max(sum(abs(", args[0], "), axis=1))"], ATOM, NUMBER)
    if order.op == "number" and which != "2":
        return joined(["norm(", args[0], f", {which})"], ATOM, NUMBER)
    return writer.write(LineNode("norm", node.args[:1], which, node.start, node.stop))


def _norm_along(
    writer: Speller, one: Written, axis: LineNode, order: LineNode | None, *, kept: bool
) -> Written:
    """``norm(X, 1, axis=0)``: the norm of each row or column.

    Raises:
        NotationError: It is none of 1, 2 and the largest.
    """
    which = "2" if order is None else str(order.value)
    before, behind, root = {
        "2": ("sum(", "**2", True),
        "1": ("sum(abs(", ")", False),
        "inf": ("max(abs(", ")", False),
    }.get(which, ("", "", False))
    if not before:
        raise writer.fail(order or axis, "along an axis the order of a norm is 1, 2 or inf")
    rank = max(0, (one.kind.rank or 1) - 1)
    inside = one.within(ATOM) if behind == "**2" else one
    end = ", keepdims=True)" if kept else ")"
    start = f"sqrt({before}" if root else before
    parts = [start, inside, f"{behind}, axis=", writer.write(axis), end, ")" if root else ""]
    return joined(parts, ATOM, Kind(rank, (None,) * rank))


def _rearrange(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """``rearrange("i j -> (i j)", X)``: an axis for each group behind the arrow."""
    texts = [one.value for one in node.args if one.op == "text"]
    output = texts[0].partition("->")[2].strip("\"' ") if texts else ""
    rank = len(_GROUPS.findall(output))
    return writer.applied(node, "rearrange", args, Kind(rank, (None,) * rank))


def _padded(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``np.pad(x, 1, mode="constant")``; PyTorch's, whose pairs are of the last axes, last first.

    Raises:
        NotationError: Something else than zeros is put around.
    """
    places = iter(("x", "width", "mode", "value", *args))
    given = {_PADDED.get(one.value, one.value): one.args[0] for one in node.args if _is_named(one)}
    given |= {next(places): one for one in node.args if not _is_named(one)}
    mode, value = given.pop("mode", None), given.pop("value", None)
    width = given.get("width")
    of_zeros = value is None or value.value in ("0", "0.0")
    if not of_zeros or (mode is not None and str(mode.value)[1:-1] != "constant"):
        raise writer.fail(node, "zeros alone are put around an array: pad(x, (before, behind))")
    if width is None or len(given) > 2:
        return None
    rank = args[0].kind.rank
    if node.value[2].partition(".")[0] in ("F", "nn", "torch"):
        if not rank or width.op != "listed":
            raise writer.fail(node, "write what each axis gets: pad(X, ((0, 0), (before, behind)))")
        ends = [
            LineNode("listed", width.args[k : k + 2], "(") for k in range(0, len(width.args), 2)
        ]
        none = LineNode("listed", (LineNode("number", (), "0"),) * 2, "(")
        pairs = [none] * (rank - len(ends)) + ends[::-1]
        width = width._replace(args=tuple(pairs)) if len(pairs) > 1 else pairs[0]
    size = writer.argument(width, "", parameter=True)
    return writer.applied(node, "pad", [args[0], size], Kind(rank, (None,) * (rank or 0)))


def _is_named(node: LineNode) -> bool:
    return node.op == "keyword"


def _length(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """A norm of all entries by another name, ``normF(A)``."""
    return _norm(writer, node, args) or joined(["norm(", args[0], ")"], ATOM, NUMBER)


def _diagonal(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """R's ``diag(n)`` of a size is the identity; Julia's ``diagm(x)``."""
    text = args[0].text
    if len(args) == 1 and (text.isdigit() or text in writer.names.sizes):
        return writer.atom(node, f"eye({text})", Kind(2, (text, text)))
    if node.value[0] == "diag":
        return None
    return writer.applied(node, "diag", args, kinds.called("diag", [args[0].kind], []))


def _times_over(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """R's ``rep(1, n)``: a number so many times.

    Raises:
        NotationError: It is of a vector.
    """
    if len(args) != 2 or not args[0].kind.is_number or not args[1].text.isalnum():
        raise writer.fail(node, "rep is read of a number alone, rep(1, n)")
    ones = writer.atom(node, f"ones({args[1].text})", Kind(1, (args[1].text,)))
    return ones if args[0].text == "1" else writer.times(args[0], ones)


def _norm2(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """matrixcalculus.org's ``norm2(x)`` of a vector.

    Raises:
        NotationError: It is of a matrix, where it may be another norm.
    """
    if args[0].kind.is_matrix:
        raise writer.fail(
            node,
            f"norm2 of a matrix may be the Frobenius norm, norm({args[0].text}), or the spectral "
            "norm, the largest singular value: write one of them",
        )
    return joined(["norm(", args[0], ")"], ATOM, NUMBER)


def _spread(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``x.var(dim=0)``: whose keywords are PyTorch's, so is its number of entries."""
    torch = {"dim", "keepdim", "unbiased", "correction"}
    return of_sample(writer, node, args) if torch & {one.value for one in node.args} else None


def _on_last_axis(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``cosine_similarity(x, y, dim=0)``: along the last axis, as it is here."""
    rank = args[0].kind.rank
    *front, last = node.args
    if len(front) != 2 or last.op != "keyword" or last.value not in ("dim", "axis"):
        return None
    if rank is None or writer.write(last.args[0]).text not in ("-1", str(rank - 1)):
        return None
    kind = Kind(rank - 1, args[0].kind.sizes[: rank - 1])
    return writer.applied(node, str(node.value[0]), args[:2], kind)


def _approximated(_: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``gelu(x, approximate="tanh")``."""
    if len(args) != 2 or node.args[1].op != "keyword" or node.args[1].value != "approximate":
        return None
    known = facts_of(node.value[0]).approximations
    name = known.get(str(node.args[1].args[0].value)[1:-1])
    return joined([f"{name}(", args[0], ")"], ATOM, args[0].kind) if name else None


def _float(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
    """``float("-inf")``."""
    if len(args) != 1 or node.args[0].op != "text":
        return None
    return writer.atom(node, node.args[0].value[1:-1], NUMBER)


def _einsum(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """``einsum('ij,jk', A, B)``: with its arrow, and letters for ``...``."""
    first = node.args[0]
    if first.op != "text":
        raise writer.fail(node, 'einsum is written einsum("ij,j->i", A, x)')
    operands = args[1:]
    pattern = subscripts_of(first.value[1:-1], [one.kind.rank or 0 for one in operands])
    output = pattern.partition("->")[2]
    kind = Kind(len(output), (None,) * len(output))
    text = writer.atom(first, f'"{pattern}"', kinds.UNKNOWN)
    return writer.applied(node, "einsum", [text, *operands], kind)


def _along(
    writer: Speller, node: LineNode, name: str, args: list[Written], form: str
) -> Written | None:
    """``sum(X, dim=-1)``, ``sum(X, 1)``: with the axis by its name, counted from 0."""
    if not args:
        return None
    first, reduces = args[0], RULES[name].reduces
    numbered = form.startswith(("np.", "numpy.", "jnp.")) and node.args[-1].op in _COUNTING
    if facts_of(name).of_two and len(args) == 2 and node.args[1].op != "keyword" and not numbered:
        return None
    if len(args) == 2 and node.args[1].op == "text" and node.args[1].value[1:-1] == "all":
        return joined([f"{name}(", first, ")"], ATOM, NUMBER)
    of_squares = len(args) == 2 and node.args[0].op == "name" and node.args[0].value == "abs2"
    if reduces and of_squares:
        return joined([f"{name}(", args[-1].within(ATOM), "**2)"], ATOM, NUMBER)
    matlab = writer.notation == "matlab" and not form
    named = [_named(writer, *one) for one in zip(node.args[1:], args[1:], strict=True)]
    keywords = [key for key, _ in named]
    along = ""
    parts: list[Any] = []
    for one, (key, inside) in zip(node.args[1:], named, strict=True):
        if key == "axis":
            along = _axis(inside.text, first.kind, from_one=matlab)
        shown = writer.atom(one, along, NUMBER) if key == "axis" else inside
        parts += [", ", f"{key}=", shown]
    if along == "0" and first.kind.rank == 1:  # the only axis
        return joined([f"{name}(", first, ")"], ATOM, NUMBER if reduces else first.kind)
    if matlab and reduces and first.kind.is_matrix and not keywords:
        writer.assume(
            f"{writer.shown(node)} is of all entries; of each column it is {name}(…, axis=0)"
        )
    kind = kinds.called(name, [first.kind], keywords)
    if keywords == ["axis"] and reduces and len(first.kind.sizes) == 2 and along in ("0", "1"):
        kind = Kind(1, (first.kind.sizes[1 - int(along)],))
    return joined([f"{name}(", first, *parts, ")"], ATOM, kind)


def _named(writer: Speller, node: LineNode, arg: Written) -> tuple[str, Written]:
    """What stands behind an array, and its name: the axis, where none is given."""
    if node.op != "keyword":
        return "axis", arg
    return KEYWORDS.get(str(node.value), str(node.value)), writer.write(node.args[0])


def _axis(text: str, kind: Kind, *, from_one: bool) -> str:
    """An axis, counted from 0."""
    plain = text.strip("()")
    if from_one and plain.isdigit() and plain != "0":
        return str(int(plain[:3]) - 1)
    if plain == "-1" and kind.rank:
        return str(kind.rank - 1)
    return text


_CALLS: Mapping[str, Rewrite] = {  # what each of these names means
    name: rewrite
    for names, rewrite in (
        ("transpose permute t", axes.transposed),
        ("swapaxes", axes.swapped),
        ("flatten ravel", axes.flattened),
        (" ".join(INNER), _dot),
        ("matmul mm bmm mv multi_dot", _matmul),
        ("matrix_power", _matrix_power),
        ("vector matrix", _vector),
        ("ones_like", _like("ones")),
        ("zeros_like", _like("zeros")),
        ("len length nrow ncol numel size", _count),
        ("block", _block),
        ("hstack vstack column_stack cat", _stacked),
        ("array asarray drop copy item", _itself),
        ("squeeze", _squeezed),
        ("repmat", _repeated),
        ("pad", _padded),
        ("e^", _exponential),
        ("norm", _norm),
        ("normF vector_norm matrix_norm", _length),
        ("diag diagm", _diagonal),
        ("rep", _times_over),
        ("norm2", _norm2),
        ("einsum", _einsum),
        ("rearrange", _rearrange),
        ("var std", _spread),
        ("cosine_similarity", _on_last_axis),
        ("unsqueeze expand_dims", axes.widened),
        ("where", masks.where),
        ("masked_fill", masks.masked_fill),
        ("clip", masks.clip),
        *((one.name, _approximated) for one in RULES.values() if one.facts.approximations),
        ("float", _float),
    )
    for name in names.split()
}

"""What libraries mean by a name that others use for something else, or that is not a function here.

``torch.var`` divides by one less than ``np.var``; ``F.cross_entropy`` is a mean over rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matcalc.inputs.kinds import NUMBER, Kind
from matcalc.inputs.pieces import ATOM, PRODUCT, SIGN, Written, joined
from matcalc.inputs.respelled import respelled
from matcalc.inputs.speller import Speller
from matcalc.inputs.tree import LineNode
from matcalc.operations import RULES, parse_signature

Rewrite = Callable[[Speller, LineNode, list[Written]], Written | None]

#: Losses of which PyTorch takes the mean over rows.
_OF_ROWS = ("nll_loss", "triplet_margin_loss", "cosine_embedding_loss", "multi_margin_loss")


def meant_by_library(
    writer: Speller, node: LineNode, name: str, args: list[Written], form: str
) -> Written | None:
    """A call with the name of a library in front, where that decides; nothing where it does not.

    Raises:
        NotationError: Its arguments mean something else here.
    """
    home = form.partition(".")[0] if "." in form else ""
    if home == "scipy" and name in ("softmax", "log_softmax") and len(args) == 1:
        _refuse_rows(writer, node, name, args[0])
    reduction = next((one for one in node.args if one.value == "reduction"), None)
    if reduction is not None and reduction.op == "keyword":
        return _loss(writer, node, name, args, reduction)
    torch = home in ("F", "nn", "torch") and "linalg" not in form
    special = _TORCH.get(name) if torch else None
    return special(writer, node, args) if special is not None else None


def _loss(
    writer: Speller, node: LineNode, name: str, args: list[Written], reduction: LineNode
) -> Written | None:
    """``F.mse_loss(x, y, reduction="sum")``: as many times the mean as there are entries, or rows.

    Raises:
        NotationError: It is neither a mean nor a sum, or nothing says how many there are.
    """
    how = str(reduction.args[0].value)[1:-1]
    kept = [k for k, one in enumerate(node.args) if one is not reduction]
    rest = [args[k] for k in kept]
    if how not in ("mean", "sum") or not rest:
        raise writer.fail(reduction, "a loss is a mean or a sum here: reduction='sum'")
    bare = node._replace(args=tuple(node.args[k] for k in kept))
    special = _TORCH.get(name)
    mean = special(writer, bare, rest) if special is not None else None
    mean = mean or respelled(writer, bare, name, rest, "F.")
    mean = mean or writer.applied(node, name, rest, NUMBER)
    sizes = list(rest[0].kind.sizes)
    if name in RULES and parse_signature(RULES[name].signatures[0]).operands[0].domain == "simplex":
        sizes = sizes[: len(sizes) - 1]
    if how == "mean" or not sizes:
        return mean
    if None in sizes or name in _OF_ROWS:
        raise writer.fail(reduction, f"write the number of its terms before it: n * {name}(…)")
    return joined([" * ".join(map(str, sizes)), " * ", mean.within(SIGN)], PRODUCT, NUMBER)


def _refuse_rows(writer: Speller, node: LineNode, name: str, arg: Written) -> None:
    """Refuse a softmax of a matrix, of which SciPy takes all entries together.

    Raises:
        NotationError: It is of a matrix.
    """
    if (arg.kind.rank or 0) > 1:
        raise writer.fail(
            node, f"SciPy takes all entries together; of each row it is {name}(X, axis=1)"
        )


def of_sample(writer: Speller, node: LineNode, args: list[Written]) -> Written:
    """PyTorch's ``var`` and ``std``, divided by one less than there are where nothing is said.

    Raises:
        NotationError: It has other arguments.
    """
    name = str(node.value[0])
    said = {str(one.value): one.args[0] for one in node.args if one.op == "keyword"}
    plain = len(args) - len(said)
    flag = said.pop("unbiased", None)
    less = said.pop("correction", said.pop("ddof", None))
    axis = said.pop("dim", said.pop("axis", node.args[1] if plain == 2 else None))
    kept = said.pop("keepdim", said.pop("keepdims", None))
    if said or plain > 2 or not plain or (flag and str(flag.value) not in ("True", "False")):
        raise writer.fail(node, f"write {name}(X, axis=0, ddof=1), with the number less")
    ddof = "0" if flag and flag.value == "False" else "1" if less is None else writer.write(less)
    pieces: list[Written | str] = [f"{name}(", args[0]]
    for key, one in (("axis", axis), ("keepdims", kept)):
        pieces += [f", {key}=", writer.write(one)] if one else []
    rank = (args[0].kind.rank or 1) - (kept is None) if axis else 0
    return joined([*pieces, ", ddof=", ddof, ")"], ATOM, Kind(rank, (None,) * rank))


def _refused(usage: str) -> Rewrite:
    def rewrite(writer: Speller, node: LineNode, _: list[Written]) -> Written:
        raise writer.fail(node, usage)

    return rewrite


def _median(writer: Speller, node: LineNode, args: Sequence[Written]) -> None:
    """Nothing where there is one entry in the middle.

    Raises:
        NotationError: There are two, of which PyTorch takes the lower.
    """
    sizes = args[0].kind.sizes if args else ()
    if len(args) != 1 or len(sizes) != 1 or not isinstance(sizes[0], int) or sizes[0] % 2 == 0:
        raise writer.fail(
            node,
            "torch.median is the lower of the two entries in the middle; median(x) is their mean",
        )


def _extreme(name: str) -> Rewrite:
    def rewrite(writer: Speller, node: LineNode, args: list[Written]) -> Written | None:
        """Nothing of one array, or of two.

        Raises:
            NotationError: It is along an axis, where PyTorch gives places too.
        """
        if len(args) == 2 and node.args[1].op == "number":
            raise writer.fail(
                node,
                f"{name}(x, 0) is along an axis: write {name}(x, axis=0), or {name}imum(x, 0)",
            )
        return None

    return rewrite


#: What a name means by its library alone.
_TORCH: Mapping[str, Rewrite] = {
    "var": of_sample,
    "std": of_sample,
    "median": _median,
    "max": _extreme("max"),
    "min": _extreme("min"),
    **{one.name: _refused(one.facts.in_torch) for one in RULES.values() if one.facts.in_torch},
}

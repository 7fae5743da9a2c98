"""What may have gone wrong with a function: traces and sums that stay, inverses, letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, permutations

from matcalc.claims.edits import Edit, of_function
from matcalc.claims.tree import Tree, called, number, op, turned

_AXES = (2, 4)  # of a result whose letters are put in another order, at least and at most
_MOVED = 0.1  # for each letter more than two that changes its place
_APART = 0.2  # where they are no neighbours: rather a factor is turned
_LETTERS = ("transpose", "layout", "index-convention")


def of_call(tree: Tree) -> Iterator[Edit]:
    """The edits of a call."""
    if not tree.args:
        return
    if tree.value in _CALLS and not tree.primes:
        yield from _CALLS[tree.value](tree)
    yield from of_function(tree)


def _trace(tree: Tree) -> Iterator[Edit]:
    yield Edit(tree.args[0], ("trace-not-removed",), 0.9)
    yield Edit(turned(tree.args[0]), ("trace-not-removed",), 1.1)


def _sum(tree: Tree) -> Iterator[Edit]:
    yield Edit(tree.args[0], ("missing-sum", "trace-not-removed"))
    other = "mean" if tree.value == "sum" else "sum"
    yield Edit(tree._replace(value=other), ("factor", "missing-sum"))
    if tree.keywords == ("axis",) and len(tree.args) == 2:
        inside, axis = tree.args
        for each in "01":
            if axis.value != each:
                yield Edit(tree._replace(args=(inside, number(each))), ("missing-sum",))
        yield Edit(tree._replace(args=(inside,), keywords=()), ("missing-sum",), 1.2)


def _diag(tree: Tree) -> Iterator[Edit]:
    yield Edit(tree.args[0], ("diagonal", "kind-of-product"))


def _inverse(tree: Tree) -> Iterator[Edit]:
    (inside,) = tree.args
    yield Edit(inside, ("inverse",))
    other = "pinv" if tree.value == "inv" else "inv"
    yield Edit(called(other, inside), ("not-invertible",))
    if inside.operator("@"):
        a, b = inside.args
        yield Edit(called("inv", op("@", b, a)), ("order", "inverse"))
        if "transpose" in (a.kind, b.kind):
            both = called("inv", op("@", turned(a), turned(b)))
            yield Edit(both, ("transpose", "order"), 1.1)


def _norm(tree: Tree) -> Iterator[Edit]:
    yield Edit(op("**", tree, number("2")), ("norm-not-squared",), 0.9)


def _outer(tree: Tree) -> Iterator[Edit]:
    if len(tree.args) == 2:
        one, two = tree.args
        yield Edit(called("outer", two, one), ("order", "layout"))
        yield Edit(op("@", turned(one), two), ("kind-of-product",))


def _kron(tree: Tree) -> Iterator[Edit]:
    if len(tree.args) == 2:
        yield Edit(called("kron", *reversed(tree.args)), ("vec-order", "order"))


def _power(tree: Tree) -> Iterator[Edit]:
    if len(tree.args) == 2:
        base, exponent = tree.args
        yield Edit(base, ("scalar-rule", "factor"))
        for sign in "+-":
            more = op(sign, exponent, number("1"))
            yield Edit(called(tree.value, base, more), ("scalar-rule", "factor"))


def _einsum(tree: Tree) -> Iterator[Edit]:
    """Letters of an einsum that changed places."""
    text = tree.args[0].value.replace(" ", "")
    if text.count("->") != 1 or "." in text:
        return
    inside, out = text.split("->")
    parts = inside.split(",")
    if _AXES[0] <= len(out) <= _AXES[1]:
        for order in _others(out):
            yield Edit(_with_letters(tree, parts, order), _LETTERS, 1.0 + _price(out, order))
    for i, j in combinations(range(1, len(tree.args)), 2):
        args = list(tree.args)
        args[i], args[j] = args[j], args[i]
        yield Edit(tree._replace(args=tuple(args)), ("order", "layout"), 0.9)
    for k, part in enumerate(parts):
        for order in _others(part) if len(part) < _AXES[1] else ():
            new = [*parts[:k], order, *parts[k + 1 :]]
            yield Edit(_with_letters(tree, new, out), ("transpose", "index-convention"))
    for summed in sorted(set(inside.replace(",", "")) - set(out)):
        for kept in out:
            new_out = out.replace(kept, summed)
            yield Edit(_with_letters(tree, parts, new_out), ("index-convention",), 1.3)


def _price(out: str, order: str) -> float:
    """What another order of a result's letters costs: least where it is turned round."""
    moved = [k for k, (a, b) in enumerate(zip(out, order, strict=True)) if a != b]
    is_turned = order == out[::-1] or moved[-1] - moved[0] == 1
    return _MOVED * (len(moved) - 2) + (0.0 if is_turned else _APART)


def _others(letters: str) -> list[str]:
    """Letters in other orders."""
    found = {"".join(order) for order in permutations(letters)}
    return sorted(found - {letters})


def _with_letters(tree: Tree, parts: Sequence[str], out: str) -> Tree:
    first = tree.args[0]._replace(value=f"{','.join(parts)}->{out}")
    return tree._replace(args=(first, *tree.args[1:]))


_CALLS: dict[str, Callable[[Tree], Iterator[Edit]]] = {
    "tr": _trace,
    "trace": _trace,
    "sum": _sum,
    "mean": _sum,
    "diag": _diag,
    "inv": _inverse,
    "pinv": _inverse,
    "norm": _norm,
    "norm1": _norm,
    "outer": _outer,
    "kron": _kron,
    "matrix_power": _power,
    "einsum": _einsum,
}

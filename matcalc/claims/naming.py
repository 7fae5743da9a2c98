"""What mistake a change undoes, seen from what was there and what should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from matcalc.claims.needed import simple
from matcalc.claims.point import Worth
from matcalc.claims.pool import of_factor
from matcalc.claims.stacked import is_either, ratio, transposed
from matcalc.claims.tidying import factors, terms
from matcalc.claims.tree import (
    Change,
    Tree,
    number,
    op,
    row_of,
    same,
    turned,
    upright,
    walk,
    with_change,
)


def narrowed(old: Tree, new: Tree) -> tuple[Tree, Tree]:
    """The smallest parts in which two trees differ."""
    while (
        old.kind == new.kind
        and old.value == new.value
        and old.primes == new.primes
        and old.keywords == new.keywords
        and len(old.args) == len(new.args)
    ):
        differing = [k for k in range(len(old.args)) if not same(old.args[k], new.args[k])]
        if len(differing) != 1 or (old.kind == "subscript" and differing[0]):
            break  # another entry is another variable
        if len(old.args) - differing[0] <= len(old.keywords):
            break  # axis=0
        old, new = old.args[differing[0]], new.args[differing[0]]
    return old, new


_ROW = 3  # factors: of so many the order is the mistake, not the kind of product


class Named(NamedTuple):
    """How well a name fits, and the change that it names."""

    weight: float
    change: Change


def causes(found: Sequence[Change], worth: Worth) -> dict[str, Named]:
    """The names of the mistakes that changes undo, each with how well it fits."""
    moved = _moved(found)
    if moved:
        return {name: Named(weight, found[0]) for name, weight in moved.items()}
    named: dict[str, Named] = {}
    before: list[Change] = []
    for change in found:
        alone = change
        for each in before:  # what this one changes is what the ones before left
            alone = alone._replace(old=with_change(alone.old, each))
        before.append(change)
        for part in _parted(alone, worth):
            for name, weight in _of_one(part, worth).items():
                if name not in named or named[name].weight < weight:
                    named[name] = Named(weight, part)
    return named


def _moved(found: Sequence[Change]) -> dict[str, float]:
    """One factor taken away here and put in there."""
    if len(found) != 2:
        return {}
    gone = Counter[str]()
    for change in found:
        gone.update(_letters(change.old))
        gone.subtract(_letters(change.new))
    if any(gone.values()):
        return {}
    sizes = [sum(_letters(each.new).values()) - sum(_letters(each.old).values()) for each in found]
    return {"order": 1.0, "scalar-rule": 0.8} if any(sizes) else {}


def _of_one(change: Change, worth: Worth) -> dict[str, float]:
    old, new = narrowed(change.old, change.new)
    named = _by_look(old, new, worth) or _by_value(old, new, worth)
    if not change.is_exchange:
        first = change.causes
        alike = _letters(old) == _letters(new) and len(row_of(old)) < _ROW
        other_sign = old.value != new.value and alike
        both = worth.kind(old) and worth.kind(new)
        other_kind = other_sign or (both and (worth.kind(old) == "s") != (worth.kind(new) == "s"))
        is_grouped = first[:1] == ("wrong-expansion",)
        if _are_products(old, new) and other_kind and not is_grouped:
            first = tuple(dict.fromkeys(("kind-of-product", *first)))
        return _weighed((*first, *named))
    if named:
        return _weighed(named)
    return {name: 0.3 * weight for name, weight in _weighed(change.causes).items()}


def _parted(change: Change, worth: Worth) -> tuple[Change, ...]:
    """An exchange as two changes where a part of what is new mends what was old.

    ``step(z) * (d @ W.T)`` for ``d @ W`` turns W, and puts a factor in front.
    """
    old, new = narrowed(change.old, change.new)
    if not change.is_exchange or new.kind != "operator" or _by_look(old, new, worth):
        return (change,)
    for k, part in enumerate(new.args):
        stays = any(same(part, each) for each in old.args)
        if not stays and not same(old, part) and _by_look(*narrowed(old, part), worth):
            around = new._replace(args=(*new.args[:k], old, *new.args[k + 1 :]))
            causes = (
                ("missing-term",)
                if new.value in "+-"
                else of_factor(new.args[1 - k], worth.kind(new.args[1 - k]))
            )
            return (Change(old, part, change.causes, change.price, True),
                    Change(old, around, causes, change.price))  # fmt: skip
    return (change,)


def _weighed(names: Iterable[str]) -> dict[str, float]:
    return {name: 0.6**k for k, name in enumerate(dict.fromkeys(names))}


def _are_products(*trees: Tree) -> bool:
    return all(tree.operator("@", "*") for tree in trees)


def _by_look(old: Tree, new: Tree, worth: Worth) -> tuple[str, ...]:
    """What is seen of two trees: the first of all that is seen of them."""
    return next(filter(None, (look(old, new, worth) for look in _LOOKS)), ())


def _turned(old: Tree, new: Tree, _: Worth) -> tuple[str, ...]:
    is_turned = same(turned(old), new) or same(old, turned(new))
    return ("transpose", "layout") if is_turned or same(upright(old), upright(new)) else ()


def _of_ones(old: Tree, new: Tree, _: Worth) -> tuple[str, ...]:
    """Ones that stand where a slope belongs."""
    is_other = (
        old.calls("ones") and not new.calls("ones") and not any(same(old, p) for p in walk(new))
    )
    return ("ones-for-derivative", "chain-rule") if is_other else ()


def _leaf(old: Tree, new: Tree, _: Worth) -> tuple[str, ...]:
    if old.kind != new.kind:
        return ()
    names = ("wrong-variable", "wrong-point")
    return {"name": names, "subscript": names[:1], "number": ("factor",)}.get(old.kind, ())


def _between_inverses(old: Tree, new: Tree, _: Worth) -> tuple[str, ...]:
    """What the change of an inverse stands between, and did not."""
    before, after = (sum(part.calls("inv") for part in walk(each)) for each in (old, new))
    is_between = not before and after == 2 and len(terms(old)) == len(terms(new)) == 1
    return ("scalar-rule", "chain-rule") if is_between else ()


def _spread(old: Tree, new: Tree, worth: Worth) -> tuple[str, ...]:
    """A number where it belongs on a diagonal."""
    return ("broadcast", "diagonal") if new.calls("eye") and worth.kind(old) == "s" else ()


def _powers(old: Tree, new: Tree, worth: Worth) -> tuple[str, ...]:
    if _power(old) == _power(new) or not same(_base(old), _base(new)):
        return ()
    if worth.kind(old) in ("c", "r"):
        return ("factor", "chain-rule")
    return ("norm-not-squared" if worth.kind(old) == "s" else "scalar-rule", "factor")


def _terms(old: Tree, new: Tree, _: Worth) -> tuple[str, ...]:
    """Terms that one of two sums has and the other lacks."""
    few, many, name = terms(old), terms(new), "missing-term"
    if len(few) == len(many):
        return ()
    if len(few) > len(many):
        few, many, name = many, few, "extra-term"
    kept = all(any(same(each, other) for other in many) for each in few)
    return (name,) if kept else ()


def _around(old: Tree, new: Tree, _: Worth) -> tuple[str, ...]:
    """A function that was put around, or taken away."""
    if new.kind == "call" and any(same(arg, old) for arg in new.args):
        return _FUNCTIONS.get(new.value, ("wrong-point", "chain-rule"))
    if old.kind == "call" and any(same(arg, new) for arg in old.args):
        if old.value in ("tr", "trace"):
            return ("trace-not-removed",)
        return _FUNCTIONS.get(old.value, ("wrong-point", "chain-rule"))
    return ()


def _factors(old: Tree, new: Tree, worth: Worth) -> tuple[str, ...]:
    """A factor that was put beside, or taken away."""
    added = put_beside(old, new)
    if added is not None:
        return of_factor(added, worth.kind(added))
    return ("duplicated-factor", "factor") if lost_factors(old, new) else ()


def put_beside(old: Tree, new: Tree) -> Tree | None:
    """The factor that a product has beside what was there."""
    if not new.operator("@", "*", "/") or not any(same(arg, old) for arg in new.args):
        return None
    return new.args[1] if same(new.args[0], old) else new.args[0]


def lost_factors(old: Tree, new: Tree) -> tuple[Tree, ...]:
    """The factors of a product that are taken away, where the others stay as they are."""
    if old.operator("/") and same(old.args[0], new):
        return (op("/", number("1"), old.args[1]),)
    kept, gone = factors(new), list[Tree]()
    for each in factors(old):
        if kept and same(each, kept[0]):
            kept = kept[1:]
        else:
            gone.append(each)
    return () if kept else tuple(gone)


def _signs(old: Tree, new: Tree, _: Worth) -> tuple[str, ...]:
    if old.kind == "negative" and same(old.args[0], new):
        return ("sign",)
    both = old.operator("+", "-") and new.operator("+", "-")
    return ("sign",) if both and all(map(same, old.args, new.args)) else ()


def _orders(old: Tree, new: Tree, _: Worth) -> tuple[str, ...]:
    both = old.operator("@") and new.operator("@")
    return ("order", "transpose", "layout") if both and _letters(old) == _letters(new) else ()


def _rearranged(old: Tree, new: Tree, worth: Worth) -> tuple[str, ...]:
    """The same factors, by their values, in another order."""
    before, after = ([worth.of(each) for each in factors(tree)] for tree in (old, new))
    if not _ROW <= len(before) == len(after) or None in before:
        return ()
    places: list[int] = []
    for value in before:
        left = [k for k in range(len(after)) if k not in places]
        found = next((k for k in left if is_either(value, after[k])), None)
        if found is None:
            return ()
        places.append(found)
    return ("order", "transpose") if places != sorted(places) else ()


_LOOKS = (
    _of_ones,
    _turned,
    _leaf,
    _spread,
    _between_inverses,
    _powers,
    _terms,
    _around,
    _factors,
    _signs,
    _orders,
    _rearranged,
)
_FUNCTIONS = {
    "sum": ("missing-sum",),
    "mean": ("missing-sum",),
    "diag": ("diagonal", "kind-of-product"),
    "inv": ("inverse", "scalar-rule"),
    "pinv": ("inverse", "scalar-rule"),
    "norm": ("norm-not-squared",),
    "sqrt": ("norm-not-squared",),
}


def _base(tree: Tree) -> Tree:
    return tree.args[0] if tree.operator("**") or tree.calls("matrix_power") else tree


def _power(tree: Tree) -> str:
    return str(tree.args[1]) if tree.operator("**") or tree.calls("matrix_power") else "1"


def _letters(tree: Tree) -> Counter[str]:
    return Counter(part.value for part in walk(tree) if part.kind in ("name", "number"))


def _by_value(old: Tree, new: Tree, worth: Worth) -> tuple[str, ...]:
    """What is seen of their values."""
    one, two = worth.of(old), worth.of(new)
    if one is None or two is None:
        return ()
    if one.kind in "crm" and two.kind in "crm":
        back = transposed(one)
        if back.shape == two.shape and np.allclose(back.data, two.data, rtol=1e-9):
            return ("transpose", "layout")
    return _multiple(old, new, ratio(one.data, two.data), worth) if one.form == two.form else ()


def _multiple(old: Tree, new: Tree, factor: float, worth: Worth) -> tuple[str, ...]:
    if not factor:
        return ()
    if abs(factor + 1) < 1e-9:
        return ("sign", "factor")
    if simple(factor, worth.at.sizes):
        return ("factor", "chain-rule")
    parts = [part for tree in (old, new) for part in walk(tree)]
    if any(part.calls("norm", "sqrt") for part in parts):
        return ("norm-not-squared", "factor", "chain-rule")
    of_numbers = any(worth.kind(part) == "s" for part in parts if part.kind != "number")
    return ("factor", "chain-rule") if of_numbers else ()  # else it is a multiple by chance

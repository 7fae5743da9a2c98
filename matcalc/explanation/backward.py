"""The sweep from the outside in, each product simplified as one would by hand."""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.explanation.computation import Computation
from matcalc.explanation.model import Equation, Item, Section
from matcalc.explanation.showing import Showing, turned
from matcalc.notation import Written, phrases
from matcalc.notation.names import unicode_name
from matcalc.notation.phrases import Phrase

_DIAGONAL = "A diagonal matrix times a column multiplies entry by entry: diag(s) v = s ⊙ v."
_DIAGONAL_ROW = "A row times a diagonal matrix multiplies entry by entry: v diag(s) = v ⊙ sᵀ."
_DELTA = (
    "δ[i,k] is 1 where i = k, else 0: of a sum over k with it, the term of k = i is left; entries "
    "like u[i] v[j] are those of an outer product, u vᵀ."
)
_REASONS = (_DIAGONAL, _DIAGONAL_ROW, _DELTA)


def sweep(c: Computation, show: Showing) -> Section:
    """The derivative with respect to every intermediate result, and last the variable."""
    of = unicode_name(c.of.name)
    lines: list[Equation] = []
    for name in c.above:
        if name != c.of.name:
            lines += _step(c, show, name)
    reasons = list(dict.fromkeys(one.note for one in lines if one.note in _REASONS))
    plain = [one._replace(note="") if one.note in _REASONS else one for one in lines]
    wrt = unicode_name(c.wrt.name)
    items: list[Item] = [
        f"From {of} to {wrt}, one factor of the chain at a time; each line uses those before it.",
        *reasons,
        *plain,
    ]
    return Section("The product, simplified step by step", tuple(items))


def _step(c: Computation, show: Showing, name: str) -> Iterator[Equation]:
    """One line of the sweep: the product, then what becomes of it."""
    final = show.total(name)
    users = c.above[name]
    product = _product(c, show, users[0], name) if len(users) == 1 else None
    if len(users) > 1:
        ways = " and ".join(unicode_name(user) for user in users)
        yield final._replace(note=f"{unicode_name(name)} is used in {ways}: the ways add up")
    elif product is None or product.text == final.text:
        yield final
    else:
        yield product
        yield final._replace(again=True)


def _product(c: Computation, show: Showing, user: str, name: str) -> Equation | None:
    """The local derivative times what arrives, before it is simplified."""
    if user == c.of.name:
        return None
    node = c.simple(c.local(user, name))
    form, above = show.form(user, name), show.form(c.of.name, user)
    local, bar = c.write(node, form), c.write(c.bar(user), above)
    if local.lets:
        return None
    matrices = form.matrix_form is not None and above.matrix_form is not None
    if not matrices or c.variables[user].rank > 1:
        return _summed(c, show, user, name)
    outside_in = [bar.phrase, local.phrase]
    pair = outside_in if c.layout == "numerator" else outside_in[::-1]
    scalar = any(one.kind == "scalar" for one in pair)
    whole = Written((), phrases.times(pair) if scalar else phrases.matmul(pair))
    found = show.derivative(turned(whole), c.of.name, name, local=False)
    return found._replace(note=_reason(local.phrase, c.layout))


def _reason(local: Phrase, layout: str) -> str:
    if local.op == "call" and local.value == "diag":
        return _DIAGONAL if layout == "denominator" else _DIAGONAL_ROW
    return ""


def _summed(c: Computation, show: Showing, user: str, name: str) -> Equation | None:
    """The same for a derivative of more than two axes, entry by entry, its delta still there."""
    local = c.write(c.simple(c.local(user, name))).phrase
    if local.op != "call" or local.value != "einsum" or not local.extra[0].startswith('"'):
        return None
    terms, _, output = local.extra[0].strip('"').partition("->")
    above = output[: c.variables[user].rank]
    below = output[len(above) :]
    front = [one for one in "ijklmnopqrstuvwxyz" if one not in terms][: c.of.rank]
    bar = phrases.name(c.bar_name(user), c.bar(user).shape)
    subscripts = f'"{terms},{"".join(front)}{above}->{"".join(front)}{below}"'
    shape = c.of.shape + c.variables[name].shape
    whole = phrases.call("einsum", [*local.args, bar], shape, [subscripts])
    found = show.derivative(Written((), whole), c.of.name, name, local=False)
    deltas = any(one.op == "call" and one.value == "eye" for one in local.args)
    return found._replace(layout="entries", shape=shape, title="", note=_DELTA if deltas else "")

"""The sweep from the outside in, each product simplified as one would by hand."""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.explanation.computation import ForwardPass, is_diagonal
from matcalc.explanation.equations import Showing, turned, without_numbers
from matcalc.explanation.index_form import in_layout, places
from matcalc.explanation.model import Equation, Item, Section
from matcalc.explanation.terms import terms_of
from matcalc.graph import substituted
from matcalc.notation import WrittenFormula, phrases, tree
from matcalc.notation.letters import EINSUM
from matcalc.notation.names import unicode_name
from matcalc.notation.parameters import Subscripts
from matcalc.notation.tree import Phrase

_DIAGONAL = "A diagonal matrix times a column multiplies entry by entry: diag(s) v = s ⊙ v."
_DIAGONAL_ROW = "A row times a diagonal matrix multiplies entry by entry: v diag(s) = v ⊙ sᵀ."
_DELTA = "δ[i,k] is 1 where i = k, else 0: of a sum over k with it, the term of k = i is left"
_OUTER = f"{_DELTA}; entries like u[i] v[j] are those of an outer product, u vᵀ."
_INNER = f"{_DELTA}; what then is still summed is a product of matrices."
_REASONS = (_DIAGONAL, _DIAGONAL_ROW, _OUTER, _INNER)
_ONE = 2  # the result and the variable, with nothing between
_PUT_IN = 8  # results on the way that are put into one formula


def sweep(c: ForwardPass, show: Showing) -> Section | None:
    """The derivative with respect to every intermediate result, and last the variable.

    Nothing where this would only say the local derivative of one operation again.
    """
    of = unicode_name(c.of.name)
    lines: list[Equation] = []
    for name in c.above:
        if name != c.of.name:
            lines += _step(c, show, name)
    if len(lines) == 1 and len(c.above) == _ONE:
        return None
    reasons = list(dict.fromkeys(one.note for one in lines if one.note in _REASONS))
    plain = [one._replace(note="") if one.note in _REASONS else one for one in lines]
    wrt = unicode_name(c.wrt.name)
    way = f"From {of} to {wrt}, one factor of the chain at a time; each line uses those before it."
    items: list[Item] = [
        way if len(c.above) > _ONE else f"There is one operation between {wrt} and {of}:",
        *reasons,
        *plain,
        *_put_together(c, show),
    ]
    return Section("The product, simplified step by step", tuple(items))


def _put_together(c: ForwardPass, show: Showing) -> Iterator[Item]:
    """The last line with the lines above it put in, one at a time."""
    names = [name for name in c.above if name not in (c.of.name, c.wrt.name)]
    if not 0 < len(names) <= _PUT_IN:
        return
    node = c.total(c.wrt.name)
    last = show.total(c.wrt.name)
    lines = [last]
    for name in reversed(names):
        node = c.simple(substituted(node, {c.bar(name): c.total(name)}))
        found = show.total(c.wrt.name, node)
        if found.right.unicode != lines[-1].right.unicode:
            lines.append(found._replace(again=True))
    if len(lines) > 1:
        yield "Put together, the line nearest to the variable first:"
        yield from lines


def _step(c: ForwardPass, show: Showing, name: str) -> Iterator[Equation]:
    """One line of the sweep: the product, then what becomes of it."""
    final = show.total(name)
    users = c.above[name]
    product = _product(c, show, users[0], name) if len(users) == 1 else None
    if product is None and len(users) == 1:
        product = _by_places(c, show, users[0], name)
    if len(users) > 1:
        ways = " and ".join(unicode_name(user) for user in users)
        yield final._replace(note=f"{unicode_name(name)} is used in {ways}: the ways add up")
    elif product is None or _bare(product) == _bare(final):
        yield final
    else:
        yield product
        yield final._replace(again=True)


def _bare(one: Equation) -> str:
    """The right side without parentheses: where it is the same, a line is said already."""
    return one.right.unicode.translate({ord("("): None, ord(")"): None})


def _product(c: ForwardPass, show: Showing, user: str, name: str) -> Equation | None:
    """The local derivative times what arrives, before it is simplified."""
    if user == c.of.name:
        return None
    node = c.simple_local(user, name)
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
    whole = WrittenFormula((), phrases.times(pair) if scalar else phrases.matmul(pair))
    found = show.derivative(turned(whole), c.of.name, name, local=False)
    if not is_diagonal(node):
        return found
    return found._replace(note=_DIAGONAL if c.layout == "denominator" else _DIAGONAL_ROW)


def _by_places(c: ForwardPass, show: Showing, user: str, name: str) -> Equation | None:
    """A term for each place where a variable stands in an operation, before they are added."""
    terms = terms_of(c.definitions[user], c)
    found = places(c, terms, user, name) if terms else []
    if len(found) < 2:
        return None
    form = show.form(c.of.name, name)
    written = [turned(c.write(c.simple(one.node), form)) for one in found]
    if any(one.lets for one in written):
        return None
    whole = WrittenFormula((), phrases.plus([one.phrase for one in written]))
    shown = show.derivative(whole, c.of.name, name, local=False)
    return shown._replace(
        note=f"{unicode_name(name)} stands in {unicode_name(user)} {len(found)} times: "
        "each place is differentiated alone, and the terms are added"
    )


def _summed(c: ForwardPass, show: Showing, user: str, name: str) -> Equation | None:
    """The same for a derivative of more than two axes, entry by entry, its delta still there.

    Its indices are those of the array that the layout writes: ``(i,j) ↦`` counts rows and columns.
    """
    whole = c.write_named(c.simple_local(user, name)).phrase
    local = without_numbers(whole)
    if local.op != "einsum":
        return None
    terms, output = local.value
    above = output[: c.variables[user].rank]
    below = output[len(above) :]
    front = "".join([one for one in EINSUM if one not in "".join(terms)][: c.of.rank])
    bar = tree.name(c.bar_name(user), c.bar(user).shape)
    wanted = "".join(in_layout(c, front + below))
    form = show.form(c.of.name, name)
    subscripts = Subscripts((*terms, front + above), wanted)
    product = tree.einsum(subscripts, [*local.args, bar], form.shape)
    product = _with_coefficients(whole, product)
    found = show.derivative(WrittenFormula((), product), c.of.name, name, local=False)
    deltas = any(one.is_call("eye") for one in local.args)
    note = _OUTER if c.variables[user].rank == 1 else _INNER
    return found._replace(title="", note=note if deltas else "")


def _with_coefficients(phrase: Phrase, product: Phrase) -> Phrase:
    """Another einsum with the coefficients of a phrase."""
    if phrase.op == "negative":
        return phrases.negative(_with_coefficients(phrase.args[0], product))
    if phrase.op == "over":
        return phrases.over(_with_coefficients(phrase.args[0], product), phrase.args[1])
    if phrase.op == "times":
        *numbers, last = phrase.args
        return phrases.times([*numbers, _with_coefficients(last, product)])
    return product

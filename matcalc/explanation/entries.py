"""The index form: which index is summed forward and which backward, and what that transposes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from matcalc.explanation.computation import Computation
from matcalc.explanation.model import Equation, Item, Notation, Section
from matcalc.explanation.showing import Showing
from matcalc.explanation.terms import MOST, Term, relettered, terms_of, without
from matcalc.graph import (
    Apply,
    Node,
    Sum,
    Symbol,
    number,
    scaled,
    topological,
)
from matcalc.notation import Written, latex_name, phrases, text
from matcalc.notation.names import unicode_name
from matcalc.notation.phrases import Phrase
from matcalc.operations import RULES, is_elementwise


def index_form(c: Computation, show: Showing) -> Section | None:
    """The operations that are sums of products, entry by entry, forward and backward."""
    items: list[Item] = []
    shown: set[str] = set()
    for of, wrt in c.edges:
        if not (c.variables[of].shape or c.variables[wrt].shape):
            continue
        terms = terms_of(c.definitions[of], c)
        backward = _backward(c, show, terms, of, wrt) if terms else None
        if terms is None or backward is None:
            continue
        if of not in shown:
            items.append(_forward(c, show, terms, of))
            shown.add(of)
        items += [backward, *_sentences(c, show, terms, of, wrt)]
    if not items:
        return None
    items.insert(0, "The same entry by entry; a letter in brackets is an index.")
    return Section("The index form: where a transpose comes from", tuple(items))


def _forward(c: Computation, show: Showing, terms: Sequence[Term], of: str) -> Equation:
    letters = terms[0].output
    about = Equation(
        _entry_of(Notation(unicode_name(of), latex_name(of)), letters),
        *_right(c, show, terms),
        of,
        "",
        False,
        "entries",
        c.variables[of].shape,
    )
    return about._replace(note=_sums("forward", terms))


def _backward(
    c: Computation, show: Showing, terms: Sequence[Term], of: str, wrt: str
) -> Equation | None:
    """The derivative with respect to an entry; nothing where this is no sum of products."""
    target = c.symbol(wrt)
    found: list[Term] = []
    for term in terms:
        for factor in term.factors:
            if factor.node is target:
                found.append(without(c, term, factor, of))
            elif target in topological(factor.node):
                return None
    if not 0 < len(found) <= MOST:
        return None
    if any(len(set(one.output)) < len(one.output) for one in found):
        return None
    front = found[0].output
    same = [relettered(one, front, c) for one in found]
    root = of == c.of.name
    above = front[: c.of.rank]
    ratio = show.ratio(c.of.name, wrt)
    left = _entry_of(ratio, front[c.of.rank :])
    if above:
        upper = f"∂{unicode_name(c.of.name)}[{','.join(above)}]"
        lower = ratio.unicode.partition("/")[2]
        below = f"[{','.join(front[c.of.rank :])}]" if front[c.of.rank :] else ""
        left = Notation(
            f"{upper}/{lower}{below}",
            rf"\left({ratio.latex}\right)_{{{','.join(front)}}}",
        )
    shape = c.of.shape + c.variables[wrt].shape
    note = "" if root else _sums("backward", same)
    several = len(c.above[wrt]) > 1
    if several:
        note = "; ".join(filter(None, [note, f"the way through {unicode_name(of)}"]))
    right = _right(c, show, same)
    about = Equation(left, *right, c.of.name, wrt, False, "entries", shape, "", note)
    return about._replace(through=of if several else "")


def _entry_of(name: Notation, letters: Sequence[str]) -> Notation:
    if not letters:
        return name
    below = ",".join(letters) if any(len(one) > 1 for one in letters) else "".join(letters)
    return Notation(
        f"{name.unicode}[{','.join(letters)}]", rf"\left({name.latex}\right)_{{{below}}}"
    )


def _right(
    c: Computation, show: Showing, terms: Sequence[Term]
) -> tuple[Notation, str, tuple[tuple[str, str], ...]]:
    """The right side: as it is shown, and as einsums in the input language."""
    shown = phrases.plus([_signed(c, one, _sum_of_entries(c, one)) for one in terms])
    read = text(Written((), phrases.plus([_signed(c, one, _einsum(c, one)) for one in terms])))
    return show.notation(Written((), shown)), read, c.uses(read)


def _signed(c: Computation, term: Term, piece: Phrase) -> Phrase:
    """A piece with the coefficient of a term."""
    size = term.scale._replace(number=abs(term.scale.number))
    coefficient = c.write(scaled(number(1), size)).phrase
    if coefficient.op != "number" or coefficient.value != 1:
        piece = phrases.times([coefficient, piece])
    return phrases.negative(piece) if term.scale.number < 0 else piece


def _sum_of_entries(c: Computation, term: Term) -> Phrase:
    order = {letter: k for k, letter in enumerate(term.output)}
    factors = sorted(
        term.factors,
        key=lambda f: min((order.get(k, len(order)) for k in f.labels), default=-1),
    )
    entries = [_power(_entry(c, f.node, f.labels), f.exponent) for f in factors]
    body = phrases.times(entries) if entries else phrases.numeral(1)
    if not term.summed:
        return body
    return body._replace(op="total", args=(body,), value=term.summed, extra=())


def _entry(c: Computation, node: Node, letters: tuple[str, ...]) -> Phrase:
    """An entry of a node; of a sum or a function applied entry by entry, that of entries."""
    if not letters:
        return c.write(node).phrase
    if isinstance(node, Sum) and all(isinstance(one, Symbol) for one in node.terms):
        return phrases.plus([_entry(c, one, letters) for one in node.terms])
    if isinstance(node, Apply) and _is_entrywise(node):
        args = [_entry(c, one, letters) for one in node.arguments]
        return phrases.call(node.operation, args, ())
    base = c.write(node).phrase
    return base._replace(op="entry", args=(base,), value=letters, kind="scalar", shape=(), extra=())


def _is_entrywise(node: Apply) -> bool:
    known = node.operation in RULES and is_elementwise(node.operation)
    return known and not node.parameters and all(k.shape == node.shape for k in node.arguments)


def _power(base: Phrase, exponent: Fraction) -> Phrase:
    if exponent < 0:
        return phrases.over(phrases.numeral(1), phrases.power(base, -exponent))
    return phrases.power(base, exponent)


def _einsum(c: Computation, term: Term) -> Phrase:
    """A term in the input language."""
    pieces = [(_power(c.write(f.node).phrase, f.exponent), f.labels) for f in term.factors]
    numbers = [piece for piece, labels in pieces if not labels]
    shaped = [(piece, labels) for piece, labels in pieces if labels]
    reached = {letter for _, labels in shaped for letter in labels}
    shaped += [(phrases.ones(term.sizes[one]), (one,)) for one in term.output if one not in reached]
    if not shaped:
        return phrases.times(numbers) if numbers else phrases.numeral(1)
    left = ",".join("".join(labels) for _, labels in shaped)
    shape = tuple(term.sizes[letter] for letter in term.output)
    subscripts = f'"{left}->{"".join(term.output)}"'
    whole = phrases.call("einsum", [piece for piece, _ in shaped], shape, [subscripts])
    return phrases.times([*numbers, whole]) if numbers else whole


def _sums(where: str, terms: Sequence[Term]) -> str:
    """Which letters are summed over."""
    summed = list(dict.fromkeys(letter for term in terms for letter in term.summed))
    if not summed:
        return f"{where}: no sum" if where == "backward" else ""
    return f"{where}: sums over {' and '.join(summed)}"


def _sentences(
    c: Computation, show: Showing, terms: Sequence[Term], of: str, wrt: str
) -> Iterator[str]:
    """What the change of the summed index does to the other factor of a product."""
    target = c.symbol(wrt)
    places = [(t, f) for t in terms for f in t.factors if f.node is target]
    if len(places) > 1:
        yield (
            f"{unicode_name(wrt)} stands there {len(places)} times, and every place adds a term."
        )
        return
    (term, factor), shown = places[0], show.ratio(c.of.name, wrt).unicode
    others = [one for one in term.factors if one is not factor]
    if of == c.of.name or len(others) != 1 or factor.exponent != 1:
        return
    (other,) = others
    name = c.write(other.node).phrase
    spelled = show.notation(Written((), name)).unicode
    backward = [one for one in (*term.output,) if one not in factor.labels]
    if len(other.labels) == 2 and len(factor.labels) == 1 and len(backward) == 1:
        place = other.labels.index(backward[0])
        yield _of_matrix(spelled, backward[0], place, c.layout)
    elif not backward and len(factor.labels) == 2 and len(other.labels) == 1:
        first, second = unicode_name(wrt), factor.labels
        yield (
            f"{first}[{','.join(second)}] acts on one entry of {unicode_name(of)} alone, with the "
            f"weight {spelled}[{other.labels[0]}]. An entry of one vector times an entry of "
            f"another is an entry of their outer product, a column times a row: {shown} in "
            "matrices is that product."
        )


def _of_matrix(matrix: str, letter: str, place: int, layout: str) -> str:
    """Why a matrix stands in a product as it does, by the place of the index that is summed."""
    which = ("first", "second")
    column = layout == "denominator"
    product = "A matrix times a column" if column else "A row times a matrix"
    tail = f"so {matrix} stands as it is" if place == column else f"so it has to be {matrix}ᵀ"
    return (
        f"{product} sums over the {which[column]} index of the matrix. Backward, the sum runs over "
        f"{letter}, the {which[place]} index of {matrix}, {tail}."
    )

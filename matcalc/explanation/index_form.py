"""The index form: which index is summed forward and which backward, and what that transposes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from matcalc.dimensions import Shape
from matcalc.errors import listed
from matcalc.explanation.computation import ForwardPass
from matcalc.explanation.equations import Showing, entry_of
from matcalc.explanation.model import Equation, Item, Notation, Section
from matcalc.explanation.terms import MOST, EntryProduct, relettered, terms_of, without
from matcalc.graph import (
    Apply,
    Factor,
    Node,
    Sum,
    Symbol,
    number,
    scaled,
    topological,
)
from matcalc.notation import WrittenFormula, phrases, tree
from matcalc.notation.indices import entry_at, total
from matcalc.notation.letters import INDICES
from matcalc.notation.names import unicode_name
from matcalc.notation.parameters import Subscripts
from matcalc.notation.tree import Phrase
from matcalc.operations import RULES, is_elementwise


def index_form(c: ForwardPass, show: Showing) -> Section | None:
    """The operations that are sums of products, entry by entry, forward and backward."""
    items: list[Item] = []
    shown: set[str] = set()
    for of, wrt in c.edges:
        if not (c.variables[of].shape or c.variables[wrt].shape):
            continue
        terms = terms_of(c.definitions[of], c)
        found = places(c, terms, of, wrt) if terms else []
        if terms is None or not found:
            continue
        if of not in shown:
            items.append(_forward(c, show, terms, of))
            shown.add(of)
        items += [
            _backward(c, show, found, of, wrt),
            *_sentences(c, show, terms, found, of, wrt),
        ]
    if not items:
        return None
    items.insert(0, f"The same entry by entry; a letter in brackets is an index{_which(c)}.")
    return Section("The index form: where a transpose comes from", tuple(items))


def _which(c: ForwardPass) -> str:
    """What the indices of a derivative count, where its layout turns them round."""
    if c.wrt.rank < 2:
        return ""
    entry = entry_of(c.wrt.name, INDICES[: c.wrt.rank]).unicode
    return (
        f". ∂{unicode_name(c.of.name)}/∂{entry} is the derivative with respect to the entry "
        f"{entry}, wherever a layout puts it"
    )


def _forward(c: ForwardPass, show: Showing, terms: Sequence[EntryProduct], of: str) -> Equation:
    left, shape = entry_of(of, terms[0].output), c.variables[of].shape
    note = _sums("forward", terms)
    return _equation(c, show, left, terms, of=of, shape=shape, note=note)


def places(c: ForwardPass, terms: Sequence[EntryProduct], of: str, wrt: str) -> list[EntryProduct]:
    """For each place of a variable in a sum of products its part of the derivative.

    Nothing where this is no sum of products of it.
    """
    target = c.symbol(wrt)
    found: list[EntryProduct] = []
    for term in terms:
        for factor in term.factors:
            if factor.node is target:
                found.append(without(c, term, factor, of))
            elif target in topological(factor.node):
                return []
    if len(found) > MOST or any(len(set(one.output)) < len(one.output) for one in found):
        return []
    return found


def _backward(
    c: ForwardPass, show: Showing, found: Sequence[EntryProduct], of: str, wrt: str
) -> Equation:
    """The derivative with respect to an entry."""
    front = found[0].output
    same = [relettered(one, front, c) for one in found]
    left = show.entry(wrt, front)
    shape = c.of.shape + c.variables[wrt].shape
    note = _sums("backward", same)
    several = len(c.above[wrt]) > 1
    if several:
        note = "; ".join(filter(None, [note, f"the way through {unicode_name(of)}"]))
    about = _equation(c, show, left, same, of=c.of.name, shape=shape, note=note)
    return about._replace(wrt=wrt, through=of if several else "")


def _equation(
    c: ForwardPass,
    show: Showing,
    left: Notation,
    terms: Sequence[EntryProduct],
    *,
    of: str,
    shape: Shape,
    note: str,
) -> Equation:
    """A sum of products: as it is shown, and as einsums in the input language."""
    shown = phrases.plus([_signed(c, one, _sum_of_entries(c, one)) for one in terms])
    read = WrittenFormula((), phrases.plus([_signed(c, one, _einsum(c, one)) for one in terms]))
    right = show.right(WrittenFormula((), shown), read)
    return Equation(left, right, c.uses(read), of, layout="entries", shape=shape, note=note)


def _signed(c: ForwardPass, term: EntryProduct, piece: Phrase) -> Phrase:
    """A piece with the coefficient of a term."""
    size = term.scale._replace(number=abs(term.scale.number))
    coefficient = c.write(scaled(number(1), size)).phrase
    if coefficient.op != "number" or coefficient.value != 1:
        piece = phrases.times([coefficient, piece])
    return phrases.negative(piece) if term.scale.number < 0 else piece


def _sum_of_entries(c: ForwardPass, term: EntryProduct) -> Phrase:
    entries = [_power(_entry(c, f.node, f.labels), f.exponent) for f in term.in_order]
    body = phrases.times(entries) if entries else tree.numeral(1)
    if not term.summed:
        return body
    return total(body, term.summed)


def _entry(c: ForwardPass, node: Node, letters: tuple[str, ...]) -> Phrase:
    """An entry of a node; of a sum or a function applied entry by entry, that of entries."""
    if not letters:
        return c.write(node).phrase
    if isinstance(node, Sum) and all(isinstance(one, Symbol) for one in node.terms):
        return phrases.plus([_entry(c, one, letters) for one in node.terms])
    if isinstance(node, Apply) and _is_entrywise(node):
        args = [_entry(c, one, letters) for one in node.arguments]
        return tree.call(node.operation, args, ())
    return entry_at(c.write(node).phrase, letters)


def _is_entrywise(node: Apply) -> bool:
    known = node.operation in RULES and is_elementwise(node.operation)
    return known and not node.parameters and all(k.shape == node.shape for k in node.arguments)


def _power(base: Phrase, exponent: Fraction) -> Phrase:
    if exponent < 0:
        return phrases.over(tree.numeral(1), phrases.power(base, -exponent))
    return phrases.power(base, exponent)


def _einsum(c: ForwardPass, term: EntryProduct) -> Phrase:
    """A term in the input language."""
    pieces = [(_power(c.write(f.node).phrase, f.exponent), f.labels) for f in term.factors]
    numbers = [piece for piece, labels in pieces if not labels]
    shaped = [(piece, labels) for piece, labels in pieces if labels]
    reached = {letter for _, labels in shaped for letter in labels}
    shaped += [(tree.ones(term.sizes[one]), (one,)) for one in term.output if one not in reached]
    if not shaped:
        return phrases.times(numbers) if numbers else tree.numeral(1)
    terms = tuple("".join(labels) for _, labels in shaped)
    shape = tuple(term.sizes[letter] for letter in term.output)
    subscripts = Subscripts(terms, "".join(term.output))
    whole = tree.einsum(subscripts, [piece for piece, _ in shaped], shape)
    return phrases.times([*numbers, whole]) if numbers else whole


def _sums(where: str, terms: Sequence[EntryProduct]) -> str:
    """Which letters are summed over."""
    summed = [*dict.fromkeys(letter for term in terms for letter in term.summed)]
    if not summed:
        return f"{where}: no sum" if where == "backward" else ""
    return f"{where}: sums over {listed(summed)}"


def _sentences(
    c: ForwardPass,
    show: Showing,
    terms: Sequence[EntryProduct],
    found: Sequence[EntryProduct],
    of: str,
    wrt: str,
) -> Iterator[str]:
    """What the change of the summed index does to the other factors of a product."""
    if len(found) > 1:
        name = unicode_name(wrt)
        yield f"{name} stands there {len(found)} times, and every place adds a term."
    target = c.symbol(wrt)
    term, factor = next((t, f) for t in terms for f in t.factors if f.node is target)
    others = [one for one in term.factors if one is not factor]
    if len(found) == len(others) == 1 and of != c.of.name and factor.exponent == 1:
        sentence = _of_two(c, show, term, factor, others[0], wrt)
        if sentence:
            yield sentence.replace("{of}", unicode_name(of))
            return
    front = found[0].output
    walks = [walk(c, relettered(one, front, c)) for one in found]
    said = [_read(show, c, one) for one in walks if one]
    said = [one for one in dict.fromkeys(said) if one]
    if said:
        yield (
            "A product of matrices sums over neighbouring indices, the second of a factor and the "
            f"first of the next. {' '.join(said)}"
        )


def _of_two(
    c: ForwardPass, show: Showing, term: EntryProduct, factor: Factor, other: Factor, wrt: str
) -> str:
    """A matrix times a vector, by the one or the other; else nothing."""
    spelled = show.piece(c.write(other.node).phrase)
    backward = [one for one in (*term.output,) if one not in factor.labels]
    if len(other.labels) == 2 and len(factor.labels) == 1 and len(backward) == 1:
        place = other.labels.index(backward[0])
        return _of_matrix(spelled, backward[0], place, c.layout)
    if not backward and len(factor.labels) == 2 and len(other.labels) == 1:
        shown, second = show.ratio(c.of.name, wrt).unicode, ",".join(factor.labels)
        return (
            f"{unicode_name(wrt)}[{second}] acts on one entry of {{of}} alone, with the "
            f"weight {spelled}[{other.labels[0]}]. An entry of one vector times an entry of "
            f"another is an entry of their outer product, a column times a row: {shown} in "
            "matrices is that product."
        )
    return ""


class Walk(NamedTuple):
    """A sum of products read as a product of matrices.

    Attributes:
        first: The index that it begins with.
        factors: Each factor that is a matrix, with whether it is transposed.
    """

    first: str
    factors: tuple[tuple[Factor, bool], ...]


def walk(c: ForwardPass, term: EntryProduct) -> Walk | None:
    """The way from the first index of a result to its last, from factor to factor."""
    order = [*in_layout(c, term.output)]
    backward = len(order) == 1 and c.layout == "numerator"
    if not 0 < len(order) <= 2 or any(one.exponent != 1 for one in term.factors):
        return None
    at: str | None = order[0]
    rest = [one for one in term.factors if one.labels]
    found: list[tuple[Factor, bool]] = []
    while rest:
        beside = [one for one in rest if at in one.labels]
        if at is None or len(beside) != 1 or len(set(beside[0].labels)) < len(beside[0].labels):
            return None
        rest.remove(beside[0])
        is_bar = any(beside[0].node is c.bar(name) for name in c.bars)
        first, *last = in_layout(c, beside[0].labels) if is_bar else beside[0].labels
        if len(last) > 1:
            return None
        if last:
            found.append((beside[0], (first == at) == backward))
        at = (last[0] if first == at else first) if last else None
    if at != (order[1] if len(order) > 1 else None):
        return None
    return Walk(order[0], tuple(found))


def in_layout(c: ForwardPass, letters: Sequence[str]) -> tuple[str, ...]:
    """The axes of a derivative of the result in the order of the layout."""
    above, below = letters[: c.of.rank], letters[c.of.rank :]
    found = (*above, *reversed(below))
    return found if c.layout == "numerator" else found[::-1]


def _read(show: Showing, c: ForwardPass, found: Walk) -> str:
    """What is transposed on a walk, and what is not."""
    kept: list[str] = []
    parts: list[str] = []
    for factor, transposed in found.factors:
        phrase = c.write(factor.node).phrase
        name = show.piece(phrase)
        if any(factor.node is c.bar(one) for one in c.bars):
            if transposed:
                parts.append(f"{name} is read from its second index to its first: transposed")
            continue
        entry = f"{name}[{','.join(factor.labels)}]"
        if transposed:
            mark = f"{name}ᵀ" if phrase.op == "name" else "its transpose"
            parts.append(f"{entry} is read from its second index to its first: that is {mark}")
        else:
            kept.append(entry)
    if kept:
        stands = "stands as it is" if len(kept) == 1 else "stand as they are"
        parts.append(f"{' and '.join(kept)} {stands}")
    return f"Beginning with {found.first}, {'; '.join(parts)}." if parts else ""


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

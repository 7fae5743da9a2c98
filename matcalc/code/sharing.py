"""What is there anyway is not computed again: inverses, multiples, reciprocals, sums of rows."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence

from matcalc.code.terms import Term, Terms, operands_first
from matcalc.dimensions import Shape


def with_shared_parts(roots: Sequence[Term], terms: Terms) -> list[Term]:
    """Equal terms in which what is needed anyway is not computed again.

    A system whose inverse is there is not solved, and a product is that with a multiple that is
    there: where ``2 * v`` is, ``2 * (A @ v)`` is ``A @ (2 * v)``.
    """
    while True:
        shared = _shared_once(roots, terms)
        if shared == roots:
            return shared
        roots = shared


def _shared_once(roots: Sequence[Term], terms: Terms) -> list[Term]:
    order = operands_first(roots)
    inverses = {term.args[0]: term for term in order if terms.inverse_of(term) in term.args}
    made = set(order)
    became: dict[Term, Term] = {}
    for term in order:
        args = [became[below] for below in term.args]
        known = terms.known_inverse(args[0], inverses) if term.op == "solve" else None
        share = _WAYS.get(term.op)
        if known is not None:
            became[term] = terms.make("matmul", [known, args[1]], term.shape)
        elif term.op == "transpose":
            became[term] = terms.transpose(*args)
        else:
            shared = share(args, term.shape, made, terms) if share is not None else None
            became[term] = shared or terms.make(term.op, args, term.shape, term.value)
    return [became[root] for root in roots]


def _row_sums(
    args: Sequence[Term], shape: Shape, made: Container[Term], terms: Terms
) -> Term | None:
    """``(A * B) @ v`` as the sums of the rows of a product with ``A * v``, where that is there."""
    product, vector = args
    if vector.rank != 1 or product.op != "times" or len(product.args) != 2:
        return None
    for one, two in (product.args, product.args[::-1]):
        scaled = terms.make("scale_columns", [one, vector], one.shape)
        if scaled in made and one.shape == two.shape:
            return terms.make("einsum", [scaled, two], shape, "ij,ij->i")
    return None


def _scaled_rows(
    args: Sequence[Term], shape: Shape, made: Container[Term], terms: Terms
) -> Term | None:
    """Rows that are divided by numbers as rows times their reciprocals, where these are there."""
    rows, numbers = args
    if rows.rank != 2 or numbers.op != "expanded" or numbers.args[0].rank != 1:
        return None
    reciprocal = terms.over(terms.number(1), numbers.args[0])
    is_there = reciprocal in made
    return terms.make("scale_rows", [reciprocal, rows], shape) if is_there else None


def _with_multiple(
    args: Sequence[Term], shape: Shape, made: Container[Term], terms: Terms
) -> Term | None:
    """A product whose number is multiplied with within another product, where that is there."""
    number, *others = args
    for at, part in enumerate(others) if number.op == "number" else ():
        for which, one in enumerate(part.args if part.op == "matmul" else ()):
            multiple = terms.times([number, one])
            if multiple in made:
                within = [*part.args[:which], multiple, *part.args[which + 1 :]]
                whole = terms.make("matmul", within, part.shape)
                rest = [*others[:at], whole, *others[at + 1 :]]
                return rest[0] if len(rest) == 1 else terms.make("times", rest, shape)
    return None


_Way = Callable[[Sequence[Term], Shape, Container[Term], Terms], Term | None]

_WAYS: Mapping[str, _Way] = {
    "matmul": _row_sums,
    "over": _scaled_rows,
    "times": _with_multiple,
}

"""A formula as a sum of products of entries, each axis under a letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.explanation.computation import ForwardPass
from matcalc.graph import (
    Factor,
    Group,
    Node,
    Product,
    Scale,
    Sum,
    Symbol,
    contract,
    flat,
    multiplied_out,
    multiplied_within,
    topological,
)
from matcalc.notation.formulas import WRITTEN_OUT

MOST = 4  # terms, and places of the variable in them


class EntryProduct(NamedTuple):
    """A product of entries: factors with letters on their axes, summed over all not in front.

    Attributes:
        factors: Nodes with their letters and powers.
        output: The letters of the result.
        sizes: The size that each letter runs over.
        scale: The coefficient.
    """

    factors: tuple[Factor, ...]
    output: tuple[str, ...]
    sizes: Mapping[str, Any]
    scale: Scale

    @property
    def summed(self) -> tuple[str, ...]:
        """The letters that are summed over."""
        used = {letter for factor in self.factors for letter in factor.labels}
        return tuple(one for one in self.sizes if one in used and one not in self.output)

    @property
    def in_order(self) -> list[Factor]:
        """The factors, numbers first, then each beside one that it shares a letter with."""
        order = {letter: k for k, letter in enumerate(dict.fromkeys([*self.output, *self.sizes]))}
        front = len(self.output)

        def place(factor: Factor) -> tuple[int, int, list[int]]:
            letters = [order[one] for one in factor.labels]
            first = min((k for k in letters if k < front), default=front)
            return (first if letters else -1), len(letters), letters

        rest = sorted(self.factors, key=place)
        found: list[Factor] = []
        while rest:
            last = {*found[-1].labels} - {*self.output} if found else set()
            beside = next((one for one in rest if last & {*one.labels}), rest[0])
            rest.remove(beside)
            found.append(beside)
        return found

    @property
    def node(self) -> Node:
        """The product as a node."""
        return contract(self.factors, self.output, self.sizes, self.scale)


def terms_of(node: Node, c: ForwardPass) -> list[EntryProduct] | None:
    """A node as a sum of products of entries, if it is a short one."""
    found = node.terms if isinstance(node, Sum) else (node,)
    letters = dict(enumerate(c.letters[: len(node.shape)]))
    if len(found) > MOST or len(letters) < len(node.shape):
        return None
    terms = [_term(one, tuple(letters.values()), c) for one in found]
    if None in terms:
        return None
    return sorted((one for one in terms if one is not None), key=lambda one: _place(one, c))


def _place(term: EntryProduct, c: ForwardPass) -> tuple[bool, int]:
    """Where a term stands in a sum: as the formula mentions it, what is subtracted last."""
    leaves = (k.name for f in term.factors for k in topological(f.node) if isinstance(k, Symbol))
    places = [c.position[name] for name in leaves if name in c.variables]
    return term.scale.number < 0, min(places, default=len(c.variables))


def _term(node: Node, output: tuple[str, ...], c: ForwardPass) -> EntryProduct | None:
    sizes: dict[str, Any] = dict(zip(output, node.shape, strict=True))
    one = Scale(Fraction(1))
    if not isinstance(node, Product):
        return EntryProduct((Factor(node, output),), output, sizes, one)
    if any(type(axis) is Group for axis in node.output):
        return None
    nodes = topological(node)
    inlined = multiplied_within(nodes, {k for k in nodes if isinstance(k, Product)}, WRITTEN_OUT)
    factors, found = multiplied_out(node, inlined)
    if any(type(axis) is Group for factor in factors for axis in factor.labels):
        return None
    if len(set(node.output)) < len(node.output):
        return None
    factors, inner, scale = _opened(factors)
    found_sizes = dict(enumerate(found)) | inner
    letter: dict[Any, str] = dict(zip(node.output, output, strict=True))
    rest = iter(one for one in c.letters if one not in output)
    times = Counter(factor.node for factor in factors)
    largest = sorted(factors, key=lambda factor: (-len(factor.labels), times[factor.node]))
    for label in flat(axis for factor in largest for axis in factor.labels):
        if label not in letter:
            letter[label] = next(rest, "")
            sizes[letter[label]] = found_sizes[label]
    if "" in letter.values():
        return None
    lettered = tuple(f._replace(labels=tuple(letter[k] for k in f.labels)) for f in factors)
    return EntryProduct(lettered, output, sizes, node.scale.times(scale))


def _opened(factors: Sequence[Factor]) -> tuple[list[Factor], dict[Any, Any], Scale]:
    """Sums of one factor put in their places, with the sizes of new labels and the coefficient."""
    opened: list[Factor] = []
    sizes: dict[Any, Any] = {}
    scale = Scale(Fraction(1))
    for number, factor in enumerate(factors):
        inner = factor.node
        if factor.exponent == 1 and isinstance(inner, Product) and _is_plain_sum(inner):
            (below,) = inner.factors
            label = dict(zip(inner.output, factor.labels, strict=True))
            for one in below.labels:
                if one not in label:
                    label[one] = ("inner", number, one)
                    sizes[label[one]] = inner.sizes[one]
            opened.append(below._replace(labels=tuple(label[one] for one in below.labels)))
            scale = scale.times(inner.scale)
        else:
            opened.append(factor)
    return opened, sizes, scale


def _is_plain_sum(node: Product) -> bool:
    """Whether it is one factor, summed over some of its axes."""
    if len(node.factors) != 1 or any(type(axis) is Group for axis in node.output):
        return False
    inside = {*node.factors[0].labels}
    return len({*node.output}) == len(node.output) and inside.issuperset(node.output)


def without(c: ForwardPass, term: EntryProduct, factor: Factor, of: str) -> EntryProduct:
    """A term differentiated by one of its factors: the others times what arrives."""
    others = list(term.factors)
    others.remove(factor)
    scale = term.scale
    if factor.exponent != 1:
        others.append(factor._replace(exponent=factor.exponent - 1))
        scale = scale.times(Scale(factor.exponent))
    if of == c.of.name:
        return EntryProduct(tuple(others), (*term.output, *factor.labels), term.sizes, scale)
    free = [one for one in c.letters if one not in term.sizes]
    front = tuple(free[: c.of.rank])
    sizes = dict(term.sizes) | dict(zip(front, c.of.shape, strict=True))
    bar = Factor(c.bar(of), (*front, *term.output))
    return EntryProduct((*others, bar), (*front, *factor.labels), sizes, scale)


def relettered(term: EntryProduct, front: tuple[str, ...], c: ForwardPass) -> EntryProduct:
    """A term whose output has given letters."""
    if term.output == front:
        return term
    new = dict(zip(term.output, front, strict=True))
    rest = iter(one for one in c.letters if one not in front)
    for letter in term.sizes:
        if letter not in new:
            new[letter] = next(rest)
    factors = tuple(f._replace(labels=tuple(new[k] for k in f.labels)) for f in term.factors)
    return EntryProduct(
        factors, front, {new[k]: size for k, size in term.sizes.items()}, term.scale
    )

"""Products whose axes are put together: vec, Kronecker products, matrices made of vectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.graph import Factor, Group, flat
from matcalc.notation import phrases, tree
from matcalc.notation.letters import letter_of
from matcalc.notation.network import Network, NoMatrixNotation
from matcalc.notation.parameters import Parameter, Word, place
from matcalc.notation.tree import Phrase


class WrittenFactor(NamedTuple):
    """A factor of a product as it is written."""

    piece: Phrase
    labels: tuple[Any, ...]
    exponent: Fraction


def as_part(piece: Phrase, factor: Factor, sizes: Sequence[Dimension]) -> WrittenFactor:
    """A factor as it is written: a vector that is a matrix here is one.

    Raises:
        NoMatrixNotation: It has more than two axes then.
    """
    labels = flat(factor.labels)
    if Group in map(type, factor.labels):
        if len(labels) != 2:
            raise NoMatrixNotation
        letters = {label: letter_of(k) for k, label in enumerate(dict.fromkeys(labels))}
        piece = split_axes(piece, factor.labels, letters, sizes)
    return WrittenFactor(piece, labels, factor.exponent)


def in_matrix_notation(
    output: Sequence[Any], shape: Shape, parts: Sequence[WrittenFactor], sizes: Sequence[Dimension]
) -> Phrase:
    """The matrix notation of a product without its coefficient.

    Raises:
        NoMatrixNotation: There is none.
    """
    known = dict(enumerate(sizes))
    if Group not in map(type, output):
        return _solved(parts, known, output)
    if len(output) == 1:
        return _stacked(flat(output), parts, known)
    if output[0] == output[1] and len(output) == 2:
        column = _stacked(output[0], parts, known)
        return tree.call("diag", [column], shape)
    return _kronecker(output, parts, known)


def _solved(
    parts: Sequence[WrittenFactor], known: Mapping[Any, Dimension], output: Sequence[Any]
) -> Phrase:
    """Parts in matrix notation.

    Raises:
        NoMatrixNotation: There is none.
    """
    network = Network(known)
    for part in parts:
        network.take(*part)
    return network.solve(output)


def _stacked(
    group: Sequence[Any], parts: Sequence[WrittenFactor], known: Mapping[Any, Dimension]
) -> Phrase:
    """The entries of a matrix as one column, by columns or by rows: with fewer transposes.

    Raises:
        NoMatrixNotation: There is no such matrix.
    """
    if len(group) != 2 or any(part.exponent != 1 for part in parts):
        raise NoMatrixNotation
    size = (dimensions.product(known[label] for label in group),)
    by_columns, by_rows = (_solved(parts, known, order) for order in (group[::-1], group))
    if phrases.transposes([by_columns]) <= phrases.transposes([by_rows]):
        return tree.call("vec", [by_columns], size)
    return tree.call("vec", [by_rows], size, [Parameter("order", Word("C"))])


def _kronecker(
    output: Sequence[Any], parts: Sequence[WrittenFactor], known: Mapping[Any, Dimension]
) -> Phrase:
    """A product whose axes all are groups of as many, of factors that belong to one place each.

    So a product of Kronecker products is one: (A ⊗ B) (C ⊗ D) is A C ⊗ B D.

    Raises:
        NoMatrixNotation: It is none.
    """
    if any(type(axis) is not Group or len(axis) != len(output[0]) for axis in output):
        raise NoMatrixNotation
    places = list(zip(*output, strict=True))
    factors: list[Phrase] = []
    rest = parts
    for place_of in places:
        own, rest = _connected(place_of, rest)
        others = {label for one in places if one is not place_of for label in one}
        if not others.isdisjoint([*place_of, *(label for part in own for label in part.labels)]):
            raise NoMatrixNotation
        factors.append(_solved(own, known, place_of))
    found = factors.pop()
    while factors:
        one = factors.pop()
        both = zip(one.shape, found.shape, strict=True)
        found = tree.call("kron", [one, found], tuple(map(dimensions.product, both)))
    number = _solved(rest, known, ())
    above, *below = number.args if number.op == "over" else (number,)
    scaled = phrases.times([above, found])
    return phrases.over(scaled, below[0]) if below else scaled


def _connected(
    labels: Iterable[Any], parts: Sequence[WrittenFactor]
) -> tuple[list[WrittenFactor], list[WrittenFactor]]:
    """The parts that hang together with labels, and the others."""
    reached = set(labels)
    own: list[WrittenFactor] = []
    rest = list(parts)
    while met := [part for part in rest if not reached.isdisjoint(part.labels)]:
        own += met
        rest = [part for part in rest if part not in met]
        reached.update(label for part in met for label in part.labels)
    return own, rest


def split_axes(
    piece: Phrase, axes: Sequence[Any], letter: Any, sizes: Sequence[Dimension]
) -> Phrase:
    """A factor with the axes of its groups apart; in the pattern every axis has its own letter."""
    if not any(type(axis) is Group for axis in axes):
        return piece
    labels = flat(axes)
    if len(set(labels)) < len(labels):
        places = iter(range(len(labels)))
        axes = [
            Group([next(places) for _ in axis]) if type(axis) is Group else next(places)
            for axis in axes
        ]
        letter = dict(enumerate(map(letter_of, range(len(labels)))))
        sizes = [sizes[label] for label in labels]
    left = _pattern(axes, letter)
    right = " ".join(letter[label] for label in flat(axes))
    groups = [axis for axis in axes if type(axis) is Group]
    known = [Parameter(letter[label], sizes[label]) for label in flat(groups)]
    shape = tuple(sizes[label] for label in flat(axes))
    return tree.call("rearrange", [piece], shape, [place(Word(f"{left} -> {right}")), *known])


def _pattern(axes: Sequence[Any], letter: Any) -> str:
    return " ".join(
        f"({' '.join(letter[label] for label in axis)})" if type(axis) is Group else letter[axis]
        for axis in axes
    )


def merged_axes(
    piece: Phrase, output: Sequence[Any], shape: Shape, written: Sequence[str]
) -> Phrase:
    """A result with axes put together as its groups say."""
    if not any(type(axis) is Group for axis in output):
        return piece
    rest = list(written)
    axes: list[Any] = []
    for axis in output:
        count = len(axis) if type(axis) is Group else 1
        axes.append(Group(rest[:count]) if count > 1 else rest[0])
        del rest[:count]
    same = {letter: letter for letter in written}
    pattern = Word(f"{' '.join(written)} -> {_pattern(axes, same)}")
    return tree.call("rearrange", [piece], shape, [place(pattern)])

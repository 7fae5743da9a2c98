"""Biases: beside weights and a matrix, ``W @ X + b``, b is a vector with an entry for each unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from matcalc.expression.parser import Assignment, PostfixStep
from matcalc.expression.postfix import folded
from matcalc.variables import Variable

_WEIGHTS = re.compile(r"(W|Theta|Θ|weights?)(_?\w*)", re.IGNORECASE)


class Bias(NamedTuple):
    """Of what size a bias is.

    Attributes:
        weights: The name of the weights.
        axis: Which of their axes has its size.
        units_are_rows: Whether the sum has a row for each of its entries.
    """

    weights: str
    axis: int
    units_are_rows: bool


class _BiasedFactor(NamedTuple):
    name: str
    turned: bool = False

    @property
    def is_weights(self) -> bool:
        return _WEIGHTS.fullmatch(self.name) is not None


_Chain = tuple[_BiasedFactor, ...]
_Sum = tuple[_Chain, ...]


def biases(assignments: Iterable[Assignment]) -> dict[str, Bias]:
    """The lower-case names that stand beside a product of matrices of which one is weights.

    Weights that come first have a row for each unit, ``W @ X + b``, and those that come last a
    column, ``X @ W + b``.

    >>> from matcalc.expression.parser import parse
    >>> biases(parse("Z = W @ X + b"))
    {'b': Bias(weights='W', axis=0, units_are_rows=True)}
    >>> [*biases(parse("relu(X @ W1 + b1) @ W2"))], [*biases(parse("W @ x + b"))]
    (['b1'], [])
    >>> [*biases(parse("W_hh @ H + W_xh @ X + b"))]
    ['b']
    """
    found: dict[str, Bias] = {}

    def terms(step: PostfixStep, of: list[_Sum]) -> _Sum:
        if step.kind == "operator" and step.value == "+":
            found.update(_added((*of[0], *of[1])))
        return tuple(_terms(step, of))

    for assignment in assignments:
        folded(assignment.steps, terms)
    return found


def biases_among(
    variables: Mapping[str, Variable], found: Mapping[str, Bias]
) -> dict[str, Variable]:
    """The biases among variables that are vectors, of the size that their weights say.

    Args:
        variables: The variables, also the weights.
        found: The biases of a formula.
    """
    sized: dict[str, Variable] = {}
    for name, bias in found.items():
        weights, own = variables.get(bias.weights), variables.get(name)
        if weights and own and len(weights.shape) == 2 and len(own.shape) == 1:
            sized[name] = Variable(name, (weights.shape[bias.axis],))
    return sized


def _terms(step: PostfixStep, of: list[_Sum]) -> Iterator[_Chain]:
    """The terms that are products of matrices, or names; none of another part."""
    if step.kind == "name":
        yield (_BiasedFactor(step.value),)
    elif step.kind == "transpose" and [len(one) for one in of[0]] == [1]:
        yield (of[0][0][0]._replace(turned=not of[0][0][0].turned),)
    elif step.kind == "operator" and step.value == "@" and len(of[0]) == len(of[1]) == 1:
        yield (*of[0][0], *of[1][0])
    elif step.kind == "operator" and step.value == "+":
        yield from (*of[0], *of[1])


def _added(terms: _Sum) -> Iterator[tuple[str, Bias]]:
    """The biases among the terms of a sum, where its products agree on what has units."""
    layers = [bias for one in terms for bias in _layer(one)]
    if len({one.units_are_rows for one in layers}) == 1:
        for one in terms:
            if len(one) == 1 and not one[0].turned and one[0].name[0].islower():
                yield one[0].name, layers[0]


def _layer(product: _Chain) -> Iterator[Bias]:
    """Of what size a bias is beside a product of matrices, if weights are first or last in it."""
    first, last = product[0], product[-1]
    capitals = all(one.name[0].isupper() for one in product)
    if len(product) > 1 and capitals and first.is_weights != last.is_weights:
        weights, axis = (first, 0) if first.is_weights else (last, 1)
        yield Bias(weights.name, 1 - axis if weights.turned else axis, first.is_weights)

"""Targets of a cross-entropy: what stands before ``log(softmax(z))`` is taken to sum to 1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matcalc.claims.tree import Assigned, Tree, names, trees, walk
from matcalc.errors import MatcalcError
from matcalc.expression import Declarations

_SAID = (
    "{0} is taken as a target: its entries sum to 1, as {0}:simplex declares; "
    "else softmax is multiplied by sum({0})"
)


def with_targets(
    text: str, variables: Declarations | None, claim: str = ""
) -> tuple[Declarations | None, tuple[str, ...]]:
    """Declarations in which targets are known as such, and what was assumed.

    Args:
        text: What is differentiated.
        variables: The declarations.
        claim: What is claimed; who writes a sum in it does not take it to be 1.

    >>> with_targets("-(y.T @ log(softmax(z)))", "y[n] z[n]")[0]
    'y[n]:simplex z[n]'
    >>> with_targets("-(y.T @ log(softmax(z)))", "y[n] z[n]", "sum(y) * softmax(z) - y")[0]
    'y[n] z[n]'
    """
    if not isinstance(variables, str) or "softmax" not in text:
        return variables, ()
    try:
        lines = trees(text)
    except MatcalcError:
        return variables, ()
    found: list[str] = []
    summed = _summed(claim)
    for name in dict.fromkeys(each for each in _targets(lines) if each not in summed):
        word = re.compile(rf"(?<!\S){re.escape(name)}\[[^\[\],]*\](?!:)")
        if word.search(variables):
            variables = word.sub(lambda one: f"{one[0]}:simplex", variables)
            found.append(_SAID.format(name))
    return variables, tuple(found)


def _targets(lines: Sequence[Assigned]) -> Iterator[str]:
    """The names that multiply the logarithm of a softmax."""
    made = {line.name for line in lines if line.tree.calls("softmax")}
    for line in lines:
        for part in walk(line.tree):
            if part.operator("*", "@"):
                one, two = map(_plain, part.args)
                for name, other in ((one, two), (two, one)):
                    if name.kind == "name" and _is_log_softmax(other, made):
                        yield name.value


def _summed(claim: str) -> set[str]:
    """The names of which a claim writes the sum: ``sum(y)``, ``ones(n).T @ y``, ``sum(abs(y))``."""
    try:
        parts = [part for line in trees(claim) for part in walk(line.tree)]
    except MatcalcError:
        return set()
    sums = [part.args[0] for part in parts if part.calls("sum", "mean", "norm1")]
    pairs = [tuple(map(_plain, part.args)) for part in parts if part.operator("@")]
    sums += [two for pair in pairs for one, two in (pair, pair[::-1]) if one.calls("ones")]
    alone = (names(each) for each in sums)
    return {name for found in alone if len(found) == 1 for name in found}


def _plain(tree: Tree) -> Tree:
    while tree.kind in ("transpose", "negative"):
        tree = tree.args[0]
    return tree


def _is_log_softmax(tree: Tree, made: set[str]) -> bool:
    if tree.calls("log_softmax"):
        return True
    if not tree.calls("log", "ln"):
        return False
    inside = tree.args[0]
    return inside.calls("softmax") or (inside.kind == "name" and inside.value in made)

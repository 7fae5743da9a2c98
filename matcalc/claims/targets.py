"""Targets of a cross-entropy: what stands before ``log(softmax(z))`` is taken to sum to 1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matcalc.claims.tree import Assigned, Tree, bare, names, trees, walk
from matcalc.errors import MatcalcError
from matcalc.expression import Declarations

_SAID = "{0} is taken as a target: {1}, as {0}:simplex declares; else softmax is multiplied by {2}"
_VECTOR = "its entries sum to 1", "sum({})"
_ROWS = "each of its rows sums to 1", "sum({}, axis=1), row by row"


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
    >>> with_targets("p = exp(z) / sum(exp(z)); L = -sum(y * log(p))", "y[n] z[n]")[0]
    'y[n]:simplex z[n]'
    >>> with_targets("-sum(Y * log(softmax(Z, axis=1)))", "Y[m,n] Z[m,n]")[0]
    'Y[m,n]:simplex Z[m,n]'
    """
    if isinstance(variables, list | tuple):
        variables = " ".join(map(str, variables))
    if not isinstance(variables, str) or not re.search(r"softmax|\bexp\(", text):
        return variables, ()
    try:
        lines = trees(text)
    except MatcalcError:
        return variables, ()
    found: list[str] = []
    summed = _summed(claim)
    of_columns = any(_is_of_columns(part) for line in lines for part in walk(line.tree))
    for name in dict.fromkeys(each for each in _targets(lines) if each not in summed):
        word = re.compile(rf"(?<!\S){re.escape(name)}\[([^\[\],]*(,[^\[\],]*)?)\](?!:)")
        declared = word.search(variables)
        if declared and not (declared[2] and of_columns):
            variables = word.sub(lambda one: f"{one[0]}:simplex", variables)
            what, factor = _ROWS if declared[2] else _VECTOR
            found.append(_SAID.format(name, what, factor.format(name)))
    return variables, tuple(found)


def _targets(lines: Sequence[Assigned]) -> Iterator[str]:
    """The names that multiply the logarithm of a softmax."""
    made = {line.name for line in lines if _is_softmax(line.tree)}
    for line in lines:
        for part in walk(line.tree):
            if part.operator("*", "@"):
                one, two = map(bare, part.args)
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
    pairs = [tuple(map(bare, part.args)) for part in parts if part.operator("@")]
    sums += [two for pair in pairs for one, two in (pair, pair[::-1]) if one.calls("ones")]
    alone = (names(each) for each in sums)
    return {name for found in alone if len(found) == 1 for name in found}


def _is_log_softmax(tree: Tree, made: set[str]) -> bool:
    if tree.calls("log_softmax"):
        return True
    if not tree.calls("log", "ln"):
        return False
    inside = tree.args[0]
    return _is_softmax(inside) or (inside.kind == "name" and inside.value in made)


def _is_softmax(tree: Tree) -> bool:
    """Whether it is a softmax, also one that is written out: ``exp(z) / sum(exp(z))``."""
    if not tree.operator("/"):
        return tree.calls("softmax")
    above, below = tree.args
    return above.calls("exp") and str(below) == f"sum({above})"


def _is_of_columns(tree: Tree) -> bool:
    """Whether a step is a softmax that is not of the rows of a matrix."""
    axes = [str(axis) for axis in tree.args[1:]]
    return tree.calls("softmax", "log_softmax") and axes not in ([], ["1"], ["-1"])

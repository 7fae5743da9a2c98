"""The line of a forward pass that a line of its backward pass may come from, read off its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from matcalc.claims.gradient_names import variable_of
from matcalc.claims.tree import Tree, called, op, trees, turned, upright
from matcalc.errors import MatcalcError
from matcalc.variables import Variable

_FUNCTION = "g"


class GuessedLine(NamedTuple):
    """A line of a forward pass.

    Attributes:
        of: What it computes.
        product: How.
        wrt: What the equation differentiates by.
        variables: The shapes of all in it.
        activated: The same behind a function of each entry, where the names leave that open: from
            z1 to z2, two of a kind, there may be one.
    """

    of: str
    product: str
    wrt: str
    variables: tuple[Variable, ...]
    activated: str = ""


def guessed_forward(solutions: Sequence[str], known: Mapping[str, Variable]) -> GuessedLine | None:
    """For ``dx = W.T @ dy`` the line ``y = W @ x``; of several solutions the plainest line.

    ``None`` where names do not say what is a derivative by what.
    """
    lines = [one for text in solutions for one in _lines(text, known)]
    return min(lines, key=lambda one: one.product.count(".T"), default=None)


def _lines(solution: str, variables: Mapping[str, Variable]) -> Iterator[GuessedLine]:
    left, _, right = solution.partition(" = ")
    by = variable_of(left)
    if not by.isidentifier():
        return
    x, tree = variables[left]._replace(name=by), _tree(right)
    is_scaled = tree.operator("*") and tree.args[1].kind == "name"
    product, scale = tree.args if is_scaled else (tree, None)
    below = Tree("name", by)
    made = _made(product, op("*", scale, below) if scale else below)
    through = _made(product, called(_FUNCTION, below))
    if made is None or through is None or not x.shape:
        return
    others = [made.by, *([scale.value] if scale else [])]
    if len({made.of, by, *others}) == 2 + len(others):
        known = [variables[name] for name in others]
        is_open = _stem(made.of) == _stem(by) and not scale and _FUNCTION not in variables
        activated = str(through.tree) if is_open else ""
        yield GuessedLine(made.of, str(made.tree), by, (*known, x), activated)


def _tree(text: str) -> Tree:
    try:
        return trees(text)[-1].tree
    except MatcalcError:
        return Tree("text", text)


def _stem(name: str) -> str:
    """A name without its number: ``z`` of ``z2``."""
    return name.rstrip("0123456789_")


class _Made(NamedTuple):
    """What is computed, what multiplies x in it, and how."""

    of: str
    by: str
    tree: Tree


def _made(product: Tree, x: Tree) -> _Made | None:
    """The product that ``dx = one @ two`` is from, where one of the two is a derivative."""
    letters = [upright(each) for each in product.args]
    if not product.operator("@") or any(each.kind != "name" for each in letters):
        return None
    (one, two), (first, last) = product.args, (each.value for each in letters)
    if variable_of(last):  # dx.T = dy @ one.T where dy lies
        lies = two.kind == "transpose"
        made = op("@", turned(x), one) if lies else op("@", turned(one), x)
        return _Made(variable_of(last), first, made)
    if variable_of(first):
        lies = one.kind == "transpose"
        made = op("@", two, turned(x)) if lies else op("@", x, turned(two))
        return _Made(variable_of(first), last, made)
    return None

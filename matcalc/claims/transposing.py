"""Transposes moved to the letters: ``(A @ B).T`` is ``B.T @ A.T``."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.claims.tree import Tree, called, negative, op, same, turned, words
from matcalc.operations import facts_of


def turned_inside(tree: Tree, kind: Callable[[Tree], str]) -> Tree:
    """The transpose of a tree, at the letters where that takes no more words.

    >>> from matcalc.claims.tree import trees
    >>> shown = [trees(text)[-1].tree for text in ("x @ A.T", "A @ x - b")]
    >>> [str(turned_inside(tree, lambda part: "m")) for tree in shown]
    ['A @ x.T', '(A @ x - b).T']
    """
    outside, inside = turned(tree), pushed(tree, kind)
    return inside if len(words(inside)) <= len(words(outside)) else outside


def pushed(tree: Tree, kind: Callable[[Tree], str]) -> Tree:
    """The transpose of a tree, at the letters.

    Args:
        tree: What is transposed.
        kind: The kind of a part; that of a number is ``s``.
    """
    if tree.kind == "number" or kind(tree) == "s":
        return tree
    if tree.kind == "negative":
        return negative(pushed(tree.args[0], kind))
    if tree.operator("@"):
        return op("@", pushed(tree.args[1], kind), pushed(tree.args[0], kind))
    if tree.operator("+", "-", "*", "/"):
        one, two = (pushed(arg, kind) for arg in tree.args)
        is_symmetric = tree.operator("+") and same(one, tree.args[1]) and same(two, tree.args[0])
        return tree if is_symmetric else op(tree.value, one, two)
    if tree.kind == "call":
        return _of_call(tree, kind)
    return turned(tree)


def _of_call(tree: Tree, kind: Callable[[Tree], str]) -> Tree:
    if facts_of(tree.value).symmetric:
        return tree
    if tree.calls("zeros", "ones") and tree.args[0].kind == "tuple":
        shape = tree.args[0]
        return called(tree.value, shape._replace(args=shape.args[::-1]))
    if tree.calls("einsum") and tree.args[0].value.count("->") == 1:
        inside, _, out = tree.args[0].value.partition("->")
        letters = tree.args[0]._replace(value=f"{inside}->{out.strip()[::-1]}")
        return tree._replace(args=(letters, *tree.args[1:]))
    if facts_of(tree.value).keeps_symmetry:
        first, *others = tree.args
        within = tree._replace(args=(turned_inside(first, kind), *others))
        return min(turned(tree), within, key=lambda each: len(words(each)))
    return turned(tree)

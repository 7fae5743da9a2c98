"""A repair as people would write it: transposes at the letters, signs in front, numbers folded."""

from __future__ import annotations

from matcalc.claims.tree import Tree, negative, op, same, walk


def tidied(tree: Tree) -> Tree:
    """The same line without what a search leaves behind: ``x.T.T``, ``--x``, ``1 * x``.

    >>> from matcalc.claims.tree import trees
    >>> str(tidied(trees("-(-A.T.T) * 1")[-1].tree))
    'A'
    """
    args = tuple(tidied(arg) for arg in tree.args)
    if any(new is not old for new, old in zip(args, tree.args, strict=True)):
        tree = tree._replace(args=args)
    if tree.kind == "transpose" and tree.args[0].kind == "transpose":
        return tree.args[0].args[0]
    if tree.kind == "negative" and tree.args[0].kind == "negative":
        return tree.args[0].args[0]
    if tree.kind == "operator":
        return _operation(tree)
    return tree


def _operation(tree: Tree) -> Tree:
    """An operation without 1 and without two signs in a row."""
    sign, (one, two) = tree.value, tree.args
    if sign in ("*", "/", "**") and _is_one(two):
        return one
    if sign == "*" and _is_one(one):
        return two
    return _signs(sign, one, two) or tree


def _signs(sign: str, one: Tree, two: Tree) -> Tree | None:
    if sign in "+-" and two.kind == "negative":
        return op("-" if sign == "+" else "+", one, two.args[0])
    if sign == "+" and one.kind == "negative" and not two.operator("+", "-"):
        return op("-", two, one.args[0])
    if sign in "*/@" and one.kind == two.kind == "negative":
        return op(sign, one.args[0], two.args[0])
    return None


def _is_one(tree: Tree) -> bool:
    return tree.kind == "number" and float(tree.value) == 1.0


def is_absurd(tree: Tree) -> bool:
    """Whether a line takes away what it adds, or multiplies with what it divides by.

    >>> from matcalc.claims.tree import trees
    >>> [is_absurd(trees(text)[-1].tree) for text in ("x * y / y", "x - (y - y)", "x + x")]
    [True, True, True]
    >>> is_absurd(trees("x @ y.T + y @ x.T")[-1].tree)
    False
    """
    return any(_is_absurd(part) for part in walk(tree))


def _is_absurd(tree: Tree) -> bool:
    if tree.calls("norm", "sum", "tr", "trace") and tree.args[0].kind == "number":
        return True
    if not tree.operator("+", "-", "/"):
        return False
    one, two = tree.args
    if tree.value == "/":
        return any(same(each, two) for each in factors(one))
    return (any(same(each, two) for each in terms(one)) and tree.value == "-") or same(one, two)


def factors(tree: Tree) -> list[Tree]:
    """The factors of a product from left to right."""
    if tree.operator("*", "@"):
        return [*factors(tree.args[0]), *factors(tree.args[1])]
    return [tree]


def terms(tree: Tree) -> list[Tree]:
    """The terms of a sum, each with its sign."""
    if tree.operator("+"):
        return [*terms(tree.args[0]), *terms(tree.args[1])]
    if tree.operator("-"):
        return [*terms(tree.args[0]), *map(negative, terms(tree.args[1]))]
    if tree.kind == "negative":
        return [negative(each) for each in terms(tree.args[0])]
    return [tree]

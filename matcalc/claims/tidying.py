"""A repair as people would write it: transposes at the letters, numbers and signs in front."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from matcalc.claims.transposing import pushed, turned_inside
from matcalc.claims.tree import Tree, bare, chained, negative, op, row_of, same, walk
from matcalc.expression.functions import acts_entrywise

_OF_ENTRIES = ("norm", "sum", "tr", "trace")
_SUMS = ("sum", "tr", "trace")

#: The kind of a part: s of a number, c, r, m, t, or nothing where that is not known.
Kind = Callable[[Tree], str]


def _unknown(_: Tree) -> str:
    return ""


def tidied(tree: Tree, kind: Kind = _unknown) -> Tree:
    """The same line without what a search leaves behind: ``x.T.T``, ``--x``, ``1 * x``.

    What somebody wrote stays as it is; what a repair put there is written as people write it.

    Args:
        tree: The line.
        kind: The kinds of parts; without them no transpose is moved to the letters.

    >>> from matcalc.claims.tree import trees
    >>> str(tidied(trees("-(-A.T.T) * 1")[-1].tree))
    'A'
    >>> str(tidied(trees("A * (2).T")[-1].tree))
    'A * 2'
    """
    args = tuple(tidied(arg, kind) for arg in tree.args)
    if any(new is not old for new, old in zip(args, tree.args, strict=True)):
        tree = tree._replace(args=args)
    if tree.kind == "transpose":
        return _transposed(tree, kind)
    if tree.kind == "negative" and (not tree.is_written or tree.args[0].kind == "negative"):
        return signed(tree.args[0])
    if tree.kind == "operator":
        return _operation(tree, kind)
    if tree.kind == "call" and len(tree.args) == 1 and not tree.is_written:
        return _call(tree)
    return tree


def _transposed(tree: Tree, kind: Kind) -> Tree:
    """A transpose at the letters, where that is no longer."""
    inside = tree.args[0]
    if inside.kind == "transpose":
        return inside.args[0]
    if inside.is_literal:
        return inside
    if tree.is_written or kind is _unknown:
        return tree
    found = turned_inside(inside, kind)
    return found if found.kind == "transpose" else tidied(found, kind)


def _operation(tree: Tree, kind: Kind) -> Tree:
    """An operation without 1, without two signs in a row, its number in front."""
    sign, (one, two) = tree.value, tree.args
    if sign in ("*", "/", "**") and _is_one(two):
        return one
    if sign == "*" and _is_one(one):
        return two
    if sign in "*/" and two.kind == "negative" and not (two.is_written or two.is_literal):
        return signed(op(sign, one, two.args[0]))
    if sign == "*" and two.operator("*") and not two.is_written and kind(one) == kind(two) != "":
        return op("*", op("*", one, two.args[0]), two.args[1])
    found = None if tree.is_written else _put_there(tree, kind)
    return found or _signs(sign, one, two) or tree


def _put_there(tree: Tree, kind: Kind) -> Tree | None:
    """An operation that a repair put there, as people write it."""
    sign, (one, two) = tree.value, tree.args
    if sign == "@" and (one.calls("eye") or two.calls("eye")):
        return two if one.calls("eye") else one
    if sign == "@":
        row = _row(tree)
        return row if kind is _unknown or kind(row) == kind(tree) else None
    if sign in "*/" and two.kind == "negative" and not two.is_literal:
        return signed(op(sign, one, two.args[0]))
    if sign == "+" and one.kind == "negative" and two.kind != "negative":
        return op("-", two, one.args[0])
    if sign == "+" and two.operator("+", "-") and not two.is_written:
        return op(two.value, op("+", one, two.args[0]), two.args[1])
    return _number_in_front(one, two, kind) if sign == "*" else None


def _number_in_front(one: Tree, two: Tree, kind: Kind) -> Tree | None:
    """A product with a number that is written out, or begins with one: ``2 / n * A @ x``."""
    if two.is_literal and not one.is_literal:
        return _with_factor(two, one)
    if one.is_literal and two.operator("/") and not two.args[0].is_literal:
        return op(
            "/", _number_in_front(one, two.args[0], kind) or op("*", one, two.args[0]), two.args[1]
        )
    leads = kind(one) == "s" and not op("*", one, two).is_entrywise
    if (one.is_literal or leads) and two.operator("@") and not _has_number(row_of(two)[0]):
        first, *others = row_of(two)
        return chained([_with_factor(one, first), *others])
    return None


def _row(tree: Tree) -> Tree:
    """A matrix product from left to right, its sign and its number in front."""
    first, *others = row_of(tree)
    factors = [first]
    numbers: list[Tree] = []
    signs = 0
    for each in others:
        inside = each.args[0] if each.kind == "negative" else each
        signs += each.kind == "negative"
        if _has_number(inside) and not inside.is_grouped:
            numbers.append(inside.args[0])
            inside = inside.args[1]
        factors += row_of(inside)
    if numbers and (len(numbers) > 1 or _has_number(first)):
        return tree  # one number is not put before another
    if numbers:
        factors[0] = _with_factor(numbers[0], first)
    return signed(chained(factors)) if signs % 2 else chained(factors)


def _has_number(tree: Tree) -> bool:
    return tree.operator("*") and tree.args[0].is_literal


def _with_factor(factor: Tree, tree: Tree) -> Tree:
    """A number times something; its sign is that of the number."""
    if tree.kind == "negative":
        return op("*", negative(factor), tree.args[0])
    return op("*", factor, tree)


def signed(tree: Tree) -> Tree:
    """Something with the other sign, which stands in front: ``-A @ B``."""
    if tree.operator("@", "*", "/"):
        return tree._replace(args=(signed(tree.args[0]), *tree.args[1:]))
    return negative(tree)


def _call(tree: Tree) -> Tree:
    """A function with the sign and the number before it that it lets pass."""
    (inside,) = tree.args
    if inside.kind == "negative" and (tree.facts.odd or tree.facts.linear):
        return negative(_call(tree._replace(args=inside.args)))
    if tree.facts.linear and inside.operator("*") and inside.args[0].is_literal:
        return op("*", inside.args[0], tree._replace(args=inside.args[1:]))
    return tree


def _signs(sign: str, one: Tree, two: Tree) -> Tree | None:
    if sign in "+-" and _leads_with_sign(two):
        return op("-" if sign == "+" else "+", one, signed(two))
    if sign in "*/@" and one.kind == two.kind == "negative":
        return op(sign, one.args[0], two.args[0])
    return None


def _leads_with_sign(tree: Tree) -> bool:
    """Whether its sign stands in front: ``-A @ B``, put there by a repair."""
    while tree.operator("@", "*", "/") and not tree.is_written:
        tree = tree.args[0]
    return tree.kind == "negative"


def _is_one(tree: Tree) -> bool:
    return tree.kind == "number" and float(tree.value) == 1.0


def is_absurd(tree: Tree, kind: Kind = _unknown) -> bool:
    """Whether a line takes away what it adds, divides by what it multiplies with, or by a sign.

    >>> from matcalc.claims.tree import trees
    >>> [is_absurd(trees(text)[-1].tree) for text in ("x * y / y", "x - (y - y)", "x + x")]
    [True, True, True]
    >>> [is_absurd(trees(text)[-1].tree) for text in ("x * (1 / x)", "y / (y / x)")]
    [True, False]
    >>> is_absurd(trees("x @ y.T + y @ x.T")[-1].tree)
    False
    """
    return any(_is_absurd(part, kind) for part in walk(tree))


def _has_kink(tree: Tree) -> bool:
    return tree.facts.kinked and acts_entrywise(tree.value)


def _is_absurd(tree: Tree, kind: Kind) -> bool:
    if tree.kind == "call":
        of_number = tree.calls(*_OF_ENTRIES) and tree.args[0].kind == "number"
        of_number |= tree.calls(*_SUMS) and kind(tree.args[0]) == "s"
        of_number |= tree.calls("inv") and bare(tree.args[0]).calls("inv")
        twice = _has_kink(tree) and _has_kink(tree.args[0])
        return of_number or (twice and not (tree.is_written and tree.args[0].is_written))
    if tree.operator("*"):  # ones beside a vector change nothing
        pairs = (tree.args, tree.args[::-1])
        over = [each.args[1] for each in factors(tree) if each.operator("/")]
        again = any(same(one, each) for one in over for each in factors(tree))
        return again or any(_are_ones(one) and kind(two) not in ("s", "") for one, two in pairs)
    if tree.operator("**", "/"):
        one, two = tree.args
        powers = one if tree.value == "**" else two
        if powers.calls("sign") or tree.value == "**":
            return powers.calls("sign") and not tree.is_written
        return any(same(each, two) for each in (one, *factors(one)))
    if tree.operator("+", "-"):
        several = combinations(terms(tree), 2)
        of_zero = any(each.kind == "number" and not float(each.value) for each in tree.args)
        gone = same(*tree.args) or any(same(negative(one), two) for one, two in several)
        return not tree.is_written if of_zero else gone
    return False


def _are_ones(tree: Tree) -> bool:
    """Whether a repair put ones there."""
    inside = bare(tree)
    return inside.calls("ones") and not inside.is_written


def factors(tree: Tree) -> list[Tree]:
    """The factors of a product from left to right."""
    return row_of(tree, "*", "@")


def terms(tree: Tree) -> list[Tree]:
    """The terms of a sum, each with its sign."""
    if tree.operator("+"):
        return [*terms(tree.args[0]), *terms(tree.args[1])]
    if tree.operator("-"):
        return [*terms(tree.args[0]), *map(negative, terms(tree.args[1]))]
    if tree.kind == "negative":
        return [negative(each) for each in terms(tree.args[0])]
    return [tree]


_MANY = 12  # terms


def multiplied_out(tree: Tree, kind: Kind) -> list[Tree]:
    """The terms of a sum and of products of sums: ``x.T @ A`` and ``x.T @ B`` of a product.

    Args:
        tree: The line.
        kind: The kinds of parts.

    Returns:
        The line alone where there would be too many.
    """
    found = _multiplied_out(tree, kind)
    return found if len(found) <= _MANY else [tree]


def _multiplied_out(tree: Tree, kind: Kind) -> list[Tree]:
    if tree.operator("+", "-"):
        ones, twos = (_multiplied_out(arg, kind) for arg in tree.args)
        return [*ones, *(map(signed, twos) if tree.value == "-" else twos)]
    if tree.kind == "negative":
        return [signed(each) for each in _multiplied_out(tree.args[0], kind)]
    if tree.kind == "transpose":
        inside = pushed(tree.args[0], kind)
        return [tree] if inside.kind == "transpose" else _multiplied_out(inside, kind)
    if tree.operator("@", "*", "/") and kind(tree) != "s":
        one, two = tree.args
        lefts = _multiplied_out(one, kind) if kind(one) != "s" else [one]
        rights = _multiplied_out(two, kind) if kind(two) != "s" else [two]
        if tree.value == "/":
            rights = [two]
        if len(lefts) * len(rights) > _MANY:
            return [tree]
        return [_product(tree.value, a, b, kind) for a in lefts for b in rights]
    return [tree]


def _product(sign: str, one: Tree, two: Tree, kind: Kind) -> Tree:
    """A product of two; in a row of matrices a number that comes out multiplies the rest."""
    if sign != "@":
        return _operation(op(sign, one, two), kind)
    row = row_of(_row(op("@", one, two)))
    found = row[0]
    for each in row[1:]:
        found = op("*" if "s" in (kind(found), kind(each)) else "@", found, each)
    return found

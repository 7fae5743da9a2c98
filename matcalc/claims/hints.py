"""What a claim and the derivative look like side by side, where no repair names the mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from matcalc.claims.answer import Misfit
from matcalc.claims.point import Worth
from matcalc.claims.tidying import factors, multiplied_out, terms
from matcalc.claims.tree import Tree, names, number, op, row_of, same, walk


def hints(line: Tree, right: Tree, misfits: Sequence[Misfit], worth: Worth) -> tuple[str, ...]:
    """Causes that the look of a claim and of the derivative suggests, the likeliest first.

    Args:
        line: The claim.
        right: The derivative.
        misfits: What does not fit in the claim.
        worth: What parts are worth.
    """
    found = [name for name, look in _LOOKS.items() if look(line, right, worth)]
    if any(one.sign in "*/" for one in misfits):
        found.insert(0, "kind-of-product")
    return tuple(dict.fromkeys(found))


def takes_as_diagonal(line: Tree, spelled: Mapping[str, Tree]) -> bool:
    """Whether ``p * (1 - p)`` is taken as the slope of a softmax, whose Jacobian is no diagonal.

    Args:
        line: The claim.
        spelled: What its names mean.
    """
    for part in walk(line):
        if part.operator("*"):
            for one, two in (part.args, part.args[::-1]):
                last = factors(one)[-1]
                meant = spelled.get(last.value, last) if last.kind == "name" else last
                slope = op("-", number("1"), last)
                if meant.calls("softmax") and same(two, slope):
                    return True
    return False


def squares_inverse(line: Tree) -> bool:
    """Whether an inverse stands beside itself: ``-inv(A) @ inv(A)``, as -1/a² for a number."""
    rows = (row_of(part) for part in walk(line) if part.operator("@"))
    return any(
        one.calls("inv") and same(one, two)
        for row in rows
        for one, two in zip(map(_plain, row), map(_plain, row[1:]), strict=False)
    )


def inverts_no_square(line: Tree, worth: Worth) -> bool:
    """Whether it inverts a matrix that is not square, or a vector."""
    inverted = (part.args[0] for part in walk(line) if part.calls("inv"))
    values = [worth.of(each) for each in inverted]
    return any(value is not None and len({*value.shape}) > 1 for value in values)


def _divides_by_matrix(line: Tree, _: Tree, worth: Worth) -> bool:
    """Whether a matrix stands below a line, or has an exponent entry by entry."""
    below = [part.args[1] for part in walk(line) if part.operator("/")]
    below += [part.args[0] for part in walk(line) if part.operator("**")]
    return any(worth.kind(part) == "m" for part in below)


def _keeps(names: tuple[str, ...], line: Tree, _: Tree, worth: Worth) -> bool:
    """Whether a trace or a sum stands there, and the derivative is an array."""
    kept = any(part.calls(*names) for part in factors(_plain(line)))
    return kept and worth.at.truth.kind in "mt"


def _has_same_letters(line: Tree, right: Tree) -> bool:
    return names(line) == names(right) != set()


def _is_of_other_order(line: Tree, right: Tree, _: Worth) -> bool:
    return _has_same_letters(line, right) and _letters(line) != _letters(right)


def _letters(tree: Tree) -> list[str]:
    """The names from left to right."""
    return [part.value for part in walk(tree) if part.kind == "name"]


def _is_of_other_signs(line: Tree, right: Tree, _: Worth) -> bool:
    """Whether the same letters stand in products of another kind."""
    return _has_same_letters(line, right) and ("*" in _signs(line)) != ("*" in _signs(right))


def _signs(tree: Tree) -> set[str]:
    """The kinds of products of arrays; a number in front does not count."""
    return {
        part.value
        for part in walk(tree)
        if part.operator("@", "*") and part.args[0].kind != "number"
    }


def _is_a_multiple(line: Tree, right: Tree, _: Worth) -> bool:
    """Whether a multiple of one product stands for a sum of several."""
    first = factors(_plain(line))[0]
    is_multiple = len(terms(line)) == 1 and first.kind == "number"
    return is_multiple and len(terms(right)) > 1


def lacks_terms(line: Tree, right: Tree, worth: Worth) -> bool:
    """Whether a claim has fewer terms than the derivative, both multiplied out."""
    kinds = {worth.kind(line), worth.at.truth.kind} - {""}
    if len(kinds) > 1 and not kinds <= {"c", "r"}:
        return False
    one, two = (multiplied_out(each, worth.kind) for each in (line, right))
    return len(one) < len(two)


def _plain(tree: Tree) -> Tree:
    return tree.args[0] if tree.kind == "negative" else tree


_LOOKS: dict[str, Callable[[Tree, Tree, Worth], bool]] = {
    "scalar-rule": _divides_by_matrix,
    "trace-not-removed": partial(_keeps, ("tr", "trace")),
    "missing-sum": partial(_keeps, ("sum",)),
    "kind-of-product": _is_of_other_signs,
    "missing-term": lacks_terms,
    "order": _is_of_other_order,
    "symmetric-part": _is_a_multiple,
}

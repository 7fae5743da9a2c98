"""What may have gone wrong at one place of a line: every edit undoes a mistake that people make.

Most mistakes are lines of the input language: what stands there, what belongs there, what the
mistake is called, the likeliest name first, and how far-fetched it is where that is not 1. A letter
stands for a part, which its kind decides:

    s t     a number                c d     a column            r       a row
    M       a matrix                S       a square one
    v       a vector or a matrix    A B C   no number           x y z   anything
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from matcalc.claims.edits import Around, Edit, entrywise, of_einsum, of_factors, of_terms, of_whole
from matcalc.claims.tree import Tree, filled, same, trees, unplaced
from matcalc.operations import ALIASES

_ANYWHERE = """
s -> s**2                       | norm-not-squared factor
s -> sqrt(s)                    | norm-not-squared factor | 1.4
s -> s**3                       | norm-not-squared factor | 1.2
v -> v**2                       | factor wrong-point | 1.4
v -> sum(v)                     | missing-sum | 1.2
v -> mean(v)                    | missing-sum | 1.2
c -> diag(c)                    | diagonal kind-of-product
r -> diag(r.T)                  | diagonal kind-of-product
M -> sum(M, axis=0)             | missing-sum | 1.2
M -> sum(M, axis=0).T           | missing-sum | 1.6
M -> sum(M, axis=1)             | missing-sum | 1.2
M -> sum(M, axis=1).T           | missing-sum | 1.6
S -> inv(S)                     | inverse
S -> diag(S)                    | diagonal missing-sum | 1.2
S -> tr(S)                      | missing-sum kind-of-product | 1.6
S -> S + S.T                    | symmetric-part missing-term
S -> (S + S.T) / 2              | symmetric-part | 1.3
S -> S + S.T - diag(diag(S))    | symmetric-variable | 1.3
S -> diag(diag(S))              | symmetric-variable | 1.6
"""
_CALLS = """
tr(A) -> A                      | trace-not-removed | 0.9
tr(A) -> A.T                    | trace-not-removed | 1.1
sum(x) -> x                     | missing-sum trace-not-removed
sum(x) -> mean(x)               | factor missing-sum
mean(x) -> x                    | missing-sum
mean(x) -> sum(x)               | factor missing-sum
sum(x, axis=y) -> sum(x, axis=0) | missing-sum
sum(x, axis=y) -> sum(x, axis=1) | missing-sum
sum(x, axis=y) -> sum(x)        | missing-sum | 1.2
sum(x, axis=y) -> x             | missing-sum trace-not-removed
sum(x, axis=y) -> mean(x, axis=y) | factor missing-sum
mean(x, axis=y) -> sum(x, axis=y) | factor missing-sum
diag(A) -> A                    | diagonal kind-of-product
inv(A) -> A                     | inverse
inv(A) -> pinv(A)               | not-invertible
pinv(A) -> A                    | inverse
pinv(A) -> inv(A)               | not-invertible
inv(A @ B) -> inv(B @ A)        | order inverse
inv(A @ B) -> inv(A.T @ B.T)    | transpose order | 1.1
outer(A, B) -> outer(B, A)      | order layout
outer(A, B) -> A.T @ B          | kind-of-product
kron(A, B) -> kron(B, A)        | vec-order order
matrix_power(A, s) -> A         | scalar-rule factor
matrix_power(A, s) -> matrix_power(A, s + 1) | scalar-rule factor
matrix_power(A, s) -> matrix_power(A, s - 1) | scalar-rule factor
"""
_MATRIX_PRODUCTS = """
A @ B -> B @ A                  | order layout transpose
A @ B -> B.T @ A                | order layout transpose | 1.4
A @ B -> B @ A.T                | order layout transpose | 1.4
A @ B -> B.T @ A.T              | layout order transpose | 1.3
c @ r -> c.T @ r.T              | kind-of-product order | 0.6
c @ r -> c * r.T                | kind-of-product diagonal
A @ B -> A.T @ B.T              | transpose layout | 1.6
A @ B -> A * B                  | kind-of-product diagonal
A @ (x * y) -> (A @ x) * y      | wrong-expansion order
A @ (x * y) -> (A @ y) * x      | wrong-expansion order | 1.1
"""
_PRODUCTS = """
A * B -> A @ B                  | kind-of-product
A * B -> B @ A                  | kind-of-product order | 1.3
A * B -> A @ B.T                | kind-of-product transpose | 1.3
A * B -> A.T @ B                | kind-of-product transpose | 1.3
c * M -> diag(c) @ M            | diagonal kind-of-product | 1.1
c * M -> M @ diag(c)            | diagonal kind-of-product | 1.2
M * c -> diag(c) @ M            | diagonal kind-of-product | 1.1
M * c -> M @ diag(c)            | diagonal kind-of-product | 1.2
x * y -> x / y                  | factor inverse | 1.1
(x + y) * z -> x + y * z        | wrong-expansion | 1.2
(x - y) * z -> x - y * z        | wrong-expansion | 1.2
x * (y + z) -> x * y + z        | wrong-expansion | 1.2
x * (y - z) -> x * y - z        | wrong-expansion | 1.2
(A @ B) * C -> A @ (B * C)      | wrong-expansion order
y * (1 - y) -> 1 - y**2         | chain-rule wrong-point
x * y * (1 - y) -> x * (1 - y**2) | chain-rule wrong-point
x / y -> x * y                  | factor inverse | 1.1
x / norm(y) -> x                | norm-not-squared factor
x / sqrt(y) -> x                | norm-not-squared factor
x / y -> x                      | factor norm-not-squared
x / s -> x / s**2               | norm-not-squared factor
x / s -> x / sqrt(s)            | norm-not-squared factor | 1.2
1 / M -> inv(M)                 | scalar-rule inverse | 0.9
A / M -> A @ inv(M)             | scalar-rule inverse
A / M -> inv(M) @ A             | scalar-rule inverse
"""
_POWERS = """
s**y -> s                       | norm-not-squared factor
A**y -> A                       | factor
M**2 -> M @ M                   | scalar-rule kind-of-product | 0.9
M**2 -> M @ M.T                 | scalar-rule kind-of-product | 1.2
M**2 -> M.T @ M                 | scalar-rule kind-of-product | 1.2
M**y -> matrix_power(M, y)      | scalar-rule kind-of-product | 0.9
M**(-y) -> inv(M)               | scalar-rule inverse | 0.9
M**(-y) -> inv(M) @ inv(M)      | scalar-rule inverse | 1.1
M**y -> inv(M)                  | scalar-rule inverse | 1.2
x**y -> x**(y + 1)              | factor scalar-rule | 1.2
x**y -> x**(y - 1)              | factor scalar-rule | 1.2
x**y -> x**(-y)                 | inverse factor | 1.2
"""
_SUMS = """
x + y -> x - y                  | sign
x - y -> x + y                  | sign
x + y -> x                      | extra-term
x + y -> y                      | extra-term
x - y -> x                      | extra-term
x - y -> -y                     | extra-term
x - y -> y - x                  | sign order
x - diag(diag(A)) -> A          | symmetric-variable | 0.9
x - diag(diag(A)) -> A.T        | symmetric-variable | 1.1
inv(A) + inv(B) -> inv(A + B)   | wrong-expansion inverse
inv(A) - inv(B) -> inv(A - B)   | wrong-expansion inverse
x * y + z -> x * (y + z)        | wrong-expansion missing-term | 1.1
x * y - z -> x * (y - z)        | wrong-expansion missing-term | 1.1
x + y * z -> (x + y) * z        | wrong-expansion missing-term | 1.1
x - y * z -> (x - y) * z        | wrong-expansion missing-term | 1.1
x + y / z -> (x + y) / z        | wrong-expansion missing-term | 1.1
x - y / z -> (x - y) / z        | wrong-expansion missing-term | 1.1
-x + y -> -(x - y)              | sign wrong-expansion missing-term | 1.1
-x - y -> -(x + y)              | sign wrong-expansion missing-term | 1.1
"""
_KINDS = {
    "s": "s",
    "t": "s",
    "c": "c",
    "d": "c",
    "r": "r",
    "v": "crm",
    "M": "m",
    "S": "m",
    "N": "m",
}


class _MistakeLine(NamedTuple):
    """A line of the tables."""

    stands: Tree
    belongs: Tree
    causes: tuple[str, ...]
    price: float


def edits(tree: Tree, near: Around) -> Iterator[Edit]:
    """What may stand in place of a part.

    Args:
        tree: The part.
        near: What is known of the line.
    """
    if tree.kind in ("text", "tuple") or near.is_size(tree):
        return
    yield from of_whole(tree, near)
    if tree.kind != "number":
        yield from _of_lines("", tree, near)
    yield from entrywise(tree, near)
    yield from _of_lines(_head(tree), tree, near)
    if tree.calls("einsum"):
        yield from of_einsum(tree)
    elif tree.operator("+", "-"):
        yield from of_terms(tree)
    elif tree.operator("@", "*"):
        yield from of_factors(tree, near)


def _of_lines(head: str, tree: Tree, near: Around) -> Iterator[Edit]:
    """What the lines of an operation say; of those that put the same there, the first."""
    found: list[Tree] = []
    for one in _mistakes().get(head, ()):
        letters: dict[str, Tree] = {}
        if _is_like(one.stands, tree, near, letters):
            new = filled(one.belongs, letters)
            if not any(same(new, each) for each in found):
                found.append(new)
                yield Edit(new, one.causes, one.price)


@cache
def _mistakes() -> dict[str, list[_MistakeLine]]:
    """The lines of the tables, by the operation that stands there."""
    found: dict[str, list[_MistakeLine]] = {}
    for table in (_ANYWHERE, _CALLS, _MATRIX_PRODUCTS, _PRODUCTS, _POWERS, _SUMS):
        for line in table.strip().splitlines():
            change, causes, *price = line.split("|")
            stands, belongs = (unplaced(trees(side)[-1].tree) for side in change.split("->"))
            one = _MistakeLine(
                stands, belongs, tuple(causes.split()), float(price[0] if price else 1)
            )
            found.setdefault(_head(stands), []).append(one)
    return found


def _head(tree: Tree) -> str:
    """What tells most trees apart; nothing of a name."""
    if tree.kind == "call":
        return f"{ALIASES.get(tree.value, tree.value)}(" + "'" * tree.primes
    return "" if tree.kind in ("name", "number") else tree.value


def _is_like(pattern: Tree, tree: Tree, near: Around, found: dict[str, Tree]) -> bool:
    """Whether a part is what a line says that stands there, and what its letters are then."""
    if pattern.kind == "name":
        if pattern.value not in found:
            found[pattern.value] = tree
            return _is_of_kind(pattern.value, tree, near)
        return same(found[pattern.value], tree)
    if pattern.kind == "number" or tree.kind == "number":
        return same(pattern, tree)
    return (
        (pattern.kind, _head(pattern), pattern.keywords) == (tree.kind, _head(tree), tree.keywords)
        and len(pattern.args) == len(tree.args)
        and all(_is_like(*pair, near, found) for pair in zip(pattern.args, tree.args, strict=True))
    )


def _is_of_kind(letter: str, tree: Tree, near: Around) -> bool:
    if letter in "xyz":
        return True
    if letter in "ABC":
        return tree.kind != "number" and near.kind(tree) != "s"
    value = near.worth.of(tree)
    if value is None or value.kind not in _KINDS[letter]:
        return False
    return letter != "S" or value.is_square

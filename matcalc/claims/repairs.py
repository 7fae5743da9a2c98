"""Repairs in order: every one that is equal to the truth, the likeliest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from matcalc.claims.pieces import reordered
from matcalc.claims.point import Point, Worth
from matcalc.claims.pool import pool
from matcalc.claims.question import Question
from matcalc.claims.search import Change, Found, Search
from matcalc.claims.stacked import equal
from matcalc.claims.tidying import is_absurd, tidied
from matcalc.claims.tree import Tree, trees, walk

_FEW = 4  # words: where that is enough, no second change is looked for
_LENGTH = 0.15  # of a token of the repair
_FAR = 0.15  # of a token that the derived form has not
_COMPOUND = 1.0  # of a transpose of more than a letter
_EDIT = 0.3  # of a word that a step changes
_EXCHANGE = 1.0  # of one that is exchanged
_RANKED = 120
_LOOKED_AT = 40


class Repair(NamedTuple):
    """A line that is equal to the truth.

    Attributes:
        tree: The line.
        changes: What was changed of the claim.
        edits: How many words were.
        cost: By which repairs are ranked.
    """

    tree: Tree
    changes: tuple[Change, ...]
    edits: int
    cost: float

    @property
    def text(self) -> str:
        """The line in the input language."""
        return str(self.tree)


def repairs(
    question: Question, line: Tree, at: Point, others: Sequence[Point]
) -> tuple[Repair, ...]:
    """The repairs of a line, the likeliest first.

    Args:
        question: What it is held against.
        line: The line.
        at: The point to search at.
        others: Points at which what was found must hold too.
    """
    worth = Worth(at)
    pieces = pool(question, line, worth)
    search = Search(line, worth, pieces)
    found = search.one()
    if not found or min(_edits(each) for each in found) > _FEW:
        found += reordered(line, worth, pieces)
        found += search.two()
    derived = trees(question.derived)[-1].tree
    words = Counter(_tokens(derived))
    likely = sorted(found, key=lambda each: each.price)[:_RANKED]
    ranked = sorted((_ranked(each, words) for each in likely), key=lambda each: each.cost)
    kept: list[Repair] = []
    seen: set[str] = set()
    checks = [Worth(each) for each in others]
    for each in ranked[: 2 * _LOOKED_AT]:
        clean = each._replace(tree=tidied(each.tree))
        if clean.text in seen or is_absurd(clean.tree):
            continue
        seen.add(clean.text)
        if all(equal(check.of(clean.tree), check.at.truth) for check in checks):
            kept.append(clean)
            if len(kept) >= _LOOKED_AT:
                break
    return tuple(kept)


def _ranked(found: Found, words: Counter[str]) -> Repair:
    words_changed = [distance(_tokens(each.old), _tokens(each.new)) for each in found.changes]
    changed = sum(
        count * (_EXCHANGE if each.is_exchange else _EDIT)
        for count, each in zip(words_changed, found.changes, strict=True)
    )
    tokens = Counter(_tokens(found.tree))
    far = sum(((tokens - words) + (words - tokens)).values())
    compound = sum(
        part.kind == "transpose" and part.args[0].kind not in ("name", "call")
        for part in walk(found.tree)
    )
    length = sum(tokens.values())
    cost = changed + found.price + _LENGTH * length + _FAR * far + _COMPOUND * compound
    return Repair(found.tree, found.changes, sum(words_changed), cost)


def _edits(found: Found) -> int:
    return sum(distance(_tokens(each.old), _tokens(each.new)) for each in found.changes)


def _tokens(tree: Tree) -> list[str]:
    """The words of a line without its parentheses and commas between what is called."""
    found: list[str] = []
    for part in walk(tree):
        if part.kind == "transpose":
            found += [".", "T"]
        elif part.kind != "tuple":
            found.append(part.value)
            found += [","] * (len(part.args) - 1 if part.kind == "call" else 0)
            found += ["'"] * part.primes
    return found


def distance(one: Sequence[str], two: Sequence[str]) -> int:
    """How many words are put in, left out or replaced."""
    while one and two and one[0] == two[0]:
        one, two = one[1:], two[1:]
    while one and two and one[-1] == two[-1]:
        one, two = one[:-1], two[:-1]
    row = list(range(len(two) + 1))
    for i, x in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(two, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]

"""Repairs in order: every one that is equal to the truth, the likeliest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from matcalc.claims.pieces import reordered
from matcalc.claims.point import ClaimPoint, Worth
from matcalc.claims.pool import pool
from matcalc.claims.question import Question
from matcalc.claims.search import Search
from matcalc.claims.stacked import close, equal
from matcalc.claims.tidying import is_absurd, tidied
from matcalc.claims.tree import Change, Tree, TrueLine, op, same, turned, unplaced, walk, words

_FEW = 4  # words: where that is enough, no second change is looked for
_LENGTH = 0.15  # of a token of the repair
_FAR = 0.15  # of a token that the derived form has not
_COMPOUND = 1.3  # of a transpose of more than a letter
_NO_LETTER = 0.3  # as much of a transpose of a letter in an inverse
_EDIT = 0.3  # of a word that a step changes
_EXCHANGE = 0.7  # of one that is exchanged
_SECOND = 2.0  # of a second change; to write all anew is more than one mistake
_FOREIGN = 3.0  # of a function that neither the line nor the question uses
_TWICE = 2  # words: what it takes to strike out what stands there already
_SHARP = 1e-11  # relative: nearer than that is equal but for rounding
_BLURRED = 3.0  # of what is further off: a term may have drowned in a large one
_RANKED = 120
_LOOKED_AT = 40
_PLAIN = {"diag", "eye", "ones", "sum", "inv", "norm", "matrix_power"}


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
    question: Question, line: Tree, at: ClaimPoint, others: Sequence[ClaimPoint]
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
    likely = sorted(found, key=lambda each: each.price)[:_RANKED]
    return _kept(Ranking(question, line, worth), likely, [Worth(each) for each in others])


def _kept(
    ranking: Ranking, found: Sequence[TrueLine], checks: Sequence[Worth]
) -> tuple[Repair, ...]:
    """The repairs that hold at other points too, each once, the likeliest first."""
    kept: list[Repair] = []
    seen: set[str] = set()
    ranked = (ranking.of(one) for one in found)
    for each in sorted(ranked, key=lambda each: each.cost)[: 2 * _LOOKED_AT]:
        if each.text in seen or is_absurd(each.tree, ranking.worth.kind):
            continue
        seen.add(each.text)
        values = [(check.of(each.tree), check.at.truth) for check in checks]
        if all(equal(value, truth) for value, truth in values):
            blurred = not all(
                value and close(value.data, truth.data, _SHARP) for value, truth in values
            )
            kept.append(each._replace(cost=each.cost + _BLURRED * blurred))
            if len(kept) >= _LOOKED_AT:
                break
    return tuple(sorted(kept, key=lambda each: each.cost))


class Ranking:
    """By what repairs of a line are ranked.

    Args:
        question: What the line is held against.
        line: The line.
        worth: What parts are worth.
    """

    def __init__(self, question: Question, line: Tree, worth: Worth) -> None:
        self.line = line
        self.worth = worth
        self.derived = Counter(words(question.derived_tree))
        own = [line, *(each.tree for each in question.lines)]
        self.functions = {part.value for one in own for part in walk(one) if part.kind == "call"}

    def of(self, found: TrueLine) -> Repair:
        """A repair as people would write it; if that is not the same, as it was found."""
        clean = tidied(found.tree, self.worth.kind)
        if not equal(self.worth.of(clean), self.worth.at.truth):
            clean = found.tree
        return self._priced(found, clean)

    def _priced(self, found: TrueLine, tree: Tree) -> Repair:
        edits = [_words_changed(each) for each in found.changes]
        changed = sum(map(_weight, found.changes, edits))
        tokens = Counter(words(tree))
        far = sum(((tokens - self.derived) + (self.derived - tokens)).values())
        compound = _compound(tree) + _NO_LETTER * _within(tree) * (not _within(self.line))
        calls = {part.value for part in walk(tree) if part.kind == "call"}
        foreign = len(calls - self.functions - _PLAIN)
        cost = changed + found.price + _LENGTH * sum(tokens.values()) + _FAR * far
        is_rewrite = any(each.is_exchange and each.old is self.line for each in found.changes)
        cost += _SECOND * (len(found.changes) - 1 + is_rewrite)
        cost += _COMPOUND * compound + _FOREIGN * foreign
        return Repair(tree, found.changes, sum(edits), cost)


def _compound(tree: Tree) -> int:
    """How many transposes are of more than a letter."""
    turned = [part.args[0] for part in walk(tree) if part.kind == "transpose"]
    return sum(each.kind not in ("name", "call") for each in turned)


def _within(tree: Tree) -> int:
    """How many inverses are of a transpose; books write the transpose of the inverse."""
    return sum(
        part.facts.keeps_symmetry and part.args[0].kind == "transpose" for part in walk(tree)
    )


def _weight(change: Change, edits: int) -> float:
    """What a change costs by its words; what stands for ones is put in, and exchanges nothing."""
    exchanges = change.is_exchange and not change.old.calls("ones")
    return edits * (_EXCHANGE if exchanges else _EDIT)


def _words_changed(change: Change) -> int:
    """How many words a change changes; a factor that stands twice goes at once."""
    old, new = change.old, change.new
    if old.operator("-") and new.operator("-") and all(map(same, old.args, new.args[::-1])):
        return 1  # A - B turned round
    count = distance(words(old), words(new))
    return min(count, _TWICE) if change.causes[:1] == ("duplicated-factor",) else count


def _edits(found: TrueLine) -> int:
    return sum(distance(words(each.old), words(each.new)) for each in found.changes)


def distance(one: Sequence[str], two: Sequence[str]) -> int:
    """How many words are put in, left out or replaced.

    A column of the table of edits is two numbers, a bit for each word of the first line: where
    the next entry is one more, and where it is one less.

    Source: H. Hyyrö, A bit-vector algorithm for computing Levenshtein and Damerau edit distances,
    Nordic Journal of Computing 10 (2003), figure 6.

    >>> distance(["A", "@", "x"], ["A", ".", "T", "@", "x"])
    2
    >>> distance("kitten", "sitting"), distance("", "abc"), distance("abc", "")
    (3, 3, 3)
    """
    if not one:
        return len(two)
    places: dict[str, int] = {}
    for k, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << k
    full, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    more, less, found = full, 0, len(one)
    for word in two:
        equal = places.get(word, 0)
        diagonal = ((((equal & more) + more) ^ more) | equal | less) & full
        up, down = (less | ~(diagonal | more)) & full, diagonal & more
        found += bool(up & last) - bool(down & last)
        up, down = up << 1 | 1, down << 1
        more, less = (down | ~(diagonal | up)) & full, up & diagonal & full
    return found


Kind = Callable[[Tree], str]


class _Parted(NamedTuple):
    """A product as its arrays, in their order, and its numbers."""

    array: Tree | None
    numbers: tuple[str, ...] = ()


def but_for_numbers(repairs: Iterable[Repair], kind: Kind) -> Iterator[Repair]:
    """The first of repairs that differ in where a number stands: ``(a / c) @ b``, ``a @ b / c``.

    All are equal to the derivative, so where arrays are the same, numbers are equal by value.

    Args:
        repairs: The nearest first.
        kind: The kind of a part: ``s`` for a number.
    """
    seen: set[str] = set()
    for one in repairs:
        array, numbers = _parted(unplaced(one.tree), kind)
        key = str(array) if array is not None else " ".join(sorted(numbers))
        if key not in seen:
            seen.add(key)
            yield one


def _parted(tree: Tree, kind: Kind) -> _Parted:
    parts = [_parted(one, kind) for one in tree.args] if _is_product(tree, kind) else []
    if not parts:
        return _Parted(None, (str(tree),)) if kind(tree) == "s" else _Parted(tree)
    numbers = tuple(number for part in parts for number in part.numbers)
    if tree.kind == "negative":
        return parts[0]._replace(numbers=(*numbers, "-"))
    if tree.kind == "transpose":
        array = parts[0].array
        return _Parted(array and turned(array), numbers)
    if tree.operator("/"):
        inverses = tuple(f"/{number}" for number in parts[1].numbers)
        return _Parted(parts[0].array, (*parts[0].numbers, *inverses))
    arrays = [part.array for part in parts if part.array is not None]
    array = op(tree.value, *arrays) if len(arrays) > 1 else next(iter(arrays), None)
    return _Parted(array, numbers)


def _is_product(tree: Tree, kind: Kind) -> bool:
    """Whether a number in a part of it may stand before all of it."""
    if tree.operator("/"):
        return kind(tree.args[1]) == "s"
    return tree.kind in ("negative", "transpose") or tree.operator("@", "*")

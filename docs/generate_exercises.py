"""Writes docs/page/exercises.json: wrong lines to find the mistake in, each one verified.

Right lines of forward passes and of expressions are changed as people change them, by the edits of
``matcalc.claims``, and what ``matcalc check`` answers decides: a line is an exercise only if one
repair is the nearest, and all causes stand at one place, in one family; a second family is let pass
where a place may be read in two ways, and then either counts as right. How often a family comes is
how often it is met in real questions.

Run it with ``python docs/generate_exercises.py --again`` after what is answered was changed: the
lines that still are exercises stay. Then ``python docs/generate_lesson_exercises.py`` shows some of
them in the lessons. Without ``--again`` all lines are drawn anew; with ``--count 20 --level 2`` it
prints others, of other names and sizes, for a class.
"""

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import matcalc as mc
from exercise_subjects import SUBJECTS, Subject, lesson
from matcalc.claims.answer import Checked
from matcalc.claims.edits import Around, around
from matcalc.claims.families import BY_NAME
from matcalc.claims.forward import read_forward
from matcalc.claims.forward_question import of_forward
from matcalc.claims.mistakes import edits
from matcalc.claims.point import Worth, points
from matcalc.claims.question import Question, of_expression
from matcalc.claims.telling import sentence
from matcalc.claims.tree import Tree, names, op, trees, unplaced, walk, words
from matcalc.errors import MatcalcError

DATA = Path(__file__).parent / "page" / "exercises.json"

#: How many of a family among 64, as often as people ask of it; no family is left out.
MIX = {
    "does not fit": 18,
    "kind of product": 12,
    "factor": 9,
    "terms": 7,
    "chain rule": 7,
    "inverse": 5,
    "symmetry": 4,
    "the wrong thing": 2,
}
_PRICE = 1.3  # of a change that people make; dearer ones are for repairs alone
_LONGER = 1.35  # how much longer than the right line a wrong one may be
_ODD = re.compile(
    r"\*\* ?[^2]|\.T\.T|[-+*@/(] ?-|\d \* \d|0\.\d|[34] [-*]|\b1 \*|/ (?!norm|X)|= -|^-\w+ @"
)
_TRIED = 14  # wrong lines of a subject
_SIZES = (2, 3, 4, 5)


class Exercise(NamedTuple):
    """A wrong line, and what is to be found.

    Attributes:
        level: 1 shapes, 2 one step, 3 a whole network.
        layout: The layout in which it is judged.
        forward: The forward pass; nothing of an expression.
        of: The expression; nothing of a forward pass.
        wrt: What it is differentiated by.
        variables: The shapes: ``W2[3,2] z1[2]``.
        line: What somebody wrote.
        place: Where the mistake begins and ends in the line.
        cause: Its fine name.
        families: Its family, one of eight; and that of another reading of the same place.
        repair: The line, mended.
        why: Why, in sentences made of the case.
        lesson: The number of the lesson that tells the mistake.
    """

    level: int
    layout: str
    forward: str
    of: str
    wrt: str
    variables: str
    line: str
    place: tuple[int, int]
    cause: str
    families: tuple[str, ...]
    repair: str
    why: tuple[str, ...]
    lesson: int

    @property
    def about(self) -> tuple[str, ...]:
        """The forward pass; or the expression and what it is differentiated by."""
        return (self.forward,) if self.forward else (self.of, self.wrt)

    def answer(self) -> Checked:
        """What is answered to the line."""
        return _checked(self.line, self.about, self.variables, self.layout)


def _checked(line: str, about: Sequence[str], variables: str, layout: str) -> Checked:
    if len(about) == 1:
        return mc.check_formula(line, because=about[0], variables=variables, layout=layout)
    of, wrt = about
    return mc.check_formula(line, of=of, wrt=wrt, variables=variables, layout=layout)


def _question(line: str, about: Sequence[str], variables: str, layout: str) -> Question:
    """What a line is held against, whose parts have shapes."""
    if len(about) == 2:
        of, wrt = about
        return of_expression(of, wrt, variables, layout, None)
    name, _, formula = line.partition("=")
    forward = read_forward(about[0], variables, {}, layout, None)
    by = forward.gradient_by(name.strip())
    return of_forward(forward, by, names(trees(formula)[-1].tree))


def wrong_lines(line: str, about: Sequence[str], variables: str, layout: str) -> list[str]:
    """What people make of a right line, each with one change: no change puts a function around."""
    question = _question(line, about, variables, layout)
    name, equals, formula = line.rpartition("= ")
    tree = unplaced(trees(formula)[-1].tree)
    near = around(tree, Worth(points(question, 1)[0]))
    found: dict[str, None] = {}
    for part in walk(tree):
        changed = [one.tree for one in edits(part, near) if one.price <= _PRICE]
        for each in (*changed, *_others(part, near, question.wrt.name)):
            new = _exchanged(tree, part, each)
            text = str(new)
            if _calls(new) <= _calls(tree) and _is_likely(text, formula):
                found[name + equals + text] = None
    return [each for each in found if each != line]


def _is_likely(text: str, right: str) -> bool:
    """Whether somebody would write it in place of a right formula."""
    whole = text.count(").T") <= right.count(").T")  # people transpose letters
    return whole and len(text) < _LONGER * len(right) and not _ODD.search(text)


def _exchanged(tree: Tree, part: Tree, new: Tree) -> Tree:
    """A tree in which one part, where it stands, is another."""
    if tree is part:
        return new
    return tree._replace(args=tuple(_exchanged(each, part, new) for each in tree.args))


def _calls(tree: Tree) -> Counter[str]:
    return Counter(part.value for part in walk(tree) if part.kind == "call")


def _others(part: Tree, near: Around, wrt: str) -> Iterator[Tree]:
    """What no edit of a repair is: another name, the rule of numbers, a slope that counts twice."""
    if part.kind == "name":
        swapped = part.value.translate(str.maketrans("az", "za"))
        for other in (Tree("name", each) for each in (wrt, swapped) if each != part.value):
            if near.kind(other) == near.kind(part):
                yield other
    if part.calls("inv"):
        yield op("/", Tree("number", "1"), part.args[0])
    if part.operator("*") and part.args[0].kind != "number":
        yield op("*", part, part.args[1])


def exercise(
    line: str, level: int, about: Sequence[str], variables: str, layout: str
) -> Exercise | None:
    """The exercise that a wrong line makes; nothing where it has two answers, or none.

    Raises:
        MatcalcError: The line cannot be read.
    """
    found = _checked(line, about, variables, layout)
    families = tuple(dict.fromkeys(each.family for each in found.causes))
    if found.verdict in ("right", "cannot_tell") or found.sure != "only" or not all(families):
        return None
    if found.repair is None or found.assumptions or found.notes or not 1 <= len(families) <= 2:
        return None
    if level == 1 and found.verdict == "wrong_value":
        return None
    (cause, *others) = found.causes
    if any((each.start, each.end) != (cause.start, cause.end) for each in others):
        return None
    forward = about[0] if len(about) == 1 else ""
    of, wrt = about if len(about) == 2 else ("", "")
    why = tuple(
        dict.fromkeys((sentence(cause.says, f"{line} {found.repair} {found.truth}"), *found.why))
    )
    place = (cause.start, cause.end)
    told = lesson(layout, forward or of, line, cause.name)
    return Exercise(level, layout, forward, of, wrt, variables, line, place, cause.name,
                    families, found.repair, why, told)  # fmt: skip


def sized(subject: Subject, rng: random.Random) -> tuple[tuple[str, ...], str]:
    """What a subject is about, and its shapes: a number for each letter, all of them different."""
    letters = sorted(set(re.findall(r"[\[,]([a-z])\b", subject.variables)))
    number = dict(zip(letters, map(str, rng.sample(_SIZES, len(letters))), strict=True))
    variables = re.sub(r"(?<=[\[,])[a-z]\b", lambda one: number[one[0]], subject.variables)
    ones = re.compile(r"(?<=ones\()[a-z]\b")
    return tuple(ones.sub(lambda one: number[one[0]], text) for text in subject.about), variables


def candidates(rng: random.Random, levels: Sequence[int]) -> Iterator[Exercise]:
    """Exercises of all subjects, one of each subject after the other."""
    subjects = [
        (one, layout) for one in SUBJECTS if one.level in levels for layout in _layouts(one)
    ]
    rng.shuffle(subjects)
    waiting = [_wrong(subject, layout, rng) for subject, layout in subjects]
    while any(waiting):
        for lines in filter(None, waiting):
            made = lines.pop()()
            if made:
                yield made


def _layouts(subject: Subject) -> list[str]:
    return ["denominator", *(["numerator"] if subject.numerator else [])]


def _wrong(
    subject: Subject, layout: str, rng: random.Random
) -> list[Callable[[], Exercise | None]]:
    """What makes an exercise of each wrong line of a subject."""
    right = subject.denominator if layout == "denominator" else subject.numerator
    about, variables = sized(subject, rng)
    lines = wrong_lines(right, about, variables, layout)
    rng.shuffle(lines)
    made = partial(_made, right=right, level=subject.level)
    return [partial(made, each, about, variables, layout) for each in lines[:_TRIED]]


def _made(
    line: str, about: Sequence[str], variables: str, layout: str, *, right: str, level: int
) -> Exercise | None:
    """An exercise whose repair is the right line again, if in another order."""
    try:
        found = exercise(line, level, about, variables, layout)
    except MatcalcError:
        return None
    return found if found and _words(found.repair) == _words(right) else None


def _words(line: str) -> Counter[str]:
    return Counter(words(trees(line.rpartition("= ")[2])[-1].tree))


def chosen(rng: random.Random, count: int, levels: Sequence[int] = (1, 2, 3)) -> list[Exercise]:
    """Exercises, of each family as many as people ask of it, and of no kind too many."""
    waiting = list(dict.fromkeys(candidates(rng, levels)))
    share = count / sum(MIX.values())
    left = {family: max(1, round(share * many)) for family, many in MIX.items()}
    seen: Counter[object] = Counter()
    found: list[Exercise] = []
    while waiting and len(found) < count:
        best = min(waiting, key=lambda one: _weight(one, seen, left))
        waiting.remove(best)
        left[best.families[0]] -= 1
        seen.update(_kinds(best))
        found.append(best)
    return sorted(found, key=lambda one: (one.level, one.layout, one.about, one.line))


def _kinds(one: Exercise) -> tuple[object, ...]:
    return (one.level, one.layout), one.about, (one.about, one.cause), one.cause


def _weight(one: Exercise, seen: Counter[object], left: dict[str, int]) -> tuple[object, ...]:
    """The less, the sooner it is taken: what is due, what is new, what has one reading."""
    place, about, pair, cause = (seen[kind] for kind in _kinds(one))
    new = 3 * pair + about + place / 4 + cause / 3 + len(one.families) / 2 - one.level / 8
    return left[one.families[0]] <= 0, new, one


def page(count: int = 64) -> str:
    """The file as it should be."""
    return written(chosen(random.Random(16), count))  # noqa: S311 - no secrets


def again() -> str:
    """The file with the lines that it has, answered as they are today."""
    lines = json.loads(DATA.read_text(encoding="utf-8"))["exercises"]
    kept = [Exercise(**one) for one in lines]
    found = [exercise(one.line, one.level, one.about, one.variables, one.layout) for one in kept]
    return written([one for one in found if one is not None])


def written(exercises: Sequence[Exercise]) -> str:
    """Exercises as JSON, a line each, with what is known of the families."""
    families = {
        one.name: {"looks": one.looks, "why": one.why, "see": one.see, "mend": one.mend}
        for one in BY_NAME.values()
    }
    lines = ",\n".join(json.dumps(one._asdict(), ensure_ascii=False) for one in exercises)
    head = json.dumps(families, ensure_ascii=False, indent=1)
    return f'{{\n"families": {head},\n"exercises": [\n{lines}\n]\n}}\n'


def _main() -> None:
    parser = argparse.ArgumentParser(description="Exercises for docs/page.")
    parser.add_argument("--count", type=int, help="print so many others; else write the file")
    parser.add_argument("--again", action="store_true", help="keep the lines that are there")
    parser.add_argument("--level", type=int, choices=(1, 2, 3), action="append")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.count is None:
        DATA.write_text(again() if given.again else page(), encoding="utf-8")
    else:
        rng = random.Random(given.seed)  # noqa: S311 - no secrets
        sys.stdout.write(written(chosen(rng, given.count, given.level or (1, 2, 3))))


if __name__ == "__main__":
    _main()

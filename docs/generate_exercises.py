"""Writes docs/page/exercises.json: wrong lines to find the mistake in, each one verified.

Right lines of forward passes and of expressions are changed as people change them, by the edits of
``matcalc.claims``, and what ``matcalc check`` answers decides: a line is an exercise only if one
repair is the nearest, and all causes are of one family. How often a family comes is how often it
is met in real questions.

Run it with ``python docs/generate_exercises.py`` after what is answered was changed. With
``--count 20 --level 2 --seed 7`` it prints others, of other names and sizes, for a class.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import matcalc as mc
from matcalc.claims.answer import Checked
from matcalc.claims.edits import Around, around
from matcalc.claims.families import BY_NAME
from matcalc.claims.forward import Forward
from matcalc.claims.mistakes import edits
from matcalc.claims.point import Worth, points
from matcalc.claims.question import Question, of_expression
from matcalc.claims.tree import Tree, names, op, trees, unplaced, walk
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
_ODD = re.compile(r"\*\* ?[^2]|\.T\.T|[-+*@/(] ?-|\d \* \d|0\.\d|[34] [-*]|\b1 \*|/ (?!norm|X)|= -|^-\w+ @")
_SIZES = (2, 3, 4, 5)


class Subject(NamedTuple):
    """A derivative with the right line for it in each layout.

    Attributes:
        level: 1 shapes, 2 one step, 3 a whole network.
        about: A forward pass; or an expression and what it is differentiated by.
        variables: Their shapes, each size a letter.
        denominator: The right line in denominator layout.
        numerator: That in numerator layout; nothing where it is left out.
    """

    level: int
    about: tuple[str, ...]
    variables: str
    denominator: str
    numerator: str = ""


_LAYER = ("z = W @ x + b",)
_DEEP = ("z2 = W2 @ a1", "W2[n,m] a1[m]")
_STEP = "z1 = W1 @ x; a1 = {f}(z1); z2 = W2 @ a1"
_THREE = "z1 = W1 @ x; a1 = {f}(z1); z2 = W2 @ a1; a2 = {g}(z2); z3 = W3 @ a2"
_TWO_SHAPES = "x[k] W1[m,k] W2[n,m]"
_THREE_SHAPES = "x[k] W1[m,k] W2[n,m] W3[l,n]"
_SLOPES = {"tanh": "(1 - a{0}**2)", "sigmoid": "(a{0} * (1 - a{0}))", "relu": "step(z{0})"}


def _networks() -> Iterator[Subject]:
    """Lines of the backward pass of two layers and of three."""
    for f, slope in _SLOPES.items():
        s1, forward = slope.format(1), _STEP.format(f=f)
        row = f"{s1[:-1]}).T" if s1.startswith("(") else f"{s1}.T"
        yield Subject(2, (forward,), _TWO_SHAPES, f"dz1 = W2.T @ dz2 * {s1}", f"dz1 = dz2.T @ W2 * {row}")
        yield Subject(3, (forward,), _TWO_SHAPES, f"dW1 = (W2.T @ dz2 * {s1}) @ x.T", f"dW1 = x @ (dz2.T @ W2 * {row})")
        yield Subject(3, (forward,), _TWO_SHAPES, f"dx = W1.T @ (W2.T @ dz2 * {s1})", f"dx = (dz2.T @ W2 * {row}) @ W1")
        for g, other in _SLOPES.items():
            s2, three = other.format(2), _THREE.format(f=f, g=g)
            if f != g:
                yield Subject(3, (three,), _THREE_SHAPES, f"dz1 = W2.T @ (W3.T @ dz3 * {s2}) * {s1}")
                yield Subject(3, (three,), _THREE_SHAPES, f"dW2 = (W3.T @ dz3 * {s2}) @ a1.T")


SUBJECTS: tuple[Subject, ...] = (
    Subject(1, ("z = W @ x",), "W[m,n] x[n]", "dx = W.T @ dz", "dx = dz.T @ W"),
    Subject(1, ("z = W @ x",), "W[m,n] x[n]", "dW = dz @ x.T", "dW = x @ dz.T"),
    Subject(1, ("z = W @ V @ x",), "W[m,n] V[n,k] x[k]", "dx = V.T @ W.T @ dz", "dx = dz.T @ W @ V"),
    Subject(1, ("z = W @ V @ x",), "W[m,n] V[n,k] x[k]", "dV = W.T @ dz @ x.T", "dV = x @ dz.T @ W"),
    Subject(1, ("z = W @ V @ x",), "W[m,n] V[n,k] x[k]", "dW = dz @ (V @ x).T", "dW = V @ x @ dz.T"),
    Subject(1, ("Z = W @ X",), "W[m,n] X[n,k]", "dX = W.T @ dZ", "dX = dZ.T @ W"),
    Subject(1, ("Z = W @ X",), "W[m,n] X[n,k]", "dW = dZ @ X.T", "dW = X @ dZ.T"),
    Subject(1, ("Z = X @ W",), "X[k,m] W[m,n]", "dW = X.T @ dZ", "dW = dZ.T @ X"),
    Subject(1, ("Z = X @ W",), "X[k,m] W[m,n]", "dX = dZ @ W.T", "dX = W @ dZ.T"),
    Subject(1, ("tr(G.T @ X @ W)", "X"), "G[m,n] X[m,k] W[k,n]", "G @ W.T", "W @ G.T"),
    Subject(1, ("a.T @ X @ b", "X"), "a[m] X[m,n] b[n]", "a @ b.T", "b @ a.T"),
    Subject(1, ("Z = W @ X + b @ ones(k).T",), "W[m,n] X[n,k] b[m]", "db = sum(dZ, axis=1)"),
    Subject(1, ("z = W @ (x * s)",), "W[m,n] x[n] s[n]", "dx = W.T @ dz * s", "dx = dz.T @ W * s.T"),
    Subject(2, ("norm(A @ x - b)**2", "x"), "A[m,n] x[n] b[m]", "2 * A.T @ (A @ x - b)", "2 * (A @ x - b).T @ A"),
    Subject(2, ("norm(A @ x - b)**2 / 2", "x"), "A[m,n] x[n] b[m]", "A.T @ (A @ x - b)"),
    Subject(2, ("norm(A @ x - b)", "x"), "A[m,n] x[n] b[m]", "A.T @ (A @ x - b) / norm(A @ x - b)"),
    Subject(2, ("norm(W @ x - y)**2", "W"), "W[m,n] x[n] y[m]", "2 * (W @ x - y) @ x.T", "2 * x @ (W @ x - y).T"),
    Subject(2, ("norm(A @ x - b)**2 + norm(x)**2", "x"), "A[m,n] x[n] b[m]", "2 * A.T @ (A @ x - b) + 2 * x"),
    Subject(2, ("norm(A @ X - B)**2", "X"), "A[m,n] X[n,k] B[m,k]", "2 * A.T @ (A @ X - B)"),
    Subject(2, ("norm(x - mu)", "x"), "x[n] mu[n]", "(x - mu) / norm(x - mu)", "(x - mu).T / norm(x - mu)"),
    Subject(2, ("x.T @ A @ x", "x"), "x[n] A[n,n]", "(A + A.T) @ x", "x.T @ (A + A.T)"),
    Subject(2, ("x.T @ A @ x + b.T @ x", "x"), "x[n] A[n,n] b[n]", "(A + A.T) @ x + b", "x.T @ (A + A.T) + b.T"),
    Subject(2, ("x.T @ A @ y", "x"), "x[m] A[m,n] y[n]", "A @ y", "y.T @ A.T"),
    Subject(2, ("tr(X.T @ A @ X)", "X"), "X[m,n] A[m,m]", "(A + A.T) @ X", "X.T @ (A + A.T)"),
    Subject(2, ("tr(X.T @ A @ X @ B)", "X"), "X[m,n] A[m,m] B[n,n]", "A @ X @ B + A.T @ X @ B.T"),
    Subject(2, ("tr(X @ A @ X)", "X"), "X[n,n] A[n,n]", "(A @ X + X @ A).T", "A @ X + X @ A"),
    Subject(2, ("(a.T @ x) * (b.T @ x)", "x"), "a[n] b[n] x[n]", "(b.T @ x) * a + (a.T @ x) * b"),
    Subject(2, ("logdet(X)", "X"), "X[n,n]", "inv(X).T", "inv(X)"),
    Subject(2, ("logdet(A @ X)", "X"), "A[n,n] X[n,n]", "inv(X).T", "inv(X)"),
    Subject(2, ("tr(A @ inv(X))", "X"), "A[n,n] X[n,n]", "-(inv(X) @ A @ inv(X)).T", "-inv(X) @ A @ inv(X)"),
    Subject(2, ("a.T @ inv(X) @ b", "X"), "a[n] X[n,n] b[n]", "-inv(X).T @ a @ b.T @ inv(X).T"),
    Subject(2, ("sum(tanh(A @ x))", "x"), "A[m,n] x[n]", "A.T @ (1 - tanh(A @ x)**2)", "(1 - tanh(A @ x)**2).T @ A"),
    Subject(2, ("sum(exp(A @ x))", "x"), "A[m,n] x[n]", "A.T @ exp(A @ x)", "exp(A @ x).T @ A"),
    Subject(2, ("sum(sigmoid(A @ x))", "x"), "A[m,n] x[n]", "A.T @ (sigmoid(A @ x) * (1 - sigmoid(A @ x)))"),
    Subject(2, ("A @ exp(x)", "x"), "A[m,n] x[n]", "diag(exp(x)) @ A.T", "A @ diag(exp(x))"),
    Subject(2, ("tanh(A @ x)", "x"), "A[m,n] x[n]", "A.T @ diag(1 - tanh(A @ x)**2)", "diag(1 - tanh(A @ x)**2) @ A"),
    Subject(2, ("tr(X.T @ D)", "X"), "X[m,n] D[m,n]", "D", "D.T"),
    *_networks(),
)  # fmt: skip


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
        return of_expression(*about, variables, layout, None)
    name, _, formula = line.partition("=")
    forward = Forward(about[0], variables, {}, None)
    by = forward.gradient_by(name.strip())
    return forward.question(by, layout, names(trees(formula)[-1].tree))


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
    why = tuple(dict.fromkeys((_sentence(cause.says), *found.why)))
    place = (cause.start, cause.end)
    return Exercise(level, layout, forward, of, wrt, variables, line, place, cause.name,
                    families, found.repair, why)  # fmt: skip


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" if text.endswith(".") else f"{text[:1].upper()}{text[1:]}."


def sized(subject: Subject, rng: random.Random) -> tuple[tuple[str, ...], str]:
    """What a subject is about, and its shapes: a number for each letter, all of them different."""
    letters = sorted(set(re.findall(r"[\[,]([a-z])\b", subject.variables)))
    number = dict(zip(letters, map(str, rng.sample(_SIZES, len(letters))), strict=True))
    variables = re.sub(r"(?<=[\[,])[a-z]\b", lambda one: number[one[0]], subject.variables)
    ones = re.compile(r"(?<=ones\()[a-z]\b")
    return tuple(ones.sub(lambda one: number[one[0]], text) for text in subject.about), variables


def candidates(rng: random.Random, levels: Sequence[int]) -> Iterator[Exercise]:
    """Exercises of all subjects, one of each subject after the other."""
    subjects = [(one, layout) for one in SUBJECTS if one.level in levels for layout in _layouts(one)]
    rng.shuffle(subjects)
    waiting = [_wrong(subject, layout, rng) for subject, layout in subjects]
    while any(waiting):
        for lines in filter(None, waiting):
            made = lines.pop()()
            if made:
                yield made


def _layouts(subject: Subject) -> list[str]:
    return ["denominator", *(["numerator"] if subject.numerator else [])]


def _wrong(subject: Subject, layout: str, rng: random.Random) -> list[Callable[[], Exercise | None]]:
    """What makes an exercise of each wrong line of a subject."""
    right = subject.denominator if layout == "denominator" else subject.numerator
    about, variables = sized(subject, rng)
    lines = wrong_lines(right, about, variables, layout)
    rng.shuffle(lines)
    return [partial(_made, each, subject.level, about, variables, layout) for each in lines]


def _made(
    line: str, level: int, about: Sequence[str], variables: str, layout: str
) -> Exercise | None:
    try:
        return exercise(line, level, about, variables, layout)
    except MatcalcError:
        return None


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
    return written(chosen(random.Random(16), count))


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
    parser.add_argument("--level", type=int, choices=(1, 2, 3), action="append")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.count is None:
        DATA.write_text(page(), encoding="utf-8")
    else:
        print(written(chosen(random.Random(given.seed), given.count, given.level or (1, 2, 3))))


if __name__ == "__main__":
    _main()

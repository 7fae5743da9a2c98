"""A claim at one point: what its parts are worth, whether they fit or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from matcalc.arrays import Array
from matcalc.checking.random_points import choices_of_sizes, random_points
from matcalc.checking.verdict import relative_error
from matcalc.claims.functions import by_rule, called
from matcalc.claims.question import Question
from matcalc.claims.stacked import Stack, one, operated, transposed
from matcalc.claims.tree import Tree
from matcalc.diagnosis.side_by_side import meetings_at
from matcalc.errors import MatcalcError, UnboundError
from matcalc.expression import Declared
from matcalc.expression.formula import NO_FUNCTIONS, Functions
from matcalc.graph import Node
from matcalc.plan import evaluate

_TRIES = 12
_PASSES = 3  # in which names find what they are made of
_MOVED = 1e-12  # relative
_LOST = 1e-8  # where more is moved, digits are lost
_SIGNS = ("operator", "negative", "transpose")


class ClaimPoint(NamedTuple):
    """Numbers for everything that a claim may name.

    Attributes:
        sizes: The sizes of dimensions.
        values: What each name is worth; a size is a number.
        truth: The derivative as the layout writes it.
        functions: The functions entry by entry that the question knows.
        declared: The functions that were declared, their shapes at these sizes.
        flat: Whether what is differentiated fits as NumPy's one-dimensional arrays alone: then a
            product of a vector and a matrix that does not fit as a column is theirs, ``x @ A``.
        strict: Whether a number is no term beside a vector, as on paper.
    """

    sizes: Mapping[str, int]
    values: Mapping[str, Stack]
    truth: Stack
    functions: tuple[str, ...] = ()
    declared: Functions = NO_FUNCTIONS
    flat: bool = False
    strict: bool = False


def points(question: Question, count: int, claimed: Sequence[Node] = ()) -> list[ClaimPoint]:
    """Points at small sizes that all differ, where the derivative and all names have good digits.

    Args:
        question: What they are points of.
        count: How many.
        claimed: What was claimed, where it fits: places of entries that sizes must reach.

    Raises:
        UnboundError: There is none.
    """
    roots = [question.truth, *question.meanings.values(), *claimed]
    variables = question.formula.variables.values()
    found: list[ClaimPoint] = []
    for sizes in choices_of_sizes(roots, variables, question.declared):
        asked = tuple(sizes.items())
        if asked not in question.reached:
            question.reached[asked] = _at_sizes(question, sizes)
        here = question.reached[asked]
        if here is not None:
            found.append(here)
        if len(found) == count:
            return found
    if not found:
        raise UnboundError("not finite at random points; say what is known: x[n]:positive")
    return found


def _at_sizes(question: Question, sizes: Mapping[str, int]) -> ClaimPoint | None:
    """The first point at some sizes with good digits; nothing where there is none."""
    rng = np.random.default_rng(7)
    tried = random_points(question.formula, question.declared, sizes, rng, _TRIES)
    for arrays in _on_both_sides(question.kinks, tried, sizes):
        here = at_point(question, arrays, sizes)
        if here is not None and _has_digits(question, here, arrays):
            return here
    return None


def points_at(
    question: Question,
    sizes: Mapping[str, int],
    declared: Mapping[str, Declared] | None = None,
) -> Iterator[ClaimPoint]:
    """Points at given sizes, as many as are asked for up to a number.

    Args:
        question: What they are points of.
        sizes: The sizes.
        declared: What is known of the variables, where that is more than the question says.
    """
    rng = np.random.default_rng(7)
    known = question.declared if declared is None else declared
    tried = random_points(question.formula, known, sizes, rng, _TRIES)
    for arrays in tried:
        here = quick_point(question, arrays, sizes)
        if here is not None:
            yield here


def points_of_claims(question: Question, sizes: Mapping[str, int]) -> list[ClaimPoint]:
    """Where a claim is held against the derivative: near and far, on both sides of kinks."""
    truth, known = question.truth, (question.formula, question.declared)
    with suppress(MatcalcError):  # too few of them are finite
        met = meetings_at(truth, truth, *known, dict(sizes))
        found = (quick_point(question, one.arrays, sizes) for one in met)
        return [one for one in found if one is not None]
    return []


def quick_point(
    question: Question, arrays: Mapping[str, Array], sizes: Mapping[str, int]
) -> ClaimPoint | None:
    """The same as :func:`at_point`, of the derivative as it is written: faster, for trying."""
    values = _given(question, arrays, sizes)
    at = ClaimPoint(sizes, values, one(0.0), *_known(question, sizes))
    left = {name: tree for name, tree in question.spelled.items() if name not in values}
    for _ in range(_PASSES):
        for name in list(left):
            found = Worth(at).of(left[name])
            if found is not None:
                values[name] = found
                del left[name]
    truth = Worth(at).of(question.derived_tree)
    if truth is None:  # it is written with what no claim is written with
        return at_point(question, arrays, sizes)
    if not np.all(np.isfinite(truth.data)):
        return None
    return at._replace(truth=truth)


def _given(
    question: Question, arrays: Mapping[str, Array], sizes: Mapping[str, int]
) -> dict[str, Stack]:
    """The variables, and the sizes as numbers."""
    given = {**sizes, **arrays}
    return {name: _value(name, value, question) for name, value in given.items()}


def _value(name: str, array: Any, question: Question) -> Stack:
    """A value; a gradient in numerator layout is a row."""
    return one(np.reshape(array, -1), row=True) if name in question.rows else one(array)


def _on_both_sides(
    kinks: Sequence[Node], tried: Iterable[Mapping[str, Array]], sizes: Mapping[str, int]
) -> Iterator[Mapping[str, Array]]:
    """Points in the order of how many kinks they see from one side alone."""
    later: list[tuple[int, Mapping[str, Array]]] = []
    for arrays in tried:
        count = _one_sided(kinks, arrays, sizes)
        if not count:
            yield arrays
        else:
            later.append((count, arrays))
    yield from (arrays for _, arrays in sorted(later, key=lambda each: each[0]))


def _one_sided(kinks: Sequence[Node], arrays: Mapping[str, Array], sizes: Mapping[str, int]) -> int:
    """How many kinks have all entries on one side: there a slope may seem to be 1, or 0."""
    count = 0
    for kink in kinks:
        with suppress(MatcalcError):
            sides = np.signbit(evaluate(kink, arrays, sizes))
            count += bool(sides.all() or not sides.any())
    return count


def at_point(
    question: Question, arrays: Mapping[str, Array], sizes: Mapping[str, int]
) -> ClaimPoint | None:
    """All numbers at a point; nothing where one is not finite."""
    values = _given(question, arrays, sizes)
    try:
        for name, node in question.numeric_meanings.items():
            values[name] = _value(name, evaluate(node, arrays, sizes), question)
        entries = np.asarray(evaluate(question.numeric_truth, arrays, sizes))
    except MatcalcError:
        return None
    if not np.all(np.isfinite(entries)):
        return None
    truth = laid(question.right(entries, sizes), question)
    return ClaimPoint(sizes, values, truth, *_known(question, sizes))


def _known(question: Question, sizes: Mapping[str, int]) -> tuple[tuple[str, ...], Functions, bool]:
    """What a point knows of its question."""
    return question.functions, question.at(sizes), not question.formula.columns


def _has_digits(question: Question, here: ClaimPoint, arrays: Mapping[str, Array]) -> bool:
    """Whether rounding moves little: the derivative, and the formula whose inverses it may lack."""
    rng = np.random.default_rng(1)
    sizes = here.sizes

    def moved(value: Array) -> Array:
        return value * (1 + _MOVED * rng.uniform(-1, 1, np.shape(value)))

    with suppress(MatcalcError):
        near = np.asarray(evaluate(question.numeric_truth, arrays, sizes, rounding=moved))
        if relative_error(here.truth.entries()[0], question.right(near, sizes)) > _LOST:
            return False
        whole = question.numeric_formula
        if whole is None:
            return True
        exact = np.asarray(evaluate(whole, arrays, sizes))
        near = np.asarray(evaluate(whole, arrays, sizes, rounding=moved))
        return relative_error(exact, near) <= _LOST
    return False


def laid(entries: Array, question: Question) -> Stack:
    """A derivative as a value: a vector stands or lies as the layout has it."""
    form = question.form
    lies = form.matrix_form is not None and len(form.form) == 1 and not form.matrix_form[0]
    if question.rows and question.of.shape:
        return one(entries.reshape(-1), row=question.layout == "numerator")
    return one(entries, row=lies)


class Worth:
    """What parts of claims are worth at a point, each found once."""

    def __init__(self, at: ClaimPoint) -> None:
        self.at = at
        self._known: dict[int, tuple[Tree, Any]] = {}

    def of(self, tree: Tree) -> Stack | None:
        """The value of a part; nothing where it does not fit or is no number."""
        found = self.raw(tree)
        return found if isinstance(found, Stack) else None

    def kind(self, tree: Tree) -> str:
        """The kind of a part: s, c, r, m, t, or nothing where it does not fit."""
        value = self.of(tree)
        return value.kind if value is not None else ""

    def raw(self, tree: Tree) -> Any:
        """The same; text and tuples are as they are."""
        key = id(tree)
        if key not in self._known:
            found = self.made(tree, [self.raw(arg) for arg in tree.args])
            self._known[key] = tree, found
        return self._known[key][1]

    def made(self, tree: Tree, args: Sequence[Any]) -> Any:
        """What a step makes of what it takes."""
        if not args:
            return self._leaf(tree)
        if any(arg is None for arg in args):
            return None
        if tree.kind == "tuple":
            return tuple(args)
        if tree.kind == "call":
            return called(tree, args, self.at.declared)
        if tree.kind not in _SIGNS:  # brackets: entries, slices, blocks
            return by_rule(tree, args)
        return self._operated(tree, args) if all(isinstance(arg, Stack) for arg in args) else None

    def _leaf(self, tree: Tree) -> Any:
        if tree.kind == "number":
            return one(float(tree.value))
        return self.at.values.get(tree.value) if tree.kind == "name" else tree.value

    def _operated(self, tree: Tree, args: Sequence[Stack]) -> Stack | None:
        if tree.kind == "negative":
            return args[0]._replace(data=-args[0].data)
        if tree.kind == "transpose":
            return transposed(args[0])
        if self.at.strict and tree.operator("+", "-") and _is_beside_number(tree, *args):
            return None
        made = operated(tree.value, args[0], args[1])
        if made is None and self.at.flat and tree.operator("@") and args[0].kind == "c":
            row = operated(
                "@", transposed(args[0]), args[1]
            )  # of two vectors which is the question
            return transposed(row) if row and row.kind == "r" else None
        return made


def _is_beside_number(tree: Tree, one: Stack, two: Stack) -> bool:
    """Whether a number that is not written out stands beside something of more entries."""
    first, second = tree.args
    alone = [arg for arg, value in ((first, one), (second, two)) if value.kind == "s"]
    return len(alone) == 1 and not alone[0].is_spread

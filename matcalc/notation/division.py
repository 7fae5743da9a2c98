"""Long and deep formulas as several: what is too long to be read gets names for its parts.

The input language bounds how many steps one formula takes and how deep parentheses go, and so do
the walks over phrases that follow parentheses. What is printed must be read again, so that it is
divided before it passes either bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from matcalc.notation import phrases, tree
from matcalc.notation.tree import Phrase, operands_first

DEPTH = 80  # pieces within one another
STEPS = 2000  # names, numbers, operations and transposes of one formula
_PART = 500  # steps: a part that has more gets a name, if the whole must be divided
_SEVERAL = {"plus": phrases.plus, "matmul": phrases.matmul, "times": phrases.times}


class _Weighed(NamedTuple):
    """A phrase, and how many steps it takes to read it."""

    phrase: Phrase
    steps: int


def divided(root: Phrase, let: Callable[[Phrase], Phrase]) -> Phrase:
    """A phrase with names for parts of it, if it is too long or too deep; iterative.

    Args:
        root: The phrase.
        let: Gives a phrase a name, and returns what stands for it.
    """
    if root.depth <= DEPTH and root.size <= STEPS // 2:
        return root
    listed = list(operands_first(root))
    if root.depth <= DEPTH and _steps(listed) <= STEPS:
        return root
    done: dict[int, _Weighed] = {}
    for phrase in listed:
        parts = [done[id(arg)] for arg in phrase.args]
        while sum(part.steps for part in parts) > STEPS // 2 and phrase.op in _SEVERAL:
            fewer = _bundled(phrase.op, parts, let)
            if len(fewer) == len(parts):
                break
            parts = fewer
        again = tree.with_args(phrase, [part.phrase for part in parts])
        steps = _own(again) + sum(part.steps for part in parts)
        if phrase is not root and (steps > _PART or again.depth >= DEPTH // 2):
            again, steps = let(again), 2
        done[id(phrase)] = _Weighed(again, steps)
    return done[id(root)].phrase


def _steps(listed: Sequence[Phrase]) -> int:
    """The steps of a phrase, written out; it and what it is made of, operands first."""
    steps: dict[int, int] = {}
    for phrase in listed:
        steps[id(phrase)] = _own(phrase) + sum(steps[id(arg)] for arg in phrase.args)
    return steps[id(listed[-1])]


def _own(phrase: Phrase) -> int:
    """The steps that a phrase adds to those of its pieces."""
    if phrase.op in _SEVERAL or phrase.op == "over":
        return len(phrase.args) - 1
    return 3 if phrase.op == "power" else 1 + len(phrase.parameters)


def _bundled(op: str, parts: Sequence[_Weighed], let: Callable[[Phrase], Phrase]) -> list[_Weighed]:
    """Neighbours of one kind under one name, as many as are a part."""
    runs: list[list[_Weighed]] = []
    for part in parts:
        kind = part.phrase.kind
        joins = bool(runs) and runs[-1][-1].phrase.kind == kind
        joins = joins and (op != "matmul" or kind == "matrix")
        if joins and sum(one.steps + 1 for one in runs[-1]) + part.steps <= _PART:
            runs[-1].append(part)
        else:
            runs.append([part])
    made = _SEVERAL[op]
    return [
        run[0] if len(run) == 1 else _Weighed(let(made([part.phrase for part in run])), 2)
        for run in runs
    ]

"""True formulas changed at one place: what may not be called right if it is another function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from columns import evaluated

from matcalc.claims.tree import Tree, called, negative, number, op, trees, turned, walk

_SIGNS = "+-*/@"
_FUNCTIONS = ("exp", "tanh", "sin", "relu", "step", "sign", "abs", "sigmoid")
_OF_WHOLE = ("sum", "mean", "norm", "tr", "det", "diag", "inv", "softmax")
_SIZES = ((2, 3, 4, 5, 6, 7), (3, 2, 5, 4, 7, 6))
_SCALES = (0.3, 1.0, 3.0)


def neighbours(text: str, names: Sequence[str]) -> Iterator[str]:
    """Formulas that differ from one by an edit of one part; other names are sizes, which stay."""
    line = trees(text)[-1].tree
    seen = {str(line)}
    for part in list(walk(line)):
        for new in _instead(part, names):
            made = str(with_part(line, part, new))
            if made not in seen:
                seen.add(made)
                yield made


def _instead(part: Tree, names: Sequence[str]) -> Iterator[Tree]:
    if part.kind in ("tuple", "text") or (part.kind == "name" and part.value not in names):
        return
    yield negative(part)
    if part.kind != "number":
        yield turned(part)
    yield op("*", number("2"), part)
    yield op("**", part, number("2"))
    if part.kind == "name":
        yield from (Tree("name", name) for name in names if name != part.value)
    if part.kind == "number":
        yield from (
            number(digits) for digits in ("0", "1", "2", "3", "0.5") if digits != part.value
        )
    if part.kind == "operator" and part.value in _SIGNS:
        yield from part.args
        yield from (op(sign, *part.args) for sign in _SIGNS if sign != part.value)
        yield called("outer", *part.args)
        yield op(part.value, part.args[1], part.args[0])
        yield from _of_operation(part.value, *part.args)
    if part.operator("**"):
        yield from (op("**", part.args[0], number(digits)) for digits in ("1", "3", "0.5"))
    if part.kind == "transpose":
        yield part.args[0]
    if part.kind == "call" and len(part.args) == 1:
        yield part.args[0]
        alike = _OF_WHOLE if part.value in _OF_WHOLE else _FUNCTIONS
        yield from (called(name, *part.args) for name in alike if name != part.value)
    elif part.kind != "number":
        around = ("step", "abs", "diag", "sum", "norm", "tr", "inv")
        yield from (called(name, part) for name in around)


def _of_operation(sign: str, one: Tree, two: Tree) -> Iterator[Tree]:
    """A factor or a term twice, turned alone, or bound otherwise."""
    yield op(sign, op(sign, one, two), two)
    yield op(sign, one, op(sign, one, two))
    if one.kind != "number":
        yield op(sign, turned(one), two)
    if two.kind != "number":
        yield op(sign, one, turned(two))
    if one.kind == "operator":
        yield op(one.value, one.args[0], op(sign, one.args[1], two))
    if two.kind == "operator":
        yield op(two.value, op(sign, one, two.args[0]), two.args[1])


def with_part(tree: Tree, old: Tree, new: Tree) -> Tree:
    """A formula with another part in the place of one."""
    if tree is old:
        return new
    return tree._replace(args=tuple(with_part(arg, old, new) for arg in tree.args))


def points(
    shapes: Mapping[str, Sequence[str]],
) -> Iterator[tuple[dict[str, object], dict[str, int]]]:
    """Numbers small, usual and large, at two choices of sizes, on every side of most kinks."""
    rng = np.random.default_rng(23)
    axes = sorted({axis for shape in shapes.values() for axis in shape if not axis.isdigit()})
    for sizes in (dict(zip(axes[::-1], some, strict=False)) for some in _SIZES):
        for scale in _SCALES:
            for _ in range(3):
                yield (
                    {
                        name: scale
                        * rng.normal(size=[sizes.get(axis) or int(axis) for axis in shape])
                        for name, shape in shapes.items()
                    },
                    sizes,
                )


def differs(true: str, other: str, shapes: Mapping[str, Sequence[str]]) -> bool:
    """Whether a formula is surely another function than a true one."""
    for arrays, sizes in points(shapes):
        right, given = (evaluated(text, arrays, sizes) for text in (true, other))
        if right is None:
            continue
        if given is None or given.shape != right.shape:
            return True
        if np.max(np.abs(given - right)) > 1e-6 * (np.max(np.abs(right)) + 1e-9):
            return True
    return False


def sampled(every: Iterator[str], count: int, seed: int) -> list[str]:
    """Some of many, spread over all."""
    found = list(islice(every, 4000))
    order = np.random.default_rng(seed).permutation(len(found))[:count]
    return [found[k] for k in sorted(order)]

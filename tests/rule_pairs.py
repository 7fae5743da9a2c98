# ruff: noqa: S311 - random for tests, not for secrets

"""Every rule inside every rule: formulas whose shapes fit, each beside a function of its own.

Faults live between two rules. :func:`pairs` lists all of them: for each rule (at each signature)
and each of its operands the rules whose result can stand there. A pair, or a random triple, as a
formula knows how it is written in the input language, its variables with their sizes (all
different: 2, 3, 5, 7), points in the domain of its operations, and its value in NumPy's words,
which share nothing with matcalc but the functions of the rules.

>>> found = pair_of("cross", 1, "cross").nested()
>>> found.text, found.declarations
('cross(a1, cross(a, b))', 'a[3] b[3] a1[3]')
>>> found.tied().text, found.summed().text
('cross(a, cross(a, a))', 'sum(cross(a1, cross(a, b)))')
>>> point = next(found.points())
>>> found.derivative("b", point).shape
(3, 3)
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from itertools import product
from random import Random
from typing import Any, NamedTuple

import numpy as np
from derivative_checks import measured
from einops import EinopsError
from numpy.typing import NDArray
from operations.cases import CASES, NO_FIRST_ORDER, Case

from matcalc import dimensions
from matcalc.checking.registration import POINTS
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import MatcalcError
from matcalc.operations import parse_signature

Array = NDArray[Any]
Equation = tuple[Dimension, Dimension]

_SIZES = (2, 3, 5, 7, 4, 6, 8, 9, 10, 12)
_NAMES = ("n", "m", "k", "p", "i", "j", "d", "h", "l", "r", "u", "w")
_LARGEST = 6000  # entries of a result times those of a variable
_TRIES = 12
_DRAWS: tuple[str, ...] = ("", "positive", "unit", "small")  # "": of its own domain


@dataclass(frozen=True)
class Nested:
    """An application of rules to one another.

    Attributes:
        text: How it is written in the input language.
        shape: The shape of the result.
        variables: Shape and domain of each variable; the innermost rule's come first.
        function: Its value, of the arrays of the variables by name.
        needs: What the inner results must be like, for a point: a function of the arrays.
        sizes: A number for each name of a dimension.
    """

    text: str
    shape: Shape
    variables: Mapping[str, tuple[Shape, str]]
    function: Callable[[Mapping[str, Array]], Array]
    needs: tuple[Callable[[Mapping[str, Array]], bool], ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def declarations(self) -> str:
        """The variables with their shapes, in names of dimensions."""
        return " ".join(
            f"{name}[{','.join(map(str, shape))}]" if shape else name
            for name, (shape, _) in self.variables.items()
        )

    def array_shape(self, shape: Shape) -> tuple[int, ...]:
        """A shape in numbers."""
        return tuple(dimensions.evaluate(size, self.sizes) for size in shape)

    def value(self, arrays: Mapping[str, Array]) -> Array:
        """The value in NumPy's words; nan where it has none."""
        with np.errstate(all="ignore"):
            try:
                return np.asarray(self.function(arrays), float)
            except (np.linalg.LinAlgError, ValueError, IndexError, EinopsError):
                return np.full(self.array_shape(self.shape), np.nan)

    def points(self, seed: int = 0) -> Iterator[dict[str, Array]]:
        """Arrays for the variables, in the domain of every rule; a few, other ones each time."""
        rng = np.random.default_rng([seed, zlib.crc32(self.text.encode())])
        for attempt in range(_TRIES):
            chosen = _DRAWS[attempt % len(_DRAWS)]
            arrays = {
                name: np.asarray(_drawn(domain, chosen, self.array_shape(shape), rng), float)
                for name, (shape, domain) in self.variables.items()
            }
            if np.isfinite(self.value(arrays)).all() and self._is_fit(arrays):
                yield arrays

    def _is_fit(self, arrays: Mapping[str, Array]) -> bool:
        with np.errstate(all="ignore"):
            return all(need(arrays) for need in self.needs)

    def derivative(self, wrt: str, arrays: Mapping[str, Array]) -> Array | None:
        """Central differences, axes of the result first; nothing near a kink."""
        return measured(lambda x: self.value({**arrays, wrt: x}), arrays[wrt])

    def summed(self) -> Nested:
        """The sum of the entries: a number, whose derivative has matrix notation."""
        return replace(
            self,
            text=f"sum({self.text})",
            shape=(),
            function=lambda arrays: np.sum(self.function(arrays)),
        )

    def weighted(self) -> Nested:
        """The sum of the entries, each times an entry of an array of its own: a number."""
        weight = {"weight": (self.shape, "real")}
        return replace(
            self,
            text=f"sum(weight * {self.text})",
            shape=(),
            variables={**self.variables, **weight},
            function=lambda arrays: np.sum(arrays["weight"] * self.function(arrays)),
        )

    def tied(self) -> Nested:
        """The same with one variable in place of two that have one shape and any numbers."""
        kept: dict[Shape, str] = {}
        renamed = {
            name: kept.setdefault(shape, name)
            for name, (shape, domain) in self.variables.items()
            if domain == "real"
        }
        names = {one: other for one, other in renamed.items() if one != other}
        if not names:
            return self

        def back(arrays: Mapping[str, Array]) -> Mapping[str, Array]:
            return {**arrays, **{one: arrays[other] for one, other in names.items()}}

        return replace(
            self,
            text=_renamed(self.text, names),
            variables={n: one for n, one in self.variables.items() if n not in names},
            function=lambda arrays: self.function(back(arrays)),
            needs=tuple(_after(back, need) for need in self.needs),
        )


def _after(
    back: Callable[[Mapping[str, Array]], Mapping[str, Array]],
    need: Callable[[Mapping[str, Array]], bool],
) -> Callable[[Mapping[str, Array]], bool]:
    return lambda arrays: need(back(arrays))


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """A formula with variables under other names; neither functions nor keywords change."""
    return re.sub(r"(?<![\w\"])\w+\b(?![(=\"])", lambda word: names.get(word[0], word[0]), text)


def _drawn(domain: str, chosen: str, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return POINTS[chosen if chosen and domain == "real" else domain](shape, rng)


class Spec(NamedTuple):
    """An application of a rule before it is known what its operands are."""

    operands: tuple[tuple[str, Shape, str], ...]
    shape: Shape


def _spec(case: Case, level: int, open_ended: Shape) -> Spec:
    """The operands and the result of a rule, its dimensions under names of this level."""
    signature = parse_signature(case.signature)
    every = [*signature.operands, signature.result]
    names = {
        n for one in every for size in one.shape if size != "..." for n in dimensions.names(size)
    }
    fresh: dict[str, Dimension] = {name: f"{name}_{level}" for name in names}

    def shape(given: Shape) -> Shape:
        closed = given[1:] if given[:1] == ("...",) else given
        opened = open_ended if len(closed) < len(given) else ()
        return (*opened, *dimensions.substitute(closed, fresh))

    mark = str(level) if level else ""
    return Spec(
        tuple((f"{one.name}{mark}", shape(one.shape), one.domain) for one in signature.operands),
        shape(signature.result.shape),
    )


def _is_open(case: Case) -> bool:
    return "[..." in case.signature


def applied(case: Case, rank: int = 2) -> Nested:
    """A rule with variables for its operands, before sizes are chosen."""
    spec = _spec(case, 0, tuple(f"e{k}_0" for k in range(rank)))
    names = [name for name, _, _ in spec.operands]
    return Nested(
        _call(case, names),
        spec.shape,
        {name: (shape, domain) for name, shape, domain in spec.operands},
        lambda arrays: case.function(*(arrays[name] for name in names)),
    )


def nested(outer: Case, place: int, inner: Nested, level: int = 1) -> Nested | None:
    """A rule with something at one of its operands; nothing where the shapes cannot fit.

    Args:
        outer: The rule that takes it.
        place: The number of the operand.
        inner: What stands there, its sizes not yet chosen.
        level: How many rules there are inside already.
    """
    wanted = parse_signature(outer.signature).operands[place].shape
    tail = wanted[1:] if wanted[:1] == ("...",) else wanted
    extra = len(inner.shape) - len(tail)
    if extra < 0 or (extra and len(tail) == len(wanted)):
        return None
    opened = inner.shape[:extra] if len(tail) < len(wanted) else ()
    if not opened and len(tail) == len(wanted) and _is_open(outer):
        opened = (f"e0_{level}", f"e1_{level}")
    spec = _spec(outer, level, opened)
    solved = _solved(list(zip(spec.operands[place][1], inner.shape, strict=True)))
    if solved is None:
        return None
    names = [name for name, _, _ in spec.operands]
    texts = [inner.text if k == place else name for k, name in enumerate(names)]
    others = {n: (s, d) for k, (n, s, d) in enumerate(spec.operands) if k != place}

    def function(arrays: Mapping[str, Array]) -> Array:
        found = inner.function(arrays)
        return outer.function(*(found if k == place else arrays[n] for k, n in enumerate(names)))

    need = _NEEDS.get(spec.operands[place][2])
    needs = () if need is None else (lambda arrays: need(np.asarray(inner.function(arrays))),)
    return Nested(
        _call(outer, texts),
        dimensions.substitute(spec.shape, solved),
        {
            name: (dimensions.substitute(shape, solved), domain)
            for name, (shape, domain) in {**inner.variables, **others}.items()
        },
        function,
        (*inner.needs, *needs),
    )


#: What differences do not show: a matrix of rank one stays one while its factors move.
_NEEDS: dict[str, Callable[[Array], bool]] = {
    "positive": lambda value: bool((value > 0).all()),
    "nonzero": lambda value: bool((value != 0).all()),
    "unit": lambda value: bool((np.abs(value) < 1).all()),
    "invertible": lambda value: bool(np.all(np.linalg.cond(value) < 1e3)),
    "full_rank": lambda value: bool(np.all(np.linalg.cond(value) < 1e3)),
    "distinct": lambda value: len(np.unique(np.round(value, 4))) == value.size,
    "small": lambda value: bool(np.abs(value).sum() < 20),
}


def _solved(equations: list[Equation]) -> dict[str, Dimension] | None:
    """What names of dimensions stand for, so that sizes are equal; ``None`` if they cannot be."""
    found: dict[str, Dimension] = {}
    while equations:
        (one,), (two,) = (dimensions.substitute((size,), found) for size in equations.pop())
        if one == two:
            continue
        for name, other in ((str(two), one), (str(one), two)):
            if name.isidentifier() and name not in dimensions.names(other):
                found = _with(found, {name: other})
                break
        else:
            numbers = _by_trial(one, two)
            if numbers is None:
                return None
            found = _with(found, numbers)
    return found


def _with(found: dict[str, Dimension], more: dict[str, Dimension]) -> dict[str, Dimension]:
    """What names stand for, as more of them are known."""
    replaced = {name: dimensions.substitute((one,), more)[0] for name, one in found.items()}
    return replaced | more


def _by_trial(one: Dimension, two: Dimension) -> dict[str, Dimension] | None:
    """Small numbers that make two dimensions equal: ``4*n = m*k``; different ones if possible."""
    names = sorted(dimensions.names(one) | dimensions.names(two))
    trials = list(product(range(1, 9), repeat=len(names))) if len(names) <= 4 else []
    trials.sort(key=lambda sizes: (sizes.count(1), -len(set(sizes)), sum(sizes)))
    for sizes in trials:
        given = dict(zip(names, sizes, strict=True))
        try:
            if dimensions.evaluate(one, given) == dimensions.evaluate(two, given):
                return dict(given)
        except MatcalcError:  # half of an odd number
            continue
    return None


def sized(given: Nested) -> Nested | None:
    """With short names for the dimensions, and a number for each; nothing if it is too large."""
    shapes = [given.shape, *(shape for shape, _ in given.variables.values())]
    sizes = [size for shape in shapes for size in shape]
    used = dict.fromkeys(name for size in sizes for name in sorted(dimensions.names(size)))
    free = (name for name in _NAMES if name not in given.variables)
    names: dict[str, Dimension] = dict(zip(used, free, strict=False))
    renamed = replace(
        given,
        shape=dimensions.substitute(given.shape, names),
        variables={
            name: (dimensions.substitute(shape, names), domain)
            for name, (shape, domain) in given.variables.items()
        },
    )
    for turn in range(3):
        numbers = (*_SIZES[turn:4], *_SIZES[:turn], *_SIZES[4:])
        counted = {str(name): numbers[k] for k, name in enumerate(names.values())}
        found = replace(renamed, sizes=counted)
        if _has_its_shape(found):
            return found
    return None


def _has_its_shape(found: Nested) -> bool:
    """Whether the value has the shape that it should, at these sizes, and is not too large."""
    try:
        shapes = [found.array_shape(shape) for shape, _ in found.variables.values()]
        shape = found.array_shape(found.shape)
    except MatcalcError:  # half of an odd number
        return False
    largest = max((int(np.prod(one)) for one in shapes), default=1)
    if min(min(one, default=1) for one in [*shapes, shape]) < 1:
        return False
    if int(np.prod(shape)) * largest > _LARGEST:
        return False
    return any(found.value(point).shape == shape for point in found.points())


def _call(case: Case, operands: list[str]) -> str:
    """``softmax(X, axis=0)``."""
    given = dict(case.rule.parameters)
    keywords = given.pop("sizes", ())
    words = [f"{key}={_spelled(value)}" for key, value in given.items() if value is not None]
    words += [f"{key}={value}" for key, value in keywords]
    return f"{case.rule.name}({', '.join([*operands, *words])})"


def _spelled(value: Any) -> str:
    if isinstance(value, str) and not re.fullmatch(r"[\d/]+", value):
        return f'"{value}"'
    if isinstance(value, tuple):
        return f"({', '.join(map(str, value))})"
    return str(Fraction(value)) if isinstance(value, str) else str(value)


#: Functions of a name alone and derivatives of derivatives cannot be differentiated by numbers.
USABLE = tuple(case for case in CASES if case.rule.name not in NO_FIRST_ORDER)


class Pair(NamedTuple):
    """A rule inside a rule."""

    outer: Case
    place: int
    inner: Case

    def __str__(self) -> str:
        return f"{self.outer} · {self.outer.operands[self.place]} · {self.inner}"

    @property
    def is_possible(self) -> bool:
        """Whether the shapes fit at some sizes; few pairs have no point in their domain then."""
        ways = [applied(self.inner, rank) for rank in _ranks(self.inner)]
        return any(nested(self.outer, self.place, one) is not None for one in ways)

    def nested(self) -> Nested | None:
        """The formula with its sizes; nothing where no sizes or no point fit."""
        return fitted(self.outer, self.place, [applied(self.inner, k) for k in _ranks(self.inner)])


def _ranks(case: Case) -> tuple[int, ...]:
    return (2, 1, 0) if _is_open(case) else (0,)


def fitted(outer: Case, place: int, inner: list[Nested], level: int = 1) -> Nested | None:
    """The first of several formulas that fits, as it is or moved into the domain."""
    for one in inner:
        found = nested(outer, place, one, level)
        ready = found and sized(found)
        if ready:
            return ready
        if found is None:
            continue
        domain = parse_signature(outer.signature).operands[place].domain
        moved = _moved(one, domain)
        found = moved and nested(outer, place, moved, level)
        ready = found and sized(found)
        if ready:
            return ready
    return None


def _moved(inner: Nested, domain: str) -> Nested | None:
    """A formula whose values lie in a domain."""
    of = inner.function
    if domain in ("positive", "nonzero"):
        text = f"(2 + sin({inner.text}))"
        return replace(inner, text=text, function=lambda arrays: 2 + np.sin(of(arrays)))
    if domain == "unit":
        text = f"((2 + sin({inner.text})) / 4)"
        return replace(inner, text=text, function=lambda arrays: (2 + np.sin(of(arrays))) / 4)
    if domain in ("invertible", "full_rank", "distinct") and len(inner.shape) == 2:
        more = {"shift": (inner.shape, domain)}
        return replace(
            inner,
            text=f"(sin({inner.text}) + 3 * shift)",
            variables={**inner.variables, **more},
            function=lambda arrays: np.sin(of(arrays)) + 3 * arrays["shift"],
        )
    return None


@cache
def pairs() -> tuple[Pair, ...]:
    """All pairs whose shapes fit at some sizes: about 31,000."""
    every = (
        Pair(outer, place, inner)
        for outer in USABLE
        for place in range(len(outer.operands))
        for inner in USABLE
    )
    return tuple(pair for pair in every if pair.is_possible)


def random_pair(random: Random) -> Pair:
    """One of all pairs, without a list of them."""
    while True:
        outer, inner = random.choice(USABLE), random.choice(USABLE)
        pair = Pair(outer, random.randrange(len(outer.operands)), inner)
        if pair.is_possible:
            return pair


def sample(seed: int, count: int, share: tuple[int, int] | None = None) -> Iterator[Nested]:
    """Formulas of random pairs; where a share is given, of the k-th part of n of all pairs."""
    if share is not None:
        chosen = pairs()[share[0] :: share[1]]
    else:
        random = Random(seed)
        chosen = tuple(random_pair(random) for _ in range(count))
    found = (pair.nested() for pair in chosen)
    return (one for one in found if one is not None)


def pair_of(outer: str, place: int, inner: str) -> Pair:
    """The first pair of these two rules."""
    return next(
        Pair(one, place, two)
        for one in USABLE
        for two in USABLE
        if (one.rule.name, two.rule.name) == (outer, inner) and Pair(one, place, two).is_possible
    )


def triple(random: Random) -> Nested:
    """A random rule inside a random pair."""
    while True:
        pair = random_pair(random)
        outer = random.choice(USABLE)
        place = random.randrange(len(outer.operands))
        ways = [applied(pair.inner, rank) for rank in _ranks(pair.inner)]
        middle = [nested(pair.outer, pair.place, one) for one in ways]
        found = fitted(outer, place, [one for one in middle if one is not None], level=2)
        if found is not None:
            return found

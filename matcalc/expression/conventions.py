"""A formula of which nothing is declared: its names say what they are, and that is said.

Capitals are matrices, lower-case names vectors, Greek ones, c, k, t, m, n and N numbers, if nothing
is transposed that is called so; what is added to a number is one, and what scales such a term. What
sizes are equal is what the formula needs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations, count
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import NotationError, Place, ShapeError
from matcalc.expression.assumptions import SPREAD
from matcalc.expression.biases import biases, biases_among
from matcalc.expression.formula import Formula
from matcalc.expression.habits import COUNTS, GREEK, is_greek, rank_of
from matcalc.expression.lines import IDENTITY, lines_of, sizes_in
from matcalc.expression.parser import PostfixStep, parse
from matcalc.expression.postfix import folded
from matcalc.expression.reading import read_undeclared
from matcalc.operations import RULES
from matcalc.variables import Variable

_KINDS = (
    "a Greek name is taken as a number",
    "a lower-case name is taken as a vector",
    "a capital is taken as a matrix",
)
_MATRIX = 2  # axes
COUNTED = "m, n and N are taken as numbers"
_FITS = "it fits as a number alone"
_SCALAR = re.compile(r"[a-hj-t](_?\w)?")
_PAIRED = 5
_TRIED = 12  # names, each on its own
_LETTERS = "mnpqrskltuvw"


class NameConvention(NamedTuple):
    """Variables by the conventions of the field.

    Attributes:
        variables: The variables, with sizes that fit.
        assumptions: What was assumed, a line for each name.
        beside: How often a number or a vector stands beside a larger array.
    """

    variables: tuple[Variable, ...]
    assumptions: tuple[str, ...]
    beside: int


def by_convention(
    formula: str,
    known: Mapping[str, Variable] | None = None,
    said: Mapping[str, int] | None = None,
    forced: Collection[str] = (),
) -> NameConvention:
    """The variables of a formula of which nothing is declared.

    Args:
        formula: What was typed.
        known: The variables of which the shape is said behind it.
        said: The axes of names, where sums over letters say them: x of ``Σᵢ wᵀxᵢ`` has two.
        forced: Names that are to be numbers, whatever they look like.

    Raises:
        NotationError: It cannot be read, or rows of a matrix may be those of another one.
        ShapeError: It does not fit.

    >>> [str(one) for one in by_convention("lam * x.T @ A @ x").variables]
    ['lam', 'x[n]', 'A[n,n]']
    >>> by_convention("W @ x").assumptions[0]
    'W[m,n] is not declared: a capital is taken as a matrix'
    """
    names = _names(formula)
    _refuse_capitals(names, said or {})
    known = known or {}
    ranks = {name: rank_of(name) for name in names}
    numbers = {name for name, rank in ranks.items() if not rank}
    ranks |= dict.fromkeys(_vectors(formula, ranks) & numbers, 1)
    ranks |= {name: rank for name, rank in (said or {}).items() if name in ranks}
    ranks |= dict.fromkeys(_numbers(formula, ranks, known) - (said or {}).keys(), 0)
    ranks |= dict.fromkeys(forced, 0)
    vectors = {name: 1 for name in numbers - {"N", *(said or ())} if not is_greek(name)}
    try:
        found = _read(formula, ranks, known)
    except ShapeError as error:
        ranks |= vectors  # where they fit as such alone
        try:
            found = _read(formula, ranks, known)
        except ShapeError:
            starred = "; the product of matrices is written @" if "*" in formula else ""
            raise ShapeError(
                f"{error.stated}{starred}; nothing is declared, so capitals are taken as matrices, "
                "lower-case names as vectors, Greek ones, and c, k, t, m, n, as numbers: declare "
                "the shapes",
                error.places,
            ) from None
    shapes = [dimensions.substitute(found.variables[name].shape, {}) for name in ranks]
    given = [size for one in known.values() for size in one.shape]
    typed = sizes_in(lines_of(parse(formula)))
    taken = frozenset(ranks).union(typed, *map(dimensions.names, given))
    used = [name for shape in shapes for size in shape for name in sorted(dimensions.names(size))]
    said_of = {found.forced.get(name): name for name in sorted(typed, reverse=True)}
    called: dict[str, Dimension] = {name: said_of[name] for name in used if name in said_of}
    free = (name for name in used if name not in taken and name not in called)
    letters = called | _letters(dict.fromkeys(free), taken)
    declared = tuple(
        Variable(name, dimensions.substitute(shape, letters))
        for name, shape in zip(ranks, shapes, strict=True)
    )
    assumed = (
        f"{one} is not declared: "
        f"{_FITS if one.name in forced else _kind(one.name, ranks[one.name])}"
        for one in declared
        if one.name not in known
    )
    return NameConvention(declared, tuple(assumed), _beside(found))


def _refuse_capitals(names: Mapping[str, Place], said: Mapping[str, int]) -> None:
    """Raise for the rows of one matrix that another one may be: p_i beside P.

    Raises:
        NotationError: Both stand in the formula.
    """
    for name, rank in said.items():
        whole = name.upper()
        if rank == _MATRIX and name in names and whole != name and whole in names:
            raise NotationError(
                f"a letter stands below {name}, a row of {whole} or of another matrix: "
                f"write {whole}_i, or declare both",
                [names[name], names[whole]],
            )


def scalars(formula: str) -> Iterator[tuple[str, ...]]:
    """The lower-case letters in a formula that may be numbers where it does not fit as it looks.

    One alone, then two. x, y and z, u, v and w are none.

    >>> [*scalars("y - a * x - b")]
    [('a',), ('b',), ('a', 'b')]
    """
    letters = [name for name in _names(formula) if _SCALAR.fullmatch(name) and rank_of(name)]
    yield from ((name,) for name in letters[:_TRIED])
    yield from combinations(letters[:_PAIRED], 2)


class _FormulaTerm(NamedTuple):
    """A part of a formula: the names that are its terms, and whether products make it a number.

    In a product of numbers and calls, ``C / 2 * norm(w)``, a name scales it.
    """

    terms: tuple[PostfixStep, ...] = ()
    ends: bool = False
    scales: tuple[PostfixStep, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names that are its terms."""
        return [step.value for step in self.terms]


def _terms(formula: str) -> list[tuple[PostfixStep, list[_FormulaTerm]]]:
    """The steps of a formula, each with what it is of."""
    named: dict[str, bool] = {}  # whether products make a number of an assigned name
    found: list[tuple[PostfixStep, list[_FormulaTerm]]] = []

    def part(step: PostfixStep, of: list[_FormulaTerm]) -> _FormulaTerm:
        found.append((step, of))
        ends = step.value == "@" or step.kind == "call" or named.get(step.value, False)
        terms: tuple[PostfixStep, ...] = (step,) if step.kind == "name" else ()
        if _adds(step) or step.kind == "negative":
            terms = tuple(term for one in of for term in one.terms)
        scaled = step.kind == "operator" and step.value in ("*", "/")
        scales = tuple(name for one in of for name in one.terms + one.scales) if scaled else ()
        return _FormulaTerm(terms, ends or any(one.ends for one in of), scales)

    for line in parse(formula):
        named[line.name] = folded(line.steps, part).ends
    return found


def _adds(step: PostfixStep) -> bool:
    return step.kind == "operator" and step.value in ("+", "-")


def _vectors(formula: str, ranks: Mapping[str, int]) -> set[str]:
    """The names that stand transposed, behind ``@``, in a norm or ``inner``: such are no numbers.

    So are several terms there of which none is a matrix, ``(x - μ).T``.
    """
    found: set[str] = set()
    for step, of in _terms(formula):
        whole = step.kind == "transpose" or step.value in ("norm", "inner")
        for part in of if whole else of[1:] if step.value == "@" else ():
            beside = [ranks.get(name, 0) for name in part.names]
            if len(part.names) == 1 or _MATRIX not in beside:
                found.update(part.names)
    return found


def _numbers(formula: str, ranks: Mapping[str, int], given: Mapping[str, Variable]) -> set[str]:
    """The names that stand beside a number, and nowhere else: b of ``w.T @ x + b``.

    A capital is one if it scales what is added to a number: C of ``sum(x) + C * norm(w)``.
    """
    terms: list[PostfixStep] = []
    scales: list[PostfixStep] = []
    steps: list[PostfixStep] = []
    for step, of in _terms(formula):
        steps += [step] if step.kind == "name" else []
        if _adds(step) and len(of) == 2:
            one, two = of
            for a, b in ((one, two), (two, one)):
                terms += a.terms if b.ends else ()
                scales += a.scales if b.ends else ()
    used = {step.place for step in (*terms, *scales)}
    other = {step.value for step in steps if step.place not in used}
    alone = [one.value for one in dict.fromkeys([*terms, *scales]) if one.value not in other]
    scaling = {step.value for step in scales}
    vectors = [
        one
        for one in dict.fromkeys(alone)
        if one not in given and (ranks.get(one) == 1 or (ranks.get(one) and one in scaling))
    ]
    return _freed(formula, ranks, vectors, given)


def _freed(
    formula: str, ranks: Mapping[str, int], names: Sequence[str], given: Mapping[str, Variable]
) -> set[str]:
    """Those of some vectors beside which no number stands where they are numbers too."""
    found: frozenset[str] = frozenset()
    for some in (names, *([name] for name in names[:_TRIED])) if names else ():
        try:
            before = _read(formula, {**ranks, **dict.fromkeys(found, 0)}, given)
            after = _read(formula, {**ranks, **dict.fromkeys([*found, *some], 0)}, given)
        except ShapeError:
            continue
        if _beside(after) < _beside(before):
            found |= frozenset(some)
    return set(found)


def _beside(formula: Formula) -> int:
    """How often a number or a vector stands beside a larger array."""
    return sum(any(said in one for said in SPREAD) for one in formula.assumptions)


def _read(formula: str, ranks: Mapping[str, int], known: Mapping[str, Variable]) -> Formula:
    variables = {name: Variable(name, _sizes(name, rank)) for name, rank in ranks.items()}
    variables |= {name: one for name, one in known.items() if name in ranks}
    spread = biases_among(variables, biases(parse(formula)))
    return read_undeclared(formula, variables | {k: v for k, v in spread.items() if k not in known})


def _kind(name: str, rank: int) -> str:
    if name in COUNTS and not rank:
        return COUNTED
    if not rank and not rank_of(name) and not is_greek(name):
        return "c, k and t are taken as numbers"
    if rank < rank_of(name):
        return "what is added to a number is taken as one"
    if rank == _MATRIX > rank_of(name):
        return "letters stand below it, so its vectors are the rows of a matrix"
    if rank > rank_of(name):
        return "what is transposed, behind @, or in a norm is no number"
    return _KINDS[rank]


def _names(formula: str) -> dict[str, Place]:
    """The names in a formula that stand for something unknown, with their first places."""
    assignments = parse(formula)
    lines = lines_of(assignments)
    functions = {name for name in RULES if name.lower() not in GREEK}  # Φ w is of a matrix
    known = {*(one.name for one in assignments), *sizes_in(lines), *functions, IDENTITY, "T"}
    names: dict[str, Place] = {}
    for line in lines:
        if line.step.kind == "name" and line.step.value not in known:
            names.setdefault(line.step.value, line.step.place)
    return names


def _sizes(name: str, rank: int) -> tuple[Dimension, ...]:
    return ((), (f"size_{name}",), (f"rows_{name}", f"columns_{name}"))[rank]


def looks_like(variable: Variable) -> bool:
    """Whether a variable is what its name says by convention."""
    return rank_of(variable.name) == len(variable.shape)


def _letters(sizes: Mapping[str, None], taken: Collection[str]) -> dict[str, Dimension]:
    """A short name for each size; n where there is one alone."""
    free = (one for one in _LETTERS if one not in taken)
    more = (f"n{k}" for k in count(1) if f"n{k}" not in taken)
    if len(sizes) == 1 and "n" not in taken:
        return dict.fromkeys(sizes, "n")
    return {name: next(free, "") or next(more) for name in sizes}

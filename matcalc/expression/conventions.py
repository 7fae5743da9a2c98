"""A formula of which nothing is declared: its names say what they are, and that is said.

Capitals are matrices, lower-case names vectors, Greek ones, c, k and t numbers, if nothing is
transposed that is called so; what is added to a number is one. What sizes are equal is what the
formula needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import NotationError, Place, ShapeError
from matcalc.expression.assumptions import EVERY_ENTRY
from matcalc.expression.biases import biases, biases_among
from matcalc.expression.formula import Formula
from matcalc.expression.identities import NAME as IDENTITY
from matcalc.expression.lines import lines_of, sizes_in
from matcalc.expression.parser import Step, parse
from matcalc.expression.reading import read_undeclared
from matcalc.operations import RULES
from matcalc.variables import Variable

_LETTERS_OF_GREEK = """alpha beta gamma delta epsilon eps zeta eta theta iota kappa lambda lam mu nu
xi pi rho sigma tau upsilon phi chi psi omega"""
_GREEK = frozenset(_LETTERS_OF_GREEK.split())
_KINDS = (
    "a Greek name is taken as a number",
    "a lower-case name is taken as a vector",
    "a capital is taken as a matrix",
)
_MATRIX = 2  # axes
_NUMBERS = frozenset("ckt")
#: Numbers of things, where no shape names them.
COUNTS = frozenset("mnN")
COUNTED = "m, n and N are taken as numbers"
_TRIED = 12  # names, each on its own
_LETTERS = "mnpqrskltuvw"


class Convention(NamedTuple):
    """Variables by the conventions of the field.

    Attributes:
        variables: The variables, with sizes that fit.
        assumptions: What was assumed, a line for each name.
    """

    variables: tuple[Variable, ...]
    assumptions: tuple[str, ...]


def by_convention(
    formula: str,
    known: Mapping[str, Variable] | None = None,
    said: Mapping[str, int] | None = None,
) -> Convention:
    """The variables of a formula of which nothing is declared.

    Args:
        formula: What was typed.
        known: The variables of which the shape is said behind it.
        said: The axes of names, where sums over letters say them: x of ``Σᵢ wᵀxᵢ`` has two.

    Raises:
        NotationError: It cannot be read, or a name may be a size.
        ShapeError: It does not fit.

    >>> [str(one) for one in by_convention("lam * x.T @ A @ x").variables]
    ['lam', 'x[n]', 'A[n,n]']
    >>> by_convention("W @ x").assumptions[0]
    'W[m,n] is not declared: a capital is taken as a matrix'
    """
    names = _names(formula)
    for name in COUNTS & names.keys():
        raise NotationError(
            f"nothing is declared, and {name} may be a size: declare the shapes, x[{name}]",
            [names[name]],
        )
    known = known or {}
    ranks = {name: _rank(name) for name in names}
    numbers = {name for name, rank in ranks.items() if not rank}
    ranks |= dict.fromkeys(_vectors(formula, ranks) & numbers, 1)
    ranks |= dict.fromkeys(_numbers(formula, ranks, known), 0)
    ranks |= {name: rank for name, rank in (said or {}).items() if name in ranks}
    vectors = dict.fromkeys(_NUMBERS & ranks.keys(), 1)
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
                "lower-case names as vectors, Greek ones, and c, k and t, as numbers: declare the "
                "shapes",
                error.places,
            ) from None
    shapes = [dimensions.substitute(found.variables[name].shape, {}) for name in ranks]
    given = [size for one in known.values() for size in one.shape]
    taken = frozenset(ranks).union(*map(dimensions.names, given))
    used = [name for shape in shapes for size in shape for name in sorted(dimensions.names(size))]
    letters = _letters(dict.fromkeys(name for name in used if name not in taken), taken)
    declared = tuple(
        Variable(name, dimensions.substitute(shape, letters))
        for name, shape in zip(ranks, shapes, strict=True)
    )
    assumed = (
        f"{one} is not declared: {_kind(one.name, ranks[one.name])}"
        for one in declared
        if one.name not in known
    )
    return Convention(declared, tuple(assumed))


class _Term(NamedTuple):
    """A part of a formula: the names that are its terms, and whether products make it a number."""

    names: tuple[str, ...] = ()
    ends: bool = False


def _terms(formula: str) -> Iterator[tuple[Step, list[_Term]]]:
    """The steps of a formula, each with what it is of."""
    for line in parse(formula):
        parts: list[_Term] = []
        for step in line.steps:
            kept = len(parts) - step.takes
            of = parts[kept:]
            yield step, of
            names: tuple[str, ...] = (step.value,) if step.kind == "name" else ()
            if _adds(step) or step.kind == "negative":
                names = tuple(name for one in of for name in one.names)
            ends = step.value == "@" or step.kind == "call"
            parts[kept:] = [_Term(names, ends or any(one.ends for one in of))]


def _adds(step: Step) -> bool:
    return step.kind == "operator" and step.value in ("+", "-")


def _vectors(formula: str, ranks: Mapping[str, int]) -> set[str]:
    """The names that stand transposed, or behind ``@``, or in a norm: such a one is no number.

    So is a term beside a vector there, μ of ``(x - μ).T``.
    """
    found: set[str] = set()
    for step, of in _terms(formula):
        whole = step.kind == "transpose" or step.value == "norm"
        for part in of if whole else of[1:] if step.value == "@" else ():
            beside = [ranks.get(name, 0) for name in part.names]
            if len(part.names) == 1 or (1 in beside and 2 not in beside):
                found |= set(part.names)
    return found


def _numbers(formula: str, ranks: Mapping[str, int], given: Mapping[str, Variable]) -> set[str]:
    """The lower-case names that stand beside a number, and nowhere else: b of ``w.T @ x + b``."""
    terms: list[str] = []
    names: list[str] = []
    for step, of in _terms(formula):
        names += [step.value] if step.kind == "name" else []
        if _adds(step) and len(of) == 2:
            one, two = of
            terms += [name for a, b in ((one, two), (two, one)) if b.ends for name in a.names]
    alone = [one for one in dict.fromkeys(terms) if names.count(one) == terms.count(one)]
    vectors = [one for one in alone if ranks.get(one) == 1 and one not in given]
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
    """How often a number stands beside an array."""
    return sum(EVERY_ENTRY in one for one in formula.assumptions)


def _read(formula: str, ranks: Mapping[str, int], known: Mapping[str, Variable]) -> Formula:
    variables = {name: Variable(name, _sizes(name, rank)) for name, rank in ranks.items()}
    variables |= {name: one for name, one in known.items() if name in ranks}
    spread = biases_among(variables, biases(parse(formula)))
    return read_undeclared(formula, variables | {k: v for k, v in spread.items() if k not in known})


def _kind(name: str, rank: int) -> str:
    if name in _NUMBERS and not rank:
        return "c, k and t are taken as numbers"
    if rank < _rank(name):
        return "what is added to a number is taken as one"
    if rank == _MATRIX > _rank(name):
        return "letters stand below it, so its vectors are the rows of a matrix"
    if rank > _rank(name):
        return "what is transposed, behind @, or in a norm is no number"
    return _KINDS[rank]


def _names(formula: str) -> dict[str, Place]:
    """The names in a formula that stand for something unknown, with their first places."""
    assignments = parse(formula)
    lines = lines_of(assignments)
    known = {*(one.name for one in assignments), *sizes_in(lines), *RULES, IDENTITY, "T"}
    names: dict[str, Place] = {}
    for line in lines:
        if line.step.kind == "name" and line.step.value not in known:
            names.setdefault(line.step.value, line.step.place)
    return names


def _rank(name: str) -> int:
    """The axes of what has a name."""
    stem = name.rstrip("0123456789_")
    if name in _NUMBERS:
        return 0
    if stem in _GREEK or (stem[:1] in dimensions.GREEK and stem[:1].islower()):
        return 0
    return 2 if stem[:1].isupper() else 1


def _sizes(name: str, rank: int) -> tuple[Dimension, ...]:
    return ((), (f"size_{name}",), (f"rows_{name}", f"columns_{name}"))[rank]


def looks_like(variable: Variable) -> bool:
    """Whether a variable is what its name says by convention."""
    return _rank(variable.name) == len(variable.shape)


def _letters(sizes: Mapping[str, None], taken: Collection[str]) -> dict[str, Dimension]:
    """A short name for each size; n where there is one alone."""
    free = (one for one in _LETTERS if one not in taken)
    more = (f"n{k}" for k in count(1) if f"n{k}" not in taken)
    if len(sizes) == 1 and "n" not in taken:
        return dict.fromkeys(sizes, "n")
    return {name: next(free, "") or next(more) for name in sizes}

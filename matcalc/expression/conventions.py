"""A formula of which nothing is declared: its names say what they are, and that is said.

Capitals are matrices, lower-case names vectors, Greek ones, c, k and t numbers, if nothing is
transposed that is called so; what sizes are equal is what the formula needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count, pairwise
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import NotationError, Place, ShapeError
from matcalc.expression.formula import Formula
from matcalc.expression.identities import NAME as IDENTITY
from matcalc.expression.lines import lines_of, sizes_in
from matcalc.expression.parser import parse
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
_NUMBERS = frozenset("ckt")
_COUNTS = frozenset("mnN")  # numbers of things, which no shape names here
_LETTERS = "mnpqrskltuvw"


class Convention(NamedTuple):
    """Variables by the conventions of the field.

    Attributes:
        variables: The variables, with sizes that fit.
        assumptions: What was assumed, a line for each name.
    """

    variables: tuple[Variable, ...]
    assumptions: tuple[str, ...]


def by_convention(formula: str) -> Convention:
    """The variables of a formula of which nothing is declared.

    Raises:
        NotationError: It cannot be read, or a name may be a size.
        ShapeError: It does not fit.

    >>> [str(one) for one in by_convention("lam * x.T @ A @ x").variables]
    ['lam', 'x[n]', 'A[n,n]']
    >>> by_convention("W @ x").assumptions[0]
    'W[m,n] is not declared: a capital is taken as a matrix'
    """
    names = _names(formula)
    for name in _COUNTS & names.keys():
        raise NotationError(
            f"nothing is declared, and {name} may be a size: declare the shapes, x[{name}]",
            [names[name]],
        )
    ranks = {name: _rank(name) for name in names}
    numbers = {name for name, rank in ranks.items() if not rank}
    ranks |= dict.fromkeys(_vectors(formula) & numbers, 1)
    vectors = dict.fromkeys(_NUMBERS & ranks.keys(), 1)
    try:
        found = _read(formula, ranks)
    except ShapeError as error:
        ranks |= vectors  # where they fit as such alone
        try:
            found = _read(formula, ranks)
        except ShapeError:
            starred = "; the product of matrices is written @" if "*" in formula else ""
            raise ShapeError(
                f"{error.stated}{starred}; nothing is declared, so capitals are taken as matrices, "
                "lower-case names as vectors, Greek ones, and c, k and t, as numbers: declare the "
                "shapes",
                error.places,
            ) from None
    shapes = [dimensions.substitute(found.variables[name].shape, {}) for name in ranks]
    used = [name for shape in shapes for size in shape for name in sorted(dimensions.names(size))]
    letters = _letters(dict.fromkeys(used), ranks)
    declared = tuple(
        Variable(name, dimensions.substitute(shape, letters))
        for name, shape in zip(ranks, shapes, strict=True)
    )
    said = (f"{one} is not declared: {_kind(one.name, ranks[one.name])}" for one in declared)
    return Convention(declared, tuple(said))


def _vectors(formula: str) -> set[str]:
    """The names that stand transposed, or behind ``@``: such a one is no number."""
    steps = (pair for one in parse(formula) for pair in pairwise(one.steps))
    return {
        one.value
        for one, two in steps
        if one.kind == "name" and (two.kind == "transpose" or two.value == "@")
    }


def _read(formula: str, ranks: Mapping[str, int]) -> Formula:
    variables = {name: Variable(name, _sizes(name, rank)) for name, rank in ranks.items()}
    return read_undeclared(formula, variables)


def _kind(name: str, rank: int) -> str:
    if name in _NUMBERS and not rank:
        return "c, k and t are taken as numbers"
    return (
        "what is transposed, or behind @, is no number"
        if rank == 1 and not _rank(name)
        else _KINDS[rank]
    )


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


def _letters(sizes: Mapping[str, None], taken: Mapping[str, int]) -> dict[str, Dimension]:
    """A short name for each size; n where there is one alone."""
    free = (one for one in _LETTERS if one not in taken)
    more = (f"n{k}" for k in count(1) if f"n{k}" not in taken)
    if len(sizes) == 1 and "n" not in taken:
        return dict.fromkeys(sizes, "n")
    return {name: next(free, "") or next(more) for name in sizes}

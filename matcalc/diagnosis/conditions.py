"""What would have to be known of a variable for a formula to be right: a symmetric matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from matcalc.diagnosis.numeric_comparison import Trial
from matcalc.diagnosis.side_by_side import POINTS
from matcalc.errors import MatcalcError
from matcalc.expression import Declared, parse_declarations
from matcalc.graph import symbol_names
from matcalc.jacobians.jacobian import Jacobian
from matcalc.layout import CONVENTIONS, written
from matcalc.variables import Variable

#: What may be known of a variable, and how that is said; what says less comes first.
SAID = {
    "positive": "every entry of {} is positive",
    "simplex": "the entries of {} are not negative and sum to 1",
    "symmetric": "{} is symmetric",
    "diagonal": "{} is diagonal",
    "orthogonal": "{} is orthogonal",
}
_MOST = 24  # that are tried


class Condition(NamedTuple):
    """What would have to be known of a variable.

    Attributes:
        variable: Its declaration: ``"S[n,n]:symmetric"``.
        said: The same in words: ``"S is symmetric"``.
        conventions: The layouts and conventions in which the formula is right then.
    """

    variable: str
    said: str
    conventions: tuple[str, ...]


def right_when(
    J: Jacobian[Any], expression: str, formula: str, declared: Mapping[str, Declared]
) -> tuple[Condition, ...]:
    """For a formula that is wrong, what of one variable would make it right; by value.

    >>> from matcalc.derivation import derive
    >>> shapes = "A[n,n] x[n]"
    >>> J = derive("x.T @ A @ x", wrt="x", variables=shapes, layout="numerator")
    >>> [one.said for one in right_when(J, "x.T @ A @ x", "2 * A @ x", parse_declarations(shapes))]
    ['A is symmetric']
    """
    used = symbol_names(J.node)
    found: dict[str, Condition] = {}
    for number, (name, known) in enumerate(_assumed(declared, used)):
        if number == _MOST:
            break
        variable = declared[name].variable
        if variable.name in found:
            continue
        with suppress(MatcalcError):  # no such points, or no such shape
            agreeing = _agreeing(J, expression, formula, _with(declared, variable, known))
            if agreeing:
                said = SAID[known].format(name)
                found[variable.name] = Condition(f"{variable}:{known}", said, agreeing)
    return tuple(found.values())


def _assumed(declared: Mapping[str, Declared], used: set[str]) -> Iterator[tuple[str, str]]:
    """What might be known of each variable beside what is."""
    for name, one in declared.items():
        for known in SAID:
            if name in used and known not in one.properties:
                yield name, known


def _with(declared: Mapping[str, Declared], variable: Variable, known: str) -> dict[str, Declared]:
    """Declarations in which one more thing is known.

    Raises:
        ShapeError: It cannot be known of such a shape.
    """
    one = declared[variable.name]
    parse_declarations(f"{variable}:{known}")
    return {**declared, variable.name: one._replace(properties=one.properties | {known})}


def _agreeing(
    J: Jacobian[Any], expression: str, formula: str, declared: Mapping[str, Declared]
) -> tuple[str, ...]:
    """The conventions in which the formula is right: seen at a few points first."""
    forms = [written(J.of, J.wrt, convention) for convention in CONVENTIONS.values()]
    for points in (1, POINTS - 1, POINTS):
        if forms:
            trial = Trial(J, expression, formula, declared, points)
            forms = [form for form in forms if trial.is_close(form)]
    return tuple(form.convention.name for form in forms)

"""Whether a derivative of a formula is right: random points, central differences.

What is read of it is checked, not what is inside: the formula as text, the NumPy source and the
numbers, each in its layout, along a random direction at every point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from matcalc import dimensions
from matcalc.arrays import Array, real_array
from matcalc.check import Check, numerical_jacobian, scale_of
from matcalc.derivation import evaluate as evaluate_text
from matcalc.errors import (
    ArrayError,
    NotDifferentiableError,
    Place,
    TooLargeError,
    UnboundError,
)
from matcalc.expression import Declarations, Declared, Formula, parse_declarations
from matcalc.graph import Apply, topological
from matcalc.jacobians import Jacobian
from matcalc.plan import evaluate
from matcalc.plan.functions import vech
from matcalc.random_points import random_points, small_sizes
from matcalc.structures import STRUCTURES
from matcalc.variables import Variable, ratio

_LARGEST = 2_000_000  # entries of a derivative that is written out at every point
_TRIES = 20  # for each point that is wanted: some are outside the domain
_SCALES = (1.0, 0.1, 0.01)  # a smaller step, where the first one may cross a kink
_CLOSE = 1e-8  # where no smaller step is tried


def check_derivative(
    jacobian: Jacobian[Any],
    *,
    variables: Declarations = (),
    structure: str | None = None,
    points: int = 20,
    seed: int = 0,
    rtol: float = 1e-6,
) -> Check:
    """Hold a derivative of a formula against central differences of the formula.

    Args:
        jacobian: The derivative.
        variables: The declarations, for what is known of values: ``"S[n,n]:spd"``.
        structure: What it was derived with.
        points: How many random points.
        seed: For these.
        rtol: The tolerance, relative to the largest entry.

    Returns:
        A check, true if text, source and numbers agree with differences.

    Raises:
        UnboundError: It is no derivative of a formula, or a function in it is a name alone.
        ArrayError: The formula is not finite at random points.
        TooLargeError: The derivative has too many entries to be written out.

    >>> import matcalc as mc
    >>> J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="denominator")
    >>> bool(check_derivative(J))
    True
    """
    formula, move = _moved(jacobian, structure)
    declared = parse_declarations(variables)
    if structure:
        _declare(declared, formula.variables[move.name], STRUCTURES[structure].property)
    sizes = small_sizes([formula.node, jacobian.node], formula.variables.values(), declared)
    _refuse_large(jacobian, sizes)
    forms = _forms(jacobian)
    errors = dict.fromkeys(forms, 0.0)
    found = 0
    rng = np.random.default_rng(seed)
    for arrays in random_points(formula, declared, sizes, rng, _TRIES * points):
        try:
            with np.errstate(all="ignore"):  # outside the domain it is not finite, and left out
                at_point = _errors(jacobian, formula, forms, arrays, sizes, move, rng)
        except (ArrayError, NotDifferentiableError, np.linalg.LinAlgError):
            continue
        errors = {form: max(errors[form], at_point[form]) for form in forms}
        found += 1
        if found == points:
            return _result(jacobian, errors, points, rtol)
    raise ArrayError(
        "this is not finite at random points, so it is not checked; say what is known of its "
        "variables: x[n]:positive, S[n,n]:spd"
    )


class _Move(NamedTuple):
    """A step of the variable that a derivative is taken by.

    Attributes:
        name: The variable.
        step: From random numbers to the step, and to what it is in the free entries.
    """

    name: str
    step: Callable[[Array], tuple[Array, Array]]


def _symmetric(free: Array) -> Array:
    """The symmetric matrix of which this is the lower triangle."""
    return free + free.T - np.diag(np.diag(free))


#: For each structure the step, and the same in the entries that its derivative is over.
_STEPS: dict[str | None, Callable[[Array], tuple[Array, Array]]] = {
    None: lambda drawn: (drawn, drawn),
    "symmetric": lambda drawn: (_symmetric(np.tril(drawn)), np.tril(drawn)),
    "symmetrised": lambda drawn: (drawn + drawn.T, drawn + drawn.T),
    "vech": lambda drawn: (_symmetric(np.tril(drawn)), vech(drawn)),
    "diagonal": lambda drawn: (np.diag(np.diag(drawn)), np.diag(np.diag(drawn))),
}


def _moved(jacobian: Jacobian[Any], structure: str | None) -> tuple[Formula, _Move]:
    """What a derivative is of, if that has numbers, and how its variable is moved.

    Raises:
        UnboundError: It has none.
    """
    formula, wrt = jacobian.formula, jacobian.wrt
    if formula is None:
        raise UnboundError("this is no derivative of a formula; check_jacobian takes a function")
    known = STRUCTURES[structure] if structure else None
    below = {known.name_of(v) if known else v.name: v for v in formula.variables.values()}
    if wrt.name not in below:
        raise UnboundError(
            f"{wrt.name} is an intermediate result, which is not moved alone; to check this, "
            f"declare {wrt.name} as a variable instead of defining it"
        )
    for node in topological(formula.node):
        if isinstance(node, Apply) and node.operation == "function":
            raise UnboundError(f"{node.parameters[0]} is a name alone: this is not checked")
    return formula, _Move(below[wrt.name].name, _STEPS[structure])


def _declare(declared: dict[str, Declared], variable: Variable, property_: str) -> None:
    """Note a property of a variable beside those that it has."""
    place = Place(variable.name, 0, len(variable.name))
    known = declared.get(variable.name, Declared(variable, frozenset(), place))
    declared[variable.name] = known._replace(properties=known.properties | {property_})


def _result(
    jacobian: Jacobian[Any], errors: Mapping[str, float], points: int, rtol: float
) -> Check:
    wrong = [form for form, error in errors.items() if not error <= rtol]
    what = f"{ratio(jacobian.of, jacobian.wrt)} in {jacobian.layout} layout"
    note = f"wrong for {what}: {', '.join(wrong)}" if wrong else ""
    worst = max(errors.values())
    return Check(not wrong, worst, points, (), "central differences", note)


def _refuse_large(jacobian: Jacobian[Any], sizes: Mapping[str, int]) -> None:
    entries = dimensions.evaluate(dimensions.product(jacobian.shape), sizes)
    if entries > _LARGEST:
        raise TooLargeError(
            f"a check writes out all {entries:,} entries at every point; declare dimensions by "
            "name, W[m,n], and small sizes are taken"
        )


_Form = Callable[[Mapping[str, Any]], Array]


def _forms(jacobian: Jacobian[Any]) -> dict[str, _Form]:
    """Whatever somebody may use of a derivative, as functions of arrays and sizes by name."""
    text, compiled = jacobian.text, jacobian.compile()

    return {
        "formula": lambda given: np.asarray(evaluate_text(text, **given)),
        "NumPy code": compiled.of,
        "numbers": lambda given: jacobian.evaluate(**given),
    }


def _errors(
    jacobian: Jacobian[Any],
    formula: Formula,
    forms: Mapping[str, _Form],
    arrays: Mapping[str, Array],
    sizes: Mapping[str, int],
    move: _Move,
    rng: np.random.Generator,
) -> dict[str, float]:
    """How far off each form is along a random direction, relative to the terms of the derivative.

    Raises:
        ArrayError: The formula is not finite there.
    """
    start = arrays[move.name]

    def function(x: Array) -> Array:
        return evaluate(formula.node, {**arrays, move.name: x}, sizes)

    value = real_array(function(start), "the formula")
    step, direction = move.step(np.asarray(rng.normal(size=start.shape)))
    whole = {form: _numerator(jacobian, of({**sizes, **arrays})) for form, of in forms.items()}
    given = {form: _along(array, direction) for form, array in whole.items()}
    terms = _along(np.abs(whole["numbers"]), np.abs(direction))  # these may cancel in the sum
    best = dict.fromkeys(forms, float("inf"))
    for scale in _SCALES:
        expected = _difference(function, start, scale * step) / scale
        size = scale_of(np.maximum(np.abs(expected), terms), value)
        for form, found in given.items():
            best[form] = min(best[form], float(np.max(np.abs(found - expected))) / size)
        if max(best.values()) <= _CLOSE:
            break
    return best


def _difference(function: Callable[[Array], Array], start: Array, step: Array) -> Array:
    def moved(t: Array) -> Array:
        return function(start + t * step)

    return numerical_jacobian(moved, 0.0, method="central")[0]


def _numerator(jacobian: Jacobian[Any], array: Array) -> Array:
    """An array in the layout of a Jacobian, in numerator layout."""
    return array if jacobian.layout == "numerator" else array.T


def _along(array: Array, direction: Array) -> Array:
    """A derivative in numerator layout along a direction: its last axes are reversed."""
    return np.asarray(np.tensordot(array, direction.T, direction.ndim))

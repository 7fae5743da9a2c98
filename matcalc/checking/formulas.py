"""Whether a derivative of a formula is right: random points, central differences.

What is read of it is checked, not what is inside: the formula as text, the NumPy source and the
numbers, each in its layout, along a random direction or a single entry at every point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from matcalc.arrays import Array, real_array
from matcalc.checking.agreement import Check, Compared, Magnitudes, compared, relative
from matcalc.checking.differences import CENTRAL, Slopes, doubted, slopes
from matcalc.checking.random_points import random_points, refuse_large, small_sizes
from matcalc.derivation import evaluate as evaluate_text
from matcalc.errors import (
    ArrayError,
    NotDifferentiableError,
    UnboundError,
)
from matcalc.expression import Declarations, Formula, also_known, parse_declarations
from matcalc.graph import is_apply, topological
from matcalc.jacobians.jacobian import Jacobian
from matcalc.operations.arrays import vech
from matcalc.plan import evaluate
from matcalc.structures import STRUCTURES
from matcalc.variables import ratio

_LARGEST = 2_000_000  # entries of a derivative that is written out at every point
_TRIES = 20  # for each point that is wanted: some are outside the domain
_FORMS = ("formula", "NumPy code", "numbers")
_MORE = 3  # times as many points as are wanted, where some cannot be told
_ENOUGH = 5  # of the points must tell an entry
_ROUNDING = 1e-12  # of a form, relative to its terms


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
        rtol: The tolerance, relative to each entry along a direction.

    Returns:
        A check, true if text, source and numbers agree with differences. Where these have no
        certain digits at too many points, or the formula is not finite at random points, its
        verdict is ``cannot_tell``.

    Raises:
        UnboundError: It is no derivative of a formula, or a function in it is a name alone.
        TooLargeError: The derivative has too many entries to be written out.

    >>> import matcalc as mc
    >>> J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="denominator")
    >>> bool(check_derivative(J))
    True
    """
    formula, move = _moved(jacobian, structure)
    declared = parse_declarations(variables)
    if structure:
        known = frozenset([STRUCTURES[structure].property])
        declared = also_known(declared, formula.variables[move.names[0]], known)
    sizes = small_sizes([formula.node, jacobian.node], formula.variables.values(), declared)
    refuse_large([jacobian.shape], sizes, _LARGEST)
    at = _At(jacobian, formula, sizes, move, _forms(jacobian), np.random.default_rng(seed))
    found: list[dict[str, Compared]] = []
    told: Array = np.zeros(())
    for arrays in random_points(formula, declared, sizes, at.rng, _TRIES * points):
        try:
            with np.errstate(all="ignore"):  # outside the domain it is not finite, and left out
                one = _compared(at, arrays, rtol, alone=len(found) % 2 == 1)
        except (ArrayError, NotDifferentiableError, np.linalg.LinAlgError):
            continue
        found.append(one)
        agree = np.all([form.agree for form in one.values()], axis=0).astype(float)
        told = told + agree
        least = np.min(told, initial=points)
        decided = least >= min(points, _ENOUGH) or not least  # 0: more points tell no more
        if (decided and len(found) >= points) or len(found) == _MORE * points:
            return _result(jacobian, found, told, points)
    return _result(jacobian, found, told, points)


class _Move(NamedTuple):
    """A step of the variable that a derivative is taken by.

    Attributes:
        names: The variable; those that are taken as one, one after the other.
        step: From random numbers to the step, and to what it is in the free entries.
        is_free: Whether its entries are moved independently.
    """

    names: tuple[str, ...]
    step: Callable[[Array], tuple[Array, Array]]
    is_free: bool

    def start(self, arrays: Mapping[str, Array]) -> Array:
        """Where the variable is moved from."""
        found = [arrays[name] for name in self.names]
        return found[0] if len(found) == 1 else np.concatenate([np.ravel(one) for one in found])

    def moved(self, arrays: Mapping[str, Array], x: Array) -> dict[str, Array]:
        """Arrays, with this value of the variable."""
        if len(self.names) == 1:
            return {**arrays, self.names[0]: x}
        ends = np.cumsum([arrays[name].size for name in self.names])[:-1]
        parts = zip(self.names, np.split(x, ends), strict=True)
        return {**arrays, **{name: part.reshape(arrays[name].shape) for name, part in parts}}


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
    together = wrt.name.startswith("(")
    names = wrt.name[1:-1].split(", ") if together else [wrt.name]
    for name in names:
        if name not in below:
            raise UnboundError(
                f"{name} is an intermediate result, which is not moved alone; to check this, "
                f"declare {name} as a variable instead of defining it"
            )
    for node in topological(formula.node):
        if is_apply(node, "function"):
            raise UnboundError(f"{node.parameters[0]} is a name alone: this is not checked")
    moved = tuple(below[name].name for name in names)
    return formula, _Move(moved, _STEPS[structure], structure is None)


def _result(
    jacobian: Jacobian[Any],
    found: Sequence[Mapping[str, Compared]],
    told: Array,
    points: int,
) -> Check:
    """What the points say together: an entry is told where enough of them tell it."""
    wrong = [form for form in _FORMS if any(one[form].differ.any() for one in found)]
    what = f"{ratio(jacobian.of, jacobian.wrt)} in {jacobian.layout} layout"
    errors = [
        float(np.max(form.off, initial=0.0, where=form.agree | form.differ))
        for one in found
        for form in one.values()
    ]
    worst = max(errors, default=0.0)
    if wrong:
        note = f"wrong for {what}: {', '.join(wrong)}"
        return Check("wrong_value", worst, points, (), CENTRAL, note)
    if not found:
        note = (
            "the formula is not finite at random points; say what is known of its variables: "
            "x[n]:positive, S[n,n]:spd"
        )
        return Check("cannot_tell", 0.0, 0, (), CENTRAL, note)
    untold = int(np.count_nonzero(told < min(points, _ENOUGH)))
    if not untold:
        return Check("right", worst, min(points, len(found)), (), CENTRAL)
    note = (
        f"{what}: at most of {len(found)} random points differences of the formula have no "
        "certain digits: it is rounded too much there, or varies too fast, or has a kink"
    )
    return Check("cannot_tell", worst, len(found), (), CENTRAL, note, untold)


_Form = Callable[[Mapping[str, Any]], Array]


def _forms(jacobian: Jacobian[Any]) -> dict[str, _Form]:
    """Whatever somebody may use of a derivative, as functions of arrays and sizes by name."""
    text, compiled = jacobian.text, jacobian.compile()

    return {
        _FORMS[0]: lambda given: np.asarray(evaluate_text(text, **given)),
        _FORMS[1]: compiled.of,
        _FORMS[2]: lambda given: jacobian.evaluate(**given),
    }


class _At(NamedTuple):
    """What is checked at every point."""

    jacobian: Jacobian[Any]
    formula: Formula
    sizes: Mapping[str, int]
    move: _Move
    forms: Mapping[str, _Form]
    rng: np.random.Generator

    def value(self, *arrays: Array) -> Array:
        """The formula at arrays in the order of its variables."""
        given = dict(zip(self.formula.variables, arrays, strict=True))
        return evaluate(self.formula.node, given, self.sizes)


def _compared(
    at: _At, arrays: Mapping[str, Array], rtol: float, *, alone: bool
) -> dict[str, Compared]:
    """Each form along a random direction, or along one entry alone, beside differences.

    Raises:
        ArrayError: The formula is not finite there.
    """
    start = at.move.start(arrays)

    def function(x: Array) -> Array:
        return evaluate(at.formula.node, at.move.moved(arrays, x), at.sizes)

    value = real_array(function(start), "the formula")
    drawn = at.rng.normal(size=start.shape)
    if alone and at.move.is_free:
        drawn = np.where(np.arange(start.size) == at.rng.integers(start.size), 1.0, 0.0)
        drawn = drawn.reshape(start.shape)
    step, direction = at.move.step(np.asarray(drawn))
    whole = {
        form: _numerator(at.jacobian, of({**at.sizes, **arrays})) for form, of in at.forms.items()
    }

    def along(t: Array) -> Array:
        return function(start + t * step)

    found = slopes(along, 0.0, method="central")
    terms = _along(np.abs(whole[_FORMS[2]]), np.abs(direction))  # these may cancel in the sum
    alike = np.where(value == 0, 1.0, np.abs(value))
    size = np.where(terms > found.error, terms, alike)
    given = {form: _along(array, direction) for form, array in whole.items()}

    def held(found: Slopes) -> dict[str, Compared]:
        return {
            form: compared(one, found, Magnitudes(size, alike), rtol, _ROUNDING)
            for form, one in given.items()
        }

    forms = held(found)
    if any(one.differ.any() for one in forms.values()):
        forms = held(doubted(found, at.value, list(arrays.values())))
    return {form: one._replace(off=relative(one.off, size)) for form, one in forms.items()}


def _numerator(jacobian: Jacobian[Any], array: Array) -> Array:
    """An array in the layout of a Jacobian, in numerator layout."""
    return array if jacobian.layout == "numerator" else array.T


def _along(array: Array, direction: Array) -> Array:
    """A derivative in numerator layout along a direction: its last axes are reversed."""
    return np.asarray(np.tensordot(array, direction.T, direction.ndim))
